//! The archive of a feed: lists as far as something is new, keeps what was ever seen, and makes a page for each post.
//!
//! It comes after the feed and never costs it: what cannot be listed or had today is told, and stays as it was.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::thread;

use serde_json::{Map, Value};

use super::film::film;
use super::gather::{Gathered, Known, Stopped, make, with_a_place};
use super::listing::Listing;
use super::report::{ArchiveReport, BakeError, LastGood};
use super::shelve::is_edited;
use super::{Belief, Event, Kitchen, Source, Tools, hide};
use crate::archive::{
    Extent, Memory, Page, Remembered, Rules, TITLE, is_much, is_page, json_feed, json_feed_place, memory_place, page,
    post_of, section,
};
use crate::config::{ArchiveSettings, Deleted, FeedSettings};
use crate::feed::{Account, Caption, MediaId, Post, Slide};
use crate::files::SitePath;
use crate::manifest::{FeedRecord, Manifest};
use crate::media::{Fortune, Trouble, hex};
use crate::select::{Selection, Sort, Wish, is_wished, select};
use crate::site::{self, Gallery, shown_slides};
use crate::words::Words;
use sha2::{Digest, Sha256};

/// Posts without a picture at hand that are asked for one by one; for more the whole account is listed.
const MOST_ASKED: usize = 25;

/// Posts whose pictures are made in one go: what was made of them is freed before the next.
const BATCH: usize = 200;

/// An archive that stays as it is.
pub enum Untouched {
    /// It would be made of the same, and everything it was made into is there.
    Same(Box<ArchiveReport>),
    /// For a reason.
    Because(String),
    /// The filters would take away so many of its pages, and are not believed yet.
    Doubted(usize),
}

/// An archive after gathering.
pub struct Archived {
    /// The place of its memory.
    pub place: SitePath,
    /// The memory.
    pub bytes: Vec<u8>,
    /// What it was made of, as a hash.
    pub stamp: String,
    /// A page for each post with a picture, the page of all, and the feed for readers.
    pub pages: Vec<Page>,
    /// The pictures.
    pub gathered: Gathered,
    /// Pictures of posts that a filter hides, which are kept and not published.
    pub hidden: Gallery,
    /// Posts whose page somebody edited while the archive was in another folder: that one is their page.
    pub elsewhere: BTreeMap<MediaId, SitePath>,
    /// What is told of it.
    pub report: ArchiveReport,
}

/// The posts that will have a page in the archive of `feed`: of what comes now, or of what is left as it is.
pub fn posts_with_page(
    settings: Option<&ArchiveSettings>,
    archived: Option<&Result<Archived, Untouched>>,
    record: Option<&FeedRecord>,
) -> BTreeSet<MediaId> {
    let of_places = |places: &mut dyn Iterator<Item = &SitePath>| {
        let in_folder =
            places.filter(|place| settings.is_some_and(|settings| place.folder() == settings.folder.as_str()));
        in_folder.filter_map(post_of).collect()
    };
    match archived {
        None => BTreeSet::new(),
        Some(Ok(archived)) => of_places(&mut archived.pages.iter().map(|page| &page.place)),
        Some(Err(_)) => record.map(|record| of_places(&mut record.pages.iter())).unwrap_or_default(),
    }
}

/// Whether pages are there of an archive of which nothing else is known. Those of a run that died are listed.
fn has_orphans(kitchen: &Kitchen<'_>, manifest: &Manifest, folder: &SitePath) -> bool {
    let names = kitchen.root.sizes_in(folder);
    let places = names.keys().filter_map(|name| SitePath::new(&format!("{folder}/{name}")).ok());
    let mut unlisted = places.filter(|place| post_of(place).is_some() && !manifest.files.contains_key(place));
    unlisted.any(|place| kitchen.root.read(&place).ok().flatten().is_some_and(|bytes| is_page(&bytes)))
}

