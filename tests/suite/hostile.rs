//! Hostile pictures and hostile disks.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Stdio;

use feedbake::emulator::{Content, Emulator, Fault, bombs, photo};

use crate::sandbox::Sandbox;

fn fixture(name: &str) -> Vec<u8> {
    fs::read(format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn picture(name: &str) -> Vec<u8> {
    fixture(&format!("fixtures/pictures/{name}"))
}

/// What nobody can make a picture of, and what is said of it.
fn hopeless() -> Vec<(String, Vec<u8>, &'static str)> {
    let jpeg = picture("progressive_red_left.jpg");
    let mut list: Vec<(String, Vec<u8>, &'static str)> = vec![
        ("zero_bytes".to_owned(), Vec::new(), "sent nothing instead of a picture"),
        ("a_web_page".to_owned(), b"<!DOCTYPE html><p>Sorry".to_vec(), "sent a web page"),
        ("a_text".to_owned(), b"URL signature expired".to_vec(), "sent a text"),
        ("json".to_owned(), b"{\"error\":{}}".to_vec(), "sent a message in JSON"),
        ("a_heic".to_owned(), fixture("src/emulator/real.heic"), "sent a HEIC picture"),
        ("a_truncated_jpeg".to_owned(), picture("truncated_is_damaged.jpg"), "the picture ends too early"),
        ("half_a_jpeg_head".to_owned(), jpeg[..20].to_vec(), "the picture ends too early"),
        ("only_a_jpegs_ends".to_owned(), b"\xff\xd8\xff\xe0\xff\xd9".to_vec(), "the picture ends too early"),
        (
            "random_bytes".to_owned(),
            (0..5000_u32).map(|number| (number * 7919 % 251) as u8).collect(),
            "of a kind feedbake cannot read",
        ),
        ("an_svg".to_owned(), b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), "sent a web page"),
    ];
    let png = picture("palette_red_left_white_right.png");
    list.push(("half_a_png".to_owned(), png[..png.len() / 2].to_vec(), "damaged"));
    for (name, bytes) in bombs() {
        // A profile or a text that is too large is passed over where the decoder can do so.
        if !name.contains("unpacks") {
            list.push((name.to_owned(), bytes, ""));
        }
    }
    list
}

/// Odd ones that are pictures all the same.
fn odd() -> Vec<(String, Vec<u8>)> {
    let mut list: Vec<(String, Vec<u8>)> = [
        "cmyk_red_left.jpg",
        "grey.jpg",
        "sixteen_bit_grey.png",
        "palette_red_left_white_right.png",
        "animated_red_first.gif",
        "animated_red_first.webp",
        "one_pixel_red.png",
        "exif_6_red_comes_out_on_top.jpg",
        "broken_icc_red_left.jpg",
        "golden/swapped.png",
    ]
    .into_iter()
    .map(|name| (name.replace(['.', '/'], "_"), picture(name)))
    .collect();
    let padded = [picture("grey.jpg"), vec![0; 3000]].concat();
    list.push(("padded_behind_its_end".to_owned(), padded));
    list
}

#[test]
fn every_hostile_picture_costs_its_own_post_and_no_other_in_bounded_memory() {
    let mut api = Emulator::start();
    let post = |number: usize, bytes: Vec<u8>| photo(&format!("D{number:03}")).picture(Content::Bytes(bytes));
    let hopeless = hopeless();
    let odd = odd();
    for (number, (_, bytes, _)) in hopeless.iter().enumerate() {
        api = api.post(post(number, bytes.clone()));
    }
    for (number, (_, bytes)) in odd.iter().enumerate() {
        api = api.post(post(100 + number, bytes.clone()));
    }
    for (number, (_, bytes)) in bombs().into_iter().filter(|(name, _)| name.contains("unpacks")).enumerate() {
        api = api.post(post(200 + number, bytes));
    }
    let site = Sandbox::new(&api).set("FEEDBAKE_LIMIT", "60");
    // 1 GB of addresses: threads and their stacks included, and far below what the bombs unpack to.
    let limited = "ulimit -v 1000000; exec \"$0\" bake --verbose";
    let output = site
        .command("sh")
        .args(["-c", limited, env!("CARGO_BIN_EXE_feedbake")])
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(!said.contains("panicked") && !said.contains("broke its decoder"), "{said}");
    let shown = site.shown();
    for (number, (name, _, why)) in hopeless.iter().enumerate() {
        let code = format!("D{number:03}");
        let line = said.lines().find(|line| line.starts_with(&format!("left out {code}:")));
        assert!(line.is_some_and(|line| line.contains(why)), "{name} should have {why:?}: {line:?}");
        assert!(!shown.contains(&code), "{name} is shown");
    }
    for (number, (name, _)) in odd.iter().enumerate() {
        assert!(shown.contains(&format!("D{:03}", 100 + number)), "{name} is not shown: {said}");
    }
    site.is_whole();
}

#[test]
fn a_file_where_a_folder_should_be_is_named_and_left_alone() {
    for place in
        ["static", "static/feedbake", "data", "templates", "templates/partials", ".feedbake", ".feedbake/cache"]
    {
        let api = Emulator::start().post(photo("DAa").size(32, 32));
        let site = Sandbox::new(&api).file(place, "mine");
        site.run("bake").ends_with(6).says(&["could not be", "hint:"]);
        assert_eq!(fs::read_to_string(site.path(place)).unwrap(), "mine");
        fs::remove_file(site.path(place)).unwrap();
        site.run("bake").succeeds();
        site.is_whole();
    }
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_a_folder_is_never_followed() {
    // A link in the cache itself is replaced: `odd_places` has that.
    for place in ["static", "static/feedbake", "data", "templates/partials", ".feedbake", ".feedbake/cache"] {
        let api = Emulator::start().post(photo("DAa").size(32, 32));
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("mine.txt"), "mine").unwrap();
        fs::create_dir(outside.path().join("aa")).unwrap();
        let site = Sandbox::new(&api);
        fs::create_dir_all(site.path(place).parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(outside.path(), site.path(place)).unwrap();
        site.run("bake").ends_with(6).says(&["symbolic link"]);
        site.run("clean");
        site.run("clean --all");
        let names: Vec<String> = fs::read_dir(outside.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(names.len(), 2, "{place}: {names:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_a_file_is_replaced_or_removed_and_its_target_stays() {
    let api = Emulator::start().post(photo("DAa").size(32, 32)).post(photo("DAb").size(32, 32));
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    let outside = tempfile::tempdir().unwrap();
    let target = outside.path().join("mine.txt");
    fs::write(&target, "mine").unwrap();
    let pictures = site.named_pictures();
    for name in pictures.iter().map(|path| format!("static/{path}")).chain(["data/instagram.json".to_owned()]) {
        fs::remove_file(site.path(&name)).unwrap();
        std::os::unix::fs::symlink(&target, site.path(&name)).unwrap();
    }
    site.run("bake").succeeds();
    site.is_whole();
    assert!(fs::symlink_metadata(site.path("data/instagram.json")).unwrap().is_file());
    for path in &pictures {
        fs::remove_file(site.path(&format!("static/{path}"))).unwrap();
        std::os::unix::fs::symlink(&target, site.path(&format!("static/{path}"))).unwrap();
    }
    site.run("clean --all").succeeds();
    assert_eq!(fs::read_to_string(&target).unwrap(), "mine");
    assert!(!site.path("static/feedbake").exists());
}

#[test]
fn a_file_of_the_users_own_among_the_pictures_survives_everything() {
    let api = Emulator::start().post(photo("DAa").size(32, 32)).post(photo("DAb").size(32, 32));
    let site = Sandbox::new(&api).file("static/feedbake/mine.webp", "mine").file(".feedbake/notes.txt", "mine");
    site.run("bake").succeeds();
    api.delete("DAa");
    site.run("bake").succeeds();
    site.write("feedbake.toml", "media_dir = \"static/elsewhere\"\n");
    site.run("bake").succeeds();
    site.run("clean").succeeds();
    site.run("clean --all").succeeds();
    let left: Vec<String> = site.files("").into_keys().collect();
    assert_eq!(left, [".feedbake/notes.txt", "config.toml", "feedbake.toml", "static/feedbake/mine.webp"]);
}

#[test]
fn spaces_and_letters_of_any_script_in_the_path_are_no_trouble() {
    for name in ["my site", "сайт – サイト – موقع", "it's \"quoted\" & more; $HOME", "-dash", "per%20cent"]
    {
        let api = Emulator::start().post(photo("DAa").size(32, 32));
        let site = Sandbox::named(name).with(&api);
        site.run("bake").succeeds();
        site.is_whole();
        let outside = Sandbox::without_token().with(&api);
        let mut command = outside.command(env!("CARGO_BIN_EXE_feedbake"));
        let output = command.args(["bake", "--site"]).arg(site.path("")).output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        site.run("clean --all").succeeds();
        assert_eq!(site.files("").into_keys().collect::<Vec<_>>(), ["config.toml"]);
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_is_named_and_the_feed_stays() {
    use std::os::unix::fs::PermissionsExt;
    const NOBODY: u32 = 65_534;
    let api = Emulator::start().post(photo("DAa").size(32, 32));
    let site = Sandbox::new(&api);
    let is_root = std::os::unix::fs::MetadataExt::uid(&fs::metadata(site.path("")).unwrap()) == 0;
    let site = if is_root { site.owned_by(NOBODY) } else { site };
    site.run("bake").succeeds();
    let before = site.files("");
    api.add(photo("DAb").size(32, 32).at("2026-08-01T10:00:00Z"));
    for place in ["static/feedbake", "data", ".feedbake", ".feedbake/cache/objects", ".feedbake/cache"] {
        let set = |mode: u32| fs::set_permissions(site.path(place), fs::Permissions::from_mode(mode)).unwrap();
        set(0o555);
        let ran = site.run("bake").ends_with(6).says(&["could not be", "hint:"]);
        assert!(ran.stderr.contains("ermission denied"), "{place}: {}", ran.stderr);
        let data = fs::read(site.path("data/instagram.json")).unwrap();
        assert!(before["data/instagram.json"] == data || site.shown() == ["DAb", "DAa"], "{place}");
        for path in site.named_pictures() {
            assert!(site.path(&format!("static/{path}")).is_file(), "{place}: {path}");
        }
        set(0o755);
    }
    site.run("bake").succeeds();
    assert_eq!(site.shown(), ["DAb", "DAa"]);
    site.is_whole();
}

/// A disk of its own, which only root may mount; gone with this.
#[cfg(target_os = "linux")]
struct Mounted(std::path::PathBuf);

#[cfg(target_os = "linux")]
impl Mounted {
    fn at(place: &Path, options: &str) -> Option<Self> {
        let mounted = mount(place, options).then(|| Self(place.to_owned()));
        if mounted.is_none() {
            eprintln!("SKIPPED: only root may mount a small disk");
        }
        mounted
    }
}

#[cfg(target_os = "linux")]
impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(&self.0).status();
    }
}

#[cfg(target_os = "linux")]
fn mount(place: &Path, options: &str) -> bool {
    let mut command = std::process::Command::new("mount");
    command.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(place).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_before_there_is_a_feed_gets_an_empty_one() {
    for kilobytes in [140, 200, 300] {
        let api =
            (0..6).fold(Emulator::start(), |api, number| api.post(photo(&format!("DB{number}")).size(1080, 1080)));
        let site = Sandbox::new(&api);
        let top = site.path("");
        let Some(_mounted) = Mounted::at(&top, &format!("size={kilobytes}k")) else { return };
        site.run("bake").ends_with(6).says(&["could not be written", "make room on the disk"]);
        assert_eq!(site.shown(), Vec::<String>::new(), "{kilobytes} kB: an empty feed, and a valid one");
        assert!(site.path("templates/partials/instagram.html").exists());
        assert!(mount(&top, "remount,size=50m"));
        site.run("bake").succeeds();
        assert_eq!(site.shown().len(), 6);
        site.is_whole();
    }
}

/// The renewal ends the old token: a new one that finds no room is the end of the feed.
#[cfg(target_os = "linux")]
#[test]
fn nothing_is_renewed_where_the_disk_has_no_room_for_the_new_token() {
    use feedbake::emulator::Rotation;
    for with_key in [false, true] {
        let api = Emulator::start().post(photo("DAa").size(64, 64));
        api.change(|world| world.rotation = Rotation::AnotherEndsTheOld);
        let site = Sandbox::new(&api).set("FEEDBAKE_TOKEN_REFRESH", "20d");
        let key = site.run("token keygen").succeeds().stdout;
        let site =
            if with_key { site.set("FEEDBAKE_TOKEN_KEY", key.trim()) } else { site.unset("INSTAGRAM_ACCESS_TOKEN") };
        let top = site.path("");
        let Some(_mounted) = Mounted::at(&top, "size=20m") else { return };
        site.write("config.toml", "");
        if !with_key {
            site.write(".env", &format!("INSTAGRAM_ACCESS_TOKEN={}\n", api.token()));
        }
        site.run_with("bake", &[("FEEDBAKE_TOKEN_REFRESH", "never")]).succeeds();
        for free_kilobytes in [0, 8, 16, 32] {
            fill(&top, free_kilobytes);
            let ran = site.run("bake");
            assert!(!ran.stderr.contains("nothing is lost"), "{}", ran.stderr);
            // Either it was renewed and kept, or it was left alone: the next run has a token that works.
            fs::remove_file(top.join("filling")).unwrap();
            let _ = fs::remove_file(site.path(".feedbake/cache/token-tries.json"));
            site.run_with("bake --strict", &[("FEEDBAKE_TOKEN_REFRESH", "never")]).succeeds();
        }
    }
}

/// Leaves so much room on the disk that `top` is.
#[cfg(target_os = "linux")]
fn fill(top: &Path, free_kilobytes: usize) {
    let output = std::process::Command::new("df").args(["--output=avail", "-k"]).arg(top).output().unwrap();
    let available: usize = String::from_utf8_lossy(&output.stdout).lines().nth(1).unwrap().trim().parse().unwrap();
    fs::write(top.join("filling"), vec![1; (available - free_kilobytes) * 1024]).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_the_last_good_feed_and_room_heals_it() {
    for kilobytes in [120, 160, 200] {
        let api = Emulator::start().post(photo("DAa").size(64, 64));
        let site = Sandbox::new(&api);
        let top = site.path("");
        let Some(_mounted) = Mounted::at(&top, "size=20m") else { return };
        site.run("bake").succeeds();
        let before = site.files("");
        for number in 0..3 {
            api.add(photo(&format!("DB{number}")).size(1080, 1080).at("2026-08-01T10:00:00Z"));
        }
        assert!(mount(&top, &format!("remount,size={kilobytes}k")));
        site.run("bake").ends_with(6).says(&["could not be written", "hint:"]);
        let left = site.files("");
        assert_eq!(left["data/instagram.json"], before["data/instagram.json"], "{kilobytes} kB");
        for path in site.named_pictures() {
            let name = format!("static/{path}");
            assert_eq!(left.get(&name), before.get(&name), "{kilobytes} kB: {name}");
        }
        assert!(mount(&top, "remount,size=50m"));
        site.run("bake").succeeds();
        assert_eq!(site.shown().len(), 4);
        site.is_whole();
    }
}

/// Everything the cache keeps by its content.
fn objects(site: &Sandbox) -> Vec<std::path::PathBuf> {
    walkdir::WalkDir::new(site.path(".feedbake/cache/objects"))
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect()
}

fn lose_outputs(site: &Sandbox) {
    for lost in ["data", "static", "templates"] {
        fs::remove_dir_all(site.path(lost)).unwrap();
    }
    fs::remove_file(site.path(".feedbake/manifest.json")).unwrap();
}

#[test]
fn damage_in_the_cache_is_mended_by_the_next_good_bake() {
    let api = Emulator::start().post(photo("DAa").size(64, 64)).post(photo("DAb").size(64, 48));
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    let before = site.files("");
    for object in objects(&site) {
        let mut bytes = fs::read(&object).unwrap();
        bytes[0] ^= 0xff;
        fs::write(&object, bytes).unwrap();
        lose_outputs(&site);
        site.run("bake").succeeds();
        let after = site.files("");
        let differ: Vec<&String> =
            before.keys().chain(after.keys()).filter(|name| before.get(*name) != after.get(*name)).collect();
        assert!(differ.is_empty(), "{}: {differ:?}", object.display());
    }
}

#[test]
fn one_lost_file_costs_its_own_post_when_the_api_is_down_and_all_of_them_the_build() {
    use feedbake::emulator::Fault;
    let api =
        (0..4).fold(Emulator::start(), |api, number| api.post(photo(&format!("DA{number}")).size(64, 64 + number)));
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    let first = site.named_pictures().into_iter().next().unwrap();
    let object = {
        let bytes = fs::read(site.path(&format!("static/{first}"))).unwrap();
        objects(&site).into_iter().find(|object| fs::read(object).unwrap() == bytes).unwrap()
    };
    fs::remove_file(object).unwrap();
    api.fault(Fault::Code1);
    for keeps_data in [true, false] {
        if keeps_data {
            fs::remove_dir_all(site.path("static/feedbake")).unwrap();
        } else {
            lose_outputs(&site);
        }
        site.run("bake").succeeds().says(&["the site still shows the 3 posts"]);
        assert_eq!(site.shown().len(), 3, "{keeps_data}");
        for path in site.named_pictures() {
            assert!(site.path(&format!("static/{path}")).is_file(), "{keeps_data}: {path}");
        }
    }
    for object in objects(&site) {
        fs::remove_file(object).unwrap();
    }
    fs::remove_dir_all(site.path("static/feedbake")).unwrap();
    site.run("bake").ends_with(5).says(&["there is no earlier one to keep"]);
    assert_eq!(site.shown().len(), 0);
}

#[test]
fn a_manifest_or_an_index_that_names_files_of_the_users_touches_none_of_them() {
    use feedbake::emulator::Fault;
    let api = Emulator::start().post(photo("DAa").size(32, 32));
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    let mine = ["content/a.md", "static/feedbake/mine.jpg", ".git/hooks/pre-commit", "static/7-32.00000000.jpg"];
    for name in mine {
        site.write(name, "mine");
    }
    let with_mine = |name: &str| {
        let text = fs::read_to_string(site.path(name)).unwrap();
        let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
        for name in mine {
            let hash = if name.ends_with("00000000.jpg") { "1".repeat(64) } else { "0".repeat(64) };
            value["files"][name] = serde_json::json!({ "role": "picture", "sha256": hash });
        }
        value
    };
    let is_untouched = |when: &str| {
        for name in mine {
            assert_eq!(fs::read_to_string(site.path(name)).unwrap(), "mine", "{name}, {when}");
        }
    };
    site.write(".feedbake/manifest.json", &with_mine(".feedbake/manifest.json").to_string());
    site.run("bake").succeeds();
    is_untouched("a good bake");

    let mut forged = with_mine(".feedbake/manifest.json");
    let pictures = forged["feeds"]["instagram"]["pictures"].as_object_mut().unwrap();
    for picture in pictures.values_mut() {
        picture["renditions"][0]["path"] = "content/a.md".into();
    }
    site.write(".feedbake/manifest.json", &forged.to_string());
    api.fault(Fault::Code1);
    site.run("bake");
    is_untouched("a bake that failed");
    site.run("clean --all");
    is_untouched("clean --all");
}

#[test]
fn a_server_of_pictures_that_is_down_is_given_up_after_twelve_downloads_however_many_posts_there_are() {
    let mut api = Emulator::start();
    for number in 0..60 {
        api = api.post(photo(&format!("D{number:03}")).size(64, 64));
    }
    let site = Sandbox::new(&api).set("FEEDBAKE_LIMIT", "4");
    api.fault(Fault::CdnDown);
    let ran = site.run("bake").says(&["12 in a row did not come"]);
    assert_ne!(ran.code, 0);
    let requests = api.requests();
    let asked_for: BTreeSet<&str> = requests.iter().filter(|seen| seen.is_download()).map(|seen| seen.path()).collect();
    // Six run at once: those that were on their way came to their end.
    assert!((12..18).contains(&asked_for.len()), "{asked_for:?}");
}

#[test]
fn an_answer_that_repeats_itself_does_not_fill_the_terminal() {
    let api = Emulator::start().post(photo("DAa").size(64, 64));
    for number in 0..40 {
        api.add(photo(&format!("DB{number:03}")).picture(Content::Bytes(b"no".to_vec())));
    }
    let site = Sandbox::new(&api);
    let named = |ran: &crate::sandbox::Ran| ran.stderr.lines().filter(|line| line.contains("left out D")).count();
    let plain = site.run("bake").succeeds().says(&["left out 28 more"]);
    assert_eq!(named(&plain), 12);
    assert!(named(&site.run("bake --verbose")) >= 40);
}
