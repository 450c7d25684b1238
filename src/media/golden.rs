//! Pictures in many codings, compared with how LittleCMS and Pillow show them; `fixtures/make_pictures.py` made both.

use std::fs;
use std::path::Path;

use super::decode::{PixelLimits, decode};

/// Mean and largest difference of a channel, where the same pixels were stored: rounding of colour profiles.
const LOSSLESS: (f64, u8) = (1.0, 6);
/// The same where JPEG or lossy WebP stood between, which hurts most at hard edges.
const LOSSY: (f64, u8) = (1.5, 32);

#[test]
fn every_coding_comes_out_as_other_programs_show_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pictures/golden");
    let (mut compared, mut wrong) = (0, Vec::new());
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        if name.ends_with(".expected") {
            continue;
        }
        let expected = image::open(folder.join(format!("{name}.expected.png"))).unwrap().into_rgb8();
        let seen = decode(&fs::read(&path).unwrap(), PixelLimits::default()).unwrap();
        assert_eq!(seen.dimensions(), expected.dimensions(), "{}", path.display());
        let differences =
            || seen.as_raw().iter().zip(expected.as_raw()).map(|(seen, expected)| seen.abs_diff(*expected));
        let mean = differences().map(f64::from).sum::<f64>() / seen.as_raw().len() as f64;
        let largest = differences().max().unwrap_or(0);
        let is_lossy = path.extension().is_some_and(|ending| ending == "jpg") || name == "lossy";
        let (mean_allowed, largest_allowed) = if is_lossy { LOSSY } else { LOSSLESS };
        if mean > mean_allowed || largest > largest_allowed {
            wrong.push(format!("{}: {mean:.2}, {largest}", path.display()));
        }
        compared += 1;
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(compared, 29, "files");
}
