//! `[archive]`: a page for every post that was ever listed.

use std::fs;
use std::process::Command;

use feedbake::emulator::{Content, Emulator, Fault, World, carousel, photo, video};

use crate::sandbox::Sandbox;

const SETTINGS: &str =
    "limit = 3\n[archive]\nenabled = true\n[pictures]\nwidths = [32]\nformats = [\"webp\", \"jpeg\"]\n";

fn small(code: &str) -> feedbake::emulator::PostBuilder {
    photo(code).size(32, 32)
}

/// An account with `count` posts: `DA000` is the newest.
fn account(count: usize) -> Emulator {
    (0..count).fold(Emulator::start(), |api, number| {
        api.post(small(&format!("DA{number:03}")).caption(&format!("Post {number}")))
    })
}

fn site(api: &Emulator) -> Sandbox {
    Sandbox::new(api).file("feedbake.toml", SETTINGS)
}

/// The shortcodes of the posts with a page.
fn pages(site: &Sandbox) -> Vec<String> {
    let files = site.files("content/instagram");
    let texts = files.values().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let code = |text: String| Some(text.split_once("\nshortcode = \"")?.1.split('"').next()?.to_owned());
    let mut codes: Vec<String> = texts.filter_map(code).collect();
    codes.sort();
    codes
}

/// What was asked for: pages of the list, and files.
fn asked(api: &Emulator) -> (usize, usize) {
    let requests = api.requests();
    let lists = requests.iter().filter(|seen| seen.path().ends_with("/media")).count();
    (lists, requests.iter().filter(|seen| seen.is_download()).count())
}

#[test]
fn every_post_gets_a_page_once_and_a_warm_bake_asks_for_nothing_more() {
    let api = account(230);
    let site = site(&api);
    site.run("bake").succeeds().says(&["230 posts in the archive, 230 new, 232 written"]);
    assert_eq!((pages(&site).len(), site.shown().len()), (230, 3));
    assert_eq!(asked(&api).1, 230);
    let before = site.moments("");

    api.forget_requests();
    site.run("bake").succeeds().says(&["230 posts in the archive\n"]);
    assert_eq!(asked(&api), (1, 0));
    let unchanged = |name: &str| !name.starts_with(".feedbake/cache");
    let after = site.moments("");
    assert!(before.iter().filter(|(name, _)| unchanged(name)).all(|(name, time)| after[name] == *time));

    // What is new is on the first page; nothing else is asked for or written.
    api.add(small("DAnew").caption("New").at("2030-01-01T00:00:00+0000"));
    api.forget_requests();
    site.run("bake").succeeds().says(&["231 posts in the archive, 1 new, 2 written"]);
    assert_eq!(asked(&api), (1, 1));
    assert!(pages(&site).contains(&"DAnew".to_owned()));

    // A clean checkout without the cache has everything it needs, too.
    fs::remove_dir_all(site.path(".feedbake/cache")).unwrap();
    api.forget_requests();
    site.run("bake").succeeds().says(&["231 posts in the archive\n"]);
    assert_eq!(asked(&api), (1, 0));
    // Neither does the way there need a list: offline it is the same.
    let before = site.files("content");
    site.run("bake --offline").succeeds();
    assert_eq!(site.files("content"), before);
}

#[test]
fn a_deleted_post_leaves_or_stays_as_wished() {
    for (deleted, is_kept) in [("remove", false), ("keep", true)] {
        let api = account(40);
        let settings = SETTINGS.replace("enabled = true", &format!("enabled = true\ndeleted = \"{deleted}\""));
        let site = Sandbox::new(&api).file("feedbake.toml", &settings);
        site.run("bake").succeeds();
        let pictures = site.files("static/feedbake").len();
        // One of the newest is missed at once, one far down when the whole account is listed again.
        api.delete("DA001");
        api.delete("DA035");
        site.run("bake").succeeds().says(&["DA001 is not on Instagram any more"]);
        assert_eq!(
            (pages(&site).contains(&"DA001".to_owned()), pages(&site).contains(&"DA035".to_owned())),
            (is_kept, true)
        );
        let_the_recheck_be_due(&site);
        site.run("bake").succeeds().says(&["DA035 is not on Instagram any more"]);
        assert_eq!(pages(&site).len(), if is_kept { 40 } else { 38 });
        let after = site.files("static/feedbake").len();
        assert_eq!(after, if is_kept { pictures } else { pictures - 4 });
        let texts: Vec<String> =
            site.files("content").values().map(|text| String::from_utf8_lossy(text).into_owned()).collect();
        let of_deleted = texts.iter().find(|text| text.contains("shortcode = \"DA035\""));
        assert_eq!(of_deleted.map(|text| text.contains("permalink = \"\"")), is_kept.then_some(true));
    }
}

