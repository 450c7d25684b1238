//! Messages without whatever is long enough to be a secret, known or not. Pure.

use crate::cache::is_hash;

/// A run of letters and digits this long in a message is a token or a cursor, and is not shown.
const SECRET_RUN: usize = 40;

/// Takes out of a message whatever is long enough to be a secret.
pub fn without_long_runs(text: &str) -> String {
    without(text, |run| run.len() >= SECRET_RUN)
}

/// Takes out of a message about files whatever is long enough to be a secret, and leaves the names of the cache's
/// objects: somebody may have to look for one.
pub fn without_tokens(text: &str) -> String {
    without(text, |run| run.len() >= SECRET_RUN && !is_hash(run))
}

fn without(text: &str, is_secret: impl Fn(&str) -> bool) -> String {
    let mut safe = String::new();
    let mut run = String::new();
    for letter in text.chars().chain([' ']) {
        if letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-') {
            run.push(letter);
            continue;
        }
        safe.push_str(if is_secret(&run) { "…" } else { &run });
        run.clear();
        safe.push(letter);
    }
    safe.truncate(safe.trim_end().len());
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_long_enough_to_be_a_token_is_taken_out() {
        let token = format!("IGAA{}", "x9".repeat(20));
        let digest = "0a".repeat(32);
        assert_eq!(without_tokens(&format!("/nope/{token}/a: {digest}")), format!("/nope/…/a: {digest}"));
        assert_eq!(without_long_runs(&digest), "…");
        assert_eq!(without_tokens("a_short-name.jpg"), "a_short-name.jpg");
    }
}
