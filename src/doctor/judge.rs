//! What the facts mean. Pure.

use super::{ArchiveFacts, ArchiveState, DataState, EleventyFacts, Facts, Finding, Level, TemplateFacts, Topic, life};
use crate::auth::day_of;
use crate::manifest::days_between;
use crate::site::{Generator, Whose};
use jiff::civil::Date;

/// Links of the CDN end by the server's clock, and a renewal counts days: a few minutes hurt nobody.
const SKEW_SECONDS: i64 = 300;

/// A cache of this size is worth a word on a host that has to carry it around.
const LARGE_CACHE: u64 = 1_000_000_000;

/// Judges everything, in the order in which a person would look.
pub fn judge(facts: &Facts) -> Vec<Finding> {
    let mut all = Findings::default();
    site(facts, &mut all);
    obstacles(facts, &mut all);
    template(&facts.template, facts, &mut all);
    if let Some(facts) = &facts.eleventy {
        eleventy(facts, &mut all);
        pictures_of_eleventy(facts, &mut all);
    }
    data(facts, &mut all);
    for archive in &facts.archives {
        judge_archive(archive, day_of(facts.now), &mut all);
    }
    names(facts, &mut all);
    for token in &facts.tokens {
        life::token(token, facts, &mut all);
    }
    life::keeping(facts, &mut all);
    life::schedule(facts, &mut all);
    clock(facts, &mut all);
    cache(facts, &mut all);
    secrets(facts, &mut all);
    all.0
}

/// What was found so far.
#[derive(Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    pub(super) fn add(&mut self, topic: Topic, level: Level, what: impl Into<String>, hints: &[&str]) {
        let hints = hints.iter().map(|hint| (*hint).to_owned()).collect();
        self.0.push(Finding { topic, level, what: what.into(), hints });
    }
}

fn site(facts: &Facts, all: &mut Findings) {
    let folder = facts.site.folder.display();
    match &facts.site.mark {
        Some(mark) if let Some(why) = &facts.site.mark_is_broken => all.add(
            Topic::Site,
            Level::Bad,
            format!("Zola builds nothing with this {mark}: {why}"),
            &["mend that; `zola check` says more"],
        ),
        Some(mark) => {
            let name = facts.site.generator.layout().name;
            all.add(Topic::Site, Level::Good, format!("{folder} is a site of {name} ({mark})"), &[]);
        }
        None => all.add(
            Topic::Site,
            Level::Advice,
            format!("nothing in {folder} says which generator builds a site there"),
            &["run feedbake in the site's folder, or name it with `--site`; `generator` in feedbake.toml names the generator"],
        ),
    }
    for (file, moved) in &facts.site.moved {
        all.add(Topic::Site, Level::Bad, moved.told(file), &[moved.way]);
    }
    let world = |version: (u32, u32)| if version < (0, 23) { "Tera 1" } else { "Tera 2" };
    for (who, version) in &facts.site.zola {
        let what = format!("{who}: Zola {}.{}, which speaks {}", version.0, version.1, world(*version));
        all.add(Topic::Site, Level::Good, what, &[]);
    }
    let mut worlds: Vec<&str> = facts.site.zola.iter().map(|(_, version)| world(*version)).collect();
    worlds.sort_unstable();
    worlds.dedup();
    if worlds.len() > 1 {
        all.add(
            Topic::Site,
            Level::Advice,
            "two generations of Zola build this site, and their templates differ",
            &["set the same version everywhere (ZOLA_VERSION, the workflow, this machine); feedbake's partial is good in both, your templates may not be"],
        );
    }
}

fn obstacles(facts: &Facts, all: &mut Findings) {
    for obstacle in &facts.obstacles {
        let what = format!("{} is not {}, and feedbake needs one there", obstacle.place.display(), obstacle.needed);
        all.add(Topic::Data, Level::Bad, what, &["move it away; the next `feedbake` makes what it needs"]);
    }
}

