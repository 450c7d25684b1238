//! `quality <references> <decoded>`: compares `<name>.<width>.<format>.png` in the second folder with
//! `<name>.<width>.png` in the first, and prints the mean SSIMULACRA2 of each width and format as JSON.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, thread};

use fast_ssim2::compute_ssimulacra2;
use image::RgbImage;
use zenpixels::{PixelDescriptor, PixelSlice};

/// Sum of scores and number of pictures.
type Scores = BTreeMap<String, (f64, usize)>;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let (Some(references), Some(decoded)) = (arguments.next(), arguments.next()) else {
        return Err("two folders are needed".into());
    };
    let mut files: Vec<PathBuf> =
        fs::read_dir(decoded)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.sort();
    let (next, scores) = (AtomicUsize::new(0), Mutex::new(Scores::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, |cores| cores.get()) {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (kind, score) = score(&references, file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
                    let mut scores = scores.lock().expect("no thread panicked");
                    let entry = scores.entry(kind).or_default();
                    *entry = (entry.0 + score, entry.1 + 1);
                }
            });
        }
    });
    let means: Vec<String> = scores
        .into_inner()?
        .iter()
        .map(|(kind, (sum, count))| format!(r#""{kind}":{:.3}"#, sum / *count as f64))
        .collect();
    println!("{{{}}}", means.join(","));
    Ok(())
}

fn score(references: &Path, file: &Path) -> Result<(String, f64), Box<dyn Error>> {
    let name = file.file_name().and_then(|name| name.to_str()).ok_or("no name")?;
    let [name, width, format, "png"] = name.split('.').collect::<Vec<_>>()[..] else { return Err("a strange name".into()) };
    let reference = image::open(references.join(format!("{name}.{width}.png")))?.into_rgb8();
    let decoded = image::open(file)?.into_rgb8();
    Ok((format!("{format} {width}"), compute_ssimulacra2(&pixels(&reference)?, &pixels(&decoded)?)?))
}

fn pixels(image: &RgbImage) -> Result<PixelSlice<'_>, Box<dyn Error>> {
    let (width, height) = image.dimensions();
    Ok(PixelSlice::new(image.as_raw(), width, height, width as usize * 3, PixelDescriptor::RGB8_SRGB)?)
}
