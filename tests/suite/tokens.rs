//! The token lives.

use std::fs;
use std::time::Duration;

use feedbake::emulator::{Emulator, Fault, RenewedText, photo};
use jiff::Timestamp;

use crate::sandbox::Sandbox;

const STATUS: &str = ".feedbake/token-status.json";

/// An account whose token has been known for long, and whose end nobody knows.
fn site(renewal: RenewedText) -> (Emulator, Sandbox) {
    let api = Emulator::start().post(photo("DAa").size(32, 32));
    api.change(|world| world.renewal = renewal);
    let site = Sandbox::new(&api);
    known_for_long(&site, &api.token());
    (api, site)
}

fn known_for_long(site: &Sandbox, token: &str) {
    let fingerprint = feedbake::auth::AccessToken::new(token).unwrap().fingerprint();
    site.write(
        STATUS,
        &format!(
            r#"{{"version":1,"tokens":{{"instagram":{{"fingerprint":"{fingerprint}","first_seen":"2020-01-01"}}}}}}"#
        ),
    );
}

fn renewals(api: &Emulator) -> usize {
    api.requests().iter().filter(|seen| seen.path() == "/refresh_access_token").count()
}

#[test]
fn a_token_that_is_due_is_renewed_by_the_bake_and_then_left_alone() {
    let (api, site) = site(RenewedText::Same);
    site.run("bake").succeeds().says(&["the token was renewed, its text is the same (59 days left)"]);
    let record = &site.json(STATUS)["tokens"]["instagram"];
    assert!(record["expires_at"].is_string() && record["refreshed_at"].is_string(), "{record}");
    let before = site.moments("");
    site.run("bake").succeeds();
    assert_eq!((renewals(&api), site.moments("")), (1, before));
}

#[test]
fn a_token_that_was_never_seen_is_not_renewed_before_it_is_a_day_old() {
    let api = Emulator::start().post(photo("DAa").size(32, 32));
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    site.run("bake").succeeds();
    assert_eq!(renewals(&api), 0);
    let today = Timestamp::now().to_zoned_datetime(jiff::tz::TimeZone::UTC).date().to_string();
    assert_eq!(site.json(STATUS)["tokens"]["instagram"]["first_seen"], today);
    known_for_long(&site, "IGAAanother0token0of0another0account");
    site.run("bake").succeeds();
    assert_eq!(renewals(&api), 0, "what is known of another token says nothing of this one");
}

