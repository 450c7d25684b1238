//! [`AccessToken`].

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::media::hex;

/// Known tokens have 160 to 250 characters; this only keeps a pasted file from being sent as a header.
const LONGEST: usize = 4096;

/// An access token. It can be compared by its fingerprint and sent by `http`; it cannot be printed or written.
#[derive(Clone)]
pub struct AccessToken(SecretString);

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccessToken({:?}, {} characters)", self.kind(), self.0.expose_secret().len())
    }
}

/// What a token's first letters say of it: a hint, never a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// `IGAA…`: Instagram Login, for `graph.instagram.com`.
    Instagram,
    /// `EAA…`: Facebook Login, for `graph.facebook.com`.
    Facebook,
    /// `IGQ…`: the Basic Display API, which ended in December 2024.
    BasicDisplay,
    /// Something else.
    Unknown,
}

/// Why a text cannot be a token. The text itself is in none of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenShapeError {
    /// Nothing is left of it.
    #[error("it is empty")]
    Empty,
    /// There is white space in the middle: a line break from copying, or two tokens.
    #[error("there is white space inside it")]
    Space,
    /// What a page or a workflow says where the token belongs.
    #[error("it is a placeholder that nobody filled in")]
    Placeholder,
    /// 32 hexadecimal digits: the secret of an app.
    #[error("it has the form of an app secret, which makes tokens and is none")]
    AppSecret,
    /// Digits alone: the id of an app or of an account.
    #[error("it is a number, such as the id of an app or of an account, and no token")]
    Id,
    /// `id|…`: what an app itself is known by.
    #[error("it is the token of an app; what is wanted is that of an account")]
    AppToken,
    /// An address, such as that of a page or of a request.
    #[error("it is an address")]
    Address,
    /// A whole answer of the API, or another JSON text.
    #[error("it is a JSON text: the token in it is what is meant, without anything around it")]
    Json,
    /// Control characters, or letters no token has.
    #[error("there are characters in it that no token has")]
    Letters,
    /// Far longer than any token.
    #[error("it is far longer than any token")]
    TooLong,
}

impl AccessToken {
    /// Takes a token as people paste it: white space around it, a pair of quotes, and a name before it, such as
    /// `Bearer `, `access_token=` or `export INSTAGRAM_ACCESS_TOKEN=`, are taken off.
    ///
    /// # Errors
    /// [`TokenShapeError`] when what is left cannot be a token.
    pub fn new(raw: &str) -> Result<Self, TokenShapeError> {
        let text = without_quotes(without_name(without_name(without_quotes(raw))));
        if text.is_empty() {
            return Err(TokenShapeError::Empty);
        }
        if text.contains("{{") || text.starts_with(['$', '<']) {
            return Err(TokenShapeError::Placeholder);
        }
        if text.contains("://") {
            return Err(TokenShapeError::Address);
        }
        if text.starts_with(['{', '[']) {
            return Err(TokenShapeError::Json);
        }
        let is_of_a_page =
            ["your", "token", "example", "xxxx"].iter().any(|word| text.to_ascii_lowercase().contains(word));
        let is_word = text.len() <= LONGEST_NAME && !text.starts_with("IG") && !text.starts_with("EAA") && is_of_a_page;
        if is_word {
            return Err(TokenShapeError::Placeholder);
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(TokenShapeError::Id);
        }
        // Meta's secrets have lower-case digits; no token is as short.
        if text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(TokenShapeError::AppSecret);
        }
        if text.split_once('|').is_some_and(|(id, _)| id.bytes().all(|byte| byte.is_ascii_digit())) {
            return Err(TokenShapeError::AppToken);
        }
        if text.contains(char::is_whitespace) {
            return Err(TokenShapeError::Space);
        }
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=|".contains(&byte)) {
            return Err(TokenShapeError::Letters);
        }
        if text.len() > LONGEST {
            return Err(TokenShapeError::TooLong);
        }
        Ok(Self(SecretString::from(text)))
    }

    /// What its first letters say.
    pub fn kind(&self) -> TokenKind {
        let text = self.0.expose_secret();
        match () {
            () if text.starts_with("IGAA") => TokenKind::Instagram,
            () if text.starts_with("EAA") => TokenKind::Facebook,
            () if text.starts_with("IGQ") => TokenKind::BasicDisplay,
            () => TokenKind::Unknown,
        }
    }

    /// What may be shown of it: the four letters that name its kind, and how long it is.
    pub fn masked(&self) -> String {
        let text = self.0.expose_secret();
        let start = if self.kind() == TokenKind::Unknown { "" } else { text.get(..4).unwrap_or_default() };
        format!("{start}… ({} characters)", text.len())
    }

    /// Sixteen hexadecimal digits that tell two tokens apart and say nothing of either.
    pub fn fingerprint(&self) -> String {
        hex(&Sha256::digest(self.0.expose_secret()))[..16].to_owned()
    }

    /// The secret itself, for the request that needs it and for the search for it; for nothing else.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// Quotes that stand around a copied text, as pages and word processors draw them, too.
