//! The elements of a page: their tags, and which of them hold which. Told by letters, not by grammar. Pure.

use std::ops::Range;

use super::expressions::expressions;
use super::layout::Generator;
use super::markup::{blanked, tags};

/// Elements that have no end. Source: HTML Standard, “void elements”.
pub const VOID: [&str; 13] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

/// A tag of an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElementTag {
    /// Where it is, from `<` to behind `>`.
    pub range: Range<usize>,
    /// What it does.
    pub kind: TagKind,
}

/// What a tag does to its element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagKind {
    /// It begins it.
    Opening,
    /// It ends it.
    Closing,
    /// It is all of it.
    Whole,
}

impl TagKind {
    /// From what its letters say.
    pub fn of(is_closing: bool, is_whole: bool) -> Self {
        match (is_closing, is_whole) {
            (true, _) => Self::Closing,
            (false, true) => Self::Whole,
            (false, false) => Self::Opening,
        }
    }
}

impl ElementTag {
    /// The name of its element as it is written; empty for a fragment of Astro's.
    pub fn name<'a>(&self, markup: &'a str) -> &'a str {
        let name = markup[self.range.clone()].trim_start_matches(['<', '/', '!']);
        &name[..name.find(|letter: char| !is_of_name(letter)).unwrap_or(name.len())]
    }
}

/// An element that something ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element<'a> {
    /// Its name as it is written; empty for a fragment of Astro's.
    pub name: &'a str,
    /// Where it is, with its tags.
    pub range: Range<usize>,
    /// What is between its tags; `None` where one tag is all of it.
    pub inside: Option<Range<usize>>,
}

impl Element<'_> {
    /// Whether it is around another.
    pub fn holds(&self, other: &Range<usize>) -> bool {
        self.range.start < other.start && other.end < self.range.end
    }
}

/// The elements of what is markup, in the order of their ends. One that nothing ends is none.
pub fn elements(markup: &str, generator: Generator) -> Vec<Element<'_>> {
    let mut open: Vec<ElementTag> = Vec::new();
    let mut elements = Vec::new();
    for tag in element_tags(markup, generator) {
        let name = tag.name(markup);
        match tag.kind {
            TagKind::Opening => open.push(tag),
            TagKind::Whole => elements.push(Element { name, range: tag.range, inside: None }),
            TagKind::Closing => {
                let is_same = |opening: &ElementTag| opening.name(markup).eq_ignore_ascii_case(name);
                let Some(opening) = open.iter().rposition(is_same).and_then(|depth| open.drain(depth..).next()) else {
                    continue;
                };
                let (start, inside) = (opening.range.start, opening.range.end..tag.range.start);
                elements.push(Element { name, range: start..tag.range.end, inside: Some(inside) });
            }
        }
    }
    elements
}

/// The tags of elements in what is markup.
pub fn element_tags(markup: &str, generator: Generator) -> Vec<ElementTag> {
    match generator {
        Generator::Astro => expressions(markup).tags,
        Generator::Html => tags_for_browser(markup),
        // A template may compare in its tags, and these may stand in an element's.
        _ => tags_for_browser(&without_template_tags(markup)),
    }
}

/// A template with its tags as blanks.
fn without_template_tags(text: &str) -> String {
    let without = |text: &str, open: &str, close: &str| {
        let ranges: Vec<Range<usize>> = tags(text, open, close).map(|tag| tag.start..tag.end).collect();
        blanked(text, &ranges)
    };
    without(&without(text, "{%", "%}"), "{{", "}}")
}

fn tags_for_browser(markup: &str) -> Vec<ElementTag> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = markup[from..].find('<').map(|length| from + length) {
        from = start + 1;
        let rest = &markup[from..];
        let is_closing = rest.starts_with('/');
        if !rest.trim_start_matches('/').starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            continue;
        }
        let Some(end) = end_of_tag(markup, start) else { continue };
        let mut tag = ElementTag { range: start..end, kind: TagKind::of(is_closing, markup[..end].ends_with("/>")) };
        if tag.kind == TagKind::Opening && VOID.contains(&tag.name(markup).to_ascii_lowercase().as_str()) {
            tag.kind = TagKind::Whole;
        }
        found.push(tag);
        from = end;
    }
    found
}

/// Where the tag ends that begins at `start`. A quote that nothing ends is a letter.
fn end_of_tag(markup: &str, start: usize) -> Option<usize> {
    let mut from = start;
    loop {
        let at = from + markup[from..].find(['>', '"', '\''])?;
        from = at + 1;
        let quote = &markup[at..from];
        match quote {
            ">" => return Some(from),
            _ => from = markup[from..].find(quote).map_or(from, |length| from + length + 1),
        }
    }
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '-' | '_' | ':' | '.')
}

#[cfg(test)]
mod tests {
    use super::Generator::{Astro, Html, Hugo, Zola};
    use super::*;

    #[test]
    fn an_element_is_what_its_two_tags_are_around() {
        for (generator, text, expected) in [
            (Html, "<div><p>a</p><br></div>", vec!["p 5..13", "br", "div 0..23"]),
            (Html, "<ul><li>a<li>b</ul></p>", vec!["ul 0..19"]),
            (Html, "<P title='</p>' lang=\"a>\">a</p >a < b", vec!["p 0..32"]),
            (Html, "<a b=c'>d</a>", vec!["a 0..13"]),
            (Zola, "<p {% if a > 1 %}id=\"{{ \"b\" }}\"{% endif %}>c</p>", vec!["p 0..48"]),
            (Hugo, "<p>{{ if gt a b }}<i>{{ end }}</p>", vec!["p 0..34"]),
            (Astro, "<>a</>{b && <My.Part c />}<!doctype html>", vec![" 0..6", "My.Part", "doctype"]),
            (Astro, "{a < b && <p>c</p>}", vec!["p 10..18"]),
        ] {
            let found = elements(text, generator);
            let said: Vec<String> = found
                .iter()
                .map(|element| match &element.inside {
                    Some(_) => format!("{} {:?}", element.name, element.range),
                    None => element.name.to_owned(),
                })
                .collect();
            assert_eq!(said, expected, "{text}");
        }
    }
}
