//! What builds the site, and where things live in it. Pure: whoever asks which files are there lends the eyes.

use super::eleventy::includes_in_vain;
use super::markup::{Tag, end_tags, instructions, is_mark, markup, tags, without_comments, without_scripts};
use super::script::imports;
use super::templates::{self, Extras, PageBase, Script, Template};
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
    /// Nothing builds it: pages written by hand.
    Html,
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
    /// Where the site is built; `None` where the site is published as it is.
    pub built_folder: Option<&'static str>,
    /// Folders in which a data file would be taken for something else, or be lost.
    pub taken: &'static [&'static str],
    /// What feedbake brings along; the first shows the feed.
    pub templates: &'static [Template],
    /// What comes along on request.
    pub script: &'static Template,
    /// The line that shows the feed in a template.
    pub include: &'static str,
    /// The line for the head of a page.
    pub stylesheet: &'static str,
    /// What builds the site.
    pub build: &'static str,
    /// What of that takes the address that the site is built for, where pages name it and a flag can say it.
    pub address_flag: Option<&'static str>,
}

const ZOLA: Layout = Layout {
    word: "zola",
    name: "Zola",
    data_folder: "data",
    published_folder: "static",
    media_folder: "static/feedbake",
    built_folder: Some("public"),
    // Zola takes everything in `templates/` for a template, and empties `public/` before it looks for data.
    taken: &["public", "templates"],
    templates: &[templates::PARTIAL, templates::STYLESHEET, templates::SHORTCODE],
    script: &templates::ZOLA_SCRIPT,
    include: "{% include \"partials/instagram.html\" %}",
    stylesheet: "<link rel=\"stylesheet\" href=\"{{ get_url(path=\"feedbake.css\") | safe }}\">",
    build: "zola build",
    address_flag: Some("--base-url"),
};

const HUGO: Layout = Layout {
    word: "hugo",
    name: "Hugo",
    data_folder: "data",
    published_folder: "static",
    media_folder: "static/feedbake",
    built_folder: Some("public"),
    taken: &["public", "layouts", "archetypes", "resources"],
    templates: &templates::HUGO,
    script: &templates::HUGO_SCRIPT,
    include: "{{ partial \"instagram.html\" . }}",
    stylesheet: "<link rel=\"stylesheet\" href=\"{{ relURL \"feedbake.css\" }}\">",
    build: "hugo",
    address_flag: Some("--baseURL"),
};

const ELEVENTY: Layout = Layout {
    word: "eleventy",
    name: "Eleventy",
    data_folder: "_data",
    published_folder: "",
    media_folder: "feedbake",
    built_folder: Some("_site"),
    taken: &["_site", "_includes", "node_modules"],
    templates: &templates::ELEVENTY,
    script: &templates::ELEVENTY_SCRIPT,
    include: "{% include \"instagram.njk\" %}",
    stylesheet: "<link rel=\"stylesheet\" href=\"{{ \"/feedbake/feedbake.css\" | url }}\">",
    build: "npx @11ty/eleventy",
    address_flag: None,
};

const JEKYLL: Layout = Layout {
    word: "jekyll",
    name: "Jekyll",
    data_folder: "_data",
    published_folder: "",
    media_folder: "assets/feedbake",
    built_folder: Some("_site"),
    taken: &["_site", "_includes", "_layouts", "_posts"],
    templates: &templates::JEKYLL,
    script: &templates::JEKYLL_SCRIPT,
    include: "{% include instagram.html %}",
    stylesheet: "<link rel=\"stylesheet\" href=\"{{ \"assets/feedbake/feedbake.css\" | relative_url }}\">",
    build: "bundle exec jekyll build",
    address_flag: None,
};

const ASTRO: Layout = Layout {
    word: "astro",
    name: "Astro",
    data_folder: "src/data",
    published_folder: "public",
    media_folder: "public/feedbake",
    built_folder: Some("dist"),
    taken: &["dist", "node_modules", "src/pages"],
    templates: &templates::ASTRO,
    script: &templates::ASTRO_SCRIPT,
    include: "<Instagram />",
    stylesheet: "<link rel=\"stylesheet\" href={`${import.meta.env.BASE_URL.replace(/\\/*$/, \"/\")}feedbake.css`}>",
    build: "npx astro build",
    address_flag: None,
};

