//! Whether the last thing of a page is its footer, which a line is to stand before. Told by names. Pure.

use std::ops::Range;

use super::component;
use super::reading::Reading;
use super::spans::Span;
use crate::site::Generator;
use crate::site::markup::{Tag, tags};
use crate::site::php::php_blocks;

/// Where the footers begin that are the last in a part of the page; the end of the part where none is.
pub fn before_footer(reading: &Reading<'_>, part: Range<usize>) -> usize {
    let mut end = part.end;
    while let Some(start) = last_footer(reading, part.start..end) {
        end = start;
    }
    end
}

/// Where the footer begins that ends a part.
fn last_footer(reading: &Reading<'_>, part: Range<usize>) -> Option<usize> {
    let end = part.start + reading.markup.get(part.clone())?.trim_end().len();
    let spans = reading.spans();
    let start = match reading.page.generator {
        // Of the markup, PHP is no part.
        Generator::Html => php_footer(reading.page.text, end..part.end).or_else(|| server_include(reading, end)),
        Generator::Astro => footer_in_expression(reading, end),
        _ => footer_tag(reading, end).or_else(|| footer_span(reading, &spans, end)),
    };
    let start = start.or_else(|| footer_element(reading, end)).filter(|start| *start >= part.start)?;
    // A condition on how it begins is a part of it.
    let whole = spans.iter().filter(|span| span.start >= part.start && span.closing_end <= end && span.holds(start));
    Some(whole.map(|span| span.start).min().unwrap_or(start))
}

/// An element, or a component of that name or from a file of that name.
fn footer_element(reading: &Reading<'_>, end: usize) -> Option<usize> {
    let elements = reading.elements();
    let last = elements.iter().filter(|element| element.range.end == end && is_footer(reading, element.name));
    last.map(|element| element.range.start).min()
}

/// Whether an element of this name is a footer.
pub fn is_footer(reading: &Reading<'_>, element: &str) -> bool {
    let is_astro = reading.page.generator == Generator::Astro;
    let path = is_astro.then(|| component::path_of(&reading.instructions, element)).flatten();
    says_footer(element) || path.is_some_and(says_footer)
}

/// An expression that shows footers and nothing else.
fn footer_in_expression(reading: &Reading<'_>, end: usize) -> Option<usize> {
    let expression = reading.expressions().into_iter().find(|expression| expression.end == end)?;
    let elements = reading.elements();
    let inside: Vec<_> = elements.iter().filter(|it| expression.start < it.range.start && it.range.end < end).collect();
    let mut outermost = inside.iter().filter(|it| !inside.iter().any(|other| other.holds(&it.range)));
    let is_all = !inside.is_empty() && outermost.all(|element| is_footer(reading, element.name));
    is_all.then_some(expression.start)
}

/// A tag that brings in a footer.
fn footer_tag(reading: &Reading<'_>, end: usize) -> Option<usize> {
    let brings = |open: &'static str, close: &'static str| {
        let mut last = tags(&reading.instructions, open, close).filter(|tag| tag.end == end);
        last.find(|tag| brings_footer(*tag, open)).map(|tag| tag.start)
    };
    brings("{%", "%}").or_else(|| brings("{{", "}}"))
}

fn brings_footer(tag: Tag<'_>, open: &str) -> bool {
    let is_of_go = tag.name.starts_with("partial") || tag.name == "template";
    let brings = tag.name.starts_with("include") || tag.name.starts_with("render");
    match open {
        "{%" if brings => says_footer(tag.argument.split_whitespace().next().unwrap_or_default()),
        "{%" => says_footer(tag.name) && !tag.name.starts_with("end"),
        _ if is_of_go => tag.argument.split(['"', '`']).nth(1).is_some_and(says_footer),
        // What is printed is the value of a macro or a variable, by its name.
        _ => {
            let name = tag.argument.split(|letter: char| letter.is_whitespace() || matches!(letter, '(' | '|')).next();
            says_footer(tag.name) || name.is_some_and(says_footer)
        }
    }
}

/// A block by the name of a footer, or a condition that shows one and nothing else.
fn footer_span(reading: &Reading<'_>, spans: &[Span<'_>], end: usize) -> Option<usize> {
    let span = spans.iter().find(|span| span.closing_end == end)?;
    let is_all = || {
        let start = before_footer(reading, span.opening_end..span.end);
        start < span.end && reading.markup[span.opening_end..start].trim().is_empty()
    };
    let is_one = (span.word == "block" && says_footer(span.name)) || (span.is_condition() && is_all());
    is_one.then_some(span.start)
}

/// A block of PHP that does nothing but bring in a footer, with only blanks before and after it.
fn php_footer(text: &str, part: Range<usize>) -> Option<usize> {
    let blocks = php_blocks(text);
    let last = blocks.iter().rfind(|block| block.range.start < part.end)?;
    let code = text[last.range.clone()].trim_start_matches("<?php").trim_start_matches("<?=").trim_end_matches("?>");
    let code = code.trim().trim_end_matches(';');
    let brings = ["include", "require", "get_footer", "get_template_part"].iter().any(|word| code.starts_with(word));
    let is_last = last.range.start >= part.start && last.range.end <= part.end;
    (is_last && brings && !code.contains([';', '{', '}']) && says_footer(code)).then_some(last.range.start)
}

