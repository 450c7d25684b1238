//! The CDN: links that are signed and expire, and what they lead to.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::bombs::bomb;
use super::faults::Fault;
use super::pictures::{drawn, encoded};
use super::world::{IMAGE_LINK_LIFE, Stored, VIDEO_LINK_LIFE, World, link_path};
use crate::loopback::{Delivery, Request, Response};
use crate::media::hex;
use image::ImageFormat;
use std::time::Duration;

/// Longer than anybody waits.
const SILENCE: Duration = Duration::from_secs(300);

/// A picture as iPhones make them, 64 pixels wide.
const HEIC: &[u8] = include_bytes!("real.heic");

/// Signs the links of this stand-in.
const KEY: &str = "the CDN's own secret";

impl World {
    /// Makes a link to `name` that is good from `now` on for as long as the real one's.
    pub fn link(&mut self, base: &str, name: &str, now: Timestamp) -> String {
        self.counter += 1;
        let path = link_path(name);
        let life = if name.ends_with(".mp4") { VIDEO_LINK_LIFE } else { IMAGE_LINK_LIFE };
        let end = now.checked_add(life).unwrap_or(Timestamp::MAX).as_second();
        let query = format!(
            "stp=dst-jpg_e35_tt6&_nc_cat=1&ccb=7-5&_nc_sid=18de74&_nc_gid={:x}&edm=ANo9K5cEAAAA&oe={end:X}",
            self.counter
        );
        format!("{base}{path}?{query}&oh=00_{}", signature(&path, &query))
    }
}

fn signature(path: &str, query: &str) -> String {
    format!("Af{}", &hex(&Sha256::digest(format!("{KEY} {path}?{query}")))[..30])
}

/// Answers a download.
pub fn download(file: Option<&Stored>, request: &Request, now: Timestamp, fault: Option<Fault>) -> Response {
    let refused = |status: u16, text: &str| Response::new(status).header("Content-Type", "text/plain").body(text);
    let Some(file) = file else { return refused(404, "Not Found") };
    let Some((query, signed)) = request.query().rsplit_once("&oh=00_") else { return refused(403, "Bad URL hash") };
    if signature(&link_path(&file.name), query) != signed {
        return refused(403, "Bad URL hash");
    }
    let end = query.rsplit_once("&oe=").and_then(|(_, end)| i64::from_str_radix(end, 16).ok()).unwrap_or(0);
    if end < now.as_second() {
        return refused(403, "URL signature expired");
    }
    if file.is_deleted {
        return refused(404, "Not Found");
    }
    let bytes = file.content.bytes(&file.name).into_owned();
    let kind = if file.name.ends_with(".mp4") { "video/mp4" } else { "image/jpeg" };
    let picture = |bytes: Vec<u8>| {
        Response::new(200)
            .header("Content-Type", kind)
            .header("Last-Modified", "Sat, 02 May 2026 10:00:00 GMT")
            .header("Cache-Control", "max-age=1209600, no-transform")
            .body(bytes)
    };
    let small = || drawn(&file.name, 320, 320);
    match fault {
        Some(Fault::ExpiredLink) => refused(403, "URL signature expired"),
        Some(Fault::BadHash) => refused(403, "Bad URL hash"),
        Some(Fault::CdnMissing) => refused(404, "Not Found"),
        Some(Fault::CdnDown) => refused(503, "Service Unavailable"),
        Some(Fault::WebpNamedJpg) => picture(encoded(&small(), ImageFormat::WebP)),
        Some(Fault::TruncatedJpeg) => picture(bytes[..bytes.len() / 2].to_vec()),
        Some(Fault::LengthTooLarge) => picture(bytes).delivery(Delivery::ClaimMore(1000)),
        Some(Fault::LengthTooSmall) => {
            let less = bytes.len() / 3;
            picture(bytes).delivery(Delivery::ClaimLess(less))
        }
        Some(Fault::CutPicture) => {
            let half = bytes.len() / 2;
            picture(bytes).delivery(Delivery::CutAfter(half))
        }
        Some(Fault::HtmlPicture) => {
            picture(b"<!DOCTYPE html><title>Sorry</title>".to_vec()).header("Content-Type", "text/html")
        }
        Some(Fault::EmptyPicture) => picture(Vec::new()),
        Some(Fault::GifPicture) => picture(encoded(&small(), ImageFormat::Gif)),
        Some(Fault::HugePicture) => picture(bomb()),
        Some(Fault::HeicPicture) => picture(HEIC.to_vec()),
        Some(Fault::VideoPicture) => picture(b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41".to_vec()),
        Some(Fault::SlowDrip) => picture(bytes).delivery(Delivery::Drip(Duration::from_millis(2))),
        Some(Fault::StalledPicture) => picture(bytes).delivery(Delivery::Stall(SILENCE)),
        Some(Fault::RedirectElsewhere) => {
            Response::new(302).header("Location", "http://elsewhere.example/picture.jpg").body("")
        }
        Some(Fault::RedirectLoopPicture) => Response::new(302).header("Location", request.target.as_str()),
        _ => picture(bytes),
    }
}
