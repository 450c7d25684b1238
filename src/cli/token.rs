//! `feedbake token`.

use serde_json::json;

use super::args::{ApiArgs, Common, SourceArgs, ToArgs, ToPlace, TokenCommand};
use super::failure::{Code, Failure, advice_on_token};
use super::start::{Start, layer_of, start, start_alone};
use super::token_status::{Asking, status};
use super::tokens::{self, Told};
use super::ui::{Voice, YELLOW};
use super::{Ended, github, token_advice as advice};
use crate::auth::{Held, KEY_NAME, Renewed, Store, VAULT_FILE, VaultKey, YOUNGEST};
use crate::bake::{Belief, Source, TokenReport, renew_tokens};
use crate::config::{ApiSettings, Layer, StoreWish, StoreWishError, TokenError, file_store, store, vault_key};

const NOT_HANDED: &str = "the token was not handed to anybody";

/// Does what is asked about tokens.
pub fn run(voice: &Voice, common: &Common, command: &TokenCommand) -> Ended {
    match command {
        TokenCommand::Status { offline, warn, api } => {
            let mut layer = layer_of(&source_of(api));
            if let Some(warn) = warn {
                // Days are what people count here.
                let is_days = !warn.is_empty() && warn.bytes().all(|byte| byte.is_ascii_digit());
                let warn = if is_days { format!("{warn}d") } else { warn.clone() };
                layer.flag("token.warn", "--warn", warn);
            }
            let start = start(voice, common, &SourceArgs::default(), layer)?;
            status(voice, &start, if *offline { Asking::Nobody } else { Asking::TheApi })
        }
        TokenCommand::Refresh { to, print, api } => {
            refresh(voice, common, to, api, if *print { Showing::OnRequest } else { Showing::Never })
        }
        TokenCommand::Store { to } => store_away(voice, common, to),
        TokenCommand::Keygen => keygen(voice),
    }
}

/// Whether a token is handed out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Showing {
    OnRequest,
    Never,
}

fn source_of(api: &ApiArgs) -> SourceArgs {
    SourceArgs { api_base: api.api_base.clone(), ..SourceArgs::default() }
}

/// The tokens of a site, each once, or why there is none.
pub fn each_token(start: &Start) -> Vec<(Result<&Held, &TokenError>, &ApiSettings)> {
    let mut found: Vec<(Result<&Held, &TokenError>, &ApiSettings)> = Vec::new();
    for (feed, source) in start.place.settings.feeds.iter().zip(&start.sources) {
        let token = match source {
            Source::Api(held) => Ok(held),
            Source::Nowhere(error) => Err(error),
            Source::Memory | Source::Demo(_) => continue,
        };
        let is_there = found.iter().any(|(other, _)| match (other, &token) {
            (Ok(other), Ok(held)) => other.name == held.name,
            (Err(other), Err(error)) => other == error,
            _ => false,
        });
        if !is_there {
            found.push((token, &feed.api));
        }
    }
    found
}

/// Every place a changed token goes to by itself, and what keeps others from being used.
pub fn usual_stores(start: &Start) -> (Vec<Store>, Vec<StoreWishError>) {
    let (mut stores, mut hindered) = start.place.settings.tokens.stores(&start.place.site, &start.place.environment);
    hindered.extend(refuse_one_place(start, &mut stores));
    (stores, hindered)
}

/// Takes out the places in which several tokens would go over one another.
fn refuse_one_place(start: &Start, stores: &mut Vec<Store>) -> Vec<StoreWishError> {
    let tokens = each_token(start).iter().filter(|(found, _)| found.is_ok()).count();
    if tokens < 2 {
        return Vec::new();
    }
    let (fitting, refused): (Vec<Store>, Vec<Store>) = stores.drain(..).partition(|store| !store.is_for_one());
    *stores = fitting;
    refused.iter().map(|store| StoreWishError::OnePlace { place: store.to_string() }).collect()
}

/// A token that is not there.
pub fn no_token(error: &TokenError, consequence: &str) -> Failure {
    advice_on_token(Failure::new(Code::Token, consequence).caused_by(error), error)
}

