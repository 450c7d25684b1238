//! `.feedbake/cache`: originals and renditions by their content, and what is known of them.
//!
//! Everything here can be lost without losing the feed. Nothing in it is believed without a look: an object whose
//! content does not match its name counts as absent, an index that cannot be read as empty.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::feed::{Account, MediaId, MediaLink, Post};
use crate::files::{FileError, Lock, Root, SitePath, Written};
use crate::manifest::FeedRecord;
use crate::media::Picture;

/// When each feed had its last good bake: the one thing that is new every time, so it does not stand in the index.
const TIMES: &str = "times.json";

/// Stands here from the first object that is put until the next pruning.
const UNTIDY: &str = "untidy";

/// What was made since the index was written, a file for each portion: a run that is cut off leaves them.
const PORTIONS: &str = "made";

/// Raised when the index changes its shape; an index of another edition counts as empty.
const EDITION: u32 = 1;

/// The folder of the cache in a site.
pub const FOLDER: &str = ".feedbake/cache";

/// Its index.
pub const INDEX_FILE: &str = ".feedbake/cache/index.json";

/// Whoever holds this works on the site.
pub const LOCK_FILE: &str = ".feedbake/cache/lock";

/// What is known of the cached things.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Index {
    edition: u32,
    /// Whether it says something that the file does not.
    #[serde(skip)]
    is_news: bool,
    /// When the last good bake of each feed was, exactly; in a file of its own.
    #[serde(skip)]
    baked_at: BTreeMap<String, Timestamp>,
    /// By slide.
    originals: BTreeMap<MediaId, Original>,
    /// By slide and recipe, so that a lost manifest costs no encoding.
    pictures: BTreeMap<MediaId, Arc<Picture>>,
    /// By name of the feed.
    feeds: BTreeMap<String, FeedMemory>,
}

/// A part of what is known, on its way to the index.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Portion {
    /// By slide.
    pub originals: BTreeMap<MediaId, Original>,
    /// By slide.
    pub pictures: BTreeMap<MediaId, Arc<Picture>>,
}

/// Where an original came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    /// SHA-256 of its bytes, hexadecimal: its name in the cache.
    pub sha256: String,
    /// Tells the file names of links apart: sixteen hexadecimal digits, for a name may hold anything. Empty where the
    /// link is not known.
    pub link_key: String,
}

impl Original {
    /// What was had by `link`.
    pub fn behind(sha256: String, link: &MediaLink) -> Self {
        Self { sha256, link_key: link_key(link) }
    }

    /// Whether the file names of all `links` are other ones than that of the link it was had by.
    pub fn is_renamed(&self, links: &[MediaLink]) -> bool {
        !self.link_key.is_empty() && !links.iter().any(|link| link_key(link) == self.link_key)
    }
}

fn link_key(link: &MediaLink) -> String {
    crate::media::hex(&Sha256::digest(link.file_name()))[..16].to_owned()
}

impl Default for Index {
    fn default() -> Self {
        Self {
            edition: EDITION,
            is_news: false,
            baked_at: BTreeMap::new(),
            originals: BTreeMap::new(),
            pictures: BTreeMap::new(),
            feeds: BTreeMap::new(),
        }
    }
}

impl Index {
    /// The original of a slide.
    pub fn original(&self, slide: &MediaId) -> Option<&Original> {
        self.originals.get(slide)
    }

    /// The picture of a slide, by whatever recipe.
    pub fn picture(&self, slide: &MediaId) -> Option<&Arc<Picture>> {
        self.pictures.get(slide)
    }

    /// What is remembered of a feed.
    pub fn feed(&self, name: &str) -> Option<&FeedMemory> {
        self.feeds.get(name)
    }

    /// Every feed as it was published.
    pub fn shown(&self) -> impl Iterator<Item = &Shown> {
        self.feeds.values().filter_map(|memory| memory.shown.as_ref())
    }

    /// Whether it says something that its file does not.
    pub fn is_news(&self) -> bool {
        self.is_news
    }

    /// When the last good bake of a feed was.
    pub fn baked_at(&self, name: &str) -> Option<Timestamp> {
        self.baked_at.get(name).copied()
    }

