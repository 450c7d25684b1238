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
/// `place` is the slide's number from 1 and the number of slides. `written` is what `[[override]]` says of this one;
/// `caption` is the post's as it is shown, `date` the display date. The rest is said in `words`.
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
    if let Some(said) = said_alt(slide, written) {
        return said;
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
    let text = if date.is_empty() { who } else { format!("{who}{}{date}", words.joint) };
    (counted(text), AltSource::Generated)
}

/// What somebody wrote for a slide: the user of feedbake, else the author.
fn said_alt(slide: &Slide, written: Option<&str>) -> Option<(String, AltSource)> {
    let some = |text: &str, source| Some((one_line(text), source)).filter(|(text, _)| !text.is_empty());
    let of_author = || slide.author_alt.as_deref().and_then(|text| some(text, AltSource::Author));
    written.and_then(|text| some(text, AltSource::Override)).or_else(of_author)
}

/// The slides, numbered from 1, for which nobody wrote an alternative text; `written` as in `[[override]]`.
pub fn slides_without_alt(slides: &[Slide], written: &[String]) -> Vec<usize> {
    let written = |index: usize| written.get(index).map(String::as_str);
    let lacking = slides.iter().enumerate().filter(|(index, slide)| said_alt(slide, written(*index)).is_none());
    lacking.map(|(index, _)| index + 1).collect()
}

/// Cuts a caption to the length that suits an alternative text.
pub fn caption_for_alt(caption: &crate::feed::Caption) -> String {
    caption.excerpt(LONGEST)
}
