//! Files of others by the name of one that feedbake brings along, where a generator looks as well: feedbake's would take
//! the place of a theme's own, or would never be read.

use super::layout::{Generator, Layout};
use super::templates::{Template, shows_a_feed_of_ours};
use crate::files::{Root, SitePath};

/// A file that is there instead of one of feedbake's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rival {
    /// The place of feedbake's.
    pub ours: &'static str,
    /// Its own.
    pub place: SitePath,
    /// Whose it is.
    pub whose: Whose,
}

/// Whose a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The site's own, in a place that its generator prefers.
    Site,
    /// A theme's: what lies in the site at the same place is taken instead of it, wherever the theme includes it.
    Theme,
}

/// The files of others that stand for the partial or the shortcode. One that shows a feed of feedbake's is none.
pub fn rivals(root: &Root, layout: &'static Layout) -> Vec<Rival> {
    let Some(generator) = Generator::of_word(layout.word) else { return Vec::new() };
    let read = |place: &str| {
        let bytes = root.read(&SitePath::new(place).ok()?).ok()??;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    };
    let configuration = Generator::of_marks(&read).into_iter().find(|(marked, _)| *marked == generator);
    let configuration = configuration.and_then(|(_, name)| read(name)).unwrap_or_default();
    let there = SitePath::new("themes").map(|folder| root.folders_in(&folder)).unwrap_or_default();
    let themes = in_use(&there, &configuration);
    let mut found = Vec::new();
    for template in layout.templates.iter().filter(|template| template.place != layout.stylesheet_file().place) {
        for (place, whose) in places(generator, template, &themes) {
            let is_another = |text: String| !shows_a_feed_of_ours(&text) && !generator.shows_the_feed(&text);
            if let (true, Ok(place)) = (read(&place).is_some_and(is_another), SitePath::new(&place)) {
                found.push(Rival { ours: template.place, place, whose });
            }
        }
    }
    found
}

/// The file of another that keeps the partial from being written.
pub fn instead_of_partial(root: &Root, layout: &'static Layout) -> Option<SitePath> {
    let partial = layout.partial();
    if root.exists(&partial.path()) {
        return None;
    }
    rivals(root, layout).into_iter().find(|rival| rival.ours == partial.place).map(|rival| rival.place)
}

/// Whether a template is left out for another file: its own rival, or for a shortcode that of the partial it shows.
pub fn is_left_out(rivals: &[Rival], layout: &Layout, template: &Template) -> bool {
    let is_style = template.place == layout.stylesheet_file().place;
    let is_needed_by_it = |ours: &str| ours == layout.partial().place && layout.templates.contains(template);
    !is_style && rivals.iter().any(|rival| rival.ours == template.place || is_needed_by_it(rival.ours))
}

/// Whether an include of the partial shows another file, or one that its author did not mean: where the site's own is not
/// there, that of a theme, and in a theme always.
pub fn is_crowded_out(rivals: &[Rival], layout: &Layout, is_there: bool, is_in_theme: bool) -> bool {
    let rivals = rivals.iter().filter(|rival| rival.ours == layout.partial().place);
    rivals.into_iter().any(|rival| rival.whose == Whose::Site || !is_there || is_in_theme)
}

/// The themes that a configuration names; all of them where it names none, for others may name them, too.
fn in_use(themes: &[String], configuration: &str) -> Vec<String> {
    let named: Vec<String> = themes.iter().filter(|theme| configuration.contains(theme.as_str())).cloned().collect();
    if named.is_empty() { themes.to_vec() } else { named }
}

/// Where else a generator looks for a file of this name.
///
/// Source: Hugo 0.146, “New template system”: `_partials` and `_shortcodes` come before the folders of old.
fn places(generator: Generator, template: &Template, themes: &[String]) -> Vec<(String, Whose)> {
    let place = template.place;
    let of_themes =
        |place: &str| themes.iter().map(|theme| (format!("themes/{theme}/{place}"), Whose::Theme)).collect::<Vec<_>>();
    match generator {
        Generator::Zola => of_themes(place),
        Generator::Hugo => {
            let new = place.replacen("layouts/", "layouts/_", 1);
            let mut all = vec![(new.clone(), Whose::Site)];
            all.extend(of_themes(place));
            all.extend(of_themes(&new));
            all
        }
        Generator::Eleventy | Generator::Jekyll | Generator::Astro | Generator::Html => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_themes_in_use_are_the_named_ones_or_all() {
        let themes = ["after-dark".to_owned(), "hook".to_owned()];
        for (configuration, expected) in [
            ("theme = \"hook\"", &themes[1..]),
            ("theme: [hook, after-dark]", &themes[..]),
            ("base_url = \"/\"", &themes[..]),
        ] {
            assert_eq!(in_use(&themes, configuration), expected, "{configuration}");
        }
    }

    #[test]
    fn a_file_of_the_same_name_is_looked_for_where_the_generator_does() {
        let themes = ["t".to_owned()];
        for (generator, expected) in [
            (Generator::Zola, vec!["themes/t/templates/partials/instagram.html"]),
            (
                Generator::Hugo,
                vec![
                    "layouts/_partials/instagram.html",
                    "themes/t/layouts/partials/instagram.html",
                    "themes/t/layouts/_partials/instagram.html",
                ],
            ),
            (Generator::Jekyll, vec![]),
        ] {
            let found = places(generator, generator.layout().partial(), &themes);
            assert_eq!(found.iter().map(|(place, _)| place.as_str()).collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn a_rival_of_the_partial_leaves_the_shortcode_out_too_and_never_the_stylesheet() {
        let layout = Generator::Zola.layout();
        let [partial, stylesheet, shortcode] = layout.templates else { panic!("three templates") };
        let rival = |ours: &'static str| Rival { ours, place: SitePath::new("a").unwrap(), whose: Whose::Theme };
        for (rivals, expected) in [
            (vec![], [false, false, false]),
            (vec![rival(partial.place)], [true, false, true]),
            (vec![rival(shortcode.place)], [false, false, true]),
        ] {
            assert_eq!([partial, stylesheet, shortcode].map(|it| is_left_out(&rivals, layout, it)), expected);
        }
    }
}
