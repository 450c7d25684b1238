//! The token is nowhere.

use std::fs;

use feedbake::emulator::{Emulator, Fault, photo, reel};

use crate::sandbox::Sandbox;

fn everything(site: &Sandbox) -> Vec<(String, Vec<u8>)> {
    walkdir::WalkDir::new(site.path(""))
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| (entry.path().display().to_string(), fs::read(entry.path()).unwrap()))
        .collect()
}

fn holds(bytes: &[u8], needle: &str) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[test]
fn the_token_is_in_no_file_and_in_no_word_whatever_goes_wrong() {
    for fault in
        Fault::ALL.iter().filter(|fault| !matches!(fault, Fault::Stall | Fault::StalledPicture | Fault::SlowDrip))
    {
        let api = Emulator::start().post(photo("DAa").size(64, 64)).post(reel("DAb").size(64, 64));
        let token = api.token();
        let site = Sandbox::new(&api).set("FEEDBAKE_API_RETRIES", "1").set("FEEDBAKE_API_PATIENCE", "1ms");
        api.fault(*fault);
        for arguments in ["bake -v", "bake --json --strict", "list --json"] {
            let ran = site.run(arguments);
            assert!(ran.code >= 0 && ran.code != 1, "{fault}: {} {}", ran.code, ran.stderr);
            assert!(!ran.stderr.contains(&token) && !ran.stdout.contains(&token), "{fault}");
            assert!(!ran.stderr.contains("panicked"), "{fault}: {}", ran.stderr);
        }
        for (name, bytes) in everything(&site) {
            assert!(!holds(&bytes, &token), "{fault}: {name}");
            assert!(!holds(&bytes, "oh=00_"), "{fault}: a signed link in {name}");
        }
    }
}

#[test]
fn a_token_that_was_renewed_is_in_no_file_and_in_no_word_either() {
    let api = Emulator::start().post(photo("DAa").size(64, 64));
    let key = Sandbox::new(&api).run("token keygen").succeeds().stdout;
    let site = Sandbox::new(&api)
        .set("FEEDBAKE_TOKEN_REFRESH", "20d")
        .set("FEEDBAKE_TOKEN_KEY", key.trim())
        .file("templates/index.html", "{% include \"partials/instagram.html\" %}");
    for arguments in ["bake -v", "bake --json", "token status", "token refresh -v", "doctor", "audit"] {
        let ran = site.run(arguments).succeeds();
        assert!(!ran.stderr.contains("sets nothing"), "{}", ran.stderr);
        for token in api.change(|world| world.tokens.clone()) {
            assert!(!ran.stderr.contains(&token.text) && !ran.stdout.contains(&token.text), "{arguments}");
            for (name, bytes) in everything(&site) {
                assert!(!holds(&bytes, &token.text), "{arguments}: {name}");
                assert!(!holds(&bytes, key.trim()), "{arguments}: {name}");
            }
        }
    }
    assert_eq!(api.change(|world| world.tokens.len()), 2);
    let new = api.change(|world| world.tokens[1].text.clone());
    site.write("public/x.html", &new);
    site.run("audit").ends_with(7).says(&["the access token at byte 0"]);
}

#[test]
fn the_token_goes_to_the_api_in_a_header_and_to_nobody_else() {
    let api = Emulator::start().post(photo("DAa").size(64, 64));
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    let seen = api.requests();
    assert!(seen.iter().any(|seen| seen.is_download()));
    for seen in &seen {
        assert!(!seen.request.target.contains(&api.token()), "{}", seen.path());
        assert_eq!(seen.request.header("authorization").is_some(), !seen.is_download(), "{}", seen.path());
        assert!(seen.request.header("user-agent").unwrap().starts_with("feedbake/"));
    }
    api.forget_requests();
    site.run_with("bake", &[("FEEDBAKE_API_TOKEN_IN", "query")]).succeeds();
    assert!(api.requests()[0].request.header("authorization").is_none());
}

#[test]
fn a_caption_that_holds_a_token_costs_its_post() {
    let api = Emulator::start().post(photo("DAb").size(64, 64));
    api.add(photo("DAa").size(64, 64).caption(&format!("my token is {}", api.token())));
    let site = Sandbox::new(&api);
    site.run("bake")
        .succeeds()
        .says(&["left out DAa: cannot be shown: its caption holds what looks like an access token"]);
    assert_eq!(site.shown(), ["DAb"]);
}

#[test]
fn audit_finds_a_planted_token_in_every_coding_and_ends_with_7() {
    use base64::Engine;
    let api = Emulator::start().post(photo("DAa").size(64, 64));
    let token = api.token();
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    site.run("audit").succeeds().says(&["no token"]);
    let base64 = base64::engine::general_purpose::STANDARD.encode(format!("x{token}y"));
    let shape = format!("IGAA{}", "aB3".repeat(40));
    for (name, text) in [("plain.html", &token), ("coded.js", &base64), ("other.bin", &shape)] {
        site.write(&format!("public/{name}"), &format!("before {text} after"));
        let ran = site.run("audit").ends_with(7).says(&[name]);
        assert!(!ran.stderr.contains(&token) && !ran.stdout.contains(&token));
        fs::remove_file(site.path(&format!("public/{name}"))).unwrap();
    }
    site.run("audit nowhere").ends_with(2);
}

#[test]
fn a_dot_env_file_is_read() {
    let api = Emulator::start().post(photo("DAa").size(64, 64));
    let site = Sandbox::new(&api).unset("INSTAGRAM_ACCESS_TOKEN");
    site.run("bake").ends_with(4).says(&["no access token was given", "five steps"]);
    site.write(".env", &format!("INSTAGRAM_ACCESS_TOKEN=\"{}\"\n", api.token()));
    site.run("bake").succeeds();
}
