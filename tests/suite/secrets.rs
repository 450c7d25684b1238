//! The token is nowhere.

use std::fs;

use feedbake::emulator::{Content, Emulator, Fault, photo, reel};

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
    for fault in Fault::ALL
        .iter()
        .filter(|fault| !matches!(fault, Fault::Stall | Fault::Trickle | Fault::StalledPicture | Fault::SlowDrip))
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
        .says(&["left out DAa: cannot be shown: its text holds what looks like an access token"]);
    assert_eq!(site.shown(), ["DAb"]);
}

/// A token planted in every text, link and picture that the API sends.
#[test]
fn a_token_in_any_input_reaches_no_output() {
    let long = format!("IGAA{}ZD", "x1Y2".repeat(40));
    let short = "IGAAonlyforty5characters6long7and8no9more";
    for token in [long.as_str(), short] {
        let picture = |place: &str| {
            let whole = feedbake::emulator::drawn(place, 64, 64);
            let mut bytes = std::io::Cursor::new(Vec::new());
            whole.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
            // A comment behind the first marker.
            let text = format!("{place} {token}");
            let comment =
                [&[0xff, 0xfe], &u16::try_from(text.len() + 2).unwrap().to_be_bytes()[..], text.as_bytes()].concat();
            let mut bytes = bytes.into_inner();
            bytes.splice(2..2, comment);
            Content::Bytes(bytes)
        };
        let plant = |key: &str, value: String| photo("DAa").size(64, 64).fact(key, value.into());
        let planted = [
            plant("caption", format!("see {token}")),
            plant("caption", format!("#{token}")),
            plant("alt_text", token.to_owned()),
            plant("username", token.to_owned()),
            plant("permalink", format!("https://www.instagram.com/p/DAa/?access_token={token}")),
            plant("shortcode", token.to_owned()),
            plant("id", token.to_owned()),
            plant("media_type", token.to_owned()),
            plant("timestamp", token.to_owned()),
            photo("DAa").picture(picture("comment")),
        ];
        for (number, post) in planted.into_iter().enumerate() {
            let api = Emulator::start().post(photo("DAx").size(64, 64));
            api.add(post.at("2026-08-01T10:00:00Z"));
            api.change(|world| world.tokens[0].text = token.to_owned());
            for (key, value) in [("biography", token), ("name", token), ("website", "https://x.example/")] {
                api.change(|world| world.account.insert(key.to_owned(), format!("{value} {token}").into()));
            }
            let site = Sandbox::new(&api);
            for arguments in ["bake -v", "bake --json --strict", "list --json", "bake --offline -v", "list -v"] {
                let ran = site.run(arguments);
                assert!(ran.code == 0, "{number}, {arguments}: {} {}", ran.code, ran.stderr);
                assert!(
                    !ran.stderr.contains(token) && !ran.stdout.contains(token),
                    "{number}, {arguments}: {}",
                    ran.stderr
                );
            }
            assert_eq!(
                site.data()["posts"].as_array().unwrap().iter().filter(|post| post["shortcode"] == "DAx").count(),
                1
            );
            for (name, bytes) in everything(&site) {
                assert!(!name.contains(token) && !holds(&bytes, token), "{number}: {name}");
            }
        }
    }
}

#[test]
fn a_token_where_a_word_was_expected_is_not_repeated() {
    let token = format!("IGAA{}", "Zx9Q".repeat(30));
    let site = Sandbox::without_token();
    for arguments in [format!("bake {token}"), format!("--color {token} list"), format!("token store --to {token}")] {
        let ran = site.run(&arguments);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(!ran.stderr.contains(&token) && ran.stderr.contains("error:"), "{}", ran.stderr);
    }
    site.write("feedbake.toml", &format!("{token} = 1\n"));
    let ran = site.run("list");
    assert!(ran.code == 3 && !ran.stderr.contains(&token), "{}", ran.stderr);
    assert!(ran.stderr.contains("feedbake.toml:1 sets `…`"), "{}", ran.stderr);
}

#[test]
fn ten_thousand_files_are_looked_through() {
    let site = Sandbox::without_token();
    let token = "IGAAonlyforty5characters6long7and8no9more";
    for number in 0..10_000 {
        let planted = if number == 7777 { token } else { "nothing" };
        site.write(
            &format!("public/{}/{number}.html", number % 100),
            &format!("<p>{}{planted}</p>", "word ".repeat(400)),
        );
    }
    let ran = site.run_with("audit public --json", &[("INSTAGRAM_ACCESS_TOKEN", token)]).ends_with(7);
    let json = ran.json();
    assert_eq!((json["files"].as_u64(), json["found"].as_array().map(Vec::len)), (Some(10_000), Some(1)));
    assert!(json["found"][0]["path"].as_str().unwrap().ends_with("7777.html"));
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
    for (name, text) in [
        ("plain.html", &token),
        ("coded.js", &base64),
        ("other.bin", &shape),
        ("every.txt", &token.bytes().map(|byte| format!("%{byte:02X}")).collect()),
        ("shape.txt", &base64::engine::general_purpose::STANDARD.encode(format!("{{\"t\":\"{shape}\"}}"))),
    ] {
        site.write(&format!("public/{name}"), &format!("before {text} after"));
        let ran = site.run("audit").ends_with(7).says(&[name]);
        assert!(!ran.stderr.contains(&token) && !ran.stdout.contains(&token));
        fs::remove_file(site.path(&format!("public/{name}"))).unwrap();
    }
    site.run("audit nowhere").ends_with(2);
}

