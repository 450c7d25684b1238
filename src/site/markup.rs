//! What of a template or a page is read, and by whom: its text with everything else blanked out.
//!
//! Every text that is returned is as long as the one that came, byte for byte, with the same lines: what is found in one
//! is at the same place in the other. A comment that nothing ends goes on to the end of the text, as it does for whoever
//! reads it. Nothing is parsed: quotes in tags and strings in expressions are not looked at. Pure.

use std::ops::Range;

use super::expressions::expressions;
use super::layout::Generator;
use super::php::php_blocks;
use super::script::{FrontMatter, script_comments};

/// What is neither comment nor read: scripts and styles for a browser, raw text for a generator.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Raw {
    Kept,
    /// Styles are kept: they bring in others.
    OnlyStyles,
    Blanked,
}

/// The text without comments, neither the generator's nor the browser's.
pub fn without_comments(text: &str, generator: Generator) -> String {
    of_browser(&of_generator(text, generator, Raw::Kept), generator, Raw::Kept)
}

/// What of a page can ask for a stylesheet: without comments, raw text and scripts.
pub fn without_scripts(text: &str, generator: Generator) -> String {
    of_browser(&instructions(text, generator), generator, Raw::OnlyStyles)
}

/// What the generator acts on: without its own comments and its raw text. It does act on what is in comments of HTML.
pub fn instructions(text: &str, generator: Generator) -> String {
    of_generator(text, generator, Raw::Blanked)
}

/// What is markup to a browser: without comments, raw text, scripts, styles, and the front matter of Astro and its values
/// of attributes.
pub fn markup(text: &str, generator: Generator) -> String {
    let markup = of_browser(&instructions(text, generator), generator, Raw::Blanked);
    match generator {
        Generator::Astro => blanked(&markup, &expressions(&markup).hidden),
        _ => markup,
    }
}

/// A script without its comments.
pub fn without_script_comments(script: &str) -> String {
    blanked(script, &script_comments(script))
}

/// Where elements of this name end in what is markup: the beginning of each closing tag.
pub fn end_tags(markup: &str, name: &str) -> Vec<usize> {
    // No other letter changes its length.
    let lower = markup.to_ascii_lowercase();
    let tag = format!("</{name}");
    let tags = lower.match_indices(&tag).map(|(start, _)| start);
    tags.filter(|start| is_end_of_name(&lower[start + tag.len()..])).collect()
}

/// `</head` begins `</header>`, too.
fn is_end_of_name(rest: &str) -> bool {
    !rest.starts_with(|letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | ':' | '.'))
}

/// A tag of a template language.
#[derive(Debug, Clone, Copy)]
pub struct Tag<'a> {
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// The word that says what it does; empty where it only prints.
    pub name: &'a str,
    /// What stands behind that.
    pub argument: &'a str,
}

/// The tags of a template, such as those between `{%` and `%}`.
pub fn tags<'a>(text: &'a str, open: &'a str, close: &'a str) -> impl Iterator<Item = Tag<'a>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + text[from..].find(open)?;
        let tag = tag_at(text, start, open, close)?;
        from = tag.end;
        Some(tag)
    })
}

fn tag_at<'a>(text: &'a str, start: usize, open: &str, close: &str) -> Option<Tag<'a>> {
    let inside = &text[start + open.len()..];
    let inside = &inside[..inside.find(close)?];
    let end = start + open.len() + inside.len() + close.len();
    let words = inside.trim_matches(['-', '~', '+']).trim();
    let length = words.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(words.len());
    Some(Tag { start, end, name: &words[..length], argument: words[length..].trim() })
}

/// Where nothing of a page is: comments, raw text, scripts and the like, each from where it begins. The front matter is
/// none of them.
pub fn unread(text: &str, generator: Generator) -> Vec<Range<usize>> {
    let mut ranges = ranges_of_generator(text, generator, Raw::Blanked);
    ranges.extend(ranges_of_browser(&blanked(text, &ranges), generator, Raw::Blanked).1);
    ranges
}

fn of_generator(text: &str, generator: Generator, raw: Raw) -> String {
    blanked(text, &ranges_of_generator(text, generator, raw))
}

fn ranges_of_generator(text: &str, generator: Generator, raw: Raw) -> Vec<Range<usize>> {
    match generator {
        Generator::Zola | Generator::Eleventy => in_tags(text, raw, true),
        Generator::Jekyll => in_tags(text, raw, false),
        Generator::Hugo => in_actions(text),
        Generator::Astro => in_component(text),
        // What PHP prints is in its strings.
        Generator::Html => php_blocks(text).into_iter().flat_map(|block| block.comments).collect(),
    }
}

