//! `feedbake audit`.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::Ended;
use super::args::{AuditArgs, Common};
use super::failure::{Code, Failure};
use super::start::place;
use super::tokens;
use super::ui::{GREEN, RED, Voice, bytes, count};
use crate::audit::{self, Audit};
use crate::auth::{AccessToken, LeakScanner, STATUS_FILE, VAULT_FILE};
use crate::config::{Layer, find_token};
use crate::files::Root;
use crate::manifest::{self, Manifest};

/// Looks for tokens where visitors could find them.
pub fn run(voice: &Voice, common: &Common, flags: &AuditArgs) -> Ended {
    let place = place(voice, common, Layer::default())?;
    let root = Root::new(&place.site);
    // The live token is looked for in every coding it may have; without one, shapes alone must do.
    let vault = tokens::vault(voice, &place, &root);
    let mut live: Vec<AccessToken> = vault.tokens.values().map(|kept| kept.token.clone()).collect();
    let given = place.settings.feeds.iter().map(|feed| find_token(&place.environment, feed.token_env.as_deref()));
    live.extend(given.flatten().map(|found| found.token));
    let scanner = LeakScanner::new(&live.iter().collect::<Vec<_>>());
    let mut audit = Audit::default();
    match &flags.folder {
        Some(folder) if !folder.exists() => return Err(Box::new(Failure::no_folder(&scanner.shown(folder)))),
        Some(folder) => audit.look_through(folder, &scanner),
        None => {
            for file in everything_written(&root, place.built.as_deref())? {
                audit.look_through(&file, &scanner);
            }
            // What nothing builds is published as it lies there.
            if place.built.is_none() {
                audit.look_through_visible(root.folder(), &scanner);
            }
        }
    }
    tell(voice, &audit);
    if !audit.found.is_empty() {
        return Ok(Code::Leak);
    }
    if audit.unread.is_empty() { Ok(Code::Done) } else { Err(Box::new(Failure::unread(&audit.unread))) }
}

fn everything_written(root: &Root, built: Option<&Path>) -> Result<Vec<PathBuf>, Box<Failure>> {
    let manifest = Manifest::read(root).map_err(Failure::of_manifest)?;
    let mut places: Vec<PathBuf> = manifest.files.keys().map(|path| root.locate(path)).collect();
    places.push(root.folder().join(manifest::FILE));
    places.extend([STATUS_FILE, VAULT_FILE].map(|file| root.folder().join(file)));
    places.push(root.folder().join(crate::cache::FOLDER));
    places.extend(built.map(Path::to_owned));
    places.retain(|place| place.exists());
    Ok(places)
}

fn words(place: audit::Place) -> &'static str {
    match place {
        audit::Place::Name => "of the name of",
        audit::Place::Content => "in",
        audit::Place::Packed => "of what is packed in",
    }
}

fn tell(voice: &Voice, audit: &Audit) {
    for finding in &audit.found {
        let place = words(finding.place);
        voice.complain(&format!("{RED}found:{RED:#} {} {place} {}", finding.leak, finding.path.display()));
    }
    if !audit.found.is_empty() {
        voice.complain("  hint: whoever saw the file can read the account: make a new token, then remove the file");
        voice.complain("        from what is published, from the repository and from its history");
    }
    let looked = format!("{} looked through, {}", count(audit.files, "file"), bytes(audit.bytes));
    match audit.found.len() {
        0 => voice.say(&format!("{GREEN}no token{GREEN:#}: {looked}")),
        found => voice.say(&format!("{}: {looked}", count(found, "token"))),
    }
    if voice.json {
        let found: Vec<_> = audit
            .found
            .iter()
            .map(|finding| {
                let path = finding.path.display().to_string();
                json!({ "path": path, "what": finding.leak.to_string(), "in_name": finding.place == audit::Place::Name })
            })
            .collect();
        voice.json(&json!({ "files": audit.files, "bytes": audit.bytes, "found": found }));
    }
}
