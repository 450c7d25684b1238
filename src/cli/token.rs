//! `feedbake token`.

use serde_json::{Value, json};

use super::Ended;
use super::advice::advice_on_api;
use super::args::{Common, ToArgs, ToPlace, TokenCommand};
use super::failure::{Code, Failure, advice_on_token};
use super::start::{now, place};
use super::tokens::{self, Told};
use super::ui::{Voice, YELLOW};
use super::{summary, token_advice as advice};
use crate::auth::{
    Held, KEY_NAME, Outlook, Renewed, Store, TokenKind, TokenPlace, TokenRecord, TokenStatus, Urgency, VAULT_FILE,
    VaultKey, YOUNGEST, deadline, outlook,
};
use crate::config::{
    ApiSettings, Layer, Place, StoreWish, StoreWishError, TokenError, git_would_commit, store, vault_key,
};
use crate::feed::Account;
use crate::files::Root;
use crate::graph::{ApiError, ApiFault};

/// Does what is asked about tokens.
pub fn run(voice: &Voice, common: &Common, command: &TokenCommand) -> Ended {
    match command {
        TokenCommand::Status { offline, warn } => {
            let mut flags = Layer::default();
            if let Some(warn) = warn {
                flags.flag("token.warn", "--warn", warn.clone());
            }
            let site = Site::find(voice, common, flags)?;
            status(voice, &site, if *offline { Asking::Nobody } else { Asking::TheApi })
        }
        TokenCommand::Refresh { to, print } => {
            let site = Site::find(voice, common, Layer::default())?;
            refresh(voice, &site, to, if *print { Showing::OnRequest } else { Showing::Never })
        }
        TokenCommand::Store { to } => store_away(voice, &Site::find(voice, common, Layer::default())?, to),
        TokenCommand::Keygen => keygen(voice),
    }
}

/// Whether the API is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asking {
    TheApi,
    Nobody,
}

/// Whether a token is handed out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Showing {
    OnRequest,
    Never,
}

/// A site with its tokens, each once.
struct Site {
    place: Place,
    root: Root,
    tokens: Vec<(Result<Held, TokenError>, ApiSettings)>,
}

impl Site {
    fn find(voice: &Voice, common: &Common, flags: Layer) -> Result<Self, Box<Failure>> {
        let place = place(voice, common, flags)?;
        let root = Root::new(&place.site);
        let vault = tokens::vault(voice, &place, &root);
        let mut found: Vec<(Result<Held, TokenError>, ApiSettings)> = Vec::new();
        for feed in &place.settings.feeds {
            let held = tokens::held(&place, &vault, feed);
            let is_there = |(other, _): &(Result<Held, TokenError>, ApiSettings)| match (other, &held) {
                (Ok(other), Ok(held)) => other.name == held.name,
                (Err(other), Err(error)) => other == error,
                _ => false,
            };
            if !found.iter().any(is_there) {
                found.push((held, feed.api.clone()));
            }
        }
        Ok(Self { place, root, tokens: found })
    }
}

fn no_token(error: &TokenError, consequence: &str) -> Failure {
    advice_on_token(Failure::new(Code::Token, consequence).caused_by(error), error)
}

fn status(voice: &Voice, site: &Site, asking: Asking) -> Ended {
    let status =
        TokenStatus::read(&site.root).map_err(|error| Failure::of_file(&error, "nothing can be said of the token"))?;
    let mut worst = Code::Done;
    let mut all = Vec::new();
    for (held, api) in &site.tokens {
        let held = match held {
            Ok(held) => held,
            Err(error) => {
                no_token(error, "there is no token to say anything of").tell(voice);
                worst = worst.max(Code::Token);
                continue;
            }
        };
        let record = status.of(&held.name, &held.token.fingerprint());
        let answer = match asking {
            Asking::Nobody => None,
            Asking::TheApi => {
                let http = tokens::connect(api).map_err(ApiError::from);
                Some(http.and_then(|http| tokens::talk(&http, api).whose(&held.token)))
            }
        };
        let outlook = outlook(record, site.place.settings.tokens.warn, now());
        all.push(describe(held, record, answer.as_ref(), outlook));
        if !voice.json {
            print(voice, held, record, answer.as_ref());
        }
        if let Some(Err(error)) = &answer {
            let (code, hints) = advice_on_api(error);
            let consequence = if code == Code::Token {
                "the token is of no use"
            } else {
                "the API could not be asked about the token"
            };
            let mut failure = Failure::new(code, format!("{consequence} ({})", held.name)).caused_by(error);
            failure.hints.extend(advice::mistake(held.token.kind(), &api.base, error));
            failure.hints.extend(hints);
            failure.tell(voice);
            worst = worst.max(code);
        } else {
            if asking == Asking::Nobody && outlook == Outlook::Over {
                worst = worst.max(Code::Token);
            }
            if let (Some(record), Outlook::Near { .. } | Outlook::Over) = (record, outlook) {
                let words = tokens::in_words(record, now());
                let mut failure = Failure::new(Code::Token, format!("the token in {} {words}", held.name))
                    .hint("`feedbake token refresh` asks for sixty more days now; once it has ended, only a new one helps: `feedbake login`");
                failure.lower();
                failure.tell(voice);
            }
        }
    }
    if voice.json {
        voice.json(&json!({ "tokens": all, "code": worst as u8 }));
    }
    Ok(worst)
}

