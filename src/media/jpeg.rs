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
    637, 1_245, 2_168, 3_265, 4_494, 5_830, 7_259, 8_769, 1_245, 1_602, 2_413, 3_456, 4_653, 5_967, 7_381, 8_880,
    2_168, 2_413, 3_067, 3_995, 5_112, 6_370, 7_740, 9_206, 3_265, 3_456, 3_995, 4_808, 5_830, 7_011, 8_321, 9_737,
    4_494, 4_653, 5_112, 5_830, 6_759, 7_858, 9_098, 10_455, 5_830, 5_967, 6_370, 7_011, 7_858, 8_880, 10_048, 11_342,
    7_259, 7_381, 7_740, 8_321, 9_098, 10_048, 11_148, 12_378, 8_769, 8_880, 9_206, 9_737, 10_455, 11_342, 12_378,
    13_546,
];

const CHROMA: Steps = [
    1_243, 1_511, 2_002, 2_637, 3_389, 4_242, 5_185, 6_210, 1_511, 1_694, 2_140, 2_751, 3_488, 4_331, 5_266, 6_286,
    2_002, 2_140, 2_519, 3_079, 3_779, 4_595, 5_509, 6_511, 2_637, 2_751, 3_079, 3_587, 4_242, 5_019, 5_903, 6_880,
    3_389, 3_488, 3_779, 4_242, 4_851, 5_588, 6_436, 7_382, 4_242, 4_331, 4_595, 5_019, 5_588, 6_286, 7_097, 8_009,
    5_185, 5_266, 5_509, 5_903, 6_436, 7_097, 7_872, 8_751, 6_210, 6_286, 6_511, 6_880, 7_382, 8_009, 8_751, 9_596,
];

/// A picture that was not scaled down carries the traces of its earlier encoding, and a second one on the same grid of
/// blocks shows more: its steps are this part of the others, in hundredths.
const ORIGINAL_GRAIN: u32 = 84;

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
