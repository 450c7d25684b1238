//! Looks after the tokens before they are used: renews those that are due, and never fails a bake over it.

use super::{Source, Tools};
use crate::auth::{AccessToken, Keeping, Renewal, Renewer, Store, Talk, TokenPlace, Urgency};
use crate::config::DOT_ENV;
use crate::files::{FileError, Lock};
use crate::http::{Http, HttpError, HttpOptions};

/// What came of looking after one token.
#[derive(Debug)]
pub struct TokenReport {
    /// The variable it is in.
    pub name: String,
    /// Whether it was renewed, and how long it lives.
    pub outcome: Result<Renewal, TendError>,
}

/// A token that could not be looked after: the run goes on with it as it is.
#[derive(Debug, thiserror::Error)]
pub enum TendError {
    /// What is known of it could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// No connection can be made at all.
    #[error(transparent)]
    Http(#[from] HttpError),
}

/// Renews what is due. Returns the sources with the tokens to use now, and a report for each token.
///
/// Two feeds may share a token: it is looked after once.
pub(super) fn tend(tools: &Tools<'_>, urgency: Urgency) -> (Vec<Source>, Vec<TokenReport>) {
    let mut sources = tools.sources.to_vec();
    let mut done: Vec<(String, AccessToken)> = Vec::new();
    let mut reports = Vec::new();
    for (feed, source) in tools.settings.feeds.iter().zip(&mut sources) {
        let Source::Api(held) = source else { continue };
        if let Some((_, token)) = done.iter().find(|(name, _)| *name == held.name) {
            held.token = token.clone();
            continue;
        }
        let api = &feed.api;
        let renew = || -> Result<Renewal, TendError> {
            let http = Http::new(HttpOptions { api_base: api.base.clone(), timeout: api.timeout })?;
            let talk = Talk { http: &http, options: api.options(), pause: tools.pause, dice: tools.dice };
            let mut stores = tools.stores.to_vec();
            // Where a token came from is where the next run will look for it.
            let own = tools.root.folder().join(DOT_ENV);
            let is_named = stores.iter().any(|store| matches!(store, Store::File(path) if *path == own));
            if held.place == TokenPlace::DotEnv && !is_named {
                stores.push(Store::File(own));
            }
            let keeping = match (stores.is_empty(), tools.is_store_hindered) {
                (false, _) => Keeping::Possible,
                (true, true) => Keeping::Hindered,
                (true, false) => Keeping::Impossible,
            };
            let renewer = Renewer {
                root: tools.root,
                when: tools.settings.tokens.when,
                warn: tools.settings.tokens.warn,
                stores: &stores,
                keeping,
                talk: &talk,
                now: tools.now,
                announce: tools.announce,
            };
            Ok(renewer.renew(held, urgency)?)
        };
        let outcome = renew();
        if let Ok(renewal) = &outcome {
            held.token = renewal.token.clone();
        }
        done.push((held.name.clone(), held.token.clone()));
        reports.push(TokenReport { name: held.name.clone(), outcome });
    }
    (sources, reports)
}

/// Renews every token that the API lets be renewed, due or not, and keeps the new ones.
pub fn renew_tokens(_lock: &Lock, tools: &Tools<'_>) -> Vec<TokenReport> {
    tend(tools, Urgency::Now).1
}
