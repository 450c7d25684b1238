//! Looks for tokens in bytes that are about to be published.

use std::fmt;

use aho_corasick::{AhoCorasick, MatchKind};

use super::coded::{Alignment, base64_core, percent_encodings};
use super::token::AccessToken;

/// A run of token letters this long behind a token's first letters is one. In a picture's bytes, which are as good as
/// random, such a run turns up once in 10³⁰ files.
const SHAPE_RUN: usize = 60;

/// Letters behind `access_token=` that make it more than a mention of the word.
const PARAMETER_RUN: usize = 20;

/// Fewer letters of a live token in base64 would be found in anything.
const BASE64_CORE: usize = 16;

/// The first letters of known tokens.
const SHAPES: [&str; 4] = ["IGAA", "IGQV", "IGQW", "EAA"];

/// How a token stands in an address, plain and percent-encoded.
const PARAMETERS: [&str; 3] = ["access_token=", "access_token%3D", "access_token%3d"];

/// How a token was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeakKind {
    /// The live token, as it is.
    Plain,
    /// The live token, percent-encoded.
    Percent,
    /// The live token inside a base64 text.
    Base64,
    /// Something that looks like a token.
    Shape,
    /// A base64 text of something that looks like a token.
    Base64Shape,
}

/// A token that was found. The token itself is not in here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leak {
    /// How it was found.
    pub kind: LeakKind,
    /// Where it begins, in bytes.
    pub offset: u64,
}

impl Leak {
    /// The same leak in a stream of which `bytes` came before the piece that was looked at.
    pub fn moved_by(self, bytes: u64) -> Self {
        Self { offset: self.offset + bytes, ..self }
    }
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            LeakKind::Plain => "the access token",
            LeakKind::Percent => "the access token, percent-encoded",
            LeakKind::Base64 => "the access token, in base64",
            LeakKind::Shape => "what looks like an access token",
            LeakKind::Base64Shape => "what looks like an access token, in base64",
        };
        write!(f, "{what} at byte {}", self.offset)
    }
}

/// What stands behind a needle decides whether it is a token.
#[derive(Debug, Clone, Copy)]
enum Needle {
    /// It is one.
    Live(LeakKind),
    /// It is one if enough letters follow, and none stands before.
    Shape,
    /// It is one if enough letters follow.
    Parameter,
    /// It is one if what it stands for is.
    Base64Shape(Alignment),
}

/// Knows what to look for. It holds the live tokens, so it cannot be printed either.
#[derive(Clone)]
pub struct LeakScanner {
    finder: AhoCorasick,
    needles: Vec<Needle>,
}

impl fmt::Debug for LeakScanner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LeakScanner({} needles)", self.needles.len())
    }
}

impl LeakScanner {
    /// Will look for these tokens in every coding they may have, and for anything that has the shape of one.
    pub fn new(tokens: &[&AccessToken]) -> Self {
        let mut texts: Vec<String> = Vec::new();
        let mut needles: Vec<Needle> = Vec::new();
        let mut add = |text: String, needle: Needle| {
            if !texts.contains(&text) {
                texts.push(text);
                needles.push(needle);
            }
        };
        for token in tokens {
            let plain = token.expose();
            add(plain.to_owned(), Needle::Live(LeakKind::Plain));
            for text in percent_encodings(plain) {
                add(text, Needle::Live(LeakKind::Percent));
            }
            for letters in (0..3).flat_map(|before| base64_core(plain.as_bytes(), before).letters) {
                if letters.len() >= BASE64_CORE {
                    add(letters, Needle::Live(LeakKind::Base64));
                }
            }
        }
        for shape in SHAPES {
            add(shape.to_owned(), Needle::Shape);
        }
        for parameter in PARAMETERS {
            add(parameter.to_owned(), Needle::Parameter);
        }
        // Three letters of base64 are found everywhere: only the longer beginnings are looked for.
        for shape in SHAPES.into_iter().filter(|shape| shape.len() > 3) {
            for core in (0..3).map(|before| base64_core(shape.as_bytes(), before)) {
                let alignment = core.alignment();
                for letters in core.letters {
                    add(letters, Needle::Base64Shape(alignment));
                }
            }
        }
        let finder = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&texts);
        Self { finder: finder.expect("a few hundred letters fit any automaton"), needles }
    }

    /// Returns the first leak in `bytes`; a live token counts before a shape at the same place.
    pub fn scan(&self, bytes: &[u8]) -> Option<Leak> {
        let mut shape: Option<Leak> = None;
        for found in self.finder.find_overlapping_iter(bytes) {
            let at = found.start();
            let kind = match self.needles[found.pattern().as_usize()] {
                Needle::Live(kind) => return Some(Leak { kind, offset: at as u64 }),
                _ if shape.is_some() => continue,
                Needle::Shape => {
                    let is_start = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
                    (is_start && token_letters(&bytes[at..], SHAPE_RUN)).then_some(LeakKind::Shape)
                }
                Needle::Parameter => token_letters(&bytes[found.end()..], PARAMETER_RUN).then_some(LeakKind::Shape),
                Needle::Base64Shape(alignment) => {
                    let is_letter = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
                    // The beginning was found already; what is left of it and what follows has to be letters.
                    let run: Vec<u8> = bytes[at..].iter().take_while(is_letter).take(SHAPE_RUN * 2).copied().collect();
                    token_letters(&alignment.decode(&run), SHAPE_RUN - 1).then_some(LeakKind::Base64Shape)
                }
            };
            shape = kind.map(|kind| Leak { kind, offset: at as u64 });
        }
        shape
    }
}

