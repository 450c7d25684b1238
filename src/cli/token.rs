//! `feedbake token`.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Ended;
use super::args::{Common, SourceArgs, TokenArgs, TokenTask};
use super::failure::{Code, Failure};
use super::start::{Start, start};
use super::summary;
use super::ui::{GREEN, RED, Voice, YELLOW};
use crate::auth::{AccessToken, TokenRecord, TokenStatus, day_of};
use crate::bake::{Belief, Hindrance, Renewal, Source, ask_account, renew_tokens};
use crate::config::FeedSettings;
use crate::feed::Account;

/// Tells of the tokens, or renews them.
pub fn run(voice: &Voice, common: &Common, flags: &TokenArgs) -> Ended {
    let of = |api_base: &Option<String>| SourceArgs { api_base: api_base.clone(), ..SourceArgs::default() };
    match &flags.task {
        TokenTask::Status { offline, api_base } => status(voice, &start(voice, common, &of(api_base))?, *offline),
        TokenTask::Refresh { print, api_base } => refresh(voice, &start(voice, common, &of(api_base))?, *print),
    }
}

fn status(voice: &Voice, start: &Start, offline: bool) -> Ended {
    let remembered =
        TokenStatus::read(&start.root).map_err(|error| Failure::of_file(&error, "nothing is known of the token"))?;
    let mut worst = Code::Done;
    let mut answers = Vec::new();
    let feeds = start.place.settings.feeds.iter().zip(&start.sources).zip(&start.found_in);
    for ((feed, source), found_in) in feeds {
        let hindered = |hindrance: &Hindrance| {
            Failure::of_hindrance(hindrance, &format!("the token of the feed {} cannot be used", feed.name))
        };
        let token = match source {
            Source::Api(token) => token,
            Source::Nowhere(error) => {
                let failure = hindered(&Hindrance::from(error.clone()));
                failure.tell(voice);
                worst = worst.max(failure.code);
                answers.push(json!({ "feed": feed.name, "error": failure.as_json() }));
                continue;
            }
            Source::Memory | Source::Demo(_) => continue,
        };
        let record = remembered.tokens.get(&feed.name).filter(|record| record.fingerprint == token.fingerprint());
        let asked = if offline { None } else { Some(ask_account(feed, token)) };
        let (account, failure) = match asked {
            Some(Ok(account)) => (Some(account), None),
            Some(Err(hindrance)) => (None, Some(hindered(&hindrance))),
            None => (None, None),
        };
        let now = start.now();
        let answer = Known { feed, token, found_in: found_in.as_deref().unwrap_or_default(), record, account, now };
        answer.tell(voice, failure.as_ref());
        if let Some(failure) = &failure {
            failure.tell(voice);
            worst = worst.max(failure.code);
        }
        let mut json = answer.as_json();
        if let Some(failure) = &failure {
            json["error"] = failure.as_json();
        }
        answers.push(json);
    }
    if voice.json {
        voice.json(&json!({ "tokens": answers }));
    }
    Ok(worst)
}

/// Everything that can be told of one token.
struct Known<'a> {
    feed: &'a FeedSettings,
    token: &'a AccessToken,
    found_in: &'a str,
    record: Option<&'a TokenRecord>,
    account: Option<Account>,
    now: Timestamp,
}

impl Known<'_> {
    fn days_left(&self) -> Option<i64> {
        self.record.and_then(|record| record.days_left(self.now))
    }

    fn tell(&self, voice: &Voice, failure: Option<&Failure>) {
        if voice.json {
            return;
        }
        let whose = self.account.as_ref().and_then(|account| account.username.as_deref());
        let works = match (failure, whose) {
            (Some(_), _) => format!("{RED}does not work{RED:#}"),
            (None, Some(name)) => format!("{GREEN}works{GREEN:#}, for @{name}"),
            (None, None) => "was not tried".to_owned(),
        };
        voice.result(&format!("{}: {} from {}, {works}", self.feed.name, self.token.masked(), self.found_in));
        let day = |moment: Timestamp| summary::day(day_of(moment));
        let end = self.record.and_then(|record| record.expires_at);
        voice.result(&match (self.days_left(), end) {
            (Some(days), Some(end)) => {
                let near = self.record.is_some_and(|record| self.feed.token_rules.is_near_its_end(record, self.now));
                let style = if near { YELLOW } else { GREEN };
                format!("  ends on {}: {style}{}{style:#}", day(end), days_in_words(days))
            }
            _ => "  nobody knows when it ends: the API tells that when it renews it, from a day of age on".to_owned(),
        });
        if let Some(renewed) = self.record.and_then(|record| record.refreshed_at) {
            voice.result(&format!("  renewed on {}", day(renewed)));
        }
        voice.result(&format!("  fingerprint {}", self.token.fingerprint()));
    }

    fn as_json(&self) -> Value {
        let time = |moment: Option<Timestamp>| moment.map(|moment| moment.to_string()).unwrap_or_default();
        let mut answer = json!({
            "feed": self.feed.name,
            "token": self.token.masked(),
            "fingerprint": self.token.fingerprint(),
            "found_in": self.found_in,
            "expires_at": time(self.record.and_then(|record| record.expires_at)),
            "refreshed_at": time(self.record.and_then(|record| record.refreshed_at)),
        });
        if let Some(days) = self.days_left() {
            answer["days_left"] = days.into();
        }
        if let Some(account) = &self.account {
            answer["account"] = account.username.clone().unwrap_or_default().into();
            answer["account_type"] = account.account_type.clone().unwrap_or_default().into();
        }
        answer
    }
}

/// `42 days left`, `ended 3 days ago`.
pub fn days_in_words(days: i64) -> String {
    match days {
        1 => "1 day left".to_owned(),
        0.. => format!("{days} days left"),
        -1 => "ended yesterday".to_owned(),
        _ => format!("ended {} days ago", -days),
    }
}

fn refresh(voice: &Voice, start: &Start, print: bool) -> Ended {
    let progress = voice.progress();
    let printed = |_: &FeedSettings, token: &AccessToken| {
        voice.result(token.expose());
        Ok("standard output".to_owned())
    };
    let reports = if print {
        start.with_tools_that_keep(&progress, Belief::Cautious, &printed, renew_tokens)
    } else {
        start.with_tools(&progress, Belief::Cautious, renew_tokens)
    };
    let reports = reports.map_err(|error| Failure::of_bake(&error, "the token was not renewed"))?;
    let mut worst = Code::Done;
    for source in &start.sources {
        if let Source::Nowhere(error) = source {
            let failure = Failure::of_hindrance(&Hindrance::from(error.clone()), "the token was not renewed");
            failure.tell(voice);
            worst = worst.max(failure.code);
        }
    }
    for report in reports {
        match report.renewal {
            Renewal::Refused(error) => {
                let consequence = format!("the token of the feed {} was not renewed", report.feed);
                let failure = Failure::of_hindrance(&Hindrance::from(error), &consequence);
                failure.tell(voice);
                worst = worst.max(failure.code);
            }
            Renewal::NotKept { why } => {
                Failure::not_kept(&report.feed, &why).tell(voice);
                worst = worst.max(Code::Token);
            }
            Renewal::NotDue => {
                voice.say(&format!(
                    "{}: the token is less than a day old, or of Facebook Login: it cannot be renewed",
                    report.feed
                ));
            }
            renewal => summary::tell_renewal(voice, &report.feed, &renewal, report.days_left),
        }
    }
    Ok(worst)
}
