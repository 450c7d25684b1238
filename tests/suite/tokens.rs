//! The life of a token: renewed by the bake, kept where it can be, told of before it ends.

use std::fs;
use std::io::{BufRead, BufReader, Read};

use feedbake::emulator::{Emulator, Fault, Kind, Rotation, Token, photo};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::hosts::{CREDENTIAL, Host};
use crate::sandbox::{Ran, Sandbox};

fn api() -> Emulator {
    Emulator::start().post(photo("DAa").size(64, 64))
}

/// A site whose bakes renew the token as they do by default.
fn site(api: &Emulator) -> Sandbox {
    Sandbox::new(api).set("FEEDBAKE_TOKEN_REFRESH", "20d")
}

fn renewals(api: &Emulator) -> usize {
    api.requests().iter().filter(|seen| seen.kind == Kind::Token).count()
}

fn age_first(api: &Emulator, days: i64) {
    let issued_at = Timestamp::now().checked_sub(SignedDuration::from_hours(24 * days)).unwrap();
    let expires_at = issued_at.checked_add(SignedDuration::from_hours(24 * 60)).unwrap();
    api.change(|world| {
        let token: &mut Token = world.tokens.first_mut().unwrap();
        (token.issued_at, token.expires_at) = (issued_at, expires_at);
    });
}

/// Writes a status as an earlier run would have left it.
fn past(site: &Sandbox, token: &str, renewed_days_ago: i64, days_left: i64) {
    let now = Timestamp::now();
    let at = |days: i64| now.checked_add(SignedDuration::from_hours(24 * days)).unwrap().strftime("%FT%TZ").to_string();
    let fingerprint = feedbake::auth::AccessToken::new(token).unwrap().fingerprint();
    let record = serde_json::json!({ "version": 1, "tokens": { "INSTAGRAM_ACCESS_TOKEN": {
        "fingerprint": fingerprint, "first_seen": &at(-renewed_days_ago)[..10],
        "refreshed_at": at(-renewed_days_ago), "expires_at": at(days_left),
    }}});
    site.write(".feedbake/token-status.json", &record.to_string());
}

#[test]
fn a_bake_renews_a_token_of_unknown_age_once_and_remembers_when_it_ends() {
    let api = api();
    api.change(|world| world.rotation = Rotation::Same);
    let site = site(&api);
    site.run("bake").succeeds().says(&["INSTAGRAM_ACCESS_TOKEN: the token was renewed"]);
    let status = site.json(".feedbake/token-status.json");
    let record = &status["tokens"]["INSTAGRAM_ACCESS_TOKEN"];
    assert_eq!(record["account"], "feedbake.test");
    assert!(record["expires_at"].as_str().is_some() && record["refreshed_at"].as_str().is_some());
    assert!(!status.to_string().contains("IGAA"));
    let before = site.files("");
    assert_eq!(renewals(&api), 1);
    site.run("bake").succeeds();
    assert_eq!(renewals(&api), 1, "at most once a day");
    assert_eq!(site.files(""), before);
}

#[test]
fn a_token_is_left_alone_until_its_twentieth_day() {
    for (days, expected) in [(1, 0), (19, 0), (20, 1), (45, 1)] {
        let api = api();
        api.change(|world| world.rotation = Rotation::Same);
        let site = site(&api);
        past(&site, &api.token(), days, 60 - days);
        site.run("bake").succeeds();
        assert_eq!(renewals(&api), expected, "{days} days");
    }
}

#[test]
fn a_token_made_today_is_refused_in_silence() {
    let api = api();
    age_first(&api, 0);
    let site = site(&api);
    let ran = site.run("bake").succeeds();
    assert_eq!(renewals(&api), 1);
    assert!(!ran.stderr.contains("warning") && !ran.stderr.contains("renewed"), "{}", ran.stderr);
    site.run("bake").succeeds();
    assert_eq!(renewals(&api), 1);
    site.run("token refresh").succeeds().says(&["wants a token to be a day old"]);
}

#[test]
fn a_failed_renewal_fails_no_bake() {
    for fault in [Fault::Code1, Fault::Html502, Fault::Reset, Fault::RateCode4, Fault::TokenInvalidated, Fault::Html200]
    {
        let api = api();
        let site = site(&api).set("FEEDBAKE_API_RETRIES", "0");
        past(&site, &api.token(), 21, 39);
        // While the API cannot say whose a token is, a new one could not be tried, and none is asked for.
        let asked = usize::from(fault == Fault::TokenInvalidated);
        api.fail_next(1 + u32::try_from(asked).unwrap(), fault);
        let ran = site.run("bake --strict").succeeds();
        assert!(!ran.stderr.contains("warning"), "{fault}: {}", ran.stderr);
        assert_eq!(site.shown(), ["DAa"], "{fault}");
        assert_eq!(renewals(&api), asked, "{fault}");
    }
    let api = api();
    let site = site(&api).set("FEEDBAKE_API_RETRIES", "0");
    past(&site, &api.token(), 21, 39);
    api.fault(Fault::RenewalDown);
    let ran = site.run("bake --strict").succeeds();
    assert!(!ran.stderr.contains("warning"), "{}", ran.stderr);
    assert_eq!((site.shown().len(), renewals(&api)), (1, 1));
}

#[test]
fn near_its_end_a_token_is_renewed_even_where_the_api_cannot_say_whose_it_is() {
    for (days_left, asked) in [(20, 0), (10, 1)] {
        let api = api();
        let site = site(&api).set("FEEDBAKE_API_RETRIES", "0");
        past(&site, &api.token(), 60 - days_left, days_left);
        api.fail_next(1, Fault::Code1);
        site.run("bake").succeeds();
        assert_eq!(renewals(&api), asked, "{days_left} days left");
    }
}

