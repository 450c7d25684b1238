//! Notes in the cache what was made, while it is: a run that is cut off has downloaded nothing in vain.

use std::sync::{Arc, Mutex, PoisonError};

use crate::cache::{Cache, Index, Portion};
use crate::media::{Made, Picture, Work};

/// So many pictures are noted in one go: that many at most are lost with a run, and a file for each would be many.
const PORTION: usize = 16;

/// What this run has made so far.
pub struct Ledger {
    cache: Cache,
    pages: Mutex<Pages>,
}

#[derive(Default)]
struct Pages {
    /// Everything.
    all: Portion,
    /// What is not noted in the cache yet.
    open: Portion,
}

impl Ledger {
    /// An empty one.
    pub fn new(cache: &Cache) -> Self {
        Self { cache: cache.clone(), pages: Mutex::default() }
    }

    /// Notes a picture that took work.
    pub fn enter(&self, made: &Made) {
        if made.work == Work::Kept {
            return;
        }
        let mut pages = self.pages();
        let Pages { all, open } = &mut *pages;
        for portion in [all, &mut *open] {
            let id = &made.picture.id;
            portion.pictures.insert(id.clone(), Arc::clone(&made.picture));
            portion.originals.extend(made.original.clone().map(|original| (id.clone(), original)));
        }
        if open.pictures.len() >= PORTION {
            self.turn(open);
        }
    }

    /// Notes a picture that has its video now.
    pub fn enter_filmed(&self, picture: &Arc<Picture>) {
        let mut pages = self.pages();
        let Pages { all, open } = &mut *pages;
        for portion in [all, &mut *open] {
            portion.pictures.insert(picture.id.clone(), Arc::clone(picture));
        }
        self.turn(open);
    }

    /// Notes what is left of a batch.
    pub fn close(&self) {
        self.turn(&mut self.pages().open);
    }

    /// Gives everything to the index, which takes the place of the portions once it is written.
    pub fn hand_over(&self, index: &mut Index) {
        index.take(&self.pages().all);
    }

    fn turn(&self, open: &mut Portion) {
        if open.pictures.is_empty() {
            return;
        }
        // Without it the next run downloads again; a disk that takes nothing more is told by whoever needs it.
        let _ = self.cache.note(open);
        *open = Portion::default();
    }

    fn pages(&self) -> std::sync::MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::Original;
    use crate::feed::MediaId;
    use crate::files::{Root, SitePath};

    fn made(number: usize, work: Work) -> Made {
        let id = MediaId::new(&number.to_string()).unwrap();
        let picture = Picture {
            id,
            recipe: "r".to_owned(),
            original: "o".to_owned(),
            original_bytes: 1,
            color: "#000000".to_owned(),
            placeholder: String::new(),
            renditions: Vec::new(),
            clip: None,
        };
        let original = Original { sha256: "a".repeat(64), link_key: String::new() };
        Made { picture: Arc::new(picture), work, original: Some(original) }
    }

    #[test]
    fn a_run_that_ends_at_once_leaves_what_it_made() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::new(folder.path());
        let cache = Cache::new(&root);
        let portions = || root.names_below(&SitePath::new(".feedbake/cache/made").unwrap()).unwrap().len();
        let ledger = Ledger::new(&cache);
        (0..40).for_each(|number| ledger.enter(&made(number, Work::Fetched { bytes: 1 })));
        // What was there already is noted already.
        ledger.enter(&made(99, Work::Kept));
        assert_eq!(portions(), 2);
        let known = |index: &Index, number: usize| index.picture(&made(number, Work::Kept).picture.id).is_some();
        let index = cache.read_index().unwrap();
        assert_eq!((0..100).filter(|number| known(&index, *number)).count(), 32);
        // A second run goes on behind it.
        let second = Ledger::new(&cache);
        second.enter(&made(50, Work::Reshaped));
        second.close();
        second.close();
        assert_eq!(portions(), 3);
        let mut index = cache.read_index().unwrap();
        assert!(known(&index, 50) && known(&index, 0) && index.is_news());
        // Damage costs a portion.
        root.write(&SitePath::new(".feedbake/cache/made/0.json").unwrap(), b"{").unwrap();
        assert_eq!((0..100).filter(|number| known(&cache.read_index().unwrap(), *number)).count(), 17);
        ledger.hand_over(&mut index);
        cache.write_index(&mut index).unwrap();
        assert!(!folder.path().join(".feedbake/cache/made").exists());
        assert_eq!((0..100).filter(|number| known(&cache.read_index().unwrap(), *number)).count(), 41);
    }
}
