//! Writes accounts, posts and pages as the API writes them, and refuses the fields it refuses.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::Value;

use super::answers::{Refusal, quoted, wire};
use super::faults::Fault;
use super::fields::{Field, parse};
use super::graph::{Route, number, parameter};
use super::world::{Login, Node, Token, World};
use crate::loopback::Request;

const USER_FIELDS: [&str; 13] = [
    "id",
    "user_id",
    "username",
    "name",
    "account_type",
    "profile_picture_url",
    "followers_count",
    "follows_count",
    "media_count",
    "biography",
    "website",
    "has_profile_pic",
    "is_published",
];

const MEDIA_FIELDS: [&str; 19] = [
    "id",
    "caption",
    "alt_text",
    "media_type",
    "media_product_type",
    "media_url",
    "thumbnail_url",
    "permalink",
    "shortcode",
    "timestamp",
    "username",
    "owner",
    "like_count",
    "comments_count",
    "is_comment_enabled",
    "is_shared_to_feed",
    "is_ai_generated",
    "children",
    "legacy_instagram_media_id",
];

const CHILD_FIELDS: [&str; 10] = [
    "id",
    "media_type",
    "media_url",
    "thumbnail_url",
    "permalink",
    "shortcode",
    "timestamp",
    "username",
    "owner",
    "alt_text",
];

/// The API sends no more posts at once.
const LARGEST_PAGE: usize = 100;

/// How a cursor begins that points at nothing.
const FAULTY_CURSOR: &str = "QVFIfault";

/// Writes answers.
pub(super) struct Pen<'a> {
    pub world: &'a mut World,
    pub base: &'a str,
    pub now: Timestamp,
    pub fault: Option<Fault>,
}

