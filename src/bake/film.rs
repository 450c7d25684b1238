//! The videos themselves, where they are wished for: each as it came, beside its poster.

use std::sync::Arc;

use super::Kitchen;
use super::gather::{Gathered, Known, Stopped};
use super::listing::Listing;
use crate::config::{FeedSettings, Video};
use crate::feed::{MediaLink, Slide, SlideKind};
use crate::http::HttpError;
use crate::media::{self, Clip};
use crate::site::shown_slides;

/// Sees to it that the pictures of `gathered` carry the videos that are wished for, and no other. One that cannot be had
/// is shown by its poster.
pub fn film(
    kitchen: &Kitchen<'_>,
    settings: &FeedSettings,
    known: &Known<'_>,
    listing: &Listing<'_>,
    gathered: &mut Gathered,
) -> Result<(), Stopped> {
    let Gathered { selection, gallery, without_video, filmed_bytes, .. } = gathered;
    for post in &selection.kept {
        for slide in shown_slides(settings, post) {
            let Some(picture) = gallery.get_mut(&slide.id) else { continue };
            let mut is_downloaded = false;
            let clip = match settings.video {
                Video::File { max_bytes } if slide.kind == SlideKind::Video => match known.clip(&slide.id) {
                    Some(clip) => Some(clip),
                    None => match fetch(kitchen, settings, listing, slide, max_bytes) {
                        Ok(bytes) => {
                            let clip = media::clip(&slide.id, &bytes, &kitchen.settings.media_dir);
                            kitchen.cache.put_hashed(&clip.sha256, &bytes).map_err(Stopped::of_site)?;
                            *filmed_bytes += clip.bytes;
                            is_downloaded = true;
                            Some(clip)
                        }
                        Err(why) => {
                            without_video.push((post.handle().to_owned(), why));
                            None
                        }
                    },
                },
                _ => None,
            };
            if picture.clip != clip {
                *picture = Arc::new(media::Picture { clip, ..picture.as_ref().clone() });
                if is_downloaded {
                    kitchen.ledger.enter_filmed(picture);
                }
            }
        }
    }
    Ok(())
}

fn fetch(
    kitchen: &Kitchen<'_>,
    settings: &FeedSettings,
    listing: &Listing<'_>,
    slide: &Slide,
    max_bytes: u64,
) -> Result<Vec<u8>, String> {
    let link: &MediaLink = slide.video_link.as_ref().ok_or("the API names no file for it")?;
    let http = listing.http().ok_or("it was never downloaded")?;
    let outcome = |error: &HttpError| error.outcome();
    let bytes =
        media::fetch_video(http, link, max_bytes, &settings.api.patience, kitchen.pause, kitchen.dice, &outcome);
    let bytes = bytes.map_err(|error| error.to_string())?;
    match kitchen.scanner.scan(&bytes) {
        None => Ok(bytes),
        Some(leak) => Err(format!("its file holds {leak}")),
    }
}

impl Known<'_> {
    /// The video of a slide that an earlier bake left in the site or the cache.
    fn clip(&self, slide: &crate::feed::MediaId) -> Option<Clip> {
        self.clips(slide).find(|clip| self.has_file(clip.file())).cloned()
    }
}
