//! Which data file a template shows: the partials know the usual one by its name, and any other has to be named to them.
//! Pure.

use super::layout::Generator;
use crate::files::SitePath;

impl Generator {
    /// The data file that the partial shows where it is told nothing else.
    pub fn usual_data(self) -> String {
        format!("{}/instagram.json", self.layout().data_folder)
    }

    /// Whether the partial shows this data file by itself, or one of the texts of the site names it.
    pub fn is_shown<'a>(self, data_file: &SitePath, mut texts: impl Iterator<Item = &'a str>) -> bool {
        data_file.as_str() == self.usual_data() || texts.any(|text| self.names_data(text, data_file))
    }

    /// Whether a template or a page shows this data file, or says something of it that may be that.
    fn names_data(self, text: &str, data_file: &SitePath) -> bool {
        let name = name_of(self, data_file);
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
    pub fn to_show(self, data_file: &SitePath) -> String {
        let name = name_of(self, data_file);
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
fn name_of(generator: Generator, data_file: &SitePath) -> String {
    let below = data_file.below(generator.layout().data_folder);
    below.unwrap_or(data_file.as_str()).trim_end_matches(".json").replace('/', ".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_shows_the_data_and_is_known_again() {
        for generator in Generator::ALL {
            let place = SitePath::new(&format!("{}/shop.json", generator.layout().data_folder)).unwrap();
            let line = generator.to_show(&place);
            assert!(generator.names_data(&line, &place), "{line}");
            assert!(!generator.names_data(generator.layout().include, &place), "{generator:?}");
            let shopping = line.replace("shop", "shopping");
            assert!(!generator.names_data(&shopping, &place), "{shopping}");
        }
        let hugo = SitePath::new("data/shop.json").unwrap();
        assert!(Generator::Hugo.names_data("{{ range site.Data.shop.posts }}", &hugo));
        assert!(Generator::Hugo.names_data("{{ index hugo.Data \"shop\" }}", &hugo));
    }
}
