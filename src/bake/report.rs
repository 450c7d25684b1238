//! What a bake did, for whoever tells the user.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use super::tend::TokenReport;
use crate::auth::day_of;
use crate::config::TokenError;
use crate::feed::Shortcode;
use crate::files::{FileError, SitePath, Written};
use crate::graph::{ApiError, Unreadable};
use crate::http::HttpError;
use crate::manifest::{self, ManifestError};
use crate::media::{PATIENCE, Work};
use crate::render::RenderError;
use crate::select::Dropped;
use crate::site::{PublishError, Weight};

/// What a bake did.
#[derive(Debug, Default)]
pub struct Report {
    /// In the order of the settings.
    pub feeds: Vec<FeedReport>,
    /// Pictures of the feeds that were baked.
    pub pictures: PictureCount,
    /// Templates that were missing and are there now.
    pub installed: Vec<SitePath>,
    /// Of them, those that an earlier bake wrote and somebody removed, or did not commit.
    pub installed_again: Vec<SitePath>,
    /// A theme's own file by the name of the partial, where none was written for it.
    pub instead_of_partial: Option<SitePath>,
    /// Files that no feed needed any more.
    pub removed: Vec<SitePath>,
    /// Requests to the API for posts and accounts.
    pub requests: u32,
    /// What is known of the tokens.
    pub tokens: Vec<TokenReport>,
    /// Whether a file that belongs into a commit was written or removed.
    pub changed: bool,
}

impl Report {
    /// Posts that the site shows, in all feeds.
    pub fn posts(&self) -> usize {
        let shown = |feed: &FeedReport| match &feed.outcome {
            FeedOutcome::Baked(baked) => baked.posts,
            FeedOutcome::Kept { posts, .. } => *posts,
            // What is made of others was counted there.
            FeedOutcome::Merged { .. } | FeedOutcome::Empty { .. } => 0,
        };
        self.feeds.iter().map(shown).sum()
    }

    /// Whether each feed shows what its account shows.
    pub fn is_fresh(&self) -> bool {
        self.feeds.iter().all(|feed| feed.outcome.is_good())
    }
}

/// How the pictures came about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PictureCount {
    /// Downloaded and encoded.
    pub fetched: usize,
    /// Encoded again from the cache.
    pub reshaped: usize,
    /// As they were.
    pub kept: usize,
    /// Bytes that were downloaded.
    pub downloaded_bytes: u64,
}

impl PictureCount {
    /// Adds one picture.
    pub fn add(&mut self, work: Work) {
        match work {
            Work::Kept => self.kept += 1,
            Work::Reshaped => self.reshaped += 1,
            Work::Checked { bytes } => {
                self.kept += 1;
                self.downloaded_bytes += bytes;
            }
            Work::Fetched { bytes } => {
                self.fetched += 1;
                self.downloaded_bytes += bytes;
            }
        }
    }

    /// All pictures.
    pub fn total(&self) -> usize {
        self.fetched + self.reshaped + self.kept
    }
}

/// What became of one feed.
#[derive(Debug)]
pub struct FeedReport {
    /// Its name.
    pub name: String,
    /// Its data file.
    pub data_file: SitePath,
    /// Posts that the site showed before.
    pub posts_before: usize,
    /// How it ended.
    pub outcome: FeedOutcome,
}

impl FeedReport {
    /// What the feed weighs, and its posts; nothing of one that was not made now, or is empty.
    pub fn weight(&self) -> Option<(&Weight, usize)> {
        let (weight, posts) = match &self.outcome {
            FeedOutcome::Baked(baked) => (&baked.weight, baked.posts),
            FeedOutcome::Merged { posts, weight, .. } => (weight, *posts),
            FeedOutcome::Kept { .. } | FeedOutcome::Empty { .. } => return None,
        };
        Some((weight, posts)).filter(|(_, posts)| *posts > 0)
    }
}