/// The comments and the raw text of Tera, Nunjucks and Liquid; the last has no `{# #}`.
fn in_tags(text: &str, raw: Raw, has_hash: bool) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find('{').map(|length| from + length) {
        from = start + 1;
        if has_hash && text[from..].starts_with('#') {
            // Headings in Markdown have ids, `{#about}`, and styles have rules in rules, `{#about{`. An unclosed comment
            // would build no page at all, so it is one of those.
            if let Some(length) = text[start + 2..].find("#}") {
                from = start + 2 + length + 2;
                ranges.push(start..from);
            }
        } else if let Some(tag) = text[start..].starts_with("{%").then(|| tag_at(text, start, "{%", "%}")).flatten() {
            let is_comment = tag.name == "comment";
            from = tag.end;
            if is_comment || matches!(tag.name, "raw" | "verbatim") {
                from = end_of_raw(text, tag);
            }
            // Liquid's comment in a tag.
            let is_inline = tag.name.is_empty() && tag.argument.starts_with('#');
            if is_comment || is_inline || (from > tag.end && raw == Raw::Blanked) {
                ranges.push(start..from);
            }
        }
    }
    ranges
}

/// Where the raw text ends that `opening` begins. What is in it need not be tags.
fn end_of_raw(text: &str, opening: Tag<'_>) -> usize {
    let starts = text[opening.end..].match_indices("{%").map(|(length, _)| opening.end + length);
    let mut tags = starts.filter_map(|start| tag_at(text, start, "{%", "%}"));
    let closes = |tag: &Tag<'_>| tag.name.strip_prefix("end") == Some(opening.name);
    tags.find(closes).map_or(text.len(), |tag| tag.end)
}

/// The comments of Go's templates.
fn in_actions(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find("{{").map(|length| from + length) {
        from = start + 2;
        let inside = text[from..].strip_prefix('-').unwrap_or(&text[from..]).trim_start();
        if let Some(comment) = inside.strip_prefix("/*") {
            let end = comment.find("*/").and_then(|end| Some(end + comment[end..].find("}}")? + 2));
            from = end.map_or(text.len(), |end| text.len() - comment.len() + end);
            ranges.push(start..from);
        }
    }
    ranges
}

/// The comments of Astro: in its front matter, and in braces where an expression could stand.
fn in_component(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut from = 0;
    if let FrontMatter::Closed { script, end } = FrontMatter::of(text) {
        let comments = script_comments(&text[script.clone()]).into_iter();
        ranges.extend(comments.map(|comment| comment.start + script.start..comment.end + script.start));
        from = end;
    }
    while let Some(start) = text[from..].find('{').map(|length| from + length) {
        from = start + 1;
        let inside = text[from..].trim_start();
        if let Some(comment) = inside.strip_prefix("/*") {
            let begin = text.len() - inside.len();
            from = comment.find("*/").map_or(text.len(), |end| text.len() - comment.len() + end + 2);
            let rest = text[from..].trim_start();
            // With nothing else in them, the braces belong to it.
            let is_all = rest.starts_with('}');
            let range = if is_all { start..text.len() - rest.len() + 1 } else { begin..from };
            from = range.end;
            ranges.push(range);
        }
    }
    ranges
}

/// Blanks comments of HTML and, on request, what is in a page and no markup.
fn of_browser(text: &str, generator: Generator, raw: Raw) -> String {
    let (seen, mut ranges) = ranges_of_browser(text, generator, raw);
    if raw != Raw::Blanked {
        return blanked(text, &ranges);
    }
    let start = start_of_markup(text, generator);
    ranges.insert(0, 0..start);
    blanked(&seen, &ranges)
}

/// Where the front matter of a component of Astro's ends.
fn start_of_markup(text: &str, generator: Generator) -> usize {
    match FrontMatter::of(text) {
        FrontMatter::Closed { end, .. } if generator == Generator::Astro => end,
        _ => 0,
    }
}

