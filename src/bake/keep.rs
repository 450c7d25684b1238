//! When a feed cannot be refreshed: the last good one stays, comes back where it was lost, or an empty one is written.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::panic::catch_unwind;
use std::sync::Arc;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::finish::place;
use super::report::{BakeError, FeedOutcome, FeedReport, Hindrance, LastGood, Report};
use super::{Kitchen, Tools};
use crate::cache::{Cache, Index, Shown};
use crate::config::{FeedSettings, Templates};
use crate::feed::MediaId;
use crate::files::{FileError, SitePath};
use crate::manifest::{Manifest, Role, Version};
use crate::media::{File, Picture, PixelLimits, decode, hex};
use crate::site::{self, PublishError};

/// Leaves the last good feed, puts it back where it was lost, or writes an empty one where there was none.
pub fn keep(
    kitchen: &Kitchen<'_>,
    tools: &Tools<'_>,
    feed: &FeedSettings,
    hindrance: Hindrance,
    manifest: &mut Manifest,
    index: &Index,
) -> Result<FeedOutcome, BakeError> {
    if manifest.feeds.get(&feed.name).is_some_and(|record| record.demo) {
        // The posts of nobody: to whoever visits the site they would be the owner's.
        manifest.feeds.remove(&feed.name);
        let bytes = site::empty_data_file(feed).to_bytes();
        site::write_data(kitchen.root, manifest, &feed.data_file, &bytes)?;
        return Ok(FeedOutcome::Empty { hindrance });
    }
    revive(kitchen, feed, manifest, index)?;
    let record = manifest.feeds.get_mut(&feed.name);
    let of_cache = index.baked_at(&feed.name).map(LastGood::At);
    let last_good = of_cache.or_else(|| record.as_ref().map(|record| LastGood::Around(record.baked_on)));
    if let Some(record) = record {
        record.doubted |= hindrance.is_doubt();
    }
    let data = mend(kitchen, feed, manifest)?;
    let posts = site::shown_posts(data.as_deref()).len();
    // A feed that was good without a post stays one; a feed that lost its last post with its pictures is none.
    let was_empty = manifest.feeds.get(&feed.name).is_none_or(|record| record.posts == 0);
    if data.is_some() && (posts > 0 || (was_empty && last_good.is_some())) {
        return Ok(kept(tools, hindrance, posts, last_good));
    }
    if data.is_none() {
        let bytes = site::empty_data_file(feed).to_bytes();
        site::write_data(kitchen.root, manifest, &feed.data_file, &bytes)?;
    }
    Ok(FeedOutcome::Empty { hindrance })
}

/// Says of a feed that was made of what the cache remembers that it is no newer than it was, and why there is no newer
/// one.
pub fn as_it_was(
    tools: &Tools<'_>,
    feed: &FeedSettings,
    (hindrance, posts, baked_at): (Hindrance, usize, Option<Timestamp>),
    manifest: &mut Manifest,
    index: &mut Index,
) -> FeedOutcome {
    let last_good = baked_at.map(LastGood::At);
    if let Some(record) = manifest.feeds.get_mut(&feed.name) {
        record.doubted |= hindrance.is_doubt();
        record.baked_on = last_good.map_or(record.baked_on, LastGood::date);
    }
    index.date_back(&feed.name, baked_at);
    kept(tools, hindrance, posts, last_good)
}

fn kept(tools: &Tools<'_>, hindrance: Hindrance, posts: usize, last_good: Option<LastGood>) -> FeedOutcome {
    let stale = last_good.is_some_and(|last_good| last_good.is_stale(tools.now, tools.settings.max_stale));
    FeedOutcome::Kept { hindrance, posts, last_good, stale }
}

