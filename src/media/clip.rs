//! A video as it came: nothing in it is changed, and of what is in it only its length is read. Pure.

use sha2::{Digest, Sha256};

use super::picture::Clip;
use super::recipe::hex;
use crate::feed::MediaId;
use crate::files::SitePath;

/// What is known of the video with these bytes.
///
/// Its file is named `<folder>/<id>-video.<8 hex of the content's SHA-256>.mp4`.
pub fn clip(id: &MediaId, bytes: &[u8], folder: &SitePath) -> Clip {
    let sha256 = hex(&Sha256::digest(bytes));
    let name = format!("{id}-video.{}.mp4", &sha256[..8]);
    let path = folder.join(&name).expect("an id and hexadecimal digits are a plain file name");
    Clip { path, bytes: bytes.len() as u64, sha256, seconds: seconds(bytes) }
}

/// How long it lasts, in whole seconds, where its header says so.
///
/// Source: ISO/IEC 14496-12, 4.2 (boxes) and 8.2.2 (the movie header).
fn seconds(bytes: &[u8]) -> Option<u32> {
    let header = inside(inside(bytes, *b"moov")?, *b"mvhd")?;
    let number = |at: usize, length: usize| -> Option<u64> {
        let bytes = header.get(at..at + length)?;
        Some(bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    };
    // Version, flags, two dates, then the parts of a second and how many of them it lasts.
    let (scale, duration) = match header.first()? {
        0 => (number(12, 4)?, number(16, 4)?),
        1 => (number(20, 4)?, number(24, 8)?),
        _ => return None,
    };
    let seconds = duration.checked_add(scale / 2)?.checked_div(scale)?;
    u32::try_from(seconds).ok().filter(|seconds| (1..=24 * 60 * 60).contains(seconds))
}

/// What is in the first box of this kind.
fn inside(bytes: &[u8], kind: [u8; 4]) -> Option<&[u8]> {
    let mut rest = bytes;
    loop {
        let (of, head, size) = first_box(rest)?;
        if of == kind {
            return rest.get(head..size.min(rest.len()));
        }
        rest = rest.get(size..)?;
    }
}

/// The box that these bytes begin with: its kind, the bytes of its head, and those of it all, which may be more than
/// there are.
fn first_box(bytes: &[u8]) -> Option<([u8; 4], usize, usize)> {
    let [size @ .., a, b, c, d]: [u8; 8] = bytes.get(..8)?.try_into().ok()?;
    let (head, size) = match u32::from_be_bytes(size) {
        // To the end of the file.
        0 => (8, bytes.len()),
        1 => (16, usize::try_from(u64::from_be_bytes(bytes.get(8..16)?.try_into().ok()?)).ok()?),
        size => (8, size as usize),
    };
    (size >= head).then_some(([a, b, c, d], head, size))
}

/// Whether a video is there to its end: its boxes are as long as the file, and one of them holds what is played.
///
/// A file that was cut in the middle says as much in its header as a whole one, and plays to where it was cut.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    let (mut rest, mut kinds) = (bytes, Vec::new());
    while !rest.is_empty() {
        let Some((kind, _, size)) = first_box(rest) else { return false };
        let Some(behind) = rest.get(size..) else { return false };
        kinds.push(kind);
        rest = behind;
    }
    kinds.contains(b"moov") && kinds.contains(b"mdat")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
        let size = u32::try_from(content.len() + 8).unwrap();
        [&size.to_be_bytes(), kind.as_slice(), content].concat()
    }

    fn header(version: u8, scale: u32, duration: u64) -> Vec<u8> {
        let mut content = vec![version, 0, 0, 0];
        content.extend(vec![0; if version == 0 { 8 } else { 16 }]);
        content.extend(scale.to_be_bytes());
        match version {
            0 => content.extend(u32::try_from(duration).unwrap().to_be_bytes()),
            _ => content.extend(duration.to_be_bytes()),
        }
        boxed(*b"moov", &[boxed(*b"free", b"x"), boxed(*b"mvhd", &content)].concat())
    }

    #[test]
    fn the_length_is_read_wherever_the_header_stands() {
        let file = |parts: &[Vec<u8>]| parts.concat();
        let (start, data) = (boxed(*b"ftyp", b"isom"), boxed(*b"mdat", &[0; 100]));
        for (bytes, expected) in [
            (file(&[start.clone(), header(0, 1000, 32_400), data.clone()]), Some(32)),
            (file(&[start.clone(), data.clone(), header(1, 600, 600 * 75)]), Some(75)),
            (file(&[start.clone(), data]), None),
            (file(&[start.clone(), header(0, 0, 5)]), None),
            (file(&[start.clone(), header(0, 1, u64::from(u32::MAX))]), None),
            (file(&[start, header(7, 1, 5)]), None),
            (Vec::new(), None),
        ] {
            assert_eq!(seconds(&bytes), expected);
        }
    }

    #[test]
    fn a_video_that_was_cut_anywhere_is_not_whole() {
        let (start, data) = (boxed(*b"ftyp", b"isom"), boxed(*b"mdat", &[7; 100]));
        let long = [&1_u32.to_be_bytes(), b"mdat".as_slice(), &24_u64.to_be_bytes(), &[7; 8]].concat();
        let open = [&0_u32.to_be_bytes(), b"mdat".as_slice(), &[7; 100]].concat();
        for parts in [
            vec![start.clone(), header(0, 1000, 5000), data.clone()],
            vec![start.clone(), data, header(1, 1000, 5000)],
            vec![start.clone(), header(0, 1000, 5000), long],
        ] {
            let whole = parts.concat();
            assert!(is_whole(&whole));
            for end in 0..whole.len() {
                assert!(!is_whole(&whole[..end]), "{end} of {}", whole.len());
            }
        }
        // What goes to the end of the file says of no end.
        assert!(is_whole(&[start, header(0, 1000, 5000), open].concat()));
    }

    #[test]
    fn a_header_that_lies_is_no_trap() {
        for size in [2_u32, 7, 8, u32::MAX] {
            let lying = [&size.to_be_bytes(), b"moov".as_slice(), &[0; 40]].concat();
            assert_eq!(seconds(&lying), None, "{size}");
        }
        let whole = header(0, 1000, 5000);
        for end in 0..whole.len() {
            let _ = seconds(&whole[..end]);
        }
    }
}
