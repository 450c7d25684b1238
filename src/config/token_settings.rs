//! The settings about a token's life, and what the environment adds to them: where a changed token goes.

use std::path::{Component, Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::environment::Environment;
use super::parse::duration;
use super::read::Merged;
use super::settings::SettingsError;
use super::site::{git_would_commit, nearest_folder};
use crate::auth::{GithubStore, KEY_NAME, NetlifyStore, RenewWhen, Store, VaultError, VaultKey};
use crate::http::is_loopback;

const DAY: u64 = 86_400;

/// The settings of `[token]`.
#[derive(Debug, Clone)]
pub struct TokenSettings {
    /// When a token is renewed.
    pub when: RenewWhen,
    /// How long before its end somebody is told.
    pub warn: Duration,
    /// Where a changed token goes by itself.
    pub store: Option<StoreWish>,
    /// A program that takes a changed token; empty for none.
    pub command: Vec<String>,
}

/// A place for tokens, as it is named on the command line and in the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreWish {
    /// The repository's secrets.
    Github,
    /// The site's variables.
    Netlify,
    /// The `.env` file beside the settings.
    DotEnv,
}

impl FromStr for StoreWish {
    type Err = ();
    fn from_str(word: &str) -> Result<Self, ()> {
        match word {
            "github" => Ok(Self::Github),
            "netlify" => Ok(Self::Netlify),
            ".env" => Ok(Self::DotEnv),
            _ => Err(()),
        }
    }
}

