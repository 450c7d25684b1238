//! Proves that no token is in a folder: reads every file in it and looks for the live tokens and for token shapes.

use std::error::Error;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use walkdir::{DirEntry, WalkDir};

use crate::auth::{Leak, LeakScanner};
use crate::files::{self, FileError};

/// Files are read in pieces of this size, so that a video of any length costs no more memory.
const PIECE: usize = 1 << 20;

/// Pieces overlap by this much: a token of the greatest known length, each letter behind two escapes, lies whole in one
/// of them.
const OVERLAP: usize = 8 << 10;

/// How gzip begins.
const GZIP: [u8; 3] = [0x1f, 0x8b, 8];

/// A packed file is looked into as far as this: a page is smaller, and a bomb never ends.
const MOST_UNPACKED: u64 = 256 << 20;

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
    /// In what the file, packed by gzip, unpacks to.
    Packed,
}

impl Audit {
    /// Reads every file below `place`, or `place` itself, and the names of files and folders. Links to files are followed,
    /// for a host may publish what they lead to; of a link to a folder, which may lead to the whole disk, it is said that
    /// nothing is proved.
    pub fn look_through(&mut self, place: &Path, scanner: &LeakScanner) {
        self.look_where(place, scanner, |_| true);
    }

    /// The same, without what begins with a dot: a site that is published as it is has its tools' own files there.
    pub fn look_through_visible(&mut self, place: &Path, scanner: &LeakScanner) {
        let is_visible = |entry: &DirEntry| {
            entry.depth() == 0 || !matches!(entry.file_name().as_encoded_bytes(), [b'.', ..] | b"node_modules")
        };
        self.look_where(place, scanner, is_visible);
    }

    fn look_where(&mut self, place: &Path, scanner: &LeakScanner, is_wanted: impl Fn(&DirEntry) -> bool) {
        for entry in WalkDir::new(place).sort_by_file_name().into_iter().filter_entry(is_wanted) {
            match entry {
                Ok(entry) => {
                    self.look_at_name(&entry, scanner);
                    let is_link = entry.depth() > 0 && entry.path_is_symlink();
                    if entry.file_type().is_file() || (is_link && entry.path().is_file()) {
                        self.look_into(entry.path(), scanner);
                    } else if is_link && entry.path().is_dir() {
                        let why = "it is a link to another folder, which has to be looked through by itself";
                        self.unread.push((scanner.shown(entry.path()), why.to_owned()));
                    }
                }
                Err(error) => {
                    let path = error.path().unwrap_or(place).to_owned();
                    let why = error.io_error().map_or_else(|| "it leads in a circle".to_owned(), ToString::to_string);
                    self.unread.push((scanner.shown(&path), why));
                }
            }
        }
    }

    fn look_at_name(&mut self, entry: &DirEntry, scanner: &LeakScanner) {
        if let Some(leak) = scanner.scan(entry.file_name().as_encoded_bytes()) {
            self.found.push(Finding { path: scanner.shown(entry.path()), place: Place::Name, leak });
        }
    }

    fn look_into(&mut self, path: &Path, scanner: &LeakScanner) {
        self.files += 1;
        match first_leak(path, scanner) {
            Ok((bytes, leak)) => {
                self.bytes += bytes;
                let found = |(place, leak)| Finding { path: scanner.shown(path), place, leak };
                self.found.extend(leak.map(found));
            }
            Err(error) => {
                let why = error.source().map_or_else(|| error.to_string(), ToString::to_string);
                self.unread.push((scanner.shown(path), why));
            }
        }
    }
}

/// Looks through a file; returns how many bytes it has, and the first leak.
///
/// A file that is packed by gzip, as servers keep pages beside the plain ones, is looked into as well: browsers unpack it
/// without a word.
fn first_leak(path: &Path, scanner: &LeakScanner) -> Result<(u64, Option<(Place, Leak)>), FileError> {
    let Some(file) = files::open(path)? else { return Ok((0, None)) };
    let (read, begins_packed, leak) = look_at(file, scanner).map_err(files::unread(path))?;
    if leak.is_some() || !begins_packed {
        return Ok((read, leak.map(|leak| (Place::Content, leak))));
    }
    let Some(file) = files::open(path)? else { return Ok((read, None)) };
    // What ends in the middle was looked through up to there, and what only begins like gzip is none.
    let unpacked = look_at(MultiGzDecoder::new(BufReader::new(file)).take(MOST_UNPACKED), scanner);
    Ok((read, unpacked.ok().and_then(|(_, _, leak)| leak).map(|leak| (Place::Packed, leak))))
}

/// Reads to the end or to the first leak; says whether it begins as gzip does.
fn look_at(mut source: impl Read, scanner: &LeakScanner) -> io::Result<(u64, bool, Option<Leak>)> {
    let mut piece = Vec::with_capacity(PIECE);
    let mut read: u64 = 0;
    let mut begins_packed = false;
    loop {
        let carried = piece.len();
        let taken = source.by_ref().take((PIECE - carried) as u64).read_to_end(&mut piece);
        // Of what cannot be read to its end, the beginning was read.
        let failed = taken.as_ref().is_err_and(|_| piece.len() == carried);
        let taken = if failed { taken? } else { piece.len() - carried };
        begins_packed |= read == 0 && piece.starts_with(&GZIP);
        read += taken as u64;
        if let Some(leak) = scanner.scan(&piece) {
            return Ok((read, begins_packed, Some(leak.moved_by(read - piece.len() as u64))));
        }
        if taken == 0 {
            return Ok((read, begins_packed, None));
        }
        let keep = piece.len().saturating_sub(OVERLAP);
        piece.drain(..keep);
    }
}
