//! `.feedbake/manifest.json`: every file feedbake ever made in this site and still answers for.
//!
//! The only list that tidying trusts: what is not in it is never deleted, whatever it is called. It is meant to be
//! committed with the pictures, so it holds no secret, no link and no exact time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::feed::{Account, MediaId};
use crate::files::{FileError, Root, SitePath, Written};
use crate::media::Picture;

/// Where it lies in a site.
pub const FILE: &str = ".feedbake/manifest.json";

/// Version of its shape.
const VERSION: u32 = 1;

/// The date of the last good bake is rewritten when it is more than this many days old, so that a quiet account
/// makes one small commit a week and never more.
const DATE_STEP_DAYS: i32 = 7;

/// Everything feedbake made in a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    version: u32,
    /// By name of the feed.
    pub feeds: BTreeMap<String, FeedRecord>,
    /// By place.
    pub files: BTreeMap<SitePath, FileRecord>,
}

/// What is shown of one feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedRecord {
    /// Its data file.
    pub data_file: SitePath,
    /// The last good bake, to the week.
    pub baked_on: Date,
    /// Posts in the data file.
    pub posts: usize,
    /// The last answer would have emptied the feed; a second one will be believed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub doubted: bool,
    /// What the API said of the account.
    pub account: Account,
    /// The pictures in the data file, by slide.
    pub pictures: BTreeMap<MediaId, Arc<Picture>>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// What it is for.
    pub role: Role,
    /// SHA-256 of what was written, hexadecimal: a file with another content was edited by somebody.
    pub sha256: String,
}

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A data file.
    Data,
    /// A rendition.
    Picture,
    /// The partial, the stylesheet or the shortcode: the user's after the first write.
    Template,
}

/// A manifest that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The system does not let it be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Written by a later feedbake.
    #[error("{FILE} is of version {found}; this feedbake knows version {VERSION}")]
    Newer {
        /// The version it says it has.
        found: u32,
    },
}

/// What is asked of a manifest before the rest of it is read.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    version: serde_json::Value,
}

impl Default for Manifest {
    fn default() -> Self {
        Self { version: VERSION, feeds: BTreeMap::new(), files: BTreeMap::new() }
    }
}

impl Manifest {
    /// [`FILE`] as a path.
    pub fn place() -> SitePath {
        SitePath::new(FILE).expect("the place is written above")
    }

    /// Reads the manifest of a site; an absent one is an empty one.
    ///
    /// One that cannot be understood, after a bad merge for example, is an empty one as well: nothing is deleted
    /// then, and the next good bake lists again what it makes.
    ///
    /// # Errors
    /// [`ManifestError`] when the file cannot be read, or is of a later version.
    pub fn read(root: &Root) -> Result<Self, ManifestError> {
        let Some(bytes) = root.read(&Self::place())? else { return Ok(Self::default()) };
        let Ok(head) = serde_json::from_slice::<Head>(&bytes) else { return Ok(Self::default()) };
        match head.version.as_u64() {
            Some(version) if version > u64::from(VERSION) => {
                Err(ManifestError::Newer { found: u32::try_from(version).unwrap_or(u32::MAX) })
            }
            Some(_) => Ok(serde_json::from_slice(&bytes).unwrap_or_default()),
            None => Ok(Self::default()),
        }
    }

    /// Writes it, unless it says what the file says already.
    ///
    /// # Errors
    /// [`FileError`] when it cannot be written.
    pub fn write(&self, root: &Root) -> Result<Written, FileError> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("the manifest is made of texts and numbers");
        bytes.push(b'\n');
        root.write(&Self::place(), &bytes)
    }

    /// The picture of a slide in any feed: one made by `recipe` if there is one, else another.
    pub fn picture(&self, slide: &MediaId, recipe: &str) -> Option<&Arc<Picture>> {
        let all = || self.feeds.values().filter_map(|feed| feed.pictures.get(slide));
        all().find(|picture| picture.recipe == recipe).or_else(|| all().next())
    }

    /// Adds a file that is about to be made.
    pub fn claim(&mut self, path: SitePath, role: Role, sha256: String) {
        self.files.insert(path, FileRecord { role, sha256 });
    }

    /// The files that no feed needs any more. Templates are never among them.
    pub fn unneeded(&self) -> Vec<SitePath> {
        let mut needed: BTreeSet<&SitePath> = BTreeSet::new();
        for feed in self.feeds.values() {
            needed.insert(&feed.data_file);
            let renditions = feed.pictures.values().flat_map(|picture| &picture.renditions);
            needed.extend(renditions.map(|rendition| &rendition.path));
        }
        let gone = self.files.iter().filter(|(path, file)| file.role != Role::Template && !needed.contains(path));
        gone.map(|(path, _)| path.clone()).collect()
    }
}

