//! The workflows for GitHub Actions: the files of `docs/workflows`, fitted to a site. Pure.

use crate::files::SitePath;

/// Where the workflow goes, in the repository.
pub const WORKFLOW_FILE: &str = ".github/workflows/feedbake.yml";

/// Where the workflow of the site in `below` goes, where `usual` is what is at the usual place: in a repository of several
/// sites, each has one of its own.
pub fn workflow_file(usual: Option<&str>, below: &str) -> String {
    let site_of = |text: &str| {
        let value = text.lines().find_map(|line| line.strip_prefix("  SITE: "))?;
        let value = value.split(" # ").next()?.trim();
        let folder = serde_json::from_str::<String>(value).unwrap_or_else(|_| value.to_owned());
        Some(if folder == "." { String::new() } else { folder })
    };
    match usual.and_then(site_of).filter(|folder| folder != below) {
        None => WORKFLOW_FILE.to_owned(),
        Some(_) => format!(".github/workflows/feedbake-{}.yml", slug(below)),
    }
}

/// A folder as one word.
fn slug(below: &str) -> String {
    let slug = slug::slugify(below);
    if slug.is_empty() { "site".to_owned() } else { slug }
}

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

/// The oldest Zola that the step which installs it knows.
pub const OLDEST: (u32, u32) = (0, 19);

/// Whose action it is, as long as nobody has put it there.
const NOBODY: &str = "OWNER/feedbake@";

/// What a workflow is fitted to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fit<'a> {
    /// The folder of the site in its repository; empty for the top.
    pub below: &'a str,
    /// It has a file of its own beside that of another site.
    pub is_one_of_several: bool,
    /// The branch that the repository is published from, where it is known.
    pub branch: Option<&'a str>,
    /// The folder of the site that it is built into, where it is known.
    pub built: Option<&'a str>,
    /// The version of Zola that builds it.
    pub zola: Option<(u32, u32)>,
}

/// The workflow for a site.
pub fn text(way: Way, fit: Fit<'_>) -> String {
    let text = match way {
        Way::Commit => include_str!("../../docs/workflows/bake-and-commit.yml"),
        Way::Deploy => include_str!("../../docs/workflows/bake-build-deploy.yml"),
    };
    let text = text.replace(" A copy for .github/workflows/.", "").replace(" A copy for\n# .github/workflows/.", "");
    let text = match fit.below {
        "" => text,
        // In quotes as JSON has them, which are YAML's, too.
        folder => text.replace("  SITE: . #", &format!("  SITE: {} #", serde_json::Value::from(folder))),
    };
    let text = match fit.is_one_of_several {
        false => text,
        // Of several that wait in one group, all but one are given up.
        true => {
            let name = slug(fit.below);
            text.replace("  group: feedbake\n", &format!("  group: feedbake-{name}\n"))
                .replace("name: Bake the feed\n", &format!("name: Bake the feed of {name}\n"))
                .replace("feedbake-${{", &format!("feedbake-{name}-${{{{"))
                .replace("            feedbake-\n", &format!("            feedbake-{name}-\n"))
        }
    };
    let text = match fit.branch {
        None | Some("main") => text,
        Some(branch) => text.replace("    branches: [main]\n", &format!("    branches: [{}]\n", word(branch))),
    };
    let text = match fit.built {
        None | Some("public") => text,
        Some(folder) => text.replace("/public\n", &format!("/{folder}\n")),
    };
    match fit.zola.map(|version| version.max(OLDEST)) {
        Some((major, minor)) => text.replace("tool: zola@0.23.4", &format!("tool: zola@{major}.{minor}")),
        None => text,
    }
}

