//! AVIF by rav1e, in Rust alone. Pure.

use image::RgbImage;
use imgref::ImgRef;
use ravif::{BitDepth, Encoder};
use rgb::FromSlice;

/// rav1e's speed, 1 to 10. The ninth takes half the time of the seventh and eighth for 2 % more bytes; the tenth saves
/// little more time and costs a tenth more bytes.
const SPEED: u8 = 9;

/// What the quality is raised by to mean what it means for WebP.
const GAIN: f32 = 1.0;

/// Encodes `image` at our `quality`, 1 to 100.
///
/// # Errors
/// What the encoder says, in its own words.
pub fn encode(image: &RgbImage, quality: u8) -> Result<Vec<u8>, String> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let encoder = Encoder::new()
        .with_quality((f32::from(quality) + GAIN).min(100.0))
        .with_speed(SPEED)
        // One thread: every core has a picture of its own already, and the bytes must not depend on the machine.
        .with_num_threads(Some(1))
        .with_bit_depth(BitDepth::Eight);
    let encoded = encoder.encode_rgb(ImgRef::new(image.as_raw().as_rgb(), width, height));
    encoded.map(|encoded| encoded.avif_file).map_err(|error| error.to_string())
}
