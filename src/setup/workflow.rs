//! The workflows for GitHub Actions: the files of `docs/workflows`, fitted to a site. Pure.

/// Where the workflow goes, in the repository.
pub const WORKFLOW_FILE: &str = ".github/workflows/feedbake.yml";

/// What a workflow does with a fresh feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Commits it; the host builds what was pushed.
    Commit,
    /// Builds the site with Zola and deploys it to GitHub Pages.
    Deploy,
}

impl Way {
    /// What it does, in words.
    pub fn about(self) -> &'static str {
        match self {
            Self::Commit => "a workflow that bakes every day and commits",
            Self::Deploy => "a workflow that bakes, builds and deploys every day",
        }
    }
}

/// The workflow for a site in `below`, a folder of the repository.
pub fn text(_way: Way, below: &str, _zola: Option<(u32, u32)>) -> String {
    format!("# {below}")
}

/// What its owner has to put into it.
pub fn left(_texts: &[&str]) -> Option<String> {
    None
}
