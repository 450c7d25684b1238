//! Looks at a site from every side: facts first (`gather`, which reads and asks), then what they mean (`judge`, pure).
//!
//! It changes nothing. What it says is put into words by `cli`.

mod gather;
mod judge;
mod life;
mod schema;
mod templates;

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::auth::{TokenKind, TokenPlace, TokenRecord};
use crate::config::TokenError;
use crate::feed::Account;
use crate::graph::ApiError;
use crate::site::{EleventyFolders, Generator, Moved, Rival};

pub use gather::{Sight, gather, own_texts, zola_versions};
pub use judge::judge;

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// The folder and its generator.
    Site,
    /// The partial.
    Template,
    /// The data file and its pictures.
    Data,
    /// The archive.
    Archive,
    /// The token.
    Token,
    /// Where a changed token goes.
    Keeping,
    /// The workflow that bakes by itself.
    Schedule,
    /// The time of this machine.
    Clock,
    /// The cache.
    Cache,
    /// Tokens where others can read them.
    Secrets,
}

impl Topic {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Template => "template",
            Self::Data => "data",
            Self::Archive => "archive",
            Self::Token => "token",
            Self::Keeping => "keeping",
            Self::Schedule => "schedule",
            Self::Clock => "clock",
            Self::Cache => "cache",
            Self::Secrets => "secrets",
        }
    }
}

/// How a finding is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Good,
    /// Could not be looked at from here.
    Unknown,
    /// Will hurt one day, or may.
    Advice,
    /// Does not work.
    Bad,
}

impl Level {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Unknown => "unknown",
            Self::Advice => "advice",
            Self::Bad => "bad",
        }
    }
}

/// One thing that was looked at, and what to click.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub topic: Topic,
    /// How it is meant.
    pub level: Level,
    /// What was found.
    pub what: String,
    /// What to do, in order; empty when nothing.
    pub hints: Vec<String>,
}

/// Everything that was seen.
#[derive(Debug)]
pub struct Facts {
    /// The time.
    pub now: Timestamp,
    /// The site.
    pub site: SiteFacts,
    /// What stands in feedbake's way.
    pub obstacles: Vec<Obstacle>,
    /// The partial.
    pub template: TemplateFacts,
    /// What Eleventy makes of what is written, where it builds the site and its configuration can be read.
    pub eleventy: Option<EleventyFacts>,
    /// Whether `.env` lies in a folder that is published as it is.
    pub uploads_dot_env: bool,
    /// Each feed's data file.
    pub data: Vec<DataFacts>,
    /// Each feed's archive.
    pub archives: Vec<ArchiveFacts>,
    /// A line for each name in the settings that no post of the last bakes bears.
    pub unmatched: Vec<String>,
    /// Each token.
    pub tokens: Vec<TokenFacts>,
    /// Whether a changed token has a place.
    pub keeping: KeepingFacts,
    /// Workflows with a schedule.
    pub schedules: Vec<ScheduleFacts>,
    /// When somebody last committed here.
    pub last_commit: Option<Timestamp>,
    /// How far the API's clock is from ours, in seconds; `None` when it was not asked or did not say.
    pub clock_skew: Option<i64>,
    /// Bytes in the cache.
    pub cache_bytes: u64,
    /// Whether git ignores the cache.
    pub cache_is_ignored: bool,
    /// Files with a token in them, and what was found.
    pub leaks: Vec<(PathBuf, String)>,
    /// Files that were looked through for tokens.
    pub files_looked_through: usize,
    /// Templates that still load instafeed.js, and whether a token is written there.
    pub instafeed: Vec<(PathBuf, bool)>,
    /// Copies of instafeed.js in the site, and the `package.json` that asks for it.
    pub instafeed_copies: Vec<PathBuf>,
    /// `netlify.toml` files that still have the plugin of before.
    pub old_plugin: Vec<String>,
}

/// Something else where feedbake needs a file or a folder.
#[derive(Debug)]
pub struct Obstacle {
    /// Where, in the site.
    pub place: PathBuf,
    /// What should be there, in words.
    pub needed: &'static str,
}

/// The folder and its generator.
#[derive(Debug, Default)]
pub struct SiteFacts {
    /// The top folder.
    pub folder: PathBuf,
    /// What builds it.
    pub generator: Generator,
    /// The file that says so, at its top.
    pub mark: Option<String>,
    /// Why Zola builds nothing with that file, where it does not.
    pub mark_is_broken: Option<String>,
    /// Folders that feedbake writes into and the generator does not read, each with the file that says so.
    pub moved: Vec<(String, Moved)>,
    /// What says which Zola builds it, and its version.
    pub zola: Vec<(String, (u32, u32))>,
}