/// Gathers the archive of a feed after the feed itself, of which `shown` is what was made; `None` where there is none,
/// and the reason where it stays as it is. `remembered` takes the slides of all its posts, shown or not.
pub fn archive(
    kitchen: &Kitchen<'_>,
    tools: &Tools<'_>,
    (feed, source, record): (&FeedSettings, &Source, Option<&FeedRecord>),
    known: &Known<'_>,
    listing: &mut Listing<'_>,
    (account, shown): (&Account, &Gathered),
    remembered: &mut BTreeSet<MediaId>,
) -> Result<Option<Result<Archived, Untouched>>, Stopped> {
    let because = |why: String| Ok(Some(Err(Untouched::Because(why))));
    let Some(settings) = &feed.archive else { return Ok(None) };
    let place = memory_place(&feed.name);
    let manifest = known.manifest();
    let has_pages = || record.is_some_and(|record| record.pages.iter().any(|page| kitchen.root.exists(page)));
    let mut memory = match kitchen.root.read(&place).map_err(Stopped::of_site)? {
        None if has_pages() || has_orphans(kitchen, manifest, &settings.folder) => {
            return because(format!(
                "{place} is gone, and its pages are there: put it back from the last commit, or remove the pages too, to begin anew"
            ));
        }
        None => Memory::new(&feed.name),
        Some(bytes) => match Memory::of_bytes(&bytes) {
            Some(memory) => memory,
            None => {
                return because(format!(
                    "{place} cannot be understood, and is left alone: put back that of the last commit"
                ));
            }
        },
    };
    let twin = SitePath::new(&format!("{}.md", settings.folder)).ok().filter(|twin| kitchen.root.exists(twin));
    if let Some(twin) = twin {
        return because(format!("{twin} would have the same address: set `archive.folder`, or move that page away"));
    }
    let is_demo = matches!(source, Source::Demo(_));
    if is_demo && !memory.demo && !memory.posts.is_empty() {
        return because("it holds posts of an account, and the demo is not mixed with them".to_owned());
    }
    if !is_demo && memory.demo {
        memory = Memory::new(&feed.name);
    }
    memory.demo = is_demo;
    let wish =
        Wish { limit: NonZeroUsize::MAX, scan: usize::MAX, pin: Vec::new(), sort: Sort::Newest, ..feed.wish.clone() };
    let today = LastGood::At(tools.now).date();
    let ids = memory.known();
    let must_be_whole = memory.needs_whole_list(settings.recheck, today);
    let is_far_enough = |listing: &Listing<'_>| listing.posts().last().is_some_and(|post| ids.contains(&post.id));
    let mut trouble = list(kitchen, feed, &wish, listing, |listing| !must_be_whole && is_far_enough(listing));
    if memory.is_of_another(listing.posts()) {
        // As far as it came, a list that broke off says nothing of what is behind it.
        let why = "none of its posts is in the account's list: is the token of another account? A `[[feed]]` of its own gives that one an archive";
        return because(trouble.unwrap_or_else(|| why.to_owned()));
    }
    // What lies nowhere and has no link is found in the list of the whole account.
    let lacks = |memory: &Memory| {
        let remembered = memory.posts.iter().filter(|remembered| !remembered.missing && !remembered.deleted);
        let remembered = remembered.filter(|remembered| is_wished(&remembered.post, &wish));
        let has_none = |post: &Post| !shown_slides(feed, post).iter().any(|slide| known.has_copy(&slide.id));
        remembered.filter(|remembered| has_none(&remembered.post)).count()
    };
    if trouble.is_none() && lacks(&memory) > MOST_ASKED {
        trouble = list(kitchen, feed, &wish, listing, |_| false);
    }
    let mut listed: Vec<Post> = listing.posts().iter().filter(|post| !listing.is_withheld(&post.id)).cloned().collect();
    memory.complete(&mut listed, &listing.unasked());
    memory.posts.retain(|remembered| !listing.is_withheld(&remembered.post.id));
    // What has no id could be any post.
    let has_unknown = listing.unreadable.iter().any(|item| item.id.is_none());
    let extent = match () {
        () if listing.is_remembered() || listing.is_broken_off() || has_unknown => Extent::Unknown,
        () if listing.has_ended() && trouble.is_none() => Extent::Whole,
        () => Extent::Part,
    };
    let rules = Rules { deleted: settings.deleted, believes: tools.belief == Belief::Force, today };
    let news = memory.take_in(&listed, extent, rules);
    // A list that was to be whole, and came to its end, has no gap.
    memory.unfinished = trouble.is_some() || (memory.unfinished && listing.is_remembered());
    if extent == Extent::Whole {
        memory.posts.iter_mut().for_each(|remembered| (remembered.missing, remembered.undecodable) = (false, false));
    }
    remembered.extend(memory.posts.iter().flat_map(|remembered| &remembered.post.slides).map(|slide| slide.id.clone()));
    let mut report = ArchiveReport {
        keeps: settings.deleted == Deleted::Keep,
        new: news.new,
        deleted: news.deleted,
        released: news.released,
        doubted: news.doubted,
        trouble,
        ..ArchiveReport::default()
    };
    let bytes = memory.to_bytes();
    let may_have_pictures = may_have_pictures(feed, known, &memory, &listed, shown);
    if let Some(record) = record
        .filter(|_| !may_have_pictures)
        .filter(|record| record.stamp.as_ref() == Some(&stamp(feed, &wish, account, &bytes)))
        && is_whole(kitchen, record)
    {
        report.posts = record.posts;
        report.without_pictures = memory.posts.iter().filter(|remembered| remembered.missing).count();
        return Ok(Some(Err(Untouched::Same(Box::new(report)))));
    }

    let selection = select(&with_links(&memory, &listed), &wish, &BTreeMap::new());
    let away = taken_by_filters(&selection, record);
    let is_known = record.is_some_and(|record| record.doubted) || tools.belief == Belief::Force;
    if let Some(away) = away.filter(|_| !is_known) {
        return Ok(Some(Err(Untouched::Doubted(away))));
    }
    let hidden = match settings.deleted {
        Deleted::Keep => hide::at_hand(kitchen, feed, known, record, &selection),
        // Whatever leaves, leaves.
        Deleted::Remove => Gallery::new(),
    };
    let gathered = pictures(kitchen, feed, known, listing, (selection, shown), &mut memory)?;
    let elsewhere = edited_elsewhere(kitchen, manifest, record, &settings.folder, &gathered)
        .map_err(|error| Stopped::Site(Box::new(error)))?;
    let mut posts = posts(kitchen, feed, account, &memory, &gathered);
    let count = posts.len();
    posts.retain(|(_, post)| !elsewhere.keys().any(|id| id.as_str() == id_of(post)));
    let mut pages: Vec<Page> =
        posts.iter().filter_map(|(title, post)| page(settings, id_of(post), title, post)).collect();
    pages.extend(pages_of_all(feed, settings, account, &posts));
    let bytes = memory.to_bytes();
    report.posts = count;
    report.without_pictures = memory.posts.iter().filter(|remembered| remembered.missing).count();
    let stamp = stamp(feed, &wish, account, &bytes);
    Ok(Some(Ok(Archived { place, bytes, stamp, pages, gathered, hidden, elsewhere, report })))
}

