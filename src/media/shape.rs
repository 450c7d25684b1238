//! Pixels in, pixels out: crop and resize. Pure.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;

/// What is cropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aspect {
    /// Nothing.
    Original,
    /// What does not fit this ratio.
    Ratio {
        /// Parts in width.
        width: u32,
        /// Parts in height.
        height: u32,
    },
}

impl FromStr for Aspect {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "original" {
            return Ok(Self::Original);
        }
        let (width, height) = text.split_once(':').ok_or(())?;
        let part = |text: &str| text.parse().ok().filter(|part| (1..=100).contains(part)).ok_or(());
        Ok(Self::Ratio { width: part(width)?, height: part(height)? })
    }
}

impl fmt::Display for Aspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Original => f.write_str("original"),
            Self::Ratio { width, height } => write!(f, "{width}:{height}"),
        }
    }
}

/// The part of a picture that is kept, in pixels of the upright original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CropRect {
    /// From the left.
    pub left: u32,
    /// From the top.
    pub top: u32,
    /// At least 1.
    pub width: u32,
    /// At least 1.
    pub height: u32,
}

/// The largest part of the given ratio, from the middle. `width` and `height` are at least 1.
pub fn crop_rect(width: u32, height: u32, aspect: Aspect) -> CropRect {
    let (kept_width, kept_height) = match aspect {
        Aspect::Original => (width, height),
        Aspect::Ratio { width: across, height: down } => {
            let scaled = |side: u32, by: u32, to: u32| {
                let scaled = (u64::from(side) * u64::from(by) + u64::from(to) / 2) / u64::from(to);
                u32::try_from(scaled.max(1)).unwrap_or(u32::MAX)
            };
            if u64::from(width) * u64::from(down) > u64::from(height) * u64::from(across) {
                (scaled(height, across, down).min(width), height)
            } else {
                (width, scaled(width, down, across).min(height))
            }
        }
    };
    CropRect { left: (width - kept_width) / 2, top: (height - kept_height) / 2, width: kept_width, height: kept_height }
}

/// Returns the widths to make for a picture that is `intrinsic` pixels wide, ascending, never empty, none wider.
///
/// Wishes wider than the picture become one rendition of its own width, so that nothing is lost and nothing upscaled.
/// Of two widths less than a quarter apart the larger stays: a browser gains nothing from the choice between them.
///
/// Source: HTML Standard, "srcset attributes", width descriptors.
pub fn rendition_widths(intrinsic: u32, wished: &[u32]) -> Vec<u32> {
    let mut widths: Vec<u32> = wished.iter().map(|width| (*width).min(intrinsic)).collect();
    widths.sort_unstable();
    widths.dedup();
    let mut kept: Vec<u32> = Vec::new();
    for width in widths.into_iter().rev() {
        let is_near = |larger: &u32| u64::from(*larger) * 4 < u64::from(width) * 5;
        if !kept.last().is_some_and(is_near) {
            kept.push(width);
        }
    }
    kept.reverse();
    if kept.is_empty() { vec![intrinsic] } else { kept }
}

/// Scales the part `crop` of `image` to `width` pixels across, keeping its shape. Pixels that stay as they are, are lent.
pub fn resize(image: &RgbImage, crop: CropRect, width: u32) -> Cow<'_, RgbImage> {
    let height = (u64::from(crop.height) * u64::from(width) + u64::from(crop.width) / 2) / u64::from(crop.width);
    let height = u32::try_from(height.max(1)).unwrap_or(u32::MAX);
    let part = [crop.left, crop.top, crop.width, crop.height];
    if width == crop.width && height == crop.height {
        if image.dimensions() == (width, height) {
            return Cow::Borrowed(image);
        }
        let [left, top, width, height] = part;
        return Cow::Owned(image::imageops::crop_imm(image, left, top, width, height).to_image());
    }
    let [left, top, across, down] = part.map(f64::from);
    let options =
        ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).crop(left, top, across, down);
    const FITS: &str = "both sides are 8-bit RGB of the size they say, and the part lies inside the source";
    let source = ImageRef::new(image.width(), image.height(), image.as_raw(), PixelType::U8x3).expect(FITS);
    let mut scaled = Image::new(width, height, PixelType::U8x3);
    Resizer::new().resize(&source, &mut scaled, &options).expect(FITS);
    Cow::Owned(RgbImage::from_raw(width, height, scaled.into_vec()).expect(FITS))
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn nothing_is_ever_upscaled_and_near_duplicates_are_dropped() {
        let table: [(u32, &[u32], &[u32]); 8] = [
            (1440, &[320, 640, 1080], &[320, 640, 1080]),
            (1080, &[320, 640, 1080], &[320, 640, 1080]),
            (1000, &[320, 640, 1080], &[320, 640, 1000]),
            (720, &[320, 640, 1080], &[320, 720]),
            (640, &[320, 640, 1080], &[320, 640]),
            (100, &[320, 640, 1080], &[100]),
            (1, &[320], &[1]),
            (900, &[400, 500, 600], &[400, 600]),
        ];
        for (intrinsic, wished, expected) in table {
            assert_eq!(rendition_widths(intrinsic, wished), expected, "{intrinsic}, {wished:?}");
        }
    }

    #[test]
    fn a_crop_is_in_the_middle_and_as_large_as_it_can_be() {
        let table = [
            ((1080, 1350), "original", (0, 0, 1080, 1350)),
            ((1080, 1350), "1:1", (0, 135, 1080, 1080)),
            ((1350, 1080), "1:1", (135, 0, 1080, 1080)),
            ((1080, 1080), "4:5", (108, 0, 864, 1080)),
            ((720, 1280), "4:5", (0, 190, 720, 900)),
            ((1, 1), "1:100", (0, 0, 1, 1)),
            ((1, 500), "100:1", (0, 249, 1, 1)),
        ];
        for ((width, height), aspect, (left, top, kept_width, kept_height)) in table {
            let expected = CropRect { left, top, width: kept_width, height: kept_height };
            assert_eq!(crop_rect(width, height, aspect.parse().unwrap()), expected, "{width}×{height} {aspect}");
        }
        for wrong in ["", "1", "0:1", "1:0", "101:1", "square", "1:1:1"] {
            assert!(wrong.parse::<Aspect>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_resize_keeps_the_shape_and_the_place_of_things() {
        let half = RgbImage::from_fn(200, 100, |x, _| if x < 100 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) });
        let whole = crop_rect(200, 100, Aspect::Original);
        let small = resize(&half, whole, 50);
        assert_eq!(small.dimensions(), (50, 25));
        assert_eq!((small.get_pixel(5, 12).0, small.get_pixel(45, 12).0), ([255, 0, 0], [0, 0, 255]));
        let right = CropRect { left: 100, top: 0, width: 100, height: 100 };
        assert_eq!(resize(&half, right, 20).get_pixel(3, 10).0, [0, 0, 255]);
        assert_eq!(resize(&half, right, 100).dimensions(), (100, 100), "the same size is a plain crop");
    }
}