#[test]
fn a_token_near_its_end_that_cannot_be_renewed_is_told_of_in_time() {
    for (days_left, is_told) in [(15, false), (13, true), (1, true)] {
        let api = api();
        let site = site(&api).set("FEEDBAKE_API_RETRIES", "0");
        past(&site, &api.token(), 60 - days_left, days_left);
        api.fault(Fault::RenewalDown);
        let ran = site.run_with("bake", &[("GITHUB_ACTIONS", "true")]).succeeds();
        let annotations: Vec<&str> = ran.stderr.lines().filter(|line| line.starts_with("::warning")).collect();
        assert_eq!(annotations.len(), usize::from(is_told), "{days_left}: {}", ran.stderr);
        if is_told {
            assert!(annotations[0].contains("the token in INSTAGRAM_ACCESS_TOKEN ends on"), "{}", annotations[0]);
            assert!(annotations[0].contains("feedbake login"));
        }
    }
    let api = api();
    let site = site(&api).set("FEEDBAKE_TOKEN_REFRESH", "never");
    past(&site, &api.token(), 35, 25);
    let ran = site.run("bake").succeeds();
    assert!(!ran.stderr.contains("warning"));
    site.run_with("bake", &[("FEEDBAKE_TOKEN_WARN", "30d")]).succeeds().says(&["warning: the token in", "in 24 days"]);
}

#[test]
fn a_token_that_changes_is_masked_tried_and_used_at_once_and_its_loss_is_told() {
    let api = api();
    let site = site(&api);
    let ran = site.run_with("bake", &[("GITHUB_ACTIONS", "true")]).succeeds();
    let new = api.change(|world| world.tokens.last().unwrap().text.clone());
    assert_ne!(new, api.token());
    let mask = ran.stderr.find(&format!("::add-mask::{new}")).unwrap();
    assert_eq!(ran.stderr.matches(&new).count(), 1, "only to be masked");
    assert!(ran.stderr[mask..].contains("nothing keeps the new one") && ran.stderr.contains("feedbake token keygen"));
    let bearer = |seen: &feedbake::emulator::Seen| seen.request.header("authorization").map(str::to_owned);
    let list = api.requests().into_iter().find(|seen| seen.kind == Kind::List).unwrap();
    assert_eq!(bearer(&list), Some(format!("Bearer {new}")), "used at once");
    let order: Vec<Kind> = api.requests().iter().map(|seen| seen.kind).collect();
    let tried = [Kind::Account, Kind::Token, Kind::Account, Kind::Account, Kind::List];
    assert_eq!(order[..5], tried, "the new one is tried, then the old one, before either is used");
    assert!(ran.stderr.contains("the old one stays in use"), "{}", ran.stderr);
}

#[test]
fn a_new_token_that_does_not_work_replaces_nothing() {
    let api = api();
    let key = site(&api).run("token keygen").succeeds().stdout;
    let site = site(&api).set("FEEDBAKE_TOKEN_KEY", key.trim()).set("FEEDBAKE_API_RETRIES", "0");
    // The renewal goes through; the next answer, to the question whose it is, is a refusal.
    past(&site, &api.token(), 30, 30);
    let server = api.base();
    api.fault(Fault::ScopeMissing);
    let proxy = Renewing::before(&server);
    site.run_with("bake", &[("FEEDBAKE_API_BASE", &proxy.base())])
        .says(&["does not take the token it gave", "the old one stays in use"]);
    assert!(!site.path(".feedbake/token.enc").exists());
}

/// An API that renews every token to one that the real emulator does not know.
struct Renewing(feedbake::loopback::Server);

impl Renewing {
    fn before(_server: &str) -> Self {
        let answer = |request: &feedbake::loopback::Request| {
            if request.path().ends_with("refresh_access_token") {
                feedbake::loopback::Response::new(200).header("Content-Type", "application/json").body(
                    "{\"access_token\":\"IGAAanothertokenthatnobodyknows\",\"expires_in\":5184000,\"new_key\":[1]}",
                )
            } else if request.header("authorization").is_some_and(|value| value.contains("anothertoken")) {
                feedbake::loopback::Response::new(400).header("Content-Type", "application/json").body(
                    "{\"error\":{\"message\":\"Invalid OAuth access token - Cannot parse access token\",\"code\":190}}",
                )
            } else {
                feedbake::loopback::Response::new(200)
                    .header("Content-Type", "application/json")
                    .body("{\"user_id\":\"1\",\"username\":\"feedbake.test\",\"data\":[]}")
            }
        };
        Self(feedbake::loopback::Server::start(0, answer).unwrap())
    }

    fn base(&self) -> String {
        format!("http://{}", self.0.address())
    }
}