/// Whether a post without a picture may have one now: the feed has made it, it lies somewhere, or the list has a link to
/// one that was not tried in vain.
fn may_have_pictures(
    feed: &FeedSettings,
    known: &Known<'_>,
    memory: &Memory,
    listed: &[Post],
    shown: &Gathered,
) -> bool {
    let has = |slide: &Slide| shown.gallery.contains_key(&slide.id) || known.has_copy(&slide.id);
    let is_linked = |post: &Post| post.slides.iter().any(|slide| !slide.picture_links.is_empty());
    memory.posts.iter().filter(|remembered| remembered.missing).any(|remembered| {
        shown_slides(feed, &remembered.post).iter().any(has)
            || (!remembered.undecodable && listed.iter().any(|post| post.id == remembered.post.id && is_linked(post)))
    })
}

/// Everything that pages are made of, as a hash: settings, account, memory, and the program itself. Where and how the
/// API is asked makes no page, and neither does how much of the account the feed shows: `wish` is that of the archive.
fn stamp(feed: &FeedSettings, wish: &Wish, account: &Account, memory: &[u8]) -> String {
    let FeedSettings { name, generator, counts, recipe, carousel, video, overrides, archive, .. } = feed;
    let FeedSettings { display, language, words, dates, .. } = feed;
    let mut hasher = Sha256::new();
    hasher.update(env!("CARGO_PKG_VERSION"));
    hasher.update(format!("{name}{generator:?}{counts:?}{recipe:?}{carousel:?}{video:?}{overrides:?}{archive:?}"));
    hasher.update(format!("{display:?}{language:?}{words:?}{dates:?}{wish:?}"));
    hasher.update(format!("{:?}{:?}", account.name, account.username));
    hasher.update(memory);
    hex(&hasher.finalize())
}

