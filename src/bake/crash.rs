//! Kills a bake at every step in which it changes the disk, and fills the disk at every such step.
//!
//! Each case is a process of its own: this test binary again, told by its environment which step is the last. What it
//! leaves is looked at, then one more bake has to make of it exactly what a bake without an accident makes.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a test sets the world up")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::{Belief, FeedOutcome, Report, Source, Tools, bake, enter};
use crate::auth::{AccessToken, Held, Renewed, Store, TokenPlace, Vault, VaultKey, choose};
use crate::config::{Layer, Settings, parse_file};
use crate::emulator::{Emulator, Fault, carousel, photo, video};
use crate::files::Root;
use crate::files::disk::fault::{self, Fate};
use crate::manifest::Manifest;

/// Everything below a folder, by name.
type Tree = BTreeMap<String, Vec<u8>>;

/// Where the dying process finds its task.
const TASK: &str = "FEEDBAKE_CRASH_TASK";

fn settings(site: &Path, api: &str) -> Settings {
    let text = fs::read_to_string(site.join("feedbake.toml")).unwrap();
    let renewal = if site.join(KEY_FILE).exists() { "20d" } else { "never" };
    let mut flags = Layer::default();
    flags.flag("api.base", "--api-base", api);
    flags.flag("api.retries", "--retries", "0");
    flags.flag("token.refresh", "a test", renewal);
    Settings::from_layers(&[&parse_file(&text, "feedbake.toml").unwrap(), &flags], &Default::default()).unwrap()
}

fn run(site: &Path, api: &str, token: &str) -> Result<Report, super::BakeError> {
    let settings = settings(site, api);
    let root = &Root::new(site);
    let lock = enter(root, |_| {})?;
    let given =
        Held { name: "IG_TOKEN".to_owned(), token: AccessToken::new(token).unwrap(), place: TokenPlace::Variable };
    let key = fs::read_to_string(site.join(KEY_FILE)).ok().map(|key| VaultKey::parse(&key).unwrap());
    let vault = key.as_ref().map_or_else(Vault::default, |key| Vault::open(root, key).unwrap());
    let held = choose(given, &vault);
    let sources: Vec<Source> = settings.feeds.iter().map(|_| Source::Api(held.clone())).collect();
    let stores: Vec<Store> = key.into_iter().map(Store::Vault).collect();
    bake(
        &lock,
        &Tools {
            root,
            settings: &settings,
            sources: &sources,
            now: "2026-05-09T12:00:00Z".parse().unwrap(),
            belief: Belief::Cautious,
            shapers: 1,
            watch: &|_| {},
            stores: &stores,
            is_store_hindered: false,
            announce: &|_| {},
            pause: &|_| {},
            dice: &|| 0.5,
        },
    )
    .map_err(|aborted| aborted.error)
}

/// A site with this file renews its token, and keeps it in a vault under the key that is in it.
const KEY_FILE: &str = "key";

/// What a bake of this kind of site does without an accident, and what the accidents find.
struct Scene {
    name: &'static str,
    api: Emulator,
    /// The account as the run after the accident finds it; the same one where nothing else is said.
    healer: Option<Emulator>,
    before: PathBuf,
    after: Tree,
    /// The data file that the run without an accident leaves.
    new_data: Option<Vec<u8>>,
    steps: usize,
    _folder: tempfile::TempDir,
}

