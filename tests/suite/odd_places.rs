//! What is no file stands in the place of one: a named pipe keeps whoever opens it waiting for ever.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::FileTypeExt;
use std::process::{Command, Stdio};

use feedbake::emulator::{Emulator, photo};

use crate::sandbox::Sandbox;

/// Runs the binary, and ends it when it waits; returns the exit code and everything it said.
fn run(site: &Sandbox, arguments: &[&str]) -> (i32, String) {
    // A bake of one small picture takes well under a second.
    let mut command = site.command("timeout");
    command.args(["20", env!("CARGO_BIN_EXE_feedbake")]).args(arguments);
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_ne!(output.status.code(), Some(124), "{arguments:?} waits: {said}");
    assert!(!said.contains("panicked"), "{arguments:?}: {said}");
    (output.status.code().unwrap_or(-1), said)
}

fn replace_by_pipe(site: &Sandbox, name: &str) {
    let _ = fs::remove_file(site.path(name));
    assert!(Command::new("mkfifo").arg(site.path(name)).status().unwrap().success());
}

fn is_pipe(site: &Sandbox, name: &str) -> bool {
    fs::symlink_metadata(site.path(name)).is_ok_and(|data| data.file_type().is_fifo())
}

#[test]
fn a_pipe_in_the_place_of_any_file_is_named_or_replaced_and_not_waited_for() {
    // What is yours is named and left; what is feedbake's own and can be made anew takes its place.
    let table = [
        ("feedbake.toml", 6),
        (".env", 6),
        (".feedbake/manifest.json", 6),
        (".feedbake/token-status.json", 0),
        ("data/instagram.json", 6),
        (".feedbake/cache/lock", 6),
        (".feedbake/cache/index.json", 0),
        (".feedbake/cache/times.json", 0),
        (".feedbake/cache/untidy", 0),
        ("templates/partials/instagram.html", 0),
        ("static/feedbake.css", 0),
        ("<object>", 0),
        ("<picture>", 0),
    ];
    for (name, expected) in table {
        let api = Emulator::start().post(photo("DAa").size(32, 32)).post(photo("DAb").size(32, 32));
        let site = Sandbox::new(&api);
        site.run("bake").succeeds();
        let picture = format!("static/{}", site.named_pictures()[0]);
        let object = site.json(".feedbake/manifest.json")["files"][&picture]["sha256"].as_str().unwrap().to_owned();
        let object = format!(".feedbake/cache/objects/{}/{object}", &object[..2]);
        let name = match name {
            "<object>" => object.as_str(),
            "<picture>" => picture.as_str(),
            name => name,
        };
        let before = site.files("data");
        replace_by_pipe(&site, name);
        let (code, said) = run(&site, &["bake"]);
        assert_eq!(code, expected, "{name}: {said}");
        if expected == 0 {
            site.is_whole();
            assert_eq!(site.files("data"), before, "{name}");
        } else {
            assert!(said.contains("is a named pipe and not a file") && said.contains("move it away"), "{name}: {said}");
            assert!(is_pipe(&site, name), "{name} was somebody's");
        }
        // The same where the cache has to bring everything back, and where a caller only looks.
        run(&site, &["bake", "--offline"]);
        for arguments in [&["audit"][..], &["list"], &["doctor"], &["token", "status"], &["preview", "--out", "shown"]]
        {
            run(&site, arguments);
        }
        run(&site, &["clean", "--all"]);
    }
}

#[test]
fn audit_does_not_wait_for_what_is_no_file() {
    let site = Sandbox::without_token();
    site.write("public/index.html", "hello");
    replace_by_pipe(&site, "public/pipe");
    std::os::unix::fs::symlink("/dev/zero", site.path("public/zero")).unwrap();
    let (code, said) = run(&site, &["audit"]);
    assert!(code == 0 && said.contains("no token"), "{said}");
    run(&site, &["audit", "public/pipe"]);
    run(&site, &["audit", "public/zero"]);
}