fn refresh(voice: &Voice, common: &Common, to: &ToArgs, api: &ApiArgs, showing: Showing) -> Ended {
    let (lock, mut start) = start_alone(voice, common, &source_of(api), Layer::default(), "nothing was renewed")?;
    let mut stores = named_stores(&start, to)?;
    let (usual, hindered) = usual_stores(&start);
    if let Some(error) = hindered.first() {
        return Err(as_error(advice::of_store_wish(error, "nothing was renewed: a changed token could not be kept")));
    }
    stores.extend(usual);
    start.stores = stores;
    let progress = voice.progress();
    let reports = start.with_tools(voice, &progress, Belief::Cautious, |tools| renew_tokens(&lock, tools));
    let mut worst = Code::Done;
    let mut told = Told::default();
    told.take(voice, &reports, start.now());
    for (found, api) in each_token(&start) {
        match found {
            Err(error) => {
                no_token(error, "nothing was renewed").tell(voice);
                worst = worst.max(Code::Token);
            }
            Ok(held) => {
                let report = reports.iter().find(|report| report.name == held.name);
                worst = worst.max(report.map_or(Code::Done, |report| tell_refresh(voice, &start, held, api, report)));
            }
        }
    }
    if showing == Showing::OnRequest {
        for renewal in reports.iter().filter_map(|report| report.outcome.as_ref().ok()) {
            voice.result(renewal.token.expose());
        }
        // Whoever asked for the token keeps it: only what went wrong besides is worth a word.
        if reports.iter().all(was_handed_out) {
            told.warnings.clear();
            worst = Code::Done;
        }
    }
    for (_, warning) in &told.warnings {
        github::tell_too(voice, &start.place.environment, warning);
    }
    if voice.json {
        let all: Vec<_> = reports.iter().map(tokens::as_json).collect();
        voice.json(&json!({ "tokens": all, "code": worst as u8 }));
    }
    Ok(worst)
}

/// A changed token that nothing but standard output has.
fn was_handed_out(report: &TokenReport) -> bool {
    matches!(&report.outcome, Ok(renewal) if matches!(&renewal.outcome, Renewed::Unkept { failed, .. } if failed.is_empty()))
}

/// Says what only somebody who asked for a renewal wants to hear; what a bake says, too, is said already.
fn tell_refresh(voice: &Voice, start: &Start, held: &Held, api: &ApiSettings, report: &TokenReport) -> Code {
    let renewal = match &report.outcome {
        Ok(renewal) => renewal,
        Err(error) => return advice::of_tending(&report.name, error).code,
    };
    match &renewal.outcome {
        Renewed::NotDue => voice.say(&format!(
            "{}: renewed less than {} hours ago; the API wants it older",
            held.name,
            YOUNGEST.as_hours()
        )),
        Renewed::NotThisKind => voice.say(&format!("{}: a token of Facebook Login is not renewed this way", held.name)),
        Renewed::TooYoung => {
            voice.say(&format!("{}: the API does not renew it yet: it wants a token to be a day old", held.name));
        }
        Renewed::Failed(error) => {
            let (code, hints) = advice::on_token(held.token.kind(), &api.base, error);
            let consequence = format!("the token in {} was not renewed", held.name);
            let failure = Failure::new(code, consequence).caused_by(error).hints(hints);
            github::tell_too(voice, &start.place.environment, &failure);
            return code;
        }
        Renewed::Unkept { .. } | Renewed::NewIsRefused { .. } => return Code::Token,
        Renewed::NoRoom { .. } => return Code::File,
        Renewed::Changed { failed, .. } if !failed.is_empty() => return Code::Network,
        Renewed::Changed { .. } | Renewed::Extended => {}
    }
    Code::Done
}

fn store_away(voice: &Voice, common: &Common, to: &ToArgs) -> Ended {
    let (_lock, start) = start_alone(voice, common, &SourceArgs::default(), Layer::default(), NOT_HANDED)?;
    let stores = named_stores(&start, to)?;
    if stores.is_empty() {
        return Err(Box::new(
            Failure::new(Code::Usage, NOT_HANDED)
                .hint("`--to github`, `netlify`, `file`, `vault` or `command -- PROGRAM` says where to"),
        ));
    }
    let mut worst = Code::Done;
    for (found, _) in each_token(&start) {
        let held = match found {
            Ok(held) => held,
            Err(error) => {
                no_token(error, "there is no token to hand on").tell(voice);
                worst = worst.max(Code::Token);
                continue;
            }
        };
        for store in &stores {
            match store.keep(&start.root, &held.name, &held.token, &held.token) {
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

fn named_stores(start: &Start, to: &ToArgs) -> Result<Vec<Store>, Box<Failure>> {
    let wished = |wish| store(wish, &start.place.site, &start.place.environment);
    let mut stores = Vec::new();
    for place in &to.to {
        let found = match place {
            ToPlace::Github => wished(StoreWish::Github),
            ToPlace::Netlify => wished(StoreWish::Netlify),
            ToPlace::File => match &to.file {
                None => wished(StoreWish::DotEnv),
                Some(path) => file_store(path, &start.place.site),
            },
            ToPlace::Vault => match vault_key(&start.place.environment) {
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
        stores.push(found.map_err(|error| as_error(advice::of_store_wish(&error, NOT_HANDED)))?);
    }
    if let Some(error) = refuse_one_place(start, &mut stores).first() {
        return Err(as_error(advice::of_store_wish(error, NOT_HANDED)));
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
    if voice.json {
        voice.json(&json!({ "name": KEY_NAME, "key": key.expose() }));
    } else {
        voice.result(&key.expose());
    }
    Ok(Code::Done)
}
