//! The one room that opens connections: two clients with one pool each, limits on time and size, and addresses that
//! are shown without their secrets.
#![expect(clippy::disallowed_methods, reason = "this is the room that opens connections")]

use std::error::Error;
use std::fmt;
use std::io::{self, Read};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use rustls_platform_verifier::ConfigVerifierExt;
use url::{Host, Url};

use crate::auth::{AccessToken, without_long_runs};
use crate::feed::{MediaLink, one_line};

mod allowed;
mod call;
mod error;

use allowed::{Allowed, follow};
pub use call::{Load, Verb};
pub use error::HttpError;

/// Largest answer of the API after unpacking. A hundred posts with ten slides each are about 1 MB.
const MAX_ANSWER: u64 = 32 * 1024 * 1024;

/// A server that does not even take the connection in this time is down.
const CONNECT: Duration = Duration::from_secs(15);

/// So much of a body is read at a time.
const PIECE: usize = 32 << 10;

/// Enough of a body to tell what it is.
const SNIFFED: usize = 512;

/// How to connect.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// The API's address: the only place the token is sent to.
    pub api_base: Url,
    /// The longest a single request may take, its body included.
    pub timeout: Duration,
}

/// How a token travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenIn {
    /// In the `Authorization` header, out of sight of logs and proxies.
    Header,
    /// In the address, as Meta's own pages show it.
    Query,
}

/// Bounds of one download.
#[derive(Debug, Clone, Copy)]
pub struct FetchLimits {
    /// Largest body in bytes.
    pub max_bytes: u64,
}

/// What the API answered, whatever its status.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The body, unpacked.
    pub body: Vec<u8>,
    /// `Content-Type`, empty when absent.
    pub content_type: String,
    /// `Retry-After` in seconds.
    pub retry_after: Option<u64>,
    /// `X-Business-Use-Case-Usage`, as it came.
    pub usage: Option<String>,
}

/// An address without its query, which may hold a token or a signature.
pub struct RedactedUrl<'a>(pub &'a Url);

impl fmt::Display for RedactedUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", host_of(self.0), self.0.path())
    }
}

/// The connections of one feed. May be used from several threads at once.
#[derive(Debug)]
pub struct Http {
    options: HttpOptions,
    /// Follows no redirect: the token goes to the API's own host and nowhere else.
    api: Client,
    media: Client,
}

impl Http {
    /// Gets ready to connect; nothing is sent yet.
    ///
    /// # Errors
    /// [`HttpError::Tls`] when no secure connection is possible and the API's address needs one.
    pub fn new(options: HttpOptions) -> Result<Self, HttpError> {
        let is_local = is_loopback(&options.api_base);
        let tls = tls(is_local)?;
        let builder = || {
            let builder = Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .user_agent(concat!("feedbake/", env!("CARGO_PKG_VERSION")))
                .connect_timeout(CONNECT.min(options.timeout))
                .timeout(options.timeout)
                .referer(false);
            // A proxy between this machine and itself would see what never leaves it.
            if is_local { builder.no_proxy() } else { builder }
        };
        let build = |builder: reqwest::blocking::ClientBuilder| {
            builder.build().map_err(|error| HttpError::Tls(deepest(&error.without_url())))
        };
        let allowed = Allowed::of(&options.api_base);
        let api = build(builder().redirect(Policy::none()))?;
        let media = build(builder().redirect(Policy::custom(move |attempt| follow(&allowed, attempt))).no_gzip())?;
        Ok(Self { options, api, media })
    }

    /// The API's address.
    pub fn api_base(&self) -> &Url {
        &self.options.api_base
    }

