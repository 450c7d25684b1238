//! Which fields are asked for, and which were refused. Pure.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::feed::{Account, Post};

/// Fields of a post, old ones first; `children` is written with its own list in braces.
const POST: [&str; 12] = [
    "id",
    "caption",
    "media_type",
    "media_product_type",
    "media_url",
    "thumbnail_url",
    "permalink",
    "shortcode",
    "timestamp",
    "username",
    "alt_text",
    "children",
];

/// Fields of a slide.
const CHILD: [&str; 5] = ["id", "media_type", "media_url", "thumbnail_url", "alt_text"];

/// Fields of a post that change with every like.
const POST_COUNTS: [&str; 2] = ["like_count", "comments_count"];

/// Fields of an account.
const ACCOUNT: [&str; 6] = ["id", "username", "name", "account_type", "biography", "website"];

/// Fields of an account that change with every follower.
const ACCOUNT_COUNTS: [&str; 1] = ["followers_count"];

/// The picture of an account: its link is another one in every answer.
const PORTRAIT: &str = "profile_picture_url";

/// Where a field stands in the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In the request for the account.
    Account,
    /// In a post.
    Post,
    /// In a slide.
    Child,
}

/// The fields that are asked for.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    with_counts: bool,
    with_portrait: bool,
    refused: BTreeSet<(Place, String)>,
}

impl Fields {
    /// Everything feedbake can use; likes and the like only when they are wanted.
    pub fn new(with_counts: bool) -> Self {
        Self { with_counts, with_portrait: false, refused: BTreeSet::new() }
    }

    /// Asks for the account's picture as well.
    pub fn and_portrait(self, with_portrait: bool) -> Self {
        Self { with_portrait, ..self }
    }

    /// The value of the parameter `fields` for a post or a list of posts.
    pub fn post(&self) -> String {
        let mut text = self.list(Place::Post, &POST, &POST_COUNTS);
        if self.has(Place::Post, "children") {
            // Writing into a text cannot fail.
            let _ = write!(text, "{{{}}}", self.list(Place::Child, &CHILD, &[]));
        }
        text
    }

    /// The value of the parameter `fields` for the account.
    pub fn account(&self) -> String {
        let all: Vec<&str> = ACCOUNT.into_iter().chain([PORTRAIT]).collect();
        self.list(Place::Account, &all, &ACCOUNT_COUNTS)
    }

    /// Leaves `field` out from now on; returns false when it was not asked for, so that asking again is of no use.
    ///
    /// One refused field fails a whole request, and the API does not say whether it means the post or its slides. It
    /// is left out of the slides first: a second refusal then means the post. `id` cannot be left out.
    pub fn refuse(&mut self, field: &str, account: bool) -> bool {
        let places = if account { [Place::Account].as_slice() } else { &[Place::Child, Place::Post] };
        match places.iter().find(|place| field != "id" && self.has(**place, field)) {
            Some(place) => self.refused.insert((*place, field.to_owned())),
            None => false,
        }
    }

    /// What was refused so far.
    pub fn unasked(&self) -> Unasked {
        Unasked(self.refused.clone())
    }

    fn has(&self, place: Place, field: &str) -> bool {
        let (plain, counts): (&[&str], &[&str]) = match place {
            Place::Account => (&ACCOUNT, &ACCOUNT_COUNTS),
            Place::Post => (&POST, &POST_COUNTS),
            Place::Child => (&CHILD, &[]),
        };
        // A refused `children` takes its own list along.
        let parent = place != Place::Child || self.has(Place::Post, "children");
        let is_portrait = self.with_portrait && place == Place::Account && field == PORTRAIT;
        let asked = is_portrait || plain.contains(&field) || (self.with_counts && counts.contains(&field));
        parent && asked && !self.refused.contains(&(place, field.to_owned()))
    }

    fn list(&self, place: Place, plain: &[&str], counts: &[&str]) -> String {
        // The braces of `children` follow it, so it stands last.
        let all = counts.iter().chain(plain);
        all.copied().filter(|field| self.has(place, field)).collect::<Vec<_>>().join(",")
    }
}

/// Fields that nobody asked for: that an answer lacks them says nothing, and what was known of them stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unasked(BTreeSet<(Place, String)>);

