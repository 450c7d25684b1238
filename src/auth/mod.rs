//! The secret: a type for it that cannot be shown, and a search for it in what is about to be shown.

mod coded;
mod leak;
mod life;
mod peeled;
mod status;
mod token;

pub use leak::without_long_runs;
pub use leak::{Leak, LeakKind, LeakScanner};
pub use life::{TokenRecord, TokenRules, day_of};
pub use status::{STATUS_FILE, TokenStatus};
pub use token::{AccessToken, TokenKind, TokenShapeError};
