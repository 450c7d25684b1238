//! Pixels become files. The door for a new format: a variant here, its word, its encoder. Pure.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;
use std::str::FromStr;

use image::RgbImage;
use serde::{Deserialize, Serialize};

use super::jpeg;
#[cfg(feature = "webp")]
use super::libwebp::{self, Effort};
use super::planes::Planes;

/// A format that pictures are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// AVIF: the smallest files, and many times the work.
    Avif,
    /// Lossy WebP, which every browser of today reads.
    WebP,
    /// JPEG, which everything reads.
    Jpeg,
}

impl Format {
    /// Every format, the smallest files first.
    pub const ALL: [Self; 3] = [Self::Avif, Self::WebP, Self::Jpeg];

    /// Whether this program was built with the format's encoder.
    pub fn is_built_in(self) -> bool {
        match self {
            Self::Avif => cfg!(feature = "avif"),
            Self::WebP => cfg!(feature = "webp"),
            Self::Jpeg => true,
        }
    }

    /// Its word in the settings.
    pub fn word(self) -> &'static str {
        match self {
            Self::Avif => "avif",
            Self::WebP => "webp",
            Self::Jpeg => "jpeg",
        }
    }

    /// The ending of file names.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Avif => "avif",
            Self::WebP => "webp",
            Self::Jpeg => "jpg",
        }
    }

    /// The media type.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Avif => "image/avif",
            Self::WebP => "image/webp",
            Self::Jpeg => "image/jpeg",
        }
    }
}

impl FromStr for Format {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "avif" => Ok(Self::Avif),
            "webp" => Ok(Self::WebP),
            "jpeg" | "jpg" => Ok(Self::Jpeg),
            _ => Err(()),
        }
    }
}

/// How hard the encoders squeeze, 1 to 100; higher is better and larger.
///
/// The numbers mean what they mean elsewhere: at 80, a WebP looks as good as libwebp's at 80 and its usual effort, a
/// JPEG as libjpeg's at 80, an AVIF as a WebP at 80. Measured by SSIMULACRA2; see `docs/performance.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quality {
    /// For AVIF.
    pub avif: u8,
    /// For WebP.
    pub webp: u8,
    /// For JPEG.
    pub jpeg: u8,
}

impl Quality {
    /// The number for one format.
    pub fn of(self, format: Format) -> u8 {
        match format {
            Format::Avif => self.avif,
            Format::WebP => self.webp,
            Format::Jpeg => self.jpeg,
        }
    }
}

/// An encoder that refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {format} encoder refused: {why}")]
pub struct EncodeError {
    /// The format.
    pub format: Format,
    /// What it said.
    pub why: String,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Avif => "AVIF",
            Self::WebP => "WebP",
            Self::Jpeg => "JPEG",
        })
    }
}

/// The pixels of one rendition, and what several encoders need of them, made once.
#[derive(Debug)]
pub struct Frame<'a> {
    image: Cow<'a, RgbImage>,
    grain: Grain,
    planes: OnceCell<Planes>,
}

/// Where the pixels of a frame come from; it decides how gently an encoder must treat them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    /// They are the original's own, traces of its earlier encoding included.
    Original,
    /// They were scaled down: finer, and sharper.
    Reduced,
}

impl<'a> Frame<'a> {
    /// A frame of these pixels.
    pub fn new(image: Cow<'a, RgbImage>, grain: Grain) -> Self {
        Self { image, grain, planes: OnceCell::new() }
    }

    /// The pixels.
    pub fn image(&self) -> &RgbImage {
        &self.image
    }

    fn planes(&self) -> &Planes {
        self.planes.get_or_init(|| Planes::of(&self.image))
    }
}

#[cfg(feature = "webp")]
/// libwebp's method, 0 to 6. Its second gives 3 % more bytes than the usual fourth in 40 % of the time.
const WEBP_METHOD: u8 = 2;

#[cfg(feature = "webp")]
/// What the quality is raised by, for what the faster method loses.
const WEBP_GAIN: f32 = 1.6;

/// Encodes `frame`; the same pixels give the same bytes, and no metadata is in them.
///
/// # Errors
/// [`EncodeError`] when a side is longer than the format can say (16383 pixels for WebP, 65535 for JPEG and AVIF), or
/// when this program was built without the format's encoder.
pub fn encode(frame: &Frame<'_>, format: Format, quality: Quality) -> Result<Vec<u8>, EncodeError> {
    let encoded = match format {
        #[cfg(feature = "avif")]
        Format::Avif => super::avif::encode(frame.image(), quality.avif),
        #[cfg(feature = "webp")]
        Format::WebP => webp(frame.planes(), quality.webp),
        Format::Jpeg => jpeg::encode(frame.planes(), quality.jpeg, frame.grain),
        #[allow(unreachable_patterns, reason = "reached in a build that lacks an encoder")]
        _ => Err("this feedbake was built without it".to_owned()),
    };
    encoded.map_err(|why| EncodeError { format, why })
}

#[cfg(feature = "webp")]
fn webp(planes: &Planes, quality: u8) -> Result<Vec<u8>, String> {
    libwebp::encode(planes, Effort { quality: f32::from(quality) + WEBP_GAIN, method: WEBP_METHOD })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gradient() -> RgbImage {
        RgbImage::from_fn(64, 48, |x, y| image::Rgb([(x * 4) as u8, (y * 5) as u8, 128]))
    }

    fn frame() -> Frame<'static> {
        Frame::new(Cow::Owned(gradient()), Grain::Original)
    }

    fn all(quality: u8) -> Quality {
        Quality { avif: quality, webp: quality, jpeg: quality }
    }

    #[test]
    fn each_format_is_what_it_says_and_shows_what_went_in() {
        for (format, guessed) in [(Format::WebP, image::ImageFormat::WebP), (Format::Jpeg, image::ImageFormat::Jpeg)] {
            let quality = all(90);
            let bytes = encode(&frame(), format, quality).unwrap();
            assert_eq!(image::guess_format(&bytes).unwrap(), guessed);
            let decoded = image::load_from_memory(&bytes).unwrap().into_rgb8();
            assert_eq!(decoded.dimensions(), (64, 48));
            let furthest = decoded.as_raw().iter().zip(gradient().as_raw()).map(|(a, b)| a.abs_diff(*b)).max();
            assert!(furthest <= Some(24), "{format}: {furthest:?}");
            assert_eq!(bytes, encode(&frame(), format, quality).unwrap());
            let harder = encode(&frame(), format, all(20)).unwrap();
            assert!(harder.len() < bytes.len());
        }
    }

    #[test]
    fn what_a_format_cannot_hold_is_refused() {
        let long = Frame::new(Cow::Owned(RgbImage::new(17_000, 1)), Grain::Original);
        assert!(encode(&long, Format::WebP, all(80)).is_err());
        assert!(encode(&long, Format::Jpeg, all(80)).is_ok());
    }
}
