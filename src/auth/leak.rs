//! Looks for tokens in bytes that are about to be published.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

use aho_corasick::{AhoCorasick, Input, MatchKind};

use super::coded::{
    Alignment, base64_core, base64_runs, hex_letters, is_base64_letter, percent_encodings, token_letters, wide,
    wide_letters,
};
use super::peeled::peel;
use super::token::AccessToken;
use crate::media::hex;

/// A run of token letters this long behind a token's first letters is one. In a picture's bytes, which are as good as
/// random, such a run turns up once in 10³⁰ files.
const SHAPE_RUN: usize = 60;

/// Letters behind `access_token=` that make it more than a mention of the word.
const PARAMETER_RUN: usize = 20;

/// Fewer letters of a live token in base64 would be found in anything.
const BASE64_CORE: usize = 16;

/// Letters of a needle that the automaton looks for; the rest is compared. A longer one would make the automaton larger
/// than what it is to save time for, and so many are found in nothing by chance.
const HEAD: usize = 24;

/// So many escapes around one another are taken off: a program that writes JSON into HTML into an address has three.
const LAYERS: usize = 3;

/// So far from an escape a token may begin or end: known ones have 250 letters.
const REACH: usize = 512;

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
    /// The live token, two bytes for each letter.
    Wide,
    /// The live token, in hexadecimal digits.
    Hex,
    /// The live token behind escapes, or with line breaks inside.
    Escaped,
    /// Something that looks like a token.
    Shape,
    /// A base64 text of something that looks like a token.
    Base64Shape,
    /// Something that looks like a token, two bytes for each letter.
    WideShape,
    /// Hexadecimal digits of something that looks like a token.
    HexShape,
    /// Something that looks like a token behind escapes, or with line breaks inside.
    EscapedShape,
}

impl LeakKind {
    /// Whether it is the live token itself.
    fn is_live(self) -> bool {
        match self {
            Self::Plain | Self::Percent | Self::Base64 | Self::Wide | Self::Hex | Self::Escaped => true,
            Self::Shape | Self::Base64Shape | Self::WideShape | Self::HexShape | Self::EscapedShape => false,
        }
    }

    /// The same in base64, whatever coding was found in there.
    fn in_base64(self) -> Self {
        if self.is_live() { Self::Base64 } else { Self::Base64Shape }
    }

    /// The same behind escapes.
    fn escaped(self) -> Self {
        match self {
            Self::Plain | Self::Percent => Self::Escaped,
            Self::Shape => Self::EscapedShape,
            other => other,
        }
    }
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
    /// Whether it is the live token itself, and not what looks like one.
    pub fn is_live(self) -> bool {
        self.kind.is_live()
    }

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
            LeakKind::Wide => "the access token, in UTF-16",
            LeakKind::Hex => "the access token, in hexadecimal digits",
            LeakKind::Escaped => "the access token, behind escapes or in broken lines",
            LeakKind::Shape => "what looks like an access token",
            LeakKind::Base64Shape => "what looks like an access token, in base64",
            LeakKind::WideShape => "what looks like an access token, in UTF-16",
            LeakKind::HexShape => "what looks like an access token, in hexadecimal digits",
            LeakKind::EscapedShape => "what looks like an access token, behind escapes or in broken lines",
        };
        write!(f, "{what} at byte {}", self.offset)
    }
}

/// What stands behind a needle decides whether it is a token.
#[derive(Clone)]
enum Needle {
    /// It is one if the rest of it follows.
    Live(LeakKind, Vec<u8>),
    /// It is one if enough letters follow, and none stands before.
    Shape,
    /// It is one if enough letters follow.
    Parameter,
    /// It is one if what it stands for is.
    Base64Shape(Alignment),
    /// It is one if enough letters of two bytes follow, and none stands before.
    WideShape,
    /// It is one if enough letters of two bytes follow.
    WideParameter,
    /// It is one if enough pairs of digits follow that stand for letters.
    HexShape,
}

/// Knows what to look for. It holds the live tokens, so it cannot be printed either.
#[derive(Clone)]
pub struct LeakScanner {
    finder: AhoCorasick,
    /// The beginning of each needle.
    heads: Vec<Vec<u8>>,
    needles: Vec<Needle>,
    reach: usize,
}

impl fmt::Debug for LeakScanner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LeakScanner({} needles)", self.needles.len())
    }
}

impl LeakScanner {
    /// Will look for these tokens in every coding they may have, and for anything that has the shape of one.
    pub fn new(tokens: &[&AccessToken]) -> Self {
        let mut heads: Vec<Vec<u8>> = Vec::new();
        let mut needles: Vec<Needle> = Vec::new();
        let mut reach = REACH;
        for token in tokens {
            reach = reach.max(2 * token.expose().len());
            for (kind, text) in codings(token.expose()) {
                let is_known = |needle: &Needle| matches!(needle, Needle::Live(_, known) if *known == text);
                if !needles.iter().any(is_known) {
                    heads.push(text[..text.len().min(HEAD)].to_vec());
                    needles.push(Needle::Live(kind, text));
                }
            }
        }
        let mut add = |head: &[u8], needle: Needle| {
            heads.push(head.to_vec());
            needles.push(needle);
        };
        for shape in SHAPES {
            add(shape.as_bytes(), Needle::Shape);
            add(&wide(shape.as_bytes()), Needle::WideShape);
            add(hex(shape.as_bytes()).as_bytes(), Needle::HexShape);
            // Three letters of base64 are found everywhere: only the longer beginnings are looked for.
            for core in (0..3).filter(|_| shape.len() > 3).map(|before| base64_core(shape.as_bytes(), before)) {
                for letters in &core.letters {
                    add(letters.as_bytes(), Needle::Base64Shape(core.alignment()));
                }
            }
        }
        for parameter in PARAMETERS {
            add(parameter.as_bytes(), Needle::Parameter);
            add(&wide(parameter.as_bytes()), Needle::WideParameter);
        }
        // Of this kind it looks at many bytes at once. It names one needle at a place; that place is then asked for all.
        let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(&heads);
        Self { finder: finder.expect("a few hundred letters fit any automaton"), heads, needles, reach }
    }

