//! `feedbake list`.

use std::collections::BTreeSet;
use std::io::IsTerminal;

use serde_json::{Value, json};

use super::Ended;
use super::args::{Common, Lint, ListArgs};
use super::failure::{Code, Failure};
use super::named;
use super::start::start;
use super::summary;
use super::ui::{GREEN, Voice, YELLOW, count, screen_width};
use crate::auth::day_of;
use crate::bake::{Belief, Rehearsal, rehearse};
use crate::config::{FeedSettings, Layer, MergeSettings};
use crate::feed::{MediaId, Post, one_line};
use crate::site::{PostOf, merged_posts, without_alt};

/// Letters of a caption that are enough to recognise a post by.
const GIST: usize = 40;

/// What stands before them in a line.
const BEFORE_GIST: usize = 40;

/// Shows kept and dropped posts, each with the reason.
pub fn run(voice: &Voice, common: &Common, flags: &ListArgs) -> Ended {
    let start = start(voice, common, &flags.source, Layer::default())?;
    let progress = voice.progress();
    let rehearsals = start
        .with_tools(voice, &progress, Belief::Cautious, rehearse)
        .map_err(|error| Failure::of_bake(&error, "nothing can be listed"))?;
    named::warn_of_rehearsed(voice, &start, &flags.source, &rehearsals);
    let mut worst = Code::Done;
    let mut feeds = Vec::new();
    let mut listed = Vec::new();
    let mut asked = BTreeSet::new();
    for (feed, rehearsed) in start.place.settings.feeds.iter().zip(rehearsals) {
        match rehearsed {
            Ok(rehearsal) => {
                match (voice.json, flags.missing_alt) {
                    (true, _) => {}
                    (false, true) => print_missing_alt(voice, feed, &rehearsal, &mut asked),
                    (false, false) => print(voice, &feed.name, &rehearsal),
                }
                warn(voice, &rehearsal);
                feeds.push(as_json(feed, &rehearsal));
                let lacking =
                    rehearsal.selection.kept.iter().filter(|post| !without_alt(feed, post).is_empty()).count();
                if lacking > 0 && flags.deny.contains(&Lint::MissingAlt) {
                    let failure = of_missing_alt(&feed.name, lacking, rehearsal.selection.kept.len());
                    failure.tell(voice);
                    worst = worst.max(failure.code);
                }
                listed.push((feed, rehearsal));
            }
            Err(hindrance) => {
                let failure =
                    Failure::of_hindrance(&hindrance, &format!("the posts of {} cannot be listed", feed.name));
                failure.tell(voice);
                worst = worst.max(failure.code);
            }
        }
    }
    let settings = &start.place.settings;
    for merge in &settings.merges {
        let parts: Vec<&(&FeedSettings, Rehearsal)> =
            merge.parts.iter().filter_map(|part| listed.iter().find(|(feed, _)| feed.name == *part)).collect();
        let posts = merged_posts(
            &merge.feed,
            parts.iter().flat_map(|(feed, rehearsal)| rehearsal.selection.kept.iter().map(|post| (*feed, post))),
        );
        let absent = merge.parts.iter().filter(|part| !listed.iter().any(|(feed, _)| feed.name == **part));
        let absent: Vec<&str> = absent.map(String::as_str).collect();
        if !voice.json && !flags.missing_alt {
            print_merged(voice, merge, &posts, &absent);
        }
        feeds.push(merged_as_json(merge, &posts, &absent));
    }
    if voice.json {
        voice.json(&json!({ "feeds": feeds }));
    }
    Ok(worst)
}

/// The posts of one feed as lines.
pub fn print(voice: &Voice, name: &str, rehearsal: &Rehearsal) {
    let selection = &rehearsal.selection;
    voice.say(&format!("{name}: {} kept, {} left out", selection.kept.len(), selection.dropped.len()));
    print_shown(voice, selection.kept.iter());
    for dropped in &selection.dropped {
        let reason = one_line(&dropped.reason.to_string());
        voice.result(&format!("{YELLOW}   -{YELLOW:#}  {}\n      {reason}", line(&dropped.post)));
    }
    for item in &rehearsal.unreadable {
        voice.result(&format!(
            "{YELLOW}   -{YELLOW:#}  {}\n      not understood: {}",
            item.name(),
            one_line(&item.why)
        ));
    }
}

/// The posts of a merged feed as lines; `absent` are its parts that could not be listed.
fn print_merged(voice: &Voice, merge: &MergeSettings, posts: &[PostOf<'_>], absent: &[&str]) {
    let without = if absent.is_empty() { String::new() } else { format!(", without {}", absent.join(" and ")) };
    voice.say(&format!(
        "{}: {} of {}{without}",
        merge.feed.name,
        count(posts.len(), "post"),
        merge.parts.join(" and ")
    ));
    print_shown(voice, posts.iter().map(|(_, post)| *post));
}

/// Posts in the order they are shown in, with their numbers.
fn print_shown<'a>(voice: &Voice, posts: impl Iterator<Item = &'a Post>) {
    for (number, post) in posts.enumerate() {
        voice.result(&format!("{GREEN}{:>4}{GREEN:#}  {}", number + 1, line(post)));
    }
}

