//! [`SitePath`]: a path that cannot lead out of the site. Pure.

use std::fmt;
use std::path::{Component, Path};

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
        let refuse = || NotInSite(text.to_owned());
        let normal = text.replace('\\', "/");
        let trimmed = normal.trim_end_matches('/');
        let parts_fit = trimmed
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != ".." && !part.contains(':') && !has_control(part));
        let only_normal = Path::new(trimmed).components().all(|part| matches!(part, Component::Normal(_)));
        if parts_fit && only_normal { Ok(Self(trimmed.to_owned())) } else { Err(refuse()) }
    }

    /// The path with one more part, which the caller knows to be a plain file name.
    ///
    /// # Errors
    /// [`NotInSite`] when it is none.
    pub fn join(&self, name: &str) -> Result<Self, NotInSite> {
        Self::new(&format!("{}/{name}", self.0))
    }

    /// The path as text, with `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is left of the path below `folder`, if it lies there.
    pub fn below<'a>(&'a self, folder: &str) -> Option<&'a str> {
        self.0.strip_prefix(folder)?.strip_prefix('/')
    }
}

fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}

impl TryFrom<String> for SitePath {
    type Error = NotInSite;
    fn try_from(text: String) -> Result<Self, NotInSite> {
        Self::new(&text)
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
