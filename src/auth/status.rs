//! `.feedbake/token-status.json`: what is remembered of the tokens. It is committed with the pictures, and its change
//! with each renewal is what keeps the schedule of a quiet repository alive.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::life::TokenRecord;
use crate::files::{FileError, Root, SitePath, Written};

/// Where it lies in a site.
pub const STATUS_FILE: &str = ".feedbake/token-status.json";

/// Version of its shape.
const VERSION: u32 = 1;

/// What is remembered of the tokens, by feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenStatus {
    version: u32,
    /// By name of the feed.
    pub tokens: BTreeMap<String, TokenRecord>,
}

impl Default for TokenStatus {
    fn default() -> Self {
        Self { version: VERSION, tokens: BTreeMap::new() }
    }
}

impl TokenStatus {
    /// Reads the file of a site. One that is absent or cannot be understood says nothing.
    ///
    /// # Errors
    /// [`FileError`] when it is there and the system does not let it be read.
    pub fn read(root: &Root) -> Result<Self, FileError> {
        let status: Option<Self> = serde_json::from_slice(&root.read(&place())?.unwrap_or_default()).ok();
        Ok(status.filter(|status| status.version == VERSION).unwrap_or_default())
    }

    /// Writes it, unless it says what the file says already.
    ///
    /// # Errors
    /// [`FileError`] when it cannot be written.
    pub fn write(&self, root: &Root) -> Result<Written, FileError> {
        root.sweep(&place())?;
        let mut bytes = serde_json::to_vec_pretty(self).expect("the status is made of texts and times");
        bytes.push(b'\n');
        root.write(&place(), &bytes)
    }
}

fn place() -> SitePath {
    SitePath::new(STATUS_FILE).expect("the place is written above")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_understood_says_nothing_and_what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::new(folder.path());
        for text in ["", "<<<<<<<", "{\"version\":9,\"tokens\":{}}", "{\"version\":1,\"tokens\":{\"a\":{}}}"] {
            root.write(&place(), text.as_bytes()).unwrap();
            assert_eq!(TokenStatus::read(&root).unwrap(), TokenStatus::default(), "{text}");
        }
        let mut status = TokenStatus::default();
        let now = "2026-05-09T12:00:00Z".parse().unwrap();
        status.tokens.insert("instagram".to_owned(), TokenRecord::new("abc".to_owned(), now));
        status.write(&root).unwrap();
        assert_eq!(TokenStatus::read(&root).unwrap(), status);
    }
}
