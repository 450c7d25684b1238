//! Alternative text: what a picture says to those who do not see it. Pure.

use crate::feed::{Post, Slide, SlideKind, one_line};
use crate::words::Words;

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
/// for the first slide; `caption` is the post's as it is shown, `date` the display date. The rest is said in `words`.
pub fn alt_text(
    post: &Post,
    slide: &Slide,
    place: (usize, usize),
    written: Option<&str>,
    caption: &str,
    date: &str,
    words: &Words,
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
    let counted = |text: String| if slides > 1 { format!("{text} ({number}/{slides})") } else { text };
    if let Some(text) = some(one_line(caption)) {
        return (counted(text), AltSource::Caption);
    }
    let what = match (slide.kind, post.is_reel) {
        (SlideKind::Image, _) => &words.photo,
        (SlideKind::Video, true) => &words.reel,
        (SlideKind::Video, false) => &words.video,
    };
    let who = post.username.as_ref().map_or_else(|| what.clone(), |name| words.by(what, name));
    let text = if date.is_empty() { who } else { format!("{who}, {date}") };
    (counted(text), AltSource::Generated)
}

/// Cuts a caption to the length that suits an alternative text.
pub fn caption_for_alt(caption: &crate::feed::Caption) -> String {
    caption.excerpt(LONGEST)
}
