//! Where what a page is about ends, in each of the template languages. Pure.

use std::ops::Range;

use super::SetupError;
use super::insert::Page;
use crate::site::Generator;
use crate::site::expressions::expressions;
use crate::site::markup::{Tag, end_tags, instructions, markup, tags};
use crate::site::php::php_blocks;

/// What people call the block that holds what the page is about, the surest name first.
const CONTENT: [&str; 4] = ["content", "main", "body", "page"];

/// What a template does with what stands between two of its tags.
struct Span<'a> {
    /// The word of the opening tag.
    word: &'a str,
    /// Its first argument, such as the name of a block.
    name: &'a str,
    /// Where the opening tag begins.
    start: usize,
    /// Where it ends.
    opening_end: usize,
    /// Where the closing tag begins.
    end: usize,
    /// Where it ends.
    closing_end: usize,
}

impl Span<'_> {
    fn holds(&self, offset: usize) -> bool {
        self.start < offset && offset <= self.end
    }
}

/// The offset at which a line is the last of what the page is about.
///
/// # Errors
/// [`SetupError`] where a line would be shown nowhere, only sometimes, or many times.
pub fn end_of_content(page: Page<'_>) -> Result<usize, SetupError> {
    let read = instructions(page.text, page.generator);
    let markup = markup(page.text, page.generator);
    match page.generator {
        Generator::Zola | Generator::Eleventy | Generator::Jekyll => {
            let spans = spans(&read);
            let is_child = tags(&read, "{%", "%}").any(|tag| tag.name == "extends");
            let offset = if is_child { end_in_child(page, &markup, &spans)? } else { end_in_whole(&markup, &spans) };
            always(page, offset, &spans)
        }
        Generator::Hugo => {
            let spans = spans_of_go(&read);
            always(page, end_of_go(page, &markup, &spans)?, &spans)
        }
        // A page is one component in another: what closes last is the layout.
        Generator::Astro => {
            let shown = expressions(&markup).shown;
            let outside = |offset: &usize| !shown.iter().any(|expression| expression.contains(offset));
            let last_end = || markup.match_indices("</").map(|(start, _)| start).filter(outside).last();
            outside_of_expressions(page, end_of_page(&markup).or_else(last_end).unwrap_or(page.text.len()), &shown)
        }
        Generator::Html => outside_of_php(page, end_of_page(&markup).unwrap_or(page.text.len())),
    }
}

/// The offset, unless an expression decides whether it is shown, or how often.
fn outside_of_expressions(page: Page<'_>, offset: usize, shown: &[Range<usize>]) -> Result<usize, SetupError> {
    let around = shown.iter().filter(|expression| expression.contains(&offset));
    let Some(expression) = around.max_by_key(|expression| expression.start) else { return Ok(offset) };
    let code = page.text[expression.start..].split(['<', '\n']).next().unwrap_or_default();
    Err(SetupError::Sometimes {
        place: page.place.clone(),
        tag: code.trim_end().to_owned(),
        line: line_of(page.text, expression.start),
    })
}

/// The offset, unless PHP that nothing ends is around it.
fn outside_of_php(page: Page<'_>, offset: usize) -> Result<usize, SetupError> {
    let block = php_blocks(page.text).into_iter().find(|block| !block.is_closed && block.range.start < offset);
    let Some(block) = block else { return Ok(offset) };
    Err(SetupError::InPhp { place: page.place.clone(), line: line_of(page.text, block.range.start) })
}

/// The line at an offset, counted from 1.
fn line_of(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}

/// The offset at which a line is the last of the page's head.
///
/// # Errors
/// [`SetupError`] where there is none, more than one, or one that is there only sometimes.
pub fn end_of_head(page: Page<'_>) -> Result<usize, SetupError> {
    let read = instructions(page.text, page.generator);
    let markup = markup(page.text, page.generator);
    let place = page.place.clone();
    let offset = match end_tags(&markup, "head").as_slice() {
        [] => return Err(SetupError::NoHead(place)),
        [offset] => *offset,
        several => {
            let lines: Vec<String> = several.iter().map(|end| line_of(page.text, *end).to_string()).collect();
            return Err(SetupError::ManyHeads { place, lines: lines.join(", ") });
        }
    };
    let there = match page.generator {
        Generator::Zola | Generator::Eleventy | Generator::Jekyll => always(page, offset, &spans(&read)),
        Generator::Hugo => always(page, offset, &spans_of_go(&read)),
        Generator::Astro => outside_of_expressions(page, offset, &expressions(&markup).shown),
        Generator::Html => Ok(offset),
    };
    there.map_err(|error| match error {
        SetupError::Sometimes { place, tag, line } => SetupError::SometimesHead { place, tag, line },
        error => error,
    })
}

