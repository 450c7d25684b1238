//! Bakes the feed of an Instagram account into a static site, at build time.
//!
//! ```text
//!  argv·env·files     Graph API                          CDN                           the Zola site
//!        │                │                               │                                  ▲
//!     config ────► graph ─────────────► select ────► media: plan · fetch · develop ──► site: data · templates · prune
//!     Settings         Vec<Post>       Selection          Gallery                          Report
//!  roof: cli (alone prints), bake (alone calls one room after another) · middle: feed (the words all rooms share)
//!  floors: http · retry · files · manifest · cache · auth · loopback
//! ```
//!
//! The program is a thin shell around [`cli::run`]. As a library, [`bake::bake`] is the whole job, [`emulator`] plays
//! Instagram for tests, and [`feed`] and [`select`] are useful alone:
//!
//! ```
//! use feedbake::feed::Caption;
//!
//! let caption = Caption::new("Morning at the sea.\n.\n.\n#sea #sky");
//! assert_eq!(caption.clean(), "Morning at the sea.");
//! assert_eq!(caption.hashtags(), ["sea", "sky"]);
//! ```

pub mod archive;
pub mod audit;
pub mod auth;
pub mod bake;
pub mod cache;
pub mod cli;
pub mod config;
pub mod doctor;
pub mod emulator;
pub mod feed;
pub mod files;
pub mod graph;
pub mod http;
mod inquire;
pub mod loopback;
pub mod manifest;
pub mod media;
pub mod render;
pub mod retry;
pub mod select;
pub mod setup;
pub mod site;
mod site_path;
pub mod words;
