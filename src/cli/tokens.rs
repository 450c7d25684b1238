//! What the commands do about tokens in common: find them, renew them, tell of it.

use std::thread;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::failure::Failure;
use super::start::dice;
use super::summary;
use super::token_advice as advice;
use super::ui::{GREEN, Voice};
use crate::auth::{
    AccessToken, Certainty, Held, Kept, Renewal, Renewed, Talk, TokenPlace, TokenRecord, Vault, choose, day_of,
    deadline, whole_days,
};
use crate::bake::TokenReport;
use crate::config::{ApiSettings, FeedSettings, FoundToken, Place, TOKEN_NAMES, TokenError, find_token, vault_key};
use crate::files::Root;
use crate::http::{Http, HttpError, HttpOptions};

/// Opens the encrypted token file where there is one and a key for it. One that cannot be opened is told of, and the
/// variables must do.
pub fn vault(voice: &Voice, place: &Place, root: &Root) -> Vault {
    let opened = match vault_key(&place.environment) {
        Ok(Some(key)) => Vault::open(root, &key),
        Ok(None) => {
            // Forks get no secrets: that is their usual state, and nothing to warn of. Who has a token is none.
            let has_token = || place.settings.feeds.iter().any(|feed| given(place, feed).is_ok());
            if Vault::exists(root) && (!place.environment.is_ci() || has_token()) {
                advice::locked_vault().tell(voice);
            }
            return Vault::default();
        }
        Err(error) => Err(error),
    };
    match opened {
        Ok(vault) => {
            for kept in vault.tokens.values() {
                mask(voice, place, &kept.token);
            }
            vault
        }
        Err(error) => {
            let mut failure =
                advice::of_vault(&error, "the encrypted token is not used; the one in the variable must do");
            failure.lower();
            failure.tell(voice);
            Vault::default()
        }
    }
}

fn given(place: &Place, feed: &FeedSettings) -> Result<FoundToken, TokenError> {
    find_token(&place.environment, feed.token_env.as_deref())
}

/// Finds the token of a feed: in its variable, or what that became in the vault.
pub fn held(place: &Place, vault: &Vault, feed: &FeedSettings) -> Result<Held, TokenError> {
    match given(place, feed) {
        Ok(FoundToken { name, token }) => {
            let is_of_dot_env = place.of_dot_env.contains(&name);
            let place = if is_of_dot_env { TokenPlace::DotEnv } else { TokenPlace::Variable };
            Ok(choose(Held { name, token, place }, vault))
        }
        Err(TokenError::Missing { name }) => {
            let names = feed.token_env.as_deref().map_or_else(|| TOKEN_NAMES.to_vec(), |name| vec![name]);
            let kept = names.into_iter().find_map(|name| Some((name.to_owned(), vault.tokens.get(name)?)));
            let held =
                |(name, kept): (String, &Kept)| Held { name, token: kept.token.clone(), place: TokenPlace::Vault };
            kept.map(held).ok_or(TokenError::Missing { name })
        }
        Err(error) => Err(error),
    }
}

/// Tells GitHub Actions to hide a token from its logs.
pub fn mask(voice: &Voice, place: &Place, token: &AccessToken) {
    if place.environment.github_actions().is_some() {
        voice.complain(&format!("::add-mask::{}", token.expose()));
    }
}

/// The connections for questions about tokens.
pub fn connect(api: &ApiSettings) -> Result<Http, HttpError> {
    Http::new(HttpOptions { api_base: api.base.clone(), timeout: api.timeout })
}

/// How questions about tokens are asked.
pub fn talk<'a>(http: &'a Http, api: &ApiSettings) -> Talk<'a> {
    Talk { http, options: api.options(), pause: &thread::sleep, dice: &dice }
}