#[test]
fn another_text_goes_where_the_old_one_came_from_and_is_used_at_once() {
    let (api, site) = site(RenewedText::Another);
    let old = api.token();
    let site = site.unset("INSTAGRAM_ACCESS_TOKEN");
    site.write(".env", &format!("# mine\nOTHER=1\nINSTAGRAM_ACCESS_TOKEN=\"{old}\"\nLAST=2\n"));
    site.run("bake").succeeds().says(&["is now in INSTAGRAM_ACCESS_TOKEN in .env"]);
    let new = api.change(|world| world.tokens.last().unwrap().text.clone());
    let text = fs::read_to_string(site.path(".env")).unwrap();
    assert_eq!(text, format!("# mine\nOTHER=1\nINSTAGRAM_ACCESS_TOKEN={new}\nLAST=2\n"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(site.path(".env")).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let list = api.requests().into_iter().find(|seen| seen.path().ends_with("/me/media")).unwrap();
    assert_eq!(list.request.header("authorization"), Some(format!("Bearer {new}").as_str()));
    for (name, bytes) in site.files("").into_iter().filter(|(name, _)| name != ".env") {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(&new) && !text.contains(&old), "{name}");
    }
    site.run("bake").succeeds();
    assert_eq!(renewals(&api), 1);
}

#[test]
fn another_text_goes_to_the_program_of_the_settings_on_its_standard_input() {
    let (api, site) = site(RenewedText::Another);
    site.write(
        "feedbake.toml",
        "[token]\nstore = [\"sh\", \"-c\", \"cat > stored.txt; echo $0 $* > arguments.txt\"]\n",
    );
    let ran = site.run("bake").succeeds().says(&["is now in the program sh of `token.store`"]);
    let new = api.change(|world| world.tokens.last().unwrap().text.clone());
    assert_eq!(fs::read_to_string(site.path("stored.txt")).unwrap(), new);
    assert!(!fs::read_to_string(site.path("arguments.txt")).unwrap().contains("IGAA"));
    assert!(!ran.stderr.contains(&new) && !ran.stdout.contains(&new));
}

#[test]
fn another_text_that_nobody_keeps_is_not_used_and_somebody_is_told() {
    for settings in ["", "[token]\nstore = [\"false\"]\n", "[token]\nstore = [\"no-such-program-anywhere\"]\n"] {
        let (api, site) = site(RenewedText::Another);
        let old = api.token();
        site.write("feedbake.toml", settings);
        site.run("bake").succeeds().says(&["which was not kept; the old one stays in use", "[token] store", "--print"]);
        let lists: Vec<_> = api.requests().into_iter().filter(|seen| seen.path().ends_with("/me/media")).collect();
        assert!(lists.iter().all(|seen| seen.request.header("authorization") == Some(&format!("Bearer {old}"))));
        assert_eq!(site.shown(), ["DAa"]);
        site.run("bake").succeeds();
        assert_eq!(renewals(&api), 1, "at most once a day");
    }
}

#[test]
fn a_renewal_that_is_refused_fails_no_bake() {
    let (api, site) = site(RenewedText::Same);
    let now = api.now();
    api.change(|world| world.tokens[0].issued_at = now);
    site.run("bake -v").succeeds().says(&["the token was not renewed", "too young"]);
    assert_eq!(site.shown(), ["DAa"]);
    site.run("bake").succeeds();
    assert_eq!(renewals(&api), 1);
    site.run("token refresh").ends_with(5).says(&["was not renewed"]);
    assert_eq!(renewals(&api), 2);
}

#[test]
fn a_token_near_its_end_is_warned_of_in_the_terminal_and_in_actions() {
    let (api, site) = site(RenewedText::Same);
    site.run("bake").succeeds();
    let status = fs::read_to_string(site.path(STATUS)).unwrap();
    let end = site.json(STATUS)["tokens"]["instagram"]["expires_at"].as_str().unwrap().to_owned();
    let near = (Timestamp::now() + Duration::from_secs(10 * 86_400 + 3600)).to_string();
    site.write(STATUS, &status.replace(&end, &near));
    let ran = site.run_with("bake", &[("GITHUB_ACTIONS", "true")]).succeeds();
    let lines: Vec<&str> = ran.stderr.lines().filter(|line| line.starts_with("::warning")).collect();
    assert_eq!(lines.len(), 1, "{}", ran.stderr);
    assert!(lines[0].contains("at its end: 10 days left%0Ahint: make a new one"), "{}", lines[0]);
    assert_eq!(site.run("bake --json").json()["tokens"][0]["days_left"], 10);
    drop(api);
}

#[test]
fn actions_hears_of_a_new_token_before_anything_else_does() {
    let (api, site) = site(RenewedText::Another);
    site.write("feedbake.toml", "[token]\nstore = [\"sh\", \"-c\", \"cat > stored.txt\"]\n");
    let ran = site.run_with("bake", &[("GITHUB_ACTIONS", "true")]).succeeds();
    let new = api.change(|world| world.tokens.last().unwrap().text.clone());
    let mentions: Vec<&str> = ran.stderr.lines().filter(|line| line.contains(&new)).collect();
    assert_eq!(mentions, [format!("::add-mask::{new}")]);
    assert!(ran.stderr.starts_with("::add-mask::"), "{}", ran.stderr);
}

#[test]
fn status_tells_whose_it_is_and_how_long_it_lives() {
    let (api, site) = site(RenewedText::Same);
    site.run("token status").succeeds().prints(&["works, for @feedbake.test", "nobody knows when it ends"]);
    site.run("token refresh").succeeds().says(&["was renewed, its text is the same"]);
    let ran = site.run("token status").succeeds().prints(&["IGAA… from INSTAGRAM_ACCESS_TOKEN", "59 days left"]);
    assert!(!ran.stdout.contains(&api.token()));
    let json = site.run("token status --json").succeeds().json();
    assert_eq!((&json["tokens"][0]["account"], &json["tokens"][0]["days_left"]), (&"feedbake.test".into(), &59.into()));
    api.fault(Fault::TokenInvalidated);
    site.run("token status --offline").succeeds().prints(&["was not tried", "59 days left"]);
    site.run("token status").ends_with(4).prints(&["does not work"]).says(&["invalidated", "hint:"]);
    let json = site.run("token status --json").ends_with(4).json();
    assert_eq!(json["tokens"][0]["error"]["code"], 4);
    Sandbox::without_token().run("token status").ends_with(4).says(&["no access token was given"]);
}

#[test]
fn refresh_prints_another_text_only_when_it_is_asked_to() {
    let (api, site) = site(RenewedText::Another);
    let ran = site.run("token refresh").ends_with(4).says(&["was not kept"]);
    assert_eq!(ran.stdout, "");
    let ran = site.run("token refresh --print").succeeds();
    let new = api.change(|world| world.tokens.last().unwrap().text.clone());
    assert_eq!(ran.stdout, format!("{new}\n"));
    assert!(!ran.stderr.contains(&new));
}
