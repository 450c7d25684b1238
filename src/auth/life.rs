//! How long a token lives, and whether to renew it today. Pure: the time comes in.

use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::status::TokenRecord;

/// A long-lived token lives for sixty days from the moment it is made or renewed.
///
/// Source: Meta's page on `refresh_access_token`. An answer's own `expires_in` counts before this.
pub const TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(60 * 24);

/// The API renews no token that is younger, and feedbake asks no more often.
pub const YOUNGEST: SignedDuration = SignedDuration::from_hours(24);

/// When a token is renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenewWhen {
    /// By the first bake after it has reached this age.
    Aged(Duration),
    /// Never: somebody else does it.
    Never,
}

/// Whether there is a place for a token that came back changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// It will be there for the next run.
    Possible,
    /// No place was named: the next run will begin with the old one.
    Impossible,
    /// A place was named and cannot be used as things are: it is worth waiting for.
    Hindered,
}

/// What to do about a token today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Ask for its renewal.
    Now,
    /// Leave it alone.
    NotYet,
}

/// How near its end a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlook {
    /// There is time.
    Fine,
    /// It ends soon enough to tell somebody.
    Near {
        /// Whole days that are left.
        days: i64,
        /// Whether the API named the day, or it is the latest possible one.
        certainty: Certainty,
    },
    /// Its day has passed.
    Over,
    /// Nothing is known of it.
    Unknown,
}

impl Outlook {
    /// Whether somebody has to know: it ends soon, or has ended.
    pub fn is_near(self) -> bool {
        matches!(self, Self::Near { .. } | Self::Over)
    }
}

/// How the day of a token's end is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// The API said so.
    Known,
    /// It was first seen sixty days before: it cannot live longer, and may well live shorter.
    AtTheLatest,
}

/// Decides whether to ask for the renewal of a token now.
///
/// Nothing recorded means an unknown age: asking is harmless, for a token that is too young is merely refused. Never
/// twice within a day, as far as anything remembers the last time.
///
/// Whether a renewal changes the token, and whether that ends the old one, is written down nowhere. So where it changed
/// and was lost, or would be for a reason that can be mended, nothing is asked for before its end is near.
pub fn due(
    record: Option<&TokenRecord>,
    last_try: Option<Timestamp>,
    when: RenewWhen,
    warn: Duration,
    keeping: Keeping,
    now: Timestamp,
) -> Due {
    let RenewWhen::Aged(age) = when else { return Due::NotYet };
    if last_try.is_some_and(|moment| is_within_a_day(moment, now)) {
        return Due::NotYet;
    }
    let Some(record) = record else {
        return if keeping == Keeping::Hindered { Due::NotYet } else { Due::Now };
    };
    if record.refreshed_at.is_some_and(|moment| is_within_a_day(moment, now)) {
        return Due::NotYet;
    }
    let age = SignedDuration::try_from(age).unwrap_or(TOKEN_LIFE);
    let is_near = outlook(Some(record), warn, now).is_near();
    let is_wished = match (keeping, record.refreshed_at) {
        (Keeping::Hindered, _) => false,
        // It would change again.
        (Keeping::Impossible, _) if record.unkept => false,
        (Keeping::Possible, _) if record.unkept => !record.place_failed,
        (_, Some(renewed_at)) => now.duration_since(renewed_at) >= age,
        // The first sight of it was tried already, and refused or not answered.
        (_, None) => record.first_seen != day_of(now),
    };
    if is_near || is_wished { Due::Now } else { Due::NotYet }
}

/// When the token ends, and how that is known.
pub fn deadline(record: &TokenRecord) -> (Timestamp, Certainty) {
    match record.expires_at {
        Some(expires_at) => (expires_at, Certainty::Known),
        None => (later(beginning_of(record.first_seen), TOKEN_LIFE), Certainty::AtTheLatest),
    }
}

/// How near its end the token is; `warn` before it is near.
pub fn outlook(record: Option<&TokenRecord>, warn: Duration, now: Timestamp) -> Outlook {
    let Some(record) = record else { return Outlook::Unknown };
    let (end, certainty) = deadline(record);
    let left = end.duration_since(now);
    if left <= SignedDuration::ZERO {
        // A day that was only the latest possible one proves nothing once the token has outlived it.
        return if certainty == Certainty::Known { Outlook::Over } else { Outlook::Unknown };
    }
    if left <= SignedDuration::try_from(warn).unwrap_or(TOKEN_LIFE) {
        return Outlook::Near { days: whole_days(now, end), certainty };
    }
    Outlook::Fine
}

/// Whether `moment` lies less than a day before `now`. A clock that was set back must not keep a token from being renewed
/// for ever: only a past moment counts.
pub(super) fn is_within_a_day(moment: Timestamp, now: Timestamp) -> bool {
    moment <= now && now.duration_since(moment) < YOUNGEST
}

/// Whole days from `now` to `end`; negative when it is over.
pub fn whole_days(now: Timestamp, end: Timestamp) -> i64 {
    end.duration_since(now).as_hours().div_euclid(24)
}

