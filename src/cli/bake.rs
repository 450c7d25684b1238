//! `feedbake bake`.

use std::time::Instant;

use super::Ended;
use super::advice::advice_on_api;
use super::args::{BakeArgs, Common, Lint, SourceArgs};
use super::failure::{Code, Failure};
use super::start::{Start, hint_of_site_below, now, start, start_alone};
use super::token::usual_stores;
use super::tokens::Told;
use super::ui::{Voice, bytes, count};
use super::{github, list, named, summary, token_advice};
use crate::auth::RenewWhen;
use crate::bake::{
    Aborted, ArchiveReport, Baked, Belief, FeedOutcome, FeedReport, Hindrance, TokenReport, bake, rehearse,
};
use crate::config::{Environment, Layer, Place, TokenError};
use crate::site::{Moved, Weight};

const UNFINISHED: &str = "the bake was not finished; the site shows what it showed before";

/// Bakes, and tells what came of it, GitHub Actions too.
pub fn run(voice: &Voice, common: &Common, flags: &BakeArgs) -> Ended {
    let mut left = Left::default();
    let ended = bake_and_tell(voice, common, flags, &mut left);
    if let Err(failure) = &ended
        && let Some(actions) = Environment::read().github_actions()
    {
        github::tell_broken(voice, &actions, failure, &left, now());
    }
    ended
}

/// What a bake that broke off leaves to be told.
#[derive(Debug, Default)]
pub struct Left {
    /// What is known of the tokens.
    pub tokens: Vec<TokenReport>,
    /// What is said of them.
    pub lines: Vec<String>,
    /// Whether a file that belongs into a commit was written.
    pub changed: bool,
}

fn bake_and_tell(voice: &Voice, common: &Common, flags: &BakeArgs, left: &mut Left) -> Ended {
    let began = Instant::now();
    if flags.dry_run {
        return dry_run(voice, &flags.source, &start(voice, common, &flags.source, Layer::default())?);
    }
    let (lock, mut start) = start_alone(voice, common, &flags.source, Layer::default(), UNFINISHED)?;
    let of_place: Vec<Failure> = of_guess(&start.place).into_iter().chain(of_moved(&start.place)).collect();
    // Before anything is written: who sees it in the wrong folder can still stop.
    of_place.iter().for_each(|warning| warning.tell(voice));
    let mut told = Told::default();
    let (stores, hindered) = usual_stores(&start);
    let consequence = if stores.is_empty() {
        "a changed token could not be kept, so none is renewed before its end is near"
    } else {
        "a changed token could not be kept in every place that is named"
    };
    let mut warnings: Vec<Failure> =
        hindered.iter().map(|error| token_advice::of_store_wish(error, consequence)).collect();
    // The bake goes on.
    warnings.iter_mut().for_each(Failure::lower);
    (start.stores, start.is_store_hindered) = (stores, !hindered.is_empty());
    let seat = match &start.place.environment {
        environment if environment.is_preview() => Seat::Preview,
        environment if environment.is_ci() => Seat::Build,
        _ => Seat::Person,
    };
    if seat == Seat::Preview {
        // What a proposal gets, the site itself never sees: a token that ends the old one would be lost.
        start.place.settings.tokens.when = RenewWhen::Never;
    }
    let belief = if flags.force { Belief::Force } else { Belief::Cautious };
    let progress = voice.progress();
    let report = match start.with_tools(voice, &progress, belief, |tools| bake(&lock, tools)) {
        Ok(report) => report,
        Err(Aborted { error, tokens, changed }) => {
            told.take(voice, &tokens, start.now());
            told.warnings.iter().for_each(|(_, warning)| warning.tell(voice));
            let lines = told.lines.into_iter().map(|(name, end)| format!("the token in {name}: {end}")).collect();
            *left = Left { tokens, lines, changed };
            return Err(Failure::of_bake(&error, UNFINISHED));
        }
    };
    told.take(voice, &report.tokens, start.now());

    let mut dead: Vec<String> = Vec::new();
    let mut worst = Code::Done;
    let mut failures: Vec<(&str, Failure)> = of_place.into_iter().map(|warning| ("site", warning)).collect();
    for (index, feed) in report.feeds.iter().enumerate() {
        if let Some((mut failure, code)) = verdict(feed, flags.strict, seat) {
            if seat == Seat::Preview && code == Code::Done && is_without_token(feed) {
                voice.say(&format!("{}: no token, as a proposal has none by right", failure.consequence));
                continue;
            }
            name_mistake(&mut failure, feed, &report.tokens, &start, index);
            name_variable(&mut failure, &start, index);
            if failure.code == Code::Token {
                dead.extend(start.held(index).map(|held| held.name.clone()));
            }
            failure.tell(voice);
            worst = worst.max(code);
            failures.push((feed.name.as_str(), failure));
        }
    }
    for feed in &report.feeds {
        let FeedOutcome::Baked(baked) = &feed.outcome else { continue };
        if flags.deny.contains(&Lint::MissingAlt) && !baked.without_alt.is_empty() {
            let failure = list::of_missing_alt(&feed.name, baked.without_alt.len(), baked.posts);
            failure.tell(voice);
            worst = worst.max(failure.code);
            failures.push((feed.name.as_str(), failure));
        }
    }
    for feed in &report.feeds {
        let FeedOutcome::Baked(Baked { archive: Some(archive), .. }) = &feed.outcome else { continue };
        for mut failure in of_archive(&feed.name, archive) {
            if flags.strict {
                worst = worst.max(failure.code);
            } else {
                failure.lower();
            }
            failure.tell(voice);
            failures.push((feed.name.as_str(), failure));
        }
    }
    for feed in &report.feeds {
        let (Some((weight, _)), Some(budget)) = (feed.weight(), flags.max_bytes) else { continue };
        if weight.phone > budget {
            let failure = of_weight(feed, weight, budget);
            failure.tell(voice);
            worst = worst.max(failure.code);
            failures.push((feed.name.as_str(), failure));
        }
    }
    // Of a token that the API has just refused it is no news that it ends.
    let is_news = |name: &Option<String>| name.as_ref().is_none_or(|name| !dead.contains(name));
    warnings.extend(told.warnings.into_iter().filter(|(name, _)| is_news(name)).map(|(_, warning)| warning));
    for warning in warnings {
        warning.tell(voice);
        failures.push(("token", warning));
    }
    named::warn_of_baked(voice, &start, &flags.source, &report);
    summary::tell(voice, &report, began.elapsed());
    if flags.source.demo {
        voice.say("this is the demo, to be looked at: the next bake with a token replaces it, and one that fails takes it away");
    }
    if let Some(actions) = start.place.environment.github_actions() {
        let end = |(name, end): &(String, String)| {
            let end = if dead.contains(name) { "the API takes it no more" } else { end };
            format!("the token in {name}: {end}")
        };
        let lines: Vec<String> = told.lines.iter().map(end).collect();
        github::tell(voice, &actions, &report, &failures, &lines);
        github::hand_on(voice, &actions, &report, &dead, start.now());
    }
    if voice.json {
        voice.json(&summary::as_json(&report, worst));
    }
    Ok(worst)
}

