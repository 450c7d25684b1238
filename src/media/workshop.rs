//! Does what the plan says for every slide: a few threads download, one per core works on pixels.
//!
//! Between the two stands a queue that holds no more originals than there are workers, so that memory does not grow
//! with the number of posts. Results lie in the cache when this returns; nothing has been put into the site yet.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::decode::{PixelLimits, ShapeError, is_large};
use super::develop::{DevelopError, develop};
use super::picture::Picture;
use super::plan::{Step, Stock, decide, without_network};
use super::recipe::Recipe;
use super::sniff::Sniffed;
use crate::cache::{Cache, Original};
use crate::feed::{MediaId, MediaLink, Slide};
use crate::files::{FileError, SitePath};
use crate::http::HttpError;
use crate::retry::Outcome;

/// Downloads at a time. The CDN serves a browser as many; more brought nothing against a loopback server.
pub const DOWNLOADS: usize = 6;

/// After so many downloads in a row that failed the server is taken to be down: each may have taken minutes of waiting
/// and asking again.
pub const PATIENCE: usize = 12;

/// How the server of the pictures has been doing. It is lent to every round of one feed: a round may be as small as one
/// picture, and a server that is down stays down from one to the next.
#[derive(Debug, Default)]
pub struct Fortune {
    /// Downloads since the last one that came, which did not, though somebody may be there the next time.
    failed_in_a_row: AtomicUsize,
    /// Tries since the last download that came, which waited for as long as is allowed, and in vain.
    silent_in_a_row: AtomicUsize,
}

impl Fortune {
    /// What a try that failed means for the next one. A server that keeps every connection waiting is not asked twice for
    /// each picture: at half a minute a try that would be a build's whole time.
    pub fn outcome(&self, error: &HttpError) -> Outcome {
        let is_silent = matches!(error, HttpError::Timeout { .. });
        if is_silent && self.silent_in_a_row.fetch_add(1, Ordering::Relaxed) + 1 >= DOWNLOADS {
            return Outcome::Fatal;
        }
        error.outcome()
    }

    fn is_out(&self) -> bool {
        self.failed_in_a_row.load(Ordering::Relaxed) >= PATIENCE
    }

    fn came(&self) {
        self.silent_in_a_row.store(0, Ordering::Relaxed);
        // Once the patience has run out, one that was still on its way changes nothing: the feed is given up, and what
        // is told of it must not depend on which of six threads was the last.
        let again = |failed| (failed < PATIENCE).then_some(0);
        let _ = self.failed_in_a_row.fetch_update(Ordering::Relaxed, Ordering::Relaxed, again);
    }

    fn failed(&self) {
        self.failed_in_a_row.fetch_add(1, Ordering::Relaxed);
    }
}

/// One slide and what is known of it.
#[derive(Debug, Clone)]
pub struct Job {
    /// The slide.
    pub slide: Slide,
    /// What is at hand.
    pub stock: Stock,
    /// The picture made earlier, by this recipe or another.
    pub known: Option<Arc<Picture>>,
    /// The cached original.
    pub original: Option<Original>,
}

/// What came of a slide.
#[derive(Debug, Clone)]
pub struct Made {
    /// The picture; its files lie in the site or in the cache.
    pub picture: Arc<Picture>,
    /// Where it came from.
    pub work: Work,
    /// What to remember of the original, when one was had.
    pub original: Option<Original>,
}

/// How much had to be done for a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Nothing.
    Kept,
    /// Encoded again from the cached original.
    Reshaped,
    /// Downloaded, and found to be what was at hand already.
    Checked {
        /// Size of the download.
        bytes: u64,
    },
    /// Downloaded and encoded.
    Fetched {
        /// Size of the download.
        bytes: u64,
    },
}

