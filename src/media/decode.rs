//! Bytes in, upright sRGB pixels out, whatever the coding. Pure.

use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, Limits, Rgb, RgbImage};

use super::colour::to_srgb;
use super::decode_jpeg;
use super::sniff::Sniffed;

/// Bounds of what is decoded, checked before any memory is taken for pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PixelLimits {
    /// Width times height.
    pub max_pixels: u64,
    /// The longer side.
    pub max_side: u32,
}

impl Default for PixelLimits {
    /// Instagram serves at most 1440 pixels in width, a few files 1920; 50 million pixels are a camera's original, and
    /// what decompression bombs have to stay below takes 150 MB. A WebP has at most 16,383 pixels a side.
    fn default() -> Self {
        Self { max_pixels: 50_000_000, max_side: 16_383 }
    }
}

/// Why bytes are no picture that can be used.
#[derive(Debug, thiserror::Error)]
pub enum ShapeError {
    /// They are something else.
    #[error("{} was served instead of a picture", .0.describe())]
    NotAPicture(Sniffed),
    /// They are more pixels than anybody posts.
    #[error("a picture of {width} × {height} pixels is too large")]
    TooLarge {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// They are no pixels at all.
    #[error("a picture of {width} × {height} pixels shows nothing")]
    ZeroSized {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// The end of a JPEG is missing. Half a photograph is none, though decoders would fill in the rest.
    #[error("the picture ends too early")]
    CutOff,
    /// They make no sense.
    #[error("the picture is damaged")]
    Broken(#[source] ImageError),
}

/// Decodes `bytes` to upright 8-bit sRGB pixels.
///
/// The type is told by the bytes. EXIF orientation is applied, a colour profile converted, transparency put on white;
/// of an animation the first frame is taken.
///
/// # Errors
/// [`ShapeError`] as its variants say; a JPEG that ends too early is [`ShapeError::CutOff`],
/// any other file [`ShapeError::Broken`].
pub fn decode(bytes: &[u8], limits: PixelLimits) -> Result<RgbImage, ShapeError> {
    let cursor = Cursor::new(bytes);
    let decoded = match Sniffed::of(bytes) {
        Sniffed::Jpeg => decode_jpeg::decode(bytes, limits)?,
        // Its head may hold a packed profile: bounded before it is read.
        Sniffed::Png => by_image(PngDecoder::with_limits(cursor, head_limits()).map_err(ShapeError::Broken)?, limits)?,
        Sniffed::WebP => by_image(WebPDecoder::new(cursor).map_err(ShapeError::Broken)?, limits)?,
        Sniffed::Gif => by_image(GifDecoder::new(cursor).map_err(ShapeError::Broken)?, limits)?,
        other => return Err(ShapeError::NotAPicture(other)),
    };
    let mut srgb = to_srgb(decoded.pixels, decoded.profile.as_deref());
    srgb.apply_orientation(decoded.orientation);
    Ok(on_white(srgb))
}

/// What a decoder gives, before anything is made of it.
pub(super) struct Decoded {
    /// As they are stored: in any colour space, lying on any side.
    pub(super) pixels: Stored,
    /// The ICC profile that came with them.
    pub(super) profile: Option<Vec<u8>>,
    /// How they are turned.
    pub(super) orientation: Orientation,
}

/// Pixels as a file holds them.
pub(super) enum Stored {
    /// Light: grey or red, green and blue, with or without alpha.
    Light(DynamicImage),
    /// Ink: cyan, magenta, yellow and black, a byte each, 255 for full ink.
    Ink {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
        /// Four bytes a pixel, row by row.
        samples: Vec<u8>,
    },
}

impl PixelLimits {
    /// # Errors
    /// [`ShapeError::ZeroSized`] and [`ShapeError::TooLarge`].
    pub(super) fn check(self, width: u32, height: u32) -> Result<(), ShapeError> {
        if width == 0 || height == 0 {
            return Err(ShapeError::ZeroSized { width, height });
        }
        if u64::from(width) * u64::from(height) > self.max_pixels || width.max(height) > self.max_side {
            return Err(ShapeError::TooLarge { width, height });
        }
        Ok(())
    }
}

/// More pixels than Instagram serves, so that several at once would take more memory than a build should.
const LARGE: u64 = 12_000_000;

/// Whether decoding these bytes takes much memory, as far as their head tells.
pub fn is_large(bytes: &[u8]) -> bool {
    let reader = image::ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let sides = reader.ok().and_then(|mut reader| {
        reader.limits(head_limits());
        reader.into_dimensions().ok()
    });
    sides.is_some_and(|(width, height)| u64::from(width) * u64::from(height) > LARGE)
}

/// What a picture's head may take: the largest profiles of printers have a few megabytes.
fn head_limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(16 << 20);
    limits
}

fn by_image<D: ImageDecoder>(mut decoder: D, limits: PixelLimits) -> Result<Decoded, ShapeError> {
    let (width, height) = decoder.dimensions();
    limits.check(width, height)?;
    let mut allowed = Limits::no_limits();
    // Eight bytes a pixel are 16 bits in four channels, the most any of these formats unfolds to; as much again is
    // for the decoder's own use.
    allowed.max_alloc = Some(limits.max_pixels.saturating_mul(16));
    decoder.set_limits(allowed).map_err(ShapeError::Broken)?;
    let profile = decoder.icc_profile().ok().flatten();
    let orientation = decoder.orientation().map_err(ShapeError::Broken)?;
    let pixels = Stored::Light(DynamicImage::from_decoder(decoder).map_err(ShapeError::Broken)?);
    Ok(Decoded { pixels, profile, orientation })
}

/// Puts what can be seen through on white, as a page would.
fn on_white(image: DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let seen_through = image.into_rgba8();
    let mut opaque = RgbImage::new(seen_through.width(), seen_through.height());
    for (to, from) in opaque.pixels_mut().zip(seen_through.pixels()) {
        let [red, green, blue, alpha] = from.0.map(u32::from);
        let over = |channel: u32| u8::try_from((channel * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX);
        *to = Rgb([over(red), over(green), over(blue)]);
    }
    opaque
}
