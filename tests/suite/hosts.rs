//! Stand-ins on loopback for the places tokens are kept: GitHub's secrets API and Netlify's env API, in the form of
//! their documents. GitHub's opens every sealed box it is sent.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto_box::SecretKey;
use feedbake::loopback::{Request, Response, Server};
use serde_json::{Value, json};

/// The credential both take.
pub const CREDENTIAL: &str = "pat-of-a-test";

const KEY_ID: &str = "568250167242549743";

/// A host that keeps secrets.
pub struct Host {
    server: Server,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    secrets: BTreeMap<String, String>,
    requests: Vec<String>,
    refusal: Option<u16>,
}

impl Host {
    /// GitHub's `/repos/{owner}/{repo}/actions/secrets`.
    pub fn github() -> Self {
        let key = SecretKey::from([42; 32]);
        Self::serve(move |state, request| github(state, request, &key))
    }

    /// Netlify's `/api/v1/accounts/{account}/env/{key}`.
    pub fn netlify() -> Self {
        Self::serve(netlify)
    }

    fn serve(answer: impl Fn(&mut State, &Request) -> Response + Send + Sync + 'static) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let server = Server::start(0, move |request: &Request| {
            let mut state = shared.lock().unwrap();
            state.requests.push(format!("{} {}", request.method, request.target));
            if request.header("authorization") != Some(&format!("Bearer {CREDENTIAL}")) {
                return said(401, json!({ "message": "Bad credentials" }));
            }
            if let Some(status) = state.refusal {
                return said(status, json!({ "message": "Resource not accessible by personal access token" }));
            }
            answer(&mut state, request)
        });
        Self { server: server.unwrap(), state }
    }

    /// Its address.
    pub fn base(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// What it keeps under a name.
    pub fn secret(&self, name: &str) -> Option<String> {
        self.state.lock().unwrap().secrets.get(name).cloned()
    }

    /// Sets a secret by hand.
    pub fn set(&self, name: &str, value: &str) {
        self.state.lock().unwrap().secrets.insert(name.to_owned(), value.to_owned());
    }

    /// Every request so far: method and target.
    pub fn requests(&self) -> Vec<String> {
        self.state.lock().unwrap().requests.clone()
    }

    /// Refuses everything with this status, or nothing any more.
    pub fn refuse(&self, status: Option<u16>) {
        self.state.lock().unwrap().refusal = status;
    }
}

fn said(status: u16, body: Value) -> Response {
    Response::new(status).header("Content-Type", "application/json").body(body.to_string())
}

fn github(state: &mut State, request: &Request, key: &SecretKey) -> Response {
    let header = |name| request.header(name).unwrap_or_default();
    if header("accept") != "application/vnd.github+json" || header("x-github-api-version") != "2022-11-28" {
        return said(415, json!({ "message": "the documents ask for other headers" }));
    }
    let secrets = "/repos/me/site/actions/secrets";
    match (request.method.as_str(), request.path().strip_prefix(secrets)) {
        ("GET", Some("/public-key")) => {
            said(200, json!({ "key_id": KEY_ID, "key": STANDARD.encode(key.public_key().as_bytes()) }))
        }
        ("PUT", Some(name)) if header("content-type") == "application/json" => {
            let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
            let sealed = body["encrypted_value"].as_str().and_then(|text| STANDARD.decode(text).ok());
            let opened = sealed.and_then(|sealed| key.unseal(&sealed).ok());
            match opened.and_then(|bytes| String::from_utf8(bytes).ok()) {
                Some(value) if body["key_id"] == KEY_ID && body.as_object().unwrap().len() == 2 => {
                    let is_new = state.secrets.insert(name.trim_start_matches('/').to_owned(), value).is_none();
                    Response::new(if is_new { 201 } else { 204 })
                }
                _ => said(422, json!({ "message": "the box cannot be opened" })),
            }
        }
        _ => said(404, json!({ "message": "Not Found" })),
    }
}

fn netlify(state: &mut State, request: &Request) -> Response {
    let name = request.path().strip_prefix("/api/v1/accounts/team/env/");
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let site = request.parameters().into_iter().find(|(key, _)| key == "site_id").map(|(_, value)| value);
    match (request.method.as_str(), name, site.as_deref(), body["context"].as_str(), body["value"].as_str()) {
        ("PATCH", Some(name), Some("site-1"), Some("production"), Some(value)) => {
            state.secrets.insert(name.to_owned(), value.to_owned());
            said(201, json!({ "key": name, "is_secret": true }))
        }
        _ => said(404, json!({ "code": 404, "message": "Not Found" })),
    }
}
