//! SIGKILL at random moments of a real run.

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::{BuildHasher, Hasher};
use std::thread;
use std::time::Instant;

use feedbake::emulator::{Emulator, PostBuilder, photo};

use crate::sandbox::Sandbox;

const KILLS: usize = 200;

fn first() -> PostBuilder {
    photo("DAa").size(64, 64).at("2026-05-08T10:00:00Z")
}

fn second() -> PostBuilder {
    photo("DBb").size(48, 64).at("2026-05-08T11:00:00Z").caption("the other one")
}

/// The account shows one post or the other, beside two that stay.
fn change(api: &Emulator, to_second: bool) {
    if to_second {
        api.delete("DAa");
        api.add(second());
    } else {
        api.delete("DBb");
        api.add(first());
    }
}

fn all_names(site: &Sandbox) -> Vec<String> {
    let top = site.path("");
    let mut names: Vec<String> = walkdir::WalkDir::new(&top)
        .into_iter()
        .map(|entry| entry.unwrap().path().strip_prefix(&top).unwrap().display().to_string())
        .collect();
    names.sort();
    names
}

#[test]
fn a_run_that_is_killed_at_a_random_moment_loses_nothing_and_leaves_nothing() {
    let api = Emulator::start().post(photo("DAx").size(40, 40)).post(photo("DAy").size(40, 30));
    api.add(first());
    let settings = "[pictures]\nwidths = [16, 64]\n";
    let references: Vec<Sandbox> = [false, true]
        .into_iter()
        .map(|to_second| {
            if to_second {
                change(&api, true);
            }
            let site = Sandbox::new(&api).file("feedbake.toml", settings);
            site.run("bake").succeeds();
            site
        })
        .collect();
    change(&api, false);
    let site = Sandbox::new(&api).file("feedbake.toml", settings);
    let began = Instant::now();
    site.run("bake").succeeds();
    // A busy machine takes now longer, now less: how long a run lives is learned from those that were killed.
    let mut span = began.elapsed();

    let mut killed_in_the_middle = 0;
    for kill in 0..KILLS {
        let to_second = kill % 2 == 0;
        change(&api, to_second);
        let dice = RandomState::new().build_hasher().finish() % 1000;
        let moment = span.mul_f64(dice as f64 / 900.0);
        let mut run = site.spawn("bake");
        thread::sleep(moment);
        let _ = run.kill();
        let was_killed = run.wait().unwrap().code().is_none();
        killed_in_the_middle += usize::from(was_killed);
        span = span.mul_f64(if was_killed { 1.1 } else { 0.8 });

        let left = fs::read(site.path("data/instagram.json")).unwrap();
        let known = references.iter().any(|reference| fs::read(reference.path("data/instagram.json")).unwrap() == left);
        assert!(known, "killed after {moment:?}: neither the old feed nor the new one");
        for path in site.named_pictures() {
            assert!(site.path(&format!("static/{path}")).is_file(), "killed after {moment:?}: {path} is missing");
        }
        site.run("bake").succeeds();
        let reference = &references[usize::from(to_second)];
        assert_eq!(site.files(""), reference.files(""), "killed after {moment:?}");
        assert_eq!(all_names(&site), all_names(reference), "killed after {moment:?}");
    }
    assert!(killed_in_the_middle > KILLS / 4, "only {killed_in_the_middle} runs were killed before they ended");
}