/// What it means that nothing says what builds the site: the usual reason is the wrong folder.
fn of_guess(place: &Place) -> Option<Failure> {
    if !place.is_guess {
        return None;
    }
    let mut failure = Failure::new(
        Code::Usage,
        format!("the files go where {} would look for them", place.settings.layout().name),
    )
    .because(&format!("nothing in {} says what builds the site", place.site.display()))
    .hints(hint_of_site_below(place, "feedbake"))
    .hint("is another generator meant, or none? `generator = \"hugo\"` in feedbake.toml, or eleventy, jekyll, astro, html");
    failure.lower();
    Some(failure)
}

/// What it means that the generator reads other folders than feedbake writes into.
fn of_moved(place: &Place) -> Vec<Failure> {
    let failure = |(file, moved): (String, Moved)| {
        let mut failure = Failure::new(Code::Settings, moved.consequence())
            .because(&format!("{file} sets `{}`", moved.key))
            .hint(moved.way);
        failure.lower();
        failure
    };
    place.moved().into_iter().map(failure).collect()
}

/// What an archive that is not what it should be means.
fn of_archive(feed: &str, archive: &ArchiveReport) -> Vec<Failure> {
    let mut failures = Vec::new();
    if let Some(trouble) = &archive.trouble {
        let (code, consequence) = match archive.frozen {
            true => (Code::File, format!("the archive of {feed} stays as it is")),
            false => (Code::Network, format!("the archive of {feed} was not listed to its end")),
        };
        failures.push(Failure::new(code, consequence).because(trouble).hint("docs/archive.md has more"));
    }
    if archive.doubted_filters > 0 {
        let pages = count(archive.doubted_filters, "page");
        let stays =
            format!("the archive of {feed} stays as it is: the filters would take {pages} away, more than half");
        let hint = "was that meant? The next bake does it, and this one with `--force`; else mend `since`, `types`, `hide` or the hashtags";
        failures.push(Failure::new(Code::Settings, stays).hint(hint));
    }
    if archive.doubted > 0 {
        let seem = format!(
            "{} of the archive of {feed} seem to be gone from Instagram at once",
            count(archive.doubted, "post")
        );
        let hint = "they stay until the next bake sees the same; `--force` believes it at once";
        failures.push(Failure::new(Code::Network, seem).hint(hint));
    }
    failures
}

/// What a feed that is too heavy means for those who set a budget.
fn of_weight(feed: &FeedReport, weight: &Weight, budget: u64) -> Failure {
    let consequence = format!("the feed {} is heavier than `--max-bytes` allows", feed.name);
    Failure::new(Code::Settings, consequence)
        .because(&format!("a phone loads {}, and {} was the most", bytes(weight.phone), bytes(budget)))
        .hint("show fewer posts (`limit`), or make smaller files: `pictures.formats = [\"avif\", \"webp\", \"jpeg\"]`, a lower `pictures.webp_quality`, another width between those of `pictures.widths`")
}

