//! The posts of an account as far as they were looked at: from the API page by page, or from the cache.

use std::collections::{BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{Hindrance, Kitchen};
use crate::auth::{AccessToken, Leak, LeakScanner};
use crate::cache::FeedMemory;
use crate::config::{Counts, FeedSettings};
use crate::feed::{Account, MediaId, MediaLink, Post};
use crate::graph::{ApiOptions, Behind, Cursor, Graph, Unasked, Unreadable};
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
    end: Option<End>,
    /// A page brought posts, and none that was not there before.
    is_in_circles: bool,
    barren_pages: u32,
    /// What the last good bake listed: stands in for fields that nobody asked for.
    earlier: HashMap<&'a MediaId, &'a Post>,
    /// The account's picture is shown.
    wants_portrait: bool,
    /// Posts whose texts hold a token: they are taken out at once, so that no file and no message ever has them.
    withheld: BTreeSet<MediaId>,
    scanner: &'a LeakScanner,
}

/// How a list ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The API says that there is no more.
    Said,
    /// The API says that there is more, and does not hand it out.
    BrokenOff,
}

enum Source<'a> {
    Api { graph: Box<Graph<'a>>, http: &'a Http },
    Memory,
}

impl<'a> Listing<'a> {
    /// Will ask the API; `memory` is what the last good bake listed.
    pub fn from_api(
        kitchen: &'a Kitchen<'_>,
        settings: &'a FeedSettings,
        http: &'a Http,
        token: &AccessToken,
        memory: Option<&'a FeedMemory>,
    ) -> Self {
        let api = &settings.api;
        let counts = settings.counts == Counts::Write || settings.wish.sort == Sort::Likes;
        let options = ApiOptions { counts, portrait: settings.display.header, ..api.options() };
        let graph = Graph::new(http, options, token.clone(), kitchen.notices, kitchen.pause, kitchen.dice);
        let source = Source::Api { graph: Box::new(graph), http };
        let earlier = memory.into_iter().flat_map(|memory| &memory.posts).map(|post| (&post.id, post)).collect();
        Self { wants_portrait: settings.display.header, earlier, ..Self::new(kitchen, source, Vec::new(), None) }
    }

    /// Takes what the last good bake listed.
    ///
    /// # Errors
    /// [`Hindrance::NothingRemembered`] when there was none.
    pub fn from_memory(kitchen: &'a Kitchen<'_>, memory: Option<&FeedMemory>) -> Result<Self, Hindrance> {
        let posts = memory.ok_or(Hindrance::NothingRemembered)?.posts.clone();
        Ok(Self::new(kitchen, Source::Memory, posts, Some(End::Said)))
    }

    fn new(kitchen: &'a Kitchen<'_>, source: Source<'a>, posts: Vec<Post>, end: Option<End>) -> Self {
        let (unreadable, withheld) = (Vec::new(), BTreeSet::new());
        let known = posts.iter().map(|post| post.id.clone()).collect();
        let scanner = &kitchen.scanner;
        Self {
            source,
            posts,
            known,
            unreadable,
            cursor: None,
            end,
            is_in_circles: false,
            barren_pages: 0,
            earlier: HashMap::new(),
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

    /// Of them, as many as `wish` wants to look through: a page may hold more than was asked for.
    pub fn scanned(&self, wish: &Wish) -> &[Post] {
        &self.posts[..self.posts.len().min(wish.scan)]
    }

    /// The posts so far, to be remembered: the listing is done.
    pub fn take_posts(&mut self) -> Vec<Post> {
        std::mem::take(&mut self.posts).into_iter().map(Post::without_links).collect()
    }

    /// Whether there is no more to be had.
    pub fn has_ended(&self) -> bool {
        self.end.is_some()
    }

    /// Whether the API broke the list off, or went in circles: the account may have more than is in it.
    pub fn is_broken_off(&self) -> bool {
        self.end == Some(End::BrokenOff) || self.is_in_circles
    }

    /// The fields that were left out of the requests so far.
    pub fn unasked(&self) -> Unasked {
        match &self.source {
            Source::Api { graph, .. } => graph.unasked(),
            Source::Memory => Unasked::default(),
        }
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
        let unasked = graph.unasked();
        let (before, is_empty) = (self.posts.len(), page.posts.is_empty());
        // A list that grew while it was read shows a post twice.
        for mut post in page.posts {
            self.drop_links_with_the_token(&mut post);
            if !self.known.insert(post.id.clone()) {
                continue;
            }
            if let (false, Some(earlier)) = (unasked.is_empty(), self.earlier.get(&post.id)) {
                unasked.complete(&mut post, earlier);
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
        let is_barren = self.posts.len() == before;
        // What holds no post at all repeats none.
        self.is_in_circles |= is_barren && !is_empty;
        self.barren_pages = if is_barren { self.barren_pages + 1 } else { 0 };
        self.unreadable.extend(page.unreadable);
        (self.cursor, self.end) = match page.behind {
            Behind::More(_) if self.barren_pages == BARREN_PAGES => (None, Some(End::BrokenOff)),
            Behind::More(next) => (Some(next), None),
            Behind::Nothing => (None, Some(End::Said)),
            Behind::Nowhere => (None, Some(End::BrokenOff)),
        };
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
        let mut remembered = memory.and_then(|memory| memory.account.clone());
        let mut older = older.cloned();
        if matches!(self.source, Source::Api { .. }) && !self.wants_portrait {
            // Its files go with this bake: whoever wants them again has to ask for a link to them.
            let accounts = remembered.iter_mut().map(|(account, _)| account).chain(&mut older);
            accounts.for_each(|account| account.portrait = None);
        }
        if let Some((account, asked_at)) = &remembered
            && (SignedDuration::ZERO..ACCOUNT_AGE).contains(&now.duration_since(*asked_at))
            && (account.portrait.is_some() || !self.wants_portrait)
            && !self.is_of_another(account)
        {
            return (account.clone(), *asked_at);
        }
        let asked = match &mut self.source {
            // The list was had: a feed without a biography is better than none.
            Source::Api { graph, .. } => graph.account().ok(),
            Source::Memory => None,
        };
        let earlier = remembered.as_ref().map(|(account, _)| account).or(older.as_ref());
        let unasked = self.unasked();
        let asked = asked.map(|mut account| {
            earlier.into_iter().for_each(|earlier| unasked.complete_account(&mut account, earlier));
            account
        });
        let asked = asked.map(|mut account| {
            account.portrait_link.take_if(|link| self.scanner.scan(link.signed_address().as_bytes()).is_some());
            account
        });
        // Who writes a token into the profile loses the profile, not the feed.
        let asked = asked.filter(|account| !holds_a_token(self.scanner, account));
        // What was not answered is asked again the next time.
        let asked_at = if asked.is_some() { now } else { Timestamp::UNIX_EPOCH };
        let mut account = asked.or_else(|| remembered.map(|(account, _)| account)).or(older).unwrap_or_default();
        if account.username.is_none() {
            account.username = self.posts.iter().find_map(|post| post.username.clone());
        }
        (account, asked_at)
    }

    /// Whether all posts say that they are somebody else's: the token is another one, or the account has a new name.
    fn is_of_another(&self, account: &Account) -> bool {
        let is_another = |post: &Post| post.username.is_some() && post.username != account.username;
        !self.posts.is_empty() && self.posts.iter().all(is_another)
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