impl Scene {
    /// `prepare` leaves the site and the account as the accident will find them.
    fn new(name: &'static str, prepare: impl FnOnce(&Path, &Emulator)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let before = folder.path().join("before");
        fs::create_dir(&before).unwrap();
        fs::create_dir(before.join("static")).unwrap();
        fs::write(before.join("static/mine.txt"), "mine").unwrap();
        fs::write(before.join("feedbake.toml"), "[pictures]\nwidths = [16, 32]\n").unwrap();
        let api = Emulator::start()
            .post(photo("DAa").size(32, 32))
            .post(carousel("DAb").slide(40, 40).slide(32, 20))
            .post(video("DAc").size(20, 32));
        prepare(&before, &api);
        let clean = folder.path().join("clean");
        copy(&before, &clean);
        let counted = die(&clean, &api, usize::MAX, Fate::GoOn);
        let steps = counted.lines().find_map(|line| line.strip_prefix("steps ")?.parse().ok());
        let after = tree(&clean);
        let new_data = after.get("data/instagram.json").cloned();
        Self { name, api, healer: None, before, after, new_data, steps: steps.expect(&counted), _folder: folder }
    }

    /// Lets the account be another one, in good health, by the time of the next run.
    fn healed_by(mut self, healer: Emulator) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clean = folder.path().join("clean");
        copy(&self.before, &clean);
        run(&clean, &self.api.base(), &self.api.token()).unwrap();
        self.new_data = fs::read(clean.join("data/instagram.json")).ok();
        run(&clean, &healer.base(), &healer.token()).unwrap();
        self.after = tree(&clean);
        self.healer = Some(healer);
        self
    }

    fn accident(&self, at: usize, fate: Fate) {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        copy(&self.before, &site);
        let said = die(&site, &self.api, at, fate);
        let place = || format!("{}, step {at} of {}, {fate:?}: {said}", self.name, self.steps);
        assert!(!said.contains("panicked"), "{}", place());

        let old = fs::read(self.before.join("data/instagram.json")).ok();
        let left = fs::read(site.join("data/instagram.json")).ok();
        let new = self.new_data.as_ref();
        assert!(left == old || left.as_ref() == new, "{}: neither the old feed nor the new one", place());
        let layout = settings(&site, "http://127.0.0.1:9").layout();
        let is_there = |path: &str| fs::read(site.join(path)).is_ok_and(|bytes| !bytes.is_empty());
        if let Some(left) = left {
            for path in crate::site::named_paths(&serde_json::from_slice(&left).unwrap()) {
                assert!(is_there(layout.site_path(path).unwrap().as_str()), "{}: {path} is missing", place());
            }
        }
        let fragment = fs::read_to_string(site.join("data/instagram.html")).unwrap_or_default();
        for path in fragment.split(['"', ' ']).filter_map(|word| word.strip_prefix("/static/feedbake/")) {
            let path = format!("static/feedbake/{path}");
            assert!(is_there(&path), "{}: {path} is missing, and the page asks for it", place());
        }
        // What a run without the network would do now must not lose anything either.
        let offline = folder.path().join("offline");
        copy(&site, &offline);
        let _ = run(&offline, "http://127.0.0.1:9", &self.api.token());
        let kept = fs::read(offline.join("data/instagram.json")).unwrap();
        let shows = |bytes: &[u8]| crate::site::shown_posts(Some(bytes)).len();
        let least = old.as_deref().map_or(0, shows).min(new.map_or(0, |new| shows(new)));
        assert!(shows(&kept) >= least, "{}: a bake that failed then lost the feed", place());

        let healer = self.healer.as_ref().unwrap_or(&self.api);
        run(&site, &healer.base(), &healer.token()).unwrap_or_else(|error| panic!("{}: {error}", place()));
        let healed = tree(&site);
        let missing =
            |of: &Tree, than: &Tree| of.keys().filter(|name| !than.contains_key(*name)).cloned().collect::<Vec<_>>();
        let (lost, leaked) = (missing(&self.after, &healed), missing(&healed, &self.after));
        assert!(lost.is_empty() && leaked.is_empty(), "{}: one more run lost {lost:?} and left {leaked:?}", place());
        let differ: Vec<&String> =
            healed.iter().filter(|(name, bytes)| self.after.get(*name) != Some(bytes)).map(|(name, _)| name).collect();
        assert!(differ.is_empty(), "{}: one more run made other bytes: {differ:?}", place());
    }

    fn every_accident(&self, fate: Fate) {
        assert!(self.steps > 5, "{}: {} steps", self.name, self.steps);
        let next = AtomicUsize::new(1);
        thread::scope(|scope| {
            for _ in 0..thread::available_parallelism().map_or(2, std::num::NonZero::get) {
                scope.spawn(|| {
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        if at > self.steps {
                            return;
                        }
                        self.accident(at, fate);
                    }
                });
            }
        });
    }
}

