//! Tidying up: what the manifest lists and nobody needs any more. Nothing else is ever deleted.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::fragment::is_fragment;
use super::layout::{Generator, Layout};
use super::shown::{is_data_file, named_paths};
use super::templates::{Extras, relist_templates};
use crate::archive::{is_json_feed, is_page};
use crate::auth::{STATUS_FILE, VAULT_FILE};
use crate::cache::{self, Index};
use crate::files::{FileError, Root, SitePath};
use crate::manifest::{self, FileRecord, Manifest, Role};
use crate::media::{hex, is_picture};

/// What was tidied away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Deleted.
    pub removed: Vec<SitePath>,
    /// Left where they are, because somebody edited them.
    pub left: Vec<SitePath>,
}

/// Deletes the files that no feed needs any more and forgets them in `manifest`, which the caller writes.
///
/// # Errors
/// [`FileError`] when a file cannot be deleted.
pub fn prune(root: &Root, manifest: &mut Manifest) -> Result<Pruned, FileError> {
    let unneeded = manifest.unneeded();
    remove(root, manifest, unneeded)
}

/// Removes the cache, and the folder around it when nothing else is in it.
///
/// # Errors
/// [`FileError`] when it cannot be deleted.
pub fn clean_cache(root: &Root) -> Result<(), FileError> {
    root.remove_folder(&known(cache::FOLDER))
}

/// Lists again what a lost manifest listed, as far as the cache remembers it or a data file names it; a manifest that lists
/// anything is believed to list all.
pub fn relist(root: &Root, layout: &Layout, manifest: &mut Manifest, index: &Index, data_files: &[&SitePath]) {
    if !manifest.files.is_empty() {
        return;
    }
    for shown in index.shown() {
        manifest.claim(shown.record.data_file.clone(), Role::Data, shown.data_sha256.clone());
        manifest.claim_pictures(shown.record.pictures.values());
    }
    // Since the manifest was lost nobody has looked after these names: other bytes under them may be the user's.
    manifest.files.retain(|path, record| {
        let bytes = root.read(path).ok().flatten();
        record.role != Role::Picture || bytes.is_none_or(|bytes| hex(&Sha256::digest(&bytes)) == record.sha256)
    });
    for place in data_files {
        // What cannot be read is listed by nobody; whoever needs it says so.
        let Some(data) = root.read(place).ok().flatten().filter(|bytes| is_data_file(bytes)) else { continue };
        manifest.claim((*place).clone(), Role::Data, hex(&Sha256::digest(&data)));
        let value: Value = serde_json::from_slice(&data).unwrap_or_default();
        for path in named_paths(&value) {
            let Ok(path) = layout.site_path(path) else { continue };
            if manifest.files.contains_key(&path) {
                continue;
            }
            let bytes = root.read(&path).ok().flatten();
            let sha256 = bytes.map(|bytes| hex(&Sha256::digest(&bytes))).filter(|sha256| is_picture(&path, sha256));
            if let Some(sha256) = sha256 {
                manifest.claim(path, Role::Picture, sha256);
            }
        }
    }
    relist_templates(root, layout, manifest);
}

/// Removes everything feedbake ever made in the site but the cache: the files of the manifest that nobody edited, and
/// the manifest.
///
/// # Errors
/// [`FileError`] when something cannot be deleted; the manifest then still lists the rest.
pub fn clean_all(root: &Root, manifest: &mut Manifest) -> Result<Pruned, FileError> {
    let everything = manifest.files.keys().cloned().collect();
    let mut pruned = remove(root, manifest, everything)?;
    for own in [STATUS_FILE, VAULT_FILE, manifest::FILE].map(known) {
        root.sweep(&own)?;
        if root.is_folder(&own) {
            pruned.left.push(own);
        } else {
            root.remove(&own)?;
        }
    }
    Ok(pruned)
}