/// Why a slide has no picture.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// Neither a link nor an older copy.
    #[error("the API names no picture for it")]
    NoLink,
    /// The download failed.
    #[error(transparent)]
    Download(#[from] HttpError),
    /// So many others failed that this one was not tried.
    #[error("it was not tried: {PATIENCE} downloads in a row had failed")]
    NotTried,
    /// What was downloaded is no picture that can be used.
    #[error(transparent)]
    Develop(#[from] DevelopError),
    /// A decoder gave up in a way it should not.
    #[error("the picture broke its decoder")]
    Panic,
    /// Something of the user's is where a file of it has to be.
    #[error("{0} is a folder, and a picture has to be there: move it away")]
    NoPlace(SitePath),
    /// The cache could not be read or written; nothing else will be either.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Trouble {
    /// Whether it lies in the picture itself, so that another download would bring the same.
    pub fn is_of_the_picture(&self) -> bool {
        let is_of_a_kind = |what: &str| [Sniffed::Heic, Sniffed::Avif].iter().any(|kind| kind.describe() == what);
        match self {
            Self::Develop(DevelopError::Shape(ShapeError::CutOff)) => false,
            Self::Develop(_) | Self::Panic => true,
            Self::Download(HttpError::Refused { what, .. }) => is_of_a_kind(what),
            Self::Download(_) | Self::NoLink | Self::NotTried | Self::NoPlace(_) | Self::File(_) => false,
        }
    }
}

/// What the threads work with.
pub struct Bench<'a> {
    /// Where originals and renditions are kept.
    pub cache: &'a Cache,
    /// How pictures are made.
    pub recipe: &'a Recipe,
    /// The folder the renditions are named for.
    pub folder: &'a SitePath,
    /// Bounds of what is decoded.
    pub limits: PixelLimits,
    /// Threads that work on pixels.
    pub shapers: usize,
    /// Gets the bytes behind a link; `None` when there is no network to be used.
    pub fetch: Option<&'a Fetch<'a>>,
    /// How the downloads of earlier rounds went.
    pub fortune: &'a Fortune,
    /// Called with each picture as it is made.
    pub on_made: &'a (dyn Fn(&Made) + Sync),
    /// Called after each slide that took work, with the number of slides done.
    pub on_done: &'a (dyn Fn(usize) + Sync),
}

/// Gets the bytes behind a link, retries included.
pub type Fetch<'a> = dyn Fn(&MediaLink) -> Result<Vec<u8>, HttpError> + Sync + 'a;

/// An original on its way to the pixels.
struct Undeveloped {
    index: usize,
    bytes: Vec<u8>,
    /// Its link, when it was downloaded just now.
    link: Option<MediaLink>,
}

/// Works through `jobs`; the answers stand in the same order.
pub fn make(jobs: &[Job], bench: &Bench<'_>) -> Vec<Result<Made, Trouble>> {
    let desk = Desk {
        jobs,
        bench,
        next: AtomicUsize::default(),
        done: AtomicUsize::default(),
        answers: Mutex::default(),
        large: Mutex::default(),
    };
    let shapers = bench.shapers.max(1);
    let (sender, receiver) = sync_channel::<Undeveloped>(shapers);
    let receiver = Mutex::new(receiver);
    thread::scope(|scope| {
        for _ in 0..DOWNLOADS.min(jobs.len()) {
            let sender = sender.clone();
            scope.spawn(|| desk.obtain(sender));
        }
        drop(sender);
        let (desk, receiver) = (&desk, &receiver);
        for _ in 0..shapers.min(jobs.len()) {
            scope.spawn(move || {
                loop {
                    // The guard is gone before the pixels are touched: the next worker may wait at the queue.
                    let next = receiver.lock().map(|receiver| receiver.recv());
                    let Ok(Ok(undeveloped)) = next else { break };
                    let index = undeveloped.index;
                    desk.answer(index, desk.develop(undeveloped));
                }
            });
        }
    });
    let mut answers = desk.answers.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    answers.sort_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

struct Desk<'a> {
    jobs: &'a [Job],
    bench: &'a Bench<'a>,
    next: AtomicUsize,
    done: AtomicUsize,
    answers: Mutex<Vec<(usize, Result<Made, Trouble>)>>,
    /// Held while a large picture is decoded.
    large: Mutex<()>,
}

