//! Where the site is, and everything that is read from around it: settings file, `.env`, variables.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::archive::{Slugs, site_url};
use super::environment::{Environment, current_folder};
use super::layer::{Layer, parse_file};
use super::settings::{Found, Settings, SettingsError, Templates};
use super::token::TOKEN_NAMES;
use crate::auth::{AccessToken, LeakScanner};
use crate::files::{self, FileError, SitePath};
use crate::inquire::{answer, inquire};
use crate::site::{EleventyFolders, Generator, Moved, PageBase};
use crate::words::Language;

/// The settings file beside the site's own configuration.
pub const CONFIG_FILE: &str = "feedbake.toml";

/// The file beside it that holds variables.
pub const DOT_ENV: &str = ".env";

/// Settings or surroundings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A setting.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A file that could not be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A `.env` file with a token that the next `git add` would publish.
    #[error("{} holds an access token and git does not ignore it", .0.display())]
    DotEnvWouldBeCommitted(PathBuf),
    /// The folder that was named is none.
    #[error("there is no folder {}", .0.display())]
    NoSuchSite(PathBuf),
    /// The current folder is gone or may not be looked at.
    #[error("the current folder cannot be told")]
    NoCurrentFolder(#[source] std::io::Error),
}

/// What the command line says about where to look.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// `--site`.
    pub site: Option<PathBuf>,
    /// `--config`.
    pub config: Option<PathBuf>,
    /// Flags that set settings.
    pub flags: Layer,
}

/// A site with its settings.
#[derive(Debug, Clone)]
pub struct Place {
    /// The top folder of the site.
    pub site: PathBuf,
    /// What says what builds it.
    pub mark: Option<Mark>,
    /// Nothing says what builds it: no file that is there, and no setting.
    pub is_guess: bool,
    /// Where it is built; `None` where it is published as it is.
    pub built: Option<PathBuf>,
    /// The merged settings.
    pub settings: Settings,
    /// The variables, those of `.env` included.
    pub environment: Environment,
    /// The variables that only `.env` sets.
    pub of_dot_env: Vec<String>,
    /// Variables that look like settings and are none, with what was probably meant.
    pub doubtful_variables: Vec<(String, String)>,
}

/// What says what builds a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// What builds it.
    pub generator: Generator,
    /// The file that says so.
    pub file: PathBuf,
    /// Its name, from the site on.
    pub name: String,
    /// The folder the generator runs in: the one of that file.
    pub project: PathBuf,
    /// Whether it is a page, as lies in many folders: it says what builds a site whose other files say nothing.
    pub is_page: bool,
}

impl Place {
    /// Folders that feedbake writes into, as things are, and the generator's configuration has moved elsewhere; each
    /// with the file that says so.
    pub fn moved(&self) -> Vec<(String, Moved)> {
        let (settings, generator) = (&self.settings, self.settings.generator);
        let Some(mark) = self.mark.as_ref().filter(|mark| mark.generator == generator) else { return Vec::new() };
        let layout = generator.layout();
        let writes_into = |moved: &Moved| {
            let is_data = moved.ours == layout.data_folder;
            let is_templates = layout.partial().path().below(moved.ours).is_some();
            (!is_data || settings.shown().any(|feed| feed.data_file.below(moved.ours).is_some()))
                && (!is_templates || settings.templates == Templates::Install)
        };
        let moved = generator.moved(&mark.text().unwrap_or_default()).into_iter().filter(writes_into);
        moved.map(|moved| (mark.name.clone(), moved)).collect()
    }

    /// Where the site is in the folder that its generator runs in; empty for that folder, or where nothing tells it.
    pub fn below_project(&self) -> String {
        self.mark.as_ref().map(|mark| way_between(&mark.project, &self.site)).unwrap_or_default()
    }

    /// The folder of the site that it is built into; `None` where that is elsewhere, or where it is published as it is.
    pub fn built_below(&self) -> Option<SitePath> {
        SitePath::new(&self.built.as_ref()?.strip_prefix(&self.site).ok()?.to_string_lossy().replace('\\', "/")).ok()
    }
}

