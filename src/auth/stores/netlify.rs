//! A site's variable on Netlify.
//!
//! Source: Netlify's OpenAPI document, operation `setEnvVarValue`.

use serde_json::json;

use super::{NetlifyStore, StoreError, TIMEOUT, message_of};
use crate::auth::AccessToken;
use crate::http::{Http, HttpOptions, Load, Verb};

/// Replaces the variable's value in one context.
pub fn keep(store: &NetlifyStore, name: &str, token: &AccessToken) -> Result<(), StoreError> {
    let http = Http::new(HttpOptions { api_base: store.api.clone(), timeout: TIMEOUT })?;
    let path = format!("api/v1/accounts/{}/env/{name}", store.account);
    let body = json!({ "context": store.context, "value": token.expose() });
    let parameters = [("site_id", store.site.as_str())];
    let answer = http.call(Verb::Patch, &path, &parameters, Some(&store.credential), &[], &Load::Json(&body))?;
    match answer.status {
        200..=299 => Ok(()),
        status => Err(StoreError::Refused { host: "Netlify", status, message: message_of(&answer.body, Some(token)) }),
    }
}