/// A run of letters and digits this long in a message is a token or a cursor, and is not shown.
const SECRET_RUN: usize = 40;

/// Takes out of a message whatever is long enough to be a secret.
pub fn without_long_runs(text: &str) -> String {
    let mut safe = String::new();
    let mut run = String::new();
    for letter in text.chars().chain([' ']) {
        if letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-') {
            run.push(letter);
            continue;
        }
        safe.push_str(if run.len() >= SECRET_RUN { "…" } else { &run });
        run.clear();
        safe.push(letter);
    }
    safe.truncate(safe.trim_end().len());
    safe
}

/// Whether `bytes` begin with so many letters of a token.
fn token_letters(bytes: &[u8], count: usize) -> bool {
    bytes.len() >= count && bytes[..count].iter().all(u8::is_ascii_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    const TOKEN: &str = "IGAAfake0fake1fake2fake3fake4fake|5fake6";

    fn check(text: &[u8], expected: Option<LeakKind>) {
        let token = AccessToken::new(TOKEN).unwrap();
        let found = LeakScanner::new(&[&token]).scan(text).map(|leak| leak.kind);
        assert_eq!(found, expected, "{}", String::from_utf8_lossy(text));
    }

    #[test]
    fn a_live_token_is_found_in_every_coding() {
        check(format!("before {TOKEN} after").as_bytes(), Some(LeakKind::Plain));
        check(format!("?x={}", TOKEN.replace('|', "%7C")).as_bytes(), Some(LeakKind::Percent));
        for before in ["", "a", "ab", "abc"] {
            let inside = STANDARD.encode(format!("{before}{TOKEN} and more"));
            check(inside.as_bytes(), Some(LeakKind::Base64));
        }
        for before in ["", "{", "{}"] {
            let inside = STANDARD.encode(format!("{before}IGAA{}", "x1Y2".repeat(20)));
            check(inside.as_bytes(), Some(LeakKind::Base64Shape));
        }
        check(STANDARD.encode("IGAA is how tokens begin, and this is no token, only words").as_bytes(), None);
        check(b"nothing here", None);
    }

    #[test]
    fn what_looks_like_a_token_is_found_and_what_does_not_is_not() {
        let long = "x1Y2".repeat(20);
        check(format!("\"IGAA{long}\"").as_bytes(), Some(LeakKind::Shape));
        check(format!("EAA{long}").as_bytes(), Some(LeakKind::Shape));
        check(format!("https://x/?access_token={long}").as_bytes(), Some(LeakKind::Shape));
        check(format!("https://x/?access_token%3D{long}").as_bytes(), Some(LeakKind::Shape));
        check(b"IGAA is how tokens begin; access_token=\"\"", None);
        check(format!("{long}EAA{long}").as_bytes(), None);
    }

    #[test]
    fn random_bytes_hold_no_token() {
        let mut state: u32 = 7;
        let noise: Vec<u8> = (0..2_000_000)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect();
        check(&noise, None);
    }

    #[test]
    fn neither_a_leak_nor_its_scanner_shows_the_token() {
        let token = AccessToken::new(TOKEN).unwrap();
        let scanner = LeakScanner::new(&[&token]);
        let leak = scanner.scan(TOKEN.as_bytes()).unwrap();
        assert!(!format!("{scanner:?}{leak:?}{leak}").contains("fake"));
        assert_eq!(leak.moved_by(100).to_string(), "the access token at byte 100");
    }
}
