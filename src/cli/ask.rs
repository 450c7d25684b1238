//! Questions to the person: secrets are typed without an echo, and from a pipe they are taken as they come.

use std::io::{IsTerminal, stdin};

use super::failure::{Code, Failure};
use super::ui::Voice;

/// Asks for a secret.
pub fn secret(voice: &Voice, question: &str) -> Result<String, Box<Failure>> {
    if stdin().is_terminal() {
        let answer = first_line_with_something(question);
        forget_what_waits();
        return answer.map_err(|error| nobody(&error));
    }
    line(voice, question)
}

/// So many empty answers are an answer.
const EMPTY_ANSWERS: usize = 3;

/// A paste may begin with a line break.
fn first_line_with_something(question: &str) -> std::io::Result<String> {
    for _ in 1..EMPTY_ANSWERS {
        let answer = rpassword::prompt_password(question)?;
        if !answer.trim().is_empty() {
            return Ok(answer);
        }
    }
    rpassword::prompt_password(question)
}

/// Throws away what was pasted behind the answer: the shell would show it, run it and write it into its history.
fn forget_what_waits() {
    #[cfg(unix)]
    {
        // The rest of a paste comes within a few milliseconds, also through a slow connection's last packet.
        std::thread::sleep(std::time::Duration::from_millis(150));
        // What cannot be thrown away is no reason to lose the answer.
        let _ = rustix::termios::tcflush(stdin(), rustix::termios::QueueSelector::IFlush);
    }
}

/// Asks for a line that may be seen.
pub fn line(voice: &Voice, question: &str) -> Result<String, Box<Failure>> {
    voice.complain(question.trim_end());
    let mut text = String::new();
    match stdin().read_line(&mut text) {
        Ok(0) => Err(Box::new(
            Failure::new(Code::Usage, "nothing was done: there was no answer")
                .hint("run it in a terminal, or put the answers on its standard input, a line for each"),
        )),
        Ok(_) => Ok(text),
        Err(error) => Err(nobody(&error)),
    }
}

fn nobody(error: &std::io::Error) -> Box<Failure> {
    Box::new(Failure::new(Code::Usage, "nothing was done: there is nobody to ask").caused_by(error))
}
