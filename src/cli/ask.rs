//! Questions to the person: secrets are typed without an echo, and from a pipe they are taken as they come.

use std::io::{IsTerminal, stdin};

use super::failure::{Code, Failure};
use super::ui::Voice;

/// Asks for a secret.
pub fn secret(voice: &Voice, question: &str) -> Result<String, Box<Failure>> {
    if stdin().is_terminal() {
        return rpassword::prompt_password(question).map_err(|error| nobody(&error));
    }
    line(voice, question)
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
