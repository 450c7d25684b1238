//! What a bake leaves in a site, and what it does the second time.

use std::fs;
use std::time::Duration;

use feedbake::emulator::{Content, Emulator, carousel, photo, reel, video};

use crate::sandbox::Sandbox;

fn small_account() -> Emulator {
    Emulator::start()
        .post(photo("DAa").size(1080, 1350).caption("Morning #sea"))
        .post(carousel("DAb").slide(1440, 1080).slide(720, 900))
        .post(reel("DAc").size(720, 1280))
        .post(video("DAd").size(640, 640))
}

#[test]
fn a_bake_leaves_exactly_the_files_the_readme_names() {
    let api = small_account();
    let site = Sandbox::new(&api);
    site.run("").succeeds().says(&["instagram: 4 posts in data/instagram.json (new), 0 left out"]);
    let mut rest: Vec<String> =
        site.files("").into_keys().filter(|name| !name.starts_with("static/feedbake/")).collect();
    rest.sort();
    assert_eq!(
        rest,
        [
            ".feedbake/manifest.json",
            ".feedbake/token-status.json",
            "config.toml",
            "data/instagram.json",
            "static/feedbake.css",
            "templates/partials/instagram.html",
            "templates/shortcodes/instagram.html",
        ]
    );
    site.is_whole();
    assert_eq!(site.shown(), ["DAa", "DAb", "DAc", "DAd"]);
}

#[test]
fn the_second_bake_asks_once_downloads_nothing_and_rewrites_nothing() {
    let api = small_account();
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    let before = site.moments("");
    api.forget_requests();
    site.run("bake").succeeds().says(&["(unchanged)", "5 pictures: 0 made, 5 reused", "1 request"]);
    assert_eq!(site.moments(""), before);
    let asked: Vec<String> = api.requests().iter().map(|seen| seen.path().to_owned()).collect();
    assert_eq!(asked, ["/v25.0/me/media"]);
}

#[test]
fn the_same_picture_posted_many_times_is_no_trouble() {
    let picture =
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/pictures/broken_icc_red_left.jpg")).unwrap();
    let post = |code: &str| photo(code).picture(Content::Bytes(picture.clone()));
    let codes = ["DAa", "DAb", "DAc", "DAd", "DAe", "DAf", "DAg", "DAh"];
    let api = codes.into_iter().fold(Emulator::start(), |api, code| api.post(post(code)));
    for _ in 0..3 {
        let site = Sandbox::new(&api);
        site.run("bake").succeeds();
        assert_eq!(site.shown(), codes);
        site.is_whole();
    }
}

#[test]
fn links_change_with_every_answer_and_nothing_is_downloaded_again() {
    let api = small_account();
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    api.advance(Duration::from_secs(10 * 86_400));
    api.forget_requests();
    site.run("bake").succeeds().says(&["5 reused"]);
    assert!(!api.requests().iter().any(|seen| seen.is_download()));
}

#[test]
fn outputs_that_were_deleted_come_back_byte_for_byte_without_a_download() {
    let api = small_account();
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    let before = site.files("");
    for lost in ["data", "static", "templates", ".feedbake/manifest.json"] {
        let path = site.path(lost);
        if path.is_dir() { std::fs::remove_dir_all(path).unwrap() } else { std::fs::remove_file(path).unwrap() }
    }
    api.forget_requests();
    site.run("bake").succeeds().says(&["0 made"]);
    assert_eq!(site.files(""), before);
    assert!(!api.requests().iter().any(|seen| seen.is_download()));
}

#[test]
fn committed_outputs_are_enough_when_the_cache_is_gone() {
    let api = small_account();
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    let before = site.moments("");
    site.run("clean").succeeds();
    api.forget_requests();
    site.run("bake").succeeds().says(&["0 made, 5 reused"]);
    assert_eq!(site.moments(""), before);
    assert!(!api.requests().iter().any(|seen| seen.is_download()));
}