fn kind_in_words(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Instagram => "Instagram Login, by its first letters",
        TokenKind::Facebook => "Facebook Login, by its first letters; feedbake does not renew it",
        TokenKind::BasicDisplay => "Basic Display API, by its first letters: that API has ended",
        TokenKind::Unknown => "unknown, by its first letters",
    }
}

fn place_in_words(held: &Held) -> String {
    match held.place {
        TokenPlace::Variable => format!("the variable {}", held.name),
        TokenPlace::Vault => format!("{VAULT_FILE}, grown from the variable {}", held.name),
    }
}

fn account_in_words(account: &Account) -> String {
    let name =
        account.username.as_deref().map_or_else(|| "an account without a name".to_owned(), |name| format!("@{name}"));
    account.account_type.as_ref().map_or_else(|| name.clone(), |kind| format!("{name} ({})", kind.to_lowercase()))
}

fn print(voice: &Voice, held: &Held, record: Option<&TokenRecord>, answer: Option<&Result<Account, ApiError>>) {
    let day = |moment: jiff::Timestamp| summary::day(moment.to_zoned_datetime(jiff::tz::TimeZone::UTC).date());
    let account = match answer {
        Some(Ok(account)) => account_in_words(account),
        Some(Err(_)) => "not told".to_owned(),
        None => record
            .and_then(|record| record.account.as_ref())
            .map_or_else(|| "not asked".to_owned(), |name| format!("@{name}, when it was last renewed")),
    };
    let renewed = record
        .and_then(|record| record.refreshed_at)
        .map_or_else(|| "never, as far as this site knows".to_owned(), day);
    let end =
        record.map_or_else(|| "unknown until its first renewal".to_owned(), |record| tokens::in_words(record, now()));
    voice.result(&format!("{}: {}", held.name, held.token.masked()));
    for (what, words) in [
        ("kind", kind_in_words(held.token.kind()).to_owned()),
        ("from", place_in_words(held)),
        ("account", account),
        ("renewed", renewed),
        ("end", end),
        ("known as", held.token.fingerprint()),
    ] {
        voice.result(&format!("  {what:<9} {}", crate::feed::one_line(&words)));
    }
}

fn describe(
    held: &Held,
    record: Option<&TokenRecord>,
    answer: Option<&Result<Account, ApiError>>,
    outlook: Outlook,
) -> Value {
    let mut value = json!({
        "name": held.name,
        "masked": held.token.masked(),
        "fingerprint": held.token.fingerprint(),
        "kind": match held.token.kind() {
            TokenKind::Instagram => "instagram",
            TokenKind::Facebook => "facebook",
            TokenKind::BasicDisplay => "basic_display",
            TokenKind::Unknown => "unknown",
        },
        "from": match held.place { TokenPlace::Variable => "variable", TokenPlace::Vault => "vault" },
        "state": match (answer, outlook) {
            (Some(Err(ApiError::Fault(ApiFault { .. }))), _) if is_dead(answer) => "dead",
            (Some(Ok(_)), Outlook::Near { .. }) | (None, Outlook::Near { .. }) => "near_its_end",
            (Some(Ok(_)), _) => "alive",
            (None, Outlook::Over) => "dead",
            _ => "unknown",
        },
    });
    if let Some(Ok(account)) = answer {
        value["account"] = json!(account.username.clone().unwrap_or_default());
        value["account_type"] = json!(account.account_type.clone().unwrap_or_default());
    }
    if let Some(record) = record {
        let (end, certainty) = deadline(record);
        value["expires_at"] = json!(end.to_string());
        value["expiry_is_known"] = json!(certainty == crate::auth::Certainty::Known);
        value["days_left"] = json!(end.duration_since(now()).as_hours().div_euclid(24));
        if let Some(renewed_at) = record.refreshed_at {
            value["refreshed_at"] = json!(renewed_at.to_string());
        }
    }
    value
}

fn is_dead(answer: Option<&Result<Account, ApiError>>) -> bool {
    matches!(answer, Some(Err(ApiError::Fault(fault))) if fault.is_about_the_token())
}

