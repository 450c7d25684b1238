//! `feedbake init`.

use std::io::{IsTerminal, stdin};
use std::path::Path;

use similar::TextDiff;

use super::args::{Common, InitArgs, Way as WayWord};
use super::failure::{Code, Failure};
use super::start::{enter, hint_of_site_below, place};
use super::ui::{CYAN, GREEN, Voice, YELLOW, count};
use super::{Ended, ask};
use crate::config::{
    Layer, Mark, Place, Templates, current_folder, ignores_dot_env, main_branch, marks_of, patterns_ignore,
    repository_of, way_between,
};
use crate::doctor::{own_texts, zola_versions};
use crate::files::{FileError, Root, SitePath};
use crate::manifest::Manifest;
use crate::setup::{
    Action, From, Item, Line, OwnFile, Plan, Replace, Sight, Target, WORKFLOW_FILE, Way, Wish, check_place, could_take,
    generator_in, is_of_another_site, modules_in, netlify_base, plan, theme_of, workflow_file,
};
use crate::site::{self, EleventyFolders, Extras, Generator};

const NOT_SET_UP: &str = "the site was not set up; nothing was written";

/// Shows what a site gets, and writes it.
pub fn run(voice: &Voice, common: &Common, flags: &InitArgs) -> Ended {
    let mut layer = Layer::default();
    if let Some(generator) = &flags.generator {
        layer.flag("generator", "--generator", generator.clone());
    }
    let place = place(voice, common, layer)?;
    let root = Root::new(&place.site);
    let repository = Root::new(repository_of(&place.site).unwrap_or_else(|| place.site.clone()));
    let manifest = Manifest::read(&root).map_err(Failure::of_manifest)?;
    let sight = look(&place, &root, &repository, &manifest, flags)?;
    let wish = Wish {
        templates: place.settings.templates == Templates::Install,
        github: flags.github.map(|way| match way {
            WayWord::Commit => Way::Commit,
            WayWord::Deploy => Way::Deploy,
        }),
        netlify: flags.netlify,
        replace: match (flags.force, flags.update) {
            (true, _) => Replace::Edited,
            (false, true) => Replace::Unedited,
            (false, false) => Replace::Nothing,
        },
    };
    let plan = plan(&sight, wish).map_err(|error| Box::new(refused(&error)))?;
    if flags.diff {
        match voice.json {
            true => voice.json(&as_json(&place, &plan, false)),
            false => show_diff(voice, &plan),
        }
        return Ok(Code::Done);
    }
    show(voice, &place, &plan);
    if sight.is_guess {
        let name = place.settings.layout().name;
        voice
            .say(&format!("no generator has a configuration here, so this is for {name}; `--generator` names another"));
    }
    if let Some((other, file)) = sight.others.first() {
        let (name, other) = (place.settings.layout().name, other.layout().name);
        voice.say(&format!("{file} looks like {other}; this is for {name}, and `--generator` names another"));
    }
    if sight.is_guess && (flags.yes || voice.json || !stdin().is_terminal()) {
        return Err(Box::new(unknown(&place)));
    }
    refuse_unread(&place, &sight, wish)?;
    refuse_moved(&place, wish)?;
    refuse_links(&root, &repository, &plan)?;
    refuse_odd_texts(&root, &repository, &plan)?;
    let work = plan.items.iter().filter(|item| item.action.is_work()).count();
    if work > 0 && !flags.dry_run {
        if !flags.yes && stdin().is_terminal() && !voice.json {
            let answer = ask::line(voice, &format!("write {}? [Y/n]", count(work, "file")))?;
            if !matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes") {
                voice.say("nothing was written");
                return Ok(Code::Done);
            }
        }
        write(voice, &root, &repository, &plan)?;
    }
    if voice.json {
        voice.json(&as_json(&place, &plan, work > 0 && !flags.dry_run));
    }
    tell_what_is_left(voice, &plan, &sight, common.site.as_deref(), flags.dry_run);
    Ok(Code::Done)
}