    /// Asks the API for `path` below its base with `parameters`.
    ///
    /// Any status is an answer: what it means is for `graph` to say.
    ///
    /// # Errors
    /// [`HttpError`] when no whole answer came.
    pub fn get_api(
        &self,
        path: &str,
        parameters: &[(&str, &str)],
        token: &AccessToken,
        token_in: TokenIn,
    ) -> Result<Answer, HttpError> {
        let mut url = self.options.api_base.clone();
        url.set_path(&format!("{}/{path}", url.path().trim_end_matches('/')));
        url.query_pairs_mut().extend_pairs(parameters);
        let mut headers = HeaderMap::new();
        match token_in {
            TokenIn::Query => {
                url.query_pairs_mut().append_pair("access_token", token.expose());
            }
            TokenIn::Header => {
                let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
                    .expect("the letters of a token were checked when it was taken");
                value.set_sensitive(true);
                headers.insert(AUTHORIZATION, value);
            }
        }
        let host = host_of(&url);
        self.answer(&host, self.api.get(url).headers(headers))
    }

    /// Sends a request; when it was sent comes with the response, for the time it may take counts from there.
    fn send(&self, host: &str, request: RequestBuilder) -> Result<(Response, Instant), HttpError> {
        let began = Instant::now();
        Ok((request.send().map_err(|error| self.explain(host, error))?, began))
    }

    /// Sends a request and reads what comes, whatever its status.
    fn answer(&self, host: &str, request: RequestBuilder) -> Result<Answer, HttpError> {
        let (response, began) = self.send(host, request)?;
        let status = response.status().as_u16();
        let header = |name: &str| response.headers().get(name)?.to_str().ok().map(str::to_owned);
        let content_type = header(CONTENT_TYPE.as_str()).unwrap_or_default();
        let retry_after = header(RETRY_AFTER.as_str()).and_then(|seconds| seconds.trim().parse().ok());
        let usage = header("x-business-use-case-usage");
        let body = self.read(host, response, began, MAX_ANSWER, &|_| Ok(()))?;
        Ok(Answer { status, body, content_type, retry_after, usage })
    }

    /// Downloads what a link of the CDN leads to.
    ///
    /// `accept` is shown how the body begins as soon as that is there, so that a video is refused before it is
    /// downloaded whole. No token is ever sent here.
    ///
    /// # Errors
    /// [`HttpError`]; [`HttpError::NotAllowed`] before anything is sent, and again before each redirect is followed.
    pub fn get_media(
        &self,
        link: &MediaLink,
        limits: FetchLimits,
        accept: &dyn Fn(&[u8]) -> Result<(), String>,
    ) -> Result<Vec<u8>, HttpError> {
        let url = Url::parse(link.signed_address()).map_err(|_| HttpError::NoAddress)?;
        if !Allowed::of(&self.options.api_base).holds(&url) {
            return Err(HttpError::NotAllowed { host: format!("{}://{}", url.scheme(), host_of(&url)) });
        }
        let host = host_of(&url);
        let (response, began) = self.send(&host, self.media.get(url))?;
        let status = response.status();
        if !status.is_success() {
            let body = self.read(&host, response, began, SNIFFED as u64, &|_| Ok(())).unwrap_or_default();
            let excerpt = excerpt(&body);
            return Err(HttpError::Status { host, status: status.as_u16(), excerpt });
        }
        self.read(&host, response, began, limits.max_bytes, accept)
    }

