//! A file of `NAME=value` lines.

use std::path::Path;

use super::StoreError;
use crate::auth::AccessToken;
use crate::files;

/// Puts the token into its line; all other lines stay as they are.
pub fn keep(path: &Path, name: &str, token: &AccessToken) -> Result<(), StoreError> {
    let before = files::read(path)?.unwrap_or_default();
    let text = with_variable(&String::from_utf8_lossy(&before), name, token.expose());
    files::write_secret(path, text.as_bytes())?;
    Ok(())
}

/// The text of a `.env` file in which `name` has `value`: its line is replaced, or added at the end.
pub fn with_variable(text: &str, name: &str, value: &str) -> String {
    let is_its_line = |line: &str| {
        let line = line.trim_start();
        let line = line.strip_prefix("export ").unwrap_or(line);
        line.split_once('=').is_some_and(|(key, _)| key.trim() == name)
    };
    let mut written = String::new();
    let mut is_there = false;
    for line in text.lines() {
        if is_its_line(line) {
            if !is_there {
                written.push_str(&format!("{name}={value}\n"));
            }
            is_there = true;
        } else {
            written.push_str(line);
            written.push('\n');
        }
    }
    if !is_there {
        written.push_str(&format!("{name}={value}\n"));
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_changes_and_all_others_stay() {
        let table = [
            ("", "T=new\n"),
            ("A=1\nT=old\nB=2\n", "A=1\nT=new\nB=2\n"),
            ("# T=old\nA=1", "# T=old\nA=1\nT=new\n"),
            ("export T=\"old\"\nT=older\n", "T=new\n"),
            ("TT=1\n", "TT=1\nT=new\n"),
        ];
        for (before, after) in table {
            assert_eq!(with_variable(before, "T", "new"), after, "{before:?}");
        }
    }
}