/// Another file that has the name of the partial. Whether it leaves anything more to be said of that.
fn rival(template: &TemplateFacts, facts: &Facts, all: &mut Findings) -> bool {
    let Some(rival) = template.rival.as_ref().filter(|_| template.own_partial.is_none()) else { return true };
    let (partial, place) = (&template.place, &rival.place);
    let page = format!("docs/generators/{}.md", facts.site.generator.layout().word);
    let by_another_name = format!(
        "put `templates = false` into feedbake.toml, and the partial of the example under another name beside it; include that one: {page} says how"
    );
    match rival.whose {
        Whose::Site => all.add(
            Topic::Template,
            Level::Bad,
            format!("{place} is a file of the site's own, shows no feed, and is taken instead of {partial}"),
            &["give it another name where it is used, then `feedbake init` puts the partial in its place"],
        ),
        Whose::Theme if template.is_there => all.add(
            Topic::Template,
            Level::Advice,
            format!("{partial} takes the place of a file of the theme's, {place}, wherever the theme includes that"),
            &[&format!("if that is not meant, take {partial} away and {by_another_name}")],
        ),
        Whose::Theme => all.add(
            Topic::Template,
            Level::Bad,
            format!("the feed is not shown: the theme has {place}, and a partial at {partial} would take its place, so none is written"),
            &[&by_another_name],
        ),
    }
    rival.whose == Whose::Theme && template.is_there
}

fn template(template: &TemplateFacts, facts: &Facts, all: &mut Findings) {
    if !rival(template, facts, all) {
        return;
    }
    if let (false, Some(name)) = (template.is_there, &template.own_partial) {
        let (level, what, hint) = match template.included_by.first() {
            Some(first) => (Level::Good, format!("the partial {name} is shown by {}", first.display()), None),
            None => (
                Level::Bad,
                format!("no template and no page includes {name}, so nobody sees the feed"),
                Some("put its include into a template"),
            ),
        };
        all.add(Topic::Template, level, what, hint.as_slice());
        return;
    }
    if !template.is_there {
        let hint = "`feedbake` writes it where it is missing, unless `templates = false`; then include your own";
        all.add(Topic::Template, Level::Advice, format!("the partial {} is not there", template.place), &[hint]);
        return;
    }
    if template.is_foreign {
        all.add(
            Topic::Template,
            Level::Bad,
            format!("{} is a file of the site's own and shows no feed", template.place),
            &["give it another name where it is used, then `feedbake init` puts the partial there; or set `templates = false` and show the data file yourself"],
        );
    }
    if !template.earlier.is_empty() {
        all.add(
            Topic::Template,
            Level::Advice,
            format!("an earlier feedbake wrote {}, and this one has a newer one", template.earlier.join(", ")),
            &["`feedbake init --diff` shows what is new, `feedbake init --update` takes it; what you edited stays"],
        );
    }
    match template.included_by.first() {
        Some(_) if template.is_foreign => {}
        Some(first) => {
            let more = template.included_by.len() - 1;
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            all.add(Topic::Template, Level::Good, format!("the partial is shown by {}{more}", first.display()), &[]);
        }
        None if !template.called_in_vain.is_empty() && !template.is_tera => all.add(
            Topic::Template,
            Level::Bad,
            format!(
                "{} includes the partial, which is Nunjucks, Eleventy reads it with Liquid, and nothing else shows the feed",
                template.called_in_vain[0].display()
            ),
            &["let its name end in .njk, or put `templateEngineOverride: njk` into its front matter (`njk,md` in Markdown)"],
        ),
        None if !template.called_in_vain.is_empty() => all.add(
            Topic::Template,
            Level::Bad,
            format!(
                "{} calls a shortcode, Zola has none from 0.23 on, and nothing else shows the feed",
                template.called_in_vain[0].display()
            ),
            &[&format!("put `{}` in its place", template.include)],
        ),
        None => all.add(
            Topic::Template,
            Level::Bad,
            "no template and no page includes the partial, so nobody sees the feed",
            &[&format!(
                "put `{}` into a template{}",
                template.include,
                if template.is_tera { ", inside a block" } else { "" }
            )],
        ),
    }
    if let Some(page) = template.unstyled.first() {
        all.add(
            Topic::Template,
            Level::Advice,
            format!("{} shows the feed and has a head that does not ask for its stylesheet", page.display()),
            &[&format!(
                "`feedbake init --style-in {}` puts the line there, unless its rules are in a stylesheet of your own",
                page.display()
            )],
        );
    }
    // Bad data is a finding of its own; what a template makes of it says nothing of the template.
    if facts.data.iter().any(|file| matches!(file.state, DataState::Broken(_) | DataState::Foreign)) {
        return;
    }
    if facts.site.generator == Generator::Html {
        match &template.tera_2 {
            Some(Err(message)) => all.add(
                Topic::Template,
                Level::Bad,
                format!("feedbake cannot render the template: {message}"),
                &["mend it, or move it away: the next bake writes feedbake's own again"],
            ),
            _ => all.add(Topic::Template, Level::Good, "feedbake renders the template in every bake", &[]),
        }
    }
    if !template.is_tera {
        return;
    }
    let builds = |is_one: bool| facts.site.zola.iter().any(|(_, version)| (*version < (0, 23)) == is_one);
    for (name, answer, is_needed, zola) in [
        ("Tera 1", &template.tera_1, builds(true), "Zola up to 0.22"),
        ("Tera 2", &template.tera_2, builds(false), "Zola from 0.23 on"),
    ] {
        match answer {
            Some(Ok(())) => all.add(Topic::Template, Level::Good, format!("{name} ({zola}) renders the partial"), &[]),
            Some(Err(message)) => {
                let level = if is_needed || facts.site.zola.is_empty() { Level::Bad } else { Level::Advice };
                let hint =
                    "move the partial away and run feedbake: it writes its own, which both render; then change that";
                all.add(
                    Topic::Template,
                    level,
                    format!("{name} ({zola}) does not render the partial: {message}"),
                    &[hint],
                );
            }
            None => all.add(Topic::Template, Level::Unknown, format!("{name} is not part of this feedbake"), &[]),
        }
    }
}

