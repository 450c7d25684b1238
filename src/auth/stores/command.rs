//! A program that takes the token on its standard input, such as `gh secret set NAME`.

use std::io::Write;
use std::process::{Command, Stdio};

use super::{StoreError, without_secrets};
use crate::auth::AccessToken;

/// Runs the program and waits for its end. `{}` among its words stands for the variable's name.
pub fn keep(words: &[String], name: &str, token: &AccessToken) -> Result<(), StoreError> {
    let program = words.first().cloned().unwrap_or_default();
    let no_program = |source| StoreError::NoProgram { program: program.clone(), source };
    let mut child = Command::new(&program)
        .args(words.iter().skip(1).map(|word| if word == "{}" { name } else { word.as_str() }))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(no_program)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that ends before it has read everything says why by its status.
        let _ = stdin.write_all(token.expose().as_bytes());
    }
    let output = child.wait_with_output().map_err(no_program)?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let message = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    Err(StoreError::Program { program, status: output.status.to_string(), message: without_secrets(message, token) })
}
