//! Where a line goes in a template or a page of the user's. Pure.

use super::content::end_of_content;
use super::head::end_of_head;
use super::{SetupError, is_markdown};
use crate::files::SitePath;
use crate::site::Generator;

/// Where in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// Before this line, counted from 1.
    Line(usize),
    /// At the end of what the page is about.
    Content,
    /// At the end of the page's head.
    Head,
}

/// A file of the user's.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Where it is.
    pub place: &'a SitePath,
    /// What is in it.
    pub text: &'a str,
    /// What makes a page of it.
    pub generator: Generator,
}

/// Puts `line` into a page; returns the new text and the number of the line, counted from 1.
///
/// # Errors
/// [`SetupError`] where the spot is nowhere in the text, or is none at which the line would show.
pub fn insert(page: Page<'_>, line: &str, spot: Spot) -> Result<(String, usize), SetupError> {
    let Page { place, text, .. } = page;
    let offset = match spot {
        Spot::Line(number) => {
            let missing = || SetupError::NoSuchLine { place: place.clone(), line: number };
            start_of_line(text, number).ok_or_else(missing)?
        }
        Spot::Head => end_of_head(page)?,
        Spot::Content => end_of_content(page)?,
    };
    Ok(match spot {
        Spot::Line(_) if is_markdown(place) => with_paragraph(text, line, offset),
        _ => with_line(text, line, offset, matches!(spot, Spot::Line(_))),
    })
}

