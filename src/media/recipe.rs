//! How pictures are made: everything that changes their bytes, and nothing else.

use sha2::{Digest, Sha256};

use super::encode::{Format, Quality};
use super::shape::Aspect;

/// Raised when the same recipe begins to give other bytes: another encoder, another filter. Pictures made by an
/// earlier edition are then made again, from the cached originals.
const EDITION: u32 = 4;

/// Three dots for each of the 64 pixels that a portrait is wide.
const PORTRAIT: u32 = 192;

/// Wished widths in pixels: ascending, unique, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Widths(Vec<u32>);

impl Widths {
    /// Sorts `widths`; `None` when there are none.
    pub fn new(widths: &[u32]) -> Option<Self> {
        let mut sorted: Vec<u32> = widths.iter().copied().filter(|width| *width > 0).collect();
        sorted.sort_unstable();
        sorted.dedup();
        (!sorted.is_empty()).then_some(Self(sorted))
    }

    /// The widths, ascending.
    pub fn as_slice(&self) -> &[u32] {
        &self.0
    }
}

/// How pictures are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// The widths to make.
    pub widths: Widths,
    /// The formats to make, the best first; at least one.
    pub formats: Vec<Format>,
    /// What is cropped.
    pub aspect: Aspect,
    /// How hard the encoders squeeze.
    pub quality: Quality,
}

impl Recipe {
    /// The recipe of an account's picture: a square for the few dots it is shown in, in the one format that every browser
    /// knows.
    pub fn of_portrait(&self) -> Self {
        let widths = Widths(vec![PORTRAIT]);
        Self { widths, formats: vec![Format::Jpeg], aspect: Aspect::Ratio { width: 1, height: 1 }, ..self.clone() }
    }

    /// Returns eight hexadecimal digits that stand for the whole recipe.
    pub fn fingerprint(&self) -> String {
        let format = |format: &Format| format!("{}{}", format.extension(), self.quality.of(*format));
        let formats: Vec<String> = self.formats.iter().map(format).collect();
        let text = format!("{EDITION} {:?} {} {}", self.widths.as_slice(), formats.join(","), self.aspect);
        hex(&Sha256::digest(text))[..8].to_owned()
    }
}

/// Lower-case hexadecimal digits of `bytes`.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wish_that_changes_the_bytes_changes_the_fingerprint() {
        let plain = Recipe {
            widths: Widths::new(&[640, 320, 320]).unwrap(),
            formats: vec![Format::WebP, Format::Jpeg],
            aspect: Aspect::Original,
            quality: Quality { avif: 80, webp: 80, jpeg: 80 },
        };
        let others = [
            Recipe { widths: Widths::new(&[320]).unwrap(), ..plain.clone() },
            Recipe { formats: vec![Format::Jpeg], ..plain.clone() },
            Recipe { aspect: "1:1".parse().unwrap(), ..plain.clone() },
            Recipe { quality: Quality { webp: 81, ..plain.quality }, ..plain.clone() },
            Recipe { quality: Quality { jpeg: 81, ..plain.quality }, ..plain.clone() },
        ];
        for other in others {
            assert_ne!(plain.fingerprint(), other.fingerprint(), "{other:?}");
        }
        let unused = Recipe { quality: Quality { avif: 50, ..plain.quality }, ..plain.clone() };
        assert_eq!(plain.fingerprint(), unused.fingerprint(), "no AVIF is made");
        assert_eq!(plain.widths.as_slice(), [320, 640]);
        assert_eq!(plain.fingerprint().len(), 8);
    }
}
