//! What a list of posts says of one that the settings name and that is not in it. Pure.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{Wish, select, wants_more};
use crate::feed::{Post, Shortcode};

/// A post is made before it is published: seconds as a rule, a day where somebody took long over its caption.
const SLACK: SignedDuration = SignedDuration::from_hours(48);

/// Shorter names are near to each other by chance.
const TELLING: usize = 9;

/// So many letters that differ are a slip of the hand: two posts of one account share the first four or five of eleven.
const SLIPS: usize = 2;

/// The posts of an account that were looked at.
#[derive(Debug, Clone)]
pub struct Seen<'a> {
    /// In any order.
    pub posts: Vec<&'a Post>,
    /// The account has no others.
    pub is_all: bool,
    /// They were looked through for pinned posts, as far as `scan` allows.
    pub were_pins_sought: bool,
}

/// What became of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sighting {
    /// A post bears it.
    Found,
    /// A post that was not looked at may bear it.
    Unsure,
    /// No post bears it.
    Absent {
        /// The post that was probably meant.
        meant: Option<String>,
    },
}

impl Seen<'_> {
    /// Whether one of the posts bears `name`, or surely none of the account does.
    pub fn look_for(&self, name: &Shortcode) -> Sighting {
        if self.posts.iter().any(|post| post.is_named(name)) {
            return Sighting::Found;
        }
        let meant = self.meant_by(name);
        if self.is_all || meant.is_some() || self.reaches(name) { Sighting::Absent { meant } } else { Sighting::Unsure }
    }

    fn meant_by(&self, name: &Shortcode) -> Option<String> {
        let distance = |post: &Post| strsim::levenshtein(post.handle(), name.as_str());
        let nearest = self.posts.iter().min_by_key(|post| distance(post)).filter(|_| name.as_str().len() >= TELLING)?;
        let is_near = distance(nearest) <= SLIPS || nearest.handle().eq_ignore_ascii_case(name.as_str());
        is_near.then(|| nearest.handle().to_owned())
    }

    /// Whether the list, newest first, goes back beyond the post of this name. Only where the names of the posts in it tell
    /// their time, as Instagram's do and those of its stand-ins need not.
    fn reaches(&self, name: &Shortcode) -> bool {
        let times = self.posts.iter().filter_map(|post| Some((post.timestamp?, post.shortcode.as_ref()?.made_at())));
        let (agreeing, all) = times.fold((0, 0), |(agreeing, all), (published, made)| {
            let agrees = made.is_some_and(|made| published.duration_since(made).abs() <= SLACK);
            (agreeing + usize::from(agrees), all + 1)
        });
        let oldest: Option<Timestamp> = self.posts.iter().filter_map(|post| post.timestamp).min();
        let is_newer = oldest.zip(name.made_at()).is_some_and(|(oldest, made)| made.duration_since(oldest) > SLACK);
        agreeing * 2 > all && is_newer
    }
}

/// Whether a bake that stopped listing after `posts` did so because the account has no more: it would have wanted more.
pub fn were_all(posts: &[Post], wish: &Wish) -> bool {
    wants_more(&select(posts, wish, &BTreeMap::new()), posts, wish)
}

#[cfg(test)]
mod tests {
    use super::super::tests::post;
    use super::*;

    fn at(code: &str, time: &str) -> Post {
        Post { shortcode: Shortcode::new(code).ok(), timestamp: time.parse().ok(), ..post(1, time) }
    }

    #[test]
    fn a_name_is_called_absent_only_where_that_is_sure() {
        // The names tell these times.
        let real = [at("DTyevLOfgZC", "2026-01-21T22:02:00Z"), at("DO_QeDhEcVs", "2025-09-24T14:31:00Z")];
        let invented = [at("S015AbCdeFg", "2026-09-16T10:15:00Z"), at("S014AbCdeFg", "2026-09-15T10:14:00Z")];
        let absent = |meant: Option<&str>| Sighting::Absent { meant: meant.map(str::to_owned) };
        for (posts, is_all, name, expected) in [
            (&real, false, "DTyevLOfgZC", Sighting::Found),
            // Between the two, and in the time to come.
            (&real, false, "DR1QQQQQQQQ", absent(None)),
            (&real, false, "DkYBdzDPRCc", absent(None)),
            // Older than both, about as old as the older one, and of no time at all.
            (&real, false, "DEUR0mq-fLt", Sighting::Unsure),
            (&real, false, "DO_QeAAAAAA", Sighting::Unsure),
            (&real, false, "DAa", Sighting::Unsure),
            (&real, true, "DEUR0mq-fLt", absent(None)),
            (&real, true, "DAa", absent(None)),
            (&real, false, "DO_QeDhEcvS", absent(Some("DO_QeDhEcVs"))),
            (&real, false, "dtyevlofgzc", absent(Some("DTyevLOfgZC"))),
            (&invented, false, "S115AbCdeFx", absent(Some("S015AbCdeFg"))),
            (&invented, false, "TkYBdzDPRCc", Sighting::Unsure),
        ] {
            let seen = Seen { posts: posts.iter().collect(), is_all, were_pins_sought: false };
            assert_eq!(seen.look_for(&Shortcode::new(name).unwrap()), expected, "{name}");
        }
        let nothing = Seen { posts: Vec::new(), is_all: false, were_pins_sought: false };
        assert_eq!(nothing.look_for(&Shortcode::new("DTyevLOfgZC").unwrap()), Sighting::Unsure);
    }
}
