//! Several feeds as one: what their data files show, by date. Pure.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;

use super::data::empty_data_file;
use super::masonry;
use crate::config::FeedSettings;
use crate::feed::Post;
use crate::select::Sort;

/// The data file of the merged feed `settings`, made of the data files of its parts as they are now; one that is absent
/// or unreadable has no posts.
///
/// A post that several parts show is there once. The account is named where all parts have the same one. Keys stand in
/// alphabetical order.
pub fn merged(settings: &FeedSettings, parts: &[Option<Vec<u8>>]) -> Merged {
    let parts: Vec<Value> = parts.iter().flatten().filter_map(|bytes| serde_json::from_slice(bytes).ok()).collect();
    let posts_of = |part: &Value| part.get("posts").and_then(Value::as_array).cloned().unwrap_or_default();
    let posts = as_one(settings, parts.iter().flat_map(posts_of).collect(), age);
    let shown = posts.iter().map(|post| sources(&post["slides"])).collect();
    let mut file = serde_json::to_value(empty_data_file(settings)).unwrap_or_default();
    let accounts: BTreeSet<String> =
        parts.iter().filter_map(|part| part.get("account")).map(Value::to_string).collect();
    if let (1, Some(part)) = (accounts.len(), parts.first()) {
        for path in ["/account", "/words/follow"] {
            if let Some((known, place)) = part.pointer(path).zip(file.pointer_mut(path)) {
                *place = known.clone();
            }
        }
    }
    let rows =
        posts.iter().map(|post| post.get("rows").and_then(Value::as_u64).and_then(|rows| u32::try_from(rows).ok()));
    if let Some((rows, place)) = rows.collect::<Option<Vec<u32>>>().zip(file.get_mut("masonry")) {
        *place = masonry::classes(&rows).into();
    }
    if let Some(place) = file.get_mut("posts") {
        *place = Value::Array(posts);
    }
    let mut bytes = serde_json::to_vec_pretty(&file).expect("the data file is made of texts and numbers");
    bytes.push(b'\n');
    let portrait = sources(&serde_json::json!([file["account"]["avatar"]])).pop();
    Merged { bytes, posts: shown, portrait }
}

/// What is shown of several feeds as one.
#[derive(Debug)]
pub struct Merged {
    /// The data file.
    pub bytes: Vec<u8>,
    /// For each post the addresses of its pictures, from the folder that is published.
    pub posts: Vec<Vec<String>>,
    /// That of the account's picture.
    pub portrait: Option<String>,
}

/// The addresses of a list of pictures.
fn sources(pictures: &Value) -> Vec<String> {
    let all = pictures.as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().filter_map(|picture| picture["src"].as_str().map(str::to_owned)).collect()
}

/// A post, and the feed that it is shown in.
pub type PostOf<'a> = (&'a FeedSettings, &'a Post);

/// The posts that a merged feed shows, of all that its parts show.
pub fn merged_posts<'a>(settings: &FeedSettings, posts: impl Iterator<Item = PostOf<'a>>) -> Vec<PostOf<'a>> {
    as_one(settings, posts.collect(), |(_, post)| (post.timestamp, post.id.as_str()))
}

/// Sorts posts of several feeds by what `age` says of each, its date and its id; each is there once, and no more than
/// are wished for.
fn as_one<T>(settings: &FeedSettings, mut posts: Vec<T>, age: fn(&T) -> (Option<Timestamp>, &str)) -> Vec<T> {
    match settings.wish.sort {
        // Each part was sorted by its own wish; between them only time can be compared.
        Sort::Newest | Sort::Likes | Sort::Random => posts.sort_by(|left, right| age(right).cmp(&age(left))),
        Sort::Oldest => posts.sort_by(|left, right| age(left).cmp(&age(right))),
    }
    let mut seen = BTreeSet::new();
    posts.retain(|post| seen.insert(age(post).1.to_owned()));
    posts.truncate(settings.wish.limit.get());
    posts
}

/// Posts of unknown age are the oldest; of one age the later id comes first.
fn age(post: &Value) -> (Option<Timestamp>, &str) {
    let text = |key: &str| post.get(key).and_then(Value::as_str);
    (text("timestamp").and_then(|time| time.parse().ok()), text("id").unwrap_or_default())
}
