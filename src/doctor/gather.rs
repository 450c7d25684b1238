//! Reads the site, asks git, and, where that is wished, the API.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};
use walkdir::WalkDir;

use super::schema::first_fault;
use super::templates;
use super::{
    ArchiveFacts, ArchiveState, DataFacts, DataState, EleventyFacts, Facts, KeepingFacts, Obstacle, ScheduleFacts,
    SiteFacts, TemplateFacts, TokenFacts,
};
use crate::archive::{Memory, is_page, memory_place, post_of};
use crate::audit::Audit;
use crate::auth::{
    AccessToken, Held, LeakScanner, STATUS_FILE, TRIES_FILE, Talk, TokenPlace, TokenStatus, VAULT_FILE, Vault,
};
use crate::cache::{self, Cache};
use crate::config::{DOT_ENV, FeedSettings, Mark, Place, Templates, TokenError, repository_of, unmatched, vault_key};
use crate::feed::one_line;
use crate::files::{self, Root, SitePath};
use crate::graph::{ApiError, Graph};
use crate::http::{Http, HttpOptions};
use crate::inquire::answer;
use crate::manifest::{self, Manifest, archive_name};
use crate::render::{TeraMajor, render_page};
use crate::select::Seen;
use crate::setup::{names_old_plugin, theme_of};
use crate::site::{
    EleventyFolders, Extras, Generator, Layout, PublishError, Script, Template, TemplateState, is_crowded_out,
    named_paths, refuse_foreign_data, rivals, shows_a_feed_of_ours, transforms_pictures, uncopied_folders,
};

/// Larger text files are none.
const LARGEST_TEXT: u64 = 1 << 20;

/// How far the doctor looks.
pub struct Sight<'a> {
    /// Settings and surroundings.
    pub place: &'a Place,
    /// The site.
    pub root: &'a Root,
    /// The token of each feed, in the order of the settings.
    pub held: &'a [Result<Held, TokenError>],
    /// Asks nobody.
    pub offline: bool,
    /// The time.
    pub now: Timestamp,
    /// Sleeps.
    pub pause: &'a dyn Fn(Duration),
    /// Gives a fresh number from 0 to 1.
    pub dice: &'a dyn Fn() -> f64,
}

/// Gathers everything. What cannot be read is a fact like any other.
pub fn gather(sight: &Sight<'_>) -> Facts {
    let folder = sight.root.folder();
    let status = TokenStatus::read(sight.root).unwrap_or_default();
    let own_texts = own_texts(sight.place);
    let live: Vec<AccessToken> = sight.held.iter().flatten().map(|held| held.token.clone()).collect();
    let scanner = LeakScanner::new(&live.iter().collect::<Vec<_>>());
    let (leaks, files_looked_through) = leaks(sight.place, &scanner);
    let (tokens, clock_skew) = tokens(sight, &status);
    let place = |text: &str| SitePath::new(text).expect("the place is plain");
    let cache_folder = place(cache::FOLDER);
    let cache_bytes = sight
        .root
        .names_below(&cache_folder)
        .unwrap_or_default()
        .iter()
        .filter_map(|name| sight.root.size(&SitePath::new(&format!("{}/{name}", cache::FOLDER)).ok()?))
        .sum();
    let generator = sight.place.settings.generator;
    let (mark, is_zola) = (sight.place.mark.as_ref(), generator == Generator::Zola);
    let configuration = mark.and_then(Mark::text);
    let of_eleventy = configuration.as_deref().filter(|_| generator == Generator::Eleventy);
    let configuration = configuration.as_deref().unwrap_or_default();
    let data_folder = generator.data_folder(configuration, &sight.place.below_project());
    let zola = if is_zola { zola_versions(folder) } else { Vec::new() };
    // A manifest that cannot be read is told elsewhere.
    let manifest = Manifest::read(sight.root).unwrap_or_default();
    Facts {
        now: sight.now,
        obstacles: obstacles(sight),
        site: SiteFacts {
            folder: folder.to_owned(),
            generator,
            mark: mark.map(|mark| mark.name.clone()),
            mark_is_broken: mark.filter(|_| is_zola).and_then(|mark| broken_config(&mark.file)),
            moved: sight.place.moved(),
            zola: zola.clone(),
        },
        template: template(sight, &manifest, &zola, configuration, &own_texts),
        eleventy: of_eleventy.map(|configuration| eleventy(sight.place, configuration)),
        uploads_dot_env: generator == Generator::Html && folder.join(DOT_ENV).is_file(),
        data: sight
            .place
            .settings
            .shown()
            .map(|feed| data(sight.root, &manifest, feed, &data_folder, &own_texts))
            .collect(),
        archives: sight.place.settings.feeds.iter().filter_map(|feed| archive(sight.root, feed)).collect(),
        unmatched: unmatched_names(sight),
        tokens,
        keeping: keeping(sight, &status),
        schedules: schedules(folder),
        last_commit: git(folder, &["log", "-1", "--format=%ct"])
            .and_then(|text| Timestamp::from_second(text.trim().parse().ok()?).ok()),
        clock_skew,
        cache_bytes,
        cache_is_ignored: !is_in_git(folder) || is_ignored(folder, &format!("{}/index.json", cache::FOLDER)),
        leaks,
        files_looked_through,
        instafeed: own_texts
            .iter()
            .filter(|(path, text)| templates::loads_instafeed(text) && !templates::is_instafeed(path))
            .map(|(path, text)| {
                let has_token = templates::has_written_token(text) || scanner.scan(text.as_bytes()).is_some();
                (path.clone(), has_token)
            })
            .collect(),
        instafeed_copies: own_texts
            .iter()
            .map(|(path, _)| path.clone())
            .filter(|path| templates::is_instafeed(path))
            .chain(Some(PathBuf::from("package.json")).filter(|path| {
                let text = files::read(&folder.join(path)).ok().flatten().unwrap_or_default();
                templates::asks_for_instafeed(&String::from_utf8_lossy(&text))
            }))
            .collect(),
        old_plugin: old_plugin(folder),
    }
}

