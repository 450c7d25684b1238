//! The second half of a bake: from pictures in the cache to a feed in the site, in an order that survives a crash.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use sha2::{Digest, Sha256};

use super::archive::Untouched;
use super::gather::Gathered;
use super::report::{
    ArchiveReport, BakeError, Baked, FeedOutcome, FeedReport, Hindrance, LastGood, PictureCount, Report,
};
use super::{Kitchen, Ready, Tools, shelve};
use crate::cache::{FeedMemory, Index, Shown};
use crate::config::{FeedSettings, MergeSettings, Settings};
use crate::feed::{Account, MediaId, Post};
use crate::files::SitePath;
use crate::manifest::{FeedRecord, Manifest, Role, archive_name, baked_on, is_archive};
use crate::media::{Picture, hex};
use crate::site::{self, Merged, PublishError, Weight};

/// Lists every file that is about to be made, before it is; what lies in the cache for it is noted there already.
pub fn claim(
    kitchen: &Kitchen<'_>,
    settings: &Settings,
    manifest: &mut Manifest,
    index: &mut Index,
    ready: &BTreeMap<&str, Result<Ready, Hindrance>>,
) -> Result<(), BakeError> {
    let mut is_news = false;
    // Of a feed that was not finished, too: its next bake goes on from there.
    kitchen.ledger.hand_over(index);
    for (feed, feed_ready) in
        settings.feeds.iter().filter_map(|feed| Some((feed, ready.get(feed.name.as_str())?.as_ref().ok()?)))
    {
        // One that is listed already keeps the hash it has until it is written: it tells whether somebody edited it.
        if !manifest.files.contains_key(&feed.data_file) {
            is_news = true;
            manifest.claim(feed.data_file.clone(), Role::Data, hex(&Sha256::digest(&feed_ready.data)));
        }
        let gathered = &feed_ready.gathered;
        is_news |= manifest.claim_pictures(gathered.gallery.values());
        gathered.originals.iter().for_each(|(id, original)| index.remember_original(id, original));
        gathered.gallery.iter().for_each(|(id, picture)| index.remember_picture(id, picture));
        if let Some(Ok(archived)) = &feed_ready.archived {
            is_news |= shelve::claim(archived, manifest);
            let Gathered { originals, gallery, .. } = &archived.gathered;
            originals.iter().for_each(|(id, original)| index.remember_original(id, original));
            gallery.iter().for_each(|(id, picture)| index.remember_picture(id, picture));
        }
    }
    if is_news {
        manifest.write(kitchen.root)?;
    }
    Ok(())
}

/// Counts how the pictures of one feed came about.
pub fn count_pictures(count: &mut PictureCount, ready: &Ready) {
    ready.gathered.made.iter().for_each(|made| count.add(made.work));
    count.downloaded_bytes += ready.gathered.filmed_bytes;
    if let Some(Ok(archived)) = &ready.archived {
        archived.gathered.made.iter().for_each(|made| count.add(made.work));
        count.downloaded_bytes += archived.gathered.filmed_bytes;
    }
}

