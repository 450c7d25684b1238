//! Proves that no token is in a folder: reads every file in it and looks for the live tokens and for token shapes.

use std::error::Error;
use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::auth::{Leak, LeakScanner};
use crate::files::{self, FileError};

/// Files are read in pieces of this size, so that a video of any length costs no more memory.
const PIECE: usize = 1 << 20;

/// Pieces overlap by this much: a token of the greatest known length, each letter behind two escapes, lies whole in one
/// of them.
const OVERLAP: usize = 8 << 10;

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

/// A token in a file, or in its name.
#[derive(Debug)]
pub struct Finding {
    /// The file or folder, as it may be shown: a part of its path that holds a token is left out.
    pub path: PathBuf,
    /// Where in it.
    pub place: Place,
    /// What was found, and at which byte.
    pub leak: Leak,
}

/// Where a token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the name.
    Name,
    /// In what the file holds.
    Content,
}

impl Audit {
    /// Reads every file below `place`, or `place` itself, and the names of files and folders. Links are not followed.
    pub fn look_through(&mut self, place: &Path, scanner: &LeakScanner) {
        for entry in WalkDir::new(place).sort_by_file_name() {
            match entry {
                Ok(entry) => {
                    self.look_at_name(&entry, scanner);
                    if entry.file_type().is_file() {
                        self.look_into(entry.path(), scanner);
                    }
                }
                Err(error) => {
                    let path = error.path().unwrap_or(place).to_owned();
                    let why = error.io_error().map_or_else(|| "it leads in a circle".to_owned(), ToString::to_string);
                    self.unread.push((shown(&path, scanner), why));
                }
            }
        }
    }

    fn look_at_name(&mut self, entry: &DirEntry, scanner: &LeakScanner) {
        if let Some(leak) = scanner.scan(entry.file_name().as_encoded_bytes()) {
            self.found.push(Finding { path: shown(entry.path(), scanner), place: Place::Name, leak });
        }
    }

    fn look_into(&mut self, path: &Path, scanner: &LeakScanner) {
        self.files += 1;
        match first_leak(path, scanner) {
            Ok((bytes, leak)) => {
                self.bytes += bytes;
                let found = |leak| Finding { path: shown(path, scanner), place: Place::Content, leak };
                self.found.extend(leak.map(found));
            }
            Err(error) => {
                let why = error.source().map_or_else(|| error.to_string(), ToString::to_string);
                self.unread.push((shown(path, scanner), why));
            }
        }
    }
}

/// The path without those parts that hold a token: the report is read by more people than the folder.
fn shown(path: &Path, scanner: &LeakScanner) -> PathBuf {
    let holds = |part: &OsStr| scanner.scan(part.as_encoded_bytes()).is_some();
    path.iter().map(|part| if holds(part) { OsStr::new("…") } else { part }).collect()
}

fn first_leak(path: &Path, scanner: &LeakScanner) -> Result<(u64, Option<Leak>), FileError> {
    let Some(mut file) = files::open(path)? else { return Ok((0, None)) };
    let mut piece = Vec::with_capacity(PIECE);
    let mut read: u64 = 0;
    loop {
        let carried = piece.len();
        let taken =
            file.by_ref().take((PIECE - carried) as u64).read_to_end(&mut piece).map_err(files::unread(path))?;
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