/// What stands where feedbake needs a file or a folder, and is something else.
fn obstacles(sight: &Sight<'_>) -> Vec<Obstacle> {
    let settings = &sight.place.settings;
    let data_files = settings.shown().map(|feed| feed.data_file.as_str());
    let own = [manifest::FILE, STATUS_FILE, TRIES_FILE, VAULT_FILE, cache::LOCK_FILE, cache::INDEX_FILE];
    let templates = settings.layout().brought(settings.extras).map(|template| template.place);
    let files: BTreeSet<&Path> = data_files.chain(own).chain(templates).map(Path::new).collect();
    let above = files.iter().flat_map(|file| file.ancestors().skip(1));
    let folders: BTreeSet<&Path> = above.chain(Path::new(settings.media_dir.as_str()).ancestors()).collect();
    let look = |place: &Path| std::fs::metadata(sight.root.folder().join(place)).ok();
    let folders = folders.into_iter().filter(|place| look(place).is_some_and(|data| !data.is_dir()));
    let files = files.into_iter().filter(|place| look(place).is_some_and(|data| !data.is_file()));
    let folders = folders.map(|place| Obstacle { place: place.to_owned(), needed: "a folder" });
    folders.chain(files.map(|place| Obstacle { place: place.to_owned(), needed: "a file" })).collect()
}

/// Why Zola builds nothing with its configuration, where it does not.
fn broken_config(path: &Path) -> Option<String> {
    let bytes = files::read(path).ok().flatten()?;
    let error = match toml::from_str::<toml::Table>(&String::from_utf8_lossy(&bytes)) {
        Ok(table) if table.contains_key("base_url") => return None,
        Ok(_) => return Some("it sets no base_url".to_owned()),
        Err(error) => error,
    };
    let line = error.span().map_or(0, |span| bytes.iter().take(span.start).filter(|byte| **byte == b'\n').count());
    Some(format!("it is not TOML, line {}: {}", line + 1, one_line(error.message())))
}

/// Everything that says which Zola builds the site: the hosts' settings, and this machine's.
pub fn zola_versions(folder: &Path) -> Vec<(String, (u32, u32))> {
    let mut said = Vec::new();
    let mut take = |file: String, path: &Path| {
        let text = files::read(path).ok().flatten().unwrap_or_default();
        said.extend(templates::zola_version(&String::from_utf8_lossy(&text)).map(|version| (file, version)));
    };
    for file in ["netlify.toml", "vercel.json", ".tool-versions", "mise.toml", ".mise.toml"] {
        take(file.to_owned(), &folder.join(file));
    }
    for (file, path) in workflows(folder) {
        take(file, &path);
    }
    let here = answer("zola", &["--version"], folder).and_then(|text| templates::version_in(&text));
    said.extend(here.map(|version| ("zola on this machine".to_owned(), version)));
    said
}