    /// Remembers where the original of a slide came from.
    pub fn remember_original(&mut self, slide: &MediaId, original: &Original) {
        if self.originals.get(slide) != Some(original) {
            self.originals.insert(slide.clone(), original.clone());
            self.is_news = true;
        }
    }

    /// Remembers the picture of a slide.
    pub fn remember_picture(&mut self, slide: &MediaId, picture: &Arc<Picture>) {
        if self.pictures.get(slide) != Some(picture) {
            self.pictures.insert(slide.clone(), Arc::clone(picture));
            self.is_news = true;
        }
    }

    /// Remembers everything in a portion.
    pub fn take(&mut self, portion: &Portion) {
        portion.originals.iter().for_each(|(id, original)| self.remember_original(id, original));
        portion.pictures.iter().for_each(|(id, picture)| self.remember_picture(id, picture));
    }

    /// Remembers a feed, and when it was baked.
    pub fn remember_feed(&mut self, name: &str, memory: FeedMemory, baked_at: Timestamp) {
        self.baked_at.insert(name.to_owned(), baked_at);
        if self.feeds.get(name) != Some(&memory) {
            self.feeds.insert(name.to_owned(), memory);
            self.is_news = true;
        }
    }

    /// Takes back that a feed was baked just now.
    pub fn date_back(&mut self, name: &str, baked_at: Option<Timestamp>) {
        match baked_at {
            Some(baked_at) => self.baked_at.insert(name.to_owned(), baked_at),
            None => self.baked_at.remove(name),
        };
    }

    /// Forgets the feeds that are not wanted.
    pub fn retain_feeds(&mut self, is_wanted: impl Fn(&str) -> bool) {
        let before = self.feeds.len();
        self.feeds.retain(|name, _| is_wanted(name));
        self.baked_at.retain(|name, _| is_wanted(name));
        self.is_news |= self.feeds.len() != before;
    }

    /// Forgets the slides that are not shown.
    pub fn retain_slides(&mut self, is_shown: impl Fn(&MediaId) -> bool) {
        let before = self.originals.len() + self.pictures.len();
        self.originals.retain(|id, _| is_shown(id));
        self.pictures.retain(|id, _| is_shown(id));
        self.is_news |= self.originals.len() + self.pictures.len() != before;
    }

    /// The names of all objects it stands for.
    pub fn objects(&self) -> impl Iterator<Item = &str> {
        let files = self.pictures.values().flat_map(|picture| picture.files());
        let originals = self.originals.values().map(|original| original.sha256.as_str());
        originals.chain(files.map(|file| file.sha256))
    }
}

/// What is remembered of a feed between two bakes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeedMemory {
    /// What the API said of the account, and when it was asked.
    pub account: Option<(Account, Timestamp)>,
    /// The posts as they were listed, without their links, for `--offline`.
    pub posts: Vec<Post>,
    /// What was published, so that the cache alone can bring it back.
    #[serde(default)]
    pub shown: Option<Shown>,
}

/// A feed as it was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// SHA-256 of the data file, hexadecimal: its name in the cache.
    pub data_sha256: String,
    /// The same as in the manifest.
    pub record: FeedRecord,
}

/// The cache of one site. Several threads may put things into it; several processes may not.
#[derive(Debug, Clone)]
pub struct Cache {
    root: Root,
    /// One lock for each first digit of a name: two threads with the same bytes must not write one file at once.
    lanes: Arc<[Mutex<()>; 16]>,
    /// Whether this run has said that it puts objects into it.
    is_marked: Arc<Mutex<bool>>,
}

impl Cache {
    /// The cache of the site at `root`; nothing is read or made yet.
    pub fn new(root: &Root) -> Self {
        Self { root: root.clone(), lanes: Arc::default(), is_marked: Arc::default() }
    }

