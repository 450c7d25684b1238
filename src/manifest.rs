//! `.feedbake/manifest.json`: every file feedbake ever made in this site and still answers for.
//!
//! The only list that tidying trusts: what is not in it is never deleted, whatever it is called. It is meant to be
//! committed with the pictures, so it holds no secret, no link and no exact time.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::feed::{Account, MediaId, one_line};
use crate::files::{FileError, Root, SitePath, Written};
use crate::media::{Picture, hex};

/// Where it lies in a site.
pub const FILE: &str = ".feedbake/manifest.json";

/// Where pictures lie that are kept and not published: of posts of an archive that a filter hides.
pub const HIDDEN: &str = ".feedbake/hidden";

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
    /// It shows the demo: nothing to keep where the user's own posts cannot be had.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub demo: bool,
    /// What the API said of the account.
    pub account: Account,
    /// What was rendered of it, for sites that nothing builds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fragment: Option<SitePath>,
    /// Further files that are made of it: the pages of an archive.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub pages: BTreeSet<SitePath>,
    /// Pictures that pages name which somebody edited: they stay as long as those.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub held: BTreeSet<SitePath>,
    /// What an archive was made of, as a hash: the same makes the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<String>,
    /// The pictures in the data file, by slide.
    pub pictures: BTreeMap<MediaId, Arc<Picture>>,
    /// Pictures of an archive that a filter hides, as they would be in the site; their files lie in [`HIDDEN`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub hidden: BTreeMap<MediaId, Arc<Picture>>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// What it is for.
    pub role: Role,
    /// SHA-256 of what was written, hexadecimal: a file with another content was edited by somebody.
    pub sha256: String,
}

impl FileRecord {
    /// Whether `bytes` are what was written. In a checkout on Windows the lines of a text have other ends.
    pub fn is_of(&self, bytes: &[u8]) -> bool {
        let is_text = !matches!(self.role, Role::Picture | Role::Hidden);
        hash(bytes) == self.sha256 || (is_text && hash(&with_plain_ends(bytes)) == self.sha256)
    }
}

fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The text with `\n` where a line ended with `\r\n`: git writes those on Windows, and takes them back in a commit.
pub fn with_plain_ends(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !bytes.windows(2).any(|pair| pair == b"\r\n") {
        return Cow::Borrowed(bytes);
    }
    let is_kept = |(at, byte): &(usize, &u8)| **byte != b'\r' || bytes.get(at + 1) != Some(&b'\n');
    Cow::Owned(bytes.iter().enumerate().filter(is_kept).map(|(_, byte)| *byte).collect())
}

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A data file.
    Data,
    /// A rendition.
    Picture,
    /// A rendition that is kept and not published.
    Hidden,
    /// A feed as HTML, for sites that nothing builds.
    Fragment,
    /// A page of an archive, or its feed for readers.
    Page,
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
        found: Version,
    },
}

