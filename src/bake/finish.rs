//! The second half of a bake: from pictures in the cache to a feed in the site, in an order that survives a crash.

use std::collections::{BTreeMap, BTreeSet};

use super::report::{BakeError, Baked, FeedOutcome, FeedReport, Hindrance, LastGood, PictureCount, Report};
use super::{Kitchen, Ready, Tools};
use crate::cache::{FeedMemory, Index};
use crate::config::FeedSettings;
use crate::feed::{MediaId, Post};
use crate::files::SitePath;
use crate::manifest::{FeedRecord, Manifest, Role, baked_on};
use crate::site;

/// Lists every file that is about to be made, before it is.
pub fn claim(
    kitchen: &Kitchen<'_>,
    manifest: &mut Manifest,
    ready: &BTreeMap<&str, Result<Ready, Hindrance>>,
) -> Result<(), BakeError> {
    let mut is_news = false;
    for feed in ready.values().flatten() {
        for rendition in feed.gathered.gallery.values().flat_map(|picture| &picture.renditions) {
            is_news |= !manifest.files.contains_key(&rendition.path);
            manifest.claim(rendition.path.clone(), Role::Picture, rendition.sha256.clone());
        }
    }
    if is_news {
        manifest.write(kitchen.root)?;
    }
    Ok(())
}