const HTML: Layout = Layout {
    word: "html",
    name: "plain HTML",
    data_folder: "feedbake",
    published_folder: "",
    media_folder: "feedbake",
    built_folder: None,
    taken: &["node_modules"],
    templates: &templates::HTML,
    script: &templates::HTML_SCRIPT,
    include: "<!--#include virtual=\"/feedbake/instagram.html\" -->",
    stylesheet: "<link rel=\"stylesheet\" href=\"feedbake/feedbake.css\">",
    build: "",
    address_flag: None,
};

impl Generator {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Zola, Self::Hugo, Self::Eleventy, Self::Jekyll, Self::Astro, Self::Html];

    /// Where things live in its sites.
    pub fn layout(self) -> &'static Layout {
        match self {
            Self::Zola => &ZOLA,
            Self::Hugo => &HUGO,
            Self::Eleventy => &ELEVENTY,
            Self::Jekyll => &JEKYLL,
            Self::Astro => &ASTRO,
            Self::Html => &HTML,
        }
    }

    /// The generator of this word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|generator| generator.layout().word == word)
    }

    /// What the files at the top of a folder say: its generators, each with the file that says so; the first counts.
    /// `text` gives what is in one.
    ///
    /// `config.toml` is Zola's and was Hugo's: the address of the site is `base_url` to one and `baseURL` to the other.
    pub fn of_marks(text: &dyn Fn(&str) -> Option<String>) -> Vec<(Self, &'static str)> {
        const MARKS: [(Generator, &[&str]); 5] = [
            (Generator::Zola, &["zola.toml"]),
            (
                Generator::Hugo,
                &[
                    "hugo.toml",
                    "hugo.yaml",
                    "hugo.yml",
                    "hugo.json",
                    "config/_default/hugo.toml",
                    "config/_default/hugo.yaml",
                    "config/_default/hugo.yml",
                    "config/_default/hugo.json",
                ],
            ),
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
        ];
        // Before it had a name of its own, Hugo's configuration had this one. Many other things have it, too.
        const HUGO_OF_OLD: [&str; 6] = [
            "config.yaml",
            "config.yml",
            "config.json",
            "config/_default/config.toml",
            "config/_default/config.yaml",
            "config/_default/config.yml",
        ];
        let sets = |text: &str, key: &str| {
            let mut lines = text.lines().map(|line| line.trim_start().to_ascii_lowercase());
            let is_key = |word: &str| word.trim_matches(['"', '{', ' ', '\t']) == key;
            lines.any(|line| line.split(['=', ':']).next().is_some_and(is_key))
        };
        // Hexo's configuration has the name of Jekyll's.
        let is_hexo = || text("package.json").is_some_and(|text| text.contains("\"hexo\""));
        let by_name = MARKS.iter().filter_map(|(generator, marks)| {
            let mark = marks.iter().find(|mark| text(mark).is_some())?;
            (*generator != Self::Jekyll || !is_hexo()).then_some((*generator, *mark))
        });
        let of_config_toml = || {
            let config = text("config.toml")?;
            let is_hugo = sets(&config, "baseurl") && !sets(&config, "base_url");
            Some((if is_hugo { Self::Hugo } else { Self::Zola }, "config.toml"))
        };
        let of_old = || {
            let (mark, config) = HUGO_OF_OLD.iter().find_map(|mark| Some((*mark, text(mark)?)))?;
            sets(&config, "baseurl").then_some((Self::Hugo, mark))
        };
        let mut found: Vec<(Self, &'static str)> = by_name.collect();
        // Both work without a configuration of their own.
        let of_package = || {
            let package = text("package.json")?;
            let needs = |name: &str| package.contains(&format!("\"{name}\":"));
            let generators = [(Self::Eleventy, "@11ty/eleventy"), (Self::Astro, "astro")];
            Some((generators.into_iter().find(|(_, name)| needs(name))?.0, "package.json"))
        };
        for more in [of_config_toml(), of_old(), of_package()].into_iter().flatten() {
            if found.iter().all(|(generator, _)| *generator != more.0) {
                found.push(more);
            }
        }
        found
    }
}