fn last(markup: &str, element: &str) -> Option<usize> {
    end_tags(markup, element).pop()
}

fn end_of_page(markup: &str) -> Option<usize> {
    last(markup, "main").or_else(|| last(markup, "body"))
}

/// A template that fills the blocks of another: what stands outside of them is not shown.
fn end_in_child(page: Page<'_>, markup: &str, spans: &[Span<'_>]) -> Result<usize, SetupError> {
    let blocks: Vec<&Span<'_>> = spans.iter().filter(|span| span.word == "block").collect();
    let in_block = |offset: &usize| blocks.iter().any(|block| block.holds(*offset));
    let main = end_tags(markup, "main").into_iter().rfind(in_block);
    let place = page.place.clone();
    main.or_else(|| end_of_block(markup, spans)).ok_or_else(|| match blocks.as_slice() {
        [] => SetupError::NoBlock { place },
        blocks => SetupError::NoContentBlock { place, blocks: listed(blocks.iter().map(|block| block.name)) },
    })
}

/// A template that is a page of its own, or a part of one.
fn end_in_whole(markup: &str, spans: &[Span<'_>]) -> usize {
    let end = last(markup, "main").or_else(|| end_of_block(markup, spans)).or_else(|| last(markup, "body"));
    end.unwrap_or(markup.len())
}

/// The end of the block that holds what the page is about, going by its name.
fn end_of_block(markup: &str, spans: &[Span<'_>]) -> Option<usize> {
    // A generator acts on a tag in a comment of HTML, but what stands before it is in the comment.
    let is_shown = |span: &&Span<'_>| span.word == "block" && markup[span.end..].starts_with('{');
    let outermost = |name: &str| {
        let blocks = spans.iter().filter(is_shown).filter(|span| span.name == name);
        blocks.max_by_key(|span| span.end - span.start)
    };
    CONTENT.into_iter().find_map(outermost).map(|span| span.end)
}

/// In Hugo a template that is nothing but `define`s fills the blocks of the base. Anything else is shown in its stead.
///
/// Source: Go, `text/template`, `Template.Parse`: a body of white space and comments replaces no other.
fn end_of_go(page: Page<'_>, markup: &str, spans: &[Span<'_>]) -> Result<usize, SetupError> {
    let defines: Vec<&Span<'_>> = spans.iter().filter(|span| span.word == "define").collect();
    if let Some(main) = defines.iter().find(|define| define.name == "main") {
        let inside = |offset: &usize| main.holds(*offset);
        return Ok(end_tags(markup, "main").into_iter().rfind(inside).unwrap_or(main.end));
    }
    if is_all_of(&defines, markup) {
        let defines = listed(defines.iter().map(|define| define.name));
        return Err(SetupError::NoMain { place: page.place.clone(), defines });
    }
    let outside = |offset: &usize| !defines.iter().any(|define| define.holds(*offset));
    let end = |element: &str| end_tags(markup, element).into_iter().rfind(outside);
    Ok(end("main").or_else(|| end("body")).unwrap_or(page.text.len()))
}

/// Whether nothing stands between these spans, and there are some.
fn is_all_of(spans: &[&Span<'_>], markup: &str) -> bool {
    let ends = std::iter::once(0).chain(spans.iter().map(|span| span.closing_end));
    let starts = spans.iter().map(|span| span.start).chain([markup.len()]);
    let mut between = ends.zip(starts).filter_map(|(end, start)| markup.get(end..start));
    !spans.is_empty() && between.all(|text| text.trim_start_matches('\u{feff}').trim().is_empty())
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

/// The offset, unless what stands there is not shown exactly once.
fn always(page: Page<'_>, offset: usize, spans: &[Span<'_>]) -> Result<usize, SetupError> {
    let around = spans.iter().filter(|span| is_sometimes(span.word) && span.holds(offset));
    // The innermost is the one that its author sees first.
    let Some(span) = around.max_by_key(|span| span.start) else { return Ok(offset) };
    let tag: Vec<&str> = page.text[span.start..span.opening_end].split_whitespace().collect();
    Err(SetupError::Sometimes { place: page.place.clone(), tag: tag.join(" "), line: line_of(page.text, span.start) })
}

/// What is between the tags is shown only sometimes, many times, elsewhere, or as something else.
fn is_sometimes(word: &str) -> bool {
    let is_condition = matches!(word, "if" | "ifAsync" | "unless" | "case" | "switch" | "with");
    let is_loop = matches!(word, "for" | "asyncEach" | "asyncAll" | "tablerow" | "range");
    let is_text = matches!(word, "filter" | "highlight");
    is_condition || is_loop || is_text || matches!(word, "macro" | "component" | "set" | "capture" | "call")
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

/// What Tera, Nunjucks and Liquid close with a tag that begins with `end`. What nothing closes holds nothing.
fn spans(text: &str) -> Vec<Span<'_>> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::SitePath;

    /// Where `|` stands in the text is where its content ends, or why it has no end.
    fn check(generator: Generator, marked: &str, expected: Result<(), &str>) {
        let text = marked.replacen('|', "", 1);
        let place = SitePath::new("a.html").unwrap();
        let end = end_of_content(Page { place: &place, text: &text, generator });
        match (end, expected) {
            (Ok(end), Ok(())) => assert_eq!(Some(end), marked.find('|'), "{marked}"),
            (Err(error), Err(words)) => assert!(error.to_string().contains(words), "{marked}: {error}"),
            (end, _) => panic!("{marked}: {end:?}"),
        }
    }

    #[test]
    fn content_ends_where_a_reader_would_say_so() {
        use Generator::{Astro, Eleventy, Html, Hugo, Jekyll, Zola};
        for (generator, marked) in [
            // Comments, scripts and text that is shown as it is hold no page.
            (Html, "<main>a|</main><!-- end of </main> -->"),
            (Html, "<body><main>a|</main><script>x('</main>')</script></body>"),
            (Html, "<body>a|</body><style>/* </body> */</style>"),
            (Html, "<body><main-nav></main-nav>a|</body>"),
            (Html, "<body>a|</body><!-- </main>"),
            (Html, "<p>a</p>\n|"),
            (Html, "<?php if (a < b) { echo '</main>'; } ?><main>a|</main><?php echo '</main>';"),
            (Html, "<?php a('<!--'); ?><body>a|</body>"),
            (Html, "<?php a(); ?>\n|"),
            (Zola, "<main>a|</main>{# </main> #}{% raw %}</main>{% endraw %}"),
            (Eleventy, "<main>a|</main>{% verbatim %}</main>{% endverbatim %}"),
            (Jekyll, "<main>a|</main>{% comment %}</main>{% endcomment %}"),
            (Hugo, "<main>a|</main>{{/* </main> */}}{{- /* </main> */ -}}"),
            (Astro, "---\nlet a = '</main>';\n---\n<main>a|</main>{/* </main> */}"),
            (Astro, "---\n---\n<Layout>a|</Layout>\n<style>\nmain { }\n</style>\n"),
            (Astro, "---\n---\n<Layout>a|</Layout>\n<script>\nx('</p>')\n</script>\n<style lang=\"scss\" />"),
            (Astro, "---\nlet a = '</p>';\n---\n<Page />\n|"),
            (Astro, "<Layout>{a.map((b) => (\n<article>it's</article>\n))}|</Layout>"),
            (Astro, "{a && <p>b</p>}\n|"),
            (Astro, "<Layout>a|</Layout>\n{a && <p>b</p>}\n"),
            (Astro, "<main>{a ? <p/> : <b>c</b>}|</main>"),
            (Astro, "<main>|</main><Raw set:html={\"</main>\"} title='</main>' />{'</main>'}"),
            // Children.
            (Zola, "{% extends \"a\" %}{% block content %}<main>a|</main>{% endblock %}{% block js %}{% endblock %}"),
            (Zola, "{% extends \"a\" %}{% block content %}a|{% endblock %}{% block js %}{% endblock js %}"),
            (Zola, "{% extends \"a\" %}<main></main>{% block page %}a|{% endblock %}{% block title %}{% endblock %}"),
            (Zola, "{% extends \"a\" %}{% block body %}{% block main %}a|{% endblock %}{% endblock body %}"),
            (Eleventy, "{%- extends \"a\" -%}{%- block main -%}{% if b %}c{% endif %}|{%- endblock -%}"),
            (Eleventy, "{# {% extends \"a\" %} #}a|"),
            (Zola, "{% extends \"a\" %}{% block main %}a|{% endblock %}<!-- {% block content %}{% endblock %} -->"),
            // Whole pages, and parts of one.
            (Zola, "<main>{% block content %}{% endblock %}|</main>{% block js %}{% endblock %}"),
            (Zola, "<body>{% block title %}{% endblock %}{% block content %}|{% endblock %}</body>"),
            (Zola, "<body>{% block title %}{% endblock %}|</body>"),
            (Zola, "{% if a %}b{% endif %}{% set c = 1 %}{% for d in e %}{% set f %}{% endset %}{% endfor %}<p>\n|"),
            (Zola, "{% if a %}<script>{% else %}<script>{% endif %}</script><main>|</main>"),
            (Jekyll, "{% if a %}b{% endif %}\n|"),
            // Hugo.
            (Hugo, "{{ define `main` }}a|{{ end }}{{ define \"foot\" }}</main>{{ end }}"),
            (Hugo, "{{- define \"main\" -}}{{ if a }}b{{ else }}c{{ end }}|{{- end -}}"),
            (Hugo, "{{/* a */}}{{define \"main\"}}<main>{{with b}}c{{end}}|</main>{{end}}"),
            (Hugo, "<main>|</main>{{ define \"_partials/a.html\" }}<main></main>{{ end }}"),
            (Hugo, "{{ define `_partials/a.html` }}<main></main>{{ end }}\n<p>a</p>\n|"),
            (Hugo, "<body>{{ block \"main\" . }}{{ end }}|</body>"),
            (Hugo, "<p>a</p>\n|"),
        ] {
            check(generator, marked, Ok(()));
        }
    }

    #[test]
    fn what_would_not_be_shown_once_is_refused_with_what_is_there() {
        use Generator::{Astro, Eleventy, Html, Hugo, Jekyll, Zola};
        for (generator, text, words) in [
            (
                Zola,
                "{% extends \"a\" %}{% block title %}{% endblock %}{% block js %}{% endblock %}",
                "blocks (title, js)",
            ),
            (Astro, "<p>\n{show && <main>it's</main>}", "`{show &&` of line 2"),
            (Astro, "{a ? <p/> : <main></main>}", "`{a ?` of line 1"),
            (Astro, "<body>{a.map((b) => {\n  return <p>{b && <main>{c}</main>}</p>;\n})}</body>", "`{b &&` of line 2"),
            (Html, "<p>a</p>\n<?php\n// b\n", "the PHP that line 2 begins"),
            (Zola, "{% extends \"a\" %}<main></main>", "has no block"),
            (Eleventy, "{% extends \"a\" %}{# {% block content %}{% endblock %} #}", "has no block"),
            (
                Zola,
                "{% block content %}\n{% if a %}<main></main>{% endif %}{% endblock %}",
                "the `{% if a %}` of line 2",
            ),
            (
                Zola,
                "{% if a %}{% for b in c %}<main></main>{% endfor %}{% endif %}",
                "the `{% for b in c %}` of line 1",
            ),
            (Zola, "{% macro a(b) %}<main></main>{% endmacro a %}", "`{% macro a(b) %}`"),
            (Zola, "{% filter upper %}<main></main>{% endfilter %}", "`{% filter upper %}`"),
            (Eleventy, "{% call a() %}<main></main>{% endcall %}", "`{% call a() %}`"),
            (Jekyll, "{% highlight html %}<main></main>{% endhighlight %}", "`{% highlight html %}`"),
            (Zola, "{% if a %}{% block content %}{% endblock %}{% endif %}", "`{% if a %}`"),
            (Eleventy, "{% asyncEach a in b %}<main></main>{% endeach %}", "`{% asyncEach a in b %}`"),
            (Jekyll, "{%- unless\n  a -%}<main></main>{% endunless %}", "`{%- unless a -%}`"),
            (
                Hugo,
                "{{ define \"header\" }}{{ end }}\n{{ define `foot` }}{{ end }}",
                "defines header, foot and no main",
            ),
            (
                Hugo,
                "{{ define \"main\" }}\n{{ with .Params.a }}<main></main>{{ end }}{{ end }}",
                "`{{ with .Params.a }}` of line 2",
            ),
            (Hugo, "\u{feff}{{/* a */}}\n<!-- b -->{{ define `foot` }}<main></main>{{ end }}\n", "defines foot"),
            (Hugo, "{{ if a }}{{ define \"main\" }}{{ end }}{{ end }}", "`{{ if a }}`"),
            (Hugo, "{{- range .Pages -}}<body></body>{{- end -}}", "`{{- range .Pages -}}`"),
        ] {
            check(generator, text, Err(words));
        }
    }
}
