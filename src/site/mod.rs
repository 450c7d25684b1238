//! The site: where things live in it, the data file, the templates, and tidying up.
//!
//! Nothing here asks the network or looks at pixels.

mod alt;
mod data;
pub(crate) mod elements;
mod eleventy;
pub(crate) mod expressions;
mod fragment;
mod layout;
pub(crate) mod markup;
mod masonry;
mod merged;
mod moved;
mod named_data;
pub(crate) mod php;
mod prune;
mod publish;
mod rivals;
pub(crate) mod script;
mod shown;
mod templates;
mod weight;

pub use alt::{AltSource, alt_text};
pub use data::{DataFile, DataPost, Gallery, Tile, data_file, empty_data_file, shown_slides, without_alt};
pub use eleventy::{EleventyFolders, prefixes_addresses, reads_nunjucks, transforms_pictures, uncopied_folders};
pub use fragment::{fragment, is_fragment, publish_fragment, refuse_foreign_fragment};
pub use layout::{Generator, Layout};
pub use merged::{Merged, PostOf, merged, merged_posts};
pub use moved::Moved;
pub use prune::{Pruned, clean_all, clean_cache, prune, relist};
pub use publish::{
    PublishError, Published, hidden, place_picture, refuse_foreign_data, refuse_leaks, write_data, write_hashed_data,
};
pub use rivals::{Rival, Whose, instead_of_partial, is_crowded_out, is_left_out, rivals};
pub use shown::{ShownPost, is_data_file, named_paths, shown_posts, without_missing};
pub use templates::{
    Extras, PARTIAL, PageBase, SHORTCODE, STYLESHEET, Script, Template, TemplateState, install, shows_a_feed_of_ours,
};
pub use weight::{Weight, weigh, weigh_pictures};
