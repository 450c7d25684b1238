//! What stands in for a picture until it is there: its colour, and a hash that holds its rough shape. Pure.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::RgbImage;

use super::shape::{Aspect, crop_rect, resize};

/// Side of the copy the thumbhash is made of: it keeps seven waves at most, and this many pixels hold sixteen.
const HASHED_SIDE: u32 = 32;

/// Finds the colour a tile has before its picture is there: `#rrggbb`.
///
/// Pixels are gathered in 512 boxes by the upper bits of their channels; the mean of the fullest box is a colour that
/// really is in the picture, where a mean of all of them is mostly mud. Saturated boxes count a little more.
pub fn dominant_colour(image: &RgbImage) -> String {
    let mut boxes = vec![[0_u64; 4]; 512];
    for pixel in image.pixels() {
        let [red, green, blue] = pixel.0;
        let place = usize::from(red >> 5) << 6 | usize::from(green >> 5) << 3 | usize::from(blue >> 5);
        let [count, sums @ ..] = &mut boxes[place];
        *count += 1;
        for (sum, channel) in sums.iter_mut().zip(pixel.0) {
            *sum += u64::from(channel);
        }
    }
    let weight = |[count, red, green, blue]: &[u64; 4]| {
        let most = *red.max(green).max(blue);
        let least = *red.min(green).min(blue);
        // Twice the count for a pure colour, the plain count for grey.
        count * 256 + (most - least)
    };
    let [count, sums @ ..] = boxes.iter().max_by_key(|entry| weight(entry)).copied().unwrap_or_default();
    let count = count.max(1);
    let [red, green, blue] = sums.map(|sum| (sum + count / 2) / count);
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Makes a thumbhash, base64: about 28 bytes that unfold to a blurred copy of the picture.
///
/// Source: <https://evanw.github.io/thumbhash/>.
pub fn thumbhash_base64(image: &RgbImage) -> String {
    let crop = crop_rect(image.width(), image.height(), Aspect::Original);
    let longer = u64::from(image.width().max(image.height()));
    let width = (u64::from(image.width()) * u64::from(HASHED_SIDE) / longer).clamp(1, u64::from(HASHED_SIDE));
    let small = resize(image, crop, u32::try_from(width).unwrap_or(HASHED_SIDE));
    // A picture much taller than wide is still cut to what the hash can hold.
    let height = small.height().min(100);
    let rgba: Vec<u8> = small
        .pixels()
        .take((small.width() * height) as usize)
        .flat_map(|pixel| [pixel.0[0], pixel.0[1], pixel.0[2], 255])
        .collect();
    STANDARD.encode(thumbhash::rgba_to_thumb_hash(small.width() as usize, height as usize, &rgba))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    #[test]
    fn the_dominant_colour_is_one_that_is_there() {
        let mostly_blue =
            RgbImage::from_fn(30, 30, |x, _| if x < 20 { Rgb([20, 60, 200]) } else { Rgb([250, 240, 230]) });
        assert_eq!(dominant_colour(&mostly_blue), "#143cc8");
        assert_eq!(dominant_colour(&RgbImage::new(1, 1)), "#000000");
    }

    #[test]
    fn every_shape_has_a_placeholder() {
        for (width, height) in [(1, 1), (1, 3000), (3000, 1), (1080, 1350), (64, 64)] {
            let image = RgbImage::from_pixel(width, height, Rgb([200, 100, 50]));
            let hash = STANDARD.decode(thumbhash_base64(&image)).unwrap();
            assert!(hash.len() >= 5 && hash.len() <= 32, "{width}×{height}: {}", hash.len());
            let [red, green, blue, _] =
                thumbhash::thumb_hash_to_average_rgba(&hash).map(|(r, g, b, a)| [r, g, b, a]).unwrap();
            assert!(red > green && green > blue, "{width}×{height}: {red} {green} {blue}");
        }
    }
}