    /// Returns the first leak in `bytes`; a live token counts before the shape of one.
    pub fn scan(&self, bytes: &[u8]) -> Option<Leak> {
        self.scan_layers(bytes, LAYERS)
    }

    /// The path without those parts that hold a token: what is said of a file is read by more people than its folder.
    pub fn shown(&self, path: &Path) -> PathBuf {
        let holds = |part: &OsStr| self.scan(part.as_encoded_bytes()).is_some();
        path.iter().map(|part| if holds(part) { OsStr::new("…") } else { part }).collect()
    }

    fn scan_layers(&self, bytes: &[u8], layers: usize) -> Option<Leak> {
        let plain = self.scan_plain(bytes);
        if layers == 0 || plain.is_some_and(|leak| leak.kind.is_live()) {
            return plain;
        }
        let peeled = peel(bytes, self.reach).into_iter().filter_map(|part| {
            let found = self.scan_layers(&part.bytes, layers - 1)?;
            let inside = usize::try_from(found.offset).unwrap_or_default();
            Some(Leak { kind: found.kind.escaped(), offset: part.place(bytes, inside) as u64 })
        });
        let coded = base64_runs(bytes).into_iter().filter_map(|(start, decoded)| {
            let found = self.scan_layers(&decoded, layers - 1)?;
            Some(Leak { kind: found.kind.in_base64(), offset: start as u64 + found.offset * 4 / 3 })
        });
        let mut shape = plain;
        for leak in peeled.chain(coded) {
            if leak.is_live() {
                return Some(leak);
            }
            shape = shape.or(Some(leak));
        }
        shape
    }

    fn scan_plain(&self, bytes: &[u8]) -> Option<Leak> {
        let mut shape: Option<Leak> = None;
        let mut from = 0;
        while let Some(found) = self.finder.find(Input::new(bytes).range(from..)) {
            let at = found.start();
            from = at + 1;
            for (head, needle) in self.heads.iter().zip(&self.needles).filter(|(head, _)| bytes[at..].starts_with(head))
            {
                let is_live = matches!(needle, Needle::Live(..));
                let wanted = is_live || shape.is_none();
                let Some(kind) = needle.kind_at(bytes, at, head.len()).filter(|_| wanted) else { continue };
                let leak = Leak { kind, offset: at as u64 };
                if is_live {
                    return Some(leak);
                }
                shape = Some(leak);
            }
        }
        shape
    }
}

impl Needle {
    /// What is found at `at`, where its head of `length` bytes stands.
    fn kind_at(&self, bytes: &[u8], at: usize, length: usize) -> Option<LeakKind> {
        let behind = &bytes[at + length..];
        match self {
            Self::Live(kind, whole) => bytes[at..].starts_with(whole).then_some(*kind),
            Self::Shape => {
                let is_start = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
                (is_start && token_letters(&bytes[at..], SHAPE_RUN)).then_some(LeakKind::Shape)
            }
            Self::Parameter => token_letters(behind, PARAMETER_RUN).then_some(LeakKind::Shape),
            Self::Base64Shape(alignment) => {
                // The beginning was found already; what is left of it and what follows has to be letters.
                let run: Vec<u8> =
                    bytes[at..].iter().take_while(|byte| is_base64_letter(byte)).take(SHAPE_RUN * 2).copied().collect();
                token_letters(&alignment.decode(&run), SHAPE_RUN - 1).then_some(LeakKind::Base64Shape)
            }
            Self::WideShape => {
                let is_start = at < 2 || bytes[at - 1] != 0 || !bytes[at - 2].is_ascii_alphanumeric();
                (is_start && wide_letters(&bytes[at..], SHAPE_RUN)).then_some(LeakKind::WideShape)
            }
            Self::WideParameter => {
                let is_value = behind.first() == Some(&0) && wide_letters(&behind[1..], PARAMETER_RUN);
                is_value.then_some(LeakKind::WideShape)
            }
            Self::HexShape => hex_letters(&bytes[at..], SHAPE_RUN).then_some(LeakKind::HexShape),
        }
    }
}

/// Every text that holds `token` in one coding.
fn codings(token: &str) -> Vec<(LeakKind, Vec<u8>)> {
    let mut all = vec![(LeakKind::Plain, token.as_bytes().to_vec())];
    all.extend(percent_encodings(token).into_iter().map(|text| (LeakKind::Percent, text.into_bytes())));
    // As PowerShell wants its commands: base64 of two bytes for each letter.
    for bytes in [token.as_bytes(), &wide(token.as_bytes())] {
        for letters in (0..3).flat_map(|before| base64_core(bytes, before).letters) {
            if letters.len() >= BASE64_CORE {
                all.push((LeakKind::Base64, letters.into_bytes()));
            }
        }
    }
    all.push((LeakKind::Wide, wide(token.as_bytes())));
    let digits = hex(token.as_bytes());
    all.push((LeakKind::Hex, digits.to_ascii_uppercase().into_bytes()));
    all.push((LeakKind::Hex, digits.into_bytes()));
    all
}

#[cfg(test)]
mod tests;
