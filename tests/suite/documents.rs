//! What the documents say is what the code does.

use std::fs;

use feedbake::config::KEYS;
use feedbake::emulator::{Fault, Target};

use crate::sandbox::Sandbox;

fn document(name: &str) -> String {
    fs::read_to_string(format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
fn the_readme_lists_every_setting_with_its_default() {
    let mut table = "| setting | default | what it does |\n| --- | --- | --- |\n".to_owned();
    for key in KEYS {
        let default = if key.default.is_empty() { String::new() } else { format!("`{}`", key.default) };
        table.push_str(&format!("| `{}` | {default} | {} |\n", key.path, key.about));
    }
    assert!(document("README.md").contains(&table), "the README's table should be:\n{table}");
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
        |layer| format!("{:?}", feedbake::config::Settings::from_layers(&[layer], Default::default()).unwrap());
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
    for template in feedbake::site::Generator::Zola.layout().templates {
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