    fn read(
        &self,
        host: &str,
        mut response: Response,
        began: Instant,
        max_bytes: u64,
        accept: &dyn Fn(&[u8]) -> Result<(), String>,
    ) -> Result<Vec<u8>, HttpError> {
        let expected = response.content_length().unwrap_or(0).min(max_bytes);
        let mut body = Vec::with_capacity(usize::try_from(expected).unwrap_or(0).min(1 << 20));
        let mut is_accepted = false;
        let mut piece = vec![0; PIECE];
        loop {
            let read = match response.read(&mut piece) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read.map_err(|error| self.explain_read(host, &error))?,
            };
            body.extend_from_slice(&piece[..read]);
            if !is_accepted && (read == 0 || body.len() >= SNIFFED) {
                let beginning = &body[..body.len().min(SNIFFED)];
                accept(beginning).map_err(|what| HttpError::Refused { host: host.to_owned(), what })?;
                is_accepted = true;
            }
            if body.len() as u64 > max_bytes {
                return Err(HttpError::TooLarge { host: host.to_owned(), max_bytes });
            }
            if read == 0 {
                return Ok(body);
            }
            // The client's own limit is for each piece alone: a server that sends a byte now and then would have for ever.
            if began.elapsed() > self.options.timeout {
                return Err(HttpError::Timeout { host: host.to_owned(), after: self.options.timeout });
            }
        }
    }

    fn explain(&self, host: &str, error: reqwest::Error) -> HttpError {
        let error = error.without_url();
        let host = host.to_owned();
        match &error {
            error if error.is_timeout() => HttpError::Timeout { host, after: self.options.timeout },
            error if error.is_redirect() => HttpError::NotAllowed { host: deepest(error) },
            error if error.is_connect() => match tls_error(error) {
                Some(why) => HttpError::Insecure { host, why },
                None => HttpError::Connect { host, why: deepest(error) },
            },
            error => HttpError::CutOff { host, why: deepest(error) },
        }
    }

    fn explain_read(&self, host: &str, error: &io::Error) -> HttpError {
        let is_timeout = error.kind() == io::ErrorKind::TimedOut
            || error
                .get_ref()
                .and_then(|inner| inner.downcast_ref::<reqwest::Error>())
                .is_some_and(reqwest::Error::is_timeout);
        let host = host.to_owned();
        if is_timeout {
            HttpError::Timeout { host, after: self.options.timeout }
        } else {
            HttpError::CutOff { host, why: deepest(error) }
        }
    }
}

/// Whether an address is on this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// ring where it was built in; in a build without C, the one that is Rust alone.
fn crypto_provider() -> rustls::crypto::CryptoProvider {
    #[cfg(feature = "ring")]
    return rustls::crypto::ring::default_provider();
    #[cfg(all(feature = "pure-rust", not(feature = "ring")))]
    return rustls_graviola::default_provider();
    #[cfg(not(any(feature = "ring", feature = "pure-rust")))]
    compile_error!("TLS is needed: build with the feature `ring`, or with `pure-rust`");
}

fn tls(is_local: bool) -> Result<rustls::ClientConfig, HttpError> {
    let provider = Arc::new(crypto_provider());
    // Fails when another part of a program that embeds feedbake was first, which is as good.
    let _ = rustls::crypto::CryptoProvider::install_default((*provider).clone());
    match rustls::ClientConfig::with_platform_verifier() {
        Ok(config) => Ok(config),
        // A machine without root certificates can still talk to itself.
        Err(_) if is_local => {
            let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
            let builder = builder.map_err(|error| HttpError::Tls(error.to_string()))?;
            Ok(builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth())
        }
        Err(error) => Err(HttpError::Tls(error.to_string())),
    }
}

/// The host as it may be shown: whoever writes a link can put a secret there, too, and it comes out in small letters.
fn host_of(url: &Url) -> String {
    let host = without_long_runs(url.host_str().unwrap_or("nowhere"));
    url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}"))
}

/// How a body begins, in one short line that holds no address with a query.
pub fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(SNIFFED)]);
    let line = one_line(&text);
    let safe = line.split(['?', '&']).next().unwrap_or_default();
    safe.chars().take(80).collect()
}

/// What TLS has against a connection, if that is the cause.
fn tls_error(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(found) = error.downcast_ref::<rustls::Error>() {
        return Some(one_line(&found.to_string()));
    }
    // An `io::Error` hides what it was made of from `source`.
    let hidden = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    hidden.and_then(|hidden| tls_error(hidden)).or_else(|| tls_error(error.source()?))
}

/// The cause at the bottom: what reqwest wraps around it says less.
fn deepest(error: &dyn Error) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    one_line(&deepest.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_query() {
        let url = Url::parse("https://graph.instagram.com/v25.0/me?access_token=SECRET#x").unwrap();
        assert_eq!(RedactedUrl(&url).to_string(), "graph.instagram.com/v25.0/me");
        assert_eq!(excerpt(b"see https://x/?access_token=SECRET"), "see https://x/");
    }
}
