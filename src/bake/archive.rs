//! The archive of a feed: lists as far as something is new, keeps what was ever seen, and writes a page for each post.
//!
//! It comes after the feed and never costs it: what cannot be listed or had today is told, and stays as it was.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::num::NonZeroUsize;

use serde_json::{Map, Value};

use super::film::film;
use super::finish::place;
use super::gather::{Gathered, Known, Stopped, make, with_a_place};
use super::listing::Listing;
use super::report::{ArchiveReport, BakeError, LastGood};
use super::{Belief, Event, Kitchen, Source, Tools};
use crate::archive::{Extent, Memory, Page, Rules, TITLE, json_feed, json_feed_place, page, section};
use crate::config::{ArchiveSettings, Deleted, FeedSettings};
use crate::feed::{Account, Caption, MediaId, Post, Slide};
use crate::files::{FileError, SitePath};
use crate::manifest::{FeedRecord, Manifest, Role, archive_name, baked_on};
use crate::media::{Fortune, Trouble, hex};
use crate::select::{Sort, Wish, select};
use crate::site::{self, shown_slides};
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
        in_folder.filter_map(|place| MediaId::new(name_of(place).strip_suffix(".md")?).ok()).collect()
    };
    match archived {
        None => BTreeSet::new(),
        Some(Ok(archived)) => of_places(&mut archived.pages.iter().map(|page| &page.place)),
        Some(Err(_)) => record.map(|record| of_places(&mut record.pages.iter())).unwrap_or_default(),
    }
}

/// The place of the memory of the archive of `feed`.
fn place_of(feed: &FeedSettings) -> SitePath {
    SitePath::new(&format!(".feedbake/archive-{}.json", feed.name)).expect("the name of a feed is a plain word")
}

