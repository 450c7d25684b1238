//! What a site gets once: which files, with what in them, and what is left for its owner to do. Pure: whoever asks
//! reads the files before, and writes them afterwards.

mod component;
mod content;
mod error;
mod footer;
mod head;
mod insert;
mod left;
mod lines;
mod looks;
mod named;
mod netlify;
mod places;
mod reading;
mod spans;
mod texts;
mod themes;
mod workflow;

use crate::files::SitePath;
use crate::site::{Generator, Layout, Rival, Template, TemplateState, Whose, is_left_out, shows_a_feed_of_ours};

pub use error::SetupError;
pub use insert::Spot;
pub use netlify::{NETLIFY_PLUGIN, bakes_on_netlify, is_of_another_site, names_old_plugin, netlify_base};
pub use places::check_place;
pub use texts::generator_in;
pub use themes::{modules_in, theme_of};
use workflow::Fit;
pub use workflow::{WORKFLOW_FILE, Way, workflow_file};

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
    /// Where its data are.
    pub data_folder: String,
    /// What is in the settings file, if it is there.
    pub settings_file: Option<String>,
    /// How the addresses of its files begin.
    pub base_path: String,
    /// The folder of its pictures.
    pub media_dir: SitePath,
    /// The folder of the site that it is built into.
    pub built: Option<SitePath>,
    /// What feedbake brings along, with how it stands and what is in it.
    pub templates: Vec<(Template, TemplateState, String)>,
    /// What is in `.gitignore`.
    pub gitignore: Option<String>,
    /// Whether git, or that file, ignores `.env`.
    pub is_dot_env_ignored: bool,
    /// The site's own files that say something of the feed, and its themes'.
    pub files: Vec<OwnFile>,
    /// Files of others by the name of one that feedbake brings along.
    pub rivals: Vec<Rival>,
    /// The name by which templates include a partial of the owner's that shows the feed under another name.
    pub own_partial: Option<String>,
    /// Folders that are repositories of their own, such as a theme's.
    pub borrowed: Vec<String>,
    /// Data files that feedbake did not make where it would put its own.
    pub foreign_data: Vec<String>,
    /// Data files under another name than the usual one, which no template names.
    pub unnamed_data: Vec<SitePath>,
    /// The texts of the generator's own configuration.
    pub configuration: String,
    /// What is in the files that lines shall go into.
    pub targets: Vec<Target>,
    /// The branch that the repository is published from, where there is one.
    pub branch: Option<String>,
    /// Where the workflow goes, in the repository.
    pub workflow_file: SitePath,
    /// What is in the workflow, if it is there.
    pub workflow: Option<String>,
    /// What is in `netlify.toml`, if it is there.
    pub netlify: Option<String>,
    /// Where that lies, or will: at the top of the repository, or in the site, where Netlify has the site as its base.
    pub netlify_from: From,
    /// What is in `package.json`, if it is there.
    pub package: Option<String>,
    /// Whether git ignores what npm installs beside that.
    pub are_modules_ignored: bool,
}

/// What a template or a page says of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnFile {
    /// Where it is, in the site.
    pub place: String,
    /// It shows the feed.
    pub shows: bool,
    /// It asks for the stylesheet.
    pub asks: bool,
    /// It holds the end of a page's head.
    pub ends_head: bool,
    /// It is a page in Markdown that calls Zola's shortcode.
    pub calls_shortcode: bool,
    /// It is a template in Nunjucks.
    pub is_nunjucks: bool,
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

impl Line {
    /// Whether it shows the feed.
    pub fn is_feed(self) -> bool {
        matches!(self, Self::Feed(_))
    }

    /// The same, wherever in a file it may go.
    pub fn anywhere(self) -> Self {
        match self {
            Self::Feed(_) => Self::Feed(None),
            Self::Stylesheet(_) => Self::Stylesheet(None),
        }
    }

