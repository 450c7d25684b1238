//! Asks the API to renew a token.

use std::time::Duration;

use serde_json::Value;

use super::client::ApiError;
use super::fault::read_answer;
use crate::auth::AccessToken;
use crate::http::{Http, TokenIn};

/// Where it is asked for. Source: Meta's page on `refresh_access_token`; it names no version.
const PATH: &str = "refresh_access_token";

/// A renewed token.
#[derive(Debug, Clone)]
pub struct Renewed {
    /// The same as before, or another.
    pub token: AccessToken,
    /// How long it lives from now on: sixty days, mostly a little less.
    pub lives: Duration,
}

/// Asks once. A renewal that fails costs nothing: there is another day for it.
///
/// # Errors
/// [`ApiError`] when the API refuses, cannot be reached, or answers with no token.
pub fn renew(http: &Http, token: &AccessToken) -> Result<Renewed, ApiError> {
    // Meta documents the token in the address only, here.
    let answer = http.get_api(PATH, &[("grant_type", "ig_refresh_token")], token, TokenIn::Query)?;
    let value = read_answer(&answer, token)?;
    let shape = |why| ApiError::Shape { path: PATH.to_owned(), why };
    let text = value.get("access_token").and_then(Value::as_str).ok_or(shape("there is no token in it"))?;
    let seconds =
        value.get("expires_in").and_then(|seconds| seconds.as_u64().or_else(|| seconds.as_str()?.parse().ok()));
    Ok(Renewed {
        token: AccessToken::new(text).map_err(|_| shape("what it calls a token cannot be one"))?,
        lives: Duration::from_secs(seconds.ok_or(shape("it does not say how long the token lives"))?),
    })
}