/// Lets the whole account be listed by the next bake.
fn let_the_recheck_be_due(site: &Sandbox) {
    let memory = remembered(site);
    site.write(".feedbake/archive-instagram.json", &memory.replace(&listed_on(&memory), "2020-01-01"));
}

fn remembered(site: &Sandbox) -> String {
    fs::read_to_string(site.path(".feedbake/archive-instagram.json")).unwrap()
}

fn listed_on(memory: &str) -> String {
    memory.split_once("\"listed_on\":\"").unwrap().1.split('"').next().unwrap().to_owned()
}

#[test]
fn a_list_that_repeats_itself_takes_nothing_away_and_is_taken_up_again() {
    for fault in [Fault::NextToItself, Fault::InCircles] {
        let api = account(150);
        let site = site(&api);
        site.run("bake").succeeds();
        let_the_recheck_be_due(&site);
        api.fault(fault);
        for _ in 0..2 {
            site.run("bake").succeeds().says(&["was not listed to its end", "repeats those that it has sent"]);
            assert_eq!((pages(&site).len(), listed_on(&remembered(&site)).as_str()), (150, "2020-01-01"), "{fault}");
        }
        site.run("bake --strict").ends_with(5);
        api.clear_faults();
        site.run("bake").succeeds().says(&["150 posts in the archive\n"]);
        assert_ne!(listed_on(&remembered(&site)), "2020-01-01");
    }
    // A first bake has what came, and the next one the rest.
    let api = account(150);
    let site = site(&api);
    api.fault(Fault::NextToItself);
    site.run("bake").succeeds().says(&["was not listed to its end"]);
    assert_eq!(pages(&site).len(), 125);
    api.clear_faults();
    site.run("bake").succeeds().says(&["150 posts in the archive, 25 new"]);
}

#[test]
fn a_list_that_breaks_off_before_anything_known_waits_for_the_next_bake() {
    let api = account(10);
    let site = site(&api);
    site.run("bake").succeeds();
    for number in 0..40 {
        api.add(small(&format!("DN{number:03}")).at(&format!("2030-01-01T00:00:{number:02}+0000")));
    }
    api.fault(Fault::TokenDies);
    site.run("bake").succeeds().says(&["the archive of instagram stays as it is", "the access token expired"]);
    assert_eq!(pages(&site).len(), 10);
    api.clear_faults();
    site.run("bake").succeeds().says(&["50 posts in the archive, 40 new"]);
}

#[test]
fn a_field_that_the_api_refuses_takes_nothing_away() {
    let api = Emulator::start().post(small("DAa").alt("A boat")).post(small("DAb").alt("A wave")).post(small("DAc"));
    let site = site(&api);
    site.run("bake").succeeds();
    let before = (site.files("content"), site.data());
    api.fault(Fault::RefuseAltText);
    site.run("bake").succeeds().says(&["no field `alt_text`"]);
    assert_eq!((site.files("content"), site.data()), before);
    // The memory of the archive has it without the cache, too.
    fs::remove_dir_all(site.path(".feedbake/cache")).unwrap();
    site.run("bake").succeeds();
    assert_eq!(site.files("content"), before.0);
    // Taken away by its author, it goes.
    api.clear_faults();
    api.change(|world| drop(world.posts[0].facts.remove("alt_text")));
    site.run("bake").succeeds();
    assert_ne!(site.files("content"), before.0);
}

#[test]
fn an_account_that_seems_to_lose_most_of_its_posts_is_asked_twice() {
    let api = account(30);
    let site = site(&api);
    site.run("bake").succeeds();
    for number in 3..30 {
        api.delete(&format!("DA{number:03}"));
    }
    let_the_recheck_be_due(&site);
    site.run("bake").succeeds().says(&["27 posts of the archive of instagram seem to be gone", "`--force`"]);
    assert_eq!(pages(&site).len(), 30);
    site.run("bake").succeeds();
    assert_eq!(pages(&site).len(), 3);
}

