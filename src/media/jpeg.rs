//! JPEG, with quantisation tables of our own. Pure.

use mozjpeg_rs::{Encoder, Preset};

use super::encode::Grain;
use super::planes::Planes;

/// The steps of a quantisation table at quality 50, in hundredths, row by row.
type Steps = [u32; 64];

// Both tables rise with the distance from the upper left corner: 1 + a·r^p, with a and p found by descent on the bytes
// that a corpus of photographs takes at equal SSIMULACRA2. Low frequencies are kept finer than in the tables of the
// standard, high ones less fine, and chroma is coarser: at equal score the files are a tenth smaller.

const LUMA: Steps = [
    620, 1_211, 2_108, 3_175, 4_370, 5_670, 7_059, 8_529, 1_211, 1_558, 2_347, 3_361, 4_525, 5_803, 7_178, 8_636,
    2_108, 2_347, 2_982, 3_885, 4_972, 6_195, 7_528, 8_953, 3_175, 3_361, 3_885, 4_676, 5_670, 6_819, 8_092, 9_470,
    4_370, 4_525, 4_972, 5_670, 6_573, 7_643, 8_848, 10_168, 5_670, 5_803, 6_195, 6_819, 7_643, 8_636, 9_772, 11_030,
    7_059, 7_178, 7_528, 8_092, 8_848, 9_772, 10_842, 12_038, 8_529, 8_636, 8_953, 9_470, 10_168, 11_030, 12_038,
    13_174,
];

const CHROMA: Steps = [
    1_209, 1_470, 1_947, 2_564, 3_296, 4_125, 5_042, 6_039, 1_470, 1_648, 2_081, 2_676, 3_393, 4_212, 5_122, 6_113,
    1_947, 2_081, 2_450, 2_995, 3_676, 4_468, 5_357, 6_332, 2_564, 2_676, 2_995, 3_488, 4_125, 4_881, 5_741, 6_691,
    3_296, 3_393, 3_676, 4_125, 4_718, 5_435, 6_260, 7_180, 4_125, 4_212, 4_468, 4_881, 5_435, 6_113, 6_902, 7_790,
    5_042, 5_122, 5_357, 5_741, 6_260, 6_902, 7_656, 8_510, 6_039, 6_113, 6_332, 6_691, 7_180, 7_790, 8_510, 9_333,
];

/// A picture that was not scaled down carries the traces of its earlier encoding, and a second one on the same grid of
/// blocks shows more: its steps are this part of the others, in hundredths.
const ORIGINAL_GRAIN: u32 = 92;

/// Encodes `planes` as a baseline JPEG without metadata, at `quality` 1 to 100.
///
/// # Errors
/// What the encoder says, in its own words.
pub fn encode(planes: &Planes, quality: u8, grain: Grain) -> Result<Vec<u8>, String> {
    let percent = percent(quality);
    let encoder = Encoder::new(Preset::BaselineFastest)
        // The tables come scaled: at 50 the encoder leaves them as they are.
        .quality(50)
        .optimize_huffman(true)
        .custom_luma_qtable(table(&LUMA, percent, grain))
        .custom_chroma_qtable(table(&CHROMA, percent, grain));
    let (width, height) = (planes.width(), planes.height());
    encoder
        .encode_ycbcr_planar(planes.luma(), planes.blue(), planes.red(), width, height)
        .map_err(|error| error.to_string())
}

/// How coarse the steps are at a quality, against 50.
///
/// Source: the scale of the Independent JPEG Group, which nearly every tool shares.
fn percent(quality: u8) -> u32 {
    let quality = u32::from(quality.clamp(1, 100));
    if quality < 50 { 5000 / quality } else { 200 - 2 * quality }
}

fn table(steps: &Steps, percent: u32, grain: Grain) -> [u16; 64] {
    let part = match grain {
        Grain::Original => ORIGINAL_GRAIN,
        Grain::Reduced => 100,
    };
    let hundredths = percent * part / 100;
    steps.map(|step| (step.saturating_mul(hundredths).saturating_add(5_000) / 10_000).clamp(1, 255) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_quality_has_finer_steps_and_every_step_fits_a_byte() {
        let mut coarser = table(&LUMA, percent(1), Grain::Reduced);
        for quality in 2..=100 {
            let finer = table(&LUMA, percent(quality), Grain::Reduced);
            assert!(finer.iter().zip(coarser).all(|(finer, coarser)| *finer <= coarser && *finer >= 1), "{quality}");
            coarser = finer;
        }
        assert_eq!(coarser, [1; 64]);
        assert!(table(&CHROMA, percent(80), Grain::Original) < table(&CHROMA, percent(80), Grain::Reduced));
    }
}
