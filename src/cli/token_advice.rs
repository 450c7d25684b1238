//! What to click about tokens: their end, their renewal, the places they are kept in, and the mistakes people make.

use jiff::Timestamp;
use url::Url;

use super::advice::{advice_on_api, advice_on_http};
use super::failure::{Code, Failure};
use super::summary;
use crate::auth::{
    KEY_NAME, LoginError, Renewal, Renewed, StoreError, TokenKind, TokenPlace, TokenRecord, VAULT_FILE, VaultError,
    day_of,
};
use crate::bake::TendError;
use crate::config::{DOT_ENV, StoreWishError};
use crate::graph::{ApiError, FaultKind};
use crate::http::HttpError;
use crate::manifest::days_between;

/// How to keep a token that changes.
const KEEP: &str = "`feedbake token keygen` makes a key for an encrypted token file, which is all it takes where builds commit or the host keeps `.feedbake`; Vercel, Cloudflare, and Netlify without the plugin keep nothing: docs/tokens.md names the other ways";

/// How to get a new token.
const LOGIN: &str = "make a new one with `feedbake login`, then set the variable to it where the site is built";

/// What somebody has to know of a renewal; `end` says when the token ends. Nothing when all is well.
pub fn of_renewal(renewal: &Renewal, end: &str) -> Vec<Failure> {
    let name = &renewal.name;
    let mut warnings = match &renewal.outcome {
        Renewed::NotDue | Renewed::NotThisKind | Renewed::TooYoung | Renewed::Extended => Vec::new(),
        Renewed::Changed { failed, .. } => failed
            .iter()
            .map(|(place, error)| {
                of_store(error, &format!("the renewed token of {name} is not in {place}; it is kept elsewhere"))
            })
            .collect(),
        Renewed::Unkept { failed, old_has_ended } => {
            let old = if *old_has_ended {
                "the renewal ended the old one, so the next run has none".to_owned()
            } else {
                format!("the old one stays in use; it {end}")
            };
            let mut warnings: Vec<Failure> = failed
                .iter()
                .map(|(place, error)| {
                    of_store(error, &format!("the renewed token of {name} could not be kept in {place}: {old}"))
                })
                .collect();
            if failed.is_empty() {
                let what = format!("the token in {name} changed when it was renewed, and nothing keeps the new one");
                warnings.push(Failure::new(Code::Token, format!("{what}: {old}")).hint(KEEP));
            }
            if *old_has_ended {
                warnings = warnings.into_iter().map(|warning| warning.hint(LOGIN)).collect();
            }
            warnings
        }
        Renewed::NoRoom { failed } => failed
            .iter()
            .map(|(place, error)| {
                of_store(
                    error,
                    &format!("the token in {name} was not renewed, for {place} could not take a new one; it {end}"),
                )
            })
            .collect(),
        Renewed::Failed(_) => Vec::new(),
        Renewed::NewIsRefused { error, old_has_ended } => {
            let (code, hints) = advice_on_api(error);
            let old = if *old_has_ended { "the renewal ended the old one" } else { "the old one stays in use" };
            let hints = if *old_has_ended { vec![LOGIN.to_owned()] } else { hints };
            let failure =
                Failure::new(code, format!("the API does not take the token it gave for the one in {name}; {old}"));
            vec![failure.caused_by(error).hints(hints)]
        }
    };
    let was_renewed = matches!(renewal.outcome, Renewed::Extended | Renewed::Changed { .. });
    if let Some(record) = renewal.record.as_ref().filter(|record| record.is_superseded()) {
        warnings.push(of_a_detour(name, renewal.place, end, record));
    }
    let is_told_already = !warnings.is_empty();
    if renewal.outlook.is_near() && !was_renewed && !is_told_already {
        let mut failure = Failure::new(Code::Token, format!("the token in {name} {end}"));
        if let Renewed::Failed(error) = &renewal.outcome {
            failure = failure.caused_by(error).hint("feedbake asks for its renewal again tomorrow");
        }
        warnings.push(failure.hint(LOGIN));
    }
    if let Some(error) = &renewal.unrecorded {
        warnings
            .push(*Failure::of_file(error, &format!("what is known of the token in {name} could not be written down")));
    }
    for warning in &mut warnings {
        warning.lower();
    }
    warnings
}

