//! Puts finished things into the site: pictures from the cache, then the data file that names them.

use std::collections::{BTreeSet, HashMap};

use sha2::{Digest, Sha256};

use crate::auth::{Leak, LeakScanner};
use crate::cache::Cache;
use crate::files::{FileError, Root, SitePath, Written};
use crate::manifest::{Manifest, Role, hidden_place};
use crate::media::{File, Picture, hex};
use crate::site::{Layout, is_data_file};

/// A thing that could not be put into the site.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The system said no.
    #[error(transparent)]
    File(#[from] FileError),
    /// A rendition is neither in the site nor whole in the cache.
    #[error("{0} is neither in the site nor in the cache")]
    Lost(SitePath),
    /// A file of that name is there, and feedbake did not make it.
    #[error("{0} is there already, and feedbake did not make it")]
    Foreign(SitePath),
    /// Something to be published holds a token.
    #[error("{place} would have published an access token ({leak})")]
    Leak {
        /// The file.
        place: SitePath,
        /// What was found.
        leak: Leak,
    },
}

/// What lies in the folder of pictures as a run begins, by one look for all of them.
#[derive(Debug)]
pub struct Published {
    folder: SitePath,
    sizes: HashMap<String, u64>,
    has_leftovers: bool,
    damaged: BTreeSet<SitePath>,
}

impl Published {
    /// Looks at `folder`.
    pub fn look(root: &Root, folder: &SitePath) -> Self {
        let sizes = root.sizes_in(folder);
        let has_leftovers = sizes.keys().any(|name| Root::is_leftover(name));
        Self { folder: folder.clone(), sizes, has_leftovers, damaged: BTreeSet::new() }
    }

    /// Whether a run that died may have left something beside `path`: told without a look where the folder was listed.
    pub fn may_have_leftover(&self, path: &SitePath) -> bool {
        path.folder() != self.folder.as_str() || self.has_leftovers
    }

    /// From now on the files at these paths count as absent: they hold other bytes than were written.
    pub fn distrust(&mut self, damaged: BTreeSet<SitePath>) {
        self.damaged = damaged;
    }

    /// The size in bytes of the file that lay at `path`; `None` when there was none that can be used.
    pub fn size(&self, root: &Root, path: &SitePath) -> Option<u64> {
        if self.damaged.contains(path) {
            return None;
        }
        match path.below(self.folder.as_str()) {
            Some(name) if !name.contains('/') => self.sizes.get(name).copied(),
            _ => root.size(path),
        }
    }
}

/// Puts the files of `picture` that are not in the site there; returns how many that were. `size` tells what lies at a
/// path, in bytes.
///
/// # Errors
/// [`PublishError::Lost`] when a file is nowhere to be had, [`PublishError::Leak`] when one holds a token,
/// [`PublishError::File`] when the system refuses.
pub fn place_picture(
    root: &Root,
    layout: &Layout,
    cache: &Cache,
    scanner: &LeakScanner,
    picture: &Picture,
    size: &dyn Fn(&SitePath) -> Option<u64>,
) -> Result<usize, PublishError> {
    let mut placed = 0;
    for file in picture.files() {
        if !file.is_ours() || !layout.is_published_file(file.path) {
            return Err(PublishError::Lost(file.path.clone()));
        }
        if size(file.path) == Some(file.bytes) {
            continue;
        }
        let bytes = match cache.get(file.sha256)? {
            Some(bytes) => bytes,
            None => hidden(root, file)?.ok_or_else(|| PublishError::Lost(file.path.clone()))?,
        };
        refuse_leaks(scanner, file.path, &bytes)?;
        root.write(file.path, &bytes)?;
        placed += 1;
    }
    Ok(placed)
}

/// A file of a picture that a filter hid, where it lies whole.
///
/// # Errors
/// [`FileError`] when it is there and the system does not let it be read.
pub fn hidden(root: &Root, file: File<'_>) -> Result<Option<Vec<u8>>, FileError> {
    let place = hidden_place(file.path);
    if root.size(&place) != Some(file.bytes) {
        return Ok(None);
    }
    Ok(root.read(&place)?.filter(|bytes| hex(&Sha256::digest(bytes)) == file.sha256))
}

/// Looks through what is about to be published.
///
/// # Errors
/// [`PublishError::Leak`].
pub fn refuse_leaks(scanner: &LeakScanner, place: &SitePath, bytes: &[u8]) -> Result<(), PublishError> {
    match scanner.scan(bytes) {
        Some(leak) => Err(PublishError::Leak { place: place.clone(), leak }),
        None => Ok(()),
    }
}

/// Refuses to go on when `place` holds something that is not feedbake's: a user's own data would be overwritten.
///
/// # Errors
/// [`PublishError::Foreign`], or [`PublishError::File`] when the file cannot be read.
pub fn refuse_foreign_data(root: &Root, manifest: &Manifest, place: &SitePath) -> Result<(), PublishError> {
    if manifest.files.contains_key(place) {
        return Ok(());
    }
    let Some(bytes) = root.read(place)? else { return Ok(()) };
    // A lost manifest is no reason to refuse what is plainly a data file of ours.
    if is_data_file(&bytes) { Ok(()) } else { Err(PublishError::Foreign(place.clone())) }
}

/// Writes a data file by one rename, after everything it names is in its place.
///
/// # Errors
/// [`FileError`] when it cannot be written.
pub fn write_data(root: &Root, manifest: &mut Manifest, place: &SitePath, bytes: &[u8]) -> Result<Written, FileError> {
    write_hashed_data(root, manifest, place, bytes, hex(&Sha256::digest(bytes)))
}

/// The same where the SHA-256 of the bytes, hexadecimal, is known already.
///
/// # Errors
/// As [`write_data`].
pub fn write_hashed_data(
    root: &Root,
    manifest: &mut Manifest,
    place: &SitePath,
    bytes: &[u8],
    sha256: String,
) -> Result<Written, FileError> {
    manifest.claim(place.clone(), Role::Data, sha256);
    root.write(place, bytes)
}
