//! `feedbake token status`.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Ended;
use super::failure::{Code, Failure};
use super::start::{Start, now};
use super::token::{each_token, no_token};
use super::ui::Voice;
use super::{github, summary, token_advice as advice, tokens};
use crate::auth::{
    Certainty, Held, Outlook, TokenKind, TokenPlace, TokenRecord, TokenStatus, VAULT_FILE, day_of, deadline, outlook,
    whole_days,
};
use crate::config::{ApiSettings, DOT_ENV};
use crate::feed::{Account, one_line};
use crate::graph::ApiError;

/// Whether the API is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    /// It is.
    TheApi,
    /// Only the site's own files are.
    Nobody,
}

/// Says of every token whose it is and how long it lives.
pub fn status(voice: &Voice, start: &Start, asking: Asking) -> Ended {
    let known =
        TokenStatus::read(&start.root).map_err(|error| Failure::of_file(&error, "nothing can be said of the token"))?;
    let mut worst = Code::Done;
    let mut all = Vec::new();
    for (found, api) in each_token(start) {
        let held = match found {
            Ok(held) => held,
            Err(error) => {
                let failure = no_token(error, "there is no token to say anything of");
                failure.tell(voice);
                all.push(json!({ "state": "absent", "error": failure.as_json() }));
                worst = worst.max(Code::Token);
                continue;
            }
        };
        let record = known.of(&held.name, &held.token.fingerprint(), now());
        let record = record.as_ref();
        let answer = (asking == Asking::TheApi).then(|| {
            tokens::connect(api).map_err(ApiError::from).and_then(|http| tokens::talk(&http, api).whose(&held.token))
        });
        let outlook = outlook(record, start.place.settings.tokens.warn, now());
        let mut value = describe(held, record, answer.as_ref(), outlook);
        if !voice.json {
            print(voice, held, record, answer.as_ref());
        }
        let trouble = trouble(held, api, record, answer.as_ref(), outlook);
        if let Some(failure) = trouble {
            github::tell_too(voice, &start.place.environment, &failure);
            // A warning is about a day to come; what is over by the site's own book counts when nobody was asked.
            let counts = !failure.is_lowered() || (asking == Asking::Nobody && outlook == Outlook::Over);
            worst = worst.max(if counts { failure.code } else { Code::Done });
            value[if failure.is_lowered() { "warning" } else { "error" }] = failure.as_json();
        }
        all.push(value);
    }
    if voice.json {
        voice.json(&json!({ "tokens": all, "code": worst as u8 }));
    }
    Ok(worst)
}

/// What is wrong with a token, or will be soon.
fn trouble(
    held: &Held,
    api: &ApiSettings,
    record: Option<&TokenRecord>,
    answer: Option<&Result<Account, ApiError>>,
    outlook: Outlook,
) -> Option<Failure> {
    if let Some(Err(error)) = answer {
        let (code, hints) = advice::on_token(held.token.kind(), &api.base, error);
        let consequence = match code {
            Code::Token => "the token is of no use",
            _ => "the API could not be asked about the token",
        };
        let failure = Failure::new(code, format!("{consequence} ({})", held.name)).caused_by(error);
        return Some(failure.hints(advice::history(record, error, now())).hints(hints));
    }
    let words = record.map(|record| tokens::in_words(record, now())).unwrap_or_default();
    if let Some(record) = record.filter(|record| record.is_superseded()) {
        let mut failure = advice::of_a_detour(&held.name, held.place, &words, record);
        failure.lower();
        return Some(failure);
    }
    if !outlook.is_near() {
        return None;
    }
    let mut failure = Failure::new(Code::Token, format!("the token in {} {words}", held.name))
        .hint("`feedbake token refresh` asks for sixty more days now; once it has ended, only a new one helps: `feedbake login`");
    failure.lower();
    Some(failure)
}

fn kind_in_words(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Instagram => "Instagram Login, by its first letters",
        TokenKind::Facebook => "Facebook Login, by its first letters; feedbake does not renew it",
        TokenKind::BasicDisplay => "Basic Display API, by its first letters: that API has ended",
        TokenKind::Unknown => "unknown, by its first letters",
    }
}