#[test]
fn a_page_that_somebody_edited_is_theirs() {
    let api = account(5);
    let site = site(&api).file("content/instagram/_index.md", "+++\ntitle = \"mine\"\n+++\n");
    site.run("bake").succeeds().says(&["1 edited by you and left alone"]);
    assert_eq!(fs::read_to_string(site.path("content/instagram/_index.md")).unwrap(), "+++\ntitle = \"mine\"\n+++\n");
    let name = site.files("content/instagram").keys().find(|name| !name.contains("_index")).unwrap().clone();
    let edited = fs::read_to_string(site.path(&name)).unwrap() + "What I thought that day.\n";
    site.write(&name, &edited);
    // Nothing about the post changed, then something did: it stays as it is either way.
    for settings in [SETTINGS.to_owned(), SETTINGS.replace("limit", "date_format = \"%Y\"\nlimit")] {
        site.write("feedbake.toml", &settings);
        site.run("bake").succeeds();
        assert_eq!(fs::read_to_string(site.path(&name)).unwrap(), edited);
    }
    // Other pictures are made, and its own stay with it.
    site.write("feedbake.toml", &SETTINGS.replace("[32]", "[16]"));
    site.run("bake").succeeds();
    let names = |text: &str| -> Vec<String> {
        text.split('"').filter(|part| part.starts_with("feedbake/")).map(|path| format!("static/{path}")).collect()
    };
    let pictures = names(&edited);
    assert!(pictures.len() > 2 && pictures.iter().all(|path| site.path(path).is_file()), "{pictures:?}");
    // It is not tidied away, either, when its post is.
    site.write("feedbake.toml", &SETTINGS.replace("limit", "types = [\"video\"]\nlimit"));
    site.run("bake --force").succeeds();
    for _ in 0..2 {
        site.run("bake").succeeds();
        assert!(site.path(&name).is_file() && pages(&site).len() == 1);
        assert!(pictures.iter().all(|path| site.path(path).is_file()));
    }
    // Once its owner takes it away, so are they.
    fs::remove_file(site.path(&name)).unwrap();
    site.write("feedbake.toml", &SETTINGS.replace("limit = 3", "types = [\"video\"]\nlimit = 2"));
    site.run("bake").succeeds();
    assert!(!pictures.iter().any(|path| site.path(path).is_file()));
}

#[test]
fn what_stands_in_the_way_costs_the_archive_and_not_the_feed() {
    let api = account(150);
    let site = site(&api);
    // The first page of the list is had, and the second is not.
    site.run("bake").succeeds();
    let before = site.files("content");
    let memory = fs::read(site.path(".feedbake/archive-instagram.json")).unwrap();
    site.write(".feedbake/archive-instagram.json", "<<<<<<< HEAD\n");
    site.run("bake").succeeds().says(&["archive-instagram.json cannot be understood, and is left alone"]);
    assert_eq!(site.files("content"), before);
    fs::write(site.path(".feedbake/archive-instagram.json"), &memory).unwrap();
    // The demo, and another account, are not mixed with it.
    site.run("bake --demo").says(&["the demo is not mixed with them"]);
    assert_eq!(site.files("content"), before);
    let other = Emulator::start().post(small("DAother"));
    for force in ["", " --force"] {
        site.run_with(
            &format!("bake{force} --api-base {}", other.base()),
            &[("INSTAGRAM_ACCESS_TOKEN", &other.token())],
        )
        .says(&["is the token of another account?"]);
        assert_eq!(site.files("content"), before);
    }
    // What it remembers is not made up again while its pages are there: posts that were kept would be lost.
    fs::remove_file(site.path(".feedbake/archive-instagram.json")).unwrap();
    let variables = [("GITHUB_ACTIONS", "true")];
    site.run_with("bake", &variables)
        .succeeds()
        .says(&["archive-instagram.json is gone", "::warning title=feedbake::"]);
    site.run("bake --strict").ends_with(6).says(&["put it back from the last commit"]);
    assert_eq!(site.files("content"), before);
    fs::write(site.path(".feedbake/archive-instagram.json"), &memory).unwrap();
    site.write("content/instagram.md", "+++\n+++\n");
    site.run("bake").succeeds().says(&["content/instagram.md would have the same address"]);
    fs::remove_file(site.path("content/instagram.md")).unwrap();
    site.run("bake --strict").succeeds();
    // Without an archive in the settings it stays as it is: it may be all that is left.
    site.write("feedbake.toml", &SETTINGS.replace("enabled = true", "enabled = false"));
    site.run("bake").succeeds();
    assert_eq!(site.files("content"), before);
    site.run("clean --all").succeeds();
    assert!(!site.path("content/instagram").exists() && !site.path("static/instagram").exists());
}

