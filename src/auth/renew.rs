//! The renewal itself: ask, compare, try the new token, keep it, and only then count on it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::life::{Due, Keeping, Outlook, RenewWhen, TOKEN_LIFE, beginning_of, due, is_within_a_day, later, outlook};
use super::status::{TokenRecord, TokenStatus, Tries, whole_seconds};
use super::stores::{Store, StoreError};
use super::talk::{Grown, Talk};
use super::token::{AccessToken, TokenKind};
use super::vault::Vault;
use crate::feed::Account;
use crate::files::{FileError, Root};
use crate::graph::{ApiError, FaultKind};

/// Where the token of a feed was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenPlace {
    /// In its variable.
    Variable,
    /// In its variable, which the site's `.env` file sets.
    DotEnv,
    /// In the encrypted file, which holds what the variable's token became.
    Vault,
}

/// The token a run begins with.
#[derive(Debug, Clone)]
pub struct Held {
    /// The variable it is in, or began in.
    pub name: String,
    /// The secret.
    pub token: AccessToken,
    /// Where it was found.
    pub place: TokenPlace,
}

/// Decides between the token of a variable and the one in the vault: the vault's counts while it grew from the
/// variable's, so that a token somebody pasted always wins over an older file.
pub fn choose(given: Held, vault: &Vault) -> Held {
    match vault.tokens.get(&given.name) {
        Some(kept) if kept.stands_for(&given.token) && kept.token.fingerprint() != given.token.fingerprint() => {
            Held { token: kept.token.clone(), place: TokenPlace::Vault, ..given }
        }
        _ => given,
    }
}

/// How much a renewal is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// As the settings say.
    WhenDue,
    /// Somebody asks for it now; still never within a day of the last one.
    Now,
}

/// What came of it.
#[derive(Debug)]
pub enum Renewed {
    /// It is not time.
    NotDue,
    /// Tokens of this kind are not renewed this way.
    NotThisKind,
    /// The same token, with a new end.
    Extended,
    /// Another token, which works.
    Changed {
        /// Where it is now, in words; never empty.
        kept_in: Vec<String>,
        /// Where it should be, too, and is not.
        failed: Vec<(String, StoreError)>,
    },
    /// Another token, which works and which nobody will have tomorrow.
    Unkept {
        /// Why; empty when no place was named at all.
        failed: Vec<(String, StoreError)>,
        /// Whether the renewal has ended the old one, which the next run begins with.
        old_has_ended: bool,
    },
    /// It was not asked for: no place could have taken a new one.
    NoRoom {
        /// Why, for each place.
        failed: Vec<(String, StoreError)>,
    },
    /// The API does not renew it yet, as is usual for one that was made today.
    TooYoung,
    /// The API refused, or could not be reached.
    Failed(ApiError),
    /// Another token, which the API does not take, or could not be asked about: it replaces nothing.
    NewIsRefused {
        /// What was said of it.
        error: ApiError,
        /// Whether the renewal has ended the old one.
        old_has_ended: bool,
    },
}

/// What came of it, and the token to go on with.
#[derive(Debug)]
pub struct Renewal {
    /// The variable.
    pub name: String,
    /// Where the one this run began with was found.
    pub place: TokenPlace,
    /// The token to use in this run.
    pub token: AccessToken,
    /// What happened.
    pub outcome: Renewed,
    /// What is known of it afterwards; nothing of a kind that is not renewed.
    pub record: Option<TokenRecord>,
    /// How near the end is, afterwards.
    pub outlook: Outlook,
    /// What is known of it could not be written down; the token itself is where `outcome` says.
    pub unrecorded: Option<FileError>,
}

/// What a renewal needs.
pub struct Renewer<'a> {
    /// The site.
    pub root: &'a Root,
    /// When a token is renewed.
    pub when: RenewWhen,
    /// How long before the end somebody is told.
    pub warn: Duration,
    /// Where a changed token goes, all of them.
    pub stores: &'a [Store],
    /// Whether a changed one would be there for the next run.
    pub keeping: Keeping,
    /// The API.
    pub talk: &'a Talk<'a>,
    /// The time.
    pub now: Timestamp,
    /// Told of a new token before anything else is done with it: GitHub Actions has to mask it.
    pub announce: &'a dyn Fn(&AccessToken),
}