#[test]
fn two_machines_make_the_same_bytes() {
    let api = small_account();
    let (one, two) = (Sandbox::new(&api), Sandbox::new(&api));
    one.run("bake").succeeds();
    two.run("bake").succeeds();
    // When a machine met its token is its own affair.
    let baked = |site: &Sandbox| {
        let mut files = site.files("");
        files.remove(".feedbake/token-status.json");
        files
    };
    assert!(baked(&one) == baked(&two), "the two sites differ");
}

#[test]
fn another_recipe_is_made_from_the_cache_and_the_old_pictures_leave() {
    let api = small_account();
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    let before = site.named_pictures();
    api.forget_requests();
    site.write("feedbake.toml", "[pictures]\naspect = \"1:1\"\nwidths = [200]\n");
    site.run("bake").succeeds().says(&["5 made", "files removed"]);
    assert!(!api.requests().iter().any(|seen| seen.is_download()));
    let after = site.named_pictures();
    assert!(after.iter().all(|path| !before.contains(path) && path.contains("-200.")), "{after:?}");
    site.is_whole();
}

#[test]
fn a_post_that_leaves_the_feed_takes_its_files_with_it() {
    let api = Emulator::start().post(photo("DAa").size(1080, 1350)).post(photo("DAb").size(1080, 1080));
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    api.delete("DAa");
    site.run("bake").succeeds().says(&["DAa is not on Instagram any more", "2 posts → 1", "6 files removed"]);
    assert_eq!(site.shown(), ["DAb"]);
    site.is_whole();
    assert_eq!(walk_cache(&site), 1 + 6 + 1, "one original, its renditions and the data file");
}

fn walk_cache(site: &Sandbox) -> usize {
    let objects = walkdir::WalkDir::new(site.path(".feedbake/cache/objects"));
    objects.into_iter().filter_map(Result::ok).filter(|entry| entry.file_type().is_file()).count()
}

#[test]
fn a_post_that_cannot_be_had_makes_room_for_the_next() {
    let api = Emulator::start()
        .post(photo("DAa").without_media_url())
        .post(photo("DAb").broken_picture())
        .post(photo("DAc").size(1080, 1080))
        .post(photo("DAd").size(1080, 1080))
        .post(photo("DAe").size(1080, 1080));
    let site = Sandbox::new(&api);
    site.run("bake --limit 2").succeeds().says(&["left out DAa: cannot be shown", "left out DAb: cannot be shown"]);
    assert_eq!(site.shown(), ["DAc", "DAd"]);
    site.is_whole();
}

#[test]
fn it_pages_on_until_enough_posts_survive_or_the_account_ends() {
    let mut api = Emulator::start();
    for number in 0..230 {
        let tag = if number % 100 == 99 { "#rare" } else { "#common" };
        api = api.post(photo(&format!("D{number:03}")).size(640, 640).caption(tag));
    }
    let site = Sandbox::new(&api)
        .file("feedbake.toml", "include_hashtags = [\"rare\"]\nlimit = 2\n[pictures]\nwidths = [64]\n");
    site.run("bake").succeeds();
    assert_eq!(site.shown(), ["D099", "D199"]);
    let pages = |api: &Emulator| api.requests().iter().filter(|seen| seen.path().ends_with("/media")).count();
    assert_eq!(pages(&api), 2);
    api.forget_requests();
    site.run("bake --limit 5").succeeds();
    assert_eq!(site.shown().len(), 2, "the account has no more");
    assert_eq!(pages(&api), 3);
    api.forget_requests();
    site.run_with("bake --limit 5", &[("FEEDBAKE_SCAN", "150")]).succeeds().says(&["more posts than `scan`"]);
    assert_eq!(site.shown(), ["D099"]);
    assert_eq!(pages(&api), 2);
}