#[test]
fn a_picture_that_cannot_be_had_costs_its_page_until_it_can() {
    let api = account(8).post(small("DAlast").without_media_url());
    let site = site(&api);
    site.run("bake").succeeds().says(&["8 posts in the archive", "1 without a picture to be had"]);
    api.forget_requests();
    site.run("bake").succeeds();
    assert!(asked(&api).1 == 0 && pages(&site).len() == 8);
}

#[test]
fn a_picture_that_nothing_can_decode_is_tried_once_and_again_with_the_whole_list() {
    // Behind what the feed shows, and on the first page of the list.
    for (start, is_tried_again) in [
        (b"\0\0\0\x18ftypheicmif1".as_slice(), false),
        (b"\x89PNG\r\n\x1a\nand then nothing", false),
        (b"\xff\xd8\xff\xe0 and then nothing", true),
    ] {
        let api = account(60);
        let site = site(&api);
        site.run("bake").succeeds();
        for (number, code) in ["DAa", "DAb", "DAc"].into_iter().enumerate() {
            api.add(small(code).at(&format!("2030-01-0{}T00:00:00+0000", 9 - number)));
        }
        api.add(small("DAbad").picture(Content::Bytes(start.to_vec())).at("2029-01-01T00:00:00+0000"));
        let said = ["63 posts in the archive", "1 without a picture to be had"];
        site.run("bake").succeeds().says(&said);
        api.forget_requests();
        site.run("bake").succeeds().says(&said);
        assert_eq!(asked(&api), (1, usize::from(is_tried_again)), "{start:?}");
        // With a copy of everything else it is tried again when the whole account is listed.
        site.write("feedbake.toml", &SETTINGS.replace("enabled = true", "enabled = true\nrecheck = \"0d\""));
        api.forget_requests();
        site.run("bake").succeeds();
        assert_eq!(asked(&api).1, 1, "{start:?}");
    }
}

#[test]
fn a_picture_that_comes_later_has_its_page_in_the_bake_that_gets_it() {
    // More posts than a page of the list holds: the healthy bake does not list the whole account.
    let api = account(60);
    let site = site(&api);
    site.run("bake").succeeds().says(&["60 posts in the archive"]);
    api.add(small("DAnew").caption("Late").at("2030-01-01T00:00:00+0000"));
    api.fault(Fault::CutPicture);
    site.run("bake").says(&["60 posts in the archive", "1 without a picture to be had"]);
    api.clear_faults();
    let healthy = site.run("bake").succeeds().says(&["61 posts in the archive"]);
    assert!(!healthy.stderr.contains("without a picture"), "{}", healthy.stderr);
    assert!(pages(&site).contains(&"DAnew".to_owned()));
    api.forget_requests();
    site.run("bake").succeeds();
    assert_eq!(asked(&api), (1, 0));
}

#[test]
fn where_nothing_is_committed_an_archive_comes_back_from_what_a_host_keeps_though_the_api_is_down() {
    let api = account(60);
    let site = site(&api);
    site.run("bake").succeeds();
    let before: Vec<_> = ["content", "static", "data"].map(|folder| site.files(folder)).into();
    api.fault(Fault::TokenExpired);
    for _ in 0..2 {
        for folder in ["content/instagram", "static/feedbake", "data"] {
            fs::remove_dir_all(site.path(folder)).unwrap();
        }
        // The file of the memory tells when it was baked, which is not today.
        let ran = site
            .run("bake")
            .succeeds()
            .says(&["the feed instagram was not refreshed", "the site still shows the 3 posts"]);
        assert!(!ran.stderr.contains("new,"), "{}", ran.stderr);
        let after: Vec<_> = ["content", "static", "data"].map(|folder| site.files(folder)).into();
        assert!(after == before);
        site.run("bake --strict").ends_with(4);
    }
    // Its age is that of the last good bake.
    fs::remove_dir_all(site.path("data")).unwrap();
    site.write("feedbake.toml", &format!("max_stale = \"1s\"\n{SETTINGS}"));
    std::thread::sleep(std::time::Duration::from_millis(1100));
    site.run("bake").ends_with(4);
    api.clear_faults();
    api.add(small("DAnew").at("2030-01-01T00:00:00+0000"));
    site.run("bake").succeeds().says(&["61 posts in the archive, 1 new"]);
}

