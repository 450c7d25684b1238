//! What GitHub Actions shows of a bake: annotations on the run, and a summary on its page.
//!
//! Both are read by a program before people see them, and captions are strangers' text: everything is escaped.

use std::fmt::{self, Write as _};
use std::path::Path;

use jiff::Timestamp;

use super::bake::Left;
use super::failure::Failure;
use super::summary;
use super::ui::{Voice, count};
use crate::auth::{deadline, whole_days};
use crate::bake::{FeedOutcome, Report, TokenReport};
use crate::config::{Environment, GithubActions};
use crate::feed::one_line;
use crate::files;

/// Writes one annotation for each feed that was not refreshed, and the step summary.
///
/// Two feeds with the same trouble make one annotation: nobody reads the same words twice.
pub fn tell(voice: &Voice, actions: &GithubActions, report: &Report, failures: &[(&str, Failure)], tokens: &[String]) {
    let mut said: Vec<String> = Vec::new();
    for (_, failure) in failures {
        let annotation = annotation(failure);
        if !said.contains(&annotation) {
            voice.complain(&annotation);
            said.push(annotation);
        }
    }
    append(voice, actions.step_summary.as_deref(), &step_summary(report, failures, tokens));
}

/// Hands the outcome to the steps that follow. `dead` are the variables of tokens that the API takes no more.
pub fn hand_on(voice: &Voice, actions: &GithubActions, report: &Report, dead: &[String], now: Timestamp) {
    let outputs = Outputs {
        changed: report.changed,
        posts: Some(report.posts()),
        stale: !report.is_fresh(),
        token_days_left: days_left(&report.tokens, dead, now),
    };
    append(voice, actions.output.as_deref(), &outputs.to_string());
}

/// Tells of a run that broke off, and hands on what is known even so: a commit has to keep a token that was renewed.
pub fn tell_broken(voice: &Voice, actions: &GithubActions, failure: &Failure, left: &Left, now: Timestamp) {
    voice.complain(&annotation(failure));
    let mut page = String::from("### feedbake\n\n");
    for line in &left.lines {
        // Writing into a text cannot fail.
        let _ = writeln!(page, "- {}", escape_markdown(line));
    }
    page.push('\n');
    quote(&mut page, failure);
    page.push('\n');
    append(voice, actions.step_summary.as_deref(), &page);
    let token_days_left = days_left(&left.tokens, &[], now);
    let outputs = Outputs { changed: left.changed, posts: None, stale: true, token_days_left };
    append(voice, actions.output.as_deref(), &outputs.to_string());
}

/// A courtesy: a run that made the feed does not fail for it.
fn append(voice: &Voice, file: Option<&Path>, text: &str) {
    let Some(file) = file else { return };
    if let Err(error) = files::append(file, text.as_bytes()) {
        voice.warn(&error.to_string());
    }
}

/// The whole days that the first of the tokens to end has left.
fn days_left(tokens: &[TokenReport], dead: &[String], now: Timestamp) -> Option<i64> {
    let days = tokens.iter().filter_map(|token| {
        let days = |record| whole_days(now, deadline(record).0).max(0);
        if dead.contains(&token.name) { Some(0) } else { token.outcome.as_ref().ok()?.record.as_ref().map(days) }
    });
    days.min()
}

/// One line for each output. All are numbers and words of ours, so none can end its line or begin another.
struct Outputs {
    changed: bool,
    /// Absent where the run did not come so far.
    posts: Option<usize>,
    stale: bool,
    token_days_left: Option<i64>,
}

impl fmt::Display for Outputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |number: Option<String>| number.unwrap_or_default();
        let (posts, days) =
            (self.posts.map(|posts| posts.to_string()), self.token_days_left.map(|days| days.to_string()));
        let (posts, days) = (number(posts), number(days));
        writeln!(f, "changed={}\nposts={posts}\nstale={}\ntoken-days-left={days}", self.changed, self.stale)
    }
}

/// Tells the person of a failure, and Actions, too, where it watches the run.
pub fn tell_too(voice: &Voice, environment: &Environment, failure: &Failure) {
    failure.tell(voice);
    if environment.github_actions().is_some() {
        voice.complain(&annotation(failure));
    }
}

/// The same for a line of text.
pub fn annotation_of(error: &str) -> String {
    format!("::error title=feedbake::{}", escape_command(&one_line(error)))
}

/// A workflow command. Its text must not end the command or begin another one.
///
/// Source: GitHub's toolkit, `core/src/command.ts`, which escapes `%`, CR and LF in the message and also `:` and `,`
/// in properties.
fn annotation(failure: &Failure) -> String {
    let level = if failure.is_lowered() { "warning" } else { "error" };
    let text = failure.lines().iter().map(|line| escape_command(&one_line(line))).collect::<Vec<_>>().join("%0A");
    format!("::{level} title=feedbake::{text}")
}

fn escape_command(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn step_summary(report: &Report, failures: &[(&str, Failure)], tokens: &[String]) -> String {
    let mut page = String::from("### feedbake\n\n");
    for feed in &report.feeds {
        // Writing into a text cannot fail.
        let _ = match &feed.outcome {
            FeedOutcome::Baked(baked) => {
                writeln!(page, "- **{}**: {} posts, {}", feed.name, baked.posts, baked.written.word())
            }
            FeedOutcome::Merged { posts, written, .. } => {
                writeln!(page, "- **{}**: {posts} posts, {}", feed.name, written.word())
            }
            FeedOutcome::Kept { posts, last_good, .. } => {
                let age =
                    last_good.map_or_else(String::new, |last_good| format!(" of {}", summary::day(last_good.date())));
                writeln!(page, "- **{}**: not refreshed; {}{age}: kept", feed.name, count(*posts, "post"))
            }
            FeedOutcome::Empty { .. } => writeln!(page, "- **{}**: empty", feed.name),
        };
        if let Some((weight, posts)) = feed.weight() {
            let _ = writeln!(page, "  - {}", summary::weight(weight, posts));
        }
        if let FeedOutcome::Baked(baked) = &feed.outcome {
            if let Some(archive) = baked.archive.as_ref().filter(|archive| archive.posts > 0) {
                let _ = writeln!(page, "  - {} in the archive, {} new", count(archive.posts, "post"), archive.new);
            }
            let (lines, more) = summary::left_out(baked, summary::NAMED);
            let more = (more > 0).then(|| format!("left out {more} more"));
            for line in lines.into_iter().chain(more) {
                let _ = writeln!(page, "  - {}", escape_markdown(&line));
            }
        }
    }
    for line in tokens {
        let _ = writeln!(page, "- {}", escape_markdown(line));
    }
    for (_, failure) in failures {
        page.push('\n');
        quote(&mut page, failure);
    }
    page.push('\n');
    page
}

fn quote(page: &mut String, failure: &Failure) {
    for line in failure.lines() {
        // Writing into a text cannot fail.
        let _ = writeln!(page, "> {}  ", escape_markdown(&line));
    }
}

/// Every character that Markdown or HTML could read something into becomes itself.
fn escape_markdown(text: &str) -> String {
    let mut escaped = String::new();
    for letter in one_line(text).chars() {
        match letter {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '@' => escaped.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '+' | '!' | '|' | '~' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            _ => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_text_begins_no_command_and_no_markup() {
        assert_eq!(escape_command("50%\n::error::x"), "50%25%0A::error::x");
        assert_eq!(
            escape_markdown("<b>[x](y)</b>\n::add-mask::*"),
            "&lt;b&gt;\\[x\\]\\(y\\)&lt;/b&gt; ::add-mask::\\*"
        );
    }
}
