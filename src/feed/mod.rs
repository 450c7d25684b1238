//! The words all rooms share: what a post is, once it is no longer the API's and not yet the site's.
//!
//! Knows nobody; everybody may know it. Nothing here reads a file, a clock or the network.

mod caption;
mod pieces;
mod post;

pub use caption::{Caption, one_line};
#[cfg(test)]
mod properties;

pub use post::{Account, InvalidId, MediaId, MediaLink, Post, PostKind, Shortcode, Slide, SlideKind, profile_address};
