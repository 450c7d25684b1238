//! `feedbake clean`.

use super::Ended;
use super::args::{CleanArgs, Common};
use super::failure::{Code, Failure};
use super::start::place;
use super::ui::{Voice, count};
use crate::auth::{STATUS_FILE, VAULT_FILE};
use crate::config::Layer;
use crate::files::{Root, SitePath};
use crate::manifest::Manifest;
use crate::site;

/// Removes the cache, or everything.
pub fn run(voice: &Voice, common: &Common, flags: CleanArgs) -> Ended {
    let place = place(voice, common, Layer::default())?;
    let root = Root::new(&place.site);
    if !flags.all {
        site::clean_cache(&root).map_err(|error| Failure::of_file(&error, "the cache was not removed"))?;
        voice.say("the cache is gone; the feed stays");
        return Ok(Code::Done);
    }
    let mut manifest = Manifest::read(&root).map_err(Failure::of_manifest)?;
    let pruned = site::clean_all(&root, &mut manifest)
        .map_err(|error| Failure::of_file(&error, "not everything was removed"))?;
    // What is known of a token belongs to no feed, so no manifest lists it.
    for place in [STATUS_FILE, VAULT_FILE] {
        let place = SitePath::new(place).expect("the places are plain");
        root.remove(&place).map_err(|error| Failure::of_file(&error, "not everything was removed"))?;
    }
    for path in &pruned.left {
        voice.say(&format!("{path} was edited and stays"));
    }
    voice.say(&format!("{} removed", count(pruned.removed.len(), "file")));
    if voice.json {
        let paths = |list: &[crate::files::SitePath]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        voice.json(&serde_json::json!({ "removed": paths(&pruned.removed), "left": paths(&pruned.left) }));
    }
    Ok(Code::Done)
}