fn data(facts: &Facts, all: &mut Findings) {
    for file in &facts.data {
        let place = &file.place;
        if let Some(line) = &file.unnamed {
            // Of several, some may be for something else.
            let level = if facts.data.len() == 1 { Level::Bad } else { Level::Advice };
            let usual = facts.site.generator.usual_data();
            let what = format!("nothing shows {place}: the partial shows {usual} where it is told nothing else");
            all.add(Topic::Data, level, what, &[&format!("put `{line}` where the feed is to be")]);
        }
        match &file.state {
            DataState::Absent => all.add(Topic::Data, Level::Advice, format!("{place} is not there yet"), &["run `feedbake` once"]),
            DataState::Broken(why) => all.add(
                Topic::Data,
                Level::Bad,
                format!("{place} is not what templates expect: {why}"),
                &["delete it and run `feedbake`: it is written anew"],
            ),
            DataState::Foreign => all.add(
                Topic::Data,
                Level::Bad,
                format!("{place} is a file that feedbake did not make, and it writes over none"),
                &["move it away; or set another `data_file` in feedbake.toml, and name that one where the feed is shown"],
            ),
            DataState::Whole { posts, missing } if missing.is_empty() => {
                all.add(Topic::Data, Level::Good, format!("{place} holds {posts} posts, and every picture is there"), &[]);
            }
            DataState::Whole { missing, .. } => all.add(
                Topic::Data,
                Level::Bad,
                format!("{place} names {} pictures that are not there, such as {}", missing.len(), missing[0]),
                &["run `feedbake`: it makes them again; if the site is built elsewhere, commit the pictures with the data file or bake there"],
            ),
        }
    }
}