/// A version that this feedbake does not know, as a manifest gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version(String);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is asked of a manifest before the rest of it is read.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    version: Value,
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
        let is_known = head.version.as_u64().is_some_and(|version| version <= u64::from(VERSION));
        if is_known {
            return Ok(serde_json::from_slice(&bytes).unwrap_or_default());
        }
        // A later feedbake may count in another way. What has no version at all is none's.
        match head.version {
            Value::Null => Ok(Self::default()),
            other => {
                Err(ManifestError::Newer { found: Version(one_line(&other.to_string()).chars().take(20).collect()) })
            }
        }
    }

    /// Writes it, unless it says what the file says already.
    ///
    /// # Errors
    /// [`FileError`] when it cannot be written.
    pub fn write(&self, root: &Root) -> Result<Written, FileError> {
        root.write(&Self::place(), &self.to_bytes())
    }

    /// The bytes of its file: a line for each file and each picture, so that a commit shows what changed and no more.
    fn to_bytes(&self) -> Vec<u8> {
        // By levels: the record of a feed has its lists one below, a file stands right in the list.
        let (feeds, files) = (lines(&self.feeds, 3), lines(&self.files, 1));
        format!("{{\n\"version\": {},\n\"feeds\": {feeds},\n\"files\": {files}\n}}\n", self.version).into_bytes()
    }

    /// The picture of a slide in any feed: one made by `recipe` if there is one, else another.
    pub fn picture(&self, slide: &MediaId, recipe: &str) -> Option<&Arc<Picture>> {
        let shown = || self.feeds.values().filter_map(|feed| feed.pictures.get(slide));
        let all = || shown().chain(self.feeds.values().filter_map(|feed| feed.hidden.get(slide)));
        all().find(|picture| picture.recipe == recipe).or_else(|| all().next())
    }

    /// Adds a file that is about to be made.
    pub fn claim(&mut self, path: SitePath, role: Role, sha256: String) {
        self.files.insert(path, FileRecord { role, sha256 });
    }

    /// Lists the files of these pictures; whether any of them was not listed before.
    pub fn claim_pictures<'a>(&mut self, pictures: impl Iterator<Item = &'a Arc<Picture>>) -> bool {
        let mut is_news = false;
        for file in pictures.flat_map(|picture| picture.files()) {
            let known = self.files.get(file.path);
            if !known.is_some_and(|known| known.role == Role::Picture && known.sha256 == file.sha256) {
                is_news = true;
                self.claim(file.path.clone(), Role::Picture, file.sha256.to_owned());
            }
        }
        is_news
    }

    /// The files that no feed needs any more. Templates are never among them.
    pub fn unneeded(&self) -> Vec<SitePath> {
        let mut needed: BTreeSet<&SitePath> = BTreeSet::new();
        for feed in self.feeds.values() {
            needed.insert(&feed.data_file);
            needed.extend(feed.fragment.as_ref());
            needed.extend(&feed.pages);
            needed.extend(&feed.held);
            needed.extend(feed.pictures.values().flat_map(|picture| picture.files()).map(|file| file.path));
        }
        let hidden = self.feeds.values().flat_map(|feed| feed.hidden.values()).flat_map(|picture| picture.files());
        let hidden: BTreeSet<SitePath> = hidden.map(|file| hidden_place(file.path)).collect();
        let is_needed = |path: &SitePath| needed.contains(path) || hidden.contains(path);
        let gone = self.files.iter().filter(|(path, file)| file.role != Role::Template && !is_needed(path));
        gone.map(|(path, _)| path.clone()).collect()
    }
}

/// JSON with a line for each value down to a level, and what is below on the line of what it belongs to.
fn lines(value: &impl Serialize, levels: usize) -> String {
    let mut bytes = Vec::new();
    let mut writer = serde_json::Serializer::with_formatter(&mut bytes, Lines { levels, level: 0, is_empty: true });
    value.serialize(&mut writer).expect("the manifest is made of texts and numbers");
    String::from_utf8(bytes).expect("JSON is text")
}

/// How [`lines`] writes.
struct Lines {
    levels: usize,
    level: usize,
    is_empty: bool,
}

impl Lines {
    fn begin<W: ?Sized + io::Write>(&mut self, writer: &mut W, sign: &[u8]) -> io::Result<()> {
        self.level += 1;
        self.is_empty = true;
        writer.write_all(sign)
    }

    fn next<W: ?Sized + io::Write>(&mut self, writer: &mut W, is_first: bool) -> io::Result<()> {
        self.is_empty = false;
        if !is_first {
            writer.write_all(b",")?;
        }
        if self.level <= self.levels { writer.write_all(b"\n") } else { Ok(()) }
    }

    fn end<W: ?Sized + io::Write>(&mut self, writer: &mut W, sign: &[u8]) -> io::Result<()> {
        if self.level <= self.levels && !self.is_empty {
            writer.write_all(b"\n")?;
        }
        self.level -= 1;
        self.is_empty = false;
        writer.write_all(sign)
    }
}

impl serde_json::ser::Formatter for Lines {
    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"[")
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, is_first: bool) -> io::Result<()> {
        self.next(writer, is_first)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"]")
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"{")
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, is_first: bool) -> io::Result<()> {
        self.next(writer, is_first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"}")
    }
}

/// Where the file of a picture lies while it is hidden; `path` is its place in the site.
pub fn hidden_place(path: &SitePath) -> SitePath {
    let name = path.as_str().rsplit('/').next().unwrap_or_default();
    SitePath::new(&format!("{HIDDEN}/{name}")).expect("the last part of a path is a path")
}

/// The name of the record of a feed's archive. No feed can have it.
pub fn archive_name(feed: &str) -> String {
    format!("{feed} (archive)")
}

