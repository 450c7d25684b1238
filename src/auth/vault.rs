//! `.feedbake/token.enc`: tokens encrypted under one key that never changes.
//!
//! For hosts where a build can commit, and nobody wants a second credential: the key is set once, the file changes
//! with the token. Form: the line `feedbake-token-v1:` and base64 of nonce (24 bytes) and XChaCha20-Poly1305
//! ciphertext; the text before the colon is authenticated with it. The key has 256 random bits: the file may be
//! public.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretBox};
use serde_json::{Value, json};

use super::token::AccessToken;
use crate::files::{FileError, Root, SitePath};

/// Where it lies in a site.
pub const VAULT_FILE: &str = ".feedbake/token.enc";

/// The variable its key is in.
pub const KEY_NAME: &str = "FEEDBAKE_TOKEN_KEY";

/// What the file begins with, and what is authenticated with its content.
const FORM: &str = "feedbake-token-v1";

const NONCE_BYTES: usize = 24;
const KEY_BYTES: usize = 32;

/// Tokens before the current one that are remembered by their fingerprint: two years of renewals every twenty days
/// are 37. A variable that still holds one of them is old; any other token in it was pasted since.
const REMEMBERED: usize = 100;

/// A vault that cannot be opened or written.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The system does not let the file be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The variable holds no key.
    #[error("{KEY_NAME} holds no key: it should be 32 bytes in base64")]
    BadKey,
    /// The file is torn or of another version.
    #[error("{VAULT_FILE} is not what feedbake writes")]
    Form,
    /// Encrypted under another key, or changed since.
    #[error("{VAULT_FILE} cannot be opened with the key in {KEY_NAME}")]
    WrongKey,
    /// The system gives no random numbers.
    #[error("this machine gives no random numbers: {0}")]
    NoRandom(String),
}

/// The key of the vault. It cannot be printed, but by `token keygen` once.
pub struct VaultKey(SecretBox<[u8; KEY_BYTES]>);

impl fmt::Debug for VaultKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VaultKey(256 bits)")
    }
}

impl Clone for VaultKey {
    fn clone(&self) -> Self {
        Self(SecretBox::new(Box::new(*self.0.expose_secret())))
    }
}

impl VaultKey {
    /// Makes a new one.
    ///
    /// # Errors
    /// [`VaultError::NoRandom`] when the system has no random numbers to give.
    pub fn generate() -> Result<Self, VaultError> {
        let mut bytes = [0; KEY_BYTES];
        getrandom::fill(&mut bytes).map_err(|error| VaultError::NoRandom(error.to_string()))?;
        Ok(Self(SecretBox::new(Box::new(bytes))))
    }

    /// Reads one as people paste it: base64, either alphabet, quotes and white space around it taken off.
    ///
    /// # Errors
    /// [`VaultError::BadKey`] when it is none.
    pub fn parse(text: &str) -> Result<Self, VaultError> {
        let text = text.trim().trim_matches(['"', '\'', '`']).trim().trim_end_matches('=');
        let bytes = STANDARD_NO_PAD.decode(text).or_else(|_| URL_SAFE_NO_PAD.decode(text));
        let bytes: [u8; KEY_BYTES] = bytes.ok().and_then(|bytes| bytes.try_into().ok()).ok_or(VaultError::BadKey)?;
        Ok(Self(SecretBox::new(Box::new(bytes))))
    }

    /// The key as text, for the one time it is shown.
    pub(crate) fn expose(&self) -> String {
        STANDARD.encode(self.0.expose_secret())
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(*self.0.expose_secret()))
    }
}

/// A token in the vault.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The secret.
    pub token: AccessToken,
    /// Fingerprints of the tokens it grew from, the oldest first.
    pub grown_from: Vec<String>,
}

impl Kept {
    /// Whether `other` is this token or one that it grew from. Any other one was pasted since, and counts instead.
    pub fn stands_for(&self, other: &AccessToken) -> bool {
        let fingerprint = other.fingerprint();
        fingerprint == self.token.fingerprint() || self.grown_from.contains(&fingerprint)
    }
}

