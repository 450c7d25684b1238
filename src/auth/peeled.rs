//! Takes the escapes off a text and joins its broken lines, wherever there are any: what is found behind them was
//! hidden from a search for plain letters. Pure.
//!
//! Known are `%49`, `\u0049`, `\u{49}`, `\x49`, `\111`, `&#73;` and `&#x49;`, each for any letter or for all of them,
//! and lines that were cut inside of a long run of letters, as in mails and certificates.

use memchr::{memchr_iter, memchr3_iter};

use super::coded::is_base64_letter;

/// Letters that stand before the end of a line that was cut in the middle of something. Encoders cut at 60 to 76.
const CUT_RUN: usize = 16;

/// Longer indentation than this is not that of a text that was cut.
const INDENTATION: usize = 64;

/// A part of a text without its escapes.
#[derive(Debug)]
pub struct Peeled {
    /// What is left.
    pub bytes: Vec<u8>,
    start: usize,
}

impl Peeled {
    /// Where the byte at `offset` of what is left stands in the text that was peeled.
    pub fn place(&self, text: &[u8], offset: usize) -> usize {
        let mut left = Vec::new();
        let mut at = self.start;
        while at < text.len() {
            let from = at;
            at += take(text, at, &mut left);
            if left.len() > offset {
                return from;
            }
        }
        at
    }
}

/// The parts of `text` that have an escape or a broken line which a token could be hidden behind, each with `reach`
/// bytes before and behind.
pub fn peel(text: &[u8], reach: usize) -> Vec<Peeled> {
    let escapes = memchr3_iter(b'%', b'\\', b'&', text).filter(|at| hides(text, *at));
    let mut places: Vec<usize> = escapes.collect();
    places.extend(memchr_iter(b'\n', text).filter(|at| cut(text, *at, 1).is_some()));
    places.sort_unstable();
    let mut parts: Vec<(usize, usize)> = Vec::new();
    for place in places {
        let end = (place + reach).min(text.len());
        match parts.last_mut() {
            Some((_, last)) if place.saturating_sub(reach) <= *last => *last = end,
            _ => parts.push((place.saturating_sub(reach), end)),
        }
    }
    parts.into_iter().map(|(start, end)| Peeled { bytes: without_escapes(text, start, end), start }).collect()
}

fn without_escapes(text: &[u8], start: usize, end: usize) -> Vec<u8> {
    let mut left = Vec::with_capacity(end - start);
    let mut at = start;
    while at < end {
        at += take(text, at, &mut left);
    }
    left
}

/// Moves what stands at `at` to `left` without its escape; returns how many bytes of the text that was.
fn take(text: &[u8], at: usize, left: &mut Vec<u8>) -> usize {
    match text[at] {
        b'%' | b'\\' | b'&' => {
            if let Some((letter, length)) = escape(&text[at..]) {
                left.push(letter);
                return length;
            }
        }
        b'\r' if text.get(at + 1) == Some(&b'\n') && cut(text, at + 1, 1).is_some() => return 1,
        b'\n' => {
            if let Some(length) = cut(text, at, 1) {
                // The sign of a soft break, as in quoted-printable, belongs to the break.
                left.pop_if(|last| matches!(last, b'=' | b'\\'));
                return length;
            }
        }
        _ => {}
    }
    left.push(text[at]);
    1
}

/// Whether the escape at `at`, if it is one, stands for something that a token could have, or for the beginning of
/// another escape. Nearly all escapes in ordinary files stand for quotes, spaces and letters of other scripts.
fn hides(text: &[u8], at: usize) -> bool {
    match escape(&text[at..]) {
        Some((b'\\', length)) => matches!(text.get(at + length), Some(b'u' | b'x')),
        Some((b'&', length)) => text.get(at + length) == Some(&b'#'),
        Some((b'\n' | b'\r', length)) => cut(text, at, length).is_some(),
        Some((letter, _)) => letter.is_ascii_alphanumeric() || b"|_-.=%#;".contains(&letter),
        None => false,
    }
}

/// The length of the break at `at`, indentation included, when it was made in the middle of a long run of letters;
/// the sign of it takes `length` bytes.
fn cut(text: &[u8], at: usize, length: usize) -> Option<usize> {
    let before = &text[..at];
    let before = before.strip_suffix(b"\r").or_else(|| before.strip_suffix(b"\\r")).unwrap_or(before);
    let before = before.strip_suffix(b"=").or_else(|| before.strip_suffix(b"\\")).unwrap_or(before);
    let run = before.iter().rev().take(CUT_RUN).take_while(|byte| is_coded(**byte)).count();
    if run < CUT_RUN {
        return None;
    }
    let behind = &text[at + length..];
    let indentation = behind.iter().take(INDENTATION).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    // A second sign, as of `\r\n` in a string, is looked at in its turn.
    let goes_on = behind.get(indentation).is_some_and(|next| is_coded(*next) || matches!(next, b'\\' | b'%' | b'&'));
    goes_on.then_some(length + indentation)
}

