//! The settings of the archive: `[archive]`.

use std::time::Duration;

use super::parse::duration;
use super::read::Merged;
use super::settings::{Found, SettingsError};
use crate::feed::MediaId;
use crate::files::SitePath;
use crate::site::Generator;

/// The archive of a feed: a page for every post that was ever listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveSettings {
    /// The folder of the pages.
    pub folder: SitePath,
    /// What becomes of a post that is deleted on Instagram.
    pub deleted: Deleted,
    /// What hashtags are called among the taxonomies of the site, where they are one.
    pub taxonomy: Option<String>,
    /// How often the whole account is listed again.
    pub recheck: Duration,
    /// The address of the site, without a slash at its end, where it is known.
    pub site_url: Option<String>,
}

impl ArchiveSettings {
    /// The address of the page of a post, below that of the site.
    pub fn address(&self, post: &MediaId) -> String {
        format!("/{}/{post}/", self.folder.below("content").unwrap_or_default())
    }
}

/// What becomes of a post that is deleted on Instagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleted {
    /// It leaves the archive.
    Remove,
    /// It stays, without its link.
    Keep,
}

/// Reads `[archive]`; `None` where there is to be none.
pub(super) fn archive(
    merged: &Merged<'_>,
    name: &str,
    found: &Found,
) -> Result<Option<ArchiveSettings>, SettingsError> {
    let is_zola = found.generator == Generator::Zola;
    let is_enabled = merged.switch("archive.enabled", false)?;
    if is_enabled && !is_zola {
        return Err(SettingsError::BadValue {
            key: "archive.enabled".to_owned(),
            origin: merged.origin("archive.enabled"),
            expected: format!("false for {}: the pages are made for Zola", found.generator.layout().name),
        });
    }
    // A name is checked to be a plain word.
    let default = SitePath::new(&format!("content/{name}")).expect("the name is plain");
    let settings = ArchiveSettings {
        folder: merged.text(
            "archive.folder",
            default,
            "a folder below `content/` of a-z, 0-9, `-` and `_`, such as \"content/instagram\"",
            |text| SitePath::new(text).ok().filter(is_content_folder),
        )?,
        deleted: merged.text("archive.deleted", Deleted::Remove, "\"remove\" or \"keep\"", |text| match text {
            "remove" => Some(Deleted::Remove),
            "keep" => Some(Deleted::Keep),
            _ => None,
        })?,
        taxonomy: merged
            .text("archive.taxonomy", Some("tags".to_owned()), "a short name of a-z, 0-9, `-` and `_`", |text| {
                match text {
                    "" => Some(None),
                    text => is_plain(text).then(|| Some(text.to_owned())),
                }
            })?
            // Zola builds no site with a taxonomy that its configuration does not have.
            .filter(|taxonomy| found.taxonomies.contains(taxonomy)),
        recheck: merged.text(
            "archive.recheck",
            Duration::from_secs(30 * 86_400),
            "a time such as \"30d\"",
            duration,
        )?,
        site_url: merged.text(
            "archive.site_url",
            found.site_url.clone(),
            "an address such as \"https://example.org\"",
            |text| site_url(text).map(Some),
        )?,
    };
    Ok(is_enabled.then_some(settings))
}

fn is_plain(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_'))
}

fn is_content_folder(path: &SitePath) -> bool {
    path.below("content").is_some_and(|folder| folder.split('/').all(is_plain))
}

/// The address of a site as pages are added to it; `None` where it is none, such as the `/` that Zola allows.
pub(super) fn site_url(text: &str) -> Option<String> {
    let address = text.trim().trim_end_matches('/');
    let is_address =
        ["https://", "http://"].iter().any(|scheme| address.len() > scheme.len() && address.starts_with(scheme));
    (is_address && url::Url::parse(address).is_ok()).then(|| address.to_owned())
}