fn workflows(folder: &Path) -> Vec<(String, PathBuf)> {
    let top = git(folder, &["rev-parse", "--show-toplevel"])
        .map_or_else(|| folder.to_owned(), |text| PathBuf::from(text.trim()));
    WalkDir::new(top.join(".github/workflows"))
        .max_depth(1)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| matches!(entry.path().extension().and_then(|ending| ending.to_str()), Some("yml" | "yaml")))
        .map(|entry| (format!(".github/workflows/{}", entry.file_name().to_string_lossy()), entry.into_path()))
        .collect()
}

fn schedules(folder: &Path) -> Vec<ScheduleFacts> {
    let read = |path: &Path| files::read(path).ok().flatten().unwrap_or_default();
    workflows(folder)
        .into_iter()
        .filter_map(|(file, path)| {
            let commits = templates::schedule(&String::from_utf8_lossy(&read(&path)))?;
            Some(ScheduleFacts { file, commits })
        })
        .collect()
}

/// The site's own templates, pages and scripts, by their path in the site.
pub fn own_texts(place: &Place) -> Vec<(PathBuf, String)> {
    let folder = place.site.as_path();
    let built = place.built_below().map(|built| folder.join(built.as_str()));
    let is_text = |path: &Path| {
        matches!(
            path.extension().and_then(|ending| ending.to_str()),
            Some(
                "html"
                    | "htm"
                    | "shtml"
                    | "php"
                    | "md"
                    | "markdown"
                    | "mdx"
                    | "js"
                    | "mjs"
                    | "ts"
                    | "jsx"
                    | "tsx"
                    | "vue"
                    | "svelte"
                    | "xml"
                    | "txt"
                    | "njk"
                    | "liquid"
                    | "astro"
            )
        )
    };
    // What others wrote, and what was built, is not the site's own.
    let is_own = |name: &str| {
        let is_built = Generator::ALL.iter().any(|generator| generator.layout().built_folder == Some(name));
        !name.starts_with('.') && !is_built && !matches!(name, "node_modules" | "target" | "vendor")
    };
    let tops = WalkDir::new(folder).min_depth(1).max_depth(1).sort_by_file_name().into_iter().filter_map(Result::ok);
    tops.filter(|top| is_own(&top.file_name().to_string_lossy()))
        .flat_map(|top| {
            let walk = WalkDir::new(top.path()).sort_by_file_name().into_iter();
            walk.filter_entry(|entry| built.as_deref() != Some(entry.path())).filter_map(Result::ok).collect::<Vec<_>>()
        })
        .filter(|entry| entry.file_type().is_file() && is_text(entry.path()))
        .filter(|entry| entry.metadata().is_ok_and(|data| data.len() <= LARGEST_TEXT))
        .filter_map(|entry| {
            let text = files::read(entry.path()).ok().flatten()?;
            let path = entry.path().strip_prefix(folder).unwrap_or(entry.path()).to_owned();
            Some((path, String::from_utf8_lossy(&text).into_owned()))
        })
        .collect()
}