#[test]
fn a_list_that_breaks_off_leaves_what_was_had_and_is_taken_up_again() {
    let api = account(300);
    let site = site(&api);
    api.fault(Fault::TokenDies);
    site.run("bake")
        .succeeds()
        .says(&["the archive of instagram was not listed to its end", "the access token expired"]);
    let first = pages(&site).len();
    assert!((3..100).contains(&first) && site.shown().len() == 3, "{first}");
    api.clear_faults();
    site.run("bake").succeeds().says(&["300 posts in the archive"]);
    assert_eq!(pages(&site).len(), 300);
}

#[test]
fn a_first_bake_that_is_cut_off_has_not_downloaded_in_vain() {
    let api = account(120);
    let site = site(&api);
    let mut run = site.spawn("bake");
    while asked(&api).1 < 80 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    run.kill().unwrap();
    run.wait().unwrap();
    let first = asked(&api).1;
    assert!(!site.path("data/instagram.json").exists() && first < 120);
    api.forget_requests();
    site.run("bake").succeeds().says(&["120 posts in the archive, 120 new"]);
    let second = asked(&api).1;
    // One portion, and what was on its way.
    assert!(first + second <= 120 + 32, "{first} and {second}");
    assert!(!site.path(".feedbake/cache/made").exists());
    api.forget_requests();
    site.run("bake").succeeds();
    assert_eq!(asked(&api), (1, 0));
}

fn keeping() -> String {
    SETTINGS.replace("enabled = true", "enabled = true\ndeleted = \"keep\"")
}

#[test]
fn a_kept_post_that_a_filter_hides_is_not_published_and_comes_back_with_its_pictures() {
    for has_cache in [true, false] {
        let api = account(12);
        let site = Sandbox::new(&api).file("feedbake.toml", &keeping());
        site.run("bake").succeeds();
        api.delete("DA001");
        site.run("bake").succeeds().says(&["DA001 is not on Instagram any more: it stays in the archive"]);
        let before = (site.files("static"), site.files("content"));
        site.write("feedbake.toml", &format!("hide = [\"DA001\"]\n{}", keeping()));
        for _ in 0..2 {
            if !has_cache {
                fs::remove_dir_all(site.path(".feedbake/cache")).unwrap();
            }
            site.run("bake").succeeds().says(&["11 posts in the archive"]);
            assert!(!pages(&site).contains(&"DA001".to_owned()));
            assert_eq!(site.files("static").len(), before.0.len() - 2);
            assert_eq!(site.files(".feedbake/hidden").len(), 2);
        }
        if !has_cache {
            fs::remove_dir_all(site.path(".feedbake/cache")).unwrap();
        }
        site.write("feedbake.toml", &keeping());
        api.forget_requests();
        site.run("bake").succeeds().says(&["12 posts in the archive, 2 written"]);
        assert_eq!((site.files("static"), site.files("content")), before);
        assert!(asked(&api).1 == 0 && !site.path(".feedbake/hidden").exists());
        // Once nothing is kept any more, it is said how much goes.
        site.write("feedbake.toml", SETTINGS);
        site.run("bake").succeeds().says(&["1 post that had been kept leave the archive of instagram"]);
        assert_eq!(pages(&site).len(), 11);
    }
}

#[test]
fn filters_that_would_take_most_pages_away_are_asked_for_twice() {
    let api = account(20);
    let site = site(&api);
    site.run("bake").succeeds();
    let before = (site.files("content"), site.files("static"));
    let slip = format!("since = \"2031-01-01\"\n{SETTINGS}");
    for _ in 0..2 {
        site.write("feedbake.toml", &slip);
        site.run("bake").succeeds().says(&["the filters would take 20 pages away", "`--force`"]);
        assert_eq!(site.files("content"), before.0);
        // Taken back, it was never there.
        site.write("feedbake.toml", SETTINGS);
        site.run("bake --strict").succeeds();
    }
    site.write("feedbake.toml", &slip);
    site.run("bake --strict").ends_with(3);
    site.run("bake").succeeds();
    assert_eq!(pages(&site).len(), 0);
    // What is remembered is downloaded once.
    site.write("feedbake.toml", SETTINGS);
    api.forget_requests();
    site.run("bake").succeeds();
    assert_eq!((site.files("content"), site.files("static")), before);
    assert_eq!(asked(&api).1, 0);
    site.write("feedbake.toml", &slip);
    site.run("bake --force").succeeds();
    assert_eq!(pages(&site).len(), 0);
}

