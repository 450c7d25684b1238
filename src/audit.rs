//! Proves that no token is in a folder: reads every file in it and looks for the live tokens and for token shapes.

use std::error::Error;
use std::io::Read;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::auth::{Leak, LeakScanner};
use crate::files::{self, FileError};

/// Files are read in pieces of this size, so that a video of any length costs no more memory.
const PIECE: usize = 1 << 20;

/// Pieces overlap by this much: a token of the greatest known length, percent-encoded, lies whole in one of them.
const OVERLAP: usize = 4 << 10;

/// What an audit saw.
#[derive(Debug, Default)]
pub struct Audit {
    /// Files read.
    pub files: usize,
    /// Bytes read.
    pub bytes: u64,
    /// Tokens found.
    pub found: Vec<Finding>,
    /// Files that could not be read: about them nothing is proved.
    pub unread: Vec<(PathBuf, String)>,
}

/// A token in a file.
#[derive(Debug)]
pub struct Finding {
    /// The file.
    pub path: PathBuf,
    /// What was found, and where in the file.
    pub leak: Leak,
}

impl Audit {
    /// Reads every file below `place`, or `place` itself. Links are not followed.
    pub fn look_through(&mut self, place: &Path, scanner: &LeakScanner) {
        for entry in WalkDir::new(place).sort_by_file_name() {
            match entry {
                Ok(entry) if entry.file_type().is_file() => self.look_into(entry.path(), scanner),
                Ok(_) => {}
                Err(error) => {
                    let path = error.path().unwrap_or(place).to_owned();
                    self.unread.push((path, error.to_string()));
                }
            }
        }
    }

    fn look_into(&mut self, path: &Path, scanner: &LeakScanner) {
        self.files += 1;
        match first_leak(path, scanner) {
            Ok((bytes, leak)) => {
                self.bytes += bytes;
                self.found.extend(leak.map(|leak| Finding { path: path.to_owned(), leak }));
            }
            Err(error) => {
                let why = error.source().map_or_else(|| error.to_string(), ToString::to_string);
                self.unread.push((path.to_owned(), why));
            }
        }
    }
}

fn first_leak(path: &Path, scanner: &LeakScanner) -> Result<(u64, Option<Leak>), FileError> {
    let Some(mut file) = files::open(path)? else { return Ok((0, None)) };
    let mut piece = Vec::with_capacity(PIECE);
    let mut read: u64 = 0;
    loop {
        let carried = piece.len();
        let taken = file.by_ref().take((PIECE - carried) as u64).read_to_end(&mut piece).map_err(files::unread(path))?;
        read += taken as u64;
        if let Some(leak) = scanner.scan(&piece) {
            return Ok((read, Some(leak.moved_by(read - piece.len() as u64))));
        }
        if taken == 0 {
            return Ok((read, None));
        }
        let keep = piece.len().saturating_sub(OVERLAP);
        piece.drain(..keep);
    }
}
