//! What a site's own text files say: which Zola builds it, what is left of other tools. Pure.

use std::path::Path;

/// The version of Zola that a settings file of a host or a workflow asks for.
pub fn zola_version(text: &str) -> Option<(u32, u32)> {
    text.lines().filter(|line| !line.trim_start().starts_with('#')).find_map(|line| {
        let lower = line.to_lowercase();
        let rest = &lower[lower.find("zola")?..];
        version_in(rest)
    })
}

/// The first `0.22.1`-like number in a text: its first two parts.
pub fn version_in(text: &str) -> Option<(u32, u32)> {
    let words = text.split(|letter: char| !letter.is_ascii_digit() && letter != '.');
    words.filter(|word| word.contains('.')).find_map(|word| {
        let mut parts = word.split('.').map(str::parse::<u32>);
        Some((parts.next()?.ok()?, parts.next()?.ok()?))
    })
}

/// Whether a file still loads instafeed.js.
pub fn loads_instafeed(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.contains("instafeed") && (lower.contains("<script") || lower.contains("new instafeed"))
}

/// Whether a file is a copy of instafeed.js, by its name.
pub fn is_instafeed(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    name.starts_with("instafeed") && name.ends_with(".js")
}

/// Whether a `package.json` asks for instafeed.js.
pub fn asks_for_instafeed(package: &str) -> bool {
    let package: serde_json::Value = serde_json::from_str(package).unwrap_or_default();
    let lists = ["dependencies", "devDependencies", "optionalDependencies"];
    lists.iter().any(|list| package.get(list).is_some_and(|list| list.get("instafeed.js").is_some()))
}

/// Whether a token is written into such a file, of any kind: older ones had other shapes.
pub fn has_written_token(text: &str) -> bool {
    text.split("accessToken").skip(1).any(|rest| {
        // The name may be in quotes, too; between it and its value is nothing but this.
        let value = rest.trim_start_matches(['"', '\'', ' ', '\t', '\r', '\n', ':', '=', '(', ',']);
        let is_quoted = rest.len() > value.len() && rest[..rest.len() - value.len()].ends_with(['"', '\'']);
        let value = value.strip_prefix('`').unwrap_or(if is_quoted { value } else { "" });
        let token = value.split(['"', '\'', '`']).next().unwrap_or_default();
        token.len() >= 20 && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-|".contains(&byte))
    })
}

/// Whether a workflow runs by itself, and whether it commits what it made.
pub fn schedule(text: &str) -> Option<bool> {
    let lines = || text.lines().filter(|line| !line.trim_start().starts_with('#'));
    if !lines().any(|line| line.trim_start().starts_with("schedule:")) || !text.contains("feedbake") {
        return None;
    }
    let commits = ["git commit", "git push", "git-auto-commit-action", "create-pull-request", "add-and-commit"];
    Some(lines().any(|line| commits.iter().any(|word| line.contains(word))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_says_which_zola_it_takes() {
        for (text, expected) in [
            ("[build.environment]\nZOLA_VERSION = \"0.22.1\"", Some((0, 22))),
            ("- uses: taiki-e/install-action@v2\n  with:\n    tool: zola@0.23.4", Some((0, 23))),
            ("zola 0.19.2", Some((0, 19))),
            ("# zola 0.17\nruby 3.2.1", None),
            ("run: zola build", None),
        ] {
            assert_eq!(zola_version(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_left_of_instafeed_is_found_with_its_token() {
        let loaded = "<script src=\"/js/instafeed.min.js\"></script><script>new Instafeed({accessToken: 'IGQVJ0123456789abcdefghij'})</script>";
        assert!(loads_instafeed(loaded) && has_written_token(loaded));
        let kept_out = "new Instafeed({ accessToken: InstagramToken })";
        assert!(loads_instafeed(kept_out) && !has_written_token(kept_out));
        for (text, expected) in [
            ("{ accessToken:\n    \"IGQVJ0123456789abcdefghij\" }", true),
            ("{ 'accessToken' : `IGQVJ0123456789abcdefghij` }", true),
            ("feed.accessToken = '1234567890.1677ed0.0123456789abcdef0123456789abcdef'", true),
            ("{ \"accessToken\": INSTAGRAM_TOKEN_OF_OUR_SITE }", false),
            ("{ accessToken: '{{ site.instagram_token_of_ours }}' }", false),
            ("accessToken: ''", false),
        ] {
            assert_eq!(has_written_token(text), expected, "{text}");
        }
        assert!(!loads_instafeed("we said goodbye to instafeed"));
        for (path, expected) in [
            ("static/js/instafeed.min.js", true),
            ("assets/Instafeed-2.0.js", true),
            ("js/my-instafeed.js", false),
            ("docs/instafeed.md", false),
        ] {
            assert_eq!(is_instafeed(Path::new(path)), expected, "{path}");
        }
        assert!(asks_for_instafeed("{\"dependencies\": {\"instafeed.js\": \"^2\"}}"));
        assert!(!asks_for_instafeed("{\"description\": \"no instafeed.js\"}") && !asks_for_instafeed("{"));
    }

    #[test]
    fn a_schedule_is_told_from_a_push_and_one_that_commits_from_one_that_does_not() {
        let bake = "on:\n  schedule:\n    - cron: '17 5 * * *'\njobs: {x: {steps: [{run: feedbake}]}}\n";
        assert_eq!(schedule(bake), Some(false));
        assert_eq!(schedule(&format!("{bake}# git push\n")), Some(false));
        assert_eq!(schedule(&format!("{bake}      - run: git commit -am feed && git push\n")), Some(true));
        assert_eq!(schedule("on: push\nrun: feedbake"), None);
        assert_eq!(schedule("on:\n  schedule:\nrun: other"), None);
    }
}
