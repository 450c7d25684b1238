//! Alternative text: what a picture says to those who do not see it. Pure.

use crate::feed::{Post, PostKind, Slide, one_line};

/// Longest alternative text made of a caption, in graphemes. Screen readers read it in one go; the caption itself
/// stands beside the picture in full.
const LONGEST: usize = 150;

/// Where an alternative text came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AltSource {
    /// The author wrote it on Instagram.
    Author,
    /// The user of feedbake wrote it in `[[override]]`.
    Override,
    /// The caption stands in for it.
    Caption,
    /// There was nothing to say but what it is.
    Generated,
}

impl AltSource {
    /// The word in the data file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::Override => "override",
            Self::Caption => "caption",
            Self::Generated => "generated",
        }
    }
}

/// Finds the text for one slide: never empty, never with a line break.
///
/// `place` is the slide's number from 1 and the number of slides. `written` is what `[[override]]` says, which counts
/// for the first slide; `caption` is the post's as it is shown, `date` the display date.
pub fn alt_text(
    post: &Post,
    slide: &Slide,
    place: (usize, usize),
    written: Option<&str>,
    caption: &str,
    date: &str,
) -> (String, AltSource) {
    let (number, slides) = place;
    let some = |text: String| (!text.is_empty()).then_some(text);
    let written = written.filter(|_| number == 1).map(one_line).and_then(some);
    if let Some(text) = written {
        return (text, AltSource::Override);
    }
    if let Some(text) = slide.author_alt.as_deref().map(one_line).and_then(some) {
        return (text, AltSource::Author);
    }
    let counted = |text: String| if slides > 1 { format!("{text} ({number} of {slides})") } else { text };
    if let Some(text) = some(one_line(caption)) {
        return (counted(text), AltSource::Caption);
    }
    let what = match (post.kind, post.is_reel) {
        (PostKind::Image, _) => "Photo",
        (PostKind::Carousel, _) => "Album",
        (PostKind::Video, true) => "Reel",
        (PostKind::Video, false) => "Video",
    };
    let text = match (&post.username, date) {
        (Some(name), "") => format!("{what} by {name}"),
        (Some(name), date) => format!("{what} by {name}, {date}"),
        (None, "") => what.to_owned(),
        (None, date) => format!("{what}, {date}"),
    };
    (counted(text), AltSource::Generated)
}

/// Cuts a caption to the length that suits an alternative text.
pub fn caption_for_alt(caption: &crate::feed::Caption) -> String {
    caption.excerpt(LONGEST)
}