impl Mark {
    /// Its text, where it can be read.
    pub fn text(&self) -> Option<String> {
        Some(String::from_utf8_lossy(&files::read(&self.file).ok()??).into_owned())
    }
}

/// What builds the site in `folder`, by the configurations that lie there; the first counts.
pub fn marks_of(folder: &Path) -> Vec<Mark> {
    // A configuration is text; one that is not says nothing, but is there.
    let text = |name: &str| {
        let path = folder.join(name);
        let bytes = path.is_file().then(|| files::read(&path).ok().flatten().unwrap_or_default())?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    };
    let mark = |(generator, name): (Generator, &'static str)| Mark {
        generator,
        file: folder.join(name),
        name: name.to_owned(),
        project: folder.to_owned(),
        is_page: false,
    };
    Generator::of_marks(&text).into_iter().map(mark).collect()
}

/// The same for a folder that is known to be the top of a site: a configuration of Eleventy above it that names it as
/// its input counts, too, and so does a page where nothing else tells.
pub fn mark_of(folder: &Path) -> Option<Mark> {
    const PAGES: [&str; 5] = ["index.html", "index.htm", "index.shtml", "index.php", "index.src.html"];
    let page = || {
        let name = PAGES.into_iter().find(|page| folder.join(page).is_file())?;
        Some(Mark {
            generator: Generator::Html,
            file: folder.join(name),
            name: name.to_owned(),
            project: folder.to_owned(),
            is_page: true,
        })
    };
    marks_of(folder).into_iter().next().or_else(|| mark_above(folder)).or_else(page)
}

/// The configuration of Eleventy, in a folder above, that reads its pages in this one.
fn mark_above(folder: &Path) -> Option<Mark> {
    const DEEPEST: usize = 4;
    let folder = std::path::absolute(folder).ok()?;
    folder.ancestors().skip(1).take(DEEPEST).find_map(|above| {
        let mark = marks_of(above).into_iter().next()?;
        let input = EleventyFolders::of(&mark.text().filter(|_| mark.generator == Generator::Eleventy)?).input;
        let name = format!("{}{}", "../".repeat(Path::new(&input).components().count()), mark.name);
        (above.join(&input) == folder && !input.is_empty()).then_some(Mark { name, ..mark })
    })
}

/// The folder that a configuration of Eleventy names as the one for pages, templates and data.
fn eleventy_site(mark: &Mark) -> Option<String> {
    if mark.generator != Generator::Eleventy {
        return None;
    }
    EleventyFolders::of(&mark.text()?).site().map(str::to_owned)
}

/// Finds the top of the site that `start` lies in: the nearest folder upwards with a generator's configuration or a
/// settings file of feedbake's, else `start` itself. Where the configuration is Eleventy's and names another folder for
/// pages, templates and data, it is that one.
pub fn find_site(start: &Path) -> PathBuf {
    let found = start.ancestors().find_map(|folder| {
        if folder.join(CONFIG_FILE).is_file() {
            return Some(folder.to_owned());
        }
        let mark = marks_of(folder).into_iter().next()?;
        let input = eleventy_site(&mark).unwrap_or_default();
        Some(if folder.join(&input).is_dir() { folder.join(input) } else { folder.to_owned() })
    });
    found.unwrap_or_else(|| start.to_owned())
}

/// The nearest folder below one in which a generator's configuration lies; of several, the first by name.
///
/// What packages and generators bring along is not looked into, nor what is hidden.
pub fn site_below(folder: &Path) -> Option<PathBuf> {
    const DEEPEST: usize = 2;
    let is_looked_into = |entry: &walkdir::DirEntry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0 || !name.starts_with('.') && !["node_modules", "themes", "vendor"].contains(&&*name)
    };
    let folders = walkdir::WalkDir::new(folder).max_depth(DEEPEST).sort_by_file_name().into_iter();
    let folders = folders.filter_entry(is_looked_into).filter_map(Result::ok);
    let folders = folders.filter(|entry| entry.depth() > 0 && entry.file_type().is_dir());
    let sites = folders.filter(|entry| !marks_of(entry.path()).is_empty());
    sites.min_by_key(walkdir::DirEntry::depth).map(walkdir::DirEntry::into_path)
}