impl Pen<'_> {
    pub(super) fn find(&self, id: &str) -> Result<Node, Refusal> {
        self.world.node(id).cloned().ok_or_else(|| {
            Refusal::api(100, format!("Unsupported get request. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation")).subcode(33)
        })
    }

    fn known_field(&self, field: &Field, known: &[&str], node_type: &str) -> Result<(), Refusal> {
        let facebook = self.world.login == Login::Facebook;
        let elsewhere = facebook && matches!(field.name.as_str(), "account_type" | "user_id");
        if known.contains(&field.name.as_str()) && !elsewhere {
            return Ok(());
        }
        let prefix = if facebook { "(#100) " } else { "" };
        let message = format!("{prefix}Tried accessing nonexisting field ({}) on node type ({node_type})", field.name);
        Err(Refusal::api(100, message))
    }

    pub(super) fn account(&mut self, fields: &[Field]) -> Result<String, Refusal> {
        let mut written = Vec::new();
        for field in fields {
            self.known_field(field, &USER_FIELDS, "IGUser")?;
            match self.world.account.get(&field.name).cloned() {
                Some(Value::String(name)) if field.name == "profile_picture_url" => {
                    let link = self.world.link(self.base, &name, self.now);
                    written.push((field.shown_as.clone(), quoted(&link)));
                }
                Some(value) => written.push((field.shown_as.clone(), wire(&value))),
                None => {}
            }
        }
        let id = self.world.account.get("id").cloned().unwrap_or_default();
        Ok(object(written, &wire(&id)))
    }

    pub(super) fn nodes(&mut self, nodes: &[Node], fields: &[Field], is_child: bool) -> Result<String, Refusal> {
        let written: Vec<String> =
            nodes.iter().map(|node| self.node(node, fields, is_child)).collect::<Result<_, _>>()?;
        Ok(format!("[{}]", written.join(",")))
    }

    pub(super) fn node(&mut self, node: &Node, fields: &[Field], is_child: bool) -> Result<String, Refusal> {
        let known: &[&str] = if is_child { &CHILD_FIELDS } else { &MEDIA_FIELDS };
        let mut written = Vec::new();
        for field in fields {
            self.known_field(field, known, "IGMedia")?;
            if let Some(value) = self.value(node, field)? {
                written.push((field.shown_as.clone(), value));
            }
        }
        if self.fault == Some(Fault::ExtraKeys) {
            written.push(("is_hologram".to_owned(), "true".to_owned()));
            written.push(("novelty".to_owned(), "{\"a\":[1,null]}".to_owned()));
        }
        let id = node.text("id");
        let id = if self.fault == Some(Fault::NumbersAsIds) { id.to_owned() } else { quoted(id) };
        for (_, value) in written.iter_mut().filter(|(key, _)| key == "id") {
            value.clone_from(&id);
        }
        Ok(object(written, &id))
    }

    fn value(&mut self, node: &Node, field: &Field) -> Result<Option<String>, Refusal> {
        let is_video = node.text("media_type") == "VIDEO";
        Ok(match (field.name.as_str(), self.fault) {
            ("media_url", Some(Fault::VideoWithoutMediaUrl)) if is_video => None,
            ("media_url", Some(Fault::ImageWithoutMediaUrl)) if self.is_newest_image(node) => None,
            ("media_url", _) => self.link(node.media.as_deref()),
            ("thumbnail_url", _) => self.link(node.thumbnail.as_deref()),
            ("children", Some(Fault::WithoutChildren)) => None,
            ("children", _) if node.children.is_empty() => None,
            ("children", _) => {
                let ids = parse("id").unwrap_or_default();
                let limit = field.limit.unwrap_or(usize::MAX).min(node.children.len());
                let inner = field.inner.as_ref().unwrap_or(&ids);
                Some(format!("{{\"data\":{}}}", self.nodes(&node.children[..limit], inner, true)?))
            }
            ("media_type", Some(Fault::UnknownMediaType)) => Some(quoted("HOLOGRAM")),
            ("caption", Some(Fault::HalfEmoji)) => Some("\"cut short \\ud83d\"".to_owned()),
            ("caption", Some(Fault::HostileCaptions)) => Some(quoted(hostile_caption(node.text("id")))),
            ("owner", _) => Some(format!("{{\"id\":{}}}", quoted(self.world.account_id()))),
            ("is_comment_enabled", _) => Some("true".to_owned()),
            (name, _) => node.facts.get(name).map(wire),
        })
    }

    fn link(&mut self, name: Option<&str>) -> Option<String> {
        let link = self.world.link(self.base, name?, self.now);
        let heic = self.fault == Some(Fault::JpegNamedHeic);
        Some(quoted(&if heic { link.replace("_n.jpg?", "_n.heic?") } else { link }))
    }

    fn is_newest_image(&self, node: &Node) -> bool {
        let newest = self.world.listed().into_iter().find(|post| post.text("media_type") == "IMAGE");
        newest.is_some_and(|newest| newest.text("id") == node.text("id"))
    }

    pub(super) fn list(
        &mut self,
        request: &Request,
        route: &Route<'_>,
        token: &Token,
        fields: &[Field],
    ) -> Result<String, Refusal> {
        // The names are checked even when there is nothing to show.
        self.nodes(&[Node::default()], fields, false)?;
        let limit = match parameter(request, "limit") {
            None => 25,
            Some(text) => match text.parse::<i64>() {
                Ok(limit) if limit > 0 => usize::try_from(limit).unwrap_or(LARGEST_PAGE).min(LARGEST_PAGE),
                _ => return Err(Refusal::api(100, "(#100) Param limit must be greater than 0")),
            },
        };
        let between = |key: &str| number(request, key).and_then(|seconds| Timestamp::from_second(seconds as i64).ok());
        let (since, until) = (between("since"), between("until"));
        let posted = |node: &Node| Timestamp::strptime("%Y-%m-%dT%H:%M:%S%z", node.text("timestamp")).ok();
        let mut posts: Vec<&Node> = self.world.listed();
        if since.is_some() || until.is_some() {
            posts.retain(|node| {
                let is_between = |at| since.is_none_or(|since| at >= since) && until.is_none_or(|until| at <= until);
                posted(node).is_none_or(is_between)
            });
        }
        if self.fault == Some(Fault::EmptyList) {
            posts.clear();
        }
        let after = parameter(request, "after");
        let start = match (after.as_deref(), parameter(request, "before")) {
            // Cursors that faults hand out lead to the beginning.
            (Some(cursor), _) if cursor.starts_with(FAULTY_CURSOR) => 0,
            (Some(cursor), _) => self.place(&posts, cursor)? + 1,
            (None, Some(cursor)) => self.place(&posts, &cursor)?.saturating_sub(limit),
            (None, None) => 0,
        };
        let start = match self.fault {
            Some(Fault::DoubledItem | Fault::GrownBetweenPages) if after.is_some() => start.saturating_sub(1),
            _ => start,
        };
        let end = (start + limit).min(posts.len());
        // The page alone is copied: an account may have ten thousand posts.
        let mut shown: Vec<Node> =
            posts.get(start..end).unwrap_or_default().iter().map(|node| (*node).clone()).collect();
        let mut has_next = end < posts.len();
        let mut cursor = shown.last().map(|node| self.cursor(node));
        if self.fault == Some(Fault::EmptyPage) && after.is_none() {
            shown.clear();
            (has_next, cursor) = (true, Some(self.faulty_cursor()));
        }
        if self.fault == Some(Fault::EmptyForEver) {
            shown.clear();
            (has_next, cursor) = (true, Some(self.faulty_cursor()));
        }
        if self.fault == Some(Fault::InCircles) && !has_next {
            (has_next, cursor) = (true, Some(self.faulty_cursor()));
        }
        if self.fault == Some(Fault::NextToItself) {
            has_next = true;
            cursor = after.clone().or(cursor);
        }
        let data = self.nodes(&shown, fields, false)?;
        if self.fault == Some(Fault::DeletedAfterListing)
            && let Some(newest) = shown.first()
        {
            let shortcode = newest.text("shortcode").to_owned();
            self.world.delete(&shortcode);
        }
        let Some(cursor) = cursor else { return Ok("{\"data\":[]}".to_owned()) };
        let first = shown.first().map_or_else(|| cursor.clone(), |node| self.cursor(node));
        let mut paging = format!("\"cursors\":{{\"before\":{},\"after\":{}}}", quoted(&first), quoted(&cursor));
        for (name, side, at, is_there) in
            [("previous", "before", &first, start > 0), ("next", "after", &cursor, has_next)]
        {
            if is_there {
                let fields = parameter(request, "fields").unwrap_or_else(|| "id".to_owned());
                let query = url::form_urlencoded::Serializer::new(String::new())
                    .append_pair("access_token", &token.text)
                    .append_pair("fields", &fields)
                    .append_pair("limit", &limit.to_string())
                    .append_pair(side, at)
                    .finish();
                let (base, id, version) = (self.base, self.world.account_id(), route.version);
                paging.push_str(&format!(",\"{name}\":{}", quoted(&format!("{base}/v{version}.0/{id}/media?{query}"))));
            }
        }
        Ok(format!("{{\"data\":{data},\"paging\":{{{paging}}}}}"))
    }

    /// A cursor belongs to the account and to the post it points at, and breaks when that goes.
    fn cursor(&self, node: &Node) -> String {
        let inner = format!("{}:{}:{}", self.world.account_id(), node.text("id"), "x".repeat(50));
        format!("QVFI{}ZD", URL_SAFE_NO_PAD.encode(inner))
    }

    fn faulty_cursor(&self) -> String {
        format!("{FAULTY_CURSOR}{}", self.world.counter)
    }

    fn place(&self, posts: &[&Node], cursor: &str) -> Result<usize, Refusal> {
        let inner = cursor.strip_prefix("QVFI").and_then(|rest| rest.strip_suffix("ZD"));
        let inner = inner.and_then(|inner| URL_SAFE_NO_PAD.decode(inner).ok()).unwrap_or_default();
        let inner = String::from_utf8_lossy(&inner).into_owned();
        let id = inner.split(':').nth(1).unwrap_or_default();
        posts
            .iter()
            .position(|post| post.text("id") == id)
            .filter(|at| self.cursor(posts[*at]) == cursor)
            .ok_or_else(|| Refusal::api(100, "(#100) Invalid cursor"))
    }
}

