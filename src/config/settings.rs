//! The merged and checked wishes: no `Option` that means "default", no value that a room would have to check again.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::api::{ApiSettings, api};
use super::archive::{ArchiveSettings, Slugs, archive};
use super::display::{Display, dates, display, language, words};
use super::layer::{Given, Group, Layer};
use super::named::{NamedPost, named_posts};
use super::origin::Origin;
use super::parse::{base_path, duration, is_safe_link, kind, known_path, moment, size, time_zone};
use super::pictures::recipe;
use super::read::{Merged, bad, plain_text, texts};
use super::token_settings::TokenSettings;
use crate::auth::without_long_runs;
use crate::feed::{PostKind, Shortcode};
use crate::files::SitePath;
use crate::media::Recipe;
use crate::select::{Hashtag, Wish};
use crate::site::{Extras, Generator, Layout, PageBase, Script};
use crate::words::{DateStyle, Language, Words};

/// A setting that cannot be used, and who set it.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file is no TOML.
    #[error("{origin} cannot be read: {message}")]
    Syntax {
        /// The line.
        origin: Origin,
        /// What the parser said.
        message: String,
    },
    /// A key that no setting has.
    #[error("{origin} sets `{}`, which is no setting{}", without_long_runs(key), did_you_mean(.nearest))]
    UnknownKey {
        /// The key.
        key: String,
        /// The line.
        origin: Origin,
        /// The setting that was probably meant.
        nearest: Option<String>,
    },
    /// A value of another kind or outside its bounds.
    #[error("`{key}` in {origin} should be {expected}")]
    BadValue {
        /// The setting.
        key: String,
        /// Who set it.
        origin: Origin,
        /// What it should be, and what it is.
        expected: String,
    },
    /// A secret where everybody can read it.
    #[error("{origin} holds a token (`{key}`)")]
    TokenInFile {
        /// The key it stands under.
        key: String,
        /// The line.
        origin: Origin,
    },
    /// A settings file that was asked for by name and is not there.
    #[error("there is no settings file {}", .0.display())]
    NoSuchFile(PathBuf),
}

fn did_you_mean(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(String::new, |nearest| format!("; did you mean `{nearest}`?"))
}

/// Everything the user asked for.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What builds the site.
    pub generator: Generator,
    /// At least one.
    pub feeds: Vec<FeedSettings>,
    /// The posts that they name.
    pub named: Vec<NamedPost>,
    /// Feeds that are made of them.
    pub merges: Vec<MergeSettings>,
    /// The folder of the pictures.
    pub media_dir: SitePath,
    /// What addresses of files begin with, where feedbake renders the feed itself.
    pub base_path: String,
    /// How old the last good feed may be before a failed bake counts as one.
    pub max_stale: Duration,
    /// Whether the templates are installed where they are missing.
    pub templates: Templates,
    /// What is installed with them.
    pub extras: Extras,
    /// The life of the tokens.
    pub tokens: TokenSettings,
}

/// A feed that shows several others as one.
#[derive(Debug, Clone)]
pub struct MergeSettings {
    /// How it is shown, and how much of it. What is said of accounts and pictures here says nothing.
    pub feed: FeedSettings,
    /// The names of its parts.
    pub parts: Vec<String>,
}

/// What one feed is made of.
#[derive(Debug, Clone)]
pub struct FeedSettings {
    /// Its name, which the data file repeats.
    pub name: String,
    /// What builds the site it is on.
    pub generator: Generator,
    /// The variable its token is in, when it is not one of the usual ones.
    pub token_env: Option<String>,
    /// Which posts.
    pub wish: Wish,
    /// Where its data file goes.
    pub data_file: SitePath,
    /// Whether likes and comments are written.
    pub counts: Counts,
    /// How its pictures are made.
    pub recipe: Recipe,
    /// How much of a carousel is shown.
    pub carousel: Carousel,
    /// What is made of a video.
    pub video: Video,
    /// What the user says instead of what the post says.
    pub overrides: Vec<Override>,
    /// Its archive, where there is to be one.
    pub archive: Option<ArchiveSettings>,
    /// How it is shown.
    pub display: Display,
    /// What it is written in.
    pub language: Language,
    /// What it says of itself.
    pub words: Words,
    /// How dates are written.
    pub dates: DateStyle,
    /// Where and how the API is asked.
    pub api: ApiSettings,
}

/// Whether likes and comments are written into the data file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// Left out, so that the file changes only with the feed.
    Omit,
    /// Written.
    Write,
}

/// Whether the templates are installed where they are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Templates {
    /// Written once, then the user's.
    Install,
    /// The site has its own.
    Leave,
}

/// How much of a carousel is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carousel {
    /// Every slide.
    All,
    /// The first slide.
    Cover,
}

