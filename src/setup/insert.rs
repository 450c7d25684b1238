//! Where a line goes in a template or a page of the user's. Pure.

use crate::files::SitePath;
use crate::site::Generator;

/// Where in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// Before this line, counted from 1.
    Line(usize),
    /// At the end of what the page is about.
    Content(Generator),
    /// At the end of the page's head.
    Head,
}

/// Puts `line` into `text`; returns the new text and the number of the line, counted from 1. `None` where the spot is
/// nowhere in the text.
pub fn insert(text: &str, line: &str, spot: Spot) -> Option<(String, usize)> {
    let offset = match spot {
        Spot::Line(number) => start_of_line(text, number)?,
        Spot::Head => last(text, "</head")?,
        Spot::Content(generator) => end_of_content(text, generator),
    };
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let start = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    let before = &text[start..offset];
    let is_indentation = before.chars().all(|letter| letter == ' ' || letter == '\t');
    let (offset, lead, indentation) = match (spot, is_indentation) {
        // A line of its own, as far in as what it stands before.
        (Spot::Line(_), _) | (_, true) => {
            let rest = &text[start..];
            (start, "", &rest[..rest.len() - rest.trim_start_matches([' ', '\t']).len()])
        }
        (_, false) => (offset, end, ""),
    };
    let new = format!("{}{lead}{indentation}{line}{end}{}", &text[..offset], &text[offset..]);
    let number = text[..offset].matches('\n').count() + 1 + usize::from(!lead.is_empty());
    Some((new, number))
}

/// Puts the import of Astro's component into a file at `place`, which uses it.
pub fn import_into(text: &str, place: &SitePath, component: &str) -> String {
    let line = format!("import Instagram from \"{}\";", relative(place, component));
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let is_markdown = place.as_str().ends_with(".mdx");
    // The fence that ends the front matter is a line of its own.
    let fence = text.starts_with("---").then(|| text.find("\n---")).flatten().map(|newline| newline + 1);
    match (fence, is_markdown) {
        (Some(fence), false) => format!("{}{line}{end}{}", &text[..fence], &text[fence..]),
        (Some(fence), true) => {
            let after = text[fence..].find('\n').map_or(text.len(), |newline| fence + newline + 1);
            format!("{}{end}{line}{end}{}", &text[..after], &text[after..])
        }
        (None, false) => format!("---{end}{line}{end}---{end}{text}"),
        (None, true) => format!("{line}{end}{end}{text}"),
    }
}

/// The way from the folder of `from` to `to`, as an import wants it.
fn relative(from: &SitePath, to: &str) -> String {
    let folder: Vec<&str> = from.folder().split('/').filter(|part| !part.is_empty()).collect();
    let parts: Vec<&str> = to.split('/').collect();
    let shared = folder.iter().zip(&parts).take_while(|(left, right)| left == right).count();
    let up = match folder.len() - shared {
        0 => "./".to_owned(),
        steps => "../".repeat(steps),
    };
    format!("{up}{}", parts[shared..].join("/"))
}

fn start_of_line(text: &str, number: usize) -> Option<usize> {
    let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(newline, _)| newline + 1));
    starts.take(text.lines().count() + 1).nth(number.checked_sub(1)?)
}

fn end_of_content(text: &str, generator: Generator) -> usize {
    let block = match generator {
        Generator::Zola | Generator::Eleventy | Generator::Jekyll => end_of_block(text),
        Generator::Hugo => end_of_define(text),
        Generator::Html => None,
        // A page is one component in another: what closes last is the layout.
        Generator::Astro => last(text, "</main").or_else(|| last(text, "</body")).or_else(|| text.rfind("</")),
    };
    last(text, "</main").or(block).or_else(|| last(text, "</body")).unwrap_or(text.len())
}

fn last(text: &str, tag: &str) -> Option<usize> {
    // No other letter changes its length.
    text.to_ascii_lowercase().rfind(tag)
}

/// The tags of a template: where each begins, and its words.
fn tags<'a>(text: &'a str, open: &'a str, close: &'a str) -> impl Iterator<Item = (usize, Vec<&'a str>)> {
    text.match_indices(open).filter_map(move |(start, _)| {
        let inside = &text[start + open.len()..];
        let inside = inside[..inside.find(close)?].trim_matches(['-', '~']);
        Some((start, inside.split_whitespace().collect()))
    })
}

/// The end of the block that holds what the page is about, in the languages that have blocks.
fn end_of_block(text: &str) -> Option<usize> {
    let mut open: Vec<&str> = Vec::new();
    let mut ends: Vec<(&str, usize)> = Vec::new();
    for (start, words) in tags(text, "{%", "%}") {
        match words.as_slice() {
            ["block", name, ..] => open.push(name),
            ["endblock", ..] => ends.push((open.pop()?, start)),
            _ => {}
        }
    }
    let named = |wanted: &str| ends.iter().find(|(name, _)| *name == wanted);
    named("content").or_else(|| named("main")).or_else(|| ends.last()).map(|(_, start)| *start)
}

/// The end of what a page of Hugo's defines as its main part.
fn end_of_define(text: &str) -> Option<usize> {
    let mut open: Vec<bool> = Vec::new();
    for (start, words) in tags(text, "{{", "}}") {
        match words.as_slice() {
            ["define", name, ..] => open.push(*name == "\"main\""),
            ["if" | "range" | "with" | "block", ..] => open.push(false),
            ["end"] if open.pop()? => return Some(start),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let (new, number) = insert(text, "LINE", Spot::Content(generator)).unwrap();
            assert_eq!(new, expected, "{text}");
            assert_eq!(new.lines().nth(number - 1).unwrap().trim(), "LINE", "{text}");
        }
    }

    #[test]
    fn a_line_goes_where_it_is_told_to() {
        assert_eq!(insert("a\n  b\n", "LINE", Spot::Line(2)), Some(("a\n  LINE\n  b\n".to_owned(), 2)));
        assert_eq!(insert("a\n", "LINE", Spot::Line(2)), Some(("a\nLINE\n".to_owned(), 2)));
        assert_eq!(insert("a\n", "LINE", Spot::Line(4)), None);
        assert_eq!(insert("a\n", "LINE", Spot::Line(0)), None);
        assert_eq!(insert("", "LINE", Spot::Line(1)), Some(("LINE\n".to_owned(), 1)));
        let (page, number) = insert("<HEAD>\n  <title></title>\n</HEAD>", "LINE", Spot::Head).unwrap();
        assert_eq!((page.as_str(), number), ("<HEAD>\n  <title></title>\nLINE\n</HEAD>", 3));
        assert_eq!(insert("<p>", "LINE", Spot::Head), None);
    }

    #[test]
    fn an_import_finds_its_way() {
        let table = [
            (
                "src/pages/index.astro",
                "---\nlet x;\n---\n<p>",
                "---\nlet x;\nimport Instagram from \"../components/Instagram.astro\";\n---\n<p>",
            ),
            (
                "src/pages/a/b.astro",
                "<p>",
                "---\nimport Instagram from \"../../components/Instagram.astro\";\n---\n<p>",
            ),
            ("src/components/Foot.astro", "<p>", "---\nimport Instagram from \"./Instagram.astro\";\n---\n<p>"),
            (
                "src/pages/x.mdx",
                "---\ntitle: x\n---\n# x",
                "---\ntitle: x\n---\n\nimport Instagram from \"../components/Instagram.astro\";\n# x",
            ),
        ];
        for (place, text, expected) in table {
            let place = SitePath::new(place).unwrap();
            assert_eq!(import_into(text, &place, "src/components/Instagram.astro"), expected);
        }
    }
}