/// Where the newer token is that a run did not get.
fn detour(record: &TokenRecord) -> String {
    let day = record.refreshed_at.map_or_else(String::new, |moment| format!(" on {}", summary::day(day_of(moment))));
    format!("a newer one was kept{day} in {}", record.kept_elsewhere.join(", "))
}

/// A renewed token that was kept where this run did not look.
pub fn of_a_detour(name: &str, place: TokenPlace, end: &str, record: &TokenRecord) -> Failure {
    let what = format!("this run got an old token from {name}, which {end}; {}", detour(record));
    Failure::new(Code::Token, what).hint(way_back(name, place, &record.kept_elsewhere))
}

/// How the next run gets the newer token.
pub fn way_back(name: &str, place: TokenPlace, kept_in: &[String]) -> String {
    let is_in = |place: &str| kept_in.iter().any(|kept| kept == place);
    if is_in(VAULT_FILE) {
        format!("{VAULT_FILE} has to be here for that: commit it where it was written, pull it, and set {KEY_NAME}")
    } else if is_in(DOT_ENV) && place == TokenPlace::Variable {
        format!("unset {name}, and the one in {DOT_ENV} counts: a variable that is set counts before the file")
    } else if is_in(DOT_ENV) {
        format!(
            "it is in the {DOT_ENV} of another copy of this site: take it from there; else this one is renewed before its end"
        )
    } else {
        format!(
            "let {name} hold that one; if it cannot be had from there, set {name} to what `feedbake token refresh --print` prints, and keep tokens where the next run gets them (docs/tokens.md)"
        )
    }
}

/// A token that could not be looked after; the run went on with it as it is.
pub fn of_tending(name: &str, error: &TendError) -> Failure {
    let consequence = format!("nothing was done for the token in {name}");
    let mut failure = match error {
        TendError::File(file) => *Failure::of_file(file, &consequence),
        TendError::Http(http) => Failure::new(Code::Network, consequence).caused_by(http).hints(advice_on_http(http)),
    };
    failure.lower();
    failure
}

/// The exit code and the next steps for what the API says of a token: the mistake that its first letters give away,
/// and nothing else beside that, or the advice that anybody gets.
pub fn on_token(kind: TokenKind, base: &Url, error: &ApiError) -> (Code, Vec<String>) {
    let (code, hints) = advice_on_api(error);
    (code, mistake(kind, base, error).map_or(hints, |mistake| vec![mistake]))
}

/// What the site's own book adds to the API's word that a token is of no use.
pub fn history(record: Option<&TokenRecord>, error: &ApiError, now: Timestamp) -> Vec<String> {
    let Some(record) = record.filter(|_| error.is_about_the_token()) else { return Vec::new() };
    if record.is_superseded() {
        return vec![format!("{}: let the next run get it from there", detour(record))];
    }
    if record.unkept {
        let day =
            record.refreshed_at.map_or_else(String::new, |moment| format!(" of {}", summary::day(day_of(moment))));
        return vec![format!(
            "the renewal{day} brought another token, and nothing kept it: once there is a new one, {KEEP}"
        )];
    }
    let days_known = days_between(record.first_seen, day_of(now));
    let has_expired = matches!(error, ApiError::Fault(fault) if fault.kind == FaultKind::TokenExpired);
    let is_short = has_expired && record.refreshed_at.is_none() && days_known < 3;
    if is_short {
        return vec![format!(
            "it was met here on {} for the first time: it was an old one, one of those that live for an hour, or one that the renewal in an earlier build has ended where nothing is kept. The button *Generate token* (app dashboard → Instagram → API setup with Instagram login) and `feedbake login` give tokens of sixty days",
            summary::day(record.first_seen)
        )];
    }
    Vec::new()
}