#[test]
fn audit_looks_at_files_behind_links_and_says_what_it_did_not_look_at() {
    let token = "IGAAonlyforty5characters6long7and8no9more";
    let audit = |site: &Sandbox| site.run_with("audit", &[("INSTAGRAM_ACCESS_TOKEN", token)]);
    let site = Sandbox::without_token().file("public/index.html", "hello").file("notes/a.txt", token);
    std::os::unix::fs::symlink("../nowhere", site.path("public/nowhere")).unwrap();
    audit(&site).succeeds();
    std::os::unix::fs::symlink("..", site.path("public/up")).unwrap();
    audit(&site).ends_with(6).says(&["nothing is proved", "public/up"]);
    fs::remove_file(site.path("public/up")).unwrap();
    std::os::unix::fs::symlink("../notes/a.txt", site.path("public/a.txt")).unwrap();
    audit(&site).ends_with(7).says(&["public/a.txt"]);
}

#[test]
fn a_folder_in_the_place_of_a_picture_costs_its_post() {
    let api = Emulator::start().post(photo("DAa").size(32, 32)).post(photo("DAb").size(32, 32));
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    let picture = format!("static/{}", site.named_pictures()[0]);
    fs::remove_file(site.path(&picture)).unwrap();
    site.write(&format!("{picture}/mine.txt"), "mine");
    for strict in ["bake", "bake --strict"] {
        site.run(strict).succeeds().says(&["cannot be shown", &picture, "is a folder", "move it away"]);
        assert!(
            site.shown().len() == 1
                && site.named_pictures().iter().all(|name| site.path(&format!("static/{name}")).is_file())
        );
    }
    assert!(site.path(&format!("{picture}/mine.txt")).exists());
    fs::remove_dir_all(site.path(&picture)).unwrap();
    site.run("bake").succeeds();
    assert_eq!(site.shown().len(), 2);
}

#[test]
fn everything_is_removed_though_the_manifest_was_lost() {
    let api = Emulator::start().post(photo("DAa").size(32, 32)).post(photo("DAb").size(32, 32));
    for damage in [None, Some("<<<<<<< HEAD")] {
        let site = Sandbox::new(&api);
        let before = site.files("");
        site.run("bake").succeeds();
        site.write("static/feedbake/mine.webp", "mine");
        match damage {
            Some(text) => site.write(".feedbake/manifest.json", text),
            None => fs::remove_file(site.path(".feedbake/manifest.json")).unwrap(),
        }
        site.run("clean --all").succeeds();
        let mut expected = before;
        expected.insert("static/feedbake/mine.webp".to_owned(), b"mine".to_vec());
        assert_eq!(site.files("").into_keys().collect::<Vec<_>>(), expected.into_keys().collect::<Vec<_>>());
    }
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    fs::remove_dir_all(site.path(".feedbake")).unwrap();
    site.run("clean --all").succeeds();
    assert_eq!(site.files("").into_keys().collect::<Vec<_>>(), ["config.toml"], "the data file names the rest");
}

#[test]
fn what_cannot_be_read_is_said_to_be_unreadable() {
    use std::os::unix::fs::PermissionsExt;
    let site = Sandbox::without_token().owned_by(65_534).file("feedbake.toml", "limit = 3\n");
    fs::set_permissions(site.path("feedbake.toml"), fs::Permissions::from_mode(0o000)).unwrap();
    site.run("bake").ends_with(6).says(&["feedbake.toml could not be read", "the right to read it"]);
}

#[test]
fn a_post_that_went_while_the_manifest_was_lost_leaves_nothing_behind() {
    for cache_too in [false, true] {
        let api = Emulator::start().post(photo("DAa").size(32, 32)).post(photo("DAb").size(32, 32));
        let site = Sandbox::new(&api);
        site.run("bake").succeeds();
        site.write(".feedbake/manifest.json", "null");
        if cache_too {
            fs::remove_dir_all(site.path(".feedbake/cache")).unwrap();
        }
        site.write("static/feedbake/mine-7.0123abcd.webp", "mine");
        api.delete("DAb");
        site.run("bake").succeeds();
        let pictures = site.files("static/feedbake").into_keys().filter(|name| !name.contains("mine"));
        let mut named: Vec<String> = site.named_pictures();
        named.sort();
        assert_eq!(pictures.map(|name| name.replacen("static/", "", 1)).collect::<Vec<_>>(), named, "{cache_too}");
        assert!(site.path("static/feedbake/mine-7.0123abcd.webp").exists());
    }
}

