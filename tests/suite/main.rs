//! One test binary, one file per feature. Everything here runs the real binary or the real library, against the
//! emulator over HTTP and a real folder; nothing reaches the network.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test is outside the house: it sets the world up and may fail loudly"
)]

mod archive;
mod bake;
mod data_file;
mod doctor;
mod documents;
mod emulator;
mod example_site;
mod generators;
mod hostile;
mod hosts;
mod init;
mod keep;
mod killed;
mod listing;
mod login;
mod matrix;
mod odd_places;
mod partial;
mod sandbox;
mod secrets;
mod settings;
mod terminal;
mod tokens;
mod troubleshooting;
mod two_years;