impl Desk<'_> {
    fn answer(&self, index: usize, answer: Result<Made, Trouble>) {
        if let Ok(made) = &answer {
            (self.bench.on_made)(made);
        }
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        self.answers.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((index, answer));
        (self.bench.on_done)(done);
    }

    fn obtain(&self, sender: SyncSender<Undeveloped>) {
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = self.jobs.get(index) else { return };
            match self.original_of(job) {
                Obtained::Answer(answer) => self.answer(index, *answer),
                Obtained::Bytes { bytes, link } => {
                    // The receiver outlives the threads, so this cannot fail.
                    let _ = sender.send(Undeveloped { index, bytes, link });
                }
            }
        }
    }

    fn original_of(&self, job: &Job) -> Obtained {
        let step = if self.bench.fetch.is_some() { decide(job.stock) } else { without_network(job.stock) };
        match step {
            Step::Fetch => match self.download(job) {
                Ok(obtained) => obtained,
                Err(trouble) => self.fall_back(job, trouble),
            },
            other => self.take(job, other, Trouble::NoLink),
        }
    }

    fn fall_back(&self, job: &Job, trouble: Trouble) -> Obtained {
        self.take(job, without_network(job.stock), trouble)
    }

    /// What is at hand without the network; `trouble` is the answer when nothing is.
    fn take(&self, job: &Job, step: Step, trouble: Trouble) -> Obtained {
        match (step, &job.known, &job.original) {
            (Step::Keep, Some(picture), _) => Obtained::answer(Ok(Made {
                picture: picture.clone(),
                work: Work::Kept,
                original: job.original.clone(),
            })),
            (Step::Reshape, _, Some(original)) => match self.bench.cache.get(&original.sha256) {
                Ok(Some(bytes)) => Obtained::Bytes { bytes, link: None },
                // Damaged in the cache: the link is the next best place.
                Ok(None) => self.download(job).unwrap_or_else(|_| Obtained::answer(Err(trouble))),
                Err(error) => Obtained::answer(Err(error.into())),
            },
            _ => Obtained::answer(Err(trouble)),
        }
    }

    fn download(&self, job: &Job) -> Result<Obtained, Trouble> {
        let fetch = self.bench.fetch.ok_or(Trouble::NoLink)?;
        let fortune = self.bench.fortune;
        if fortune.is_out() {
            return Err(Trouble::NotTried);
        }
        let mut last = Trouble::NoLink;
        for link in &job.slide.picture_links {
            match fetch(link) {
                Ok(bytes) => {
                    fortune.came();
                    return Ok(self.compare(job, bytes, link));
                }
                // A dead link says more than what the next best one led to: a fresh one may work.
                Err(_) if matches!(&last, Trouble::Download(first) if first.is_dead_link()) => {}
                Err(error) => {
                    if matches!(error.outcome(), Outcome::Transient) {
                        fortune.failed();
                    }
                    last = Trouble::Download(error);
                }
            }
        }
        Err(last)
    }

    /// Bytes that are at hand already need no second encoding.
    fn compare(&self, job: &Job, bytes: Vec<u8>, link: &MediaLink) -> Obtained {
        use sha2::{Digest, Sha256};
        let sha256 = super::recipe::hex(&Sha256::digest(&bytes));
        match &job.known {
            Some(picture) if job.stock.recipe_matches && job.stock.renditions && picture.original == sha256 => {
                if let Err(error) = self.bench.cache.put_hashed(&sha256, &bytes) {
                    return Obtained::answer(Err(error.into()));
                }
                let original = Some(Original::behind(sha256, link));
                let work = Work::Checked { bytes: bytes.len() as u64 };
                Obtained::answer(Ok(Made { picture: picture.clone(), work, original }))
            }
            _ => Obtained::Bytes { bytes, link: Some(link.clone()) },
        }
    }

    fn develop(&self, undeveloped: Undeveloped) -> Result<Made, Trouble> {
        let Undeveloped { index, bytes, link } = undeveloped;
        let job = &self.jobs[index];
        let id: &MediaId = &job.slide.id;
        let Bench { recipe, folder, limits, cache, .. } = self.bench;
        // One at a time: two of the largest that are allowed would take a gigabyte.
        let _alone = is_large(&bytes).then(|| self.large.lock().unwrap_or_else(PoisonError::into_inner));
        // Decoders read strangers' bytes. One that gives up must not take the feed along.
        let developed = catch_unwind(AssertUnwindSafe(|| develop(id, &bytes, recipe, folder, *limits)));
        let developed = match developed.map_err(|_| Trouble::Panic).and_then(|result| result.map_err(Trouble::from)) {
            Ok(developed) => developed,
            // A download that is no picture does not push out the one that was.
            Err(trouble) => return self.older(job, trouble),
        };
        cache.put_hashed(&developed.picture.original, &bytes)?;
        for (rendition, file) in developed.picture.renditions.iter().zip(&developed.files) {
            cache.put_hashed(&rendition.sha256, file)?;
        }
        let sha256 = developed.picture.original.clone();
        let (work, original) = match (link, &job.original) {
            (Some(link), _) => (Work::Fetched { bytes: bytes.len() as u64 }, Original::behind(sha256, &link)),
            (None, Some(original)) => (Work::Reshaped, Original { sha256, ..original.clone() }),
            (None, None) => (Work::Reshaped, Original { sha256, link_key: String::new() }),
        };
        Ok(Made { picture: Arc::new(developed.picture), work, original: Some(original) })
    }

    fn older(&self, job: &Job, trouble: Trouble) -> Result<Made, Trouble> {
        match &job.known {
            Some(picture) if job.stock.renditions => {
                Ok(Made { picture: picture.clone(), work: Work::Kept, original: job.original.clone() })
            }
            _ => Err(trouble),
        }
    }
}