/// Leaves every feed as a later feedbake wrote it, and that one's manifest, too. Only where there is no data file at all
/// an empty one is written, for the site has to build.
pub fn leave_to_later(tools: &Tools<'_>, later: Version) -> Result<Report, BakeError> {
    let index = Cache::new(tools.root).read_index()?;
    let mut report = Report::default();
    for feed in tools.settings.shown() {
        site::refuse_foreign_data(tools.root, &Manifest::default(), &feed.data_file)?;
        let hindrance = Hindrance::LaterManifest(later.clone());
        let data = tools.root.read(&feed.data_file)?;
        let posts = site::shown_posts(data.as_deref()).len();
        let outcome = match data {
            Some(_) => {
                let last_good = index.baked_at(&feed.name).map(LastGood::At);
                kept(tools, hindrance, posts, last_good)
            }
            None => {
                let bytes = site::empty_data_file(feed).to_bytes();
                tools.root.write(&feed.data_file, &bytes)?;
                FeedOutcome::Empty { hindrance }
            }
        };
        report.feeds.push(FeedReport {
            name: feed.name.clone(),
            data_file: feed.data_file.clone(),
            posts_before: posts,
            outcome,
        });
    }
    Ok(report)
}

/// After a bake that could not be finished: the site has to build even so. Where there never was a feed an empty one is
/// written, and the templates that are missing; a disk that is full of what this run downloaded gets room for them.
/// Whatever fails here failed before, and was told then.
pub fn rescue(tools: &Tools<'_>) {
    let Tools { root, settings, .. } = tools;
    let cache = Cache::new(root);
    let absent: Vec<&FeedSettings> = settings.shown().filter(|feed| !root.exists(&feed.data_file)).collect();
    let (Ok(mut manifest), Ok(known)) = (Manifest::read(root), cache.read_index()) else { return };
    // What the cache remembers comes back from there, and must not make room for anything.
    if absent.is_empty() || known.shown().next().is_some() {
        return;
    }
    let write = |manifest: &mut Manifest| -> Result<(), FileError> {
        for feed in &absent {
            site::write_data(root, manifest, &feed.data_file, &site::empty_data_file(feed).to_bytes())?;
        }
        manifest.write(root)?;
        if settings.templates == Templates::Install {
            site::install(root, settings.layout(), settings.extras, manifest)?;
        }
        Ok(())
    };
    let is_full =
        |error: &FileError| matches!(error, FileError::Io { source, .. } if source.kind() == ErrorKind::StorageFull);
    if write(&mut manifest).is_err_and(|error| is_full(&error)) && cache.forget_all().is_ok() {
        let _ = write(&mut manifest);
    }
}

/// Brings back what the site lost: the feed of the manifest, or the one the cache remembers where that is a later one
/// or the manifest is gone too, as on a host that keeps the cache alone.
fn revive(kitchen: &Kitchen<'_>, feed: &FeedSettings, manifest: &mut Manifest, index: &Index) -> Result<(), BakeError> {
    let is_here = |shown: &Shown| shown.record.data_file == feed.data_file && !shown.record.demo;
    let of_manifest = manifest
        .feeds
        .get(&feed.name)
        .zip(manifest.files.get(&feed.data_file))
        .map(|(record, file)| Shown { data_sha256: file.sha256.clone(), record: record.clone() })
        .filter(is_here);
    let memory = index.feed(&feed.name);
    let of_cache = memory.and_then(|memory| memory.shown.clone()).filter(is_here);
    let cache_is_later = match (&of_manifest, index.baked_at(&feed.name)) {
        (Some(of_manifest), Some(baked_at)) => LastGood::At(baked_at).date() > of_manifest.record.baked_on,
        _ => false,
    };
    // A data file that cannot be read is as good as none: a bad merge, for example.
    let bytes = kitchen.root.read(&feed.data_file)?.filter(|bytes| site::is_data_file(bytes));
    let there = bytes.map(|bytes| hex(&Sha256::digest(bytes)));
    let mut candidates = vec![(of_manifest, there.is_none()), (of_cache, there.is_none() || cache_is_later)];
    if cache_is_later {
        candidates.reverse();
    }
    for (shown, may_replace) in candidates.into_iter().filter_map(|(shown, may_replace)| Some((shown?, may_replace))) {
        let is_there = there.as_ref() == Some(&shown.data_sha256);
        if (is_there || may_replace) && bring_back(kitchen, &shown, is_there, manifest)? {
            manifest.feeds.insert(feed.name.clone(), shown.record);
            return Ok(());
        }
    }
    Ok(())
}

