//! The pipeline: the one room that calls one room after another.
//!
//! For every feed: list → select → make the pictures in the cache. Then, once for the site: **claim** in the manifest
//! → **place** the pictures → **publish** each data file by one rename → **prune** what nobody needs → **forget** it.
//! A run that dies anywhere leaves the old feed or the new one, whole, and the next run tidies up.

mod archive;
#[cfg(test)]
mod crash;
mod film;
mod finish;
mod gather;
mod hide;
mod inspect;
mod keep;
mod ledger;
mod listing;
mod report;
mod shelve;
mod tend;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use crate::auth::{AccessToken, Held, LeakScanner, STATUS_FILE, Store, TRIES_FILE, Urgency, VAULT_FILE};
use crate::cache::{Cache, Index};
use crate::config::{Destination, FeedSettings, Settings, Templates, TokenError};
use crate::feed::{Account, MediaId};
use crate::files::{FileError, Lock, Root, SitePath};
use crate::graph::Notice;
use crate::http::{Http, HttpOptions};
use crate::manifest::{self, FeedRecord, Manifest, ManifestError, archive_name};
use crate::select::Selection;
use crate::site::{self, Published};

use finish::{claim, count_pictures, merge, publish, render, tidy};
use gather::{Gathered, Known, Pictures, Stopped, gather, portray};
use keep::{keep, leave_to_later};
use ledger::Ledger;
use listing::Listing;

pub use report::{
    Aborted, ArchiveReport, BakeError, Baked, FeedOutcome, FeedReport, Hindrance, LastGood, Left, PictureCount, Report,
};
pub use tend::{TendError, TokenReport, renew_tokens};

/// Where the posts of a feed come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// The API, with this token.
    Api(Held),
    /// The embedded demo, with a token that is good there and nowhere else.
    Demo(AccessToken),
    /// What the last good bake left in the cache.
    Memory,
    /// Nowhere: this is why.
    Nowhere(TokenError),
}

/// How much is believed of an answer that would empty the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belief {
    /// The second time it is said.
    Cautious,
    /// At once.
    Force,
}

/// What happens while a bake runs.
#[derive(Debug)]
pub enum Event<'a> {
    /// So many posts were listed so far.
    Listed {
        /// The feed.
        feed: &'a str,
        /// Posts.
        posts: usize,
    },
    /// So many pictures of this feed are done.
    Pictures {
        /// The feed.
        feed: &'a str,
        /// Done.
        done: usize,
        /// Of so many.
        total: usize,
    },
    /// The API client has something to say.
    Api(&'a Notice),
}

/// What a bake needs from the world outside.
pub struct Tools<'a> {
    /// The site.
    pub root: &'a Root,
    /// What the user wants.
    pub settings: &'a Settings,
    /// Where each feed comes from, in the order of the settings.
    pub sources: &'a [Source],
    /// The time.
    pub now: Timestamp,
    /// Whether an empty answer is believed.
    pub belief: Belief,
    /// Threads that work on pixels.
    pub shapers: usize,
    /// Told what happens.
    pub watch: &'a (dyn Fn(Event<'_>) + Sync),
    /// Where a token that changes when it is renewed is kept: in all of them.
    pub stores: &'a [Store],
    /// A place that is named cannot be used as things are: nothing is renewed before it has to be.
    pub is_store_hindered: bool,
    /// Told of such a token before anything else is done with it: GitHub Actions has to mask it.
    pub announce: &'a dyn Fn(&AccessToken),
    /// Sleeps.
    pub pause: &'a (dyn Fn(Duration) + Sync),
    /// Gives a fresh number from 0 to 1.
    pub dice: &'a (dyn Fn() -> f64 + Sync),
}

/// The tools, and what was made of them for this run.
struct Kitchen<'a> {
    root: &'a Root,
    settings: &'a Settings,
    cache: Cache,
    ledger: Ledger,
    published: Published,
    scanner: LeakScanner,
    shapers: usize,
    watch: &'a (dyn Fn(Event<'_>) + Sync),
    notices: &'a dyn Fn(Notice),
    pause: &'a (dyn Fn(Duration) + Sync),
    dice: &'a (dyn Fn() -> f64 + Sync),
}