/// How a feed ended.
#[derive(Debug)]
pub enum FeedOutcome {
    /// The site shows what the account shows.
    Baked(Baked),
    /// Made of what other feeds show.
    Merged {
        /// Posts in it.
        posts: usize,
        /// Whether the data file changed.
        written: Written,
        /// What it weighs.
        weight: Weight,
    },
    /// The last good feed stays.
    Kept {
        /// Why.
        hindrance: Hindrance,
        /// Posts in it.
        posts: usize,
        /// Its age, where anything remembers it.
        last_good: Option<LastGood>,
        /// Whether it is older than `max_stale`.
        stale: bool,
    },
    /// There was no feed to keep: a valid, empty one was written.
    Empty {
        /// Why.
        hindrance: Hindrance,
    },
}

impl FeedOutcome {
    /// Whether nothing kept the feed from what it should be.
    pub fn is_good(&self) -> bool {
        matches!(self, Self::Baked(_) | Self::Merged { .. })
    }
}

/// A good bake of one feed.
#[derive(Debug)]
pub struct Baked {
    /// Posts in the data file.
    pub posts: usize,
    /// Whether the data file changed.
    pub written: Written,
    /// Posts that were shown and are not on Instagram any more, by shortcode.
    pub gone: Vec<String>,
    /// The username of before, and that of the other account whose posts are shown now.
    pub replaced: Option<(String, String)>,
    /// Posts that are not shown.
    pub dropped: Vec<Dropped>,
    /// What it weighs.
    pub weight: Weight,
    /// Posts whose video is shown by its poster although the video was wished for, and why.
    pub without_video: Vec<(String, String)>,
    /// Posts that are shown with a picture for which nobody wrote an alternative text.
    pub without_alt: Vec<String>,
    /// Items of the API's answer that are no posts.
    pub unreadable: Vec<Unreadable>,
    /// Pinned posts that are nowhere.
    pub missing_pins: Vec<Shortcode>,
    /// The account has more posts than `scan` allows to look at, and the feed wanted them.
    pub scan_ended: bool,
    /// The API broke its list off, and the feed wanted more.
    pub is_broken_off: bool,
    /// What became of its archive, where it has one.
    pub archive: Option<Box<ArchiveReport>>,
}

/// What became of an archive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArchiveReport {
    /// Posts with a page.
    pub posts: usize,
    /// Of them, posts that were not known before.
    pub new: usize,
    /// Pages that were written.
    pub written: usize,
    /// Pages that somebody edited, and that stay.
    pub edited: Vec<SitePath>,
    /// Further pages that somebody edited, which feedbake would not write where they are, and why they stay.
    pub left: Vec<(SitePath, Left)>,
    /// Deleted posts stay.
    pub keeps: bool,
    /// Nothing of it was touched.
    pub frozen: bool,
    /// Posts that are not on Instagram any more, by shortcode.
    pub deleted: Vec<String>,
    /// So many posts that were kept are let go of, for deleted posts are to leave.
    pub released: usize,
    /// So many pages would leave by the filters at once that they stay until the next bake is asked for the same.
    pub doubted_filters: usize,
    /// So many posts seem to be gone at once that they stay until the next bake sees the same.
    pub doubted: usize,
    /// Posts whose pictures cannot be had.
    pub without_pictures: usize,
    /// Why it was not listed as far as it should be, or stays as it is.
    pub trouble: Option<String>,
}

/// Why a page that somebody edited stays where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Its post is not in the archive any more, and it is somebody's work.
    PostGone,
    /// The archive is in another folder, and this is the one page that its post has.
    OnlyPage,
    /// The archive is in another folder, with a page of its own for this.
    FolderChanged,
}

/// When a feed was last good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastGood {
    /// From the cache, to the second.
    At(Timestamp),
    /// From the manifest, to the week.
    Around(Date),
}

impl LastGood {
    /// The day, as UTC has it.
    pub fn date(self) -> Date {
        match self {
            Self::At(moment) => day_of(moment),
            Self::Around(date) => date,
        }
    }

