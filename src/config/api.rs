//! The settings of `[api]`.

use std::time::Duration;

use url::Url;

use super::parse::{base, duration, version};
use super::read::Merged;
use super::settings::SettingsError;
use crate::graph::ApiOptions;
use crate::http::TokenIn;
use crate::retry::Patience;

/// Where and how the API is asked.
#[derive(Debug, Clone)]
pub struct ApiSettings {
    /// Address, without a version.
    pub base: Url,
    /// Such as `v25.0`; `None` leaves it out.
    pub version: Option<String>,
    /// `me` or an id.
    pub user: String,
    /// How the token travels.
    pub token_in: TokenIn,
    /// The longest a single request may take, its body included.
    pub timeout: Duration,
    /// When to ask again, and when to stop.
    pub patience: Patience,
}

impl ApiSettings {
    /// How the API is asked, without likes and comments.
    pub fn options(&self) -> ApiOptions {
        ApiOptions {
            version: self.version.clone(),
            user: self.user.clone(),
            token_in: self.token_in,
            patience: self.patience,
            counts: false,
            portrait: false,
        }
    }
}

/// Nobody answers faster than this.
const SHORTEST_TIMEOUT: Duration = Duration::from_millis(10);

/// Reads them.
pub(super) fn api(merged: &Merged<'_>) -> Result<ApiSettings, SettingsError> {
    let known_base = Url::parse("https://graph.instagram.com").expect("the address is written right here");
    let pause = "a time such as \"2s\"";
    Ok(ApiSettings {
        base: merged.text("api.base", known_base, "an https address (http only for this machine)", base)?,
        version: merged.text("api.version", Some("v25.0".to_owned()), "a version such as \"v25.0\"", version)?,
        user: merged.text("api.user", "me".to_owned(), "`me` or an id", |text| {
            let fits = !text.is_empty() && text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
            fits.then(|| text.to_owned())
        })?,
        token_in: merged.text("api.token_in", TokenIn::Header, "\"header\" or \"query\"", |text| match text {
            "header" => Some(TokenIn::Header),
            "query" => Some(TokenIn::Query),
            _ => None,
        })?,
        timeout: merged.text("api.timeout", Duration::from_secs(60), "a time such as \"60s\"", |text| {
            duration(text).filter(|time| *time >= SHORTEST_TIMEOUT)
        })?,
        patience: Patience {
            tries: 1 + merged.number("api.retries", 3, 0, 10)?,
            first_pause: merged.text("api.retry_pause", Duration::from_secs(2), pause, duration)?,
            longest_wait: merged.text("api.patience", Duration::from_secs(60), pause, duration)?,
        },
    })
}
