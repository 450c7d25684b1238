//! `feedbake clean`.

use super::Ended;
use super::args::{CleanArgs, Common};
use super::failure::{Code, Failure};
use super::start::{place, wait};
use super::ui::{Voice, count};
use crate::cache::{self, Cache};
use crate::config::{Layer, Place};
use crate::doctor::own_texts;
use crate::files::{Root, SitePath};
use crate::manifest::Manifest;
use crate::site::{self, Pruned, Template};

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
    let index = Cache::new(&root).read_index().map_err(|error| Failure::of_file(&error, "nothing was removed"))?;
    let data_files: Vec<&SitePath> = place.settings.shown().map(|feed| &feed.data_file).collect();
    site::relist(&root, place.settings.layout(), &mut manifest, &index, &data_files);
    let pruned = site::clean_all(&root, &mut manifest)
        .map_err(|error| Failure::of_file(&error, "not everything was removed"))?;
    drop(lock);
    site::clean_cache(&root).map_err(|error| Failure::of_file(&error, STAYS))?;
    for path in &pruned.left {
        voice.say(&format!("{path} is not what feedbake left there, and stays"));
    }
    voice.say(&format!("{} removed", count(pruned.removed.len(), "file")));
    for (path, what) in still_naming(&place, &root) {
        voice.warn(&format!("{path} still {what}, which is gone: take the line out before the next build"));
    }
    answer(voice, &pruned);
    Ok(Code::Done)
}

/// The site's own files that name what is no longer there, and what they do with it: a build may fail of it.
fn still_naming(place: &Place, root: &Root) -> Vec<(String, &'static str)> {
    let (generator, layout) = (place.settings.generator, place.settings.layout());
    let is_gone = |template: &Template| !root.exists(&template.path());
    let no_partial = is_gone(layout.partial());
    let no_stylesheet = is_gone(layout.stylesheet_file());
    let mut found = Vec::new();
    for (path, text) in own_texts(place) {
        let name = path.to_string_lossy().replace('\\', "/");
        if no_partial && generator.shows_the_feed(&text) {
            found.push((name.clone(), "shows the feed"));
        }
        if no_stylesheet && generator.asks_for_the_stylesheet(&text) {
            found.push((name, "asks for the stylesheet"));
        }
    }
    found
}

/// Which files of the site were removed; those of the cache are not counted.
fn answer(voice: &Voice, pruned: &Pruned) {
    if voice.json {
        let paths = |list: &[SitePath]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        voice.json(&serde_json::json!({ "removed": paths(&pruned.removed), "left": paths(&pruned.left) }));
    }
}