/// Gathers the archive of a feed after the feed itself, of which `shown` is what was made; `None` where there is none,
/// and the reason where it stays as it is.
pub fn archive(
    kitchen: &Kitchen<'_>,
    tools: &Tools<'_>,
    (feed, source, record): (&FeedSettings, &Source, Option<&FeedRecord>),
    known: &Known<'_>,
    listing: &mut Listing<'_>,
    (account, shown): (&Account, &Gathered),
) -> Result<Option<Result<Archived, Untouched>>, Stopped> {
    let because = |why: String| Ok(Some(Err(Untouched::Because(why))));
    let Some(settings) = &feed.archive else { return Ok(None) };
    let place = place_of(feed);
    let mut memory = match kitchen.root.read(&place).map_err(Stopped::of_site)? {
        None if record.is_some_and(|record| record.pages.iter().any(|page| kitchen.root.exists(page))) => {
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
        let why = "none of its posts is in the account's list: is the token of another account? A `[[feed]]` of its own gives that one an archive";
        return because(why.to_owned());
    }
    // What lies nowhere and has no link is found in the list of the whole account.
    let lacks = |memory: &Memory| {
        let remembered = memory.posts.iter().filter(|remembered| !remembered.missing && !remembered.deleted);
        let has_none = |post: &Post| !shown_slides(feed, post).iter().any(|slide| known.has_copy(&slide.id));
        remembered.filter(|remembered| has_none(&remembered.post)).count()
    };
    if trouble.is_none() && lacks(&memory) > MOST_ASKED {
        trouble = list(kitchen, feed, &wish, listing, |_| false);
    }
    let mut listed: Vec<Post> = listing.posts().iter().filter(|post| !listing.is_withheld(&post.id)).cloned().collect();
    memory.complete(&mut listed, &listing.unasked());
    memory.posts.retain(|remembered| !listing.is_withheld(&remembered.post.id));
    let extent = match () {
        () if listing.is_remembered() || listing.is_broken_off() || !listing.unreadable.is_empty() => Extent::Unknown,
        () if listing.has_ended() && trouble.is_none() => Extent::Whole,
        () => Extent::Part,
    };
    let rules = Rules { deleted: settings.deleted, believes: tools.belief == Belief::Force, today };
    let news = memory.take_in(&listed, extent, rules);
    // A list that was to be whole, and came to its end, has no gap.
    memory.unfinished = trouble.is_some() || (memory.unfinished && listing.is_remembered());
    if extent == Extent::Whole {
        memory.posts.iter_mut().for_each(|remembered| remembered.missing = false);
    }
    let mut report = ArchiveReport {
        keeps: settings.deleted == Deleted::Keep,
        new: news.new,
        deleted: news.deleted,
        doubted: news.doubted,
        trouble,
        ..ArchiveReport::default()
    };
    let bytes = memory.to_bytes();
    if let Some(record) = record.filter(|record| record.stamp.as_ref() == Some(&stamp(feed, account, &bytes)))
        && is_whole(kitchen, record)
    {
        report.posts = record.posts;
        report.without_pictures = memory.posts.iter().filter(|remembered| remembered.missing).count();
        return Ok(Some(Err(Untouched::Same(Box::new(report)))));
    }

    let gathered = pictures(kitchen, feed, known, listing, (&wish, &listed, shown), &mut memory)?;
    let posts = posts(feed, account, &memory, &gathered);
    let mut pages: Vec<Page> =
        posts.iter().filter_map(|(title, post)| page(settings, id_of(post), title, post)).collect();
    let count = pages.len();
    pages.extend(pages_of_all(feed, settings, account, &posts));
    let bytes = memory.to_bytes();
    report.posts = count;
    report.without_pictures = memory.posts.iter().filter(|remembered| remembered.missing).count();
    let stamp = stamp(feed, account, &bytes);
    Ok(Some(Ok(Archived { place, bytes, stamp, pages, gathered, report })))
}

/// Everything that pages are made of, as a hash: settings, account, memory, and the program itself.
fn stamp(feed: &FeedSettings, account: &Account, memory: &[u8]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(env!("CARGO_PKG_VERSION"));
    hasher.update(format!("{feed:?}{:?}{:?}", account.name, account.username));
    hasher.update(memory);
    hex(&hasher.finalize())
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
    record.pictures.values().all(|picture| picture.files().all(has_picture))
}

fn name_of(place: &SitePath) -> &str {
    place.as_str().rsplit('/').next().unwrap_or_default()
}

/// What is said of a list of which the rest is not handed out.
const BROKEN_OFF: &str = "the API says that there are more posts, and repeats those that it has sent: nothing is taken for deleted, and the next bake lists the whole account again";

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
    (wish, listed, shown): (&Wish, &[Post], &Gathered),
    memory: &mut Memory,
) -> Result<Gathered, Stopped> {
    let with_links: HashMap<&MediaId, &Post> = listed.iter().map(|post| (&post.id, post)).collect();
    let posts: Vec<Post> = memory
        .posts
        .iter()
        .map(|remembered| {
            // An album may have come without what is in it.
            let fits = |post: &&Post| post.slides.len() == remembered.post.slides.len();
            with_links.get(&remembered.post.id).copied().filter(fits).unwrap_or(&remembered.post).clone()
        })
        .collect();
    let mut gathered = Gathered { selection: select(&posts, wish, &BTreeMap::new()), ..Gathered::default() };
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
                Err(_) => {}
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
    }
    Ok(gathered)
}

