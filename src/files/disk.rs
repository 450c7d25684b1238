//! Every step that changes something on a disk, one function for each: the house changes no disk anywhere else.
//!
//! In a build for tests any step can be the last of its process, or fail; see [`fault`]. The shipped program has no
//! such switch.
#![expect(clippy::disallowed_methods, reason = "a part of the room that writes and deletes")]

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Makes a folder and those above it that are missing.
pub fn make_folders(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    fault::next("make folder")?;
    fs::create_dir_all(folder)
}

/// How a new file is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// On the disk before anything else happens, for whoever may read files of this user.
    Lasting,
    /// The same for this user alone: it holds a secret.
    Secret,
    /// On the disk some time: whoever reads it checks what it holds, and a wait for each would be the longest part of
    /// a bake.
    Checked,
}

/// Writes a file that was not there, and waits until its bytes are on the disk unless they prove themselves.
///
/// Whatever is at `path` is removed first, and the file is made anew: a link that was put there is not followed.
pub fn write_anew(path: &Path, bytes: &[u8], keeping: Keeping) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok() {
        remove_file(path)?;
    }
    fault::next("make file")?;
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if keeping == Keeping::Secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let mut file = options.open(path)?;
    fault::write(&mut file, bytes)?;
    if keeping == Keeping::Checked {
        return Ok(());
    }
    fault::next("sync")?;
    // Without this, a power cut after the rename may leave an empty file under the final name.
    file.sync_data()
}

/// Gives a new file the rights and the owner of the one it will replace, as far as this user may.
pub fn take_after(new: &Path, old: &Path) {
    #[cfg(unix)]
    if let (Ok(data), Ok(file)) = (fs::symlink_metadata(old), File::open(new))
        && data.is_file()
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        // Best effort: another user's file may be replaced by whoever owns the folder, and is theirs then.
        let _ = fchown(&file, Some(data.uid()), Some(data.gid()));
        let _ = file.set_permissions(data.permissions());
    }
    #[cfg(not(unix))]
    let _ = (new, old);
}

/// Puts one file in the place of another, or where nothing was, in one step.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fault::next("rename")?;
    fs::rename(from, to)
}

/// Deletes a file or a link, never what the link leads to.
pub fn remove_file(path: &Path) -> io::Result<()> {
    fault::next("remove file")?;
    fs::remove_file(path)
}

/// Deletes a folder that holds nothing; fails on any other.
pub fn remove_empty_folder(path: &Path) -> io::Result<()> {
    fault::next("remove folder")?;
    fs::remove_dir(path)
}

/// Deletes a folder and everything in it; links in it are deleted, not followed.
pub fn remove_tree(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            remove_tree(&entry.path())?;
        } else {
            remove_file(&entry.path())?;
        }
    }
    remove_empty_folder(path)
}

/// Waits until the names in a folder are on the disk, where the system can do that: a rename that is forgotten in a
/// power cut would otherwise leave a data file without its pictures.
pub fn settle(folder: &Path) {
    #[cfg(unix)]
    drop(File::open(folder).and_then(|folder| folder.sync_all()));
    #[cfg(not(unix))]
    let _ = folder;
}

/// What tests do to the steps above.
#[cfg(test)]
pub(crate) mod fault {
    use std::fs::File;
    use std::io::{self, Write};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Mutex, PoisonError};

    /// How a step goes.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Fate {
        /// As it should.
        GoOn,
        /// The process ends here, in the middle of the bytes where some are written.
        Die,
        /// The disk is full from here on: nothing can be made or written any more, only removed.
        Full,
    }

    static STEPS: AtomicUsize = AtomicUsize::new(0);
    static PLAN: Mutex<(usize, Fate)> = Mutex::new((usize::MAX, Fate::GoOn));

    /// The step number `at` of this process, from 1, goes like this.
    pub fn plan(at: usize, fate: Fate) {
        *PLAN.lock().unwrap_or_else(PoisonError::into_inner) = (at, fate);
    }

    /// Steps of this process so far.
    pub fn steps() -> usize {
        STEPS.load(Ordering::SeqCst)
    }

    fn fate(step: &str) -> Fate {
        let number = STEPS.fetch_add(1, Ordering::SeqCst) + 1;
        match *PLAN.lock().unwrap_or_else(PoisonError::into_inner) {
            (at, Fate::Die) if number == at => Fate::Die,
            (at, Fate::Full) if number >= at && !step.starts_with("remove") => Fate::Full,
            _ => Fate::GoOn,
        }
    }

    fn full() -> io::Error {
        io::Error::new(io::ErrorKind::StorageFull, "no space is left, says the test")
    }

    pub(super) fn next(step: &str) -> io::Result<()> {
        match fate(step) {
            Fate::GoOn => Ok(()),
            Fate::Die => std::process::abort(),
            Fate::Full => Err(full()),
        }
    }

    pub(super) fn write(file: &mut File, bytes: &[u8]) -> io::Result<()> {
        let half = &bytes[..bytes.len() / 2];
        match fate("write") {
            Fate::GoOn => file.write_all(bytes),
            Fate::Die => {
                file.write_all(half)?;
                std::process::abort()
            }
            Fate::Full => {
                file.write_all(half)?;
                Err(full())
            }
        }
    }
}

#[cfg(not(test))]
mod fault {
    use std::fs::File;
    use std::io::{self, Write};

    pub(super) const fn next(_step: &str) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn write(file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }
}
