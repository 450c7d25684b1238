//! What Netlify needs: `netlify.toml`, with the plugin in it, and a `package.json` to install that from. Pure.

use super::{Action, From, Item, SetupError, Sight, added_to, has_ending_of, insert, known};
use crate::files::SitePath;
use crate::site::{Generator, Layout};

/// The package of the plugin.
pub const NETLIFY_PLUGIN: &str = "netlify-plugin-feedbake";

/// The plugin of before, which gets nothing any more.
const OLD_PLUGIN: &str = "netlify-plugin-add-instagram";

/// Netlify has no server-side includes, and publishes a whole folder: the pages are copied, but for what is not for
/// visitors, and each directive is replaced with what it names. Of what begins with a dot, the folder `.well-known` at the
/// top alone is for visitors.
const HTML_COMMAND: &str = r#"
# Netlify reads no server-side includes: what is for visitors is copied, and the feed put into the pages.
set -e
rm -rf _site
mkdir _site
tar -cf - --exclude='.[!./]*' --exclude=./_site --exclude=./node_modules --exclude=./netlify --exclude='./README*' \
  --exclude=./feedbake.toml --exclude=./feedbake/template.html --exclude=./netlify.toml --exclude='./package*.json' . |
  tar -xf - -C _site
[ ! -d .well-known ] || cp -R .well-known _site/
find _site -name '*.src.html' -exec sh -c 'mv "$1" "${1%.src.html}.html"' sh {} \;
for feed in feedbake/*.html; do
  line="<!--#include virtual=\"[^\"]*$feed\" *-->"
  find _site -type f \( -name '*.html' -o -name '*.htm' -o -name '*.shtml' \) \
    -exec sed -i -E -e 's@<!-- *feedbake *-->@<!--#include virtual="/feedbake/instagram.html" -->@g' -e "s@$line@\n&\n@g" {} + \
    -exec sed -i -E -e "\@^$line\$@{" -e "r $feed" -e d -e '}' {} +
done
"#;

/// The files that a site gets for Netlify.
///
/// # Errors
/// [`SetupError`] where nothing can be added to what is there, or Netlify cannot serve the site.
pub fn items(sight: &Sight) -> Result<Vec<Item>, SetupError> {
    let layout = sight.generator.layout();
    let page_of_php = || sight.files.iter().find(|file| has_ending_of(&file.place, ".php"));
    if let Some(page) = page_of_php().filter(|_| sight.generator == Generator::Html) {
        return Err(SetupError::PhpOnNetlify(page.place.clone()));
    }
    let base = base_of(sight);
    let toml = match &sight.netlify {
        None => text(
            layout,
            if sight.netlify_from == From::Site { "" } else { &sight.below },
            sight.built.as_ref().map(SitePath::as_str),
            zola(sight),
        ),
        Some(text) if bakes_on_netlify(text).ok_or(SetupError::BrokenNetlify)? => text.clone(),
        Some(text) => with_block(text, &plugin(&site_from(&base, &sight.below))),
    };
    // A list of plugins in one line cannot be followed by a table of them.
    bakes_on_netlify(&toml).ok_or(SetupError::CrowdedNetlify)?;
    let what = "the plugin that bakes before each build".to_owned();
    let mut items = vec![added_to(sight.netlify_from, known("netlify.toml"), what, sight.netlify.as_deref(), toml)];
    if sight.package.is_none() {
        let text = package_json(env!("CARGO_PKG_VERSION"));
        let what = "what Netlify installs the plugin from".to_owned();
        let place = SitePath::new(format!("{base}/package.json").trim_start_matches('/'));
        items.extend(place.map(|place| added_to(From::Repository, place, what, None, text)));
    }
    Ok(items)
}

fn base_of(sight: &Sight) -> String {
    netlify_base(sight.netlify_from, sight.netlify.as_deref(), &sight.below)
}

/// Whether Netlify, and whoever tries it, installs packages in the folder of the site.
pub fn installs_in_site(sight: &Sight) -> bool {
    base_of(sight) == sight.below
}

/// The line that says which Zola builds the site there, in words; none where it was not written just now.
pub fn written_version(sight: &Sight, items: &[Item]) -> Option<String> {
    let version = release(zola(sight));
    is_new(items).then(|| format!("netlify.toml has `ZOLA_VERSION = \"{version}\"`"))
}

/// Whether `netlify.toml` was not there.
fn is_new(items: &[Item]) -> bool {
    items.iter().any(|item| item.place.as_str() == "netlify.toml" && item.action == Action::Write)
}

/// The generation of Zola that a host is told to take: the one that something in the site asks for, else the one that
/// reads what stands in its Markdown.
pub fn zola(sight: &Sight) -> Option<(u32, u32)> {
    sight.zola.or_else(|| sight.files.iter().any(|file| file.calls_shortcode).then_some((0, 22)))
}

/// What is left to do on Netlify.
pub fn steps(sight: &Sight, items: &[Item]) -> Vec<String> {
    let mut left = Vec::new();
    let is_new = is_new(items);
    let includes = sight.netlify.as_deref().is_some_and(|text| text.contains("#include"));
    if sight.generator == Generator::Html && !is_new && !includes {
        left.push(
            "let the build put the feed into the pages, for Netlify has no server-side includes, and keep what is not for visitors out of what is published: docs/netlify.md, Plain HTML, has the command"
                .to_owned(),
        );
    }
    if is_new && sight.netlify_from == From::Site {
        left.push(format!(
            "let a project on Netlify of its own build this site, for the netlify.toml at the top of the repository builds another: its base directory is `{}` (Project configuration → Build & deploy → Build settings)",
            sight.below
        ));
    }
    if sight.package.as_ref().is_some_and(|text| !text.contains(NETLIFY_PLUGIN)) {
        left.push(format!("let Netlify install the plugin: `npm install --save-dev {NETLIFY_PLUGIN}`"));
    }
    if sight.package.is_none() && !sight.are_modules_ignored && !installs_in_site(sight) {
        left.push("keep what npm installs out of git: a line `node_modules/` in .gitignore".to_owned());
    }
    left.push(
        "give Netlify the token: Project configuration → Environment variables → Add a variable, key `INSTAGRAM_ACCESS_TOKEN`, marked as secret, for the production context"
            .to_owned(),
    );
    left
}

/// What to do where nobody said which Zola builds the site; `written` is what stands where, now.
pub fn version_step(sight: &Sight, written: &[String]) -> Option<String> {
    let is_guess = sight.generator == Generator::Zola && sight.zola.is_none() && !written.is_empty();
    let written = written.join(" and ");
    let page = sight.files.iter().find(|file| file.calls_shortcode);
    let why = match page {
        None => "nothing here says which one builds the site".to_owned(),
        Some(page) => format!(
            "nothing here says which one builds the site, and the shortcode in {} works up to 0.22 alone",
            page.place
        ),
    };
    is_guess.then(|| {
        format!("see that it is your version of Zola (`zola --version`): {why}, so {written}; change it there if yours is another")
    })
}

/// What is left to do where the plugin of before is still there.
pub fn old_plugin_step(sight: &Sight) -> Option<String> {
    let is_there = sight.netlify.as_deref().is_some_and(names_old_plugin);
    is_there.then(|| {
        format!("let go of {OLD_PLUGIN}, which gets nothing any more: take its `[[plugins]]` out of netlify.toml and it out of package.json (docs/migrating.md)")
    })
}

/// The release of Zola that Netlify installs by this name: one that people use.
fn release(zola: Option<(u32, u32)>) -> String {
    match zola {
        None | Some((0, 23)) => "0.23.4".to_owned(),
        // The last with Tera 1.
        Some((0, 22)) => "0.22.1".to_owned(),
        // The one that npm and distributions have.
        Some((0, 17)) => "0.17.2".to_owned(),
        Some((major, minor)) => format!("{major}.{minor}.0"),
    }
}

/// `netlify.toml` for a site in `base`, a folder of the repository; empty for the top. `built` is the folder of the site
/// that it is built into, where that is known.
fn text(layout: &Layout, base: &str, built: Option<&str>, zola: Option<(u32, u32)>) -> String {
    let mut text = String::from("[build]\n");
    let mut line = |words: String| text.extend([words.as_str(), "\n"]);
    if !base.is_empty() {
        line(format!("base = \"{base}\""));
    }
    match layout.built_folder {
        Some(usual) => line(format!("command = \"{}\"\npublish = \"{}\"", layout.build, built.unwrap_or(usual))),
        None => line(format!("command = '''{HTML_COMMAND}'''\npublish = \"_site\"")),
    }
    if layout.word == Generator::Zola.layout().word {
        line(format!("\n[build.environment]\nZOLA_VERSION = \"{}\"", release(zola)));
    }
    if let Some(flag) = layout.address_flag {
        line(format!("\n[context.deploy-preview]\ncommand = \"{} {flag} $DEPLOY_PRIME_URL\"", layout.build));
    }
    format!("{text}\n{}", plugin(""))
}

/// The lines of `netlify.toml` that run the plugin before each build; they may stand at the end of any. `site` is the
/// folder of the site from where the build runs; empty where it runs there.
fn plugin(site: &str) -> String {
    let inputs = if site.is_empty() { String::new() } else { format!("[plugins.inputs]\nsite = \"{site}\"\n") };
    format!("[[plugins]]\npackage = \"{NETLIFY_PLUGIN}\"\n{inputs}")
}

/// The folder of the repository in which Netlify builds: the site's own, where its `netlify.toml` lies there; else the
/// `base` of the one at the top, or the top; without one, the folder of the site, which the new one will name.
pub fn netlify_base(from: From, text: Option<&str>, site: &str) -> String {
    match text.filter(|_| from == From::Repository) {
        Some(text) => base_in(text),
        None => site.to_owned(),
    }
}

/// The `base` of a `netlify.toml`; empty for the top.
fn base_in(text: &str) -> String {
    let table = text.parse::<toml::Table>().ok();
    let base = table.as_ref().and_then(|table| table.get("build")?.get("base")?.as_str());
    base.unwrap_or_default().trim_matches('/').to_owned()
}

/// Whether a `netlify.toml` at the top of a repository builds one site of several, and another one than that in `below`.
pub fn is_of_another_site(text: &str, below: &str) -> bool {
    let base = base_in(text);
    !base.is_empty() && !below.is_empty() && below != base && !below.starts_with(&format!("{base}/"))
}

/// Whether a `netlify.toml` bakes already; `None` where it is no TOML.
pub fn bakes_on_netlify(text: &str) -> Option<bool> {
    let table = text.parse::<toml::Table>().ok()?;
    Some(["plugins", "build", "context"].iter().filter_map(|key| table.get(*key)).any(|value| names(value, "feedbake")))
}

/// Whether a `netlify.toml` still has the plugin of before.
pub fn names_old_plugin(text: &str) -> bool {
    let table = text.parse::<toml::Table>().ok();
    table.is_some_and(|table| table.get("plugins").is_some_and(|plugins| names(plugins, OLD_PLUGIN)))
}

fn names(value: &toml::Value, word: &str) -> bool {
    match value {
        toml::Value::String(text) => text.contains(word),
        toml::Value::Array(items) => items.iter().any(|item| names(item, word)),
        toml::Value::Table(fields) => fields.values().any(|field| names(field, word)),
        _ => false,
    }
}

/// `package.json` of a site that had none: Netlify installs the plugin from there.
fn package_json(version: &str) -> String {
    format!("{{\n  \"private\": true,\n  \"devDependencies\": {{\n    \"{NETLIFY_PLUGIN}\": \"^{version}\"\n  }}\n}}\n")
}

/// The text with a block of lines at its end.
fn with_block(text: &str, block: &str) -> String {
    let end = insert::line_end(text);
    let block = block.replace('\n', end);
    match text.trim_end() {
        "" => block,
        kept => format!("{kept}{end}{end}{block}"),
    }
}

/// The folder of the site from `base`, both from the top of the repository; empty where they are one, or the site is
/// elsewhere.
fn site_from(base: &str, site: &str) -> String {
    let below =
        if base.is_empty() { Some(site) } else { site.strip_prefix(base).and_then(|rest| rest.strip_prefix('/')) };
    below.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::OwnFile;
    use super::super::tests::{own_file, sight};
    use super::*;

    #[test]
    fn each_generator_gets_a_netlify_toml_that_builds_and_bakes() {
        for generator in Generator::ALL {
            let netlify: toml::Table = text(generator.layout(), "site", Some("docs/x"), Some((0, 22))).parse().unwrap();
            assert_eq!(netlify["build"]["base"].as_str(), Some("site"));
            assert_eq!(netlify["plugins"][0]["package"].as_str(), Some(NETLIFY_PLUGIN));
            let published = if generator == Generator::Html { "_site" } else { "docs/x" };
            assert_eq!(netlify["build"]["publish"].as_str(), Some(published));
            // Nothing is published as it lies there: there are settings in it.
            assert!(!matches!(netlify["build"]["publish"].as_str(), None | Some("." | "")), "{netlify:?}");
        }
    }

    #[test]
    fn the_version_of_zola_is_the_one_that_reads_the_site_and_a_guess_is_told() {
        let page = || OwnFile { calls_shortcode: true, shows: true, ..own_file("content/_index.md") };
        for (zola, files, version, words) in [
            (None, vec![], "0.23.4", Some("nothing here says which one")),
            (None, vec![page()], "0.22.1", Some("the shortcode in content/_index.md works up to 0.22 alone")),
            (Some((0, 22)), vec![page()], "0.22.1", None),
            (Some((0, 23)), vec![], "0.23.4", None),
            (Some((0, 19)), vec![], "0.19.0", None),
            (Some((0, 17)), vec![], "0.17.2", None),
        ] {
            let sight = Sight { zola, files, ..sight(Generator::Zola) };
            let items = items(&sight).unwrap();
            let line = format!("ZOLA_VERSION = \"{version}\"");
            assert!(items[0].after.contains(&line), "{}", items[0].after);
            let step = written_version(&sight, &items).and_then(|written| version_step(&sight, &[written]));
            assert_eq!(step.is_some(), words.is_some(), "{step:?}");
            assert!(step.is_none_or(|step| step.contains(&line) && step.contains(words.unwrap())));
        }
    }

    #[test]
    fn a_repository_of_two_sites_has_a_netlify_toml_for_each() {
        let toml = "[build]\nbase = \"b\"\n";
        for (below, expected) in [("a", true), ("b", false), ("b/c", false), ("", false), ("bc", true)] {
            assert_eq!(is_of_another_site(toml, below), expected, "{below}");
        }
        assert!(!is_of_another_site("[build]\n", "a"));
    }

    #[test]
    fn pages_of_php_are_refused() {
        let files = vec![OwnFile { ends_head: true, ..own_file("about.php") }];
        let html = Sight { files: files.clone(), ..sight(Generator::Html) };
        assert_eq!(items(&html).unwrap_err(), SetupError::PhpOnNetlify("about.php".to_owned()));
        assert!(items(&Sight { files, ..sight(Generator::Hugo) }).is_ok());
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

    #[test]
    fn the_plugin_of_before_is_found_where_it_is_in_force() {
        for (text, expected) in [
            ("[[plugins]]\npackage = \"netlify-plugin-add-instagram\"\n", true),
            ("plugins = [{package = \"netlify-plugin-add-instagram\"}]", true),
            ("# package = \"netlify-plugin-add-instagram\"", false),
            ("[build", false),
        ] {
            assert_eq!(names_old_plugin(text), expected, "{text}");
        }
    }
}
