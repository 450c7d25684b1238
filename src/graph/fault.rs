//! What the API means when it says no: the error's code decides, not the status it came with. Pure.

use serde_json::Value;

use crate::auth::{AccessToken, without_long_runs};
use crate::feed::one_line;
use crate::http::{Answer, excerpt};
use crate::retry::Outcome;
use std::time::Duration;

/// Enough of a message for a person; the longest recorded one has 180 characters.
const LONGEST_MESSAGE: usize = 300;

/// A hundred posts with twenty slides each have some 15,000.
const MOST_VALUES: usize = 1_000_000;

/// A refusal of the API.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}{}", facts(self))]
pub struct ApiFault {
    /// What it means.
    pub kind: FaultKind,
    /// HTTP status.
    pub status: u16,
    /// The error's code; 0 when it had none.
    pub code: i64,
    /// The error's subcode; 0 when it had none.
    pub subcode: i64,
    /// What the API says, in one line, without secrets.
    pub message: String,
    /// Meta's name for this very answer, for reports to them; empty when it had none.
    pub trace: String,
}

fn facts(fault: &ApiFault) -> String {
    let mut facts = Vec::new();
    if fault.code != 0 {
        facts.push(format!("code {}", fault.code));
    }
    if fault.subcode != 0 {
        facts.push(format!("subcode {}", fault.subcode));
    }
    if fault.code == 0 {
        facts.push(format!("status {}", fault.status));
    }
    let said = if fault.message.is_empty() { String::new() } else { format!(": {}", fault.message) };
    format!(" ({}){said}", facts.join(", "))
}

/// What a refusal means, as far as somebody treats it differently.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultKind {
    /// The token has lived its sixty days.
    #[error("the API says the access token expired")]
    TokenExpired,
    /// The password was changed, or the session ended by Instagram.
    #[error("the API says the access token was invalidated")]
    TokenInvalidated,
    /// The token is mangled, or for the other host.
    #[error("the API cannot read the access token")]
    TokenUnreadable,
    /// The user removed the app.
    #[error("the API says the app was removed from the account")]
    AppRemoved,
    /// Instagram wants the person to log in and confirm something.
    #[error("the API says the account has to be confirmed on Instagram")]
    Checkpoint,
    /// The request came without a token.
    #[error("the API says no access token was sent")]
    TokenMissing,
    /// The account has not accepted the invitation as a tester of the app.
    #[error("the API refuses every request of this account")]
    TesterRoleMissing,
    /// The token lacks a scope.
    #[error("the API says the access token lacks a permission")]
    PermissionMissing,
    /// Too many requests.
    #[error("the API wants fewer requests{}", minutes_in_words(.minutes))]
    RateLimited {
        /// Minutes until it takes requests again, where it said so.
        minutes: Option<u64>,
    },
    /// Blocked for a breach of policy, or for a while.
    #[error("the API has blocked the app or the account for a while")]
    Blocked,
    /// Works on the second try, mostly.
    #[error("the API stumbled")]
    Transient,
    /// The answer would have been too large.
    #[error("the API wants to be asked for less at once")]
    ReduceData,
    /// A field that this account, host or version does not have.
    #[error("the API has no field `{field}` here")]
    UnknownField {
        /// The field.
        field: String,
    },
    /// The user or the post is not there, or not for this token.
    #[error("the API knows no such account or post")]
    Gone,
    /// The request itself was wrong.
    #[error("the API did not understand the request")]
    BadRequest,
    /// What came is no answer of the API: a web page, a proxy's message, half a body.
    #[error("what answered is not Instagram's API")]
    NotTheApi,
    /// The app's id and secret do not belong together, or are the pair of Facebook Login.
    #[error("the API does not accept the app's id and secret")]
    WrongApp,
    /// A code of the authorization flow that was used or is older than an hour.
    #[error("the API says the code was used already, or is too old")]
    CodeSpent,
    /// The redirect address is not the one in the dashboard, to the character.
    #[error("the API says the redirect address is not the registered one")]
    RedirectMismatch,
    /// A code nobody has written down.
    #[error("the API refused")]
    Unknown,
}

fn minutes_in_words(minutes: &Option<u64>) -> String {
    match minutes {
        None => String::new(),
        Some(1) => ", in a minute again".to_owned(),
        Some(minutes) => format!(", in {minutes} minutes again"),
    }
}

impl ApiFault {
    /// Whether asking again may help, and after how long.
    pub fn outcome(&self) -> Outcome {
        match &self.kind {
            FaultKind::Transient => Outcome::Transient,
            FaultKind::RateLimited { minutes } => {
                Outcome::RateLimited(minutes.map(|minutes| Duration::from_secs(minutes.saturating_mul(60))))
            }
            FaultKind::NotTheApi if matches!(self.status, 500..=599) => Outcome::Transient,
            // An empty or broken body with a good status is a connection that was cut by something in between.
            FaultKind::NotTheApi if self.status == 200 => Outcome::Transient,
            _ => Outcome::Fatal,
        }
    }

