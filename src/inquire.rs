//! Asks other programs, such as git, a question: they answer soon, or are given up.

use std::io::Read;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

/// A question to git takes milliseconds; one that opens a pipe which nobody writes to takes for ever.
const LIMIT: Duration = Duration::from_secs(20);

/// How often a program that says nothing more is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// Runs the program to its end, with nothing on its standard input; returns how it ended and what it said on standard
/// output. `None` where it does not start, or does not end in time.
pub fn inquire(command: &mut Command) -> Option<(ExitStatus, Vec<u8>)> {
    inquire_within(command, LIMIT)
}

/// What a program says on standard output when it is run in `folder`; `None` where it does not start, does not end in
/// time, or ends otherwise than well.
pub fn answer(program: &str, arguments: &[&str], folder: &Path) -> Option<String> {
    let (status, said) = inquire(Command::new(program).args(arguments).current_dir(folder))?;
    status.success().then(|| String::from_utf8_lossy(&said).into_owned())
}

fn inquire_within(command: &mut Command, limit: Duration) -> Option<(ExitStatus, Vec<u8>)> {
    let began = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    // It says more than a pipe holds, perhaps: somebody has to read while it runs.
    let (sender, said) = channel();
    if let Some(mut stdout) = child.stdout.take() {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = stdout.read_to_end(&mut bytes);
            let _ = sender.send(bytes);
        });
    }
    let left = || limit.saturating_sub(began.elapsed());
    let bytes = said.recv_timeout(left()).ok();
    while bytes.is_some() && !left().is_zero() {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status).zip(bytes);
        }
        thread::sleep(LOOK);
    }
    // One that is gone already is no error.
    let _ = child.kill().and_then(|()| child.wait());
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn an_answer_is_whole_and_silence_ends() {
        let (status, said) = inquire(&mut shell("head -c 300000 /dev/zero; exit 3")).unwrap();
        assert_eq!((status.code(), said.len()), (Some(3), 300_000));
        assert!(inquire_within(&mut shell("exec sleep 600"), Duration::from_millis(60)).is_none());
        assert!(inquire(&mut Command::new("/nowhere/at-all")).is_none());
    }
}
