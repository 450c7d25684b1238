//! Where the head of a page ends, or a part of it that has a file or a block of its own. Pure.

use super::insert::Page;
use super::reading::{Reading, line_of};
use super::spans::{Span, is_all_of};
use super::{SetupError, is_markdown};
use crate::files::SitePath;
use crate::site::Generator;
use crate::site::elements::element_tags;
use crate::site::markup::{end_tags, tags};

/// Words in the name of a file or a block that is a part of the head.
const HEAD: [&str; 6] = ["head", "extrahead", "headextra", "htmlhead", "customhead", "headcustom"];

/// Words in the name of a block in which stylesheets are asked for.
const STYLES: [&str; 7] = ["stylesheets", "stylesheet", "styles", "style", "css", "extrastyles", "extracss"];

/// Words in the name of what is inside of a tag or an element of the head.
const INSIDE: [&str; 5] = ["title", "description", "class", "attrs", "attributes"];

/// Elements of which no head has one. Components of a page have such, and “head” in their names all the same.
const OF_BODY: [&str; 12] =
    ["body", "main", "header", "footer", "nav", "section", "article", "div", "h1", "h2", "h3", "p"];

/// The offset at which a line is the last of the page's head.
///
/// # Errors
/// [`SetupError`] where there is none, more than one, or one that is there only sometimes.
pub fn end_of_head(page: Page<'_>) -> Result<usize, SetupError> {
    let reading = Reading::of(page);
    let place = page.place.clone();
    let offset = match end_tags(&reading.markup, "head").as_slice() {
        [] => end_of_part(&reading).ok_or(SetupError::NoHead(place))?,
        [offset] => *offset,
        several => {
            let lines: Vec<String> = several.iter().map(|end| line_of(page.text, *end).to_string()).collect();
            return Err(SetupError::ManyHeads { place, lines: lines.join(", ") });
        }
    };
    reading.always(offset).map_err(|error| match error {
        SetupError::Sometimes { place, tag, line } => SetupError::SometimesHead { place, tag, line },
        error => error,
    })
}

/// The end of a block, or of a whole file, that says that it is a part of the head.
fn end_of_part(reading: &Reading<'_>) -> Option<usize> {
    let spans = reading.spans();
    let of_word = |word: &str| spans.iter().filter(|span| span.word == word).collect::<Vec<&Span<'_>>>();
    if reading.is_child() {
        return end_of_named(&of_word("block"), &reading.markup);
    }
    let [defines, macros] = [of_word("define"), of_word("macro")];
    if is_all_of(&defines, &reading.markup) {
        return end_of_named(&defines, &reading.markup);
    }
    // Of a file of macros, nothing else is shown.
    if !is_part_of_head(reading) || is_all_of(&macros, &reading.markup) {
        return None;
    }
    Some(match reading.page.generator {
        Generator::Astro => reading.end_of_shown(),
        _ => reading.page.text.len(),
    })
}

/// The end of the block that is of the head, going by its name: for all of it, or else for its styles.
fn end_of_named(blocks: &[&Span<'_>], markup: &str) -> Option<usize> {
    let of = |names: &'static [&'static str]| {
        blocks.iter().find(move |block| {
            let words = words(block.name);
            let has = |names: &[&str]| words.iter().any(|word| names.contains(&word.as_str()));
            has(names) && !has(&INSIDE) && !is_bare(&markup[block.opening_end..block.end])
        })
    };
    of(&HEAD).or_else(|| of(&STYLES)).map(|block| block.end)
}

/// Whether this is text without elements: rules of a style that is around the block.
fn is_bare(inside: &str) -> bool {
    let has_tags = || tags(inside, "{%", "%}").chain(tags(inside, "{{", "}}")).next().is_some();
    !inside.trim().is_empty() && !inside.contains('<') && !has_tags()
}

/// Whether a file is a part of the head by its name, or that of its folder, and has nothing that is of the body.
fn is_part_of_head(reading: &Reading<'_>) -> bool {
    let place = reading.page.place;
    let tags = element_tags(&reading.markup, reading.page.generator);
    let mut names = tags.iter().map(|tag| tag.name(&reading.markup).to_ascii_lowercase());
    says_head(place) && !is_markdown(place) && !names.any(|name| OF_BODY.contains(&name.as_str()))
}

fn says_head(place: &SitePath) -> bool {
    let mut parts = place.as_str().rsplit('/');
    let stem = parts.next().and_then(|name| name.split('.').next()).unwrap_or_default();
    let folder = parts.next().unwrap_or_default();
    let has = |name: &str, known: &[&str]| words(name).iter().any(|word| known.contains(&word.as_str()));
    (has(stem, &HEAD) || has(folder, &HEAD)) && !has(stem, &INSIDE)
}