/// What is in the file, by the variable the tokens began in.
#[derive(Debug, Clone, Default)]
pub struct Vault {
    /// By variable.
    pub tokens: BTreeMap<String, Kept>,
}

impl Vault {
    /// Opens the vault of a site; an absent one is empty.
    ///
    /// # Errors
    /// [`VaultError`] when the file cannot be read or opened.
    pub fn open(root: &Root, key: &VaultKey) -> Result<Self, VaultError> {
        match root.read(&place())? {
            Some(bytes) => Self::decrypt(&bytes, key),
            None => Ok(Self::default()),
        }
    }

    /// Whether the site has one.
    pub fn exists(root: &Root) -> bool {
        root.exists(&place())
    }

    /// Puts the token that `old` became into the variable's place.
    pub fn put(&mut self, name: &str, old: &AccessToken, new: AccessToken) {
        let mut grown_from = match self.tokens.get(name) {
            Some(kept) if kept.stands_for(old) => {
                let mut chain = kept.grown_from.clone();
                chain.push(kept.token.fingerprint());
                chain
            }
            _ => Vec::new(),
        };
        let fingerprint = old.fingerprint();
        if !grown_from.contains(&fingerprint) {
            grown_from.push(fingerprint);
        }
        let forgotten = grown_from.len().saturating_sub(REMEMBERED);
        // The first one is what the variable holds, perhaps for years: it is never forgotten.
        if forgotten > 0 {
            grown_from.drain(1..=forgotten);
        }
        self.tokens.insert(name.to_owned(), Kept { token: new, grown_from });
    }

    /// Encrypts and writes it.
    ///
    /// # Errors
    /// [`VaultError`] when there are no random numbers or the file cannot be written.
    pub fn write(&self, root: &Root, key: &VaultKey) -> Result<(), VaultError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|error| VaultError::NoRandom(error.to_string()))?;
        root.write(&place(), self.encrypt(key, nonce).as_bytes())?;
        // The API may have ended the token this one grew from: a power cut must not bring that one back.
        root.settle(&place());
        Ok(())
    }

    fn encrypt(&self, key: &VaultKey, nonce: [u8; NONCE_BYTES]) -> String {
        let tokens: BTreeMap<&str, Value> = self
            .tokens
            .iter()
            .map(|(name, kept)| (name.as_str(), json!({ "token": kept.token.expose(), "grown_from": kept.grown_from })))
            .collect();
        let plain = json!({ "tokens": tokens }).to_string();
        let payload = Payload { msg: plain.as_bytes(), aad: FORM.as_bytes() };
        let sealed = key.cipher().encrypt(&XNonce::from(nonce), payload).expect("a page of text is not too long");
        format!("{FORM}:{}\n", STANDARD.encode([nonce.as_slice(), &sealed].concat()))
    }

    fn decrypt(bytes: &[u8], key: &VaultKey) -> Result<Self, VaultError> {
        let text = std::str::from_utf8(bytes).map_err(|_| VaultError::Form)?;
        let coded = text.trim().strip_prefix(FORM).and_then(|rest| rest.strip_prefix(':')).ok_or(VaultError::Form)?;
        let sealed = STANDARD.decode(coded.trim()).map_err(|_| VaultError::Form)?;
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(VaultError::Form)?;
        let payload = Payload { msg: sealed, aad: FORM.as_bytes() };
        let plain = key.cipher().decrypt(&XNonce::from(*nonce), payload).map_err(|_| VaultError::WrongKey)?;
        let value: Value = serde_json::from_slice(&plain).map_err(|_| VaultError::Form)?;
        let tokens = value.get("tokens").and_then(Value::as_object).ok_or(VaultError::Form)?;
        let mut vault = Self::default();
        for (name, entry) in tokens {
            let token = entry.get("token").and_then(Value::as_str).unwrap_or_default();
            let token = AccessToken::new(token).map_err(|_| VaultError::Form)?;
            let chain = entry.get("grown_from").and_then(Value::as_array);
            let grown_from = chain.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
            vault.tokens.insert(name.clone(), Kept { token, grown_from });
        }
        Ok(vault)
    }
}

