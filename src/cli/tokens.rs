//! What the commands do about tokens in common: find them, renew them, tell of it.

use std::thread;

use serde_json::{Value, json};

use super::failure::Failure;
use super::start::{Start, dice, now};
use super::summary;
use super::token_advice as advice;
use super::ui::{GREEN, Voice};
use crate::auth::{
    AccessToken, Held, Outlook, Renewal, Renewed, Renewer, Store, Talk, TokenStatus, Urgency, Vault, choose, deadline,
};
use crate::bake::Source;
use crate::config::{ApiSettings, FeedSettings, Place, TOKEN_NAMES, TokenError, find_token, vault_key};
use crate::files::Root;
use crate::graph::ApiOptions;
use crate::http::{Http, HttpError, HttpOptions};

/// Opens the encrypted token file where there is one and a key for it. One that cannot be opened is told of, and the
/// variables must do.
pub fn vault(voice: &Voice, place: &Place, root: &Root) -> Vault {
    let opened = match vault_key(&place.environment) {
        Ok(Some(key)) => Vault::open(root, &key),
        Ok(None) => {
            // Forks get no secrets: that is their usual state, and nothing to warn of.
            if Vault::exists(root) && !place.environment.is_ci() {
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

/// Finds the token of a feed: in its variable, or what that became in the vault.
pub fn held(place: &Place, vault: &Vault, feed: &FeedSettings) -> Result<Held, TokenError> {
    match find_token(&place.environment, feed.token_env.as_deref()) {
        Ok(found) => Ok(choose(&found.name, Some(&found.token), vault).unwrap_or(Held {
            name: found.name,
            token: found.token,
            place: crate::auth::TokenPlace::Variable,
        })),
        Err(TokenError::Missing { name }) => {
            let names = feed.token_env.as_deref().map_or_else(|| TOKEN_NAMES.to_vec(), |name| vec![name]);
            names.into_iter().find_map(|name| choose(name, None, vault)).ok_or(TokenError::Missing { name })
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
    let options = ApiOptions {
        version: api.version.clone(),
        user: api.user.clone(),
        token_in: api.token_in,
        patience: api.patience,
        counts: false,
    };
    Talk { http, options, pause: &thread::sleep, dice: &dice }
}

/// Renews what is due before a bake, and lets the bake go on with the tokens that came of it.
///
/// Nothing here fails a bake: what went wrong is returned as warnings.
pub fn renew_before_bake(voice: &Voice, start: &mut Start) -> Told {
    let mut told = Told::default();
    let stores = match start.place.settings.tokens.stores(&start.place.site, &start.place.environment) {
        Ok(stores) => stores,
        Err(error) => {
            told.warnings.push(advice::of_store_wish(&error, "a changed token could not be kept"));
            Vec::new()
        }
    };
    let mut done: Vec<(String, AccessToken)> = Vec::new();
    for index in 0..start.held.len() {
        let Some(held) = start.held[index].clone() else { continue };
        if let Some((_, token)) = done.iter().find(|(name, _)| *name == held.name) {
            start.sources[index] = Source::Api(token.clone());
            continue;
        }
        let api = start.place.settings.feeds[index].api.clone();
        if let Some(renewal) =
            renew(voice, &start.place, &start.root, &held, &api, &stores, Urgency::WhenDue, &mut told)
        {
            start.sources[index] = Source::Api(renewal.token.clone());
            done.push((held.name, renewal.token));
        }
    }
    told
}

/// Renews one token, says what came of it, and adds what somebody has to know.
#[expect(clippy::too_many_arguments, reason = "the two callers have nothing in common but these")]
pub fn renew(
    voice: &Voice,
    place: &Place,
    root: &Root,
    held: &Held,
    api: &ApiSettings,
    stores: &[Store],
    urgency: Urgency,
    told: &mut Told,
) -> Option<Renewal> {
    let http = connect(api).ok()?;
    let talk = talk(&http, api);
    let renewer = Renewer {
        root,
        when: place.settings.tokens.when,
        warn: place.settings.tokens.warn,
        stores,
        talk: &talk,
        now: now(),
        announce: &|token| mask(voice, place, token),
    };
    match renewer.renew(held, urgency) {
        Ok(renewal) => {
            say(voice, &renewal);
            let end = ending(root, &renewal);
            told.lines.push(format!("the token in {}: {}", renewal.name, end));
            told.json.push(as_json(&renewal));
            told.warnings.extend(advice::of_renewal(&renewal, &end));
            Some(renewal)
        }
        Err(error) => {
            let mut failure = *Failure::of_file(&error, "what is known of the token could not be kept");
            failure.lower();
            told.warnings.push(failure);
            None
        }
    }
}

/// What is told of tokens after a run.
#[derive(Debug, Default)]
pub struct Told {
    /// What somebody has to know.
    pub warnings: Vec<Failure>,
    /// A line for each token, for a summary.
    pub lines: Vec<String>,
    /// The same for machines.
    pub json: Vec<Value>,
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
        Renewed::NotDue | Renewed::NotThisKind | Renewed::Unkept { .. } | Renewed::NewIsRefused(_) => {}
    }
}

/// When the token of a renewal ends, in words.
fn ending(root: &Root, renewal: &Renewal) -> String {
    let status = TokenStatus::read(root).unwrap_or_default();
    match status.tokens.get(&renewal.name) {
        Some(record) => in_words(record, now()),
        None => "nothing is known of its end".to_owned(),
    }
}

/// When a token ends, in words.
pub fn in_words(record: &crate::auth::TokenRecord, now: jiff::Timestamp) -> String {
    let (end, certainty) = deadline(record);
    let date = summary::day(end.to_zoned_datetime(jiff::tz::TimeZone::UTC).date());
    let days = end.duration_since(now).as_hours().div_euclid(24);
    let when = match days {
        ..0 => format!("ended on {date}"),
        0 => format!("ends on {date}, within a day"),
        1 => format!("ends on {date}, in 1 day"),
        days => format!("ends on {date}, in {days} days"),
    };
    match certainty {
        crate::auth::Certainty::Known => when,
        crate::auth::Certainty::AtTheLatest => format!("{when}, at the latest"),
    }
}

/// A renewal for machines.
pub fn as_json(renewal: &Renewal) -> Value {
    let word = match &renewal.outcome {
        Renewed::NotDue => "not_due",
        Renewed::NotThisKind => "not_this_kind",
        Renewed::Extended => "extended",
        Renewed::Changed { .. } => "changed",
        Renewed::Unkept { .. } => "unkept",
        Renewed::TooYoung => "too_young",
        Renewed::Failed(_) => "failed",
        Renewed::NewIsRefused(_) => "new_is_refused",
    };
    let days = match renewal.outlook {
        Outlook::Near { days, .. } => json!(days),
        Outlook::Over => json!(0),
        Outlook::Fine | Outlook::Unknown => Value::Null,
    };
    let mut value = json!({ "name": renewal.name, "outcome": word, "fingerprint": renewal.token.fingerprint() });
    if !days.is_null() {
        value["days_left"] = days;
    }
    value
}