/// The remembered posts, with their links where they were listed just now.
fn with_links(memory: &Memory, listed: &[Post]) -> Vec<Post> {
    let listed: HashMap<&MediaId, &Post> = listed.iter().map(|post| (&post.id, post)).collect();
    let with_links = |remembered: &Remembered| {
        // An album may have come without what is in it.
        let fits = |post: &&Post| post.slides.len() == remembered.post.slides.len();
        listed.get(&remembered.post.id).copied().filter(fits).unwrap_or(&remembered.post).clone()
    };
    memory.posts.iter().map(with_links).collect()
}

/// How many posts with a page the filters leave out, where that is so much that it may be a slip.
fn taken_by_filters(selection: &Selection, record: Option<&FeedRecord>) -> Option<usize> {
    let with_page: BTreeSet<MediaId> = record?.pages.iter().filter_map(post_of).collect();
    let away = selection.dropped.iter().filter(|dropped| with_page.contains(&dropped.post.id)).count();
    is_much(away, with_page.len()).then_some(away)
}

/// Pages of chosen posts that somebody edited, and that lie where the archive was before.
fn edited_elsewhere(
    kitchen: &Kitchen<'_>,
    manifest: &Manifest,
    record: Option<&FeedRecord>,
    folder: &SitePath,
    gathered: &Gathered,
) -> Result<BTreeMap<MediaId, SitePath>, BakeError> {
    let pages = record.into_iter().flat_map(|record| &record.pages);
    let elsewhere = pages.filter(|place| place.folder() != folder.as_str());
    let mut elsewhere: BTreeMap<MediaId, SitePath> =
        elsewhere.filter_map(|place| Some((post_of(place)?, place.clone()))).collect();
    if elsewhere.is_empty() {
        return Ok(elsewhere);
    }
    let chosen: BTreeSet<&MediaId> = gathered.selection.kept.iter().map(|post| &post.id).collect();
    elsewhere.retain(|id, _| chosen.contains(id));
    let mut edited = BTreeMap::new();
    for (id, place) in elsewhere {
        if is_edited(kitchen, manifest, &place)? {
            edited.insert(id, place);
        }
    }
    Ok(edited)
}

/// Whether every page and every picture of an archive is there.
fn is_whole(kitchen: &Kitchen<'_>, record: &FeedRecord) -> bool {
    let mut folders: BTreeMap<&str, HashMap<String, u64>> = BTreeMap::new();
    for place in &record.pages {
        let look = || SitePath::new(place.folder()).map(|folder| kitchen.root.sizes_in(&folder)).unwrap_or_default();
        let sizes = folders.entry(place.folder()).or_insert_with(look);
        // One that is empty was not on the disk yet when the power went.
        if sizes.get(name_of(place)).is_none_or(|size| *size == 0) {
            return false;
        }
    }
    let has_picture =
        |file: crate::media::File<'_>| kitchen.published.size(kitchen.root, file.path) == Some(file.bytes);
    record.pictures.values().all(|picture| picture.files().all(has_picture)) && hide::is_whole(kitchen, &record.hidden)
}