fn place() -> SitePath {
    SitePath::new(VAULT_FILE).expect("the place is plain")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(number: u32) -> AccessToken {
        AccessToken::new(&format!("IGAAfakefakefakefakefake{number}")).unwrap()
    }

    #[test]
    fn what_is_put_in_comes_out_again_and_with_that_key_only() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::new(folder.path());
        let key = VaultKey::generate().unwrap();
        let mut vault = Vault::open(&root, &key).unwrap();
        vault.put("IG_TOKEN", &token(1), token(2));
        vault.write(&root, &key).unwrap();
        let file = String::from_utf8(root.read(&place()).unwrap().unwrap()).unwrap();
        assert!(file.starts_with("feedbake-token-v1:") && file.lines().count() == 1);
        let again = VaultKey::parse(&format!(" \"{}\"\n", key.expose())).unwrap();
        let kept = &Vault::open(&root, &again).unwrap().tokens["IG_TOKEN"];
        assert_eq!(kept.token.expose(), token(2).expose());
        assert!(kept.stands_for(&token(1)) && kept.stands_for(&token(2)) && !kept.stands_for(&token(3)));
        let other = VaultKey::generate().unwrap();
        assert!(matches!(Vault::open(&root, &other), Err(VaultError::WrongKey)));
        for torn in [&file[..file.len() / 2], "", "feedbake-token-v1:AAAA", "feedbake-token-v2:AAAA"] {
            assert!(Vault::decrypt(torn.as_bytes(), &key).is_err(), "{torn:?}");
        }
    }

    #[test]
    fn the_first_of_a_long_line_is_never_forgotten() {
        let mut vault = Vault::default();
        for number in 0..400 {
            vault.put("IG_TOKEN", &token(number), token(number + 1));
        }
        let kept = &vault.tokens["IG_TOKEN"];
        assert!(kept.grown_from.len() <= REMEMBERED);
        assert!(kept.stands_for(&token(0)) && kept.stands_for(&token(399)) && !kept.stands_for(&token(500)));
    }

    #[test]
    fn a_pasted_token_begins_a_new_line() {
        let mut vault = Vault::default();
        vault.put("IG_TOKEN", &token(1), token(2));
        vault.put("IG_TOKEN", &token(7), token(8));
        let kept = &vault.tokens["IG_TOKEN"];
        assert!(kept.stands_for(&token(7)) && !kept.stands_for(&token(1)) && !kept.stands_for(&token(2)));
    }

    #[test]
    fn neither_key_nor_token_can_be_printed() {
        let key = VaultKey::parse(&STANDARD.encode([7; 32])).unwrap();
        let mut vault = Vault::default();
        vault.put("IG_TOKEN", &token(1), token(2));
        let shown = format!("{key:?} {vault:?}");
        assert!(!shown.contains("fake") && !shown.contains(&key.expose()), "{shown}");
        for text in ["", "short", "!!!!", &STANDARD.encode([7; 31])] {
            assert!(matches!(VaultKey::parse(text), Err(VaultError::BadKey)), "{text}");
        }
    }

    #[test]
    fn the_form_of_the_file_never_changes_under_a_version() {
        // Made by libsodium, not by this program: PyNaCl's `crypto_aead_xchacha20poly1305_ietf_encrypt` with the text
        // before the colon as additional data, a key of 32 sevens and a nonce of 24 nines.
        let file = concat!(
            "feedbake-token-v1:CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJxVCW5RfPFxHWKHMeITRYv2W48tRiW+bDwf93K715NSntR2LhiamG",
            "ZmoWiuFpvJ+yYLMRJF4vlxbXyME+u+BfuIdQRtT0ML7zwjhDYX0U2fmMfENp2ZSFW/dhrPFedV9Eok1HfQ9Ak25kqTYGPG/G\n",
        );
        let key = VaultKey::parse(&STANDARD.encode([7; 32])).unwrap();
        let opened = Vault::decrypt(file.as_bytes(), &key).unwrap();
        assert_eq!(opened.tokens["IG_TOKEN"].token.expose(), token(2).expose());
        let mut vault = Vault::default();
        vault.put("IG_TOKEN", &token(1), token(2));
        assert_eq!(vault.encrypt(&key, [9; NONCE_BYTES]), file);
    }
}