    /// Whether a new token, or a click in the account's settings, is what it takes.
    pub fn is_about_the_token(&self) -> bool {
        match self.kind {
            FaultKind::TokenExpired
            | FaultKind::TokenInvalidated
            | FaultKind::TokenUnreadable
            | FaultKind::AppRemoved
            | FaultKind::Checkpoint
            | FaultKind::TokenMissing
            | FaultKind::TesterRoleMissing
            | FaultKind::PermissionMissing
            | FaultKind::WrongApp
            | FaultKind::CodeSpent
            | FaultKind::RedirectMismatch => true,
            FaultKind::RateLimited { .. }
            | FaultKind::Blocked
            | FaultKind::Transient
            | FaultKind::ReduceData
            | FaultKind::UnknownField { .. }
            | FaultKind::Gone
            | FaultKind::BadRequest
            | FaultKind::NotTheApi
            | FaultKind::Unknown => false,
        }
    }
}

/// Reads an answer: the JSON of a good one, or what a bad one means.
///
/// The body counts before the status: an error envelope is one with any status.
///
/// # Errors
/// [`ApiFault`] for an error envelope, and for whatever is no JSON object.
pub fn read_answer(answer: &Answer, token: &AccessToken) -> Result<Value, ApiFault> {
    let bare = |kind: FaultKind, message: String| ApiFault {
        kind,
        status: answer.status,
        code: 0,
        subcode: 0,
        message,
        trace: String::new(),
    };
    if values(&answer.body) > MOST_VALUES {
        return Err(bare(FaultKind::NotTheApi, format!("it holds more than {MOST_VALUES} values")));
    }
    // serde_json refuses what is nested deeper than 128 levels, so a hostile body costs no stack.
    let parsed = serde_json::from_slice::<Value>(&answer.body)
        .or_else(|_| serde_json::from_slice(&without_half_characters(&answer.body)));
    let Ok(value) = parsed else {
        // A gate in front of the API may say so in its own words.
        if answer.status == 429 {
            return Err(bare(FaultKind::RateLimited { minutes: minutes(answer) }, String::new()));
        }
        let kind = if answer.content_type.is_empty() { "no type".to_owned() } else { one_line(&answer.content_type) };
        let said = format!("{kind}: {:?}", excerpt(&answer.body));
        return Err(bare(FaultKind::NotTheApi, without_secrets(&said, token).chars().take(LONGEST_MESSAGE).collect()));
    };
    if let Some(envelope) = envelope(&value) {
        return Err(read_envelope(envelope, answer, token));
    }
    match (&value, answer.status) {
        (Value::Object(_), 200..=299) => Ok(value),
        (_, 200..=299) => Err(bare(FaultKind::NotTheApi, "the JSON is no object".to_owned())),
        (_, 429) => Err(bare(FaultKind::RateLimited { minutes: minutes(answer) }, String::new())),
        (_, 500..=599) => Err(bare(FaultKind::Transient, String::new())),
        _ => Err(bare(FaultKind::NotTheApi, "the JSON holds no error that Instagram would send".to_owned())),
    }
}