pub(super) fn name_of(place: &SitePath) -> &str {
    place.as_str().rsplit('/').next().unwrap_or_default()
}

/// What is said of a list of which the rest is not handed out.
const BROKEN_OFF: &str = "the API says that there are more posts, and repeats those that it has sent: nothing is taken for deleted, and the next bake asks again";

/// Lists on until `is_enough`; says why it could not.
fn list(
    kitchen: &Kitchen<'_>,
    feed: &FeedSettings,
    wish: &Wish,
    listing: &mut Listing<'_>,
    is_enough: impl Fn(&Listing<'_>) -> bool,
) -> Option<String> {
    while !listing.has_ended() && !is_enough(listing) {
        if let Err(hindrance) = listing.next_page(wish) {
            return Some(hindrance.to_string());
        }
        (kitchen.watch)(Event::Listed { feed: &feed.name, posts: listing.posts().len() });
    }
    (listing.is_broken_off() && !is_enough(listing)).then(|| BROKEN_OFF.to_owned())
}

/// Makes the pictures of everything in the memory that is not filtered away.
fn pictures(
    kitchen: &Kitchen<'_>,
    feed: &FeedSettings,
    known: &Known<'_>,
    listing: &mut Listing<'_>,
    (selection, shown): (Selection, &Gathered),
    memory: &mut Memory,
) -> Result<Gathered, Stopped> {
    let mut gathered = Gathered { selection, ..Gathered::default() };
    let passed_over: BTreeSet<MediaId> = memory
        .posts
        .iter()
        .filter(|remembered| remembered.missing || remembered.deleted)
        .map(|remembered| remembered.post.id.clone())
        .collect();
    let mut asked = 0;
    for post in &mut gathered.selection.kept {
        let at_hand = |slide: &Slide| !slide.picture_links.is_empty() || known.has_copy(&slide.id);
        let is_lost = !shown_slides(feed, post).iter().any(at_hand);
        if is_lost && !passed_over.contains(&post.id) && asked < MOST_ASKED {
            asked += 1;
            if let Some(fresh) = listing.fresh_links(&post.id) {
                *post = fresh;
            }
        }
    }
    let fortune = Fortune::default();
    let mut undecodable = BTreeSet::new();
    let kept = std::mem::take(&mut gathered.selection.kept);
    for batch in kept.chunks(BATCH) {
        let slides = batch.iter().flat_map(|post| shown_slides(feed, post));
        let slides = slides.filter(|slide| !shown.gallery.contains_key(&slide.id));
        let jobs: Vec<_> = slides.map(|slide| known.job(slide)).collect();
        let answers = make(kitchen, feed, listing, &fortune, batch, &jobs);
        for (job, answer) in jobs.iter().zip(answers) {
            match answer.and_then(|made| with_a_place(kitchen, made)) {
                Ok(made) => {
                    gathered.gallery.insert(job.slide.id.clone(), made.picture.clone());
                    gathered.originals.extend(made.original.clone().map(|original| (job.slide.id.clone(), original)));
                    gathered.made.push(made);
                }
                Err(Trouble::File(error)) => return Err(Stopped::of_site(error)),
                // The post has no page until they can be had.
                Err(trouble) => {
                    undecodable.extend(trouble.is_of_the_picture().then(|| job.slide.id.clone()));
                }
            }
        }
    }
    gathered.selection.kept = kept;
    film(kitchen, feed, known, listing, &mut gathered)?;
    // What the feed has just made is made, its videos too.
    for slide in gathered.selection.kept.iter().flat_map(|post| shown_slides(feed, post)) {
        if let Some(picture) = shown.gallery.get(&slide.id) {
            gathered.gallery.insert(slide.id.clone(), picture.clone());
        }
    }
    let is_shown = |post: &Post| shown_slides(feed, post).iter().any(|slide| gathered.gallery.contains_key(&slide.id));
    let lost: BTreeSet<&MediaId> =
        gathered.selection.kept.iter().filter(|post| !is_shown(post)).map(|post| &post.id).collect();
    for remembered in &mut memory.posts {
        remembered.missing = lost.contains(&remembered.post.id);
        let mut slides = shown_slides(feed, &remembered.post).iter();
        remembered.undecodable = remembered.missing && slides.all(|slide| undecodable.contains(&slide.id));
    }
    Ok(gathered)
}

/// A post as it stands in a data file, with its title.
type Shown = (String, Map<String, Value>);

/// The posts with a picture, newest first. Each is put into words for itself, so several threads do it.
fn posts(
    kitchen: &Kitchen<'_>,
    feed: &FeedSettings,
    account: &Account,
    memory: &Memory,
    gathered: &Gathered,
) -> Vec<Shown> {
    let deleted: BTreeSet<&MediaId> =
        memory.posts.iter().filter(|remembered| remembered.deleted).map(|remembered| &remembered.post.id).collect();
    // A link to what is gone leads nowhere.
    let without_dead_link = |post: &Post| match deleted.contains(&post.id) {
        true => Post { permalink: None, ..post.clone() },
        false => post.clone(),
    };
    let kept: Vec<Post> = gathered.selection.kept.iter().map(without_dead_link).collect();
    let share = kept.len().div_ceil(kitchen.shapers.max(1)).max(1);
    let gallery = &gathered.gallery;
    thread::scope(|scope| {
        let workers: Vec<_> =
            kept.chunks(share).map(|posts| scope.spawn(move || in_words(feed, account, posts, gallery))).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

fn in_words(feed: &FeedSettings, account: &Account, kept: &[Post], gallery: &Gallery) -> Vec<Shown> {
    let file = site::data_file(feed, account, kept, gallery, &BTreeSet::new());
    let posts = file.posts.iter().filter_map(|post| match serde_json::to_value(post) {
        Ok(Value::Object(mut fields)) => {
            let words = &feed.words;
            for (key, word) in [("open", &words.open), ("previous", &words.previous), ("next", &words.next)] {
                fields.insert(key.to_owned(), word.clone().into());
            }
            let taxonomy = feed.archive.as_ref().and_then(|archive| archive.taxonomy.clone());
            fields.extend(taxonomy.map(|taxonomy| ("taxonomy".to_owned(), taxonomy.into())));
            Some((title(&fields, words), fields))
        }
        _ => None,
    });
    posts.collect()
}

fn title(post: &Map<String, Value>, words: &Words) -> String {
    let text = |key: &str| post.get(key).and_then(Value::as_str).unwrap_or_default();
    let title = Caption::new(text("caption")).excerpt(TITLE);
    match (title.is_empty(), text("date")) {
        (false, _) => title,
        (true, "") => text("label").to_owned(),
        (true, date) => format!("{}{}{date}", text("label"), words.joint),
    }
}

fn id_of(post: &Map<String, Value>) -> &str {
    post.get("id").and_then(Value::as_str).unwrap_or_default()
}

/// The page of all posts, and the feed for readers.
fn pages_of_all(feed: &FeedSettings, settings: &ArchiveSettings, account: &Account, posts: &[Shown]) -> Vec<Page> {
    let title = account.name.clone().or_else(|| account.username.clone()).unwrap_or_else(|| feed.name.clone());
    let title = crate::feed::one_line(&title);
    let text = json_feed(settings, &title, account, &feed.language.to_string(), posts);
    let feed_page = text
        .zip(json_feed_place(settings))
        .map(|(bytes, place)| Page { place, text: String::from_utf8_lossy(&bytes).into_owned() });
    let address = feed_page.as_ref().and_then(|page| page.place.below("static"));
    section(settings, &title, address).into_iter().chain(feed_page).collect()
}
