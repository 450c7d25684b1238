//! Where things live in a Zola site.

use crate::files::SitePath;

/// What Zola copies into the published site as it is; paths in the data file are relative to it.
pub const PUBLISHED_FOLDER: &str = "static";

/// Where Zola builds the site.
pub const PUBLIC_FOLDER: &str = "public";

/// The path a template hands to `get_url` for a file of the site.
pub fn published_path(path: &SitePath) -> &str {
    path.below(PUBLISHED_FOLDER).unwrap_or(path.as_str())
}