/// Each `netlify.toml`, in the site and at the top of its repository, that still has the plugin of before.
fn old_plugin(folder: &Path) -> Vec<String> {
    let read = |path: &Path| files::read(path).ok().flatten().unwrap_or_default();
    let top = repository_of(folder).unwrap_or_else(|| folder.to_owned());
    let own = folder.join("netlify.toml");
    let mut found = Vec::new();
    for path in [top.join("netlify.toml"), std::path::absolute(&own).unwrap_or(own)] {
        let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
        if names_old_plugin(&String::from_utf8_lossy(&read(&path))) && !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

fn template(
    sight: &Sight<'_>,
    manifest: &Manifest,
    zola: &[(String, (u32, u32))],
    configuration: &str,
    texts: &[(PathBuf, String)],
) -> TemplateFacts {
    let (root, settings) = (sight.root, &sight.place.settings);
    let (generator, extras) = (settings.generator, settings.extras);
    let layout = generator.layout();
    let place = layout.partial().path();
    let text = root.read(&place).ok().flatten();
    let is_there = root.exists(&place);
    let is_foreign = is_there && !shows_a_feed_of_ours(&String::from_utf8_lossy(&text.unwrap_or_default()));
    let rivals = rivals(root, layout);
    let slashed = |path: &Path| path.to_string_lossy().replace('\\', "/");
    let versions: Vec<(u32, u32)> = zola.iter().map(|(_, version)| *version).collect();
    let is_another = |path: &Path| layout.templates.iter().all(|template| path != Path::new(template.place));
    let others = || texts.iter().filter(|(path, _)| is_another(path));
    let own_partial = match settings.templates {
        Templates::Leave => others().find_map(|(path, text)| generator.own_partial(&slashed(path), text)),
        Templates::Install => None,
    };
    let shows = |(path, text): &&(PathBuf, String)| {
        let place = slashed(path);
        let is_crowded = is_crowded_out(&rivals, layout, is_there, theme_of(&place).is_some());
        (!is_crowded && generator.shows_the_feed_at(&place, text, &versions, configuration))
            || own_partial.as_ref().is_some_and(|name| generator.includes(text, name))
    };
    let is_whole_page = |text: &str| generator.ends_a_head(text) && !generator.asks_for_the_stylesheet(text);
    let reads_no_shortcodes = !versions.is_empty() && versions.iter().all(|version| *version >= (0, 23));
    let is_call = |(path, text): &&(PathBuf, String)| {
        let place = slashed(path);
        match generator {
            Generator::Eleventy => {
                generator.shows_the_feed(text) && !generator.shows_the_feed_at(&place, text, &versions, configuration)
            }
            _ => reads_no_shortcodes && generator.calls_the_shortcode_at(&place, text),
        }
    };
    let absent = TemplateFacts {
        place: place.to_string(),
        is_foreign,
        included_by: others().filter(shows).map(|(path, _)| path.clone()).collect(),
        called_in_vain: others().filter(is_call).map(|(path, _)| path.clone()).collect(),
        unstyled: others().filter(|file| shows(file) && is_whole_page(&file.1)).map(|(path, _)| path.clone()).collect(),
        rival: rivals.iter().find(|rival| rival.ours == layout.partial().place).cloned(),
        own_partial: own_partial.clone(),
        include: layout.include,
        is_there,
        earlier: Vec::new(),
        tera_1: None,
        tera_2: None,
        is_tera: generator == Generator::Zola,
    };
    if !is_there {
        return absent;
    }
    let render = |major| match render_page(root, layout.partial(), major, "/", &Map::new()) {
        Ok(_) => Some(Ok(())),
        Err(crate::render::RenderError::NotBuiltIn) => None,
        Err(error) => Some(Err(crate::feed::one_line(&error.to_string()))),
    };
    // Without a generator it is feedbake that renders, and speaks Tera 2.
    let majors = match generator {
        Generator::Zola => [Some(TeraMajor::One), Some(TeraMajor::Two)],
        Generator::Html => [None, Some(TeraMajor::Two)],
        Generator::Hugo | Generator::Eleventy | Generator::Jekyll | Generator::Astro => [None, None],
    };
    let [tera_1, tera_2] = majors.map(|major| major.and_then(render));
    let is_earlier = |template: &&Template| template.state(root, manifest) == TemplateState::Earlier;
    let earlier = layout
        .brought(Extras { script: Script::Install, ..extras })
        .filter(is_earlier)
        .map(|template| template.place)
        .collect();
    TemplateFacts { earlier, tera_1, tera_2, ..absent }
}

fn data(root: &Root, manifest: &Manifest, feed: &FeedSettings, folder: &str, texts: &[(PathBuf, String)]) -> DataFacts {
    let state = match refuse_foreign_data(root, manifest, &feed.data_file) {
        Err(PublishError::Foreign(_)) => DataState::Foreign,
        _ => state_of(root, feed.generator.layout(), &feed.data_file),
    };
    let (generator, place) = (feed.generator, &feed.data_file);
    let is_shown = generator.is_shown(place, folder, texts.iter().map(|(_, text)| text.as_str()));
    DataFacts { place: place.to_string(), unnamed: (!is_shown).then(|| generator.to_show(place, folder)), state }
}

fn archive(root: &Root, feed: &FeedSettings) -> Option<ArchiveFacts> {
    let settings = feed.archive.as_ref()?;
    let place = memory_place(&feed.name);
    let names = root.sizes_in(&settings.folder);
    let pages = names.keys().filter_map(|name| SitePath::new(&format!("{}/{name}", settings.folder)).ok());
    let is_ours = |page: &SitePath| {
        post_of(page).is_some() && root.read(page).ok().flatten().is_some_and(|bytes| is_page(&bytes))
    };
    let state = match root.read(&place).map(|bytes| bytes.map(|bytes| Memory::of_bytes(&bytes))) {
        Ok(None) => ArchiveState::Absent,
        Ok(Some(Some(memory))) => ArchiveState::Whole {
            posts: memory.posts.len(),
            without_pictures: memory.posts.iter().filter(|remembered| remembered.missing).count(),
            is_doubted: memory.doubted,
            listed_on: memory.listed_on,
            is_unfinished: memory.unfinished,
        },
        Ok(Some(None)) | Err(_) => ArchiveState::Broken,
    };
    let manifest = Manifest::read(root).unwrap_or_default();
    Some(ArchiveFacts {
        place: place.to_string(),
        folder: settings.folder.to_string(),
        pages: pages.filter(is_ours).count(),
        recheck: settings.recheck,
        filters_are_doubted: manifest.feeds.get(&archive_name(&feed.name)).is_some_and(|record| record.doubted),
        state,
    })
}

/// Names in the settings that nothing bears among the posts that the last good bakes listed. Those may have been told to
/// list less than the settings of now.
fn unmatched_names(sight: &Sight<'_>) -> Vec<String> {
    let settings = &sight.place.settings;
    let index = Cache::new(sight.root).read_index().unwrap_or_default();
    let seen: BTreeMap<&str, Seen<'_>> = settings
        .feeds
        .iter()
        .filter_map(|feed| {
            let posts = index.feed(&feed.name)?.posts.iter().collect();
            Some((feed.name.as_str(), Seen { posts, is_all: false, were_pins_sought: false }))
        })
        .collect();
    unmatched(&settings.named, |feed| seen.get(feed))
}

fn state_of(root: &Root, layout: &Layout, place: &SitePath) -> DataState {
    let bytes = match root.read(place) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return DataState::Absent,
        Err(error) => return DataState::Broken(format!("it cannot be read: {error}")),
    };
    let value: Value = match serde_json::from_slice(&bytes) {
        Ok(value) => value,
        Err(error) => return DataState::Broken(format!("it is no JSON: {error}")),
    };
    if let Some(fault) = first_fault(&value) {
        return DataState::Broken(fault);
    }
    let named: BTreeSet<&str> = named_paths(&value).into_iter().collect();
    let is_there = |path: &str| layout.site_path(path).is_ok_and(|path| root.size(&path).is_some_and(|size| size > 0));
    let missing = named.into_iter().filter(|path| !is_there(path)).map(str::to_owned).collect();
    let posts = value.get("posts").and_then(Value::as_array).map_or(0, Vec::len);
    DataState::Whole { posts, missing }
}

fn tokens(sight: &Sight<'_>, status: &TokenStatus) -> (Vec<TokenFacts>, Option<i64>) {
    let mut all: Vec<TokenFacts> = Vec::new();
    let mut skew = None;
    for (feed, held) in sight.place.settings.feeds.iter().zip(sight.held) {
        let name = match held {
            Ok(held) => held.name.clone(),
            Err(_) => feed.token_env.clone().unwrap_or_else(|| crate::config::TOKEN_NAMES[0].to_owned()),
        };
        if all.iter().any(|other| other.name == name) {
            continue;
        }
        let mut facts = TokenFacts {
            name,
            place: held.as_ref().ok().map(|held| held.place),
            found: held.as_ref().map(|held| held.token.kind()).map_err(Clone::clone),
            host: feed.api.base.host_str().unwrap_or_default().to_owned(),
            record: held.as_ref().ok().and_then(|held| status.of(&held.name, &held.token.fingerprint(), sight.now)),
            warn: sight.place.settings.tokens.warn,
            asked: None,
            posts: None,
        };
        if let (Ok(held), false) = (held, sight.offline) {
            ask(sight, feed, &held.token, &mut facts, &mut skew);
        }
        all.push(facts);
    }
    (all, skew)
}

fn ask(sight: &Sight<'_>, feed: &FeedSettings, token: &AccessToken, facts: &mut TokenFacts, skew: &mut Option<i64>) {
    let http = match Http::new(HttpOptions { api_base: feed.api.base.clone(), timeout: feed.api.timeout }) {
        Ok(http) => http,
        Err(error) => {
            facts.asked = Some(Err(error.into()));
            return;
        }
    };
    let options = feed.api.options();
    let talk = Talk { http: &http, options: options.clone(), pause: sight.pause, dice: sight.dice };
    let asked: Result<_, ApiError> = talk.whose(token);
    if asked.is_ok() {
        let mut graph = Graph::new(&http, options, token.clone(), &|_| {}, sight.pause, sight.dice);
        facts.posts = Some(graph.page(None, 1).map(|page| page.posts.len()));
    }
    facts.asked = Some(asked);
    if skew.is_none() {
        *skew = http.clock().ok().flatten().map(|there| there.as_second() - sight.now.as_second());
    }
}

fn keeping(sight: &Sight<'_>, status: &TokenStatus) -> KeepingFacts {
    let (stores, hindered) = sight.place.settings.tokens.stores(&sight.place.site, &sight.place.environment);
    let mut places: Vec<String> = stores.iter().map(ToString::to_string).collect();
    // Where a token came from it goes back to by itself.
    let is_of_dot_env = sight.held.iter().flatten().any(|held| held.place == TokenPlace::DotEnv);
    if is_of_dot_env && !places.iter().any(|place| place.ends_with(DOT_ENV)) {
        places.push(DOT_ENV.to_owned());
    }
    let vault_is_there = Vault::exists(sight.root);
    let key = vault_key(&sight.place.environment).ok().flatten();
    let folder = sight.root.folder();
    KeepingFacts {
        trouble: hindered.first().map(ToString::to_string),
        places,
        vault_is_there,
        vault_opens: vault_is_there && key.is_some_and(|key| Vault::open(sight.root, &key).is_ok()),
        lost: status.tokens.values().any(|record| record.unkept),
        status_is_ignored: is_in_git(folder)
            && (is_ignored(folder, STATUS_FILE) || (vault_is_there && is_ignored(folder, VAULT_FILE))),
    }
}

/// Looks through what git tracks and through what is published, each file once.
fn leaks(place: &Place, scanner: &LeakScanner) -> (Vec<(PathBuf, String)>, usize) {
    let mut audit = Audit::default();
    let folder = place.mark.as_ref().map_or(place.site.as_path(), |mark| mark.project.as_path());
    let published = place.built.clone().unwrap_or_else(|| place.site.clone());
    let is_visible = |path: &Path| {
        let hidden = |part: &std::ffi::OsStr| part.as_encoded_bytes().starts_with(b".");
        path.strip_prefix(&published).is_ok_and(|rest| !rest.iter().any(hidden))
    };
    let tracked = git(folder, &["ls-files", "-z"]).unwrap_or_default();
    for name in tracked.split('\0').filter(|name| !name.is_empty()) {
        let path = folder.join(name);
        if path.is_file() && !is_visible(&path) {
            audit.look_through(&path, scanner);
        }
    }
    if published.is_dir() {
        audit.look_through_visible(&published, scanner);
    }
    let shown = |path: &Path| path.strip_prefix(&place.site).unwrap_or(path).to_owned();
    let mut found: Vec<(PathBuf, String)> =
        audit.found.iter().map(|finding| (shown(&finding.path), finding.leak.to_string())).collect();
    found.dedup();
    (found, audit.files)
}

/// What Eleventy makes of what feedbake writes.
fn eleventy(place: &Place, configuration: &str) -> EleventyFacts {
    let (settings, below) = (&place.settings, place.below_project());
    let folders = EleventyFolders::of(configuration);
    // Whoever leaves the templates out has put them where they are read.
    let has_data = || settings.shown().all(|feed| feed.data_file.below(folders.data_below(&below)).is_some());
    let is_read = folders.site() == Some(below.as_str()) || (settings.templates == Templates::Leave && has_data());
    EleventyFacts {
        uncopied: uncopied_folders(configuration, &below, settings.media_dir.as_str()),
        transforms: transforms_pictures(configuration),
        below,
        folders,
        is_read,
    }
}

fn is_in_git(folder: &Path) -> bool {
    git(folder, &["rev-parse", "--is-inside-work-tree"]).is_some_and(|answer| answer.trim() == "true")
}

fn is_ignored(folder: &Path, path: &str) -> bool {
    git(folder, &["check-ignore", "--", path]).is_some()
}

/// What git says; `None` when it is not here, or says no.
fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    answer("git", arguments, folder)
}
