//! Awkward pictures, compared by what can be seen in them.

use std::fs;

use image::codecs::jpeg::JpegEncoder;
use image::{ImageEncoder, Rgb, RgbImage};
use moxcms::ColorProfile;

use super::decode::{PixelLimits, ShapeError, decode};
use super::sniff::Sniffed;

const RED: [u8; 3] = [220, 20, 30];
const BLUE: [u8; 3] = [20, 40, 210];

fn fixture(name: &str) -> Vec<u8> {
    fs::read(format!("{}/fixtures/pictures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[track_caller]
fn check(picture: &RgbImage, place: (u32, u32), expected: [u8; 3], tolerance: u8) {
    let seen = picture.get_pixel(place.0, place.1).0;
    let near = seen.iter().zip(expected).all(|(seen, expected)| seen.abs_diff(expected) <= tolerance);
    assert!(near, "{place:?} is {seen:?} and should be {expected:?}");
}

#[test]
fn every_kind_of_picture_comes_out_as_a_browser_shows_it() {
    let white = [255; 3];
    let table: [(&str, [u8; 3], [u8; 3]); 8] = [
        ("progressive_red_left.jpg", RED, BLUE),
        ("broken_icc_red_left.jpg", RED, BLUE),
        ("cmyk_red_left.jpg", RED, BLUE),
        ("grey.jpg", [81; 3], [53; 3]),
        ("sixteen_bit_grey.png", [156; 3], [156; 3]),
        ("palette_red_left_white_right.png", RED, white),
        ("animated_red_first.gif", RED, RED),
        ("animated_red_first.webp", RED, RED),
    ];
    for (name, left, right) in table {
        let picture = decode(&fixture(name), PixelLimits::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(picture.dimensions(), (40, 20), "{name}");

        check(&picture, (5, 10), left, 12);
        check(&picture, (35, 10), right, 12);
    }
    let one = decode(&fixture("one_pixel_red.png"), PixelLimits::default()).unwrap();
    check(&one, (0, 0), RED, 2);
}

#[test]
fn exif_orientation_is_applied() {
    let picture = decode(&fixture("exif_6_red_comes_out_on_top.jpg"), PixelLimits::default()).unwrap();
    assert_eq!(picture.dimensions(), (20, 40));
    check(&picture, (10, 5), RED, 12);
    check(&picture, (10, 35), BLUE, 12);
}

/// The same numbers mean a stronger colour in Display P3 and in Adobe RGB: in sRGB they become larger ones.
#[test]
fn a_colour_profile_is_converted() {
    let profiles =
        [("Display P3", ColorProfile::new_display_p3(), 207), ("Adobe RGB", ColorProfile::new_adobe_rgb(), 225)];
    for (name, profile, red) in profiles {
        let plain = RgbImage::from_pixel(32, 32, Rgb([200, 120, 120]));
        let mut bytes = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 98);
        encoder.set_icc_profile(profile.encode().unwrap()).unwrap();
        encoder.encode_image(&plain).unwrap();
        let picture = decode(&bytes, PixelLimits::default()).unwrap();
        let seen = picture.get_pixel(16, 16).0;
        assert!(seen[0].abs_diff(red) <= 8 && seen[0] > 203, "{name}: {seen:?}");
    }
}

#[test]
fn what_cannot_be_used_is_named_and_takes_no_memory() {
    let sides = |bytes: &[u8]| decode(bytes, PixelLimits::default()).map(|picture| picture.dimensions());
    let damaged = sides(&fixture("truncated_is_damaged.jpg"));
    assert!(matches!(damaged, Err(ShapeError::CutOff)), "{damaged:?}");
    let png = fixture("palette_red_left_white_right.png");
    assert!(matches!(sides(&png[..png.len() / 2]), Err(ShapeError::Broken(_))));
    let bomb = sides(&crate::emulator::bomb());
    assert!(matches!(bomb, Err(ShapeError::TooLarge { width: 12_000, height: 12_000 })), "{bomb:?}");
    for (bytes, sniffed) in
        [(b"<html>".as_slice(), Sniffed::Html), (b"", Sniffed::Empty), (b"\0\0\0\x18ftypheic", Sniffed::Heic)]
    {
        let refused = sides(bytes);
        assert!(matches!(&refused, Err(ShapeError::NotAPicture(what)) if *what == sniffed), "{refused:?}");
    }
    let wide = RgbImage::new(70, 10);
    let mut bytes = Vec::new();
    JpegEncoder::new(&mut bytes).encode_image(&wide).unwrap();
    assert!(decode(&bytes, PixelLimits { max_pixels: 699, max_side: 100 }).is_err());
    assert!(decode(&bytes, PixelLimits { max_pixels: 700, max_side: 69 }).is_err());
    assert!(decode(&bytes, PixelLimits { max_pixels: 700, max_side: 70 }).is_ok());
}
