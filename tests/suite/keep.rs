//! When things go wrong the site stays as it was, and somebody is told.

use std::time::Duration;

use feedbake::emulator::{Emulator, Fault, Rotation, photo, video};

use crate::sandbox::Sandbox;

fn account() -> Emulator {
    Emulator::start().post(photo("DAa").size(64, 64)).post(video("DAb").size(64, 64)).post(photo("DAc").size(64, 64))
}

#[test]
fn a_failed_bake_leaves_the_last_good_one_byte_for_byte() {
    let faults = [
        (Fault::TokenExpired, 4, "the access token expired"),
        (Fault::TokenInvalidated, 4, "invalidated"),
        (Fault::TesterRoleMissing, 4, "manage_access"),
        (Fault::ScopeMissing, 4, "instagram_business_basic"),
        (Fault::RateCode4, 5, "fewer requests"),
        (Fault::Code1, 5, "stumbled"),
        (Fault::Html200, 5, "not Instagram's API"),
        (Fault::EmptyBody, 5, "not Instagram's API"),
        (Fault::Reset, 5, "stopped in the middle"),
        (Fault::CutJson, 5, "stopped in the middle"),
        (Fault::RedirectApi, 5, "not Instagram's API"),
    ];
    for (fault, code, words) in faults {
        let api = account();
        let site = Sandbox::new(&api);
        site.run("bake").succeeds();
        let before = site.files("");
        api.fault(fault);
        site.run("bake").succeeds().says(&[
            "warning: the feed instagram was not refreshed; the site still shows the 3 posts of",
            words,
            "hint:",
        ]);
        site.run("bake --strict").ends_with(code).says(&["error: "]);
        assert_eq!(site.files(""), before, "{fault}");

        let empty = Sandbox::new(&api);
        empty.run("bake").ends_with(code).says(&["there is no earlier one to keep"]);
        assert_eq!(empty.shown(), Vec::<String>::new(), "{fault}");
    }
}

#[test]
fn what_passes_by_itself_is_tried_again() {
    for fault in [
        Fault::Code1,
        Fault::Code2,
        Fault::Code2As503,
        Fault::Html502,
        Fault::Reset,
        Fault::CutJson,
        Fault::CdnDown,
        Fault::LengthTooLarge,
    ] {
        let api = account();
        let site = Sandbox::new(&api);
        api.fail_next(2, fault);
        site.run("bake").succeeds();
        assert_eq!(site.shown(), ["DAa", "DAb", "DAc"], "{fault}");
    }
}

#[test]
fn detours_of_the_api_lead_to_the_same_feed() {
    let faults = [
        Fault::RefuseAltText,
        Fault::ReduceData,
        Fault::VideoWithoutMediaUrl,
        Fault::UnknownMediaType,
        Fault::EmptyPage,
        Fault::DoubledItem,
        Fault::NextToItself,
        Fault::ExtraKeys,
        Fault::NumbersAsIds,
        Fault::JpegNamedHeic,
        Fault::WebpNamedJpg,
        Fault::GifPicture,
        Fault::SlowDrip,
    ];
    for fault in faults {
        let api = account();
        api.fault(fault);
        let site = Sandbox::new(&api);
        site.run("bake").succeeds();
        assert_eq!(site.shown(), ["DAa", "DAb", "DAc"], "{fault}");
        site.is_whole();
    }
}

#[test]
fn pictures_that_are_none_cost_their_posts_and_an_older_copy_stays() {
    let faults = [
        Fault::TruncatedJpeg,
        Fault::HtmlPicture,
        Fault::EmptyPicture,
        Fault::HugePicture,
        Fault::HeicPicture,
        Fault::VideoPicture,
        Fault::RedirectElsewhere,
        Fault::CdnMissing,
    ];
    for fault in faults {
        let api = account();
        let site = Sandbox::new(&api);
        site.run("bake").succeeds();
        let before = site.files("");
        api.fault(fault);
        site.run("bake").succeeds();
        assert_eq!(site.files(""), before, "{fault}");
        let fresh = Sandbox::new(&api);
        fresh.run("bake").ends_with(5).says(&["none of the 3 posts has a picture"]);
        assert_eq!(fresh.shown(), Vec::<String>::new(), "{fault}");
    }
}

#[test]
fn a_link_that_died_is_asked_for_anew() {
    let api = account();
    let site = Sandbox::new(&api);
    api.fail_next(3, Fault::ExpiredLink);
    site.run("bake").succeeds();
    assert_eq!(site.shown(), ["DAa", "DAb", "DAc"]);
}