/// Puts one gathered feed into the site, the data file last.
pub fn publish(
    kitchen: &Kitchen<'_>,
    tools: &Tools<'_>,
    feed: &FeedSettings,
    ready: Ready,
    manifest: &mut Manifest,
    index: &mut Index,
) -> Result<Baked, BakeError> {
    let Ready { gathered, account: (account, asked_at), listed, unreadable, data, posts, archived, is_demo, .. } =
        ready;
    let weight = site::weigh(feed, &gathered.selection.kept, &gathered.gallery);
    let data_before = kitchen.root.read(&feed.data_file)?;
    let before = manifest.feeds.get(&feed.name);
    let was_demo = before.is_some_and(|record| record.demo);
    let username_before = before.and_then(|record| record.account.username.clone());
    place(kitchen, gathered.gallery.values())?;
    let data_sha256 = kitchen.cache.put(&data)?;
    let written = site::write_hashed_data(kitchen.root, manifest, &feed.data_file, &data, data_sha256.clone())?;
    // What the old file named is pruned next, and must not be named any more after a power cut.
    if written.is_change() {
        kitchen.root.settle(&feed.data_file);
    }

    let record = FeedRecord {
        data_file: feed.data_file.clone(),
        fragment: kitchen.settings.layout().fragment_of(&feed.data_file),
        baked_on: baked_on(
            manifest.feeds.get(&feed.name).map(|record| record.baked_on),
            LastGood::At(tools.now).date(),
            written.is_change(),
        ),
        posts,
        doubted: false,
        demo: is_demo,
        account: account.clone(),
        pages: BTreeSet::new(),
        held: BTreeSet::new(),
        stamp: None,
        pictures: gathered.gallery,
        hidden: BTreeMap::new(),
    };
    manifest.feeds.insert(feed.name.clone(), record.clone());
    let archive = match archived {
        None => None,
        Some(Ok(archived)) => Some(Box::new(shelve::publish(kitchen, tools, feed, archived, manifest)?)),
        Some(Err(Untouched::Same(report))) => {
            // What was doubted is not asked for any more.
            manifest.feeds.get_mut(&archive_name(&feed.name)).into_iter().for_each(|record| record.doubted = false);
            Some(report)
        }
        Some(Err(Untouched::Doubted(doubted_filters))) => {
            manifest.feeds.get_mut(&archive_name(&feed.name)).into_iter().for_each(|record| record.doubted = true);
            Some(Box::new(ArchiveReport { doubted_filters, frozen: true, ..ArchiveReport::default() }))
        }
        Some(Err(Untouched::Because(trouble))) => {
            Some(Box::new(ArchiveReport { trouble: Some(trouble), frozen: true, ..ArchiveReport::default() }))
        }
    };
    let shown = Some(Shown { data_sha256, record });
    let is_news = !was_demo && !is_demo && data_before.as_ref() != Some(&data);
    let shown_before = if is_news { site::shown_posts(data_before.as_deref()) } else { Vec::new() };
    let mut gone = gone(&shown_before, &listed);
    // One that renamed itself still has its posts.
    let has_any = shown_before.iter().any(|shown| listed.iter().any(|post| post.id.as_str() == shown.id));
    let replaced = username_before
        .zip(account.username.clone())
        .filter(|(before, now)| before != now && !has_any && !shown_before.is_empty());
    if replaced.is_some() {
        gone.clear();
    }
    let memory = FeedMemory { account: Some((account, asked_at)), posts: listed, shown };
    index.remember_feed(&feed.name, memory, tools.now);
    let kept = &gathered.selection.kept;
    let without_alt = kept.iter().filter(|post| !site::without_alt(feed, post).is_empty());
    Ok(Baked {
        posts,
        written,
        gone,
        replaced,
        weight,
        without_video: gathered.without_video,
        without_alt: without_alt.map(|post| post.handle().to_owned()).collect(),
        dropped: gathered.selection.dropped,
        unreadable,
        missing_pins: gathered.selection.missing_pins,
        scan_ended: gathered.scan_ended,
        is_broken_off: gathered.is_broken_off,
        archive,
    })
}

