//! A page, read once for every question about its places. Pure.

use std::ops::Range;

use super::SetupError;
use super::insert::Page;
use super::spans::{Span, spans};
use crate::site::Generator;
use crate::site::elements::{Element, elements};
use crate::site::expressions::expressions;
use crate::site::markup::{end_tags, instructions, markup, tags};
use crate::site::php::{php_blocks, php_controls};

/// A page with what of it is acted on, and what of it is markup.
pub struct Reading<'a> {
    /// The page.
    pub page: Page<'a>,
    /// What the generator acts on.
    pub instructions: String,
    /// What is markup.
    pub markup: String,
}

impl<'a> Reading<'a> {
    /// Reads a page.
    pub fn of(page: Page<'a>) -> Self {
        let [instructions, markup] = [instructions, markup].map(|read| read(page.text, page.generator));
        Self { page, instructions, markup }
    }

    /// What its tags are around.
    pub fn spans(&self) -> Vec<Span<'_>> {
        spans(&self.instructions, self.page.generator)
    }

    /// Its elements.
    pub fn elements(&self) -> Vec<Element<'_>> {
        elements(&self.markup, self.page.generator)
    }

    /// The expressions in its content, where its language has such.
    pub fn expressions(&self) -> Vec<Range<usize>> {
        match self.page.generator {
            Generator::Astro => expressions(&self.markup).shown,
            _ => Vec::new(),
        }
    }

    /// Whether it fills the blocks of another template.
    pub fn is_child(&self) -> bool {
        let has_tags = matches!(self.page.generator, Generator::Zola | Generator::Eleventy);
        has_tags && tags(&self.instructions, "{%", "%}").any(|tag| tag.name == "extends")
    }

    /// The last closing tag of an element.
    pub fn last(&self, element: &str) -> Option<usize> {
        end_tags(&self.markup, element).pop()
    }

    /// Behind everything that a visitor sees of it: what is last may be a script or a comment, which holds no line.
    pub fn end_of_shown(&self) -> usize {
        let end = self.markup.trim_end().len();
        let rest = &self.page.text[end..];
        let line = rest.find('\n').map_or(rest.len(), |newline| newline + 1);
        match (end, rest[..line].trim().is_empty()) {
            (0, _) => self.page.text.len(),
            (_, true) => end + line,
            (_, false) => end,
        }
    }

    /// The offset, unless what stands there is not shown exactly once.
    pub fn always(&self, offset: usize) -> Result<usize, SetupError> {
        let sometimes = |(tag, line)| SetupError::Sometimes { place: self.page.place.clone(), tag, line };
        match self.page.generator {
            Generator::Html => self.outside_of_php(offset),
            _ => self.sometimes_around(offset).map_or(Ok(offset), |around| Err(sometimes(around))),
        }
    }

    /// The innermost tag or expression around the offset that decides whether it is shown or how often, and its line.
    pub fn sometimes_around(&self, offset: usize) -> Option<(String, usize)> {
        let spans = self.spans();
        let around = spans.iter().filter(|span| span.is_sometimes() && span.holds(offset));
        let mut tags: Vec<Range<usize>> = around.map(|span| span.start..span.opening_end).collect();
        if self.page.generator == Generator::Html {
            let around = |(opening, end): &(Range<usize>, usize)| opening.end <= offset && offset <= *end;
            tags.extend(php_controls(self.page.text).into_iter().filter(around).map(|(opening, _)| opening));
        }
        // The innermost is the one that its author sees first.
        if let Some(tag) = tags.into_iter().max_by_key(|tag| tag.start) {
            let words: Vec<&str> = self.page.text[tag.clone()].split_whitespace().collect();
            return Some((words.join(" "), line_of(self.page.text, tag.start)));
        }
        self.expression_around(offset).map(|it| (self.beginning_of(&it), line_of(self.page.text, it.start)))
    }

    /// The innermost expression around the offset.
    pub fn expression_around(&self, offset: usize) -> Option<Range<usize>> {
        let expressions = self.expressions().into_iter();
        expressions.filter(|it| it.start < offset && offset < it.end).max_by_key(|it| it.start)
    }

    /// How an expression begins, in one line.
    pub fn beginning_of(&self, expression: &Range<usize>) -> String {
        let code = self.page.text[expression.clone()].split('<').next().unwrap_or_default();
        let code = code.trim_start_matches('{').trim_start();
        format!("{{{}", code.lines().next().unwrap_or_default().trim_end())
    }

    /// The offset, unless PHP that nothing ends is around it.
    fn outside_of_php(&self, offset: usize) -> Result<usize, SetupError> {
        let mut blocks = php_blocks(self.page.text).into_iter();
        let Some(block) = blocks.find(|block| !block.is_closed && block.range.start < offset) else {
            return Ok(offset);
        };
        let line = line_of(self.page.text, block.range.start);
        Err(SetupError::InPhp { place: self.page.place.clone(), line })
    }
}

/// The line at an offset, counted from 1.
pub fn line_of(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}
