//! A file of `NAME=value` lines, such as `.env`.

use std::path::Path;

use super::StoreError;
use crate::auth::AccessToken;
use crate::files;

/// Puts the token into its line; all other lines stay as they are.
pub fn keep(path: &Path, name: &str, token: &AccessToken) -> Result<(), StoreError> {
    let before = files::read(path)?.unwrap_or_default();
    let text = String::from_utf8(before).map_err(|_| StoreError::NotText { path: path.to_owned() })?;
    files::write_secret(path, with_variable(&text, name, token.expose()).as_bytes())?;
    Ok(())
}

/// The text of such a file in which `name` has `value`: in every line that sets it, or else in a new one at the end.
/// Nothing else changes, for other programs read the file, too.
///
/// `value` is made of letters that need no quotes.
pub fn with_variable(text: &str, name: &str, value: &str) -> String {
    let sets_it = |line: &str| {
        let line = line.trim_start_matches('\u{feff}').trim_start();
        let line = line.strip_prefix("export ").map_or(line, str::trim_start);
        line.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    let mut written = String::new();
    let mut is_there = false;
    for line in text.split_inclusive('\n') {
        if sets_it(line) {
            is_there = true;
            let (before, rest) = line.split_once('=').unwrap_or((line, ""));
            let end = &rest[rest.trim_end_matches(['\r', '\n']).len()..];
            written.push_str(&format!("{before}={value}{end}"));
        } else {
            written.push_str(line);
        }
    }
    if !is_there {
        let gap = if written.is_empty() || written.ends_with('\n') { "" } else { "\n" };
        written.push_str(&format!("{gap}{name}={value}\n"));
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_changes_and_all_else_stays() {
        let table = [
            ("", "T=new\n"),
            ("A=1\nT=old\nB=2\n", "A=1\nT=new\nB=2\n"),
            ("# T=old\nA=1", "# T=old\nA=1\nT=new\n"),
            ("# mine\nexport T = 'old'\r\nB=$(date)\nTT=1\nT=older", "# mine\nexport T =new\r\nB=$(date)\nTT=1\nT=new"),
            ("\u{feff}T=old\n", "\u{feff}T=new\n"),
        ];
        for (before, after) in table {
            assert_eq!(with_variable(before, "T", "new"), after, "{before:?}");
        }
    }
}
