//! One original's bytes become its renditions. Pure.

use sha2::{Digest, Sha256};

use super::decode::{PixelLimits, ShapeError, decode};
use super::encode::{EncodeError, Frame, Grain, encode};
use super::picture::{Picture, Rendition};
use super::placeholder::{dominant_colour, thumbhash_base64};
use super::recipe::{Recipe, hex};
use super::shape::{crop_rect, rendition_widths, resize};
use crate::feed::MediaId;
use crate::files::SitePath;

/// A picture and the bytes of its files.
#[derive(Debug)]
pub struct Developed {
    /// What is known of it.
    pub picture: Picture,
    /// The files, in the order of [`Picture::renditions`].
    pub files: Vec<Vec<u8>>,
}

/// Why an original gave no picture.
#[derive(Debug, thiserror::Error)]
pub enum DevelopError {
    /// Its bytes are no picture that can be used.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// An encoder refused.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

/// Makes every rendition that `recipe` asks for.
///
/// Files are named `<folder>/<id>-<width>.<8 hex of the content's SHA-256>.<extension>`: a name never stands for two
/// contents, so a cache in front of the site never shows a stale picture.
///
/// # Errors
/// [`DevelopError`] when the bytes cannot be decoded within `limits`, or not be encoded.
pub fn develop(
    id: &MediaId,
    original: &[u8],
    recipe: &Recipe,
    folder: &SitePath,
    limits: PixelLimits,
) -> Result<Developed, DevelopError> {
    let pixels = decode(original, limits)?;
    let crop = crop_rect(pixels.width(), pixels.height(), recipe.aspect);
    let widths = rendition_widths(crop.width, recipe.widths.as_slice());
    let frames: Vec<Frame<'_>> = widths
        .iter()
        .map(|width| {
            let grain = if *width == crop.width { Grain::Original } else { Grain::Reduced };
            Frame::new(resize(&pixels, crop, *width), grain)
        })
        .collect();
    let smallest = frames[0].image();
    let mut renditions = Vec::new();
    let mut files = Vec::new();
    for format in &recipe.formats {
        for frame in &frames {
            let bytes = encode(frame, *format, recipe.quality)?;
            let sha256 = hex(&Sha256::digest(&bytes));
            let (width, height) = frame.image().dimensions();
            let name = format!("{id}-{width}.{}.{}", &sha256[..8], format.extension());
            let path = folder.join(&name).expect("an id and hexadecimal digits are a plain file name");
            renditions.push(Rendition { path, format: *format, width, height, bytes: bytes.len() as u64, sha256 });
            files.push(bytes);
        }
    }
    let picture = Picture {
        id: id.clone(),
        recipe: recipe.fingerprint(),
        original: hex(&Sha256::digest(original)),
        original_bytes: original.len() as u64,
        color: dominant_colour(smallest),
        placeholder: thumbhash_base64(smallest),
        renditions,
        clip: None,
    };
    Ok(Developed { picture, files })
}