/// Reads everything the user said: settings file, `.env`, variables and flags.
///
/// # Errors
/// [`ConfigError`] when a file cannot be read, a value cannot be used, or a secret lies where it must not.
pub fn load(wanted: &Wanted, mut environment: Environment) -> Result<Place, ConfigError> {
    let site = site_of(wanted, &environment)?;
    let file = match &wanted.config {
        None => read_settings(&site.join(CONFIG_FILE), CONFIG_FILE)?,
        Some(path) => {
            let shown = scanner_of(&environment).shown(path);
            Some(read_settings(path, &shown.to_string_lossy())?.ok_or(SettingsError::NoSuchFile(shown))?)
        }
    };
    let has_settings = file.is_some();
    let file = file.unwrap_or_default();
    let of_dot_env = environment.add_below(read_dot_env(&site, &file)?);
    let (variables, doubtful_variables) = Layer::from_variables(environment.iter());
    let scanner = scanner_of(&environment);
    for layer in [&file, &variables, &wanted.flags] {
        layer.refuse_tokens(&scanner)?;
    }
    let mark = mark_of(&site);
    let settings = Settings::from_layers(&[&file, &variables, &wanted.flags], &found_in(mark.as_ref()))?;
    let built = built_in(&site, mark.as_ref(), settings.generator);
    let is_guess =
        mark.is_none() && !has_settings && ![&variables, &wanted.flags].iter().any(|layer| layer.sets("generator"));
    Ok(Place { site, mark, is_guess, built, settings, environment, of_dot_env, doubtful_variables })
}

/// The site as it would be without settings, for whoever has to look at it although [`load`] refuses; `None` where there
/// is no folder to look at.
pub fn look(wanted: &Wanted, mut environment: Environment) -> Option<Place> {
    let site = site_of(wanted, &environment).ok()?;
    let dot_env = files::read(&site.join(DOT_ENV)).ok().flatten().unwrap_or_default();
    let of_dot_env = environment.add_below(entries(&dot_env));
    let mark = mark_of(&site);
    let found = found_in(mark.as_ref());
    let settings =
        Settings::from_layers(&[&wanted.flags], &found).or_else(|_| Settings::from_layers(&[], &found)).ok()?;
    let built = built_in(&site, mark.as_ref(), settings.generator);
    let is_guess = mark.is_none();
    Some(Place { site, mark, is_guess, built, settings, environment, of_dot_env, doubtful_variables: Vec::new() })
}

fn found_in(mark: Option<&Mark>) -> Found {
    let Some(mark) = mark else { return Found::default() };
    let text = mark.text().unwrap_or_default();
    let language = mark.generator.language_in(&text).and_then(|tag| Language::new(&tag));
    let found = Found { generator: mark.generator, language, ..Found::default() };
    if mark.generator != Generator::Zola {
        return found;
    }
    // What is no TOML says nothing; Zola and the doctor complain of it.
    let table: toml::Table = text.parse().unwrap_or_default();
    let word = |key: &str| table.get(key).and_then(toml::Value::as_str);
    let names = table.get("taxonomies").and_then(toml::Value::as_array).into_iter().flatten();
    let slugs = table.get("slugify").and_then(|slugify| slugify.get("taxonomies")).and_then(toml::Value::as_str);
    let bases =
        ["templates/base.html".to_owned(), format!("themes/{}/templates/base.html", word("theme").unwrap_or_default())];
    let base = bases.iter().find_map(|base| files::read(&mark.project.join(base)).ok().flatten());
    let has_content = base.is_some_and(|base| String::from_utf8_lossy(&base).contains("block content"));
    Found {
        site_url: word("base_url").and_then(site_url),
        taxonomies: names.filter_map(|taxonomy| Some(taxonomy.get("name")?.as_str()?.to_owned())).collect(),
        slugs: slugs.map(Slugs::of_word).unwrap_or_default(),
        base: if has_content { PageBase::Extended } else { PageBase::Alone },
        ..found
    }
}

