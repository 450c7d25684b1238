//! Luma and chroma of a picture, the form both lossy encoders work in: made once for each size and shared. Pure.
#![cfg_attr(not(feature = "webp"), allow(dead_code, reason = "only WebP is in the range of video"))]

use archmage::autoversion;
use image::RgbImage;

/// What the numbers of a plane mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// Black is 0, white 255, as in JPEG.
    Full,
    /// Black is 16, white 235, as in video and in WebP.
    Video,
}

/// A picture as BT.601 luma with chroma of half its width and height (4:2:0), each sample one byte.
///
/// The planes have exactly the lengths their sides say; nothing outside this room can change them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planes {
    width: u32,
    height: u32,
    range: Range,
    luma: Vec<u8>,
    blue: Vec<u8>,
    red: Vec<u8>,
}

impl Planes {
    /// Splits `image`. Chroma is the mean of four pixels; at an odd edge the last one counts twice.
    ///
    /// Whole numbers only, so that every machine gets the same planes.
    ///
    /// Source: ITU-T T.871 (JFIF), section 7.
    pub fn of(image: &RgbImage) -> Self {
        let (width, height) = (image.width() as usize, image.height() as usize);
        let (across, down) = (width.div_ceil(2), height.div_ceil(2));
        let mut luma = vec![0; width * height];
        let mut blue = vec![0; across * down];
        let mut red = vec![0; across * down];
        write_luma(image.as_raw(), &mut luma);
        let pairs = image.as_raw().chunks(width.max(1) * 3 * 2);
        for ((pair, blue), red) in pairs.zip(blue.chunks_mut(across.max(1))).zip(red.chunks_mut(across.max(1))) {
            let (upper, lower) = pair.split_at(width * 3);
            let lower = if lower.is_empty() { upper } else { lower };
            write_chroma(upper, lower, blue, red);
            if let ([.., r, g, b], true) = (upper, width % 2 == 1) {
                let last = [[*r, *g, *b], [lower[width * 3 - 3], lower[width * 3 - 2], lower[width * 3 - 1]]];
                let sum = |channel: usize| 2 * (i32::from(last[0][channel]) + i32::from(last[1][channel]));
                (blue[across - 1], red[across - 1]) = chroma([sum(0), sum(1), sum(2)]);
            }
        }
        Self { width: image.width(), height: image.height(), range: Range::Full, luma, blue, red }
    }

    /// The same picture in the range of video; a copy when it is in that range already.
    pub fn to_video_range(&self) -> Self {
        let mut planes = self.clone();
        if planes.range == Range::Full {
            squeeze(&mut planes.luma, 219, 16 * 255);
            squeeze(&mut planes.blue, 224, 128 * (255 - 224));
            squeeze(&mut planes.red, 224, 128 * (255 - 224));
            planes.range = Range::Video;
        }
        planes
    }

    /// In pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// In pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Brightness: `width` × `height` samples.
    pub fn luma(&self) -> &[u8] {
        &self.luma
    }

    /// Blue difference: half of both sides, rounded up.
    pub fn blue(&self) -> &[u8] {
        &self.blue
    }

    /// Red difference: as [`Planes::blue`].
    pub fn red(&self) -> &[u8] {
        &self.red
    }
}

// The loops over samples are compiled for several generations of processors; all of them count in whole numbers, so
// all of them count the same.

#[autoversion(v3, neon)]
fn write_luma(pixels: &[u8], luma: &mut [u8]) {
    for (pixel, luma) in pixels.chunks_exact(3).zip(luma) {
        let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
        *luma = ((19_595 * red + 38_470 * green + 7_471 * blue + 32_768) >> 16) as u8;
    }
}

