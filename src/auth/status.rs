//! `.feedbake/token-status.json`: what is known of each token, without the token.
//!
//! It is meant to be committed: its change at every renewal keeps the schedule of a public repository alive. When a
//! renewal was tried in vain is kept in the cache instead, or a dead token would make a commit every day.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::life::{YOUNGEST, day_of, is_within_a_day, later};
use crate::files::{FileError, Root, SitePath, Written};

/// Where it lies in a site.
pub const STATUS_FILE: &str = ".feedbake/token-status.json";

/// Where the last tries are. In the cache: it can be lost.
pub const TRIES_FILE: &str = ".feedbake/cache/token-tries.json";

/// Version of its shape.
const VERSION: u32 = 1;

/// What is known of every token of a site, by the variable it is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenStatus {
    version: u32,
    /// By variable.
    pub tokens: BTreeMap<String, TokenRecord>,
}

/// What is known of one token. Nothing in here is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRecord {
    /// Tells tokens apart; see [`AccessToken::fingerprint`](super::AccessToken::fingerprint).
    pub fingerprint: String,
    /// Whose posts it reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The day on which feedbake met it for the first time: a guess at its age, and so kept no finer than that.
    pub first_seen: Date,
    /// When the API last renewed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refreshed_at: Option<Timestamp>,
    /// When it ends, as the API said at the last renewal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// The last renewal brought another token, and there was no place to keep it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unkept: bool,
    /// There was a place, and it did not take the token.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub place_failed: bool,
    /// The token it grew from, when it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grew_from: Option<Ancestor>,
    /// Where the token that this one became was kept, when a later run got this one all the same. Never written.
    #[serde(skip)]
    pub kept_elsewhere: Vec<String>,
}

/// A token that became another one, which was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ancestor {
    /// Its fingerprint.
    pub fingerprint: String,
    /// The day on which feedbake met it.
    pub first_seen: Date,
    /// When it ends, as far as the API said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Where its successor was kept, in words.
    pub kept_in: Vec<String>,
}

impl TokenRecord {
    /// A token that is met for the first time.
    pub fn new(fingerprint: &str, now: Timestamp) -> Self {
        Self {
            fingerprint: fingerprint.to_owned(),
            account: None,
            first_seen: day_of(now),
            refreshed_at: None,
            expires_at: None,
            unkept: false,
            place_failed: false,
            grew_from: None,
            kept_elsewhere: Vec::new(),
        }
    }

    /// Whether a newer one was kept, and this run got it all the same.
    pub fn is_superseded(&self) -> bool {
        !self.kept_elsewhere.is_empty()
    }

    /// What it is known as to the token that grows from it and is kept in these places.
    pub fn as_ancestor(&self, kept_in: Vec<String>) -> Ancestor {
        let (fingerprint, first_seen, expires_at) = (self.fingerprint.clone(), self.first_seen, self.expires_at);
        Ancestor { fingerprint, first_seen, expires_at, kept_in }
    }

    /// Whether it was written at a time that has not come yet; a day is what clocks and time zones may be apart.
    fn is_of_the_future(&self, now: Timestamp) -> bool {
        let latest = later(now, YOUNGEST);
        self.refreshed_at.is_some_and(|moment| moment > latest) || self.first_seen > day_of(latest)
    }

    /// A token that was made just now, and its life as the API says it.
    pub fn made(fingerprint: &str, now: Timestamp, life: SignedDuration) -> Self {
        let expires_at = Some(whole_seconds(later(now, life)));
        Self { refreshed_at: Some(whole_seconds(now)), expires_at, ..Self::new(fingerprint, now) }
    }
}

impl Default for TokenStatus {
    fn default() -> Self {
        Self { version: VERSION, tokens: BTreeMap::new() }
    }
}

impl TokenStatus {
    /// Reads the status of a site. A file that is absent, torn or of another version knows nothing.
    ///
    /// # Errors
    /// [`FileError`] when the file is there and the system does not let it be read.
    pub fn read(root: &Root) -> Result<Self, FileError> {
        let bytes = root.read(&place())?.unwrap_or_default();
        let status: Option<Self> = serde_json::from_slice(&bytes).ok();
        Ok(status.filter(|status| status.version == VERSION).unwrap_or_default())
    }

