//! Pictures made to take down whoever believes them: small files that promise, or unpack to, far too much.

use std::io::Write;

use image::{ImageFormat, RgbImage};

use super::pictures::encoded;

/// Makes them all, each with a name that says what it is.
pub fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("png_of_12000_by_12000", bomb()),
        ("png_of_2_billion_by_1", png_of(0x7fff_ffff, 1)),
        ("png_without_width", png_of(0, 7)),
        ("png_whose_profile_unpacks_to_400_mb", png_with_profile(400 << 20)),
        ("png_whose_text_unpacks_to_400_mb", png_with_chunk(b"zTXt", b"Comment\0\0", 400 << 20)),
        ("jpeg_of_65500_by_65500", jpeg_of(65_500, 65_500)),
        ("gif_of_65535_by_65535", gif_of(65_535, 65_535)),
        ("webp_of_16384_by_16384", webp_of(16_384, 16_384)),
    ]
}

/// A PNG of a few hundred bytes that says it is 12000 pixels wide and high.
pub fn bomb() -> Vec<u8> {
    png_of(12_000, 12_000)
}

fn png_of(width: u32, height: u32) -> Vec<u8> {
    // The head alone is enough: a reader that takes memory before it has looked at the sides has lost already.
    let mut png = encoded(&RgbImage::new(1, 1), ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let checked = crc(&png[12..29]).to_be_bytes();
    png[29..33].copy_from_slice(&checked);
    png
}

fn png_with_profile(length: usize) -> Vec<u8> {
    png_with_chunk(b"iCCP", b"profile\0\0", length)
}

/// A good PNG with one more chunk behind its head, packed from so many zeros.
fn png_with_chunk(kind: &[u8; 4], head: &[u8], length: usize) -> Vec<u8> {
    /// The signature, and the first chunk.
    const HEAD: usize = 8 + 25;
    let mut packed = flate2::write::ZlibEncoder::new(head.to_vec(), flate2::Compression::best());
    let piece = vec![0; 1 << 20];
    // Writing into memory cannot fail; an empty chunk would be a bad one as well.
    let written = (0..length / piece.len()).try_for_each(|_| packed.write_all(&piece));
    let body = written.and_then(|()| packed.finish()).unwrap_or_default();
    let mut chunk = kind.to_vec();
    chunk.extend_from_slice(&body);
    let png = encoded(&RgbImage::new(1, 1), ImageFormat::Png);
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes();
    [&png[..HEAD], &length, &chunk, &crc(&chunk).to_be_bytes(), &png[HEAD..]].concat()
}

/// The sides stand behind the frame's marker, its length and its precision.
fn jpeg_of(width: u16, height: u16) -> Vec<u8> {
    let mut jpeg = encoded(&RgbImage::new(8, 8), ImageFormat::Jpeg);
    if let Some(frame) = jpeg.windows(2).position(|marker| marker == [0xff, 0xc0]) {
        jpeg[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
        jpeg[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    }
    jpeg
}

/// The sides stand twice: for the screen, and for the first frame.
fn gif_of(width: u16, height: u16) -> Vec<u8> {
    let mut gif = encoded(&RgbImage::new(1, 1), ImageFormat::Gif);
    let sides = [width.to_le_bytes(), height.to_le_bytes()].concat();
    gif[6..10].copy_from_slice(&sides);
    if let Some(frame) = gif.iter().skip(10).position(|byte| *byte == b',').map(|at| at + 10) {
        gif[frame + 5..frame + 9].copy_from_slice(&sides);
    }
    gif
}

/// A lossless WebP has both sides, less one, in fourteen bits each.
fn webp_of(width: u32, height: u32) -> Vec<u8> {
    let mut webp = encoded(&RgbImage::new(1, 1), ImageFormat::WebP);
    let sides = ((width - 1) | (height - 1) << 14).to_le_bytes();
    let alpha_and_version = webp[24] & 0xf0;
    webp[21..25].copy_from_slice(&sides);
    webp[24] |= alpha_and_version;
    webp
}

/// The checksum of a PNG chunk. Source: PNG specification, annex D.
fn crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}