/// The posts as they stand in a data file, each with its title, newest first.
fn posts(
    feed: &FeedSettings,
    account: &Account,
    memory: &Memory,
    gathered: &Gathered,
) -> Vec<(String, Map<String, Value>)> {
    let deleted: BTreeSet<&MediaId> =
        memory.posts.iter().filter(|remembered| remembered.deleted).map(|remembered| &remembered.post.id).collect();
    // A link to what is gone leads nowhere.
    let without_dead_link = |post: &Post| match deleted.contains(&post.id) {
        true => Post { permalink: None, ..post.clone() },
        false => post.clone(),
    };
    let kept: Vec<Post> = gathered.selection.kept.iter().map(without_dead_link).collect();
    let file = site::data_file(feed, account, &kept, &gathered.gallery, &BTreeSet::new());
    let posts = file.posts.iter().filter_map(|post| match serde_json::to_value(post) {
        Ok(Value::Object(mut fields)) => {
            let words = &feed.words;
            for (key, word) in [("open", &words.open), ("previous", &words.previous), ("next", &words.next)] {
                fields.insert(key.to_owned(), word.clone().into());
            }
            let taxonomy = feed.archive.as_ref().and_then(|archive| archive.taxonomy.clone());
            fields.extend(taxonomy.map(|taxonomy| ("taxonomy".to_owned(), taxonomy.into())));
            Some((title(&fields), fields))
        }
        _ => None,
    });
    posts.collect()
}

fn title(post: &Map<String, Value>) -> String {
    let text = |key: &str| post.get(key).and_then(Value::as_str).unwrap_or_default();
    let title = Caption::new(text("caption")).excerpt(TITLE);
    match (title.is_empty(), text("date")) {
        (false, _) => title,
        (true, "") => text("label").to_owned(),
        (true, date) => format!("{}, {date}", text("label")),
    }
}

fn id_of(post: &Map<String, Value>) -> &str {
    post.get("id").and_then(Value::as_str).unwrap_or_default()
}

/// The page of all posts, and the feed for readers.
fn pages_of_all(
    feed: &FeedSettings,
    settings: &ArchiveSettings,
    account: &Account,
    posts: &[(String, Map<String, Value>)],
) -> Vec<Page> {
    let title = account.name.clone().or_else(|| account.username.clone()).unwrap_or_else(|| feed.name.clone());
    let title = crate::feed::one_line(&title);
    let text = json_feed(settings, &title, &feed.language.to_string(), posts);
    let feed_page = text
        .zip(json_feed_place(settings))
        .map(|(bytes, place)| Page { place, text: String::from_utf8_lossy(&bytes).into_owned() });
    let address = feed_page.as_ref().and_then(|page| page.place.below("static"));
    section(settings, &title, address).into_iter().chain(feed_page).collect()
}

/// Lists what will be made, before it is; whether anything was not listed before.
pub fn claim(archived: &Archived, manifest: &mut Manifest) -> bool {
    let mut is_news = manifest.claim_pictures(archived.gathered.gallery.values());
    let memory = (&archived.place, Role::Data, || hex(&Sha256::digest(&archived.bytes)));
    if !manifest.files.contains_key(memory.0) {
        is_news = true;
        manifest.claim(memory.0.clone(), memory.1, memory.2());
    }
    for page in &archived.pages {
        if !manifest.files.contains_key(&page.place) {
            is_news = true;
            manifest.claim(page.place.clone(), Role::Page, page.sha256());
        }
    }
    is_news
}

