//! What a wish for a site cannot be: the lines that would break a page, and the files that are not the owner's.

use crate::files::SitePath;

/// A wish that cannot be fulfilled.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The file is of a kind that cannot show the feed.
    #[error("{place} cannot show the feed: {why}")]
    CannotShow {
        /// The file.
        place: SitePath,
        /// Why, and what can.
        why: String,
    },
    /// What the line would call is another file.
    #[error("the line would call {rival}, which shows no feed")]
    InTheWay {
        /// That file.
        rival: String,
    },
    /// The file belongs to another repository, and so would the change.
    #[error(
        "{place} lies in {folder}, a repository of its own: whoever clones the site would get it without the change"
    )]
    Borrowed {
        /// The file.
        place: SitePath,
        /// The folder of that repository.
        folder: String,
        /// The place of a copy that the site's generator takes instead of it.
        copy: Option<String>,
    },
    /// Netlify serves PHP as it is.
    #[error("Netlify runs no PHP, and would hand out {0} as it is")]
    PhpOnNetlify(String),
    /// The file has no such line.
    #[error("{place} has no line {line}")]
    NoSuchLine {
        /// The file.
        place: SitePath,
        /// The line, counted from 1.
        line: usize,
    },
    /// The file has no head, and is no part of one.
    #[error("{0} has no `</head>` to put the stylesheet before, and says nowhere that it is a part of the head")]
    NoHead(SitePath),
    /// The file holds what a template puts into a page.
    #[error("{0} holds content and has no `</head>`: the stylesheet goes into a template")]
    ContentHasNoHead(SitePath),
    /// The file has more than one.
    #[error("{place} has several `</head>` (lines {lines}), and the stylesheet goes before one")]
    ManyHeads {
        /// The file.
        place: SitePath,
        /// The lines, counted from 1.
        lines: String,
    },
    /// The end of the head is in a condition, a loop or a macro.
    #[error(
        "the `</head>` of {place} lies in the `{tag}` of line {line}: the feed would have its looks only sometimes"
    )]
    SometimesHead {
        /// The file.
        place: SitePath,
        /// The tag that decides on it.
        tag: String,
        /// Its line, counted from 1.
        line: usize,
    },
    /// It fills the blocks of another template, and none of its own is known to hold what the page is about.
    #[error(
        "{place} extends another template, and none of its blocks ({blocks}) is called content, main, body or page"
    )]
    NoContentBlock {
        /// The file.
        place: SitePath,
        /// The names of its blocks.
        blocks: String,
    },
    /// It fills the blocks of another template, and has none.
    #[error("{place} extends another template and has no block: nothing outside of one is shown")]
    NoBlock {
        /// The file.
        place: SitePath,
    },
    /// It fills the blocks of Hugo's base, and not the one that holds what the page is about.
    #[error("{place} defines {defines} and no main: nothing outside of a define is shown")]
    NoMain {
        /// The file.
        place: SitePath,
        /// What it defines.
        defines: String,
    },
    /// The end of what the page is about is in a condition, a loop or a macro.
    #[error("the end of {place} lies in the `{tag}` of line {line}: the feed would show only sometimes, or many times")]
    Sometimes {
        /// The file.
        place: SitePath,
        /// The tag that decides on it.
        tag: String,
        /// Its line, counted from 1.
        line: usize,
    },
    /// The end of what the page is about is not read.
    #[error("the end of {place} lies in a comment, or in text that is shown as it is")]
    Unread {
        /// The file.
        place: SitePath,
    },
    /// A line that was named is in no page, or breaks one.
    #[error("line {line} of {place} lies {lies}: what is put there is no part of the page")]
    NotInPage {
        /// The file.
        place: SitePath,
        /// The line, counted from 1.
        line: usize,
        /// Where it lies, in words.
        lies: String,
    },
    /// A line that was named is in no block of a template that fills those of another.
    #[error(
        "line {line} of {place} is outside of its blocks ({blocks}), and it extends another template: nothing is shown there"
    )]
    OutsideBlocks {
        /// The file.
        place: SitePath,
        /// The line, counted from 1.
        line: usize,
        /// The names of its blocks.
        blocks: String,
    },
    /// A line that was named is in none of the `define`s that are all of a template of Hugo's.
    #[error("line {line} of {place} is outside of what it defines ({defines}): Hugo would not show it in the page")]
    OutsideDefines {
        /// The file.
        place: SitePath,
        /// The line, counted from 1.
        line: usize,
        /// What it defines.
        defines: String,
    },
    /// The end of the page is in PHP.
    #[error("the end of {place} lies in the PHP that line {line} begins and nothing ends")]
    InPhp {
        /// The file.
        place: SitePath,
        /// The line, counted from 1.
        line: usize,
    },
    /// A page of Astro's has something else by the name of the component.
    #[error("{place} has an import by the name of `Instagram` already, from \"{path}\"")]
    TakenName {
        /// The file.
        place: SitePath,
        /// Where that is from.
        path: String,
    },
    /// The front matter of a page of Astro's is not closed.
    #[error("{place} begins with `---`, and no line `---` ends its front matter")]
    NoFence {
        /// The file.
        place: SitePath,
    },
    /// `netlify.toml` cannot be read by Netlify, either.
    #[error("netlify.toml is no TOML")]
    BrokenNetlify,
    /// It has its plugins in a form to which nothing can be added at the end.
    #[error("netlify.toml has its `plugins` in one line")]
    CrowdedNetlify,
    /// The workflow that builds the site is for Zola.
    #[error("the workflow that builds and deploys is written for Zola, and this is a site of {0}")]
    OnlyForZola(&'static str),
}
