//! From the API's JSON to our words: the one place that knows both. Pure.
//!
//! Lenient in one direction only: whatever is missing or strange costs the least it can. A bad item costs itself, a
//! bad field itself, and nothing of what is read becomes a path or a link without a check.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;
use url::Url;

use crate::feed::{Account, Caption, MediaId, MediaLink, Post, PostKind, Shortcode, Slide, SlideKind, one_line};

/// The app takes twenty slides since 2024. There is no reason to stop there, and none to make a million pictures.
const MOST_SLIDES: usize = 100;

/// More items than `scan` can ask for are not looked at, and no answer of the API has ever had more than a hundred.
const MOST_ITEMS: usize = 10_000;

/// An item of the list that is no post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Its id, as far as it had one.
    pub id: Option<String>,
    /// What was wrong.
    pub why: String,
}

impl Unreadable {
    /// What to call it.
    pub fn name(&self) -> String {
        self.id.clone().unwrap_or_else(|| "an item without an id".to_owned())
    }
}

/// One page of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageFacts {
    /// In the order of the answer, each id once.
    pub posts: Vec<Post>,
    /// Items that are no posts.
    pub unreadable: Vec<Unreadable>,
    /// The cursor behind the last item.
    pub after: Option<String>,
    /// Whether the API says there is more.
    pub has_next: bool,
}

/// Reads one page; `None` when the answer is no list.
pub fn page(answer: &Value) -> Option<PageFacts> {
    let items = answer.get("data")?.as_array()?;
    let mut facts = PageFacts::default();
    let mut known = BTreeSet::new();
    for item in items.iter().take(MOST_ITEMS) {
        match post(item) {
            // Two pages may share a post of a list that grew; one answer names each once.
            Ok(post) if !known.insert(post.id.clone()) => {
                let why = "another item of the same answer has its id".to_owned();
                facts.unreadable.push(Unreadable { id: Some(post.id.to_string()), why });
            }
            Ok(post) => facts.posts.push(post),
            Err(why) => facts.unreadable.push(why),
        }
    }
    let paging = answer.get("paging");
    let next = paging.and_then(|paging| text(paging, "next"));
    let cursor = paging.and_then(|paging| text(paging.get("cursors")?, "after"));
    // `next` holds the token, so it is never asked for; the cursor in it stands in for one that is missing.
    facts.after = cursor.or_else(|| after_in(next.as_deref()?));
    facts.has_next = next.is_some();
    Some(facts)
}

fn after_in(next: &str) -> Option<String> {
    let url = Url::parse(next).ok()?;
    url.query_pairs().find(|(key, _)| key == "after").map(|(_, cursor)| cursor.into_owned())
}

/// Reads one post.
///
/// # Errors
/// [`Unreadable`] when it has no usable id.
pub fn post(item: &Value) -> Result<Post, Unreadable> {
    let id = id(item).map_err(|why| Unreadable { id: None, why })?;
    let permalink = text(item, "permalink").and_then(|link| instagram_page(&link));
    let shortcode = text(item, "shortcode")
        .and_then(|code| Shortcode::new(&code).ok())
        .or_else(|| permalink.as_deref().and_then(Shortcode::find));
    let children: Vec<Slide> = item
        .get("children")
        .and_then(|children| children.get("data").or(Some(children)))
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
        .filter_map(child)
        .take(MOST_SLIDES)
        .collect();
    let kind = kind(item, &children);
    Ok(Post {
        shortcode,
        permalink,
        timestamp: item.get("timestamp").and_then(timestamp),
        kind,
        is_reel: text(item, "media_product_type").is_some_and(|kind| kind.eq_ignore_ascii_case("REELS")),
        caption: Caption::new(&text(item, "caption").unwrap_or_default()),
        slides: slides(item, &id, kind, children),
        username: text(item, "username").and_then(handle),
        likes: item.get("like_count").and_then(Value::as_u64),
        comments: item.get("comments_count").and_then(Value::as_u64),
        id,
    })
}