/// The way from a folder to one below it; empty where it is not.
pub fn way_between(above: &Path, folder: &Path) -> String {
    let [above, folder] = [above, folder].map(|path| std::path::absolute(path).unwrap_or_default());
    folder.strip_prefix(&above).map(|path| path.to_string_lossy().replace('\\', "/")).unwrap_or_default()
}

/// Where the generator leaves the built site; `None` where the site is published as it is.
fn built_in(site: &Path, mark: Option<&Mark>, generator: Generator) -> Option<PathBuf> {
    let usual = generator.layout().built_folder?;
    let said = mark.filter(|mark| mark.generator == generator).and_then(|mark| {
        let folder = generator.built_elsewhere(&mark.text()?)?;
        Some(mark.project.join(folder))
    });
    Some(said.unwrap_or_else(|| site.join(usual)))
}

/// The folder that is named, or the one around the current folder.
fn site_of(wanted: &Wanted, environment: &Environment) -> Result<PathBuf, ConfigError> {
    match &wanted.site {
        Some(folder) if folder.is_dir() => Ok(folder.clone()),
        Some(folder) => Err(ConfigError::NoSuchSite(scanner_of(environment).shown(folder))),
        None => Ok(find_site(&current_folder().map_err(ConfigError::NoCurrentFolder)?)),
    }
}

/// Knows the tokens in the usual variables.
fn scanner_of(environment: &Environment) -> LeakScanner {
    let live = TOKEN_NAMES.iter().filter_map(|name| AccessToken::new(environment.get(name)?).ok()).collect::<Vec<_>>();
    LeakScanner::new(&live.iter().collect::<Vec<_>>())
}

fn read_settings(path: &Path, name: &str) -> Result<Option<Layer>, ConfigError> {
    let Some(bytes) = files::read(path)? else { return Ok(None) };
    let text = String::from_utf8(bytes).map_err(|_| SettingsError::Syntax {
        origin: super::Origin::File { file: name.to_owned(), line: 1 },
        message: "it is not UTF-8 text".to_owned(),
    })?;
    Ok(Some(parse_file(text.trim_start_matches('\u{feff}'), name)?))
}

fn read_dot_env(site: &Path, file: &Layer) -> Result<Vec<(String, String)>, ConfigError> {
    let path = site.join(DOT_ENV);
    let Some(bytes) = files::read(&path)? else { return Ok(Vec::new()) };
    let entries = entries(&bytes);
    let own_names = file.token_variables();
    let is_token = |name: &str| TOKEN_NAMES.contains(&name) || own_names.iter().any(|own| own == name);
    if entries.iter().any(|(name, value)| is_token(name) && !value.trim().is_empty()) && git_would_commit(&path) {
        return Err(ConfigError::DotEnvWouldBeCommitted(path));
    }
    Ok(entries)
}

/// The names and values in the text of a `.env` file. A line that other programs understand and this one does not is
/// theirs.
fn entries(bytes: &[u8]) -> Vec<(String, String)> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    dotenvy::from_read_iter(text).filter_map(Result::ok).collect()
}

/// Whether the lines of a `.gitignore` beside `.env` ignore it. As git reads it, the last line that is about the file counts.
pub fn ignores_dot_env(gitignore: &[u8]) -> bool {
    // A blank before a pattern is a part of it.
    let lines = gitignore.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let says = |line: &[u8]| match line {
        b".env" | b"/.env" => Some(true),
        b"!.env" | b"!/.env" => Some(false),
        _ => None,
    };
    lines.rev().find_map(says) == Some(true)
}

