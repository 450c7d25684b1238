//! Whether to ask again, and after how long. Pure: the caller lends the sleep and the dice.

use std::time::Duration;

/// How long feedbake is willing to wait for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Requests for one thing in all, the first included.
    pub tries: u32,
    /// Pause before the second try; doubled for each further one.
    pub first_pause: Duration,
    /// No single pause is longer, a rate limit's included: a longer one ends the run.
    pub longest_wait: Duration,
}

/// What came of a try that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// May well work the next time.
    Transient,
    /// The API wants fewer requests, and may have said for how long.
    RateLimited(Option<Duration>),
    /// Will not work however often it is tried.
    Fatal,
}

/// What to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Sleep, then ask again.
    Wait(Duration),
    /// Report the failure.
    GiveUp,
}

/// Decides after try number `attempt` (from 1) failed with `outcome`.
///
/// `dice` is a fresh number from 0 to 1. Pauses double from [`Patience::first_pause`] with full jitter in their upper
/// half, so that many sites that failed together do not come back together. A rate limit is waited for only when the
/// API named a time that fits; without one there is nothing to know, and asking on makes it worse.
pub fn next(attempt: u32, outcome: Outcome, patience: &Patience, dice: f64) -> Next {
    if attempt >= patience.tries {
        return Next::GiveUp;
    }
    match outcome {
        Outcome::Fatal | Outcome::RateLimited(None) => Next::GiveUp,
        Outcome::RateLimited(Some(wait)) if wait <= patience.longest_wait => Next::Wait(wait),
        Outcome::RateLimited(Some(_)) => Next::GiveUp,
        Outcome::Transient => {
            let doubled = patience.first_pause.saturating_mul(1 << (attempt - 1).min(16));
            let pause = doubled.min(patience.longest_wait);
            Next::Wait(pause.mul_f64(0.5 + 0.5 * dice.clamp(0.0, 1.0)))
        }
    }
}

/// Asks until there is an answer, or nothing more to hope for; `outcome` says what an error means.
///
/// # Errors
/// That of the last try.
pub fn patiently<T, E>(
    patience: &Patience,
    pause: &dyn Fn(Duration),
    dice: &dyn Fn() -> f64,
    outcome: impl Fn(&E) -> Outcome,
    ask: impl Fn() -> Result<T, E>,
) -> Result<T, E> {
    let mut attempt = 1;
    loop {
        let error = match ask() {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        match next(attempt, outcome(&error), patience, dice()) {
            Next::GiveUp => return Err(error),
            Next::Wait(time) => pause(time),
        }
        attempt += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience =
        Patience { tries: 4, first_pause: Duration::from_secs(1), longest_wait: Duration::from_secs(60) };

    #[test]
    fn pauses_double_and_end() {
        let table = [
            (1, Outcome::Transient, 1.0, Next::Wait(Duration::from_secs(1))),
            (2, Outcome::Transient, 1.0, Next::Wait(Duration::from_secs(2))),
            (3, Outcome::Transient, 0.0, Next::Wait(Duration::from_secs(2))),
            (4, Outcome::Transient, 1.0, Next::GiveUp),
            (1, Outcome::Fatal, 1.0, Next::GiveUp),
        ];
        for (attempt, outcome, dice, expected) in table {
            assert_eq!(next(attempt, outcome, &PATIENCE, dice), expected, "attempt {attempt}, {outcome:?}");
        }
    }

    #[test]
    fn a_rate_limit_is_waited_for_only_when_its_time_is_known_and_fits() {
        let minute = Duration::from_secs(60);
        assert_eq!(next(1, Outcome::RateLimited(Some(minute)), &PATIENCE, 0.5), Next::Wait(minute));
        assert_eq!(next(1, Outcome::RateLimited(Some(minute * 2)), &PATIENCE, 0.5), Next::GiveUp);
        assert_eq!(next(1, Outcome::RateLimited(None), &PATIENCE, 0.5), Next::GiveUp);
    }
}
