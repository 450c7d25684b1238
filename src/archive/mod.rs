//! The archive of a feed: every post that was ever listed, and what a page of each says. Pure.
//!
//! Its memory is a file of the site, so that a lost cache loses no post: the posts as the API sent them, without links.

mod json_feed;
mod page;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::config::Deleted;
use crate::feed::{MediaId, Post, PostKind};
use crate::files::SitePath;
use crate::graph::Unasked;
use crate::manifest::days_between;

pub use json_feed::{is_json_feed, json_feed, json_feed_place};
pub use page::{Page, TITLE, is_page, page, post_of, section};

/// Version of the memory's shape.
const VERSION: u32 = 1;

/// What takes away no more posts than this is believed at once.
const FEW: usize = 3;

/// Everything the archive of one feed knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    version: u32,
    feed: MemoryFeed,
    /// When the whole account was listed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed_on: Option<Date>,
    /// The last answer would have taken away much; a second one will be believed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub doubted: bool,
    /// The last list broke off before it met a post that was known: what lies between may be missing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unfinished: bool,
    /// Nothing in it is of the user's own account.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub demo: bool,
    /// Newest first.
    pub posts: Vec<Remembered>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct MemoryFeed {
    name: String,
}

/// One post of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// The post.
    #[serde(flatten)]
    pub post: Post,
    /// It is not on Instagram any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
    /// Its pictures could not be had the last time they were asked for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub missing: bool,
    /// They were had, and nothing here can decode them: they are not asked for again before the whole account is listed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undecodable: bool,
}

/// How far the account was listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// To its end.
    Whole,
    /// From the newest post on.
    Part,
    /// Not at all, or not so that a post which is not in the list can be called deleted.
    Unknown,
}

/// What a list changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct News {
    /// Posts that were not known before.
    pub new: usize,
    /// Posts that are not on Instagram any more, by shortcode.
    pub deleted: Vec<String>,
    /// So many posts that were kept, deleted on Instagram long ago, are let go of.
    pub released: usize,
    /// So many posts would have gone, and the answer is not believed yet.
    pub doubted: usize,
}

/// What is done with a list.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// What becomes of a deleted post.
    pub deleted: Deleted,
    /// An answer that takes away much is believed at once.
    pub believes: bool,
    /// The day.
    pub today: Date,
}

impl Memory {
    /// One that knows nothing yet.
    pub fn new(feed: &str) -> Self {
        let feed = MemoryFeed { name: feed.to_owned() };
        Self {
            version: VERSION,
            feed,
            listed_on: None,
            doubted: false,
            unfinished: false,
            demo: false,
            posts: Vec::new(),
        }
    }