/// An `[[override]]` for each post that lacks a text, to be filled in and put into the settings.
///
/// `asked` are the posts that an earlier feed had, too: what is said of a post at the top of the settings is said in each.
fn print_missing_alt(voice: &Voice, feed: &FeedSettings, rehearsal: &Rehearsal, asked: &mut BTreeSet<MediaId>) {
    let kept = &rehearsal.selection.kept;
    let mut lacking = 0;
    for post in kept {
        let slides = without_alt(feed, post);
        let Some(last) = slides.last() else { continue };
        lacking += 1;
        if asked.is_empty() && !std::io::stdout().is_terminal() {
            // It may be added to a file whose last line has no end.
            voice.result("");
        }
        if !asked.insert(post.id.clone()) {
            continue;
        }
        let alt = match last {
            1 => "\"\"".to_owned(),
            last => format!("[{}]", vec!["\"\""; *last].join(", ")),
        };
        let which = match (slides.len(), post.slides.len()) {
            (_, 1) => String::new(),
            (some, all) if some == all => format!(" ({all} pictures)"),
            _ => {
                let numbers: Vec<String> = slides.iter().map(ToString::to_string).collect();
                format!(" (pictures {}; leave the others empty)", numbers.join(", "))
            }
        };
        let name = post.permalink.as_deref().unwrap_or(post.handle());
        voice.result(&format!("# {}{which}\n[[override]]\npost = {}\nalt = {alt}\n", gist(post), quoted(name)));
    }
    voice.say(&match lacking {
        0 => format!("{}: each of {} has an alternative text of its own", feed.name, count(kept.len(), "post")),
        lacking => format!(
            "{}: {lacking} of {} lack an alternative text of their own; fill in what is above, in feedbake.toml",
            feed.name,
            count(kept.len(), "post")
        ),
    });
}

/// A text of TOML, which quotes as JSON does.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// What a feed with pictures that say nothing means for those who denied it.
pub fn of_missing_alt(feed: &str, lacking: usize, posts: usize) -> Failure {
    Failure::new(
        Code::Settings,
        format!("the feed {feed} shows pictures that say nothing to those who do not see them"),
    )
    .because(&format!("{lacking} of {} lack an alternative text of their own", count(posts, "post")))
    .hint("`feedbake list --missing-alt` prints what to fill in; or write it on Instagram, under Advanced settings")
}

/// Says what is amiss with the wishes themselves.
pub fn warn(voice: &Voice, rehearsal: &Rehearsal) {
    if rehearsal.scan_ended {
        voice.warn("the account has more posts than `scan` lets feedbake look at");
    }
    if rehearsal.is_broken_off {
        voice.warn(summary::BROKEN_OFF);
    }
}

fn line(post: &Post) -> String {
    let date = date(post);
    let room = screen_width().map_or(GIST, |width| width.saturating_sub(BEFORE_GIST).min(GIST));
    let gist = if room < 8 { String::new() } else { post.caption.excerpt(room) };
    format!("{:<12} {date:<10} {:<8}  {}", post.handle(), post.kind.word(), one_line(&gist)).trim_end().to_owned()
}

fn date(post: &Post) -> String {
    post.timestamp.map_or_else(|| "no date".to_owned(), |time| day_of(time).to_string())
}

/// What a post is recognised by, in a comment.
fn gist(post: &Post) -> String {
    one_line(&format!("{}: {}", date(post), post.caption.excerpt(GIST * 2))).trim_end_matches([' ', ':']).to_owned()
}

/// One post as JSON; `reason` says why it is left out.
fn post_as_json(feed: &FeedSettings, post: &Post, reason: Option<String>) -> Value {
    json!({
        "id": post.id.to_string(),
        "shortcode": post.shortcode.as_ref().map(ToString::to_string).unwrap_or_default(),
        "permalink": post.permalink.clone().unwrap_or_default(),
        "timestamp": post.timestamp.map(|time| time.to_string()).unwrap_or_default(),
        "type": post.kind.word(),
        "caption": post.caption.text(),
        "author_alt": post.slides.iter().any(|slide| slide.author_alt.is_some()),
        "slides": post.slides.len(),
        "missing_alt": without_alt(feed, post),
        "kept": reason.is_none(),
        "reason": reason.unwrap_or_default(),
    })
}

/// The posts of a merged feed as JSON.
fn merged_as_json(merge: &MergeSettings, posts: &[PostOf<'_>], absent: &[&str]) -> Value {
    let posts: Vec<Value> = posts.iter().map(|(feed, post)| post_as_json(feed, post, None)).collect();
    json!({ "name": merge.feed.name, "merge": merge.parts, "absent": absent, "posts": posts, "unreadable": [] })
}

/// The posts of one feed as JSON.
pub fn as_json(feed: &FeedSettings, rehearsal: &Rehearsal) -> Value {
    let selection = &rehearsal.selection;
    let kept = selection.kept.iter().map(|kept| post_as_json(feed, kept, None));
    let dropped =
        selection.dropped.iter().map(|dropped| post_as_json(feed, &dropped.post, Some(dropped.reason.to_string())));
    let unreadable: Vec<Value> =
        rehearsal.unreadable.iter().map(|item| json!({ "item": item.name(), "reason": item.why })).collect();
    json!({ "name": feed.name, "posts": kept.chain(dropped).collect::<Vec<_>>(), "unreadable": unreadable })
}
