//! JPEGs, the only pictures Instagram serves: read by zune-jpeg, which `image` uses as well, so that ink stays ink until
//! its profile was asked. Pure.

use image::error::{DecodingError, ImageFormatHint};
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageError, ImageFormat, RgbImage};
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::colour::is_ink;
use super::decode::{Decoded, PixelLimits, ShapeError, Stored};

/// Reads a JPEG within `limits`.
///
/// A file without its end marker is cut off: decoders fill in what is missing, and half a photograph is none. A file
/// that lost a part in the middle and kept its end cannot be told from a picture that is plain there, and is taken.
///
/// # Errors
/// [`ShapeError`] as its variants say.
pub(super) fn decode(bytes: &[u8], limits: PixelLimits) -> Result<Decoded, ShapeError> {
    let mut head = reader(bytes, ColorSpace::RGB);
    head.decode_headers().map_err(broken)?;
    let (width, height) = head.dimensions().unwrap_or_default();
    let side = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
    let (width, height) = (side(width), side(height));
    limits.check(width, height)?;
    if !has_an_end(bytes) {
        return Err(ShapeError::CutOff);
    }
    let profile = head.icc_profile();
    let orientation = head.exif().and_then(|exif| Orientation::from_exif_chunk(exif));
    let stored_as = head.input_colorspace().unwrap_or(ColorSpace::YCbCr);
    let read_as = match stored_as {
        ColorSpace::Luma => ColorSpace::Luma,
        ColorSpace::CMYK | ColorSpace::YCCK if profile.as_deref().is_some_and(is_ink) => stored_as,
        _ => ColorSpace::RGB,
    };
    let samples = reader(bytes, read_as).decode().map_err(broken)?;
    const FITS: &str = "the decoder gives as many samples as the sides say";
    let pixels = match read_as {
        ColorSpace::Luma => Stored::Light(GrayImage::from_raw(width, height, samples).expect(FITS).into()),
        ColorSpace::CMYK => Stored::Ink { width, height, samples: ink(samples) },
        ColorSpace::YCCK => Stored::Ink { width, height, samples: ink(unmixed(samples)) },
        _ => Stored::Light(DynamicImage::from(RgbImage::from_raw(width, height, samples).expect(FITS))),
    };
    Ok(Decoded { pixels, profile, orientation: orientation.unwrap_or(Orientation::NoTransforms) })
}

/// Small faults that every viewer forgives are forgiven.
fn reader(bytes: &[u8], read_as: ColorSpace) -> JpegDecoder<ZCursor<&[u8]>> {
    // The sides are held against our own limits; the decoder's are narrower.
    let options = DecoderOptions::default().set_strict_mode(false).set_max_width(usize::MAX).set_max_height(usize::MAX);
    JpegDecoder::new_with_options(ZCursor::new(bytes), options.jpeg_set_out_colorspace(read_as))
}

fn broken(error: DecodeErrors) -> ShapeError {
    let hint = ImageFormatHint::Exact(ImageFormat::Jpeg);
    ShapeError::Broken(ImageError::Decoding(DecodingError::new(hint, error.to_string())))
}

/// Four-channel JPEGs hold what is left of the light: 255 is no ink.
///
/// Source: Adobe Technical Note 5116; Chromium and libvips read files without Adobe's mark in the same way.
fn ink(mut samples: Vec<u8>) -> Vec<u8> {
    for sample in &mut samples {
        *sample = 255 - *sample;
    }
    samples
}

/// YCCK to CMYK: luma and chroma stand for the three colours, and black is left alone.
///
/// Source: JFIF 1.02 for the factors, libjpeg for what YCCK is.
fn unmixed(mut samples: Vec<u8>) -> Vec<u8> {
    for pixel in samples.chunks_exact_mut(4) {
        let [luma, blue, red] = [pixel[0], pixel[1], pixel[2]].map(f32::from);
        let (blue, red) = (blue - 128.0, red - 128.0);
        let colours = [luma + 1.402 * red, luma - 0.344_136 * blue - 0.714_136 * red, luma + 1.772 * blue];
        for (sample, colour) in pixel.iter_mut().zip(colours) {
            // What YCCK mixes is ink as it is; the colours that CMYK stores are what is left of the light.
            *sample = 255 - colour.round().clamp(0.0, 255.0) as u8;
        }
    }
    samples
}

/// Whether a JPEG's end marker comes where its scans end; whatever follows it is somebody else's: a second picture,
/// a film, padding.
///
/// Source: ITU-T T.81, B.1.1: a marker is 0xFF and a byte that is neither 0 nor 0xFF; 0xFF 0 is a sample.
fn has_an_end(jpeg: &[u8]) -> bool {
    let mut at = 2;
    loop {
        let Some(step) = jpeg.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == 0xff)) else {
            return false;
        };
        at += step + 1;
        match jpeg.get(at) {
            None => return false,
            Some(0xd9) => return true,
            // Samples, padding, and markers without a body.
            Some(0x00 | 0x01 | 0xd0..=0xd8) => at += 1,
            Some(0xff) => {}
            Some(_) => {
                let Some(length) = jpeg.get(at + 1..at + 3) else { return false };
                at += 1 + usize::from(u16::from_be_bytes([length[0], length[1]]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_looked_for_where_the_scans_end() {
        let segment = [0xff, 0xe1, 0, 6, 0xff, 0xd9, 0xff, 0xd9];
        let scan = [0xff, 0xda, 0, 2, 1, 0xff, 0, 2, 0xff, 0xd3, 4];
        let whole = [&[0xff, 0xd8], segment.as_slice(), &scan, &[0xff, 0xd9]].concat();
        assert!(has_an_end(&whole));
        assert!(has_an_end(&[whole.as_slice(), &[7; 50_000]].concat()), "whatever follows");
        for length in 0..whole.len() {
            assert!(!has_an_end(&whole[..length]), "{length}");
        }
    }
}
