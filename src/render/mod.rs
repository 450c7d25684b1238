//! A partial, rendered by tera in either major version, with Zola's own functions stood in for: as a page to look at, and
//! as the fragment of a site that no generator builds.
//!
//! Reads the site and writes nothing: whoever asks serves what comes out, or puts it into a folder.

mod engine;
mod stand_ins;

pub use engine::{RenderError, TeraMajor, render_fragment, render_page};
pub use stand_ins::{Function, StandIns};
