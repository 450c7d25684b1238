//! What is asked of the API about tokens: renewal, exchange, and what a code is worth.

use std::time::Duration;

use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::token::AccessToken;
use crate::feed::Account;
use crate::graph::{ApiError, ApiFault, ApiOptions, FaultKind, Graph, read_answer};
use crate::http::{Answer, Http, Load, TokenIn, Verb};
use crate::retry::patiently;

/// A token as an answer brought it.
#[derive(Debug, Clone)]
pub struct Grown {
    /// The secret.
    pub token: AccessToken,
    /// How long it lives from now on, if the answer says so.
    pub life: Option<SignedDuration>,
}

/// A token as a code of the authorization flow is worth it.
#[derive(Debug, Clone)]
pub struct Redeemed {
    /// It lives for an hour.
    pub token: AccessToken,
    /// The account's id, which may be longer than a number of JSON can be trusted with.
    pub user_id: Option<String>,
    /// What the person allowed; `None` when the answer does not say.
    pub permissions: Option<Vec<String>>,
}

/// An app that people can log in to.
#[derive(Debug, Clone)]
pub struct App {
    /// *Instagram app ID*, not the Facebook one.
    pub id: String,
    /// *Instagram app secret*.
    pub secret: SecretString,
    /// The address Instagram sends the browser back to, to the character as the dashboard has it.
    pub redirect_uri: String,
}

/// The API, for questions about tokens.
pub struct Talk<'a> {
    /// The connections.
    pub http: &'a Http,
    /// Version, user, and how the token travels.
    pub options: ApiOptions,
    /// Sleeps.
    pub pause: &'a dyn Fn(Duration),
    /// Gives a fresh number from 0 to 1.
    pub dice: &'a dyn Fn() -> f64,
}

impl Talk<'_> {
    /// Asks for sixty more days.
    ///
    /// # Errors
    /// [`ApiError`] when the API refuses or cannot be reached.
    pub fn refresh(&self, token: &AccessToken) -> Result<Grown, ApiError> {
        let parameters = [("grant_type", "ig_refresh_token")];
        let answer = self.patiently(|| self.ask_with_token("refresh_access_token", &parameters, token))?;
        grown(&answer, "refresh_access_token")
    }

    /// Exchanges a token of an hour for one of sixty days.
    ///
    /// # Errors
    /// [`ApiError`] when the API refuses or cannot be reached.
    pub fn exchange(&self, short: &AccessToken, secret: &SecretString) -> Result<Grown, ApiError> {
        let parameters = [("grant_type", "ig_exchange_token"), ("client_secret", secret.expose_secret())];
        let answer = self.patiently(|| self.ask_with_token("access_token", &parameters, short))?;
        grown(&answer, "access_token")
    }

    /// Asks whose token this is: proof that it works.
    ///
    /// # Errors
    /// [`ApiError`] when the API refuses or cannot be reached.
    pub fn whose(&self, token: &AccessToken) -> Result<Account, ApiError> {
        Graph::new(self.http, self.options.clone(), token.clone(), &|_| {}, self.pause, self.dice).account()
    }

    /// Meta documents these two only with the token in the address. Where the header is wished for it is tried
    /// first, and the documented form when the answer shows that it went unread there.
    fn ask_with_token(&self, path: &str, parameters: &[(&str, &str)], token: &AccessToken) -> Result<Value, ApiError> {
        let ask = |token_in| {
            let answer = self.http.get_api(path, parameters, token, token_in)?;
            read_answer(&answer, token).map_err(ApiError::from)
        };
        match ask(self.options.token_in) {
            Err(ApiError::Fault(fault)) if self.options.token_in == TokenIn::Header && went_unread(&fault) => {
                ask(TokenIn::Query)
            }
            answer => answer,
        }
    }

    fn patiently<T>(&self, ask: impl Fn() -> Result<T, ApiError>) -> Result<T, ApiError> {
        patiently(&self.options.patience, self.pause, self.dice, ApiError::outcome, ask)
    }
}