/// The date to write for a bake `today`, when `before` stands there.
pub fn baked_on(before: Option<Date>, today: Date, changed: bool) -> Date {
    match before {
        Some(before) if !changed && (0..=DATE_STEP_DAYS).contains(&days_between(before, today)) => before,
        _ => today,
    }
}

/// Days from `start` to `end`; negative when the clock went backwards.
pub fn days_between(start: Date, end: Date) -> i32 {
    start.until((jiff::Unit::Day, end)).map_or(0, |span| span.get_days())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_date_moves_with_the_feed_or_once_a_week() {
        let table = [
            (None, false, date(2026, 5, 9)),
            (Some(date(2026, 5, 8)), false, date(2026, 5, 8)),
            (Some(date(2026, 5, 2)), false, date(2026, 5, 2)),
            (Some(date(2026, 5, 1)), false, date(2026, 5, 9)),
            (Some(date(2026, 5, 8)), true, date(2026, 5, 9)),
            (Some(date(2027, 5, 8)), false, date(2026, 5, 9)),
        ];
        for (before, changed, expected) in table {
            assert_eq!(baked_on(before, date(2026, 5, 9), changed), expected, "{before:?} {changed}");
        }
    }

    #[test]
    fn what_cannot_be_understood_deletes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::new(folder.path());
        for text in [
            "",
            "<<<<<<< HEAD",
            "[]",
            "{\"version\":1,\"feeds\":3}",
            "{\"version\":1,\"feeds\":{},\"files\":{\"../x\":{\"role\":\"data\",\"sha256\":\"\"}}}",
        ] {
            root.write(&Manifest::place(), text.as_bytes()).unwrap();
            assert_eq!(Manifest::read(&root).unwrap(), Manifest::default(), "{text}");
        }
        root.write(&Manifest::place(), b"{\"version\":2}").unwrap();
        assert!(matches!(Manifest::read(&root), Err(ManifestError::Newer { found: 2 })));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_manifest_or_none(text in ".{0,200}") {
            let folder = tempfile::tempdir().unwrap();
            let root = Root::new(folder.path());
            root.write(&Manifest::place(), text.as_bytes()).unwrap();
            let _ = Manifest::read(&root);
        }

        #[test]
        fn what_is_written_is_read_and_nothing_needed_is_pruned(
            files in proptest::collection::btree_map("(static|data|templates)/[a-z]{1,3}", (0..3_u8, "[0-9a-f]{8}"), 0..12),
            needed in proptest::collection::vec("(static|data|templates)/[a-z]{1,3}", 0..6),
        ) {
            let path = |text: &str| SitePath::new(text).unwrap();
            let mut manifest = Manifest::default();
            for (name, (role, sha256)) in &files {
                let role = [Role::Data, Role::Picture, Role::Template][usize::from(*role)];
                manifest.claim(path(name), role, sha256.clone());
            }
            let feed = |name: &String| FeedRecord {
                data_file: path(name),
                baked_on: date(2026, 5, 9),
                posts: 1,
                doubted: false,
                account: Account::default(),
                pictures: BTreeMap::new(),
            };
            manifest.feeds.extend(needed.iter().enumerate().map(|(number, name)| (number.to_string(), feed(name))));
            let folder = tempfile::tempdir().unwrap();
            let root = Root::new(folder.path());
            manifest.write(&root).unwrap();
            assert_eq!(Manifest::read(&root).unwrap(), manifest);
            let unneeded = manifest.unneeded();
            assert!(unneeded.iter().all(|gone| !needed.contains(&gone.to_string())));
            assert!(unneeded.iter().all(|gone| manifest.files[gone].role != Role::Template));
        }
    }

    #[test]
    fn a_template_is_never_tidied_away() {
        let path = |text: &str| SitePath::new(text).unwrap();
        let mut manifest = Manifest::default();
        manifest.claim(path("templates/partials/instagram.html"), Role::Template, String::new());
        manifest.claim(path("static/feedbake/1-2.a.webp"), Role::Picture, String::new());
        assert_eq!(manifest.unneeded(), [path("static/feedbake/1-2.a.webp")]);
    }
}
