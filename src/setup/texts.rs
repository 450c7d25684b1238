//! The texts of files that a site gets once and that are its owner's from then on. Pure.

use crate::site::{Generator, Layout};

/// The package of the plugin for Netlify.
pub const NETLIFY_PLUGIN: &str = "netlify-plugin-feedbake";

/// The settings file: every line that many people change, and none that is in force.
///
/// `named` is the generator, where the files of the site do not tell it.
pub fn settings(named: Option<Generator>, layout: &Layout) -> String {
    let mut text = String::from(
        "# Settings of feedbake. Every line has a default, shown here; take the # away to change one.\n\
         # The whole list is in the README, `feedbake doctor` checks what stands here.\n\n",
    );
    text.push_str(&match named {
        Some(generator) => format!("generator = \"{}\"\n", generator.layout().word),
        None => format!("# generator = \"auto\"            # told by the site's files: {}\n", layout.word),
    });
    text.push_str(
        "# limit = 12                     # exactly this many posts, if the account has them\n\
         # types = [\"image\", \"carousel\", \"video\"]\n\
         # exclude_hashtags = []          # such as [\"private\"]\n\
         # hide = []                      # shortcodes or pasted addresses; `feedbake list` shows them\n\
         # pin = []                       # these come first\n\
         # max_stale = \"30d\"              # a build fails when the feed is older than this and cannot be refreshed\n\n\
         # [pictures]\n\
         # widths = [320, 640, 1080]\n\
         # formats = [\"webp\", \"jpeg\"]     # \"avif\" on request\n\
         # aspect = \"original\"            # or \"1:1\", \"4:5\", \"3:4\"\n\n\
         # [[override]]                   # what cannot be seen in a caption\n\
         # post = \"https://www.instagram.com/p/…/\"\n\
         # alt = \"What can be seen, for those who do not see it\"\n",
    );
    text
}

/// The generator that a settings file names.
pub fn generator_in(text: &str) -> Option<String> {
    let table: toml::Table = text.trim_start_matches('\u{feff}').parse().ok()?;
    Some(table.get("generator")?.as_str()?.to_owned())
}

/// A settings file with a line that names the generator; `None` where one does.
pub fn with_generator(text: &str, generator: Generator) -> Option<String> {
    if generator_in(text).is_some() {
        return None;
    }
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let (mark, rest) = text.strip_prefix('\u{feff}').map_or(("", text), |rest| ("\u{feff}", rest));
    Some(format!("{mark}generator = \"{}\"{end}{rest}", generator.layout().word))
}

/// `netlify.toml` for a site in `base`, a folder of the repository; empty for the top. `zola` is the version that builds it.
pub fn netlify(layout: &Layout, base: &str, zola: Option<(u32, u32)>) -> String {
    let mut text = String::from("[build]\n");
    let mut line = |words: String| text.extend([words.as_str(), "\n"]);
    if !base.is_empty() {
        line(format!("base = \"{base}\""));
    }
    if !layout.build.is_empty() {
        line(format!("command = \"{}\"", layout.build));
    }
    line(format!("publish = \"{}\"", layout.built_folder.unwrap_or(".")));
    if layout.word == Generator::Zola.layout().word {
        // Netlify installs the Zola of this name; 0.23.4 is a release that people use.
        let version = zola.map_or_else(|| "0.23.4".to_owned(), |(major, minor)| format!("{major}.{minor}.0"));
        line(format!("\n[build.environment]\nZOLA_VERSION = \"{version}\""));
        line(format!("\n[context.deploy-preview]\ncommand = \"{} --base-url $DEPLOY_PRIME_URL\"", layout.build));
    }
    format!("{text}\n{}", netlify_plugin(""))
}

/// The lines of `netlify.toml` that run the plugin before each build; they may stand at the end of any. `site` is the
/// folder of the site from where the build runs; empty where it runs there.
pub fn netlify_plugin(site: &str) -> String {
    let inputs = if site.is_empty() { String::new() } else { format!("[plugins.inputs]\nsite = \"{site}\"\n") };
    format!("[[plugins]]\npackage = \"{NETLIFY_PLUGIN}\"\n{inputs}")
}

/// The folder of the repository in which Netlify builds: the `base` of a `netlify.toml`, else its top; without one, the
/// folder of the site, which the new one will name.
pub fn netlify_base(text: Option<&str>, site: &str) -> String {
    let Some(text) = text else { return site.to_owned() };
    let table = text.parse::<toml::Table>().ok();
    let base = table.as_ref().and_then(|table| table.get("build")?.get("base")?.as_str());
    base.unwrap_or_default().trim_matches('/').to_owned()
}

/// Whether a `netlify.toml` bakes already; `None` where it is no TOML.
pub fn bakes_on_netlify(text: &str) -> Option<bool> {
    let table = text.parse::<toml::Table>().ok()?;
    Some(["plugins", "build", "context"].iter().filter_map(|key| table.get(*key)).any(names_feedbake))
}

fn names_feedbake(value: &toml::Value) -> bool {
    match value {
        toml::Value::String(text) => text.contains("feedbake"),
        toml::Value::Array(items) => items.iter().any(names_feedbake),
        toml::Value::Table(fields) => fields.values().any(names_feedbake),
        _ => false,
    }
}

/// `package.json` of a site that had none: Netlify installs the plugin from there.
pub fn package_json(version: &str) -> String {
    format!("{{\n  \"private\": true,\n  \"devDependencies\": {{\n    \"{NETLIFY_PLUGIN}\": \"^{version}\"\n  }}\n}}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read_and_sets_nothing() {
        for generator in Generator::ALL {
            let text = settings(None, generator.layout());
            assert!(text.parse::<toml::Table>().unwrap().is_empty(), "{text}");
            let named: toml::Table = settings(Some(generator), generator.layout()).parse().unwrap();
            assert_eq!(named["generator"].as_str(), Some(generator.layout().word));
            let netlify: toml::Table = netlify(generator.layout(), "site", Some((0, 22))).parse().unwrap();
            assert_eq!(netlify["build"]["base"].as_str(), Some("site"));
            assert_eq!(netlify["plugins"][0]["package"].as_str(), Some(NETLIFY_PLUGIN));
        }
        // The example lines are settings, too.
        let lines: String = settings(None, Generator::Zola.layout())
            .lines()
            .filter_map(|line| line.strip_prefix("# ").filter(|line| line.contains(" = ") || line.starts_with('[')))
            .map(|line| format!("{line}\n"))
            .collect();
        crate::config::parse_file(&lines, "feedbake.toml").unwrap();
    }

    #[test]
    fn a_settings_file_gets_its_generator_once_and_at_its_top() {
        for (text, expected) in [
            ("", Some("generator = \"html\"\n")),
            ("[pictures]\r\n", Some("generator = \"html\"\r\n[pictures]\r\n")),
            ("\u{feff}limit = 3\n", Some("\u{feff}generator = \"html\"\nlimit = 3\n")),
            ("generator = \"zola\"\n", None),
        ] {
            assert_eq!(with_generator(text, Generator::Html).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_netlify_toml_that_bakes_is_told_from_one_that_does_not() {
        for (text, expected) in [
            ("", Some(false)),
            ("[build]\ncommand = \"zola build\"", Some(false)),
            ("[build]\ncommand = \"npx feedbake && zola build\"", Some(true)),
            ("[[plugins]]\npackage = \"netlify-plugin-feedbake\"", Some(true)),
            ("# feedbake\n", Some(false)),
            ("[build", None),
        ] {
            assert_eq!(bakes_on_netlify(text), expected, "{text}");
        }
    }
}
