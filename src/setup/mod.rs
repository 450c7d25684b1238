//! What a site gets once: which files, with what in them, and what is left for its owner to do. Pure: whoever asks
//! reads the files before, and writes them afterwards.

mod component;
mod content;
mod footer;
mod head;
mod insert;
mod lines;
mod named;
mod places;
mod reading;
mod spans;
mod texts;
mod workflow;

use crate::files::SitePath;
use crate::site::{Generator, Layout, Template, TemplateState, copies_folder};

pub use insert::Spot;
pub use places::check_place;
pub use texts::{NETLIFY_PLUGIN, bakes_on_netlify, generator_in, netlify_base};
pub use workflow::{WORKFLOW_FILE, Way};

/// What was seen in and around the site.
#[derive(Debug)]
pub struct Sight {
    /// What builds it.
    pub generator: Generator,
    /// Whether it has to stand in the settings: somebody said so and the site's files do not, or a page alone tells it.
    pub is_recorded: bool,
    /// Generators that have a configuration here, too, each with its file.
    pub others: Vec<(Generator, String)>,
    /// Nothing in the site says what builds it, and nobody said so.
    pub is_guess: bool,
    /// The versions of Zola that something in the site asks for.
    pub zola: Option<(u32, u32)>,
    /// Where the site is in its repository; empty for its top, or where there is none.
    pub below: String,
    /// Where the site is in the folder that its generator runs in; empty for that folder.
    pub below_project: String,
    /// What is in the settings file, if it is there.
    pub settings_file: Option<String>,
    /// How the addresses of its files begin.
    pub base_path: String,
    /// What feedbake brings along, with how it stands and what is in it.
    pub templates: Vec<(Template, TemplateState, String)>,
    /// What is in `.gitignore`.
    pub gitignore: Option<String>,
    /// Whether git, or that file, ignores `.env`.
    pub is_dot_env_ignored: bool,
    /// The first of the site's own files that shows the feed.
    pub shown_by: Option<String>,
    /// The first that asks for the stylesheet.
    pub styled_by: Option<String>,
    /// The first that holds the end of a page's head.
    pub head_in: Option<String>,
    /// The texts of the generator's own configuration.
    pub configuration: String,
    /// What is in the files that lines shall go into.
    pub targets: Vec<Target>,
    /// What is in the workflow, if it is there.
    pub workflow: Option<String>,
    /// What is in `netlify.toml`, if it is there.
    pub netlify: Option<String>,
    /// Where that lies, or will: at the top of the repository, or in the site, where Netlify has the site as its base.
    pub netlify_from: From,
    /// What is in `package.json`, if it is there.
    pub package: Option<String>,
}

/// A file of the user's that a line shall go into.
#[derive(Debug, Clone)]
pub struct Target {
    /// Where it is, in the site.
    pub place: SitePath,
    /// What is in it.
    pub text: String,
    /// Which line.
    pub line: Line,
}

/// A line for a file of the user's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// The one that shows the feed; before this line of the file, if one was said.
    Feed(Option<usize>),
    /// The one that asks for the stylesheet; before this line of the file, if one was said.
    Stylesheet(Option<usize>),
}

/// What was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// Whether templates are written at all.
    pub templates: bool,
    /// A workflow.
    pub github: Option<Way>,
    /// `netlify.toml`.
    pub netlify: bool,
    /// What may be replaced.
    pub replace: Replace,
}

/// What may be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Replace {
    /// Nothing.
    Nothing,
    /// What an earlier feedbake wrote and nobody edited.
    Unedited,
    /// What somebody edited, too.
    Edited,
}

/// Which folder a path starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// The site.
    Site,
    /// The repository it is in.
    Repository,
}

/// One file of the plan.
#[derive(Debug, Clone)]
pub struct Item {
    /// Where its path starts.
    pub from: From,
    /// Its path.
    pub place: SitePath,
    /// What it is, in words.
    pub what: String,
    /// What is to be done.
    pub action: Action,
    /// What is in it now.
    pub before: Option<String>,
    /// What would be in it.
    pub after: String,
    /// The template it is, where it is one.
    pub template: Option<Template>,
}

