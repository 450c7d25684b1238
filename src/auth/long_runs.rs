//! Messages without whatever is long enough to be a secret, known or not. Pure.

/// A run of letters and digits this long in a message is a token or a cursor, and is not shown.
const SECRET_RUN: usize = 40;

/// Takes out of a message whatever is long enough to be a secret.
pub fn without_long_runs(text: &str) -> String {
    let mut safe = String::new();
    let mut run = String::new();
    for letter in text.chars().chain([' ']) {
        if letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-') {
            run.push(letter);
            continue;
        }
        safe.push_str(if run.len() >= SECRET_RUN { "…" } else { &run });
        run.clear();
        safe.push(letter);
    }
    safe.truncate(safe.trim_end().len());
    safe
}
