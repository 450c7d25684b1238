//! What builds the site, and where things live in it. Pure: whoever asks which files are there lends the eyes.

use super::templates::{self, Template};
use crate::files::{NotInSite, SitePath};

/// What builds the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Generator {
    /// Zola, either generation.
    #[default]
    Zola,
    /// Hugo.
    Hugo,
    /// Eleventy.
    Eleventy,
    /// Jekyll.
    Jekyll,
    /// Astro.
    Astro,
}

/// Where things live in a site.
#[derive(Debug, PartialEq, Eq)]
pub struct Layout {
    /// Its word in the settings.
    pub word: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The folder of the data files.
    pub data_folder: &'static str,
    /// What is copied into the published site as it is; paths in the data file are relative to it. Empty where the
    /// generator copies folders from the top of the site.
    pub published_folder: &'static str,
    /// The usual folder of the pictures.
    pub media_folder: &'static str,
    /// Where the site is built.
    pub built_folder: &'static str,
    /// Folders in which a data file would be taken for something else, or be lost.
    pub taken: &'static [&'static str],
    /// What feedbake brings along; the first shows the feed.
    pub templates: &'static [Template],
    /// The line that shows the feed, and where it goes.
    pub include: &'static str,
}

const ZOLA: Layout = Layout {
    word: "zola",
    name: "Zola",
    data_folder: "data",
    published_folder: "static",
    media_folder: "static/feedbake",
    built_folder: "public",
    // Zola takes everything in `templates/` for a template, and empties `public/` before it looks for data.
    taken: &["public", "templates"],
    templates: &[templates::PARTIAL, templates::STYLESHEET, templates::SHORTCODE],
    include: "{% include \"partials/instagram.html\" %}",
};

const HUGO: Layout = Layout {
    word: "hugo",
    name: "Hugo",
    data_folder: "data",
    published_folder: "static",
    media_folder: "static/feedbake",
    built_folder: "public",
    taken: &["public", "layouts", "archetypes", "resources"],
    templates: &templates::HUGO,
    include: "{{ partial \"instagram.html\" . }}",
};

const ELEVENTY: Layout = Layout {
    word: "eleventy",
    name: "Eleventy",
    data_folder: "_data",
    published_folder: "",
    media_folder: "feedbake",
    built_folder: "_site",
    taken: &["_site", "_includes", "node_modules"],
    templates: &templates::ELEVENTY,
    include: "{% include \"instagram.njk\" %}",
};

const JEKYLL: Layout = Layout {
    word: "jekyll",
    name: "Jekyll",
    data_folder: "_data",
    published_folder: "",
    media_folder: "assets/feedbake",
    built_folder: "_site",
    taken: &["_site", "_includes", "_layouts", "_posts"],
    templates: &templates::JEKYLL,
    include: "{% include instagram.html %}",
};

const ASTRO: Layout = Layout {
    word: "astro",
    name: "Astro",
    data_folder: "src/data",
    published_folder: "public",
    media_folder: "public/feedbake",
    built_folder: "dist",
    taken: &["dist", "node_modules", "src/pages"],
    templates: &templates::ASTRO,
    include: "<Instagram />",
};

impl Generator {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Zola, Self::Hugo, Self::Eleventy, Self::Jekyll, Self::Astro];

    /// Where things live in its sites.
    pub fn layout(self) -> &'static Layout {
        match self {
            Self::Zola => &ZOLA,
            Self::Hugo => &HUGO,
            Self::Eleventy => &ELEVENTY,
            Self::Jekyll => &JEKYLL,
            Self::Astro => &ASTRO,
        }
    }

    /// The generator of this word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|generator| generator.layout().word == word)
    }

    /// What the files at the top of a folder say: its generator, and the file that says so. `text` gives what is in one.
    ///
    /// `config.toml` is Zola's and was Hugo's: the address of the site is `base_url` to one and `baseURL` to the other.
    pub fn of_marks(text: &dyn Fn(&str) -> Option<String>) -> Option<(Self, &'static str)> {
        const MARKS: [(Generator, &[&str]); 6] = [
            (Generator::Zola, &["zola.toml"]),
            (Generator::Hugo, &["hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json", "config/_default/hugo.toml"]),
            (
                Generator::Eleventy,
                &[
                    "eleventy.config.js",
                    "eleventy.config.mjs",
                    "eleventy.config.cjs",
                    "eleventy.config.ts",
                    ".eleventy.js",
                ],
            ),
            (
                Generator::Astro,
                &["astro.config.mjs", "astro.config.js", "astro.config.ts", "astro.config.mts", "astro.config.cjs"],
            ),
            (Generator::Jekyll, &["_config.yml", "_config.yaml", "_config.toml"]),
            // Before it had a name of its own, Hugo's configuration had this one.
            (Generator::Hugo, &["config.yaml", "config.yml", "config/_default/config.toml"]),
        ];
        let sets = |text: &str, key: &str| {
            let lines = text.lines().map(|line| line.trim_start().to_ascii_lowercase());
            lines.into_iter().any(|line| line.split(['=', ':']).next().is_some_and(|word| word.trim() == key))
        };
        let own = |generator: Self, marks: &[&'static str]| {
            marks.iter().find(|mark| text(mark).is_some()).map(|mark| (generator, *mark))
        };
        let of_config_toml = || {
            let is_hugo = |config: &str| sets(config, "baseurl") && !sets(config, "base_url");
            let generator = if is_hugo(&text("config.toml")?) { Self::Hugo } else { Self::Zola };
            Some((generator, "config.toml"))
        };
        let (hugo_of_old, others) = (MARKS[5], &MARKS[..5]);
        others.iter().find_map(|(generator, marks)| own(*generator, marks)).or_else(of_config_toml).or_else(|| {
            // Many things are called `config.yaml`.
            let mark = own(hugo_of_old.0, hugo_of_old.1)?;
            text(mark.1).is_some_and(|config| sets(&config, "baseurl")).then_some(mark)
        })
    }
}

