//! `feedbake list`.

use serde_json::{Value, json};

use super::Ended;
use super::args::{Common, SourceArgs};
use super::failure::{Code, Failure};
use super::start::start;
use super::ui::{GREEN, Voice, YELLOW, screen_width};
use crate::auth::day_of;
use crate::bake::{Belief, Rehearsal, rehearse};
use crate::config::Layer;
use crate::feed::{Post, one_line};

/// Letters of a caption that are enough to recognise a post by.
const GIST: usize = 40;

/// What stands before them in a line.
const BEFORE_GIST: usize = 40;

/// Shows kept and dropped posts, each with the reason.
pub fn run(voice: &Voice, common: &Common, flags: &SourceArgs) -> Ended {
    let start = start(voice, common, flags, Layer::default())?;
    let progress = voice.progress();
    let rehearsals = start
        .with_tools(voice, &progress, Belief::Cautious, rehearse)
        .map_err(|error| Failure::of_bake(&error, "nothing can be listed"))?;
    let mut worst = Code::Done;
    let mut feeds = Vec::new();
    for (feed, rehearsed) in start.place.settings.feeds.iter().zip(rehearsals) {
        match rehearsed {
            Ok(rehearsal) => {
                if !voice.json {
                    print(voice, &feed.name, &rehearsal);
                }
                warn(voice, &rehearsal);
                feeds.push(as_json(&feed.name, &rehearsal));
            }
            Err(hindrance) => {
                let failure =
                    Failure::of_hindrance(&hindrance, &format!("the posts of {} cannot be listed", feed.name));
                failure.tell(voice);
                worst = worst.max(failure.code);
            }
        }
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
    for (number, post) in selection.kept.iter().enumerate() {
        voice.result(&format!("{GREEN}{:>4}{GREEN:#}  {}", number + 1, line(post)));
    }
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

/// Says what is amiss with the wishes themselves.
pub fn warn(voice: &Voice, rehearsal: &Rehearsal) {
    for pin in &rehearsal.selection.missing_pins {
        voice.warn(&format!("the pinned post {pin} is not in the account's list"));
    }
    if rehearsal.scan_ended {
        voice.warn("the account has more posts than `scan` lets feedbake look at");
    }
}

fn line(post: &Post) -> String {
    let date = post.timestamp.map(|time| day_of(time).to_string());
    let date = date.as_deref().unwrap_or("no date");
    let room = screen_width().map_or(GIST, |width| width.saturating_sub(BEFORE_GIST).min(GIST));
    let gist = if room < 8 { String::new() } else { post.caption.excerpt(room) };
    format!("{:<12} {date:<10} {:<8}  {}", post.handle(), post.kind.word(), one_line(&gist)).trim_end().to_owned()
}

/// The posts of one feed as JSON.
pub fn as_json(name: &str, rehearsal: &Rehearsal) -> Value {
    let post = |post: &Post, reason: Option<String>| {
        json!({
            "id": post.id.to_string(),
            "shortcode": post.shortcode.as_ref().map(ToString::to_string).unwrap_or_default(),
            "permalink": post.permalink.clone().unwrap_or_default(),
            "timestamp": post.timestamp.map(|time| time.to_string()).unwrap_or_default(),
            "type": post.kind.word(),
            "caption": post.caption.text(),
            "author_alt": post.slides.iter().any(|slide| slide.author_alt.is_some()),
            "kept": reason.is_none(),
            "reason": reason.unwrap_or_default(),
        })
    };
    let selection = &rehearsal.selection;
    let kept = selection.kept.iter().map(|kept| post(kept, None));
    let dropped = selection.dropped.iter().map(|dropped| post(&dropped.post, Some(dropped.reason.to_string())));
    let unreadable: Vec<Value> =
        rehearsal.unreadable.iter().map(|item| json!({ "item": item.name(), "reason": item.why })).collect();
    json!({ "name": name, "posts": kept.chain(dropped).collect::<Vec<_>>(), "unreadable": unreadable })
}