#[test]
fn a_changed_token_lives_on_in_the_encrypted_file_and_a_pasted_one_wins() {
    let api = api();
    api.change(|world| world.rotation = Rotation::AnotherEndsTheOld);
    let key = Sandbox::new(&api).run("token keygen").succeeds().says(&["FEEDBAKE_TOKEN_KEY", "this once"]).stdout;
    let site = site(&api).set("FEEDBAKE_TOKEN_KEY", key.trim());
    site.run("bake").succeeds().says(&["the token was renewed and kept in .feedbake/token.enc"]);
    let new = api.change(|world| world.tokens.last().unwrap().text.clone());
    let file = fs::read_to_string(site.path(".feedbake/token.enc")).unwrap();
    assert!(file.starts_with("feedbake-token-v1:") && !file.contains(&new));
    // The variable's own token has ended; the next run begins with the one in the file.
    site.run("bake --strict").succeeds();
    let json = site.run("token status --json").succeeds().json();
    assert_eq!(
        (json["tokens"][0]["from"].as_str(), json["tokens"][0]["state"].as_str()),
        (Some("vault"), Some("alive"))
    );
    let pasted = api.change(|world| world.new_token(Timestamp::now(), false));
    let json = site.run_with("token status --json", &[("INSTAGRAM_ACCESS_TOKEN", &pasted)]).succeeds().json();
    assert_eq!(json["tokens"][0]["from"], "variable");
    let other = site.run("token keygen").succeeds().stdout;
    site.run_with("bake", &[("FEEDBAKE_TOKEN_KEY", other.trim())])
        .succeeds()
        .says(&["cannot be opened with the key in FEEDBAKE_TOKEN_KEY"]);
    site.run_with("bake", &[("FEEDBAKE_TOKEN_KEY", "")]).says(&["no key for it", "token keygen"]);
    // In a build, too, unless it has no secrets at all.
    site.run_with("bake", &[("FEEDBAKE_TOKEN_KEY", ""), ("CI", "true")]).says(&["no key for it"]);
    let fork = [("FEEDBAKE_TOKEN_KEY", ""), ("CI", "true"), ("INSTAGRAM_ACCESS_TOKEN", "")];
    assert!(!site.run_with("bake", &fork).stderr.contains("no key for it"));
    site.run_with("bake", &[("FEEDBAKE_TOKEN_KEY", "nonsense")]).says(&["holds no key", "whole"]);
}

#[test]
fn github_gets_a_changed_token_in_a_sealed_box() {
    let (api, github) = (api(), Host::github());
    let site = site(&api)
        .set("GITHUB_API_URL", &github.base())
        .set("GITHUB_REPOSITORY", "me/site")
        .set("FEEDBAKE_TOKEN_STORE", "github");
    site.run_with("token refresh", &[])
        .ends_with(3)
        .says(&["GH_TOKEN is not set, and GitHub needs it", "Secrets: Read and write"]);
    assert_eq!(renewals(&api), 0, "nothing is asked for that could not be kept");
    let site = site.set("GH_TOKEN", CREDENTIAL);
    site.run("bake").succeeds().says(&["kept in the secrets of me/site on GitHub"]);
    let new = api.change(|world| world.tokens.last().unwrap().text.clone());
    assert_eq!(github.secret("INSTAGRAM_ACCESS_TOKEN"), Some(new.clone()));
    assert!(github.requests().iter().all(|request| !request.contains(&new)));
    site.run("token store --to github").succeeds();
    assert_eq!(github.secret("INSTAGRAM_ACCESS_TOKEN"), Some(api.token()));
    for (status, words) in
        [(403, "GITHUB_TOKEN can never"), (404, "Secrets: Read and write"), (500, "githubstatus.com")]
    {
        github.refuse(Some(status));
        let ran = site.run("token store --to github").says(&[words, "GitHub answered with status"]);
        assert!(ran.code == 4 || ran.code == 5, "{}", ran.code);
    }
    github.refuse(None);
    site.run_with("token store --to github", &[("GH_TOKEN", "old")]).ends_with(4).says(&["expired or was revoked"]);
}

#[test]
fn a_place_that_fails_leaves_the_old_token_in_use_and_says_what_to_do() {
    let (api, github) = (api(), Host::github());
    github.refuse(Some(403));
    let site = site(&api)
        .set("GITHUB_API_URL", &github.base())
        .set("GITHUB_REPOSITORY", "me/site")
        .set("GH_TOKEN", CREDENTIAL)
        .set("FEEDBAKE_TOKEN_STORE", "github");
    site.run("bake").succeeds().says(&[
        "was not renewed, for the secrets of me/site",
        "could not take a new one",
        "hint:",
    ]);
    assert_eq!(renewals(&api), 0, "its key told it beforehand");
    let list = api.requests().into_iter().find(|seen| seen.kind == Kind::List).unwrap();
    assert_eq!(list.request.header("authorization"), Some(format!("Bearer {}", api.token()).as_str()));
    // A program says so afterwards only. The bake goes on with the new one rather than with none, and the next ones wait.
    let api = self::api();
    api.change(|world| world.rotation = Rotation::AnotherEndsTheOld);
    let site = self::site(&api);
    site.write("feedbake.toml", "[token]\ncommand = [\"false\"]\n");
    site.run("bake --strict").succeeds().says(&["could not be kept in the program false", "the next run has none"]);
    let api = self::api();
    let site = self::site(&api);
    site.write("feedbake.toml", "[token]\ncommand = [\"false\"]\n");
    site.run("bake --strict").succeeds().says(&["could not be kept in the program false", "the old one stays in use"]);
    let status = site.json(".feedbake/token-status.json").to_string();
    for (days, expected) in [(2, 1), (30, 1), (47, 2)] {
        site.write(".feedbake/token-status.json", &status.replace(&day_ago(0), &day_ago(days)));
        let _ = fs::remove_file(site.path(".feedbake/cache/token-tries.json"));
        site.run("bake").succeeds();
        assert_eq!(renewals(&api), expected, "day {days}");
    }
    site.write("feedbake.toml", "[token]\ncommand = [\"no-such-program\"]\n");
    site.run("bake").says(&["there is no program no-such-program here", "none is renewed before its end is near"]);
}