    /// Reads the index; an absent, torn or foreign one is an empty one.
    ///
    /// # Errors
    /// [`FileError`] when the file is there and the system does not let it be read.
    pub fn read_index(&self) -> Result<Index, FileError> {
        let bytes = self.read(&inside("index.json"))?.unwrap_or_default();
        let index: Option<Index> = serde_json::from_slice(&bytes).ok();
        let mut index = index.filter(|index| index.edition == EDITION).unwrap_or_default();
        let times = self.read(&inside(TIMES))?.unwrap_or_default();
        index.baked_at = serde_json::from_slice(&times).unwrap_or_default();
        for place in self.portions()? {
            let bytes = self.read(&place)?.unwrap_or_default();
            if let Ok(portion) = serde_json::from_slice(&bytes) {
                index.take(&portion);
            }
        }
        Ok(index)
    }

    /// Keeps a portion until the next index is written. Nobody waits for the disk: one that is torn counts as absent.
    ///
    /// # Errors
    /// [`FileError`] when it cannot be written.
    pub fn note(&self, portion: &Portion) -> Result<(), FileError> {
        let number = |place: &SitePath| place.as_str().rsplit('/').next()?.split('.').next()?.parse::<u64>().ok();
        let next = self.portions()?.iter().filter_map(number).max().map_or(0, |last| last + 1);
        let bytes = serde_json::to_vec(portion).expect("a portion is made of texts and numbers");
        self.write(&inside(&format!("{PORTIONS}/{next}.json")), &bytes, Root::write_checked)
    }

    /// All portions, and what a run that died left of one.
    fn portions(&self) -> Result<Vec<SitePath>, FileError> {
        let folder = inside(PORTIONS);
        let names = if self.root.is_folder(&folder) { self.root.names_below(&folder)? } else { Vec::new() };
        Ok(names.iter().filter_map(|name| SitePath::new(&format!("{folder}/{name}")).ok()).collect())
    }

    /// With their folder, which a run that died may have left without one.
    fn remove_portions(&self) -> Result<(), FileError> {
        if !self.root.is_folder(&inside(PORTIONS)) {
            return Ok(());
        }
        self.portions()?.iter().try_for_each(|place| self.root.remove(place).map(drop))?;
        self.root.remove_empty_folders(&inside(""))
    }

    /// Takes the lock of the site, which lies in here; `on_wait` is told who holds it when that is another run.
    ///
    /// # Errors
    /// [`FileError`] when it cannot be taken.
    pub fn lock(&self, on_wait: impl FnOnce(&str)) -> Result<Lock, FileError> {
        self.root.lock(&inside("lock"), &format!("process {}", std::process::id()), on_wait)
    }

    /// Keeps the cache out of the repository.
    ///
    /// # Errors
    /// [`FileError`] when the ignore file cannot be written.
    pub fn hide(&self) -> Result<(), FileError> {
        let place = inside(".gitignore");
        self.root.sweep(&place)?;
        self.root.write(&place, b"*\n").map(drop)
    }

    /// Writes the index where it says something new, takes the portions away that are in it, and writes the times.
    ///
    /// # Errors
    /// [`FileError`] when a file cannot be written.
    pub fn write_index(&self, index: &mut Index) -> Result<(), FileError> {
        if index.is_news {
            let bytes = serde_json::to_vec(index).expect("the index is made of texts and numbers");
            self.write(&inside("index.json"), &bytes, Root::write)?;
            index.is_news = false;
        }
        self.remove_portions()?;
        let times = serde_json::to_vec(&index.baked_at).expect("times are texts");
        self.write(&inside(TIMES), &times, Root::write)
    }

    /// The files in here that are written beside their places: a run that died may have left one.
    pub fn written_beside() -> [SitePath; 3] {
        ["index.json", TIMES, UNTIDY].map(inside)
    }

    /// Keeps `bytes` and returns the name to ask for them by.
    ///
    /// # Errors
    /// [`FileError`] when the file cannot be written.
    pub fn put(&self, bytes: &[u8]) -> Result<String, FileError> {
        let sha256 = crate::media::hex(&Sha256::digest(bytes));
        self.put_hashed(&sha256, bytes)?;
        Ok(sha256)
    }