#[test]
fn audit_finds_what_is_wrapped_escaped_or_in_a_name_and_shows_none_of_it() {
    use base64::Engine;
    let token = "IGAAonlyforty5characters6long7and8no9more";
    let each = |write: &dyn Fn(u32) -> String| token.chars().map(|letter| write(letter as u32)).collect::<String>();
    let base64 = base64::engine::general_purpose::STANDARD.encode(format!("{} {token}", "before ".repeat(9)));
    let wrapped: Vec<&str> = base64.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let wide: Vec<u8> = token.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let packed = |level: u32, text: &str| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(level));
        std::io::Write::write_all(&mut packed, text.as_bytes()).unwrap();
        packed.finish().unwrap()
    };
    let page = format!("<p>{}{token}</p>", "word ".repeat(400_000));
    let bomb = packed(9, &" ".repeat(50_000_000));
    let texts: [(&str, Vec<u8>); 13] = [
        ("packed", packed(9, &page)),
        (
            "packed and cut",
            packed(9, &page.replace("</p>", &"x1 ".repeat(9000))).split_last_chunk::<9>().unwrap().0.to_vec(),
        ),
        ("none in a bomb", bomb),
        ("none in what only begins packed", vec![0x1f, 0x8b, 8, 1, 2, 3]),
        ("mime", wrapped.join("\r\n").into()),
        ("json", each(&|letter| format!("\\u{letter:04x}")).into()),
        ("wide", wide),
        ("entities", each(&|letter| format!("&#{letter};")).into()),
        ("hex", each(&|letter| format!("{letter:02X}")).into()),
        ("partly", token.replace('o', "%6f").into()),
        ("doubly", each(&|letter| format!("%25{letter:02X}")).into()),
        // Over the end of the first piece that is read.
        ("late", [vec![b'.'; (1 << 20) - 20], token.replace('o', "&#x6f;").into()].concat()),
        ("none", b"%20 &amp; &#39; \\n \\u00e9".to_vec()),
    ];
    for (name, text) in texts {
        let site = Sandbox::without_token();
        site.write("public/x", "");
        fs::write(site.path("public/x"), text).unwrap();
        let ran = site.run_with("audit", &[("INSTAGRAM_ACCESS_TOKEN", token)]);
        assert_eq!(ran.code, if name.starts_with("none") { 0 } else { 7 }, "{name}: {}", ran.stderr);
    }
    for name in [format!("public/{token}.txt"), format!("public/{token}/index.html")] {
        let site = Sandbox::without_token().file(&name, &format!("and {token}"));
        for arguments in ["audit", "audit --json"] {
            let ran = site.run_with(arguments, &[("INSTAGRAM_ACCESS_TOKEN", token)]).ends_with(7);
            assert!(ran.stderr.contains("of the name of") && ran.stderr.contains("public/…"), "{}", ran.stderr);
            assert!(!ran.stderr.contains(token) && !ran.stdout.contains(token), "{}", ran.stderr);
        }
    }
}

#[test]
fn a_dot_env_file_is_read() {
    let api = Emulator::start().post(photo("DAa").size(64, 64));
    let site = Sandbox::new(&api).unset("INSTAGRAM_ACCESS_TOKEN");
    site.run("bake").ends_with(4).says(&["no access token was given", "five steps"]);
    site.write(".env", &format!("INSTAGRAM_ACCESS_TOKEN=\"{}\"\n", api.token()));
    site.run("bake").succeeds();
}

#[test]
fn a_token_in_a_path_that_is_not_there_is_not_repeated() {
    let api = Emulator::start().post(photo("DAa").size(32, 32));
    let site = Sandbox::new(&api);
    let token = api.token();
    for arguments in
        [format!("--config /nowhere/{token}"), format!("--site /nowhere/{token}/x"), format!("audit /nowhere/{token}")]
    {
        let ran = site.run(&arguments);
        assert!(ran.code != 0 && !ran.stderr.contains(&token) && ran.stderr.contains("there is no"), "{}", ran.stderr);
    }
}

#[test]
fn a_token_in_a_path_or_word_of_any_command_is_not_repeated() {
    let api = Emulator::start().post(photo("DAa").size(32, 32));
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    let token = api.token();
    site.write("in_the_way", "");
    for arguments in [
        format!("emulate --folder {token}"),
        format!("emulate --fault {token}"),
        format!("preview --out in_the_way/{token}"),
        format!("token store --to file --file nope/{token}"),
        format!("token store --to command -- {token}"),
    ] {
        for form in ["", "--json "] {
            let ran = site.run(&format!("{form}{arguments}"));
            assert_ne!(ran.code, 0, "{arguments}: {}", ran.stderr);
            let said = format!("{}{}", ran.stdout, ran.stderr);
            assert!(!said.contains(&token) && said.contains("nothing") | said.contains("not"), "{said}");
        }
    }
    std::fs::create_dir(site.path(&token)).unwrap();
    for arguments in [format!("--site {token} doctor --offline"), format!("--site {token} doctor --offline --json")] {
        let ran = site.run(&arguments);
        assert!(!ran.stdout.contains(&token) && !ran.stderr.contains(&token), "{}{}", ran.stdout, ran.stderr);
    }
    site.run(&format!("preview --out {token}")).succeeds();
}
