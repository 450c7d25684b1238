//! How long a token lives, as far as anybody can know: the API tells it only when a token is renewed. Pure.

use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::token::TokenKind;

/// The API renews no token that is younger. Source: Meta's page on `refresh_access_token`.
const YOUNGEST: SignedDuration = SignedDuration::from_hours(24);

/// What is remembered of a token between two bakes. No secret: it is meant to be committed, and so what is no more
/// than a guess is kept to the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRecord {
    /// See [`super::AccessToken::fingerprint`]: tells whether it still is the same token.
    pub fingerprint: String,
    /// The day it was first seen: it is no younger.
    pub first_seen: Date,
    /// When it was renewed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refreshed_at: Option<Timestamp>,
    /// When it ends, told by its last renewal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// The day on which it was last not renewed; forgotten when it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused_on: Option<Date>,
}

impl TokenRecord {
    /// A token that was never seen before.
    pub fn new(fingerprint: String, now: Timestamp) -> Self {
        Self { fingerprint, first_seen: day_of(now), refreshed_at: None, expires_at: None, refused_on: None }
    }

    /// The record after a renewal.
    pub fn renewed(fingerprint: String, now: Timestamp, lives: Duration) -> Self {
        let expires_at = SignedDuration::try_from(lives).ok().and_then(|lives| now.checked_add(lives).ok());
        Self { fingerprint, first_seen: day_of(now), refreshed_at: Some(now), expires_at, refused_on: None }
    }

    /// Whole days until the token ends, negative when it has; `None` where nobody knows.
    pub fn days_left(&self, now: Timestamp) -> Option<i64> {
        Some(self.expires_at?.duration_since(now).as_secs().div_euclid(86_400))
    }
}

/// When to renew, and when to warn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenRules {
    /// A token is renewed when its last renewal is so long ago.
    pub refresh_after: Duration,
    /// Its end is worth a warning from so long before.
    pub warn_before: Duration,
}

impl TokenRules {
    /// Whether the token should be renewed now.
    ///
    /// One whose end nobody knows is renewed as soon as it is old enough: then its end is known. Only tokens of
    /// Instagram Login can be renewed this way.
    pub fn is_due(&self, record: &TokenRecord, kind: TokenKind, now: Timestamp) -> bool {
        let at_least = |since: Timestamp, age: SignedDuration| now.duration_since(since) >= age;
        let rest = SignedDuration::try_from(self.refresh_after).unwrap_or(SignedDuration::MAX);
        let is_old_enough = match record.refreshed_at {
            Some(renewed) => at_least(renewed, rest.max(YOUNGEST)),
            // The day is known and the hour is not: from the day after next on it is a day old whatever the hour was.
            None => record.first_seen.saturating_add(jiff::Span::new().days(2)) <= day_of(now),
        };
        matches!(kind, TokenKind::Instagram | TokenKind::Unknown)
            && is_old_enough
            && record.refused_on.is_none_or(|refused_on| refused_on < day_of(now))
            && record.expires_at.is_none_or(|end| end > now)
    }

    /// Whether the end of the token is near enough to be warned of, or past.
    pub fn is_near_its_end(&self, record: &TokenRecord, now: Timestamp) -> bool {
        let margin = SignedDuration::try_from(self.warn_before).unwrap_or(SignedDuration::MAX);
        record.expires_at.is_some_and(|end| end.duration_since(now) <= margin)
    }
}

/// The day in UTC.
pub fn day_of(moment: Timestamp) -> Date {
    moment.to_zoned_datetime(TimeZone::UTC).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: TokenRules =
        TokenRules { refresh_after: Duration::from_secs(20 * 86_400), warn_before: Duration::from_secs(14 * 86_400) };

    fn at(day: i64, hour: i64) -> Timestamp {
        Timestamp::from_second(1_777_593_600 + day * 86_400 + hour * 3600).unwrap()
    }

    fn renewed() -> TokenRecord {
        TokenRecord::renewed("f".to_owned(), at(0, 0), Duration::from_secs(60 * 86_400))
    }

    #[test]
    fn a_token_is_renewed_when_it_is_due_and_at_most_once_a_day() {
        let unknown = TokenRecord::new("f".to_owned(), at(0, 0));
        let refused = TokenRecord { refused_on: Some(day_of(at(20, 0))), ..renewed() };
        let table = [
            (&unknown, at(1, 23), false),
            (&unknown, at(2, 0), true),
            (&unknown, at(-400, 0), false),
            (&renewed(), at(19, 23), false),
            (&renewed(), at(20, 0), true),
            (&renewed(), at(59, 23), true),
            (&renewed(), at(60, 0), false),
            (&refused, at(20, 23), false),
            (&refused, at(21, 0), true),
        ];
        for (record, now, expected) in table {
            assert_eq!(RULES.is_due(record, TokenKind::Instagram, now), expected, "{now}");
            assert!(!RULES.is_due(record, TokenKind::Facebook, now));
        }
        let hasty = TokenRules { refresh_after: Duration::ZERO, ..RULES };
        assert!(!hasty.is_due(&renewed(), TokenKind::Instagram, at(0, 23)), "never under a day of age");
    }

    #[test]
    fn the_end_is_counted_in_whole_days_and_warned_of() {
        for (now, days, near) in
            [(at(0, 0), 60, false), (at(45, 1), 14, false), (at(46, 0), 14, true), (at(61, 0), -1, true)]
        {
            assert_eq!((renewed().days_left(now), RULES.is_near_its_end(&renewed(), now)), (Some(days), near), "{now}");
        }
        assert_eq!(TokenRecord::new("f".to_owned(), at(0, 0)).days_left(at(1, 0)), None);
    }
}