/// Reads an account: flat as the API really answers, or in the list its documentation shows.
pub fn account(answer: &Value) -> Account {
    let of_list = answer.get("data").and_then(|data| data.as_array()?.first());
    let facts = of_list.unwrap_or(answer);
    let portrait_link = text(facts, "profile_picture_url").map(MediaLink::new);
    // Ids of posts are digits alone, so that this is none of them.
    let portrait = id(facts).ok();
    let portrait =
        portrait.and_then(|id| MediaId::new(&format!("profile-{id}")).ok()).filter(|_| portrait_link.is_some());
    Account {
        portrait,
        portrait_link,
        username: text(facts, "username").and_then(handle),
        name: text(facts, "name"),
        biography: text(facts, "biography"),
        website: text(facts, "website").filter(|link| Url::parse(link).is_ok_and(|url| is_web(&url))),
        followers: facts.get("followers_count").and_then(Value::as_u64),
        account_type: text(facts, "account_type").map(|kind| one_line(&kind).to_uppercase()),
    }
}

/// A text that is there and not empty.
fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

/// Ids are texts, but some answers hold bare numbers.
fn id(value: &Value) -> Result<MediaId, String> {
    match value.get("id") {
        Some(Value::String(id)) => MediaId::new(id).map_err(|error| error.to_string()),
        Some(Value::Number(id)) => MediaId::new(&id.to_string()).map_err(|error| error.to_string()),
        _ => Err("it has no id".to_owned()),
    }
}

fn handle(name: String) -> Option<String> {
    let fits = name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'));
    fits.then_some(name)
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "https" | "http")
}

fn instagram_page(link: &str) -> Option<String> {
    let url = Url::parse(link).ok()?;
    let is_instagram = matches!(url.host_str(), Some("www.instagram.com" | "instagram.com"));
    (url.scheme() == "https" && is_instagram && url.username().is_empty()).then(|| url.to_string())
}

/// `2026-02-05T05:29:20+0000` as the API writes it, every RFC 3339 form, and seconds since 1970.
fn timestamp(value: &Value) -> Option<Timestamp> {
    if let Some(seconds) = value.as_i64() {
        return Timestamp::from_second(seconds).ok();
    }
    let text = value.as_str()?.trim();
    text.parse().ok().or_else(|| Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", text).ok())
}

fn kind(item: &Value, children: &[Slide]) -> PostKind {
    match text(item, "media_type").unwrap_or_default().as_str() {
        "IMAGE" => PostKind::Image,
        "VIDEO" => PostKind::Video,
        "CAROUSEL_ALBUM" => PostKind::Carousel,
        // A kind that nobody knew when this was written shows itself by what it is made of.
        _ if !children.is_empty() => PostKind::Carousel,
        _ if is_video(item) => PostKind::Video,
        _ => PostKind::Image,
    }
}

fn is_video(item: &Value) -> bool {
    text(item, "thumbnail_url").is_some()
        || text(item, "media_url").is_some_and(|link| MediaLink::new(link).file_name().ends_with(".mp4"))
}

fn child(item: &Value) -> Option<Slide> {
    let id = id(item).ok()?;
    let kind = match text(item, "media_type").unwrap_or_default().as_str() {
        "VIDEO" => SlideKind::Video,
        "IMAGE" => SlideKind::Image,
        _ if is_video(item) => SlideKind::Video,
        _ => SlideKind::Image,
    };
    Some(slide(item, id, kind))
}

/// A still picture is a video's thumbnail before it is its `media_url`, which is the video itself most of the time.
fn slide(item: &Value, id: MediaId, kind: SlideKind) -> Slide {
    let keys: [&str; 2] = match kind {
        SlideKind::Video => ["thumbnail_url", "media_url"],
        SlideKind::Image => ["media_url", "thumbnail_url"],
    };
    let mut picture_links: Vec<MediaLink> = Vec::new();
    for link in keys.iter().filter_map(|key| text(item, key)).map(MediaLink::new) {
        if !picture_links.contains(&link) {
            picture_links.push(link);
        }
    }
    // Of a video that Instagram withholds the file of there is the thumbnail alone.
    let video_link = text(item, "media_url").filter(|_| kind == SlideKind::Video).map(MediaLink::new);
    Slide { id, kind, picture_links, video_link, author_alt: text(item, "alt_text") }
}

/// The slides of a post: its children, or itself. A child without a link stays, for an older copy of it may be kept.
fn slides(item: &Value, id: &MediaId, kind: PostKind, children: Vec<Slide>) -> Vec<Slide> {
    let own_kind = if kind == PostKind::Video { SlideKind::Video } else { SlideKind::Image };
    let own = slide(item, id.clone(), own_kind);
    // Children of which only the ids came are worth less than the album's own picture.
    let any_link = children.iter().any(|child| !child.picture_links.is_empty());
    if children.is_empty() || (!any_link && !own.picture_links.is_empty()) { vec![own] } else { children }
}
