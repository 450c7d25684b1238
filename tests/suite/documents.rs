//! What the documents say is what the code does.

use std::fs;
use std::path::Path;

use feedbake::config::KEYS;
use feedbake::emulator::{Fault, Target};
use feedbake::site::{Extras, Generator, PageBase, Script};

use crate::sandbox::Sandbox;

fn document(name: &str) -> String {
    fs::read_to_string(format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
fn the_page_on_settings_lists_every_one_with_its_default() {
    let mut table = "| setting | default | what it does |\n| --- | --- | --- |\n".to_owned();
    for key in KEYS {
        let default = if key.default.is_empty() { String::new() } else { format!("`{}`", key.default) };
        table.push_str(&format!("| `{}` | {default} | {} |\n", key.path, key.about));
    }
    assert!(document("docs/settings.md").contains(&table), "the table should be:\n{table}");
}

#[test]
fn the_defaults_in_the_table_are_the_ones_that_hold() {
    let file: String = KEYS.iter().filter(|key| !key.default.is_empty()).fold(String::new(), |text, key| {
        match key.path.split_once('.') {
            Some((table, name)) => format!("{text}{table}.{name} = {}\n", key.default),
            None => format!("{text}{} = {}\n", key.path, key.default),
        }
    });
    let written = feedbake::config::parse_file(&file, "feedbake.toml").unwrap();
    let nothing = feedbake::config::Layer::default();
    let settings =
        |layer| format!("{:?}", feedbake::config::Settings::from_layers(&[layer], &Default::default()).unwrap());
    assert_eq!(settings(&written), settings(&nothing));
}

#[test]
fn the_page_on_the_emulator_lists_every_fault() {
    let mut table = "| word | played on | what it does |\n| --- | --- | --- |\n".to_owned();
    for fault in Fault::ALL {
        let on = match fault.target() {
            Target::Api => "every request to the API",
            Target::List => "lists and posts",
            Target::Cdn => "downloads",
            Target::Token => "renewal, exchange and login",
        };
        table.push_str(&format!("| `{}` | {on} | {} |\n", fault.word(), fault.about()));
    }
    assert!(document("docs/emulator.md").contains(&table), "the table should be:\n{table}");
}

#[test]
fn the_example_site_holds_the_templates_as_they_are_installed() {
    let extras = Extras { script: Script::Omit, pages: Some(PageBase::Extended) };
    for template in Generator::Zola.layout().brought(extras) {
        assert_eq!(document(&format!("example-site/{}", template.place)), template.text, "{}", template.place);
    }
}

#[test]
fn every_command_has_a_help_text_with_examples() {
    let site = Sandbox::without_token();
    for command in ["", "bake", "login", "token", "doctor", "list", "preview", "audit", "emulate", "clean"] {
        site.run(&format!("{command} --help")).succeeds().prints(&["Examples:", "feedbake", "--site"]);
    }
    site.run("--version").succeeds().prints(&[concat!("feedbake ", env!("CARGO_PKG_VERSION"))]);
}

#[test]
fn each_generator_has_a_page_that_says_what_is_so_and_an_example_that_does_it() {
    for generator in Generator::ALL {
        let layout = generator.layout();
        let page = document(&format!("docs/generators/{}.md", layout.word));
        let overview = document("docs/generators.md");
        let data_file = format!("{}/instagram.json", layout.data_folder);
        for fact in [layout.include, layout.stylesheet, layout.partial().place, &data_file, layout.media_folder] {
            assert!(page.contains(fact), "{}: {fact}", layout.word);
        }
        for fact in [&data_file, layout.media_folder, layout.partial().place, layout.stylesheet_file().place] {
            assert!(overview.contains(&format!("`{fact}")), "docs/generators.md: {fact}");
        }
        assert!(page.lines().count() <= 70, "{} does not fit on a screen", layout.word);
        let build =
            if layout.build.is_empty() { "feedbake".to_owned() } else { format!("feedbake && {}", layout.build) };
        assert!(page.contains(&build), "{}: {build}", layout.word);
        // The example does what the page says.
        let example = match generator {
            Generator::Zola => "example-site".to_owned(),
            _ => format!("examples/{}", layout.word),
        };
        let top = Path::new(env!("CARGO_MANIFEST_DIR")).join(&example);
        let skipped = |path: &Path| {
            path.components()
                .any(|part| matches!(part.as_os_str().to_str(), Some("public" | "node_modules" | "_site" | "dist")))
        };
        let texts: Vec<String> = walkdir::WalkDir::new(&top)
            .into_iter()
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_file() && !skipped(entry.path().strip_prefix(&top).unwrap()))
            .filter_map(|entry| std::fs::read_to_string(entry.path()).ok())
            .collect();
        // Each for itself: a site that was baked has captions in it, which may begin a comment and never end it.
        assert!(texts.iter().any(|text| generator.shows_the_feed(text)), "{example} shows no feed");
        assert!(texts.iter().any(|text| text.contains(layout.stylesheet)), "{example}: {}", layout.stylesheet);
    }
}

#[test]
fn the_plugin_for_netlify_has_the_name_that_init_writes() {
    let package: serde_json::Value = serde_json::from_str(&document("netlify/package.json")).unwrap();
    assert_eq!(package["name"], feedbake::setup::NETLIFY_PLUGIN);
}

#[test]
fn the_page_on_netlify_shows_what_init_writes() {
    let site = Sandbox::without_token().set("PATH", "");
    site.run("init --netlify").succeeds();
    let toml = fs::read_to_string(site.path("netlify.toml")).unwrap();
    assert!(document("docs/netlify.md").contains(&format!("```toml\n{toml}```")), "{toml}");
    let site = Sandbox::without_token();
    site.run("init --netlify --generator html").succeeds();
    let toml = fs::read_to_string(site.path("netlify.toml")).unwrap();
    assert!(document("docs/netlify.md").contains(&format!("```toml\n{toml}```")), "{toml}");
}

#[test]
fn what_is_fetched_by_a_recipe_is_this_version() {
    let mut named = 0;
    for page in ["docs/netlify.md", "docs/other-hosts.md"] {
        let text = document(page);
        for (mark, before) in [("npx --yes feedbake", "@"), ("pipx run feedbake", "==")] {
            for rest in text.split(mark).skip(1) {
                let version = rest.strip_prefix(before).unwrap_or_else(|| panic!("{page}: {mark} names no version"));
                assert!(version.starts_with(env!("CARGO_PKG_VERSION")), "{page}: {mark}{before}{}", &version[..9]);
                named += 1;
            }
        }
    }
    assert!(named > 4, "{named}");
}

#[test]
fn no_page_leads_to_a_page_that_is_not_there() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages =
        walkdir::WalkDir::new(top.join("docs")).into_iter().filter_map(Result::ok).map(|entry| entry.into_path());
    let more = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "RELEASE.md"].map(|name| top.join(name));
    for page in pages.filter(|path| path.extension().is_some_and(|ending| ending == "md")).chain(more) {
        let text = std::fs::read_to_string(&page).unwrap_or_default();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap();
            if !path.is_empty() && !path.contains("://") {
                assert!(page.parent().unwrap().join(path).exists(), "{}: {link}", page.display());
            }
        }
    }
}
