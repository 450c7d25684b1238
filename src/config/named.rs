//! The posts that the settings name, and those names that no post bears. Pure.

use super::layer::Group;
use super::origin::Origin;
use super::read::{Merged, plain_text};
use super::settings::SettingsError;
use crate::feed::Shortcode;
use crate::select::{Seen, Sighting};

/// A post that the settings name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPost {
    /// The name of the feed it is meant for.
    pub feed: String,
    /// What is said of it.
    pub use_of: UseOf,
    /// Its name.
    pub post: Shortcode,
    /// Where that stands.
    pub origin: Origin,
}

/// What the settings say of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UseOf {
    /// `hide`.
    Hide,
    /// `pin`.
    Pin,
    /// `[[override]]`.
    Override,
}

impl UseOf {
    /// As it is written.
    fn word(self) -> &'static str {
        match self {
            Self::Hide => "hide",
            Self::Pin => "pin",
            Self::Override => "[[override]]",
        }
    }

    /// What it does to a post.
    fn deed(self) -> &'static str {
        match self {
            Self::Hide => "hides",
            Self::Pin => "pins",
            Self::Override => "changes",
        }
    }
}

/// All posts that the settings of one feed name; each was read before.
pub(super) fn named_posts(
    merged: &Merged<'_>,
    feed: &str,
    overrides: &[&Group],
) -> Result<Vec<NamedPost>, SettingsError> {
    let named =
        |use_of, post, origin: &Origin| NamedPost { feed: feed.to_owned(), use_of, post, origin: origin.clone() };
    let mut all = Vec::new();
    for use_of in [UseOf::Hide, UseOf::Pin] {
        let origin = merged.origin(use_of.word());
        let posts = merged.list(use_of.word(), Vec::new(), "a list of posts", Shortcode::find)?;
        all.extend(posts.into_iter().map(|post| named(use_of, post, &origin)));
    }
    for given in overrides.iter().flat_map(|group| &group.overrides).filter_map(|entry| entry.get("post")) {
        let post = Shortcode::find(&plain_text("post", given)?);
        all.extend(post.map(|post| named(UseOf::Override, post, &given.origin)));
    }
    Ok(all)
}

/// A line for each name that no post bears in any of the feeds it is meant for; `seen` holds what is known of each, by
/// the feed's name. A feed of which nothing is known proves nothing.
pub fn unmatched<'a>(named: &[NamedPost], seen: impl Fn(&str) -> Option<&'a Seen<'a>>) -> Vec<String> {
    let mut lines = Vec::new();
    for name in named {
        let is_same =
            |other: &&NamedPost| (other.use_of, &other.post, &other.origin) == (name.use_of, &name.post, &name.origin);
        let look = |feed: &NamedPost| match seen(&feed.feed).map(|seen| (seen, seen.look_for(&name.post))) {
            None => Sighting::Unsure,
            Some((seen, Sighting::Unsure)) if name.use_of == UseOf::Pin && seen.were_pins_sought => {
                Sighting::Absent { meant: None }
            }
            Some((_, sighting)) => sighting,
        };
        let sightings: Vec<Sighting> = named.iter().filter(is_same).map(look).collect();
        let mut nearest = None;
        let is_absent = sightings.into_iter().all(|sighting| match sighting {
            Sighting::Absent { meant } => {
                nearest = nearest.take().or(meant);
                true
            }
            Sighting::Found | Sighting::Unsure => false,
        });
        if is_absent {
            let line = line(name, nearest.as_deref());
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    lines
}

fn line(name: &NamedPost, meant: Option<&str>) -> String {
    let NamedPost { use_of, post, origin, .. } = name;
    let advice = meant.map_or_else(
        || "compare it with the address of the post, or take it out".to_owned(),
        |meant| format!("did you mean {meant}?"),
    );
    format!("`{}` in {origin} {} nothing by {post}, which matches no post seen: {advice}", use_of.word(), use_of.deed())
}

#[cfg(test)]
mod tests {
    use super::super::layer::parse_file;
    use super::super::settings::{Found, Settings};
    use super::*;

    #[test]
    fn what_matches_in_no_feed_is_told_once_with_its_place() {
        let file = "hide = [\"DZz\", \"https://www.instagram.com/p/DAa/\"]\npin = [\"DYy\"]\n[[override]]\npost = \"DXx\"\n\
                    [[feed]]\nname = \"one\"\nhide = [\"DWw\"]\n[[feed]]\nname = \"two\"\n[[feed]]\nname = \"both\"\nmerge = [\"one\", \"two\"]\n";
        let layer = parse_file(file, "feedbake.toml").unwrap();
        let settings = Settings::from_layers(&[&layer], &Found::default()).unwrap();
        let all = Seen { posts: Vec::new(), is_all: true, were_pins_sought: true };
        let none = Seen { is_all: false, were_pins_sought: false, ..all.clone() };
        let lines = unmatched(&settings.named, |feed| Some(if feed == "two" { &none } else { &all }));
        let advice = "compare it with the address of the post, or take it out";
        assert_eq!(
            lines,
            [format!("`hide` in feedbake.toml:7 hides nothing by DWw, which matches no post seen: {advice}")]
        );
        let lines = unmatched(&settings.named, |_| Some(&all));
        let told = |wanted: &str| lines.iter().filter(|line| line.starts_with(wanted)).count();
        for line in [
            "`hide` in feedbake.toml:1 hides nothing by DZz,",
            "`hide` in feedbake.toml:1 hides nothing by DAa,",
            "`pin` in feedbake.toml:2 pins nothing by DYy,",
            "`[[override]]` in feedbake.toml:4 changes nothing by DXx,",
            "`hide` in feedbake.toml:7 hides nothing by DWw,",
        ] {
            assert_eq!(told(line), 1, "{line}: {lines:?}");
        }
        assert_eq!(lines.len(), 5, "{lines:?}");
        assert_eq!(unmatched(&settings.named, |_| None), Vec::<String>::new());
        // For pins the list is looked through to its end, or as far as it may be.
        let scanned = Seen { were_pins_sought: true, ..none };
        let lines = unmatched(&settings.named, |_| Some(&scanned));
        assert!(lines.len() == 1 && lines[0].starts_with("`pin` in feedbake.toml:2"), "{lines:?}");
    }
}
