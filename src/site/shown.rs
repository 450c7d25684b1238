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
