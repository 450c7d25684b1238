//! `feedbake list`.

use std::fs;

use feedbake::emulator::{Emulator, carousel, photo, video};

use crate::sandbox::Sandbox;

#[test]
fn every_post_is_listed_with_its_reason_and_nothing_is_written() {
    let api = Emulator::start()
        .post(photo("DAa").caption("One"))
        .post(video("DAb").caption("Two"))
        .post(photo("DAc").without_media_url())
        .post(photo("DAd").caption("#secret"))
        .post(photo("DAe"))
        .post(photo("DAf"));
    let settings = "limit = 2\ntypes = [\"image\"]\nexclude_hashtags = [\"secret\"]\npin = [\"DZz\"]\n";
    let site = Sandbox::new(&api).file("feedbake.toml", settings);
    site.run("list").succeeds().prints(&[
        "   1  DAa",
        "a post of type video, which `types` leaves out",
        "cannot be shown: the API names no picture for it",
        "carries #secret, which `exclude_hashtags` leaves out",
        "beyond `limit`",
    ]);
    assert!(!site.path(".feedbake").exists() && !site.path("data").exists());
    assert!(!api.requests().iter().any(|seen| seen.is_download()));

    let json = site.run("list --json").succeeds().says(&["`pin` in feedbake.toml:4 pins nothing by DZz"]).json();
    let posts = json["feeds"][0]["posts"].as_array().unwrap();
    let kept: Vec<&str> =
        posts.iter().filter(|post| post["kept"] == true).map(|post| post["shortcode"].as_str().unwrap()).collect();
    assert_eq!(kept, ["DAa", "DAe"]);
    assert!(posts.iter().filter(|post| post["kept"] == false).all(|post| post["reason"] != ""));
}

#[test]
fn posts_without_an_alternative_text_are_printed_as_overrides_to_fill_in() {
    let api = Emulator::start()
        .post(photo("DAa").size(32, 32).caption("Low tide # \"quoted\""))
        .post(photo("DAb").size(32, 32).alt("A boat"))
        .post(carousel("DAc").slide(32, 32).slide(32, 32).slide(32, 32))
        .post(photo("DAd").size(32, 32).caption(""));
    let site = Sandbox::new(&api).file("feedbake.toml", "[[override]]\npost = \"DAd\"\ncaption = \"ours\"\n");
    site.run("list --deny missing-alt").ends_with(3).says(&["3 of 4 posts lack an alternative text", "--missing-alt"]);
    site.run("bake --deny missing-alt").ends_with(3).says(&["3 of 4 posts lack"]);
    assert_eq!(site.shown().len(), 4, "what is denied is baked even so");

    let listed = site.run("list --missing-alt").succeeds().says(&["3 of 4 posts lack"]);
    let skeleton = listed.stdout;
    assert!(skeleton.contains("post = \"https://www.instagram.com/p/DAc/\"\nalt = [\"\", \"\", \"\"]\n"), "{skeleton}");
    assert!(!skeleton.contains("DAb"), "{skeleton}");
    // As it is printed it can stand in the settings, where it says nothing yet.
    let settings = fs::read_to_string(site.path("feedbake.toml")).unwrap();
    site.write("feedbake.toml", &format!("{settings}\n{skeleton}"));
    let before = site.data();
    site.run("bake").succeeds().says(&["(unchanged)"]);
    assert_eq!(site.data(), before);
    // Filled in, every picture has its own, and the caption that was said elsewhere stays.
    let filled =
        skeleton.replace("\"\", \"\", \"\"", "\"one\", \"two\", \"three\"").replace("alt = \"\"", "alt = \"filled\"");
    site.write("feedbake.toml", &format!("{settings}\n{filled}"));
    site.run("bake --deny missing-alt").succeeds();
    site.run("list --missing-alt --deny missing-alt").succeeds().says(&["each of 4 posts has an alternative text"]);
    let data = site.data();
    let post = |code: &str| data["posts"].as_array().unwrap().iter().find(|post| post["shortcode"] == code).unwrap();
    let alts: Vec<&str> =
        post("DAc")["slides"].as_array().unwrap().iter().map(|slide| slide["alt"].as_str().unwrap()).collect();
    assert_eq!(alts, ["one", "two", "three"]);
    assert_eq!((&post("DAd")["alt"], &post("DAd")["caption"]), (&"filled".into(), &"ours".into()));
    site.write("feedbake.toml", "[[override]]\npost = \"DAa\"\nalt = [1.5]\n");
    site.run("bake").ends_with(3).says(&["`alt` in feedbake.toml:3 should be a text, or a list of texts"]);
}

#[test]
fn a_name_in_the_settings_that_no_post_bears_is_told_where_that_is_sure() {
    // Their names tell when they were made, as Instagram's do.
    let of = |code: &str, time: &str| photo(code).size(32, 32).at(time);
    let mut api = Emulator::start();
    api = api.post(of("DTyevLOfgZC", "2026-01-21T22:02:00+0000")).post(of("DO_QeDhEcVs", "2025-09-24T14:31:00+0000"));
    for number in 0..40 {
        api = api.post(of(&format!("DEUR0mq{number:02}AA"), &format!("2025-01-02T08:{:02}:00+0000", 59 - number)));
    }
    let settings =
        "limit = 2\nhide = [\"DTyevL0fgZC\", \"DDAAAAAAAAA\"]\n[[override]]\npost = \"DR1QQQQQQQQ\"\nalt = \"x\"\n";
    let site = Sandbox::new(&api).file("feedbake.toml", settings);
    let hidden = "warning: `hide` in feedbake.toml:2 hides nothing by DTyevL0fgZC, which matches no post seen: did you mean DTyevLOfgZC?";
    let changed =
        "warning: `[[override]]` in feedbake.toml:4 changes nothing by DR1QQQQQQQQ, which matches no post seen";
    // One that is older than what was listed may be there.
    for command in ["list", "bake --dry-run", "bake", "bake -q", "bake --offline"] {
        let ran = site.run(command).succeeds().says(&[hidden, changed]);
        assert!(!ran.stderr.contains("DDAAAAAAAAA"), "{command}: {}", ran.stderr);
    }
    let found = site.run("doctor --offline").stdout;
    assert!(found.contains("hides nothing by DTyevL0fgZC") && !found.contains("DDAAAAAAAAA"), "{found}");
    // At the end of the list that is sure as well.
    site.write("feedbake.toml", &settings.replace("limit = 2", "limit = 100"));
    site.run("bake").succeeds().says(&[hidden, changed, "hides nothing by DDAAAAAAAAA"]);
    site.write("feedbake.toml", "hide = [\"DTyevLOfgZC\"]\n");
    let ran = site.run("bake").succeeds();
    assert!(!ran.stderr.contains("matches no post"), "{}", ran.stderr);
    let ran = site.run("bake --demo").succeeds();
    assert!(!ran.stderr.contains("matches no post"), "{}", ran.stderr);
}