impl Generator {
    /// The language of the site, where the text of its configuration names one at its top.
    pub fn language_in(self, configuration: &str) -> Option<String> {
        let keys: &[&str] = match self {
            Self::Zola => &["default_language"],
            // What a page is written in, before the code that only names its folder.
            Self::Hugo => &["locale", "languagecode", "defaultcontentlanguage"],
            Self::Jekyll => &["lang", "locale", "language"],
            Self::Html => return language_of_page(configuration),
            // Programs, which only their own language reads.
            Self::Eleventy | Self::Astro => &[],
        };
        // What stands below a heading, or further right, belongs to something else.
        let top = || configuration.lines().take_while(|line| !line.starts_with('['));
        keys.iter().find_map(|key| {
            top().find_map(|line| {
                let (name, value) = line.split_once(['=', ':'])?;
                let value = value.split('#').next().unwrap_or_default().trim().trim_matches(['"', '\'']);
                (name.trim_end().eq_ignore_ascii_case(key) && !value.is_empty()).then(|| value.to_owned())
            })
        })
    }

    /// Whether a template or a page of its sites shows the feed. What is commented out, or shown as it is, does not.
    pub fn shows_the_feed(self, text: &str) -> bool {
        // Few files name it at all, and the others are read only once.
        self.names_the_feed(text) && self.names_the_feed(&without_comments(&instructions(text, self), self))
    }

    /// Whether the file at `place` shows the feed in a site that these versions of Zola build; none of them stands for any.
    /// In Markdown one generation reads the shortcode alone, the other the include. Eleventy reads a page as its
    /// `configuration` says.
    pub fn shows_the_feed_at(self, place: &str, text: &str, zola: &[(u32, u32)], configuration: &str) -> bool {
        // An archetype is what new pages begin with, and no page.
        let is_none = self == Self::Hugo && place.starts_with("archetypes/");
        if is_none || (self == Self::Eleventy && includes_in_vain(configuration, place, text)) {
            return false;
        }
        if self != Self::Zola || !place.to_ascii_lowercase().ends_with(".md") || zola.is_empty() {
            return self.shows_the_feed(text);
        }
        let shows = |version: &(u32, u32)| match *version < (0, 23) {
            true => self.calls_the_shortcode(text),
            false => self.includes(text, "partials/instagram.html"),
        };
        zola.iter().any(shows)
    }

    /// Whether the file at `place` is a page in Markdown that calls the shortcode, which Zola has up to 0.22. It makes pages
    /// of what is in content/ alone: a README may show the shortcode to people.
    pub fn calls_the_shortcode_at(self, place: &str, text: &str) -> bool {
        let is_page = place.starts_with("content/") && place.to_ascii_lowercase().ends_with(".md");
        is_page && self.calls_the_shortcode(text)
    }

    fn calls_the_shortcode(self, text: &str) -> bool {
        let is_named = self == Self::Zola && text.contains("instagram(");
        is_named && calls(&without_comments(&instructions(text, self), self), "{{", "instagram(")
    }

    /// The name by which templates include the file at `place`, where it is a partial that shows a feed as feedbake's do,
    /// and their generator has themes.
    pub fn own_partial(self, place: &str, text: &str) -> Option<String> {
        let folders: &[&str] = match self {
            Self::Zola => &["templates/"],
            Self::Hugo => &["layouts/partials/", "layouts/_partials/"],
            Self::Eleventy | Self::Jekyll | Self::Astro | Self::Html => &[],
        };
        let name = folders.iter().find_map(|folder| place.strip_prefix(folder))?;
        text.contains("class=\"feedbake").then(|| name.to_owned())
    }

    /// Whether a template of its sites includes the partial of this name, outside of comments.
    pub fn includes(self, text: &str, name: &str) -> bool {
        let read = without_comments(&instructions(text, self), self);
        match self {
            Self::Hugo => calls_partial(&read, name),
            _ => tags_name(&read, name),
        }
    }

