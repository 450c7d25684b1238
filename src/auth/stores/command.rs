//! A program that takes the token on its standard input, such as `gh secret set NAME`.

use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use super::{StoreError, TIMEOUT, without_secrets};
use crate::auth::AccessToken;

/// How often a running program is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// What is waited for its last words, which a program that it started may keep open.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// So much of what it says is read; the rest is passed over.
const MOST_WORDS: u64 = 1 << 20;

/// Runs the program and waits for its end, but not for ever. `{}` among its words stands for the variable's name.
pub fn keep(words: &[String], name: &str, token: &AccessToken) -> Result<(), StoreError> {
    let program = words.first().cloned().unwrap_or_default();
    let no_program = |source| StoreError::NoProgram { program: program.clone(), source };
    let mut command = Command::new(&program);
    // A group of its own: what the program starts can be ended with it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command
        .args(words.iter().skip(1).map(|word| if word == "{}" { name } else { word.as_str() }))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(no_program)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that ends before it has read everything says why by its status.
        let _ = stdin.write_all(token.expose().as_bytes());
    }
    // It says more than a pipe holds, perhaps: somebody has to read while it runs.
    let (sender, words) = channel();
    if let Some(stderr) = child.stderr.take() {
        thread::spawn(move || {
            let mut said = Vec::new();
            let mut stderr = stderr;
            let _ = stderr.by_ref().take(MOST_WORDS).read_to_end(&mut said);
            let _ = sender.send(said);
            let _ = std::io::copy(&mut stderr, &mut std::io::sink());
        });
    }
    let Some(status) = wait(&mut child, TIMEOUT).map_err(no_program)? else {
        end(&mut child);
        return Err(StoreError::ProgramHangs { program, after: TIMEOUT });
    };
    if status.success() {
        return Ok(());
    }
    let said = words.recv_timeout(LAST_WORDS).unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    let message = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    Err(StoreError::Program { program, status: status.to_string(), message: without_secrets(message, token) })
}

/// Ends a program, and on Unix what it started as well. One that is gone already is no error.
fn end(child: &mut Child) {
    #[cfg(unix)]
    let _ = rustix::process::kill_process_group(rustix::process::Pid::from_child(child), rustix::process::Signal::KILL);
    let _ = child.kill().and_then(|()| child.wait());
}

/// How it ended, or nothing when it runs longer than `limit`.
fn wait(child: &mut Child, limit: Duration) -> std::io::Result<Option<ExitStatus>> {
    let mut waited = Duration::ZERO;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if waited >= limit {
            return Ok(None);
        }
        thread::sleep(LOOK);
        waited += LOOK;
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_does_not_end_is_given_up_with_what_it_started() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 600 & echo $!; wait"]).stdout(Stdio::piped());
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().unwrap();
        let mut started = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut started).unwrap();
        assert!(wait(&mut child, Duration::from_millis(60)).unwrap().is_none());
        end(&mut child);
        assert!(child.try_wait().unwrap().is_some());
        let state = || std::fs::read_to_string(format!("/proc/{}/stat", started.trim())).unwrap_or_default();
        // Whoever inherits it takes a moment to bury it.
        let is_gone = || state().is_empty() || state().contains(") Z ");
        assert!(
            (0..500).any(|_| is_gone() || {
                thread::sleep(LOOK);
                false
            }),
            "{}",
            state()
        );
    }

    #[test]
    fn what_a_program_says_is_read_while_it_runs() {
        let token = AccessToken::new("IGAAfakefakefakefakefake").unwrap();
        let script = "read token; head -c 300000 /dev/zero | tr '\\0' x >&2; echo >&2; echo \"no: $token\" >&2; exit 3";
        let words = ["sh", "-c", script].map(str::to_owned);
        let error = keep(&words, "T", &token).unwrap_err();
        let StoreError::Program { message, .. } = error else { panic!("{error}") };
        assert_eq!(message, "no: …");
    }
}