#[test]
fn a_template_the_user_edited_or_deleted_from_git_is_never_overwritten() {
    let api = small_account();
    let site = Sandbox::new(&api);
    site.write("templates/partials/instagram.html", "mine");
    site.run("bake").succeeds();
    assert_eq!(std::fs::read_to_string(site.path("templates/partials/instagram.html")).unwrap(), "mine");
    site.write("static/feedbake.css", "mine, too");
    site.run("bake").succeeds();
    assert_eq!(std::fs::read_to_string(site.path("static/feedbake.css")).unwrap(), "mine, too");
    site.run("clean --all").succeeds().says(&["static/feedbake.css is not what feedbake left there, and stays"]);
    let rest: Vec<String> = site.files("").into_keys().collect();
    assert_eq!(rest, ["config.toml", "static/feedbake.css", "templates/partials/instagram.html"]);
}

#[test]
fn a_data_file_of_the_users_own_is_not_overwritten() {
    let api = small_account();
    let site = Sandbox::new(&api).file("data/instagram.json", "{\"mine\": true}");
    site.run("bake").ends_with(6).says(&["feedbake did not make it", "set `data_file`"]);
    assert_eq!(std::fs::read_to_string(site.path("data/instagram.json")).unwrap(), "{\"mine\": true}");
}

#[test]
fn offline_uses_what_the_cache_holds() {
    let api = small_account();
    let site = Sandbox::new(&api);
    site.run("bake --offline").ends_with(5).says(&["nothing was fetched", "without `--offline`"]);
    site.run("bake").succeeds();
    let offline = site.run_with("bake --offline --limit 2", &[("FEEDBAKE_API_BASE", "http://127.0.0.1:9")]);
    offline.succeeds().says(&["4 posts → 2"]);
    assert_eq!(site.shown(), ["DAa", "DAb"]);
    site.is_whole();
    // What is beyond the limit has lost its picture by now, and is not blamed for it.
    site.run("list --offline --limit 2").succeeds().prints(&["beyond `limit`"]);
}

#[test]
fn a_dry_run_writes_nothing() {
    let api = small_account();
    let site = Sandbox::new(&api);
    site.run("bake --dry-run").succeeds().prints(&["DAa", "DAd"]).says(&["nothing was written"]);
    assert_eq!(site.files("").into_keys().collect::<Vec<_>>(), ["config.toml"]);
    assert!(!site.path(".feedbake").exists());
}

#[test]
fn several_feeds_live_side_by_side() {
    let api = small_account();
    let settings =
        "limit = 1\n[[feed]]\nname = \"instagram\"\n[[feed]]\nname = \"films\"\ntypes = [\"video\"]\nlimit = 2\n";
    let site = Sandbox::new(&api).file("feedbake.toml", settings);
    site.run("bake").succeeds();
    assert_eq!(site.shown(), ["DAa"]);
    let films = site.json("data/films.json");
    let codes: Vec<&str> =
        films["posts"].as_array().unwrap().iter().map(|post| post["shortcode"].as_str().unwrap()).collect();
    assert_eq!(codes, ["DAc", "DAd"]);
    site.write("feedbake.toml", "limit = 1\n");
    site.run("bake").succeeds();
    assert!(!site.path("data/films.json").exists(), "a feed that is not wished any more leaves");
    site.is_whole();
}

/// Two accounts on one site, and a third feed of both.
const TWO_AND_BOTH: &str = "[[feed]]\nname = \"shop\"\ntoken_env = \"SHOP_TOKEN\"\napi.base = \"SHOP\"\n\
    [[feed]]\nname = \"studio\"\ntoken_env = \"STUDIO_TOKEN\"\napi.base = \"STUDIO\"\n[[feed]]\nname = \"all\"\nmerge = [\"shop\", \"studio\"]\nlimit = 3\n";