/// The mistake behind a refusal that the token's first letters give away. A hint, never a decision.
fn mistake(kind: TokenKind, base: &Url, error: &ApiError) -> Option<String> {
    let ApiError::Fault(fault) = error else { return None };
    if !matches!(fault.kind, FaultKind::TokenUnreadable) {
        return None;
    }
    let is_facebook = base.host_str() == Some("graph.facebook.com");
    match kind {
        TokenKind::Facebook if !is_facebook => Some(
            "this token begins with EAA: it is one of Facebook Login. Either make one with Instagram login (app dashboard → Instagram → API setup with Instagram login → Generate token; it begins with IGAA), or set `[api] base = \"https://graph.facebook.com\"` and `user`".to_owned(),
        ),
        TokenKind::Instagram if is_facebook => Some(
            "this token begins with IGAA: it is one of Instagram Login, and `api.base` is Facebook's; take that setting out".to_owned(),
        ),
        TokenKind::BasicDisplay => Some(
            "this token begins with IGQ: it is one of the Basic Display API, which ended in December 2024. Switch the account to a professional one, then make a new token with `feedbake login`".to_owned(),
        ),
        TokenKind::Facebook | TokenKind::Instagram | TokenKind::Unknown => None,
    }
}

/// A file that nobody can open here.
pub fn locked_vault() -> Failure {
    let mut failure = Failure::new(
        Code::Token,
        format!("{VAULT_FILE} is there, but no key for it: the token in the variable must do"),
    )
    .hint(format!("set {KEY_NAME} to the key that `feedbake token keygen` printed"));
    failure.lower();
    failure
}

/// The encrypted token file.
pub fn of_vault(error: &VaultError, consequence: &str) -> Failure {
    let failure = |code| Failure::new(code, consequence).caused_by(error);
    match error {
        VaultError::File(file) => *Failure::of_file(file, consequence),
        VaultError::BadKey => failure(Code::Settings).hint("set it to the line that `feedbake token keygen` printed, whole"),
        VaultError::Form => failure(Code::File)
            .hint(format!("delete {VAULT_FILE}: the token in the variable counts then, and the next renewal writes the file anew")),
        VaultError::WrongKey => failure(Code::Token).hint(format!(
            "set {KEY_NAME} to the key the file was made with; if it is lost, delete {VAULT_FILE} and set a token from `feedbake login`"
        )),
        VaultError::NoRandom(_) => failure(Code::Unexpected).hint("something on this machine keeps programs from the system's random numbers"),
    }
}

/// A place for tokens that refused one.
pub fn of_store(error: &StoreError, consequence: &str) -> Failure {
    let failure = |code| Failure::new(code, consequence).caused_by(error);
    match error {
        StoreError::Vault(vault) => of_vault(vault, consequence),
        StoreError::File(file) => *Failure::of_file(file, consequence),
        StoreError::NotText { .. } => failure(Code::File).hint("a file of NAME=value lines is meant: name another one with `--file`"),
        // The settings of the API are none of a host's.
        StoreError::Http(HttpError::Timeout { .. }) => failure(Code::Network).hint("try again later"),
        StoreError::Http(http) => failure(Code::Network).hints(advice_on_http(http).into_iter().filter(|hint| !hint.contains("api.base"))),
        StoreError::Refused { host: "GitHub", status: 401, .. } => failure(Code::Token)
            .hint("GH_TOKEN has expired or was revoked: github.com → Settings → Developer settings → Fine-grained tokens → Regenerate"),
        StoreError::Refused { host: "GitHub", status: 403 | 404, .. } => failure(Code::Token)
            .hint("GH_TOKEN has to be a personal access token for this repository with the permission *Secrets: Read and write*; the job's own GITHUB_TOKEN can never write secrets"),
        StoreError::Refused { host: "GitHub", status: 422, .. } => failure(Code::Settings)
            .hint("is FEEDBAKE_GITHUB_SECRET, or the variable's own name, one that GitHub takes for a secret? Letters, digits and `_`, with neither a digit nor GITHUB_ at its beginning"),
        StoreError::Refused { host: "GitHub", .. } => failure(Code::Network).hint("githubstatus.com says whether it is them; feedbake tries again with the next renewal"),
        StoreError::Refused { status: 401 | 403, .. } => failure(Code::Token)
            .hint("NETLIFY_AUTH_TOKEN has to be a personal access token of the team: app.netlify.com → User settings → Applications → New access token"),
        StoreError::Refused { status: 404, .. } => failure(Code::Token)
            .hint("NETLIFY_ACCOUNT_ID and NETLIFY_SITE_ID name the team and the site (Project configuration → General); the variable has to be there already"),
        StoreError::Refused { status: 422, .. } => failure(Code::Token)
            .hint("the variable has to be there already: Project configuration → Environment variables → Add a variable, for the context that FEEDBAKE_NETLIFY_CONTEXT names (production)"),
        StoreError::Refused { .. } => failure(Code::Network).hint("try again later"),
        StoreError::Shape { .. } => failure(Code::Network).hint("is GITHUB_API_URL or NETLIFY_API_URL the address of the host's API?"),
        StoreError::NoProgram { .. } => failure(Code::Settings).hint("is it installed where the site is built, and in the PATH?"),
        StoreError::ProgramHangs { .. } => failure(Code::Network).hint("it may wait for an answer that nobody gives in a build: run it by hand, with anything on its standard input, to see what it asks"),
        StoreError::Program { .. } => failure(Code::Network).hint("run the same program by hand, with anything on its standard input, to see what it wants"),
    }
}