/// Writes the chroma of all whole squares of four pixels.
#[autoversion(v3, neon)]
fn write_chroma(upper: &[u8], lower: &[u8], blue: &mut [u8], red: &mut [u8]) {
    let squares = upper.chunks_exact(6).zip(lower.chunks_exact(6));
    for (((upper, lower), blue), red) in squares.zip(blue).zip(red) {
        let sum = |channel: usize| {
            i32::from(upper[channel])
                + i32::from(upper[channel + 3])
                + i32::from(lower[channel])
                + i32::from(lower[channel + 3])
        };
        (*blue, *red) = chroma([sum(0), sum(1), sum(2)]);
    }
}

/// Both chroma samples of the sums of four pixels: two more bits to shift away than the factors' sixteen.
#[inline(always)]
fn chroma([red, green, blue]: [i32; 3]) -> (u8, u8) {
    const MIDDLE: i32 = (128 << 18) + (1 << 17);
    let sample = |weighted: i32| ((weighted + MIDDLE) >> 18).min(255) as u8;
    (sample(-11_059 * red - 21_709 * green + 32_768 * blue), sample(32_768 * red - 27_439 * green - 5_329 * blue))
}

/// Every sample becomes `sample · span / 255`, moved by `offset` / 255, rounded.
#[autoversion(v3, neon)]
fn squeeze(samples: &mut [u8], span: u32, offset: u32) {
    for sample in samples {
        let scaled = u32::from(*sample) * span + offset + 128;
        // A division by 255, exact for everything that fits sixteen bits.
        *sample = ((scaled + (scaled >> 8)) >> 8) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    /// Values from the formulas of JFIF, in floating point.
    #[test]
    fn colours_come_out_as_the_standard_says() {
        let table = [
            ([0, 0, 0], [0, 128, 128], [16, 128, 128]),
            ([255, 255, 255], [255, 128, 128], [235, 128, 128]),
            ([255, 0, 0], [76, 85, 255], [81, 90, 240]),
            ([0, 255, 0], [150, 44, 21], [145, 54, 34]),
            ([0, 0, 255], [29, 255, 107], [41, 240, 110]),
            ([120, 130, 140], [128, 135, 122], [126, 134, 123]),
        ];
        for (colour, full, video) in table {
            for (width, height) in [(1, 1), (2, 2), (3, 5), (8, 7)] {
                let planes = Planes::of(&RgbImage::from_pixel(width, height, Rgb(colour)));
                let chroma = (width.div_ceil(2) * height.div_ceil(2)) as usize;
                assert_eq!(
                    (planes.luma().len(), planes.blue().len(), planes.red().len()),
                    ((width * height) as usize, chroma, chroma)
                );
                let is = |planes: &Planes, expected: [u8; 3]| {
                    for (plane, expected) in [planes.luma(), planes.blue(), planes.red()].into_iter().zip(expected) {
                        assert!(
                            plane.iter().all(|sample| *sample == expected),
                            "{colour:?} {width}×{height}: {plane:?}, {expected}"
                        );
                    }
                };
                is(&planes, full);
                is(&planes.to_video_range(), video);
            }
        }
    }

    #[test]
    fn chroma_is_the_mean_of_four_and_an_odd_edge_counts_twice() {
        let colours = |x: u32, _y: u32| if x == 0 || x == 2 { Rgb([0, 0, 255]) } else { Rgb([0, 0, 0]) };
        let planes = Planes::of(&RgbImage::from_fn(3, 3, colours));
        assert_eq!(planes.blue(), [192, 255, 192, 255]);
    }

    #[test]
    fn every_sample_is_squeezed_to_the_nearest() {
        let all: Vec<u8> = (0..=255).collect();
        for (span, offset, from, to) in [(219, 16 * 255, 0.0, 16.0), (224, 128 * 31, 128.0, 128.0)] {
            let mut squeezed = all.clone();
            squeeze(&mut squeezed, span, offset);
            for (sample, squeezed) in all.iter().zip(squeezed) {
                let exact = (f64::from(*sample) - from) * f64::from(span) / 255.0 + to;
                assert_eq!(f64::from(squeezed), exact.round(), "{sample}");
            }
        }
    }
}