/// Nobody is there to be asked whether the guess is right.
fn unknown(place: &Place) -> Failure {
    let cause = format!("nothing in {} says what builds the site", place.site.display());
    Failure::new(Code::Usage, NOT_SET_UP)
        .because(&cause)
        .hints(hint_of_site_below(place, "feedbake init"))
        .hint("say it: `feedbake init --generator zola`, or hugo, eleventy, jekyll, astro, html")
}

/// Reads everything that a plan is made from.
fn look(
    place: &Place,
    root: &Root,
    repository: &Root,
    manifest: &Manifest,
    flags: &InitArgs,
) -> Result<Sight, Box<Failure>> {
    let unreadable = |error: FileError| Failure::of_file(&error, NOT_SET_UP);
    let text = |root: &Root, path: &SitePath| -> Result<Option<String>, FileError> {
        Ok(root.read(path)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    };
    let known = |name: &str| SitePath::new(name).expect("the place is plain");
    let site_text = |name: &str| text(root, &known(name)).map_err(unreadable);
    let generator = place.settings.generator;
    let found = place.mark.as_ref();
    let own = own_texts(place);
    let is_ours = |place: &str| {
        Extras::ALL.into_iter().flat_map(|extras| generator.layout().brought(extras)).any(|ours| ours.place == place)
    };
    let named = own.into_iter().map(|(path, text)| (path.to_string_lossy().replace('\\', "/"), text));
    let own: Vec<(String, String)> = named.filter(|(place, _)| !is_ours(place)).collect();
    let zola: Vec<(u32, u32)> = match generator {
        Generator::Zola => zola_versions(&place.site).into_iter().map(|(_, version)| version).take(1).collect(),
        _ => Vec::new(),
    };
    let rivals = site::rivals(root, generator.layout());
    let partial = text(root, &generator.layout().partial().path()).ok().flatten();
    let is_crowded_out = |place: &str| match partial.as_deref().filter(|_| !flags.force) {
        Some(text) if !site::shows_a_feed_of_ours(text) => true,
        _ => site::is_crowded_out(&rivals, generator.layout(), partial.is_some(), theme_of(place).is_some()),
    };
    let templates = generator.layout().brought(place.settings.extras).map(|template| {
        let there = text(root, &template.path()).ok().flatten().unwrap_or_default();
        (*template, template.state(root, manifest), there)
    });
    let gitignore = site_text(".gitignore")?;
    let settings_file = site_text(crate::config::CONFIG_FILE)?;
    let below = way_between(repository.folder(), &place.site);
    let at_top = text(repository, &known("netlify.toml")).map_err(unreadable)?;
    // Netlify reads the one in its base directory, which can be set on its pages alone.
    let (netlify, netlify_from) = match (at_top, site_text("netlify.toml")?) {
        (None, Some(text)) => (Some(text), From::Site),
        (Some(text), own) if is_of_another_site(&text, &below) => (own, From::Site),
        (at_top, _) => (at_top, From::Repository),
    };
    let base = netlify_base(netlify_from, netlify.as_deref(), &below);
    let beside =
        |name: &str| SitePath::new(format!("{base}/{name}").trim_start_matches('/')).unwrap_or_else(|_| known(name));
    let (package, modules) = (beside("package.json"), beside("node_modules/x"));
    let gitmodules = text(repository, &known(".gitmodules")).map_err(unreadable)?;
    let own_partial = match place.settings.templates {
        Templates::Leave => own.iter().find_map(|(place, text)| generator.own_partial(place, text)),
        Templates::Install => None,
    };
    let configuration = found.and_then(Mark::text).unwrap_or_default();
    let below_project = match found {
        // Whoever names the folder of a site stands where the generator runs.
        None if generator == Generator::Eleventy => {
            current_folder().map(|folder| way_between(&folder, &place.site)).unwrap_or_default()
        }
        _ => place.below_project(),
    };
    let data_folder = generator.data_folder(&configuration, &below_project);
    // Another site of the repository may have the usual one.
    let usual = text(repository, &known(WORKFLOW_FILE)).map_err(unreadable)?;
    let workflow_file = known(&workflow_file(usual.as_deref(), &below));
    let mut sight = Sight {
        generator,
        is_guess: place.is_guess,
        is_recorded: match found {
            Some(mark) if mark.generator == generator => {
                mark.is_page || mark.project != place.site || says_another(flags, settings_file.as_deref(), generator)
            }
            _ => flags.generator.is_some(),
        },
        others: marks_of(&place.site)
            .into_iter()
            .filter(|mark| mark.generator != generator && flags.generator.is_none())
            .map(|mark| (mark.generator, mark.name))
            .collect(),
        zola: zola.first().copied(),
        borrowed: borrowed(root, &modules_in(gitmodules.as_deref().unwrap_or_default(), &below)),
        below,
        below_project,
        data_folder: data_folder.clone(),
        settings_file,
        base_path: place.settings.base_path.clone(),
        media_dir: place.settings.media_dir.clone(),
        built: place.built_below(),
        templates: templates.collect(),
        is_dot_env_ignored: patterns_ignore(&place.site.join(".env"))
            .unwrap_or_else(|| ignores_dot_env(gitignore.as_deref().unwrap_or_default().as_bytes())),
        are_modules_ignored: patterns_ignore(&repository.locate(&modules))
            .unwrap_or_else(|| gitignore.as_deref().unwrap_or_default().contains("node_modules")),
        gitignore,
        files: own
            .iter()
            .map(|(place, text)| {
                let file = own_file(generator, place, text, (&zola, &configuration));
                // Where another file has the name of the partial, an include shows that one.
                let shows_own = own_partial.as_ref().is_some_and(|name| generator.includes(text, name));
                OwnFile { shows: (file.shows && !is_crowded_out(place)) || shows_own, ..file }
            })
            .filter(|file| file.shows || file.asks || file.ends_head || file.calls_shortcode || file.is_nunjucks)
            .collect(),
        own_partial,
        rivals,
        foreign_data: place
            .settings
            .shown()
            .filter_map(|feed| match site::refuse_foreign_data(root, manifest, &feed.data_file) {
                Err(site::PublishError::Foreign(place)) => Some(place.to_string()),
                _ => None,
            })
            .collect(),
        unnamed_data: place
            .settings
            .shown()
            .map(|feed| feed.data_file.clone())
            .filter(|data_file| !generator.is_shown(data_file, &data_folder, own.iter().map(|(_, text)| text.as_str())))
            .collect(),
        configuration,
        targets: Vec::new(),
        branch: main_branch(&place.site),
        workflow: text(repository, &workflow_file).map_err(unreadable)?,
        workflow_file,
        netlify,
        netlify_from,
        package: text(repository, &package).map_err(unreadable)?,
    };
    sight.targets = targets(root, &sight, &own, flags)?;
    Ok(sight)
}

/// What a file says of the feed.
fn own_file(generator: Generator, place: &str, text: &str, (zola, configuration): (&[(u32, u32)], &str)) -> OwnFile {
    OwnFile {
        shows: generator.shows_the_feed_at(place, text, zola, configuration),
        asks: generator.asks_for_the_stylesheet(text),
        ends_head: generator.ends_a_head(text),
        calls_shortcode: generator.calls_the_shortcode_at(place, text),
        is_nunjucks: generator == Generator::Eleventy && place.ends_with(".njk"),
        place: place.to_owned(),
    }
}

/// Folders of the site that are repositories of their own: submodules, and themes that were cloned into it.
fn borrowed(root: &Root, modules: &[String]) -> Vec<String> {
    let themes = SitePath::new("themes").map(|folder| root.folders_in(&folder)).unwrap_or_default();
    let themes = themes.into_iter().map(|theme| format!("themes/{theme}"));
    let is_repository = |theme: &String| root.folder().join(theme).join(".git").exists();
    modules.iter().cloned().chain(themes.filter(is_repository)).collect()
}

/// Whether the settings name another generator than the flag.
fn says_another(flags: &InitArgs, settings_file: Option<&str>, generator: Generator) -> bool {
    let said = settings_file.and_then(generator_in);
    flags.generator.is_some() && said.is_some_and(|said| said != generator.layout().word)
}

/// The files that lines shall go into.
fn targets(
    root: &Root,
    sight: &Sight,
    own: &[(String, String)],
    flags: &InitArgs,
) -> Result<Vec<Target>, Box<Failure>> {
    let mut targets = Vec::new();
    if let Some(wish) = &flags.include_in {
        let (file, line) = with_line(wish);
        targets.push(target(root, sight, own, file, Line::Feed(line))?);
    }
    if let Some(wish) = &flags.style_in {
        let (file, line) = with_line(wish);
        targets.push(target(root, sight, own, file, Line::Stylesheet(line))?);
    }
    Ok(targets)
}

/// A file, and the number of a line behind it. A drive has a colon, too, and no number behind it.
fn with_line(wish: &str) -> (&str, Option<usize>) {
    let numbered = wish.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse().ok()?)));
    numbered.map_or((wish, None), |(file, line)| (file, Some(line)))
}

