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
    /// Control characters, or letters no token has.
    #[error("there are characters in it that no token has")]
    Letters,
    /// Far longer than any token.
    #[error("it is far longer than any token")]
    TooLong,
}

impl AccessToken {
    /// Takes a token as people paste it: white space around it, a pair of quotes and a leading `Bearer ` or
    /// `access_token=` are taken off.
    ///
    /// # Errors
    /// [`TokenShapeError`] when what is left cannot be a token.
    pub fn new(raw: &str) -> Result<Self, TokenShapeError> {
        let text = raw.trim();
        let quoted = ['"', '\'', '`'].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
        let text = quoted.unwrap_or(text).trim();
        let text = text.strip_prefix("Bearer ").or_else(|| text.strip_prefix("access_token=")).unwrap_or(text).trim();
        if text.is_empty() {
            return Err(TokenShapeError::Empty);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_taken_as_people_paste_it() {
        for pasted in ["IGAAx", " IGAAx\n", "\"IGAAx\"", "'IGAAx'", "Bearer IGAAx", "access_token=IGAAx", "\" IGAAx \""]
        {
            assert_eq!(AccessToken::new(pasted).unwrap().expose(), "IGAAx", "{pasted:?}");
        }
        let refused = [
            ("", TokenShapeError::Empty),
            ("\"\"", TokenShapeError::Empty),
            ("IGAA x", TokenShapeError::Space),
            ("IGAA\u{200b}x", TokenShapeError::Letters),
            ("<token>", TokenShapeError::Letters),
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