/// The top of the repository that `folder` lies in.
pub fn repository_of(folder: &Path) -> Option<PathBuf> {
    let folder = std::path::absolute(folder).ok()?;
    folder.ancestors().find(|above| above.join(".git").exists()).map(Path::to_owned)
}

/// Asks git whether it tracks `path` or would take it at the next `git add`. Without git or outside a work tree the
/// answer is no.
pub fn git_would_commit(path: &Path) -> bool {
    git_tracks(path) || git_ignores(path) == Some(false)
}

/// Asks git whether its patterns ignore `path`, tracked or not; `None` outside a work tree, without git, or where git
/// refuses to look.
pub fn patterns_ignore(path: &Path) -> Option<bool> {
    ignored(git(path, &["check-ignore", "--no-index", "--quiet", "--"]))
}

/// Asks git whether it ignores `path`; `None` outside a work tree, without git, or where git refuses to look.
pub fn git_ignores(path: &Path) -> Option<bool> {
    ignored(git(path, &["check-ignore", "--quiet", "--"]))
}

/// It ends with 0 for an ignored file, 1 for one that is not, 128 outside a work tree.
fn ignored(status: Option<i32>) -> Option<bool> {
    match status {
        Some(0) => Some(true),
        Some(1) => Some(false),
        _ => None,
    }
}

/// Asks git whether `path` is in the repository already, ignored or not.
pub fn git_tracks(path: &Path) -> bool {
    git(path, &["ls-files", "--error-unmatch", "--"]) == Some(0)
}

/// The branch that the repository around `folder` is published from, as far as git tells: the one that a clone begins
/// with, else `main` or `master`, whichever there is, else the one that is worked on.
pub fn main_branch(folder: &Path) -> Option<String> {
    let ask =
        |arguments: &[&str]| Some(answer("git", arguments, folder)?.trim().to_owned()).filter(|text| !text.is_empty());
    if let Some(remote) = ask(&["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"]) {
        return remote.strip_prefix("origin/").map(str::to_owned);
    }
    let is_there = |name: &&str| ask(&["rev-parse", "--verify", "--quiet", &format!("refs/heads/{name}")]).is_some();
    let usual = ["main", "master"].into_iter().find(is_there).map(str::to_owned);
    usual.or_else(|| ask(&["symbolic-ref", "--quiet", "--short", "HEAD"]))
}

/// The nearest folder above `path` that is there, and the way from it to `path`.
pub(super) fn nearest_folder(path: &Path) -> Option<(&Path, &Path)> {
    let above =
        path.ancestors().skip(1).map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    let folder = above.into_iter().find(|folder| folder.is_dir())?;
    Some((folder, path.strip_prefix(folder).unwrap_or(path)))
}

