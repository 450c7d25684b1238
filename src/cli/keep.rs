//! Where a renewed token goes: to the program the settings name, or into the `.env` file the old one came from.

use std::io::Write;
use std::process::{Command, Stdio};

use super::start::Start;
use crate::auth::AccessToken;
use crate::config::{DOT_ENV, FeedSettings, with_value};
use crate::files::SitePath;

/// Keeps the token; returns where it is now, or why it is nowhere.
pub fn keep(start: &Start, feed: &FeedSettings, token: &AccessToken) -> Result<String, String> {
    // The runner knows no secret that came into being a moment ago: it has to hear of it before anything else does.
    if start.place.environment.github_actions().is_some() {
        anstream::eprintln!("::add-mask::{}", token.expose());
    }
    if let Some((program, arguments)) = feed.token_store.split_first() {
        return hand_over(program, arguments, token).map(|()| format!("the program {program} of `token.store`"));
    }
    let position = start.place.settings.feeds.iter().position(|other| other.name == feed.name);
    let name = position.and_then(|position| start.found_in.get(position)?.as_deref());
    match name {
        Some(name) if start.place.of_dot_env.iter().any(|other| other == name) => {
            write_dot_env(start, name, token).map(|()| format!("{name} in {DOT_ENV}"))
        }
        _ => Err("no place is known to keep it".to_owned()),
    }
}

/// The token goes through standard input: arguments are seen by every program of the machine.
fn hand_over(program: &str, arguments: &[String], token: &AccessToken) -> Result<(), String> {
    let in_words = |error: std::io::Error| format!("{program} could not be run: {error}");
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(in_words)?;
    let written = match child.stdin.take() {
        Some(mut stdin) => stdin.write_all(token.expose().as_bytes()),
        None => Ok(()),
    };
    let status = child.wait().map_err(in_words)?;
    match (status.success(), written) {
        (true, Ok(())) => Ok(()),
        (true, Err(error)) => Err(format!("{program} did not take the token: {error}")),
        (false, _) => Err(format!("{program} ended with {status}")),
    }
}

fn write_dot_env(start: &Start, name: &str, token: &AccessToken) -> Result<(), String> {
    let place = SitePath::new(DOT_ENV).map_err(|error| error.to_string())?;
    let bytes = start.root.read(&place).map_err(|error| error.to_string())?.unwrap_or_default();
    let text = String::from_utf8(bytes).map_err(|_| format!("{DOT_ENV} is not UTF-8 text"))?;
    let changed = with_value(&text, name, token.expose()).ok_or_else(|| format!("no line of {DOT_ENV} sets {name}"))?;
    start.root.write_secret(&place, changed.as_bytes()).map(drop).map_err(|error| error.to_string())
}