fn place_in_words(held: &Held) -> String {
    match held.place {
        TokenPlace::Variable => format!("the variable {}", held.name),
        TokenPlace::DotEnv => format!("the variable {}, which {DOT_ENV} sets", held.name),
        TokenPlace::Vault => format!("{VAULT_FILE}, grown from the variable {}", held.name),
    }
}

fn account_in_words(account: &Account) -> String {
    let name =
        account.username.as_deref().map_or_else(|| "an account without a name".to_owned(), |name| format!("@{name}"));
    account.account_type.as_ref().map_or_else(|| name.clone(), |kind| format!("{name} ({})", kind.to_lowercase()))
}

fn print(voice: &Voice, held: &Held, record: Option<&TokenRecord>, answer: Option<&Result<Account, ApiError>>) {
    let day = |moment: Timestamp| summary::day(day_of(moment));
    let account = match answer {
        Some(Ok(account)) => account_in_words(account),
        Some(Err(_)) => "not told".to_owned(),
        None => record
            .and_then(|record| record.account.as_ref())
            .map_or_else(|| "not asked".to_owned(), |name| format!("@{name}, when it was last renewed")),
    };
    let renewed = record
        .and_then(|record| record.refreshed_at)
        .map_or_else(|| "never, as far as this site knows".to_owned(), day);
    let end = match record {
        // What the book says of its end is not so any more.
        _ if is_dead(answer) => "the API takes it no more".to_owned(),
        Some(record) => tokens::in_words(record, now()),
        None => "unknown until its first renewal".to_owned(),
    };
    let newer = match record.filter(|record| record.is_superseded()) {
        Some(record) => format!("in {}", record.kept_elsewhere.join(", ")),
        None => "none, as far as this site knows".to_owned(),
    };
    voice.result(&format!("{}: {}", held.name, held.token.masked()));
    for (what, words) in [
        ("kind", kind_in_words(held.token.kind()).to_owned()),
        ("from", place_in_words(held)),
        ("account", account),
        ("renewed", renewed),
        ("end", end),
        ("newer", newer),
        ("known as", held.token.fingerprint()),
    ] {
        voice.result(&format!("  {what:<9} {}", one_line(&words)));
    }
}

fn describe(
    held: &Held,
    record: Option<&TokenRecord>,
    answer: Option<&Result<Account, ApiError>>,
    outlook: Outlook,
) -> Value {
    let mut value = json!({
        "name": held.name,
        "masked": held.token.masked(),
        "fingerprint": held.token.fingerprint(),
        "kind": match held.token.kind() {
            TokenKind::Instagram => "instagram",
            TokenKind::Facebook => "facebook",
            TokenKind::BasicDisplay => "basic_display",
            TokenKind::Unknown => "unknown",
        },
        "from": match held.place { TokenPlace::Variable => "variable", TokenPlace::DotEnv => "dot_env", TokenPlace::Vault => "vault" },
        "newer_in": record.map(|record| record.kept_elsewhere.clone()).unwrap_or_default(),
        "state": match (answer, outlook) {
            _ if is_dead(answer) => "dead",
            (Some(Ok(_)), Outlook::Near { .. }) | (None, Outlook::Near { .. }) => "near_its_end",
            (Some(Ok(_)), _) => "alive",
            (None, Outlook::Over) => "dead",
            _ => "unknown",
        },
    });
    if let Some(Ok(account)) = answer {
        value["account"] = json!(account.username.clone().unwrap_or_default());
        value["account_type"] = json!(account.account_type.clone().unwrap_or_default());
    }
    if let Some(record) = record {
        if !is_dead(answer) {
            let (end, certainty) = deadline(record);
            value["expires_at"] = json!(end.to_string());
            value["expiry_is_known"] = json!(certainty == Certainty::Known);
            value["days_left"] = json!(whole_days(now(), end));
        }
        if let Some(renewed_at) = record.refreshed_at {
            value["refreshed_at"] = json!(renewed_at.to_string());
        }
    }
    value
}

fn is_dead(answer: Option<&Result<Account, ApiError>>) -> bool {
    matches!(answer, Some(Err(error)) if error.is_about_the_token())
}