/// What is made of a video.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Video {
    /// Its poster.
    Poster,
    /// The video itself beside its poster, where it is not larger.
    File {
        /// The most.
        max_bytes: u64,
    },
}

/// What the user says of one post instead of what the post says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// The post.
    pub post: Shortcode,
    /// Alternative texts, one for each picture from the first on; an empty one says nothing.
    pub alt: Vec<String>,
    /// Caption.
    pub caption: Option<String>,
    /// Where a click leads: an `https`, `http` or site-relative address.
    pub link: Option<String>,
    /// What that link says.
    pub link_text: Option<String>,
}

/// What the site's own files say.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// What builds it.
    pub generator: Generator,
    /// What it is written in.
    pub language: Option<Language>,
    /// The address of the site, without a slash at its end.
    pub site_url: Option<String>,
    /// The names of its taxonomies.
    pub taxonomies: Vec<String>,
    /// How it makes addresses of their terms.
    pub slugs: Slugs,
    /// Whether it has a template that pages of an archive can extend.
    pub base: PageBase,
}

impl Settings {
    /// Every feed that the site can show, those that are made of others last.
    pub fn shown(&self) -> impl Iterator<Item = &FeedSettings> {
        self.feeds.iter().chain(self.merges.iter().map(|merge| &merge.feed))
    }

    /// Where things live in the site.
    pub fn layout(&self) -> &'static Layout {
        self.generator.layout()
    }

    /// Merges the layers, the weakest first, and checks every value.
    ///
    /// # Errors
    /// [`SettingsError`] for the first value that cannot be used.
    pub fn from_layers(layers: &[&Layer], found: &Found) -> Result<Self, SettingsError> {
        let mut site = Merged::default();
        for layer in layers {
            site.lay_over(&layer.top.values);
        }
        const GENERATORS: &str = "\"auto\", \"zola\", \"hugo\", \"eleventy\", \"jekyll\", \"astro\" or \"html\"";
        let generator = site.text("generator", found.generator, GENERATORS, |text| match text {
            "auto" => Some(found.generator),
            word => Generator::of_word(word),
        })?;
        let found = Found { generator, ..found.clone() };
        let layout = generator.layout();
        let overrides: Vec<&Group> = layers.iter().map(|layer| &layer.top).collect();
        let tables: Vec<&(Origin, Group)> = layers.iter().flat_map(|layer| &layer.feeds).collect();
        let mut feeds = Vec::new();
        let mut named = Vec::new();
        let mut merges = Vec::new();
        for (origin, group) in &tables {
            let (feed, posts) = named_feed(layers, origin, group, &found, &overrides)?;
            match group.values.get("merge") {
                None => {
                    feeds.push(feed);
                    named.extend(posts);
                }
                Some(given) => merges.push((MergeSettings { feed, parts: texts("merge", given)? }, given)),
            }
        }
        if feeds.is_empty() && merges.is_empty() {
            feeds.push(feed(&site, "instagram", &found, &overrides)?);
            named.extend(named_posts(&site, "instagram", &overrides)?);
        }
        for (merge, given) in &merges {
            let is_feed = |part: &String| feeds.iter().any(|feed| feed.name == *part);
            if merge.parts.is_empty() || !merge.parts.iter().all(is_feed) {
                let names: Vec<String> = feeds.iter().map(|feed| format!("{:?}", feed.name)).collect();
                return Err(bad("merge", given, &format!("a list of names of other feeds: {}", names.join(", "))));
            }
        }
        let merges: Vec<MergeSettings> = merges.into_iter().map(|(merge, _)| merge).collect();
        let has_archive = feeds.iter().any(|feed| feed.archive.is_some());
        refuse_twins(feeds.iter().chain(merges.iter().map(|merge| &merge.feed)), &tables)?;
        let below = match layout.published_folder {
            "" => format!("a folder that {} publishes, such as {:?}", layout.name, layout.media_folder),
            folder => format!("a folder below `{folder}/`, such as {:?}", layout.media_folder),
        };
        Ok(Self {
            generator,
            feeds,
            named,
            merges,
            media_dir: site.text("media_dir", known_path(layout.media_folder), &below, |text| {
                SitePath::new(text).ok().filter(|folder| layout.is_published(folder))
            })?,
            base_path: site.text(
                "base_path",
                "/".to_owned(),
                "the beginning of an address, such as \"/\" or \"/photos/\"",
                base_path,
            )?,
            max_stale: site.text("max_stale", days(30), "a time such as \"30d\"", duration)?,
            templates: if site.switch("templates", true)? { Templates::Install } else { Templates::Leave },
            extras: Extras {
                script: if site.switch("display.script", false)? { Script::Install } else { Script::Omit },
                pages: has_archive.then_some(found.base),
            },
            tokens: TokenSettings::from_site(&site)?,
        })
    }
}