#[test]
fn how_the_api_is_asked_changes_no_file() {
    let api = account(6);
    let site = site(&api);
    site.run("bake").succeeds();
    let before = site.files("");
    for is_without_cache in [false, true] {
        if is_without_cache {
            fs::remove_dir_all(site.path(".feedbake/cache")).unwrap();
        }
        site.run_with("bake", &[("FEEDBAKE_API_RETRIES", "7"), ("FEEDBAKE_API_TIMEOUT", "50s")]).succeeds();
        assert_eq!(site.files(""), before);
    }
}

#[test]
fn pages_without_anything_that_remembers_them_are_left_alone() {
    let api = account(6);
    let site = site(&api);
    site.run("bake").succeeds();
    let before = site.files("content");
    fs::remove_dir_all(site.path(".feedbake")).unwrap();
    api.delete("DA003");
    site.run("bake").succeeds().says(&["archive-instagram.json is gone, and its pages are there"]);
    assert_eq!(site.files("content"), before);
    site.run("doctor --offline").ends_with(6).prints(&["6 pages of the archive are in content/instagram"]);
    site.run("bake --strict").ends_with(6);
    fs::remove_dir_all(site.path("content/instagram")).unwrap();
    site.run("bake --strict").succeeds().says(&["5 posts in the archive, 5 new"]);
    // A page of the user's own is no page of an archive.
    fs::remove_dir_all(site.path(".feedbake")).unwrap();
    fs::remove_dir_all(site.path("content/instagram")).unwrap();
    site.write("content/instagram/about.md", "+++\n+++\n");
    site.run("bake --strict").succeeds();
    site.run("doctor --offline").prints(&["the archive in content/instagram knows 5 posts"]);
}

#[test]
fn a_page_that_was_edited_stays_the_only_one_of_its_post_when_the_folder_changes() {
    let api = account(6);
    let site = site(&api);
    site.run("bake").succeeds();
    let name = site.files("content/instagram").keys().find(|name| !name.contains("_index")).unwrap().clone();
    let edited = fs::read_to_string(site.path(&name)).unwrap() + "What I thought that day.\n";
    site.write(&name, &edited);
    site.write("feedbake.toml", &SETTINGS.replace("enabled = true", "enabled = true\nfolder = \"content/photos\""));
    for _ in 0..2 {
        let ran = site.run("bake").succeeds();
        assert!(!ran.stderr.contains("not in the archive any more"), "{}", ran.stderr);
        assert_eq!(site.files("content/instagram").keys().collect::<Vec<_>>(), [&name]);
        assert_eq!(site.files("content/photos").len(), 6, "five posts, and the page of all");
    }
    // Moved by hand, it is among the others.
    site.write(&name.replace("instagram/", "photos/"), &edited);
    fs::remove_file(site.path(&name)).unwrap();
    site.run("bake").succeeds().says(&["1 edited by you and left alone"]);
    assert_eq!(site.files("content/photos").len(), 7);
}

#[test]
fn the_doctor_looks_at_what_an_archive_remembers() {
    let api = account(6).post(small("DAlast").without_media_url());
    let site = site(&api);
    let says = |words: &str| {
        let ran = site.run("doctor --offline");
        assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
    };
    says("archive-instagram.json is not there yet");
    site.run("bake").succeeds();
    says("1 of 7 posts of the archive have no page");
    let memory = remembered(&site);
    let place = ".feedbake/archive-instagram.json";
    site.write(place, &memory.replace(&listed_on(&memory), "2020-01-01"));
    says("the whole account was listed last on 2020-01-01, and `archive.recheck` is 30 days");
    site.write(place, &memory.replace("\"posts\":[", "\"doubted\":true,\"unfinished\":true,\"posts\":["));
    says("the last list would have taken away most posts");
    says("the account was not listed to its end");
    site.write(place, "<<<<<<< HEAD");
    says("cannot be understood, so every bake leaves the archive alone");
}

#[test]
fn other_generators_are_told_that_it_is_zolas() {
    let site = Sandbox::without_token().file("feedbake.toml", "generator = \"hugo\"\n[archive]\nenabled = true\n");
    site.run("bake --demo").ends_with(3).says(&["`archive.enabled` in feedbake.toml:3 should be false for Hugo"]);
    let twins = "[archive]\nenabled = true\nfolder = \"content/x\"\n[[feed]]\nname = \"a\"\n[[feed]]\nname = \"b\"\n";
    let site = Sandbox::without_token().file("feedbake.toml", twins);
    site.run("bake --demo").ends_with(3).says(&["`archive.folder`"]);
}

