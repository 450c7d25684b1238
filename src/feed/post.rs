//! [`Post`] and its parts.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Caption;

/// The id of a post or of one of its slides, safe to be part of a file name.
///
/// The API sends 16 to 18 digits; anything made of 1 to 64 ASCII letters, digits, `_` and `-` is accepted,
/// and nothing else, because the id names files in the site.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MediaId(String);

/// A text that was offered as an id and cannot name a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{shown:?} is no id: 1 to 64 letters, digits, `_` or `-` were expected")]
pub struct InvalidId {
    /// The start of the refused text.
    pub shown: String,
}

impl MediaId {
    /// Checks `text` and makes an id of it.
    ///
    /// # Errors
    /// [`InvalidId`] when the text is empty, longer than 64 bytes or holds another character.
    pub fn new(text: &str) -> Result<Self, InvalidId> {
        check_id(text).map(Self)
    }

    /// The id as the API sent it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MediaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for MediaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for MediaId {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, InvalidId> {
        Self::new(&text)
    }
}

impl From<MediaId> for String {
    fn from(id: MediaId) -> Self {
        id.0
    }
}

fn check_id(text: &str) -> Result<String, InvalidId> {
    let fits = (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if fits { Ok(text.to_owned()) } else { Err(InvalidId { shown: text.chars().take(40).collect() }) }
}

/// The id of a post in its page URL: the `DAbCdEf` of `instagram.com/p/DAbCdEf/`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shortcode(String);

impl Shortcode {
    /// Checks `text` and makes a shortcode of it.
    ///
    /// # Errors
    /// [`InvalidId`] under the same rule as [`MediaId::new`].
    pub fn new(text: &str) -> Result<Self, InvalidId> {
        check_id(text).map(Self)
    }

    /// Finds the shortcode in a pasted page URL, or takes a bare one.
    ///
    /// `https://www.instagram.com/p/DAbCdEf/?igsh=x`, `instagram.com/someone/reel/DAbCdEf` and `DAbCdEf`
    /// all give `DAbCdEf`. `None` when there is none to be found.
    pub fn find(text: &str) -> Option<Self> {
        let text = text.trim();
        let path = text.split(['?', '#']).next().unwrap_or(text);
        if !path.contains('/') {
            return Self::new(path).ok();
        }
        let mut segments = path.split('/').skip_while(|segment| !matches!(*segment, "p" | "reel" | "reels" | "tv"));
        segments.next()?;
        Self::new(segments.next()?).ok()
    }

    /// The shortcode without anything around it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// When the post was made, some seconds before it was published. `None` for a name too short to tell.
    ///
    /// It is a number in base 64, with milliseconds since August 2011 above its lowest 23 bits. In the address of a private
    /// account more letters follow. Source: Instagram Engineering, “Sharding & IDs at Instagram”, 2012; it held in 2022.
    pub fn made_at(&self) -> Option<Timestamp> {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        const EPOCH: i64 = 1_314_220_021_721;
        let code = self.0.as_bytes();
        let digit =
            |letter: &u8| LETTERS.iter().position(|other| other == letter).and_then(|at| u64::try_from(at).ok());
        let number =
            code.iter().take(11).try_fold(0_u64, |number, letter| number.checked_mul(64)?.checked_add(digit(letter)?));
        let milliseconds = i64::try_from(number.filter(|_| code.len() >= 10)? >> 23).ok()?;
        Timestamp::from_millisecond(EPOCH + milliseconds).ok()
    }
}

impl TryFrom<String> for Shortcode {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, InvalidId> {
        Self::new(&text)
    }
}

impl From<Shortcode> for String {
    fn from(code: Shortcode) -> Self {
        code.0
    }
}

impl fmt::Display for Shortcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Shortcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The signed address of a picture or a video, which dies within days.
///
/// Printing it shows host and path only: the query is a signature.
#[derive(Clone, PartialEq, Eq)]
pub struct MediaLink(String);

impl MediaLink {
    /// Wraps an address as the API sent it. Whether it may be followed is decided where it would be.
    pub fn new(address: impl Into<String>) -> Self {
        Self(address.into())
    }

    /// The whole address, signature included: for the request, never for a message or a file.
    pub fn signed_address(&self) -> &str {
        &self.0
    }

    /// The last part of the path, which stays the same for a picture while host and query change.
    pub fn file_name(&self) -> &str {
        let path = self.0.split(['?', '#']).next().unwrap_or(&self.0);
        path.rsplit('/').next().unwrap_or(path)
    }
}

impl fmt::Display for MediaLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.split(['?', '#']).next().unwrap_or(&self.0))
    }
}

impl fmt::Debug for MediaLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}?…")
    }
}

/// What kind of post it is. A reel is a video with [`Post::is_reel`] set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PostKind {
    /// One photograph.
    Image,
    /// An album that is leafed through.
    Carousel,
    /// One video.
    Video,
}

impl PostKind {
    /// The word in settings and in the data file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Carousel => "carousel",
            Self::Video => "video",
        }
    }
}

/// What one slide is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SlideKind {
    /// A photograph.
    Image,
    /// A video, shown by its poster.
    Video,
}

impl SlideKind {
    /// The word in the data file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
        }
    }
}