/// Puts the mistake that a token's first letters give away in the place of the usual advice, and before it what is known
/// of this token.
fn name_mistake(failure: &mut Failure, feed: &FeedReport, tokens: &[TokenReport], start: &Start, index: usize) {
    let (FeedOutcome::Kept { hindrance, .. } | FeedOutcome::Empty { hindrance }) = &feed.outcome else { return };
    let (Hindrance::Api(error), Some(held)) = (hindrance, start.held(index)) else { return };
    let base = &start.place.settings.feeds[index].api.base;
    let usual = advice_on_api(error).1;
    let mut hints = token_advice::on_token(held.token.kind(), base, error).1;
    hints.extend(failure.hints.drain(..).filter(|hint| !usual.contains(hint)));
    let renewal = tokens.iter().find(|token| token.name == held.name).and_then(|token| token.outcome.as_ref().ok());
    let record = renewal.and_then(|renewal| renewal.record.as_ref());
    failure.hints = token_advice::history(record, error, start.now()).into_iter().chain(hints).collect();
}

/// Where the token of a feed is in a variable of another name, that one is to be set, and no other.
fn name_variable(failure: &mut Failure, start: &Start, index: usize) {
    let Some(held) = start.held(index) else { return };
    for hint in &mut failure.hints {
        *hint = hint.replace("INSTAGRAM_ACCESS_TOKEN", &held.name);
        if start.place.settings.feeds[index].token_env.is_some() {
            *hint = hint.replace(
                "`feedbake login`",
                &format!("`feedbake login --feed {}`", start.place.settings.feeds[index].name),
            );
        }
    }
}

/// Who sits in front of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seat {
    /// Somebody.
    Person,
    /// Nobody: a host builds what is published.
    Build,
    /// Nobody: a host builds what was proposed.
    Preview,
}

fn is_without_token(feed: &FeedReport) -> bool {
    let (FeedOutcome::Kept { hindrance, .. } | FeedOutcome::Empty { hindrance }) = &feed.outcome else { return false };
    matches!(hindrance, Hindrance::Token(TokenError::Missing { .. }))
}

/// What a feed that was not refreshed means: the words, and the exit code.
///
/// A feed that stays is no failure of the build, unless `--strict` or `max_stale` say so. A build without any token
/// in CI is one of a fork, which gets no secrets: it ends well, with the empty feed; and a proposal without one ends well
/// with the feed that is there, however old it is.
pub fn verdict(feed: &FeedReport, strict: bool, seat: Seat) -> Option<(Failure, Code)> {
    match &feed.outcome {
        FeedOutcome::Baked(_) | FeedOutcome::Merged { .. } => None,
        FeedOutcome::Kept { hindrance, posts, last_good, stale } => {
            let consequence = match last_good {
                Some(last_good) => format!(
                    "the feed {} was not refreshed; the site still shows the {} of {}",
                    feed.name,
                    count(*posts, "post"),
                    summary::day(last_good.date())
                ),
                None => format!(
                    "the feed {} was not refreshed; the site still shows its {}",
                    feed.name,
                    count(*posts, "post")
                ),
            };
            let mut failure = Failure::of_hindrance(hindrance, &consequence);
            let is_old = *stale && !(seat == Seat::Preview && is_without_token(feed));
            let code = if strict || is_old { failure.code } else { Code::Done };
            if is_old {
                failure.hints.push("that is longer ago than `max_stale` allows, so the build fails".to_owned());
            } else if !strict {
                failure.lower();
            }
            Some((failure, code))
        }
        FeedOutcome::Empty { hindrance } => {
            let consequence = format!("the feed {} is empty: there is no earlier one to keep", feed.name);
            let mut failure = Failure::of_hindrance(hindrance, &consequence);
            let is_fork = seat != Seat::Person && !strict && is_without_token(feed);
            let code = if is_fork { Code::Done } else { failure.code };
            if is_fork {
                failure.lower();
            }
            Some((failure, code))
        }
    }
}

fn dry_run(voice: &Voice, flags: &SourceArgs, start: &Start) -> Ended {
    let progress = voice.progress();
    let rehearsals = start
        .with_tools(voice, &progress, Belief::Cautious, rehearse)
        .map_err(|error| Failure::of_bake(&error, "nothing can be rehearsed"))?;
    named::warn_of_rehearsed(voice, start, flags, &rehearsals);
    let mut worst = Code::Done;
    let mut feeds = Vec::new();
    for (feed, rehearsed) in start.place.settings.feeds.iter().zip(rehearsals) {
        match rehearsed {
            Ok(rehearsal) => {
                feeds.push(list::as_json(feed, &rehearsal));
                if !voice.json {
                    list::print(voice, &feed.name, &rehearsal);
                }
                list::warn(voice, &rehearsal);
                voice.say(&format!("would write {}; nothing was written", feed.data_file));
            }
            Err(hindrance) => {
                let failure =
                    Failure::of_hindrance(&hindrance, &format!("the feed {} would not be refreshed", feed.name));
                failure.tell(voice);
                worst = worst.max(failure.code);
            }
        }
    }
    if voice.json {
        voice.json(&serde_json::json!({ "feeds": feeds }));
    }
    Ok(worst)
}
