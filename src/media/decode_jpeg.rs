//! JPEGs, the only pictures Instagram serves: read by zune-jpeg, which `image` uses as well, so that ink stays ink until
//! its profile was asked. Pure.

use image::error::{DecodingError, ImageFormatHint};
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageError, ImageFormat, RgbImage};
use zune_jpeg::JpegDecoder;
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
    let walk = Walk::over(bytes);
    if !walk.has_end {
        return Err(ShapeError::CutOff);
    }
    let mut head = reader(bytes, ColorSpace::RGB);
    head.decode_headers().map_err(broken)?;
    let (width, height) = head.dimensions().unwrap_or_default();
    let side = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
    let (width, height) = (side(width), side(height));
    limits.check(width, height)?;
    let mut profile = head.icc_profile();
    let orientation = head.exif().and_then(|exif| Orientation::from_exif_chunk(exif));
    let stored_as = head.input_colorspace().unwrap_or(ColorSpace::YCbCr);
    let read_as = match stored_as {
        ColorSpace::Luma => ColorSpace::Luma,
        ColorSpace::CMYK | ColorSpace::YCCK if profile.as_deref().is_some_and(is_ink) => stored_as,
        // A profile for light says nothing of ink.
        ColorSpace::CMYK | ColorSpace::YCCK => {
            profile = None;
            ColorSpace::RGB
        }
        _ => ColorSpace::RGB,
    };
    let is_light = matches!(stored_as, ColorSpace::Luma | ColorSpace::YCbCr | ColorSpace::RGB);
    let samples = if walk.is_odd && is_light {
        by_another_decoder(bytes, read_as)?
    } else {
        reader(bytes, read_as).decode().map_err(broken)?
    };
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

/// Slower, and right where zune-jpeg is not. The sides were held against the limits.
fn by_another_decoder(bytes: &[u8], read_as: ColorSpace) -> Result<Vec<u8>, ShapeError> {
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    let samples = decoder.decode().map_err(broken)?;
    let given = decoder.info().map(|info| info.pixel_format);
    let is_as_asked = match read_as {
        ColorSpace::Luma => given == Some(jpeg_decoder::PixelFormat::L8),
        _ => given == Some(jpeg_decoder::PixelFormat::RGB24),
    };
    if is_as_asked { Ok(samples) } else { Err(broken("its samples are of a rare kind")) }
}

fn broken(error: impl ToString) -> ShapeError {
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

/// What a walk over the markers of a JPEG tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Walk {
    /// The end marker comes where the scans end; whatever follows it is somebody else's: a film, padding.
    has_end: bool,
    /// Its components lie in scans of their own, or are sampled in a way, that zune-jpeg shows wrong colours for.
    is_odd: bool,
}

impl Walk {
    /// Source: ITU-T T.81, B.1.1: a marker is 0xFF and a byte that is neither 0 nor 0xFF; 0xFF 0 is a sample.
    fn over(jpeg: &[u8]) -> Self {
        let mut walk = Self::default();
        let mut frame: Option<(bool, Vec<u8>)> = None;
        let mut at = 2;
        while let Some(step) = jpeg.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == 0xff)) {
            at += step + 1;
            match jpeg.get(at) {
                // Another picture begins before this one ended.
                None | Some(0xd8) => break,
                Some(0xd9) => return Self { has_end: true, ..walk },
                // Samples, padding, and markers without a body.
                Some(0x00 | 0x01 | 0xd0..=0xd7) => at += 1,
                Some(0xff) => {}
                Some(marker) => {
                    let Some(length) = jpeg.get(at + 1..at + 3) else { break };
                    let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
                    let body = jpeg.get(at + 3..at + 1 + length).unwrap_or_default();
                    match (marker, &frame) {
                        (0xc0..=0xc2, None) => frame = Some((*marker != 0xc2, samplings(body))),
                        (0xda, Some((is_sequential, samplings))) => {
                            let in_scan = body.first().copied().map_or(0, usize::from);
                            walk.is_odd |= is_odd(*is_sequential, samplings, in_scan);
                        }
                        _ => {}
                    }
                    at += 1 + length;
                }
            }
        }
        walk
    }
}

/// How each component of a frame header is sampled: across in the upper four bits, down in the lower.
fn samplings(frame_header: &[u8]) -> Vec<u8> {
    frame_header.get(6..).unwrap_or_default().chunks_exact(3).map(|component| component[1]).collect()
}

fn is_odd(is_sequential: bool, samplings: &[u8], in_scan: usize) -> bool {
    let apart = is_sequential && in_scan < samplings.len() && samplings.iter().any(|sampling| *sampling != 0x11);
    let (across, down) = samplings.first().map_or((1, 1), |luma| (luma >> 4, luma & 15));
    let finer = samplings.iter().any(|sampling| sampling >> 4 > across || sampling & 15 > down);
    apart || finer || samplings.iter().any(|sampling| sampling >> 4 == 3 || sampling & 15 == 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_looked_for_where_the_scans_end() {
        let has_end = |jpeg: &[u8]| Walk::over(jpeg).has_end;
        let segment = [0xff, 0xe1, 0, 10, 0xff, 0xd8, 0xff, 0xd9, 0xff, 0xd9, 0xff, 0xd9];
        let scan = [0xff, 0xda, 0, 2, 1, 0xff, 0, 2, 0xff, 0xd3, 4];
        let start = [&[0xff, 0xd8], segment.as_slice(), &scan].concat();
        let whole = [start.as_slice(), &[0xff, 0xd9]].concat();
        assert!(has_end(&whole));
        assert!(has_end(&[whole.as_slice(), &[7; 50_000]].concat()), "whatever follows");
        assert!(!has_end(&[start.as_slice(), &whole].concat()), "the end of another picture is not its own");
        for length in 0..whole.len() {
            assert!(!has_end(&whole[..length]), "{length}");
        }
    }

    #[test]
    fn scans_and_samplings_that_are_shown_wrong_are_told() {
        let table: [(&str, bool, &[u8], usize, bool); 7] = [
            ("4:2:0 in one scan", true, &[0x22, 0x11, 0x11], 3, false),
            ("4:4:4 in three scans", true, &[0x11, 0x11, 0x11], 1, false),
            ("4:2:0 in three scans", true, &[0x22, 0x11, 0x11], 1, true),
            ("progressive, one component first", false, &[0x22, 0x11, 0x11], 1, false),
            ("chroma finer than luma", true, &[0x11, 0x22, 0x22], 3, true),
            ("three to one", true, &[0x31, 0x11, 0x11], 3, true),
            ("grey", true, &[0x22], 1, false),
        ];
        for (name, is_sequential, samplings, in_scan, expected) in table {
            assert_eq!(is_odd(is_sequential, samplings, in_scan), expected, "{name}");
        }
    }
}
