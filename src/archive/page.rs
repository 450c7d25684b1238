//! A page for one post, and the page of all of them, as files of Zola's content folder. Pure.
//!
//! Everything stands in the front matter: what strangers write is no Markdown, and calls no shortcode.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::config::{ArchiveSettings, Slugs};
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
///
/// The description is what Zola's feeds and a theme's head show of a page; the author is what keeps those feeds from
/// calling everybody unknown. Zola 0.17 takes both keys.
pub fn page(settings: &ArchiveSettings, id: &str, title: &str, post: &Map<String, Value>) -> Option<Page> {
    let place = SitePath::new(&format!("{}/{id}.md", settings.folder)).ok()?;
    let path = settings.folder.below("content").unwrap_or_default();
    let mut text = String::from(HEAD);
    let mut line = |key: &str, value: String| text.extend([key, " = ", &value, "\n"]);
    let text_of = |key: &str| post.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    line("title", toml_text(title));
    if let Some(excerpt) = text_of("excerpt") {
        line("description", toml_text(excerpt));
    }
    if let Some(time) = text_of("timestamp") {
        line("date", time.to_owned());
    }
    if let Some(username) = text_of("username") {
        line("authors", format!("[{}]", toml_text(username)));
    }
    line("path", toml_text(&format!("{path}/{id}")));
    line("template", toml_text("instagram-post.html"));
    let terms = settings.taxonomy.as_ref().zip(post.get("tags").and_then(Value::as_array));
    let terms = terms.map(|(taxonomy, tags)| (taxonomy, Value::from(terms_of(tags, settings.slugs))));
    if let Some((taxonomy, terms)) = &terms {
        text.push_str("\n[taxonomies]\n");
        text.extend([taxonomy.as_str(), " = ", &toml(terms), "\n"]);
    }
    text.push_str("\n[extra.instagram]\n");
    for (key, value) in post {
        // Templates lead from each of the tags to the page of its term.
        let value = terms.as_ref().filter(|_| key == "tags").map_or(value, |(_, terms)| terms);
        if !value.is_null() {
            text.extend([key.as_str(), " = ", &toml(value), "\n"]);
        }
    }
    text.push_str("+++\n");
    Some(Page { place, text })
}

/// The tags that are terms of the taxonomy: those that have an address, and of two that share one the first. One without
/// would take the place of the list of all terms.
fn terms_of(tags: &[Value], slugs: Slugs) -> Vec<Value> {
    let mut taken = BTreeSet::new();
    let mut is_new = |slug: String| !slug.is_empty() && taken.insert(slug);
    tags.iter().filter(|tag| tag.as_str().is_some_and(|tag| is_new(slugs.slug(tag)))).cloned().collect()
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::Deleted;

    fn front_matter(post: Value, taxonomy: Option<&str>, slugs: Slugs) -> toml::Table {
        let settings = ArchiveSettings {
            folder: SitePath::new("content/instagram").unwrap(),
            deleted: Deleted::Remove,
            taxonomy: taxonomy.map(str::to_owned),
            slugs,
            recheck: std::time::Duration::ZERO,
            site_url: None,
        };
        let page = page(&settings, "1", "A title", post.as_object().unwrap()).unwrap();
        page.text.trim_matches(['+', '\n']).parse().unwrap()
    }

    #[test]
    fn a_tag_without_an_address_is_no_term_and_two_that_share_one_are_one() {
        let cases: [(&[&str], Slugs, &[&str]); 7] = [
            (&["ع"], Slugs::Ascii, &[]),
            (&["🫨", "sea", "ـ", "々々"], Slugs::Ascii, &["sea"]),
            (&["I", "ı", "ß", "SS"], Slugs::Ascii, &["I", "ß"]),
            (&["東京", "桜"], Slugs::Ascii, &["東京", "桜"]),
            (&["ع", "I", "ı"], Slugs::Safe, &["ع", "I", "ı"]),
            (&["ع", "I", "ı"], Slugs::Unchanged, &["ع", "I", "ı"]),
            (&[], Slugs::Ascii, &[]),
        ];
        for (tags, slugs, expected) in cases {
            let expected: toml::Value = expected.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>().into();
            let post = json!({ "tags": tags, "hashtags": tags });
            let table = front_matter(post.clone(), Some("tags"), slugs);
            assert_eq!(table["taxonomies"]["tags"], expected, "{tags:?}, {slugs:?}");
            let said = &table["extra"]["instagram"];
            assert_eq!(said["tags"], expected, "templates lead to the pages of terms");
            assert_eq!(
                said["hashtags"].as_array().unwrap().len(),
                tags.len(),
                "they are words of the post all the same"
            );
            // Without a taxonomy nothing has an address.
            let table = front_matter(post, None, slugs);
            assert!(!table.contains_key("taxonomies"));
            assert_eq!(table["extra"]["instagram"]["tags"].as_array().unwrap().len(), tags.len());
        }
    }

    #[test]
    fn a_page_says_whose_it_is_and_what_it_is_about() {
        let post =
            json!({ "excerpt": "Low \"tide\" +++", "username": "some.one", "timestamp": "2026-05-01T10:00:00Z" });
        let table = front_matter(post, None, Slugs::Ascii);
        assert_eq!(table["description"].as_str(), Some("Low \"tide\" +++"));
        assert_eq!(table["authors"][0].as_str(), Some("some.one"));
        let table = front_matter(json!({ "excerpt": "", "username": "" }), None, Slugs::Ascii);
        assert!(!table.contains_key("description") && !table.contains_key("authors") && !table.contains_key("date"));
    }
}