    /// Reads it; `None` where the bytes are no memory that this feedbake understands.
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let mut memory: Self = serde_json::from_slice(bytes).ok()?;
        // Two histories that were joined may both have a post.
        let mut seen = BTreeSet::new();
        memory.posts.retain(|remembered| seen.insert(remembered.post.id.clone()));
        (memory.version == VERSION).then_some(memory)
    }

    /// The bytes of its file: a line for each post, so that a commit shows what changed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { version, listed_on, doubted, unfinished, demo, .. } = *self;
        let head = Self { version, feed: self.feed.clone(), listed_on, doubted, unfinished, demo, posts: Vec::new() };
        let mut text = serde_json::to_string(&head).expect("the memory is made of texts and numbers");
        // The list is the last field, and empty.
        text.truncate(text.len() - "]}".len());
        for (number, remembered) in self.posts.iter().enumerate() {
            text.push_str(if number == 0 { "\n" } else { ",\n" });
            text.push_str(&serde_json::to_string(remembered).expect("a post is made of texts and numbers"));
        }
        text.push_str("\n]}\n");
        text.into_bytes()
    }

    /// Whether the whole account has to be listed: never done, too long ago, or the last answer was doubted or broke off.
    pub fn needs_whole_list(&self, recheck: Duration, today: Date) -> bool {
        let is_due = |listed: Date| {
            let days = days_between(listed, today);
            days < 0 || u64::from(days.unsigned_abs()) * 86_400 >= recheck.as_secs()
        };
        self.doubted || self.unfinished || self.listed_on.is_none_or(is_due)
    }

    /// The ids of the posts that are on Instagram as far as is known.
    pub fn known(&self) -> BTreeSet<MediaId> {
        self.posts
            .iter()
            .filter(|remembered| !remembered.deleted)
            .map(|remembered| remembered.post.id.clone())
            .collect()
    }

    /// Whether `listed` are posts of another account: none of them is known, though some are.
    pub fn is_of_another(&self, listed: &[Post]) -> bool {
        let known: BTreeSet<&MediaId> = self.posts.iter().map(|remembered| &remembered.post.id).collect();
        !known.is_empty() && !listed.is_empty() && !listed.iter().any(|post| known.contains(&post.id))
    }

    /// Gives `listed` what was not asked for as it is remembered: that a field was left out does not take it away.
    pub fn complete(&self, listed: &mut [Post], unasked: &Unasked) {
        if unasked.is_empty() {
            return;
        }
        let known: BTreeMap<&MediaId, &Post> =
            self.posts.iter().map(|remembered| (&remembered.post.id, &remembered.post)).collect();
        for post in listed {
            if let Some(known) = known.get(&post.id) {
                unasked.complete(post, known);
            }
        }
    }

    /// Takes in what was listed, newest first: what is new and what changed, and what is gone.
    pub fn take_in(&mut self, listed: &[Post], extent: Extent, rules: Rules) -> News {
        let gone = self.gone(listed, extent);
        let reached = self
            .posts
            .iter()
            .filter(|remembered| !remembered.deleted && is_reached(&remembered.post, listed, extent))
            .count();
        let is_doubtful = is_much(gone.len(), reached) && !self.doubted && !rules.believes;
        let mut news = News::default();
        if is_doubtful {
            news.doubted = gone.len();
        } else {
            for remembered in self.posts.iter_mut().filter(|remembered| gone.contains(&remembered.post.id)) {
                remembered.deleted = true;
                news.deleted.push(remembered.post.handle().to_owned());
            }
            if rules.deleted == Deleted::Remove {
                let before = self.posts.len();
                self.posts.retain(|remembered| !remembered.deleted);
                news.released = before - self.posts.len() - news.deleted.len();
            }
        }
        if extent != Extent::Unknown {
            self.doubted = is_doubtful;
        }
        if extent == Extent::Whole && !is_doubtful {
            self.listed_on = Some(rules.today);
        }
        let mut places: BTreeMap<MediaId, usize> =
            self.posts.iter().enumerate().map(|(place, remembered)| (remembered.post.id.clone(), place)).collect();
        for post in listed {
            let mut post = post.clone().without_links();
            match places.get(&post.id) {
                Some(place) => {
                    let known = &mut self.posts[*place];
                    if lacks_children(&post) && known.post.slides.len() > 1 {
                        post.slides.clone_from(&known.post.slides);
                    }
                    (known.post, known.deleted) = (post, false);
                }
                None => {
                    news.new += 1;
                    places.insert(post.id.clone(), self.posts.len());
                    self.posts.push(Remembered { post, deleted: false, missing: false, undecodable: false });
                }
            }
        }
        self.posts.sort_by(|left, right| {
            let key = |remembered: &Remembered| remembered.post.timestamp;
            key(right).cmp(&key(left)).then_with(|| right.post.id.cmp(&left.post.id))
        });
        news
    }

    /// The posts that would be in the list, were they still there.
    fn gone(&self, listed: &[Post], extent: Extent) -> BTreeSet<MediaId> {
        let there: BTreeSet<&MediaId> = listed.iter().map(|post| &post.id).collect();
        let gone = self.posts.iter().filter(|remembered| {
            let post = &remembered.post;
            !remembered.deleted && !there.contains(&post.id) && is_reached(post, listed, extent)
        });
        gone.map(|remembered| remembered.post.id.clone()).collect()
    }
}

/// Whether taking `away` so many `of` so many is so much that it may be a slip, of a server or of a person.
pub fn is_much(away: usize, of: usize) -> bool {
    away > FEW && away * 2 > of
}

/// The place of the memory of the archive of a feed.
pub fn memory_place(feed: &str) -> SitePath {
    SitePath::new(&format!(".feedbake/archive-{feed}.json")).expect("the name of a feed is a plain word")
}

/// Whether an album came without what is in it, as the API answers at times.
fn lacks_children(post: &Post) -> bool {
    post.kind == PostKind::Carousel && matches!(post.slides.as_slice(), [slide] if slide.id == post.id)
}

/// Whether the list goes as far as `post`.
fn is_reached(post: &Post, listed: &[Post], extent: Extent) -> bool {
    match extent {
        Extent::Whole => true,
        Extent::Unknown => false,
        // Of two posts of one second either may be listed last.
        Extent::Part => match (post.timestamp, listed.iter().filter_map(|post| post.timestamp).min()) {
            (Some(published), Some(oldest)) => published > oldest,
            _ => false,
        },
    }
}
