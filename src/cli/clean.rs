//! `feedbake clean`.

use super::Ended;
use super::args::{CleanArgs, Common};
use super::failure::{Code, Failure};
use super::start::{place, wait};
use super::ui::{Voice, count};
use crate::cache::{self, Cache};
use crate::config::{Layer, Settings};
use crate::files::{Root, SitePath};
use crate::manifest::{self, Manifest};
use crate::site::{self, Pruned};

/// Removes the cache, or everything.
pub fn run(voice: &Voice, common: &Common, flags: CleanArgs) -> Ended {
    let place = place(voice, common, Layer::default())?;
    let root = Root::new(&place.site);
    const STAYS: &str = "the cache was not removed";
    if !root.exists(&SitePath::new(cache::FOLDER).expect("the place is a constant")) && !flags.all {
        voice.say("there is no cache");
        answer(voice, &Pruned::default());
        return Ok(Code::Done);
    }
    let lock = Cache::new(&root).lock(|holder| wait(voice, holder)).map_err(|error| Failure::of_file(&error, STAYS))?;
    if !flags.all {
        // Some systems keep a file that is open.
        drop(lock);
        site::clean_cache(&root).map_err(|error| Failure::of_file(&error, STAYS))?;
        voice.say("the cache is gone; the feed stays");
        answer(voice, &Pruned::default());
        return Ok(Code::Done);
    }
    let mut manifest = Manifest::read(&root).map_err(Failure::of_manifest)?;
    let mut is_unknown = false;
    if manifest.files.is_empty() {
        // It was lost, perhaps. The cache may know as much.
        let index = Cache::new(&root).read_index().map_err(|error| Failure::of_file(&error, "nothing was removed"))?;
        is_unknown = index.shown().next().is_none();
        site::relist(&root, &mut manifest, &index);
    }
    let pruned = site::clean_all(&root, &mut manifest)
        .map_err(|error| Failure::of_file(&error, "not everything was removed"))?;
    drop(lock);
    site::clean_cache(&root).map_err(|error| Failure::of_file(&error, STAYS))?;
    for path in &pruned.left {
        voice.say(&format!("{path} was edited and stays"));
    }
    voice.say(&format!("{} removed", count(pruned.removed.len(), "file")));
    if is_unknown && let Some(stays) = what_bakes_make(&place.settings).find(|path| root.exists(path)) {
        voice.say(&format!(
            "{stays} and what belongs to it stay: neither {} nor the cache says who made them; a bake lists again what \
             it makes, and `feedbake clean --all` removes it then",
            manifest::FILE
        ));
    }
    answer(voice, &pruned);
    Ok(Code::Done)
}

/// The places of every data file and of the pictures.
fn what_bakes_make(settings: &Settings) -> impl Iterator<Item = &SitePath> {
    settings.feeds.iter().map(|feed| &feed.data_file).chain([&settings.media_dir])
}

/// Which files of the site were removed; those of the cache are not counted.
fn answer(voice: &Voice, pruned: &Pruned) {
    if voice.json {
        let paths = |list: &[SitePath]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        voice.json(&serde_json::json!({ "removed": paths(&pruned.removed), "left": paths(&pruned.left) }));
    }
}
