//! What can be told of a script without running it: its comments, its imports, and where it stands in a page of Astro's.
//!
//! It is read by its letters, not by its grammar: a quote in a regular expression counts as the beginning of a string,
//! which then ends with its line at the latest. Pure.

use std::ops::Range;

/// Where the comments of a script are, in their order.
pub fn script_comments(script: &str) -> Vec<Range<usize>> {
    let bytes = script.as_bytes();
    let mut comments = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at = match (byte, bytes.get(at + 1)) {
            // In a regular expression, `\/` and the slash that ends it begin no comment.
            (b'\\', _) => at + 2,
            (b'"' | b'\'' | b'`', _) => end_of_string(bytes, at),
            (b'/', Some(b'/')) => {
                comments.push(at..script[at..].find('\n').map_or(script.len(), |length| at + length));
                comments.last().map_or(at, |comment| comment.end)
            }
            (b'/', Some(b'*')) => {
                comments.push(at..script[at + 2..].find("*/").map_or(script.len(), |length| at + 2 + length + 2));
                comments.last().map_or(at, |comment| comment.end)
            }
            _ => at + 1,
        };
    }
    comments
}

/// Where the string ends that begins at `start`: behind its quote, or with its line.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let quote = bytes[start];
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\n' if quote != b'`' => return at,
            byte if *byte == quote => return at + 1,
            _ => {}
        }
        at += 1;
    }
    at
}

/// A statement that imports.
#[derive(Debug, PartialEq, Eq)]
pub struct Import<'a> {
    /// Every name it binds.
    pub names: Vec<&'a str>,
    /// The one that stands for the module's default.
    pub default: Option<&'a str>,
    /// Where from, as it is written.
    pub path: &'a str,
}

/// The imports of a script that has no comments, and that bind names.
pub fn imports(script: &str) -> Vec<Import<'_>> {
    let is_word = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '$' | '.');
    let keywords = script.match_indices("import");
    let statements = keywords.filter(|(start, _)| !script[..*start].ends_with(is_word));
    statements.filter_map(|(start, word)| import(&script[start + word.len()..])).collect()
}

/// Reads on behind the word `import`.
fn import(rest: &str) -> Option<Import<'_>> {
    let quote = rest.find(['"', '\''])?;
    let clause = rest[..quote].trim_end().strip_suffix("from")?;
    let begins_well = clause.starts_with(|letter: char| letter.is_whitespace() || matches!(letter, '{' | '*'));
    if !begins_well || clause.contains([';', '(', ')', '=', '<', '>']) {
        return None;
    }
    let path = rest[quote + 1..].split(['"', '\'', '\n']).next()?;
    let (before, named) = clause.split_once('{').unwrap_or((clause, ""));
    let named = named.split(['}', ',']).map(|part| part.split_whitespace().collect::<Vec<_>>());
    let before = before.split(',').map(|part| part.split_whitespace().collect::<Vec<_>>());
    let (mut names, mut default) = (Vec::new(), None);
    for words in before {
        if let [name] = words.as_slice() {
            default = Some(*name);
        }
        names.extend(words.last());
    }
    for words in named {
        if let ["default", "as", name] = words.as_slice() {
            default = Some(*name);
        }
        names.extend(words.last());
    }
    Some(Import { names, default, path })
}

/// The script between two fences at the top of a component of Astro's.
#[derive(Debug, PartialEq, Eq)]
pub enum FrontMatter {
    /// There is none.
    None,
    /// No line ends it.
    Unclosed,
    /// It is whole.
    Closed {
        /// The script; it ends where the line of the closing fence begins.
        script: Range<usize>,
        /// Where that line ends, behind its line break.
        end: usize,
    },
}

impl FrontMatter {
    /// Finds it. Blank lines, comments and a byte order mark may stand before it.
    pub fn of(text: &str) -> Self {
        let mut rest = text.trim_start_matches('\u{feff}').trim_start();
        while rest.starts_with("<!--") {
            let Some(end) = rest.find("-->") else { return Self::None };
            rest = rest[end + 3..].trim_start();
        }
        let Some(rest) = rest.strip_prefix("---") else { return Self::None };
        let start = text.len() - rest.len();
        let mut line_start = start;
        for (number, line) in rest.split_inclusive('\n').enumerate() {
            if number > 0 && line.trim_end() == "---" {
                return Self::Closed { script: start..line_start, end: line_start + line.len() };
            }
            line_start += line.len();
        }
        Self::Unclosed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_told_from_what_looks_like_one() {
        for (script, expected) in [
            ("a // b\nc", vec!["// b"]),
            ("/* a\n */ b /* c", vec!["/* a\n */", "/* c"]),
            ("x = 'https://a.b'; // it's", vec!["// it's"]),
            ("x = \"a\\\"//\"", vec![]),
            ("x = `\n//\n` // y", vec!["// y"]),
            ("x.match(/https?:\\/\\//)", vec![]),
            ("it's\n// b", vec!["// b"]),
            ("ü // ö", vec!["// ö"]),
            ("\\", vec![]),
        ] {
            let found: Vec<&str> = script_comments(script).into_iter().map(|range| &script[range]).collect();
            assert_eq!(found, expected, "{script}");
        }
    }

    #[test]
    fn an_import_says_what_it_binds() {
        type Row = (&'static str, Option<(&'static [&'static str], Option<&'static str>, &'static str)>);
        let table: [Row; 11] = [
            ("import A from \"./a\";", Some((&["A"], Some("A"), "./a"))),
            ("import A, { b, c as D } from './a'", Some((&["A", "b", "D"], Some("A"), "./a"))),
            ("import{b}from'./a'", Some((&["b"], None, "./a"))),
            ("import * as A from './a'", Some((&["A"], None, "./a"))),
            ("import {\n  default as A,\n} from './a'", Some((&["A"], Some("A"), "./a"))),
            ("import type A from './a'", Some((&["A"], None, "./a"))),
            ("import './a'; const from = 'b'", None),
            ("const a = await import('./a')", None),
            ("import.meta.env.BASE_URL + 'a'", None),
            ("reimport A from 'b'", None),
            ("import", None),
        ];
        for (script, expected) in table {
            let expected: Vec<Import> = expected
                .into_iter()
                .map(|(names, default, path)| Import { names: names.to_vec(), default, path })
                .collect();
            assert_eq!(imports(script), expected, "{script}");
        }
    }

    #[test]
    fn front_matter_ends_at_a_line_that_is_a_fence_and_nothing_else() {
        for (text, expected) in [
            ("---\nlet a;\n---\n<p>", Some("\nlet a;\n")),
            ("\u{feff}\n\n---\r\nlet a;\r\n---\r\n<p>", Some("\r\nlet a;\r\n")),
            ("<!-- a -->\n<!-- --- -->\n---\na\n---", Some("\na\n")),
            ("---\n// ---\n/*\n * ---\n */\na --- b\n---  \n<p>", Some("\n// ---\n/*\n * ---\n */\na --- b\n")),
            ("---\n---\n", Some("\n")),
            ("<p>\n---\n---\n", None),
            ("<!-- a", None),
            ("", None),
        ] {
            let script = match FrontMatter::of(text) {
                FrontMatter::Closed { script, .. } => Some(&text[script]),
                _ => None,
            };
            assert_eq!(script, expected, "{text}");
        }
        assert_eq!(FrontMatter::of("---\nlet a;\n // ---\n"), FrontMatter::Unclosed);
        assert_eq!(FrontMatter::of("---\n---\n<p>"), FrontMatter::Closed { script: 3..4, end: 8 });
    }
}
