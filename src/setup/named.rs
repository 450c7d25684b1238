//! What is around a line that was named by its number. Pure.

use std::ops::Range;

use super::insert::{Page, start_of_line};
use super::reading::{Reading, line_of};
use super::spans::{Span, is_all_of, listed};
use super::{Line, SetupError, is_markdown};
use crate::site::Generator;
use crate::site::elements::element_tags;
use crate::site::markup::{tags, unread};
use crate::site::php::php_blocks;
use crate::site::script::FrontMatter;

/// The tag or the expression around the line `number` that decides whether it is shown or how often, and its line. Who
/// names a line may want that.
///
/// # Errors
/// [`SetupError`] where a line would be no part of what is shown, or would break the page.
pub fn around(page: Page<'_>, number: usize, line: Line) -> Result<Option<(String, usize)>, SetupError> {
    let reading = &Reading::of(page);
    let place = || page.place.clone();
    let missing = || SetupError::NoSuchLine { place: place(), line: number };
    let offset = start_of_line(page.text, number).ok_or_else(missing)?;
    if let Some(lies) = beside_the_page(reading, offset)?.or_else(|| in_the_way(reading, offset, line)) {
        return Err(SetupError::NotInPage { place: place(), line: number, lies });
    }
    let spans = reading.spans();
    let of_word = |word: &str| spans.iter().filter(|span| span.word == word).collect::<Vec<&Span<'_>>>();
    let is_in = |spans: &[&Span<'_>]| spans.iter().any(|span| span.holds(offset));
    let (blocks, defines) = (of_word("block"), of_word("define"));
    if reading.is_child() && !is_in(&blocks) {
        return Err(match blocks.as_slice() {
            [] => SetupError::NoBlock { place: place() },
            blocks => SetupError::OutsideBlocks { place: place(), line: number, blocks: listed(blocks) },
        });
    }
    if is_all_of(&defines, &reading.markup) && !is_in(&defines) {
        return Err(SetupError::OutsideDefines { place: place(), line: number, defines: listed(&defines) });
    }
    Ok(reading.sometimes_around(offset))
}

/// Where the line lies, if it is in a script or in text, and in no markup.
fn beside_the_page(reading: &Reading<'_>, offset: usize) -> Result<Option<String>, SetupError> {
    let (text, generator) = (reading.page.text, reading.page.generator);
    let front_matter = end_of_front_matter(reading)?;
    if offset < front_matter {
        return Ok(Some("in its front matter".to_owned()));
    }
    let is_in = |range: &Range<usize>| range.start < offset && (offset < range.end || range.end == text.len());
    let php = if generator == Generator::Html { php_blocks(text) } else { Vec::new() };
    if let Some(block) = php.iter().find(|block| is_in(&block.range)) {
        return Ok(Some(format!("in the PHP of line {}", line_of(text, block.range.start))));
    }
    // In Markdown, what does not begin its line may be an example in a sentence.
    let begins_line = |start: usize| text[..start].rsplit('\n').next().is_none_or(|before| before.trim().is_empty());
    let is_one = |range: &Range<usize>| {
        !is_markdown(reading.page.place) || !text[range.start..].starts_with('<') || begins_line(range.start)
    };
    let around = unread(text, generator).into_iter().find(|range| is_in(range) && is_one(range));
    let code = || code_blocks(text, front_matter).into_iter().find(|block| block.start < offset && offset < block.end);
    Ok(match (around, is_markdown(reading.page.place)) {
        (Some(range), _) => Some(format!("in {} of line {}", named(&text[range.start..]), line_of(text, range.start))),
        (None, true) => code().map(|block| format!("in the code block of line {}", line_of(text, block.start))),
        (None, false) => None,
    })
}

/// What begins here that nobody reads.
fn named(text: &str) -> String {
    if let Some(tag) = tags(text, "{%", "%}").next().filter(|tag| tag.start == 0 && !tag.name.is_empty()) {
        return format!("the `{}`", &text[..tag.end]);
    }
    match text.strip_prefix('<').filter(|rest| rest.starts_with(|letter: char| letter.is_ascii_alphabetic())) {
        Some(rest) => {
            format!("the `<{}>`", rest.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or(rest))
        }
        None => "the comment".to_owned(),
    }
}

/// Where the line lies, if it is in the midst of something that it would break.
fn in_the_way(reading: &Reading<'_>, offset: usize, line: Line) -> Option<String> {
    let (page, text) = (reading.page, reading.page.text);
    let is_in = |range: &Range<usize>| range.start < offset && offset < range.end;
    let in_tag = |range: Range<usize>| format!("in the tag that begins in line {}", line_of(text, range.start));
    if matches!(page.generator, Generator::Zola | Generator::Hugo | Generator::Eleventy | Generator::Jekyll) {
        let both = tags(&reading.instructions, "{%", "%}").chain(tags(&reading.instructions, "{{", "}}"));
        if let Some(tag) = both.map(|tag| tag.start..tag.end).find(is_in) {
            return Some(in_tag(tag));
        }
    }
    if let Some(code) = reading.spans().iter().find(|span| span.is_code() && span.holds(offset)) {
        return Some(format!("in the `{}` of line {}", &text[code.start..code.opening_end], line_of(text, code.start)));
    }
    // In Markdown, `<` and braces are letters as others are.
    if is_markdown(page.place) {
        return None;
    }
    let element_tags = element_tags(&reading.markup, page.generator);
    if let Some(tag) = element_tags.iter().find(|tag| is_in(&tag.range)) {
        return Some(in_tag(tag.range.clone()));
    }
    let elements = reading.elements();
    if let Some(expression) = reading.expression_around(offset) {
        let mut inside = elements.iter().filter(|element| expression.start < element.range.start);
        let is_around = |inside: &Range<usize>| inside.start <= offset && offset <= inside.end;
        if !inside.any(|element| element.inside.as_ref().is_some_and(is_around)) {
            let (code, line) = (reading.beginning_of(&expression), line_of(text, expression.start));
            return Some(format!("in the code of the `{code}` of line {line}"));
        }
    }
    if matches!(line, Line::Stylesheet(_)) {
        return None;
    }
    // A browser ends the head where something stands in it that can be seen.
    let is_head = |name: &str| name.eq_ignore_ascii_case("head");
    let head = elements.iter().find(|element| is_head(element.name) && is_in(&element.range));
    if let Some(head) = head {
        return Some(format!("in the `<head>` of line {}", line_of(text, head.range.start)));
    }
    let doctype = reading.markup.to_ascii_lowercase().find("<!doctype").filter(|start| offset <= *start);
    doctype.map(|_| "before its `<!doctype>`".to_owned())
}

/// Where the front matter ends, behind its last line; 0 where there is none.
fn end_of_front_matter(reading: &Reading<'_>) -> Result<usize, SetupError> {
    let (place, text) = (reading.page.place, reading.page.text);
    if reading.page.generator == Generator::Astro && !is_markdown(place) {
        return match FrontMatter::of(text) {
            FrontMatter::Closed { end, .. } => Ok(end),
            FrontMatter::Unclosed => Err(SetupError::NoFence { place: place.clone() }),
            FrontMatter::None => Ok(0),
        };
    }
    let is_read = reading.page.generator != Generator::Html;
    let rest = text.trim_start_matches('\u{feff}');
    let Some(fence) = ["---", "+++"].into_iter().find(|fence| is_read && rest.starts_with(fence)) else { return Ok(0) };
    let mut end = text.len() - rest.len();
    for (number, line) in rest.split_inclusive('\n').enumerate() {
        end += line.len();
        if number > 0 && line.trim_end() == fence {
            return Ok(end);
        }
    }
    Ok(0)
}

/// The code blocks of Markdown, from the fence that begins one to behind that which ends it.
///
/// Source: `CommonMark`, “fenced code blocks”; how far in a fence stands is not looked at, for it may be in a list.
fn code_blocks(text: &str, from: usize) -> Vec<Range<usize>> {
    let mut blocks: Vec<Range<usize>> = Vec::new();
    let mut open: Option<(usize, &str)> = None;
    let mut at = from;
    for line in text[from..].split_inclusive('\n') {
        let words = line.trim();
        let mark = if words.starts_with("~~~") { '~' } else { '`' };
        let fence = &words[..words.len() - words.trim_start_matches(mark).len()];
        match open {
            Some((start, opening)) if fence.starts_with(opening) && fence == words => {
                blocks.push(start..at + line.len());
                open = None;
            }
            None if fence.len() >= 3 && !words[fence.len()..].contains('`') => open = Some((at, fence)),
            _ => {}
        }
        at += line.len();
    }
    blocks.extend(open.map(|(start, _)| start..text.len() + 1));
    blocks
}

#[cfg(test)]
mod tests {
    use super::Generator::{Astro, Eleventy, Html, Hugo, Jekyll, Zola};
    use super::*;
    use crate::files::SitePath;

    /// What is said of the line that begins at `|`.
    fn said(generator: Generator, place: &str, marked: &str, line: Line) -> String {
        let (text, offset) = (marked.replacen('|', "", 1), marked.find('|').unwrap());
        let place = SitePath::new(place).unwrap();
        match around(Page { place: &place, text: &text, generator }, line_of(&text, offset), line) {
            Ok(None) => String::new(),
            Ok(Some((tag, line))) => format!("{tag} {line}"),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn a_line_may_be_named_where_it_is_shown_and_what_decides_on_it_is_said() {
        for (generator, place, marked, expected) in [
            (Zola, "a.html", "<p>a</p>\n|<p>b</p>\n", ""),
            (Zola, "a.html", "{# a #}\n|", ""),
            (Zola, "a.html", "<!-- a -->\n|<script>b</script>\n", ""),
            (Zola, "a.html", "{% if a %}\n{% for b\n in c %}\n|{% endfor %}{% endif %}", "{% for b in c %} 2"),
            (Zola, "a.html", "{% extends \"a\" %}\n{% block b %}\n|{% endblock %}", ""),
            (Zola, "a.html", "{% macro a() %}\n|{% endmacro %}", "{% macro a() %} 1"),
            (Eleventy, "a.njk", "---\na: b\n---\n|", ""),
            (Jekyll, "a.html", "---\n---\n{% unless a %}\n|\n{% endunless %}\n", "{% unless a %} 3"),
            (Hugo, "a.html", "{{ define \"main\" }}\n{{ range .Pages }}\n|{{ end }}{{ end }}", "{{ range .Pages }} 2"),
            (Hugo, "content/a.md", "---\n---\nwe write `<script>` and `<!--`\n|", ""),
            (Hugo, "content/a.md", "```html\n<p>\n```\n|\n````\n```\n````\n", ""),
            (Astro, "a.astro", "---\nlet a;\n---\n|<p>b</p>", ""),
            (Astro, "a.astro", "<ul>\n{a.map((b) => (\n<li>\n|</li>\n))}\n</ul>", "{a.map((b) => ( 2"),
            (Astro, "a.mdx", "# A\n\n{b}\n|", ""),
            (Html, "a.php", "<?php if (a): ?>\n|<?php endif; ?>", "<?php if (a): ?> 1"),
            (Html, "a.html", "<!doctype html>\n<head></head>\n|", ""),
        ] {
            assert_eq!(said(generator, place, marked, Line::Feed(None)), expected, "{marked}");
        }
        // What no head may hold, a stylesheet is.
        assert_eq!(said(Html, "a.html", "<head>\n|</head>", Line::Stylesheet(None)), "");
    }

    #[test]
    fn a_line_that_would_not_be_shown_or_would_break_the_page_is_refused_with_what_is_around_it() {
        for (generator, place, marked, words) in [
            (Zola, "a.html", "{# a\n|#}", "line 2 of a.html lies in the comment of line 1"),
            (Zola, "a.html", "<!-- a\n|-->", "the comment of line 1"),
            (Zola, "a.html", "<p>\n<!-- a\n|", "the comment of line 2"),
            (Zola, "a.html", "{% raw %}\n|{% endraw %}", "the `{% raw %}` of line 1"),
            (Zola, "a.html", "<p>\n<SCRIPT a=\"b\">\n|</script>", "the `<SCRIPT>` of line 2"),
            (Zola, "a.html", "<style>\n|</style>", "the `<style>` of line 1"),
            (Zola, "a.html", "|{% extends \"a\" %}\n{% block b %}{% endblock %}", "outside of its blocks (b)"),
            (Zola, "a.html", "{% extends \"a\" %}{% block b %}{% endblock %}\n|", "outside of its blocks (b)"),
            (Eleventy, "a.njk", "{% extends \"a\" %}\n|", "has no block"),
            (Zola, "content/a.md", "+++\n|title = \"a\"\n+++\n", "in its front matter"),
            (Eleventy, "a.njk", "|---js\n{}\n---\n", "in its front matter"),
            (Jekyll, "a.html", "---\n|---\n", "in its front matter"),
            (Jekyll, "a.html", "{% comment %}\n|{% endcomment %}", "the `{% comment %}` of line 1"),
            (Jekyll, "a.html", "{% highlight html %}\n|{% endhighlight %}", "the `{% highlight html %}` of line 1"),
            (Jekyll, "a.html", "{% include a.html\n|  b=c %}", "the tag that begins in line 1"),
            (Hugo, "a.html", "{{/* a\n|*/}}", "the comment of line 1"),
            (Hugo, "a.html", "|{{ define \"main\" }}a{{ end }}", "outside of what it defines (main)"),
            (Hugo, "a.html", "{{ define \"a\" }}{{ end }}\n|\n{{ define \"b\" }}{{ end }}", "what it defines (a, b)"),
            (Hugo, "a.html", "{{ partial \"a\" (dict\n|\"b\" 1) }}", "the tag that begins in line 1"),
            (Hugo, "content/a.md", "a\n```html\n|<p>\n```\n", "the code block of line 2"),
            (Hugo, "content/a.md", "~~~\n```\n|", "the code block of line 1"),
            (Hugo, "content/a.md", "<script>\n|</script>\n", "the `<script>` of line 1"),
            (Astro, "a.astro", "|---\nlet a;\n---\n", "in its front matter"),
            (Astro, "a.astro", "---\nlet a;\n|---\n", "in its front matter"),
            (Astro, "a.astro", "---\nlet a;\n|", "no line `---` ends"),
            (Astro, "a.astro", "<style>\n|</style>", "the `<style>` of line 1"),
            (Astro, "a.astro", "{/* a\n|*/}", "the comment of line 1"),
            (Astro, "a.astro", "<Layout\n|a={b}>", "the tag that begins in line 1"),
            (Astro, "a.astro", "<p>\n{\n|a.map((b) => <p>b</p>)}", "the code of the `{a.map((b) =>` of line 2"),
            (Html, "a.php", "<?php\n|a(); ?>", "the PHP of line 1"),
            (Html, "a.php", "<p>\n<?php\na();\n|", "the PHP of line 2"),
            (Html, "a.html", "<a\n|href=\"b\">", "the tag that begins in line 1"),
            (Html, "a.html", "<html>\n<head>\n|</head>", "the `<head>` of line 2"),
            (Html, "a.html", "|<!DOCTYPE html>\n", "before its `<!doctype>`"),
            (Html, "a.html", "<title>\n|</title>", "the `<title>` of line 1"),
        ] {
            let said = said(generator, place, marked, Line::Feed(None));
            assert!(said.starts_with("error: ") && said.contains(words), "{marked}: {said}");
        }
    }
}
