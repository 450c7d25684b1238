//! The authorization-code flow up to the code: where the browser goes, and what it comes back with. Pure.

use url::Url;

use super::talk::App;

/// Where a person allows an app to read the account.
pub const ADDRESS_OF_LOGIN: &str = "https://www.instagram.com/oauth/authorize";

/// The one permission feedbake needs.
pub const SCOPE: &str = "instagram_business_basic";

/// A pasted address that brings no code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoginError {
    /// It is no address.
    #[error("what was pasted is no address")]
    NoAddress,
    /// It is a word, as a code is: which login it belongs to is said by the address around it.
    #[error("what was pasted is a code or another word, and no address: whose it is cannot be told from that")]
    BareCode,
    /// It is the address that was opened, not the one it led to.
    #[error("this is the address that was opened, not the one the browser ended at")]
    StillTheFirst,
    /// The address has no code in it.
    #[error("there is no `code` in the pasted address")]
    NoCode,
    /// It belongs to another login.
    #[error("the `state` in the pasted address is not the one of this login")]
    OtherState,
    /// The person said no.
    #[error("Instagram says the permission was denied")]
    Denied,
    /// The person allowed something else than what is needed.
    #[error("the permission `{SCOPE}` was not given")]
    NoPermission,
    /// Instagram said no.
    #[error("Instagram refused the login ({reason})")]
    Refused {
        /// In its words.
        reason: String,
    },
}

/// What the browser came back with.
#[derive(Clone, PartialEq, Eq)]
pub struct LoginAnswer {
    /// Good for an hour, and once.
    pub code: String,
}

impl std::fmt::Debug for LoginAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LoginAnswer(a code)")
    }
}

/// The address to open: `page` is [`ADDRESS_OF_LOGIN`], or an emulator's.
pub fn authorize_address(page: &Url, app: &App, state: &str) -> Url {
    let mut address = page.clone();
    address
        .query_pairs_mut()
        .append_pair("client_id", &app.id)
        .append_pair("redirect_uri", &app.redirect_uri)
        .append_pair("response_type", "code")
        .append_pair("scope", SCOPE)
        .append_pair("state", state);
    address
}

/// Takes the code out of the address the browser ended at, `#_` and all.
///
/// # Errors
/// [`LoginError`] when there is no code for this login in it.
pub fn read_redirect(pasted: &str, state: &str) -> Result<LoginAnswer, LoginError> {
    let text = pasted.trim().trim_matches(['"', '\'', '<', '>', '`']).trim();
    let web = |text: &str| Url::parse(text).ok().filter(|address| matches!(address.scheme(), "http" | "https"));
    // A browser may show the address without its scheme, and then `localhost:` looks like one.
    let is_word = text.len() > 9 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_#".contains(&byte));
    if is_word {
        return Err(LoginError::BareCode);
    }
    let address = web(text).or_else(|| web(&format!("https://{text}"))).ok_or(LoginError::NoAddress)?;
    let given = |key: &str| address.query_pairs().find(|(name, _)| name == key).map(|(_, value)| value.into_owned());
    if let Some(error) = given("error") {
        let reason = given("error_description").or_else(|| given("error_reason")).unwrap_or_else(|| error.clone());
        return Err(match error.as_str() {
            "access_denied" => LoginError::Denied,
            _ => LoginError::Refused { reason: crate::feed::one_line(&reason).chars().take(160).collect() },
        });
    }
    let Some(code) = given("code") else {
        let is_first = given("client_id").is_some() || address.path().ends_with("/oauth/authorize");
        return Err(if is_first { LoginError::StillTheFirst } else { LoginError::NoCode });
    };
    // Older pages glue the `#_` to the code.
    let code = code.trim_end_matches("#_").to_owned();
    if code.is_empty() {
        return Err(LoginError::NoCode);
    }
    if given("state").as_deref() != Some(state) {
        return Err(LoginError::OtherState);
    }
    Ok(LoginAnswer { code })
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::SecretString;

    #[test]
    fn the_address_to_open_names_app_scope_and_state() {
        let app = App {
            id: "990602627938098".to_owned(),
            secret: SecretString::from("hidden"),
            redirect_uri: "https://localhost:8000/".to_owned(),
        };
        let address = authorize_address(&Url::parse(ADDRESS_OF_LOGIN).unwrap(), &app, "s1");
        assert_eq!(
            address.as_str(),
            "https://www.instagram.com/oauth/authorize?client_id=990602627938098&redirect_uri=https%3A%2F%2Flocalhost%3A8000%2F&response_type=code&scope=instagram_business_basic&state=s1"
        );
        assert!(!format!("{app:?}").contains("hidden"));
    }

    #[test]
    fn a_code_is_found_in_whatever_the_browser_shows() {
        for pasted in [
            "https://localhost:8000/?code=AQx&state=s1#_",
            " \"https://localhost:8000/?code=AQx&state=s1#_\" \n",
            "localhost:8000/?code=AQx&state=s1",
            "https://localhost/cb?state=s1&code=AQx%23_",
        ] {
            let found = read_redirect(pasted, "s1").map(|answer| answer.code);
            assert_eq!(found.as_deref(), Ok("AQx"), "{pasted}");
        }
    }

    #[test]
    fn every_refusal_is_told_apart() {
        let refused = |reason: &str| LoginError::Refused { reason: reason.to_owned() };
        let table = [
            ("", LoginError::NoAddress),
            ("AQBx3kdjf82jd_92jd-82kd92kd#_", LoginError::BareCode),
            ("https://localhost/", LoginError::NoCode),
            ("https://localhost/?code=&state=s1", LoginError::NoCode),
            ("https://localhost/?code=AQx&state=s2", LoginError::OtherState),
            ("https://localhost/?code=AQx", LoginError::OtherState),
            ("https://www.instagram.com/oauth/authorize?client_id=1&state=s1", LoginError::StillTheFirst),
            (
                "https://localhost/?error=access_denied&error_reason=user_denied&error_description=The+user+denied+your+request.",
                LoginError::Denied,
            ),
            ("https://localhost/?error=server_error&error_description=Try+later", refused("Try later")),
            ("https://localhost/?error=odd", refused("odd")),
        ];
        for (pasted, expected) in table {
            assert_eq!(read_redirect(pasted, "s1"), Err(expected), "{pasted}");
        }
    }
}
