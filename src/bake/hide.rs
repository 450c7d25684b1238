//! Pictures of an archive that a filter hides: kept in `.feedbake`, where nobody publishes them.
//!
//! The post may be gone from Instagram when the filter is taken back, and the cache is no place to keep anything.

use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::Kitchen;
use super::archive::name_of;
use super::gather::Known;
use super::report::BakeError;
use crate::config::FeedSettings;
use crate::files::SitePath;
use crate::manifest::{FeedRecord, HIDDEN, hidden_place};
use crate::media::{Picture, hex};
use crate::select::Selection;
use crate::site::{Gallery, shown_slides};

/// The pictures of the posts that the filters leave out, as far as they are at hand: of a post that is gone from
/// Instagram they are nowhere else, and one that is there today may be gone tomorrow.
pub fn at_hand(
    kitchen: &Kitchen<'_>,
    feed: &FeedSettings,
    known: &Known<'_>,
    record: Option<&FeedRecord>,
    selection: &Selection,
) -> Gallery {
    let there = lying(kitchen);
    let lies = |picture: &Picture| picture.files().all(|file| there.get(name_of(file.path)) == Some(&file.bytes));
    let slides = selection.dropped.iter().flat_map(|dropped| shown_slides(feed, &dropped.post));
    let at_hand = slides.filter_map(|slide| {
        let before = record.and_then(|record| record.hidden.get(&slide.id)).filter(|picture| lies(picture));
        let picture = before.or_else(|| known.whole_picture(&slide.id))?;
        Some((slide.id.clone(), Arc::clone(picture)))
    });
    at_hand.collect()
}

/// Keeps the pictures that a filter hides where nobody publishes them; those that are whole there afterwards.
pub fn hide(kitchen: &Kitchen<'_>, hidden: Gallery) -> Result<Gallery, BakeError> {
    let there = lying(kitchen);
    let mut kept = Gallery::new();
    let mut last = None;
    'pictures: for (id, picture) in hidden {
        for file in picture.files() {
            let place = hidden_place(file.path);
            if there.get(name_of(&place)) == Some(&file.bytes) {
                continue;
            }
            let is_it = |bytes: &Vec<u8>| file.is_ours() && hex(&Sha256::digest(bytes)) == file.sha256;
            let in_site = kitchen.root.read(file.path).ok().flatten().filter(is_it);
            let Some(bytes) = in_site.map_or_else(|| kitchen.cache.get(file.sha256), |bytes| Ok(Some(bytes)))? else {
                continue 'pictures;
            };
            kitchen.root.write(&place, &bytes)?;
            last = Some(place);
        }
        kept.insert(id, picture);
    }
    // Where they were in the site is tidied up next.
    last.iter().for_each(|place| kitchen.root.settle(place));
    Ok(kept)
}

/// Whether every file of `hidden` is there.
pub fn is_whole(kitchen: &Kitchen<'_>, hidden: &Gallery) -> bool {
    if hidden.is_empty() {
        return true;
    }
    let there = lying(kitchen);
    let mut files = hidden.values().flat_map(|picture| picture.files());
    files.all(|file| there.get(name_of(file.path)) == Some(&file.bytes))
}

/// The sizes of the files that are kept and not published, by name.
fn lying(kitchen: &Kitchen<'_>) -> HashMap<String, u64> {
    kitchen.root.sizes_in(&SitePath::new(HIDDEN).expect("the place is a constant"))
}
