//! The command line. Doc comments are the help texts.

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use jiff::SignedDuration;

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
    /// The site [default: nearest folder upwards with a configuration of its generator, else the current one]
    #[arg(long, global = true, value_name = "DIR")]
    pub site: Option<PathBuf>,
    /// The settings file [default: feedbake.toml in the site]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Say nothing but warnings and errors
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
  feedbake bake --strict           fail the build when the feed cannot be refreshed
  feedbake bake --max-bytes 350kB  fail it when a phone would load more than that")]
    Bake(BakeArgs),
    /// Set a site up: settings, partial, stylesheet, ignore lines, and a workflow on request
    #[command(after_help = "Examples:
  feedbake init                    shows what it will write, and asks
  feedbake init --include-in templates/index.html --style-in templates/base.html
  feedbake init --github           a workflow that bakes every day and commits, too
  feedbake init --diff             how the files here differ from feedbake's; writes nothing

A file that somebody edited is never replaced, unless --force asks for it. Without a terminal, as
in a script, and with --json it writes without asking.")]
    Init(InitArgs),
    /// Get a token of sixty days: the dashboard way step by step, or the authorization flow of an app
    #[command(after_help = "Examples:
  feedbake login                   what to click, then a prompt for the token; writes .env
  feedbake login --print           the token goes to standard output instead, for a pipe
  feedbake login --app-id 990602627938098 --redirect-uri https://localhost/
                                   through the browser, for an app with an id and a secret

The app secret comes from FEEDBAKE_APP_SECRET or a prompt.")]
    Login(LoginArgs),
    /// How long the token lives; renew it; hand it to where it is kept
    #[command(after_help = "Examples:
  feedbake token status            kind, account, last renewal, days left; ends with 4 when it is dead
  feedbake token refresh           sixty more days, now
  feedbake token keygen            a key for .feedbake/token.enc, where a changed token is kept
  feedbake token store --to github")]
    Token(TokenArgs),
    /// Check everything that can be wrong, and say what to click
    #[command(after_help = "Examples:
  feedbake doctor                  site, template, data, pictures, token, schedule, secrets
  feedbake doctor --offline        only what can be seen from here
  feedbake doctor --json | jq '.findings[] | select(.level != \"good\")'")]
    Doctor(DoctorArgs),
    /// The posts, kept and dropped, each with the reason
    #[command(after_help = "Examples:
  feedbake list                    to find the shortcodes for `hide`, `pin` and [[override]]
  feedbake list --missing-alt >> feedbake.toml
                                   an [[override]] for each post that lacks a text for its pictures
  feedbake list --json | jq '.feeds[].posts[] | select(.kept | not)'")]
    List(ListArgs),
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

Found are the live token and whatever looks like one: plain, percent-encoded, escaped, in
base64, hexadecimal or UTF-16, several of these at once, in lines that were cut, in file names
and in what gzip packed. Not looked into are zip archives, brotli, and pictures of texts; a
token that a script puts together from pieces is not seen either.

Ends with code 7 when a token was found.")]
    Audit(AuditArgs),
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

/// What can be denied: found, it ends the run with code 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Lint {
    /// A picture is shown for which nobody wrote an alternative text.
    MissingAlt,
}

/// Flags of `list`.
#[derive(Debug, Clone, Default, Args)]
pub struct ListArgs {
    /// Where the posts come from.
    #[command(flatten)]
    pub source: SourceArgs,
    /// Print an [[override]] to fill in for each post that is shown with a picture without an alternative text of its own
    #[arg(long)]
    pub missing_alt: bool,
    /// End with code 3 when this is found
    #[arg(long, value_name = "LINT")]
    pub deny: Vec<Lint>,
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
    /// Believe at once what else is believed the second time: an empty account, half of an archive gone
    #[arg(long)]
    pub force: bool,
    /// Bake, and end with code 3 when this is found
    #[arg(long, value_name = "LINT")]
    pub deny: Vec<Lint>,
    /// Bake, and end with code 3 when a phone would load more than this for a feed, such as `350kB`
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub max_bytes: Option<u64>,
}

fn size(text: &str) -> Result<u64, String> {
    crate::config::size(text).ok_or_else(|| "a size was expected, such as `350kB` or `1.5MB`".to_owned())
}

