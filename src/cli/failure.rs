//! What an error means to the person: consequence, cause, next step, and the exit code.
//!
//! Every kind of error is turned into words here and nowhere else, by exhaustive `match`: none is born without a
//! decision on its advice.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use super::advice::{advice_on_api, advice_on_http};
use super::ui::{CYAN, RED, Voice, YELLOW};
use crate::auth::without_tokens;
use crate::bake::{BakeError, Hindrance};
use crate::config::{ConfigError, SettingsError, TOKEN_NAMES, TokenError};
use crate::emulator::FolderError;
use crate::feed::one_line;
use crate::files::{Attempt, FileError};
use crate::manifest::{self, ManifestError};
use crate::render::RenderError;
use crate::site::PublishError;

/// The exit codes; the worst of several counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Code {
    /// Done, or the last good feed was kept.
    Done = 0,
    /// Unexpected: please report it.
    Unexpected = 1,
    /// The command line was not understood.
    Usage = 2,
    /// A setting cannot be used.
    Settings = 3,
    /// The token is missing, expired or lacks a permission.
    Token = 4,
    /// The API or the network.
    Network = 5,
    /// A file could not be read or written.
    File = 6,
    /// `audit` found a token.
    Leak = 7,
}

/// The hint for whatever is not what it should be.
const IN_THE_WAY: &str = "something else stands where feedbake needs a folder or a file: move it away";

/// How loud a failure is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Error,
    Warning,
}

/// An error in words.
#[derive(Debug)]
pub struct Failure {
    /// What follows from it.
    pub consequence: String,
    /// Why, the nearest cause first.
    pub causes: Vec<String>,
    /// What to do next.
    pub hints: Vec<String>,
    /// How the process ends.
    pub code: Code,
    level: Level,
}

impl Failure {
    /// The beginning of one.
    pub(super) fn new(code: Code, consequence: impl Into<String>) -> Self {
        let consequence = consequence.into();
        Self { consequence, causes: Vec::new(), hints: Vec::new(), code, level: Level::Error }
    }

    /// Adds an error and what is below it.
    pub(super) fn caused_by(mut self, error: &dyn Error) -> Self {
        let mut cause = Some(error);
        while let Some(error) = cause {
            let text = one_line(&error.to_string());
            // A transparent wrapper says what its source says.
            if self.causes.last() != Some(&text) {
                self.causes.push(text);
            }
            cause = error.source();
        }
        self
    }

    /// Adds a cause that is no error of anybody's.
    pub(super) fn because(mut self, cause: &str) -> Self {
        self.causes.push(one_line(cause));
        self
    }

    /// Adds a next step.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds next steps.
    pub(super) fn hints(self, hints: impl IntoIterator<Item = String>) -> Self {
        hints.into_iter().fold(self, Self::hint)
    }

    /// Makes a warning of it: the run ends well all the same.
    pub fn lower(&mut self) {
        self.level = Level::Warning;
    }

    /// Makes an error of a warning.
    pub fn raised(mut self) -> Self {
        self.level = Level::Error;
        self
    }

    /// Whether it is only a warning.
    pub fn is_lowered(&self) -> bool {
        self.level == Level::Warning
    }

    /// The same without what could be a token: whatever somebody typed may have got into a path or a word.
    fn safe(&self) -> Self {
        let all = |texts: &[String]| texts.iter().map(|text| without_tokens(text)).collect();
        let consequence = without_tokens(&self.consequence);
        Self { consequence, causes: all(&self.causes), hints: all(&self.hints), ..*self }
    }

    /// Tells the person.
    pub fn tell(&self, voice: &Voice) {
        let safe = self.safe();
        let (style, word) = match self.level {
            Level::Error => (RED, "error"),
            Level::Warning => (YELLOW, "warning"),
        };
        let mut text = format!("{style}{word}:{style:#} {}", safe.consequence);
        for cause in &safe.causes {
            text.push_str(&format!("\n  caused by: {cause}"));
        }
        for hint in &safe.hints {
            text.push_str(&format!("\n  {CYAN}hint:{CYAN:#} {hint}"));
        }
        voice.complain(&text);
    }

    /// The same for a machine.
    pub fn as_json(&self) -> serde_json::Value {
        let Self { code, consequence, causes, hints, .. } = self.safe();
        serde_json::json!({ "code": code as u8, "consequence": consequence, "causes": causes, "hints": hints })
    }

    /// The same without colour, line by line.
    pub fn lines(&self) -> Vec<String> {
        let Self { consequence, causes, hints, .. } = self.safe();
        let causes = causes.into_iter().map(|cause| format!("caused by: {cause}"));
        let hints = hints.into_iter().map(|hint| format!("hint: {hint}"));
        std::iter::once(consequence).chain(causes).chain(hints).collect()
    }

