//! A page for one post, and the page of all of them, as files of Zola's content folder. Pure.
//!
//! Everything stands in the front matter: what strangers write is no Markdown, and calls no shortcode.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::config::ArchiveSettings;
use crate::feed::MediaId;
use crate::files::SitePath;
use crate::media::hex;

/// How every page begins.
const HEAD: &str = "+++\n# Made by feedbake. Edit it, and it is yours: feedbake writes it no more.\n";

/// Longest title, in graphemes.
pub const TITLE: usize = 70;

/// A file of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Where it goes.
    pub place: SitePath,
    /// What is in it.
    pub text: String,
}

impl Page {
    /// SHA-256 of its text, hexadecimal.
    pub fn sha256(&self) -> String {
        hex(&Sha256::digest(&self.text))
    }
}

/// Whether these bytes are a page that feedbake could have made.
pub fn is_page(bytes: &[u8]) -> bool {
    bytes.starts_with(HEAD.as_bytes())
}

/// The post that a page at `place` is of, by its name; none where it is a page of all.
pub fn post_of(place: &SitePath) -> Option<MediaId> {
    let name = place.as_str().rsplit('/').next()?.strip_suffix(".md")?;
    MediaId::new(name).ok().filter(|_| name != "_index")
}

/// The page of a post: `post` as it would stand in the data file, `title` and `id` as they are shown.
pub fn page(settings: &ArchiveSettings, id: &str, title: &str, post: &Map<String, Value>) -> Option<Page> {
    let place = SitePath::new(&format!("{}/{id}.md", settings.folder)).ok()?;
    let path = settings.folder.below("content").unwrap_or_default();
    let mut text = String::from(HEAD);
    let mut line = |key: &str, value: String| text.extend([key, " = ", &value, "\n"]);
    line("title", toml_text(title));
    if let Some(time) = post.get("timestamp").and_then(Value::as_str).filter(|time| !time.is_empty()) {
        line("date", time.to_owned());
    }
    line("path", toml_text(&format!("{path}/{id}")));
    line("template", toml_text("instagram-post.html"));
    if let (Some(taxonomy), Some(tags)) = (&settings.taxonomy, post.get("tags")) {
        text.push_str("\n[taxonomies]\n");
        text.extend([taxonomy.as_str(), " = ", &toml(tags), "\n"]);
    }
    text.push_str("\n[extra.instagram]\n");
    for (key, value) in post {
        if !value.is_null() {
            text.extend([key.as_str(), " = ", &toml(value), "\n"]);
        }
    }
    text.push_str("+++\n");
    Some(Page { place, text })
}

/// The page of all posts; `feed` is the path of the feed for readers, where there is one.
pub fn section(settings: &ArchiveSettings, title: &str, feed: Option<&str>) -> Option<Page> {
    let place = SitePath::new(&format!("{}/_index.md", settings.folder)).ok()?;
    let mut text = String::from(HEAD);
    text.extend(["title = ", &toml_text(title), "\n"]);
    text.push_str("sort_by = \"date\"\npaginate_by = 24\ntemplate = \"instagram-archive.html\"\n");
    if let Some(feed) = feed {
        text.extend(["\n[extra]\njson_feed = ", &toml_text(feed), "\n"]);
    }
    text.push_str("+++\n");
    Some(Page { place, text })
}

/// A value as TOML writes it, on one line.
fn toml(value: &Value) -> String {
    match value {
        // There is none; whoever asks for a key that is absent gets the same.
        Value::Null => "\"\"".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => toml_text(text),
        Value::Array(items) => format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            let fields: Vec<String> =
                fields.map(|(key, value)| format!("{} = {}", toml_text(key), toml(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
    }
}

/// A text as TOML writes it, on one line. Three signs of plus would end the front matter.
fn toml_text(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 2);
    written.push('"');
    for letter in text.chars() {
        match letter {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\t' => written.push_str("\\t"),
            '+' => written.push_str("\\u002B"),
            letter if letter.is_control() => written.push_str(&format!("\\u{:04X}", u32::from(letter))),
            letter => written.push(letter),
        }
    }
    written.push('"');
    written
}
