//! What Eleventy's configuration says about folders, as far as it can be told without running it. Pure.

use regex_lite::Regex;

use super::markup::without_script_comments;

/// The folders that Eleventy reads and writes, from where it runs; empty for that folder itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EleventyFolders {
    /// The pages.
    pub input: String,
    /// The templates that others include.
    pub includes: String,
    /// The data.
    pub data: String,
    /// The built site.
    pub output: String,
}

impl EleventyFolders {
    /// Reads them from the text of a configuration: an object `dir`, or the calls that set one each. What is worked out
    /// by a program stays at its default.
    pub fn of(configuration: &str) -> Self {
        let code = without_script_comments(configuration);
        let dir = Regex::new(r#"\bdir["']?\s*:\s*\{([^}]*)\}"#).expect("the pattern is a constant");
        let dir = dir.captures(&code).map_or("", |found| found.get(1).map_or("", |inside| inside.as_str()));
        let named = |key: &str, call: &str, default: &str| {
            let in_dir = Regex::new(&format!(r#"\b{key}["']?\s*:\s*["'`]([^"'`$]*)["'`]"#)).ok()?;
            let in_call = Regex::new(&format!(r#"\b{call}\(\s*["'`]([^"'`$]*)["'`]"#)).ok()?;
            let found = in_dir.captures(dir).or_else(|| in_call.captures(&code));
            Some(found.map_or_else(|| default.to_owned(), |found| found[1].to_owned()))
        };
        let input = named("input", "setInputDirectory", "").unwrap_or_default();
        let from_input = |key: &str, call: &str, default: &str| {
            let folder = named(key, call, default).unwrap_or_default();
            plain(&format!("{input}/{folder}"))
        };
        Self {
            includes: from_input("includes", "setIncludesDirectory", "_includes"),
            data: from_input("data", "setDataDirectory", "_data"),
            output: plain(&named("output", "setOutputDirectory", "_site").unwrap_or_default()),
            input: plain(&input),
        }
    }

    /// The folder of the data from a site in `below`, where it lies there.
    pub fn data_below(&self, below: &str) -> &str {
        let rest = self.data.strip_prefix(below).and_then(|rest| rest.strip_prefix('/'));
        rest.filter(|_| !below.is_empty()).unwrap_or(&self.data)
    }

    /// The folder that the templates and the data lie in as feedbake places them, from where Eleventy runs; `None` where
    /// they lie otherwise.
    pub fn site(&self) -> Option<&str> {
        let above = self.includes.strip_suffix("_includes")?.trim_end_matches('/');
        let is_beside = self.data == format!("{above}/_data").trim_start_matches('/');
        (is_beside && (above.is_empty() || above == self.input)).then_some(above)
    }
}

/// The folders of feedbake that a configuration does not copy, as they are named in it: that of the stylesheet, and that of
/// the pictures, `media_dir`, in a site in `below`.
pub fn uncopied_folders(configuration: &str, below: &str, media_dir: &str) -> Vec<String> {
    let code = without_script_comments(configuration);
    let calls: Vec<&str> =
        code.split("addPassthroughCopy").skip(1).map(|rest| rest.split(';').next().unwrap_or_default()).collect();
    // A folder is copied with the one around it. What a program works out may well be it.
    let names = |call: &str, folder: &str| {
        let named = call.split(['"', '\'', '`']).map(|text| plain(text.split('*').next().unwrap_or_default()));
        let mut named = named.filter(|text| !text.is_empty());
        call.contains(folder) || named.any(|text| folder.strip_prefix(&text).is_some_and(|rest| rest.starts_with('/')))
    };
    let mut folders = vec![plain(&format!("{below}/feedbake"))];
    let pictures = plain(&format!("{below}/{media_dir}"));
    if !pictures.starts_with(&format!("{}/", folders[0])) && pictures != folders[0] {
        folders.push(pictures);
    }
    folders.retain(|folder| {
        let in_site = folder.strip_prefix(below).unwrap_or(folder).trim_start_matches('/');
        !calls.iter().any(|call| names(call, folder) || names(call, in_site))
    });
    folders
}

/// Whether a configuration names the plugin that prefixes the addresses in every page; what the filter `url` prefixed, it
/// would prefix again.
pub fn prefixes_addresses(configuration: &str) -> bool {
    without_script_comments(configuration).contains("HtmlBasePlugin")
}

/// Whether a configuration names the plugin that encodes every picture of a page again, and does not keep it from the
/// feed's: it looks for them from the source of the page, and finds other files or none.
pub fn transforms_pictures(configuration: &str) -> bool {
    let code = without_script_comments(configuration);
    code.contains("eleventyImageTransformPlugin") && !code.contains("instagram_ignore")
}

/// Whether Eleventy reads the file at `place` with Nunjucks, which the partial is, in a site of this configuration.
pub fn reads_nunjucks(configuration: &str, place: &str, text: &str) -> bool {
    let ending = place.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let is_set = match ending.as_str() {
        "njk" => true,
        "liquid" => false,
        "md" | "markdown" => says_nunjucks(configuration, "markdownTemplateEngine"),
        _ => says_nunjucks(configuration, "htmlTemplateEngine"),
    };
    is_set || overrides_engine(text)
}

/// Whether the front matter of a page lets Eleventy read it with Nunjucks, whatever its ending says.
fn overrides_engine(text: &str) -> bool {
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let has_front_matter = lines.next().is_some_and(|line| line.trim_end() == "---");
    let mut front_matter = lines.take_while(|line| line.trim_end() != "---");
    has_front_matter
        && front_matter.any(|line| {
            let value = line.strip_prefix("templateEngineOverride:").unwrap_or_default();
            value.trim().trim_matches(['"', '\'']).split(',').any(|engine| engine.trim() == "njk")
        })
}

/// Whether the configuration of Eleventy sets `engine` to Nunjucks. The name may be in quotes, or in brackets as well.
fn says_nunjucks(configuration: &str, engine: &str) -> bool {
    let script = without_script_comments(configuration);
    let quotes = ['"', '\'', '`'];
    let mut values = script.split(engine).skip(1).filter_map(|rest| {
        let rest = rest.trim_start_matches(quotes).trim_start().trim_start_matches(']').trim_start();
        rest.strip_prefix([':', '='])?.trim_start().strip_prefix(quotes)
    });
    values.any(|value| value.strip_prefix("njk").is_some_and(|rest| rest.starts_with(quotes)))
}

/// Whether a file that names the partial shows nothing: Eleventy reads it with Liquid. What others include is read as they
/// are.
pub fn includes_in_vain(configuration: &str, place: &str, text: &str) -> bool {
    let is_included = place.split('/').any(|folder| folder == "_includes");
    !is_included && !reads_nunjucks(configuration, place, text)
}

/// A path without `.` and, as far as it goes, without `..`.
fn plain(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_of_a_page_is_that_of_its_kind_unless_it_says_otherwise() {
        let both = "return { markdownTemplateEngine: 'njk', htmlTemplateEngine: 'njk' }";
        for (configuration, place, text, expected) in [
            ("", "a.njk", "", true),
            ("", "a.html", "", false),
            ("", "a.md", "---\ntemplateEngineOverride: njk,md\n---\n", true),
            (both, "a.md", "", true),
            (both, "a.HTML", "", true),
            (both, "a.liquid", "", false),
        ] {
            assert_eq!(reads_nunjucks(configuration, place, text), expected, "{place}");
        }
    }

    #[test]
    fn a_folder_is_copied_by_its_name_or_with_the_one_around_it() {
        for (code, below, media_dir, expected) in [
            ("", "", "feedbake", vec!["feedbake"]),
            ("c.addPassthroughCopy(\"feedbake\");", "", "feedbake", vec![]),
            ("c.addPassthroughCopy('./feedbake/**');", "", "feedbake/pictures", vec![]),
            ("c.addPassthroughCopy('feedbake');", "", "img/feed", vec!["img/feed"]),
            (
                "c.addPassthroughCopy('feedbake'); c.addPassthroughCopy({ img: 'assets' })",
                "",
                "img/feed",
                vec!["img/feed"],
            ),
            ("c.addPassthroughCopy('feedbake'); c.addPassthroughCopy({ 'img': '/' })", "", "img/feed", vec![]),
            ("c.addPassthroughCopy('imgs'); c.addPassthroughCopy('feedbake')", "", "img/feed", vec!["img/feed"]),
            ("c.addPassthroughCopy(`${input}/feedbake`)", "src", "feedbake", vec![]),
            ("c.addPassthroughCopy('src/feedbake')", "src", "img", vec!["src/img"]),
            ("// c.addPassthroughCopy('feedbake')", "", "feedbake", vec!["feedbake"]),
        ] {
            assert_eq!(uncopied_folders(code, below, media_dir), expected, "{code}");
        }
    }

    #[test]
    fn the_plugin_that_prefixes_addresses_is_found_where_no_comment_is_around_it() {
        for (text, expected) in [
            ("import { HtmlBasePlugin } from \"@11ty/eleventy\"; c.addPlugin(HtmlBasePlugin);", true),
            ("const { EleventyHtmlBasePlugin } = require(\"@11ty/eleventy\");", true),
            ("// c.addPlugin(HtmlBasePlugin);", false),
            ("", false),
        ] {
            assert_eq!(prefixes_addresses(text), expected, "{text}");
        }
        let transform = "c.addPlugin(eleventyImageTransformPlugin);";
        assert!(transforms_pictures(transform) && !transforms_pictures(""));
        assert!(!transforms_pictures(&format!("{transform} c.addGlobalData(\"instagram_ignore\", true);")));
    }

    #[test]
    fn the_folders_are_read_from_the_configuration() {
        for (text, input, includes, data, output, site) in [
            ("", "", "_includes", "_data", "_site", Some("")),
            ("return { dir: { input: 'src' } };", "src", "src/_includes", "src/_data", "_site", Some("src")),
            (
                "export const config = {\n dir: {\n  \"input\": \"./src/site/\", // ours\n  output: \"dist\" } };",
                "src/site",
                "src/site/_includes",
                "src/site/_data",
                "dist",
                Some("src/site"),
            ),
            (
                "dir: { input: \"content\", includes: \"../_includes\", data: \"../_data\" }",
                "content",
                "_includes",
                "_data",
                "_site",
                Some(""),
            ),
            ("dir: { input: 'src', includes: 'layouts' }", "src", "src/layouts", "src/_data", "_site", None),
            (
                "c.setInputDirectory(\"src\"); c.setOutputDirectory('out')",
                "src",
                "src/_includes",
                "src/_data",
                "out",
                Some("src"),
            ),
            ("/* dir: { input: 'src' } */ // setInputDirectory('src')", "", "_includes", "_data", "_site", Some("")),
            (
                "const home = 'https://x.example'; c.setInputDirectory('src');",
                "src",
                "src/_includes",
                "src/_data",
                "_site",
                Some("src"),
            ),
            ("dir: { input: folder, data: 'd' }", "", "_includes", "d", "_site", None),
        ] {
            let folders = EleventyFolders::of(text);
            let expected = [input, includes, data, output].map(str::to_owned);
            assert_eq!([&folders.input, &folders.includes, &folders.data, &folders.output].map(Clone::clone), expected);
            assert_eq!(folders.site(), site, "{text}");
        }
    }
}
