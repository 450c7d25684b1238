//! The expressions in the markup of a page of Astro's: what is shown by a condition or in a loop, and what is no markup
//! at all. Told by letters, not by grammar. Pure.

use std::ops::Range;

use super::elements::{ElementTag, TagKind, VOID};

/// What braces and quotes do to the markup of a page.
#[derive(Debug, Default)]
pub struct Expressions {
    /// The expressions that stand for content, from brace to brace, in the order of their ends.
    pub shown: Vec<Range<usize>>,
    /// The values of attributes, and the strings in expressions; in their order, and apart.
    pub hidden: Vec<Range<usize>>,
    /// The tags of elements, in the order of their ends: one may stand in a value of another.
    pub tags: Vec<ElementTag>,
}

/// What the reader is in.
enum Inside<'a> {
    /// A tag; what stands in quotes or braces is a value.
    Tag { name: &'a str, start: usize },
    /// An element that an expression shows: apostrophes are text.
    Element,
    /// An expression, or braces in one.
    Braces { start: usize, kind: Kind },
}

#[derive(PartialEq, Eq)]
enum Kind {
    Content,
    Attribute,
    Script,
}

/// Reads the markup of a page, in which comments, scripts, styles and the front matter are blanks.
pub fn expressions(markup: &str) -> Expressions {
    let bytes = markup.as_bytes();
    let mut found = Expressions::default();
    let mut inside: Vec<Inside<'_>> = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let (is_tag, is_script) = match inside.last() {
            Some(Inside::Tag { .. }) => (true, false),
            Some(Inside::Braces { .. }) => (false, true),
            Some(Inside::Element) | None => (false, false),
        };
        let start = at;
        at += 1;
        match byte {
            b'"' | b'\'' | b'`' if is_tag || is_script => {
                at = end_of_string(bytes, start, is_tag);
                found.hide(start..at);
            }
            b'/' if is_script && bytes.get(at) == Some(&b'/') => {
                at = markup[at..].find('\n').map_or(bytes.len(), |length| at + length);
                found.hide(start..at);
            }
            b'{' => {
                let kind = match (is_tag, is_script) {
                    (true, _) => Kind::Attribute,
                    (_, true) => Kind::Script,
                    _ => Kind::Content,
                };
                inside.push(Inside::Braces { start, kind });
            }
            b'}' => close_braces(&mut inside, &mut found, at),
            b'>' if is_tag => {
                let Some(Inside::Tag { name, start: tag }) = inside.pop() else { continue };
                let is_closing = markup[tag..].starts_with("</");
                let is_whole =
                    markup[..start].ends_with('/') || VOID.contains(&name) || markup[tag..].starts_with("<!");
                found.tags.push(ElementTag { range: tag..at, kind: TagKind::of(is_closing, is_whole) });
                if is_closing {
                    inside.pop_if(|last| matches!(last, Inside::Element));
                } else if !is_whole && inside.iter().any(|outer| matches!(outer, Inside::Braces { .. })) {
                    inside.push(Inside::Element);
                }
            }
            b'<' if !is_tag && begins_tag(markup, start, is_script) => {
                let name = markup[at..].trim_start_matches(['/', '!']);
                let length = name.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(name.len());
                inside.push(Inside::Tag { name: &name[..length], start });
            }
            _ => {}
        }
    }
    // What nothing ends goes on to the end.
    while inside.iter().any(|outer| matches!(outer, Inside::Braces { .. })) {
        close_braces(&mut inside, &mut found, bytes.len());
    }
    found
}

impl Expressions {
    /// Hides a range; one that is around others takes their place.
    fn hide(&mut self, range: Range<usize>) {
        while self.hidden.pop_if(|last| last.start >= range.start).is_some() {}
        self.hidden.push(range);
    }
}

/// Ends the innermost braces, with what in them was left open.
fn close_braces(inside: &mut Vec<Inside<'_>>, found: &mut Expressions, end: usize) {
    let Some(depth) = inside.iter().rposition(|outer| matches!(outer, Inside::Braces { .. })) else { return };
    let Some(Inside::Braces { start, kind }) = inside.drain(depth..).next() else { return };
    match kind {
        Kind::Content => found.shown.push(start..end),
        Kind::Attribute => found.hide(start..end),
        Kind::Script => {}
    }
}

/// Whether `<` begins a tag, and compares nothing: in a script, nothing that has a value stands before it.
fn begins_tag(markup: &str, start: usize, is_script: bool) -> bool {
    let is_value = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '$' | ')' | ']');
    let next = markup[start + 1..].chars().next();
    let is_name = next.is_some_and(|letter| letter.is_ascii_alphabetic() || matches!(letter, '/' | '>'));
    match is_script {
        true => is_name && !markup[..start].ends_with(is_value),
        false => is_name || next == Some('!'),
    }
}

/// Where a string ends: behind its quote, or with its line in a script. In a tag, a backslash is one.
fn end_of_string(bytes: &[u8], start: usize, is_tag: bool) -> usize {
    let quote = bytes[start];
    let is_script = !is_tag || quote == b'`';
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if is_script => at += 1,
            b'\n' if is_script && quote != b'`' => return at,
            byte if *byte == quote => return at + 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_ends_with_its_brace_and_a_value_shows_nothing() {
        for (text, shown, hidden) in [
            ("<p>{a}</p>", vec!["{a}"], vec![]),
            ("{a.map((b) => { return <p>it's</p>; })}c", vec!["{a.map((b) => { return <p>it's</p>; })}"], vec![]),
            ("{a && <p>it's</p>}<b>{c}</b>", vec!["{a && <p>it's</p>}", "{c}"], vec![]),
            ("{a ? <br> : <img />}{'}'}", vec!["{a ? <br> : <img />}", "{'}'}"], vec!["'}'"]),
            ("{a < b && c<d && <p>{e}</p>}", vec!["{e}", "{a < b && c<d && <p>{e}</p>}"], vec![]),
            ("<p a={b(\"</p>\")} c=\"{\\\" d>{e}</p>", vec!["{e}"], vec!["{b(\"</p>\")}", "\"{\\\""]),
            ("<a b={c => `</a>`} d={<p/>}>it's {`\n}`}", vec!["{`\n}`}"], vec!["{c => `</a>`}", "{<p/>}", "`\n}`"]),
            ("{a // it's }\n}b", vec!["{a // it's }\n}"], vec!["// it's }"]),
            ("it's <!doctype html>{a}", vec!["{a}"], vec![]),
            ("{a.map(() => (<><p>b's</p></>))}", vec!["{a.map(() => (<><p>b's</p></>))}"], vec![]),
        ] {
            let found = expressions(text);
            let texts =
                |ranges: &[Range<usize>]| ranges.iter().map(|it| text[it.clone()].to_owned()).collect::<Vec<_>>();
            assert_eq!(texts(&found.shown), shown, "{text}");
            assert_eq!(texts(&found.hidden), hidden, "{text}");
        }
    }
}
