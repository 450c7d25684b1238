//! The picture work alone: every JPEG of a folder becomes its renditions, without network, cache or site.
//!
//! `cargo bench --bench pictures -- <folder> [--out <folder>] [--threads <n>] [--formats webp,jpeg] [--widths 320,640]`
//!
//! Prints one line of JSON. `benches/compare.py` runs it in turn with sharp and makes the tables.
#![expect(clippy::disallowed_methods, reason = "a benchmark writes where it is told to")]

use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use clap::Parser;
use feedbake::feed::MediaId;
use feedbake::files::SitePath;
use feedbake::media::{Aspect, Format, PixelLimits, Quality, Recipe, Widths, develop};

#[derive(Parser)]
struct Arguments {
    /// Where the photographs are.
    folder: PathBuf,
    /// Where the renditions go; nowhere without it.
    #[arg(long)]
    out: Option<PathBuf>,
    #[arg(long, default_value_t = 2)]
    threads: usize,
    #[arg(long, value_delimiter = ',', default_value = "webp,jpeg")]
    formats: Vec<String>,
    #[arg(long, value_delimiter = ',', default_value = "320,640,1080")]
    widths: Vec<u32>,
    #[arg(long, default_value_t = 80)]
    quality: u8,
    /// Cargo says this to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let Arguments { folder, out, threads, formats, widths, quality, bench: _ } = Arguments::parse();
    let formats = formats.iter().map(|word| word.parse()).collect::<Result<Vec<Format>, ()>>();
    let recipe = Recipe {
        widths: Widths::new(&widths).ok_or("no width")?,
        formats: formats.map_err(|()| "an unknown format")?,
        aspect: Aspect::Original,
        quality: Quality { avif: quality, webp: quality, jpeg: quality },
    };
    let mut photographs: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    photographs.sort();
    if let Some(out) = &out {
        fs::create_dir_all(out)?;
    }
    let (next, bytes) = (AtomicUsize::new(0), Mutex::new(0_u64));
    let started = Instant::now();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(photograph) = photographs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let made =
                        one(photograph, out.as_deref(), &recipe).expect("the corpus is made of good photographs");
                    *bytes.lock().expect("no thread panicked") += made;
                }
            });
        }
    });
    let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
    let bytes = bytes.into_inner()?;
    let count = photographs.len();
    writeln(&format!(r#"{{"photographs":{count},"bytes":{bytes},"wall_ms":{milliseconds:.1}}}"#))
}

fn one(photograph: &Path, out: Option<&Path>, recipe: &Recipe) -> Result<u64, Box<dyn Error>> {
    let stem = photograph.file_stem().map(OsString::from).unwrap_or_default();
    let original = fs::read(photograph)?;
    let developed = develop(
        &MediaId::new("1").map_err(|_| "no id")?,
        &original,
        recipe,
        &SitePath::new("static/feedbake").map_err(|_| "no path")?,
        PixelLimits::default(),
    )?;
    let mut bytes = 0;
    for (rendition, file) in developed.picture.renditions.iter().zip(&developed.files) {
        bytes += file.len() as u64;
        if let Some(out) = out {
            let mut name = stem.clone();
            name.push(format!(".{}.{}", rendition.width, rendition.format.extension()));
            fs::write(out.join(name), file)?;
        }
    }
    Ok(bytes)
}

fn writeln(line: &str) -> Result<(), Box<dyn Error>> {
    use std::io::Write;
    Ok(std::io::stdout().write_all(format!("{line}\n").as_bytes())?)
}