/// What is told of tokens after a run.
#[derive(Debug, Default)]
pub struct Told {
    /// What somebody has to know; with the token's variable where it is about the token's end and nothing else.
    pub warnings: Vec<(Option<String>, Failure)>,
    /// Each token, by its variable, and when it ends.
    pub lines: Vec<(String, String)>,
}

impl Told {
    /// Says what came of each token, and adds what somebody has to know.
    pub fn take(&mut self, voice: &Voice, reports: &[TokenReport], now: Timestamp) {
        for report in reports {
            match &report.outcome {
                Ok(renewal) => {
                    say(voice, renewal);
                    let end = ending(renewal, now);
                    self.lines.push((report.name.clone(), end.clone()));
                    let of_renewal = advice::of_renewal(renewal, &end).into_iter();
                    let is_of_its_end = matches!(renewal.outcome, Renewed::NotDue | Renewed::Failed(_));
                    let name = is_of_its_end.then(|| report.name.clone());
                    self.warnings.extend(of_renewal.map(|warning| (name.clone(), warning)));
                }
                Err(error) => self.warnings.push((None, advice::of_tending(&report.name, error))),
            }
        }
    }
}

fn say(voice: &Voice, renewal: &Renewal) {
    match &renewal.outcome {
        Renewed::Extended => voice.say(&format!("{GREEN}{}{GREEN:#}: the token was renewed", renewal.name)),
        Renewed::Changed { kept_in, .. } => {
            voice.say(&format!(
                "{GREEN}{}{GREEN:#}: the token was renewed and kept in {}",
                renewal.name,
                kept_in.join(", ")
            ));
        }
        Renewed::TooYoung => voice.detail(&format!("{}: the token is too young to be renewed", renewal.name)),
        Renewed::Failed(error) => {
            voice.detail(&format!("{}: the token was not renewed: {error}", renewal.name));
        }
        Renewed::NotDue
        | Renewed::NotThisKind
        | Renewed::NoRoom { .. }
        | Renewed::Unkept { .. }
        | Renewed::NewIsRefused { .. } => {}
    }
}

/// When the token of a renewal ends, in words.
fn ending(renewal: &Renewal, now: Timestamp) -> String {
    renewal.record.as_ref().map_or_else(|| "nothing is known of its end".to_owned(), |record| in_words(record, now))
}

/// When a token ends, in words.
pub fn in_words(record: &TokenRecord, now: Timestamp) -> String {
    let (end, certainty) = deadline(record);
    let date = summary::day(day_of(end));
    let days = whole_days(now, end);
    let when = match days {
        ..0 => format!("ended on {date}"),
        0 => format!("ends on {date}, within a day"),
        1 => format!("ends on {date}, in 1 day"),
        days => format!("ends on {date}, in {days} days"),
    };
    match certainty {
        Certainty::Known => when,
        Certainty::AtTheLatest => format!("{when}, at the latest"),
    }
}

/// What came of a token, for machines.
pub fn as_json(report: &TokenReport) -> Value {
    let renewal = match &report.outcome {
        Ok(renewal) => renewal,
        Err(error) => return json!({ "name": report.name, "outcome": "not_looked_after", "why": error.to_string() }),
    };
    let word = match &renewal.outcome {
        Renewed::NotDue => "not_due",
        Renewed::NotThisKind => "not_this_kind",
        Renewed::Extended => "extended",
        Renewed::Changed { .. } => "changed",
        Renewed::Unkept { .. } => "unkept",
        Renewed::NoRoom { .. } => "no_room",
        Renewed::TooYoung => "too_young",
        Renewed::Failed(_) => "failed",
        Renewed::NewIsRefused { .. } => "new_is_refused",
    };
    let mut value = json!({
        "name": report.name,
        "outcome": word,
        "fingerprint": renewal.token.fingerprint(),
        "near_its_end": renewal.outlook.is_near(),
    });
    if let Some(record) = &renewal.record {
        value["expires_at"] = json!(deadline(record).0.to_string());
    }
    value
}
