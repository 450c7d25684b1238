//! Which files of the user's may get a line. Pure.

use super::{SetupError, has_ending, is_markdown};
use crate::files::SitePath;
use crate::site::Generator;

/// Whether a line can go into the file at `place`: a template or a page that somebody wrote, and the generator reads; the
/// site is built into `built`.
///
/// # Errors
/// [`SetupError::CannotShow`] with the reason.
pub fn check_place(generator: Generator, built: Option<&SitePath>, place: &SitePath) -> Result<(), SetupError> {
    let layout = generator.layout();
    let path = place.as_str();
    let below = |folder: &&str| !folder.is_empty() && place.below(folder).is_some();
    let ours = layout.templates.iter().any(|template| template.place == path);
    let why = if path.split('/').any(|part| part.starts_with('.')) {
        "what begins with a dot is no page"
    } else if ours || layout.fragment_folder().is_some_and(|folder| place.below(folder).is_some()) {
        "it is feedbake's own"
    } else if built.map(SitePath::as_str).or(layout.built_folder).iter().any(below)
        || place.below("node_modules").is_some()
    {
        "it was built or brought in, and the next time it is lost"
    } else if no_pages(generator).iter().any(below) {
        "no page is made of what is in that folder"
    } else if generator == Generator::Zola && place.below("content").is_some() && !is_markdown(place) {
        "Zola copies what is in content/ as it is, but for Markdown"
    } else if [layout.published_folder].iter().any(below) {
        "it is published as it is, and no template is read there"
    } else if !endings(generator).iter().any(|ending| has_ending(place, ending)) || path.ends_with(".11ty.js") {
        "it is no template and no page"
    } else {
        return Ok(());
    };
    Err(SetupError::CannotShow { place: place.clone(), why: why.to_owned() })
}

/// Folders that hold no pages, and no parts of one.
fn no_pages(generator: Generator) -> &'static [&'static str] {
    match generator {
        Generator::Zola => &["data", "sass"],
        Generator::Eleventy => &["_data", "feedbake"],
        Generator::Jekyll => &["_data", "vendor"],
        Generator::Hugo => &["archetypes", "data", "i18n"],
        Generator::Astro | Generator::Html => &[],
    }
}

/// The endings of what can hold a line.
fn endings(generator: Generator) -> &'static [&'static str] {
    match generator {
        Generator::Zola => &[".html", ".md", ".tera", ".htm"],
        Generator::Hugo => &[".html", ".htm", ".md", ".markdown"],
        Generator::Eleventy => &[".njk", ".html", ".liquid", ".md"],
        Generator::Jekyll => &[".html", ".htm", ".md", ".markdown", ".liquid"],
        Generator::Astro => &[".astro", ".mdx", ".md", ".html"],
        Generator::Html => &[".html", ".htm", ".shtml", ".php"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_into_templates_and_pages_alone() {
        for (generator, place, expected) in [
            (Generator::Zola, "templates/index.html", None),
            (Generator::Zola, "content/_index.md", None),
            (Generator::Zola, "themes/x/templates/base.html", None),
            (Generator::Zola, ".git/config", Some("what begins with a dot is no page")),
            (Generator::Zola, ".env", Some("what begins with a dot is no page")),
            (Generator::Zola, "config.toml", Some("it is no template and no page")),
            (Generator::Zola, "static/x.html", Some("it is published as it is, and no template is read there")),
            (Generator::Zola, "public/index.html", Some("it was built or brought in, and the next time it is lost")),
            (Generator::Zola, "templates/partials/instagram.html", Some("it is feedbake's own")),
            (Generator::Eleventy, "_includes/x.11ty.js", Some("it is no template and no page")),
            (Generator::Eleventy, "index.njk", None),
            (Generator::Eleventy, "INDEX.NJK", None),
            (Generator::Eleventy, "feedbake/index.njk", Some("no page is made of what is in that folder")),
            (Generator::Jekyll, "_data/a.html", Some("no page is made of what is in that folder")),
            (Generator::Jekyll, "vendor/a/b.html", Some("no page is made of what is in that folder")),
            (Generator::Zola, "sass/a.html", Some("no page is made of what is in that folder")),
            (Generator::Zola, "content/a.html", Some("Zola copies what is in content/ as it is, but for Markdown")),
            (Generator::Zola, "content/a/B.MD", None),
            (Generator::Hugo, "content/a.html", None),
            (Generator::Html, "about.php", None),
            (Generator::Html, "feedbake/instagram.html", Some("it is feedbake's own")),
            (Generator::Astro, "public/index.html", Some("it is published as it is, and no template is read there")),
        ] {
            let place = SitePath::new(place).unwrap();
            let why = check_place(generator, None, &place).err().map(|error| match error {
                SetupError::CannotShow { why, .. } => why,
                error => panic!("{error}"),
            });
            assert_eq!(why.as_deref(), expected, "{place}");
        }
    }
}