/// A text as YAML has it in a list: as it is where it is a plain word, else in quotes.
fn word(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '/' | '-' | '.');
    // What reads as a number or a switch would be one.
    let is_a_word = text.starts_with(|letter: char| letter.is_ascii_alphabetic()) && text.chars().all(is_plain);
    let is_a_switch = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&&*text.to_lowercase());
    if is_a_word && !is_a_switch { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

/// Whether a workflow is the other of the two, as feedbake wrote it: nothing but the version and whose action it is differ.
pub fn is_other(there: Option<&str>, way: Way, fit: Fit<'_>) -> bool {
    let other = match way {
        Way::Commit => Way::Deploy,
        Way::Deploy => Way::Commit,
    };
    let is_fitted = |line: &&str| {
        let line = line.trim_start_matches([' ', '-']);
        (line.starts_with("uses:") && line.contains("/feedbake@")) || line.starts_with("tool: zola@")
    };
    let without = |text: &str| text.lines().filter(|line| !is_fitted(line)).map(str::to_owned).collect::<Vec<_>>();
    there.is_some_and(|there| without(there) == without(&text(other, Fit { zola: None, ..fit })))
}

/// What its owner has to put into it.
pub fn left(place: &SitePath, texts: &[&str]) -> Option<String> {
    texts.iter().any(|text| text.contains(NOBODY)).then(|| {
        format!(
            "say whose action it is: in {place}, put the owner of feedbake's repository and the commit of its release into `uses: {NOBODY}…`"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workflow_is_fitted_to_the_site() {
        for way in [Way::Commit, Way::Deploy] {
            let plain = text(way, Fit::default());
            assert!(plain.contains("\n  SITE: . #") && !plain.contains("A copy for"), "{plain}");
            assert!(plain.starts_with("# Bakes the feed"), "{plain}");
            assert!(
                text(way, Fit { below: "my \"web\"", ..Fit::default() }).contains("\n  SITE: \"my \\\"web\\\"\" #")
            );
            let place = SitePath::new(WORKFLOW_FILE).unwrap();
            assert!(left(&place, &[&plain]).is_some() && left(&place, &["uses: me/feedbake@v1"]).is_none());
        }
        assert!(text(Way::Deploy, Fit { zola: Some((0, 22)), ..Fit::default() }).contains("tool: zola@0.22\n"));
        assert!(
            text(Way::Deploy, Fit { built: Some("docs"), ..Fit::default() }).contains("path: ${{ env.SITE }}/docs\n")
        );
        assert!(text(Way::Deploy, Fit { zola: Some((0, 17)), ..Fit::default() }).contains("tool: zola@0.19\n"));
    }

    #[test]
    fn each_site_of_a_repository_has_a_workflow_of_its_own() {
        for (first, second, file) in [
            ("", "", "feedbake"),
            ("a", "a", "feedbake"),
            ("a \"x\"", "a \"x\"", "feedbake"),
            ("a", "sites/My b", "feedbake-sites-my-b"),
            ("a", "", "feedbake-site"),
        ] {
            let usual = text(Way::Commit, Fit { below: first, ..Fit::default() });
            assert_eq!(workflow_file(Some(&usual), second), format!(".github/workflows/{file}.yml"));
        }
        assert_eq!(workflow_file(None, "b"), WORKFLOW_FILE);
        assert_eq!(workflow_file(Some("name: mine\n"), "b"), WORKFLOW_FILE);
        let own = text(Way::Commit, Fit { below: "b", is_one_of_several: true, ..Fit::default() });
        for line in [
            "  group: feedbake-b\n",
            "name: Bake the feed of b\n",
            "key: feedbake-b-${{ github",
            "            feedbake-b-\n",
        ] {
            assert!(own.contains(line), "{line}: {own}");
        }
    }

    #[test]
    fn a_push_to_the_branch_of_the_repository_deploys() {
        let branches = |branch| {
            let text = text(Way::Deploy, Fit { branch, ..Fit::default() });
            text.lines().find(|line| line.contains("branches:")).unwrap().trim().to_owned()
        };
        assert_eq!(branches(None), "branches: [main]");
        assert_eq!(branches(Some("master")), "branches: [master]");
        assert_eq!(branches(Some("site/2.0")), "branches: [site/2.0]");
        assert_eq!(branches(Some("no")), "branches: [\"no\"]");
        assert_eq!(branches(Some("a,b")), "branches: [\"a,b\"]");
        let fit = Fit { branch: Some("master"), ..Fit::default() };
        assert!(is_other(Some(&text(Way::Deploy, fit)), Way::Commit, fit));
    }

    #[test]
    fn the_other_of_the_two_is_known_however_it_was_fitted() {
        let web = Fit { below: "web", ..Fit::default() };
        let commit = text(Way::Commit, Fit { branch: Some("main"), ..web }).replace("OWNER/", "me/");
        let deploy = text(Way::Deploy, Fit { zola: Some((0, 22)), ..web });
        assert!(is_other(Some(&commit), Way::Deploy, web) && is_other(Some(&deploy), Way::Commit, web));
        assert!(!is_other(Some(&commit), Way::Commit, web) && !is_other(None, Way::Commit, web));
        assert!(!is_other(Some(&format!("{commit}# mine\n")), Way::Deploy, web));
    }
}