/// A `[[feed]]` table lies over the file's own top, and under environment and flags.
fn named_feed(
    layers: &[&Layer],
    origin: &Origin,
    group: &Group,
    found: &Found,
    overrides: &[&Group],
) -> Result<(FeedSettings, Vec<NamedPost>), SettingsError> {
    let mut merged = Merged::default();
    for layer in layers {
        merged.lay_over(&layer.top.values);
        if layer.feeds.iter().any(|(at, _)| at == origin) {
            merged.lay_over(&group.values);
        }
    }
    let name = match group.values.get("name") {
        Some(given) => feed_name(given)?,
        None => {
            let expected = "in every [[feed]]: it names the data file".to_owned();
            return Err(SettingsError::BadValue { key: "name".to_owned(), origin: origin.clone(), expected });
        }
    };
    let mut overrides = overrides.to_vec();
    overrides.push(group);
    Ok((feed(&merged, &name, found, &overrides)?, named_posts(&merged, &name, &overrides)?))
}

fn feed_name(given: &Given) -> Result<String, SettingsError> {
    let name = plain_text("name", given)?;
    let fits = (1..=40).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_'));
    if fits { Ok(name) } else { Err(bad("name", given, "a short name of a-z, 0-9, `-` and `_`")) }
}

/// Two feeds that write one data file would overwrite each other on every run.
fn refuse_twins<'a>(
    feeds: impl Iterator<Item = &'a FeedSettings>,
    tables: &[&(Origin, Group)],
) -> Result<(), SettingsError> {
    let mut earlier: Vec<&FeedSettings> = Vec::new();
    for feed in feeds {
        let folder = |feed: &FeedSettings| feed.archive.as_ref().map(|archive| archive.folder.clone());
        if earlier.iter().any(|other| {
            let shares_folder = folder(feed).is_some() && folder(feed) == folder(other);
            other.name == feed.name || other.data_file == feed.data_file || shares_folder
        }) {
            let is_named = |(_, group): &&&(Origin, Group)| {
                group.values.get("name").is_some_and(|given| feed_name(given).is_ok_and(|name| name == feed.name))
            };
            let origin = tables.iter().rfind(is_named).map_or(Origin::Default, |(origin, _)| origin.clone());
            let expected = "different in every [[feed]], and so should `data_file` and `archive.folder`".to_owned();
            return Err(SettingsError::BadValue { key: "name".to_owned(), origin, expected });
        }
        earlier.push(feed);
    }
    Ok(())
}

fn feed(merged: &Merged<'_>, name: &str, found: &Found, overrides: &[&Group]) -> Result<FeedSettings, SettingsError> {
    const TYPES: &str = "a list of \"image\", \"carousel\" and \"video\"";
    const POSTS: &str = "a list of shortcodes or addresses such as \"https://www.instagram.com/p/DAbCdEf/\"";
    const TAGS: &str = "a list of hashtags such as [\"travel\"]";
    let default_types = vec![PostKind::Image, PostKind::Carousel, PostKind::Video];
    let limit = merged.number("limit", 12, 1, 10_000)?;
    let timezone = merged.text("timezone", TimeZone::UTC, "a time zone such as \"Europe/Berlin\"", time_zone)?;
    let since_zone = timezone.clone();
    let wish = Wish {
        limit: NonZeroUsize::new(limit as usize).unwrap_or(NonZeroUsize::MIN),
        types: merged
            .list("types", default_types, TYPES, kind)
            .and_then(|types| if types.is_empty() { Err(merged.empty("types")) } else { Ok(types) })?,
        include: merged.list("include_hashtags", Vec::new(), TAGS, |text| Some(Hashtag::new(text)))?,
        exclude: merged.list("exclude_hashtags", Vec::new(), TAGS, |text| Some(Hashtag::new(text)))?,
        since: merged
            .text("since", None, "a date such as \"2024-01-01\"", |text| moment(text, &since_zone).map(Some))?,
        sort: merged.word("sort", Default::default(), "\"newest\", \"oldest\", \"likes\" or \"random\"")?,
        hide: merged.list("hide", Vec::new(), POSTS, Shortcode::find)?,
        pin: merged.list("pin", Vec::new(), POSTS, Shortcode::find)?,
        scan: merged.number("scan", 1000, 1, 10_000)? as usize,
    };
    let language = language(merged, found.language.as_ref())?;
    let archive = archive(merged, name, found)?;
    let mut said = Vec::new();
    for group in overrides {
        refuse_contradictions(&group.overrides)?;
        for entry in &group.overrides {
            lay_over(&mut said, override_of(entry)?);
        }
    }
    Ok(FeedSettings {
        name: name.to_owned(),
        generator: found.generator,
        token_env: merged.text("token_env", None, "the name of an environment variable", |text| {
            let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            fits.then(|| Some(text.to_owned()))
        })?,
        wish,
        data_file: data_file(merged, name, found.generator.layout())?,
        counts: if merged.switch("counts", false)? { Counts::Write } else { Counts::Omit },
        recipe: recipe(merged)?,
        carousel: merged.text("pictures.carousel", Carousel::All, "\"all\" or \"cover\"", |text| match text {
            "all" => Some(Carousel::All),
            "cover" => Some(Carousel::Cover),
            _ => None,
        })?,
        video: video(merged)?,
        overrides: said,
        display: display(merged, archive.is_some())?,
        archive,
        words: words(merged, &language)?,
        dates: dates(merged, timezone)?,
        language,
        api: api(merged)?,
    })
}

