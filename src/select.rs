//! Which posts are shown, in what order, and why the others are not. Pure.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use crate::feed::{MediaId, Post, PostKind, Shortcode};

mod seen;

pub use seen::{Seen, Sighting, were_all};

/// Which posts the user wants to see.
#[derive(Debug, Clone)]
pub struct Wish {
    /// This many.
    pub limit: NonZeroUsize,
    /// Of these kinds.
    pub types: Vec<PostKind>,
    /// With one of these; all, when the list is empty.
    pub include: Vec<Hashtag>,
    /// Without any of these; stronger than `include`.
    pub exclude: Vec<Hashtag>,
    /// Not older than this.
    pub since: Option<Timestamp>,
    /// In this order.
    pub sort: Sort,
    /// Never these; stronger than `pin`.
    pub hide: Vec<Shortcode>,
    /// These first, in this order, whatever the filters say.
    pub pin: Vec<Shortcode>,
    /// How many posts of the account are looked through at most.
    pub scan: usize,
}

/// A hashtag as it is compared: without `#`, in lower case, composed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hashtag(String);

impl Hashtag {
    /// Takes a hashtag with or without `#`, in any case.
    pub fn new(text: &str) -> Self {
        Self(text.trim().trim_start_matches(['#', '＃']).to_lowercase().nfc().collect())
    }
}

impl fmt::Display for Hashtag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// The order of the posts that are not pinned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// As the account shows them.
    #[default]
    Newest,
    /// The other way round.
    Oldest,
    /// Most liked first.
    Likes,
    /// Shuffled, the same way on every run and every machine.
    Random,
}

impl FromStr for Sort {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "newest" => Ok(Self::Newest),
            "oldest" => Ok(Self::Oldest),
            "likes" => Ok(Self::Likes),
            "random" => Ok(Self::Random),
            _ => Err(()),
        }
    }
}

/// Why a post is not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It is in `hide`.
    Hidden,
    /// Its kind is not in `types`.
    OtherKind(PostKind),
    /// It carries a hashtag of `exclude_hashtags`.
    Excluded(Hashtag),
    /// It carries none of `include_hashtags`.
    LacksHashtag,
    /// It is older than `since`.
    TooOld,
    /// There are `limit` better ones.
    BeyondLimit,
    /// It cannot be had whole: no picture, or something in it that must not be published.
    Unavailable(String),
    /// The API's answer could not be read as a post.
    Unreadable(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hidden => f.write_str("hidden by `hide`"),
            Self::OtherKind(kind) => write!(f, "a post of type {}, which `types` leaves out", kind.word()),
            Self::Excluded(tag) => write!(f, "carries {tag}, which `exclude_hashtags` leaves out"),
            Self::LacksHashtag => f.write_str("carries none of `include_hashtags`"),
            Self::TooOld => f.write_str("older than `since`"),
            Self::BeyondLimit => f.write_str("beyond `limit`"),
            Self::Unavailable(why) => write!(f, "cannot be shown: {why}"),
            Self::Unreadable(why) => write!(f, "not understood: {why}"),
        }
    }
}

impl Reason {
    /// Whether the user's own settings left the post out, so that nothing is amiss.
    pub fn is_wished(&self) -> bool {
        match self {
            Self::Hidden
            | Self::OtherKind(_)
            | Self::Excluded(_)
            | Self::LacksHashtag
            | Self::TooOld
            | Self::BeyondLimit => true,
            Self::Unavailable(_) | Self::Unreadable(_) => false,
        }
    }
}

/// A post that is not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The post.
    pub post: Post,
    /// Why.
    pub reason: Reason,
}

/// The answer: what is shown and what is not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// In the order of the page.
    pub kept: Vec<Post>,
    /// In the order of the account.
    pub dropped: Vec<Dropped>,
    /// Pinned posts that have not turned up.
    pub missing_pins: Vec<Shortcode>,
}

/// Chooses from `posts`; `unavailable` holds the posts whose pictures cannot be had, and why.
///
/// The same posts in any order give the same selection: they are sorted by time, then id, first.
pub fn select(posts: &[Post], wish: &Wish, unavailable: &BTreeMap<MediaId, String>) -> Selection {
    let mut newest_first: Vec<&Post> = posts.iter().collect();
    newest_first.sort_by(|left, right| newer(left, right));

    let verdict = |post: &Post| judge(post, wish, unavailable);
    let mut candidates: Vec<&Post> = newest_first.iter().copied().filter(|post| verdict(post).is_none()).collect();
    candidates.sort_by(|left, right| {
        pin_place(left, wish).cmp(&pin_place(right, wish)).then_with(|| by_sort(wish.sort, left, right))
    });
    let kept: Vec<&Post> = candidates.into_iter().take(wish.limit.get()).collect();
    let ids: BTreeSet<&MediaId> = kept.iter().map(|post| &post.id).collect();
    let is_kept = |post: &Post| ids.contains(&post.id);

    let dropped = newest_first
        .iter()
        .filter(|post| !is_kept(post))
        .map(|post| Dropped { post: (*post).clone(), reason: verdict(post).unwrap_or(Reason::BeyondLimit) })
        .collect();
    let missing_pins = wish.pin.iter().filter(|pin| !posts.iter().any(|post| post.is_named(pin))).cloned().collect();
    Selection { kept: kept.into_iter().cloned().collect(), dropped, missing_pins }
}

