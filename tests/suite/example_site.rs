//! The example site in a real Zola, where one is named by `FEEDBAKE_TEST_ZOLA` (several with `:` between them).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use feedbake::emulator::{Emulator, World};

use crate::sandbox::Sandbox;

fn zolas() -> Vec<PathBuf> {
    let named = std::env::var("FEEDBAKE_TEST_ZOLA").unwrap_or_default();
    let zolas: Vec<PathBuf> = named.split(':').filter(|name| !name.is_empty()).map(PathBuf::from).collect();
    if zolas.is_empty() {
        eprintln!("SKIPPED: FEEDBAKE_TEST_ZOLA names no Zola, so no real site is built");
    }
    zolas
}

fn copy(from: &Path, site: &Sandbox) {
    for entry in
        walkdir::WalkDir::new(from).into_iter().filter_map(Result::ok).filter(|entry| entry.file_type().is_file())
    {
        let name = entry.path().strip_prefix(from).unwrap();
        let made = ["public", "data", ".feedbake", "static/feedbake"].iter().any(|folder| name.starts_with(folder));
        if !made {
            site.write(name.to_str().unwrap(), &fs::read_to_string(entry.path()).unwrap());
        }
    }
}

fn build(zola: &Path, site: &Sandbox, base: &str) {
    let output =
        Command::new(zola).arg("--root").arg(site.path("")).args(["build", "--base-url", base]).output().unwrap();
    assert!(output.status.success(), "{}: {}", zola.display(), String::from_utf8_lossy(&output.stderr));
}

fn feed_of(site: &Sandbox, page: &str) -> Option<String> {
    let page = fs::read_to_string(site.path(page)).unwrap();
    let start = page.find("<div class=\"feedbake ")?;
    let end = page[start..].find("</ul></div>")?;
    Some(page[start..start + end].to_owned())
}

#[test]
fn it_builds_without_a_bake_and_with_one_in_every_zola_at_hand() {
    let mut first: Option<Vec<String>> = None;
    for zola in zolas() {
        let api = Emulator::serve(World::demo()).unwrap();
        let site = Sandbox::new(&api);
        copy(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/example-site")), &site);
        build(&zola, &site, "https://example.org");
        assert_eq!(feed_of(&site, "public/index.html"), None);

        site.run_with("bake", &[("FEEDBAKE_PICTURES_WIDTHS", "64,128")]).succeeds();
        build(&zola, &site, "https://example.org/sub/path");
        let mut feeds = Vec::new();
        for (page, tiles) in [("index", 12), ("about/index", 6), ("journal/index", 3)] {
            let feed = feed_of(&site, &format!("public/{page}.html")).unwrap_or_else(|| panic!("{page} shows no feed"));
            assert_eq!(feed.matches("<li ").count(), tiles, "{page}");
            assert!(feed.contains("https://example.org/sub/path/feedbake/"), "{page}");
            feeds.push(feed);
        }
        assert_eq!(first.get_or_insert_with(|| feeds.clone()), &feeds, "{} shows another feed", zola.display());
        let journal = fs::read_to_string(site.path("public/journal/index.html")).unwrap();
        assert!(journal.contains("<p>And the text goes on."), "the Markdown behind the feed is still Markdown");
        for picture in site.named_pictures() {
            assert!(site.path(&format!("public/{picture}")).is_file(), "{picture}");
        }
        site.run("audit").succeeds();
    }
}
