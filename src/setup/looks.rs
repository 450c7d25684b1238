//! The stylesheet: the line that asks for it, and the file that still needs that line. Pure.

use super::Sight;
use super::themes::{copy_of, theme_of};
use crate::site::{Generator, prefixes_addresses};

/// The line that asks for the stylesheet in a file at the top. Where a plugin of Eleventy's prefixes every address, the
/// filter would prefix it twice.
pub fn line(sight: &Sight) -> String {
    let line = sight.generator.layout().stylesheet;
    match sight.generator {
        Generator::Eleventy if prefixes_addresses(&sight.configuration) => {
            line.replace("{{ \"/feedbake/feedbake.css\" | url }}", "/feedbake/feedbake.css")
        }
        _ => line.to_owned(),
    }
}

/// What is left to do for the looks of the feed. A file that shows it and has a head of its own is a whole page: no other
/// asks for the stylesheet in its stead.
pub fn step(sight: &Sight) -> Option<String> {
    let shows_soon =
        |place: &str| sight.targets.iter().any(|target| target.line.is_feed() && target.place.as_str() == place);
    let asks_soon =
        |place: &str| sight.targets.iter().any(|target| target.line.is_stylesheet() && target.place.as_str() == place);
    let with_head = || sight.files.iter().filter(|file| file.ends_head);
    let is_bare = |place: &str, asks: bool| !asks && !asks_soon(place);
    let page = with_head().find(|file| (file.shows || shows_soon(&file.place)) && is_bare(&file.place, file.asks));
    let is_asked_for =
        sight.files.iter().any(|file| file.asks) || sight.targets.iter().any(|target| target.line.is_stylesheet());
    if page.is_none() && is_asked_for {
        return None;
    }
    // What is the site's own comes before what is a theme's.
    let own = || with_head().find(|file| theme_of(&file.place).is_none());
    let file = page.or_else(own).or_else(|| with_head().next()).map(|file| file.place.as_str());
    let copied = file.and_then(|file| Some((file, copy_of(sight.generator, file)?)));
    // Nothing builds a page of plain HTML.
    let up = match sight.generator {
        Generator::Html => "../".repeat(file.unwrap_or_default().matches('/').count()),
        _ => String::new(),
    };
    let line = line(sight).replace("href=\"feedbake/", &format!("href=\"{up}feedbake/"));
    Some(match (copied, file) {
        (Some((file, copy)), _) => format!(
            "give it its looks: copy {file} to {copy}, for the theme's own is lost with its next version, and put `{line}` into the head there, or let `feedbake init --style-in {copy}` do it"
        ),
        (None, file) => format!(
            "give it its looks: put `{line}` into the head of the page{}, or let `feedbake init --style-in {}` do it",
            file.map_or_else(String::new, |file| format!(" ({file})")),
            file.unwrap_or("FILE")
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{own_file, sight, target};
    use super::super::{Line, OwnFile};
    use super::*;

    #[test]
    fn the_step_names_the_head_that_needs_the_line_and_ends_with_the_last() {
        let shows = |file: OwnFile| OwnFile { shows: true, ..file };
        let asks = |file: OwnFile| OwnFile { asks: true, ..file };
        let head = |place: &str| OwnFile { ends_head: true, ..own_file(place) };
        let base = || head("templates/base.html");
        let theme = || head("themes/x/templates/base.html");
        let index = || shows(own_file("templates/index.html"));
        for (files, expected) in [
            (vec![], Some("--style-in FILE`")),
            (vec![index(), base()], Some("--style-in templates/base.html`")),
            (vec![index(), asks(base())], None),
            // A page with a head of its own needs a line of its own.
            (vec![asks(base()), shows(head("templates/shop.html"))], Some("--style-in templates/shop.html`")),
            (
                vec![head("templates/404.html"), shows(head("templates/shop.html"))],
                Some("--style-in templates/shop.html`"),
            ),
            (vec![base(), asks(shows(head("templates/shop.html")))], None),
            // A theme's comes last, and as a copy.
            (vec![theme(), head("templates/z.html")], Some("--style-in templates/z.html`")),
            (vec![theme()], Some("copy themes/x/templates/base.html to templates/base.html")),
        ] {
            let places: Vec<String> = files.iter().map(|file| file.place.clone()).collect();
            let step = step(&Sight { files, ..sight(Generator::Zola) });
            assert!(
                step.as_ref().is_some_and(|step| expected.is_some_and(|words| step.contains(words)))
                    || (step.is_none() && expected.is_none()),
                "{places:?}: {step:?}"
            );
        }
        // What this run does counts.
        let files = vec![head("a.html"), head("b/c.html")];
        let mut html =
            Sight { files, targets: vec![target("b/c.html", "", Line::Feed(None))], ..sight(Generator::Html) };
        let left = step(&html).unwrap();
        assert!(left.contains("href=\"../feedbake/feedbake.css\"") && left.contains("--style-in b/c.html`"), "{left}");
        html.targets.push(target("b/c.html", "", Line::Stylesheet(None)));
        assert_eq!(step(&html), None);
    }

    #[test]
    fn a_plugin_that_prefixes_addresses_gets_one_without_the_filter() {
        let mut eleventy = sight(Generator::Eleventy);
        assert_eq!(line(&eleventy), Generator::Eleventy.layout().stylesheet);
        eleventy.configuration = "c.addPlugin(HtmlBasePlugin)".to_owned();
        assert_eq!(line(&eleventy), "<link rel=\"stylesheet\" href=\"/feedbake/feedbake.css\">");
    }
}
