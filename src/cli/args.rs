//! The command line. Doc comments are the help texts.

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

/// Bakes the feed of an Instagram account into a static site, at build time.
///
/// The access token is read from the variable INSTAGRAM_ACCESS_TOKEN and goes to Instagram's own API only.
/// What is left in the site is a data file, pictures and a template: no token, no script, no third party.
#[derive(Debug, Parser)]
#[command(
    name = "feedbake",
    version,
    after_help = "Examples:
  feedbake --demo                  see what it does, without a token or a network
  feedbake && zola build           refresh the feed, then build the site
  feedbake list                    the posts, kept and dropped, each with the reason
  feedbake preview                 look at the feed without Zola

Settings: feedbake.toml beside the site's own configuration; every key has a default."
)]
pub struct CommandLine {
    /// What to do; `bake` when nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Flags of `bake`, for when it goes without saying.
    #[command(flatten)]
    pub bake: BakeArgs,
    /// What holds for every command.
    #[command(flatten)]
    pub common: Common,
}

impl CommandLine {
    /// Refuses flags of `bake` before another command, which would not hear of them; those of every command may stand
    /// before it as well as behind.
    ///
    /// # Errors
    /// What clap says of a flag that has no place.
    pub fn without_stray_flags(self) -> Result<Self, clap::Error> {
        if self.command.is_none() || self.bake == BakeArgs::default() {
            return Ok(self);
        }
        let message = "a flag of `bake` stands before another command: put it behind the command, if that knows it";
        Err(Self::command().error(ErrorKind::ArgumentConflict, message))
    }
}

/// Flags every command knows.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Common {
    /// The site [default: nearest folder upwards with a zola.toml or config.toml, else the current one]
    #[arg(long, global = true, value_name = "DIR")]
    pub site: Option<PathBuf>,
    /// The settings file [default: feedbake.toml in the site]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Say nothing but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more: every post that was dropped, every retry
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Whether to colour what is said
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorWish,
    /// Show no progress bar
    #[arg(long, global = true)]
    pub no_progress: bool,
    /// Print the answer as JSON on standard output
    #[arg(long, global = true)]
    pub json: bool,
}

/// Whether to colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorWish {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Posts → pictures → data file → template → tidy up (the default)
    #[command(after_help = "Examples:
  feedbake bake --demo             the built-in demo account: no token, no network
  feedbake bake --dry-run          say what would be shown, write nothing
  feedbake bake --strict           fail the build when the feed cannot be refreshed")]
    Bake(BakeArgs),
    /// The posts, kept and dropped, each with the reason
    #[command(after_help = "Examples:
  feedbake list                    to find the shortcodes for `hide`, `pin` and [[override]]
  feedbake list --json | jq '.feeds[].posts[] | select(.kept | not)'")]
    List(SourceArgs),
    /// Render the installed template and look at it, without Zola
    #[command(after_help = "Examples:
  feedbake preview                 serves the feed on 127.0.0.1 until Ctrl-C
  feedbake preview --out page      writes the page and its pictures into a folder
  feedbake preview --tera 1        as Zola 0.22 and older would render it")]
    Preview(PreviewArgs),
    /// Prove that no access token is in a folder
    #[command(after_help = "Examples:
  feedbake audit                   everything feedbake wrote, and public/
  feedbake audit dist              another folder

Ends with code 7 when a token was found.")]
    Audit(AuditArgs),
    /// How long the access token lives, and a new lease for it
    #[command(after_help = "Examples:
  feedbake token status            whose it is, where it is, how long it lives
  feedbake token refresh           renew it now, and keep it where it was
  feedbake token refresh --print   renew it now, and print it if it is another one

