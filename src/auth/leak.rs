//! Looks for tokens in bytes that are about to be published.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::token::AccessToken;

/// A run of token letters this long behind a token's first letters is one. In a picture's bytes, which are as good as
/// random, such a run turns up once in 10³⁰ files.
const SHAPE_RUN: usize = 60;

/// Letters behind `access_token=` that make it more than a mention of the word.
const PARAMETER_RUN: usize = 20;

/// The first letters of known tokens.
const SHAPES: [&[u8]; 4] = [b"IGAA", b"IGQV", b"IGQW", b"EAA"];

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
        };
        write!(f, "{what} at byte {}", self.offset)
    }
}

/// Knows what to look for. It holds the live tokens, so it cannot be printed either.
#[derive(Clone)]
pub struct LeakScanner {
    needles: Vec<(Vec<u8>, LeakKind)>,
}

impl fmt::Debug for LeakScanner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LeakScanner({} needles)", self.needles.len())
    }
}

impl LeakScanner {
    /// Will look for these tokens in every coding they may have, and for anything that has the shape of one.
    pub fn new(tokens: &[&AccessToken]) -> Self {
        let mut needles: Vec<(Vec<u8>, LeakKind)> = Vec::new();
        for token in tokens {
            let plain = token.expose();
            needles.push((plain.as_bytes().to_vec(), LeakKind::Plain));
            let encoded: String =
                percent_encoding::utf8_percent_encode(plain, percent_encoding::NON_ALPHANUMERIC).to_string();
            if encoded != plain {
                needles.push((encoded.into_bytes(), LeakKind::Percent));
            }
            needles.extend(base64_cores(plain.as_bytes()).into_iter().map(|core| (core, LeakKind::Base64)));
        }
        needles.dedup();
        Self { needles }
    }

    /// Returns the first leak in `bytes`, live tokens before shapes.
    pub fn scan(&self, bytes: &[u8]) -> Option<Leak> {
        let live = self
            .needles
            .iter()
            .find_map(|(needle, kind)| find(bytes, needle).map(|offset| Leak { kind: *kind, offset: offset as u64 }));
        live.or_else(|| shape(bytes).map(|offset| Leak { kind: LeakKind::Shape, offset: offset as u64 }))
    }
}

/// What every base64 text that holds `secret` holds, for each of the three ways it may be aligned there.
fn base64_cores(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut cores = Vec::new();
    for shift in 0..3 {
        let mut shifted = vec![0; shift];
        shifted.extend_from_slice(secret);
        // Whole groups of three bytes only: what stands before and after changes the letters at both ends.
        shifted.truncate(shifted.len() / 3 * 3);
        let skip = if shift == 0 { 0 } else { 4 };
        for text in [STANDARD_NO_PAD.encode(&shifted), URL_SAFE_NO_PAD.encode(&shifted)] {
            let core = text.as_bytes().get(skip..).unwrap_or_default().to_vec();
            // Too little of a short token would be found in anything.
            if core.len() >= 16 && !cores.contains(&core) {
                cores.push(core);
            }
        }
    }
    cores
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut from = 0;
    while let Some(step) = bytes.get(from..)?.iter().position(|byte| *byte == first) {
        let at = from + step;
        if bytes[at..].starts_with(needle) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

fn shape(bytes: &[u8]) -> Option<usize> {
    let run = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let mut at = 0;
    while let Some(step) = bytes.get(at..)?.iter().position(|byte| matches!(byte, b'I' | b'E' | b'a')) {
        at += step;
        let rest = &bytes[at..];
        let is_start = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        let is_token = is_start && SHAPES.iter().any(|shape| rest.starts_with(shape)) && run(at) >= SHAPE_RUN;
        let is_parameter = [b"access_token=".as_slice(), b"access_token%3D"]
            .iter()
            .any(|name| rest.starts_with(name) && run(at + name.len()) >= PARAMETER_RUN);
        if is_token || is_parameter {
            return Some(at);
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
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
