//! What the user asked for: file, environment and flags become one checked [`Settings`].
//!
//! default < file < environment < flag, and every complaint about a value names who set it. This is the one room
//! that reads the environment, and the one that knows where a token may come from. It opens no connection and
//! decides nothing about posts.

mod api;
mod archive;
mod display;
mod environment;
mod keys;
mod layer;
mod named;
mod origin;
mod parse;
mod pictures;
#[cfg(test)]
mod properties;
mod read;
mod settings;
mod site;
mod token;
mod token_settings;

pub use api::ApiSettings;
pub use archive::{ArchiveSettings, Deleted, Slugs};
pub use display::{Albums, Arrangement, Destination, Display};
pub use environment::{Environment, GithubActions, current_folder};
pub use keys::{KEYS, Key, Scope};
pub use layer::{Layer, parse_file};
pub use named::{NamedPost, UseOf, unmatched};
pub use origin::Origin;
pub use parse::size;
pub use settings::{
    Carousel, Counts, FeedSettings, Found, MergeSettings, Override, Settings, SettingsError, Templates, Video,
};
pub use site::{
    CONFIG_FILE, ConfigError, DOT_ENV, Mark, Place, Wanted, find_site, git_tracks, git_would_commit, ignores_dot_env,
    load, look, main_branch, mark_of, marks_of, patterns_ignore, repository_of, site_below, way_between,
};
pub use token::{FoundToken, TOKEN_NAMES, TokenError, find_token};
pub use token_settings::{StoreWish, StoreWishError, TokenSettings, file_store, store, vault_key};
