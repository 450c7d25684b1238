//! The installed partial, rendered by tera in either major version, with Zola's own functions stood in for.
//!
//! Reads the site and writes nothing: whoever asks for a page serves it or puts it into a folder.

mod render;
mod stand_ins;

pub use render::{PreviewError, TeraMajor, preview_page};
pub use stand_ins::{Function, StandIns};
