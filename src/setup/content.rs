//! Where what a page is about ends, in each of the template languages. Pure.

use std::ops::Range;

use super::SetupError;
use super::component;
use super::footer::{before_footer, is_footer};
use super::insert::Page;
use super::reading::Reading;
use super::spans::{Span, is_all_of, listed};
use crate::site::Generator;
use crate::site::elements::Element;
use crate::site::markup::end_tags;

/// What people call the block that holds what the page is about, the surest name first.
const CONTENT: [&str; 4] = ["content", "main", "body", "page"];

/// Elements that are made to hold parts of a page; the last is a fragment of Astro's.
const LAYOUT: [&str; 7] = ["div", "section", "article", "main", "body", "html", ""];

/// How components end by name that hold a word or a picture, and no parts of a page.
const PIECES: [&str; 13] = [
    "Button", "Link", "Icon", "Image", "Picture", "Heading", "Title", "Text", "List", "Table", "Form", "Header", "Nav",
];

/// The offset at which a line is the last of what the page is about, before its footer.
///
/// # Errors
/// [`SetupError`] where a line would be shown nowhere, only sometimes, or many times.
pub fn end_of_content(page: Page<'_>) -> Result<usize, SetupError> {
    let reading = Reading::of(page);
    let offset = match page.generator {
        Generator::Zola | Generator::Eleventy if reading.is_child() => end_in_child(&reading)?,
        Generator::Zola | Generator::Eleventy | Generator::Jekyll => end_in_whole(&reading),
        Generator::Hugo => end_of_go(&reading)?,
        Generator::Astro => end_in_component(&reading),
        Generator::Html => end_of_page(&reading).unwrap_or_else(|| before_footer(&reading, 0..page.text.len())),
    };
    reading.always(offset)
}

/// The end of the element that holds what the page is about, or of all that is shown.
fn end_of_page(reading: &Reading<'_>) -> Option<usize> {
    let end_of_body = || reading.last("body").map(|end| before_footer(reading, 0..end));
    reading.last("main").or_else(end_of_body)
}

/// A template that fills the blocks of another: what stands outside of them is not shown.
fn end_in_child(reading: &Reading<'_>) -> Result<usize, SetupError> {
    let spans = reading.spans();
    let blocks: Vec<&Span<'_>> = spans.iter().filter(|span| span.word == "block").collect();
    let in_block = |offset: &usize| blocks.iter().any(|block| block.holds(*offset));
    let main = end_tags(&reading.markup, "main").into_iter().rfind(in_block);
    let place = reading.page.place.clone();
    main.or_else(|| end_of_block(reading, &spans)).ok_or_else(|| match blocks.as_slice() {
        [] => SetupError::NoBlock { place },
        blocks => SetupError::NoContentBlock { place, blocks: listed(blocks) },
    })
}

/// A template that is a page of its own, or a part of one.
fn end_in_whole(reading: &Reading<'_>) -> usize {
    let end = reading.last("main").or_else(|| end_of_block(reading, &reading.spans())).or_else(|| end_of_page(reading));
    end.unwrap_or_else(|| before_footer(reading, 0..reading.page.text.len()))
}

