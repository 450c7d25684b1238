//! Posts for tests: `photo("DAa").size(1080, 1350).caption("…")`.

use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::pictures::Content;
use super::world::Node;

/// A post on its way into a [`World`](super::World).
///
/// Posts without a time are a day apart: the first one added is the newest.
#[derive(Debug, Clone)]
pub struct PostBuilder {
    shortcode: String,
    node: Node,
    files: Vec<(String, Content)>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Photo,
    Video,
    Carousel,
}

/// A post with one photograph.
pub fn photo(shortcode: &str) -> PostBuilder {
    PostBuilder::new(shortcode, Kind::Photo, "IMAGE", "FEED").size(1080, 1080)
}

/// A post with a video.
pub fn video(shortcode: &str) -> PostBuilder {
    PostBuilder::new(shortcode, Kind::Video, "VIDEO", "FEED").size(720, 720)
}

/// A reel.
pub fn reel(shortcode: &str) -> PostBuilder {
    PostBuilder::new(shortcode, Kind::Video, "VIDEO", "REELS").size(720, 1280)
}

/// An album; add slides to it.
pub fn carousel(shortcode: &str) -> PostBuilder {
    PostBuilder::new(shortcode, Kind::Carousel, "CAROUSEL_ALBUM", "FEED")
}

impl PostBuilder {
    fn new(shortcode: &str, kind: Kind, media_type: &str, product: &str) -> Self {
        let mut node = Node::default();
        let path = if product == "REELS" { "reel" } else { "p" };
        let facts = json!({
            "id": number(shortcode),
            "media_type": media_type,
            "media_product_type": product,
            "shortcode": shortcode,
            "permalink": format!("https://www.instagram.com/{path}/{shortcode}/"),
            "username": "feedbake.test",
            "like_count": shortcode.len(),
            "comments_count": 1,
        });
        node.facts = facts.as_object().cloned().unwrap_or_default();
        Self { shortcode: shortcode.to_owned(), node, files: Vec::new(), kind }
    }

    /// The size of the photograph, or of the video's poster, in pixels.
    pub fn size(self, width: u32, height: u32) -> Self {
        self.picture(Content::Drawn { width, height })
    }

    /// The bytes behind the picture's link, for pictures that are not what they seem.
    pub fn picture(mut self, content: Content) -> Self {
        let name = format!("{}.jpg", self.shortcode);
        self.files.clear();
        self.files.push((name.clone(), content));
        if self.kind == Kind::Video {
            let video = format!("{}.mp4", self.shortcode);
            self.files.push((video.clone(), Content::video()));
            self.node.media = Some(video);
            self.node.thumbnail = Some(name);
        } else {
            self.node.media = Some(name);
        }
        self
    }

    /// The bytes behind the video's link, for videos that are not what they seem; after the size.
    pub fn film(mut self, content: Content) -> Self {
        let name = format!("{}.mp4", self.shortcode);
        self.files.retain(|(file, _)| *file != name);
        self.files.push((name, content));
        self
    }

    /// A picture that no decoder takes.
    pub fn broken_picture(self) -> Self {
        self.picture(Content::Bytes(b"\xff\xd8\xff\xe0 and then nothing".to_vec()))
    }

    /// Adds a photograph to an album.
    pub fn slide(self, width: u32, height: u32) -> Self {
        self.child("IMAGE", Content::Drawn { width, height })
    }

    /// Adds a video to an album.
    pub fn video_slide(self, width: u32, height: u32) -> Self {
        self.child("VIDEO", Content::Drawn { width, height })
    }

    /// Adds a slide with these bytes to an album.
    pub fn slide_with(self, content: Content) -> Self {
        self.child("IMAGE", content)
    }

    fn child(mut self, media_type: &str, content: Content) -> Self {
        let name = format!("{}_{}", self.shortcode, self.node.children.len() + 1);
        let mut child = Node::default();
        let facts = json!({ "id": number(&name), "media_type": media_type, "username": "feedbake.test" });
        child.facts = facts.as_object().cloned().unwrap_or_default();
        let picture = format!("{name}.jpg");
        self.files.push((picture.clone(), content));
        if media_type == "VIDEO" {
            let video = format!("{name}.mp4");
            self.files.push((video.clone(), Content::video()));
            child.media = Some(video);
            child.thumbnail = Some(picture.clone());
        } else {
            child.media = Some(picture.clone());
        }
        // An album's own link is its first child's.
        self.node.media.get_or_insert(picture);
        self.node.children.push(child);
        self
    }

    /// The caption.
    pub fn caption(self, text: &str) -> Self {
        self.fact("caption", json!(text))
    }

    /// The alternative text its author wrote.
    pub fn alt(self, text: &str) -> Self {
        self.fact("alt_text", json!(text))
    }

    /// When it was published, RFC 3339.
    ///
    /// # Panics
    /// When `time` is no time: this is for tests.
    pub fn at(self, time: &str) -> Self {
        let moment: Timestamp = time.parse().expect("a test writes times as RFC 3339");
        self.fact("timestamp", json!(written(moment)))
    }

    /// Any fact under the API's name.
    pub fn fact(mut self, key: &str, value: Value) -> Self {
        self.node.facts.insert(key.to_owned(), value);
        self
    }

    /// Without a fact.
    pub fn without(mut self, key: &str) -> Self {
        self.node.facts.remove(key);
        self
    }

    /// Without `media_url`, as flagged posts are.
    pub fn without_media_url(mut self) -> Self {
        self.node.media = None;
        self
    }

    /// Without `thumbnail_url`.
    pub fn without_thumbnail(mut self) -> Self {
        self.node.thumbnail = None;
        self
    }

    pub(super) fn build(mut self, posts_before: usize) -> (Node, Vec<(String, Content)>) {
        if !self.node.facts.contains_key("timestamp") {
            let days = i64::try_from(posts_before).unwrap_or(0);
            let newest: i64 = 1_777_716_000;
            let moment = Timestamp::from_second(newest - days * 86_400).unwrap_or(Timestamp::UNIX_EPOCH);
            self.node.facts.insert("timestamp".to_owned(), json!(written(moment)));
        }
        (self.node, self.files)
    }
}

/// A time as the API writes it: an offset without a colon.
pub fn written(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string()
}

/// Seventeen digits that belong to a name.
fn number(name: &str) -> String {
    let digits: String = Sha256::digest(name).iter().take(14).map(|byte| char::from(b'0' + byte % 10)).collect();
    format!("179{digits}")
}
