//! Whatever stands in a settings file: settings, or a complaint that names a line.

use proptest::prelude::*;

use super::{KEYS, Settings, SettingsError, parse_file};

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        // Around the bounds of what settings allow.
        (-2..20_000_i64).prop_map(|number| number.to_string()),
        prop::collection::vec(0..9000_i64, 0..4).prop_map(|numbers| format!("{numbers:?}")),
        prop::sample::select(vec![
            "../x.json",
            "/etc/x.json",
            "data/x.json",
            "static/../x",
            "static/a",
            "a.json/..",
            "x.txt"
        ])
        .prop_map(|path| format!("{path:?}")),
        any::<bool>().prop_map(|switch| switch.to_string()),
        any::<f64>().prop_map(|number| format!("{number:?}")),
        "[ -~]{0,12}".prop_map(|text| format!("{text:?}")),
        any::<String>().prop_map(|text| format!("'''{text}'''")),
        Just("[]".to_owned()),
        Just("[1, 2, 3]".to_owned()),
        Just("[\"image\", \"jpeg\", \"travel\"]".to_owned()),
        Just("{ a = 1 }".to_owned()),
        Just("2026-05-09".to_owned()),
        Just("\"30d\"".to_owned()),
        Just("\"4:5\"".to_owned()),
    ]
}

fn file() -> impl Strategy<Value = String> {
    let key =
        prop_oneof![6 => prop::sample::select(KEYS.to_vec()).prop_map(|key| key.path.to_owned()), 1 => "[a-z_.]{1,12}"];
    let line = prop_oneof![
        8 => (key, value()).prop_map(|(key, value)| format!("{key} = {value}")),
        1 => Just("[[feed]]".to_owned()),
        1 => Just("[[override]]".to_owned()),
        1 => Just("name = \"shop\"".to_owned()),
        1 => Just("post = \"DAbCdEf\"".to_owned()),
        1 => any::<String>(),
    ];
    prop::collection::vec(line, 0..8).prop_map(|lines| lines.join("\n"))
}

fn holds(text: &str) {
    let settings =
        parse_file(text, "feedbake.toml").and_then(|layer| Settings::from_layers(&[&layer], &Default::default()));
    match settings {
        Ok(settings) => {
            assert!(!settings.feeds.is_empty());
            assert!(settings.media_dir.below("static").is_some(), "{}", settings.media_dir);
            for feed in &settings.feeds {
                assert!(feed.data_file.as_str().ends_with(".json") && feed.wish.limit.get() <= 10_000);
                assert!(!feed.recipe.formats.is_empty() && !feed.recipe.widths.as_slice().is_empty());
                let widths = feed.recipe.widths.as_slice();
                assert!(widths.windows(2).all(|pair| pair[0] < pair[1]) && widths.iter().all(|width| *width > 0));
                assert!((1..=10_000).contains(&feed.wish.scan));
            }
        }
        Err(SettingsError::NoSuchFile(_)) => unreachable!("no file is asked for by name"),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// One key with one value: a file of several is refused for the first mistake, and says nothing of the rest.
fn one_setting() -> impl Strategy<Value = String> {
    (prop::sample::select(KEYS.to_vec()), value()).prop_map(|(key, value)| format!("{} = {value}", key.path))
}

proptest! {
    // A case takes microseconds, and it has to meet one of many keys with a value just beyond its bounds.
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(10_000), ..ProptestConfig::default() })]

    #[test]
    fn no_setting_is_taken_beyond_its_bounds(text in one_setting()) {
        holds(&text);
    }
}

proptest! {
    #[test]
    fn any_settings_are_read_or_refused(text in file()) {
        holds(&text);
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        holds(&text);
    }
}