    /// Whether it asks for the stylesheet.
    pub fn is_stylesheet(self) -> bool {
        matches!(self, Self::Stylesheet(_))
    }
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
    /// It stays: it does the same in another way, and nobody edited it.
    Other,
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
            Self::Other => "other",
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

/// Whether `target` can take its line: it may, and does not have it yet.
pub fn could_take(sight: &Sight, target: &Target) -> bool {
    let is_borrowed = sight.borrowed.iter().any(|folder| target.place.below(folder).is_some());
    let taken = || lines::with_lines(sight, std::slice::from_ref(target)).is_ok_and(|(after, _)| after != target.text);
    check_place(sight.generator, sight.built.as_ref(), &target.place).is_ok() && !is_borrowed && taken()
}

/// Decides on every file.
///
/// # Errors
/// [`SetupError`] where a wish cannot be fulfilled; nothing is to be written then.
pub fn plan(sight: &Sight, wish: Wish) -> Result<Plan, SetupError> {
    let layout = sight.generator.layout();
    themes::refuse_borrowed(sight)?;
    if let Some(rival) = in_the_way(sight, wish).filter(|_| sight.targets.iter().any(|target| target.line.is_feed())) {
        return Err(SetupError::InTheWay { rival });
    }
    let mut items = vec![settings(sight, layout)];
    if wish.templates {
        let is_placed = |template: &Template, state: TemplateState| {
            state != TemplateState::Missing || !is_left_out(&sight.rivals, layout, template)
        };
        let placed = sight.templates.iter().filter(|(template, state, _)| is_placed(template, *state));
        items.extend(placed.map(|(template, state, text)| of_template(*template, *state, text, wish)));
    }
    items.extend(gitignore(sight, wish));
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
        let fit = Fit {
            below: &sight.below,
            is_one_of_several: sight.workflow_file.as_str() != WORKFLOW_FILE,
            branch: sight.branch.as_deref(),
            built: sight.built.as_ref().map(SitePath::as_str),
            zola: netlify::zola(sight),
        };
        let text = workflow::text(way, fit);
        let mut item =
            whole(From::Repository, sight.workflow_file.as_str(), way.about(), sight.workflow.as_deref(), text, wish);
        if item.action == Action::Edited && workflow::is_other(sight.workflow.as_deref(), way, fit) {
            item.action = Action::Other;
        }
        items.push(item);
    }
    if wish.netlify {
        items.extend(netlify::items(sight)?);
    }
    let left = left::steps(sight, wish, &items);
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

/// `.env` holds a token, and `node_modules` is as large as a site. The cache ignores itself.
fn gitignore(sight: &Sight, wish: Wish) -> Option<Item> {
    let installs = wish.netlify && sight.package.is_none() && netlify::installs_in_site(sight);
    let lines = [
        (!sight.is_dot_env_ignored, ".env", "`.env`, which holds the token"),
        (installs && !sight.are_modules_ignored, "node_modules/", "`node_modules/`, where npm installs"),
    ];
    let lines: Vec<_> = lines.into_iter().filter(|(is_missing, ..)| *is_missing).collect();
    if lines.is_empty() {
        return None;
    }
    let before = sight.gitignore.as_deref();
    let text = before.unwrap_or_default();
    let mut after = insert::ended(text);
    after.extend(lines.iter().flat_map(|(_, line, _)| [line, insert::line_end(text)]));
    let what = lines.iter().map(|(.., what)| *what).collect::<Vec<_>>().join("; ");
    Some(added_to(From::Site, known(".gitignore"), what, before, after))
}

/// Whether a name ends so, in whichever case.
fn has_ending(place: &SitePath, ending: &str) -> bool {
    has_ending_of(place.as_str(), ending)
}

/// The same for a name.
fn has_ending_of(name: &str, ending: &str) -> bool {
    name.to_ascii_lowercase().ends_with(ending)
}

fn is_markdown(place: &SitePath) -> bool {
    [".md", ".markdown", ".mdx"].iter().any(|ending| has_ending(place, ending))
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

/// The file that a line for the feed would call instead of a partial of feedbake's, if there is one.
fn in_the_way(sight: &Sight, wish: Wish) -> Option<String> {
    own_in_the_way(sight, wish).or_else(|| rival_in_the_way(sight).map(|rival| rival.place.to_string()))
}

/// A file of the owner's at the place of the partial that shows no feed.
fn own_in_the_way(sight: &Sight, wish: Wish) -> Option<String> {
    let partial = sight.generator.layout().partial();
    let is_another = |(template, state, text): &&(Template, TemplateState, String)| {
        template.place == partial.place && *state == TemplateState::Edited && !shows_a_feed_of_ours(text)
    };
    let is_replaced = wish.templates && wish.replace == Replace::Edited;
    sight.templates.iter().find(is_another).filter(|_| !is_replaced).map(|(template, ..)| template.place.to_owned())
}

/// Another file by the name of the partial that the generator takes instead: a theme's where the site has none.
fn rival_in_the_way(sight: &Sight) -> Option<&Rival> {
    let place = sight.generator.layout().partial().place;
    let is_there = |(template, state, _): &(Template, TemplateState, String)| {
        template.place == place && *state != TemplateState::Missing
    };
    let is_there = sight.templates.iter().any(is_there);
    sight.rivals.iter().find(|rival| rival.ours == place && (rival.whose == Whose::Site || !is_there))
}

fn known(text: &str) -> SitePath {
    SitePath::new(text).expect("the place is a constant")
}

#[cfg(test)]
mod tests;
