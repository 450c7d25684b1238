//! Where the token may come from, and where it must not.

use crate::auth::{AccessToken, TokenShapeError};

use super::environment::Environment;

/// The variables a token may be in, the documented one first.
pub const TOKEN_NAMES: [&str; 4] = ["INSTAGRAM_ACCESS_TOKEN", "IG_ACCESS_TOKEN", "INSTAGRAM_TOKEN", "IG_TOKEN"];

/// What front-end tools put before a variable that they copy into the published page.
const PUBLISHED: [&str; 6] = ["NEXT_PUBLIC_", "VITE_", "PUBLIC_", "REACT_APP_", "GATSBY_", "NUXT_PUBLIC_"];

/// A token and the variable it was found in.
#[derive(Debug, Clone)]
pub struct FoundToken {
    /// The secret.
    pub token: AccessToken,
    /// The variable.
    pub name: String,
}

/// A token that is not there, or not where it may be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// No variable holds one.
    #[error("no access token was given in {name}")]
    Missing {
        /// The variable it is expected in.
        name: String,
    },
    /// Two variables hold different ones, and either may be the stale one.
    #[error("{first} and {second} hold different access tokens")]
    Differ {
        /// One variable.
        first: String,
        /// The other.
        second: String,
    },
    /// The only variable that holds one would be published.
    #[error("the access token is in {name}, which front-end tools copy into the published page")]
    Published {
        /// The variable.
        name: String,
    },
    /// What the variable holds cannot be a token.
    #[error("{name} holds no access token")]
    Shape {
        /// The variable.
        name: String,
        /// What is wrong with it.
        source: TokenShapeError,
    },
}

/// Finds the token in `environment`: in `token_env` when the settings name one, else in one of [`TOKEN_NAMES`].
///
/// # Errors
/// [`TokenError`] as its variants say; nothing is returned as "no token" silently.
pub fn find_token(environment: &Environment, token_env: Option<&str>) -> Result<FoundToken, TokenError> {
    let names: Vec<&str> = token_env.map_or_else(|| TOKEN_NAMES.to_vec(), |name| vec![name]);
    let mut found: Option<FoundToken> = None;
    for name in &names {
        let Some(text) = environment.get(name) else { continue };
        if token_env.is_some() && PUBLISHED.iter().any(|prefix| name.starts_with(prefix)) {
            return Err(TokenError::Published { name: (*name).to_owned() });
        }
        let token = AccessToken::new(text).map_err(|source| TokenError::Shape { name: (*name).to_owned(), source })?;
        match &found {
            Some(first) if first.token.fingerprint() != token.fingerprint() => {
                return Err(TokenError::Differ { first: first.name.clone(), second: (*name).to_owned() });
            }
            Some(_) => {}
            None => found = Some(FoundToken { token, name: (*name).to_owned() }),
        }
    }
    found.ok_or_else(|| missing(environment, &names))
}

fn missing(environment: &Environment, names: &[&str]) -> TokenError {
    let is_published = |variable: &str| {
        names.iter().any(|name| PUBLISHED.iter().any(|prefix| variable.strip_prefix(prefix) == Some(*name)))
    };
    match environment.iter().find(|(name, value)| is_published(name) && !value.trim().is_empty()) {
        Some((name, _)) => TokenError::Published { name: name.to_owned() },
        None => TokenError::Missing { name: names.first().map_or_else(String::new, |name| (*name).to_owned()) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(variables: &[(&str, &str)], token_env: Option<&str>, expected: Result<&str, &str>) {
        let environment =
            Environment::new(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let found = find_token(&environment, token_env);
        let seen = found.as_ref().map(|found| found.name.as_str()).map_err(ToString::to_string);
        assert_eq!(seen, expected.map_err(str::to_owned), "{variables:?}");
    }

    #[test]
    fn a_token_is_taken_from_where_it_may_be_and_from_nowhere_else() {
        let one = "IGAAfakefakefakefakefakefake1";
        let two = "IGAAfakefakefakefakefakefake2";
        check(&[("INSTAGRAM_ACCESS_TOKEN", one)], None, Ok("INSTAGRAM_ACCESS_TOKEN"));
        check(&[("IG_TOKEN", one)], None, Ok("IG_TOKEN"));
        check(&[("IG_TOKEN", one), ("INSTAGRAM_TOKEN", one)], None, Ok("INSTAGRAM_TOKEN"));
        check(&[("SHOP_TOKEN", one), ("IG_TOKEN", two)], Some("SHOP_TOKEN"), Ok("SHOP_TOKEN"));
        check(&[], None, Err("no access token was given in INSTAGRAM_ACCESS_TOKEN"));
        check(&[("IG_TOKEN", "  ")], None, Err("no access token was given in INSTAGRAM_ACCESS_TOKEN"));
        check(&[("IG_TOKEN", one)], Some("SHOP_TOKEN"), Err("no access token was given in SHOP_TOKEN"));
        check(
            &[("IG_TOKEN", one), ("INSTAGRAM_ACCESS_TOKEN", two)],
            None,
            Err("INSTAGRAM_ACCESS_TOKEN and IG_TOKEN hold different access tokens"),
        );
        let published = "the access token is in VITE_IG_TOKEN, which front-end tools copy into the published page";
        check(&[("VITE_IG_TOKEN", one)], None, Err(published));
        check(&[("VITE_IG_TOKEN", one)], Some("VITE_IG_TOKEN"), Err(published));
    }
}