/// Puts a feed back where something of it is missing, without the posts of which a picture is nowhere to be had; false
/// when not one post is whole, and then the data file was not touched.
fn bring_back(
    kitchen: &Kitchen<'_>,
    shown: &Shown,
    is_there: bool,
    manifest: &mut Manifest,
) -> Result<bool, BakeError> {
    let data = if is_there { None } else { kitchen.cache.get(&shown.data_sha256)? };
    if !is_there && data.is_none() {
        return Ok(false);
    }
    // As in a good bake: first it is listed, then it is made.
    let is_news = manifest.claim_pictures(shown.record.pictures.values());
    if is_news || !manifest.files.contains_key(&shown.record.data_file) {
        manifest.claim(shown.record.data_file.clone(), Role::Data, shown.data_sha256.clone());
        manifest.write(kitchen.root)?;
    }
    for picture in shown.record.pictures.values() {
        match place(kitchen, std::iter::once(picture)) {
            Ok(()) | Err(PublishError::Lost(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    if let Some(data) = data {
        let data = without_missing(kitchen, &data, &shown.record.pictures).unwrap_or(data);
        if site::shown_posts(Some(&data)).is_empty() && shown.record.posts > 0 {
            return Ok(false);
        }
        site::write_data(kitchen.root, manifest, &shown.record.data_file, &data)?;
    }
    Ok(true)
}

/// Takes those posts out of the data file whose pictures are nowhere to be had; returns what it holds then.
fn mend(kitchen: &Kitchen<'_>, feed: &FeedSettings, manifest: &mut Manifest) -> Result<Option<Vec<u8>>, BakeError> {
    let Some(bytes) = kitchen.root.read(&feed.data_file)? else { return Ok(None) };
    let none = BTreeMap::new();
    let pictures = manifest.feeds.get(&feed.name).map_or(&none, |record| &record.pictures);
    let Some(mended) = without_missing(kitchen, &bytes, pictures) else { return Ok(Some(bytes)) };
    site::write_data(kitchen.root, manifest, &feed.data_file, &mended)?;
    Ok(Some(mended))
}

/// The data file without the posts of which a picture is missing in the site, or is damaged beyond showing; `None` when
/// none is.
fn without_missing(kitchen: &Kitchen<'_>, data: &[u8], pictures: &BTreeMap<MediaId, Arc<Picture>>) -> Option<Vec<u8>> {
    let files = pictures.values().flat_map(|picture| picture.files());
    let made: BTreeMap<&SitePath, File<'_>> = files.map(|file| (file.path, file)).collect();
    site::without_missing(data, &|path| {
        let place = kitchen.settings.layout().site_path(path);
        place.is_ok_and(|place| can_be_shown(kitchen, &place, made.get(&place).copied()))
    })
}

/// Whether a picture is there, as it was made or in another form: somebody may have packed it more tightly. Half of one
/// is none.
fn can_be_shown(kitchen: &Kitchen<'_>, place: &SitePath, made: Option<File<'_>>) -> bool {
    let Some(made) = made else { return kitchen.root.size(place).is_some() };
    // What was put back in this run was not there at its beginning.
    if kitchen.published.size(kitchen.root, place) == Some(made.bytes) {
        return true;
    }
    let bytes = kitchen.root.read(place).ok().flatten().unwrap_or_default();
    // A decoder that gives up over damaged bytes says the same as one that refuses them.
    let is_picture = || catch_unwind(|| decode(&bytes, PixelLimits::default())).is_ok_and(|decoded| decoded.is_ok());
    hex(&Sha256::digest(&bytes)) == made.sha256 || is_picture()
}
