//! Installs the partial, the stylesheet and the shortcode: written where nothing is, and the user's from then on.

use sha2::{Digest, Sha256};

use super::layout::Layout;
use crate::files::{FileError, Root, SitePath};
use crate::manifest::{Manifest, Role};
use crate::media::hex;

/// A file that feedbake brings along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template {
    /// Where it goes.
    pub place: &'static str,
    /// What is in it.
    pub text: &'static str,
}

/// The partial that shows the feed.
pub const PARTIAL: Template =
    Template { place: "templates/partials/instagram.html", text: include_str!("templates/instagram.html") };

/// The stylesheet.
pub const STYLESHEET: Template =
    Template { place: "static/feedbake.css", text: include_str!("templates/feedbake.css") };

/// One line that includes the partial, for Markdown in Zola ≤ 0.22.
pub const SHORTCODE: Template =
    Template { place: "templates/shortcodes/instagram.html", text: include_str!("templates/shortcode.html") };

const CSS: &str = STYLESHEET.text;

/// What goes into a Hugo site; both its generations read these folders.
pub(super) const HUGO: [Template; 3] = [
    Template { place: "layouts/partials/instagram.html", text: include_str!("templates/hugo.html") },
    Template { place: "static/feedbake.css", text: CSS },
    // `instagram` is a shortcode of Hugo's own, for a single post.
    Template { place: "layouts/shortcodes/feedbake.html", text: include_str!("templates/hugo-shortcode.html") },
];

/// What goes into an Eleventy site.
pub(super) const ELEVENTY: [Template; 2] = [
    Template { place: "_includes/instagram.njk", text: include_str!("templates/eleventy.njk") },
    Template { place: "feedbake/feedbake.css", text: CSS },
];

/// What goes into a Jekyll site.
pub(super) const JEKYLL: [Template; 2] = [
    Template { place: "_includes/instagram.html", text: include_str!("templates/jekyll.html") },
    Template { place: "assets/feedbake/feedbake.css", text: CSS },
];

/// What goes into an Astro site.
pub(super) const ASTRO: [Template; 2] = [
    Template { place: "src/components/Instagram.astro", text: include_str!("templates/astro.astro") },
    Template { place: "public/feedbake.css", text: CSS },
];

/// SHA-256 of texts that an earlier feedbake brought along, hexadecimal: whoever changes a template after a release adds
/// the hash of what was released.
const EARLIER: [&str; 0] = [];

/// Writes the templates that are missing and notes them in `manifest`; returns the places written.
///
/// A file that is there is never touched, whoever made it. One that nobody edited is noted again where the manifest was
/// lost.
///
/// # Errors
/// [`FileError`] when a file cannot be written.
pub fn install(root: &Root, layout: &Layout, manifest: &mut Manifest) -> Result<Vec<SitePath>, FileError> {
    let mut installed = Vec::new();
    for template in layout.templates {
        let place = SitePath::new(template.place).expect("the places are written above");
        if root.exists(&place) {
            if relist(root, manifest, place, template) {
                manifest.write(root)?;
            }
            continue;
        }
        manifest.claim(place.clone(), Role::Template, hex(&Sha256::digest(template.text)));
        manifest.write(root)?;
        root.write(&place, template.text.as_bytes())?;
        installed.push(place);
    }
    Ok(installed)
}

/// Notes the templates that nobody edited again, where the manifest was lost.
pub fn relist_templates(root: &Root, layout: &Layout, manifest: &mut Manifest) {
    for template in layout.templates {
        relist(root, manifest, SitePath::new(template.place).expect("the places are written above"), template);
    }
}

/// Whether the file at `place` had to be noted again.
fn relist(root: &Root, manifest: &mut Manifest, place: SitePath, template: &Template) -> bool {
    if manifest.files.contains_key(&place) {
        return false;
    }
    let Some(sha256) = unedited(root, &place, template) else { return false };
    manifest.claim(place, Role::Template, sha256);
    true
}

/// The hash of the file at `place`, when it is one that feedbake brought along.
fn unedited(root: &Root, place: &SitePath, template: &Template) -> Option<String> {
    // What cannot be read is none of ours, and no reason to fail.
    let bytes = root.read(place).ok().flatten()?;
    let sha256 = hex(&Sha256::digest(&bytes));
    (bytes == template.text.as_bytes() || EARLIER.contains(&sha256.as_str())).then_some(sha256)
}