/// One feed after gathering.
struct Ready {
    gathered: Gathered,
    account: (Account, Timestamp),
    listed: Vec<crate::feed::Post>,
    unreadable: Vec<crate::graph::Unreadable>,
    /// The data file as it will be written, already looked through for tokens.
    data: Vec<u8>,
    /// Posts in it.
    posts: usize,
    /// Whether it is the demo.
    is_demo: bool,
    /// The archive, where there is one, or why it stays as it is.
    archived: Option<Result<archive::Archived, archive::Untouched>>,
    /// The slides of every post that the archive remembers, shown or not.
    remembered: BTreeSet<MediaId>,
}

/// Waits for this run's turn in a site. What a run has to know of tokens is found out after this: the run before it
/// may have changed them.
///
/// `on_wait` is called once, with what the other run wrote of itself, when there is one.
///
/// # Errors
/// [`FileError`] when the lock cannot be taken.
pub fn enter(root: &Root, on_wait: impl FnOnce(&str)) -> Result<Lock, FileError> {
    let cache = Cache::new(root);
    let lock = cache.lock(on_wait)?;
    cache.hide()?;
    Ok(lock)
}

/// Bakes every feed of the site, in which this run has the [`Lock`] that [`enter`] gives.
///
/// A feed that cannot be refreshed keeps its last good state and is reported as such; see [`Report`].
///
/// # Errors
/// [`Aborted`] when the site itself cannot be read or written.
pub fn bake(lock: &Lock, tools: &Tools<'_>) -> Result<Report, Aborted> {
    let before = committed(tools);
    let mut tokens = Vec::new();
    match bake_all(lock, tools, &mut tokens) {
        Ok(mut report) => {
            report.tokens = tokens;
            report.changed = !report.installed.is_empty() || committed(tools) != before;
            Ok(report)
        }
        Err(error) => {
            keep::rescue(tools);
            Err(Aborted { error, tokens, changed: committed(tools) != before })
        }
    }
}

/// What the files hold that a site commits; the pictures are in the manifest by their hashes.
fn committed(tools: &Tools<'_>) -> Vec<Option<Vec<u8>>> {
    let own =
        [manifest::FILE, STATUS_FILE, VAULT_FILE].map(|place| SitePath::new(place).expect("the places are plain"));
    let data_files = tools.settings.shown().map(|feed| &feed.data_file);
    // What cannot be read is told by whoever needs it.
    own.iter().chain(data_files).map(|place| tools.root.read(place).ok().flatten()).collect()
}