/// A place for tokens that cannot be used as things are.
#[derive(Debug, thiserror::Error)]
pub enum StoreWishError {
    /// A variable it needs is not set.
    #[error("{name} is not set, and {place} needs it")]
    Missing {
        /// The variable.
        name: &'static str,
        /// The place.
        place: &'static str,
    },
    /// A variable it needs cannot be used.
    #[error("{name} is not {expected}")]
    Bad {
        /// The variable.
        name: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// The key of the encrypted file.
    #[error(transparent)]
    Key(#[from] VaultError),
    /// The program that takes it is nowhere.
    #[error("there is no program {program} here")]
    NoProgram {
        /// Its name.
        program: String,
    },
    /// Several tokens would go to one place, each over the last one.
    #[error("{place} is one place, and there are several tokens")]
    OnePlace {
        /// The place.
        place: String,
    },
    /// git would take the file into the repository.
    #[error("git does not ignore {}: the token would be in the repository", .0.display())]
    WouldBeCommitted(PathBuf),
    /// The file would be among those that build the site, or git's own.
    #[error("{} is among the files of the site", .0.display())]
    InTheSite(PathBuf),
}

impl TokenSettings {
    pub(super) fn from_site(site: &Merged<'_>) -> Result<Self, SettingsError> {
        const WHEN: &str = "an age from \"1d\" to \"59d\", or \"never\"";
        const STORE: &str = "\"github\", \"netlify\" or \".env\"";
        Ok(Self {
            when: site.text("token.refresh", RenewWhen::Aged(Duration::from_secs(20 * DAY)), WHEN, |text| {
                if text == "never" {
                    return Some(RenewWhen::Never);
                }
                let bounds = Duration::from_secs(DAY)..=Duration::from_secs(59 * DAY);
                duration(text).filter(|age| bounds.contains(age)).map(RenewWhen::Aged)
            })?,
            warn: site.text("token.warn", Duration::from_secs(14 * DAY), "a time such as \"14d\"", duration)?,
            store: site.text("token.store", None, STORE, |text| match text {
                "" => Some(None),
                word => word.parse().ok().map(Some),
            })?,
            command: site.list(
                "token.command",
                Vec::new(),
                "a list of words such as [\"gh\", \"secret\"]",
                |word| Some(word.to_owned()),
            )?,
        })
    }

    /// Every place a changed token goes to by itself: the encrypted file when there is a key and files stay, then what
    /// the settings name; and what keeps others from being used as things are.
    pub fn stores(&self, site: &Path, environment: &Environment) -> (Vec<Store>, Vec<StoreWishError>) {
        let vault = vault_key(environment).map_err(StoreWishError::from).transpose();
        // In a file that is gone with the build a new token is lost, however well it is sealed.
        let vault = vault.filter(|key| key.is_err() || !environment.keeps_nothing()).map(|key| key.map(Store::Vault));
        let wished = self.store.map(|wish| store(wish, site, environment));
        let command = self.command.first().map(|program| match environment.has_program(program) {
            true => Ok(Store::Command(self.command.clone())),
            false => Err(StoreWishError::NoProgram { program: program.clone() }),
        });
        let (mut stores, mut hindered) = (Vec::new(), Vec::new());
        for place in [vault, wished, command].into_iter().flatten() {
            match place {
                Ok(store) => stores.push(store),
                Err(error) => hindered.push(error),
            }
        }
        (stores, hindered)
    }
}

/// The key of the encrypted file, if one is set.
///
/// # Errors
/// [`VaultError::BadKey`] when the variable holds something else.
pub fn vault_key(environment: &Environment) -> Result<Option<VaultKey>, VaultError> {
    environment.get(KEY_NAME).map(VaultKey::parse).transpose()
}

/// Gathers what a store needs from the environment.
///
/// # Errors
/// [`StoreWishError`] when something is missing or cannot be used.
pub fn store(wish: StoreWish, site: &Path, environment: &Environment) -> Result<Store, StoreWishError> {
    let plain = |text: &str| {
        let is_plain = |letter: u8| letter.is_ascii_alphanumeric() || b"-_.".contains(&letter);
        !text.is_empty() && text.bytes().all(is_plain) && !text.starts_with('.')
    };
    match wish {
        StoreWish::Github => {
            let need = |name| environment.get(name).ok_or(StoreWishError::Missing { name, place: "GitHub" });
            let repository = need("GITHUB_REPOSITORY")?.trim();
            if !repository.split_once('/').is_some_and(|(owner, name)| plain(owner) && plain(name)) {
                return Err(StoreWishError::Bad { name: "GITHUB_REPOSITORY", expected: "owner/name" });
            }
            let secret = environment.get("FEEDBAKE_GITHUB_SECRET").map(|name| name.trim().to_owned());
            if secret.as_deref().is_some_and(|name| !plain(name)) {
                return Err(StoreWishError::Bad { name: "FEEDBAKE_GITHUB_SECRET", expected: "the name of a secret" });
            }
            Ok(Store::Github(GithubStore {
                api: address(environment, "GITHUB_API_URL", "https://api.github.com")?,
                repository: repository.to_owned(),
                credential: SecretString::from(need("GH_TOKEN")?.trim()),
                secret,
            }))
        }
        StoreWish::Netlify => {
            let first = |names: &[&'static str]| {
                let found = names.iter().find_map(|name| environment.get(name)).map(str::trim);
                let missing =
                    StoreWishError::Missing { name: names.first().copied().unwrap_or_default(), place: "Netlify" };
                found.ok_or(missing)
            };
            let account = first(&["NETLIFY_ACCOUNT_ID", "ACCOUNT_ID"])?;
            let site = first(&["NETLIFY_SITE_ID", "SITE_ID"])?;
            if !plain(account) || !plain(site) {
                return Err(StoreWishError::Bad { name: "NETLIFY_ACCOUNT_ID or NETLIFY_SITE_ID", expected: "an id" });
            }
            Ok(Store::Netlify(NetlifyStore {
                api: address(environment, "NETLIFY_API_URL", "https://api.netlify.com")?,
                account: account.to_owned(),
                site: site.to_owned(),
                credential: SecretString::from(first(&["NETLIFY_AUTH_TOKEN"])?),
                context: environment.get("FEEDBAKE_NETLIFY_CONTEXT").unwrap_or("production").trim().to_owned(),
            }))
        }
        StoreWish::DotEnv => {
            let place = site.join(".env");
            if git_would_commit(&place) {
                return Err(StoreWishError::WouldBeCommitted(PathBuf::from(".env")));
            }
            Ok(Store::File(place))
        }
    }
}

/// A file for tokens at `path`, which the user names.
///
/// # Errors
/// [`StoreWishError`] when the file would be in the repository, or in the site that `site` builds.
pub fn file_store(path: &Path, site: &Path) -> Result<Store, StoreWishError> {
    let full = |path: &Path| plain(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
    let (place, site) = (full(path), full(site));
    // Links are followed as far as there is something to follow.
    let place =
        nearest_folder(&place).and_then(|(folder, rest)| Some(folder.canonicalize().ok()?.join(rest))).unwrap_or(place);
    let site = site.canonicalize().unwrap_or(site);
    // Inside the site nearly everything is read or copied by somebody. `.env`, `.env.local` and their like at its top are
    // what every tool leaves alone.
    let is_env = place.file_name().is_some_and(|name| {
        let name = name.to_string_lossy();
        name == ".env" || name.starts_with(".env.") && !name.ends_with(".html")
    });
    let is_at_top = place.parent() == Some(site.as_path());
    let is_of_git = place.iter().any(|part| part == ".git");
    if is_of_git || place.starts_with(&site) && !(is_env && is_at_top) {
        return Err(StoreWishError::InTheSite(path.to_owned()));
    }
    if git_would_commit(&place) {
        return Err(StoreWishError::WouldBeCommitted(path.to_owned()));
    }
    Ok(Store::File(path.to_owned()))
}

/// A credential goes to an https address only, or to this machine.
fn address(environment: &Environment, name: &'static str, usual: &str) -> Result<Url, StoreWishError> {
    let text = environment.get(name).unwrap_or(usual).trim().trim_end_matches('/');
    Url::parse(text)
        .ok()
        .filter(|url| url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url)))
        .ok_or(StoreWishError::Bad { name, expected: "an https address" })
}

/// The path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment::new(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn a_store_says_what_it_lacks_and_sends_no_credential_in_clear() {
        let github = [("GH_TOKEN", "ghp_x"), ("GITHUB_REPOSITORY", "me/site")];
        let netlify = [("NETLIFY_AUTH_TOKEN", "nfp_x"), ("NETLIFY_ACCOUNT_ID", "me"), ("SITE_ID", "abc-1")];
        let check = |wish, variables: &[(&str, &str)], expected: Result<&str, &str>| {
            let folder = Path::new("/nowhere");
            let found = store(wish, folder, &environment(variables)).map(|store| store.to_string());
            assert_eq!(found.as_deref().map_err(ToString::to_string), expected.map_err(str::to_owned), "{variables:?}");
        };
        check(StoreWish::Github, &github, Ok("the secrets of me/site on GitHub"));
        check(StoreWish::Github, &github[..1], Err("GITHUB_REPOSITORY is not set, and GitHub needs it"));
        check(StoreWish::Github, &github[1..], Err("GH_TOKEN is not set, and GitHub needs it"));
        let elsewhere = [github[0], github[1], ("GITHUB_API_URL", "http://api.example")];
        check(StoreWish::Github, &elsewhere, Err("GITHUB_API_URL is not an https address"));
        let hostile = [github[0], ("GITHUB_REPOSITORY", "me/../x")];
        check(StoreWish::Github, &hostile, Err("GITHUB_REPOSITORY is not owner/name"));
        check(StoreWish::Netlify, &netlify, Ok("the variables of site abc-1 on Netlify"));
        check(StoreWish::Netlify, &netlify[1..], Err("NETLIFY_AUTH_TOKEN is not set, and Netlify needs it"));
        check(StoreWish::DotEnv, &[], Ok("/nowhere/.env"));
    }
}
