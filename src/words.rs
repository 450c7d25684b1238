//! What the feed says of itself on a page, in the language of the site: labels and dates. Pure; knows nobody.

mod dates;
mod language;
mod table;

pub use dates::{DateFormat, DateStyle, DateWriter};
pub use language::Language;

/// The labels of a feed. `{count}`, `{username}` and `{what}` are places for what is known later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// A photograph.
    pub photo: String,
    /// A video.
    pub video: String,
    /// A reel.
    pub reel: String,
    /// An album of `{count}` pictures.
    pub album: String,
    /// `{what}` of `{username}`.
    pub by: String,
    /// Closes the box.
    pub close: String,
    /// The post before, in the box.
    pub previous: String,
    /// The post after, in the box.
    pub next: String,
    /// Leads to the post on Instagram.
    pub open: String,
    /// Leads to where else a post belongs.
    pub more: String,
    /// Leads to the profile of `{username}`.
    pub follow: String,
    /// Stands between what and when; of the language, whatever the settings call things.
    pub joint: &'static str,
}

/// What each label is called in the settings, below `words`, and the places it has.
pub const LABELS: [(&str, &[&str]); 11] = [
    ("photo", &[]),
    ("video", &[]),
    ("reel", &[]),
    ("album", &["{count}"]),
    ("by", &["{what}", "{username}"]),
    ("close", &[]),
    ("previous", &[]),
    ("next", &[]),
    ("open", &[]),
    ("more", &[]),
    ("follow", &["{username}"]),
];

impl Words {
    /// The labels in `language`; in English where nobody translated them.
    pub fn of(language: &Language) -> Self {
        let row = table::row(language).map(str::to_owned);
        let [photo, video, reel, album, by, close, previous, next, open, more, follow] = row;
        let joint = joint(language);
        Self { photo, video, reel, album, by, close, previous, next, open, more, follow, joint }
    }

    /// The label that the settings call `name`.
    pub fn label_mut(&mut self, name: &str) -> Option<&mut String> {
        Some(match name {
            "photo" => &mut self.photo,
            "video" => &mut self.video,
            "reel" => &mut self.reel,
            "album" => &mut self.album,
            "by" => &mut self.by,
            "close" => &mut self.close,
            "previous" => &mut self.previous,
            "next" => &mut self.next,
            "open" => &mut self.open,
            "more" => &mut self.more,
            "follow" => &mut self.follow,
            _ => return None,
        })
    }

    /// An album of `count` pictures.
    pub fn album_of(&self, count: usize) -> String {
        self.album.replace("{count}", &count.to_string())
    }

    /// Something of somebody.
    pub fn by(&self, what: &str, username: &str) -> String {
        self.by.replace("{what}", what).replace("{username}", username)
    }

    /// The way to the profile.
    pub fn follow_on(&self, username: &str) -> String {
        self.follow.replace("{username}", username)
    }
}

/// The comma of a language, and the blank after it where there is one.
fn joint(language: &Language) -> &'static str {
    match language.word() {
        "ar" | "fa" => "، ",
        "ja" | "zh" => "、",
        _ => ", ",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_is_there_in_every_language_with_its_places() {
        for (language, _) in table::TABLE {
            let language = Language::new(language).unwrap();
            let mut words = Words::of(&language);
            for (name, places) in LABELS {
                let label = words.label_mut(name).unwrap();
                assert!(!label.trim().is_empty(), "{language}: {name}");
                for place in places {
                    assert_eq!(label.matches(place).count(), 1, "{language}: {name} has no {place}");
                }
                assert_eq!(label.matches('{').count(), places.len(), "{language}: {name}");
            }
        }
        assert_eq!(words_of("en").label_mut("nothing"), None);
    }

    fn words_of(language: &str) -> Words {
        Words::of(&Language::new(language).unwrap())
    }

    #[test]
    fn a_language_is_found_by_its_nearest_relative() {
        for (asked, photo) in [
            ("en", "Photo"),
            ("de-AT", "Foto"),
            ("zh", "照片"),
            ("zh-CN", "照片"),
            ("zh-TW", "相片"),
            ("zh-Hant-HK", "相片"),
            ("no", "Bilde"),
            ("pt-BR", "Foto"),
            ("xx", "Photo"),
        ] {
            assert_eq!(words_of(asked).photo, photo, "{asked}");
        }
    }

    #[test]
    fn the_places_are_filled() {
        let words = words_of("en");
        assert_eq!(words.album_of(3), "Album of 3");
        assert_eq!(words.by("Photo", "halflight"), "Photo by halflight");
        assert_eq!(words.follow_on("halflight"), "Follow @halflight on Instagram");
        for (language, joint) in
            [("de", ", "), ("ar", "، "), ("fa-IR", "، "), ("zh-TW", "、"), ("ja", "、"), ("xx", ", ")]
        {
            assert_eq!(words_of(language).joint, joint, "{language}");
        }
    }
}
