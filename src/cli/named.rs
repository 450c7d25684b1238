//! Names of posts in the settings that no post bears: a slip in `hide` leaves a post where everybody sees it.

use std::collections::BTreeMap;

use super::args::SourceArgs;
use super::start::Start;
use super::ui::Voice;
use crate::bake::{FeedOutcome, FeedReport, Hindrance, Rehearsal, Report};
use crate::cache::Cache;
use crate::config::{FeedSettings, unmatched};
use crate::feed::Post;
use crate::select::{Seen, were_all};

/// Warns of names that nothing bears among the posts that were just looked at.
pub fn warn_of_rehearsed(
    voice: &Voice,
    start: &Start,
    flags: &SourceArgs,
    rehearsals: &[Result<Rehearsal, Hindrance>],
) {
    let feeds = start.place.settings.feeds.iter().zip(rehearsals);
    let posts = feeds.filter_map(|(feed, rehearsed)| {
        let selection = &rehearsed.as_ref().ok()?.selection;
        let dropped = selection.dropped.iter().map(|dropped| &dropped.post);
        Some((feed, selection.kept.iter().chain(dropped).cloned().collect()))
    });
    warn(voice, start, flags, &posts.collect::<Vec<_>>());
}

/// The same after a bake, of the posts that it remembers.
pub fn warn_of_baked(voice: &Voice, start: &Start, flags: &SourceArgs, report: &Report) {
    let settings = &start.place.settings;
    if settings.named.is_empty() {
        return;
    }
    // What a bake cannot say today it says tomorrow.
    let Ok(index) = Cache::new(&start.root).read_index() else { return };
    let posts = settings.feeds.iter().filter_map(|feed| {
        let is_baked = |told: &&FeedReport| told.name == feed.name && matches!(told.outcome, FeedOutcome::Baked(_));
        report.feeds.iter().find(is_baked)?;
        Some((feed, index.feed(&feed.name)?.posts.clone()))
    });
    warn(voice, start, flags, &posts.collect::<Vec<_>>());
}

fn warn(voice: &Voice, start: &Start, flags: &SourceArgs, posts: &[(&FeedSettings, Vec<Post>)]) {
    // The posts of the demo are none of the user's.
    if flags.demo {
        return;
    }
    // What is remembered may have been listed when less was wanted.
    let is_live = !flags.offline;
    let seen: BTreeMap<&str, Seen<'_>> = posts
        .iter()
        .map(|(feed, posts)| {
            let is_all = is_live && were_all(posts, &feed.wish);
            (feed.name.as_str(), Seen { posts: posts.iter().collect(), is_all, were_pins_sought: is_live })
        })
        .collect();
    for line in unmatched(&start.place.settings.named, |feed| seen.get(feed)) {
        voice.warn(&line);
    }
}
