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
mod list;
mod login;
mod preview;
mod start;
mod summary;
mod token;
mod token_advice;
mod tokens;
mod ui;

use std::panic::{AssertUnwindSafe, catch_unwind};

use clap::Parser;

use args::{Command, CommandLine};
use failure::{Code, Failure};
use ui::Voice;

pub use args::CommandLine as Arguments;

/// Runs the command line of this process; returns its exit code.
pub fn run(arguments: impl Iterator<Item = std::ffi::OsString>) -> u8 {
    let line = match CommandLine::try_parse_from(arguments) {
        Ok(line) => line,
        Err(error) => {
            // Help and version come this way, too. Printing fails only when nobody listens.
            let _ = error.print();
            return if error.use_stderr() { Code::Usage as u8 } else { Code::Done as u8 };
        }
    };
    let voice = Voice::new(&line.common);
    // A fault of ours must not look like one of the user's: it has a code of its own.
    catch_unwind(AssertUnwindSafe(|| dispatch(&voice, line))).unwrap_or_else(|_| {
        voice.complain("  hint: this should not happen: please report it, with the lines above");
        Code::Unexpected
    }) as u8
}

fn dispatch(voice: &Voice, line: CommandLine) -> Code {
    let ended = match line.command.unwrap_or(Command::Bake(line.bake)) {
        Command::Bake(flags) => bake::run(voice, &line.common, &flags),
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
        failure.code
    })
}

/// How a command ends.
type Ended = Result<Code, Box<Failure>>;