/// What is to be done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It is not there and will be written.
    Write,
    /// Lines are added; everything else in it stays.
    Add,
    /// It is replaced.
    Replace,
    /// It is as it should be.
    Same,
    /// It stays: somebody edited it.
    Edited,
    /// It stays: nobody edited it, and this feedbake has a newer one.
    Earlier,
    /// It stays, whatever is in it.
    Yours,
}

impl Action {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::Add => "add",
            Self::Replace => "replace",
            Self::Same => "same",
            Self::Edited => "edited",
            Self::Earlier => "earlier",
            Self::Yours => "yours",
        }
    }

    /// Whether anything is written.
    pub fn is_work(self) -> bool {
        matches!(self, Self::Write | Self::Add | Self::Replace)
    }
}

/// What will be done, and what is left.
#[derive(Debug)]
pub struct Plan {
    /// The files.
    pub items: Vec<Item>,
    /// What the owner has to do, in order.
    pub left: Vec<String>,
}

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

/// Decides on every file.
///
/// # Errors
/// [`SetupError`] where a wish cannot be fulfilled; nothing is to be written then.
pub fn plan(sight: &Sight, wish: Wish) -> Result<Plan, SetupError> {
    let layout = sight.generator.layout();
    let mut items = vec![settings(sight, layout)];
    if wish.templates {
        items.extend(sight.templates.iter().map(|(template, state, text)| of_template(*template, *state, text, wish)));
    }
    items.extend(gitignore(sight));
    let mut done: Vec<&SitePath> = Vec::new();
    for target in &sight.targets {
        if done.contains(&&target.place) {
            continue;
        }
        done.push(&target.place);
        let earlier = items.iter_mut().find(|item| item.from == From::Site && item.place == target.place);
        let text = earlier.as_ref().map_or(&target.text, |item| &item.after);
        // Both lines may go into one file.
        let same = sight.targets.iter().filter(|other| other.place == target.place);
        let same: Vec<Target> = same.map(|other| Target { text: text.clone(), ..other.clone() }).collect();
        let (after, what) = lines::with_lines(sight, &same)?;
        match earlier {
            Some(item) => {
                item.what = format!("{}; {what}", item.what);
                item.after = after;
                item.action = added(item.before.as_deref(), &item.after);
            }
            None => items.push(added_to(From::Site, target.place.clone(), what, Some(&target.text), after)),
        }
    }
    if let Some(way) = wish.github {
        if way == Way::Deploy && sight.generator != Generator::Zola {
            return Err(SetupError::OnlyForZola(layout.name));
        }
        let text = workflow::text(way, &sight.below, sight.zola);
        items.push(whole(From::Repository, WORKFLOW_FILE, way.about(), sight.workflow.as_deref(), text, wish));
    }
    if wish.netlify {
        items.extend(netlify(sight, layout)?);
    }
    let left = left(sight, wish, &items);
    Ok(Plan { items, left })
}

fn settings(sight: &Sight, layout: &Layout) -> Item {
    let recorded = sight.is_recorded.then_some(sight.generator);
    let before = sight.settings_file.clone();
    let line = before.as_deref().zip(recorded).and_then(|(text, generator)| texts::with_generator(text, generator));
    let (action, what) = match (&before, &line) {
        (Some(_), Some(_)) => (Action::Add, "the line that names the generator"),
        (Some(_), None) => (Action::Yours, "the settings"),
        (None, _) => (Action::Write, "the settings, all at their defaults"),
    };
    let after = line.or_else(|| before.clone()).unwrap_or_else(|| texts::settings(recorded, layout));
    Item {
        from: From::Site,
        place: known(crate::config::CONFIG_FILE),
        what: what.to_owned(),
        action,
        after,
        before,
        template: None,
    }
}

fn of_template(template: Template, state: TemplateState, text: &str, wish: Wish) -> Item {
    let action = match state {
        TemplateState::Missing => Action::Write,
        TemplateState::Same => Action::Same,
        TemplateState::Earlier if wish.replace >= Replace::Unedited => Action::Replace,
        TemplateState::Earlier => Action::Earlier,
        TemplateState::Edited if wish.replace == Replace::Edited => Action::Replace,
        TemplateState::Edited => Action::Edited,
    };
    Item {
        from: From::Site,
        place: template.path(),
        what: template.about.to_owned(),
        action,
        before: (state != TemplateState::Missing).then(|| text.to_owned()),
        after: template.text.to_owned(),
        template: Some(template),
    }
}