/// The text that a browser sees, and what in that is a comment or, on request, no markup.
fn ranges_of_browser(text: &str, generator: Generator, raw: Raw) -> (String, Vec<Range<usize>>) {
    // No browser sees the PHP in a page.
    let php: Vec<Range<usize>> = match generator {
        Generator::Html => php_blocks(text).into_iter().map(|block| block.range).collect(),
        _ => Vec::new(),
    };
    let seen = blanked(text, &php);
    // No other letter changes its length.
    let lower = seen.to_ascii_lowercase();
    let mut ranges = Vec::new();
    let mut from = start_of_markup(text, generator);
    while let Some(start) = lower[from..].find('<').map(|length| from + length) {
        let rest = &lower[start..];
        from = start + 1;
        if rest.starts_with("<!--") {
            // `<!-->` is a whole one.
            from = rest[2..].find("-->").map_or(lower.len(), |length| start + 2 + length + 3);
            if generator != Generator::Html || !is_directive(rest) {
                ranges.push(start..from);
            }
        } else if let Some(length) = length_of_raw_element(rest) {
            from = start + length;
            if raw == Raw::Blanked || (raw == Raw::OnlyStyles && !rest.starts_with("<style")) {
                ranges.push(start..from);
            }
        }
    }
    (seen, ranges)
}

/// A comment in which a server, or a publishing script, finds what to put in its place.
fn is_directive(comment: &str) -> bool {
    comment.starts_with("<!--#") || is_mark(comment)
}

/// Whether this begins with the comment that a publishing script looks for.
pub fn is_mark(comment: &str) -> bool {
    let inside = comment.strip_prefix("<!--").and_then(|rest| rest.split_once("-->"));
    inside.is_some_and(|(words, _)| words.trim() == "feedbake")
}

/// The length of the element at the beginning of `text`, if it is one in which a browser sees text and no tags.
fn length_of_raw_element(text: &str) -> Option<usize> {
    const RAW: [&str; 4] = ["script", "style", "textarea", "title"];
    let behind = |name: &str| text[1..].strip_prefix(name).filter(|rest| is_end_of_name(rest));
    let name = RAW.into_iter().find(|name| behind(name).is_some())?;
    let Some(opening) = text.find('>') else { return Some(text.len()) };
    if text[..opening].ends_with('/') {
        return Some(opening + 1);
    }
    let closing = end_tags(&text[opening..], name).first().map(|start| opening + start);
    let end = closing.and_then(|start| Some(start + text[start..].find('>')? + 1));
    Some(end.unwrap_or(text.len()))
}

/// The text with spaces in these places, which are in their order and apart.
pub fn blanked(text: &str, ranges: &[Range<usize>]) -> String {
    let mut new = String::with_capacity(text.len());
    let mut kept = 0;
    for range in ranges {
        new.push_str(&text[kept..range.start]);
        let blank = |byte: u8| if matches!(byte, b'\n' | b'\r') { char::from(byte) } else { ' ' };
        new.extend(text[range.clone()].bytes().map(blank));
        kept = range.end;
    }
    new.push_str(&text[kept..]);
    new
}

#[cfg(test)]
mod tests {
    use super::Generator::{Astro, Eleventy, Html, Hugo, Jekyll, Zola};
    use super::*;