/// Flags of `init`.
#[derive(Debug, Clone, Args)]
pub struct InitArgs {
    /// What builds the site [default: told by its files]
    #[arg(long, value_name = "NAME")]
    pub generator: Option<String>,
    /// Put the line that shows the feed into this template or page: at the end of its content, or before a line of it
    #[arg(long, value_name = "FILE[:LINE]")]
    pub include_in: Option<String>,
    /// Put the line for the stylesheet into this template: at the end of its head, or of a block or a file that is a part of one, or before a line of it
    #[arg(long, value_name = "FILE[:LINE]")]
    pub style_in: Option<String>,
    /// Write a workflow for GitHub Actions
    #[arg(long, value_name = "WAY", num_args = 0..=1, default_missing_value = "commit", require_equals = true)]
    pub github: Option<Way>,
    /// Write netlify.toml, or add the plugin to it
    #[arg(long)]
    pub netlify: bool,
    /// Replace templates of an earlier feedbake that nobody edited
    #[arg(long)]
    pub update: bool,
    /// Replace edited templates and workflows, too: what is in them is lost
    #[arg(long)]
    pub force: bool,
    /// Show how the files differ from what would be written, and write nothing
    #[arg(long)]
    pub diff: bool,
    /// Show what would be done, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

/// What a workflow does with a fresh feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Way {
    /// Bakes every day and commits the feed; the host builds what was pushed.
    Commit,
    /// Bakes, builds with Zola and deploys to GitHub Pages; nothing is committed.
    Deploy,
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
    /// What the renewal of a token answers
    #[arg(long, value_name = "ANSWER", value_enum, default_value_t)]
    pub renewal: Renewal,
    /// How far its clock is from this machine's, such as 20m or -240h
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub clock: Option<SignedDuration>,
}

/// What the renewal of a token answers; which of the three Instagram does is written down nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Renewal {
    /// The same token, which lives longer.
    Same,
    /// Another one; the old one lives to its own end.
    #[default]
    Another,
    /// Another one, which ends the old one.
    AnotherEndsTheOld,
}

/// Which API is asked about a token.
#[derive(Debug, Clone, Default, Args)]
pub struct ApiArgs {
    /// Ask another address than https://graph.instagram.com
    #[arg(long, value_name = "URL")]
    pub api_base: Option<String>,
}

/// Flags of `login`.
#[derive(Debug, Clone, Args)]
pub struct LoginArgs {
    /// Go through the browser with this *Instagram app ID* (not the Facebook one)
    #[arg(long, value_name = "ID")]
    pub app_id: Option<String>,
    /// The redirect address, exactly as the dashboard has it
    #[arg(long, value_name = "URL", requires = "app_id")]
    pub redirect_uri: Option<String>,
    /// Open the address in a browser, too
    #[arg(long, requires = "app_id")]
    pub open: bool,
    /// The feed it is for, where the settings name several [default: the first]
    #[arg(long, value_name = "NAME")]
    pub feed: Option<String>,
    /// Print the token on standard output instead of writing .env
    #[arg(long)]
    pub print: bool,
    /// Which API
    #[command(flatten)]
    pub api: ApiArgs,
}

/// What is done about tokens.
#[derive(Debug, Clone, Args)]
pub struct TokenArgs {
    /// What to do
    #[command(subcommand)]
    pub command: TokenCommand,
}

/// The commands below `token`.
#[derive(Debug, Clone, Subcommand)]
pub enum TokenCommand {
    /// Kind, account, last renewal and days left of every token; ends with 4 when one is dead
    Status {
        /// Ask nobody: say what the site's own files know
        #[arg(long)]
        offline: bool,
        /// Warn when fewer days than this are left, such as 20d
        #[arg(long, value_name = "TIME")]
        warn: Option<String>,
        /// Which API
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Ask the API for sixty more days
    Refresh {
        /// Where a changed token goes, besides the places of the settings
        #[command(flatten)]
        to: ToArgs,
        /// Print the token on standard output
        #[arg(long)]
        print: bool,
        /// Which API
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Hand the token that is in use to where it is kept
    Store {
        /// Where
        #[command(flatten)]
        to: ToArgs,
    },
    /// Make a key for the encrypted token file, and print it once
    Keygen,
}

/// Where a token goes.
#[derive(Debug, Clone, Default, Args)]
pub struct ToArgs {
    /// A place for the token; may be given more than once
    #[arg(long, value_name = "PLACE")]
    pub to: Vec<ToPlace>,
    /// The file of `--to file` [default: .env in the site]
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// The program of `--to command`; it reads the token from standard input, `{}` stands for its name
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// A place for tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ToPlace {
    /// A secret of the repository GITHUB_REPOSITORY, with the credential in GH_TOKEN.
    Github,
    /// A variable of the site NETLIFY_SITE_ID, with NETLIFY_AUTH_TOKEN and NETLIFY_ACCOUNT_ID.
    Netlify,
    /// A line of a file that only its owner may read.
    File,
    /// The encrypted file of the site, with the key in FEEDBAKE_TOKEN_KEY.
    Vault,
    /// A program behind `--`.
    Command,
}

/// Flags of `doctor`.
#[derive(Debug, Clone, Args)]
pub struct DoctorArgs {
    /// Ask nobody: check what can be checked from here
    #[arg(long)]
    pub offline: bool,
    /// Which API
    #[command(flatten)]
    pub api: ApiArgs,
}

/// Flags of `clean`.
#[derive(Debug, Clone, Args)]
pub struct CleanArgs {
    /// Remove everything feedbake made in this site
    #[arg(long)]
    pub all: bool,
}
