//! [`SitePath`]: a path that cannot lead out of the site. Pure.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A path inside the site: relative, with `/` between its parts, none of them `..` or hidden tricks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SitePath(String);

/// A text that is no path inside the site.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no path inside the site: a relative one without `..` was expected, such as \"data/instagram.json\"")]
pub struct NotInSite(pub String);

impl SitePath {
    /// Checks `text` and makes a path of it; a trailing `/` is dropped, a `\` counts as `/`.
    ///
    /// # Errors
    /// [`NotInSite`] for an absolute path, an empty one, or one that holds `.`, `..`, a drive or a control character.
    pub fn new(text: &str) -> Result<Self, NotInSite> {
        Self::try_from(text.to_owned())
    }

    /// The path with one more part, which the caller knows to be a plain file name.
    ///
    /// # Errors
    /// [`NotInSite`] when it is none.
    pub fn join(&self, name: &str) -> Result<Self, NotInSite> {
        Self::new(&format!("{}/{name}", self.0))
    }

    /// The path with another ending of its name, such as `html`; one without an ending gets it.
    #[must_use]
    pub fn with_ending(&self, ending: &str) -> Self {
        let name = self.0.rfind('/').map_or(0, |slash| slash + 1);
        // A name that begins with its only dot has no ending.
        let stem = self.0[name..].rfind('.').filter(|dot| *dot > 0).map_or(self.0.len(), |dot| name + dot);
        Self(format!("{}.{ending}", &self.0[..stem]))
    }

    /// The path as text, with `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder it lies in, as text; empty for the site's own.
    pub fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// What is left of the path below `folder`, if it lies there.
    pub fn below<'a>(&'a self, folder: &str) -> Option<&'a str> {
        self.0.strip_prefix(folder)?.strip_prefix('/')
    }
}

impl TryFrom<String> for SitePath {
    type Error = NotInSite;
    fn try_from(text: String) -> Result<Self, NotInSite> {
        let mut path = if text.contains('\\') { text.replace('\\', "/") } else { text.clone() };
        path.truncate(path.trim_end_matches('/').len());
        // Without an empty part it is relative, and without `:` it has no drive: every part is a plain name.
        let parts_fit = path.split('/').all(|part| !matches!(part, "" | "." | ".."));
        let letters_fit = !path.chars().any(|letter| letter == ':' || letter.is_control());
        if parts_fit && letters_fit { Ok(Self(path)) } else { Err(NotInSite(text)) }
    }
}

impl From<SitePath> for String {
    fn from(path: SitePath) -> Self {
        path.0
    }
}

impl fmt::Display for SitePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