/// A letter of base64, of hexadecimal digits or of a token.
fn is_coded(byte: u8) -> bool {
    byte == b'|' || is_base64_letter(&byte)
}

/// What the escape at the beginning of `text` stands for, and how long it is.
fn escape(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        [b'%', high, low, ..] => Some((ascii(number(&[*high, *low], 16)?)?, 3)),
        [b'\\', b'u', b'{', rest @ ..] => {
            let digits = rest.iter().take(6).take_while(|byte| byte.is_ascii_hexdigit()).count();
            let letter = ascii(number(&rest[..digits], 16)?)?;
            (rest.get(digits) == Some(&b'}')).then_some((letter, 4 + digits))
        }
        [b'\\', b'u', rest @ ..] => Some((ascii(number(rest.get(..4)?, 16)?)?, 6)),
        [b'\\', b'x', rest @ ..] => Some((ascii(number(rest.get(..2)?, 16)?)?, 4)),
        [b'\\', b'0'..=b'1', ..] => Some((ascii(number(text.get(1..4)?, 8)?)?, 4)),
        [b'\\', b'n', ..] => Some((b'\n', 2)),
        [b'\\', b'r', ..] => Some((b'\r', 2)),
        [b'\\', letter @ (b'\\' | b'/' | b'"' | b'\''), ..] => Some((*letter, 2)),
        [b'&', b'#', b'x' | b'X', rest @ ..] => entity(rest, 16).map(|(letter, length)| (letter, 3 + length)),
        [b'&', b'#', rest @ ..] => entity(rest, 10).map(|(letter, length)| (letter, 2 + length)),
        _ => text.starts_with(b"&amp;").then_some((b'&', 5)),
    }
}

/// The number of a character reference; browsers read it without its `;` as well.
fn entity(text: &[u8], radix: u32) -> Option<(u8, usize)> {
    let digits = text.iter().take(8).take_while(|byte| char::from(**byte).is_digit(radix)).count();
    let letter = ascii(number(&text[..digits], radix)?)?;
    Some((letter, digits + usize::from(text.get(digits) == Some(&b';'))))
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let text = std::str::from_utf8(digits).ok().filter(|text| !text.starts_with('+'))?;
    u32::from_str_radix(text, radix).ok()
}

fn ascii(number: u32) -> Option<u8> {
    u8::try_from(number).ok().filter(u8::is_ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_escape_stands_for_its_letter() {
        let table = [
            ("%49", "I"),
            ("\\u0049", "I"),
            ("\\u{49}", "I"),
            ("\\x49", "I"),
            ("\\111", "I"),
            ("&#73;", "I"),
            ("&#0073;", "I"),
            ("&#73", "I"),
            ("&#x49;", "I"),
            ("&#X49;", "I"),
            ("%2549", "%49"),
            ("\\\\u0049", "\\u0049"),
            ("&amp;#73;", "&#73;"),
        ];
        for (text, expected) in table {
            let peeled = peel(format!("a {text} b").as_bytes(), 16).pop().map(|part| part.bytes).unwrap_or_default();
            assert_eq!(String::from_utf8(peeled).unwrap(), format!("a {expected} b"), "{text}");
        }
        for text in ["%4", "%zz", "%D0%B9", "\\u00e9", "&#8217;", "&nbsp;", "%20", "\\", "&#", "\\u{", "%+4", "&#;"] {
            assert!(peel(text.as_bytes(), 8).is_empty(), "{text}");
        }
    }

    #[test]
    fn lines_that_were_cut_are_joined_and_others_are_not() {
        let long = "abcdefghijklmnopqrstuvwxyz";
        for sign in ["\n", "\r\n", "\n   ", "=\r\n", "\\\n", "\\n", "\\r\\n", "&#10;"] {
            let mut text = format!("{long}{sign}{long}").into_bytes();
            for _ in 0..2 {
                text = peel(&text, 64).pop().map_or(text, |part| part.bytes);
            }
            assert_eq!(String::from_utf8(text).unwrap(), format!("{long}{long}"), "{sign:?}");
        }
        for text in ["words of a line\nand of another", "<p>\n<p>", "abcdefghijklmnopqrstuvwxyz\n\nand more"] {
            assert!(peel(text.as_bytes(), 8).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_place_is_that_of_the_escape() {
        let text = b"0123456789%49%47 and";
        let peeled = peel(text, 4).pop().unwrap();
        let at = peeled.bytes.iter().position(|byte| *byte == b'G').unwrap();
        assert_eq!(peeled.place(text, at), 13);
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_made_longer_and_every_place_is_in_the_text(text in "[%\\\\&#;xu{}0-9a-zA-Z=\r\n ]{0,200}", reach in 1..40_usize) {
            for part in peel(text.as_bytes(), reach) {
                proptest::prop_assert!(part.bytes.len() <= text.len());
                for offset in 0..part.bytes.len() {
                    proptest::prop_assert!(part.place(text.as_bytes(), offset) < text.len());
                }
            }
        }
    }
}