/// The words of a name, in small letters: `BaseHead` has two, and so has `extra_head`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_small = false;
    for letter in name.chars() {
        if !letter.is_alphanumeric() || (letter.is_uppercase() && was_small) {
            words.push(String::new());
        }
        was_small = letter.is_lowercase() || letter.is_numeric();
        if let (true, Some(word)) = (letter.is_alphanumeric(), words.last_mut()) {
            word.extend(letter.to_lowercase());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::Generator::{Astro, Eleventy, Html, Hugo, Jekyll, Zola};
    use super::*;

    /// Where a file's head ends, or why it has no end.
    fn end(generator: Generator, place: &str, text: &str) -> Result<usize, SetupError> {
        end_of_head(Page { place: &SitePath::new(place).unwrap(), text, generator })
    }

    #[test]
    fn a_part_of_the_head_ends_where_its_block_or_its_file_does() {
        // Where `|` stands in the text is where the line goes.
        for (generator, place, marked) in [
            (Zola, "a.html", "{% extends \"b\" %}{% block extra_head %}<meta>|{% endblock %}"),
            (Zola, "a.html", "{% extends \"b\" %}{% block styles %}{% endblock %}{% block head %}|{% endblock head %}"),
            (
                Zola,
                "a.html",
                "{% extends \"b\" %}{% block head_title %}a{% endblock %}{% block head_extra %}|{% endblock %}",
            ),
            (Zola, "a.html", "{% extends \"b\" %}{% block user_custom_stylesheet %}{{ super() }}|{% endblock %}"),
            (
                Eleventy,
                "a.njk",
                "{% extends \"b\" %}{%- block extrahead -%}|{%- endblock -%}{% block main %}{% endblock %}",
            ),
            (
                Eleventy,
                "a.njk",
                "{% extends \"b\" %}{% block css %}a { }{% endblock %}{% block stylesheets %}|{% endblock %}",
            ),
            (Hugo, "a.html", "{{ define \"main\" }}<p>{{ end }}{{ define \"head\" }}<meta>|{{ end }}"),
            (Hugo, "layouts/partials/extend_head.html", "<meta>\n{{ with a }}<meta>{{ end }}\n|"),
            (Hugo, "layouts/partials/hooks/head-end/a.html", "|"),
            (Hugo, "layouts/_partials/head.html", "<title>a</title>\n<meta>\n|"),
            (Zola, "templates/partials/head_custom.html", "<meta>|"),
            (Jekyll, "_includes/custom-head.html", "{% comment %}a{% endcomment %}\n|"),
            (Jekyll, "_includes/head/custom.html", "<!-- a -->\n|"),
            (Html, "parts/head.php", "<?php a(); ?>\n<meta>\n|"),
            (
                Astro,
                "src/components/BaseHead.astro",
                "---\nlet a;\n---\n<meta a={b > c} />\n|<style>\nmain { }\n</style>\n",
            ),
            (Astro, "src/components/Head.astro", "<title>a</title>\n{b && <meta />}\n|\n<script>c</script>"),
            (Astro, "src/components/Head.astro", "---\n---\n<style>\na { }\n</style>\n|"),
        ] {
            assert_eq!(end(generator, place, &marked.replacen('|', "", 1)).ok(), marked.find('|'), "{marked}");
        }
    }

    #[test]
    fn what_only_sounds_like_a_head_is_none() {
        for (generator, place, text) in [
            (Zola, "templates/base.html", "<meta>"),
            (Zola, "templates/head.md", "# A"),
            (Zola, "templates/partials/header.html", "<p>"),
            (Zola, "templates/partials/heading.html", ""),
            (Zola, "templates/partials/head.html", "<meta><header></header>"),
            (Zola, "templates/macros/head.html", "{% macro a() %}<meta>{% endmacro a %}\n"),
            (Hugo, "layouts/partials/section-head.html", "<h2>{{ .Title }}</h2>"),
            (Hugo, "a.html", "{{ define \"main\" }}{{ end }}"),
            (Zola, "head.html", "{% extends \"b\" %}{% block content %}{% endblock %}"),
            (Zola, "a.html", "{% extends \"b\" %}{% block header %}{% endblock %}{% block head_title %}{% endblock %}"),
            (Zola, "a.html", "{% extends \"b\" %}{% block css %}a { }{% endblock %}"),
        ] {
            assert!(matches!(end(generator, place, text), Err(SetupError::NoHead(_))), "{place}: {text}");
        }
        let sometimes = "{% extends \"b\" %}{% if a %}{% block head %}{% endblock %}{% endif %}";
        assert!(matches!(end(Zola, "a.html", sometimes), Err(SetupError::SometimesHead { line: 1, .. })));
    }
}