A bake renews a token by itself when it is due. Status ends with code 4 when the token is dead.")]
    Token(TokenArgs),
    /// A local stand-in for Instagram's API and CDN, for themes, tests and rehearsals
    #[command(after_help = "Examples:
  feedbake emulate                 the demo account, on a free port
  feedbake emulate --folder my-account --port 8800
  feedbake emulate --fault rate-4  every request is refused as by a busy API
  feedbake emulate --list-faults   what else it can play")]
    Emulate(EmulateArgs),
    /// Remove the cache; with --all everything feedbake ever made in this site, and nothing else
    #[command(after_help = "Examples:
  feedbake clean                   the cache only; the feed stays
  feedbake clean --all             before leaving feedbake; edited templates stay")]
    Clean(CleanArgs),
}

/// Where the posts come from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct SourceArgs {
    /// Bake the built-in demo account: no token, no network
    #[arg(long, conflicts_with_all = ["offline", "api_base"])]
    pub demo: bool,
    /// Use what is in the cache, ask nobody
    #[arg(long)]
    pub offline: bool,
    /// Show at most N posts
    #[arg(long, value_name = "N")]
    pub limit: Option<String>,
    /// Ask another address than https://graph.instagram.com
    #[arg(long, value_name = "URL")]
    pub api_base: Option<String>,
}

/// Flags of `bake`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct BakeArgs {
    /// Where the posts come from.
    #[command(flatten)]
    pub source: SourceArgs,
    /// Say what would be shown, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// End with an error code when the feed could not be refreshed, even if an older one is kept
    #[arg(long)]
    pub strict: bool,
    /// Believe at once that an account has become empty
    #[arg(long)]
    pub force: bool,
}

/// Flags of `preview`.
#[derive(Debug, Clone, Args)]
pub struct PreviewArgs {
    /// Write the page and its pictures here instead of serving them
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The port to serve on; 0 for any that is free
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub port: u16,
    /// The template language: 2 as in Zola from 0.23 on, 1 as in Zola up to 0.22
    #[arg(long, value_name = "MAJOR", default_value = "2")]
    pub tera: TeraMajor,
}

/// A major version of Tera.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TeraMajor {
    /// As in Zola ≤ 0.22.
    #[value(name = "1")]
    One,
    /// As in Zola ≥ 0.23.
    #[value(name = "2")]
    Two,
}

/// Flags of `audit`.
#[derive(Debug, Clone, Args)]
pub struct AuditArgs {
    /// The folder to look through [default: everything feedbake wrote, and public/]
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

/// Flags of `token`.
#[derive(Debug, Clone, Args)]
pub struct TokenArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub task: TokenTask,
}

/// What can be done with a token.
#[derive(Debug, Clone, Subcommand)]
pub enum TokenTask {
    /// Whose it is, where it is, how long it lives
    #[command(after_help = "Examples:
  feedbake token status
  feedbake token status --offline  what is remembered, without asking the API
  feedbake token status --json")]
    Status {
        /// Ask nobody
        #[arg(long)]
        offline: bool,
        /// Ask another address than https://graph.instagram.com
        #[arg(long, value_name = "URL")]
        api_base: Option<String>,
    },
    /// Renew it now, even if it is not due
    #[command(after_help = "Examples:
  feedbake token refresh
  feedbake token refresh --print > token.txt")]
    Refresh {
        /// Print the token, if it is another one now, instead of keeping it where the old one is
        #[arg(long)]
        print: bool,
        /// Ask another address than https://graph.instagram.com
        #[arg(long, value_name = "URL")]
        api_base: Option<String>,
    },
}

/// Flags of `emulate`.
#[derive(Debug, Clone, Args)]
pub struct EmulateArgs {
    /// The account to serve, laid out like fixtures/demo [default: the demo account]
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// The port; 0 for any that is free
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub port: u16,
    /// A fault to play on every request it fits; may be given more than once
    #[arg(long, value_name = "FAULT")]
    pub fault: Vec<String>,
    /// List the faults it can play
    #[arg(long)]
    pub list_faults: bool,
}

/// Flags of `clean`.
#[derive(Debug, Clone, Args)]
pub struct CleanArgs {
    /// Remove everything feedbake made in this site
    #[arg(long)]
    pub all: bool,
}
