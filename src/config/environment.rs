//! The environment, read once and carried as a value from there on.
#![expect(clippy::disallowed_methods, reason = "this is the room that reads the environment")]

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// The variables of this process, and those of the site's `.env` file below them.
///
/// Values may be secret: printing shows the names only.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}

/// What GitHub Actions offers a step for talking to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GithubActions {
    /// The file whose Markdown is shown on the page of the run.
    pub step_summary: Option<PathBuf>,
    /// The file whose lines later steps can read.
    pub output: Option<PathBuf>,
}

impl Environment {
    /// Reads the variables of this process. A value that is no Unicode counts as absent.
    pub fn read() -> Self {
        Self::new(
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        )
    }

    /// Takes variables from anywhere, for tests and for programs that embed feedbake.
    pub fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { variables: variables.into_iter().collect() }
    }

    /// The value of `name`; `None` when it is absent or blank, as a missing secret is in GitHub Actions.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.trim().is_empty())
    }

    /// Whether a program of this name would be found, as the system looks for it.
    pub fn has_program(&self, program: &str) -> bool {
        let is_file = |path: PathBuf| path.is_file() || path.with_extension("exe").is_file();
        if program.contains(['/', '\\']) {
            return is_file(PathBuf::from(program));
        }
        let folders = self.variables.get("PATH").map(std::env::split_paths);
        // Without a path the system has one of its own.
        folders.is_none_or(|mut folders| folders.any(|folder| is_file(folder.join(program))))
    }

    /// All variables by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Adds variables where this process has none of that name; returns the names of those.
    pub(super) fn add_below(&mut self, variables: impl IntoIterator<Item = (String, String)>) -> Vec<String> {
        let mut added = Vec::new();
        for (name, value) in variables {
            if self.get(&name).is_none() {
                added.push(name.clone());
                self.variables.insert(name, value);
            }
        }
        added
    }

    /// Whether nobody sits in front of this run.
    pub fn is_ci(&self) -> bool {
        ["CI", "GITHUB_ACTIONS", "NETLIFY", "CF_PAGES", "VERCEL"].into_iter().any(|name| self.is_on(name))
    }

    /// Whether this runs on a host that keeps no file of ours from build to build: Vercel, Cloudflare Pages, and Netlify
    /// but for its plugin, which keeps `.feedbake` and says so.
    pub fn keeps_nothing(&self) -> bool {
        self.is_on("VERCEL") || self.is_on("CF_PAGES") || (self.is_on("NETLIFY") && !self.is_on(KEPT_BY_PLUGIN))
    }

    fn is_on(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| !matches!(value, "false" | "0"))
    }

    /// Whether this is the build of a proposal, which has no secrets by right where a stranger made it: a pull request in
    /// GitHub Actions, a merge request or another branch in GitLab, a preview on Netlify, Vercel or Cloudflare.
    pub fn is_preview(&self) -> bool {
        let says = |name, words: &[&str]| self.get(name).is_some_and(|value| words.contains(&value));
        says("GITHUB_EVENT_NAME", &["pull_request", "pull_request_target"])
            || says("CI_PIPELINE_SOURCE", &["merge_request_event"])
            || (self.get("NETLIFY").is_some() && says("CONTEXT", &["deploy-preview", "branch-deploy"]))
            || says("VERCEL_ENV", &["preview"])
            || self.is_branch_of_gitlab()
            || self.is_branch_of_cloudflare()
    }

    fn is_branch_of_gitlab(&self) -> bool {
        self.get("CI_COMMIT_BRANCH")
            .zip(self.get("CI_DEFAULT_BRANCH"))
            .is_some_and(|(branch, default)| branch != default)
    }

    /// Cloudflare names the branch, and not which one is for production.
    fn is_branch_of_cloudflare(&self) -> bool {
        self.get("CF_PAGES").is_some()
            && self.get("CF_PAGES_BRANCH").is_some_and(|branch| !matches!(branch, "main" | "master" | "production"))
    }

    /// GitHub Actions, if this runs there.
    pub fn github_actions(&self) -> Option<GithubActions> {
        let file = |name| self.get(name).map(PathBuf::from);
        (self.get("GITHUB_ACTIONS")? == "true")
            .then(|| GithubActions { step_summary: file("GITHUB_STEP_SUMMARY"), output: file("GITHUB_OUTPUT") })
    }
}

/// The variable by which the plugin for Netlify says that it keeps `.feedbake` from build to build.
pub const KEPT_BY_PLUGIN: &str = "FEEDBAKE_NETLIFY_PLUGIN";

/// The folder this process stands in.
pub fn current_folder() -> std::io::Result<PathBuf> {
    std::env::current_dir()
}
