//! The data file, version 1: own structs, so that no change inside shows outside by accident. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use super::alt::{AltSource, alt_text, caption_for_alt, slides_without_alt};
use super::layout::Layout;
use super::masonry;
use crate::config::{Carousel, Counts, FeedSettings, Override};
use crate::feed::{Account, Caption, MediaId, Post, PostKind, Slide, profile_address};
use crate::media::{Clip, Format, Picture, Rendition};
use crate::words::DateWriter;

/// Longest excerpt, in graphemes: two to three lines on a tile.
const EXCERPT: usize = 140;

/// `src` is the smallest JPEG at least this wide: what the rare browser without `srcset` loads.
const FALLBACK_WIDTH: u32 = 640;

/// What the stylesheet has a rule for: from three times as wide as high to more than twice as high as wide.
const FEWEST_ROWS: u32 = 8;
const MOST_ROWS: u32 = 56;

/// The pictures of a feed, by slide.
pub type Gallery = BTreeMap<MediaId, Arc<Picture>>;

/// The whole file.
#[derive(Debug, Serialize)]
pub struct DataFile {
    version: u32,
    feed: DataFeed,
    display: DataDisplay,
    words: DataWords,
    account: DataAccount,
    /// For each post the classes that let the columns of a masonry end together; empty where none do.
    masonry: Vec<String>,
    /// In the order they are shown.
    pub posts: Vec<DataPost>,
}

#[derive(Debug, Serialize)]
struct DataFeed {
    name: String,
    language: String,
}

/// How the feed is shown, unless the template says otherwise.
#[derive(Debug, Serialize)]
struct DataDisplay {
    layout: &'static str,
    large_every: u32,
    albums: &'static str,
    lightbox: bool,
    header: bool,
    follow: bool,
}

/// What stands on buttons and links, ready to show.
#[derive(Debug, Serialize)]
struct DataWords {
    close: String,
    previous: String,
    next: String,
    open: String,
    follow: String,
}

#[derive(Debug, Serialize)]
struct DataAccount {
    username: String,
    name: String,
    url: String,
    biography: String,
    biography_html: String,
    website: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    avatar: Option<DataImage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    followers: Option<u64>,
}

/// One post as templates see it.
#[derive(Debug, Serialize)]
pub struct DataPost {
    id: String,
    /// Empty when the API named none.
    pub shortcode: String,
    permalink: String,
    link: String,
    link_on_site: bool,
    link_text: String,
    timestamp: String,
    date: String,
    r#type: &'static str,
    is_reel: bool,
    label: String,
    username: String,
    caption: String,
    caption_html: String,
    caption_clean: String,
    excerpt: String,
    hashtags: Vec<String>,
    tags: Vec<String>,
    mentions: Vec<String>,
    alt: String,
    alt_source: &'static str,
    color: String,
    placeholder: String,
    rows: u32,
    image: DataImage,
    #[serde(skip_serializing_if = "Option::is_none")]
    video: Option<DataVideo>,
    /// At least one.
    pub slides: Vec<Tile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    likes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comments: Option<u64>,
}

#[derive(Debug, Clone, Serialize)]
struct DataImage {
    width: u32,
    height: u32,
    src: String,
    sources: Vec<DataSource>,
}

#[derive(Debug, Clone, Serialize)]
struct DataSource {
    r#type: &'static str,
    srcset: Vec<DataCandidate>,
}

#[derive(Debug, Clone, Serialize)]
struct DataCandidate {
    path: String,
    width: u32,
}

/// One slide as templates see it.
#[derive(Debug, Serialize)]
pub struct Tile {
    r#type: &'static str,
    alt: String,
    alt_source: &'static str,
    color: String,
    placeholder: String,
    #[serde(flatten)]
    image: DataImage,
    #[serde(skip_serializing_if = "Option::is_none")]
    video: Option<DataVideo>,
}

#[derive(Debug, Clone, Serialize)]
struct DataVideo {
    src: String,
    r#type: &'static str,
    bytes: u64,
    /// `0:32`; absent where it is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<String>,
}

impl DataFile {
    /// The bytes of the file: indented, so that a commit shows what changed, and ending in a newline.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("the data file is made of texts and numbers");
        bytes.push(b'\n');
        bytes
    }
}