#[test]
fn several_accounts_are_one_feed_by_date_and_a_failing_one_keeps_its_part() {
    let at = |day: u8| serde_json::json!(format!("2026-05-0{day}T10:00:00+0000"));
    let shop = Emulator::start()
        .post(photo("DAa").size(32, 32).fact("timestamp", at(4)))
        .post(photo("DAb").size(32, 32).fact("timestamp", at(2)));
    let studio = Emulator::start()
        .post(photo("DBa").size(32, 32).fact("timestamp", at(3)))
        .post(photo("DBb").size(32, 32).fact("timestamp", at(1)));
    let site = Sandbox::new(&shop)
        .set("SHOP_TOKEN", &shop.token())
        .set("STUDIO_TOKEN", &studio.token())
        .unset("INSTAGRAM_ACCESS_TOKEN")
        .unset("FEEDBAKE_API_BASE")
        .file(
            "feedbake.toml",
            &TWO_AND_BOTH
                .replace("\"SHOP\"", &format!("{:?}", shop.base()))
                .replace("\"STUDIO\"", &format!("{:?}", studio.base())),
        );
    let shown = |name: &str| -> Vec<String> {
        let data = site.json(&format!("data/{name}.json"));
        data["posts"].as_array().unwrap().iter().map(|post| post["shortcode"].as_str().unwrap().to_owned()).collect()
    };
    // Every picture that a data file names is there, and no other.
    let is_whole = || {
        let files = ["shop", "studio", "all"].map(|name| site.json(&format!("data/{name}.json")));
        let named = files.iter().flat_map(feedbake::site::named_paths).map(|path| format!("static/{path}"));
        let there = site.files("static/feedbake").into_keys();
        assert_eq!(there.collect::<std::collections::BTreeSet<_>>(), named.collect());
    };
    site.run("bake").succeeds().says(&["all: 3 posts in data/all.json (new)"]);
    assert_eq!(shown("all"), ["DAa", "DBa", "DAb"]);
    is_whole();
    assert_eq!(site.json("data/all.json")["account"], site.json("data/shop.json")["account"], "both say the same");
    site.run("bake").succeeds().says(&["data/all.json (unchanged)"]);
    site.run("doctor").prints(&["data/all.json"]);
    let all = &site.run("list --json").succeeds().says(&[]).json()["feeds"][2];
    let codes: Vec<&str> =
        all["posts"].as_array().unwrap().iter().map(|post| post["shortcode"].as_str().unwrap()).collect();
    assert_eq!((all["name"].as_str(), codes), (Some("all"), vec!["DAa", "DBa", "DAb"]));
    site.run("list").succeeds().says(&["all: 3 posts of shop and studio\n"]).prints(&["   2  DBa"]);

    // One account fails, the other one goes on: the merged feed has what both show.
    studio.fault(feedbake::emulator::Fault::TokenExpired);
    shop.add(photo("DAc").size(32, 32).fact("timestamp", at(5)));
    site.run("bake").succeeds().says(&["the feed studio was not refreshed", "all: 3 posts in data/all.json"]);
    assert_eq!(shown("all"), ["DAc", "DAa", "DBa"]);
    is_whole();
    // A post that goes takes its place in both.
    studio.clear_faults();
    shop.delete("DAa");
    site.run("bake").succeeds();
    assert_eq!(shown("all"), ["DAc", "DBa", "DAb"]);
    is_whole();

    for (parts, words) in [
        ("[\"shop\", \"studo\"]", "a list of names of other feeds: \"shop\", \"studio\""),
        ("[]", "a list of names of other feeds"),
        ("[\"all\"]", "a list of names of other feeds"),
    ] {
        let settings = fs::read_to_string(site.path("feedbake.toml")).unwrap();
        site.write("feedbake.toml", &settings.replace("[\"shop\", \"studio\"]", parts));
        site.run("bake").ends_with(3).says(&["`merge` in feedbake.toml", words]);
        site.write("feedbake.toml", &settings);
    }
    site.run("clean --all").succeeds();
    assert!(!site.path("data/all.json").exists());
}