impl Renewer<'_> {
    /// Renews a token if it is time. However that ends, there is a token to go on with.
    ///
    /// # Errors
    /// [`FileError`] when status or cache cannot be read or written; nothing else stops a run.
    pub fn renew(&self, held: &Held, urgency: Urgency) -> Result<Renewal, FileError> {
        let mut status = TokenStatus::read(self.root)?;
        let fingerprint = held.token.fingerprint();
        let known = status.of(&held.name, &fingerprint, self.now);
        let end = |token: AccessToken, outcome, record: Option<TokenRecord>| Renewal {
            name: held.name.clone(),
            place: held.place,
            token,
            outcome,
            outlook: outlook(record.as_ref(), self.warn, self.now),
            record,
            unrecorded: None,
        };
        if held.token.kind() == TokenKind::Facebook {
            return Ok(end(held.token.clone(), Renewed::NotThisKind, None));
        }
        let mut tries = Tries::read(self.root);
        if !self.is_time(held, known.as_ref(), tries.last(&fingerprint), urgency) {
            // One that was tried today and is not the one on record any more was replaced by another run, while this
            // one waited: what that run wrote stays.
            if known.is_none() && tries.last(&fingerprint).is_some() && status.tokens.contains_key(&held.name) {
                return Ok(end(held.token.clone(), Renewed::NotDue, None));
            }
            let record = self.remember(&mut status, &held.name, known, &fingerprint)?;
            return Ok(end(held.token.clone(), Renewed::NotDue, Some(record)));
        }
        tries.note(self.root, &fingerprint, self.now)?;
        let mut record = self.remember(&mut status, &held.name, known, &fingerprint)?;
        // The renewal may end the old token: whether there is a place for the new one is found out before. Near the end
        // it is asked for even so, for the token may well stay the same.
        let failed: Vec<(String, StoreError)> = self
            .stores
            .iter()
            .filter_map(|store| Some((store.to_string(), store.is_ready(self.root).err()?)))
            .collect();
        let is_near = outlook(Some(&record), self.warn, self.now).is_near();
        if !failed.is_empty() && failed.len() == self.stores.len() && !is_near {
            return Ok(end(held.token.clone(), Renewed::NoRoom { failed }, Some(record)));
        }
        // A new one has to be tried, and may have ended the old one by then: while the API cannot say whose a token is,
        // none is asked for, unless the end is near.
        let account = match self.talk.whose(&held.token) {
            Err(error) if !error.is_about_the_token() && !is_near => {
                return Ok(end(held.token.clone(), Renewed::Failed(error), Some(record)));
            }
            answer => answer.ok().and_then(|account| account.username),
        };
        let grown = match self.talk.refresh(&held.token) {
            Ok(grown) => grown,
            Err(error) => {
                let outcome =
                    if is_too_young(&error, &record, self.now) { Renewed::TooYoung } else { Renewed::Failed(error) };
                return Ok(end(held.token.clone(), outcome, Some(record)));
            }
        };
        if grown.token.fingerprint() == fingerprint {
            record.account = account.or(record.account);
            self.renewed(&mut record, &grown);
            let unrecorded = self.write(&mut status, &held.name, &record).err();
            return Ok(Renewal { unrecorded, ..end(held.token.clone(), Renewed::Extended, Some(record)) });
        }
        let (token, outcome, record) = self.changed(held, record, grown);
        // Where the token is counts more than what is known of it.
        let unrecorded = self.write(&mut status, &held.name, &record).err();
        Ok(Renewal { unrecorded, ..end(token, outcome, Some(record)) })
    }

    /// Another token came: it is tried before it replaces anything, and kept before anybody counts on it.
    fn changed(&self, held: &Held, mut record: TokenRecord, grown: Grown) -> (AccessToken, Renewed, TokenRecord) {
        (self.announce)(&grown.token);
        let account = match self.talk.whose(&grown.token) {
            Ok(account) => account,
            Err(error) if error.is_about_the_token() => {
                let old_has_ended = self.talk.whose(&held.token).is_err_and(|error| error.is_about_the_token());
                if old_has_ended {
                    self.lost(&mut record, old_has_ended);
                }
                return (held.token.clone(), Renewed::NewIsRefused { error, old_has_ended }, record);
            }
            // Nobody says anything against it, and the renewal may have ended the old one: it may be all there is.
            Err(_) => Account::default(),
        };
        let mut kept = Vec::new();
        let mut failed = Vec::new();
        for store in self.stores {
            match store.keep(self.root, &held.name, &held.token, &grown.token) {
                Ok(()) => kept.push(store),
                Err(error) => failed.push((store.to_string(), error)),
            }
        }
        if kept.is_empty() {
            let old = self.talk.whose(&held.token);
            let old_has_ended = old.as_ref().is_err_and(ApiError::is_about_the_token);
            self.lost(&mut record, old_has_ended);
            record.account = account.username.or(record.account);
            record.place_failed = !failed.is_empty();
            // With no place named the new one is used at once; where a place failed, the old one stays in use, unless
            // the renewal has ended it.
            let token = if !failed.is_empty() && old.is_ok() { held.token.clone() } else { grown.token };
            return (token, Renewed::Unkept { failed, old_has_ended }, record);
        }
        let site = self.root.folder();
        let grew_from = Some(record.as_ancestor(kept.iter().map(|store| store.in_public(site)).collect()));
        let new = TokenRecord::new(&grown.token.fingerprint(), self.now);
        let mut record = TokenRecord { account: account.username, grew_from, ..new };
        self.renewed(&mut record, &grown);
        let kept_in = kept.iter().map(ToString::to_string).collect();
        (grown.token, Renewed::Changed { kept_in, failed }, record)
    }

    /// Notes that a renewal brought another token, which nobody will have tomorrow.
    fn lost(&self, record: &mut TokenRecord, old_has_ended: bool) {
        let now = Some(whole_seconds(self.now));
        (record.refreshed_at, record.unkept) = (now, true);
        if old_has_ended {
            record.expires_at = now;
        }
    }

    fn is_time(&self, held: &Held, known: Option<&TokenRecord>, last_try: Option<Timestamp>, urgency: Urgency) -> bool {
        // The last new one did not reach this run, and no more would the next one.
        let goes_astray = known.is_some_and(TokenRecord::is_superseded)
            && held.place == TokenPlace::Variable
            && !self.stores.iter().any(|store| matches!(store, Store::Vault(_)));
        match urgency {
            Urgency::WhenDue if goes_astray => false,
            Urgency::WhenDue => due(known, last_try, self.when, self.warn, self.keeping, self.now) == Due::Now,
            // What was renewed and lost may be asked for again, now that there may be a place.
            Urgency::Now => known
                .filter(|record| !record.unkept)
                .and_then(|record| record.refreshed_at)
                .is_none_or(|renewed_at| !is_within_a_day(renewed_at, self.now)),
        }
    }

    /// Notes a token that is met for the first time.
    fn remember(
        &self,
        status: &mut TokenStatus,
        name: &str,
        known: Option<TokenRecord>,
        fingerprint: &str,
    ) -> Result<TokenRecord, FileError> {
        if let Some(record) = known {
            return Ok(record);
        }
        let record = TokenRecord::new(fingerprint, self.now);
        self.write(status, name, &record)?;
        Ok(record)
    }

    fn renewed(&self, record: &mut TokenRecord, grown: &Grown) {
        record.refreshed_at = Some(whole_seconds(self.now));
        record.expires_at = Some(whole_seconds(later(self.now, grown.life.unwrap_or(TOKEN_LIFE))));
        (record.unkept, record.place_failed) = (false, false);
    }

    fn write(&self, status: &mut TokenStatus, name: &str, record: &TokenRecord) -> Result<(), FileError> {
        status.tokens.insert(name.to_owned(), record.clone());
        status.write(self.root).map(drop)
    }
}

