//! One run at a time in a site.
#![expect(clippy::disallowed_methods, reason = "a part of the room that writes and deletes")]

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::Path;

use super::{Attempt, FileError, Root, SitePath, disk, read};

/// Held while a run works in a site; released when dropped or when the process ends.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A program that another thread starts at this moment has the open file for an instant, too, and with it the lock.
        let _ = self.file.unlock();
    }
}

impl Root {
    /// Takes the lock at `path`, waiting until the run that holds it has ended.
    ///
    /// The system releases it when the process ends, however it ends. `on_wait` is called once, with what the holder
    /// wrote of itself, when the lock is taken by another run. A file system that knows no locks is worked on without.
    ///
    /// # Errors
    /// [`FileError`] when the lock file cannot be made or locked, or is a link.
    pub fn lock(&self, path: &SitePath, holder: &str, on_wait: impl FnOnce(&str)) -> Result<Lock, FileError> {
        let place = self.locate(path);
        let parent = place.parent().unwrap_or(self.folder());
        let mut on_wait = Some(on_wait);
        loop {
            self.refuse_links(&place)?;
            disk::make_folders(parent).map_err(FileError::io(Attempt::Write, parent))?;
            match fs::symlink_metadata(&place) {
                Ok(data) if data.is_symlink() => return Err(FileError::Symlink { path: place }),
                Ok(data) => {
                    if let Some(kind) = read::kind(&data) {
                        return Err(FileError::NoFile { attempt: Attempt::Lock, path: place, kind });
                    }
                }
                Err(_) => {}
            }
            let mut file = open(&place).map_err(FileError::io(Attempt::Lock, &place))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    if let Some(on_wait) = on_wait.take() {
                        let holder = read::read(&place).ok().flatten().unwrap_or_default();
                        on_wait(String::from_utf8_lossy(&holder).trim());
                    }
                    file.lock().map_err(FileError::io(Attempt::Lock, &place))?;
                }
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
                Err(TryLockError::Error(error)) => return Err(FileError::io(Attempt::Lock, &place)(error)),
            }
            // Who held it may have removed the whole cache: then this file is nowhere, and keeps nobody out.
            if !is_still_at(&file, &place) {
                continue;
            }
            // Who holds it is a courtesy to the next run; a lock without a name is as good.
            let _ = file.set_len(0).and_then(|()| file.write_all(holder.as_bytes()));
            return Ok(Lock { file });
        }
    }
}

fn open(place: &Path) -> io::Result<File> {
    File::options().read(true).write(true).create(true).truncate(false).open(place)
}

#[cfg(unix)]
fn is_still_at(file: &File, place: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::symlink_metadata(place)) {
        (Ok(held), Ok(there)) => (held.dev(), held.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

/// Elsewhere a file that is open cannot be removed.
#[cfg(not(unix))]
fn is_still_at(_file: &File, place: &Path) -> bool {
    place.exists()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use std::thread;

    fn place() -> SitePath {
        SitePath::new(".feedbake/cache/lock").unwrap()
    }

    #[test]
    fn the_second_waits_for_the_first_and_is_told_who_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::new(folder.path());
        let first = root.lock(&place(), "process 1", |_| panic!("nobody else is here")).unwrap();
        let (tell, told) = channel();
        let other = root.clone();
        let second = thread::spawn(move || other.lock(&place(), "process 2", |who| tell.send(who.to_owned()).unwrap()));
        assert_eq!(told.recv().unwrap(), "process 1");
        assert!(!second.is_finished());
        drop(first);
        second.join().unwrap().unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_lock_whose_file_was_removed_keeps_nobody_out_and_is_taken_anew() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::new(folder.path());
        let first = root.lock(&place(), "process 1", |_| {}).unwrap();
        let (tell, told) = channel();
        let other = root.clone();
        let second = thread::spawn(move || other.lock(&place(), "process 2", |_| tell.send(()).unwrap()).unwrap());
        told.recv().unwrap();
        fs::remove_file(root.locate(&place())).unwrap();
        drop(first);
        let _second = second.join().unwrap();
        assert_eq!(fs::read_to_string(root.locate(&place())).unwrap(), "process 2");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::new(folder.path().join("site"));
        let outside = folder.path().join("mine.txt");
        fs::write(&outside, "mine").unwrap();
        fs::create_dir_all(root.locate(&place()).parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(&outside, root.locate(&place())).unwrap();
        assert!(matches!(root.lock(&place(), "process 1", |_| {}), Err(FileError::Symlink { .. })));
        assert_eq!(fs::read_to_string(&outside).unwrap(), "mine");
    }
}
