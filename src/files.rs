//! The one room that writes: atomic, inside the site, never through a symbolic link.
//!
//! Reads are here too, so that every error of the file system carries its path.
#![expect(clippy::disallowed_methods, reason = "this is the room that writes and deletes")]

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub(crate) mod disk;
mod error;
mod lock;
mod read;

use disk::Keeping;
pub use error::{Attempt, FileError, Kind};
pub use lock::Lock;
pub use read::{open, read, unread};

pub use crate::site_path::{NotInSite, SitePath};

/// Whether a write changed anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// The file was not there.
    Created,
    /// It held other bytes.
    Changed,
    /// It held these bytes already and was not touched.
    Unchanged,
}

impl Written {
    /// The word for a summary.
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "new",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
        }
    }

    /// True for [`Written::Created`] and [`Written::Changed`].
    pub fn is_change(self) -> bool {
        self != Self::Unchanged
    }
}

/// The end of every temporary name. No generator takes such a file for a page or a template, and a run that finds
/// one beside its place knows that an earlier run died there.
const UNFINISHED: &str = ".feedbake-unfinished";

/// The site's folder: the door through which everything is written and deleted.
#[derive(Debug, Clone)]
pub struct Root {
    folder: PathBuf,
}

impl Root {
    /// Stands at `folder`, which need not exist yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where `path` is on this machine. For reading and for messages.
    pub fn locate(&self, path: &SitePath) -> PathBuf {
        path.as_str().split('/').fold(self.folder.clone(), |folder, part| folder.join(part))
    }

    /// Reads a whole file; `None` when it is not there.
    ///
    /// # Errors
    /// As [`read`].
    pub fn read(&self, path: &SitePath) -> Result<Option<Vec<u8>>, FileError> {
        read(&self.locate(path))
    }

    /// The size in bytes of a regular file; `None` when there is none at this place.
    pub fn size(&self, path: &SitePath) -> Option<u64> {
        fs::symlink_metadata(self.locate(path)).ok().filter(fs::Metadata::is_file).map(|data| data.len())
    }

    /// Whether a folder is at this place, in whose stead no file can be put.
    pub fn is_folder(&self, path: &SitePath) -> bool {
        fs::symlink_metadata(self.locate(path)).is_ok_and(|data| data.is_dir())
    }

    /// Whether a link lies at `path`: what is written there would replace it, and not what it leads to.
    pub fn is_link(&self, path: &SitePath) -> bool {
        fs::symlink_metadata(self.locate(path)).is_ok_and(|data| data.is_symlink())
    }

    /// Whether anything at all is at this place, a link or a folder included.
    pub fn exists(&self, path: &SitePath) -> bool {
        fs::symlink_metadata(self.locate(path)).is_ok()
    }

    /// Puts `bytes` at `path`: written beside its place, then renamed into it. Equal bytes are left alone.
    ///
    /// # Errors
    /// [`FileError::Symlink`] when a folder on the way is a link; [`FileError::Io`] when the system refuses.
    pub fn write(&self, path: &SitePath, bytes: &[u8]) -> Result<Written, FileError> {
        self.write_for(path, bytes, Keeping::Lasting)
    }

    /// The same for what nobody else on this machine may read.
    ///
    /// # Errors
    /// As [`Root::write`].
    pub fn write_secret(&self, path: &SitePath, bytes: &[u8]) -> Result<Written, FileError> {
        self.write_for(path, bytes, Keeping::Secret)
    }

    /// The same for what is checked whenever it is read: nobody waits until it is on the disk.
    ///
    /// # Errors
    /// As [`Root::write`].
    pub fn write_checked(&self, path: &SitePath, bytes: &[u8]) -> Result<Written, FileError> {
        self.write_for(path, bytes, Keeping::Checked)
    }

    fn write_for(&self, path: &SitePath, bytes: &[u8], keeping: Keeping) -> Result<Written, FileError> {
        let place = self.locate(path);
        self.refuse_links(&place)?;
        let before = match fs::symlink_metadata(&place) {
            // A link at the place itself is replaced by the rename, never written through.
            Ok(data) if data.is_file() => {
                // A secret is written anew even so: who may read the file is a part of what is asked for.
                let may_stay = keeping != Keeping::Secret && data.len() == bytes.len() as u64;
                if may_stay && read(&place)?.as_deref() == Some(bytes) {
                    return Ok(Written::Unchanged);
                }
                Written::Changed
            }
            Ok(_) => Written::Changed,
            Err(_) => Written::Created,
        };
        let parent = place.parent().unwrap_or(&self.folder);
        disk::make_folders(parent).map_err(FileError::io(Attempt::Write, parent))?;
        let beside = beside(&place);
        let written = disk::write_anew(&beside, bytes, keeping).and_then(|()| {
            if keeping == Keeping::Lasting {
                disk::take_after(&beside, &place);
            }
            disk::rename(&beside, &place)
        });
        if let Err(source) = written {
            // Best effort: the next run sweeps what this one could not.
            let _ = disk::remove_file(&beside);
            return Err(FileError::Io { attempt: Attempt::Write, path: place, source });
        }
        Ok(before)
    }

