//! Folders that a generator's configuration has moved away from where feedbake writes. Pure.

use super::eleventy::EleventyFolders;
use super::layout::Generator;
use super::markup::without_script_comments;

/// A folder that feedbake writes into, and the generator does not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The setting that says so.
    pub key: &'static str,
    /// The folder that feedbake writes into.
    pub ours: &'static str,
    /// What makes the generator read it, or feedbake write elsewhere.
    pub way: &'static str,
}

impl Moved {
    /// What follows from it.
    pub fn consequence(&self) -> String {
        match self.ours {
            "." => "nothing in this folder is part of the site".to_owned(),
            folder => format!("nothing in {folder}/ is part of the site"),
        }
    }

    /// The same with what says so, the configuration `file`.
    pub fn told(&self, file: &str) -> String {
        format!("{}, for {file} sets `{}`", self.consequence(), self.key)
    }
}

impl Generator {
    /// The folders that this configuration moved.
    pub fn moved(self, configuration: &str) -> Vec<Moved> {
        let text = without_comments(self, configuration);
        let table: &[(&'static str, &'static str, &'static str)] = match self {
            Self::Hugo => &[
                ("staticDir", "static", "name it, too: `staticDir = [\"…\", \"static\"]`"),
                ("dataDir", "data", "set `data_file` in feedbake.toml to a file in that folder"),
                (
                    "layoutDir",
                    "layouts",
                    "put the partial of docs/generators/hugo.md into that folder, and `templates = false` into feedbake.toml",
                ),
            ],
            Self::Astro => &[
                (
                    "publicDir",
                    "public",
                    "let it be `./public`, or copy `public/feedbake` and `public/feedbake.css` into that folder before each build",
                ),
                ("srcDir", "src", "let it be `./src`: the component, and the data it reads, are there"),
            ],
            Self::Jekyll => &[
                (
                    "source",
                    ".",
                    "put `generator = \"jekyll\"` into a feedbake.toml in that folder, and run feedbake with `--site` and its name",
                ),
                ("data_dir", "_data", "set `data_file` in feedbake.toml to a file in that folder"),
                (
                    "includes_dir",
                    "_includes",
                    "put the partial of docs/generators/jekyll.md into that folder, and `templates = false` into feedbake.toml",
                ),
            ],
            Self::Zola | Self::Eleventy | Self::Html => &[],
        };
        let mut moved: Vec<Moved> = table
            .iter()
            .filter(|(key, ours, _)| {
                values(&text, key).is_some_and(|values| !values.iter().any(|value| is(value, ours)))
            })
            .map(|(key, ours, way)| Moved { key, ours, way })
            .collect();
        // One mount of a component takes the place of the usual one.
        if self == Self::Hugo && text.contains("mounts") {
            let (sources, targets) = (values(&text, "source"), values(&text, "target"));
            let has = |values: &Option<Vec<String>>, name: &str| values.iter().flatten().any(|value| is(value, name));
            for (ours, way) in [
                ("static", "mount it, too: `source = \"static\"` with `target = \"static\"`"),
                ("data", "mount it, too: `source = \"data\"` with `target = \"data\"`"),
                ("layouts", "mount it, too: `source = \"layouts\"` with `target = \"layouts\"`"),
            ] {
                if has(&targets, ours) && !has(&sources, ours) {
                    moved.push(Moved { key: "module.mounts", ours, way });
                }
            }
        }
        moved
    }

    /// Where this configuration lets the site be built, as it is written there; `None` where it says nothing.
    pub fn built_elsewhere(self, configuration: &str) -> Option<String> {
        let key = match self {
            Self::Zola => "output_dir",
            Self::Hugo => "publishDir",
            Self::Jekyll => "destination",
            Self::Astro => "outDir",
            Self::Eleventy => return Some(EleventyFolders::of(configuration).output),
            Self::Html => return None,
        };
        let said = values(&without_comments(self, configuration), key)?.into_iter().next()?;
        Some(said.trim_start_matches("./").trim_end_matches('/').to_owned()).filter(|folder| !folder.is_empty())
    }
}

/// Whether a value is this folder, however it is written.
fn is(value: &str, folder: &str) -> bool {
    let plain = value.trim_start_matches("./").trim_matches('/');
    plain == folder || (folder == "." && matches!(plain, "" | "."))
}

/// All that stands behind a key in a configuration of TOML, YAML, JSON or JavaScript; `None` where the key is nowhere.
///
/// Names are compared without case, as Hugo does.
pub(super) fn values(text: &str, key: &str) -> Option<Vec<String>> {
    let lower = text.to_ascii_lowercase();
    let key = key.to_ascii_lowercase();
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
    let mut found = None;
    for (at, _) in lower.match_indices(&key) {
        let is_whole = !text[..at].ends_with(is_word);
        let rest = text[at + key.len()..].trim_start_matches(['"', '\'']);
        let Some(rest) = rest.trim_start_matches([' ', '\t']).strip_prefix([':', '=']).filter(|_| is_whole) else {
            continue;
        };
        let all: &mut Vec<String> = found.get_or_insert_default();
        let rest = rest.trim_start_matches([' ', '\t']);
        if let Some(list) = rest.strip_prefix('[') {
            all.extend(list.split(']').next().unwrap_or_default().split(',').map(plain));
        } else if let Some(list) = rest.strip_prefix(['\r', '\n']) {
            let items = list.lines().map(str::trim).skip_while(|line| line.is_empty());
            all.extend(items.map_while(|line| line.strip_prefix("- ")).map(plain));
        } else {
            // Of a call, the first text counts, such as `fileURLToPath(new URL("./x"))`.
            let line = rest.lines().next().unwrap_or_default();
            let quoted = line.find(['"', '\'', '`']).and_then(|start| {
                let quote = line[start..].chars().next()?;
                line[start + 1..].split(quote).next()
            });
            all.push(plain(quoted.unwrap_or_else(|| line.split([',', '}', '#']).next().unwrap_or_default())));
        }
    }
    found
}

fn plain(value: &str) -> String {
    value.trim().trim_matches(['"', '\'', '`']).trim().to_owned()
}

/// The configuration without its comments; of TOML and YAML, without the lines that are one.
pub(super) fn without_comments(generator: Generator, text: &str) -> String {
    if generator == Generator::Astro {
        return without_script_comments(text);
    }
    text.lines().filter(|line| !line.trim_start().starts_with('#')).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_the_built_site_is_the_one_that_is_named() {
        use Generator::{Astro, Eleventy, Html, Hugo, Jekyll, Zola};
        for (generator, text, folder) in [
            (Zola, "base_url = \"/\"\noutput_dir = \"docs\"\n", Some("docs")),
            (Hugo, "publishDir: ./docs/\n", Some("docs")),
            (Hugo, "# publishDir = \"docs\"\n", None),
            (Jekyll, "destination: ../out # there\n", Some("../out")),
            (Astro, "export default defineConfig({ outDir: './build' })", Some("build")),
            (Eleventy, "return { dir: { output: \"docs\" } }", Some("docs")),
            (Html, "output_dir = \"docs\"", None),
        ] {
            assert_eq!(generator.built_elsewhere(text).as_deref(), folder, "{text}");
        }
    }

    #[test]
    fn a_folder_that_is_elsewhere_is_named_by_its_setting() {
        use Generator::{Astro, Eleventy, Hugo, Jekyll, Zola};
        let table: [(Generator, &str, &[&str]); 18] = [
            (Hugo, "staticDir = [\"public-src\"]\n", &["staticDir"]),
            (Hugo, "staticdir: assets\n", &["staticDir"]),
            (Hugo, "staticDir = [\"x\", \"static\"]\n", &[]),
            (Hugo, "staticDir:\n  - a\n  - static\n", &[]),
            (Hugo, "staticDir:\n  - a\n  - b\n", &["staticDir"]),
            (Hugo, "# staticDir = \"x\"\n", &[]),
            (Hugo, "{\"dataDir\": \"dat\", \"layoutDir\": \"layouts\"}", &["dataDir"]),
            (Hugo, "[[module.mounts]]\nsource = \"src/static\"\ntarget = \"static\"\n", &["module.mounts"]),
            (
                Hugo,
                "module:\n  mounts:\n    - source: a\n      target: static\n    - source: static\n      target: static\n",
                &[],
            ),
            (Hugo, "[[module.mounts]]\nsource = \"content\"\ntarget = \"content\"\n", &[]),
            (Astro, "defineConfig({ srcDir: './app', publicDir: './static' })", &["publicDir", "srcDir"]),
            (Astro, "defineConfig({ publicDir: \"public\", srcDir: './src/' })", &[]),
            (Astro, "// publicDir: './x'\n", &[]),
            (Jekyll, "source: src\ndestination: out\n", &["source"]),
            (Jekyll, "source: .\ndata_dir: _data\n", &[]),
            (Jekyll, "theme: x\nremote_source: y\nincludes_dir: parts\n", &["includes_dir"]),
            (Zola, "staticDir = \"x\"\n", &[]),
            (Eleventy, "publicDir: 'x'\n", &[]),
        ];
        for (generator, text, keys) in table {
            let moved: Vec<&str> = generator.moved(text).iter().map(|moved| moved.key).collect();
            assert_eq!(moved, keys, "{text}");
        }
    }
}