#[test]
fn a_post_that_was_deleted_in_between_makes_room() {
    let api = account();
    let site = Sandbox::new(&api);
    api.fail_next(1, Fault::DeletedAfterListing);
    site.run("bake --limit 2").succeeds().says(&["left out DAa"]);
    assert_eq!(site.shown(), ["DAb", "DAc"]);
    site.is_whole();
}

#[test]
fn an_account_that_is_suddenly_empty_is_believed_the_second_time() {
    let api = account();
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    api.fault(Fault::EmptyList);
    site.run("bake").succeeds().says(&["lists no post of an account that had 3", "--force"]);
    assert_eq!(site.shown().len(), 3);
    site.run("bake").succeeds().says(&["3 posts → 0"]);
    assert_eq!(site.shown().len(), 0);
    site.is_whole();
    api.clear_faults();
    site.run("bake").succeeds();
    api.fault(Fault::EmptyList);
    site.run("bake --force").succeeds();
    assert_eq!(site.shown().len(), 0);
}

#[test]
fn a_token_that_dies_between_two_pages_leaves_no_half_feed() {
    let mut api = Emulator::start();
    for number in 0..120 {
        api = api.post(photo(&format!("D{number:03}")).size(32, 32));
    }
    let site = Sandbox::new(&api);
    site.run("bake --limit 3").succeeds();
    api.fault(Fault::TokenDies);
    site.run("bake --limit 110").succeeds().says(&["expired"]);
    assert_eq!(site.shown().len(), 3);
}

#[test]
fn a_build_without_any_token_in_ci_is_a_quiet_success() {
    let site = Sandbox::without_token();
    site.run("bake").ends_with(4);
    let fork = Sandbox::without_token().set("CI", "true").set("INSTAGRAM_ACCESS_TOKEN", "");
    fork.run("bake").succeeds();
    assert_eq!(fork.shown(), Vec::<String>::new());
    fork.run("bake --strict").ends_with(4);
}

#[test]
fn a_feed_that_is_too_old_fails_the_build() {
    let api = account();
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    api.fault(Fault::TokenExpired);
    std::thread::sleep(Duration::from_millis(20));
    site.run_with("bake", &[("FEEDBAKE_MAX_STALE", "1ms")]).ends_with(4).says(&["`max_stale`"]);
    site.run("bake").succeeds();
}

#[test]
fn a_host_that_caches_only_its_folder_gets_the_feed_back() {
    let api = account();
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    let before = site.files("");
    for lost in ["data", "static", "templates"] {
        std::fs::remove_dir_all(site.path(lost)).unwrap();
    }
    api.fault(Fault::TokenExpired);
    site.run("bake").succeeds();
    assert_eq!(site.files(""), before);
}

