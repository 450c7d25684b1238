//! Getting a token, both ways, and the mistakes people make on the way: the first message names each.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Command;

use feedbake::emulator::{CodeAnswer, Emulator, Fault, World, photo};
use serde_json::json;

use crate::sandbox::{Ran, Sandbox};

fn api() -> Emulator {
    Emulator::start().post(photo("DAa").size(64, 64))
}

fn nothing_yet(api: &Emulator) -> Sandbox {
    Sandbox::without_token().set("FEEDBAKE_API_BASE", &api.base()).set("FEEDBAKE_API_RETRIES", "0")
}

fn paste(api: &Emulator, token: &str) -> Ran {
    nothing_yet(api).answer("login", &[], &format!("{token}\n"))
}

/// Goes through the browser: reads the address from the terminal, opens it, and answers with what `browser` makes of
/// where that led.
fn through_the_browser(
    api: &Emulator,
    site: &Sandbox,
    arguments: &str,
    secret: &str,
    browser: impl FnOnce(String) -> String,
) -> Ran {
    let mut child = site.talk(arguments, &[("FEEDBAKE_APP_SECRET", secret)]);
    let mut terminal = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    let address = loop {
        let mut line = String::new();
        if terminal.read_line(&mut line).unwrap() == 0 {
            break String::new();
        }
        said.push_str(&line);
        if let Some(at) = line.find("/oauth/authorize?") {
            break line[at..].trim().to_owned();
        }
    };
    let led_to = if address.is_empty() { String::new() } else { open(api, &address) };
    let cmdline = fs::read(format!("/proc/{}/cmdline", child.id())).unwrap_or_default();
    assert!(!String::from_utf8_lossy(&cmdline).contains(secret));
    let _ = child.stdin.take().unwrap().write_all(format!("{}\n", browser(led_to)).as_bytes());
    terminal.read_to_string(&mut said).unwrap();
    let mut output = child.wait_with_output().unwrap();
    output.stderr = said.into_bytes();
    Ran::new(arguments, output)
}

