//! What is known of one finished picture: enough to use it again without looking at a pixel.

use serde::{Deserialize, Serialize};

use super::encode::Format;
use crate::feed::MediaId;
use crate::files::SitePath;

/// One slide's picture, in every size and format it was made in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// The slide it belongs to.
    pub id: MediaId,
    /// Fingerprint of the recipe it was made by.
    pub recipe: String,
    /// SHA-256 of the original, hexadecimal.
    pub original: String,
    /// Size of the original in bytes.
    pub original_bytes: u64,
    /// Dominant colour, `#rrggbb`.
    pub color: String,
    /// A thumbhash, base64.
    pub placeholder: String,
    /// By format in the order of the recipe, then ascending by width; at least one.
    pub renditions: Vec<Rendition>,
    /// The video it is the poster of, where that was wished for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clip: Option<Clip>,
}

/// A video.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clip {
    /// Its place in the site.
    pub path: SitePath,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// How long it lasts, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
}

impl Clip {
    /// Its file.
    pub fn file(&self) -> File<'_> {
        File { path: &self.path, bytes: self.bytes, sha256: &self.sha256 }
    }
}

/// One file of a picture, whatever is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct File<'a> {
    /// Its place in the site.
    pub path: &'a SitePath,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of it, hexadecimal.
    pub sha256: &'a str,
}

impl File<'_> {
    /// Whether it lies where and is called what files of pictures are: manifest and index are files that anybody may
    /// edit, and what they name is written and deleted.
    pub fn is_ours(&self) -> bool {
        is_picture(self.path, self.sha256)
    }
}

/// One encoded file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendition {
    /// Its place in the site.
    pub path: SitePath,
    /// What it is.
    pub format: Format,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
}

/// Whether a path is one of a picture with this content: `<folder>/<id>-<width>.<first 8 of the hash>.<extension>`, or
/// `<folder>/<id>-video.<first 8 of the hash>.mp4`.
pub fn is_picture(path: &SitePath, sha256: &str) -> bool {
    let Some((_, name)) = path.as_str().rsplit_once('/') else { return false };
    let [stem, hash, extension] = name.split('.').collect::<Vec<_>>()[..] else { return false };
    let Some((id, width)) = stem.rsplit_once('-') else { return false };
    let is_number = !width.is_empty() && width.bytes().all(|byte| byte.is_ascii_digit());
    let is_format = Format::ALL.iter().any(|format| format.extension() == extension);
    let is_kind = (is_number && is_format) || (width == "video" && extension == "mp4");
    MediaId::new(id).is_ok() && is_kind && sha256.get(..8) == Some(hash)
}

impl Picture {
    /// Every file of it.
    pub fn files(&self) -> impl Iterator<Item = File<'_>> {
        let renditions = self.renditions.iter();
        let renditions = renditions.map(|file| File { path: &file.path, bytes: file.bytes, sha256: &file.sha256 });
        renditions.chain(self.clip.as_ref().map(Clip::file))
    }

    /// The largest rendition: its sides are the picture's.
    pub fn largest(&self) -> &Rendition {
        self.renditions.iter().max_by_key(|rendition| rendition.width).expect("a picture has at least one rendition")
    }

    /// The formats it was made in, the best first.
    pub fn formats(&self) -> Vec<Format> {
        let mut formats: Vec<Format> = Vec::new();
        for rendition in &self.renditions {
            if !formats.contains(&rendition.format) {
                formats.push(rendition.format);
            }
        }
        formats
    }

    /// The renditions of one format, ascending by width.
    pub fn of_format(&self, format: Format) -> impl Iterator<Item = &Rendition> {
        self.renditions.iter().filter(move |rendition| rendition.format == format)
    }
}