    /// The same where the SHA-256 of the bytes, hexadecimal, is known already.
    ///
    /// # Errors
    /// As [`Cache::put`].
    pub fn put_hashed(&self, sha256: &str, bytes: &[u8]) -> Result<(), FileError> {
        let path = object(sha256);
        let lane = sha256.chars().next().and_then(|digit| digit.to_digit(16)).unwrap_or_default();
        let _lane = self.lanes[lane as usize].lock().unwrap_or_else(PoisonError::into_inner);
        if self.root.size(&path) != Some(bytes.len() as u64) {
            self.mark_untidy()?;
        }
        // Equal bytes are left alone; a damaged object of the same size is not.
        self.write(&path, bytes, Root::write_checked)
    }

    /// Everything below this folder is feedbake's own: what stands in the way of a file is removed.
    fn write(
        &self,
        path: &SitePath,
        bytes: &[u8],
        write: fn(&Root, &SitePath, &[u8]) -> Result<Written, FileError>,
    ) -> Result<(), FileError> {
        let Err(error) = write(&self.root, path, bytes) else { return Ok(()) };
        if !error.is_something_in_the_way() && !matches!(error, FileError::Symlink { .. }) {
            return Err(error);
        }
        self.root.clear_the_way(&inside(""), path)?;
        write(&self.root, path, bytes).map(drop)
    }

    /// Returns what was kept as `sha256`; `None` when it is not there or was damaged.
    ///
    /// # Errors
    /// [`FileError`] when the file is there and the system does not let it be read.
    pub fn get(&self, sha256: &str) -> Result<Option<Vec<u8>>, FileError> {
        if !is_hash(sha256) {
            return Ok(None);
        }
        let bytes = self.read(&object(sha256))?;
        Ok(bytes.filter(|bytes| crate::media::hex(&Sha256::digest(bytes)) == sha256))
    }

    /// What is no file is nothing that was kept here: what is kept next takes its place.
    fn read(&self, path: &SitePath) -> Result<Option<Vec<u8>>, FileError> {
        match self.root.read(path) {
            Err(error) if error.is_something_in_the_way() => Ok(None),
            read => read,
        }
    }

    /// Whether something is kept as `sha256`, by a look at the folder only.
    pub fn has(&self, sha256: &str) -> bool {
        is_hash(sha256) && self.root.size(&object(sha256)).is_some()
    }

    /// Whether objects were put into it since it was pruned last, by a run that died perhaps.
    pub fn is_untidy(&self) -> bool {
        self.root.exists(&inside(UNTIDY))
    }

    fn mark_untidy(&self) -> Result<(), FileError> {
        let mut is_marked = self.is_marked.lock().unwrap_or_else(PoisonError::into_inner);
        if !*is_marked {
            self.write(&inside(UNTIDY), b"", Root::write)?;
            *is_marked = true;
        }
        Ok(())
    }

    /// Deletes the index, then every object.
    ///
    /// # Errors
    /// [`FileError`] when a file cannot be deleted.
    pub fn forget_all(&self) -> Result<(), FileError> {
        self.root.remove(&inside("index.json"))?;
        self.remove_portions()?;
        self.prune(&BTreeSet::new())
    }

    /// Deletes every object whose name is not in `wanted`.
    ///
    /// # Errors
    /// [`FileError`] when a file cannot be deleted.
    pub fn prune(&self, wanted: &BTreeSet<&str>) -> Result<(), FileError> {
        self.root.clear_the_way(&inside(""), &inside("objects/any"))?;
        for name in self.root.names_below(&inside("objects"))? {
            if !wanted.contains(name.rsplit('/').next().unwrap_or(&name)) {
                self.root.remove(&inside(&format!("objects/{name}")))?;
            }
        }
        self.root.remove_empty_folders(&inside("objects"))?;
        self.root.remove(&inside(UNTIDY))?;
        *self.is_marked.lock().unwrap_or_else(PoisonError::into_inner) = false;
        Ok(())
    }
}

fn inside(name: &str) -> SitePath {
    SitePath::new(&format!("{FOLDER}/{name}")).expect("names in the cache are plain")
}

fn object(sha256: &str) -> SitePath {
    inside(&format!("objects/{}/{sha256}", &sha256[..2]))
}

/// The index is a file that anybody may edit: a name from it is checked before it becomes a path.
pub(crate) fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests;
