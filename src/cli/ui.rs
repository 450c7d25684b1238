//! What is said and how: people's text on standard error, results on standard output.

use std::io::{IsTerminal, Write, stderr, stdout};
use std::sync::Mutex;

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::{ColorWish, Common};
use crate::bake::Event;
use crate::feed::one_line;

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loudness {
    /// Warnings and errors only.
    Quiet,
    /// Stages and a summary.
    Plain,
    /// Every dropped post and every retry, too.
    Verbose,
}

/// The one mouth.
#[derive(Debug)]
pub struct Voice {
    /// How much is said.
    pub loudness: Loudness,
    /// Whether results are JSON.
    pub json: bool,
    progress: Progress,
}

/// How long work is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Bar,
    Lines,
}

/// The colour of an error's first word.
pub const RED: Style = AnsiColor::Red.on_default().bold();
/// The colour of a warning's first word.
pub const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
/// The colour of a hint's first word.
pub const CYAN: Style = AnsiColor::Cyan.on_default().bold();
/// The colour of what went well.
pub const GREEN: Style = AnsiColor::Green.on_default().bold();

impl Voice {
    /// Speaks as the flags ask.
    pub fn new(common: &Common) -> Self {
        match common.color {
            ColorWish::Auto => {}
            ColorWish::Always => anstream::ColorChoice::Always.write_global(),
            ColorWish::Never => anstream::ColorChoice::Never.write_global(),
        }
        let loudness = match (common.quiet, common.verbose) {
            (true, _) => Loudness::Quiet,
            (_, true) => Loudness::Verbose,
            _ => Loudness::Plain,
        };
        let bar = stderr().is_terminal() && !common.no_progress;
        Self { loudness, json: common.json, progress: if bar { Progress::Bar } else { Progress::Lines } }
    }

    /// Says a line to the person, unless told to be quiet.
    pub fn say(&self, line: &str) {
        if self.loudness > Loudness::Quiet {
            anstream::eprintln!("{line}");
        }
    }

    /// Says a line only when asked to say more.
    pub fn detail(&self, line: &str) {
        if self.loudness == Loudness::Verbose {
            anstream::eprintln!("{line}");
        }
    }

    /// Says what must be heard, quiet or not.
    pub fn warn(&self, line: &str) {
        anstream::eprintln!("{YELLOW}warning:{YELLOW:#} {line}");
    }

    /// Says what went wrong, quiet or not.
    pub fn complain(&self, text: &str) {
        anstream::eprintln!("{text}");
    }

    /// Prints a result. A reader that went away, as `head` does, is no error.
    pub fn result(&self, text: &str) {
        let _ = writeln!(anstream::AutoStream::auto(stdout()), "{text}");
    }

    /// Prints a result as JSON.
    pub fn json(&self, value: &serde_json::Value) {
        let _ = writeln!(stdout(), "{value:#}");
    }

    /// Shows long work.
    pub fn progress(&self) -> ProgressView<'_> {
        let shown = self.progress == Progress::Bar && self.loudness > Loudness::Quiet;
        let bar = if shown {
            let style = ProgressStyle::with_template("{spinner} {msg} {wide_bar} {pos}/{len}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_style(style)
        } else {
            ProgressBar::hidden()
        };
        ProgressView { voice: self, bar, shown, feed: Mutex::default(), listed: Mutex::default() }
    }
}

/// Long work on its way: a bar on a terminal, one line for each stage elsewhere.
pub struct ProgressView<'a> {
    voice: &'a Voice,
    bar: ProgressBar,
    shown: bool,
    feed: Mutex<String>,
    /// Posts that the last line about a list spoke of.
    listed: Mutex<usize>,
}

impl ProgressView<'_> {
    /// Shows what happened.
    pub fn tell(&self, event: Event<'_>) {
        match event {
            Event::Listed { feed, posts } if self.shown || self.is_worth_a_line(posts) => {
                self.stage(&format!("{feed}: {} listed", count(posts, "post")));
            }
            Event::Listed { .. } => {}
            Event::Pictures { feed, done, total } => {
                if self.shown {
                    self.bar.set_length(total as u64);
                    self.bar.set_position(done as u64);
                    self.bar.set_message(format!("{feed}: pictures"));
                } else if done == total {
                    self.stage(&format!("{feed}: looked after {}", count(total, "picture")));
                }
            }
            Event::Api(notice) => self.line(&one_line(&notice.to_string())),
        }
    }

    /// The end of the work: nothing of it stays on the screen but what was said.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// The first page, and then whenever the list has doubled: a hundred pages are no hundred lines.
    fn is_worth_a_line(&self, posts: usize) -> bool {
        let mut said = self.listed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let is_worth = posts < *said || posts >= *said * 2;
        if is_worth {
            *said = posts;
        }
        is_worth
    }

    fn stage(&self, text: &str) {
        if self.shown {
            self.bar.set_message(text.to_owned());
            self.bar.tick();
            return;
        }
        // A stage that says the same twice, as a second try does, is one line.
        let mut last = self.feed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if *last != text {
            text.clone_into(&mut last);
            self.voice.say(text);
        }
    }

    fn line(&self, text: &str) {
        self.bar.suspend(|| self.voice.say(text));
    }
}

/// Columns of the terminal that results are shown on; `None` where they are not.
pub fn screen_width() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size_of(stdout())?;
    Some(usize::from(width.0))
}

/// `1 post`, `2 posts`.
pub fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// Bytes as people read them: `480 kB`, `1.2 MB`.
pub fn bytes(number: u64) -> String {
    indicatif::DecimalBytes(number).to_string()
}