#[test]
fn github_actions_sees_an_annotation_and_a_summary() {
    let api = account();
    let site = Sandbox::new(&api);
    let summary = site.path("summary.md");
    let variables = [("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap())];
    site.run_with("bake", &variables).succeeds();
    api.fault(Fault::TokenExpired);
    let ran = site.run_with("bake", &variables).succeeds();
    assert_eq!(
        ran.stderr.lines().filter(|line| line.starts_with("::warning title=feedbake::the feed instagram")).count(),
        1
    );
    let page = std::fs::read_to_string(summary).unwrap();
    assert!(page.contains("- **instagram**: 3 posts, new") && page.contains("not refreshed"), "{page}");
}

#[test]
fn later_steps_of_a_workflow_can_read_what_a_bake_did() {
    let api = account();
    let site = Sandbox::new(&api).unset("FEEDBAKE_TOKEN_REFRESH");
    let file = site.path("output");
    let variables = [("GITHUB_ACTIONS", "true"), ("GITHUB_OUTPUT", file.to_str().unwrap())];
    let outputs = |arguments: &str, more: &[(&str, &str)], code: i32| {
        let _ = std::fs::remove_file(&file);
        site.run_with(arguments, &[&variables, more].concat()).ends_with(code);
        std::fs::read_to_string(&file).unwrap()
    };
    let first = outputs("bake", &[], 0);
    assert!(first.starts_with("changed=true\nposts=3\nstale=false\ntoken-days-left="), "{first}");
    let days: i64 = first.trim().rsplit('=').next().unwrap().parse().unwrap();
    assert!((0..=60).contains(&days), "{first}");
    assert!(outputs("bake", &[], 0).starts_with("changed=false\nposts=3\nstale=false\n"));
    api.add(photo("DNew").size(64, 64).at("2026-06-01T10:00:00Z"));
    assert!(outputs("bake", &[], 0).starts_with("changed=true\nposts=4\nstale=false\n"));
    api.fault(Fault::TokenExpired);
    // The API takes it no more: it has no days left, whatever was reckoned.
    assert_eq!(outputs("bake", &[], 0), "changed=false\nposts=4\nstale=true\ntoken-days-left=0\n");
    assert!(outputs("bake --strict", &[], 4).starts_with("changed=false\nposts=4\nstale=true\n"));
    // A fork has no token, and no known end of one.
    let fork = outputs("bake", &[("INSTAGRAM_ACCESS_TOKEN", "")], 0);
    assert_eq!(fork, "changed=false\nposts=4\nstale=true\ntoken-days-left=\n");
}

#[test]
fn a_run_that_breaks_off_is_told_of_and_hands_on_what_it_changed() {
    let api = account();
    api.change(|world| world.rotation = Rotation::AnotherEndsTheOld);
    let key = Sandbox::new(&api).run("token keygen").succeeds().stdout;
    let site = Sandbox::new(&api).unset("FEEDBAKE_TOKEN_REFRESH").set("FEEDBAKE_TOKEN_KEY", key.trim());
    let (output, summary) = (site.path("output"), site.path("summary"));
    let variables = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_OUTPUT", output.to_str().unwrap()),
        ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()),
    ];
    let run = |arguments: &str| {
        let _ = (std::fs::remove_file(&output), std::fs::remove_file(&summary));
        site.run_with(arguments, &variables)
    };
    let read = |file: &std::path::Path| std::fs::read_to_string(file).unwrap_or_default();
    // The token becomes another one, then a file stands where the pictures go: the vault belongs into a commit.
    site.write("static", "mine");
    run("bake")
        .ends_with(6)
        .says(&["the token was renewed and kept in", "::error title=feedbake::the bake was not finished"]);
    assert!(site.path(".feedbake/token.enc").is_file());
    assert!(read(&output).starts_with("changed=true\nposts=\nstale=true\ntoken-days-left="), "{}", read(&output));
    assert!(!read(&output).ends_with("=\n") && read(&summary).contains("the token in"), "{}", read(&summary));
    // Settings that cannot be used, and words that are none.
    site.write("feedbake.toml", "limit = 0\n");
    run("bake").ends_with(3).says(&["::error title=feedbake::"]);
    assert_eq!(read(&output), "changed=false\nposts=\nstale=true\ntoken-days-left=\n");
    assert!(read(&summary).contains("limit"), "{}", read(&summary));
    run("bake --no-such-flag").ends_with(2).says(&["::error title=feedbake::error: unexpected argument"]);
}