#[test]
fn what_stands_in_the_way_of_the_cache_is_removed() {
    let api = Emulator::start().post(photo("DAa").size(32, 32)).post(photo("DAb").size(32, 32));
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    for name in ["index.json", "times.json", "untidy", "objects"] {
        let place = format!(".feedbake/cache/{name}");
        let _ = fs::remove_file(site.path(&place));
        let _ = fs::remove_dir_all(site.path(&place));
        if name == "objects" {
            site.write(&place, "in the way");
        } else {
            site.write(&format!("{place}/in the way"), "");
        }
        api.add(photo(&format!("DN{name}").replace('.', "")).size(32, 32).at("2026-06-01T10:00:00Z"));
        site.run("bake --strict").succeeds();
        site.is_whole();
        site.run("bake --strict").succeeds();
    }
    assert_eq!(site.shown().len(), 6);
}

#[test]
fn an_index_holds_no_name_of_a_link() {
    let api = Emulator::start().post(photo("DAa").size(32, 32));
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    let index = site.json(".feedbake/cache/index.json");
    let original = index["originals"].as_object().unwrap().values().next().unwrap();
    assert_eq!(original["link_key"].as_str().map(str::len), Some(16));
    assert!(!index.to_string().contains(".jpg\"}"), "{index}");
}

#[test]
fn a_link_in_the_cache_is_replaced_and_what_it_leads_to_stays() {
    let api = Emulator::start().post(photo("DAa").size(64, 64));
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    let outside = tempfile::tempdir().unwrap();
    std::fs::create_dir(outside.path().join("0a")).unwrap();
    std::fs::write(outside.path().join("0a/mine"), "mine").unwrap();
    std::fs::remove_dir_all(site.path(".feedbake/cache/objects")).unwrap();
    std::os::unix::fs::symlink(outside.path(), site.path(".feedbake/cache/objects")).unwrap();
    api.add(photo("DAb").size(64, 64));
    site.run("bake").succeeds();
    site.run("bake").succeeds();
    assert!(!site.path(".feedbake/cache/objects").is_symlink());
    assert_eq!(std::fs::read(outside.path().join("0a/mine")).unwrap(), b"mine");
    assert_eq!(site.shown(), ["DAa", "DAb"]);
}

#[test]
fn a_folder_in_the_place_of_the_tokens_book_does_not_stop_the_cleaning() {
    let api = Emulator::start().post(photo("DAa").size(64, 64));
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    let book = site.path(".feedbake/token-status.json");
    let _ = std::fs::remove_file(&book);
    std::fs::create_dir(&book).unwrap();
    site.run("clean --all")
        .succeeds()
        .says(&[".feedbake/token-status.json is not what feedbake left there, and stays"]);
    assert!(
        book.is_dir() && !site.path("data/instagram.json").exists() && !site.path(".feedbake/manifest.json").exists()
    );
}

#[test]
fn a_picture_that_the_user_replaced_survives_a_lost_manifest_and_the_cleaning() {
    let api = Emulator::start().post(photo("DAa").size(64, 64)).post(photo("DAb").size(64, 64));
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    let pictures = site.named_pictures();
    let mine = format!("static/{}", pictures.first().unwrap());
    std::fs::write(site.path(&mine), "mine").unwrap();
    std::fs::remove_file(site.path(".feedbake/manifest.json")).unwrap();
    site.run("clean --all").succeeds();
    assert_eq!(site.files("static/feedbake").into_values().collect::<Vec<_>>(), [b"mine".to_vec()]);
}