fn bake_all(_lock: &Lock, tools: &Tools<'_>, tokens: &mut Vec<TokenReport>) -> Result<Report, BakeError> {
    let before = match Manifest::read(tools.root) {
        Err(ManifestError::Newer { found }) => return leave_to_later(tools, found),
        read => read?,
    };
    let mut index = Cache::new(tools.root).read_index()?;
    let mut manifest = before.clone();
    let data_files: Vec<&SitePath> = tools.settings.shown().map(|feed| &feed.data_file).collect();
    site::relist(tools.root, tools.settings.layout(), &mut manifest, &index, &data_files);
    let mut published = Published::look(tools.root, &tools.settings.media_dir);
    sweep(tools, &manifest, &published)?;
    published.distrust(inspect::damaged(tools.root, &before, (tools.dice)()));
    for place in data_files {
        site::refuse_foreign_data(tools.root, &before, place)?;
        if let Some(fragment) = tools.settings.layout().fragment_of(place) {
            site::refuse_foreign_fragment(tools.root, &before, &fragment)?;
        }
    }
    let notices = |notice: Notice| (tools.watch)(Event::Api(&notice));
    let (sources, tended) = tend::tend(tools, Urgency::WhenDue);
    *tokens = tended;
    let kitchen = kitchen(tools, &sources, published, &notices);
    let mut requests = 0;
    let mut ready: BTreeMap<&str, Result<Ready, Hindrance>> = BTreeMap::new();
    let mut revived: BTreeMap<&str, Hindrance> = BTreeMap::new();
    for (feed, source) in tools.settings.feeds.iter().zip(&sources) {
        let outcome = match prepare(&kitchen, tools, feed, source, &before, &index, &mut requests) {
            Ok(feed_ready) => Ok(feed_ready),
            Err(Stopped::Hindered(hindrance)) => match from_memory(&kitchen, tools, feed, &before, &index)? {
                Some(feed_ready) => {
                    revived.insert(&feed.name, *hindrance);
                    Ok(feed_ready)
                }
                None => Err(*hindrance),
            },
            Err(Stopped::Site(error)) => return Err(*error),
        };
        ready.insert(&feed.name, outcome);
    }

    claim(&kitchen, tools.settings, &mut manifest, &mut index, &ready)?;
    let mut report = Report {
        feeds: Vec::new(),
        pictures: PictureCount::default(),
        installed: Vec::new(),
        installed_again: Vec::new(),
        instead_of_partial: None,
        removed: Vec::new(),
        requests,
        tokens: Vec::new(),
        changed: false,
    };
    let mut remembered = BTreeSet::new();
    for feed in &tools.settings.feeds {
        let Some(outcome) = ready.remove(feed.name.as_str()) else { continue };
        let posts_before = before.feeds.get(&feed.name).map_or(0, |record| record.posts);
        let outcome = match outcome {
            Ok(mut feed_ready) => {
                remembered.append(&mut feed_ready.remembered);
                count_pictures(&mut report.pictures, &feed_ready);
                let baked_at = index.baked_at(&feed.name);
                let baked = publish(&kitchen, tools, feed, feed_ready, &mut manifest, &mut index)?;
                match revived.remove(feed.name.as_str()) {
                    None => FeedOutcome::Baked(baked),
                    Some(hindrance) => {
                        keep::as_it_was(tools, feed, (hindrance, baked.posts, baked_at), &mut manifest, &mut index)
                    }
                }
            }
            Err(hindrance) => keep(&kitchen, tools, feed, hindrance, &mut manifest, &index)?,
        };
        report.feeds.push(FeedReport {
            name: feed.name.clone(),
            data_file: feed.data_file.clone(),
            posts_before,
            outcome,
        });
    }
    report.feeds.extend(merge(&kitchen, tools, &before, &mut manifest)?);
    render(&kitchen, &mut manifest)?;
    report.removed = tidy(&kitchen, &report, &before, &remembered, &mut manifest, &mut index)?;
    // Last: a template that cannot be written is no reason to forget the feed.
    if tools.settings.templates == Templates::Install {
        let layout = tools.settings.layout();
        report.installed = site::install(tools.root, layout, tools.settings.extras, &mut manifest)?;
        let was_there = |place: &&SitePath| before.files.contains_key(*place);
        report.installed_again = report.installed.iter().filter(was_there).cloned().collect();
        report.instead_of_partial = site::instead_of_partial(tools.root, layout);
    }
    Ok(report)
}

/// A feed with an archive as the last good bake left it, where this checkout has neither and the cache remembers both, as
/// on a host that keeps `.feedbake` and commits nothing. `None` where there is nothing of the kind.
fn from_memory(
    kitchen: &Kitchen<'_>,
    tools: &Tools<'_>,
    feed: &FeedSettings,
    before: &Manifest,
    index: &Index,
) -> Result<Option<Ready>, BakeError> {
    let shown = index.feed(&feed.name).and_then(|memory| memory.shown.as_ref());
    let is_remembered = shown.is_some_and(|shown| !shown.record.demo)
        && feed.archive.is_some()
        && tools.root.exists(&crate::archive::memory_place(&feed.name));
    if !is_remembered || tools.root.exists(&feed.data_file) {
        return Ok(None);
    }
    match prepare(kitchen, tools, feed, &Source::Memory, before, index, &mut 0) {
        Ok(ready) => Ok(Some(ready).filter(|ready| ready.posts > 0)),
        Err(Stopped::Hindered(_)) => Ok(None),
        Err(Stopped::Site(error)) => Err(*error),
    }
}

