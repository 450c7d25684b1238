//! `.feedbake/cache`: originals and renditions by their content, and what is known of them.
//!
//! Everything here can be lost without losing the feed. Nothing in it is believed without a look: an object whose
//! content does not match its name counts as absent, an index that cannot be read as empty.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::feed::{Account, MediaId, Post};
use crate::files::{FileError, Lock, Root, SitePath};
use crate::manifest::FeedRecord;
use crate::media::Picture;

/// Raised when the index changes its shape; an index of another edition counts as empty.
const EDITION: u32 = 1;

/// The folder of the cache in a site.
pub const FOLDER: &str = ".feedbake/cache";

/// What is known of the cached things.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Index {
    edition: u32,
    /// By slide.
    pub originals: BTreeMap<MediaId, Original>,
    /// By slide and recipe, so that a lost manifest costs no encoding.
    pub pictures: BTreeMap<MediaId, Picture>,
    /// By name of the feed.
    pub feeds: BTreeMap<String, FeedMemory>,
}

/// Where an original came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    /// SHA-256 of its bytes, hexadecimal: its name in the cache.
    pub sha256: String,
    /// The file name in the link it was had by.
    pub link_name: String,
}

/// What is remembered of a feed between two bakes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeedMemory {
    /// When the last good bake was, exactly.
    pub baked_at: Timestamp,
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
}

impl Cache {
    /// The cache of the site at `root`; nothing is read or made yet.
    pub fn new(root: &Root) -> Self {
        Self { root: root.clone(), lanes: Arc::default() }
    }

    /// Reads the index; an absent, torn or foreign one is an empty one.
    ///
    /// # Errors
    /// [`FileError`] when the file is there and the system does not let it be read.
    pub fn read_index(&self) -> Result<Index, FileError> {
        let bytes = self.read(&inside("index.json"))?.unwrap_or_default();
        let index: Option<Index> = serde_json::from_slice(&bytes).ok();
        Ok(index.filter(|index| index.edition == EDITION).unwrap_or_default())
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

    /// Writes the index.
    ///
    /// # Errors
    /// [`FileError`] when a file cannot be written.
    pub fn write_index(&self, index: &Index) -> Result<(), FileError> {
        let index = Index { edition: EDITION, ..index.clone() };
        let bytes = serde_json::to_vec(&index).expect("the index is made of texts and numbers");
        self.root.write(&inside("index.json"), &bytes).map(drop)
    }

    /// Keeps `bytes` and returns the name to ask for them by.
    ///
    /// # Errors
    /// [`FileError`] when the file cannot be written.
    pub fn put(&self, bytes: &[u8]) -> Result<String, FileError> {
        let sha256 = crate::media::hex(&Sha256::digest(bytes));
        let path = object(&sha256);
        let lane = sha256.chars().next().and_then(|digit| digit.to_digit(16)).unwrap_or_default();
        let _lane = self.lanes[lane as usize].lock().unwrap_or_else(PoisonError::into_inner);
        // Equal bytes are left alone; a damaged object of the same size is not.
        self.root.write_checked(&path, bytes)?;
        Ok(sha256)
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
            Err(FileError::NoFile { .. }) => Ok(None),
            read => read,
        }
    }

    /// Whether something is kept as `sha256`, by a look at the folder only.
    pub fn has(&self, sha256: &str) -> bool {
        is_hash(sha256) && self.root.size(&object(sha256)).is_some()
    }

    /// Deletes every object whose name is not in `wanted`.
    ///
    /// # Errors
    /// [`FileError`] when a file cannot be deleted.
    pub fn prune(&self, wanted: &BTreeSet<&str>) -> Result<(), FileError> {
        for name in self.root.names_below(&inside("objects"))? {
            if !wanted.contains(name.rsplit('/').next().unwrap_or(&name)) {
                self.root.remove(&inside(&format!("objects/{name}")))?;
            }
        }
        self.root.remove_empty_folders(&inside("objects"))
    }
}

fn inside(name: &str) -> SitePath {
    SitePath::new(&format!("{FOLDER}/{name}")).expect("names in the cache are plain")
}

fn object(sha256: &str) -> SitePath {
    inside(&format!("objects/{}/{sha256}", &sha256[..2]))
}

/// The index is a file that anybody may edit: a name from it is checked before it becomes a path.
fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_object_counts_as_absent() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::new(folder.path());
        let cache = Cache::new(&root);
        let name = cache.put(b"one").unwrap();
        assert_eq!(cache.get(&name).unwrap().as_deref(), Some(b"one".as_slice()));
        root.write(&object(&name), b"two").unwrap();
        assert_eq!(cache.get(&name).unwrap(), None);
        cache.put(b"one").unwrap();
        assert_eq!(cache.get(&name).unwrap().as_deref(), Some(b"one".as_slice()), "what is put anew is mended");
        assert_eq!(cache.get("../../etc/passwd").unwrap(), None);
    }

    #[test]
    fn the_same_bytes_can_be_put_from_many_threads_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(&Root::new(folder.path()));
        for round in 0..50_u8 {
            let bytes = vec![round; 100_000];
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| cache.put(&bytes).unwrap());
                }
            });
            let name = cache.put(&bytes).unwrap();
            assert_eq!(cache.get(&name).unwrap().as_deref(), Some(bytes.as_slice()));
        }
    }

    #[test]
    fn pruning_leaves_what_is_wanted() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(&Root::new(folder.path()));
        let (one, two) = (cache.put(b"one").unwrap(), cache.put(b"two").unwrap());
        cache.prune(&BTreeSet::from([one.as_str()])).unwrap();
        assert!(cache.has(&one) && !cache.has(&two));
    }

    #[test]
    fn an_index_of_another_edition_is_an_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::new(folder.path());
        let cache = Cache::new(&root);
        for text in ["", "{", "{\"edition\":99,\"originals\":{},\"pictures\":{},\"feeds\":{}}"] {
            root.write(&inside("index.json"), text.as_bytes()).unwrap();
            assert_eq!(cache.read_index().unwrap(), Index::default(), "{text}");
        }
        cache.write_index(&Index::default()).unwrap();
        assert_eq!(cache.read_index().unwrap().edition, EDITION);
    }
}