/// A place for tokens that lacks something.
pub fn of_store_wish(error: &StoreWishError, consequence: &str) -> Failure {
    let failure = Failure::new(Code::Settings, consequence).caused_by(error);
    let mut failure = match error {
        StoreWishError::Missing { name: "GH_TOKEN", .. } => failure.hint("a fine-grained personal access token with *Secrets: Read and write* for this repository; docs/tokens.md shows the clicks"),
        StoreWishError::Missing { name: "GITHUB_REPOSITORY", .. } => failure.hint("GitHub Actions sets it by itself; elsewhere set it to owner/name"),
        StoreWishError::Missing { .. } | StoreWishError::Bad { .. } => failure.hint("docs/tokens.md names what each place needs"),
        StoreWishError::NoProgram { .. } => failure.hint("is it installed where the site is built, and in the PATH?"),
        StoreWishError::OnePlace { .. } => failure.hint("leave FEEDBAKE_GITHUB_SECRET out, so that each secret has its variable's name; in a program's words, `{}` stands for that name"),
        StoreWishError::Key(key) => return of_vault(key, consequence),
        StoreWishError::WouldBeCommitted(path) if path.iter().any(|part| part == "..") => {
            let file = path.file_name().unwrap_or(path.as_os_str()).display();
            failure.hint(format!("add the line `{file}` to a .gitignore beside that file"))
        }
        StoreWishError::WouldBeCommitted(path) => failure.hint(format!("add the line `{0}` at the end of .gitignore, where it counts more than any line before it; if git tracks it already: `git rm --cached {0}`", path.display())),
        StoreWishError::InTheSite(_) => failure.hint("it could be published with them, or committed: name `.env` or `.env.local` at the site's top, or a file outside"),
    };
    failure.lower();
    failure
}

/// A login that brought no code.
pub fn of_login(error: &LoginError) -> Box<Failure> {
    let failure = Failure::new(Code::Token, "there is no new token").caused_by(error);
    Box::new(match error {
        LoginError::NoAddress | LoginError::BareCode | LoginError::NoCode => failure
            .hint("copy the whole address from the browser's address bar after you pressed Allow; it begins with your redirect address and has `code=` in it, even if the page itself cannot be shown"),
        LoginError::StillTheFirst => failure.hint("open it, log in, press Allow, and paste the address the browser ends at"),
        LoginError::OtherState => failure.hint("it is from an earlier login, or from somebody else: run `feedbake login` again and use the address it shows"),
        LoginError::NoPermission => failure.hint("run `feedbake login` again and leave every switch on the page of permissions as it is; without it the posts cannot be read"),
        LoginError::Denied => failure.hint("run `feedbake login` again and press Allow; feedbake asks to read the profile and its posts, and nothing else"),
        LoginError::Refused { .. } => failure.hint("run `feedbake login` again; if it stays so, docs/troubleshooting.md knows the page's messages"),
    })
}

/// An account that Instagram lets nobody read.
pub fn personal_account(username: &str, account_type: &str) -> Failure {
    let mut failure = Failure::new(Code::Token, format!("@{username} is a {} account, and Instagram lets programs read professional ones only", account_type.to_lowercase()))
        .hint("in the Instagram app: Settings → Account type and tools → Switch to professional account (free); then make the token again");
    failure.lower();
    failure
}