/// Runs a bake in a process of its own; returns what it said.
fn die(site: &Path, api: &Emulator, at: usize, fate: Fate) -> String {
    let task = format!("{}\n{}\n{}\n{at}\n{fate:?}", site.display(), api.base(), api.token());
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["bake::crash::the_run_that_has_an_accident", "--exact", "--nocapture"])
        .env(TASK, task)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.success(), fate != Fate::Die, "{at}: {said}");
    said
}

/// The other side of [`die`]: nothing to do unless it is told so.
#[test]
fn the_run_that_has_an_accident() {
    let Ok(task) = std::env::var(TASK) else { return };
    let [site, api, token, at, fate] = task.lines().collect::<Vec<_>>().try_into().unwrap();
    let fate = [Fate::GoOn, Fate::Die, Fate::Full].into_iter().find(|known| format!("{known:?}") == fate).unwrap();
    fault::plan(at.parse().unwrap(), fate);
    match run(Path::new(site), api, token) {
        Ok(report) => {
            assert!(
                fate == Fate::GoOn
                    || matches!(report.feeds[0].outcome, FeedOutcome::Kept { .. } | FeedOutcome::Baked(_))
            );
            println!("done");
        }
        Err(error) => {
            assert_eq!(fate, Fate::Full, "{error}");
            println!("refused: {error}");
        }
    }
    println!("\nsteps {}", fault::steps());
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.unwrap();
        let place = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(place).unwrap();
        } else {
            fs::copy(entry.path(), place).unwrap();
        }
    }
}

/// Every file and every folder, but for who holds the lock.
fn tree(folder: &Path) -> Tree {
    let mut tree = Tree::new();
    for entry in walkdir::WalkDir::new(folder).min_depth(1) {
        let entry = entry.unwrap();
        let name = entry.path().strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
        let bytes = if entry.file_type().is_dir() || name.ends_with("/lock") {
            Vec::new()
        } else {
            fs::read(entry.path()).unwrap()
        };
        tree.insert(name, bytes);
    }
    tree
}

fn baked(site: &Path, api: &Emulator) {
    let report = run(site, &api.base(), &api.token()).unwrap();
    assert!(matches!(report.feeds[0].outcome, FeedOutcome::Baked(_)));
}

fn first_bake(_site: &Path, _api: &Emulator) {}

/// A post went, another came, a third has a new caption.
fn changed_account(site: &Path, api: &Emulator) {
    baked(site, api);
    api.delete("DAa");
    api.add(photo("DAd").size(36, 24).at("2026-05-08T10:00:00Z"));
    api.change(|world| {
        let post = world.posts.iter_mut().find(|post| post.text("shortcode") == "DAc").unwrap();
        post.facts.insert("caption".to_owned(), "another one".into());
    });
}

/// A site that nothing builds, so that a page of it names the pictures.
fn changed_account_of_plain_html(site: &Path, api: &Emulator) {
    let own = "generator = \"html\"\ndata_file = \"data/instagram.json\"\nmedia_dir = \"static/feedbake\"\n";
    fs::write(site.join("feedbake.toml"), format!("{own}[pictures]\nwidths = [16, 32]\n")).unwrap();
    changed_account(site, api);
    assert!(fs::read_to_string(site.join("data/instagram.html")).unwrap().contains("/static/feedbake/"));
}

fn changed_settings(site: &Path, api: &Emulator) {
    baked(site, api);
    fs::write(site.join("feedbake.toml"), "data_file = \"data/instagram.json\"\n[pictures]\nwidths = [20]\n").unwrap();
}

