//! Colour profiles: every picture leaves here in sRGB, the one colour space that needs no profile on the web. Pure.

use image::{DynamicImage, GrayImage, RgbImage};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// Turns decoded pixels into 8-bit sRGB, by the profile that came with them.
///
/// A profile that cannot be read, or that is for other channels than the decoder gave, is passed over: the picture is
/// then taken for sRGB, as browsers take it.
pub fn to_srgb(image: DynamicImage, profile: Option<&[u8]>) -> RgbImage {
    let profile = profile.and_then(|bytes| ColorProfile::new_from_slice(bytes).ok());
    let is_grey = matches!(image, DynamicImage::ImageLuma8(_) | DynamicImage::ImageLuma16(_));
    match profile {
        Some(profile) if profile.color_space == DataColorSpace::Gray && is_grey => {
            let grey = image.to_luma8();
            from_grey(&grey, &profile).unwrap_or_else(|| image.to_rgb8())
        }
        Some(profile) if profile.color_space == DataColorSpace::Rgb && !is_grey => {
            let rgb = image.into_rgb8();
            from_rgb(&rgb, &profile).unwrap_or(rgb)
        }
        _ => image.into_rgb8(),
    }
}

fn from_rgb(image: &RgbImage, profile: &ColorProfile) -> Option<RgbImage> {
    let srgb = ColorProfile::new_srgb();
    let transform = profile.create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, TransformOptions::default()).ok()?;
    let mut converted = vec![0; image.as_raw().len()];
    transform.transform(image.as_raw(), &mut converted).ok()?;
    RgbImage::from_raw(image.width(), image.height(), converted)
}

fn from_grey(image: &GrayImage, profile: &ColorProfile) -> Option<RgbImage> {
    let srgb = ColorProfile::new_srgb();
    let transform =
        profile.create_transform_8bit(Layout::Gray, &srgb, Layout::Rgb, TransformOptions::default()).ok()?;
    let mut converted = vec![0; image.as_raw().len() * 3];
    transform.transform(image.as_raw(), &mut converted).ok()?;
    RgbImage::from_raw(image.width(), image.height(), converted)
}