#[test]
fn tiles_lead_to_the_pages_that_are_there() {
    let api = account(6);
    let settings = format!(
        "{SETTINGS}[display]\nlink = \"archive\"\n\
         [[override]]\npost = \"DA001\"\nlink = \"/shop/\"\nlink_text = \"Buy it\"\n[[override]]\npost = \"DA002\"\nlink = \"/more/\"\n"
    );
    let site = site(&api).file("feedbake.toml", &settings);
    site.run("bake").succeeds();
    let link = |place: usize| {
        let post = site.data()["posts"][place].clone();
        let text = |key: &str| post[key].as_str().unwrap().to_owned();
        (text("shortcode"), text("link"), text("link_text"), post["link_on_site"].as_bool().unwrap(), text("id"))
    };
    let (code, address, said, is_on_site, id) = link(0);
    assert_eq!((code.as_str(), said.as_str(), is_on_site), ("DA000", "See more", true));
    assert_eq!(address, format!("/instagram/{id}/"));
    let page =
        String::from_utf8(site.files("content/instagram")[&format!("content/instagram/{id}.md")].clone()).unwrap();
    assert!(page.contains(&format!("\npath = \"instagram/{id}\"\n")), "{page}");
    // The page itself leads to Instagram.
    assert!(page.contains("\nlink = \"https://www.instagram.com/p/DA000/\"\nlink_on_site = false\n"), "{page}");
    let (_, address, said, ..) = link(1);
    assert_eq!((address.as_str(), said.as_str()), ("/shop/", "Buy it"));
    let (_, address, said, ..) = link(2);
    assert_eq!((address.as_str(), said.as_str()), ("/more/", "See more"));

    // The same again when nothing is new, for the pages are still there.
    let before = site.data();
    site.run("bake").succeeds();
    assert_eq!(site.data(), before);
    // An archive that is left alone has no page for what is new.
    fs::remove_file(site.path(".feedbake/archive-instagram.json")).unwrap();
    api.add(small("DAnew").at("2030-01-01T00:00:00+0000"));
    site.run("bake").succeeds().says(&["archive-instagram.json is gone"]);
    let (code, address, said, is_on_site, _) = link(0);
    assert_eq!((code.as_str(), said.as_str(), is_on_site), ("DAnew", "View on Instagram", false));
    assert_eq!(address, "https://www.instagram.com/p/DAnew/");
    assert!(link(1).1.starts_with("/instagram/"));

    let site = Sandbox::without_token().file("feedbake.toml", "[display]\nlink = \"archive\"\n");
    site.run("bake --demo").ends_with(3).says(&["`display.link`", "\"archive\" with `archive.enabled = true`"]);
}

