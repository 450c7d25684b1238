//! The newest posts of an archive as a [JSON Feed](https://www.jsonfeed.org/version/1.1/). Pure.

use serde_json::{Map, Value, json};

use crate::config::ArchiveSettings;
use crate::feed::{Account, one_line, profile_address};
use crate::files::SitePath;

const VERSION: &str = "https://jsonfeed.org/version/1.1";

/// Entries in it: readers keep the older ones themselves.
const ENTRIES: usize = 50;

/// Where it goes.
pub fn json_feed_place(settings: &ArchiveSettings) -> Option<SitePath> {
    let path = settings.folder.below("content")?;
    SitePath::new(&format!("static/{path}/feed.json")).ok()
}

/// Whether these bytes are a feed that feedbake could have made.
pub fn is_json_feed(bytes: &[u8]) -> bool {
    serde_json::from_slice::<Value>(bytes).is_ok_and(|feed| feed["version"] == VERSION && feed["_feedbake"].is_object())
}

/// The bytes of the feed; `None` where the address of the site is not known. `author` wrote all of it; `posts` are as in
/// the data file, newest first, each with its title.
pub fn json_feed(
    settings: &ArchiveSettings,
    title: &str,
    author: &Account,
    language: &str,
    posts: &[(String, Map<String, Value>)],
) -> Option<Vec<u8>> {
    let site = settings.site_url.as_ref()?;
    let home = format!("{site}/{}/", settings.folder.below("content")?);
    let items: Vec<Value> = posts.iter().take(ENTRIES).map(|(title, post)| item(site, &home, title, post)).collect();
    let mut feed = json!({
        "version": VERSION,
        "title": title,
        "home_page_url": home,
        "feed_url": format!("{site}/{}", json_feed_place(settings)?.below("static")?),
        "language": language,
        "_feedbake": { "generator": "feedbake" },
        "items": items,
    });
    if let Some(username) = &author.username {
        let name = author.name.as_ref().unwrap_or(username);
        feed["authors"] = json!([{ "name": one_line(name), "url": profile_address(username) }]);
    }
    let mut bytes = serde_json::to_vec_pretty(&feed).expect("the feed is made of texts and numbers");
    bytes.push(b'\n');
    Some(bytes)
}

fn item(site: &str, home: &str, title: &str, post: &Map<String, Value>) -> Value {
    let text = |key: &str| post.get(key).and_then(Value::as_str).unwrap_or_default();
    let address = format!("{home}{}/", text("id"));
    let slides = post.get("slides").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let picture = |slide: &Value| {
        let part = |key: &str| escaped(slide[key].as_str().unwrap_or_default());
        format!(
            "<p><img src=\"{}/{}\" alt=\"{}\" width=\"{}\" height=\"{}\"></p>",
            escaped(site),
            part("src"),
            part("alt"),
            slide["width"],
            slide["height"]
        )
    };
    let mut html: String = slides.iter().map(picture).collect();
    if !text("caption_html").is_empty() {
        html.extend(["<p>", text("caption_html"), "</p>"]);
    }
    let mut item = json!({
        "id": address,
        "url": address,
        "title": title,
        "content_html": html,
        "image": slides.first().map(|slide| format!("{site}/{}", slide["src"].as_str().unwrap_or_default())),
        "tags": post.get("tags").cloned().unwrap_or_default(),
    });
    let more = [("external_url", text("permalink")), ("date_published", text("timestamp"))];
    for (key, value) in more.into_iter().filter(|(_, value)| !value.is_empty()) {
        item[key] = json!(value);
    }
    item
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
