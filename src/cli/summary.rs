//! What a bake did, in a few lines for people and in JSON for machines.

use std::time::Duration;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::failure::Code;
use super::tokens;
use super::ui::{GREEN, Loudness, Voice, bytes, count};
use crate::bake::{ArchiveReport, Baked, FeedOutcome, FeedReport, Left, PictureCount, Report};
use crate::feed::one_line;
use crate::site::Weight;

/// Posts left out that are named in a plain summary. An answer may repeat one of them ten thousand times.
pub const NAMED: usize = 12;

/// Tells a person what the bake did.
pub fn tell(voice: &Voice, report: &Report, elapsed: Duration) {
    for feed in &report.feeds {
        match &feed.outcome {
            FeedOutcome::Baked(baked) => tell_feed(voice, feed, baked),
            FeedOutcome::Merged { posts, written, .. } => {
                let (posts, word) = (count(*posts, "post"), written.word());
                voice.say(&format!("{GREEN}{}{GREEN:#}: {posts} in {} ({word})", feed.name, feed.data_file));
                tell_weight(voice, feed);
            }
            FeedOutcome::Kept { .. } | FeedOutcome::Empty { .. } => {}
        }
    }
    for place in &report.installed {
        match report.installed_again.contains(place) {
            false => voice.say(&format!("wrote {place}: yours from now on")),
            // A site that includes it could not be built without.
            true => voice.say(&format!(
                "wrote {place} again: it was gone; with `templates = false` in feedbake.toml, none of them is written"
            )),
        }
    }
    if let Some(place) = &report.instead_of_partial {
        voice.warn(&format!("no partial was written, for {place} has its name; `feedbake init` says what to do"));
    }
    if !report.is_fresh() && report.pictures.total() == 0 {
        return;
    }
    voice.say(&pictures(&report.pictures));
    let removed = match report.removed.len() {
        0 => String::new(),
        removed => format!(", {} removed", count(removed, "file")),
    };
    voice.say(&format!(
        "done in {:.1} s, {}{removed}",
        elapsed.as_secs_f64(),
        count(report.requests as usize, "request")
    ));
}

/// What is said of a feed that wanted more posts than the API handed out.
pub const BROKEN_OFF: &str =
    "the API's list of posts breaks off: it says that there is more and repeats itself; what came is shown";

fn tell_feed(voice: &Voice, feed: &FeedReport, baked: &Baked) {
    let from = if baked.archive.is_some() { "feed" } else { "site" };
    if let Some((before, now)) = &baked.replaced {
        let (before, now) = (one_line(before), one_line(now));
        voice.warn(&format!(
            "{} was the feed of @{before} and is that of @{now} now, whose token this is: if that is not meant, give it the other token again",
            feed.name
        ));
    }
    for handle in &baked.gone {
        voice.say(&format!("{handle} is not on Instagram any more: it leaves the {from}"));
    }
    let loud = voice.loudness == Loudness::Verbose;
    let (lines, more) = left_out(baked, if loud { usize::MAX } else { NAMED });
    for line in lines {
        voice.say(&line);
    }
    if more > 0 {
        voice.say(&format!("left out {more} more: `--verbose` names each"));
    }
    // Posts beyond `limit` are not worth a line each; those that should have been shown are.
    if loud {
        for dropped in baked.dropped.iter().filter(|dropped| dropped.reason.is_wished()) {
            voice.detail(&format!("left out {}: {}", dropped.post.handle(), one_line(&dropped.reason.to_string())));
        }
    }
    for (handle, why) in baked.without_video.iter().take(if loud { usize::MAX } else { NAMED }) {
        voice.say(&format!("{handle} is shown by its poster: {}", one_line(why)));
    }
    if baked.scan_ended {
        voice.warn("the account has more posts than `scan` lets feedbake look at");
    }
    if baked.is_broken_off {
        voice.warn(BROKEN_OFF);
    }
    let posts = if feed.posts_before > 0 && feed.posts_before != baked.posts {
        format!("{} → {}", count(feed.posts_before, "post"), baked.posts)
    } else {
        count(baked.posts, "post")
    };
    let left_out = baked.dropped.len() + baked.unreadable.len();
    let word = baked.written.word();
    voice.say(&format!("{GREEN}{}{GREEN:#}: {posts} in {} ({word}), {left_out} left out", feed.name, feed.data_file));
    tell_weight(voice, feed);
    if let Some(archive) = &baked.archive {
        tell_archive(voice, &feed.name, archive);
    }
}