    /// Whether more than `max_stale` has passed until `now`.
    pub fn is_stale(self, now: Timestamp, max_stale: Duration) -> bool {
        let start = match self {
            Self::At(moment) => moment,
            Self::Around(date) => date.to_zoned_datetime(jiff::tz::TimeZone::UTC).map_or(now, |day| day.timestamp()),
        };
        Duration::try_from(now.duration_since(start)).is_ok_and(|age| age > max_stale)
    }
}

/// Why a feed was not refreshed.
#[derive(Debug, thiserror::Error)]
pub enum Hindrance {
    /// There is no token, or none that may be used.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The API refused, or could not be reached.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// No connection can be made at all.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// Posts were listed, and not one picture could be had.
    #[error("none of the {posts} posts has a picture that could be had; the first: {first}")]
    NoPictures {
        /// Posts that were tried.
        posts: usize,
        /// What happened to the first of them.
        first: String,
    },
    /// The server of the pictures is down.
    #[error("the pictures cannot be downloaded: {PATIENCE} in a row did not come; the first that failed: {first}")]
    NoDownloads {
        /// What happened to the first that failed.
        first: String,
    },
    /// Everything the API sent was unreadable.
    #[error("none of the {items} items in the API's answer is a post; the first: {first}")]
    NothingReadable {
        /// Items in the answer.
        items: usize,
        /// What was wrong with the first of them.
        first: String,
    },
    /// The account seems to be empty, and was not before.
    #[error("the API lists no post of an account that had {posts_before}")]
    SuddenlyEmpty {
        /// Posts shown now.
        posts_before: usize,
    },
    /// The API breaks its list off, and the feed would be shorter for it.
    #[error("the API's list of posts breaks off: {posts} of it would be shown, and {posts_before} are")]
    BrokenOff {
        /// Posts that would be shown.
        posts: usize,
        /// Posts shown now.
        posts_before: usize,
    },
    /// The data file would hold a token: out of an `[[override]]`, for example.
    #[error(transparent)]
    Leak(PublishError),
    /// A later feedbake works in this site: what it wrote down is neither understood here nor overwritten.
    #[error("{}", ManifestError::Newer { found: Clone::clone(.0) })]
    LaterManifest(manifest::Version),
    /// `--offline`, and nothing was ever fetched here.
    #[error("nothing was fetched into this site's cache yet")]
    NothingRemembered,
}

impl Hindrance {
    /// Whether the list was had and is not believed: the next bake that says the same is.
    pub fn is_doubt(&self) -> bool {
        matches!(self, Self::SuddenlyEmpty { .. } | Self::BrokenOff { .. })
    }
}

/// A bake that broke off, and what it did before that has to be told: a token that was renewed is another one now.
#[derive(Debug)]
pub struct Aborted {
    /// Why.
    pub error: BakeError,
    /// What is known of the tokens.
    pub tokens: Vec<TokenReport>,
    /// Whether a file that belongs into a commit was written.
    pub changed: bool,
}

/// A bake that could not be finished. The site is as it was, or as complete as the last rename left it.
#[derive(Debug, thiserror::Error)]
pub enum BakeError {
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The manifest.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// Something could not be put into the site.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The template of the fragment.
    #[error(transparent)]
    Fragment(#[from] RenderError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_is_stale_when_its_time_has_passed() {
        let now: Timestamp = "2026-05-31T12:00:00Z".parse().unwrap();
        let month = Duration::from_secs(30 * 86_400);
        let table = [
            (LastGood::At("2026-05-01T12:00:00Z".parse().unwrap()), false),
            (LastGood::At("2026-05-01T11:59:59Z".parse().unwrap()), true),
            (LastGood::Around(jiff::civil::date(2026, 5, 2)), false),
            (LastGood::Around(jiff::civil::date(2026, 4, 30)), true),
            (LastGood::At("2030-01-01T00:00:00Z".parse().unwrap()), false),
        ];
        for (last_good, stale) in table {
            assert_eq!(last_good.is_stale(now, month), stale, "{last_good:?}");
        }
    }
}