/// Counts how the pictures of one feed came about, and what they weigh.
pub fn count_pictures(count: &mut PictureCount, ready: &Ready) {
    for made in &ready.gathered.made {
        count.add(made.work);
        count.original_bytes += made.picture.original_bytes;
        let best = made.picture.formats().first().copied();
        let mut sizes = made.picture.renditions.iter().filter(|rendition| Some(rendition.format) == best);
        let middle = sizes.clone().find(|rendition| rendition.width >= 640).or_else(|| sizes.next_back());
        count.page_bytes += middle.map_or(0, |rendition| rendition.bytes);
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
    let Ready { gathered, account: (account, asked_at), listed, unreadable } = ready;
    let data = site::data_file(feed, &account, &gathered.selection.kept, &gathered.gallery);
    let bytes = data.to_bytes();
    if let Some(leak) = kitchen.scanner.scan(&bytes) {
        return Err(BakeError::Leak { place: feed.data_file.clone(), leak });
    }
    let shown_before = site::shown_posts(kitchen.root.read(&feed.data_file)?.as_deref());
    for picture in gathered.gallery.values() {
        site::place_picture(kitchen.root, &kitchen.cache, picture)?;
    }
    kitchen.cache.put(&bytes)?;
    let written = site::write_data(kitchen.root, manifest, &feed.data_file, &bytes)?;

    let posts = data.posts.len();
    let record = FeedRecord {
        data_file: feed.data_file.clone(),
        baked_on: baked_on(
            manifest.feeds.get(&feed.name).map(|record| record.baked_on),
            LastGood::At(tools.now).date(),
            written.is_change(),
        ),
        posts,
        doubted: false,
        account: account.clone(),
        pictures: gathered.gallery.clone(),
    };
    manifest.feeds.insert(feed.name.clone(), record);
    index.originals.extend(gathered.originals);
    index.pictures.extend(gathered.gallery);
    let memory = FeedMemory { baked_at: tools.now, account: Some((account, asked_at)), posts: listed };
    let gone = gone(&shown_before, &memory.posts);
    index.feeds.insert(feed.name.clone(), memory);
    Ok(Baked {
        posts,
        written,
        gone,
        dropped: gathered.selection.dropped,
        unreadable,
        missing_pins: gathered.selection.missing_pins,
        scan_ended: gathered.scan_ended,
    })
}

/// Posts that were shown and would be listed, were they still there.
fn gone(shown_before: &[site::ShownPost], listed: &[Post]) -> Vec<String> {
    let oldest = listed.iter().filter_map(|post| post.timestamp).min();
    let was_in_range = |shown: &site::ShownPost| match (shown.timestamp, oldest) {
        (Some(published), Some(oldest)) => published >= oldest,
        _ => true,
    };
    let is_listed = |shown: &site::ShownPost| listed.iter().any(|post| post.id.as_str() == shown.id);
    let missing = shown_before.iter().filter(|shown| was_in_range(shown) && !is_listed(shown));
    missing.map(|shown| shown.handle.clone()).collect()
}

/// Leaves the last good feed, puts it back where it was lost, or writes an empty one where there was none.
pub fn keep(
    kitchen: &Kitchen<'_>,
    tools: &Tools<'_>,
    feed: &FeedSettings,
    hindrance: Hindrance,
    manifest: &mut Manifest,
    index: &Index,
) -> Result<FeedOutcome, BakeError> {
    revive(kitchen, manifest, feed)?;
    let record = manifest.feeds.get_mut(&feed.name);
    let of_cache = index.feeds.get(&feed.name).map(|memory| LastGood::At(memory.baked_at));
    let last_good = of_cache.or_else(|| record.as_ref().map(|record| LastGood::Around(record.baked_on)));
    if let (Hindrance::SuddenlyEmpty { .. }, Some(record)) = (&hindrance, record) {
        record.doubted = true;
    }
    let data = kitchen.root.read(&feed.data_file)?;
    let posts = site::shown_posts(data.as_deref()).len();
    if data.is_some() && (posts > 0 || last_good.is_some()) {
        let stale = last_good.is_some_and(|last_good| last_good.is_stale(tools.now, tools.settings.max_stale));
        return Ok(FeedOutcome::Kept { hindrance, posts, last_good, stale });
    }
    if data.is_none() {
        let bytes = site::empty_data_file(feed).to_bytes();
        site::write_data(kitchen.root, manifest, &feed.data_file, &bytes)?;
    }
    Ok(FeedOutcome::Empty { hindrance })
}

/// Brings back a data file that the manifest knows and the site lost, if all of it is in the cache.
fn revive(kitchen: &Kitchen<'_>, manifest: &Manifest, feed: &FeedSettings) -> Result<(), BakeError> {
    let Some(record) = manifest.feeds.get(&feed.name).filter(|record| record.data_file == feed.data_file) else {
        return Ok(());
    };
    let Some(file) = manifest.files.get(&feed.data_file) else { return Ok(()) };
    let Some(bytes) = kitchen.cache.get(&file.sha256)? else { return Ok(()) };
    for picture in record.pictures.values() {
        match site::place_picture(kitchen.root, &kitchen.cache, picture) {
            Ok(_) => {}
            // Half a feed is none: without its pictures the data file stays away.
            Err(site::PublishError::Lost(_)) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
    if kitchen.root.size(&feed.data_file).is_none() {
        kitchen.root.write(&feed.data_file, &bytes)?;
    }
    Ok(())
}

/// Prune, then forget.
pub fn tidy(
    kitchen: &Kitchen<'_>,
    report: &Report,
    manifest: &mut Manifest,
    index: &mut Index,
) -> Result<Vec<SitePath>, BakeError> {
    let wanted: BTreeSet<&str> = report.feeds.iter().map(|feed| feed.name.as_str()).collect();
    let is_baked = |feed: &FeedReport| matches!(feed.outcome, FeedOutcome::Baked(_));
    // A run that failed may stand on what a run that died left: nothing is tidied before a good one.
    let mut removed = Vec::new();
    if report.feeds.iter().all(is_baked) {
        manifest.feeds.retain(|name, _| wanted.contains(name.as_str()));
        index.feeds.retain(|name, _| wanted.contains(name.as_str()));
        removed = site::prune(kitchen.root, manifest)?.removed;
    }
    manifest.write(kitchen.root)?;
    if !report.feeds.iter().any(is_baked) {
        return Ok(removed);
    }
    let shown = |id: &MediaId| manifest.feeds.values().any(|feed| feed.pictures.contains_key(id));
    index.originals.retain(|id, _| shown(id));
    index.pictures.retain(|id, _| shown(id));
    kitchen.cache.write_index(index)?;
    let pictures = || index.pictures.values().chain(manifest.feeds.values().flat_map(|feed| feed.pictures.values()));
    let mut objects: BTreeSet<&str> = index.originals.values().map(|original| original.sha256.as_str()).collect();
    objects.extend(pictures().flat_map(|picture| &picture.renditions).map(|rendition| rendition.sha256.as_str()));
    objects.extend(manifest.files.values().filter(|file| file.role == Role::Data).map(|file| file.sha256.as_str()));
    kitchen.cache.prune(&objects)?;
    Ok(removed)
}