#[test]
fn zola_builds_the_archive_alone_and_in_the_frame_of_the_site() {
    let zolas = std::env::var("FEEDBAKE_TEST_ZOLA").unwrap_or_default();
    if zolas.is_empty() {
        eprintln!("SKIPPED: FEEDBAKE_TEST_ZOLA names no Zola");
    }
    let hostile = "{{ 7 * 7 }} {% include \"x\" %} {{< x >}} +++ </article><script>alert(1)</script> \"quoted\" \\u0041\n+++\n#سفر #viaje";
    for zola in zolas.split(':').filter(|zola| !zola.is_empty()) {
        for is_framed in [false, true] {
            let mut world = World::default();
            for number in 0..30 {
                world.add(small(&format!("DB{number:03}")).caption("More #sea"));
            }
            let api = Emulator::serve(world).unwrap();
            api.add(video("DAv").size(32, 32).at("2030-01-01T00:00:00+0000"));
            api.add(carousel("DAc").slide(32, 32).slide(32, 32).caption(hostile).at("2030-01-02T00:00:00+0000"));
            let odd = "Odd\n#ع #🫨 #ـ #々々 #I #ı #ß #SS";
            api.add(small("DAo").caption(odd).at("2029-01-01T00:00:00+0000"));
            let config = "base_url = \"https://example.org/sub\"\ntaxonomies = [{ name = \"tags\" }]\n";
            let mut site = site(&api)
                .file("config.toml", config)
                .file("templates/index.html", "home")
                .file("templates/tags/list.html", "all tags")
                .file("templates/tags/single.html", "{{ term.name }}:{{ term.pages | length }}");
            if is_framed {
                let base = "<html><body><nav>frame</nav>{% block content %}{% endblock content %}</body></html>";
                site = site.file("templates/base.html", base);
            }
            site.run("bake").succeeds().says(&["33 posts in the archive"]);
            let output = Command::new(zola).arg("--root").arg(site.path("")).arg("build").output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let read = |name: &str| fs::read_to_string(site.path(name)).unwrap();
            let home = read("public/instagram/index.html");
            assert_eq!((home.matches("<li ").count(), home.contains("page/2/")), (24, true), "{home}");
            assert_eq!(home.contains("<nav>frame</nav>"), is_framed);
            assert!(home.contains("href=\"https://example.org/sub/instagram/"), "{home}");
            let data = site.data();
            let id = data["posts"][0]["id"].as_str().unwrap();
            let page = read(&format!("public/instagram/{id}/index.html"));
            assert!(
                page.contains("h-entry") && page.matches("u-photo").count() == 2 && page.contains("u-syndication"),
                "{page}"
            );
            assert!(page.contains("{{ 7 * 7 }}") && !page.contains("<script>alert"), "{page}");
            assert!(page.contains("dt-published") && page.contains("https://www.instagram.com/p/DAc/"), "{page}");
            // The hashtags of every script are terms of the site.
            for term in ["viaje", "sea"] {
                assert!(site.path(&format!("public/tags/{term}/index.html")).is_file(), "{term}");
            }
            // One without an address takes that of no other page, and of two with one address there is one.
            assert_eq!(read("public/tags/index.html"), "all tags");
            assert_eq!(
                (read("public/tags/i/index.html").as_str(), read("public/tags/ss/index.html").as_str()),
                ("I:1", "ß:1")
            );
            let feed = site.json("public/instagram/feed.json");
            assert_eq!(feed["items"].as_array().unwrap().len(), 33);
            let url = feed["items"][0]["url"].as_str().unwrap();
            let path = url.strip_prefix("https://example.org/sub/").unwrap();
            assert!(site.path(&format!("public/{path}index.html")).is_file(), "{url}");
        }
    }
}

#[test]
fn both_languages_of_zola_make_the_same_pages() {
    use feedbake::files::Root;
    use feedbake::render::{TeraMajor, render_page};
    use feedbake::site::{Extras, Generator};
    use serde_json::{Value, json};

    let api = Emulator::start()
        .post(carousel("DAc").slide(32, 32).slide(32, 32).caption("<b> & \"quoted\" #sea"))
        .post(video("DAv").size(32, 32))
        .post(small("DAp"));
    let site = site(&api).file("config.toml", "base_url = \"/\"\ntaxonomies = [{ name = \"tags\" }]\n");
    site.run("bake").succeeds();
    // The pages as Zola reads them.
    let read = |text: &[u8]| -> Value {
        let text = String::from_utf8_lossy(text);
        let table: toml::Table = text.split("+++").nth(1).unwrap().parse().unwrap();
        json!({ "title": table["title"], "permalink": "/instagram/1/", "extra": table.get("extra") })
    };
    let (sections, posts): (Vec<_>, Vec<_>) =
        site.files("content/instagram").into_iter().partition(|(name, _)| name.contains("_index"));
    let pages: Vec<Value> = posts.iter().map(|(_, text)| read(text)).collect();
    assert_eq!((sections.len(), pages.len()), (1, 3));
    let root = Root::new(site.path(""));
    let layout = Generator::Zola.layout();
    let rendered = |place: &str, major: TeraMajor, variables: &Value| {
        let template = layout.brought(Extras::ALL[0]).find(|template| template.place == place).unwrap();
        render_page(&root, template, major, "/", variables.as_object().unwrap()).unwrap()
    };
    let paginator = json!({ "pages": pages, "previous": null, "next": "/instagram/page/2/", "current_index": 1, "number_pagers": 2 });
    let mut contexts = vec![(
        "templates/partials/instagram-archive.html",
        json!({ "section": read(&sections[0].1), "paginator": paginator }),
    )];
    contexts.extend(pages.iter().map(|page| ("templates/partials/instagram-post.html", json!({ "page": page }))));
    for (place, context) in contexts {
        let [one, two] = [TeraMajor::One, TeraMajor::Two].map(|major| rendered(place, major, &context));
        assert_eq!(one, two, "{place}");
        assert!(one.contains("<img ") && !one.contains("<b>"), "{one}");
    }
}