/// How the lines of a text end.
pub fn line_end(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// The text with its last line ended, too.
pub fn ended(text: &str) -> String {
    let is_whole = text.is_empty() || text.ends_with('\n');
    format!("{text}{}", if is_whole { "" } else { line_end(text) })
}

fn with_line(text: &str, line: &str, offset: usize, is_start: bool) -> (String, usize) {
    let end = line_end(text);
    let start = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    let is_indentation = text[start..offset].chars().all(|letter| letter == ' ' || letter == '\t');
    let (offset, lead, indentation) = if is_start || is_indentation {
        // A line of its own, as far in as what it stands before.
        let rest = &text[start..];
        (start, "", &rest[..rest.len() - rest.trim_start_matches([' ', '\t']).len()])
    } else {
        (offset, end, "")
    };
    let new = format!("{}{lead}{indentation}{line}{end}{}", &text[..offset], &text[offset..]);
    let number = text[..offset].matches('\n').count() + 1 + usize::from(!lead.is_empty());
    (new, number)
}

/// In Markdown a line belongs to the list, the table or the paragraph that it touches.
fn with_paragraph(text: &str, line: &str, offset: usize) -> (String, usize) {
    let end = line_end(text);
    let (before, after) = text.split_at(offset);
    let is_blank = |line: Option<&str>| line.is_none_or(|line| line.trim().is_empty());
    let gap = |is_there: bool| if is_there { "" } else { end };
    let above = gap(is_blank(before.lines().next_back()));
    let below = gap(is_blank(after.lines().next()));
    let number = before.matches('\n').count() + 1 + usize::from(!above.is_empty());
    (format!("{before}{above}{line}{end}{below}{after}"), number)
}

/// Where a line begins, counted from 1; one behind the last is the end.
pub fn start_of_line(text: &str, number: usize) -> Option<usize> {
    let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(newline, _)| newline + 1));
    starts.take(text.lines().count() + 1).nth(number.checked_sub(1)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn insert_into(text: &str, spot: Spot, generator: Generator, place: &str) -> Result<(String, usize), SetupError> {
        insert(Page { place: &SitePath::new(place).unwrap(), text, generator }, "LINE", spot)
    }

    #[test]
    fn a_line_goes_to_the_end_of_what_the_page_is_about() {
        let table = [
            (Generator::Zola, "<main>\n  <p>x</p>\n</main>\n", "<main>\n  <p>x</p>\nLINE\n</main>\n"),
            (Generator::Zola, "  <main>\r\n  </main>\r\n", "  <main>\r\n  LINE\r\n  </main>\r\n"),
            (Generator::Zola, "<main>x</main>", "<main>x\nLINE\n</main>"),
            (
                Generator::Zola,
                "{% block content %}\n{% block inner %}{% endblock %}\n{% endblock content %}\n{% block foot %}{% endblock %}\n",
                "{% block content %}\n{% block inner %}{% endblock %}\nLINE\n{% endblock content %}\n{% block foot %}{% endblock %}\n",
            ),
            (
                Generator::Eleventy,
                "{%- block main -%}\n{%- endblock -%}\n",
                "{%- block main -%}\nLINE\n{%- endblock -%}\n",
            ),
            (
                Generator::Hugo,
                "{{ define \"main\" }}\n{{ range .Pages }}{{ end }}\n{{ end }}\n{{ define \"foot\" }}{{ end }}\n",
                "{{ define \"main\" }}\n{{ range .Pages }}{{ end }}\nLINE\n{{ end }}\n{{ define \"foot\" }}{{ end }}\n",
            ),
            (Generator::Hugo, "<body>\n</body>\n", "<body>\nLINE\n</body>\n"),
            (Generator::Jekyll, "---\n---\n# Hello\n", "---\n---\n# Hello\nLINE\n"),
            (Generator::Jekyll, "# Hello", "# Hello\nLINE\n"),
            (
                Generator::Astro,
                "---\n---\n<Layout>\n\t<h1>x</h1>\n</Layout>\n",
                "---\n---\n<Layout>\n\t<h1>x</h1>\nLINE\n</Layout>\n",
            ),
            // A template that closes what it never opened is not understood, and not changed in a wrong place.
            (Generator::Zola, "{% endblock %}\n<body></body>", "{% endblock %}\n<body>\nLINE\n</body>"),
        ];
        for (generator, text, expected) in table {
            let (new, number) = insert_into(text, Spot::Content, generator, "a.html").unwrap();
            assert_eq!(new, expected, "{text}");
            assert_eq!(new.lines().nth(number - 1).unwrap().trim(), "LINE", "{text}");
        }
    }

    #[test]
    fn a_line_goes_where_it_is_told_to() {
        let at = |text: &str, number: usize| insert_into(text, Spot::Line(number), Generator::Zola, "a.html");
        for (text, number, expected) in
            [("a\n  b\n", 2, "a\n  LINE\n  b\n"), ("a\n", 2, "a\nLINE\n"), ("", 1, "LINE\n")]
        {
            assert_eq!(at(text, number), Ok((expected.to_owned(), number)), "{text}");
        }
        for number in [0, 4] {
            assert!(matches!(at("a\n", number), Err(SetupError::NoSuchLine { line, .. }) if line == number));
        }
    }

    #[test]
    fn the_stylesheet_goes_to_the_end_of_the_head() {
        let page = "<HEAD>\n  <title></head></title>\n</HEAD>\n<header></header>\n<!-- </head> -->\n";
        let expected = page.replace("</HEAD>", "LINE\n</HEAD>");
        assert_eq!(insert_into(page, Spot::Head, Generator::Html, "a.html"), Ok((expected, 3)));
        for page in ["<p>", "<header></header>", "<!-- </head> -->", "<script>'</head>'</script>"] {
            let refused = insert_into(page, Spot::Head, Generator::Html, "a.html");
            assert!(matches!(refused, Err(SetupError::NoHead(_))), "{page}");
        }
        for (generator, page, words) in [
            (Generator::Html, "<head>\n</head>\n<head></head>", "several `</head>` (lines 2, 3)"),
            (Generator::Zola, "{% if a %}\n</head>{% else %}</head>{% endif %}", "(lines 2, 2)"),
            (Generator::Zola, "<p>\n{% if a %}</head>{% endif %}", "the `{% if a %}` of line 2"),
            (Generator::Jekyll, "{%- unless a -%}</head>{% endunless %}", "the `{%- unless a -%}` of line 1"),
            (Generator::Hugo, "{{ with .a }}</head>{{ end }}", "the `{{ with .a }}` of line 1"),
            (Generator::Astro, "{a && <head></head>}", "the `{a &&` of line 1"),
        ] {
            let refused = insert_into(page, Spot::Head, generator, "a.html").unwrap_err().to_string();
            assert!(refused.contains(words), "{page}: {refused}");
        }
    }

    #[test]
    fn a_line_in_markdown_is_a_paragraph_of_its_own() {
        for (text, number, expected, line) in [
            ("# A\n\n- b\n", 4, "# A\n\n- b\n\nLINE\n", 5),
            ("# A\n\n", 3, "# A\n\nLINE\n", 3),
            ("- a\n  b\n", 2, "- a\n\nLINE\n\n  b\n", 3),
            ("| a |\r\n|---|\r\n\r\nb\r\n", 3, "| a |\r\n|---|\r\n\r\nLINE\r\n\r\nb\r\n", 4),
            ("a\n \n\nb\n", 3, "a\n \nLINE\n\nb\n", 3),
            ("a\n", 1, "LINE\n\na\n", 1),
            ("", 1, "LINE\n", 1),
        ] {
            for place in ["a.md", "a.mdx"] {
                let new = insert_into(text, Spot::Line(number), Generator::Hugo, place);
                assert_eq!(new, Ok((expected.to_owned(), line)), "{text}");
            }
        }
    }
}