/// What can be said of a growing list before anything is chosen from it: a post that comes is looked at once.
#[derive(Debug)]
pub struct Outlook {
    looked_at: usize,
    candidates: usize,
    missing_pins: Vec<Shortcode>,
    is_past_since: bool,
}

impl Outlook {
    /// Before the first post.
    pub fn new(wish: &Wish) -> Self {
        Self { looked_at: 0, candidates: 0, missing_pins: wish.pin.clone(), is_past_since: false }
    }

    /// Whether `posts`, the list so far, is surely too short: a selection from it would want more whatever becomes of
    /// its pictures.
    pub fn is_too_short(&mut self, posts: &[Post], wish: &Wish) -> bool {
        for post in posts.get(self.looked_at..).unwrap_or_default() {
            self.candidates += usize::from(judge(post, wish, &BTreeMap::new()).is_none());
            self.missing_pins.retain(|pin| !post.is_named(pin));
            self.is_past_since |= wish.since.is_some_and(|since| is_before(post, since));
        }
        self.looked_at = posts.len();
        wants(self.candidates, !self.missing_pins.is_empty(), self.is_past_since, posts.len(), wish)
    }
}

/// Whether another page of the account could change `selection`.
pub fn wants_more(selection: &Selection, posts: &[Post], wish: &Wish) -> bool {
    let is_past_since = wish.since.is_some_and(|since| posts.iter().any(|post| is_before(post, since)));
    wants(selection.kept.len(), !selection.missing_pins.is_empty(), is_past_since, posts.len(), wish)
}

fn wants(kept: usize, misses_pins: bool, is_past_since: bool, seen: usize, wish: &Wish) -> bool {
    let can_change = match wish.sort {
        Sort::Oldest | Sort::Likes | Sort::Random => true,
        // The account is listed newest first: past `since`, nothing that comes can be shown.
        Sort::Newest => kept < wish.limit.get() && !is_past_since,
    };
    seen < wish.scan && (misses_pins || can_change)
}

/// Whether the filters leave `post` in, whatever becomes of its pictures and of `limit`.
pub fn is_wished(post: &Post, wish: &Wish) -> bool {
    judge(post, wish, &BTreeMap::new()).is_none()
}

fn judge(post: &Post, wish: &Wish, unavailable: &BTreeMap<MediaId, String>) -> Option<Reason> {
    if wish.hide.iter().any(|hidden| post.is_named(hidden)) {
        return Some(Reason::Hidden);
    }
    let unwished = if wish.pin.iter().any(|pin| post.is_named(pin)) { None } else { filtered(post, wish) };
    unwished.or_else(|| unavailable.get(&post.id).map(|why| Reason::Unavailable(why.clone())))
}

fn filtered(post: &Post, wish: &Wish) -> Option<Reason> {
    if !wish.types.contains(&post.kind) {
        return Some(Reason::OtherKind(post.kind));
    }
    let tags: Vec<Hashtag> = if wish.include.is_empty() && wish.exclude.is_empty() {
        Vec::new()
    } else {
        post.caption.hashtags().iter().map(|tag| Hashtag::new(tag)).collect()
    };
    if let Some(tag) = wish.exclude.iter().find(|tag| tags.contains(tag)) {
        return Some(Reason::Excluded(tag.clone()));
    }
    if !wish.include.is_empty() && !wish.include.iter().any(|tag| tags.contains(tag)) {
        return Some(Reason::LacksHashtag);
    }
    wish.since.filter(|since| is_before(post, *since)).map(|_| Reason::TooOld)
}

fn pin_place(post: &Post, wish: &Wish) -> usize {
    wish.pin.iter().position(|pin| post.is_named(pin)).unwrap_or(usize::MAX)
}

fn by_sort(sort: Sort, left: &Post, right: &Post) -> Ordering {
    match sort {
        Sort::Newest => newer(left, right),
        Sort::Oldest => newer(right, left),
        Sort::Likes => right.likes.cmp(&left.likes).then_with(|| newer(left, right)),
        Sort::Random => shuffled(left).cmp(&shuffled(right)),
    }
}

/// A post of unknown age is not called too old.
fn is_before(post: &Post, since: Timestamp) -> bool {
    post.timestamp.is_some_and(|published| published < since)
}

/// Posts of unknown age come last.
fn newer(left: &Post, right: &Post) -> Ordering {
    right.timestamp.cmp(&left.timestamp).then_with(|| right.id.cmp(&left.id))
}

/// A place in the shuffle that depends on the post alone, so that a new post moves no other.
fn shuffled(post: &Post) -> [u8; 32] {
    Sha256::digest(post.id.as_str()).into()
}

#[cfg(test)]
mod tests;
