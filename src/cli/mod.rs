//! The terminal: the one room that prints. Each command is a file; all errors end in `failure`.

mod advice;
mod args;
mod ask;
mod audit;
mod bake;
mod clean;
mod doctor;
mod emulate;
mod failure;
mod github;
mod init;
mod list;
mod login;
mod named;
mod preview;
mod start;
mod summary;
mod token;
mod token_advice;
mod token_status;
mod tokens;
mod ui;

use std::panic::{self, AssertUnwindSafe, catch_unwind};

use clap::Parser;

use crate::auth::without_long_runs;
use crate::config::Environment;
use crate::feed::one_line;
use args::{Command, CommandLine};
use failure::{Code, Failure};
use ui::Voice;

pub use args::CommandLine as Arguments;

/// Runs the command line of this process; returns its exit code.
pub fn run(arguments: impl Iterator<Item = std::ffi::OsString>) -> u8 {
    let line = match CommandLine::try_parse_from(arguments).and_then(CommandLine::without_stray_flags) {
        Ok(line) => line,
        Err(error) => {
            if !error.use_stderr() {
                // Help and version come this way, too. Printing fails only when nobody listens.
                let _ = error.print();
                return Code::Done as u8;
            }
            // What was not understood is repeated, and may be a token in the wrong place.
            let text = without_long_runs(&error.render().to_string());
            anstream::eprintln!("{text}");
            if Environment::read().github_actions().is_some() {
                anstream::eprintln!("{}", github::annotation_of(text.lines().next().unwrap_or_default()));
            }
            return Code::Usage as u8;
        }
    };
    let voice = Voice::new(&line.common);
    panic::set_hook(Box::new(|fault| {
        // A decoder's fault is caught where it happens and costs one picture; it says no more than this, and never what
        // may be a secret in the values it stumbled over.
        let said = fault.payload_as_str().unwrap_or("no reason was given");
        let place = fault.location().map_or_else(String::new, |place| format!(" at {}:{}", place.file(), place.line()));
        anstream::eprintln!("fault inside feedbake{place}: {}", without_long_runs(&one_line(said)));
    }));
    // A fault of ours must not look like one of the user's: it has a code of its own.
    catch_unwind(AssertUnwindSafe(|| dispatch(&voice, line))).unwrap_or_else(|_| {
        voice.complain("  hint: this should not happen: please report it, with the lines above");
        Code::Unexpected
    }) as u8
}

fn dispatch(voice: &Voice, line: CommandLine) -> Code {
    let ended = match line.command.unwrap_or(Command::Bake(line.bake)) {
        Command::Bake(flags) => bake::run(voice, &line.common, &flags),
        Command::Init(flags) => init::run(voice, &line.common, &flags),
        Command::Login(flags) => login::run(voice, &line.common, &flags),
        Command::Token(flags) => token::run(voice, &line.common, &flags.command),
        Command::Doctor(flags) => doctor::run(voice, &line.common, &flags),
        Command::List(flags) => list::run(voice, &line.common, &flags),
        Command::Preview(flags) => preview::run(voice, &line.common, &flags),
        Command::Audit(flags) => audit::run(voice, &line.common, &flags),
        Command::Emulate(flags) => emulate::run(voice, &flags),
        Command::Clean(flags) => clean::run(voice, &line.common, flags),
    };
    ended.unwrap_or_else(|failure| {
        failure.tell(voice);
        if voice.json {
            voice.json(&serde_json::json!({ "error": failure.as_json() }));
        }
        failure.code
    })
}

/// How a command ends.
type Ended = Result<Code, Box<Failure>>;
