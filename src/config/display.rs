//! The settings of how a feed looks and what it says: `[display]`, `language`, `[words]` and dates.

use jiff::tz::TimeZone;

use super::read::Merged;
use super::settings::SettingsError;
use crate::words::{DateFormat, DateStyle, LABELS, Language, Words};

/// How a feed is shown where the template does not say otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Display {
    /// How the posts are arranged.
    pub layout: Arrangement,
    /// In a highlight, the first of every so many posts is large.
    pub large_every: u32,
    /// What a tile shows of an album.
    pub albums: Albums,
    /// Whether a tile opens in a box on the page; it leads to its post otherwise.
    pub lightbox: bool,
    /// Where the post is that a tile leads to.
    pub link: Destination,
    /// Whether the profile stands above the posts.
    pub header: bool,
    /// Whether a link to the profile stands below them.
    pub follow: bool,
}

/// How the posts are arranged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrangement {
    /// Tiles of one shape in two to six columns.
    Grid,
    /// Columns of pictures that keep their ratio.
    Masonry,
    /// One row that is scrolled.
    Carousel,
    /// A grid with large tiles in it.
    Highlight,
    /// Pictures beside their captions.
    List,
}

impl Arrangement {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Grid, Self::Masonry, Self::Carousel, Self::Highlight, Self::List];

    /// The word in settings, data file and class names.
    pub fn word(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::Masonry => "masonry",
            Self::Carousel => "carousel",
            Self::Highlight => "highlight",
            Self::List => "list",
        }
    }
}

/// What a tile shows of an album.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Albums {
    /// Its first picture.
    Cover,
    /// All of them, to be leafed through.
    Leaf,
}

impl Albums {
    /// The word in settings and data file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Cover => "cover",
            Self::Leaf => "leaf",
        }
    }
}

/// Where the post is that a tile leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// On Instagram.
    Instagram,
    /// In the archive of the site; on Instagram, where that has no page for it.
    Archive,
}

/// Reads `[display]`; only a feed with an archive can lead there.
pub(super) fn display(merged: &Merged<'_>, has_archive: bool) -> Result<Display, SettingsError> {
    const LAYOUTS: &str = "\"grid\", \"masonry\", \"carousel\", \"highlight\" or \"list\"";
    const LINKS: &str = "\"instagram\", or \"archive\" with `archive.enabled = true`";
    Ok(Display {
        layout: merged.text("display.layout", Arrangement::Grid, LAYOUTS, |text| {
            Arrangement::ALL.into_iter().find(|layout| layout.word() == text)
        })?,
        // A dozen posts of which every third is large fill their grid in two, three, four and six columns.
        large_every: merged.number("display.large_every", 3, 2, 1000)?,
        albums: merged.text("display.albums", Albums::Cover, "\"cover\" or \"leaf\"", |text| {
            [Albums::Cover, Albums::Leaf].into_iter().find(|albums| albums.word() == text)
        })?,
        lightbox: merged.switch("display.lightbox", false)?,
        link: merged.text("display.link", Destination::Instagram, LINKS, |text| match text {
            "instagram" => Some(Destination::Instagram),
            "archive" => has_archive.then_some(Destination::Archive),
            _ => None,
        })?,
        header: merged.switch("display.header", false)?,
        follow: merged.switch("display.follow", false)?,
    })
}

/// Reads `language`; `found` is what the site's own configuration says.
pub(super) fn language(merged: &Merged<'_>, found: Option<&Language>) -> Result<Language, SettingsError> {
    let found = found.cloned().unwrap_or_default();
    merged.text("language", found.clone(), "\"auto\" or a language such as \"de\" or \"pt-BR\"", |text| match text {
        "auto" => Some(found),
        tag => Language::new(tag),
    })
}

/// Reads `[words]` over what the language has.
pub(super) fn words(merged: &Merged<'_>, language: &Language) -> Result<Words, SettingsError> {
    let mut words = Words::of(language);
    for (name, places) in LABELS {
        let Some(label) = words.label_mut(name) else { continue };
        let expected = match places {
            [] => "a short text without braces".to_owned(),
            places => format!("a short text with {} and nothing else in braces", places.join(" and ")),
        };
        let known = std::mem::take(label);
        // What is left empty is as the language has it.
        let fits = |text: &str| {
            let rest = places.iter().fold(text.to_owned(), |rest, place| rest.replace(place, ""));
            text.chars().count() <= 100 && places.iter().all(|place| text.contains(place)) && !rest.contains(['{', '}'])
        };
        *label = merged.text(&format!("words.{name}"), known.clone(), &expected, |text| match text.trim() {
            "" => Some(known),
            text => fits(text).then(|| text.to_owned()),
        })?;
    }
    Ok(words)
}

/// Reads how dates are written.
pub(super) fn dates(merged: &Merged<'_>, timezone: TimeZone) -> Result<DateStyle, SettingsError> {
    const FORMATS: &str = "\"long\", \"medium\", \"short\" or a strftime pattern";
    Ok(DateStyle { format: merged.text("date_format", DateFormat::Long, FORMATS, DateFormat::new)?, timezone })
}
