//! Settings from the outside: who set what, and what is said when it cannot be used.

use feedbake::emulator::{Emulator, photo};

use crate::sandbox::Sandbox;

#[test]
fn a_flag_beats_a_variable_beats_the_file() {
    let api = Emulator::start()
        .post(photo("DAa").size(64, 64))
        .post(photo("DAb").size(64, 64))
        .post(photo("DAc").size(64, 64));
    let site = Sandbox::new(&api).file("feedbake.toml", "limit = 3\n");
    site.run("bake").succeeds();
    assert_eq!(site.shown().len(), 3);
    site.run_with("bake", &[("FEEDBAKE_LIMIT", "2")]).succeeds();
    assert_eq!(site.shown().len(), 2);
    site.run_with("bake --limit 1", &[("FEEDBAKE_LIMIT", "2")]).succeeds();
    assert_eq!(site.shown().len(), 1);
}

#[test]
fn what_cannot_be_used_ends_with_3_and_names_the_place() {
    let site = Sandbox::without_token();
    site.write("feedbake.toml", "\nlimits = 3\n");
    site.run("bake").ends_with(3).says(&["feedbake.toml:2 sets `limits`", "did you mean `limit`?"]);
    site.write("feedbake.toml", "limit = \"many\"\n");
    site.run("bake").ends_with(3).says(&["`limit` in feedbake.toml:1", "from 1 to 10000, not \"many\""]);
    site.write("feedbake.toml", "");
    site.run_with("bake", &[("FEEDBAKE_SORT", "best")]).ends_with(3).says(&["`sort` in the variable FEEDBAKE_SORT"]);
    site.run("bake --limit 0").ends_with(3).says(&["`limit` in the flag --limit"]);
    site.run("bake --api-base http://example.org").ends_with(3).says(&["`api.base` in the flag --api-base"]);
    site.run("bake --config other.toml").ends_with(3).says(&["there is no settings file other.toml"]);
    site.run_with("bake", &[("FEEDBAKE_LIMTI", "3")])
        .says(&["FEEDBAKE_LIMTI sets nothing; did you mean FEEDBAKE_LIMIT?"]);
    site.run("bake --nonsense").ends_with(2);
    site.run("bake --site nowhere").ends_with(2).says(&["there is no folder nowhere"]);
}

#[test]
fn a_token_in_the_settings_is_refused() {
    let site = Sandbox::without_token().file("feedbake.toml", "access_token = \"IGAAsecretsecretsecret\"\n");
    let ran = site.run("bake").ends_with(3).says(&["feedbake.toml:1 holds a token"]);
    assert!(!ran.stderr.contains("IGAAsecret"));
}

#[test]
fn a_token_that_was_pasted_into_any_other_setting_is_refused_and_not_shown() {
    let token = format!("IGAA{}ZD", "x1Y2".repeat(40));
    let site = Sandbox::without_token();
    let address = format!("https://graph.instagram.com/?access_token={token}");
    let files = [
        format!("token_env = \"{token}\"\n"),
        format!("[api]\nuser = \"{token}\"\n"),
        format!("[api]\nbase = \"{address}\"\n"),
        format!("hide = [\"{token}\"]\n"),
        format!("[[override]]\npost = \"DAa\"\nalt = \"{token}\"\n"),
        format!("[[feed]]\nname = \"shop\"\ntoken_env = \"{token}\"\n"),
    ];
    for text in files {
        site.write("feedbake.toml", &text);
        let ran = site.run("bake").ends_with(3).says(&["feedbake.toml:", "holds a token", "make a new one"]);
        assert!(!ran.stderr.contains(&token), "{text}: {}", ran.stderr);
    }
    site.write("feedbake.toml", "");
    let ran = site.run(&format!("bake --json --api-base {address}")).ends_with(3).says(&["--api-base holds a token"]);
    assert!(!ran.stderr.contains(&token) && !ran.stdout.contains(&token), "{}", ran.stderr);
    assert_eq!(ran.json()["error"]["code"], 3);
    let ran = site.run_with("bake", &[("FEEDBAKE_API_USER", &token)]).ends_with(3).says(&["holds a token"]);
    assert!(!ran.stderr.contains(&token), "{}", ran.stderr);
}

#[test]
fn places_where_a_data_file_would_be_something_else_are_refused() {
    let site = Sandbox::without_token();
    for place in ["templates/x.json", "public/x.json", ".feedbake/x.json", ".git/x.json", "data/x.txt"] {
        site.write("feedbake.toml", &format!("data_file = \"{place}\"\n"));
        site.run("bake").ends_with(3).says(&["`data_file` in feedbake.toml:1 should be", place]);
    }
    site.write("feedbake.toml", "types = []\n");
    site.run("bake").ends_with(3).says(&["`types` in feedbake.toml:1 should be a list with something in it"]);
    site.write("feedbake.toml", "[api]\ntimeout = \"0s\"\n");
    site.run("bake").ends_with(3).says(&["`api.timeout` in feedbake.toml:2 should be a time such as"]);
}

#[test]
fn a_dot_env_of_another_program_or_of_windows_is_read_as_far_as_it_can_be() {
    let api = Emulator::start().post(photo("DAa").size(64, 64));
    let site = Sandbox::new(&api).unset("INSTAGRAM_ACCESS_TOKEN");
    site.write(".env", &format!("\u{feff}OTHER=$(date)\nX = = y z\nINSTAGRAM_ACCESS_TOKEN={}\r\n", api.token()));
    site.run("bake").succeeds();
    site.write(".env", &format!("\u{feff}INSTAGRAM_ACCESS_TOKEN={}\r\n", api.token()));
    site.run("bake").succeeds();
}

#[test]
fn dates_and_labels_are_in_words_whatever_the_language() {
    let api = Emulator::start().post(photo("DAa").size(64, 64).caption("").at("2026-02-03T10:00:00+0000"));
    let site = Sandbox::new(&api);
    for (language, date, alt) in [
        ("xx", "February 3, 2026", "Photo by feedbake.test, February 3, 2026"),
        ("ja", "2026年2月3日", "feedbake.testの写真、2026年2月3日"),
        ("zh", "2026年2月3日", "feedbake.test 的照片、2026年2月3日"),
        ("ar-u-nu-latn", "3 فبراير 2026", "صورة من feedbake.test، 3 فبراير 2026"),
    ] {
        site.write("feedbake.toml", &format!("language = \"{language}\"\n"));
        site.run("bake").succeeds();
        let post = &site.data()["posts"][0];
        assert_eq!((&post["date"], &post["alt"]), (&date.into(), &alt.into()), "{language}");
    }
}
