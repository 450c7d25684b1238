//! A repository's secret on GitHub: public key → sealed box → PUT.
//!
//! Source: GitHub's REST documents, “Get a repository public key” and “Create or update a repository secret”.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto_box::PublicKey;
use crypto_box::aead::OsRng;
use serde_json::{Value, json};

use super::{GithubStore, StoreError, TIMEOUT, message_of};
use crate::auth::AccessToken;
use crate::http::{Answer, Http, HttpOptions, Load, Verb};

const HOST: &str = "GitHub";

/// What its documents ask of every request.
const HEADERS: [(&str, &str); 2] = [("Accept", "application/vnd.github+json"), ("X-GitHub-Api-Version", "2022-11-28")];

/// Replaces the secret.
pub fn keep(store: &GithubStore, name: &str, token: &AccessToken) -> Result<(), StoreError> {
    let (key_id, public) = public_key(store)?;
    let sealed = public
        .seal(&mut OsRng, token.expose().as_bytes())
        .map_err(|_| StoreError::Shape { host: HOST, why: "nothing can be sealed for its `key`" })?;
    let secret = store.secret.as_deref().unwrap_or(name);
    let body = json!({ "encrypted_value": STANDARD.encode(sealed), "key_id": key_id });
    send(store, Verb::Put, secret, &Load::Json(&body), Some(token)).map(drop)
}

/// Whether the repository's secrets may be looked at, which whoever may write them may: their key is asked for.
pub fn is_ready(store: &GithubStore) -> Result<(), StoreError> {
    public_key(store).map(drop)
}

fn public_key(store: &GithubStore) -> Result<(String, PublicKey), StoreError> {
    let answer = send(store, Verb::Get, "public-key", &Load::Nothing, None)?;
    let key: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let text = |field: &str| key.get(field).and_then(Value::as_str);
    let shape = |why| StoreError::Shape { host: HOST, why };
    let key_id = text("key_id").ok_or_else(|| shape("there is no `key_id`"))?;
    let public = text("key").and_then(|key| STANDARD.decode(key).ok()).and_then(|key| <[u8; 32]>::try_from(key).ok());
    let public = public.ok_or_else(|| shape("`key` is no public key"))?;
    Ok((key_id.to_owned(), PublicKey::from(public)))
}

/// Asks for something below the repository's secrets; `secret` is kept out of what comes back.
fn send(
    store: &GithubStore,
    verb: Verb,
    what: &str,
    load: &Load<'_>,
    secret: Option<&AccessToken>,
) -> Result<Answer, StoreError> {
    let http = Http::new(HttpOptions { api_base: store.api.clone(), timeout: TIMEOUT })?;
    let path = format!("repos/{}/actions/secrets/{what}", store.repository);
    let answer = http.call(verb, &path, &[], Some(&store.credential), &HEADERS, load)?;
    match answer.status {
        200..=299 => Ok(answer),
        status => Err(StoreError::Refused { host: HOST, status, message: message_of(&answer.body, secret) }),
    }
}