    /// Deletes a file, and the folders it leaves empty up to `keep`. An absent file is no error.
    ///
    /// # Errors
    /// [`FileError::Symlink`] when a folder on the way is a link; [`FileError::Io`] when the system refuses.
    pub fn remove(&self, path: &SitePath) -> Result<bool, FileError> {
        let place = self.locate(path);
        self.refuse_links(&place)?;
        let existed = match disk::remove_file(&place) {
            Ok(()) => true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(FileError::io(Attempt::Delete, &place)(error)),
        };
        self.remove_what_is_empty_above(&place);
        Ok(existed)
    }

    fn remove_what_is_empty_above(&self, place: &Path) {
        let mut folder = place.parent();
        while let Some(empty) = folder.filter(|folder| *folder != self.folder && folder.starts_with(&self.folder)) {
            let is_empty = fs::read_dir(empty).is_ok_and(|mut entries| entries.next().is_none());
            if !is_empty || disk::remove_empty_folder(empty).is_err() {
                break;
            }
            folder = empty.parent();
        }
    }

    /// The sizes in bytes of the regular files right in `folder`, by name, and empty where there is none: one look at a
    /// folder is cheaper than one at each of its files.
    pub fn sizes_in(&self, folder: &SitePath) -> HashMap<String, u64> {
        let size = |entry: fs::DirEntry| {
            // Of a link this says that it is one.
            let data = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            Some((entry.file_name().into_string().ok()?, data.len()))
        };
        fs::read_dir(self.locate(folder)).into_iter().flatten().filter_map(Result::ok).filter_map(size).collect()
    }

    /// The names of the folders right in `folder`, sorted; links to one count.
    pub fn folders_in(&self, folder: &SitePath) -> Vec<String> {
        let entries = fs::read_dir(self.locate(folder)).into_iter().flatten().filter_map(Result::ok);
        let folders = entries.filter(|entry| entry.path().is_dir());
        let mut names: Vec<String> = folders.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    /// Whether a file of this name is what a run that died left beside a place.
    pub fn is_leftover(name: &str) -> bool {
        name.ends_with(UNFINISHED)
    }

    /// Deletes what a run that died left beside `path`.
    ///
    /// # Errors
    /// As [`Root::remove`].
    pub fn sweep(&self, path: &SitePath) -> Result<(), FileError> {
        let place = self.locate(path);
        let leftover = beside(&place);
        if fs::symlink_metadata(&leftover).is_err() {
            return Ok(());
        }
        self.refuse_links(&place)?;
        disk::remove_file(&leftover).map_err(FileError::io(Attempt::Delete, &leftover))
    }

    /// Deletes a folder of feedbake's own with everything in it, and the folders this leaves empty. An absent folder is
    /// no error.
    ///
    /// # Errors
    /// As [`Root::remove`].
    pub fn remove_folder(&self, path: &SitePath) -> Result<(), FileError> {
        let place = self.locate(path);
        self.refuse_links(&place)?;
        match fs::symlink_metadata(&place) {
            Err(_) => Ok(()),
            Ok(data) if data.is_symlink() => Err(FileError::Symlink { path: place }),
            Ok(_) => {
                disk::remove_tree(&place).map_err(FileError::io(Attempt::Delete, &place))?;
                self.remove_what_is_empty_above(&place);
                Ok(())
            }
        }
    }

    /// Removes what keeps a file from being put at `path`, below a folder that is feedbake's own: a folder in its place,
    /// or something else, a link too, where a folder above it has to be.
    ///
    /// # Errors
    /// As [`Root::remove`].
    pub fn clear_the_way(&self, own: &SitePath, path: &SitePath) -> Result<(), FileError> {
        let (own, place) = (self.locate(own), self.locate(path));
        let above = place.ancestors().skip(1).take_while(|folder| *folder != own && folder.starts_with(&own));
        let above: Vec<&Path> = above.collect();
        self.refuse_links(above.last().unwrap_or(&place.as_path()))?;
        // From the top down: behind a link everything is somebody else's, and the link itself is not.
        for folder in above.into_iter().rev() {
            if fs::symlink_metadata(folder).is_ok_and(|data| !data.is_dir()) {
                disk::remove_file(folder).map_err(FileError::io(Attempt::Delete, folder))?;
            }
        }
        if self.is_folder(path) {
            disk::remove_tree(&place).map_err(FileError::io(Attempt::Delete, &place))?;
        }
        Ok(())
    }

    /// Deletes the folders right below `folder` that hold nothing, as a run that died may leave them.
    ///
    /// # Errors
    /// As [`Root::remove`].
    pub fn remove_empty_folders(&self, folder: &SitePath) -> Result<(), FileError> {
        let place = self.locate(folder);
        self.refuse_links(&place)?;
        for entry in fs::read_dir(&place).into_iter().flatten().filter_map(Result::ok) {
            let is_empty = || fs::read_dir(entry.path()).is_ok_and(|mut entries| entries.next().is_none());
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) && is_empty() {
                disk::remove_empty_folder(&entry.path()).map_err(FileError::io(Attempt::Delete, &entry.path()))?;
            }
        }
        Ok(())
    }