/// Keys in the order they were asked for; `id` comes last when nobody asked.
fn object(written: Vec<(String, String)>, id: &str) -> String {
    let has_id = written.iter().any(|(key, _)| key == "id");
    let mut pairs: Vec<String> = written.into_iter().map(|(key, value)| format!("{}:{value}", quoted(&key))).collect();
    if !has_id {
        pairs.push(format!("\"id\":{id}"));
    }
    format!("{{{}}}", pairs.join(","))
}

/// One of the captions that no page, terminal or log may take at its word.
pub fn hostile_caption(id: &str) -> &'static str {
    const HOSTILE: [&str; 8] = [
        "<script>alert(1)</script><img src=x onerror=alert(1)> & \"quotes\" 'too' </script>",
        "{{ config.base_url }} {% raw %} {# comment #} {{ get_env(name=\"PATH\") }}",
        "::error::not mine\n::add-mask::feed\n%0A::set-output name=x::y",
        "\u{202e}gnp.exe\u{202c} \u{2066}x\u{2069} a\u{200b}b \u{feff}c\u{2028}d\u{2029}e",
        "one\n\n\n\n\ntwo\n.\n.\n.\n#tag",
        "\n\n  \n",
        "e\u{301}\u{301}\u{301} Z\u{351}\u{36b}\u{343}a\u{363}\u{350}l\u{349}g\u{33b}o \u{1b}[31mred\u{1b}[0m\u{7}",
        "```\n</code></pre>\n---\n+++\n# heading\n[x](javascript:alert(1))",
    ];
    let sum: usize = id.bytes().map(usize::from).sum();
    HOSTILE[sum % HOSTILE.len()]
}
