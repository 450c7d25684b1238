//! Puts finished things into the site: pictures from the cache, then the data file that names them.

use sha2::{Digest, Sha256};

use crate::cache::Cache;
use crate::files::{FileError, Root, SitePath, Written};
use crate::manifest::{Manifest, Role};
use crate::media::{Picture, hex};

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
}

/// Puts the files of `picture` that are not in the site there; returns how many that were.
///
/// # Errors
/// [`PublishError::Lost`] when a file is nowhere to be had, [`PublishError::File`] when the system refuses.
pub fn place_picture(root: &Root, cache: &Cache, picture: &Picture) -> Result<usize, PublishError> {
    let mut placed = 0;
    for rendition in &picture.renditions {
        if root.size(&rendition.path) == Some(rendition.bytes) {
            continue;
        }
        let bytes = cache.get(&rendition.sha256)?.ok_or_else(|| PublishError::Lost(rendition.path.clone()))?;
        root.write(&rendition.path, &bytes)?;
        placed += 1;
    }
    Ok(placed)
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
    let is_ours = serde_json::from_slice::<serde_json::Value>(&bytes)
        .is_ok_and(|value| value["version"].is_u64() && value["feed"]["name"].is_string() && value["posts"].is_array());
    if is_ours { Ok(()) } else { Err(PublishError::Foreign(place.clone())) }
}

/// Writes a data file by one rename, after everything it names is in its place.
///
/// # Errors
/// [`FileError`] when it cannot be written.
pub fn write_data(root: &Root, manifest: &mut Manifest, place: &SitePath, bytes: &[u8]) -> Result<Written, FileError> {
    manifest.claim(place.clone(), Role::Data, hex(&Sha256::digest(bytes)));
    root.write(place, bytes)
}