fn judge_archive(archive: &ArchiveFacts, today: Date, all: &mut Findings) {
    let ArchiveFacts { place, folder, pages, recheck, .. } = archive;
    let (posts, without_pictures, is_doubted, listed_on, is_unfinished) = match archive.state {
        ArchiveState::Absent if *pages == 0 => {
            let what = format!("{place} is not there yet, and no page of the archive");
            all.add(Topic::Archive, Level::Advice, what, &["run `feedbake` once: it lists the whole account"]);
            return;
        }
        ArchiveState::Absent => {
            all.add(
                Topic::Archive,
                Level::Bad,
                format!(
                    "{place} is gone, and {pages} pages of the archive are in {folder}: every bake leaves them alone"
                ),
                &[
                    &format!("put it back from the last commit: `git checkout HEAD -- {place}`"),
                    "or remove the pages too, to begin anew: posts that were deleted on Instagram are lost then",
                ],
            );
            return;
        }
        ArchiveState::Broken => {
            all.add(
                Topic::Archive,
                Level::Bad,
                format!("{place} cannot be understood, so every bake leaves the archive alone"),
                &[&format!("put back that of the last commit: `git checkout HEAD -- {place}`")],
            );
            return;
        }
        ArchiveState::Whole { posts, without_pictures, is_doubted, listed_on, is_unfinished } => {
            (posts, without_pictures, is_doubted, listed_on, is_unfinished)
        }
    };
    let mut advise = |what: String, hints: &[&str]| all.add(Topic::Archive, Level::Advice, what, hints);
    let mut is_good = true;
    if is_doubted {
        is_good = false;
        advise(
            format!("the last list would have taken away most posts of {place}"),
            &[
                "look at the account: the next bake that finds the same takes them away, but for `archive.deleted = \"keep\"`",
            ],
        );
    }
    if archive.filters_are_doubted {
        is_good = false;
        advise(
            format!("the filters would take away more than half of the pages in {folder}"),
            &["the next bake does it: mend `since`, `types`, `hide` or the hashtags if that is not meant"],
        );
    }
    let age = listed_on.map(|day| days_between(day, today));
    let is_old = |days: i32| u64::from(days.unsigned_abs()) * 86_400 > 2 * recheck.as_secs();
    match (listed_on, age) {
        (Some(day), Some(days)) if is_old(days) => {
            is_good = false;
            advise(
                format!(
                    "the whole account was listed last on {day}, and `archive.recheck` is {} days",
                    recheck.as_secs() / 86_400
                ),
                &[
                    "run `feedbake`, and see what it says of the archive: until then nobody knows what was deleted or edited",
                ],
            );
        }
        (Some(_), _) if !is_unfinished => {}
        _ => {
            is_good = false;
            advise(
                format!("the account was not listed to its end for {place}: posts may be missing"),
                &["run `feedbake` again: it takes the list up anew, and says what stands in its way"],
            );
        }
    }
    if without_pictures > 0 {
        is_good = false;
        advise(
            format!(
                "{without_pictures} of {posts} posts of the archive have no page, for no picture of them can be had"
            ),
            &["they get one once the API names a picture again; `hide` those that never will"],
        );
    }
    if let (true, Some(day)) = (is_good, listed_on) {
        let what = format!("the archive in {folder} knows {posts} posts, and the whole account was listed on {day}");
        all.add(Topic::Archive, Level::Good, what, &[]);
    }
}

fn names(facts: &Facts, all: &mut Findings) {
    for line in &facts.unmatched {
        all.add(Topic::Data, Level::Advice, line.clone(), &["`feedbake list` shows the posts with their names"]);
    }
}

fn eleventy(eleventy: &EleventyFacts, all: &mut Findings) {
    if !eleventy.is_read {
        let (includes, data) = (&eleventy.folders.includes, &eleventy.folders.data);
        all.add(
            Topic::Template,
            Level::Bad,
            format!("Eleventy takes its includes from {includes}/ and its data from {data}/, and feedbake's lie elsewhere"),
            &[&match eleventy.folders.site() {
                Some(site) => format!("run feedbake for that folder: `feedbake --site {}`", if site.is_empty() { "." } else { site }),
                None => format!(
                    "set `templates = false` and a `data_file` below {data}/ in feedbake.toml, and move instagram.njk into {includes}/; feedbake/feedbake.css stays where it is"
                ),
            }],
        );
    }
    for folder in &eleventy.uncopied {
        all.add(
            Topic::Template,
            Level::Bad,
            format!("Eleventy does not copy the pictures and styles in {folder}, so no page has them"),
            &[&format!("put `eleventyConfig.addPassthroughCopy(\"{folder}\");` into its configuration")],
        );
    }
}