    fn names_the_feed(self, text: &str) -> bool {
        match self {
            Self::Zola => tags_name(text, "partials/instagram.html") || calls(text, "{{", "instagram("),
            Self::Hugo => {
                calls_partial(text, "instagram.html") || ["{{<", "{{%"].iter().any(|open| calls(text, open, "feedbake"))
            }
            Self::Eleventy => tags_name(text, "instagram.njk"),
            Self::Jekyll => tags_name(text, "instagram.html"),
            Self::Astro => text.contains("Instagram.astro") && uses_the_component(text),
            Self::Html => {
                let mut comments = text.match_indices("<!--");
                text.contains("feedbake/instagram.html") || comments.any(|(start, _)| is_mark(&text[start..]))
            }
        }
    }

    /// Whether a template or a page of its sites asks for the stylesheet, and is neither commented out where it does, nor shown as it
    /// is, nor part of a script.
    pub fn asks_for_the_stylesheet(self, text: &str) -> bool {
        const FILE: &str = "feedbake.css";
        text.contains(FILE) && without_scripts(text, self).contains(FILE)
    }

    /// Whether a template or a page of its sites holds the end of a page's head.
    pub fn ends_a_head(self, text: &str) -> bool {
        !end_tags(&markup(text, self), "head").is_empty()
    }
}

/// Whether a template calls a function or a shortcode between braces.
fn calls(text: &str, open: &str, function: &str) -> bool {
    let is_end = |rest: &str| {
        let goes_on = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '/' | '.');
        function.ends_with('(') || !rest.starts_with(goes_on)
    };
    let mut calls = text.split(open).skip(1).map(|rest| rest.trim_start_matches('-').trim_start());
    calls.any(|rest| rest.strip_prefix(function).is_some_and(is_end))
}

/// Whether a tag that brings in another template names this file, as the whole of its name or at the end of a path.
fn tags_name(text: &str, file: &str) -> bool {
    let is_break =
        |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | '`' | ',' | '[' | ']' | '(' | ')');
    let is_file = |word: &str| word.strip_suffix(file).is_some_and(|path| path.is_empty() || path.ends_with('/'));
    let brings =
        |tag: &Tag<'_>| tag.name.starts_with("include") || matches!(tag.name, "import" | "from" | "renderFile");
    tags(text, "{%", "%}").filter(brings).any(|tag| tag.argument.split(is_break).any(is_file))
}

/// Whether a template of Hugo's calls the partial of this name. Its ending may be left out.
///
/// Source: Hugo, “partial”: `partials.Include` is the name in full.
fn calls_partial(text: &str, partial: &str) -> bool {
    let is_named = |name: &str| name == partial || partial.strip_suffix(".html") == Some(name);
    let is_ours = |rest: &str| {
        let name = rest.trim_start();
        let quoted = name.strip_prefix('"').and_then(|name| name.split_once('"'));
        let quoted = quoted.or_else(|| name.strip_prefix('`').and_then(|name| name.split_once('`')));
        rest.len() > name.len() && quoted.is_some_and(|(name, _)| is_named(name))
    };
    ["partial", "partialCached", "partials.Include", "partials.IncludeCached"]
        .iter()
        .any(|function| text.split(function).skip(1).any(is_ours))
}

/// Whether the component is not only imported. What is imported in another way than usual counts as used.
fn uses_the_component(text: &str) -> bool {
    let imports = imports(text);
    let mut names = imports.iter().filter(|import| import.path.ends_with("Instagram.astro")).peekable();
    let is_used = |name: &str| {
        let mut uses = text.match_indices('<').filter_map(|(start, _)| text[start + 1..].strip_prefix(name));
        uses.any(|rest| rest.starts_with(|letter: char| letter.is_whitespace() || matches!(letter, '/' | '>')))
    };
    names.peek().is_none() || names.any(|import| import.default.is_none_or(is_used))
}