fn refresh(voice: &Voice, site: &Site, to: &ToArgs, showing: Showing) -> Ended {
    let mut stores = named_stores(site, to)?;
    let usual = site.place.settings.tokens.stores(&site.place.site, &site.place.environment);
    stores.extend(usual.map_err(|error| {
        as_error(advice::of_store_wish(&error, "nothing was renewed: a changed token could not be kept"))
    })?);
    let mut worst = Code::Done;
    let mut told = Told::default();
    for (held, api) in &site.tokens {
        let held = match held {
            Ok(held) => held,
            Err(error) => {
                no_token(error, "nothing was renewed").tell(voice);
                worst = worst.max(Code::Token);
                continue;
            }
        };
        let warnings_before = told.warnings.len();
        let Some(renewal) = tokens::renew(voice, &site.place, &site.root, held, api, &stores, Urgency::Now, &mut told)
        else {
            worst = worst.max(Code::File);
            continue;
        };
        match &renewal.outcome {
            Renewed::NotDue => voice.say(&format!(
                "{}: renewed less than {} hours ago; the API wants it older",
                held.name,
                YOUNGEST.as_hours()
            )),
            Renewed::NotThisKind => {
                voice.say(&format!("{}: a token of Facebook Login is not renewed this way", held.name))
            }
            Renewed::TooYoung => {
                voice.say(&format!("{}: the API does not renew it yet: it wants a token to be a day old", held.name))
            }
            Renewed::Failed(error) => {
                let (code, hints) = advice_on_api(error);
                let mut failure =
                    Failure::new(code, format!("the token in {} was not renewed", held.name)).caused_by(error);
                failure.hints.extend(advice::mistake(held.token.kind(), &api.base, error));
                hints.into_iter().fold(failure, Failure::hint).tell(voice);
                worst = worst.max(code);
            }
            Renewed::Unkept { failed } => {
                if showing == Showing::OnRequest && failed.is_empty() {
                    // Whoever asked for the token keeps it.
                    told.warnings.truncate(warnings_before);
                } else {
                    worst = worst.max(Code::Token);
                }
            }
            Renewed::Changed { failed, .. } => {
                if !failed.is_empty() {
                    worst = worst.max(Code::Network);
                }
            }
            Renewed::Extended => {}
            Renewed::NewIsRefused(_) => worst = worst.max(Code::Token),
        }
        if showing == Showing::OnRequest {
            voice.result(renewal.token.expose());
        }
    }
    for warning in &told.warnings {
        warning.tell(voice);
    }
    if voice.json {
        voice.json(&json!({ "tokens": told.json, "code": worst as u8 }));
    }
    Ok(worst)
}

fn store_away(voice: &Voice, site: &Site, to: &ToArgs) -> Ended {
    let stores = named_stores(site, to)?;
    if stores.is_empty() {
        return Err(Box::new(
            Failure::new(Code::Usage, "the token was not handed to anybody")
                .hint("`--to github`, `netlify`, `file`, `vault` or `command -- PROGRAM` says where to"),
        ));
    }
    let mut worst = Code::Done;
    for (held, _) in &site.tokens {
        let held = match held {
            Ok(held) => held,
            Err(error) => {
                no_token(error, "there is no token to hand on").tell(voice);
                worst = worst.max(Code::Token);
                continue;
            }
        };
        for store in &stores {
            match store.keep(&site.root, &held.name, &held.token, &held.token) {
                Ok(()) => voice.say(&format!("{}: kept in {store}", held.name)),
                Err(error) => {
                    let failure = advice::of_store(&error, &format!("the token of {} is not in {store}", held.name));
                    failure.tell(voice);
                    worst = worst.max(failure.code);
                }
            }
        }
    }
    Ok(worst)
}

fn named_stores(site: &Site, to: &ToArgs) -> Result<Vec<Store>, Box<Failure>> {
    let wished = |wish| store(wish, &site.place.site, &site.place.environment);
    let mut stores = Vec::new();
    for place in &to.to {
        let found = match place {
            ToPlace::Github => wished(StoreWish::Github),
            ToPlace::Netlify => wished(StoreWish::Netlify),
            ToPlace::File => match &to.file {
                None => wished(StoreWish::DotEnv),
                Some(path) if git_would_commit(path) => Err(StoreWishError::DotEnvWouldBeCommitted),
                Some(path) => Ok(Store::File(path.clone())),
            },
            ToPlace::Vault => match vault_key(&site.place.environment) {
                Ok(Some(key)) => Ok(Store::Vault(key)),
                Ok(None) => Err(StoreWishError::Missing { name: KEY_NAME, place: VAULT_FILE }),
                Err(error) => Err(error.into()),
            },
            ToPlace::Command if to.command.is_empty() => {
                return Err(Box::new(
                    Failure::new(Code::Usage, "no program was named")
                        .hint("put it behind `--`: `--to command -- gh secret set INSTAGRAM_ACCESS_TOKEN`"),
                ));
            }
            ToPlace::Command => Ok(Store::Command(to.command.clone())),
        };
        stores.push(
            found.map_err(|error| as_error(advice::of_store_wish(&error, "the token was not handed to anybody")))?,
        );
    }
    Ok(stores)
}

/// What is only a warning for a bake is an error for a command that was asked for it.
fn as_error(failure: Failure) -> Box<Failure> {
    Box::new(failure.raised())
}

fn keygen(voice: &Voice) -> Ended {
    let key = VaultKey::generate().map_err(|error| Box::new(advice::of_vault(&error, "there is no key")))?;
    voice.say(&format!("{YELLOW}keep it{YELLOW:#}: it is shown this once. Set it as {KEY_NAME} where the site is built (a secret, like the token), and on your machine if you bake here."));
    voice.say(&format!(
        "From then on a token that changes is kept in {VAULT_FILE}: commit that file with .feedbake/token-status.json."
    ));
    voice.result(&key.expose());
    Ok(Code::Done)
}
