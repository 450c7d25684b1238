//! Colour profiles: every picture leaves here in sRGB, the one colour space that needs no profile on the web. Pure.

use image::{DynamicImage, GrayAlphaImage, GrayImage, RgbImage, RgbaImage};
use moxcms::{ColorProfile, DataColorSpace, Layout, ToneReprCurve, TransformOptions};

use super::decode::Stored;

/// Turns decoded pixels into 8-bit sRGB, by the profile that came with them. Alpha stays as it is.
///
/// A profile that cannot be read, or that is for other channels than the decoder gave, is passed over: the picture is
/// then taken for sRGB, as browsers take it.
pub(super) fn to_srgb(stored: Stored, profile: Option<&[u8]>) -> DynamicImage {
    let profile = profile.and_then(|bytes| ColorProfile::new_from_slice(bytes).ok());
    match stored {
        Stored::Light(image) => match profile {
            Some(profile) => light_to_srgb(image, profile),
            None => image,
        },
        Stored::Ink { width, height, samples } => {
            let converted = profile.and_then(|profile| ink_to_srgb(&samples, &profile));
            let rgb = converted.unwrap_or_else(|| plain_ink(&samples));
            RgbImage::from_raw(width, height, rgb).map(DynamicImage::from).unwrap_or_default()
        }
    }
}

/// Whether a profile is for cyan, magenta, yellow and black.
///
/// Source: ICC.1:2022, 7.2.6: the data colour space stands at byte 16 of the header.
pub(super) fn is_ink(profile: &[u8]) -> bool {
    profile.get(16..20) == Some(b"CMYK")
}

fn light_to_srgb(image: DynamicImage, profile: ColorProfile) -> DynamicImage {
    let has_alpha = image.color().has_alpha();
    let is_grey = !image.color().has_color();
    let (width, height) = (image.width(), image.height());
    let converted = match (profile.color_space, is_grey, has_alpha) {
        (DataColorSpace::Gray, true, false) => {
            let grey: GrayImage = image.to_luma8();
            convert(&grey, &linked_by_light(profile), Layout::Gray, Layout::Rgb)
        }
        (DataColorSpace::Gray, true, true) => {
            let grey: GrayAlphaImage = image.to_luma_alpha8();
            convert(&grey, &linked_by_light(profile), Layout::GrayAlpha, Layout::Rgba)
        }
        (DataColorSpace::Rgb, false, false) => convert(&image.to_rgb8(), &profile, Layout::Rgb, Layout::Rgb),
        (DataColorSpace::Rgb, false, true) => convert(&image.to_rgba8(), &profile, Layout::Rgba, Layout::Rgba),
        _ => None,
    };
    let seen = converted.and_then(|samples| match has_alpha {
        true => RgbaImage::from_raw(width, height, samples).map(DynamicImage::from),
        false => RgbImage::from_raw(width, height, samples).map(DynamicImage::from),
    });
    seen.unwrap_or(image)
}

fn convert(samples: &[u8], profile: &ColorProfile, from: Layout, to: Layout) -> Option<Vec<u8>> {
    let srgb = ColorProfile::new_srgb();
    let transform = profile.create_transform_8bit(from, &srgb, to, TransformOptions::default()).ok()?;
    let mut converted = vec![0; samples.len() / from.channels() * to.channels()];
    transform.transform(samples, &mut converted).ok()?;
    Some(converted)
}

/// A grey profile may lead to lightness instead of light; moxcms reads the second kind only, and the step between
/// the two is a formula.
///
/// Source: ICC.1:2022, 8.6.3 (monochrome profiles) and CIE 15 (L* to Y).
fn linked_by_light(mut profile: ColorProfile) -> ColorProfile {
    if profile.pcs != DataColorSpace::Lab {
        return profile;
    }
    let Ok(lightness) = profile.build_gray_linearize_table::<u8, 256, 8>() else { return profile };
    let light = |part: &f32| {
        let lightness = part * 100.0;
        let light = if lightness > 8.0 { ((lightness + 16.0) / 116.0).powi(3) } else { lightness / 903.3 };
        (light * 65_535.0).round().clamp(0.0, 65_535.0) as u16
    };
    profile.gray_trc = Some(ToneReprCurve::Lut(lightness.iter().map(light).collect()));
    profile.pcs = DataColorSpace::Xyz;
    profile
}

/// Ink to light, the darkest ink to black: paper under four inks is still grey, and shown as it is every shadow would
/// be flat.
///
/// Source: ISO 18619 (black point compensation), with 400 % of ink as the source's black; what LittleCMS and sharp do.
fn ink_to_srgb(samples: &[u8], profile: &ColorProfile) -> Option<Vec<u8>> {
    let mut rgb = convert(samples, profile, Layout::Rgba, Layout::Rgb)?;
    let darkest = convert(&[255; 4], profile, Layout::Rgba, Layout::Rgb)?;
    // Lightness 50 at most: a profile that says more knows nothing of black.
    let black = [darkest[0], darkest[1], darkest[2]].map(|sample| linear(sample).min(0.184));
    let deepen = |sample: u8, black: f32| encoded((linear(sample) - black) / (1.0 - black));
    let deepened = black.map(|black| std::array::from_fn::<u8, 256, _>(|sample| deepen(sample as u8, black)));
    for pixel in rgb.chunks_exact_mut(3) {
        for (sample, deepened) in pixel.iter_mut().zip(&deepened) {
            *sample = deepened[usize::from(*sample)];
        }
    }
    Some(rgb)
}

/// A sample of sRGB as its part of the light, 0 to 1. Source: IEC 61966-2-1.
fn linear(sample: u8) -> f32 {
    let sample = f32::from(sample) / 255.0;
    if sample <= 0.04045 { sample / 12.92 } else { ((sample + 0.055) / 1.055).powf(2.4) }
}

/// The reverse of [`linear`].
fn encoded(light: f32) -> u8 {
    let sample = if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    (sample * 255.0).round().clamp(0.0, 255.0) as u8
}

/// Ink without a profile that can be used: each colour takes its part of the light, and black of all three.
fn plain_ink(samples: &[u8]) -> Vec<u8> {
    let light = |ink: u8, black: u8| {
        let left = (255 - u32::from(ink)) * (255 - u32::from(black));
        u8::try_from((left + 127) / 255).unwrap_or(u8::MAX)
    };
    samples
        .chunks_exact(4)
        .flat_map(|pixel| [pixel[0], pixel[1], pixel[2]].map(|colour| light(colour, pixel[3])))
        .collect()
}
