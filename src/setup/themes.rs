//! Files of themes: whose they are, and where a copy of one is the site's own. Pure.

use super::{SetupError, Sight};
use crate::site::Generator;

/// The folder of the theme that a file of the site lies in.
pub fn theme_of(place: &str) -> Option<&str> {
    let name = place.strip_prefix("themes/")?.split_once('/')?.0;
    place.get(.."themes/".len() + name.len())
}

/// The place of a copy that the generator takes instead of a theme's template.
pub fn copy_of(generator: Generator, place: &str) -> Option<&str> {
    let folder = match generator {
        Generator::Zola => "templates/",
        Generator::Hugo => "layouts/",
        Generator::Eleventy | Generator::Jekyll | Generator::Astro | Generator::Html => return None,
    };
    let inside = place.strip_prefix(theme_of(place)?)?.strip_prefix('/')?;
    inside.starts_with(folder).then_some(inside)
}

/// The submodules that a `.gitmodules` names below the folder of the site, which is `below` in the repository.
pub fn modules_in(gitmodules: &str, below: &str) -> Vec<String> {
    let lines = gitmodules.lines().filter_map(|line| line.split_once('='));
    let paths = lines.filter(|(key, _)| key.trim() == "path").map(|(_, path)| path.trim().trim_matches('"'));
    let in_site = |path: &str| match below {
        "" => Some(path.to_owned()),
        folder => Some(path.strip_prefix(folder)?.strip_prefix('/')?.to_owned()),
    };
    paths.filter_map(in_site).filter(|path| !path.is_empty()).collect()
}

/// A change in another repository stays on this machine.
pub fn refuse_borrowed(sight: &Sight) -> Result<(), SetupError> {
    for target in &sight.targets {
        if let Some(folder) = sight.borrowed.iter().find(|folder| target.place.below(folder).is_some()) {
            let copy = copy_of(sight.generator, target.place.as_str()).map(str::to_owned);
            return Err(SetupError::Borrowed { place: target.place.clone(), folder: folder.clone(), copy });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_of_a_theme_has_a_place_for_its_copy() {
        for (generator, place, theme, copy) in [
            (Generator::Zola, "themes/x/templates/a/b.html", Some("themes/x"), Some("templates/a/b.html")),
            (Generator::Hugo, "themes/x/layouts/index.html", Some("themes/x"), Some("layouts/index.html")),
            (Generator::Hugo, "themes/x/README.md", Some("themes/x"), None),
            (Generator::Zola, "templates/themes/x/a.html", None, None),
            (Generator::Eleventy, "themes/x/templates/a.njk", Some("themes/x"), None),
        ] {
            assert_eq!((theme_of(place), copy_of(generator, place)), (theme, copy), "{place}");
        }
    }

    #[test]
    fn the_submodules_of_a_site_are_those_below_it() {
        let text = "[submodule \"a\"]\n\tpath = web/themes/x\n\turl = ../x\n[submodule \"b\"]\n\tpath = \"other\"\n";
        assert_eq!(modules_in(text, ""), ["web/themes/x", "other"]);
        assert_eq!(modules_in(text, "web"), ["themes/x"]);
        assert!(modules_in(text, "we").is_empty());
    }
}