/// Builds the data file of one feed.
///
/// Every slide of `posts` that has a picture in `gallery` is in it, and no other; a post without any is left out, so
/// the file never names a picture that is not there. The posts of `archived` have a page of their own on the site.
pub fn data_file(
    settings: &FeedSettings,
    account: &Account,
    posts: &[Post],
    gallery: &Gallery,
    archived: &BTreeSet<MediaId>,
) -> DataFile {
    let dates = DateWriter::new(&settings.dates, &settings.language);
    let posts: Vec<DataPost> =
        posts.iter().filter_map(|post| data_post(settings, &dates, post, gallery, archived)).collect();
    let rows: Vec<u32> = posts.iter().map(|post| post.rows).collect();
    DataFile {
        version: 1,
        feed: DataFeed { name: settings.name.clone(), language: settings.language.to_string() },
        display: data_display(settings),
        words: data_words(settings, account),
        account: data_account(settings, account, gallery),
        masonry: masonry::classes(&rows),
        posts,
    }
}

/// The data file of a feed that has nothing to show yet: valid, and an empty list to every template.
pub fn empty_data_file(settings: &FeedSettings) -> DataFile {
    data_file(settings, &Account::default(), &[], &Gallery::new(), &BTreeSet::new())
}

fn data_display(settings: &FeedSettings) -> DataDisplay {
    let display = settings.display;
    DataDisplay {
        layout: display.layout.word(),
        large_every: display.large_every,
        albums: display.albums.word(),
        lightbox: display.lightbox,
        header: display.header,
        follow: display.follow,
    }
}

fn data_words(settings: &FeedSettings, account: &Account) -> DataWords {
    let words = &settings.words;
    DataWords {
        close: words.close.clone(),
        previous: words.previous.clone(),
        next: words.next.clone(),
        open: words.open.clone(),
        follow: words.follow_on(account.username.as_deref().unwrap_or_default()),
    }
}

fn data_account(settings: &FeedSettings, account: &Account, gallery: &Gallery) -> DataAccount {
    let text = |value: &Option<String>| Caption::new(value.as_deref().unwrap_or_default()).text().to_owned();
    let username = text(&account.username);
    let url = if username.is_empty() { String::new() } else { profile_address(&username) };
    let website = account.website.clone().filter(|link| link.starts_with("https://") || link.starts_with("http://"));
    DataAccount {
        username,
        name: text(&account.name),
        url,
        biography: text(&account.biography),
        biography_html: Caption::new(account.biography.as_deref().unwrap_or_default()).html(),
        website: website.unwrap_or_default(),
        avatar: account
            .portrait
            .as_ref()
            .filter(|_| settings.display.header)
            .and_then(|id| gallery.get(id))
            .map(|picture| data_image(settings.generator.layout(), picture)),
        followers: account.followers.filter(|_| settings.counts == Counts::Write),
    }
}

fn data_post(
    settings: &FeedSettings,
    dates: &DateWriter<'_>,
    post: &Post,
    gallery: &Gallery,
    archived: &BTreeSet<MediaId>,
) -> Option<DataPost> {
    let said = said_of(post, &settings.overrides);
    let caption = match said.and_then(|said| said.caption.as_deref()) {
        Some(text) => Caption::new(text),
        None => post.caption.clone(),
    };
    let date = post.timestamp.map(|time| dates.write(time)).unwrap_or_default();
    let slides = tiles(settings, post, gallery, said, &caption, &date);
    let cover = slides.first()?;
    let permalink = post.permalink.clone().unwrap_or_default();
    let counted = |count: Option<u64>| count.filter(|_| settings.counts == Counts::Write);
    let hashtags = caption.hashtags();
    let page =
        settings.archive.as_ref().filter(|_| archived.contains(&post.id)).map(|archive| archive.address(&post.id));
    let elsewhere = said.and_then(|said| said.link.clone()).or(page);
    let link_text = match &elsewhere {
        None => &settings.words.open,
        Some(_) => said.and_then(|said| said.link_text.as_ref()).unwrap_or(&settings.words.more),
    };
    let link_text = link_text.clone();
    let link = elsewhere.unwrap_or_else(|| permalink.clone());
    Some(DataPost {
        id: post.id.to_string(),
        shortcode: post.shortcode.as_ref().map(ToString::to_string).unwrap_or_default(),
        link_on_site: link.starts_with('/'),
        link,
        link_text,
        permalink,
        timestamp: post.timestamp.map(|time| time.to_string()).unwrap_or_default(),
        date,
        r#type: post.kind.word(),
        is_reel: post.is_reel,
        label: label(settings, post, slides.len()),
        username: post.username.clone().unwrap_or_default(),
        caption_html: caption.html(),
        caption_clean: caption.clean(),
        excerpt: caption.excerpt(EXCERPT),
        caption: caption.text().to_owned(),
        tags: hashtags.clone(),
        hashtags,
        mentions: caption.mentions(),
        alt: cover.alt.clone(),
        alt_source: cover.alt_source,
        color: cover.color.clone(),
        placeholder: cover.placeholder.clone(),
        rows: rows(&cover.image),
        image: cover.image.clone(),
        video: cover.video.clone(),
        slides,
        likes: counted(post.likes),
        comments: counted(post.comments),
    })
}