/// Makes the feeds that are made of others, of what those show now, refreshed or not: what was made before may name
/// pictures that are pruned next.
pub fn merge(
    kitchen: &Kitchen<'_>,
    tools: &Tools<'_>,
    before: &Manifest,
    manifest: &mut Manifest,
) -> Result<Vec<FeedReport>, BakeError> {
    let mut reports = Vec::new();
    for MergeSettings { feed, parts } in &kitchen.settings.merges {
        let part = |name: &String| kitchen.settings.feeds.iter().find(|feed| feed.name == *name);
        let files = parts.iter().filter_map(part).map(|part| kitchen.root.read(&part.data_file));
        let Merged { bytes, posts: sources, portrait } = site::merged(feed, &files.collect::<Result<Vec<_>, _>>()?);
        let weight = weigh_merged(kitchen, feed, parts, (&sources, portrait.as_deref()), manifest);
        let posts = sources.len();
        // Its parts were looked through; what is said of it in the settings was not.
        site::refuse_leaks(&kitchen.scanner, &feed.data_file, &bytes)?;
        let written = site::write_data(kitchen.root, manifest, &feed.data_file, &bytes)?;
        if written.is_change() {
            kitchen.root.settle(&feed.data_file);
        }
        let known = before.feeds.get(&feed.name);
        let record = FeedRecord {
            data_file: feed.data_file.clone(),
            fragment: kitchen.settings.layout().fragment_of(&feed.data_file),
            baked_on: baked_on(
                known.map(|record| record.baked_on),
                LastGood::At(tools.now).date(),
                written.is_change(),
            ),
            posts,
            doubted: false,
            demo: false,
            account: Account::default(),
            pages: BTreeSet::new(),
            held: BTreeSet::new(),
            stamp: None,
            // They are listed where they come from.
            pictures: BTreeMap::new(),
            hidden: BTreeMap::new(),
        };
        manifest.feeds.insert(feed.name.clone(), record);
        reports.push(FeedReport {
            name: feed.name.clone(),
            data_file: feed.data_file.clone(),
            posts_before: known.map_or(0, |record| record.posts),
            outcome: FeedOutcome::Merged { posts, written, weight },
        });
    }
    Ok(reports)
}

/// Renders each feed that the site shows now, refreshed or not, where feedbake does that itself: what was rendered before
/// names pictures that are pruned next.
pub fn render(kitchen: &Kitchen<'_>, manifest: &mut Manifest) -> Result<(), BakeError> {
    let layout = kitchen.settings.layout();
    for feed in kitchen.settings.shown() {
        let Some(place) = layout.fragment_of(&feed.data_file) else { continue };
        let text = site::fragment(kitchen.root, layout, &feed.data_file, &kitchen.settings.base_path)?;
        if site::publish_fragment(kitchen.root, manifest, &kitchen.scanner, &place, &text)?.is_change() {
            kitchen.root.settle(&place);
        }
    }
    Ok(())
}

/// Waits for the disk at a time, for each thread that works on pixels: a disk that is asked for several files at once
/// writes them in one go, where one after the other each would cost a turn.
const WAITS: usize = 4;

/// Puts the files of these pictures into the site, and waits until they are there for good: the data file that names
/// them comes next.
pub fn place<'a>(kitchen: &Kitchen<'_>, pictures: impl Iterator<Item = &'a Arc<Picture>>) -> Result<(), PublishError> {
    let Kitchen { root, cache, scanner, published, shapers, .. } = kitchen;
    let layout = kitchen.settings.layout();
    let size = |path: &SitePath| published.size(root, path);
    let place = |picture: &Picture| site::place_picture(root, layout, cache, scanner, picture, &size);
    let pictures: Vec<&Arc<Picture>> = pictures.collect();
    let is_there = |picture: &Picture| picture.files().all(|file| size(file.path) == Some(file.bytes));
    let absent = pictures.iter().filter(|picture| !is_there(picture)).count();
    // One thread for one worker: then every step has its number, which tests count.
    let threads = if *shapers == 1 { 1 } else { (shapers * WAITS).min(absent) };
    let next = AtomicUsize::new(0);
    let work = || -> Result<usize, PublishError> {
        let mut placed = 0;
        while let Some(picture) = pictures.get(next.fetch_add(1, Ordering::Relaxed)) {
            placed += place(picture)?;
        }
        Ok(placed)
    };
    let placed: usize = if threads < 2 {
        work()?
    } else {
        thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            workers
                .into_iter()
                .map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)))
                .sum::<Result<usize, _>>()
        })?
    };
    if let Some(rendition) = pictures.first().and_then(|picture| picture.renditions.first()).filter(|_| placed > 0) {
        kitchen.root.settle(&rendition.path);
    }
    Ok(())
}