/// Puts the archive into the site: pictures, pages, then the memory.
pub fn publish(
    kitchen: &Kitchen<'_>,
    tools: &Tools<'_>,
    feed: &FeedSettings,
    archived: Archived,
    manifest: &mut Manifest,
) -> Result<ArchiveReport, BakeError> {
    let Archived { place: memory, bytes, stamp, pages, gathered, mut report } = archived;
    place(kitchen, gathered.gallery.values())?;
    let mut sizes: BTreeMap<String, HashMap<String, u64>> = BTreeMap::new();
    for page in &pages {
        let folder = page.place.folder().to_owned();
        let sizes = match SitePath::new(&folder) {
            Ok(path) => sizes.entry(folder).or_insert_with(|| kitchen.root.sizes_in(&path)),
            Err(_) => continue,
        };
        match write(kitchen, manifest, page, sizes.get(name_of(&page.place)).copied())? {
            Put::Same => {}
            Put::Written => report.written += 1,
            Put::Edited => report.edited.push(page.place.clone()),
        }
    }
    let mut pages: BTreeSet<SitePath> = pages.into_iter().map(|page| page.place).collect();
    let name = archive_name(&feed.name);
    for place in manifest.feeds.get(&name).map(|record| record.pages.clone()).unwrap_or_default() {
        if !pages.contains(&place) && is_edited(kitchen, manifest, &place)? {
            report.left.push(place.clone());
            pages.insert(place);
        }
    }
    let mut held = BTreeSet::new();
    for place in report.edited.iter().chain(&report.left) {
        held.extend(pictures_in(kitchen, manifest, place));
    }
    site::refuse_leaks(&kitchen.scanner, &memory, &bytes)?;
    let written = site::write_data(kitchen.root, manifest, &memory, &bytes)?;
    let before = manifest.feeds.get(&name).map(|record| record.baked_on);
    let is_change = written.is_change() || report.written > 0;
    let record = FeedRecord {
        data_file: memory,
        fragment: None,
        baked_on: baked_on(before, LastGood::At(tools.now).date(), is_change),
        posts: report.posts,
        doubted: false,
        account: Account::default(),
        stamp: Some(stamp),
        pages,
        held,
        pictures: gathered.gallery,
    };
    manifest.feeds.insert(name, record);
    Ok(report)
}

/// Whether somebody edited a page that was written once.
fn is_edited(kitchen: &Kitchen<'_>, manifest: &Manifest, place: &SitePath) -> Result<bool, BakeError> {
    let Some(record) = manifest.files.get(place) else { return Ok(false) };
    match kitchen.root.read(place) {
        Err(FileError::NoFile { .. }) => Ok(true),
        read => Ok(read?.is_some_and(|bytes| hex(&Sha256::digest(&bytes)) != record.sha256)),
    }
}

/// The pictures of ours that a page names.
fn pictures_in(kitchen: &Kitchen<'_>, manifest: &Manifest, place: &SitePath) -> Vec<SitePath> {
    let layout = kitchen.settings.layout();
    let text = kitchen.root.read(place).ok().flatten().unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '/' | '.' | '-' | '_');
    let words = text.split(|letter| !is_part(letter)).filter(|word| word.contains('/'));
    let paths = words.filter_map(|word| layout.site_path(word.trim_start_matches('/')).ok());
    paths.filter(|path| manifest.files.get(path).is_some_and(|record| record.role == Role::Picture)).collect()
}

/// What became of a page.
enum Put {
    /// It is as it should be.
    Same,
    /// It was written.
    Written,
    /// It is the user's, and stays.
    Edited,
}

/// Writes a page unless it is there as it should be, or somebody edited it. `size` is that of the file at its place.
fn write(kitchen: &Kitchen<'_>, manifest: &mut Manifest, page: &Page, size: Option<u64>) -> Result<Put, BakeError> {
    let sha256 = page.sha256();
    let listed = manifest.files.get(&page.place).map(|record| record.sha256.clone());
    if listed.as_ref() == Some(&sha256) && size == Some(page.text.len() as u64) {
        return Ok(Put::Same);
    }
    let there = match size {
        None => None,
        Some(_) => match kitchen.root.read(&page.place) {
            Err(FileError::NoFile { .. }) => return Ok(Put::Edited),
            read => read?,
        },
    };
    let put = match there.map(|bytes| hex(&Sha256::digest(&bytes))) {
        Some(there) if there == sha256 => Put::Same,
        Some(there) if listed.as_ref() != Some(&there) => return Ok(Put::Edited),
        _ => {
            site::refuse_leaks(&kitchen.scanner, &page.place, page.text.as_bytes())?;
            // Its size and its hash tell the next run whether it reached the disk.
            kitchen.root.write_checked(&page.place, page.text.as_bytes())?;
            Put::Written
        }
    };
    manifest.claim(page.place.clone(), Role::Page, sha256);
    Ok(put)
}
