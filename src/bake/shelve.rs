//! Puts a gathered archive into the site: what is listed first, what is written, and what somebody edited.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sha2::{Digest, Sha256};

use super::archive::{Archived, name_of};
use super::finish::place;
use super::report::{ArchiveReport, BakeError, LastGood, Left};
use super::{Kitchen, Tools, hide};
use crate::archive::{Page, post_of};
use crate::config::FeedSettings;
use crate::feed::Account;
use crate::files::{FileError, SitePath};
use crate::manifest::{FeedRecord, Manifest, Role, archive_name, baked_on, hidden_place, with_plain_ends};
use crate::media::hex;
use crate::site;

/// Lists what will be made, before it is; whether anything was not listed before.
pub fn claim(archived: &Archived, manifest: &mut Manifest) -> bool {
    let mut is_news = manifest.claim_pictures(archived.gathered.gallery.values());
    for file in archived.hidden.values().flat_map(|picture| picture.files()) {
        let place = hidden_place(file.path);
        if !manifest.files.contains_key(&place) {
            is_news = true;
            manifest.claim(place, Role::Hidden, file.sha256.to_owned());
        }
    }
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
    let Archived { place: memory, bytes, stamp, pages, gathered, hidden, elsewhere, mut report } = archived;
    place(kitchen, gathered.gallery.values())?;
    let hidden = hide::hide(kitchen, hidden)?;
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
    let folder = feed.archive.as_ref().map(|archive| &archive.folder);
    for place in manifest.feeds.get(&name).map(|record| record.pages.clone()).unwrap_or_default() {
        if !pages.contains(&place) && is_edited(kitchen, manifest, &place)? {
            let why = match post_of(&place) {
                Some(id) if elsewhere.get(&id) == Some(&place) => Left::OnlyPage,
                Some(_) => Left::PostGone,
                None if folder.is_some_and(|folder| place.folder() != folder.as_str()) => Left::FolderChanged,
                None => Left::PostGone,
            };
            report.left.push((place.clone(), why));
            pages.insert(place);
        }
    }
    let mut held = BTreeSet::new();
    for place in report.edited.iter().chain(report.left.iter().map(|(place, _)| place)) {
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
        demo: false,
        account: Account::default(),
        stamp: Some(stamp),
        pages,
        held,
        pictures: gathered.gallery,
        hidden,
    };
    manifest.feeds.insert(name, record);
    Ok(report)
}

/// Whether somebody edited a page that was written once.
pub(super) fn is_edited(kitchen: &Kitchen<'_>, manifest: &Manifest, place: &SitePath) -> Result<bool, BakeError> {
    let Some(record) = manifest.files.get(place) else { return Ok(false) };
    match kitchen.root.read(place) {
        Err(FileError::NoFile { .. }) => Ok(true),
        read => Ok(read?.is_some_and(|bytes| !record.is_of(&bytes))),
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
    let put = match there.map(|bytes| hex(&Sha256::digest(with_plain_ends(&bytes)))) {
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
