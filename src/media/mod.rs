//! Pictures: from the links of a post to renditions in the cache, under the names they will have in the site.
//!
//! `plan` decides what must be done for a slide, `workshop` does it with a few threads, `develop` turns the bytes of
//! one original into its renditions, and the pure rooms below it know pixels only. Nothing here knows a post's
//! caption, the data file or a template, and nothing here writes into the published folders: that is `site`.

#[cfg(feature = "avif")]
mod avif;
#[cfg(test)]
mod awkward;
mod clip;
mod colour;
mod decode;
mod decode_jpeg;
mod develop;
mod encode;
mod fetch;
#[cfg(test)]
mod golden;
mod jpeg;
#[cfg(feature = "webp")]
mod libwebp;
mod picture;
mod placeholder;
mod plan;
mod planes;
#[cfg(test)]
mod properties;
mod recipe;
mod shape;
mod sniff;
mod workshop;

pub use clip::clip;
pub use decode::{PixelLimits, ShapeError, decode};
pub use develop::{DevelopError, Developed, develop};
pub use encode::{EncodeError, Format, Quality};
pub use fetch::{fetch, fetch_video};
pub use picture::{Clip, File, Picture, Rendition, is_picture};
pub use plan::{Step, Stock, decide, without_network};
pub(crate) use recipe::hex;
pub use recipe::{Recipe, Widths};
pub use shape::{Aspect, CropRect};
pub use sniff::Sniffed;
pub use workshop::{Bench, Fetch, Fortune, Job, Made, PATIENCE, Trouble, Work, make};
