//! Which data file a template shows: the partials know the usual one by its name, and any other has to be named to them.
//! Pure.

use super::eleventy::EleventyFolders;
use super::layout::Generator;
use super::moved::{values, without_comments};
use crate::files::SitePath;

impl Generator {
    /// The data file that the partial shows where it is told nothing else.
    pub fn usual_data(self) -> String {
        format!("{}/instagram.json", self.layout().data_folder)
    }

    /// The folder in which a site of this configuration has its data; the site is in `below`, from where the generator runs.
    pub fn data_folder(self, configuration: &str, below: &str) -> String {
        let said = |key: &str| values(&without_comments(self, configuration), key)?.into_iter().next();
        let folder = match self {
            Self::Eleventy => Some(EleventyFolders::of(configuration).data_below(below).to_owned()),
            Self::Jekyll => said("data_dir"),
            Self::Hugo => said("dataDir"),
            Self::Zola | Self::Astro | Self::Html => None,
        };
        let folder = folder.map(|folder| folder.trim_start_matches("./").trim_matches('/').to_owned());
        folder.filter(|folder| !folder.is_empty()).unwrap_or_else(|| self.layout().data_folder.to_owned())
    }

    /// Whether the partial shows this data file by itself, or one of the texts of the site names it; `folder` is where its
    /// data are.
    pub fn is_shown<'a>(self, data_file: &SitePath, folder: &str, mut texts: impl Iterator<Item = &'a str>) -> bool {
        let is_usual =
            data_file.as_str() == self.usual_data() || data_file.as_str() == format!("{folder}/instagram.json");
        is_usual || texts.any(|text| self.names_data(text, data_file, folder))
    }

    /// Whether a template or a page shows this data file, or says something of it that may be that.
    fn names_data(self, text: &str, data_file: &SitePath, folder: &str) -> bool {
        let name = name_of(data_file, folder);
        let is_word = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-');
        // As a word of its own, where other words stand around it.
        let after = |start: &str| {
            text.split(start).skip(1).any(|rest| {
                let rest = rest.trim_start_matches([' ', '=', ':', '"', '\'', '`', '{', '[', '(']);
                rest.strip_prefix(name.as_str()).is_some_and(|rest| !rest.starts_with(is_word))
            })
        };
        match self {
            Self::Zola => text.contains(data_file.as_str()),
            Self::Hugo => after("\"data\"") || after("Data.") || after("Data"),
            Self::Eleventy => after("instagram_feed"),
            Self::Jekyll => after("site.data.") || after("site.data"),
            Self::Astro => after("data") || text.contains(&format!("{name}.json")),
            Self::Html => text.contains(&format!("{}.html", data_file.as_str().trim_end_matches(".json"))),
        }
    }

    /// What shows this data file instead of the usual one.
    pub fn to_show(self, data_file: &SitePath, folder: &str) -> String {
        let name = name_of(data_file, folder);
        match self {
            Self::Zola => format!("{{% set instagram_data = \"{data_file}\" %}}` before `{}", self.layout().include),
            Self::Hugo => format!("{{{{ partial \"instagram.html\" (dict \"data\" \"{name}\") }}}}"),
            Self::Eleventy => format!("{{% set instagram_feed = {name} %}}` before `{}", self.layout().include),
            Self::Jekyll => format!("{{% include instagram.html feed=site.data.{name} %}}"),
            Self::Astro => format!("<Instagram data=\"{name}\" />"),
            Self::Html => {
                let page = data_file.as_str().trim_end_matches(".json");
                format!("<!--#include virtual=\"/{page}.html\" -->")
            }
        }
    }
}

/// What the data are called in templates: their place below the folder of data, without the ending.
fn name_of(data_file: &SitePath, folder: &str) -> String {
    let below = data_file.below(folder);
    below.unwrap_or(data_file.as_str()).trim_end_matches(".json").replace('/', ".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_are_called_by_their_place_in_the_folder_that_is_configured() {
        let place = |path: &str| SitePath::new(path).unwrap();
        for (generator, configuration, below, path, line) in [
            (
                Generator::Eleventy,
                "setInputDirectory(\"v\"); setDataDirectory(\"d\")",
                "",
                "v/d/ig.json",
                "{% set instagram_feed = ig %}",
            ),
            (
                Generator::Eleventy,
                "return { dir: { input: \"src\" } }",
                "src",
                "_data/a/ig.json",
                "{% set instagram_feed = a.ig %}",
            ),
            (
                Generator::Eleventy,
                "return { dir: { input: \"src\", data: \"../srcdata\" } }",
                "src",
                "srcdata/ig.json",
                "{% set instagram_feed = ig %}",
            ),
            (
                Generator::Jekyll,
                "data_dir: data\n",
                "",
                "data/ig.json",
                "{% include instagram.html feed=site.data.ig %}",
            ),
            (
                Generator::Hugo,
                "dataDir = \"dat\"\n",
                "",
                "dat/ig.json",
                "{{ partial \"instagram.html\" (dict \"data\" \"ig\") }}",
            ),
            (Generator::Zola, "", "", "data/ig.json", "{% set instagram_data = \"data/ig.json\" %}"),
        ] {
            let folder = generator.data_folder(configuration, below);
            let said = generator.to_show(&place(path), &folder);
            assert!(said.starts_with(line), "{said}");
            assert!(
                generator.is_shown(&place(path), &folder, [line].into_iter())
                    && !generator.is_shown(&place(path), &folder, [""].into_iter())
            );
            assert!(generator.is_shown(&place(&format!("{folder}/instagram.json")), &folder, std::iter::empty()));
        }
    }

    #[test]
    fn what_is_told_shows_the_data_and_is_known_again() {
        for generator in Generator::ALL {
            let place = SitePath::new(&format!("{}/shop.json", generator.layout().data_folder)).unwrap();
            let line = generator.to_show(&place, generator.layout().data_folder);
            assert!(generator.names_data(&line, &place, generator.layout().data_folder), "{line}");
            assert!(
                !generator.names_data(generator.layout().include, &place, generator.layout().data_folder),
                "{generator:?}"
            );
            let shopping = line.replace("shop", "shopping");
            assert!(!generator.names_data(&shopping, &place, generator.layout().data_folder), "{shopping}");
        }
        let hugo = SitePath::new("data/shop.json").unwrap();
        assert!(Generator::Hugo.names_data("{{ range site.Data.shop.posts }}", &hugo, "data"));
        assert!(Generator::Hugo.names_data("{{ index hugo.Data \"shop\" }}", &hugo, "data"));
    }
}
