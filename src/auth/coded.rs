//! What a secret looks like inside other texts: percent-encoded, or in base64. Pure.

use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};

/// Reads what stands in a text, even when it ends in the middle of a byte.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Every percent-encoding of `secret` that differs from it: of what has to be encoded, or of every byte; in large
/// letters and in small ones.
pub fn percent_encodings(secret: &str) -> Vec<String> {
    let escaped = |is_every: bool, is_large: bool| -> String {
        let escape = |byte: u8| match (byte.is_ascii_alphanumeric() && !is_every, is_large) {
            (true, _) => char::from(byte).to_string(),
            (false, true) => format!("%{byte:02X}"),
            (false, false) => format!("%{byte:02x}"),
        };
        secret.bytes().map(escape).collect()
    };
    let mut all = vec![escaped(false, true), escaped(false, false), escaped(true, true), escaped(true, false)];
    all.sort();
    all.dedup();
    all.retain(|text| text != secret);
    all
}

/// `secret` with a byte of 0 between its letters: what both orders of UTF-16 have in common.
pub fn wide(secret: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = secret.iter().flat_map(|byte| [*byte, 0]).collect();
    bytes.pop();
    bytes
}

/// The letters that every base64 text that holds `secret` holds, when so many bytes stand before it in its group of
/// three: letters that a neighbour has bits of are left out.
pub fn base64_core(secret: &[u8], before: usize) -> Base64Core {
    let mut bytes = vec![0; before % 3];
    bytes.extend_from_slice(secret);
    let first = (bytes.len() - secret.len()).saturating_mul(8).div_ceil(6);
    let end = bytes.len() * 8 / 6;
    let cut = |text: String| text.get(first..end).unwrap_or_default().to_owned();
    let (standard, url_safe) = (cut(STANDARD_NO_PAD.encode(&bytes)), cut(URL_SAFE_NO_PAD.encode(&bytes)));
    Base64Core { letters: if standard == url_safe { vec![standard] } else { vec![standard, url_safe] }, first, before }
}

/// See [`base64_core`].
pub struct Base64Core {
    /// In the standard alphabet and, where it differs, in the one for addresses.
    pub letters: Vec<String>,
    first: usize,
    before: usize,
}

/// How a run of base64 letters is read back that begins with such a core.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alignment {
    /// Letters of the group of four that stand before the core.
    letters: usize,
    /// Whole bytes that are lost with them.
    bytes: usize,
}

impl Base64Core {
    /// How a run that begins with it is read.
    pub fn alignment(&self) -> Alignment {
        // A byte of which the first bits stand in a letter that is not ours is lost as well.
        let bytes = if self.before == 0 { 0 } else { self.before + 1 };
        Alignment { letters: self.first, bytes }
    }
}

impl Alignment {
    /// The bytes in `run`, from the first whole one on; `run` holds base64 letters only.
    pub fn decode(self, run: &[u8]) -> Vec<u8> {
        let mut letters = vec![b'A'; self.letters];
        letters.extend(run.iter().map(|letter| match letter {
            b'-' => b'+',
            b'_' => b'/',
            other => *other,
        }));
        // One letter of a group says less than a byte.
        if letters.len() % 4 == 1 {
            letters.pop();
        }
        let decoded = LENIENT.decode(&letters).unwrap_or_default();
        decoded.get(self.bytes..).unwrap_or_default().to_vec()
    }
}

/// A letter of base64, in the standard alphabet or in the one for addresses.
pub fn is_base64_letter(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/-_".contains(byte)
}

/// Shorter runs of base64 letters hold no token.
const SHORTEST_RUN: usize = 80;

/// What the long runs of base64 letters in `bytes` stand for, each with the place where the run begins.
pub fn base64_runs(bytes: &[u8]) -> Vec<(usize, Vec<u8>)> {
    let mut runs = Vec::new();
    let mut at = 0;
    // A run that begins here has a letter in its last place: where there is none, all places before it are out.
    while let Some(needed) = bytes.get(at..at + SHORTEST_RUN) {
        if let Some(other) = needed.iter().rposition(|byte| !is_base64_letter(byte)) {
            at += other + 1;
            continue;
        }
        let length = bytes[at..].iter().take_while(|byte| is_base64_letter(byte)).count();
        runs.push((at, Alignment { letters: 0, bytes: 0 }.decode(&bytes[at..at + length])));
        at += length;
    }
    runs
}

/// Whether `bytes` begin with so many letters of a token.
pub fn token_letters(bytes: &[u8], count: usize) -> bool {
    bytes.len() >= count && bytes[..count].iter().all(u8::is_ascii_alphanumeric)
}

/// The same, with a byte of 0 behind each letter.
pub fn wide_letters(bytes: &[u8], count: usize) -> bool {
    bytes.len() >= 2 * count
        && bytes[..2 * count].chunks_exact(2).all(|pair| pair[0].is_ascii_alphanumeric() && pair[1] == 0)
}

/// The same, in two digits for each letter.
pub fn hex_letters(bytes: &[u8], count: usize) -> bool {
    let value = |digit: u8| char::from(digit).to_digit(16);
    let is_letter = |pair: &[u8]| match (value(pair[0]), value(pair[1])) {
        (Some(high), Some(low)) => u8::try_from(high * 16 + low).is_ok_and(|byte| byte.is_ascii_alphanumeric()),
        _ => false,
    };
    bytes.len() >= 2 * count && bytes[..2 * count].chunks_exact(2).all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_core_is_in_every_text_that_holds_its_secret() {
        let secret = b"a-secret?~of/some length";
        for before in ["", "x", "xy", "xyz", "wxyz"] {
            for after in ["", "1", "12", "123"] {
                let core = base64_core(secret, before.len() % 3);
                let plain = [before.as_bytes(), secret, after.as_bytes()].concat();
                for text in [STANDARD_NO_PAD.encode(&plain), URL_SAFE_NO_PAD.encode(&plain)] {
                    let found = core.letters.iter().find_map(|letters| text.find(letters.as_str()));
                    let at = found.unwrap_or_else(|| panic!("{before}, {after}: {:?} in {text}", core.letters));
                    let read = core.alignment().decode(&text.as_bytes()[at..]);
                    let whole = [secret.as_slice(), after.as_bytes()].concat();
                    assert!(whole.ends_with(&read) && read.len() + 1 >= whole.len(), "{before}, {after}: {read:?}");
                }
            }
        }
    }

    #[test]
    fn long_runs_of_base64_are_read_and_short_ones_are_not() {
        let long = STANDARD_NO_PAD.encode([7; 70]);
        let text = format!("{} {long}= {}", &long[..79], "a b ".repeat(50));
        assert_eq!(base64_runs(text.as_bytes()), [(80, vec![7; 70])]);
        assert_eq!(base64_runs(long.as_bytes()), [(0, vec![7; 70])]);
        assert!(base64_runs(&[0; 1000]).is_empty() && base64_runs(b"").is_empty());
    }

    #[test]
    fn percent_encodings_are_what_programs_write() {
        assert_eq!(percent_encodings("a|"), ["%61%7C", "%61%7c", "a%7C", "a%7c"]);
        assert_eq!(percent_encodings("ab"), ["%61%62"]);
    }
}
