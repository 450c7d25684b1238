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
    /// How the site makes addresses of them.
    pub slugs: Slugs,
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

/// What Zola makes of a term for its address: `slugify.taxonomies` in its configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Slugs {
    /// Letters and digits of ASCII, as near as they come.
    #[default]
    Ascii,
    /// Whatever a file may be named.
    Safe,
    /// The term as it is.
    Unchanged,
}

impl Slugs {
    /// The word of Zola's configuration; Zola itself refuses any other.
    pub(super) fn of_word(word: &str) -> Self {
        match word {
            "safe" => Self::Safe,
            "off" => Self::Unchanged,
            _ => Self::Ascii,
        }
    }

    /// The last part of a term's address; empty for a term that has none.
    ///
    /// Source: Zola's `slugify_paths`, the same from 0.17 to 0.22.
    pub fn slug(self, term: &str) -> String {
        match self {
            Self::Ascii => {
                let everyday: String = term.chars().filter(is_everyday).collect();
                if slug::slugify(everyday).is_empty() { String::new() } else { slug::slugify(term) }
            }
            Self::Safe => term.trim_end_matches([' ', '.']).replace(['<', '>', ':', '"', '/', '\\', '|', '?', '*'], ""),
            Self::Unchanged => term.to_owned(),
        }
    }
}

/// A letter or digit that every Zola finds ASCII for. Their tables differ: that of 0.17 lacks most emoji, letters of
/// mathematics, and half of all scripts, so that a term of nothing else has an address in one Zola and none in another.
///
/// Source: `slugify` of Zola 0.17.2 and 0.22.0, asked for every letter.
fn is_everyday(letter: &char) -> bool {
    letter.is_alphanumeric()
        && matches!(letter,
            '\0'..='\u{74a}' | '\u{780}'..='\u{7b0}' | '\u{900}'..='\u{16f0}' | '\u{1780}'..='\u{1877}'
            | '\u{1e00}'..='\u{1fff}' | '\u{3041}'..='\u{3094}' | '\u{30a1}'..='\u{30ff}' | '\u{3105}'..='\u{312c}'
            | '\u{3131}'..='\u{318e}' | '\u{4e00}'..='\u{9fa5}' | '\u{ac00}'..='\u{d7a3}' | '\u{ff10}'..='\u{ff9f}')
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
        slugs: found.slugs,
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

#[cfg(test)]
mod tests {
    use super::Slugs;

    #[test]
    fn a_term_has_the_address_that_zola_gives_it() {
        for (term, ascii, safe) in [
            ("sea", "sea", "sea"),
            ("Straße", "strasse", "Straße"),
            ("日本", "ri-ben", "日本"),
            ("ı", "i", "ı"),
            ("a:b. ", "a-b", "ab"),
            ("ع", "", "ع"),
            ("🫨", "", "🫨"),
            ("ـ", "", "ـ"),
            ("々々", "", "々々"),
            ("𝓼𝓮𝓪", "", "𝓼𝓮𝓪"),
            ("sea🫨", "seashaking-face", "sea🫨"),
        ] {
            assert_eq!(
                (Slugs::Ascii.slug(term), Slugs::Safe.slug(term)),
                (ascii.to_owned(), safe.to_owned()),
                "{term}"
            );
            assert_eq!(Slugs::Unchanged.slug(term), term);
        }
        for (word, slugs) in
            [("on", Slugs::Ascii), ("safe", Slugs::Safe), ("off", Slugs::Unchanged), ("", Slugs::Ascii)]
        {
            assert_eq!(Slugs::of_word(word), slugs);
        }
    }
}