/// The day in UTC.
pub fn day_of(moment: Timestamp) -> Date {
    moment.to_zoned_datetime(TimeZone::UTC).date()
}

/// The first moment of a day in UTC.
pub(super) fn beginning_of(day: Date) -> Timestamp {
    day.to_zoned_datetime(TimeZone::UTC).map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

/// `moment` and so much later; the end of time when that is beyond it.
pub(super) fn later(moment: Timestamp, time: SignedDuration) -> Timestamp {
    moment.checked_add(time).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400;
    const WHEN: RenewWhen = RenewWhen::Aged(Duration::from_secs(20 * DAY));
    const WARN: Duration = Duration::from_secs(14 * DAY);

    fn day(number: i64) -> Timestamp {
        later("2026-01-01T00:00:00Z".parse().unwrap(), SignedDuration::from_hours(24 * number))
    }

    fn record(seen: i64, refreshed: Option<i64>, expires: Option<i64>) -> TokenRecord {
        TokenRecord {
            refreshed_at: refreshed.map(day),
            expires_at: expires.map(day),
            ..TokenRecord::new("0123456789abcdef", day(seen))
        }
    }

    #[test]
    fn a_token_is_renewed_from_its_twentieth_day_and_at_most_once_a_day() {
        let fresh = record(0, Some(0), Some(60));
        let table = [
            ("nothing is known", None, None, 0, Due::Now),
            ("tried this morning", None, Some(day(0)), 0, Due::NotYet),
            ("tried yesterday", None, Some(day(0)), 1, Due::Now),
            ("tried in the future, by a clock that was wrong", None, Some(day(9)), 1, Due::Now),
            ("seen today", Some(record(3, None, None)), None, 3, Due::NotYet),
            ("seen, never renewed", Some(record(3, None, None)), None, 4, Due::Now),
            ("renewed today", Some(fresh.clone()), None, 0, Due::NotYet),
            ("nineteen days old", Some(fresh.clone()), None, 19, Due::NotYet),
            ("twenty days old", Some(fresh.clone()), None, 20, Due::Now),
            ("twenty, tried today", Some(fresh), Some(day(20)), 20, Due::NotYet),
            ("near its end by its own date", Some(record(0, Some(0), Some(20))), None, 7, Due::Now),
        ];
        for (what, record, last_try, today, expected) in table {
            let found = due(record.as_ref(), last_try, WHEN, WARN, Keeping::Possible, day(today));
            assert_eq!(found, expected, "{what}");
        }
    }

    #[test]
    fn a_renewal_that_could_lose_the_token_waits_until_it_has_to_be() {
        use Keeping::{Hindered, Impossible, Possible};
        let lost = TokenRecord { unkept: true, ..record(0, Some(20), None) };
        let failed = TokenRecord { place_failed: true, ..lost.clone() };
        let seen = record(0, None, None);
        let renewed = record(0, Some(20), Some(80));
        // The days on which it is due.
        let table = [
            ("met just now", None, Possible, 0..=90),
            ("met just now", None, Impossible, 0..=90),
            ("met just now", None, Hindered, 99..=99),
            ("met", Some(&seen), Impossible, 1..=90),
            ("met", Some(&seen), Hindered, 46..=59),
            ("lost", Some(&lost), Possible, 21..=90),
            ("lost by a place", Some(&failed), Possible, 46..=59),
            ("lost", Some(&lost), Impossible, 46..=59),
            ("lost", Some(&lost), Hindered, 46..=59),
            ("renewed, the same", Some(&renewed), Impossible, 40..=90),
            ("renewed, the same", Some(&renewed), Hindered, 66..=90),
        ];
        for (what, record, keeping, days) in table {
            let begin = record.and_then(|record| record.refreshed_at).map_or(0, |_| 21);
            for today in begin..=90 {
                let is_due = due(record, None, WHEN, WARN, keeping, day(today)) == Due::Now;
                assert_eq!(is_due, days.contains(&today), "{what}, {keeping:?}, day {today}");
            }
        }
        assert_eq!(due(Some(&lost), None, RenewWhen::Never, WARN, Possible, day(50)), Due::NotYet);
    }

    #[test]
    fn somebody_is_told_two_weeks_before_the_end() {
        let known = record(0, Some(0), Some(60));
        let seen = record(0, None, None);
        let near = |days, certainty| Outlook::Near { days, certainty };
        let table = [
            (Some(&known), 45, Outlook::Fine),
            (Some(&known), 46, near(14, Certainty::Known)),
            (Some(&known), 59, near(1, Certainty::Known)),
            (Some(&known), 60, Outlook::Over),
            (Some(&seen), 50, near(10, Certainty::AtTheLatest)),
            (Some(&seen), 61, Outlook::Unknown),
            (None, 0, Outlook::Unknown),
        ];
        for (record, today, expected) in table {
            assert_eq!(outlook(record, WARN, day(today)), expected, "day {today}");
        }
    }
}
