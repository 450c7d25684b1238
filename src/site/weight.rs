//! What a feed weighs: as it came, as it lies in the site, and as a visitor loads it. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::data::{Gallery, shown_slides};
use crate::config::{Albums, Arrangement, FeedSettings};
use crate::feed::{MediaId, Post};
use crate::media::Picture;

/// A phone of the usual size: this many CSS pixels wide, each of this many dots.
const PHONE: (u32, u32) = (390, 2);

/// Bytes of one feed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Weight {
    /// Of the originals.
    pub originals: u64,
    /// Of the files in the site, in all formats, by the width that was wished for.
    pub shipped: BTreeMap<u32, u64>,
    /// Of the pictures that a phone loads to show every tile, the profile above them included: in the best format, as its
    /// browser would choose.
    pub phone: u64,
}

/// Weighs the pictures of `posts`, and that of the account, which is the one of `gallery` that is of no post.
pub fn weigh(settings: &FeedSettings, posts: &[Post], gallery: &Gallery) -> Weight {
    let of_posts: BTreeSet<&MediaId> = posts.iter().flat_map(|post| &post.slides).map(|slide| &slide.id).collect();
    let portrait = gallery.iter().find(|(id, _)| !of_posts.contains(id)).map(|(_, picture)| &**picture);
    let pictures_of = |post: &Post| {
        shown_slides(settings, post).iter().filter_map(|slide| Some(&**gallery.get(&slide.id)?)).collect()
    };
    let pictures: Vec<Vec<&Picture>> = posts.iter().map(pictures_of).collect();
    weigh_pictures(settings, &pictures, portrait)
}

/// Weighs the pictures of each post, and the `portrait` of the account.
pub fn weigh_pictures(settings: &FeedSettings, posts: &[Vec<&Picture>], portrait: Option<&Picture>) -> Weight {
    let mut weight = Weight::default();
    if settings.display.header {
        weight.phone += portrait.map_or(0, |picture| loaded(picture, PHONE.0 * PHONE.1));
    }
    let loaded_of_an_album = match settings.display.albums {
        Albums::Cover => 1,
        // A browser fetches a lazy picture before it is scrolled to, and the second of a strip begins where the first
        // ends. The rest is loaded by those who leaf through.
        Albums::Leaf => 2,
    };
    for (number, pictures) in posts.iter().enumerate() {
        for (slide, picture) in pictures.iter().enumerate() {
            weight.originals += picture.original_bytes;
            for rendition in &picture.renditions {
                let wished = settings.recipe.widths.as_slice();
                let width = wished.iter().copied().find(|width| *width >= rendition.width);
                *weight.shipped.entry(width.or(wished.last().copied()).unwrap_or(rendition.width)).or_default() +=
                    rendition.bytes;
            }
            if slide < loaded_of_an_album {
                weight.phone += loaded(picture, dots(settings, number));
            }
        }
    }
    weight
}

/// How wide the tile of the post `number`, from 0, is on a phone, in dots.
fn dots(settings: &FeedSettings, number: usize) -> u32 {
    let (width, density) = PHONE;
    let is_large = number.is_multiple_of(settings.display.large_every as usize);
    let tile = match settings.display.layout {
        Arrangement::Highlight if is_large => width,
        Arrangement::Grid | Arrangement::Masonry | Arrangement::Highlight => width / 2,
        Arrangement::Carousel => width * 72 / 100,
        Arrangement::List => width,
    };
    tile * density
}

/// The bytes of the file that a browser chooses for a place of so many dots.
fn loaded(picture: &Picture, dots: u32) -> u64 {
    let Some(best) = picture.formats().first().copied() else { return 0 };
    let wide_enough = picture.of_format(best).find(|rendition| rendition.width >= dots);
    wide_enough.or_else(|| picture.of_format(best).last()).map_or(0, |rendition| rendition.bytes)
}