/// Where the authorize page sends the browser, or what it says instead.
fn open(api: &Emulator, target: &str) -> String {
    let host = api.base().replace("http://", "");
    let mut stream = TcpStream::connect(&host).unwrap();
    write!(stream, "GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let location = answer.lines().find_map(|line| line.strip_prefix("Location: ").or(line.strip_prefix("location: ")));
    location.map_or(answer.clone(), |location| location.trim().to_owned())
}

/// What a person makes of the address the browser ended at.
type Browser = fn(String) -> String;

const APP: &str = "login --app-id 990602627938098 --redirect-uri https://localhost:8000/";
const SECRET: &str = "0123456789abcdef0123456789abcdef";

#[test]
fn the_dashboard_way_tells_every_click_and_leaves_a_private_ignored_dot_env() {
    let api = api();
    let site = nothing_yet(&api).file(".env", "OTHER=1\n");
    assert!(Command::new("git").args(["init", "-q"]).arg(site.path("")).status().unwrap().success());
    let ran = site.answer("login", &[], &format!("\"{}\"\n", api.token())).succeeds().says(&[
        "Switch to professional account",
        "Instagram Tester",
        "manage_access",
        "Generate token",
        "works: @feedbake.test",
        "added `.env` to .gitignore",
        "gh secret set INSTAGRAM_ACCESS_TOKEN",
    ]);
    assert!(!ran.stderr.contains(&api.token()) && !ran.stdout.contains(&api.token()));
    let text = fs::read_to_string(site.path(".env")).unwrap();
    assert_eq!(text, format!("OTHER=1\nINSTAGRAM_ACCESS_TOKEN={}\n", api.token()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(site.path(".env")).unwrap().permissions().mode() & 0o777, 0o600);
    }
    site.run("bake --strict").succeeds();
}

#[test]
fn a_token_is_printed_on_request_and_then_written_nowhere() {
    let api = api();
    let site = nothing_yet(&api);
    let ran = site.answer("login --print", &[], &format!("{}\n", api.token())).succeeds();
    assert_eq!(ran.stdout.trim(), api.token());
    assert!(!site.path(".env").exists());
}

#[test]
fn the_browser_way_ends_with_a_token_of_sixty_days_in_both_forms_of_the_answer() {
    for form in [CodeAnswer::Flat, CodeAnswer::InData] {
        let api = api();
        api.change(|world| world.code_answer = form);
        let site = nothing_yet(&api);
        let ran = through_the_browser(&api, &site, APP, SECRET, |address| {
            assert!(address.ends_with("#_"), "{address}");
            address
        })
        .succeeds()
        .says(&["Insufficient Developer Role", "a token of 59 days", "works: @feedbake.test"]);
        let text = fs::read_to_string(site.path(".env")).unwrap();
        let long = api.change(|world| world.tokens.last().unwrap().text.clone());
        assert_eq!(text, format!("INSTAGRAM_ACCESS_TOKEN={long}\n"));
        assert!(!ran.stderr.contains(SECRET) && !ran.stderr.contains(&long));
        site.run("bake --strict").succeeds();
    }
}

#[test]
fn every_refusal_on_the_way_through_the_browser_is_explained() {
    let table: [(&str, &str, Browser, &str); 6] = [
        ("another login's state", SECRET, |address| address.replace("state=", "state=x"), "run `feedbake login` again"),
        (
            "the person says no",
            SECRET,
            |_| "https://localhost:8000/?error=access_denied&error_reason=user_denied".to_owned(),
            "press Allow",
        ),
        (
            "the first address",
            SECRET,
            |_| "https://www.instagram.com/oauth/authorize?client_id=1".to_owned(),
            "the address the browser ends at",
        ),
        ("nothing", SECRET, |_| "localhost".to_owned(), "the whole address"),
        (
            "the Facebook pair's secret",
            "ffffffffffffffffffffffffffffffff",
            |address| address,
            "not the pair under App settings → Basic",
        ),
        (
            "a code of yesterday",
            SECRET,
            |address| address.replace("code=AQ", "code=BQ"),
            "a code is good for an hour, and once",
        ),
    ];
    for (what, secret, browser, words) in table {
        let api = api();
        let ran = through_the_browser(&api, &nothing_yet(&api), APP, secret, browser);
        assert_eq!(ran.code, 4, "{what}: {}", ran.stderr);
        let after = ran.stderr.split("error:").nth(1).unwrap_or_else(|| panic!("{what}: {}", ran.stderr));
        assert!(after.contains(words), "{what}: {after}");
        assert!(!after.contains("AQemulated"), "{what}: {after}");
    }
    let api = api();
    let site = nothing_yet(&api);
    let renamed = through_the_browser(&api, &site, APP, SECRET, |address| {
        api.change(|world| world.app.redirect_uri = "https://localhost:8000/callback".to_owned());
        address
    });
    renamed.ends_with(4).says(&["the redirect address is not the registered one", "Business login settings"]);
    site.run("login --app-id abc").ends_with(2).says(&["digits only", "Instagram app ID"]);
    site.run("login --redirect-uri https://x/").ends_with(2);
    site.run("login --app-id 1 --redirect-uri http://localhost/")
        .ends_with(2)
        .says(&["https addresses only", "Business"]);
    site.run(APP).ends_with(2).says(&["there was no answer"]);
}

#[test]
fn the_app_secret_is_asked_for_where_no_variable_holds_it() {
    let api = api();
    let site = nothing_yet(&api);
    let ran = site.answer(APP, &[], &format!("{SECRET}\nhttps://localhost:8000/?code=AQx&state=wrong\n"));
    ran.ends_with(4).says(&["Paste the Instagram app secret", "the `state` in the pasted address"]);
}

/// What a page of the login says, and whether the terminal had named those very words and what to click, before the
/// person went there.
fn on_the_page(app: &str, change: &dyn Fn(&Emulator)) -> String {
    let api = api();
    change(&api);
    let mut page = String::new();
    let ran = through_the_browser(&api, &nothing_yet(&api), app, SECRET, |led_to| {
        page = led_to;
        String::new()
    });
    let words = page.split("Invalid Request: ").nth(1).unwrap_or_else(|| panic!("{page}")).trim().to_owned();
    let told = ran.stderr.lines().find(|line| line.contains(&format!("“{words}”")) || line.contains(&words));
    let at = ran.stderr.find(told.unwrap_or_else(|| panic!("{words} is not told of: {}", ran.stderr))).unwrap();
    ran.stderr[at..].lines().take(2).collect::<Vec<_>>().join("\n")
}

/// What a person sees first after each of the commonest mistakes: it names the mistake, and the click that mends it.
#[test]
fn the_first_message_names_the_mistake_and_the_click_that_mends_it() {
    let whole = |number: usize| format!("IGAA{}", "aB3d".repeat(number));
    // The first error with what belongs to it, and no line more.
    let first = |said: String| {
        let block = said.split("error: ").nth(1).or(said.split("warning: ").nth(1)).unwrap_or_default();
        block
            .lines()
            .enumerate()
            .take_while(|(at, line)| *at == 0 || line.starts_with("  "))
            .map(|(_, line)| line)
            .collect::<Vec<_>>()
            .join("\n")
    };
    let bake = |variables: &[(&str, &str)], change: &dyn Fn(&Emulator)| {
        let api = api();
        change(&api);
        first(Sandbox::new(&api).set("FEEDBAKE_API_RETRIES", "0").run_with("bake", variables).stderr)
    };
    let nothing = |_: &Emulator| {};
    let personal = api();
    personal.change(|world| world.account.insert("account_type".to_owned(), json!("PERSONAL")));
    let (eaa, igq, cut) = (format!("EAA{}", "aB3d".repeat(40)), format!("IGQV{}", "aB3d".repeat(40)), whole(8));
    let with = |text: &str| bake(&[("INSTAGRAM_ACCESS_TOKEN", text)], &nothing);
    let table: Vec<(&str, String, &[&str], &[&str])> = vec![
        (
            "wrong app id",
            on_the_page("login --app-id 123456789012345 --redirect-uri https://localhost:8000/", &nothing),
            &["Invalid platform app", "take Instagram app ID instead"],
            &[],
        ),
        (
            "redirect mismatch",
            on_the_page("login --app-id 990602627938098 --redirect-uri https://localhost:8000", &nothing),
            &["Invalid redirect_uri", "Business login settings"],
            &[],
        ),
        (
            "tester not accepted, at the login",
            on_the_page(APP, &|api| api.change(|world| world.is_tester = false)),
            &["Insufficient Developer Role", "manage_access"],
            &[],
        ),
        (
            "tester not accepted",
            bake(&[], &|api| api.change(|world| world.is_tester = false)),
            &["Instagram Tester", "manage_access"],
            &["make a new token"],
        ),
        (
            "personal account",
            first(paste(&personal, &personal.token()).stderr),
            &["is a personal account", "Switch to professional account"],
            &[],
        ),
        ("a token of Facebook Login", with(&eaa), &["begins with EAA", "Generate token"], &["copy the token again"]),
        (
            "a token of the old API",
            with(&igq),
            &["begins with IGQ", "ended in December 2024", "professional"],
            &["copy the token again"],
        ),
        (
            "expired",
            bake(&[], &|api| api.fault(Fault::TokenExpired)),
            &["the access token expired", "feedbake login", "Generate token"],
            &["Tester"],
        ),
        (
            "password changed",
            bake(&[], &|api| api.change(World::change_password)),
            &["a changed password ends every token", "Generate token"],
            &["Tester"],
        ),
        ("cut while copying", with(&cut), &["cannot read the access token", "copy the token again, whole"], &[]),
        (
            "a line break inside",
            with("IGAAabc\ndef"),
            &["there is white space inside it", "copy the token again"],
            &["make a new token"],
        ),
        (
            "a variable that is published",
            bake(&[("INSTAGRAM_ACCESS_TOKEN", ""), ("VITE_INSTAGRAM_TOKEN", &cut)], &nothing),
            &["VITE_INSTAGRAM_TOKEN, which front-end tools copy into the published page", "make a new token"],
            &[],
        ),
        ("no token at all", with(""), &["no access token was given", "feedbake login"], &[]),
        (
            "a scope is missing",
            bake(&[], &|api| api.fault(Fault::ScopeMissing)),
            &["lacks a permission", "instagram_business_basic"],
            &["Tester"],
        ),
    ];
    for (what, said, words, not) in table {
        for word in words {
            assert!(said.contains(word), "{what} does not say {word:?}: {said}");
        }
        for word in not {
            assert!(!said.contains(word), "{what} says {word:?}, too: {said}");
        }
    }
    // Quotes and a line break around a token are no mistake at all.
    let api = api();
    let quoted = format!("\"{}\"\n", api.token());
    Sandbox::new(&api).run_with("bake --strict", &[("INSTAGRAM_ACCESS_TOKEN", &quoted)]).succeeds();
}

#[test]
fn a_pasted_token_is_tried_before_it_is_kept() {
    let api = api();
    paste(&api, &format!("EAA{}", "aB3d".repeat(40))).ends_with(4).says(&["it does not work", "begins with EAA"]);
    paste(&api, "IGAA with spaces").ends_with(4).says(&["white space inside", "Copy button"]);
    paste(&api, "").ends_with(4).says(&["it is empty"]);
    api.change(|world| world.is_tester = false);
    paste(&api, &api.token()).ends_with(4).says(&["manage_access"]);
    api.change(|world| world.is_tester = true);
    api.change(|world| world.account.insert("account_type".to_owned(), json!("PERSONAL")));
    paste(&api, &api.token())
        .ends_with(4)
        .says(&["@feedbake.test is a personal account", "Switch to professional account"]);
    let nobody = Sandbox::without_token().set("FEEDBAKE_API_RETRIES", "0");
    nobody.answer("login", &[], "IGAAfakefakefakefakefake\n").ends_with(5).says(&["is the network up?"]);
    assert!(!nobody.path(".env").exists());
}

#[test]
fn a_dot_env_that_git_tracks_gets_no_token() {
    let api = api();
    let site = nothing_yet(&api).file(".env", "OTHER=1\n");
    let git = |arguments: &[&str]| {
        assert!(Command::new("git").arg("-C").arg(site.path("")).args(arguments).status().unwrap().success());
    };
    git(&["init", "-q"]);
    git(&["add", ".env"]);
    site.write(".gitignore", ".env\n");
    site.answer("login", &[], &format!("{}\n", api.token())).ends_with(4).says(&["git rm --cached .env"]);
    assert_eq!(fs::read_to_string(site.path(".env")).unwrap(), "OTHER=1\n");
}

#[test]
fn a_variable_that_counts_before_the_file_is_named() {
    let api = api();
    let log_in = |variables: &[(&str, &str)]| {
        let site = nothing_yet(&api);
        site.answer("login", variables, &format!("{}\n", api.token()))
    };
    let older = format!("IGAA{}", "x1Y2".repeat(30));
    for name in ["INSTAGRAM_ACCESS_TOKEN", "IG_TOKEN"] {
        let words =
            [&format!("the variable {name} holds another one, and counts before .env"), &format!("`unset {name}`")];
        log_in(&[(name, &older)])
            .ends_with(4)
            .says(&["wrote INSTAGRAM_ACCESS_TOKEN into .env"])
            .says(&words.map(String::as_str));
        log_in(&[(name, &api.token())]).succeeds();
    }
}

#[test]
fn a_browser_login_remembers_when_the_token_ends_and_wants_a_secret_and_an_address() {
    let api = api();
    let site = nothing_yet(&api);
    through_the_browser(&api, &site, APP, SECRET, |led_to| led_to).succeeds();
    let record = &site.json(".feedbake/token-status.json")["tokens"]["INSTAGRAM_ACCESS_TOKEN"];
    assert!(record["expires_at"].is_string(), "{record}");
    let site = nothing_yet(&api);
    let bare = |led_to: String| {
        let code = led_to.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
        format!("{code}#_")
    };
    through_the_browser(&api, &site, APP, SECRET, bare).ends_with(4).says(&["a code or another word", "whole address"]);
    let before = api.requests().len();
    site.answer(APP, &[], "\n").ends_with(2).says(&["no app secret was given", "Instagram app secret"]);
    assert_eq!(api.requests().len(), before);
}

#[test]
fn the_file_for_the_token_is_ignored_wherever_it_is() {
    let api = api();
    let site = nothing_yet(&api);
    let log_in = || site.answer("login", &[], &format!("{}\n", api.token()));
    log_in().succeeds().says(&["added `.env` to .gitignore"]);
    assert_eq!(fs::read_to_string(site.path(".gitignore")).unwrap(), ".env\n");
    log_in().succeeds();
    assert_eq!(fs::read_to_string(site.path(".gitignore")).unwrap(), ".env\n", "once is enough");
    site.write(".gitignore", ".env\n!.env\n");
    log_in().succeeds().says(&["added `.env` to .gitignore"]);
}

#[test]
fn another_name_in_the_file_and_another_feed_are_named() {
    let api = api();
    let site = nothing_yet(&api).file(".env", &format!("IG_TOKEN=IGAA{}\n", "x1Y2".repeat(30)));
    let ran = site.answer("login", &[], &format!("{}\n", api.token()));
    ran.ends_with(4).says(&["IG_TOKEN in .env holds another one", "take the line IG_TOKEN=… out"]);
    let feeds = "[[feed]]\nname = \"a\"\n[[feed]]\nname = \"shop\"\ntoken_env = \"SHOP_TOKEN\"\n";
    let site = nothing_yet(&api).file("feedbake.toml", feeds);
    let answer = format!("{}\n", api.token());
    site.answer("login", &[], &answer).succeeds().says(&["the feed shop has a token of its own", "--feed shop"]);
    site.answer("login --feed shop", &[], &answer).succeeds().says(&["wrote SHOP_TOKEN into .env"]);
    site.answer("login --feed other", &[], &answer).ends_with(2).says(&["no feed has that name", "a, shop"]);
}
