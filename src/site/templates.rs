//! Installs the partial, the stylesheet and the shortcode: written where nothing is, and the user's from then on.

use sha2::{Digest, Sha256};

use super::layout::Layout;
use super::rivals::{is_left_out, rivals};
use crate::files::{FileError, Root, SitePath};
use crate::manifest::{Manifest, Role, with_plain_ends};
use crate::media::hex;

/// A file that feedbake brings along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template {
    /// Where it goes.
    pub place: &'static str,
    /// What it is, in words.
    pub about: &'static str,
    /// What is in it.
    pub text: &'static str,
}

const fn partial(place: &'static str, text: &'static str) -> Template {
    Template { place, about: "the partial, which shows the feed", text }
}

const fn stylesheet(place: &'static str) -> Template {
    Template { place, about: "the stylesheet", text: include_str!("templates/feedbake.css") }
}

const fn shortcode(place: &'static str, text: &'static str) -> Template {
    Template { place, about: "the shortcode, for Markdown", text }
}

/// The script, which nothing needs.
const fn script(place: &'static str) -> Template {
    Template { place, about: "the script, for comfort in the box", text: include_str!("templates/feedbake.js") }
}

pub(super) const ZOLA_SCRIPT: Template = script("static/feedbake.js");
pub(super) const HUGO_SCRIPT: Template = script("static/feedbake.js");
pub(super) const ELEVENTY_SCRIPT: Template = script("feedbake/feedbake.js");
pub(super) const JEKYLL_SCRIPT: Template = script("assets/feedbake/feedbake.js");
pub(super) const ASTRO_SCRIPT: Template = script("public/feedbake.js");
pub(super) const HTML_SCRIPT: Template = script("feedbake/feedbake.js");

/// The partial of Zola's sites.
pub const PARTIAL: Template = partial(
    "templates/partials/instagram.html",
    concat!(include_str!("templates/zola-head.html"), include_str!("templates/feed.html")),
);

/// The stylesheet of Zola's sites.
pub const STYLESHEET: Template = stylesheet("static/feedbake.css");

/// One line that includes the partial, for Markdown in Zola ≤ 0.22.
pub const SHORTCODE: Template =
    shortcode("templates/shortcodes/instagram.html", include_str!("templates/shortcode.html"));

/// What goes into a Hugo site; both its generations read these folders.
pub(super) const HUGO: [Template; 3] = [
    partial("layouts/partials/instagram.html", include_str!("templates/hugo.html")),
    stylesheet("static/feedbake.css"),
    // `instagram` is a shortcode of Hugo's own, for a single post.
    shortcode("layouts/shortcodes/feedbake.html", include_str!("templates/hugo-shortcode.html")),
];

/// What goes into an Eleventy site.
pub(super) const ELEVENTY: [Template; 2] =
    [partial("_includes/instagram.njk", include_str!("templates/eleventy.njk")), stylesheet("feedbake/feedbake.css")];

/// What goes into a Jekyll site.
pub(super) const JEKYLL: [Template; 2] = [
    partial("_includes/instagram.html", include_str!("templates/jekyll.html")),
    stylesheet("assets/feedbake/feedbake.css"),
];

/// What goes into an Astro site.
pub(super) const ASTRO: [Template; 2] = [
    partial("src/components/Instagram.astro", include_str!("templates/astro.astro")),
    stylesheet("public/feedbake.css"),
];

/// What goes into a site that nothing builds. The partial is rendered in each bake.
pub(super) const HTML: [Template; 2] = [
    partial(
        "feedbake/template.html",
        concat!(include_str!("templates/html-head.html"), include_str!("templates/feed.html")),
    ),
    stylesheet("feedbake/feedbake.css"),
];

/// SHA-256 of texts that an earlier feedbake brought along, hexadecimal: whoever changes a template after a release adds
/// the hash of what was released.
const EARLIER: [&str; 0] = [];

const POST: Template = Template {
    place: "templates/partials/instagram-post.html",
    about: "a post of the archive",
    text: include_str!("templates/zola-post.html"),
};

const ARCHIVE: Template = Template {
    place: "templates/partials/instagram-archive.html",
    about: "the posts of the archive",
    text: include_str!("templates/zola-archive.html"),
};

const fn post_page(text: &'static str) -> Template {
    Template { place: "templates/instagram-post.html", about: "the page of a post of the archive", text }
}

const fn archive_page(text: &'static str) -> Template {
    Template { place: "templates/instagram-archive.html", about: "the page of all posts of the archive", text }
}

/// What shows the archive in a Zola site without a template to extend.
const ZOLA_ALONE: [Template; 4] = [
    POST,
    ARCHIVE,
    post_page(include_str!("templates/zola-post-alone.html")),
    archive_page(include_str!("templates/zola-archive-alone.html")),
];

