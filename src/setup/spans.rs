//! What a template does with what stands between two of its tags. Pure.

use crate::site::Generator;
use crate::site::markup::{Tag, tags};

/// What stands between two tags of a template, with them.
#[derive(Debug)]
pub struct Span<'a> {
    /// The word of the opening tag.
    pub word: &'a str,
    /// Its first argument, such as the name of a block.
    pub name: &'a str,
    /// Where the opening tag begins.
    pub start: usize,
    /// Where it ends.
    pub opening_end: usize,
    /// Where the closing tag begins.
    pub end: usize,
    /// Where it ends.
    pub closing_end: usize,
}

impl Span<'_> {
    /// Whether what is put at `offset` is between the tags.
    pub fn holds(&self, offset: usize) -> bool {
        self.start < offset && offset <= self.end
    }

    /// Whether what is between the tags is shown only sometimes, many times, elsewhere, or as something else.
    pub fn is_sometimes(&self) -> bool {
        let is_loop = matches!(self.word, "for" | "asyncEach" | "asyncAll" | "tablerow" | "range");
        let is_elsewhere = matches!(self.word, "macro" | "component" | "set" | "capture" | "call" | "filter");
        self.is_condition() || is_loop || is_elsewhere || self.is_code()
    }

    /// Whether it is shown or not, as a whole.
    pub fn is_condition(&self) -> bool {
        matches!(self.word, "if" | "ifAsync" | "unless" | "case" | "switch" | "with")
    }

    /// Whether what is between the tags is shown as it is written, with colours.
    pub fn is_code(&self) -> bool {
        self.word == "highlight"
    }
}

/// The spans of what a generator acts on. What nothing closes holds nothing.
pub fn spans(instructions: &str, generator: Generator) -> Vec<Span<'_>> {
    match generator {
        Generator::Zola | Generator::Eleventy | Generator::Jekyll => spans_of_tags(instructions),
        Generator::Hugo => spans_of_go(instructions),
        Generator::Astro | Generator::Html => Vec::new(),
    }
}

/// Whether nothing stands between these spans, and there are some.
pub fn is_all_of(spans: &[&Span<'_>], markup: &str) -> bool {
    let ends = std::iter::once(0).chain(spans.iter().map(|span| span.closing_end));
    let starts = spans.iter().map(|span| span.start).chain([markup.len()]);
    let mut between = ends.zip(starts).filter_map(|(end, start)| markup.get(end..start));
    !spans.is_empty() && between.all(|text| text.trim_start_matches('\u{feff}').trim().is_empty())
}

/// The names of these spans, in words.
pub fn listed(spans: &[&Span<'_>]) -> String {
    spans.iter().map(|span| span.name).collect::<Vec<_>>().join(", ")
}

fn span<'a>(opening: Tag<'a>, closing: Tag<'a>) -> Span<'a> {
    let quotes = ['"', '\'', '`'];
    let name = opening.argument.split_whitespace().next().unwrap_or_default().trim_matches(quotes);
    Span {
        word: opening.name,
        name,
        start: opening.start,
        opening_end: opening.end,
        end: closing.start,
        closing_end: closing.end,
    }
}

/// What Tera, Nunjucks and Liquid close with a tag that begins with `end`.
fn spans_of_tags(text: &str) -> Vec<Span<'_>> {
    let mut open: Vec<Tag<'_>> = Vec::new();
    let mut spans = Vec::new();
    for tag in tags(text, "{%", "%}") {
        match tag.name.strip_prefix("end") {
            Some(word) => {
                if let Some(depth) = open.iter().rposition(|opening| closing_word(opening.name) == word) {
                    spans.push(span(open[depth], tag));
                    open.truncate(depth);
                }
            }
            // With a value in it, it is whole.
            None if tag.name == "set" && tag.argument.contains('=') => {}
            None => open.push(tag),
        }
    }
    spans
}

/// Nunjucks closes some tags with another word.
fn closing_word(opening: &str) -> &str {
    match opening {
        "ifAsync" => "if",
        "asyncEach" => "each",
        "asyncAll" => "all",
        word => word,
    }
}

/// What Go's templates close with `end`.
fn spans_of_go(text: &str) -> Vec<Span<'_>> {
    let mut open: Vec<Tag<'_>> = Vec::new();
    let mut spans = Vec::new();
    for tag in tags(text, "{{", "}}") {
        match tag.name {
            "if" | "range" | "with" | "block" | "define" => open.push(tag),
            "end" => spans.extend(open.pop().map(|opening| span(opening, tag))),
            _ => {}
        }
    }
    spans
}