/// What Eleventy's configuration makes of what feedbake writes.
#[derive(Debug)]
pub struct EleventyFacts {
    /// The site from where Eleventy runs; empty where it runs there.
    pub below: String,
    /// The folders it reads.
    pub folders: EleventyFolders,
    /// Whether the partial and the data lie where it reads.
    pub is_read: bool,
    /// The folders of the pictures and the stylesheet that it does not copy.
    pub uncopied: Vec<String>,
    /// Whether a plugin encodes them again.
    pub transforms: bool,
}

/// The partial.
#[derive(Debug)]
pub struct TemplateFacts {
    /// Where it goes.
    pub place: String,
    /// What is there was never feedbake's.
    pub is_foreign: bool,
    /// Another file by its name, which the generator takes instead, or would take but for it.
    pub rival: Option<Rival>,
    /// The settings leave it out, and the name of one of the owner's that shows the feed in its stead.
    pub own_partial: Option<String>,
    /// Pages in Markdown that call the shortcode of Zola up to 0.22, where a later one builds the site and reads none; or
    /// pages that include the partial, where Eleventy reads them with Liquid.
    pub called_in_vain: Vec<PathBuf>,
    /// Whole pages that show the feed and do not ask for the stylesheet.
    pub unstyled: Vec<PathBuf>,
    /// The line that shows it.
    pub include: &'static str,
    /// It is one of Zola's.
    pub is_tera: bool,
    /// It is there.
    pub is_there: bool,
    /// Files that include it.
    pub included_by: Vec<PathBuf>,
    /// What feedbake brings along and an earlier one brought, so that a newer one is to be had.
    pub earlier: Vec<&'static str>,
    /// What Tera 1 says of it; `None` when this feedbake has no Tera 1.
    pub tera_1: Option<Result<(), String>>,
    /// What Tera 2 says of it.
    pub tera_2: Option<Result<(), String>>,
}

/// One data file.
#[derive(Debug)]
pub struct DataFacts {
    /// Its place in the site.
    pub place: String,
    /// What shows it, where nothing does although its name is not the usual one.
    pub unnamed: Option<String>,
    /// What is in it.
    pub state: DataState,
}

/// What is in a data file.
#[derive(Debug, PartialEq, Eq)]
pub enum DataState {
    /// It is not there.
    Absent,
    /// It is no JSON, or not of version 1.
    Broken(String),
    /// It is a file of somebody else's.
    Foreign,
    /// It is as it should be.
    Whole {
        /// Posts in it.
        posts: usize,
        /// Pictures it names that are not there.
        missing: Vec<String>,
    },
}

/// The archive of one feed.
#[derive(Debug)]
pub struct ArchiveFacts {
    /// The place of what it remembers.
    pub place: String,
    /// The folder of its pages.
    pub folder: String,
    /// Pages in it that feedbake made.
    pub pages: usize,
    /// How often the whole account is to be listed.
    pub recheck: std::time::Duration,
    /// The filters would have taken most of its pages away.
    pub filters_are_doubted: bool,
    /// What it remembers.
    pub state: ArchiveState,
}

/// What an archive remembers.
#[derive(Debug, PartialEq, Eq)]
pub enum ArchiveState {
    /// The file is not there.
    Absent,
    /// It cannot be understood.
    Broken,
    /// It is as it should be.
    Whole {
        /// Posts in it.
        posts: usize,
        /// Of them, those whose pictures cannot be had.
        without_pictures: usize,
        /// The last list would have taken away most of them.
        is_doubted: bool,
        /// When the whole account was listed last.
        listed_on: Option<Date>,
        /// The list after that broke off.
        is_unfinished: bool,
    },
}

/// One token.
#[derive(Debug)]
pub struct TokenFacts {
    /// The variable.
    pub name: String,
    /// Where it was found; nothing where there is none.
    pub place: Option<TokenPlace>,
    /// What its first letters say, or why there is none.
    pub found: Result<TokenKind, TokenError>,
    /// The API's host.
    pub host: String,
    /// What the site knows of it.
    pub record: Option<TokenRecord>,
    /// Seconds before its end from which somebody is told.
    pub warn: std::time::Duration,
    /// What the API says; `None` when it was not asked.
    pub asked: Option<Result<Account, ApiError>>,
    /// What the API says of its posts.
    pub posts: Option<Result<usize, ApiError>>,
}

/// Whether a changed token has a place.
#[derive(Debug, Default)]
pub struct KeepingFacts {
    /// Places, in words.
    pub places: Vec<String>,
    /// Why one cannot be used.
    pub trouble: Option<String>,
    /// The encrypted file is there.
    pub vault_is_there: bool,
    /// It can be opened.
    pub vault_opens: bool,
    /// A token has changed and got lost.
    pub lost: bool,
    /// The status file would be committed, or is.
    pub status_is_ignored: bool,
}

/// A workflow that runs by itself.
#[derive(Debug)]
pub struct ScheduleFacts {
    /// The file.
    pub file: String,
    /// It commits what it baked.
    pub commits: bool,
}
