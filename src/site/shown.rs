//! What a data file on disk shows, read leniently: it may be of an earlier version or edited by hand. Pure.

use jiff::Timestamp;
use serde_json::Value;

/// One post of a data file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownPost {
    /// Id of the media node.
    pub id: String,
    /// Its shortcode, or its id where there is none.
    pub handle: String,
    /// When it was published, where that is known.
    pub timestamp: Option<Timestamp>,
}

/// Reads the posts of a data file; an absent or unreadable one shows none.
pub fn shown_posts(bytes: Option<&[u8]>) -> Vec<ShownPost> {
    let value: Value = bytes.and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default();
    let posts = value.get("posts").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    posts.iter().filter_map(shown_post).collect()
}

fn shown_post(post: &Value) -> Option<ShownPost> {
    let text = |key: &str| post.get(key).and_then(Value::as_str);
    let id = text("id")?.to_owned();
    let handle = text("shortcode").filter(|code| !code.is_empty()).unwrap_or(&id).to_owned();
    let timestamp = text("timestamp").and_then(|time| time.parse().ok());
    Some(ShownPost { id, handle, timestamp })
}

/// Whether these bytes are plainly a data file of feedbake's, of whatever version.
pub fn is_data_file(bytes: &[u8]) -> bool {
    serde_json::from_slice::<Value>(bytes)
        .is_ok_and(|value| value["version"].is_u64() && value["feed"]["name"].is_string() && value["posts"].is_array())
}

/// The data file without the posts of which a picture is missing in the site, and without videos that are; `None` when
/// nothing is.
///
/// `is_there` is asked for paths as they stand in the file, relative to the published folder. What is left of the file
/// says the same as before, its keys in alphabetical order.
pub fn without_missing(bytes: &[u8], is_there: &dyn Fn(&str) -> bool) -> Option<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(bytes).ok()?;
    let posts = value.get_mut("posts")?.as_array_mut()?;
    let before = posts.len();
    let without_videos = posts.iter_mut().fold(0, |all, post| all + drop_missing_videos(post, is_there));
    posts.retain(|post| named_paths(post).into_iter().all(is_there));
    if posts.len() == before && without_videos == 0 {
        return None;
    }
    let mut bytes = serde_json::to_vec_pretty(&value).ok()?;
    bytes.push(b'\n');
    Some(bytes)
}

/// A video that is missing costs itself alone: its poster stands in for it. Returns how many were.
fn drop_missing_videos(value: &mut Value, is_there: &dyn Fn(&str) -> bool) -> usize {
    let is_missing = |video: &Value| video["src"].as_str().is_none_or(|path| !is_there(path));
    match value {
        Value::Object(map) => {
            let own = usize::from(map.get("video").is_some_and(is_missing) && map.remove("video").is_some());
            own + map.values_mut().fold(0, |all, value| all + drop_missing_videos(value, is_there))
        }
        Value::Array(list) => list.iter_mut().fold(0, |all, value| all + drop_missing_videos(value, is_there)),
        _ => 0,
    }
}

/// The paths that a data file, or a part of one, names, relative to the published folder.
pub fn named_paths(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(map) => map
            .iter()
            .flat_map(|(key, value)| match (key.as_str(), value) {
                ("path" | "src", Value::String(path)) => vec![path.as_str()],
                _ => named_paths(value),
            })
            .collect(),
        Value::Array(list) => list.iter().flat_map(named_paths).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_goes_when_one_of_its_pictures_is_missing_and_only_then() {
        let file = br#"{"version":1,"posts":[
            {"id":"1","image":{"src":"a.jpg","sources":[{"srcset":[{"path":"a.webp","width":1}]}]},"slides":[]},
            {"id":"2","image":{"src":"b.jpg","sources":[]},"slides":[{"src":"c.jpg"}]}]}"#;
        let left = |missing: &'static str| {
            let mended = without_missing(file, &|path| path != missing);
            mended.map(|bytes| shown_posts(Some(&bytes)).into_iter().map(|post| post.id).collect::<Vec<_>>())
        };
        assert_eq!(left("z.jpg"), None);
        assert_eq!(left("a.webp"), Some(vec!["2".to_owned()]));
        assert_eq!(left("c.jpg"), Some(vec!["1".to_owned()]));
        assert_eq!(without_missing(b"no file", &|_| false), None);
        let film = br#"{"posts":[{"id":"1","image":{"src":"a.jpg"},"video":{"src":"a.mp4"},"slides":[{"src":"a.jpg","video":{"src":"a.mp4"}}]}]}"#;
        let mended = without_missing(film, &|path| path != "a.mp4").unwrap();
        assert!(!String::from_utf8_lossy(&mended).contains("video") && shown_posts(Some(&mended)).len() == 1);
    }
}
