//! The API as it is on the wire, and the one place where its words become ours.
//!
//! Believes nothing: every field but `id` may be missing, every list may be short, every answer may be a web page.
//! Knows nothing of files, settings or pictures.

mod client;
mod fault;
mod fields;
mod translate;

pub use client::{ApiError, ApiOptions, Behind, Cursor, Graph, Notice, Page};
pub(crate) use fault::read_answer;
pub use fault::{ApiFault, FaultKind};
pub use fields::Unasked;
pub use translate::Unreadable;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