impl Layout {
    /// The path by which a page of the site asks for a file of it.
    pub fn published_path<'a>(&self, path: &'a SitePath) -> &'a str {
        path.below(self.published_folder).unwrap_or(path.as_str())
    }

    /// The place of what pages ask for by `path`.
    ///
    /// # Errors
    /// [`NotInSite`] when `path` leads out of the site, or nowhere.
    pub fn site_path(&self, path: &str) -> Result<SitePath, NotInSite> {
        match self.published_folder {
            "" => SitePath::new(path),
            folder => SitePath::new(&format!("{folder}/{path}")),
        }
    }

    /// Whether `folder` can hold pictures: its name goes into addresses as it is, and it is published.
    pub fn is_published(&self, folder: &SitePath) -> bool {
        let inside =
            if self.published_folder.is_empty() { Some(folder.as_str()) } else { folder.below(self.published_folder) };
        let is_hidden = |part: &str| part.starts_with(['.', '_']);
        inside.is_some_and(|inside| {
            let is_plain = inside.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte));
            let is_left_out = self.published_folder.is_empty() && inside.split('/').any(is_hidden);
            is_plain && !is_left_out
        })
    }

    /// Whether a data file may lie at `path`.
    pub fn is_free(&self, path: &SitePath) -> bool {
        [".feedbake", ".git"].iter().chain(self.taken).all(|folder| path.below(folder).is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_at_the_top_tell_the_generator() {
        type Row = (&'static [(&'static str, &'static str)], Option<(Generator, &'static str)>);
        let table: [Row; 12] = [
            (&[], None),
            (&[("zola.toml", "")], Some((Generator::Zola, "zola.toml"))),
            (&[("config.toml", "base_url = \"/\"")], Some((Generator::Zola, "config.toml"))),
            (&[("config.toml", "")], Some((Generator::Zola, "config.toml"))),
            (&[("config.toml", "title = 'x'\n baseURL = '/'")], Some((Generator::Hugo, "config.toml"))),
            (&[("hugo.toml", "")], Some((Generator::Hugo, "hugo.toml"))),
            (&[("config.yaml", "baseURL: /")], Some((Generator::Hugo, "config.yaml"))),
            (&[("config.yaml", "services: {}")], None),
            (&[("eleventy.config.js", ""), ("config.yaml", "")], Some((Generator::Eleventy, "eleventy.config.js"))),
            (&[("_config.yml", "")], Some((Generator::Jekyll, "_config.yml"))),
            (&[("astro.config.mjs", "")], Some((Generator::Astro, "astro.config.mjs"))),
            (&[("package.json", "{}")], None),
        ];
        for (files, expected) in table {
            let text = |name: &str| files.iter().find(|(file, _)| *file == name).map(|(_, text)| (*text).to_owned());
            assert_eq!(Generator::of_marks(&text), expected, "{files:?}");
        }
    }

    #[test]
    fn a_path_leads_to_the_page_and_back() {
        for generator in Generator::ALL {
            let layout = generator.layout();
            let place = SitePath::new(&format!("{}/a-1.webp", layout.media_folder)).unwrap();
            assert_eq!(layout.site_path(layout.published_path(&place)).unwrap(), place, "{}", layout.name);
            assert!(layout.is_published(&SitePath::new(layout.media_folder).unwrap()), "{}", layout.name);
            assert!(
                layout.is_free(&SitePath::new(&format!("{}/x.json", layout.data_folder)).unwrap()),
                "{}",
                layout.name
            );
            assert_eq!(Generator::of_word(layout.word), Some(generator));
            for template in layout.templates {
                assert!(SitePath::new(template.place).is_ok(), "{}", template.place);
            }
        }
    }

    #[test]
    fn what_no_visitor_would_get_holds_no_pictures() {
        let is_published =
            |generator: Generator, path: &str| generator.layout().is_published(&SitePath::new(path).unwrap());
        assert!(!is_published(Generator::Zola, "content/x") && !is_published(Generator::Zola, "static"));
        assert!(!is_published(Generator::Jekyll, "_data/x") && !is_published(Generator::Jekyll, ".x"));
        assert!(is_published(Generator::Jekyll, "img/x") && !is_published(Generator::Hugo, "static/a b"));
    }
}