/// The same in the frame of the site.
const ZOLA_IN_BASE: [Template; 4] = [
    POST,
    ARCHIVE,
    post_page(include_str!("templates/zola-post-extends.html")),
    archive_page(include_str!("templates/zola-archive-extends.html")),
];

/// What comes along on request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extras {
    /// The script.
    pub script: Script,
    /// The templates of an archive, where there is one.
    pub pages: Option<PageBase>,
}

impl Extras {
    /// All of them.
    pub const ALL: [Self; 2] = [
        Self { script: Script::Install, pages: Some(PageBase::Alone) },
        Self { script: Script::Install, pages: Some(PageBase::Extended) },
    ];
}

/// What the pages of an archive are made in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PageBase {
    /// Whole pages of their own.
    #[default]
    Alone,
    /// The site's `base.html`, in its block `content`.
    Extended,
}

impl PageBase {
    pub(super) fn templates(self) -> &'static [Template] {
        match self {
            Self::Alone => &ZOLA_ALONE,
            Self::Extended => &ZOLA_IN_BASE,
        }
    }
}

/// Whether the script comes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// It does.
    Install,
    /// Nothing needs it.
    Omit,
}

/// How a file that feedbake brings along stands in a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplateState {
    /// Nothing is at its place.
    Missing,
    /// It is there as this feedbake brings it along.
    Same,
    /// An earlier feedbake brought it along, and nobody edited it since.
    Earlier,
    /// Somebody edited it, or something else is at its place.
    Edited,
}

impl Template {
    /// The place as a path.
    pub fn path(&self) -> SitePath {
        SitePath::new(self.place).expect("the places are written in this file")
    }

    /// How it stands in a site.
    pub fn state(&self, root: &Root, manifest: &Manifest) -> TemplateState {
        let place = self.path();
        if !root.exists(&place) {
            return TemplateState::Missing;
        }
        // What cannot be read is none of ours, and no reason to fail.
        let Some(bytes) = root.read(&place).ok().flatten() else { return TemplateState::Edited };
        let bytes = with_plain_ends(&bytes);
        let sha256 = hex(&Sha256::digest(&bytes));
        let is_listed = manifest.files.get(&place).is_some_and(|record| record.sha256 == sha256);
        match *bytes == *self.text.as_bytes() {
            true => TemplateState::Same,
            false if is_listed || EARLIER.contains(&sha256.as_str()) => TemplateState::Earlier,
            false => TemplateState::Edited,
        }
    }

    /// Puts it into its place, whatever is there, and notes it in `manifest` before.
    ///
    /// # Errors
    /// [`FileError`] when a file cannot be written.
    pub fn put(&self, root: &Root, manifest: &mut Manifest) -> Result<(), FileError> {
        manifest.claim(self.path(), Role::Template, hex(&Sha256::digest(self.text)));
        manifest.write(root)?;
        root.write(&self.path(), self.text.as_bytes()).map(drop)
    }
}

/// Whether a partial could be one of feedbake's, edited or not: each names it in what it reads or writes.
pub fn shows_a_feed_of_ours(partial: &str) -> bool {
    ["feedbake", "instagram.json"].iter().any(|word| partial.contains(word))
}

/// Writes the templates that are missing and notes them in `manifest`; returns the places written.
///
/// A file that is there is never touched, whoever made it, and one that would take the place of another's is left out.
/// One that nobody edited is noted again where the manifest was lost.
///
/// # Errors
/// [`FileError`] when a file cannot be written.
pub fn install(
    root: &Root,
    layout: &'static Layout,
    extras: Extras,
    manifest: &mut Manifest,
) -> Result<Vec<SitePath>, FileError> {
    let mut installed = Vec::new();
    let rivals = rivals(root, layout);
    for template in layout.brought(extras) {
        let is_missing = template.state(root, manifest) == TemplateState::Missing;
        if is_missing && is_left_out(&rivals, layout, template) {
            continue;
        }
        if is_missing {
            template.put(root, manifest)?;
            installed.push(template.path());
        } else if relist(root, manifest, template) {
            manifest.write(root)?;
        }
    }
    Ok(installed)
}

/// Notes the templates that nobody edited again, where the manifest was lost.
pub fn relist_templates(root: &Root, layout: &Layout, manifest: &mut Manifest) {
    for template in Extras::ALL.into_iter().flat_map(|extras| layout.brought(extras)) {
        relist(root, manifest, template);
    }
}

/// Whether the file had to be noted again.
fn relist(root: &Root, manifest: &mut Manifest, template: &Template) -> bool {
    let place = template.path();
    let is_unedited = || matches!(template.state(root, manifest), TemplateState::Same | TemplateState::Earlier);
    if manifest.files.contains_key(&place) || !is_unedited() {
        return false;
    }
    let Some(bytes) = root.read(&place).ok().flatten() else { return false };
    manifest.claim(place, Role::Template, hex(&Sha256::digest(&bytes)));
    true
}
