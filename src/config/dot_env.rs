//! The site's `.env` file: a list of NAME=value lines that other programs read, too. Pure.

/// The names and values in the text of a `.env` file. A line that other programs understand and this one does not is
/// theirs.
pub(super) fn entries(bytes: &[u8]) -> Vec<(String, String)> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    dotenvy::from_read_iter(text).filter_map(Result::ok).collect()
}

/// The text with another value for `name`; every other line stays as it is. `None` when no line sets that name.
///
/// `value` is made of letters that need no quotes.
pub fn with_value(text: &str, name: &str, value: &str) -> Option<String> {
    let sets_it = |line: &str| {
        let line = line.trim_start_matches('\u{feff}').trim_start();
        let line = line.strip_prefix("export ").map_or(line, str::trim_start);
        line.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    let mut found = false;
    let lines = text.split_inclusive('\n').map(|line| {
        if !sets_it(line) {
            return line.to_owned();
        }
        found = true;
        let (before, rest) = line.split_once('=').unwrap_or((line, ""));
        let end = &rest[rest.trim_end_matches(['\r', '\n']).len()..];
        format!("{before}={value}{end}")
    });
    let changed: String = lines.collect();
    found.then_some(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_is_replaced_and_nothing_else_is_touched() {
        let text = "# mine\nexport A = 'old'\r\nB=$(date)\nAA=1\nA=older";
        let changed = with_value(text, "A", "new").unwrap();
        assert_eq!(changed, "# mine\nexport A =new\r\nB=$(date)\nAA=1\nA=new");
        assert_eq!(entries(changed.as_bytes()).iter().filter(|(name, value)| name == "A" && value == "new").count(), 2);
        assert_eq!(with_value(text, "C", "new"), None);
    }
}