/// Whether `name` is that of an archive.
pub fn is_archive(name: &str) -> bool {
    name.ends_with(" (archive)")
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
    use crate::media::{Format, Rendition};
    use jiff::civil::date;
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;
    use proptest::sample::{Index, select};

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
        for version in ["2", "\"2\"", "2.5", "-1", "{\"major\":2}", "99999999999999999999"] {
            root.write(&Manifest::place(), format!("{{\"version\":{version}}}").as_bytes()).unwrap();
            assert!(matches!(Manifest::read(&root), Err(ManifestError::Newer { .. })), "{version}");
        }
    }

    /// Few names, so that what is listed and what is needed meet.
    const NAMES: &str = "(static/feedbake|data|templates)/[abc]";

    fn renditions() -> impl Strategy<Value = Vec<Rendition>> {
        vec((NAMES, "[0-9a-f]{8}", any::<u64>(), 1..5000_u32), 1..4).prop_map(|list| {
            let rendition = |(path, sha256, bytes, width): (String, String, u64, u32)| Rendition {
                path: SitePath::new(&path).unwrap(),
                format: [Format::WebP, Format::Jpeg][bytes as usize % 2],
                width,
                height: 7,
                bytes,
                sha256,
            };
            list.into_iter().map(rendition).collect()
        })
    }

    fn feed() -> impl Strategy<Value = FeedRecord> {
        let pictures = btree_map("[1-9][0-9]{0,3}", (renditions(), "[a-f0-9]{4}"), 0..3);
        (NAMES, any::<bool>(), 0..30_i8, 0..100_usize, pictures, ".{0,8}").prop_map(
            |(data_file, doubted, day, posts, pictures, name)| FeedRecord {
                fragment: data_file
                    .len()
                    .is_multiple_of(2)
                    .then(|| SitePath::new(&format!("{data_file}.html")).unwrap()),
                data_file: SitePath::new(&data_file).unwrap(),
                baked_on: date(2026, 5, 1 + day),
                posts,
                doubted,
                demo: doubted && posts > 50,
                pages: BTreeSet::new(),
                held: BTreeSet::new(),
                stamp: None,
                hidden: BTreeMap::new(),
                account: Account { username: Some(name), ..Account::default() },
                pictures: pictures
                    .into_iter()
                    .map(|(id, (renditions, text))| {
                        let id = MediaId::new(&id).unwrap();
                        let picture = Picture {
                            id: id.clone(),
                            recipe: text.clone(),
                            original: text.clone(),
                            original_bytes: 5,
                            color: "#000000".to_owned(),
                            placeholder: text,
                            renditions,
                            clip: None,
                        };
                        (id, Arc::new(picture))
                    })
                    .collect(),
            },
        )
    }

    fn manifest() -> impl Strategy<Value = Manifest> {
        let role = select(vec![Role::Data, Role::Page, Role::Picture, Role::Template]);
        let files = btree_map(NAMES.prop_map(|name| SitePath::new(&name).unwrap()), (role, "[0-9a-f]{8}"), 0..9);
        (files, btree_map("[a-z]{1,4}", feed(), 0..3)).prop_map(|(files, feeds)| {
            let mut manifest = Manifest { feeds, ..Manifest::default() };
            for (path, (role, sha256)) in files {
                manifest.claim(path, role, sha256);
            }
            manifest
        })
    }

    /// Every path that a manifest names as a text, wherever it stands in its JSON, but for the list of files.
    fn named(manifest: &Manifest) -> BTreeSet<String> {
        fn collect(value: &serde_json::Value, into: &mut BTreeSet<String>) {
            match value {
                serde_json::Value::String(text) => drop(into.insert(text.clone())),
                serde_json::Value::Array(list) => list.iter().for_each(|value| collect(value, into)),
                serde_json::Value::Object(map) => map.values().for_each(|value| collect(value, into)),
                _ => {}
            }
        }
        let mut named = BTreeSet::new();
        collect(&serde_json::to_value(&manifest.feeds).unwrap(), &mut named);
        named
    }

    fn read_text(text: &[u8]) -> Result<Manifest, ManifestError> {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::new(folder.path());
        root.write(&Manifest::place(), text).unwrap();
        Manifest::read(&root)
    }

    proptest! {
        /// A manifest somebody or something changed is read as what it says, or as nothing; never does it name a file
        /// outside of the site, and it is written again as it was read.
        #[test]
        fn a_manifest_that_was_changed_is_one_or_none(
            manifest in manifest(),
            changes in vec((any::<Index>(), any::<u8>()), 0..4),
            paths in vec(select(vec!["../x", "/etc/passwd", "a/../../b", "static/feedbake/a", "", "c:/x"]), 0..3),
        ) {
            let mut value = serde_json::to_value(&manifest).unwrap();
            for path in paths {
                value["files"][path] = serde_json::json!({ "role": "picture", "sha256": "0" });
            }
            let mut text = serde_json::to_vec_pretty(&value).unwrap();
            for (at, byte) in &changes {
                let at = at.index(text.len());
                text[at] = *byte;
            }
            match read_text(&text) {
                Ok(read) => {
                    for path in read.files.keys().map(SitePath::as_str) {
                        prop_assert!(!path.split('/').any(|part| part.is_empty() || part == "..") && !path.contains(':'));
                    }
                    let folder = tempfile::tempdir().unwrap();
                    let root = Root::new(folder.path());
                    read.write(&root).unwrap();
                    prop_assert_eq!(Manifest::read(&root).unwrap(), read);
                }
                Err(error) => prop_assert!(!changes.is_empty() && matches!(error, ManifestError::Newer { .. }), "{error}"),
            }
        }

        /// Read is what was written, to the last word; and of the files that are listed exactly those are tidied away
        /// that no feed names and that are no templates.
        #[test]
        fn what_is_written_is_read_and_what_is_named_nowhere_is_pruned(manifest in manifest()) {
            prop_assert_eq!(&read_text(&serde_json::to_vec(&manifest).unwrap()).unwrap(), &manifest);
            prop_assert_eq!(&read_text(&manifest.to_bytes()).unwrap(), &manifest);
            let needed = named(&manifest);
            let is_unneeded = |path: &SitePath, file: &FileRecord| file.role != Role::Template && !needed.contains(path.as_str());
            let expected: Vec<SitePath> =
                manifest.files.iter().filter(|(path, file)| is_unneeded(path, file)).map(|(path, _)| path.clone()).collect();
            prop_assert_eq!(manifest.unneeded(), expected);
        }
    }

    #[test]
    fn what_is_hidden_is_needed_where_it_lies_and_not_where_it_lay() {
        let path = |text: &str| SitePath::new(text).unwrap();
        let sha256 = "ab".repeat(32);
        let id = MediaId::new("1").unwrap();
        let place = path("static/feedbake/1-2.abababab.webp");
        let rendition = Rendition {
            path: place.clone(),
            format: Format::WebP,
            width: 2,
            height: 2,
            bytes: 1,
            sha256: sha256.clone(),
        };
        let picture = Picture {
            id: id.clone(),
            recipe: "r".to_owned(),
            original: String::new(),
            original_bytes: 1,
            color: String::new(),
            placeholder: String::new(),
            renditions: vec![rendition],
            clip: None,
        };
        let record = FeedRecord {
            data_file: path(".feedbake/archive-x.json"),
            baked_on: date(2026, 5, 1),
            posts: 0,
            doubted: false,
            demo: false,
            account: Account::default(),
            fragment: None,
            pages: BTreeSet::new(),
            held: BTreeSet::new(),
            stamp: None,
            pictures: BTreeMap::new(),
            hidden: BTreeMap::from([(id.clone(), Arc::new(picture))]),
        };
        let mut manifest =
            Manifest { feeds: BTreeMap::from([("x (archive)".to_owned(), record)]), ..Manifest::default() };
        manifest.claim(hidden_place(&place), Role::Hidden, sha256.clone());
        manifest.claim(place.clone(), Role::Picture, sha256);
        assert_eq!(manifest.unneeded(), [place]);
        assert!(manifest.picture(&id, "r").is_some());
    }

    #[test]
    fn a_text_is_what_was_written_however_git_ends_its_lines_and_a_picture_is_not() {
        let (text, checked_out) = (b"a\nb\r\nc\r", b"a\r\nb\r\nc\r");
        assert_eq!(*with_plain_ends(checked_out), *b"a\nb\nc\r");
        let record = |role, sha256: &[u8]| FileRecord { role, sha256: hash(sha256) };
        assert!(record(Role::Page, text).is_of(text) && !record(Role::Page, b"a").is_of(text));
        assert!(record(Role::Template, b"a\nb").is_of(b"a\r\nb"));
        assert!(!record(Role::Picture, b"a\nb").is_of(b"a\r\nb"));
    }

    #[test]
    fn each_file_has_a_line() {
        let mut manifest = Manifest::default();
        manifest.claim(SitePath::new("a").unwrap(), Role::Data, "1".to_owned());
        manifest.claim(SitePath::new("b").unwrap(), Role::Page, "2".to_owned());
        let text = String::from_utf8(manifest.to_bytes()).unwrap();
        let expected = "{\n\"version\": 1,\n\"feeds\": {},\n\"files\": {\n\"a\": {\"role\": \"data\",\"sha256\": \"1\"},\n\"b\": {\"role\": \"page\",\"sha256\": \"2\"}\n}\n}\n";
        assert_eq!(text, expected);
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