    /// Settings or surroundings that cannot be used.
    pub fn of_config(error: ConfigError) -> Box<Self> {
        let failure = |code, consequence: &str| Self::new(code, consequence).caused_by(&error);
        const NOTHING: &str = "nothing was done";
        Box::new(match &error {
            ConfigError::Settings(settings) => {
                let failure = failure(Code::Settings, NOTHING);
                match settings {
                    SettingsError::Syntax { .. } => failure.hint("the file is TOML: texts stand in quotes, lists in [ ]"),
                    SettingsError::UnknownKey { nearest: None, .. } => failure.hint("docs/settings.md lists all settings"),
                    SettingsError::UnknownKey { nearest: Some(_), .. } | SettingsError::BadValue { .. } => failure,
                    SettingsError::TokenInFile { .. } => failure.hint(format!(
                        "take it out, make a new one (this one may be in the history already), and set it as {}",
                        TOKEN_NAMES[0]
                    )),
                    SettingsError::NoSuchFile(_) => failure.hint("`--config` names the settings file; without it, feedbake.toml in the site is read"),
                }
            }
            ConfigError::File(file) => return Self::of_file(file, NOTHING),
            ConfigError::NoCurrentFolder(_) => failure(Code::File, NOTHING),
            ConfigError::DotEnvWouldBeCommitted(_) => {
                failure(Code::Token, NOTHING).hint("add the line `.env` at the end of .gitignore, where it counts more than any line before it; if git tracks it already: `git rm --cached .env`, and make a new token")
            }
            ConfigError::NoSuchSite(_) => failure(Code::Usage, NOTHING).hint("`--site` names the folder of the site, where its zola.toml or config.toml is"),
        })
    }

    /// A manifest that cannot be used.
    pub fn of_manifest(error: ManifestError) -> Box<Self> {
        Box::new(match &error {
            ManifestError::File(file) => return Self::of_file(file, "nothing was done"),
            ManifestError::Newer { .. } => {
                Self::new(Code::File, "nothing was done").caused_by(&error).hint(later_manifest())
            }
        })
    }

    /// A file that could not be read, written or deleted.
    pub fn of_file(error: &FileError, consequence: &str) -> Box<Self> {
        let failure = Self::new(Code::File, consequence).caused_by(error);
        Box::new(match error {
            FileError::Io { source, attempt, .. } => match source.kind() {
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => failure.hint(match attempt {
                    Attempt::Read => "whoever runs feedbake needs the right to read it",
                    Attempt::Write | Attempt::Delete | Attempt::Lock => {
                        "whoever runs feedbake needs the right to write there"
                    }
                }),
                io::ErrorKind::StorageFull => failure.hint("make room on the disk, then run it again"),
                io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory | io::ErrorKind::AlreadyExists => {
                    failure.hint(IN_THE_WAY)
                }
                _ => failure,
            },
            FileError::NoFile { .. } => failure.hint(IN_THE_WAY),
            FileError::Symlink { .. } => {
                failure.hint("replace the link by a folder, or set `media_dir` or `data_file` to another place")
            }
        })
    }

    /// A bake that could not be finished.
    pub fn of_bake(error: &BakeError, consequence: &str) -> Box<Self> {
        match error {
            BakeError::File(file) | BakeError::Publish(PublishError::File(file)) => Self::of_file(file, consequence),
            BakeError::Manifest(ManifestError::File(file)) => Self::of_file(file, consequence),
            BakeError::Manifest(newer @ ManifestError::Newer { .. }) => {
                Box::new(Self::new(Code::File, consequence).caused_by(newer).hint(later_manifest()))
            }
            BakeError::Publish(lost @ PublishError::Lost(_)) => Box::new(
                Self::new(Code::File, consequence)
                    .caused_by(lost)
                    .hint("`feedbake clean` empties the cache; the next bake fills it again"),
            ),
            BakeError::Publish(foreign @ PublishError::Foreign(_)) => Box::new(
                Self::new(Code::File, consequence)
                    .caused_by(foreign)
                    .hint("move it away, or set `data_file` to another place"),
            ),
            BakeError::Fragment(RenderError::File(file)) => Self::of_file(file, consequence),
            BakeError::Fragment(broken) => Box::new(
                Self::new(Code::Settings, consequence)
                    .caused_by(broken)
                    .hint("mend it, or remove it: the next bake writes feedbake's own again"),
            ),
            BakeError::Publish(PublishError::Leak { .. }) => Box::new(
                Self::new(Code::Unexpected, consequence)
                    .caused_by(error)
                    .hint("please report this: nothing was published"),
            ),
        }
    }

