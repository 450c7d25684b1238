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

/// Whose action it is, as long as nobody has put it there.
const NOBODY: &str = "OWNER/feedbake@";

/// The workflow for a site in `below`, a folder of the repository; `zola` is the version that builds it.
pub fn text(way: Way, below: &str, zola: Option<(u32, u32)>) -> String {
    let text = match way {
        Way::Commit => include_str!("../../docs/workflows/bake-and-commit.yml"),
        Way::Deploy => include_str!("../../docs/workflows/bake-build-deploy.yml"),
    };
    let text = text.replace(" A copy for .github/workflows/.", "").replace(" A copy for\n# .github/workflows/.", "");
    let text = match below {
        "" => text,
        // In quotes as JSON has them, which are YAML's, too.
        folder => text.replace("  SITE: . #", &format!("  SITE: {} #", serde_json::Value::from(folder))),
    };
    match zola {
        Some((major, minor)) => text.replace("tool: zola@0.23.4", &format!("tool: zola@{major}.{minor}")),
        None => text,
    }
}

/// Whether a workflow is the other of the two, as feedbake wrote it: nothing but the version and whose action it is differ.
pub fn is_other(there: Option<&str>, way: Way, below: &str) -> bool {
    let other = match way {
        Way::Commit => Way::Deploy,
        Way::Deploy => Way::Commit,
    };
    let is_fitted = |line: &&str| {
        let line = line.trim_start_matches([' ', '-']);
        (line.starts_with("uses:") && line.contains("/feedbake@")) || line.starts_with("tool: zola@")
    };
    let without = |text: &str| text.lines().filter(|line| !is_fitted(line)).map(str::to_owned).collect::<Vec<_>>();
    there.is_some_and(|there| without(there) == without(&text(other, below, None)))
}

/// What its owner has to put into it.
pub fn left(texts: &[&str]) -> Option<String> {
    texts.iter().any(|text| text.contains(NOBODY)).then(|| {
        format!(
            "say whose action it is: in {WORKFLOW_FILE}, put the owner of feedbake's repository and the commit of its release into `uses: {NOBODY}…`"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workflow_is_fitted_to_the_site() {
        for way in [Way::Commit, Way::Deploy] {
            let plain = text(way, "", None);
            assert!(plain.contains("\n  SITE: . #") && !plain.contains("A copy for"), "{plain}");
            assert!(plain.starts_with("# Bakes the feed"), "{plain}");
            assert!(text(way, "my \"web\"", None).contains("\n  SITE: \"my \\\"web\\\"\" #"));
            assert!(left(&[&plain]).is_some() && left(&["uses: me/feedbake@v1"]).is_none());
        }
        assert!(text(Way::Deploy, "", Some((0, 22))).contains("tool: zola@0.22\n"));
    }

    #[test]
    fn the_other_of_the_two_is_known_however_it_was_fitted() {
        let commit = text(Way::Commit, "web", None).replace("OWNER/", "me/");
        let deploy = text(Way::Deploy, "web", Some((0, 22)));
        assert!(is_other(Some(&commit), Way::Deploy, "web") && is_other(Some(&deploy), Way::Commit, "web"));
        assert!(!is_other(Some(&commit), Way::Commit, "web") && !is_other(None, Way::Commit, "web"));
        assert!(!is_other(Some(&format!("{commit}# mine\n")), Way::Deploy, "web"));
    }
}