fn pictures_of_eleventy(eleventy: &EleventyFacts, all: &mut Findings) {
    if eleventy.transforms {
        all.add(
            Topic::Template,
            Level::Advice,
            "eleventyImageTransformPlugin encodes the pictures of the feed again, and finds them on the first page alone",
            &["put `eleventyConfig.addGlobalData(\"instagram_ignore\", true);` into the configuration, and it leaves them as they are"],
        );
    }
}

fn clock(facts: &Facts, all: &mut Findings) {
    let newest_past =
        facts.tokens.iter().filter_map(|token| token.record.as_ref()).filter_map(|record| record.refreshed_at).max();
    match facts.clock_skew {
        Some(skew) if skew.abs() > SKEW_SECONDS => all.add(
            Topic::Clock,
            Level::Advice,
            format!(
                "the clock of this machine is {} minutes {}",
                skew.abs() / 60,
                if skew > 0 { "slow" } else { "fast" }
            ),
            &["switch time synchronisation on: links to pictures and the days of a token are counted by it"],
        ),
        Some(_) => all.add(Topic::Clock, Level::Good, "the clock agrees with the API's", &[]),
        None if newest_past.is_some_and(|past| past > facts.now) => all.add(
            Topic::Clock,
            Level::Advice,
            "the clock of this machine shows a time before the last renewal",
            &["switch time synchronisation on"],
        ),
        None => {}
    }
}

fn cache(facts: &Facts, all: &mut Findings) {
    let megabytes = facts.cache_bytes / 1_000_000;
    if facts.cache_bytes > LARGE_CACHE {
        all.add(
            Topic::Cache,
            Level::Advice,
            format!("the cache holds {megabytes} MB"),
            &["`feedbake clean` empties it; the next bake fills it with what it needs"],
        );
    } else {
        all.add(Topic::Cache, Level::Good, format!("the cache holds {megabytes} MB"), &[]);
    }
    if !facts.cache_is_ignored && facts.cache_bytes > 0 {
        all.add(
            Topic::Cache,
            Level::Advice,
            "git does not ignore the cache",
            &["add `.feedbake/cache/` to .gitignore"],
        );
    }
}

fn secrets(facts: &Facts, all: &mut Findings) {
    for (path, what) in &facts.leaks {
        all.add(
            Topic::Secrets,
            Level::Bad,
            format!("{} holds {what}", path.display()),
            &[
                "make a new token first: whoever saw the file can read the account (on Instagram: Settings → Apps and websites → remove the app ends the old one)",
                "then remove it from the file, and from what is published; the repository's history keeps it, which is harmless once it is dead",
            ],
        );
    }
    if facts.leaks.is_empty() && facts.files_looked_through > 0 {
        all.add(
            Topic::Secrets,
            Level::Good,
            format!("no token in {} tracked and published files", facts.files_looked_through),
            &[],
        );
    }
    if facts.uploads_dot_env {
        all.add(
            Topic::Secrets,
            Level::Advice,
            ".env, which holds the token, lies in the folder that is published",
            &["leave it out of the upload, and `.feedbake/` and feedbake.toml with it: docs/generators/html.md has the line"],
        );
    }
    for (path, has_token) in &facts.instafeed {
        let (level, what) = if *has_token {
            (
                Level::Bad,
                format!(
                    "{} loads instafeed.js with a token written in it, which every visitor can read",
                    path.display()
                ),
            )
        } else {
            (Level::Advice, format!("{} still loads instafeed.js", path.display()))
        };
        all.add(
            Topic::Secrets,
            level,
            what,
            &[&format!("take the script out and include the partial instead: `{}`", facts.template.include)],
        );
    }
    for path in &facts.instafeed_copies {
        let is_package = path.ends_with("package.json");
        let what = if is_package { "still asks for instafeed.js" } else { "is a copy of instafeed.js" };
        let hint = if is_package { "npm uninstall instafeed.js" } else { "delete it when nothing loads it any more" };
        all.add(Topic::Secrets, Level::Advice, format!("{} {what}", path.display()), &[hint]);
    }
    for file in &facts.old_plugin {
        all.add(
            Topic::Site,
            Level::Advice,
            format!("{file} still has netlify-plugin-add-instagram, which gets nothing any more"),
            &["take its `[[plugins]]` out and it out of package.json, then `feedbake init --netlify`; docs/migrating.md says more"],
        );
    }
}