#[test]
fn a_merged_feed_has_a_masonry_of_its_own() {
    let settings = "[pictures]\nwidths = [64]\n[[feed]]\nname = \"one\"\n[[feed]]\nname = \"all\"\nmerge = [\"one\"]\n[[feed]]\nname = \"few\"\nmerge = [\"one\"]\nlimit = 7\n";
    let site = Sandbox::without_token().file("feedbake.toml", settings);
    site.run("bake --demo").succeeds();
    let of = |name: &str| site.json(&format!("data/{name}.json"))["masonry"].as_array().unwrap().clone();
    assert_eq!((of("one").len(), of("all")), (12, of("one")));
    // It weighs what its posts weigh, and the budget is for it, too.
    let feeds = site.run("bake --demo --json").succeeds().json()["feeds"].clone();
    let phone = |at: usize| feeds[at]["weight"]["phone_bytes"].as_u64().unwrap();
    assert!(phone(0) > 0 && phone(1) == phone(0) && phone(2) < phone(0), "{feeds}");
    let said = site.run(&format!("bake --demo --max-bytes {}", phone(0) - 1)).ends_with(3).stderr;
    assert!(said.contains("the feed one is heavier") && said.contains("the feed all is heavier"), "{said}");
    assert!(!said.contains("the feed few is heavier"), "{said}");
    let few = of("few");
    assert!(few.len() == 7 && few[..] != of("one")[..7], "{few:?}");
}

