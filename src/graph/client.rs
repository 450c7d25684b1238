//! Asks the API: fields, cursors, and another try where that may help.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use super::fault::{ApiFault, FaultKind, read_answer};
use super::fields::{Fields, Unasked};
use super::translate::{self, Unreadable};
use crate::auth::AccessToken;
use crate::feed::{Account, MediaId, Post};
use crate::http::{Answer, Http, HttpError, TokenIn};
use crate::retry::{Next, Outcome, Patience, next};

/// Empty pages in a row that are followed: the API may send some, and must not send them for ever.
const EMPTY_PAGES: u32 = 25;

/// How the API is asked.
#[derive(Debug, Clone)]
pub struct ApiOptions {
    /// Such as `v25.0`; `None` leaves it out.
    pub version: Option<String>,
    /// `me` or an id.
    pub user: String,
    /// How the token travels.
    pub token_in: TokenIn,
    /// When to ask again, and when to stop.
    pub patience: Patience,
    /// Whether likes, comments and followers are asked for.
    pub counts: bool,
    /// Whether the picture of the account is.
    pub portrait: bool,
}

/// A place in a list; good for the next request only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(String);

/// One page of posts.
#[derive(Debug)]
pub struct Page {
    /// In the order of the account.
    pub posts: Vec<Post>,
    /// Items that are no posts.
    pub unreadable: Vec<Unreadable>,
    /// What comes behind it.
    pub behind: Behind,
}

/// What comes behind a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Behind {
    /// Another page, which begins here.
    More(Cursor),
    /// Nothing: the list is at its end.
    Nothing,
    /// The API says that there is more, and not where: the list breaks off, and nothing is known of the rest.
    Nowhere,
}

/// What the client did about an answer, for whoever watches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// It sleeps, then asks again.
    Waiting {
        /// How long.
        pause: Duration,
        /// Why.
        why: String,
    },
    /// It asks again without this field.
    FieldDropped {
        /// The field.
        field: String,
    },
    /// It asks again for fewer posts at once.
    SmallerPages {
        /// So many.
        limit: u32,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting { pause, why } => write!(f, "{why}: asking again in {:.0} s", pause.as_secs_f64().ceil()),
            Self::FieldDropped { field } => write!(f, "the API has no field `{field}` here: asking without it"),
            Self::SmallerPages { limit } => write!(f, "the API wants to be asked for less: {limit} posts at once"),
        }
    }
}

/// A request to the API that came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The API said no.
    #[error(transparent)]
    Fault(#[from] ApiFault),
    /// No whole answer came.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// An answer without an error that is no list of posts, either.
    #[error("the API's answer to {path} is not what it should be: {why}")]
    Shape {
        /// What was asked for.
        path: String,
        /// What is wrong with the answer.
        why: &'static str,
    },
}

impl ApiError {
    /// Whether the API says that the token is of no use.
    pub fn is_about_the_token(&self) -> bool {
        matches!(self, Self::Fault(fault) if fault.is_about_the_token())
    }

    /// Whether asking again may help.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Fault(fault) => fault.outcome(),
            Self::Http(error) => error.outcome(),
            Self::Shape { .. } => Outcome::Fatal,
        }
    }
}

/// The API, for one account.
pub struct Graph<'a> {
    http: &'a Http,
    options: ApiOptions,
    token: AccessToken,
    notices: &'a dyn Fn(Notice),
    pause: &'a dyn Fn(Duration),
    dice: &'a dyn Fn() -> f64,
    fields: Fields,
    /// The API asked for smaller pages than this once.
    largest_page: u32,
    requests: u32,
}

impl<'a> Graph<'a> {
    /// Gets ready to ask; nothing is sent yet. `notices` is told of every detour, `pause` sleeps, `dice` gives a
    /// fresh number from 0 to 1 for the jitter.
    pub fn new(
        http: &'a Http,
        options: ApiOptions,
        token: AccessToken,
        notices: &'a dyn Fn(Notice),
        pause: &'a dyn Fn(Duration),
        dice: &'a dyn Fn() -> f64,
    ) -> Self {
        let fields = Fields::new(options.counts).and_portrait(options.portrait);
        Self { http, options, token, notices, pause, dice, fields, largest_page: u32::MAX, requests: 0 }
    }

    /// The fields that were left out so far, for the API refused them.
    pub fn unasked(&self) -> Unasked {
        self.fields.unasked()
    }

    /// Requests sent so far, retries included.
    pub fn requests(&self) -> u32 {
        self.requests
    }

    /// Asks who the account is.
    ///
    /// # Errors
    /// [`ApiError`] when no answer can be had.
    pub fn account(&mut self) -> Result<Account, ApiError> {
        let path = self.path(&self.options.user);
        let answer = self.ask(&path, true, |fields, _| vec![("fields", fields.account())])?;
        Ok(translate::account(&answer))
    }

