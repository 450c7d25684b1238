//! Puts finished things into the site: pictures from the cache, then the data file that names them.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use crate::auth::{Leak, LeakScanner};
use crate::cache::Cache;
use crate::files::{FileError, Root, SitePath, Written};
use crate::manifest::{Manifest, Role};
use crate::media::{Picture, hex};
use crate::site::{PUBLISHED_FOLDER, is_data_file};

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

/// Puts the files of `picture` that are not in the site, or are `damaged` there, in their places; returns how many that
/// were.
///
/// # Errors
/// [`PublishError::Lost`] when a file is nowhere to be had, [`PublishError::Leak`] when one holds a token,
/// [`PublishError::File`] when the system refuses.
pub fn place_picture(
    root: &Root,
    cache: &Cache,
    scanner: &LeakScanner,
    damaged: &BTreeSet<SitePath>,
    picture: &Picture,
) -> Result<usize, PublishError> {
    let mut placed = 0;
    for rendition in &picture.renditions {
        if !rendition.is_ours() || rendition.path.below(PUBLISHED_FOLDER).is_none() {
            return Err(PublishError::Lost(rendition.path.clone()));
        }
        if root.size(&rendition.path) == Some(rendition.bytes) && !damaged.contains(&rendition.path) {
            continue;
        }
        let bytes = cache.get(&rendition.sha256)?.ok_or_else(|| PublishError::Lost(rendition.path.clone()))?;
        refuse_leaks(scanner, &rendition.path, &bytes)?;
        root.write(&rendition.path, &bytes)?;
        placed += 1;
    }
    Ok(placed)
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