/// Asks git about one file, which need not be there; returns how it ended.
fn git(path: &Path, arguments: &[&str]) -> Option<i32> {
    let (folder, rest) = nearest_folder(path)?;
    let (status, _) = inquire(Command::new("git").arg("-C").arg(folder).args(arguments).arg(rest))?;
    status.code()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str, text: &str) {
        files::Root::new(folder).write(&files::SitePath::new(name).unwrap(), text.as_bytes()).unwrap();
    }

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment::new(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn the_nearest_zola_configuration_marks_the_site() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "blog/config.toml", "");
        write(folder.path(), "blog/content/post/x.md", "");
        assert_eq!(find_site(&folder.path().join("blog/content/post")), folder.path().join("blog"));
        assert_eq!(find_site(folder.path()), folder.path());
    }

    #[test]
    fn a_folder_that_nothing_tells_of_is_a_guess_and_sites_below_it_are_found() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "web/docs/hugo.toml", "");
        write(folder.path(), "web/docs/themes/x/hugo.toml", "");
        write(folder.path(), "web/docs/node_modules/astro.config.mjs", "");
        write(folder.path(), "site/zola.toml", "");
        assert_eq!(site_below(folder.path()), Some(folder.path().join("site")));
        assert_eq!(site_below(&folder.path().join("web")), Some(folder.path().join("web/docs")));
        assert_eq!(site_below(&folder.path().join("web/docs")), None, "what is brought along is no site");
        let wanted = Wanted { site: Some(folder.path().to_owned()), ..Wanted::default() };
        assert!(load(&wanted, Environment::default()).unwrap().is_guess);
        assert!(!load(&wanted, environment(&[("FEEDBAKE_GENERATOR", "hugo")])).unwrap().is_guess);
        write(folder.path(), "feedbake.toml", "");
        assert!(!load(&wanted, Environment::default()).unwrap().is_guess);
    }

    #[test]
    fn a_flag_beats_a_variable_beats_dot_env_beats_the_file() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "feedbake.toml", "limit = 1\nscan = 50\nsort = \"oldest\"\n[pictures]\nwidths = [100]\n");
        write(folder.path(), ".env", "FEEDBAKE_LIMIT=2\nFEEDBAKE_PICTURES_WIDTHS=200\n");
        let mut flags = Layer::default();
        flags.flag("limit", "--limit", "4");
        let wanted = Wanted { site: Some(folder.path().to_owned()), config: None, flags };
        let place = load(&wanted, environment(&[("FEEDBAKE_LIMIT", "3"), ("FEEDBAKE_SCAN", "60")])).unwrap();
        let feed = &place.settings.feeds[0];
        assert_eq!(feed.wish.limit.get(), 4);
        assert_eq!(feed.wish.scan, 60);
        assert_eq!(feed.recipe.widths.as_slice(), [200]);
        assert_eq!(feed.wish.sort, crate::select::Sort::Oldest);
    }

    #[test]
    fn a_dot_env_that_git_would_commit_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), ".env", "INSTAGRAM_ACCESS_TOKEN=IGAAfakefakefakefakefakefake1\n");
        let wanted = Wanted { site: Some(folder.path().to_owned()), ..Wanted::default() };
        assert!(load(&wanted, Environment::default()).is_ok(), "no repository, no danger");
        let git = Command::new("git").arg("init").arg("-q").arg(folder.path()).status().unwrap();
        assert!(git.success());
        let refused = load(&wanted, Environment::default()).unwrap_err();
        assert!(matches!(refused, ConfigError::DotEnvWouldBeCommitted(_)), "{refused}");
        write(folder.path(), ".gitignore", ".env\n");
        assert!(load(&wanted, Environment::default()).is_ok(), "ignored");
    }

    #[test]
    fn values_that_cannot_be_used_name_who_set_them() {
        let folder = tempfile::tempdir().unwrap();
        let cases = [
            ("limit = 0", "`limit` in feedbake.toml:1 should be a whole number from 1 to 10000, not 0"),
            (
                "sort = \"best\"",
                "`sort` in feedbake.toml:1 should be \"newest\", \"oldest\", \"likes\" or \"random\", not \"best\"",
            ),
            ("since = \"May\"", "`since` in feedbake.toml:1 should be a date such as \"2024-01-01\", not \"May\""),
            (
                "hide = [\"https://example.org/\"]",
                "`hide` in feedbake.toml:1 should be a list of shortcodes or addresses such as \"https://www.instagram.com/p/DAbCdEf/\"",
            ),
            (
                "media_dir = \"../x\"",
                "`media_dir` in feedbake.toml:1 should be a folder below `static/`, such as \"static/feedbake\", not \"../x\"",
            ),
            (
                "data_file = \"/etc/x.json\"",
                "`data_file` in feedbake.toml:1 should be a `.json` file inside the site, such as \"data/instagram.json\", not \"/etc/x.json\"",
            ),
            ("max_stale = \"soon\"", "`max_stale` in feedbake.toml:1 should be a time such as \"30d\", not \"soon\""),
            (
                "\n[api]\nbase = \"http://example.org\"",
                "`api.base` in feedbake.toml:3 should be an https address (http only for this machine), not \"http://example.org\"",
            ),
            ("[pictures]\nformats = []", "`pictures.formats` in feedbake.toml:2 should be a list with something in it"),
            (
                "[[feed]]\nname = \"a\"\n[[feed]]\nname = \"a\"",
                "`name` in feedbake.toml:3 should be different in every [[feed]], and so should `data_file` and `archive.folder`",
            ),
            (
                "[[override]]\npost = \"DA\"\nlink = \"javascript:alert(1)\"",
                "`link` in feedbake.toml:3 should be an https address, or a path of this site such as \"/shop/\", not \"javascript:alert(1)\"",
            ),
            (
                "[[override]]\npost = \"DA\"\nalt = \"a\"\n[[override]]\npost = \"https://www.instagram.com/p/DA/\"\nalt = \"b\"",
                "`alt` in feedbake.toml:6 should be said once of a post: of DA, feedbake.toml:3 says something else",
            ),
            (
                "[words]\nalbum = \"{anzahl} of {count}\"",
                "`words.album` in feedbake.toml:2 should be a short text with {count} and nothing else in braces, not \"{anzahl} of {count}\"",
            ),
            (
                "[words]\nopen = \"{username}\"",
                "`words.open` in feedbake.toml:2 should be a short text without braces, not \"{username}\"",
            ),
        ];
        for (text, message) in cases {
            write(folder.path(), "feedbake.toml", text);
            let wanted = Wanted { site: Some(folder.path().to_owned()), ..Wanted::default() };
            assert_eq!(load(&wanted, Environment::default()).unwrap_err().to_string(), message, "{text}");
        }
    }

    #[test]
    fn what_is_said_of_a_post_in_several_places_is_joined() {
        let folder = tempfile::tempdir().unwrap();
        let text = "[[override]]\npost = \"DA\"\nalt = \"\"\ncaption = \"c\"\n[[override]]\npost = \"DA\"\nalt = \"a\"\ncaption = \"c\"\n\
                    [[feed]]\nname = \"one\"\n[[feed.override]]\npost = \"DA\"\nalt = \"of this feed\"\n[[feed]]\nname = \"two\"\n";
        write(folder.path(), "feedbake.toml", text);
        let wanted = Wanted { site: Some(folder.path().to_owned()), ..Wanted::default() };
        let settings = load(&wanted, Environment::default()).unwrap().settings;
        let said: Vec<_> =
            settings.feeds.iter().map(|feed| (&feed.overrides[0].alt[0][..], feed.overrides.len())).collect();
        assert_eq!(said, [("of this feed", 1), ("a", 1)]);
        assert_eq!(settings.feeds[0].overrides[0].caption.as_deref(), Some("c"));
    }

    #[test]
    fn a_feed_lies_over_the_top_of_the_file_and_under_the_flags() {
        let folder = tempfile::tempdir().unwrap();
        write(
            folder.path(),
            "feedbake.toml",
            "limit = 5\nscan = 70\n[[feed]]\nname = \"instagram\"\n[[feed]]\nname = \"shop\"\nlimit = 3\nscan = 9\ntoken_env = \"SHOP\"\n",
        );
        let wanted = Wanted { site: Some(folder.path().to_owned()), ..Wanted::default() };
        let place = load(&wanted, environment(&[("FEEDBAKE_SCAN", "80")])).unwrap();
        let shown: Vec<(String, String, usize, usize)> = place
            .settings
            .feeds
            .iter()
            .map(|feed| (feed.name.clone(), feed.data_file.to_string(), feed.wish.limit.get(), feed.wish.scan))
            .collect();
        assert_eq!(
            shown,
            [
                ("instagram".to_owned(), "data/instagram.json".to_owned(), 5, 80),
                ("shop".to_owned(), "data/shop.json".to_owned(), 3, 80),
            ]
        );
    }
}