/// `.env` holds a token. The cache ignores itself.
fn gitignore(sight: &Sight) -> Option<Item> {
    if sight.is_dot_env_ignored {
        return None;
    }
    let before = sight.gitignore.as_deref();
    let text = before.unwrap_or_default();
    let after = format!("{}.env{}", insert::ended(text), insert::line_end(text));
    Some(added_to(From::Site, known(".gitignore"), "`.env`, which holds the token".to_owned(), before, after))
}

/// Whether a name ends so, in whichever case.
fn has_ending(place: &SitePath, ending: &str) -> bool {
    place.as_str().to_ascii_lowercase().ends_with(ending)
}

fn is_markdown(place: &SitePath) -> bool {
    [".md", ".markdown", ".mdx"].iter().any(|ending| has_ending(place, ending))
}

fn netlify(sight: &Sight, layout: &Layout) -> Result<Vec<Item>, SetupError> {
    let place = known("netlify.toml");
    let base = match sight.netlify_from {
        From::Site => sight.below.clone(),
        From::Repository => netlify_base(sight.netlify.as_deref(), &sight.below),
    };
    let toml = match &sight.netlify {
        None => texts::netlify(layout, &sight.below, sight.zola),
        Some(text) if bakes_on_netlify(text).ok_or(SetupError::BrokenNetlify)? => text.clone(),
        Some(text) => with_block(text, &texts::netlify_plugin(&site_from(&base, &sight.below))),
    };
    // A list of plugins in one line cannot be followed by a table of them.
    bakes_on_netlify(&toml).ok_or(SetupError::CrowdedNetlify)?;
    let mut items = vec![added_to(
        sight.netlify_from,
        place,
        "the plugin that bakes before each build".to_owned(),
        sight.netlify.as_deref(),
        toml,
    )];
    if sight.package.is_none() {
        let text = texts::package_json(env!("CARGO_PKG_VERSION"));
        let what = "what Netlify installs the plugin from".to_owned();
        let place = SitePath::new(format!("{base}/package.json").trim_start_matches('/'));
        items.extend(place.map(|place| added_to(From::Repository, place, what, None, text)));
    }
    Ok(items)
}

/// The text with a block of lines at its end.
fn with_block(text: &str, block: &str) -> String {
    let end = insert::line_end(text);
    let block = block.replace('\n', end);
    match text.trim_end() {
        "" => block,
        kept => format!("{kept}{end}{end}{block}"),
    }
}

/// The folder of the site from `base`, both from the top of the repository; empty where they are one, or the site is
/// elsewhere.
fn site_from(base: &str, site: &str) -> String {
    let below =
        if base.is_empty() { Some(site) } else { site.strip_prefix(base).and_then(|rest| rest.strip_prefix('/')) };
    below.unwrap_or_default().to_owned()
}

/// A file that gets lines and keeps what is in it.
fn added_to(from: From, place: SitePath, what: String, before: Option<&str>, after: String) -> Item {
    let action = added(before, &after);
    Item { from, place, what, action, before: before.map(str::to_owned), after, template: None }
}

fn added(before: Option<&str>, after: &str) -> Action {
    match before {
        None => Action::Write,
        Some(before) if before == after => Action::Same,
        Some(_) => Action::Add,
    }
}

/// A file that is wholly feedbake's or wholly the user's.
fn whole(from: From, place: &str, what: &str, before: Option<&str>, after: String, wish: Wish) -> Item {
    let action = match before {
        None => Action::Write,
        Some(before) if before == after => Action::Same,
        Some(_) if wish.replace == Replace::Edited => Action::Replace,
        Some(_) => Action::Edited,
    };
    Item {
        from,
        place: known(place),
        what: what.to_owned(),
        action,
        before: before.map(str::to_owned),
        after,
        template: None,
    }
}