    /// Writes it, one line for each fact, so that a commit shows what changed.
    ///
    /// # Errors
    /// [`FileError`] when the file cannot be written.
    pub fn write(&self, root: &Root) -> Result<Written, FileError> {
        let mut text = serde_json::to_string_pretty(self).expect("the status is made of texts and times");
        text.push('\n');
        root.write(&place(), text.as_bytes())
    }

    /// What is known of the token in the variable `name`; nothing when that holds another one by now, or when the record
    /// was written by a clock that was ahead.
    ///
    /// The token that the one on record grew from is known, too: the new one was kept, and this run got the old one.
    /// Renewing that again would only make one more that nobody reads, so it counts like one whose place failed.
    pub fn of(&self, name: &str, fingerprint: &str, now: Timestamp) -> Option<TokenRecord> {
        let record = self.tokens.get(name).filter(|record| !record.is_of_the_future(now))?;
        if record.fingerprint == fingerprint {
            return Some(record.clone());
        }
        let ancestor = record.grew_from.as_ref().filter(|ancestor| ancestor.fingerprint == fingerprint)?;
        Some(TokenRecord {
            fingerprint: fingerprint.to_owned(),
            account: record.account.clone(),
            first_seen: ancestor.first_seen,
            refreshed_at: record.refreshed_at,
            expires_at: ancestor.expires_at,
            unkept: true,
            place_failed: true,
            grew_from: None,
            kept_elsewhere: ancestor.kept_in.clone(),
        })
    }
}

/// When renewals were last tried, by fingerprint. In the cache: it can be lost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tries(BTreeMap<String, Timestamp>);

impl Tries {
    /// Reads them; what cannot be read counts as nothing.
    pub fn read(root: &Root) -> Self {
        let bytes = root.read(&tries_place()).ok().flatten().unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// The last try with this token.
    pub fn last(&self, fingerprint: &str) -> Option<Timestamp> {
        self.0.get(fingerprint).copied()
    }

    /// Notes a try, and forgets all others that are no longer of use.
    ///
    /// # Errors
    /// [`FileError`] when the file cannot be written.
    pub fn note(&mut self, root: &Root, fingerprint: &str, now: Timestamp) -> Result<(), FileError> {
        self.0.retain(|_, moment| is_within_a_day(*moment, now));
        self.0.insert(fingerprint.to_owned(), now);
        let bytes = serde_json::to_vec(self).expect("tries are made of texts and times");
        root.write(&tries_place(), &bytes).map(drop)
    }
}

pub(super) fn whole_seconds(moment: Timestamp) -> Timestamp {
    Timestamp::from_second(moment.as_second()).unwrap_or(moment)
}

fn place() -> SitePath {
    SitePath::new(STATUS_FILE).expect("the place is plain")
}

fn tries_place() -> SitePath {
    SitePath::new(TRIES_FILE).expect("the place is plain")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_was_written_and_holds_no_null() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::new(folder.path());
        assert_eq!(TokenStatus::read(&root).unwrap(), TokenStatus::default());
        let now: Timestamp = "2026-03-01T10:00:00.123Z".parse().unwrap();
        let mut status = TokenStatus::default();
        status.tokens.insert("IG_TOKEN".to_owned(), TokenRecord::new("00ff", now));
        assert!(status.write(&root).unwrap().is_change());
        assert!(!status.write(&root).unwrap().is_change());
        assert_eq!(TokenStatus::read(&root).unwrap(), status);
        let text = String::from_utf8(root.read(&place()).unwrap().unwrap()).unwrap();
        assert!(!text.contains("null") && text.contains("\"2026-03-01\""), "{text}");
        assert!(status.of("IG_TOKEN", "00ff", now).is_some() && status.of("IG_TOKEN", "0000", now).is_none());
    }

    #[test]
    fn a_file_that_is_torn_or_of_tomorrow_knows_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::new(folder.path());
        for text in ["{", "{\"version\":9,\"tokens\":{}}", "[]", ""] {
            root.write(&place(), text.as_bytes()).unwrap();
            assert_eq!(TokenStatus::read(&root).unwrap(), TokenStatus::default(), "{text}");
        }
    }
}
