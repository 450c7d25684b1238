//! Which fields are asked for, and which were refused. Pure.

use std::collections::BTreeSet;
use std::fmt::Write as _;

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

#[cfg(test)]
mod tests {
    use super::*;

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