/// The end of the block that holds what the page is about, going by its name.
fn end_of_block(reading: &Reading<'_>, spans: &[Span<'_>]) -> Option<usize> {
    // A generator acts on a tag in a comment of HTML, but what stands before it is in the comment.
    let is_shown = |span: &&Span<'_>| span.word == "block" && reading.markup[span.end..].starts_with('{');
    let outermost = |name: &str| {
        let blocks = spans.iter().filter(is_shown).filter(|span| span.name == name);
        blocks.max_by_key(|span| span.end - span.start)
    };
    let block = CONTENT.into_iter().find_map(outermost)?;
    Some(before_footer(reading, block.opening_end..block.end))
}

/// In Hugo a template that is nothing but `define`s fills the blocks of the base. Anything else is shown in its stead.
///
/// Source: Go, `text/template`, `Template.Parse`: a body of white space and comments replaces no other.
fn end_of_go(reading: &Reading<'_>) -> Result<usize, SetupError> {
    let (spans, markup) = (reading.spans(), &reading.markup);
    let defines: Vec<&Span<'_>> = spans.iter().filter(|span| span.word == "define").collect();
    if let Some(main) = defines.iter().find(|define| define.name == "main") {
        let inside = |offset: &usize| main.holds(*offset);
        let end = end_tags(markup, "main").into_iter().rfind(inside);
        return Ok(end.unwrap_or_else(|| before_footer(reading, main.opening_end..main.end)));
    }
    if is_all_of(&defines, markup) {
        return Err(SetupError::NoMain { place: reading.page.place.clone(), defines: listed(&defines) });
    }
    let outside = |offset: &usize| !defines.iter().any(|define| define.holds(*offset));
    let end = |element: &str| end_tags(markup, element).into_iter().rfind(outside);
    let end_of_rest = || before_footer(reading, 0..end("body").unwrap_or(reading.page.text.len()));
    Ok(end("main").unwrap_or_else(end_of_rest))
}

/// A page is one component in another, the layout, or a row of elements, of which the last may hold more.
fn end_in_component(reading: &Reading<'_>) -> usize {
    if let Some(end) = end_of_page(reading) {
        return end;
    }
    let (elements, expressions) = (reading.elements(), reading.expressions());
    let in_expression = |range: &Range<usize>| expressions.iter().any(|it| it.contains(&range.start));
    let mut top: Vec<&Element<'_>> = elements
        .iter()
        .filter(|it| !in_expression(&it.range) && !elements.iter().any(|outer| outer.holds(&it.range)))
        .filter(|it| !is_footer(reading, it.name))
        .collect();
    top.sort_by_key(|element| element.range.start);
    let layout = top.iter().rfind(|element| is_layout(reading, element.name));
    let last = || top.last().filter(|element| holds_parts(element.name));
    match layout.or_else(last).and_then(|element| element.inside.clone()) {
        Some(inside) => before_footer(reading, inside),
        None => match before_footer(reading, 0..reading.page.text.len()) {
            end if end == reading.page.text.len() => reading.end_of_shown(),
            start => start,
        },
    }
}

/// Whether a component is a layout, by its name or by the path that it is from.
fn is_layout(reading: &Reading<'_>, element: &str) -> bool {
    let says_so = |name: &str| name.to_lowercase().contains("layout");
    let path = || component::path_of(&reading.instructions, element);
    is_component(element) && (says_so(element) || path().is_some_and(says_so))
}

fn is_component(element: &str) -> bool {
    element.starts_with(char::is_uppercase) || element.contains('.')
}

fn holds_parts(element: &str) -> bool {
    match is_component(element) {
        true => !PIECES.iter().any(|piece| element.ends_with(piece)),
        false => LAYOUT.contains(&element),
    }
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
            // A line goes into what can hold it, and else behind everything.
            (Astro, "<h1>a</h1>\n|"),
            (Astro, "<h1>a</h1>\n<p>b <a href=\"c\">d</a></p>\n|\n<style>\nh1 { }\n</style>\n"),
            (Astro, "<p>a</p>| <script>b</script>"),
            (Astro, "<ul><li>a</li></ul>\n|<!-- b -->"),
            (Astro, "<table><tr><td>a</td></tr></table>\n|"),
            (Astro, "<p>a</p><button>b</button>|"),
            (Astro, "<h1>a</h1><MoreLink>b</MoreLink>|"),
            (Astro, "<h1>a</h1>\n<div>b<p>c</p>\n|</div>\n"),
            (Astro, "<section>a</section>\n<section>b|</section>"),
            (Astro, "<article><h1>a</h1>|</article>{b}"),
            (Astro, "<div>a</div>\n<p>b</p>\n|"),
            (Astro, "<>a|</>"),
            (Astro, "<Base><h1>a</h1>|</Base>"),
            (Astro, "<ui.Layout>a|</ui.Layout>"),
            (Astro, "<Layout>a|</Layout>\n<Analytics />\n"),
            (Astro, "---\nimport Base from \"@/layouts/Base.astro\";\n---\n<Base>a|</Base><p>b</p>"),
            (Astro, "<Hero>a</Hero>\n<Gallery />\n|"),
            (Astro, "---\nlet a;\n---\n|"),
            (Astro, "<li>a\n<li>b\n|"),
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
