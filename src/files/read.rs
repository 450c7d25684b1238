//! The one door for bytes that come in from a disk: it opens files, and nothing else.
//!
//! A named pipe in the place of a file would keep its reader waiting for ever, a device may have no end. Anybody who can
//! write into the site can put one there, so what is to be opened is looked at first.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use super::error::{Attempt, FileError, Kind};

/// Reads a whole file; `None` when it is not there. A link to a file is followed.
///
/// # Errors
/// [`FileError::NoFile`] for a folder, a pipe, a socket or a device; [`FileError::Io`] when the system refuses.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    let Some(mut file) = open(path)? else { return Ok(None) };
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(FileError::io(Attempt::Read, path))?;
    Ok(Some(bytes))
}

/// Opens a file for reading; `None` when it is not there.
///
/// # Errors
/// As [`read`].
pub fn open(path: &Path) -> Result<Option<File>, FileError> {
    // Looked at before, for opening a pipe waits already, and after, for what is there may have been exchanged.
    let opened = fs::metadata(path).map(|data| kind(&data)).and_then(|before| match before {
        Some(kind) => Ok(Err(kind)),
        None => File::open(path).and_then(|file| file.metadata().map(|data| kind(&data).map_or(Ok(file), Err))),
    });
    match opened {
        Ok(Ok(file)) => Ok(Some(file)),
        Ok(Err(kind)) => Err(FileError::NoFile { attempt: Attempt::Read, path: path.to_owned(), kind }),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(FileError::io(Attempt::Read, path)(error)),
    }
}

/// Makes an error of what the system said while an opened file was read.
pub fn unread(path: &Path) -> impl FnOnce(io::Error) -> FileError {
    FileError::io(Attempt::Read, path)
}

/// What is there instead of a file; `None` for a file.
#[cfg(unix)]
pub(super) fn kind(data: &Metadata) -> Option<Kind> {
    use std::os::unix::fs::FileTypeExt;
    match data.file_type() {
        kind if kind.is_file() => None,
        kind if kind.is_dir() => Some(Kind::Folder),
        kind if kind.is_fifo() => Some(Kind::Pipe),
        kind if kind.is_socket() => Some(Kind::Socket),
        _ => Some(Kind::Device),
    }
}

#[cfg(not(unix))]
pub(super) fn kind(data: &Metadata) -> Option<Kind> {
    match data.file_type() {
        kind if kind.is_file() => None,
        kind if kind.is_dir() => Some(Kind::Folder),
        _ => Some(Kind::Device),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    #[test]
    fn what_is_no_file_is_named_and_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        assert!(Command::new("mkfifo").arg(path("pipe")).status().unwrap().success());
        let _socket = UnixListener::bind(path("socket")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", path("device")).unwrap();
        std::os::unix::fs::symlink("pipe", path("link")).unwrap();
        for (name, expected) in [
            ("pipe", Kind::Pipe),
            ("link", Kind::Pipe),
            ("socket", Kind::Socket),
            ("device", Kind::Device),
            ("", Kind::Folder),
        ] {
            assert!(matches!(read(&path(name)), Err(FileError::NoFile { kind, .. }) if kind == expected), "{name}");
        }
        assert!(read(&path("nothing")).unwrap().is_none());
        assert!(read(&path("pipe/below")).unwrap().is_none());
    }
}