fn tell_weight(voice: &Voice, feed: &FeedReport) {
    if let Some((of_feed, posts)) = feed.weight() {
        voice.say(&format!("{}: {}", feed.name, weight(of_feed, posts)));
    }
}

fn tell_archive(voice: &Voice, feed: &str, archive: &ArchiveReport) {
    let what = if archive.keeps { "stays in the archive" } else { "leaves the archive" };
    for handle in archive.deleted.iter().take(NAMED) {
        voice.say(&format!("{handle} is not on Instagram any more: it {what}"));
    }
    if archive.deleted.len() > NAMED {
        voice.say(&format!("and {} more", archive.deleted.len() - NAMED));
    }
    if archive.released > 0 {
        let posts = count(archive.released, "post");
        voice.say(&format!(
            "{posts} that had been kept leave the archive of {feed}: `archive.deleted` is \"remove\" now"
        ));
    }
    for (place, why) in archive.left.iter().take(NAMED) {
        let why = match why {
            Left::PostGone => "its post is not in the archive any more",
            Left::OnlyPage => {
                "the archive is in another folder now, without a second page for this post: move it there by hand, and change its `path`"
            }
            Left::FolderChanged => "the archive is in another folder now, with one of its own",
        };
        voice.say(&format!("{place} stays, for you edited it; {why}"));
    }
    if archive.posts == 0 {
        return;
    }
    let mut parts = vec![format!("{} in the archive", count(archive.posts, "post"))];
    let more = [
        (archive.new, "new"),
        (archive.written, "written"),
        (archive.edited.len(), "edited by you and left alone"),
        (archive.without_pictures, "without a picture to be had"),
    ];
    parts.extend(more.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")));
    voice.say(&format!("{GREEN}{feed}{GREEN:#}: {}", parts.join(", ")));
}

fn archive_as_json(archive: &ArchiveReport) -> Value {
    json!({
        "posts": archive.posts,
        "new": archive.new,
        "written": archive.written,
        "edited": archive.edited.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "left": archive.left.iter().map(|(place, _)| place.to_string()).collect::<Vec<_>>(),
        "deleted": archive.deleted,
        "released": archive.released,
        "doubted_by_filters": archive.doubted_filters,
        "doubted": archive.doubted,
        "without_pictures": archive.without_pictures,
        "trouble": archive.trouble,
    })
}

fn pictures(pictures: &PictureCount) -> String {
    let mut parts = vec![format!("{} made", pictures.fetched + pictures.reshaped), format!("{} reused", pictures.kept)];
    if pictures.downloaded_bytes > 0 {
        parts.push(format!("{} downloaded", bytes(pictures.downloaded_bytes)));
    }
    format!("{}: {}", count(pictures.total(), "picture"), parts.join(", "))
}

/// What a feed weighs: the originals, the files in the site, and what a phone loads of them.
pub fn weight(weight: &Weight, posts: usize) -> String {
    let widths: Vec<String> =
        weight.shipped.iter().map(|(width, all)| format!("{} at {width} px", bytes(*all))).collect();
    format!(
        "{} of originals → {} in the site ({}); a phone loads {} for {}",
        bytes(weight.originals),
        bytes(weight.shipped.values().sum()),
        widths.join(", "),
        bytes(weight.phone),
        count(posts, "tile")
    )
}

/// A day as people write it: `2 May 2026`.
pub fn day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// Tells a machine what the bake did.
pub fn as_json(report: &Report, code: Code) -> Value {
    let feeds: Vec<Value> = report.feeds.iter().map(feed_as_json).collect();
    let pictures = &report.pictures;
    json!({
        "feeds": feeds,
        "pictures": {
            "made": pictures.fetched + pictures.reshaped,
            "reused": pictures.kept,
            "downloaded_bytes": pictures.downloaded_bytes,
        },
        "installed": report.installed.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "removed": report.removed.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "tokens": report.tokens.iter().map(tokens::as_json).collect::<Vec<_>>(),
        "requests": report.requests,
        "posts": report.posts(),
        "changed": report.changed,
        "code": code as u8,
    })
}

fn weight_as_json(weight: &Weight) -> Value {
    let widths = weight.shipped.iter().map(|(width, all)| json!({ "width": width, "bytes": all }));
    json!({
        "original_bytes": weight.originals,
        "site_bytes": weight.shipped.values().sum::<u64>(),
        "widths": widths.collect::<Vec<_>>(),
        "phone_bytes": weight.phone,
    })
}

fn feed_as_json(feed: &FeedReport) -> Value {
    let mut value =
        json!({ "name": feed.name, "data_file": feed.data_file.to_string(), "posts_before": feed.posts_before });
    let more = match &feed.outcome {
        FeedOutcome::Baked(baked) => json!({
            "outcome": "baked",
            "posts": baked.posts,
            "changed": baked.written.is_change(),
            "gone": baked.gone,
            "replaced": baked.replaced.as_ref().map(|(before, now)| json!({ "before": before, "now": now })),
            "weight": weight_as_json(&baked.weight),
            "without_alt": baked.without_alt,
            "archive": baked.archive.as_deref().map(archive_as_json),
            "without_video": baked.without_video.iter().map(|(post, why)| json!({ "post": post, "reason": why })).collect::<Vec<_>>(),
            "dropped": baked.dropped.iter().map(|dropped| json!({
                "post": dropped.post.handle(),
                "reason": dropped.reason.to_string(),
                "wished": dropped.reason.is_wished(),
            })).collect::<Vec<_>>(),
            "unreadable": baked.unreadable.iter().map(|item| json!({ "item": item.name(), "reason": item.why })).collect::<Vec<_>>(),
        }),
        FeedOutcome::Merged { posts, written, weight } => json!({
            "outcome": "merged",
            "posts": posts,
            "changed": written.is_change(),
            "weight": weight_as_json(weight),
        }),
        FeedOutcome::Kept { hindrance, posts, last_good, stale } => json!({
            "outcome": "kept",
            "posts": posts,
            "why": hindrance.to_string(),
            "last_good": last_good.map(|last_good| last_good.date().to_string()).unwrap_or_default(),
            "stale": stale,
        }),
        FeedOutcome::Empty { hindrance } => json!({ "outcome": "empty", "posts": 0, "why": hindrance.to_string() }),
    };
    if let (Value::Object(value), Value::Object(more)) = (&mut value, more) {
        value.extend(more);
    }
    value
}

/// A line for each of the first `most` posts that were left out for a reason the user did not ask for, and how many
/// there are beyond.
pub fn left_out(baked: &Baked, most: usize) -> (Vec<String>, usize) {
    let troubled = baked.dropped.iter().filter(|dropped| !dropped.reason.is_wished());
    let troubled = troubled.map(|dropped| format!("left out {}: {}", dropped.post.handle(), dropped.reason));
    let unreadable = baked.unreadable.iter();
    let unreadable = unreadable.map(|item| format!("left out {}: not understood: {}", item.name(), item.why));
    let mut all = troubled.chain(unreadable);
    let lines = all.by_ref().take(most).map(|line| one_line(&line)).collect();
    (lines, all.count())
}