/// Lists and selects as [`bake`] would, and makes nothing: for `list` and `--dry-run`.
///
/// The answers stand in the order of the settings.
///
/// # Errors
/// [`BakeError`] when manifest or cache cannot be read.
pub fn rehearse(tools: &Tools<'_>) -> Result<Vec<Result<Rehearsal, Hindrance>>, BakeError> {
    let manifest = Manifest::read(tools.root)?;
    let notices = |notice: Notice| (tools.watch)(Event::Api(&notice));
    let published = Published::look(tools.root, &tools.settings.media_dir);
    let kitchen = kitchen(tools, tools.sources, published, &notices);
    let index = kitchen.cache.read_index()?;
    let mut rehearsals = Vec::new();
    for (feed, source) in tools.settings.feeds.iter().zip(tools.sources) {
        let known = Known::new(&kitchen, &manifest, &index, feed);
        let rehearsed = with_listing(&kitchen, feed, source, &index, |listing| {
            let gathered = gather(&kitchen, feed, &known, listing, Pictures::Believe)?;
            let unreadable = std::mem::take(&mut listing.unreadable);
            let Gathered { selection, scan_ended, is_broken_off, .. } = gathered;
            Ok(Rehearsal { selection, unreadable, scan_ended, is_broken_off })
        });
        rehearsals.push(match rehearsed {
            Ok(rehearsal) => Ok(rehearsal),
            Err(Stopped::Hindered(hindrance)) => Err(*hindrance),
            Err(Stopped::Site(error)) => return Err(*error),
        });
    }
    Ok(rehearsals)
}

/// What a bake of one feed would show.
#[derive(Debug)]
pub struct Rehearsal {
    /// Kept and dropped posts.
    pub selection: Selection,
    /// Items of the API's answer that are no posts.
    pub unreadable: Vec<crate::graph::Unreadable>,
    /// The account has more posts than `scan` allows to look at, and the feed wanted them.
    pub scan_ended: bool,
    /// The API broke its list off, and the feed wanted more.
    pub is_broken_off: bool,
}

fn kitchen<'a>(
    tools: &'a Tools<'_>,
    sources: &[Source],
    published: Published,
    notices: &'a dyn Fn(Notice),
) -> Kitchen<'a> {
    // A token that was replaced a moment ago must not be published, either.
    let tokens: Vec<&AccessToken> = sources
        .iter()
        .chain(tools.sources)
        .filter_map(|source| match source {
            Source::Api(held) => Some(&held.token),
            Source::Demo(token) => Some(token),
            Source::Memory | Source::Nowhere(_) => None,
        })
        .collect();
    let cache = Cache::new(tools.root);
    Kitchen {
        root: tools.root,
        settings: tools.settings,
        ledger: Ledger::new(&cache),
        cache,
        published,
        scanner: LeakScanner::new(&tokens),
        shapers: tools.shapers,
        watch: tools.watch,
        notices,
        pause: tools.pause,
        dice: tools.dice,
    }
}

/// Removes what a run that died left beside its places.
fn sweep(tools: &Tools<'_>, manifest: &Manifest, published: &Published) -> Result<(), FileError> {
    let data_files = tools.settings.shown().map(|feed| &feed.data_file);
    let own = [STATUS_FILE, VAULT_FILE, TRIES_FILE].map(|place| SitePath::new(place).expect("the places are plain"));
    let own: Vec<SitePath> = own.into_iter().chain([Manifest::place()]).chain(Cache::written_beside()).collect();
    let paths = manifest.files.keys().chain(data_files).chain(&own);
    paths.filter(|path| published.may_have_leftover(path)).try_for_each(|path| tools.root.sweep(path))
}