const QUOTES: [(char, char); 7] =
    [('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”'), ('„', '“'), ('‘', '’'), ('«', '»')];

/// No variable has a longer name; a token is longer.
const LONGEST_NAME: usize = 40;

fn without_quotes(text: &str) -> &str {
    let text = text.trim().trim_matches('\u{feff}').trim();
    let inner = QUOTES.iter().find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close));
    inner.unwrap_or(text).trim()
}

/// Takes off what a line of a shell, of a `.env` file or of a header has before the token.
fn without_name(text: &str) -> &str {
    let text = ["Bearer ", "export ", "set ", "setx ", "$env:"]
        .iter()
        .find_map(|word| {
            text.get(..word.len()).filter(|start| start.eq_ignore_ascii_case(word)).map(|_| &text[word.len()..])
        })
        .unwrap_or(text)
        .trim_start();
    let Some((name, rest)) = text.split_once(['=', ':']) else { return text };
    let name = name.trim_end();
    let is_name = name.len() <= LONGEST_NAME
        && name.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_- ".contains(&byte));
    // A token that ends with `=` has nothing behind it, and an address begins with a name, too.
    let is_value = !rest.trim_matches('=').is_empty() && !rest.starts_with("//");
    if is_name && is_value { rest.trim() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_taken_as_people_paste_it() {
        for pasted in [
            "IGAAx",
            " IGAAx\n",
            "\"IGAAx\"",
            "'IGAAx'",
            "“IGAAx”",
            "‘IGAAx’",
            "\u{feff}IGAAx",
            "Bearer IGAAx",
            "access_token=IGAAx",
            "\" IGAAx \"",
            "INSTAGRAM_ACCESS_TOKEN=IGAAx",
            "INSTAGRAM_ACCESS_TOKEN = \"IGAAx\"",
            "export INSTAGRAM_ACCESS_TOKEN='IGAAx'",
            "set IG_TOKEN=IGAAx",
            "$env:IG_TOKEN = \"IGAAx\"",
            "Access token: IGAAx",
            "Authorization: Bearer IGAAx",
        ] {
            assert_eq!(AccessToken::new(pasted).unwrap().expose(), "IGAAx", "{pasted:?}");
        }
        for opaque in ["abc|def", "IGAAx=", "IGAAx==", "a123|a-b_c.d~e+f/g"] {
            assert_eq!(AccessToken::new(opaque).unwrap().expose(), opaque);
        }
        let refused = [
            ("", TokenShapeError::Empty),
            ("\"\"", TokenShapeError::Empty),
            ("IGAA x", TokenShapeError::Space),
            ("IGAA\u{200b}x", TokenShapeError::Letters),
            ("<token>", TokenShapeError::Placeholder),
            ("${{ secrets.INSTAGRAM_ACCESS_TOKEN }}", TokenShapeError::Placeholder),
            ("$INSTAGRAM_ACCESS_TOKEN", TokenShapeError::Placeholder),
            ("your-token-here", TokenShapeError::Placeholder),
            ("0123456789abcdef0123456789abcdef", TokenShapeError::AppSecret),
            ("990602627938098", TokenShapeError::Id),
            ("990602627938098|aBcD-eFgH", TokenShapeError::AppToken),
            ("IGAA<x>", TokenShapeError::Letters),
            ("https://graph.instagram.com/me?access_token=IGAAx", TokenShapeError::Address),
            ("{\"access_token\":\"IGAAx\"}", TokenShapeError::Json),
        ];
        for (pasted, why) in refused {
            assert_eq!(AccessToken::new(pasted).unwrap_err(), why, "{pasted:?}");
        }
    }

    #[test]
    fn it_cannot_be_printed() {
        let token = AccessToken::new("IGAAsecretsecretsecret").unwrap();
        assert_eq!(format!("{token:?}"), "AccessToken(Instagram, 22 characters)");
        assert_eq!(token.fingerprint().len(), 16);
    }
}