/// What `<html lang="…">` says.
fn language_of_page(page: &str) -> Option<String> {
    let (_, rest) = page.split_once("<html")?;
    let (_, value) = rest.split('>').next()?.split_once("lang=")?;
    let value = value.split(|letter: char| letter.is_whitespace()).next()?.trim_matches(['"', '\'']);
    (!value.is_empty()).then(|| value.to_owned())
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
        let inside = match self.published_folder {
            // What is hidden at the top of the site is the generator's own.
            "" => Some(folder.as_str()).filter(|path| !path.split('/').any(|part| part.starts_with(['.', '_']))),
            published => folder.below(published),
        };
        inside.is_some_and(|path| path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte)))
    }

    /// Whether a picture at `path` lies in a folder that can hold one.
    pub fn is_published_file(&self, path: &SitePath) -> bool {
        SitePath::new(path.folder()).is_ok_and(|folder| self.is_published(&folder))
    }

    /// What is put into a site.
    pub fn brought(&self, extras: Extras) -> impl Iterator<Item = &'static Template> {
        let script = (extras.script == Script::Install).then_some(self.script);
        // An archive is made for Zola alone.
        let pages = extras.pages.filter(|_| self.word == ZOLA.word).map(PageBase::templates).unwrap_or_default();
        self.templates.iter().chain(script).chain(pages)
    }

    /// The stylesheet.
    pub fn stylesheet_file(&self) -> &'static Template {
        &self.templates[1]
    }

    /// The place of the fragment that is made of a data file, where feedbake renders the partial itself.
    pub fn fragment_of(&self, data_file: &SitePath) -> Option<SitePath> {
        (self.word == HTML.word).then(|| data_file.with_ending("html"))
    }

    /// The folder of the pieces that feedbake renders itself.
    pub fn fragment_folder(&self) -> Option<&'static str> {
        (self.word == HTML.word).then_some(self.data_folder)
    }

    /// The template that shows the feed.
    pub fn partial(&self) -> &'static Template {
        &self.templates[0]
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
        let table: [Row; 17] = [
            (&[], None),
            (&[("config/_default/config.yaml", "baseURL: /")], Some((Generator::Hugo, "config/_default/config.yaml"))),
            (&[("config/_default/hugo.yaml", "")], Some((Generator::Hugo, "config/_default/hugo.yaml"))),
            (&[("_config.yml", ""), ("package.json", "{\"dependencies\": {\"hexo\": \"7\"}}")], None),
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
            (
                &[("package.json", "{\"devDependencies\": {\"@11ty/eleventy\": \"3\"}}")],
                Some((Generator::Eleventy, "package.json")),
            ),
            (&[("config.json", "{\n  \"baseURL\": \"/\"\n}")], Some((Generator::Hugo, "config.json"))),
        ];
        for (files, expected) in table {
            let text = |name: &str| files.iter().find(|(file, _)| *file == name).map(|(_, text)| (*text).to_owned());
            assert_eq!(Generator::of_marks(&text).first().copied(), expected, "{files:?}");
        }
        let all = |name: &str| matches!(name, "zola.toml" | "config.toml" | "_config.yml").then(String::new);
        assert_eq!(Generator::of_marks(&all), [(Generator::Zola, "zola.toml"), (Generator::Jekyll, "_config.yml")]);
    }

    #[test]
    fn the_configuration_tells_the_language() {
        for (generator, text, expected) in [
            (Generator::Zola, "base_url = \"/\"\ndefault_language = \"de\" # ours\n", Some("de")),
            (Generator::Zola, "base_url = \"/\"\n[extra]\ndefault_language = \"de\"", None),
            (Generator::Hugo, "baseURL = '/'\nlanguageCode = 'pt-BR'\ndefaultContentLanguage = 'pt'", Some("pt-BR")),
            (Generator::Hugo, "baseURL: /\nlocale: fa\n", Some("fa")),
            (Generator::Jekyll, "title: x\nlang: ja\nplugins:\n  lang: en\n", Some("ja")),
            (Generator::Jekyll, "defaults:\n  lang: en\n", None),
            (Generator::Html, "<!DOCTYPE html>\n<html class=x lang=\"fr\">\n<p lang=en>", Some("fr")),
            (Generator::Html, "<p lang=en>", None),
            (Generator::Astro, "export default { lang: 'x' }", None),
        ] {
            assert_eq!(generator.language_in(text).as_deref(), expected, "{text}");
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
    fn the_feed_is_found_where_it_is_shown() {
        for (text, expected) in [
            ("{% include \"partials/instagram.html\" %}", true),
            ("before {{ instagram(limit=6) }}", true),
            ("{{ instagram_url }}", false),
            ("we use partials/instagram.html", false),
        ] {
            assert_eq!(Generator::Zola.shows_the_feed(text), expected, "{text}");
        }
        for (generator, text, expected) in [
            (Generator::Zola, "{%- include\n 'partials/instagram.html' -%}", true),
            (Generator::Zola, "{% include \"partials/my-instagram.html\" %}", false),
            (Generator::Zola, "{% include \"x-partials/instagram.html\" %}", false),
            (Generator::Zola, "{{- instagram(limit=6) -}}", true),
            (Generator::Hugo, "{{ partial `instagram.html` . }}", true),
            (Generator::Hugo, "{{- partial   \"instagram\" . -}}", true),
            (Generator::Hugo, "{{ partialCached\n \"instagram\" . }}", true),
            (Generator::Hugo, "{{ partials.IncludeCached `instagram.html` . }}", true),
            (Generator::Hugo, "{{ partial \"my-instagram.html\" . }}", false),
            (Generator::Hugo, "{{ partial \"instagram.html.txt\" . }}", false),
            (Generator::Hugo, "{{<feedbake>}}", true),
            (Generator::Hugo, "{{%feedbake limit=6 %}}", true),
            (Generator::Hugo, "{{<feedbake-old >}}", false),
            (Generator::Hugo, "{{</* feedbake */>}}", false),
            (Generator::Eleventy, "{%-include\n\t'instagram.njk'-%}", true),
            (Generator::Eleventy, "{% include [\"a.njk\", './instagram.njk'] %}", true),
            (Generator::Eleventy, "{% from \"instagram.njk\" import a %}", true),
            (Generator::Eleventy, "{% include \"my-instagram.njk\" %}", false),
            (Generator::Eleventy, "{% include \"instagram.njk.txt\" %}", false),
            (Generator::Eleventy, "we use instagram.njk", false),
            (Generator::Jekyll, "{%- include\n  instagram.html\n  limit=6 -%}", true),
            (Generator::Jekyll, "{%include_cached 'instagram.html'%}", true),
            (Generator::Jekyll, "{% include my-instagram.html %}", false),
            (Generator::Jekyll, "{% include instagram.html.txt %}", false),
            (Generator::Html, "<!--feedbake-->", true),
            (Generator::Html, "<!--\tfeedbake  -->", true),
            (Generator::Html, "<!-- feedbake: here -->", false),
            (Generator::Zola, "<!-- {% include \"partials/instagram.html\" %} -->", false),
            (Generator::Zola, "{# {% include \"partials/instagram.html\" %} #}", false),
            (Generator::Zola, "{% raw %}{{ instagram() }}{% endraw %}", false),
            // What begins a comment in a template is the id of a heading in Markdown.
            (Generator::Zola, "# Pictures {#pictures}\n\n{{ instagram() }}\n", true),
            (Generator::Hugo, "{{- /* {{ partial \"instagram.html\" . }} */ -}}", false),
            (Generator::Hugo, "{{/* the feed: */}}{{ partial \"instagram.html\" . }}", true),
            (Generator::Eleventy, "{# {% include \"instagram.njk\" %} #}", false),
            (Generator::Jekyll, "{% comment %}{% include instagram.html %}{% endcomment %}", false),
            (Generator::Html, "<!-- feedbake -->", true),
            (Generator::Html, "<?php readfile(__DIR__ . \"/feedbake/instagram.html\"); ?>", true),
            (Generator::Html, "<?php // readfile(\"feedbake/instagram.html\"); ?>", false),
            (Generator::Html, "<!-- <?php readfile(\"feedbake/instagram.html\"); ?> -->", false),
            (Generator::Html, "<!-- <!--#include virtual=\"/feedbake/instagram.html\" --> -->", false),
            (Generator::Astro, "---\nimport Feed from \"../components/Instagram.astro\";\n---\n<Feed />", true),
            (Generator::Astro, "---\nimport Feed from \"../components/Instagram.astro\";\n---\n<Feeds />", false),
            (Generator::Astro, "---\n// import Feed from \"../components/Instagram.astro\";\n---\n<Feed />", false),
            (Generator::Astro, "---\nimport Feed from \"./Instagram.astro\";\n---\n{/* <Feed /> */}", false),
        ] {
            assert_eq!(generator.shows_the_feed(text), expected, "{text}");
        }
        // What a site of its own is told to write counts for every one.
        for generator in Generator::ALL.into_iter().filter(|generator| *generator != Generator::Astro) {
            assert!(generator.shows_the_feed(generator.layout().include), "{}", generator.layout().name);
        }
    }

    #[test]
    fn a_partial_of_another_name_is_included_by_that() {
        let feed = "<div class=\"feedbake feedbake-grid\">";
        for (generator, place, text, expected) in [
            (Generator::Zola, "templates/partials/my-feed.html", feed, Some("partials/my-feed.html")),
            (Generator::Hugo, "layouts/_partials/a/feed.html", feed, Some("a/feed.html")),
            (Generator::Hugo, "layouts/index.html", feed, None),
            (Generator::Zola, "templates/base.html", "<link href=\"feedbake.css\">", None),
            (Generator::Jekyll, "_includes/feed.html", feed, None),
        ] {
            assert_eq!(generator.own_partial(place, text).as_deref(), expected, "{place}");
        }
        assert!(Generator::Zola.includes("{% include \"partials/my-feed.html\" %}", "partials/my-feed.html"));
        assert!(Generator::Hugo.includes("{{ partial \"a/feed\" . }}", "a/feed.html"));
        assert!(!Generator::Hugo.includes("{{ partial \"b/feed\" . }}", "a/feed.html"));
    }

    #[test]
    fn in_markdown_each_generation_of_zola_reads_its_own_line() {
        let (shortcode, include) = ("{{ instagram() }}", "{% include \"partials/instagram.html\" %}");
        for (place, text, zola, expected) in [
            ("content/a.md", shortcode, vec![(0, 22)], true),
            ("content/a.md", include, vec![(0, 22)], false),
            ("content/a.md", shortcode, vec![(0, 23)], false),
            ("content/A.MD", include, vec![(0, 23)], true),
            ("content/a.md", include, vec![(0, 22), (0, 23)], true),
            ("content/a.md", include, vec![], true),
            ("templates/a.html", include, vec![(0, 22)], true),
            ("content/a.md", "<!-- {{ instagram() }} -->", vec![(0, 22)], false),
        ] {
            assert_eq!(Generator::Zola.shows_the_feed_at(place, text, &zola, ""), expected, "{place} {text} {zola:?}");
        }
    }

    #[test]
    fn a_stylesheet_is_asked_for_where_no_comment_is_around_it() {
        for (generator, text, expected) in [
            (Generator::Html, "<link rel=\"stylesheet\" href=\"feedbake/feedbake.css\">", true),
            (Generator::Html, "<!-- <link rel=\"stylesheet\" href=\"feedbake/feedbake.css\"> -->", false),
            (Generator::Html, "<script>load('feedbake/feedbake.css')</script>", false),
            (Generator::Html, "<style>@import 'feedbake/feedbake.css';</style>", true),
            (Generator::Zola, "{% raw %}<link href=\"feedbake.css\">{% endraw %}", false),
            (Generator::Hugo, "{{/* feedbake.css */}}", false),
            (Generator::Astro, "---\nimport \"../../public/feedbake.css\";\n---\n", true),
            (Generator::Astro, "---\n// import \"../../public/feedbake.css\";\n---\n", false),
            (Generator::Astro, "{/* feedbake.css */}", false),
        ] {
            assert_eq!(generator.asks_for_the_stylesheet(text), expected, "{text}");
        }
        assert!(Generator::Html.ends_a_head("<head></HEAD><header></header>"));
        assert!(!Generator::Html.ends_a_head("<!-- </head> --><header></header>"));
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