impl Unasked {
    /// Whether everything was asked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn has(&self, place: Place, field: &str) -> bool {
        self.0.iter().any(|(at, name)| *at == place && name == field)
    }

    /// Gives `post` what was not asked for as it was in `known`, the same post of an earlier answer.
    pub fn complete(&self, post: &mut Post, known: &Post) {
        let of_post = |field: &str| self.has(Place::Post, field);
        if of_post("children") && known.slides.len() > post.slides.len() {
            post.slides.clone_from(&known.slides);
        }
        if of_post("media_type") {
            post.kind = known.kind;
        }
        if of_post("media_product_type") {
            post.is_reel = known.is_reel;
        }
        if of_post("caption") {
            post.caption.clone_from(&known.caption);
        }
        for (field, place, earlier) in
            [("permalink", &mut post.permalink, &known.permalink), ("username", &mut post.username, &known.username)]
        {
            if of_post(field) && place.is_none() {
                place.clone_from(earlier);
            }
        }
        // Each of these two may be read from elsewhere.
        post.shortcode = post.shortcode.take().or_else(|| known.shortcode.clone().filter(|_| of_post("shortcode")));
        post.timestamp = post.timestamp.or(known.timestamp.filter(|_| of_post("timestamp")));
        post.likes = post.likes.or(known.likes.filter(|_| of_post("like_count")));
        post.comments = post.comments.or(known.comments.filter(|_| of_post("comments_count")));
        for slide in &mut post.slides {
            let Some(known) = known.slides.iter().find(|known| known.id == slide.id) else { continue };
            let place = if slide.id == post.id { Place::Post } else { Place::Child };
            if self.has(place, "alt_text") && slide.author_alt.is_none() {
                slide.author_alt.clone_from(&known.author_alt);
            }
            if self.has(place, "media_type") {
                slide.kind = known.kind;
            }
        }
    }

    /// The same for the account.
    pub fn complete_account(&self, account: &mut Account, known: &Account) {
        for (field, place, earlier) in [
            ("username", &mut account.username, &known.username),
            ("name", &mut account.name, &known.name),
            ("biography", &mut account.biography, &known.biography),
            ("website", &mut account.website, &known.website),
            ("account_type", &mut account.account_type, &known.account_type),
        ] {
            if self.has(Place::Account, field) && place.is_none() {
                place.clone_from(earlier);
            }
        }
        if self.has(Place::Account, PORTRAIT) && account.portrait.is_none() {
            account.portrait.clone_from(&known.portrait);
        }
        account.followers =
            account.followers.or(known.followers.filter(|_| self.has(Place::Account, "followers_count")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::translate;
    use serde_json::json;

    #[test]
    fn what_was_not_asked_for_is_not_taken_away() {
        let whole = json!({
            "id": "1", "caption": "words", "media_type": "CAROUSEL_ALBUM", "permalink": "https://www.instagram.com/p/DAa/",
            "shortcode": "DAa", "timestamp": "2026-05-01T10:00:00+0000", "username": "someone", "like_count": 3,
            "children": { "data": [
                { "id": "11", "media_type": "IMAGE", "media_url": "https://x.cdninstagram.com/1", "alt_text": "a boat" },
                { "id": "12", "media_type": "VIDEO", "thumbnail_url": "https://x.cdninstagram.com/2", "alt_text": "a wave" },
            ] },
        });
        let known = translate::post(&whole).unwrap().without_links();
        let refusable =
            ["caption", "media_type", "permalink", "shortcode", "timestamp", "username", "like_count", "children"];
        for field in refusable {
            let mut answer = whole.clone();
            answer.as_object_mut().unwrap().remove(field);
            let mut fields = Fields::new(true);
            // It is left out of the slides first, where they have it.
            while fields.refuse(field, false) {}
            let mut post = translate::post(&answer).unwrap().without_links();
            // Removed is not the same as not asked for.
            let removed = post.clone();
            Unasked::default().complete(&mut post, &known);
            assert_eq!(post, removed, "{field}");
            fields.unasked().complete(&mut post, &known);
            assert_eq!(post, known, "{field}");
        }
        let mut answer = whole.clone();
        for child in answer["children"]["data"].as_array_mut().unwrap() {
            child.as_object_mut().unwrap().remove("alt_text");
        }
        let mut fields = Fields::new(false);
        assert!(fields.refuse("alt_text", false));
        let mut post = translate::post(&answer).unwrap().without_links();
        fields.unasked().complete(&mut post, &known);
        assert_eq!(post, known);
    }

    #[test]
    fn a_refused_field_leaves_the_slides_first_and_then_the_post() {
        let mut fields = Fields::new(false);
        let all = "id,caption,media_type,media_product_type,media_url,thumbnail_url,permalink,shortcode,timestamp,username,alt_text,children{id,media_type,media_url,thumbnail_url,alt_text}";
        assert_eq!(fields.post(), all);
        assert!(fields.refuse("alt_text", false));
        assert!(fields.post().ends_with("username,alt_text,children{id,media_type,media_url,thumbnail_url}"));
        assert!(fields.refuse("alt_text", false));
        assert!(fields.post().ends_with("username,children{id,media_type,media_url,thumbnail_url}"));
        assert!(!fields.refuse("alt_text", false), "a third time would ask the same again");
        assert!(!fields.refuse("id", false));
        assert!(!fields.refuse("caption", true), "no field of an account");
        assert!(fields.refuse("children", false));
        assert!(fields.post().ends_with("timestamp,username"));
    }

    #[test]
    fn counts_are_asked_for_only_when_wanted() {
        assert!(!Fields::new(false).post().contains("like_count"));
        assert!(Fields::new(true).post().starts_with("like_count,comments_count,id,"));
        assert!(Fields::new(true).account().contains("followers_count"));
        assert!(!Fields::new(true).account().contains("profile_picture_url"));
        let mut portrayed = Fields::new(false).and_portrait(true);
        assert!(portrayed.account().ends_with(",profile_picture_url") && !portrayed.post().contains("profile"));
        assert!(portrayed.refuse("profile_picture_url", true) && !portrayed.account().contains("profile"));
    }
}
