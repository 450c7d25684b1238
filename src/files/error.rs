//! What can go wrong between this house and a file system.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// What was tried when the file system said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// Reading a file or a folder.
    Read,
    /// Writing a file or making a folder.
    Write,
    /// Deleting a file or a folder.
    Delete,
    /// Taking the lock.
    Lock,
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "written",
            Self::Delete => "deleted",
            Self::Lock => "locked",
        })
    }
}

/// What stands where a file was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A folder.
    Folder,
    /// A named pipe, which keeps a reader waiting until somebody writes into it.
    Pipe,
    /// A socket.
    Socket,
    /// A device, which may have no end.
    Device,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Folder => "folder",
            Self::Pipe => "named pipe",
            Self::Socket => "socket",
            Self::Device => "device",
        })
    }
}

/// A file that could not be read, written, deleted or locked.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The operating system refused.
    #[error("{path} could not be {attempt}", path = path.display())]
    Io {
        /// What was tried.
        attempt: Attempt,
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Something else than a file is there.
    #[error("{path} could not be {attempt}: it is a {kind} and not a file", path = path.display())]
    NoFile {
        /// What was tried.
        attempt: Attempt,
        /// The place.
        path: PathBuf,
        /// What is there.
        kind: Kind,
    },
    /// A folder on the way is a symbolic link, which could lead out of the site.
    #[error("{path} is a symbolic link, and feedbake writes and deletes through none", path = path.display())]
    Symlink {
        /// The link.
        path: PathBuf,
    },
}

impl FileError {
    /// Whether a folder stands where a file has to be, or the reverse.
    pub fn is_something_in_the_way(&self) -> bool {
        use io::ErrorKind::{AlreadyExists, IsADirectory, NotADirectory};
        match self {
            Self::Io { source, .. } => matches!(source.kind(), AlreadyExists | IsADirectory | NotADirectory),
            Self::NoFile { .. } => true,
            Self::Symlink { .. } => false,
        }
    }

    pub(super) fn io(attempt: Attempt, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { attempt, path, source }
    }
}