/// What a token younger than a day is answered is written down nowhere. A request that is refused as such is taken
/// for that while the token was met less than two days ago; later it is a failure like any other.
fn is_too_young(error: &ApiError, record: &TokenRecord, now: Timestamp) -> bool {
    let is_new = record.refreshed_at.is_none()
        && now.duration_since(beginning_of(record.first_seen)) < SignedDuration::from_hours(48);
    is_new
        && matches!(error, ApiError::Fault(fault) if matches!(fault.kind, FaultKind::BadRequest | FaultKind::Unknown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_token_wins_over_an_older_file() {
        let token = |number: u32| AccessToken::new(&format!("IGAAfakefakefakefakefake{number}")).unwrap();
        let mut vault = Vault::default();
        let chosen = |given: u32, vault: &Vault| {
            let given = Held { name: "T".to_owned(), token: token(given), place: TokenPlace::Variable };
            let held = choose(given, vault);
            (held.token.fingerprint(), held.place)
        };
        let is = |number: u32, place| (token(number).fingerprint(), place);
        assert_eq!(chosen(1, &vault), is(1, TokenPlace::Variable));
        vault.put("T", &token(1), token(2));
        vault.put("T", &token(2), token(3));
        assert_eq!(chosen(1, &vault), is(3, TokenPlace::Vault));
        assert_eq!(chosen(2, &vault), is(3, TokenPlace::Vault));
        assert_eq!(chosen(3, &vault), is(3, TokenPlace::Variable));
        assert_eq!(chosen(9, &vault), is(9, TokenPlace::Variable));
    }
}