fn with_listing<T>(
    kitchen: &Kitchen<'_>,
    feed: &FeedSettings,
    source: &Source,
    index: &Index,
    work: impl FnOnce(&mut Listing<'_>) -> Result<T, Stopped>,
) -> Result<T, Stopped> {
    match source {
        Source::Nowhere(error) => Err(error.clone().into()),
        Source::Memory => work(&mut Listing::from_memory(kitchen, index.feed(&feed.name))?),
        Source::Api(Held { token, .. }) | Source::Demo(token) => {
            let http = Http::new(HttpOptions { api_base: feed.api.base.clone(), timeout: feed.api.timeout })?;
            work(&mut Listing::from_api(kitchen, feed, &http, token, index.feed(&feed.name)))
        }
    }
}

fn prepare(
    kitchen: &Kitchen<'_>,
    tools: &Tools<'_>,
    feed: &FeedSettings,
    source: &Source,
    manifest: &Manifest,
    index: &Index,
    requests: &mut u32,
) -> Result<Ready, Stopped> {
    let record = manifest.feeds.get(&feed.name);
    let known = Known::new(kitchen, manifest, index, feed);
    with_listing(kitchen, feed, source, index, |listing| {
        let gathered = gather(kitchen, feed, &known, listing, Pictures::Make);
        *requests += listing.requests();
        let mut gathered = gathered?;
        doubt(tools.belief, record.filter(|record| !record.demo), &gathered, listing)?;
        let already = listing.requests();
        let account = listing.account(index.feed(&feed.name), record.map(|record| &record.account), tools.now);
        *requests += listing.requests() - already;
        portray(kitchen, feed, (manifest, index), listing, &account.0, &mut gathered);
        let already = listing.requests();
        let record = manifest.feeds.get(&archive_name(&feed.name));
        let (of, shown) = ((feed, source, record), (&account.0, &gathered));
        let mut remembered = BTreeSet::new();
        let archived = archive::archive(kitchen, tools, of, &known, listing, shown, &mut remembered);
        *requests += listing.requests() - already;
        let archived = archived?;
        let unreadable = std::mem::take(&mut listing.unreadable);
        let archived_posts = match feed.display.link {
            Destination::Instagram => BTreeSet::new(),
            Destination::Archive => archive::posts_with_page(feed.archive.as_ref(), archived.as_ref(), record),
        };
        let kept = &gathered.selection.kept;
        let file = site::data_file(feed, &account.0, kept, &gathered.gallery, &archived_posts);
        let (data, posts) = (file.to_bytes(), file.posts.len());
        site::refuse_leaks(&kitchen.scanner, &feed.data_file, &data).map_err(Hindrance::Leak)?;
        let is_demo = match source {
            Source::Demo(_) => true,
            // What the cache remembers may be one.
            Source::Memory => {
                index.feed(&feed.name).and_then(|memory| memory.shown.as_ref()).is_some_and(|shown| shown.record.demo)
            }
            Source::Api(_) | Source::Nowhere(_) => false,
        };
        Ok(Ready {
            gathered,
            account,
            listed: listing.take_posts(),
            unreadable,
            data,
            posts,
            archived,
            remembered,
            is_demo,
        })
    })
}

/// Refuses an answer that would empty the feed, or shorten it, for a reason that may pass.
fn doubt(
    belief: Belief,
    record: Option<&FeedRecord>,
    gathered: &Gathered,
    listing: &Listing<'_>,
) -> Result<(), Hindrance> {
    let is_cautious = |record: &FeedRecord| !record.doubted && belief == Belief::Cautious;
    let posts = gathered.selection.kept.len();
    match record.filter(|record| gathered.is_broken_off && record.posts > posts && is_cautious(record)) {
        Some(record) => return Err(Hindrance::BrokenOff { posts, posts_before: record.posts }),
        None if posts > 0 => return Ok(()),
        None => {}
    }
    let mut lost = gathered.selection.dropped.iter().filter(|dropped| !dropped.reason.is_wished());
    if let Some(first) = lost.next() {
        let posts = 1 + lost.count();
        return Err(Hindrance::NoPictures { posts, first: format!("{} {}", first.post.handle(), first.reason) });
    }
    if !listing.posts().is_empty() {
        // The user's own settings leave everything out.
        return Ok(());
    }
    if let Some(first) = listing.unreadable.first() {
        return Err(Hindrance::NothingReadable { items: listing.unreadable.len(), first: first.why.clone() });
    }
    match record {
        Some(record) if record.posts > 0 && is_cautious(record) => {
            Err(Hindrance::SuddenlyEmpty { posts_before: record.posts })
        }
        _ => Ok(()),
    }
}
