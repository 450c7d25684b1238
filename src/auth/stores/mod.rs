//! Where a changed token is handed to, so that the next run begins with it.
//!
//! Each store takes the token in a body or on standard input, never in an address or an argument.

mod command;
mod github;
mod netlify;
mod variables;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::long_runs::without_long_runs;
use super::status::STATUS_FILE;
use super::token::AccessToken;
use super::vault::{VAULT_FILE, Vault, VaultError, VaultKey};
use crate::feed::one_line;
use crate::files::{self, FileError, Root, SitePath};
use crate::http::HttpError;

/// More than a file of tokens takes with all it holds, in bytes.
const ROOM: usize = 64 << 10;

/// The longest a store may take to answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A place for tokens.
#[derive(Debug, Clone)]
pub enum Store {
    /// The encrypted file of the site.
    Vault(VaultKey),
    /// A secret of a repository on GitHub.
    Github(GithubStore),
    /// A variable of a site on Netlify.
    Netlify(NetlifyStore),
    /// A line `NAME=token` of a file that only its owner may read.
    File(PathBuf),
    /// A program that reads the token from its standard input.
    Command(Vec<String>),
}

/// A repository whose secrets may be written.
#[derive(Debug, Clone)]
pub struct GithubStore {
    /// `https://api.github.com`, or an own server's.
    pub api: Url,
    /// `owner/name`.
    pub repository: String,
    /// A personal access token with *Secrets: write*.
    pub credential: SecretString,
    /// The name of the secret; the token's variable when there is none.
    pub secret: Option<String>,
}

/// A site whose variables may be written.
#[derive(Debug, Clone)]
pub struct NetlifyStore {
    /// `https://api.netlify.com`.
    pub api: Url,
    /// The team's id or slug.
    pub account: String,
    /// The site's id.
    pub site: String,
    /// A personal access token.
    pub credential: SecretString,
    /// Which builds see it.
    pub context: String,
}

/// A token that could not be handed over.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The encrypted file.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file that is no text, into which nothing is written.
    #[error("{} is not UTF-8 text", .path.display())]
    NotText {
        /// The file.
        path: PathBuf,
    },
    /// A host could not be reached.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// A host said no.
    #[error("{host} answered with status {status}{}", said(.message))]
    Refused {
        /// `GitHub` or `Netlify`.
        host: &'static str,
        /// HTTP status.
        status: u16,
        /// What it says.
        message: String,
    },
    /// A host's answer has not the form its documents show.
    #[error("{host} answered something else than its documents show: {why}")]
    Shape {
        /// `GitHub` or `Netlify`.
        host: &'static str,
        /// What is missing.
        why: &'static str,
    },
    /// The program could not be started.
    #[error("{program} could not be started")]
    NoProgram {
        /// Its name.
        program: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The program does not end.
    #[error("{program} did not end in {} seconds", .after.as_secs())]
    ProgramHangs {
        /// Its name.
        program: String,
        /// So long was waited.
        after: Duration,
    },
    /// The program ended with an error.
    #[error("{program} ended with {status}{}", said(.message))]
    Program {
        /// Its name.
        program: String,
        /// How.
        status: String,
        /// The last line it said.
        message: String,
    },
}

fn said(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}

impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vault(_) => f.write_str(super::vault::VAULT_FILE),
            Self::Github(store) => write!(f, "the secrets of {} on GitHub", store.repository),
            Self::Netlify(store) => write!(f, "the variables of site {} on Netlify", store.site),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Command(words) => {
                write!(f, "the program {}", words.first().map_or("that was not named", String::as_str))
            }
        }
    }
}

impl Store {
    /// What it is called in a file that may be committed: a path says nothing of the machine it is on.
    pub fn in_public(&self, site: &Path) -> String {
        let Self::File(path) = self else { return self.to_string() };
        match path.strip_prefix(site) {
            Ok(inside) => inside.display().to_string(),
            Err(_) => path
                .file_name()
                .map_or_else(|| "a file".to_owned(), |name| format!("{}, outside the site", name.display())),
        }
    }

    /// Hands `new` over, which `old` became, under the name of the variable `old` is in.
    ///
    /// # Errors
    /// [`StoreError`] when it is not there for certain.
    pub fn keep(&self, root: &Root, name: &str, old: &AccessToken, new: &AccessToken) -> Result<(), StoreError> {
        match self {
            Self::Vault(key) => {
                let mut vault = Vault::open(root, key)?;
                vault.put(name, old, new.clone());
                vault.write(root, key)?;
                Ok(())
            }
            Self::Github(store) => github::keep(store, name, new),
            Self::Netlify(store) => netlify::keep(store, name, new),
            Self::File(path) => variables::keep(path, name, new),
            Self::Command(words) => command::keep(words, name, new),
        }
    }
}

impl Store {
    /// Whether tokens of several variables would go over one another here.
    pub fn is_for_one(&self) -> bool {
        match self {
            Self::Github(store) => store.secret.is_some(),
            Self::Command(words) => !words.iter().any(|word| word == "{}"),
            Self::Vault(_) | Self::Netlify(_) | Self::File(_) => false,
        }
    }

    /// Finds out whether a token could be kept here now, as far as that can be told without changing anything.
    ///
    /// # Errors
    /// [`StoreError`] when the disk is full, the place cannot be written, or the host does not let us in.
    pub fn is_ready(&self, root: &Root) -> Result<(), StoreError> {
        let place = match self {
            Self::Vault(_) => root.locate(&SitePath::new(VAULT_FILE).expect("the place is plain")),
            Self::File(path) => path.clone(),
            Self::Github(store) => return github::is_ready(store),
            Self::Netlify(_) | Self::Command(_) => return Ok(()),
        };
        let status = root.locate(&SitePath::new(STATUS_FILE).expect("the place is plain"));
        for place in [place, status] {
            files::rehearse(&place, ROOM)?;
        }
        Ok(())
    }
}

/// What a host says of itself in `message`, in one short line without anything that may be secret.
fn message_of(body: &[u8], secret: Option<&AccessToken>) -> String {
    let value: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let text = value.get("message").and_then(serde_json::Value::as_str).unwrap_or_default();
    match secret {
        Some(secret) => without_secrets(text, secret),
        None => shortened(text),
    }
}

/// Strangers' words in one short line, without this secret and without anything as long as one.
fn without_secrets(said: &str, secret: &AccessToken) -> String {
    shortened(&said.replace(secret.expose(), "…"))
}

fn shortened(said: &str) -> String {
    without_long_runs(&one_line(said)).chars().take(160).collect()
}