/// One picture of a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slide {
    /// The id of the child, or of the post itself when it has no children.
    pub id: MediaId,
    /// A photograph or a video.
    pub kind: SlideKind,
    /// Where the still picture may be had, the best place first; empty when the API named none.
    /// Signed, so never written anywhere.
    #[serde(skip)]
    pub picture_links: Vec<MediaLink>,
    /// Where the video itself may be had; signed, too.
    #[serde(skip)]
    pub video_link: Option<MediaLink>,
    /// The alternative text its author wrote.
    pub author_alt: Option<String>,
}

/// One post of the account, newest API shape or oldest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// Id of the media node.
    pub id: MediaId,
    /// Absent only when neither the field nor a permalink came.
    pub shortcode: Option<Shortcode>,
    /// Page URL, checked to be `https` and on `instagram.com`.
    pub permalink: Option<String>,
    /// When it was published; `None` when the API named no time that can be read.
    pub timestamp: Option<Timestamp>,
    /// Image, carousel or video.
    pub kind: PostKind,
    /// Whether the API calls it a reel.
    pub is_reel: bool,
    /// Empty when there is none.
    pub caption: Caption,
    /// At least one slide; a slide may still lack a link.
    pub slides: Vec<Slide>,
    /// Handle of the account that posted.
    pub username: Option<String>,
    /// Likes, when asked for and not hidden.
    pub likes: Option<u64>,
    /// Comments, when asked for.
    pub comments: Option<u64>,
}

impl Post {
    /// The name people know a post by: its shortcode, or its id where there is none.
    pub fn handle(&self) -> &str {
        self.shortcode.as_ref().map_or(self.id.as_str(), Shortcode::as_str)
    }

    /// Whether `name` is the post's shortcode, or its id where somebody wrote that instead.
    pub fn is_named(&self, name: &Shortcode) -> bool {
        self.shortcode.as_ref() == Some(name) || self.id.as_str() == name.as_str()
    }

    /// The post without its links, as it is remembered: they are signed and soon dead.
    pub fn without_links(self) -> Self {
        let slides =
            self.slides.into_iter().map(|slide| Slide { picture_links: Vec::new(), video_link: None, ..slide });
        Self { slides: slides.collect(), ..self }
    }

    /// The post without its texts and links: what is left of one that must not be shown.
    pub fn without_texts(self) -> Self {
        let slides = self.slides.into_iter().map(|slide| Slide {
            picture_links: Vec::new(),
            video_link: None,
            author_alt: None,
            ..slide
        });
        Self { permalink: None, caption: Caption::default(), slides: slides.collect(), username: None, ..self }
    }
}

/// What is known of the account behind a feed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Handle, without `@`.
    pub username: Option<String>,
    /// Display name.
    pub name: Option<String>,
    /// Text of the profile.
    pub biography: Option<String>,
    /// Link of the profile.
    pub website: Option<String>,
    /// Followers, only when counts are asked for.
    pub followers: Option<u64>,
    /// `BUSINESS`, `MEDIA_CREATOR` or whatever the API says.
    pub account_type: Option<String>,
    /// What its picture is kept under, where that was asked for and there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portrait: Option<MediaId>,
    /// Where that may be had; signed, so never written anywhere.
    #[serde(skip)]
    pub portrait_link: Option<MediaLink>,
}

/// The page of an account on Instagram; `username` without `@`.
pub fn profile_address(username: &str) -> String {
    format!("https://www.instagram.com/{username}/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortcode_is_found_in_whatever_people_paste() {
        for pasted in [
            "DAbCdEf",
            " https://www.instagram.com/p/DAbCdEf/ ",
            "https://www.instagram.com/reel/DAbCdEf/?igsh=abc==",
            "instagram.com/someone/p/DAbCdEf",
            "https://www.instagram.com/tv/DAbCdEf#x",
        ] {
            assert_eq!(Shortcode::find(pasted).map(|code| code.to_string()).as_deref(), Some("DAbCdEf"), "{pasted}");
        }
        for pasted in ["", "https://www.instagram.com/someone/", "../../etc/passwd", "https://www.instagram.com/p/"] {
            assert_eq!(Shortcode::find(pasted), None, "{pasted}");
        }
    }

    #[test]
    fn a_shortcode_tells_when_its_post_was_made() {
        for (code, made) in [
            // The post with the number 2890177687127817957, published at 2022-07-25T13:37:43Z.
            ("Cgb-UsrA37l", Some("2022-07-25T13:34:10.479Z")),
            ("Cgb-UsrA37lAbCdEfGhIjKlMnOpQrStUvWxYz012", Some("2022-07-25T13:34:10.479Z")),
            ("DAbCdEf", None),
        ] {
            let made_at = Shortcode::new(code).unwrap().made_at();
            assert_eq!(made_at, made.map(|time: &str| time.parse().unwrap()), "{code}");
        }
    }

    #[test]
    fn an_id_that_would_leave_its_folder_is_no_id() {
        for text in ["", "..", "a/b", "a\\b", "a.b", "é", &"1".repeat(65)] {
            assert!(MediaId::new(text).is_err(), "{text}");
        }
        assert!(MediaId::new("17841405822304914").is_ok());
        assert!(MediaId::new("178414_058-x").is_ok());
    }

    #[test]
    fn a_link_is_shown_without_its_signature() {
        let link = MediaLink::new("https://scontent.cdninstagram.com/v/t51/1_2_3_n.jpg?oh=SECRET&oe=65");
        assert_eq!(format!("{link}"), "https://scontent.cdninstagram.com/v/t51/1_2_3_n.jpg");
        assert!(!format!("{link:?}").contains("SECRET"));
        assert_eq!(link.file_name(), "1_2_3_n.jpg");
    }
}