    /// Lists the files below `folder` as paths relative to it, sorted; links are neither followed nor listed.
    ///
    /// # Errors
    /// [`FileError::Io`] when a folder cannot be read; an absent one has no files.
    pub fn names_below(&self, folder: &SitePath) -> Result<Vec<String>, FileError> {
        let top = self.locate(folder);
        let mut names = Vec::new();
        for entry in walkdir::WalkDir::new(&top).sort_by_file_name() {
            match entry {
                Ok(entry) if entry.file_type().is_file() => {
                    if let Some(name) = entry.path().strip_prefix(&top).ok().and_then(Path::to_str) {
                        names.push(name.replace('\\', "/"));
                    }
                }
                Ok(_) => {}
                Err(error) if error.io_error().is_some_and(|error| error.kind() == io::ErrorKind::NotFound) => {}
                Err(error) => {
                    let path = error.path().unwrap_or(&top).to_owned();
                    return Err(FileError::Io { attempt: Attempt::Read, path, source: error.into() });
                }
            }
        }
        Ok(names)
    }

    /// Waits until the name of a file that was put at `path` is on the disk, where the system can do that.
    pub fn settle(&self, path: &SitePath) {
        disk::settle(self.locate(path).parent().unwrap_or(&self.folder));
    }

    fn refuse_links(&self, place: &Path) -> Result<(), FileError> {
        let mut folder = place.parent();
        while let Some(link) = folder.filter(|folder| *folder != self.folder && folder.starts_with(&self.folder)) {
            if fs::symlink_metadata(link).is_ok_and(|data| data.is_symlink()) {
                return Err(FileError::Symlink { path: link.to_owned() });
            }
            folder = link.parent();
        }
        Ok(())
    }
}

/// Puts `bytes` into a file that only its owner may read, wherever it is: written beside its place, then renamed into
/// it, as [`Root::write_secret`] does in a site.
///
/// # Errors
/// [`FileError::Io`] when the system refuses, or when `path` names no file.
pub fn write_secret(path: &Path, bytes: &[u8]) -> Result<Written, FileError> {
    let name = path.file_name().and_then(|name| SitePath::new(name.to_str()?).ok());
    let name = name.ok_or_else(|| FileError::io(Attempt::Write, path)(io::ErrorKind::InvalidFilename.into()))?;
    let root = Root::new(folder_of(path));
    let written = root.write_secret(&name, bytes)?;
    root.settle(&name);
    Ok(written)
}

/// Finds out whether so many bytes could be written to a file at `path` now, by writing them beside it and removing them
/// again.
///
/// # Errors
/// [`FileError::Io`] when the system refuses.
pub fn rehearse(path: &Path, bytes: usize) -> Result<(), FileError> {
    let refused = |error| FileError::io(Attempt::Write, path)(error);
    disk::make_folders(folder_of(path)).map_err(refused)?;
    let beside = beside(path);
    let written = disk::write_anew(&beside, &vec![0; bytes], Keeping::Secret);
    // Best effort, as after every write that failed: the next run sweeps what this one could not.
    let removed = disk::remove_file(&beside);
    written.and(removed).map_err(refused)
}

/// Adds `bytes` to the end of a file outside the site that another program offers for it.
///
/// # Errors
/// [`FileError::Io`] when the file cannot be opened or written, [`FileError::NoFile`] when it is a pipe or a socket.
pub fn append(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    // What offers it may well be a terminal or nothing at all; a pipe that nobody reads would be waited for.
    if let Some(kind @ (Kind::Pipe | Kind::Socket)) = fs::metadata(path).ok().and_then(|data| read::kind(&data)) {
        return Err(FileError::NoFile { attempt: Attempt::Write, path: path.to_owned(), kind });
    }
    let file = File::options().append(true).create(true).open(path);
    file.and_then(|mut file| file.write_all(bytes)).map_err(FileError::io(Attempt::Write, path))
}

/// The folder a file lies in, also where its path is a bare name.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn beside(place: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(place.file_name().unwrap_or_default());
    name.push(UNFINISHED);
    place.with_file_name(name)
}

#[cfg(test)]
mod tests;
