//! The doctor: every finding names what to click, and what can be seen from here needs no network.

use std::process::Command;

use feedbake::emulator::{Emulator, Fault, Kind, photo};
use serde_json::Value;

use crate::sandbox::Sandbox;

fn api() -> Emulator {
    Emulator::start().post(photo("DAa").size(64, 64))
}

fn git(site: &Sandbox, arguments: &[&str], date: &str) {
    let done = Command::new("git")
        .arg("-C")
        .arg(site.path(""))
        .args(["-c", "user.name=x", "-c", "user.email=x@example.org"])
        .args(arguments)
        .env("GIT_AUTHOR_DATE", date)
        .env("GIT_COMMITTER_DATE", date)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// What is bad or to think about, as `topic: what → hints`.
fn troubles(findings: &Value) -> Vec<String> {
    let list = findings["findings"].as_array().unwrap();
    list.iter()
        .filter(|finding| matches!(finding["level"].as_str(), Some("bad" | "advice")))
        .map(|finding| format!("{} {}: {} → {}", finding["level"], finding["topic"], finding["what"], finding["hints"]))
        .collect()
}

#[track_caller]
fn finds(site: &Sandbox, variables: &[(&str, &str)], code: i32, words: &[&str]) {
    let ran = site.run_with("doctor --json", variables).ends_with(code);
    let troubles = troubles(&ran.json());
    for word in words {
        assert!(troubles.iter().any(|trouble| trouble.contains(word)), "{word:?} is not in {troubles:#?}");
    }
    assert!(troubles.iter().all(|trouble| !trouble.ends_with("→ []")), "without a click: {troubles:#?}");
}

fn whole(api: &Emulator) -> Sandbox {
    let site = Sandbox::new(api)
        .file("templates/index.html", "{% block x %}{% include \"partials/instagram.html\" %}{% endblock %}");
    site.run("bake").succeeds();
    site
}

#[test]
fn a_site_that_is_whole_has_no_trouble() {
    let api = api();
    let site = whole(&api);
    let ran = site.run("doctor").succeeds().prints(&[
        "is a site of Zola (config.toml)",
        "the partial is shown by templates/index.html",
        "Tera 2 (Zola from 0.23 on) renders the partial",
        "holds 1 posts, and every picture is there",
        "INSTAGRAM_ACCESS_TOKEN works: @feedbake.test (business)",
        "ends in 59 days, at the latest",
    ]);
    assert!(!ran.stdout.contains(&api.token()) && !ran.stdout.contains("bad    "), "{}", ran.stdout);
    let before = site.files("");
    assert_eq!(troubles(&site.run("doctor --json").succeeds().json()), Vec::<String>::new());
    assert_eq!(site.files(""), before, "it changes nothing");
}

#[test]
fn what_can_be_seen_from_here_needs_no_network() {
    let api = api();
    let site = whole(&api);
    api.forget_requests();
    site.run("doctor --offline").succeeds().prints(&["whether INSTAGRAM_ACCESS_TOKEN works was not asked"]);
    assert!(api.requests().is_empty());
    let nobody = site.set("FEEDBAKE_API_BASE", "http://127.0.0.1:9").set("FEEDBAKE_API_RETRIES", "0");
    nobody.run("doctor").succeeds().prints(&["unknown", "cannot be reached"]);
}

#[test]
fn trouble_with_the_template_is_found() {
    let api = api();
    let site = whole(&api);
    site.write("templates/index.html", "nothing");
    finds(&site, &[], 3, &["nobody sees the feed"]);
    site.write("content/_index.md", "{{ instagram(limit=3) }}");
    finds(&site, &[], 0, &[]);
    site.write("templates/partials/instagram.html", "{{ now() | unheard_of }}");
    finds(&site, &[], 3, &["Tera 2 (Zola from 0.23 on) does not render the partial", "move the partial away"]);
    site.write("netlify.toml", "[build.environment]\nZOLA_VERSION = \"0.22.1\"\n");
    site.write(".tool-versions", "zola 0.23.4\n");
    finds(&site, &[], 3, &["two generations of Zola"]);
}

#[test]
fn trouble_with_the_data_is_found() {
    let api = api();
    let site = whole(&api);
    let picture = site.named_pictures()[0].clone();
    std::fs::remove_file(site.path(&format!("static/{picture}"))).unwrap();
    finds(&site, &[], 6, &["names 1 pictures that are not there"]);
    for (text, words) in [("{", "it is no JSON"), ("{\"version\":2}", "has no `")] {
        site.write("data/instagram.json", text);
        finds(&site, &[], 6, &[words, "written anew"]);
    }
    std::fs::remove_file(site.path("data/instagram.json")).unwrap();
    finds(&site, &[], 0, &["is not there yet"]);
    site.run("bake").succeeds();
    let mut data = site.data();
    data["version"] = 2.into();
    site.write("data/instagram.json", &data.to_string());
    finds(&site, &[], 6, &["`version` should be 1"]);
    data["version"] = 1.into();
    data["posts"][0]["timestamp"] = "yesterday".into();
    site.write("data/instagram.json", &data.to_string());
    finds(&site, &[], 6, &["`posts[0].timestamp` is not of the form it should have"]);
}

#[test]
fn trouble_with_the_token_is_found_with_its_click() {
    for (fault, words) in [
        (Fault::TesterRoleMissing, "manage_access"),
        (Fault::TokenExpired, "feedbake login"),
        (Fault::ScopeMissing, "instagram_business_basic"),
    ] {
        let api = api();
        let site = whole(&api);
        api.fault(fault);
        finds(&site, &[], 4, &[words]);
    }
    let api = api();
    let site = whole(&api);
    finds(&site, &[("INSTAGRAM_ACCESS_TOKEN", "")], 4, &["no access token was given", "feedbake login"]);
    finds(&site, &[("INSTAGRAM_ACCESS_TOKEN", "IGQVfakefakefakefakefake")], 4, &["Basic Display API"]);
    finds(&site, &[("IG_TOKEN", "IGAAanotherone")], 4, &["hold different access tokens"]);
    finds(&site, &[("FEEDBAKE_TOKEN_STORE", "github")], 4, &["GITHUB_REPOSITORY is not set"]);
    let elsewhere = [("FEEDBAKE_API_BASE", "https://graph.facebook.com")];
    let ran = site.run_with("doctor --offline --json", &elsewhere).ends_with(4);
    assert!(troubles(&ran.json())[0].contains("begins with IGAA"), "{}", ran.stdout);
    api.change(|world| world.account.insert("account_type".to_owned(), "PERSONAL".into()));
    finds(&site, &[], 4, &["is a personal account", "Switch to professional account"]);
    assert!(api.requests().iter().any(|seen| seen.kind == Kind::List));
}

#[test]
fn the_double_cliff_of_sixty_days_is_seen_coming() {
    let api = api();
    let site = whole(&api);
    git(&site, &["init", "-q"], "2026-01-01T00:00:00Z");
    let workflow = "on:\n  schedule:\n    - cron: '17 5 * * *'\njobs:\n  x:\n    steps:\n      - run: feedbake\n";
    site.write(".github/workflows/feed.yml", workflow);
    git(&site, &["add", "."], "2020-01-01T00:00:00Z");
    git(&site, &["commit", "-qm", "x"], "2020-01-01T00:00:00Z");
    finds(&site, &[], 3, &["commits nothing", "token-status.json", "the last commit is", "Enable workflow"]);
    site.write(".github/workflows/feed.yml", &format!("{workflow}      - run: git commit -am feed && git push\n"));
    git(&site, &["add", "."], "2020-01-01T00:00:00Z");
    let now = jiff::Timestamp::now().to_string();
    git(&site, &["commit", "-qm", "y"], &now);
    finds(&site, &[], 0, &[]);
}

#[test]
fn a_clock_that_is_wrong_is_told_by_the_api() {
    let api = api();
    let site = whole(&api);
    site.run("doctor").succeeds().prints(&["the clock agrees with the API's"]);
    for (minutes, words) in [(20_i64, "the clock of this machine is 20 minutes slow"), (-90, "is 90 minutes fast")] {
        // Half a minute more: the machine's own clock goes on while it looks.
        let seconds = minutes * 60 + 30 * minutes.signum();
        api.change(|world| world.clock_offset = jiff::SignedDuration::from_secs(seconds));
        finds(&site, &[], 0, &[words, "time synchronisation"]);
    }
}

#[test]
fn an_ignore_line_that_takes_too_much_is_found() {
    let api = api();
    let site = whole(&api);
    git(&site, &["init", "-q"], "2026-01-01T00:00:00Z");
    site.write(".gitignore", ".feedbake\n");
    finds(&site, &[], 0, &["git ignores what feedbake knows of the token"]);
}

#[test]
fn tokens_that_others_can_read_are_found_and_not_shown() {
    let api = api();
    let site = whole(&api);
    git(&site, &["init", "-q"], "2026-01-01T00:00:00Z");
    site.write("notes.txt", &format!("my token: {}", api.token()));
    git(&site, &["add", "notes.txt"], "2026-01-01T00:00:00Z");
    site.write("public/index.html", &format!("<p>IGAA{}", "aB3d".repeat(40)));
    site.write(
        "templates/old.html",
        "<script src=/instafeed.js></script><script>new Instafeed({accessToken: 'IGQVJ0123456789abcdefghij'})</script>",
    );
    finds(
        &site,
        &[],
        7,
        &[
            "notes.txt holds the access token",
            "index.html holds what looks like an access token",
            "instafeed.js with a token written in it",
        ],
    );
    let ran = site.run("doctor");
    assert!(!ran.stdout.contains(&api.token()) && !ran.stderr.contains(&api.token()) && !ran.stdout.contains("aB3d"));
}

#[test]
fn what_keeps_feedbake_from_running_is_a_finding_among_others() {
    let api = api();
    let site = whole(&api);
    site.write("feedbake.toml", "limt = 3\n");
    finds(&site, &[], 3, &["feedbake does nothing here", "did you mean `limit`"]);
    let site = whole(&api).file("config.toml", "x = [\n");
    finds(&site, &[], 3, &["Zola builds nothing with this config.toml: it is not TOML, line 1"]);
    let site = whole(&api);
    site.write("data/instagram.json", "{}");
    let troubles = troubles(&site.run_with("doctor --json", &[]).json());
    assert!(troubles.iter().all(|trouble| !trouble.contains("does not render")), "{troubles:#?}");
}

#[test]
fn what_stands_in_the_way_is_a_finding_and_no_end() {
    let api = api();
    for (place, needed) in [
        ("data/instagram.json", "a file"),
        (".feedbake/token-status.json", "a file"),
        (".feedbake/manifest.json", "a file"),
        ("data", "a folder"),
        ("templates", "a folder"),
        (".feedbake", "a folder"),
        (".feedbake/cache", "a folder"),
        ("static/feedbake", "a folder"),
        ("static", "a folder"),
    ] {
        let site = whole(&api);
        let path = site.path(place);
        if path.is_dir() {
            std::fs::remove_dir_all(&path).unwrap();
            site.write(place, "");
        } else {
            std::fs::remove_file(&path).unwrap();
            std::fs::create_dir(&path).unwrap();
        }
        finds(&site, &[], 6, &[&format!("{place} is not {needed}, and feedbake needs one there")]);
    }
    let site = whole(&api);
    let pipe = |place: &str| {
        let path = site.path(place);
        std::fs::remove_file(&path).unwrap();
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    };
    for place in ["data/instagram.json", ".feedbake/manifest.json"] {
        pipe(place);
        finds(&site, &[], 6, &[&format!("{place} is not a file")]);
    }
    let empty = whole(&api).file("config.toml", "");
    finds(&empty, &[], 3, &["it sets no base_url"]);
}

#[cfg(unix)]
#[test]
fn a_token_book_or_a_stylesheet_that_is_a_folder_is_a_finding() {
    let api = Emulator::start().post(photo("DAa").size(32, 32));
    for place in [".feedbake/cache/token-tries.json", "static/feedbake.css"] {
        let site = Sandbox::new(&api);
        site.run("bake").succeeds();
        let _ = std::fs::remove_file(site.path(place));
        std::fs::create_dir_all(site.path(place)).unwrap();
        site.run("doctor --offline").ends_with(6).prints(&[place, "is not a file"]);
    }
}

#[test]
fn each_generation_of_zola_reads_its_own_line_in_markdown() {
    let api = api();
    let site = whole(&api).set("PATH", "");
    site.write("templates/index.html", "nothing");
    site.write("content/_index.md", "{{ instagram() }}");
    finds(&site, &[], 0, &[]);
    site.write("netlify.toml", "[build.environment]\nZOLA_VERSION = \"0.23.4\"\n");
    finds(&site, &[], 3, &["content/_index.md calls a shortcode, Zola has none from 0.23 on"]);
    site.write("content/_index.md", "{% include \"partials/instagram.html\" %}");
    finds(&site, &[], 0, &[]);
    site.write("netlify.toml", "[build.environment]\nZOLA_VERSION = \"0.22.1\"\n");
    finds(&site, &[], 3, &["nobody sees the feed"]);
}

#[test]
fn a_page_that_eleventy_reads_with_liquid_shows_no_feed() {
    let page = "<main>{% include \"instagram.njk\" %}</main>\n";
    let site = Sandbox::without_token().file("eleventy.config.js", "").file("index.html", page);
    std::fs::remove_file(site.path("config.toml")).unwrap();
    site.run("bake --demo").succeeds();
    let liquid = "index.html includes the partial, which is Nunjucks, Eleventy reads it with Liquid";
    site.run("doctor --offline").prints(&[liquid, "`templateEngineOverride: njk`"]);
    site.run("init").succeeds().says(&["show the feed: put"]);
    for (place, text, configuration) in [
        ("index.html", format!("---\ntemplateEngineOverride: njk\n---\n{page}"), ""),
        ("index.njk", page.to_owned(), ""),
        ("index.html", page.to_owned(), "module.exports = () => ({ htmlTemplateEngine: \"njk\" });\n"),
    ] {
        std::fs::remove_file(site.path("index.html")).ok();
        site.write("eleventy.config.js", configuration);
        site.write(place, &text);
        let said = site.run("doctor --offline").stdout;
        assert!(
            said.contains(&format!("the partial is shown by {place}")) && !said.contains("Liquid"),
            "{place}: {said}"
        );
        std::fs::remove_file(site.path(place)).unwrap();
    }
}

#[test]
fn what_is_left_of_instafeed_without_a_page_is_found() {
    let api = api();
    let site = whole(&api)
        .file("static/js/instafeed.min.js", "!function(){new Instafeed}()")
        .file("package.json", "{\"dependencies\": {\"instafeed.js\": \"^2.0.0\"}}");
    finds(&site, &[], 0, &["static/js/instafeed.min.js is a copy of instafeed.js", "npm uninstall instafeed.js"]);
    let troubles = troubles(&site.run("doctor --json").json());
    assert!(!troubles.iter().any(|trouble| trouble.contains("still loads")), "{troubles:#?}");
}