    /// What is left, with every row of blanks as one space.
    fn left(text: &str) -> String {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_nobody_reads_is_blanked_and_everything_else_stays_in_its_place() {
        // The text; without comments; what the generator acts on; what is markup.
        let table = [
            (Html, "a <!-- ü\r\n --> b", "a b", "a <!-- ü --> b", "a b"),
            (Html, "a <!--> b <!---> c", "a b c", "a <!--> b <!---> c", "a b c"),
            (Html, "a <!-- b", "a", "a <!-- b", "a"),
            (
                Html,
                "<!--#include virtual=\"x\" --> b",
                "<!--#include virtual=\"x\" --> b",
                "<!--#include virtual=\"x\" --> b",
                "<!--#include virtual=\"x\" --> b",
            ),
            (Html, "<!-- <!--#include virtual=\"x\" --> b", "b", "<!-- <!--#include virtual=\"x\" --> b", "b"),
            (Zola, "a {# b #} c {#- d -#}", "a c", "a c", "a c"),
            (Zola, "# A {#a}\n{{ b }}", "# A {#a} {{ b }}", "# A {#a} {{ b }}", "# A {#a} {{ b }}"),
            (Zola, "<!-- {# --> #} b --> c", "c", "<!-- b --> c", "c"),
            (Zola, "{% raw %}a{% endraw %} b", "{% raw %}a{% endraw %} b", "b", "b"),
            (Zola, "{%- raw -%}{% a {%- endraw -%} b", "{%- raw -%}{% a {%- endraw -%} b", "b", "b"),
            (
                Eleventy,
                "{% verbatim %}{# a #}{% endverbatim %} b",
                "{% verbatim %}{# a #}{% endverbatim %} b",
                "b",
                "b",
            ),
            (Eleventy, "{% comment %}a{% endcomment %}{% b %}", "{% b %}", "{% b %}", "{% b %}"),
            (Jekyll, "{%- comment -%}a{%- endcomment -%} {# b #}", "{# b #}", "{# b #}", "{# b #}"),
            (Jekyll, "a {%- # <b>\n # {% c -%} {%#%}d", "a d", "a d", "a d"),
            (Jekyll, "a {% comment %} b", "a", "a", "a"),
            (Hugo, "{{/* a }} */}} b {{- /* c\n */ -}} d", "b d", "b d", "b d"),
            (Hugo, "a {{ b }} {{/* c", "a {{ b }}", "a {{ b }}", "a {{ b }}"),
            (Astro, "---\n// a\nb /* c */\n---\nd", "--- b --- d", "--- b --- d", "d"),
            (Astro, "a {/* <b> */} {\n/* c */\n} {/* d */ e}", "a { e}", "a { e}", "a { e}"),
            (
                Astro,
                "---\nlet a = \"<!--\";\n---\n<b>",
                "--- let a = \"<!--\"; --- <b>",
                "--- let a = \"<!--\"; --- <b>",
                "<b>",
            ),
            (
                Html,
                "<?php '</main><!--'; // a ?>b<!-- <?= '-->' ?> --><?php c",
                "<?php '</main><!--'; ?>b <?php c",
                "<?php '</main><!--'; ?>b<!-- <?= '-->' ?> --><?php c",
                "b",
            ),
            (Astro, "<a b={\"</a>\"}>c</a>", "<a b={\"</a>\"}>c</a>", "<a b={\"</a>\"}>c</a>", "<a b= >c</a>"),
            (Html, "<SCRIPT>'<!--'</Script > b", "<SCRIPT>'<!--'</Script > b", "<SCRIPT>'<!--'</Script > b", "b"),
            (Html, "<style>a</style><styles>", "<style>a</style><styles>", "<style>a</style><styles>", "<styles>"),
            (Html, "<title></main></title> a", "<title></main></title> a", "<title></main></title> a", "a"),
            (Astro, "<script src=a /> b <style>c", "<script src=a /> b <style>c", "<script src=a /> b <style>c", "b"),
        ];
        for (generator, text, comments, acted_on, marked) in table {
            let all = [without_comments(text, generator), instructions(text, generator), markup(text, generator)];
            assert_eq!(all.each_ref().map(|text| left(text)), [comments, acted_on, marked], "{text}");
            for blanked in all {
                assert_eq!(blanked.len(), text.len(), "{text}");
                let moved = |(left, right): (u8, u8)| left != right && right != b' ';
                assert!(!text.bytes().zip(blanked.bytes()).any(moved), "{text}: {blanked}");
                assert_eq!(text.matches('\n').count(), blanked.matches('\n').count(), "{text}");
            }
        }
    }

    #[test]
    fn a_closing_tag_is_told_from_one_whose_name_only_begins_so() {
        assert_eq!(end_tags("</HEAD></header></head-line></head\n>", "head"), [0, 28]);
        assert_eq!(end_tags("</main", "main"), [0]);
        assert!(end_tags("<head>", "head").is_empty());
    }

    #[test]
    fn a_tag_says_what_it_does() {
        let text = "{%- block a -%}{%if b%}{% endif %}{% {{ x }}{%";
        let found: Vec<(usize, &str, &str)> =
            tags(text, "{%", "%}").map(|tag| (tag.start, tag.name, tag.argument)).collect();
        assert_eq!(found, [(0, "block", "a"), (15, "if", "b"), (23, "endif", "")]);
    }

    #[test]
    fn a_comment_of_every_length_and_a_text_cut_anywhere_end_well() {
        let whole = "---\nlet ü = '//';\n---\n<!-- ü -->{# ü #}{% raw %}ü{% endraw %}{{/* ü */}}{/* ü */}<script>ü</script><?php 'ü' # ü?><a ü={`ü`}>{ü && <p>ü'}<a ü='ü{";
        for generator in Generator::ALL {
            for (end, _) in whole.char_indices() {
                for text in [&whole[..end], &whole[end..]] {
                    assert_eq!(markup(text, generator).len(), text.len());
                    assert_eq!(without_comments(text, generator).len(), text.len());
                }
            }
        }
    }
}
