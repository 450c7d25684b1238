//! Whatever the CDN sends: a picture of no more pixels than allowed, or an error.

use proptest::prelude::*;

use super::decode::{PixelLimits, decode};
use super::shape::rendition_widths;

const LIMITS: PixelLimits = PixelLimits { max_pixels: 1_000_000, max_side: 2000 };

const SEEDS: [&[u8]; 9] = [
    include_bytes!("../../fixtures/pictures/progressive_red_left.jpg"),
    include_bytes!("../../fixtures/pictures/cmyk_red_left.jpg"),
    include_bytes!("../../fixtures/pictures/exif_6_red_comes_out_on_top.jpg"),
    include_bytes!("../../fixtures/pictures/broken_icc_red_left.jpg"),
    include_bytes!("../../fixtures/pictures/sixteen_bit_grey.png"),
    include_bytes!("../../fixtures/pictures/palette_red_left_white_right.png"),
    include_bytes!("../../fixtures/pictures/animated_red_first.gif"),
    include_bytes!("../../fixtures/pictures/animated_red_first.webp"),
    include_bytes!("../../fixtures/pictures/golden/display_p3.jpg"),
];

proptest! {
    #[test]
    fn a_picture_with_bytes_changed_is_one_or_an_error(
        seed in 0..SEEDS.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut bytes = SEEDS[seed].to_vec();
        for (place, byte) in changes {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(picture) = decode(&bytes, LIMITS) {
            prop_assert!(u64::from(picture.width()) * u64::from(picture.height()) <= LIMITS.max_pixels);
        }
    }

    #[test]
    fn no_width_is_larger_than_the_picture(intrinsic in 1..6000_u32, wished in prop::collection::vec(16..4096_u32, 1..8)) {
        let widths = rendition_widths(intrinsic, &wished);
        prop_assert!(!widths.is_empty() && widths.iter().all(|width| (1..=intrinsic).contains(width)));
        prop_assert!(widths.is_sorted() && widths.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
