//! The texts of files that a site gets once and that are its owner's from then on. Pure.

use crate::site::{Generator, Layout};

/// The settings file: every line that many people change, and none that is in force.
///
/// `named` is the generator, where the files of the site do not tell it.
pub fn settings(named: Option<Generator>, layout: &Layout) -> String {
    let mut text = String::from(
        "# Settings of feedbake. Every line has a default, shown here; take the # away to change one.\n\
         # The whole list is in docs/settings.md of feedbake, `feedbake doctor` checks what stands here.\n\n",
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
}