/// The site was checked out anew, the cache was kept, and the API is down.
fn new_archive(site: &Path, _api: &Emulator) {
    let text =
        "limit = 1\n[pictures]\nwidths = [16, 32]\n[archive]\nenabled = true\nsite_url = \"https://example.org\"\n";
    fs::write(site.join("feedbake.toml"), text).unwrap();
}

fn changed_archive(site: &Path, api: &Emulator) {
    new_archive(site, api);
    changed_account(site, api);
}

fn lost_outputs(site: &Path, api: &Emulator) {
    baked(site, api);
    for lost in ["data", "static/feedbake", "templates"] {
        fs::remove_dir_all(site.join(lost)).unwrap();
    }
    fs::remove_file(site.join(crate::manifest::FILE)).unwrap();
    api.fault(Fault::Code1);
}

#[test]
fn a_bake_that_is_killed_at_any_step_leaves_a_whole_feed_and_the_next_one_heals() {
    Scene::new("first bake", first_bake).every_accident(Fate::Die);
    Scene::new("changed account", changed_account).every_accident(Fate::Die);
    Scene::new("changed settings", changed_settings).every_accident(Fate::Die);
    Scene::new("archive of a changed account", changed_archive).every_accident(Fate::Die);
    Scene::new("plain HTML", changed_account_of_plain_html).every_accident(Fate::Die);
    Scene::new("lost outputs", lost_outputs).every_accident(Fate::Die);
    let other_account = Emulator::start().post(photo("DZz").size(32, 24));
    Scene::new("lost outputs, then another account", lost_outputs).healed_by(other_account).every_accident(Fate::Die);
}

#[test]
fn a_disk_that_is_full_from_any_step_on_leaves_a_whole_feed_and_the_next_bake_heals() {
    Scene::new("first bake", first_bake).every_accident(Fate::Full);
    Scene::new("changed account", changed_account).every_accident(Fate::Full);
    Scene::new("changed settings", changed_settings).every_accident(Fate::Full);
    Scene::new("archive of a changed account", changed_archive).every_accident(Fate::Full);
    Scene::new("plain HTML", changed_account_of_plain_html).every_accident(Fate::Full);
    Scene::new("lost outputs", lost_outputs).every_accident(Fate::Full);
}

/// The token is due, and each renewal brings another one.
fn due_token(site: &Path, _api: &Emulator) {
    fs::write(site.join(KEY_FILE), VaultKey::generate().unwrap().expose()).unwrap();
}

#[test]
fn a_renewal_that_is_killed_at_any_step_leaves_a_token_that_works() {
    let scene = Scene::new("due token", due_token);
    for fate in [Fate::Die, Fate::Full] {
        for at in 1..=scene.steps {
            let folder = tempfile::tempdir().unwrap();
            let site = folder.path().join("site");
            copy(&scene.before, &site);
            let said = die(&site, &scene.api, at, fate);
            let place = || format!("step {at} of {}, {fate:?}: {said}", scene.steps);
            let report = run(&site, &scene.api.base(), &scene.api.token()).unwrap();
            assert!(matches!(report.feeds[0].outcome, FeedOutcome::Baked(_)), "{}", place());
            let renewal = report.tokens[0].outcome.as_ref().unwrap();
            let expected = matches!(renewal.outcome, Renewed::NotDue | Renewed::Changed { .. } | Renewed::TooYoung);
            assert!(expected, "{}: {renewal:?}", place());
            let left: Vec<String> =
                tree(&site).into_keys().filter(|name| name.ends_with(".feedbake-unfinished")).collect();
            assert!(left.is_empty(), "{}: {left:?}", place());
        }
    }
}

#[test]
fn what_is_never_needed_is_never_pruned() {
    let scene = Scene::new("changed account", changed_account);
    let manifest = Manifest::read(&Root::new(&scene.before)).unwrap();
    assert!(manifest.unneeded().is_empty());
}
