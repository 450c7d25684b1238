//! What is said where.

use feedbake::emulator::{Emulator, photo};

use crate::sandbox::Sandbox;

#[test]
fn results_go_to_standard_output_and_words_to_standard_error() {
    let api = Emulator::start().post(photo("DAa").size(64, 64)).post(photo("DAb").without_media_url());
    let site = Sandbox::new(&api);
    let ran = site.run("bake").succeeds();
    assert_eq!(ran.stdout, "");
    ran.says(&["instagram: 2 posts listed", "1 picture: 1 made, 0 reused", "done in "]);
    let quiet = site.run("bake -q").succeeds();
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
    let json = site.run("bake --json -q").succeeds().json();
    assert_eq!(json["code"], 0);
    assert_eq!(json["feeds"][0]["outcome"], "baked");
    assert_eq!(json["feeds"][0]["dropped"][0]["post"], "DAb");
}

#[test]
fn flags_of_every_command_stand_before_it_or_behind_and_those_of_bake_do_not() {
    let api = Emulator::start().post(photo("DAa").size(64, 64));
    let site = Sandbox::new(&api);
    for arguments in ["--site . list --json", "list --site . --json", "--json --site . bake", "-q --site ."] {
        site.run(arguments).succeeds();
    }
    for arguments in ["--demo list", "--strict token status", "--limit 3 bake"] {
        site.run(arguments).ends_with(2).says(&["stands before another command"]);
    }
}

#[test]
fn colours_are_there_when_they_are_wished_and_only_then() {
    let api = Emulator::start().post(photo("DAa").size(64, 64));
    let site = Sandbox::new(&api);
    assert!(!site.run("bake").stderr.contains('\u{1b}'));
    assert!(site.run("bake --color always").stderr.contains('\u{1b}'));
    assert!(!site.run_with("bake --color never", &[("CLICOLOR_FORCE", "1")]).stderr.contains('\u{1b}'));
}

#[test]
fn an_error_names_consequence_cause_and_next_step() {
    let site = Sandbox::without_token();
    let ran = site.run("bake").ends_with(4);
    let lines: Vec<&str> = ran.stderr.lines().take(3).collect();
    assert_eq!(lines[0], "error: the feed instagram is empty: there is no earlier one to keep");
    assert_eq!(lines[1], "  caused by: no access token was given in INSTAGRAM_ACCESS_TOKEN");
    assert!(lines[2].starts_with("  hint: set INSTAGRAM_ACCESS_TOKEN"), "{}", lines[2]);
}

#[test]
fn nobody_listening_is_a_matter_of_the_network() {
    let site = Sandbox::without_token()
        .set("INSTAGRAM_ACCESS_TOKEN", "IGAAfakefakefakefakefake")
        .set("FEEDBAKE_API_RETRIES", "0");
    site.run("bake").ends_with(5).says(&["127.0.0.1:9 cannot be reached", "is the network up?"]);
}
