//! Whether the published pictures are still what was made: damage that changes no size is seen by their hashes only.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::files::{Root, SitePath};
use crate::manifest::Manifest;
use crate::media::{File, hex};

/// So much is compared in one bake: a few milliseconds. A feed of the usual size is compared whole each time; of a larger one
/// every bake takes another part.
const MOST: Share = Share { bytes: 4 << 20, files: 128 };

/// A part of the published pictures.
#[derive(Debug, Clone, Copy)]
struct Share {
    bytes: u64,
    files: usize,
}

/// The pictures that hold other bytes than were written, of those that were looked at; where to begin is said by a fresh
/// number from 0 to 1. One of another size is not among them: that is seen without reading it.
pub fn damaged(root: &Root, manifest: &Manifest, dice: f64) -> BTreeSet<SitePath> {
    let pictures = manifest.feeds.values().flat_map(|feed| feed.pictures.values());
    let files = pictures.flat_map(|picture| picture.files()).filter(File::is_ours);
    let all: BTreeMap<&SitePath, File<'_>> = files.map(|file| (file.path, file)).collect();
    let all: Vec<File<'_>> = all.into_values().collect();
    share(&all, MOST, dice).filter(|file| is_damaged(root, *file)).map(|file| file.path.clone()).collect()
}

fn is_damaged(root: &Root, file: File<'_>) -> bool {
    // What cannot be read is the business of whoever needs it.
    let bytes = root.read(file.path).ok().flatten();
    bytes.is_some_and(|bytes| bytes.len() as u64 == file.bytes && hex(&Sha256::digest(&bytes)) != file.sha256)
}

/// So many of `all` as fit into `most`, the first one chosen by `dice`; at least one, where there is one.
fn share<'a>(all: &[File<'a>], most: Share, dice: f64) -> impl Iterator<Item = File<'a>> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to a length")]
    let first = (dice.clamp(0.0, 1.0) * all.len() as f64) as usize;
    let mut bytes = 0;
    let in_turn = all.iter().cycle().skip(first).take(all.len().min(most.files));
    in_turn.copied().take_while(move |file| {
        let fits = bytes < most.bytes;
        bytes += file.bytes;
        fits
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::Clip;

    fn made(name: &str, bytes: &[u8]) -> Clip {
        let sha256 = hex(&Sha256::digest(bytes));
        let path = SitePath::new(&format!("static/feedbake/{name}-video.{}.mp4", &sha256[..8])).unwrap();
        Clip { path, bytes: bytes.len() as u64, sha256, seconds: None }
    }

    #[test]
    fn every_picture_has_its_turn_and_none_has_two() {
        let all: Vec<Clip> = (0..10_u8).map(|number| made(&number.to_string(), &[number; 10])).collect();
        let all: Vec<File<'_>> = all.iter().map(Clip::file).collect();
        for (most, expected) in [
            (Share { bytes: 1000, files: 100 }, 10),
            (Share { bytes: 1000, files: 3 }, 3),
            (Share { bytes: 25, files: 100 }, 3),
            (Share { bytes: 1, files: 100 }, 1),
        ] {
            let mut seen = BTreeSet::new();
            for step in 0..=20 {
                let taken: Vec<&SitePath> = share(&all, most, f64::from(step) / 20.0).map(|file| file.path).collect();
                assert_eq!(taken.len(), expected, "{most:?}, {step}");
                assert_eq!(taken.iter().collect::<BTreeSet<_>>().len(), expected, "{most:?}, {step}");
                seen.extend(taken);
            }
            assert_eq!(seen.len(), 10, "{most:?}");
        }
        assert_eq!(share(&[], MOST, 0.5).count(), 0);
    }

    #[test]
    fn damage_of_equal_size_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::new(folder.path());
        let made = made("1", b"made");
        for (there, expected) in [(b"made".as_slice(), false), (b"mare", true), (b"longer", false)] {
            root.write(&made.path, there).unwrap();
            assert_eq!(is_damaged(&root, made.file()), expected, "{there:?}");
        }
    }
}
