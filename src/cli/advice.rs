//! What to click when the API or the network says no.

use super::failure::Code;
use crate::graph::{ApiError, ApiFault, FaultKind};
use crate::http::HttpError;

const NEW_TOKEN: &str = "make a new token with `feedbake login` (app dashboard → Instagram → API setup with Instagram login → Generate token) and set INSTAGRAM_ACCESS_TOKEN to it where the site is built";

/// The exit code and the next steps for an API error.
pub fn advice_on_api(error: &ApiError) -> (Code, Vec<String>) {
    match error {
        ApiError::Fault(fault) => advice_on_fault(fault),
        ApiError::Http(http) => (Code::Network, advice_on_http(http)),
        ApiError::Shape { .. } => (Code::Network, vec!["is `api.base` the address of Instagram's API?".to_owned()]),
    }
}

fn advice_on_fault(fault: &ApiFault) -> (Code, Vec<String>) {
    let code = if fault.is_about_the_token() { Code::Token } else { Code::Network };
    let hints: Vec<String> = match &fault.kind {
        FaultKind::TokenExpired => vec![NEW_TOKEN.to_owned(), "a token lives for sixty days".to_owned()],
        FaultKind::TokenInvalidated => vec!["a changed password ends every token".to_owned(), NEW_TOKEN.to_owned()],
        FaultKind::TokenUnreadable => vec![
            "copy the token again, whole; a token that begins with EAA needs `[api] base = \"https://graph.facebook.com\"` and `user`, one that begins with IGAA the default".to_owned(),
            NEW_TOKEN.to_owned(),
        ],
        FaultKind::AppRemoved => vec!["on Instagram: Settings → Apps and websites shows what was removed".to_owned(), NEW_TOKEN.to_owned()],
        FaultKind::Checkpoint => vec!["log in to the account on instagram.com, follow what it asks for, then run this again".to_owned()],
        FaultKind::TokenMissing => vec!["the token did not arrive: `[api] token_in = \"query\"` sends it the other way".to_owned()],
        FaultKind::TesterRoleMissing => vec![
            "the account has to be an Instagram Tester of the app: app dashboard → App roles → Roles → Add people → Instagram Tester".to_owned(),
            "then accept the invitation, logged in as that account: instagram.com/accounts/manage_access → Tester invites → Accept".to_owned(),
        ],
        FaultKind::PermissionMissing => vec![
            "the token needs `instagram_business_basic` (with Facebook Login: `instagram_basic`, `pages_show_list`, `pages_read_engagement`)".to_owned(),
            NEW_TOKEN.to_owned(),
        ],
        FaultKind::RateLimited { .. } => vec!["wait, and bake less often: four times a day is plenty; `api.patience` says how long feedbake itself waits".to_owned()],
        FaultKind::Blocked => vec!["the app dashboard's alerts say why and for how long".to_owned()],
        FaultKind::Transient => vec!["this passes by itself; run it again in a few minutes".to_owned()],
        FaultKind::ReduceData => vec!["even one post at a time was too much: please report this".to_owned()],
        FaultKind::UnknownField { .. } | FaultKind::BadRequest | FaultKind::Unknown => {
            vec![format!("please report this{}", trace(fault))]
        }
        FaultKind::Gone => vec!["`api.user` is `me`, or with Facebook Login the id of the Instagram account (not of the Facebook Page)".to_owned()],
        FaultKind::WrongApp => vec![
            "there are two pairs of id and secret: take *Instagram app ID* and *Instagram app secret* (app dashboard → Instagram → API setup with Instagram login), not the pair under App settings → Basic".to_owned(),
        ],
        FaultKind::CodeSpent => vec!["a code is good for an hour, and once: run `feedbake login` again and paste the new address".to_owned()],
        FaultKind::RedirectMismatch => vec![
            "app dashboard → Instagram → API setup with Instagram login → Set up Instagram business login → Business login settings: give `--redirect-uri` exactly as it stands there, with or without the `/` at its end".to_owned(),
        ],
        FaultKind::NotTheApi => vec!["a proxy, a captive portal or a wrong `api.base` answered in its place".to_owned()],
    };
    (code, hints)
}

fn trace(fault: &ApiFault) -> String {
    if fault.trace.is_empty() { String::new() } else { format!(", with Meta's name for the answer: {}", fault.trace) }
}

/// The next steps when no answer came.
pub fn advice_on_http(error: &HttpError) -> Vec<String> {
    let hint = match error {
        HttpError::Tls(_) => "install the system's root certificates (Debian: `apt install ca-certificates`)",
        HttpError::Connect { .. } => "is the network up? A proxy is taken from HTTPS_PROXY",
        HttpError::Insecure { .. } => {
            "is this machine's clock right? If it is, something between here and there, such as a company's proxy, shows a certificate this system does not trust"
        }
        HttpError::Timeout { .. } => "try again later; `api.timeout` allows more",
        HttpError::CutOff { .. } => "try again; if it stays so, something between here and there cuts the connection",
        HttpError::TooLarge { .. }
        | HttpError::NotAllowed { .. }
        | HttpError::NoAddress
        | HttpError::Refused { .. } => "is `api.base` the address of Instagram's API?",
        HttpError::Status { .. } => "try again later",
    };
    vec![hint.to_owned()]
}