/// About how many values are in a JSON text, told before memory is taken for them: two letters are enough for one, which
/// then takes some hundred bytes.
fn values(json: &[u8]) -> usize {
    let mut count = 1;
    let mut letters = json.iter();
    while let Some(letter) = letters.next() {
        match letter {
            b',' | b'[' | b'{' => count += 1,
            b'"' => {
                while let Some(letter) = letters.next() {
                    match letter {
                        b'\\' => drop(letters.next()),
                        b'"' => break,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    count
}

/// The JSON with U+FFFD for every half of a surrogate pair that stands alone, as a text that was cut in the middle of
/// an emoji has one: it costs a character then, and not the feed.
fn without_half_characters(json: &[u8]) -> Vec<u8> {
    let half_at = |at: usize| -> Option<u16> {
        let digits = json.get(at..at + 6)?.strip_prefix(b"\\u")?;
        let number = u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        (0xd800..0xe000).contains(&number).then_some(number)
    };
    let mut mended = Vec::with_capacity(json.len());
    let mut at = 0;
    while at < json.len() {
        let (taken, text): (usize, &[u8]) = match (half_at(at), half_at(at + 6)) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => (12, &json[at..at + 12]),
            (Some(_), _) => (6, b"\\ufffd"),
            // The letter behind a backslash belongs to it, another backslash above all.
            (None, _) if json[at] == b'\\' => (2, &json[at..json.len().min(at + 2)]),
            (None, _) => (1, &json[at..=at]),
        };
        mended.extend_from_slice(text);
        at += taken;
    }
    mended
}

/// The part of an answer that says what is wrong, in any of the three forms recorded.
fn envelope(value: &Value) -> Option<&Value> {
    let is_error = |value: &&Value| value.get("code").is_some() || value.get("message").is_some();
    value
        .get("error")
        .filter(is_error)
        .or_else(|| value.get("meta").filter(|meta| meta.get("error_type").is_some()))
        .or_else(|| value.get("error_message").is_some().then_some(value))
}

fn read_envelope(envelope: &Value, answer: &Answer, token: &AccessToken) -> ApiFault {
    let number = |key: &str| {
        let value = envelope.get(key);
        value.and_then(|value| value.as_i64().or_else(|| value.as_str()?.parse().ok())).unwrap_or(0)
    };
    let text = |key: &str| envelope.get(key).and_then(Value::as_str).unwrap_or_default();
    let raw = if text("message").is_empty() { text("error_message") } else { text("message") };
    let safe = without_secrets(&one_line(raw), token);
    let (code, subcode) = (number("code"), number("error_subcode"));
    let is_transient = envelope.get("is_transient").and_then(Value::as_bool).unwrap_or(false);
    ApiFault {
        kind: kind(code, subcode, &safe, is_transient, answer),
        status: answer.status,
        code,
        subcode,
        message: safe.chars().take(LONGEST_MESSAGE).collect(),
        trace: without_secrets(&one_line(text("fbtrace_id")), token),
    }
}

fn kind(code: i64, subcode: i64, message: &str, is_transient: bool, answer: &Answer) -> FaultKind {
    let says = |words: &str| message.to_lowercase().contains(words);
    match code {
        190 => match subcode {
            458 => FaultKind::AppRemoved,
            459 | 464 => FaultKind::Checkpoint,
            460 | 466 | 467 | 492 => FaultKind::TokenInvalidated,
            463 => FaultKind::TokenExpired,
            // The expired token of 2021 came without a subcode.
            _ if says("expired") => FaultKind::TokenExpired,
            _ if says("invalidated") || says("changed their password") || says("logged out") => {
                FaultKind::TokenInvalidated
            }
            _ => FaultKind::TokenUnreadable,
        },
        101 => FaultKind::WrongApp,
        _ if says("invalid platform app") || says("invalid client") => FaultKind::WrongApp,
        _ if says("matching code was not found") || says("code has been used") || says("code has expired") => {
            FaultKind::CodeSpent
        }
        _ if says("redirect_uri") => FaultKind::RedirectMismatch,
        102 | 104 => FaultKind::TokenMissing,
        2500 if says("active access token") => FaultKind::TokenMissing,
        2500 => FaultKind::BadRequest,
        100 if says("unsupported request - method type: get") => FaultKind::TesterRoleMissing,
        100 => match unknown_field(message) {
            Some(field) => FaultKind::UnknownField { field },
            None if subcode == 33 || says("does not exist") || says("unsupported get request") => FaultKind::Gone,
            None => FaultKind::BadRequest,
        },
        803 => FaultKind::Gone,
        3 | 10 | 200..=299 => FaultKind::PermissionMissing,
        4 | 17 | 32 | 613 | 80000..=80014 => FaultKind::RateLimited { minutes: minutes(answer) },
        341 | 368 => FaultKind::Blocked,
        1 if says("reduce the amount of data") => FaultKind::ReduceData,
        -2..=2 if code != 0 => FaultKind::Transient,
        _ if is_transient => FaultKind::Transient,
        _ if answer.status == 429 => FaultKind::RateLimited { minutes: minutes(answer) },
        _ if (500..=599).contains(&answer.status) => FaultKind::Transient,
        _ => FaultKind::Unknown,
    }
}

/// `(#100) Tried accessing nonexisting field (alt_text) on node type (IGMedia)`, with or without the number.
fn unknown_field(message: &str) -> Option<String> {
    let rest = message.split_once("nonexisting field (")?.1;
    let field = rest.split_once(')')?.0;
    let fits = !field.is_empty() && field.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    fits.then(|| field.to_owned())
}

/// How long the API wants to be left alone: the largest of what its two headers say, in minutes.
fn minutes(answer: &Answer) -> Option<u64> {
    let usage: Option<Value> = answer.usage.as_deref().and_then(|usage| serde_json::from_str(usage).ok());
    let of_usage = usage
        .iter()
        .filter_map(Value::as_object)
        .flat_map(serde_json::Map::values)
        .filter_map(Value::as_array)
        .flatten()
        .filter_map(|entry| entry.get("estimated_time_to_regain_access")?.as_u64())
        .filter(|minutes| *minutes > 0)
        .max();
    let of_header = answer.retry_after.map(|seconds| seconds.div_ceil(60));
    of_usage.max(of_header)
}

/// Takes out the token and whatever is long enough to be one: some of Meta's messages repeat what they were sent.
fn without_secrets(text: &str, token: &AccessToken) -> String {
    without_long_runs(&text.replace(token.expose(), "…"))
}