#[test]
fn a_token_in_a_variable_of_its_own_is_named_by_it() {
    let (api, shop) = (account(), account());
    shop.fault(Fault::TokenInvalidated);
    let settings = format!(
        "[api]\nbase = \"{}\"\n[[feed]]\nname = \"instagram\"\n[[feed]]\nname = \"shop\"\ntoken_env = \"SHOP_TOKEN\"\n[feed.api]\nbase = \"{}\"\n",
        api.base(),
        shop.base()
    );
    let site = Sandbox::without_token().unset("FEEDBAKE_API_BASE").file("feedbake.toml", &settings);
    let tokens = [api.token(), shop.token()];
    let ran =
        site.run_with("bake", &[("INSTAGRAM_ACCESS_TOKEN", tokens[0].as_str()), ("SHOP_TOKEN", tokens[1].as_str())]);
    assert!(
        ran.stderr.contains("set SHOP_TOKEN to it") && ran.stderr.contains("`feedbake login --feed shop`"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_proposal_without_a_token_is_no_trouble_and_a_build_without_one_is() {
    let api = account();
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    let kept = site.files("");
    let old = [("FEEDBAKE_MAX_STALE", "1s")];
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let fork = |more: &[(&'static str, &'static str)]| {
        let base = [("INSTAGRAM_ACCESS_TOKEN", ""), ("CI", "true"), ("GITHUB_ACTIONS", "true")];
        site.run_with("bake", &[&base, more].concat())
    };
    for proposal in [
        ("GITHUB_EVENT_NAME", "pull_request"),
        ("CI_PIPELINE_SOURCE", "merge_request_event"),
        ("VERCEL_ENV", "preview"),
        ("CI_COMMIT_BRANCH", "feature"),
        ("CF_PAGES_BRANCH", "feature"),
    ] {
        let proposal_of = [proposal, ("CI_DEFAULT_BRANCH", "main"), ("CF_PAGES", "1"), old[0]];
        let ran = fork(&proposal_of).succeeds().says(&["no token, as a proposal has none by right"]);
        assert!(!ran.stderr.contains("warning") && !ran.stderr.contains("hint"), "{}", ran.stderr);
        let strict = [&[("INSTAGRAM_ACCESS_TOKEN", ""), ("CI", "true")], proposal_of.as_slice()].concat();
        site.run_with("bake --strict", &strict).ends_with(4);
    }
    fork(&[("CI_COMMIT_BRANCH", "main"), ("CI_DEFAULT_BRANCH", "main"), old[0]]).ends_with(4);
    fork(&[("CF_PAGES", "1"), ("CF_PAGES_BRANCH", "main"), old[0]]).ends_with(4);
    fork(&[("NETLIFY", "true"), ("CONTEXT", "deploy-preview")]).succeeds();
    // A secret that was deleted or misnamed is another matter.
    fork(&[("GITHUB_EVENT_NAME", "schedule")]).succeeds().says(&["::warning title=feedbake::"]);
    fork(&[("GITHUB_EVENT_NAME", "schedule"), old[0]]).ends_with(4);
    assert_eq!(site.files(""), kept);
}

#[test]
fn silence_in_the_middle_of_an_answer_ends_with_the_time_that_was_allowed() {
    let impatient = [("FEEDBAKE_API_TIMEOUT", "1500ms"), ("FEEDBAKE_API_RETRIES", "0")];
    let api = account();
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    for fault in [Fault::Stall, Fault::Trickle] {
        api.clear_faults();
        api.fault(fault);
        site.run_with("bake --strict", &impatient).ends_with(5).says(&["took longer than", "`api.timeout`"]);
        assert_eq!(site.shown().len(), 3);
    }
    api.clear_faults();
    api.add(photo("DNew").size(64, 64).at("2026-06-01T10:00:00Z"));
    api.fault(Fault::StalledPicture);
    site.run_with("bake", &impatient).succeeds().says(&["left out DNew"]);
    assert_eq!(site.shown(), ["DAa", "DAb", "DAc"]);
}

#[test]
fn a_list_that_goes_in_circles_or_is_empty_for_ever_ends() {
    for (fault, code, shown) in [(Fault::InCircles, 0, 3), (Fault::EmptyForEver, 5, 0)] {
        let api = account();
        api.fault(fault);
        let site = Sandbox::new(&api);
        site.run("bake").ends_with(code);
        assert_eq!(site.shown().len(), shown, "{fault}");
        let asked = api.requests().len();
        assert!(asked < 40, "{fault}: {asked} requests");
    }
}

#[test]
fn a_list_that_breaks_off_shortens_a_feed_the_second_time_it_does() {
    let api = (0..210).fold(Emulator::start(), |api, number| api.post(photo(&format!("D{number:03}")).size(16, 16)));
    let site =
        Sandbox::new(&api).file("feedbake.toml", "limit = 205\n[pictures]\nwidths = [16]\nformats = [\"jpeg\"]\n");
    site.run("bake").succeeds();
    assert_eq!(site.shown().len(), 205);
    api.fault(Fault::NextToItself);
    site.run("bake").succeeds().says(&["the API's list of posts breaks off: 200 of it would be shown, and 205 are"]);
    assert_eq!(site.shown().len(), 205);
    site.run("bake").succeeds().says(&["the API's list of posts breaks off"]);
    assert_eq!(site.shown().len(), 200);
    site.run("list").succeeds().says(&["the API's list of posts breaks off"]);
}

#[test]
fn half_an_emoji_costs_a_character_and_not_the_feed() {
    let api = account();
    api.fault(Fault::HalfEmoji);
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    assert_eq!(site.data()["posts"][0]["caption"], "cut short \u{fffd}");
}

#[test]
fn a_server_of_pictures_that_is_down_is_not_asked_for_hours() {
    let api = (0..60).fold(account(), |api, number| api.post(photo(&format!("D{number:03}")).size(40, 40)));
    api.fault(Fault::CdnDown);
    let site = Sandbox::new(&api).set("FEEDBAKE_API_RETRIES", "1");
    site.run("bake --limit 40").ends_with(5).says(&["the pictures cannot be downloaded", "status 503"]);
    let asked = api.requests().iter().filter(|seen| seen.is_download()).count();
    assert!((12..=2 * 24).contains(&asked), "{asked}");
    assert_eq!(site.shown(), Vec::<String>::new());
}

#[test]
fn what_a_later_feedbake_wrote_down_is_left_alone_and_the_feed_stays() {
    let api = account();
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    let later = "{\"version\":2,\"all\":\"different\"}";
    site.write(".feedbake/manifest.json", later);
    let before = site.files("");
    api.delete("DAa");
    let words = ["of version 2", "the site still shows the 3 posts", "update feedbake here"];
    site.run("bake").succeeds().says(&words).says(&["warning:"]);
    site.run("bake --strict").ends_with(6).says(&words);
    site.run_with("bake", &[("FEEDBAKE_MAX_STALE", "1ms")]).ends_with(6).says(&words);
    site.run("clean --all").ends_with(6).says(&["of version 2"]);
    assert_eq!(site.files(""), before);

    std::fs::remove_file(site.path("data/instagram.json")).unwrap();
    site.run("bake").ends_with(6).says(&["there is no earlier one to keep", "of version 2"]);
    assert_eq!(site.shown(), Vec::<String>::new());
    assert_eq!(std::fs::read_to_string(site.path(".feedbake/manifest.json")).unwrap(), later);
}

#[test]
fn templates_that_nobody_edited_are_listed_again_after_the_manifest_was_lost() {
    let api = account();
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    std::fs::remove_file(site.path(".feedbake/manifest.json")).unwrap();
    let mine = std::fs::read_to_string(site.path("static/feedbake.css")).unwrap() + "/* mine */";
    site.write("static/feedbake.css", &mine);
    site.run("bake").succeeds();
    site.run("clean --all").succeeds();
    assert_eq!(site.files("").into_keys().collect::<Vec<_>>(), ["config.toml", "static/feedbake.css"]);
    assert_eq!(std::fs::read_to_string(site.path("static/feedbake.css")).unwrap(), mine);
}

/// The first picture that the data file names, and what it holds.
fn first_picture(site: &Sandbox) -> (String, Vec<u8>) {
    let name = format!("static/{}", site.named_pictures()[0]);
    let bytes = std::fs::read(site.path(&name)).unwrap();
    (name, bytes)
}

#[test]
fn a_published_picture_that_was_damaged_is_put_back_whatever_its_size() {
    for (is_cut, keeps_cache, is_down) in [
        (true, true, true),
        (true, true, false),
        (true, false, false),
        (false, true, true),
        (false, true, false),
        (false, false, false),
    ] {
        let api = account();
        let site = Sandbox::new(&api).set("FEEDBAKE_API_RETRIES", "0");
        site.run("bake").succeeds();
        let before = site.files("");
        let (name, mut bytes) = first_picture(&site);
        let middle = bytes.len() / 2;
        if is_cut {
            bytes.truncate(middle);
        } else {
            bytes[middle] ^= 0xff;
        }
        std::fs::write(site.path(&name), bytes).unwrap();
        if !keeps_cache {
            std::fs::remove_dir_all(site.path(".feedbake/cache")).unwrap();
        }
        if is_down {
            api.fault(Fault::Code1);
        }
        site.run("bake").succeeds();
        let differ: Vec<String> = site
            .files("")
            .into_iter()
            .filter(|(name, bytes)| before.get(name) != Some(bytes))
            .map(|(name, _)| name)
            .collect();
        assert!(differ.is_empty(), "cut: {is_cut}, cache: {keeps_cache}, down: {is_down}: {differ:?}");
    }
}

#[test]
fn a_picture_damaged_beyond_showing_costs_its_post_when_it_is_nowhere_else_and_a_repacked_one_does_not() {
    for (is_cut, posts) in [(true, 2), (false, 3)] {
        let api = account();
        let site = Sandbox::new(&api).set("FEEDBAKE_API_RETRIES", "0").set("FEEDBAKE_PICTURES_FORMATS", "jpeg");
        site.run("bake").succeeds();
        std::fs::remove_dir_all(site.path(".feedbake/cache")).unwrap();
        api.fault(Fault::Code1);
        let (name, mut bytes) = first_picture(&site);
        if is_cut {
            bytes.truncate(bytes.len() / 2);
        } else {
            // What follows the end of a JPEG is not shown.
            bytes.push(0);
        }
        std::fs::write(site.path(&name), bytes).unwrap();
        site.run("bake").succeeds().says(&[&format!("the site still shows the {posts} posts")]);
        assert_eq!(site.shown().len(), posts, "{is_cut}");
        assert!(site.path(&name).is_file());
    }
}