fn video(merged: &Merged<'_>) -> Result<Video, SettingsError> {
    let max_bytes = merged.text("pictures.video_max", 20_000_000, "a size such as \"20MB\"", size)?;
    merged.text("pictures.video", Video::Poster, "\"poster\" or \"file\"", |text| match text {
        "poster" => Some(Video::Poster),
        "file" => Some(Video::File { max_bytes }),
        _ => None,
    })
}

fn days(days: u64) -> Duration {
    Duration::from_secs(days * 86_400)
}

fn data_file(merged: &Merged<'_>, name: &str, layout: &Layout) -> Result<SitePath, SettingsError> {
    // A name is checked to be a plain word, so the path cannot leave the site.
    let default = known_path(&format!("{}/{name}.json", layout.data_folder));
    let expected = format!("a `.json` file inside the site, such as \"{}/instagram.json\"", layout.data_folder);
    merged.text("data_file", default, &expected, |text| {
        SitePath::new(text).ok().filter(|path| path.as_str().ends_with(".json") && layout.is_free(path))
    })
}

fn override_of(entry: &BTreeMap<String, Given>) -> Result<Override, SettingsError> {
    let text = |key: &str| entry.get(key).map(|given| plain_text(key, given)).transpose();
    let post = match entry.get("post") {
        Some(given) => Shortcode::find(&plain_text("post", given)?)
            .ok_or_else(|| bad("post", given, "a shortcode or the address of a post"))?,
        None => {
            let origin = entry.values().next().map_or(Origin::Default, |given| given.origin.clone());
            let expected = "in every [[override]]: it says which post is meant".to_owned();
            return Err(SettingsError::BadValue { key: "post".to_owned(), origin, expected });
        }
    };
    let link = match entry.get("link") {
        None => None,
        Some(given) => Some(
            Some(plain_text("link", given)?)
                .filter(|link| is_safe_link(link))
                .ok_or_else(|| bad("link", given, "an https address, or a path of this site such as \"/shop/\""))?,
        ),
    };
    let alt = entry.get("alt").map(|given| texts("alt", given)).transpose()?.unwrap_or_default();
    let link_text = text("link_text")?.filter(|text| !text.trim().is_empty());
    Ok(Override { post, alt, caption: text("caption")?, link, link_text })
}

/// Refuses two values for one thing of one post in one place: whoever wrote the first would look for it in vain.
fn refuse_contradictions(entries: &[BTreeMap<String, Given>]) -> Result<(), SettingsError> {
    let mut said: BTreeMap<(Shortcode, &str), &Given> = BTreeMap::new();
    for entry in entries {
        let Some(post) = entry.get("post").map(|given| plain_text("post", given)).transpose()? else { continue };
        let Some(post) = Shortcode::find(&post) else { continue };
        let values = entry.iter().filter(|(key, given)| *key != "post" && !given.value.is_blank());
        for (key, given) in values {
            let earlier = *said.entry((post.clone(), key)).or_insert(given);
            if earlier.value != given.value {
                let expected = format!("said once of a post: of {post}, {} says something else", earlier.origin);
                return Err(SettingsError::BadValue { key: key.clone(), origin: given.origin.clone(), expected });
            }
        }
    }
    Ok(())
}

/// Joins what is said of one post in several places; what is said last of a thing counts.
fn lay_over(all: &mut Vec<Override>, said: Override) {
    match all.iter_mut().find(|earlier| earlier.post == said.post) {
        None => all.push(said),
        Some(earlier) => {
            if said.alt.iter().any(|alt| !alt.is_empty()) {
                earlier.alt = said.alt;
            }
            earlier.caption = said.caption.or_else(|| earlier.caption.take());
            earlier.link = said.link.or_else(|| earlier.link.take());
            earlier.link_text = said.link_text.or_else(|| earlier.link_text.take());
        }
    }
}
