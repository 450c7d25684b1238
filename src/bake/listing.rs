//! The posts of an account as far as they were looked at: from the API page by page, or from the cache.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{Hindrance, Kitchen};
use crate::auth::{AccessToken, Leak, LeakScanner};
use crate::cache::FeedMemory;
use crate::config::{Counts, FeedSettings};
use crate::feed::{Account, MediaId, MediaLink, Post};
use crate::graph::{ApiOptions, Cursor, Graph, Unreadable};
use crate::http::Http;
use crate::select::{Sort, Wish};

/// The API sends no more at once.
const PAGE: u32 = 100;

/// A page holds at least so many posts: a few that fall out then cost no second request.
const SMALL_PAGE: u32 = 25;

/// So many pages in a row without a post that was not seen before end the list: it goes in circles.
const BARREN_PAGES: u32 = 3;

/// What the account says of itself changes rarely: asked for at most once a day where a cache remembers it.
const ACCOUNT_AGE: SignedDuration = SignedDuration::from_hours(24);

/// The posts of an account, as far as they were looked at.
pub struct Listing<'a> {
    source: Source<'a>,
    posts: Vec<Post>,
    /// Their ids.
    known: BTreeSet<MediaId>,
    /// Items of the answers that are no posts.
    pub unreadable: Vec<Unreadable>,
    cursor: Option<Cursor>,
    ended: bool,
    barren_pages: u32,
    /// The account's picture is shown.
    wants_portrait: bool,
    /// Posts whose texts hold a token: they are taken out at once, so that no file and no message ever has them.
    withheld: BTreeSet<MediaId>,
    scanner: &'a LeakScanner,
}

enum Source<'a> {
    Api { graph: Box<Graph<'a>>, http: &'a Http },
    Memory,
}

impl<'a> Listing<'a> {
    /// Will ask the API.
    pub fn from_api(kitchen: &'a Kitchen<'_>, settings: &'a FeedSettings, http: &'a Http, token: &AccessToken) -> Self {
        let api = &settings.api;
        let counts = settings.counts == Counts::Write || settings.wish.sort == Sort::Likes;
        let options = ApiOptions { counts, portrait: settings.display.header, ..api.options() };
        let graph = Graph::new(http, options, token.clone(), kitchen.notices, kitchen.pause, kitchen.dice);
        let source = Source::Api { graph: Box::new(graph), http };
        Self { wants_portrait: settings.display.header, ..Self::new(kitchen, source, Vec::new(), false) }
    }

    /// Takes what the last good bake listed.
    ///
    /// # Errors
    /// [`Hindrance::NothingRemembered`] when there was none.
    pub fn from_memory(kitchen: &'a Kitchen<'_>, memory: Option<&FeedMemory>) -> Result<Self, Hindrance> {
        let posts = memory.ok_or(Hindrance::NothingRemembered)?.posts.clone();
        Ok(Self::new(kitchen, Source::Memory, posts, true))
    }

    fn new(kitchen: &'a Kitchen<'_>, source: Source<'a>, posts: Vec<Post>, ended: bool) -> Self {
        let (unreadable, withheld) = (Vec::new(), BTreeSet::new());
        let known = posts.iter().map(|post| post.id.clone()).collect();
        let scanner = &kitchen.scanner;
        Self {
            source,
            posts,
            known,
            unreadable,
            cursor: None,
            ended,
            barren_pages: 0,
            wants_portrait: false,
            withheld,
            scanner,
        }
    }

    /// Whether a post's texts were taken out for what they held.
    pub fn is_withheld(&self, id: &MediaId) -> bool {
        self.withheld.contains(id)
    }

    /// The posts so far, as the API sent them.
    pub fn posts(&self) -> &[Post] {
        &self.posts
    }

    /// The posts so far, to be remembered: the listing is done.
    pub fn take_posts(&mut self) -> Vec<Post> {
        std::mem::take(&mut self.posts).into_iter().map(Post::without_links).collect()
    }

    /// Whether the account has no more.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// Whether nobody was asked: it is what the last good bake listed.
    pub fn is_remembered(&self) -> bool {
        matches!(self.source, Source::Memory)
    }

