//! The bytes behind a link of the CDN, with limits on size, type and time, and a second try where that may help.

use std::time::Duration;

use super::clip::is_whole;
use super::sniff::Sniffed;
use crate::feed::MediaLink;
use crate::http::{FetchLimits, Http, HttpError};
use crate::retry::{Outcome, Patience, patiently};

/// Largest download. Instagram takes photographs of up to 8 MB; what it serves has a median of 250 kB.
const MAX_BYTES: u64 = 32 * 1024 * 1024;

/// Downloads one original.
///
/// Asks again after a stumble as `patience` allows, with `pause` to sleep, `dice` for the jitter and `outcome` to say what a
/// failure means. A body that does
/// not begin like a picture is refused before the rest of it is downloaded: a video's link may stand where a
/// picture's was expected.
///
/// # Errors
/// [`HttpError`] of the last try.
pub fn fetch(
    http: &Http,
    link: &MediaLink,
    patience: &Patience,
    pause: &dyn Fn(Duration),
    dice: &dyn Fn() -> f64,
    outcome: &dyn Fn(&HttpError) -> Outcome,
) -> Result<Vec<u8>, HttpError> {
    let limits = FetchLimits { max_bytes: MAX_BYTES };
    patiently(patience, pause, dice, outcome, || http.get_media(link, limits, &begins_like_a_picture))
}

/// Downloads one video of at most `max_bytes`, which is kept as it is. All else as in [`fetch`].
///
/// # Errors
/// As there; [`HttpError::TooLarge`] for a larger one, [`HttpError::CutOff`] for a part of one.
pub fn fetch_video(
    http: &Http,
    link: &MediaLink,
    max_bytes: u64,
    patience: &Patience,
    pause: &dyn Fn(Duration),
    dice: &dyn Fn() -> f64,
    outcome: &dyn Fn(&HttpError) -> Outcome,
) -> Result<Vec<u8>, HttpError> {
    let limits = FetchLimits { max_bytes };
    let bytes = patiently(patience, pause, dice, outcome, || http.get_media(link, limits, &begins_like_a_video))?;
    match is_whole(&bytes) {
        true => Ok(bytes),
        // Whoever cut it off served it as if it were all: asking again would bring the same.
        false => {
            Err(HttpError::CutOff { host: link.to_string(), why: "the file ends before the video does".to_owned() })
        }
    }
}

fn begins_like_a_video(start: &[u8]) -> Result<(), String> {
    match Sniffed::of(start) {
        Sniffed::Mp4 => Ok(()),
        other => Err(other.describe().to_owned()),
    }
}

fn begins_like_a_picture(start: &[u8]) -> Result<(), String> {
    let sniffed = Sniffed::of(start);
    if sniffed.is_picture_we_decode() { Ok(()) } else { Err(sniffed.describe().to_owned()) }
}
