//! Where pictures may come from, checked before a link and each redirect is followed. Pure.

use reqwest::redirect::{Action, Attempt};
use url::Url;

use super::{host_of, is_loopback};

/// Redirects followed for one picture. The CDN answers directly as far as anybody saw.
const MAX_REDIRECTS: usize = 5;

/// Where Instagram keeps pictures: these domains and everything below them.
const MEDIA_DOMAINS: [&str; 2] = ["cdninstagram.com", "fbcdn.net"];

/// Where pictures may come from.
#[derive(Debug, Clone)]
pub struct Allowed {
    /// The API itself runs on this machine: then its pictures do, too.
    loopback: Option<String>,
}

impl Allowed {
    /// The rule for an API at `api_base`.
    pub fn of(api_base: &Url) -> Self {
        Self { loopback: is_loopback(api_base).then(|| api_base.host_str().unwrap_or_default().to_owned()) }
    }

    /// Whether pictures may come from `url`.
    pub fn holds(&self, url: &Url) -> bool {
        if !url.username().is_empty() || url.password().is_some() {
            return false;
        }
        let host = url.host_str().unwrap_or_default();
        if self.loopback.as_deref() == Some(host) {
            return matches!(url.scheme(), "http" | "https");
        }
        let below = |domain: &str| host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
        url.scheme() == "https" && url.port().is_none() && MEDIA_DOMAINS.iter().any(|domain| below(domain))
    }
}

/// Checks a redirect before it is followed.
pub fn follow(allowed: &Allowed, attempt: Attempt<'_>) -> Action {
    if attempt.previous().len() > MAX_REDIRECTS {
        return attempt.error("more redirects than anybody needs");
    }
    if allowed.holds(attempt.url()) {
        attempt.follow()
    } else {
        let host = format!("{}://{}", attempt.url().scheme(), host_of(attempt.url()));
        attempt.error(host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(base: &str, link: &str) -> bool {
        Allowed::of(&Url::parse(base).unwrap()).holds(&Url::parse(link).unwrap())
    }

    #[test]
    fn pictures_come_from_where_instagram_keeps_them_and_from_nowhere_else() {
        let real = "https://graph.instagram.com";
        for link in [
            "https://scontent.cdninstagram.com/v/a.jpg?oh=1",
            "https://scontent-fra3-1.cdninstagram.com/a.jpg",
            "https://scontent.xx.fbcdn.net/a.jpg",
            "https://cdninstagram.com/a.jpg",
        ] {
            assert!(allowed(real, link), "{link}");
        }
        for link in [
            "http://scontent.cdninstagram.com/a.jpg",
            "https://evilcdninstagram.com/a.jpg",
            "https://cdninstagram.com.evil.example/a.jpg",
            "https://user@scontent.cdninstagram.com/a.jpg",
            "https://scontent.cdninstagram.com:8443/a.jpg",
            "http://127.0.0.1/a.jpg",
            "https://169.254.169.254/latest/meta-data/",
            "file:///etc/passwd",
        ] {
            assert!(!allowed(real, link), "{link}");
        }
        assert!(allowed("http://127.0.0.1:8000", "http://127.0.0.1:9000/a.jpg"));
        assert!(allowed("http://[::1]:8000", "http://[::1]:8000/a.jpg"));
        assert!(!allowed("http://127.0.0.1:8000", "http://127.0.0.2:8000/a.jpg"));
        assert!(!allowed("http://127.0.0.1:8000", "http://localhost.evil.example/a.jpg"));
    }
}