/// A directive at which a server puts a footer.
fn server_include(reading: &Reading<'_>, end: usize) -> Option<usize> {
    let start = reading.markup[..end].rfind("<!--#include")?;
    let directive = &reading.markup[start..end];
    let is_one = directive.find("-->") == Some(directive.len() - 3);
    (is_one && says_footer(directive)).then_some(start)
}

/// Whether this names a footer, in whichever case.
fn says_footer(name: &str) -> bool {
    name.to_lowercase().contains("footer")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::SitePath;
    use crate::setup::content::end_of_content;
    use crate::setup::insert::Page;

    #[test]
    fn a_footer_stays_the_last() {
        use Generator::{Astro, Eleventy, Html, Hugo, Jekyll, Zola};
        // Where `|` stands is where a line goes.
        for (generator, marked) in [
            (Jekyll, "---\n---\n{% include header.html %}\n<p>a</p>\n|{% include footer.html %}\n"),
            (Jekyll, "<p>a</p>\n|{%- include_cached site/Footer.html year=2024 -%}\n<script>a</script>\n"),
            (Jekyll, "<p>a</p>|{% include footer.html %}<!-- b -->{% include footer-scripts.html %}"),
            (Jekyll, "<p>a</p>\n{% if b %}{% include c.html %}{% include footer.html %}{% endif %}\n|"),
            (Jekyll, "<p>a</p>\n|{% unless b %}\n  {% include footer.html %}\n{% endunless %}\n"),
            (Jekyll, "{% include footer.html %}<p>a</p>|"),
            (Jekyll, "{% comment %}{% include footer.html %}{% endcomment %}|"),
            (Eleventy, "<p>a</p>\n|{% include \"partials/footer.njk\" %}\n"),
            (Eleventy, "<p>a</p>|{{ ui.footer(year) }}"),
            (Eleventy, "<body><p>a</p>|{% block footer %}b{% endblock %}</body>"),
            (Zola, "<p>a</p>\n|{% include 'partials/footer.html' %}"),
            (Zola, "<p>a</p>|{{- macros::site_footer(a=1) -}}"),
            (Zola, "{% extends \"a\" %}{% block content %}b|{% include \"footer.html\" %}{% endblock %}"),
            (Zola, "<p>a</p>\n|<footer class=\"b>\">c<footer></footer></footer>\n"),
            (Zola, "a|{% if b %}<footer class=\"c\">{% else %}<footer>{% endif %}d</footer>"),
            (Zola, "{% for a in b %}<footer>c</footer>{% endfor %}|"),
            (Zola, "<article>a<footer>b</footer></article>|"),
            (Hugo, "{{ partial \"header.html\" . }}\n<p>a</p>\n|{{ partial \"footer.html\" . }}"),
            (Hugo, "<p>a</p>\n|{{- partial `site-footer` . -}}\n"),
            (Hugo, "<p>a</p>|{{ with .Site.Params.a }}{{ partialCached \"footer/a.html\" . }}{{ end }}"),
            (Hugo, "{{ define \"main\" }}\n<p>a</p>\n|{{ partials.Include \"footer.html\" . }}\n{{ end }}"),
            (Hugo, "<body>\n<p>a</p>\n|{{ block \"footer\" . }}{{ end }}\n</body>"),
            (Hugo, "<main>{{ partial \"footer.html\" . }}|</main>"),
            (Html, "<?php include \"header.php\"; ?>\n<p>a</p>\n|<?php include \"footer.php\"; ?>\n"),
            (Html, "<p>a</p>\n|<?php require_once __DIR__ . '/parts/footer.php'"),
            (Html, "<p>a</p>|<?php get_footer(); ?>"),
            (Html, "<p>a</p>|<?php get_template_part( 'footer' ) ?><?php get_footer() ?>"),
            (Html, "<p>a</p><?php } include 'footer.php'; ?>|"),
            (Html, "<p>a</p><?php include 'footer.php'; ?><?php b(); ?>|"),
            (Html, "<p>a</p>|<!--#include virtual=\"/footer.html\" -->"),
            (Html, "<body><p>a</p>\n|<FOOTER>b</FOOTER >\n</body>"),
            (Astro, "<h1>a</h1>\n|<Footer />\n"),
            (Astro, "<Layout>\n<p>a</p>\n|<SiteFooter a={b > c}>d</SiteFooter>\n</Layout>"),
            (Astro, "<Layout>a|</Layout><Footer />"),
            (Astro, "---\nimport Bottom from \"../components/PageFooter.astro\";\n---\n<Layout>a|<Bottom /></Layout>"),
            (Astro, "<Layout>a|{b && <Footer />}</Layout>"),
            (Astro, "<Layout>a{b.map((c) => <p><Footer /></p>)}|</Layout>"),
            (Astro, "<html><body><slot />\n|<footer>a</footer></body></html>"),
            (Astro, "<Layout>{/* <Footer /> */}|</Layout>"),
        ] {
            let text = marked.replacen('|', "", 1);
            let place = SitePath::new("a.html").unwrap();
            let end = end_of_content(Page { place: &place, text: &text, generator });
            assert_eq!(end.ok(), marked.find('|'), "{marked}");
        }
    }
}