/// How many rows of a masonry's grid a picture takes with the gap below it, where its width is twenty-four of them: a
/// stylesheet cannot be told a ratio where a policy forbids styles in the page.
fn rows(image: &DataImage) -> u32 {
    const GAP: f64 = 0.75;
    let tall = f64::from(image.height) / f64::from(image.width.max(1)) * 24.0 + GAP;
    (tall.round() as u32).clamp(FEWEST_ROWS, MOST_ROWS)
}

/// What kind of post it is, in words.
fn label(settings: &FeedSettings, post: &Post, slides: usize) -> String {
    let words = &settings.words;
    match (post.kind, post.is_reel) {
        (PostKind::Image, _) => words.photo.clone(),
        (PostKind::Carousel, _) => words.album_of(slides),
        (PostKind::Video, true) => words.reel.clone(),
        (PostKind::Video, false) => words.video.clone(),
    }
}

fn said_of<'a>(post: &Post, overrides: &'a [Override]) -> Option<&'a Override> {
    overrides.iter().find(|said| post.is_named(&said.post))
}

fn tiles(
    settings: &FeedSettings,
    post: &Post,
    gallery: &Gallery,
    said: Option<&Override>,
    caption: &Caption,
    date: &str,
) -> Vec<Tile> {
    // A picture that is missing takes nobody else's alternative text.
    let written: &[String] = said.map_or(&[], |said| &said.alt);
    let shown: Vec<(&Slide, Option<&str>, &Picture)> = shown_slides(settings, post)
        .iter()
        .enumerate()
        .filter_map(|(index, slide)| {
            Some((slide, written.get(index).map(String::as_str), gallery.get(&slide.id)?.as_ref()))
        })
        .collect();
    let count = shown.len();
    let short_caption = caption_for_alt(caption);
    let tile = |(index, (slide, written, picture)): (usize, &(&Slide, Option<&str>, &Picture))| {
        let (alt, source) = alt_text(post, slide, (index + 1, count), *written, &short_caption, date, &settings.words);
        Tile {
            r#type: slide.kind.word(),
            alt,
            alt_source: AltSource::word(source),
            color: picture.color.clone(),
            placeholder: picture.placeholder.clone(),
            image: data_image(settings.generator.layout(), picture),
            video: picture.clip.as_ref().map(|clip| data_video(settings.generator.layout(), clip)),
        }
    };
    shown.iter().enumerate().map(tile).collect()
}

/// The slides of `post` that are shown, numbered from 1, for which nobody wrote an alternative text.
pub fn without_alt(settings: &FeedSettings, post: &Post) -> Vec<usize> {
    let written: &[String] = said_of(post, &settings.overrides).map_or(&[], |said| &said.alt);
    slides_without_alt(shown_slides(settings, post), written)
}

/// The slides of `post` that the settings ask for.
pub fn shown_slides<'a>(settings: &FeedSettings, post: &'a Post) -> &'a [Slide] {
    match settings.carousel {
        Carousel::All => &post.slides,
        Carousel::Cover => &post.slides[..post.slides.len().min(1)],
    }
}

fn data_image(layout: &Layout, picture: &Picture) -> DataImage {
    let path_of = |rendition: &Rendition| layout.published_path(&rendition.path).to_owned();
    let largest = picture.largest();
    let sources = picture
        .formats()
        .into_iter()
        .map(|format| DataSource {
            r#type: format.mime(),
            srcset: picture
                .of_format(format)
                .map(|rendition| DataCandidate { path: path_of(rendition), width: rendition.width })
                .collect(),
        })
        .collect();
    DataImage { width: largest.width, height: largest.height, src: path_of(fallback(picture)), sources }
}

fn data_video(layout: &Layout, clip: &Clip) -> DataVideo {
    DataVideo {
        src: layout.published_path(&clip.path).to_owned(),
        r#type: "video/mp4",
        bytes: clip.bytes,
        duration: clip.seconds.map(|seconds| format!("{}:{:02}", seconds / 60, seconds % 60)),
    }
}

fn fallback(picture: &Picture) -> &Rendition {
    let formats = picture.formats();
    let format = if formats.contains(&Format::Jpeg) { Some(Format::Jpeg) } else { formats.last().copied() };
    let all = || picture.renditions.iter().filter(|rendition| Some(rendition.format) == format);
    all()
        .find(|rendition| rendition.width >= FALLBACK_WIDTH)
        .or_else(|| all().next_back())
        .unwrap_or_else(|| picture.largest())
}
