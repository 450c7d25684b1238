//! The secret: a type for it that cannot be shown, a search for it in what is about to be shown, and its life from
//! the login over every renewal to its end.
//!
//! `life` decides, `status` remembers, `talk` asks the API, `vault` and `stores` keep a token that changed, `renew`
//! puts them together. Nothing here prints or knows what day it is.

mod coded;
mod leak;
mod life;
mod login;
mod long_runs;
mod peeled;
mod renew;
mod status;
mod stores;
mod talk;
mod token;
mod vault;

pub use leak::{Leak, LeakKind, LeakScanner};
pub use life::{
    Certainty, Due, Keeping, Outlook, RenewWhen, TOKEN_LIFE, YOUNGEST, day_of, deadline, due, outlook, whole_days,
};
pub use login::{ADDRESS_OF_LOGIN, LoginAnswer, LoginError, SCOPE, authorize_address, read_redirect};
pub use long_runs::{without_long_runs, without_tokens};
pub use renew::{Held, Renewal, Renewed, Renewer, TokenPlace, Urgency, choose};
pub use status::{Ancestor, STATUS_FILE, TRIES_FILE, TokenRecord, TokenStatus, Tries};
pub use stores::{GithubStore, NetlifyStore, Store, StoreError};
pub use talk::{App, Grown, Redeemed, Talk, redeem};
pub use token::{AccessToken, TokenKind, TokenShapeError};
pub use vault::{KEY_NAME, Kept, VAULT_FILE, Vault, VaultError, VaultKey};