#[test]
fn a_feed_is_weighed_and_a_budget_holds() {
    let api = Emulator::serve(feedbake::emulator::World::demo()).unwrap();
    let settings = "[pictures]\nwidths = [160, 320, 640]\nformats = [\"webp\", \"jpeg\"]\n";
    let site = Sandbox::new(&api).file("feedbake.toml", settings);
    let summary = site.path("summary.md");
    let baked =
        site.run_with("bake --json", &[("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap())]);
    let answer: serde_json::Value = serde_json::from_str(&baked.succeeds().stdout).unwrap();
    let weight = &answer["feeds"][0]["weight"];
    // By hand, from the files: the covers that a tile of 390 dots asks for.
    let data = site.data();
    let size = |path: &serde_json::Value| {
        fs::metadata(site.path(&format!("static/{}", path.as_str().unwrap()))).unwrap().len()
    };
    let loaded = |image: &serde_json::Value| {
        let webp = image["sources"][0]["srcset"].as_array().unwrap();
        let chosen =
            webp.iter().find(|file| file["width"].as_u64().unwrap() >= 390).unwrap_or_else(|| webp.last().unwrap());
        size(&chosen["path"])
    };
    let posts = data["posts"].as_array().unwrap();
    let phone: u64 = posts.iter().map(|post| loaded(&post["image"])).sum();
    assert_eq!(weight["phone_bytes"], phone);
    let all: u64 = site.files("static/feedbake").values().map(|bytes| bytes.len() as u64).sum();
    assert_eq!(weight["site_bytes"], all);
    let widths: Vec<u64> =
        weight["widths"].as_array().unwrap().iter().map(|entry| entry["width"].as_u64().unwrap()).collect();
    assert_eq!(widths, [160, 320, 640]);
    assert!(fs::read_to_string(&summary).unwrap().contains("a phone loads"), "it is in the step summary");

    site.run(&format!("bake --max-bytes {phone}")).succeeds();
    site.run(&format!("bake --max-bytes {}", phone - 1))
        .ends_with(3)
        .says(&["heavier than `--max-bytes`", "pictures.formats"]);
    site.run("bake --max-bytes 10MB").succeeds().says(&["in the site (", "a phone loads", "for 12 tiles"]);
    for size in ["1.5MB", "1MiB", "0.01GB"] {
        site.run(&format!("bake --max-bytes {size}")).succeeds();
    }
    site.run("bake --max-bytes lots").ends_with(2).says(&["such as `350kB`"]);

    // What a browser loads before anybody touches anything: the picture beside the first of each album, and the profile's.
    site.write("feedbake.toml", &format!("{settings}[display]\nalbums = \"leaf\"\nheader = true\n"));
    let answer = site.run("bake --json").succeeds().json();
    let data = site.data();
    let second: u64 = posts.iter().filter_map(|post| post["slides"].get(1)).map(loaded).sum();
    let avatar = size(&data["account"]["avatar"]["src"]);
    assert!(second > 0 && avatar > 0);
    assert_eq!(answer["feeds"][0]["weight"]["phone_bytes"], phone + second + avatar);
}

#[test]
fn a_video_lies_beside_its_poster_where_that_is_wished_and_costs_itself_alone() {
    let Content::Bytes(film) = Content::video() else { panic!("the film is made of bytes") };
    let half = Content::Bytes(film[..film.len() - 4].to_vec());
    let api = Emulator::start()
        .post(reel("DAa").size(72, 128))
        .post(video("DAb").size(64, 64).film(Content::Bytes([b"\0\0\0\x20ftypisom".as_slice(), &[7; 3000]].concat())))
        .post(video("DAc").size(64, 64).film(Content::Bytes(b"<!DOCTYPE html><title>Sorry</title>".to_vec())))
        .post(carousel("DAd").slide(64, 64).video_slide(64, 64))
        .post(video("DAe").size(64, 64).without_media_url())
        .post(video("DAf").size(64, 64).film(half));
    let file = "[pictures]\nvideo = \"file\"\nvideo_max = \"2kB\"\n";
    let site = Sandbox::new(&api).file("feedbake.toml", file);
    let videos =
        || -> Vec<String> { site.files("static/feedbake").into_keys().filter(|name| name.ends_with(".mp4")).collect() };
    let video_of = |data: &serde_json::Value, code: &str| {
        let post = data["posts"].as_array().unwrap().iter().find(|post| post["shortcode"] == code).unwrap();
        post["video"].clone()
    };
    site.run("bake").succeeds().says(&[
        "DAb is shown by its poster",
        "DAc is shown by its poster",
        "DAe is shown by its poster: the API names no file for it",
        "DAf is shown by its poster",
        "the file ends before the video does",
    ]);
    site.is_whole();
    let data = site.data();
    let film = video_of(&data, "DAa");
    assert_eq!((&film["type"], &film["duration"]), (&"video/mp4".into(), &"0:12".into()));
    let place = format!("static/{}", film["src"].as_str().unwrap());
    assert_eq!(fs::metadata(site.path(&place)).unwrap().len(), film["bytes"].as_u64().unwrap());
    assert_eq!(data["posts"].as_array().unwrap().len(), 6, "no post is lost");
    for code in ["DAb", "DAc", "DAd", "DAe", "DAf"] {
        assert!(video_of(&data, code).is_null(), "{code}");
    }
    let slides = &data["posts"].as_array().unwrap().iter().find(|post| post["shortcode"] == "DAd").unwrap()["slides"];
    assert!(slides[0]["video"].is_null() && slides[1]["video"]["src"].is_string(), "{slides}");
    assert_eq!(videos().len(), 2);
    site.run("doctor").prints(&["data/instagram.json"]);

    // Nothing is downloaded twice, and a lost one comes back from the cache; with the cache gone it is downloaded again.
    let asked = || api.requests().iter().filter(|request| request.path().starts_with("/o1/")).count();
    let before = asked();
    fs::remove_file(site.path(&place)).unwrap();
    site.run("bake").succeeds().says(&["(unchanged)"]);
    assert!(site.path(&place).is_file());
    assert!(asked() - before <= 3, "only what could not be had is asked for again");

    // The API is down, and the file is nowhere: the poster stands in for it.
    fs::remove_file(site.path(&place)).unwrap();
    fs::remove_dir_all(site.path(".feedbake/cache")).unwrap();
    api.fault(feedbake::emulator::Fault::TokenExpired);
    site.run("bake").succeeds();
    assert!(video_of(&site.data(), "DAa").is_null() && site.data()["posts"].as_array().unwrap().len() == 6);
    api.clear_faults();
    site.run("bake").succeeds();
    assert!(site.path(&place).is_file() && video_of(&site.data(), "DAa")["src"].is_string());

    // Without the wish the files go.
    site.write("feedbake.toml", "");
    site.run("bake").succeeds();
    assert_eq!(videos(), Vec::<String>::new());
    site.is_whole();
    site.write("feedbake.toml", "[pictures]\nvideo_max = \"large\"\n");
    site.run("bake").ends_with(3).says(&["`pictures.video_max` in feedbake.toml:2 should be a size such as \"20MB\""]);
}

#[test]
fn the_script_comes_along_on_request_and_its_line_is_right() {
    use base64::Engine as _;
    use sha2::Digest as _;
    let api = Emulator::start().post(photo("DAa").size(32, 32));
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    assert!(!site.path("static/feedbake.js").exists(), "nothing needs it");
    site.write("feedbake.toml", "display.script = true\n");
    site.run("bake").succeeds().says(&["wrote static/feedbake.js"]);
    let script = fs::read(site.path("static/feedbake.js")).unwrap();
    assert!(script.len() < 2000, "{} bytes", script.len());
    // A page names it by its hash: the document has the one of the file as it is installed.
    let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha384::digest(&script));
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/display.md")).unwrap();
    assert!(page.contains(&format!("integrity=\"sha384-{hash}\"")), "docs/display.md should say sha384-{hash}");
    site.write("static/feedbake.js", "// mine\n");
    site.run("bake").succeeds();
    site.run("clean --all").succeeds();
    assert_eq!(fs::read_to_string(site.path("static/feedbake.js")).unwrap(), "// mine\n");
}

#[test]
fn the_token_of_another_account_is_told_from_posts_that_are_gone() {
    let api = Emulator::start().post(photo("DAa").size(32, 32)).post(photo("DAb").size(32, 32));
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    let rename = |name: &str| {
        api.change(|world| {
            world.account.insert("username".to_owned(), name.into());
            world.posts.iter_mut().for_each(|post| drop(post.facts.insert("username".to_owned(), name.into())));
        });
    };
    // Another name for the same posts is no other account, and is there at once.
    rename("renamed");
    let said = site.run("bake").succeeds().stderr;
    assert!(!said.contains("was the feed of") && !said.contains("any more"), "{said}");
    assert_eq!(site.data()["account"]["username"], "renamed");
    for code in ["DAa", "DAb"] {
        api.delete(code);
    }
    api.add(photo("DAc").size(32, 32));
    rename("other");
    let said = site.run("bake").succeeds().says(&["was the feed of @renamed and is that of @other now"]).stderr;
    assert!(!said.contains("any more"), "{said}");
    assert_eq!((site.data()["account"]["username"].as_str(), site.shown()), (Some("other"), vec!["DAc".to_owned()]));
    // And now a post that is gone is gone.
    api.add(photo("DAd").size(32, 32).at("2030-01-01T00:00:00+0000"));
    site.run("bake").succeeds();
    api.delete("DAd");
    site.run("bake").succeeds().says(&["DAd is not on Instagram any more"]);
}

#[test]
fn the_picture_of_the_account_comes_with_the_header_and_costs_nothing_else() {
    let api = Emulator::serve(feedbake::emulator::World::demo()).unwrap();
    let header = "[pictures]\nwidths = [64]\n[display]\nheader = true\n";
    let site = Sandbox::new(&api).file("feedbake.toml", "[pictures]\nwidths = [64]\n");
    let asks_for_it = || api.requests().iter().any(|seen| seen.request.target.contains("profile_picture_url"));
    site.run("bake").succeeds();
    assert!(site.data()["account"]["avatar"].is_null() && !asks_for_it());

    site.write("feedbake.toml", header);
    site.run("bake").succeeds();
    let avatar = site.data()["account"]["avatar"].clone();
    assert_eq!((&avatar["width"], &avatar["height"]), (&192.into(), &192.into()));
    let place = format!("static/{}", avatar["src"].as_str().unwrap());
    assert!(place.contains("/profile-") && site.path(&place).is_file(), "{place}");
    site.run("doctor").prints(&["data/instagram.json"]);
    site.run("preview --out seen").succeeds();
    assert!(fs::read_to_string(site.path("seen/index.html")).unwrap().contains("<img class=\"feedbake-avatar\""));
    // Once it is there nothing is asked for again, and where it is lost it comes back.
    let downloads = || api.requests().iter().filter(|seen| seen.is_download()).count();
    let before = downloads();
    site.run("bake").succeeds().says(&["(unchanged)"]);
    fs::remove_file(site.path(&place)).unwrap();
    site.run("bake").succeeds().says(&["(unchanged)"]);
    assert!(site.path(&place).is_file());
    assert_eq!(downloads(), before);

    // One that cannot be had costs itself: the profile is there in words.
    let mut world = feedbake::emulator::World::demo();
    world.account.insert("profile_picture_url".to_owned(), "nowhere.jpg".into());
    let lonely = Emulator::serve(world).unwrap();
    let other = Sandbox::new(&lonely).file("feedbake.toml", header);
    other.run("bake").succeeds();
    assert!(other.data()["account"]["avatar"].is_null() && other.shown().len() == 12);
    other.is_whole();
    // Without the wish it goes.
    site.write("feedbake.toml", "[pictures]\nwidths = [64]\n");
    site.run("bake").succeeds();
    assert!(!site.path(&place).exists() && site.data()["account"]["avatar"].is_null());
    site.is_whole();
    // And comes back with it.
    site.write("feedbake.toml", header);
    site.run("bake").succeeds();
    assert!(site.path(&place).is_file() && site.data()["account"]["avatar"] == avatar);
}

#[test]
fn a_folder_that_nothing_tells_of_is_told_and_so_is_the_site_below() {
    let api = Emulator::start().post(photo("DAa").size(32, 32));
    let site = Sandbox::new(&api);
    assert!(!site.run("bake").succeeds().stderr.contains("says what builds the site"));
    fs::remove_file(site.path("config.toml")).unwrap();
    let told = ["warning: the files go where Zola would look for them", "says what builds the site"];
    site.run("bake --quiet").succeeds().says(&told);
    site.write("web/hugo.toml", "");
    site.run("bake").succeeds().says(&told).says(&["/web`, or run it there"]);
    let seen = site.run_with("bake", &[("GITHUB_ACTIONS", "true")]).succeeds();
    assert!(seen.stderr.contains("::warning title=feedbake::the files go where Zola"), "{}", seen.stderr);
    // Somebody said it.
    for settings in ["generator = \"zola\"\n", ""] {
        site.write("feedbake.toml", settings);
        assert!(!site.run("bake").succeeds().stderr.contains("says what builds the site"), "{settings}");
    }
}

#[test]
fn a_template_that_was_removed_comes_back_and_the_way_out_is_told() {
    let api = Emulator::start().post(photo("DAa").size(32, 32));
    let site = Sandbox::new(&api);
    site.run("bake").succeeds().says(&["wrote templates/shortcodes/instagram.html: yours from now on"]);
    fs::remove_file(site.path("templates/shortcodes/instagram.html")).unwrap();
    let again = "wrote templates/shortcodes/instagram.html again: it was gone; with `templates = false`";
    site.run("bake").succeeds().says(&[again]);
    fs::remove_file(site.path("templates/shortcodes/instagram.html")).unwrap();
    site.write("feedbake.toml", "templates = false\n");
    site.run("bake").succeeds();
    assert!(!site.path("templates/shortcodes/instagram.html").exists());
}
