//! The feed as a piece of HTML, for sites that nothing builds: rendered from the data file and the site's own template.

use serde_json::Map;
use sha2::{Digest, Sha256};

use super::layout::Layout;
use super::publish::{PublishError, refuse_leaks};
use crate::auth::LeakScanner;
use crate::files::{Root, SitePath, Written};
use crate::manifest::{Manifest, Role};
use crate::media::hex;
use crate::render::{RenderError, render_fragment};

/// How each begins: whoever opens one learns where its words come from, and tidying knows it for one of ours.
const MARK: &str = "<!-- Written by feedbake in every bake: edit template.html beside it instead. -->\n";

/// Whether these bytes are a fragment of feedbake's.
pub fn is_fragment(bytes: &[u8]) -> bool {
    bytes.starts_with(MARK.as_bytes())
}

/// Renders what the data file at `data_file` shows; addresses of files begin with `base`.
///
/// # Errors
/// [`RenderError`] with what tera says of the template.
pub fn fragment(root: &Root, layout: &Layout, data_file: &SitePath, base: &str) -> Result<String, RenderError> {
    let variables = Map::from_iter([("instagram_data".to_owned(), data_file.to_string().into())]);
    let feed = render_fragment(root, layout.partial(), base, &variables)?;
    Ok(format!("{MARK}{}\n", feed.trim()))
}

/// Refuses to go on when `place` holds something that is not feedbake's.
///
/// # Errors
/// [`PublishError::Foreign`], or [`PublishError::File`] when the file cannot be read.
pub fn refuse_foreign_fragment(root: &Root, manifest: &Manifest, place: &SitePath) -> Result<(), PublishError> {
    let is_foreign = |bytes: &Vec<u8>| !is_fragment(bytes) && !manifest.files.contains_key(place);
    match root.read(place)?.as_ref().is_some_and(is_foreign) {
        true => Err(PublishError::Foreign(place.clone())),
        false => Ok(()),
    }
}

/// Puts a fragment to `place`, noted in `manifest` before.
///
/// # Errors
/// [`PublishError::Foreign`] when a file of somebody else's is there, [`PublishError::Leak`] when the text holds a token,
/// [`PublishError::File`] when the system refuses.
pub fn publish_fragment(
    root: &Root,
    manifest: &mut Manifest,
    scanner: &LeakScanner,
    place: &SitePath,
    text: &str,
) -> Result<Written, PublishError> {
    refuse_foreign_fragment(root, manifest, place)?;
    refuse_leaks(scanner, place, text.as_bytes())?;
    let is_listed = manifest.files.contains_key(place);
    manifest.claim(place.clone(), Role::Fragment, hex(&Sha256::digest(text)));
    if !is_listed {
        manifest.write(root)?;
    }
    Ok(root.write(place, text.as_bytes())?)
}