    /// Asks for one page of `wanted` posts, from the newest or from behind `after`.
    ///
    /// Pages without a post are passed over, as far as that is reasonable.
    ///
    /// # Errors
    /// [`ApiError`] when no answer can be had, or the answer is no list.
    pub fn page(&mut self, after: Option<&Cursor>, wanted: u32) -> Result<Page, ApiError> {
        let mut after = after.cloned();
        let mut empty_pages = 0;
        loop {
            let path = self.path(&format!("{}/media", self.options.user));
            let answer = self.ask(&path, false, |fields, largest_page| {
                let mut parameters = vec![("fields", fields.post()), ("limit", wanted.min(largest_page).to_string())];
                parameters.extend(after.clone().map(|cursor| ("after", cursor.0)));
                parameters
            })?;
            let facts = match translate::page(&answer) {
                Some(facts) => facts,
                None => return Err(ApiError::Shape { path, why: "there is no list called `data` in it" }),
            };
            let behind = match facts.after.map(Cursor) {
                _ if !facts.has_next => Behind::Nothing,
                // The page behind this one would be this one again.
                Some(next) if Some(&next) != after.as_ref() => Behind::More(next),
                _ => Behind::Nowhere,
            };
            let is_empty = facts.posts.is_empty() && facts.unreadable.is_empty();
            if let (true, Behind::More(next)) = (is_empty, &behind) {
                if empty_pages == EMPTY_PAGES {
                    return Err(ApiError::Shape { path, why: "page after page of it is empty" });
                }
                empty_pages += 1;
                after = Some(next.clone());
                continue;
            }
            return Ok(Page { posts: facts.posts, unreadable: facts.unreadable, behind });
        }
    }

    /// Asks for one post anew, for links that have not expired; `None` when it is gone.
    ///
    /// # Errors
    /// [`ApiError`] when no answer can be had.
    pub fn post(&mut self, id: &MediaId) -> Result<Option<Post>, ApiError> {
        let path = self.path(id.as_str());
        match self.ask(&path, false, |fields, _| vec![("fields", fields.post())]) {
            Ok(answer) => Ok(translate::post(&answer).ok()),
            Err(ApiError::Fault(ApiFault { kind: FaultKind::Gone, .. })) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A base that ends in a version of its own needs no second one.
    fn path(&self, object: &str) -> String {
        let base = self.http.api_base().path().trim_end_matches('/');
        let last = base.rsplit('/').next().unwrap_or_default();
        let has_version =
            last.strip_prefix('v').is_some_and(|rest| rest.starts_with(|digit: char| digit.is_ascii_digit()));
        match &self.options.version {
            Some(version) if !has_version => format!("{version}/{object}"),
            _ => object.to_owned(),
        }
    }

    /// Asks until there is an answer or nothing more to try. `parameters` are built anew for each request, from the
    /// fields that are left and the largest page the API takes.
    fn ask(
        &mut self,
        path: &str,
        is_account: bool,
        parameters: impl Fn(&Fields, u32) -> Vec<(&'static str, String)>,
    ) -> Result<Value, ApiError> {
        let mut attempt = 1;
        loop {
            let built = parameters(&self.fields, self.largest_page);
            let borrowed: Vec<(&str, &str)> = built.iter().map(|(key, value)| (*key, value.as_str())).collect();
            self.requests += 1;
            let sent = self.http.get_api(path, &borrowed, &self.token, self.options.token_in);
            let error = match sent.map_err(ApiError::from).and_then(|answer| self.read(&answer)) {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            if let ApiError::Fault(fault) = &error
                && self.mend(fault, is_account, &built)
            {
                continue;
            }
            match next(attempt, error.outcome(), &self.options.patience, (self.dice)()) {
                Next::GiveUp => return Err(error),
                Next::Wait(pause) => {
                    (self.notices)(Notice::Waiting { pause, why: error.to_string() });
                    (self.pause)(pause);
                }
            }
            attempt += 1;
        }
    }

    fn read(&self, answer: &Answer) -> Result<Value, ApiError> {
        read_answer(answer, &self.token).map_err(ApiError::from)
    }

    /// Changes the next request so that this fault does not come again; false when it cannot be changed.
    ///
    /// Ends by itself: there are only so many fields to leave out, and a page cannot be halved for ever.
    fn mend(&mut self, fault: &ApiFault, is_account: bool, sent: &[(&'static str, String)]) -> bool {
        match &fault.kind {
            FaultKind::UnknownField { field } if self.fields.refuse(field, is_account) => {
                (self.notices)(Notice::FieldDropped { field: field.clone() });
                true
            }
            FaultKind::ReduceData => {
                let sent_limit = sent.iter().find(|(key, _)| *key == "limit");
                let limit: Option<u32> = sent_limit.and_then(|(_, limit)| limit.parse().ok());
                match limit {
                    Some(limit) if limit > 1 => {
                        self.largest_page = limit / 2;
                        (self.notices)(Notice::SmallerPages { limit: limit / 2 });
                        true
                    }
                    _ => false,
                }
            }
            _ => false,
        }
    }
}
