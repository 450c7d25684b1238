//! Looks after the tokens before they are used: renews those that are due, and never fails a bake over it.

use std::time::Duration;

use jiff::{Span, Timestamp};

use super::{BakeError, Event, Hindrance, Source, Tools};
use crate::auth::{AccessToken, TokenRecord, TokenRules, TokenStatus, day_of};
use crate::cache::Cache;
use crate::config::FeedSettings;
use crate::feed::Account;
use crate::files::FileError;
use crate::graph::{ApiError, ApiOptions, Graph, Notice, renew};
use crate::http::{Http, HttpOptions};

/// What is known of one feed's token after a bake.
#[derive(Debug)]
pub struct TokenReport {
    /// The feed.
    pub feed: String,
    /// Whole days until it ends; `None` where nobody knows.
    pub days_left: Option<i64>,
    /// Its end is near enough to be warned of.
    pub is_near_its_end: bool,
    /// Whether it was renewed.
    pub renewal: Renewal,
}

/// What came of looking after a token.
#[derive(Debug)]
pub enum Renewal {
    /// It was not due.
    NotDue,
    /// It lives on under the same text.
    Same,
    /// It has another text now, which was put where the old one was.
    Replaced {
        /// Where.
        place: String,
    },
    /// The API gave another text, and there was no place to keep it, or that refused: the old one stays in use.
    NotKept {
        /// Why, in a sentence.
        why: String,
    },
    /// The API refused, or could not be reached: there is another day for it.
    Refused(ApiError),
}

/// Whether a token is renewed before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// When it is due.
    WhenDue,
    /// As soon as the API takes it.
    Now,
}

/// Keeps a renewed token where the next run will find it: given the feed and the token, it returns the place, or why
/// there is none.
pub type Keep<'a> = dyn Fn(&FeedSettings, &AccessToken) -> Result<String, String> + 'a;

/// Renews what is due. Returns the sources with the tokens to use now, and what is known of each.
///
/// A new text is tried on the API, then kept, and only then used: a token that nobody could keep would be lost with
/// this run.
///
/// # Errors
/// [`FileError`] when the status file cannot be read or written.
pub fn tend(
    tools: &Tools<'_>,
    urgency: Urgency,
    keep: &Keep<'_>,
) -> Result<(Vec<Source>, Vec<TokenReport>), FileError> {
    let mut status = TokenStatus::read(tools.root)?;
    let mut sources = tools.sources.to_vec();
    let mut reports = Vec::new();
    for (feed, source) in tools.settings.feeds.iter().zip(&mut sources) {
        let Source::Api(token) = source else { continue };
        let fingerprint = token.fingerprint();
        let known = status.tokens.remove(&feed.name).filter(|record| record.fingerprint == fingerprint);
        let mut record = known.unwrap_or_else(|| TokenRecord::new(fingerprint, tools.now));
        let mut renewal = Renewal::NotDue;
        let rules = match urgency {
            Urgency::WhenDue => feed.token_rules,
            Urgency::Now => TokenRules { refresh_after: Duration::ZERO, ..feed.token_rules },
        };
        if urgency == Urgency::Now {
            // Somebody asks for it: neither an earlier refusal nor an age that nobody knows stands in the way.
            record.refused_on = None;
            record.first_seen = record.first_seen.min(day_of(tools.now).saturating_sub(Span::new().days(2)));
        }
        if rules.is_due(&record, token.kind(), tools.now) {
            let (outcome, replaced) = attempt(feed, token, &mut record, tools.now, keep);
            renewal = outcome;
            if let Some(new) = replaced {
                *token = new;
            }
        }
        reports.push(TokenReport {
            feed: feed.name.clone(),
            days_left: record.days_left(tools.now),
            is_near_its_end: feed.token_rules.is_near_its_end(&record, tools.now),
            renewal,
        });
        status.tokens.insert(feed.name.clone(), record);
    }
    status.tokens.retain(|name, _| tools.settings.feeds.iter().any(|feed| feed.name == *name));
    if !reports.is_empty() {
        status.write(tools.root)?;
    }
    Ok((sources, reports))
}

/// Renews every token that can be, due or not, and keeps the new ones.
///
/// # Errors
/// [`FileError`] when the lock cannot be taken, or the status file not be read or written.
pub fn renew_tokens(tools: &Tools<'_>) -> Result<Vec<TokenReport>, BakeError> {
    let cache = Cache::new(tools.root);
    let _lock = cache.lock(|holder| (tools.watch)(Event::Waiting { holder }))?;
    cache.hide()?;
    Ok(tend(tools, Urgency::Now, tools.keep_token)?.1)
}

/// Asks the API whose token it is.
///
/// # Errors
/// [`Hindrance`] when it does not say.
pub fn ask_account(feed: &FeedSettings, token: &AccessToken) -> Result<Account, Hindrance> {
    let http = Http::new(HttpOptions { api_base: feed.api.base.clone(), timeout: feed.api.timeout })?;
    Ok(try_out(feed, &http, token)?)
}

fn attempt(
    feed: &FeedSettings,
    token: &AccessToken,
    record: &mut TokenRecord,
    now: Timestamp,
    keep: &Keep<'_>,
) -> (Renewal, Option<AccessToken>) {
    let renewed = Http::new(HttpOptions { api_base: feed.api.base.clone(), timeout: feed.api.timeout })
        .map_err(ApiError::from)
        .and_then(|http| {
            let renewed = renew(&http, token)?;
            if renewed.token.fingerprint() != record.fingerprint {
                try_out(feed, &http, &renewed.token)?;
            }
            Ok(renewed)
        });
    let renewed = match renewed {
        Ok(renewed) => renewed,
        Err(error) => {
            record.refused_on = Some(day_of(now));
            return (Renewal::Refused(error), None);
        }
    };
    let fingerprint = renewed.token.fingerprint();
    if fingerprint == record.fingerprint {
        *record =
            TokenRecord { first_seen: record.first_seen, ..TokenRecord::renewed(fingerprint, now, renewed.lives) };
        return (Renewal::Same, None);
    }
    match keep(feed, &renewed.token) {
        Ok(place) => {
            *record = TokenRecord::renewed(fingerprint, now, renewed.lives);
            (Renewal::Replaced { place }, Some(renewed.token))
        }
        Err(why) => {
            record.refused_on = Some(day_of(now));
            (Renewal::NotKept { why }, None)
        }
    }
}

/// Asks the API who the token is for.
fn try_out(feed: &FeedSettings, http: &Http, token: &AccessToken) -> Result<Account, ApiError> {
    let api = &feed.api;
    let options = ApiOptions {
        version: api.version.clone(),
        user: api.user.clone(),
        token_in: api.token_in,
        patience: api.patience,
        counts: false,
    };
    let (quiet, no_pause, no_dice) = (|_: Notice| {}, |_| {}, || 0.5);
    Graph::new(http, options, token.clone(), &quiet, &no_pause, &no_dice).account()
}