/// Whether a partial could be one of feedbake's, edited or not: each names it in what it reads or writes.
pub fn shows_a_feed_of_ours(partial: &str) -> bool {
    ["feedbake", "instagram.json"].iter().any(|word| partial.contains(word))
}

/// What the owner has to do.
fn left(sight: &Sight, wish: Wish, items: &[Item]) -> Vec<String> {
    let layout = sight.generator.layout();
    let has = |line: fn(Line) -> bool| sight.targets.iter().any(|target| line(target.line));
    let mut left = Vec::new();
    if let Some((partial, ..)) = sight.templates.iter().find(|(template, state, text)| {
        template.place == layout.partial().place && *state == TemplateState::Edited && !shows_a_feed_of_ours(text)
    }) {
        left.push(format!(
            "make room for the partial: {} is a file of your own and shows no feed; give it another name, then run init again",
            partial.place
        ));
    }
    if sight.shown_by.is_none() && !has(|line| matches!(line, Line::Feed(_))) {
        let import = if sight.generator == Generator::Astro {
            format!(" and `import Instagram from \"…/{}\"`", layout.partial().place.trim_start_matches("src/"))
        } else {
            String::new()
        };
        left.push(format!(
            "show the feed: put `{}`{import} into a template, or let `feedbake init --include-in FILE` do it",
            lines::include_line(sight)
        ));
    }
    if sight.styled_by.is_none() && !has(|line| matches!(line, Line::Stylesheet(_))) {
        let file = sight.head_in.as_deref();
        left.push(format!(
            "give it its looks: put `{}` into the head of the page{}, or let `feedbake init --style-in {}` do it",
            layout.stylesheet,
            file.map_or_else(String::new, |file| format!(" ({file})")),
            file.unwrap_or("FILE")
        ));
    }
    if sight.generator == Generator::Html {
        left.push(
            "let your server put the fragment into the page (Apache, nginx: server-side includes), or put it there when you publish: docs/generators.md, Plain HTML"
                .to_owned(),
        );
    }
    if sight.generator == Generator::Eleventy && !copies_folder(&sight.configuration) {
        let folder = format!("{}/feedbake", sight.below_project);
        left.push(format!(
            "let Eleventy copy the pictures: put `eleventyConfig.addPassthroughCopy(\"{}\");` into its configuration",
            folder.trim_start_matches('/')
        ));
    }
    if sight.generator == Generator::Jekyll && !sight.configuration.contains(crate::config::CONFIG_FILE) {
        left.push(
            "keep the settings out of the built site: put `exclude: [feedbake.toml]` into `_config.yml`, or the name into the list that is there"
                .to_owned(),
        );
    }
    if let Some(other) = other_generator(sight) {
        left.push(other);
    }
    if wish.github.is_some() {
        left.extend(workflow::left(&items.iter().map(|item| item.after.as_str()).collect::<Vec<_>>()));
        left.push(
            "give GitHub the token: Settings → Secrets and variables → Actions → New repository secret, name `INSTAGRAM_ACCESS_TOKEN`"
                .to_owned(),
        );
    }
    if wish.netlify {
        if sight.package.as_ref().is_some_and(|text| !text.contains(NETLIFY_PLUGIN)) {
            left.push(format!("let Netlify install the plugin: `npm install --save-dev {NETLIFY_PLUGIN}`"));
        }
        if sight.package.is_none() {
            left.push("keep what npm installs out of git: a line `node_modules/` in .gitignore".to_owned());
        }
        left.push(
            "give Netlify the token: Project configuration → Environment variables → Add a variable, key `INSTAGRAM_ACCESS_TOKEN`, marked as secret, for the production context"
                .to_owned(),
        );
    }
    left
}

/// What to do where the settings name another generator than was asked for.
fn other_generator(sight: &Sight) -> Option<String> {
    let said = texts::generator_in(sight.settings_file.as_deref()?)?;
    let word = sight.generator.layout().word;
    (sight.is_recorded && said != word && said != "auto").then(|| {
        format!("say which generator it is: feedbake.toml has `generator = \"{said}\"`, and this was for {word}")
    })
}

fn known(text: &str) -> SitePath {
    SitePath::new(text).expect("the place is a constant")
}

#[cfg(test)]
mod tests;