enum Obtained {
    Answer(Box<Result<Made, Trouble>>),
    Bytes { bytes: Vec<u8>, link: Option<MediaLink> },
}

impl Obtained {
    fn answer(answer: Result<Made, Trouble>) -> Self {
        Self::Answer(Box::new(answer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn silence() -> HttpError {
        HttpError::Timeout { host: "cdn".to_owned(), after: Duration::from_secs(30) }
    }

    #[test]
    fn a_silent_server_is_asked_once_for_each_picture_from_the_sixth_silence_on() {
        let fortune = Fortune::default();
        let outcomes: Vec<Outcome> = (0..8).map(|_| fortune.outcome(&silence())).collect();
        assert_eq!(outcomes[..5], [Outcome::Transient; 5]);
        assert_eq!(outcomes[5..], [Outcome::Fatal; 3]);
        // One that came shows that somebody is there.
        fortune.came();
        assert_eq!(fortune.outcome(&silence()), Outcome::Transient);
        let stumble = HttpError::Status { host: "cdn".to_owned(), status: 503, excerpt: String::new() };
        assert!((0..20).all(|_| fortune.outcome(&stumble) == Outcome::Transient), "a stumble is no silence");
    }

    #[test]
    fn twelve_failures_in_a_row_are_the_end_and_eleven_are_not() {
        let fortune = Fortune::default();
        (1..PATIENCE).for_each(|_| fortune.failed());
        assert!(!fortune.is_out());
        fortune.came();
        (1..PATIENCE).for_each(|_| fortune.failed());
        assert!(!fortune.is_out());
        fortune.failed();
        assert!(fortune.is_out());
        // Whoever was still on the way changes nothing.
        fortune.came();
        assert!(fortune.is_out());
    }
}