    /// The connection, when there is one.
    pub fn http(&self) -> Option<&'a Http> {
        match &self.source {
            Source::Api { http, .. } => Some(http),
            Source::Memory => None,
        }
    }

    /// Requests to the API so far.
    pub fn requests(&self) -> u32 {
        match &self.source {
            Source::Api { graph, .. } => graph.requests(),
            Source::Memory => 0,
        }
    }

    /// Asks for one more page.
    ///
    /// # Errors
    /// [`Hindrance::Api`] when the API refuses: half a list is none.
    pub fn next_page(&mut self, wish: &Wish) -> Result<(), Hindrance> {
        let Source::Api { graph, .. } = &mut self.source else { return Ok(()) };
        let wanted = page_size(wish, self.posts.len());
        let page = graph.page(self.cursor.as_ref(), wanted)?;
        let before = self.posts.len();
        // A list that grew while it was read shows a post twice.
        for mut post in page.posts {
            self.drop_links_with_the_token(&mut post);
            if !self.known.insert(post.id.clone()) {
                continue;
            }
            if holds_a_token(self.scanner, &post) {
                post = post.without_texts();
                if holds_a_token(self.scanner, &post) {
                    let why = "its id holds what looks like an access token".to_owned();
                    self.unreadable.push(Unreadable { id: None, why });
                    continue;
                }
                self.withheld.insert(post.id.clone());
            }
            self.posts.push(post);
        }
        self.barren_pages = if self.posts.len() == before { self.barren_pages + 1 } else { 0 };
        self.posts.truncate(wish.scan);
        self.unreadable.extend(page.unreadable);
        self.ended = page.next.is_none() || self.barren_pages == BARREN_PAGES;
        self.cursor = page.next;
        Ok(())
    }

    /// A link that holds the live token would hand it to whoever serves pictures.
    fn drop_links_with_the_token(&self, post: &mut Post) {
        let holds = |link: &MediaLink| self.scanner.scan(link.signed_address().as_bytes()).is_some_and(Leak::is_live);
        for slide in &mut post.slides {
            slide.picture_links.retain(|link| !holds(link));
            slide.video_link.take_if(|link| holds(link));
        }
    }

    /// Asks for one post again, for links that work; `None` when it is gone or cannot be had now.
    pub fn fresh_links(&mut self, id: &MediaId) -> Option<Post> {
        match &mut self.source {
            Source::Api { graph, .. } => {
                let mut post = graph.post(id).ok().flatten()?;
                self.drop_links_with_the_token(&mut post);
                Some(post)
            }
            Source::Memory => None,
        }
    }

    /// Finds out whose feed it is: remembered when fresh, else asked, else `older`, else told by the posts.
    pub fn account(
        &mut self,
        memory: Option<&FeedMemory>,
        older: Option<&Account>,
        now: Timestamp,
    ) -> (Account, Timestamp) {
        let remembered = memory.and_then(|memory| memory.account.clone());
        if let Some((account, asked_at)) = &remembered
            && (SignedDuration::ZERO..ACCOUNT_AGE).contains(&now.duration_since(*asked_at))
            && (account.portrait.is_some() || !self.wants_portrait)
        {
            return (account.clone(), *asked_at);
        }
        let asked = match &mut self.source {
            // The list was had: a feed without a biography is better than none.
            Source::Api { graph, .. } => graph.account().ok(),
            Source::Memory => None,
        };
        let asked = asked.map(|mut account| {
            account.portrait_link.take_if(|link| self.scanner.scan(link.signed_address().as_bytes()).is_some());
            account
        });
        // Who writes a token into the profile loses the profile, not the feed.
        let asked = asked.filter(|account| !holds_a_token(self.scanner, account));
        // What was not answered is asked again the next time.
        let asked_at = if asked.is_some() { now } else { Timestamp::UNIX_EPOCH };
        let mut account =
            asked.or_else(|| remembered.map(|(account, _)| account)).or_else(|| older.cloned()).unwrap_or_default();
        if account.username.is_none() {
            account.username = self.posts.iter().find_map(|post| post.username.clone());
        }
        (account, asked_at)
    }
}

fn holds_a_token(scanner: &LeakScanner, facts: &impl Serialize) -> bool {
    // A token has no letter that JSON writes differently.
    serde_json::to_vec(facts).is_ok_and(|bytes| scanner.scan(&bytes).is_some())
}

/// How many posts to ask for: what is shown and some to spare; whole pages where a filter may drop most of them.
fn page_size(wish: &Wish, seen: usize) -> u32 {
    let filters = !wish.include.is_empty() || !wish.pin.is_empty() || wish.types.len() < 3;
    let number = |size: usize| u32::try_from(size).unwrap_or(u32::MAX);
    let size = if wish.sort != Sort::Newest || filters || seen > 0 {
        PAGE
    } else {
        number(wish.limit.get() + wish.limit.get() / 4).clamp(SMALL_PAGE, PAGE)
    };
    size.min(number(wish.scan.saturating_sub(seen)).max(1))
}