fn target(
    root: &Root,
    sight: &Sight,
    own: &[(String, String)],
    file: &str,
    line: Line,
) -> Result<Target, Box<Failure>> {
    let usage =
        |cause: String| Box::new(Failure::new(Code::Usage, NOT_SET_UP).because(&cause).hint(fitting(sight, own, line)));
    let read = |place: &SitePath| root.read(place).map_err(|error| Failure::of_file(&error, NOT_SET_UP));
    let mut place = SitePath::new(file.trim_start_matches("./")).map_err(|error| usage(error.to_string()))?;
    let mut bytes = read(&place)?;
    // Whoever stands in another folder names a file from there.
    if let (None, Some(from_here)) = (&bytes, from_here(root, file)) {
        bytes = read(&from_here)?;
        place = from_here;
    }
    let bytes = bytes.ok_or_else(|| usage(format!("there is no {place} in the site")))?;
    check_place(sight.generator, sight.built.as_ref(), &place).map_err(|error| usage(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| usage(format!("{place} is not UTF-8 text")))?;
    Ok(Target { place, text, line })
}

/// A file of the site, named from the current folder.
fn from_here(root: &Root, file: &str) -> Option<SitePath> {
    let way = way_between(root.folder(), &current_folder().ok()?.join(file));
    SitePath::new(&way).ok()
}

/// Which file to name for a line: one that is there and can take it, as near as may be to what sites of this kind have.
fn fitting(sight: &Sight, own: &[(String, String)], line: Line) -> String {
    let flag = if line.is_feed() { "--include-in" } else { "--style-in" };
    let layout = sight.generator.layout();
    let line = line.anywhere();
    let targets = own
        .iter()
        .filter_map(|(place, text)| Some(Target { place: SitePath::new(place).ok()?, text: text.clone(), line }));
    let unlikely = |place: &SitePath| {
        let name = place.as_str().rsplit('/').next().unwrap_or_default();
        let is_first =
            ["index.", "home.", "_index.", "base", "default.", "Layout."].iter().any(|word| name.starts_with(word));
        (theme_of(place.as_str()).is_some(), !is_first, place.as_str().matches('/').count())
    };
    let fitting = targets.filter(|target| could_take(sight, target)).min_by_key(|target| unlikely(&target.place));
    match fitting.map(|target| target.place).filter(|place| theme_of(place.as_str()).is_none()) {
        Some(place) => format!("name a file of the site, from its top on, such as `{flag} {place}`"),
        None => format!(
            "no file of the site can take the line; where its templates are all a theme's, copy the one that shows the page into the site and name the copy: docs/generators/{}.md",
            layout.word
        ),
    }
}

fn refused(error: &crate::setup::SetupError) -> Failure {
    use crate::setup::SetupError;
    let failure = Failure::new(Code::Usage, NOT_SET_UP).caused_by(error);
    match error {
        SetupError::CannotShow { .. } => {
            failure.hint("without `--include-in`, init names the line, and you put it where you like")
        }
        SetupError::NoSuchLine { .. }
        | SetupError::NotInPage { .. }
        | SetupError::OutsideBlocks { .. }
        | SetupError::OutsideDefines { .. } => {
            failure.hint("name another line; without the flag, init says what the line is, and you put it where you like")
        }
        SetupError::NoHead(place) => failure.hint(format!(
            "name the template that begins the page, often called base or layout, a partial or a block of its head, or the line that it shall stand before: `--style-in {place}:LINE`"
        )),
        SetupError::ContentHasNoHead(_) => {
            failure.hint("name the template that begins the page, often called base or layout")
        }
        SetupError::ManyHeads { place, .. } | SetupError::SometimesHead { place, .. } => {
            failure.hint(format!("name the line that it shall stand before: `--style-in {place}:LINE`"))
        }
        SetupError::NoBlock { .. } => {
            failure.hint("put a block of the other template's into it first, often called content, or name that template")
        }
        SetupError::InTheWay { rival } => failure.hint(match theme_of(rival) {
            None => format!("give {rival} another name where it is used, then run init again"),
            Some(_) => "run init without `--include-in`: its first step says how the feed gets a name of its own".to_owned(),
        }),
        SetupError::Borrowed { folder, copy, .. } => failure.hint(match copy {
            Some(copy) => format!("copy it to {copy}, which is taken instead of it, and name that one"),
            None => format!("make the change in the repository of {folder}, and let that have it"),
        }),
        SetupError::PhpOnNetlify(_) => failure.hint(
            "take a host that runs PHP; or write the pages in HTML, with `<!--#include virtual=\"/feedbake/instagram.html\" -->` where the feed goes, then run init again",
        ),
        SetupError::NoContentBlock { place, .. }
        | SetupError::NoMain { place, .. }
        | SetupError::Sometimes { place, .. }
        | SetupError::InPhp { place, .. }
        | SetupError::Unread { place } => {
            failure.hint(format!("name the line that it shall stand before, as `{place}:LINE`"))
        }
        SetupError::TakenName { .. } => failure.hint("give that import another name, then run init again"),
        SetupError::NoFence { .. } => failure.hint("end the front matter with a line `---`, then run init again"),
        SetupError::CrowdedNetlify => failure.hint(
            "write each as a table, `[[plugins]]` and below it `package = \"…\"`, or add `{package = \"netlify-plugin-feedbake\"}` to the list",
        ),
        SetupError::BrokenNetlify => failure.hint("mend netlify.toml first: nothing can be added to it as it is"),
        SetupError::OnlyForZola(_) => failure.hint(
            "`--github=commit` works with every generator; docs/github-actions.md says what to change for a workflow that builds",
        ),
    }
}

/// What will be done, a line for each file.
fn show(voice: &Voice, place: &Place, plan: &Plan) {
    voice.say(&format!("{GREEN}{}{GREEN:#} in {}", place.settings.layout().name, place.site.display()));
    let width = plan.items.iter().map(|item| item.place.as_str().chars().count()).max().unwrap_or_default();
    for item in &plan.items {
        let style = match item.action {
            Action::Write | Action::Add | Action::Replace => GREEN,
            Action::Edited | Action::Earlier | Action::Other => YELLOW,
            Action::Same | Action::Yours => anstyle::Style::new(),
        };
        let more = match item.action {
            Action::Edited => ": edited, so it stays; `--diff` shows how it differs",
            Action::Earlier => ": this feedbake has a newer one; `--update` takes it, `--diff` shows it",
            Action::Other => ": the other of the two workflows is there, as feedbake wrote it; `--force` replaces it",
            Action::Yours => ": there already",
            Action::Write | Action::Add | Action::Replace | Action::Same => "",
        };
        let word = item.action.word();
        voice.say(&format!("  {style}{word:<8}{style:#} {:<width$}  {}{more}", item.place.as_str(), item.what));
    }
    if plan.items.iter().any(|item| item.template.is_some() && item.action.is_work()) {
        let what = "what feedbake made here, to be committed";
        voice.say(&format!("  {GREEN}{:<8}{GREEN:#} {:<width$}  {what}", "write", crate::manifest::FILE));
    }
}

/// What is left for the owner.
fn tell_what_is_left(voice: &Voice, plan: &Plan, sight: &Sight, site: Option<&Path>, is_rehearsal: bool) {
    if is_rehearsal {
        voice.say("nothing was written");
    }
    let mut left = plan.left.clone();
    // Without the flag it would be another folder again.
    let flag = site.map_or_else(String::new, |site| match site.to_string_lossy() {
        site if site.contains(char::is_whitespace) => format!(" --site '{site}'"),
        site => format!(" --site {site}"),
    });
    let (then_build, command) = match sight.generator.layout().build {
        "" => ("", format!("feedbake{flag}")),
        build => (", then build", format!("feedbake{flag} && {build}")),
    };
    left.push(format!("look at it without a token: `feedbake --demo{flag}`{then_build}"));
    left.push(format!("get a token: `feedbake login{flag}`; from then on `{command}`"));
    voice.say("what is left:");
    for (number, step) in left.iter().enumerate() {
        voice.say(&format!("  {CYAN}{}.{CYAN:#} {step}", number + 1));
    }
}

/// How a file differs from what would be written; empty where it does not.
fn diff(item: &Item) -> String {
    let name = item.place.as_str();
    let old = if item.before.is_some() { name } else { "/dev/null" };
    let diff = TextDiff::from_lines(item.before.as_deref().unwrap_or_default(), &item.after);
    diff.unified_diff().header(old, name).to_string()
}

/// Every file that is not as it would be written.
fn show_diff(voice: &Voice, plan: &Plan) {
    let mut differing = 0;
    for item in &plan.items {
        let before = item.before.as_deref().unwrap_or_default();
        if before == item.after {
            continue;
        }
        differing += 1;
        voice.result(diff(item).trim_end());
    }
    voice.say(&match differing {
        0 => "no file differs".to_owned(),
        files => format!("{} would be another; nothing was written", count(files, "file")),
    });
}

/// What would be written where the generator reads nothing breaks the build, or is never seen.
fn refuse_moved(place: &Place, wish: Wish) -> Result<(), Box<Failure>> {
    let Some((file, moved)) = place.moved().into_iter().next().filter(|_| wish.templates) else { return Ok(()) };
    Err(Box::new(Failure::new(Code::Usage, NOT_SET_UP).because(&moved.told(&file)).hint(moved.way)))
}

/// Eleventy reads the partial and the data where its configuration says so, and nowhere else.
fn refuse_unread(place: &Place, sight: &Sight, wish: Wish) -> Result<(), Box<Failure>> {
    if sight.generator != Generator::Eleventy || !wish.templates || place.mark.is_none() {
        return Ok(());
    }
    let folders = EleventyFolders::of(&sight.configuration);
    if folders.site() == Some(sight.below_project.as_str()) {
        return Ok(());
    }
    let (includes, data) = (&folders.includes, &folders.data);
    let cause = format!("Eleventy takes its includes from {includes}/ and its data from {data}/, and here is neither");
    let hint = match folders.site() {
        Some(site) => {
            format!("run it for that folder: `feedbake init --site {}`", if site.is_empty() { "." } else { site })
        }
        None => format!(
            "put `templates = false` and `data_file = \"{data}/instagram.json\"` into feedbake.toml, instagram.njk of examples/eleventy into {includes}/, and its feedbake/feedbake.css into feedbake/"
        ),
    };
    Err(Box::new(Failure::new(Code::Usage, NOT_SET_UP).because(&cause).hint(hint)))
}

/// Lines are added to text alone: what is none would come back changed.
fn refuse_odd_texts(root: &Root, repository: &Root, plan: &Plan) -> Result<(), Box<Failure>> {
    for item in plan.items.iter().filter(|item| item.action == Action::Add) {
        let top = match item.from {
            From::Site => root,
            From::Repository => repository,
        };
        let bytes = top.read(&item.place).map_err(|error| Failure::of_file(&error, NOT_SET_UP))?;
        if bytes.is_some_and(|bytes| String::from_utf8(bytes).is_err()) {
            let cause = format!("{} is not UTF-8 text, and nothing can be added to it", item.place);
            let hint = "save it as UTF-8, or add by hand what `--diff` shows";
            return Err(Box::new(Failure::new(Code::File, NOT_SET_UP).because(&cause).hint(hint)));
        }
    }
    Ok(())
}

/// A file that is a link is somebody else's arrangement: written to, it would be one no more.
fn refuse_links(root: &Root, repository: &Root, plan: &Plan) -> Result<(), Box<Failure>> {
    let is_link = |item: &&Item| match item.from {
        From::Site => root.is_link(&item.place),
        From::Repository => repository.is_link(&item.place),
    };
    match plan.items.iter().filter(|item| item.action.is_work()).find(is_link) {
        None => Ok(()),
        Some(item) => {
            let cause = format!("{} is a link, and feedbake writes through none", item.place);
            let hint = "put a file in its place, or write by hand what is shown above into the file it leads to";
            Err(Box::new(Failure::new(Code::File, NOT_SET_UP).because(&cause).hint(hint)))
        }
    }
}

fn write(voice: &Voice, root: &Root, repository: &Root, plan: &Plan) -> Result<(), Box<Failure>> {
    const HALF: &str = "not everything was written; run it again when that is mended";
    let failed = |error: FileError| Failure::of_file(&error, HALF);
    let _lock = enter(voice, root, NOT_SET_UP)?;
    let mut manifest = Manifest::read(root).map_err(Failure::of_manifest)?;
    for item in plan.items.iter().filter(|item| item.action.is_work()) {
        let top = match item.from {
            From::Site => root,
            From::Repository => repository,
        };
        // The question may have stood there for a while.
        let now = top.read(&item.place).map_err(failed)?;
        if now.as_ref().map(|bytes| String::from_utf8_lossy(bytes)).as_deref() != item.before.as_deref() {
            let failure = Failure::new(Code::File, HALF).because(&format!("{} has changed meanwhile", item.place));
            return Err(Box::new(failure.hint("look at the file, then run init again")));
        }
        match &item.template {
            Some(template) => template.put(root, &mut manifest).map_err(failed)?,
            None => drop(top.write(&item.place, item.after.as_bytes()).map_err(failed)?),
        }
    }
    let written = plan.items.iter().filter(|item| item.action.is_work()).count();
    voice.say(&format!("wrote {}", count(written, "file")));
    Ok(())
}

fn as_json(place: &Place, plan: &Plan, is_written: bool) -> serde_json::Value {
    let file = |item: &Item| {
        serde_json::json!({
            "path": item.place.to_string(),
            "of": match item.from {
                From::Site => "site",
                From::Repository => "repository",
            },
            "action": item.action.word(),
            "what": item.what,
            "diff": diff(item),
        })
    };
    serde_json::json!({
        "generator": place.settings.layout().word,
        "files": plan.items.iter().map(file).collect::<Vec<_>>(),
        "left": plan.left,
        "written": is_written,
    })
}