/// Redeems a code of the authorization flow; `http` leads to `api.instagram.com`. A code is good once, so this is
/// never tried twice.
///
/// # Errors
/// [`ApiError`] when the API refuses or cannot be reached.
pub fn redeem(http: &Http, app: &App, code: &str) -> Result<Redeemed, ApiError> {
    let form = [
        ("client_id", app.id.as_str()),
        ("client_secret", app.secret.expose_secret()),
        ("grant_type", "authorization_code"),
        ("redirect_uri", app.redirect_uri.as_str()),
        ("code", code),
    ];
    let answer = http.call(Verb::Post, "oauth/access_token", &[], None, &[], &Load::Form(&form))?;
    // The code is the secret of this request: it is kept out of messages as a token would be.
    let secret = AccessToken::new(code).ok();
    let value = read_redeemed(&answer, secret.as_ref())?;
    redeemed(&value)
        .ok_or(ApiError::Shape { path: "oauth/access_token".to_owned(), why: "there is no access token in it" })
}

fn read_redeemed(answer: &Answer, secret: Option<&AccessToken>) -> Result<Value, ApiError> {
    let placeholder = AccessToken::new("nothing-secret-was-sent").expect("plain letters make a token");
    read_answer(answer, secret.unwrap_or(&placeholder)).map_err(ApiError::from)
}

/// Reads both forms: flat as it was recorded, and in a list called `data` as Meta's page shows it.
fn redeemed(value: &Value) -> Option<Redeemed> {
    let inner = value.get("data").and_then(|data| data.get(0)).unwrap_or(value);
    let token = AccessToken::new(inner.get("access_token")?.as_str()?).ok()?;
    let user_id = inner.get("user_id").and_then(|id| match id {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    let permissions = match inner.get("permissions") {
        Some(Value::String(text)) => Some(text.split(',').map(|word| word.trim().to_owned()).collect()),
        Some(Value::Array(list)) => Some(list.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
        _ => None,
    };
    Some(Redeemed { token, user_id, permissions })
}

fn grown(value: &Value, path: &str) -> Result<Grown, ApiError> {
    let shape = |why| ApiError::Shape { path: path.to_owned(), why };
    let token = value.get("access_token").and_then(Value::as_str).unwrap_or_default();
    let token = AccessToken::new(token).map_err(|_| shape("there is no access token in it"))?;
    let seconds = value.get("expires_in").and_then(|field| field.as_i64().or_else(|| field.as_str()?.parse().ok()));
    // An absent or absurd number is no reason to lose a good token.
    let life = seconds.filter(|seconds| (1..=10 * 365 * 86_400).contains(seconds)).map(SignedDuration::from_secs);
    Ok(Grown { token, life })
}

fn went_unread(fault: &ApiFault) -> bool {
    match fault.kind {
        FaultKind::TokenMissing | FaultKind::TokenUnreadable => true,
        FaultKind::BadRequest => fault.message.contains("access_token"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_code_is_redeemed_in_every_form_that_was_seen() {
        let token = "IGAAfakefakefakefake";
        let table = [
            json!({ "access_token": token, "user_id": 27_640_875_392_278_831_u64, "permissions": ["a", "b"] }),
            json!({ "access_token": token, "user_id": "27640875392278831", "permissions": "a,b" }),
            json!({ "data": [{ "access_token": token, "user_id": "27640875392278831", "permissions": "a, b" }] }),
        ];
        for answer in table {
            let redeemed = redeemed(&answer).unwrap();
            assert_eq!(redeemed.token.expose(), token);
            assert_eq!(redeemed.user_id.as_deref(), Some("27640875392278831"));
            assert_eq!(redeemed.permissions.as_deref(), Some(["a".to_owned(), "b".to_owned()].as_slice()));
        }
        assert!(redeemed(&json!({ "access_token": token })).unwrap().permissions.is_none());
        for answer in [json!({}), json!({ "data": [] }), json!({ "access_token": 3 }), json!({ "access_token": "" })] {
            assert!(redeemed(&answer).is_none(), "{answer}");
        }
    }

    #[test]
    fn the_life_of_a_token_is_what_the_answer_says() {
        let life = |expires_in: Value| {
            let grown = grown(&json!({ "access_token": "IGAAx", "expires_in": expires_in, "new": 1 }), "x");
            grown.unwrap().life.map(|life| life.as_secs())
        };
        assert_eq!(life(json!(5_127_758)), Some(5_127_758));
        assert_eq!(life(json!("5127758")), Some(5_127_758));
        for absurd in [json!(null), json!(-1), json!(0), json!(u64::MAX), json!("soon")] {
            assert_eq!(life(absurd), None);
        }
        assert!(grown(&json!({ "expires_in": 5 }), "x").is_err());
    }
}