fn remove(root: &Root, manifest: &mut Manifest, paths: Vec<SitePath>) -> Result<Pruned, FileError> {
    let mut pruned = Pruned::default();
    for path in paths {
        let Some(record) = manifest.files.get(&path) else { continue };
        root.sweep(&path)?;
        let there = match root.read(&path) {
            // Whatever else stands in its place is somebody's.
            Err(FileError::NoFile { .. }) => {
                pruned.left.push(path.clone());
                manifest.files.remove(&path);
                continue;
            }
            read => read?,
        };
        match there {
            // A run that died may have left the folder it was in.
            None => drop(root.remove(&path)?),
            // Anybody may put another file under the name of one of ours; it is theirs then. A picture's name holds
            // the hash of its content, and damage may have changed that: those are ours in any state.
            Some(bytes) if !is_any_picture_of_ours(&path, record) && !record.is_of(&bytes) => {
                pruned.left.push(path.clone());
            }
            // A hash is no proof either: whoever edits the manifest can reckon one.
            Some(bytes) if !may_be_ours(&path, record, &bytes) => pruned.left.push(path.clone()),
            Some(_) => {
                root.remove(&path)?;
                pruned.removed.push(path.clone());
            }
        }
        manifest.files.remove(&path);
    }
    Ok(pruned)
}

/// Whether feedbake could have made this file: by its name, its place or what it holds, whatever the manifest says.
fn may_be_ours(path: &SitePath, record: &FileRecord, bytes: &[u8]) -> bool {
    match record.role {
        Role::Picture | Role::Hidden => is_any_picture_of_ours(path, record),
        Role::Data => is_data_file(bytes),
        Role::Fragment => is_fragment(bytes),
        Role::Page => is_page(bytes) || is_json_feed(bytes),
        Role::Template => {
            let brought = |generator: Generator| generator.layout().brought(Extras::ALL[0]);
            let mut all = Generator::ALL.into_iter().flat_map(brought);
            all.any(|template| template.place == path.as_str())
        }
    }
}

/// The manifest is a file that anybody may edit: its word alone makes no picture of a user's file.
fn is_picture_of_ours(path: &SitePath, record: &FileRecord) -> bool {
    // The generator may be another one than when it was made.
    let is_published = Generator::ALL.iter().any(|generator| generator.layout().is_published_file(path));
    record.role == Role::Picture && is_published && is_picture(path, &record.sha256)
}

/// The same for one that is kept and not published.
fn is_any_picture_of_ours(path: &SitePath, record: &FileRecord) -> bool {
    let is_hidden = record.role == Role::Hidden && path.folder() == manifest::HIDDEN;
    (is_hidden && is_picture(path, &record.sha256)) || is_picture_of_ours(path, record)
}

fn known(text: &str) -> SitePath {
    SitePath::new(text).expect("the place is a constant")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_manifest_lists_is_deleted_and_an_edited_file_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::new(folder.path());
        let path = |text: &str| SitePath::new(text).unwrap();
        let mut manifest = Manifest::default();
        let ours = hex(&Sha256::digest(b"ours"));
        let picture = format!("static/feedbake/1-32.{}.webp", &ours[..8]);
        for (name, role) in [(picture.as_str(), Role::Picture), ("static/feedbake.css", Role::Template)] {
            root.write(&path(name), b"ours").unwrap();
            manifest.claim(path(name), role, ours.clone());
        }
        // A manifest that was edited names files of the user's.
        for name in ["content/a.md", "static/feedbake/mine-7.jpg", "config.toml"] {
            root.write(&path(name), b"mine").unwrap();
            manifest.claim(path(name), Role::Picture, "0".repeat(64));
        }
        let mine = hex(&Sha256::digest(b"mine"));
        for (name, role) in
            [("a.txt", Role::Picture), ("data/b.json", Role::Data), ("templates/c.html", Role::Template)]
        {
            root.write(&path(name), b"mine").unwrap();
            manifest.claim(path(name), role, mine.clone());
        }
        root.write(&path("static/feedbake/mine.webp"), b"mine").unwrap();
        root.write(&path("static/feedbake.css"), b"edited").unwrap();
        root.write(&path(".feedbake/cache/index.json"), b"{}").unwrap();
        manifest.write(&root).unwrap();

        let pruned = clean_all(&root, &mut manifest).unwrap();
        clean_cache(&root).unwrap();
        assert_eq!(pruned.removed, [path(&picture)]);
        let left = [
            "a.txt",
            "config.toml",
            "content/a.md",
            "data/b.json",
            "static/feedbake.css",
            "static/feedbake/mine-7.jpg",
            "templates/c.html",
        ];
        assert_eq!(pruned.left, left.map(path));
        assert!(root.read(&path("static/feedbake/mine.webp")).unwrap().is_some());
        assert!(!folder.path().join(".feedbake").exists());
    }
}