/// What a merged feed weighs: its pictures are those of its parts, and the manifest knows them.
fn weigh_merged(
    kitchen: &Kitchen<'_>,
    feed: &FeedSettings,
    parts: &[String],
    (posts, portrait): (&[Vec<String>], Option<&str>),
    manifest: &Manifest,
) -> Weight {
    let layout = kitchen.settings.layout();
    let records = parts.iter().filter_map(|part| manifest.feeds.get(part));
    let pictures = records.flat_map(|record| record.pictures.values());
    let by_source: BTreeMap<&str, &Picture> = pictures
        .flat_map(|picture| picture.renditions.iter().map(move |one| (layout.published_path(&one.path), &**picture)))
        .collect();
    let found = |source: &str| by_source.get(source).copied();
    let of_post = |sources: &Vec<String>| sources.iter().filter_map(|source| found(source)).collect();
    let posts: Vec<Vec<&Picture>> = posts.iter().map(of_post).collect();
    site::weigh_pictures(feed, &posts, portrait.and_then(found))
}

/// Posts that were shown and would be listed, were they still there.
fn gone(shown_before: &[site::ShownPost], listed: &[Post]) -> Vec<String> {
    let oldest = listed.iter().filter_map(|post| post.timestamp).min();
    let was_in_range = |shown: &site::ShownPost| match (shown.timestamp, oldest) {
        (Some(published), Some(oldest)) => published >= oldest,
        _ => true,
    };
    let ids: BTreeSet<&str> = listed.iter().map(|post| post.id.as_str()).collect();
    let is_listed = |shown: &site::ShownPost| ids.contains(shown.id.as_str());
    let missing = shown_before.iter().filter(|shown| was_in_range(shown) && !is_listed(shown));
    missing.map(|shown| shown.handle.clone()).collect()
}

/// Prune, then forget. What an archive remembers stays in the cache though a filter hides it: the filter may go again.
pub fn tidy(
    kitchen: &Kitchen<'_>,
    report: &Report,
    before: &Manifest,
    remembered: &BTreeSet<MediaId>,
    manifest: &mut Manifest,
    index: &mut Index,
) -> Result<Vec<SitePath>, BakeError> {
    let wanted: BTreeSet<&str> = report.feeds.iter().map(|feed| feed.name.as_str()).collect();
    let is_baked = |feed: &FeedReport| matches!(feed.outcome, FeedOutcome::Baked(_));
    // A run that failed may stand on what a run that died left: nothing is tidied before a good one.
    let mut removed = Vec::new();
    if report.is_fresh() {
        // An archive may be the only place in the world where a post is left: it goes by `clean --all` alone.
        manifest.feeds.retain(|name, _| wanted.contains(name.as_str()) || is_archive(name));
        index.retain_feeds(|name| wanted.contains(name));
        removed = site::prune(kitchen.root, manifest)?.removed;
    }
    // What was written on the way is more than what stood there before.
    if manifest != before || !kitchen.root.exists(&Manifest::place()) {
        manifest.write(kitchen.root)?;
    }
    if !report.feeds.iter().any(is_baked) {
        return Ok(removed);
    }
    // What a feed that failed has made so far is shown nowhere yet.
    let is_fresh = report.is_fresh();
    if is_fresh {
        let has = |feed: &FeedRecord, id: &MediaId| feed.pictures.contains_key(id) || feed.hidden.contains_key(id);
        let is_shown = |id: &MediaId| manifest.feeds.values().any(|feed| has(feed, id));
        index.retain_slides(|id| is_shown(id) || remembered.contains(id));
    }
    let is_news = index.is_news();
    kitchen.cache.write_index(index)?;
    if !is_fresh || (!is_news && !kitchen.cache.is_untidy()) {
        return Ok(removed);
    }
    let mut objects: BTreeSet<&str> = index.objects().collect();
    let pictures = manifest.feeds.values().flat_map(|feed| feed.pictures.values());
    objects.extend(pictures.flat_map(|picture| picture.files()).map(|file| file.sha256));
    objects.extend(manifest.files.values().filter(|file| file.role == Role::Data).map(|file| file.sha256.as_str()));
    kitchen.cache.prune(&objects)?;
    Ok(removed)
}