    /// A feed that was not refreshed.
    pub fn of_hindrance(hindrance: &Hindrance, consequence: &str) -> Self {
        let failure = |code| Self::new(code, consequence).caused_by(hindrance);
        match hindrance {
            Hindrance::Token(token) => advice_on_token(failure(Code::Token), token),
            Hindrance::Api(api) => {
                let (code, hints) = advice_on_api(api);
                failure(code).hints(hints)
            }
            Hindrance::Http(http) => failure(Code::Network).hints(advice_on_http(http)),
            Hindrance::NoPictures { .. } => failure(Code::Network)
                .hint("if the site can be reached from here at all, try again later; `feedbake list` names each post's reason"),
            Hindrance::NoDownloads { .. } => failure(Code::Network).hint("try again later"),
            Hindrance::NothingReadable { .. } => failure(Code::Network)
                .hint("is `api.base` the address of Instagram's API? If it is, please report this"),
            Hindrance::SuddenlyEmpty { .. } => failure(Code::Network)
                .hint("if the account is empty indeed, run feedbake once more, or now with `--force`"),
            Hindrance::BrokenOff { .. } => failure(Code::Network)
                .hint("try again later; a second bake that finds the same believes it, and so does one with `--force`"),
            Hindrance::Leak(_) => failure(Code::Settings).hint(
                "make a new token, for this one may have been published already, and take the old one out of wherever it stands",
            ),
            Hindrance::LaterManifest(_) => failure(Code::File).hint(later_manifest()),
            Hindrance::NothingRemembered => failure(Code::Network).hint("run feedbake once without `--offline`"),
        }
    }

    /// A template that cannot be rendered.
    pub fn of_preview(error: &RenderError) -> Box<Self> {
        Box::new(match error {
            RenderError::File(file) => return Self::of_file(file, "there is no preview"),
            RenderError::NotText(_) => Self::new(Code::File, "there is no preview").caused_by(error),
            RenderError::NotBuiltIn => {
                Self::new(Code::Usage, "there is no preview").caused_by(error).hint("add `--tera 2`")
            }
            RenderError::Template { .. } => Self::new(Code::Settings, "there is no preview").caused_by(error).hint(
                "preview knows the functions load_data, get_url, trans and get_image_metadata, and Tera's own filters, date, json_encode and urlencode; `--tera 1` renders as Zola 0.22 and older",
            ),
        })
    }

    /// A port that cannot be listened on.
    pub fn of_port(port: u16, error: &io::Error) -> Box<Self> {
        let failure = Self::new(Code::Network, format!("nothing is served on port {port}")).caused_by(error);
        Box::new(failure.hint("leave out `--port` to take any that is free"))
    }

    /// The demo's emulator did not start.
    pub fn of_emulator(error: &io::Error) -> Box<Self> {
        Box::new(
            Self::new(Code::Network, "the demo was not baked: its server did not start on 127.0.0.1")
                .caused_by(error)
                .hint("something on this machine forbids programs to listen, even on loopback"),
        )
    }

    /// A folder that the emulator cannot serve.
    pub fn of_folder(error: &FolderError) -> Box<Self> {
        Box::new(
            Self::new(Code::Usage, "the folder is not served")
                .caused_by(error)
                .hint("it is laid out like fixtures/demo: account.json, media.json and pictures/"),
        )
    }

    /// A fault the emulator cannot play.
    pub fn no_fault(word: &str) -> Box<Self> {
        Box::new(Self::new(Code::Usage, "nothing is served").hint(format!(
            "{word:?} is no fault the emulator can play; `feedbake emulate --list-faults` names them all"
        )))
    }

    /// A folder to audit that is not there.
    pub fn no_folder(folder: &Path) -> Self {
        Self::new(Code::Usage, format!("nothing was looked through: there is no folder {}", folder.display()))
    }

    /// Files that an audit could not read.
    pub fn unread(unread: &[(PathBuf, String)]) -> Self {
        let mut failure =
            Self::new(Code::File, format!("{} files could not be read: about them nothing is proved", unread.len()));
        failure.causes = unread.iter().take(5).map(|(path, why)| format!("{}: {why}", path.display())).collect();
        failure
    }
}

fn later_manifest() -> String {
    format!("update feedbake here, or remove {} to begin anew", manifest::FILE)
}

/// Adds what to do about a token that is not where it may be.
pub(super) fn advice_on_token(failure: Failure, token: &TokenError) -> Failure {
    match token {
        TokenError::Missing { name } => failure
            .hint(format!(
                "set {name} to your access token: `feedbake login` helps to get one (or the README, in five steps)"
            ))
            .hint("to see feedbake work without one: `feedbake --demo`"),
        TokenError::Differ { first, second } => {
            failure.hint(format!("one of them is stale: keep {first} and unset {second}, or the other way round"))
        }
        TokenError::Published { name } => failure.hint(format!(
            "make a new token, for this one may be in a published page, set it as {}, and unset {name}",
            TOKEN_NAMES[0]
        )),
        TokenError::Shape { name, .. } => {
            failure.hint(format!("copy the token again, whole and without anything around it, and set {name} to it"))
        }
    }
}
