//! Requests that are not about posts: forms for the token endpoints, JSON for the places tokens are kept.

use jiff::Timestamp;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use super::{Answer, Http, HttpError, host_of};

/// What is done to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Reads it.
    Get,
    /// Changes a part of it.
    Patch,
    /// Hands something over.
    Post,
    /// Replaces it.
    Put,
}

/// What a request carries.
#[derive(Debug)]
pub enum Load<'a> {
    /// Nothing.
    Nothing,
    /// A form; its values may be secret.
    Form(&'a [(&'a str, &'a str)]),
    /// JSON; it may hold a secret.
    Json(&'a serde_json::Value),
}

impl Http {
    /// What the clock at the base shows, if it says so.
    ///
    /// # Errors
    /// [`HttpError`] when no answer came.
    pub fn clock(&self) -> Result<Option<Timestamp>, HttpError> {
        let url = self.options.api_base.clone();
        let host = host_of(&url);
        let (response, _) = self.send(&host, self.api.head(url))?;
        let shown = response.headers().get(DATE).and_then(|value| value.to_str().ok());
        Ok(shown.and_then(|text| jiff::fmt::rfc2822::parse(text).ok()).map(|zoned| zoned.timestamp()))
    }

    /// Sends a request to `path` below the base, with `bearer` in its `Authorization` header. No redirect is followed.
    ///
    /// # Errors
    /// [`HttpError`] when no whole answer came. Any status is an answer.
    pub fn call(
        &self,
        verb: Verb,
        path: &str,
        parameters: &[(&str, &str)],
        bearer: Option<&SecretString>,
        headers: &[(&'static str, &'static str)],
        load: &Load<'_>,
    ) -> Result<Answer, HttpError> {
        let mut url = self.options.api_base.clone();
        url.set_path(&format!("{}/{path}", url.path().trim_end_matches('/')));
        if !parameters.is_empty() {
            url.query_pairs_mut().extend_pairs(parameters);
        }
        let host = host_of(&url);
        let mut request = match verb {
            Verb::Get => self.api.get(url),
            Verb::Patch => self.api.patch(url),
            Verb::Post => self.api.post(url),
            Verb::Put => self.api.put(url),
        };
        if headers.iter().all(|(name, _)| !name.eq_ignore_ascii_case("accept")) {
            request = request.header(ACCEPT, "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(bearer) = bearer {
            let value = HeaderValue::from_str(&format!("Bearer {}", bearer.expose_secret()));
            let mut value = value.map_err(|_| HttpError::NoAddress)?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        let request = match load {
            Load::Nothing => request,
            Load::Form(pairs) => {
                let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(*pairs).finish();
                request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)
            }
            Load::Json(value) => request.header(CONTENT_TYPE, "application/json").body(value.to_string()),
        };
        self.answer(&host, request)
    }
}