#[test]
fn netlify_gets_a_changed_token() {
    let (api, netlify) = (api(), Host::netlify());
    let site = site(&api)
        .set("NETLIFY_API_URL", &netlify.base())
        .set("NETLIFY_AUTH_TOKEN", CREDENTIAL)
        .set("NETLIFY_ACCOUNT_ID", "team")
        .set("SITE_ID", "site-1");
    site.run("token refresh --to netlify").succeeds();
    let new = api.change(|world| world.tokens.last().unwrap().text.clone());
    assert_eq!(netlify.secret("INSTAGRAM_ACCESS_TOKEN"), Some(new));
    assert_eq!(netlify.requests(), ["PATCH /api/v1/accounts/team/env/INSTAGRAM_ACCESS_TOKEN?site_id=site-1"]);
    site.run_with("token store --to netlify", &[("SITE_ID", "other")]).ends_with(4).says(&["NETLIFY_SITE_ID"]);
}

#[cfg(unix)]
#[test]
fn a_program_gets_the_token_on_standard_input_and_nowhere_else() {
    use std::os::unix::fs::PermissionsExt;
    let api = api();
    let site = site(&api);
    site.write("keep.sh", "#!/bin/sh\necho \"$@\" > args; tr '\\0' ' ' < /proc/$PPID/cmdline > parent; cat > got\n");
    fs::set_permissions(site.path("keep.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    site.run("token store --to command -- ./keep.sh secret set {}").succeeds().says(&["kept in the program ./keep.sh"]);
    let read = |name: &str| fs::read_to_string(site.path(name)).unwrap();
    assert_eq!(read("got"), api.token());
    assert_eq!(read("args").trim(), "secret set INSTAGRAM_ACCESS_TOKEN");
    assert!(!read("parent").contains("IGAA"));
    site.write("fail.sh", "#!/bin/sh\ntoken=$(cat)\necho \"$token\" | base64 -w0 >&2; exit 3\n");
    fs::set_permissions(site.path("fail.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    let ran =
        site.run("token store --to command -- ./fail.sh").ends_with(5).says(&["./fail.sh ended with exit status: 3"]);
    assert!(!ran.stderr.contains(&api.token()) && !ran.stderr.contains("SUdBQ"), "{}", ran.stderr);
    site.run("token store --to command -- ./absent").ends_with(3).says(&["could not be started", "installed"]);
    site.run("token store --to command").ends_with(2).says(&["no program was named"]);
    site.run("token store").ends_with(2).says(&["--to github"]);
}

#[test]
fn a_file_keeps_its_other_lines_and_only_its_owner_reads_it() {
    let api = api();
    let site = site(&api).unset("INSTAGRAM_ACCESS_TOKEN");
    site.write(".env", &format!("# mine\nOTHER=1\nINSTAGRAM_ACCESS_TOKEN=\"{}\"\n", api.token()));
    site.run("token refresh --to file").succeeds().says(&["kept in ", ".env"]);
    let new = api.change(|world| world.tokens.last().unwrap().text.clone());
    let text = fs::read_to_string(site.path(".env")).unwrap();
    assert_eq!(text, format!("# mine\nOTHER=1\nINSTAGRAM_ACCESS_TOKEN={new}\n"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(site.path(".env")).unwrap().permissions().mode() & 0o777, 0o600);
    }
    site.run("bake --strict").succeeds();
}

#[test]
fn status_tells_what_is_known_and_ends_with_4_when_the_token_is_dead() {
    let api = api();
    let site = site(&api);
    past(&site, &api.token(), 30, 30);
    let ran = site.run("token status").succeeds().prints(&[
        "INSTAGRAM_ACCESS_TOKEN: IGAA… (",
        "Instagram Login",
        "the variable INSTAGRAM_ACCESS_TOKEN",
        "@feedbake.test (business)",
        "in 29 days",
    ]);
    assert!(!ran.stdout.contains(&api.token()));
    site.run("token status --warn 30d").succeeds().says(&["warning: the token in INSTAGRAM_ACCESS_TOKEN ends on"]);
    let json = site.run("token status --json --offline").succeeds().json();
    assert_eq!(
        (json["tokens"][0]["days_left"].as_i64(), json["tokens"][0]["kind"].as_str()),
        (Some(29), Some("instagram"))
    );
    for (fault, words) in [
        (Fault::TokenExpired, "feedbake login"),
        (Fault::TokenInvalidated, "a changed password ends every token"),
        (Fault::TesterRoleMissing, "manage_access"),
    ] {
        api.fault(fault);
        site.run("token status").ends_with(4).says(&["the token is of no use", words]);
        assert_eq!(site.run("token status --json").ends_with(4).json()["tokens"][0]["state"], "dead");
        api.clear_faults();
    }
    api.fault(Fault::Code1);
    site.run("token status").ends_with(5).says(&["could not be asked"]);
    past(&site, &api.token(), 61, -1);
    site.run("token status --offline").ends_with(4).says(&["ended on"]);
    Sandbox::without_token().run("token status").ends_with(4).says(&["no access token was given"]);
}

#[test]
fn refresh_hands_the_token_out_only_when_asked() {
    let api = api();
    let site = site(&api);
    let ran = site.run("token refresh").ends_with(4).says(&["nothing keeps the new one"]);
    let all = || api.change(|world| world.tokens.iter().map(|token| token.text.clone()).collect::<Vec<_>>());
    assert!(all().iter().all(|token| !ran.stdout.contains(token) && !ran.stderr.contains(token)));
    let fresh = self::site(&api);
    let ran = fresh.run("token refresh --print").succeeds();
    assert_eq!(ran.stdout.trim(), all().last().unwrap());
    assert!(!ran.stderr.contains("nothing keeps"), "whoever asked for it keeps it: {}", ran.stderr);
    // What was handed out may have been lost on the way: it may be asked for again at once.
    fresh.run("token refresh").ends_with(4).says(&["nothing keeps the new one"]);
    api.change(|world| world.rotation = Rotation::Same);
    let same = self::site(&api);
    same.run("token refresh").succeeds();
    same.run("token refresh").succeeds().says(&["renewed less than 24 hours ago"]);
}

#[test]
fn an_api_that_reads_the_token_from_the_address_only_is_understood() {
    let api = api();
    api.change(|world| (world.wants_query, world.rotation) = (true, Rotation::Same));
    site(&api).run("bake").succeeds().says(&["the token was renewed"]);
    assert_eq!(renewals(&api), 2);
}

#[test]
fn a_token_of_facebook_login_is_left_alone() {
    let api = Emulator::serve(feedbake::emulator::World::facebook()).unwrap().post(photo("DAa").size(64, 64));
    let id = api.change(|world| world.account_id().to_owned());
    site(&api).set("FEEDBAKE_API_USER", &id).run("bake").succeeds();
    assert_eq!(renewals(&api), 0);
}

#[test]
fn neither_the_demo_nor_an_offline_bake_renews_anything() {
    let api = api();
    let site = site(&api);
    site.run("bake --demo").succeeds();
    assert!(!site.path(".feedbake/token-status.json").exists());
    site.run("bake --offline").succeeds();
    assert_eq!(renewals(&api), 0);
}

#[test]
fn cleaning_everything_takes_the_life_of_the_token_along() {
    let api = api();
    let key = Sandbox::new(&api).run("token keygen").succeeds().stdout;
    let site = site(&api).set("FEEDBAKE_TOKEN_KEY", key.trim());
    site.run("bake").succeeds();
    site.run("clean --all").succeeds();
    assert!(!site.path(".feedbake").exists());
}

/// Two bakes of one site that both began before either had its turn.
fn two_at_once(site: &Sandbox) -> [Ran; 2] {
    let root = feedbake::files::Root::new(site.path(""));
    let turn = feedbake::bake::enter(&root, |_| {}).unwrap();
    let runs = [(); 2].map(|()| {
        let mut child = site.talk("bake --strict", &[]);
        drop(child.stdin.take());
        let mut terminal = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        while !said.contains("waiting for it to end") {
            assert_ne!(terminal.read_line(&mut said).unwrap(), 0, "{said}");
        }
        (child, terminal, said)
    });
    drop(turn);
    runs.map(|(child, mut terminal, mut said)| {
        terminal.read_to_string(&mut said).unwrap();
        let mut output = child.wait_with_output().unwrap();
        output.stderr = said.into_bytes();
        Ran::new("bake --strict", output)
    })
}

#[test]
fn of_two_bakes_at_once_one_renews_and_the_other_goes_on_with_what_came_of_it() {
    // The renewal ends the old token: whoever goes on with that one has nothing.
    let api = api();
    api.change(|world| world.rotation = Rotation::AnotherEndsTheOld);
    let key = site(&api).run("token keygen").succeeds().stdout;
    let site = site(&api).set("FEEDBAKE_TOKEN_KEY", key.trim());
    for ran in two_at_once(&site) {
        ran.succeeds();
    }
    assert_eq!(renewals(&api), 1, "in the encrypted file");

    let api = self::api();
    api.change(|world| world.rotation = Rotation::AnotherEndsTheOld);
    let site = self::site(&api).unset("INSTAGRAM_ACCESS_TOKEN");
    site.write(".env", &format!("INSTAGRAM_ACCESS_TOKEN={}\n", api.token()));
    for ran in two_at_once(&site) {
        ran.succeeds();
    }
    assert_eq!(renewals(&api), 1, "in `.env`");

    // A variable stays as it was when the run began: the second run must not renew the old token again, and what the
    // first one wrote of the new one stays.
    let api = self::api();
    let site = self::site(&api).set("FEEDBAKE_TOKEN_COMMAND", "cat");
    for ran in two_at_once(&site) {
        ran.succeeds();
    }
    assert_eq!(renewals(&api), 1, "with a program");
    let new = api.change(|world| world.tokens.last().unwrap().text.clone());
    let fingerprint = feedbake::auth::AccessToken::new(&new).unwrap().fingerprint();
    assert_eq!(
        site.json(".feedbake/token-status.json")["tokens"]["INSTAGRAM_ACCESS_TOKEN"]["fingerprint"],
        fingerprint.as_str()
    );
}

#[test]
fn a_token_of_a_dot_env_file_goes_back_there_by_itself() {
    let api = api();
    let site = site(&api).unset("INSTAGRAM_ACCESS_TOKEN");
    site.write(".env", &format!("# mine\nINSTAGRAM_ACCESS_TOKEN={}\n", api.token()));
    site.run("bake").succeeds().says(&["renewed and kept in ", ".env"]);
    let new = api.change(|world| world.tokens.last().unwrap().text.clone());
    assert_eq!(fs::read_to_string(site.path(".env")).unwrap(), format!("# mine\nINSTAGRAM_ACCESS_TOKEN={new}\n"));
    site.run("token status").succeeds().prints(&["which .env sets"]);
}

#[test]
fn a_renewal_that_ends_the_old_token_where_nothing_keeps_the_new_one_is_told_and_remembered() {
    let api = api();
    api.change(|world| world.rotation = Rotation::AnotherEndsTheOld);
    let site = site(&api);
    let ran = site.run("bake").succeeds();
    let words =
        ["nothing keeps the new one: the renewal ended the old one, so the next run has none", "keygen", "login"];
    ran.says(&words);
    let kept = "the renewal of";
    let ran = site.run("bake").succeeds();
    ran.says(&["the API says the access token", kept, "brought another token, and nothing kept it", "keygen"]);
    let ran = site.run("token status").ends_with(4).says(&[kept, "nothing kept it"]);
    assert!(ran.stdout.contains("the API takes it no more") && !ran.stdout.contains("ends on"), "{}", ran.stdout);
    let status = site.run("token status --json").ends_with(4).json();
    assert_eq!((&status["tokens"][0]["state"], &status["tokens"][0]["days_left"]), (&"dead".into(), &Value::Null));
    let doctor = site.run("doctor").stdout;
    assert!(!doctor.contains("ends in"), "{doctor}");
    let summary = site.path("summary.md");
    site.run_with("bake", &[("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap())]);
    let summary = fs::read_to_string(summary).unwrap();
    assert!(summary.contains("the API takes it no more") && !summary.contains("ends on"), "{summary}");
}

#[test]
fn what_changed_once_and_was_lost_is_not_asked_for_again_before_it_has_to_be() {
    let api = api();
    let site = site(&api);
    site.run("bake").succeeds();
    let status = site.json(".feedbake/token-status.json").to_string();
    for (days, expected) in [(21, 1), (45, 1), (47, 2)] {
        // The same book, so many days later.
        let before = |text: &str| text.replace(&day_ago(0), &day_ago(days));
        site.write(".feedbake/token-status.json", &before(&status));
        let _ = fs::remove_file(site.path(".feedbake/cache/token-tries.json"));
        site.run("bake").succeeds();
        assert_eq!(renewals(&api), expected, "day {days}");
    }
}

fn day_ago(days: i64) -> String {
    let moment = Timestamp::now().checked_sub(SignedDuration::from_hours(24 * days)).unwrap();
    moment.strftime("%F").to_string()
}

#[test]
fn nothing_is_renewed_while_the_place_that_is_named_cannot_be_used() {
    let api = api();
    let site = site(&api).set("FEEDBAKE_TOKEN_STORE", "github").set("GITHUB_REPOSITORY", "me/site");
    let words = ["none is renewed before its end is near", "GH_TOKEN is not set"];
    site.run("bake").succeeds().says(&words);
    past(&site, &api.token(), 40, 20);
    site.run("bake").succeeds().says(&words);
    assert_eq!(renewals(&api), 0);
    // One place of two will do.
    let key = site.run("token keygen").succeeds().stdout;
    site.run_with("bake", &[("FEEDBAKE_TOKEN_KEY", key.trim())])
        .succeeds()
        .says(&["kept in .feedbake/token.enc", "could not be kept in every place"]);
    let site = self::site(&api).set("FEEDBAKE_TOKEN_STORE", "github");
    past(&site, &api.token(), 50, 10);
    site.run("bake").succeeds();
    assert_eq!(renewals(&api), 2, "before it ends it is worth the risk");
}

#[test]
fn a_token_that_dies_young_is_said_to_be_a_short_one() {
    let api = api();
    let site = site(&api);
    site.run("bake").succeeds();
    let status = site.json(".feedbake/token-status.json");
    assert!(status["tokens"]["INSTAGRAM_ACCESS_TOKEN"]["refreshed_at"].is_string());
    // One that was never renewed: the API refuses that for a short one.
    let fingerprint = feedbake::auth::AccessToken::new(&api.token()).unwrap().fingerprint();
    let record = serde_json::json!({ "version": 1, "tokens": { "INSTAGRAM_ACCESS_TOKEN": {
        "fingerprint": fingerprint, "first_seen": day_ago(1),
    }}});
    site.write(".feedbake/token-status.json", &record.to_string());
    api.fault(Fault::TokenExpired);
    let words = ["the access token expired", "live for an hour", "Generate token"];
    site.run("bake").succeeds().says(&words);
    site.run("token status").ends_with(4).says(&words);
}

#[test]
fn a_token_goes_into_no_file_that_is_published_or_committed() {
    let api = api();
    let site = site(&api);
    let git = |arguments: &[&str]| {
        let command = std::process::Command::new("git").arg("-C").arg(site.path("")).args(arguments).status().unwrap();
        assert!(command.success());
    };
    site.write("notes/keep", "");
    for file in [
        "static/t.env",
        "static/new/.env",
        "public/.env",
        "content/a/.env",
        "notes/../static/.env",
        "dist/.env",
        "data/.env.local",
        ".git/.env",
        ".gitignore",
        ".htaccess",
        ".env.html",
        ".environment.html",
        "secrets.txt",
        "notes/deep/t.env",
    ] {
        let file = format!("token store --to file --file {}", site.path(file).display());
        site.run(&file).ends_with(3).says(&["is among the files of the site", "not handed to anybody"]);
    }
    git(&["init", "-q"]);
    for file in [".env.local", "../site/.env.local", "notes/../.env.local"] {
        site.run(&format!("token store --to file --file {file}"))
            .ends_with(3)
            .says(&["git does not ignore", "env.local"]);
    }
    site.write(".gitignore", ".env.local\n");
    site.run("token store --to file --file .env.local").succeeds();
    let kept = fs::read_to_string(site.path(".env.local")).unwrap();
    assert_eq!(kept, format!("INSTAGRAM_ACCESS_TOKEN={}\n", api.token()));
    let outside = tempfile::tempdir().unwrap();
    let any = outside.path().join("secrets.txt");
    site.run(&format!("token store --to file --file {}", any.display())).succeeds();
    assert!(any.is_file());
}

#[test]
fn days_are_what_is_counted_and_a_warning_is_no_error() {
    let api = api();
    let site = site(&api);
    past(&site, &api.token(), 40, 20);
    let json = site.run("token status --json --warn 21").succeeds().json();
    let token = &json["tokens"][0];
    assert!(token["error"].is_null() && token["warning"]["consequence"].is_string(), "{json}");
    assert!(site.run("token status --json --warn 14").succeeds().json()["tokens"][0]["warning"].is_null());
}

#[test]
fn what_a_clock_that_was_ahead_wrote_down_is_not_believed() {
    let api = api();
    api.change(|world| world.rotation = Rotation::Same);
    let site = site(&api);
    past(&site, &api.token(), -50, 110);
    let said = site.run("token status").succeeds();
    assert!(said.stdout.contains("unknown until its first renewal"), "{}", said.stdout);
    site.run("bake").succeeds();
    assert_eq!(renewals(&api), 1, "nothing is known of it, so it is asked for");
    let refreshed =
        site.json(".feedbake/token-status.json")["tokens"]["INSTAGRAM_ACCESS_TOKEN"]["refreshed_at"].to_string();
    assert!(refreshed.contains(&day_ago(0)), "{refreshed}");
}

#[test]
fn two_tokens_do_not_go_into_one_place() {
    let (api, github) = (api(), Host::github());
    let other = api.change(|world| world.new_token(Timestamp::now(), false));
    let site = site(&api)
        .file("feedbake.toml", "[[feed]]\nname = \"a\"\n[[feed]]\nname = \"b\"\ntoken_env = \"SHOP\"\n")
        .set("SHOP", &other)
        .set("GITHUB_API_URL", &github.base())
        .set("GITHUB_REPOSITORY", "me/site")
        .set("GH_TOKEN", CREDENTIAL);
    let words = ["is one place, and there are several tokens", "hint:"];
    site.run_with("token store --to github", &[("FEEDBAKE_GITHUB_SECRET", "ONE")]).ends_with(3).says(&words);
    site.run("token store --to command -- cat").ends_with(3).says(&words);
    assert!(github.requests().is_empty());
    site.run("token store --to github").succeeds();
    assert_eq!(github.secret("SHOP"), Some(other));
    assert_eq!(github.secret("INSTAGRAM_ACCESS_TOKEN"), Some(api.token()));
}

#[test]
fn actions_show_what_the_token_commands_say() {
    let api = api();
    let site = site(&api);
    past(&site, &api.token(), 50, 10);
    let in_actions = [("GITHUB_ACTIONS", "true")];
    let annotated = |command: &str, level: &str| {
        let ran = site.run_with(command, &in_actions);
        assert_eq!(ran.stderr.matches(&format!("::{level} title=feedbake::")).count(), 1, "{command}: {}", ran.stderr);
    };
    annotated("token status", "warning");
    api.fault(Fault::TokenExpired);
    annotated("token status", "error");
    annotated("token refresh", "error");
}

#[test]
fn a_new_token_that_the_next_run_does_not_get_is_told_of_and_not_renewed_again() {
    let api = api();
    api.change(|world| world.rotation = Rotation::Another);
    // The variable is set, so it counts before the file that the new token goes to.
    let site = site(&api).set("FEEDBAKE_TOKEN_STORE", ".env");
    site.run("bake").succeeds().says(&["was renewed and kept in"]);
    assert_eq!(renewals(&api), 1);
    // From the next run on.
    site.run("bake").succeeds().says(&["this run got an old token", "in .env"]);
    assert_eq!(renewals(&api), 1);
    let a_day_later = |renewed_days_ago: i64| {
        let mut status = site.json(".feedbake/token-status.json");
        let record = &mut status["tokens"]["INSTAGRAM_ACCESS_TOKEN"];
        assert_eq!(record["grew_from"]["kept_in"], serde_json::json!([".env"]));
        let moment = Timestamp::now().checked_sub(SignedDuration::from_hours(24 * renewed_days_ago)).unwrap();
        record["refreshed_at"] = Value::from(moment.strftime("%FT%TZ").to_string());
        record["first_seen"] = Value::from(moment.strftime("%F").to_string());
        record["grew_from"]["first_seen"] = record["first_seen"].clone();
        site.write(".feedbake/token-status.json", &status.to_string());
        fs::remove_dir_all(site.path(".feedbake/cache")).unwrap();
    };
    a_day_later(2);
    let before = fs::read(site.path(".feedbake/token-status.json")).unwrap();
    site.run("bake")
        .succeeds()
        .says(&["this run got an old token from INSTAGRAM_ACCESS_TOKEN, which ends on", "in .env"]);
    site.run("bake").succeeds().says(&["this run got an old token"]);
    assert_eq!(renewals(&api), 1);
    assert_eq!(fs::read(site.path(".feedbake/token-status.json")).unwrap(), before);
    site.run("doctor").prints(&["still holds an old token; the newer one was kept in .env"]);
    site.run("token status").succeeds().prints(&["newer     in .env"]).says(&["this run got an old token", "unset"]);
    assert_eq!(site.run("token status --json").json()["tokens"][0]["newer_in"], serde_json::json!([".env"]));
    // Near the old one's end one more that nobody gets would help nobody: its end is told, and where the newer one is.
    a_day_later(50);
    site.run("bake").succeeds().says(&["this run got an old token", "in 9 days", "unset INSTAGRAM_ACCESS_TOKEN"]);
    assert_eq!(renewals(&api), 1);
    // After its end the refusal names the token that lives.
    api.change(|world| {
        world.tokens[0].expires_at = Timestamp::now().checked_sub(SignedDuration::from_hours(1)).unwrap()
    });
    site.run("bake --strict").ends_with(4).says(&["a newer one was kept on", "let the next run get it"]);
    site.run("doctor").ends_with(4).prints(&["still holds an old token", "unset INSTAGRAM_ACCESS_TOKEN"]);
    // The cure: the variable is gone, and the file counts.
    let name = "INSTAGRAM_ACCESS_TOKEN";
    let cured = site.unset(name).run("bake").succeeds();
    assert!(!cured.stderr.contains("old token"), "{}", cured.stderr);
}

#[test]
fn a_new_token_that_could_not_be_tried_is_kept_where_the_old_one_has_ended() {
    let json = |status: u16, text: &str| {
        feedbake::loopback::Response::new(status).header("Content-Type", "application/json").body(text)
    };
    const NEW: &str = "IGAAanothertokenthatworkslater";
    let answer = move |request: &feedbake::loopback::Request| {
        let is_new = request.header("authorization").is_some_and(|value| value.ends_with(NEW));
        match request.path() {
            path if path.ends_with("refresh_access_token") => {
                json(200, &format!("{{\"access_token\":\"{NEW}\",\"expires_in\":5184000}}"))
            }
            _ if is_new => json(500, "{\"error\":{\"message\":\"later\",\"code\":2}}"),
            _ => json(400, "{\"error\":{\"message\":\"expired\",\"code\":190,\"error_subcode\":463}}"),
        }
    };
    let server = feedbake::loopback::Server::start(0, answer).unwrap();
    let site = Sandbox::without_token()
        .file(".env", "INSTAGRAM_ACCESS_TOKEN=IGAAtheoldtokenthatendswithit\n")
        .set("FEEDBAKE_TOKEN_REFRESH", "20d")
        .set("FEEDBAKE_API_RETRIES", "0")
        .set("FEEDBAKE_API_BASE", &format!("http://{}", server.address()));
    site.run("bake").says(&["was renewed and kept in"]);
    let kept = fs::read_to_string(site.path(".env")).unwrap();
    assert_eq!(kept, format!("INSTAGRAM_ACCESS_TOKEN={NEW}\n"));
}

#[test]
fn a_renewal_that_was_lost_may_be_asked_for_again_at_once() {
    let api = api();
    let site = site(&api);
    site.run("token refresh --to command -- false").ends_with(4).says(&["could not be kept"]);
    let outside = tempfile::tempdir().unwrap();
    let file = outside.path().join("token.env");
    site.run(&format!("token refresh --to file --file {}", file.display())).succeeds();
    assert!(fs::read_to_string(&file).unwrap().starts_with("INSTAGRAM_ACCESS_TOKEN=IGAA"));
}

#[test]
fn a_proposal_renews_no_token() {
    // What it gets would be lost: it commits nothing, and what it caches the site itself does not see.
    for proposal in [
        &[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "pull_request")][..],
        &[("NETLIFY", "true"), ("CONTEXT", "deploy-preview")],
    ] {
        let api = Emulator::start().post(photo("DAa").size(32, 32));
        let site = Sandbox::new(&api).unset("FEEDBAKE_TOKEN_REFRESH").set("CI", "true");
        let renewals = || api.requests().iter().filter(|seen| seen.path().contains("refresh_access_token")).count();
        site.run_with("bake", proposal).succeeds();
        assert_eq!(renewals(), 0, "{proposal:?}");
        let site = Sandbox::new(&api).unset("FEEDBAKE_TOKEN_REFRESH").set("CI", "true");
        site.run("bake").succeeds();
        assert_eq!(renewals(), 1, "the site itself does");
    }
}

#[test]
fn on_a_host_that_keeps_no_file_a_changed_token_is_not_called_kept() {
    let api = api();
    api.change(|world| world.rotation = Rotation::Another);
    let key = Sandbox::without_token().run("token keygen").succeeds().stdout.trim().to_owned();
    for (host, is_kept) in [
        (vec![("VERCEL", "1"), ("VERCEL_ENV", "production")], false),
        (vec![("CF_PAGES", "1"), ("CF_PAGES_BRANCH", "main")], false),
        (vec![("NETLIFY", "true"), ("CONTEXT", "production")], false),
        (vec![("NETLIFY", "true"), ("CONTEXT", "production"), ("FEEDBAKE_NETLIFY_PLUGIN", "true")], true),
        (vec![("GITHUB_ACTIONS", "true")], true),
    ] {
        let site = site(&api).set("FEEDBAKE_TOKEN_KEY", &key);
        let ran = site.run_with("bake", &host).succeeds();
        let is_told = ran.stderr.contains("nothing keeps the new one");
        assert_eq!(
            (is_told, site.path(".feedbake/token.enc").exists()),
            (!is_kept, is_kept),
            "{host:?}: {}",
            ran.stderr
        );
        assert!(!ran.stderr.contains("FEEDBAKE_NETLIFY_PLUGIN"), "{}", ran.stderr);
    }
}
