//! `feedbake login`.

use std::path::Path;
use std::process::{Command, Stdio};

use jiff::SignedDuration;
use secrecy::SecretString;
use url::Url;

use super::advice::advice_on_api;
use super::args::{Common, LoginArgs, SourceArgs};
use super::failure::{Code, Failure};
use super::start::{enter, layer_of, now, place};
use super::ui::{CYAN, GREEN, Voice};
use super::{Ended, ask, token_advice as advice, tokens};
use crate::auth::{
    ADDRESS_OF_LOGIN, AccessToken, App, Grown, LoginError, SCOPE, Store, TOKEN_LIFE, TokenKind, TokenRecord,
    TokenStatus, VaultKey, authorize_address, read_redirect, redeem,
};
use crate::config::{
    ApiSettings, ConfigError, DOT_ENV, FeedSettings, Place, TOKEN_NAMES, TokenError, git_tracks, git_would_commit,
    ignores_dot_env, patterns_ignore,
};
use crate::files::{FileError, Root, SitePath};
use crate::graph::ApiError;
use crate::http::{Http, HttpOptions, is_loopback};

/// Where codes are redeemed.
const ADDRESS_OF_CODES: &str = "https://api.instagram.com";

/// The variable the app's secret may be in.
const SECRET_NAME: &str = "FEEDBAKE_APP_SECRET";

/// The way through the dashboard, with the names its menus have.
const DASHBOARD: [&str; 7] = [
    "1. In the Instagram app: Settings → Account type and tools → Switch to professional account (free).",
    "2. On developers.facebook.com: My Apps → Create app; its name must not contain Instagram, IG, insta or gram.",
    "   In its dashboard add the product Instagram → API setup with Instagram login.",
    "3. App roles → Roles → Add people → Instagram Tester: your account. Then, logged in as that account, on",
    "   instagram.com/accounts/manage_access → Tester invites → Accept. Without this every request is refused.",
    "4. Back in API setup with Instagram login: Generate access tokens → Add account → Generate token.",
    "   It begins with IGAA, lives for sixty days and is shown once: copy it.",
];

/// Gets a token, tries it, and puts it where builds on this machine find it.
pub fn run(voice: &Voice, common: &Common, flags: &LoginArgs) -> Ended {
    let source = SourceArgs { api_base: flags.api.api_base.clone(), ..SourceArgs::default() };
    let place = place(voice, common, layer_of(&source))?;
    let feed = feed_of(&place, flags.feed.as_deref())?;
    let name = feed.token_env.clone().unwrap_or_else(|| TOKEN_NAMES[0].to_owned());
    if !flags.print {
        refuse_tracked(&place.site)?;
    }
    let grown = match &flags.app_id {
        None => Grown { token: through_the_dashboard(voice, &name)?, life: None },
        Some(id) => through_the_browser(voice, &place, &feed.api, flags, id)?,
    };
    let code = check(voice, &feed, &grown.token)?;
    if flags.print {
        voice.result(grown.token.expose());
        return Ok(code);
    }
    keep(voice, &place, &name, &grown)?;
    tell_of_others(voice, &place, &feed);
    if let Some(failure) = overruled(&place, &feed, &name, &grown.token) {
        failure.tell(voice);
        return Ok(code.max(failure.code));
    }
    Ok(code)
}

/// The feed that is logged in for: the one that is named, or the first.
fn feed_of(place: &Place, name: Option<&str>) -> Result<FeedSettings, Box<Failure>> {
    let feeds = &place.settings.feeds;
    let found = feeds.iter().find(|feed| name.is_none_or(|name| feed.name == name));
    found.cloned().ok_or_else(|| {
        let names: Vec<&str> = feeds.iter().map(|feed| feed.name.as_str()).collect();
        Box::new(
            Failure::new(Code::Usage, "there is no login: no feed has that name")
                .hint(format!("the feeds of this site: {}", names.join(", "))),
        )
    })
}

/// Says which other feeds have tokens of their own.
fn tell_of_others(voice: &Voice, place: &Place, feed: &FeedSettings) {
    for other in place.settings.feeds.iter().filter(|other| other.token_env != feed.token_env) {
        voice.say(&format!("the feed {} has a token of its own: `feedbake login --feed {}`", other.name, other.name));
    }
}

/// A variable of the shell counts before `.env`, and another name for it in the file is not known to be older: with
/// another token in either, the new one is not used here.
fn overruled(place: &Place, feed: &FeedSettings, written: &str, token: &AccessToken) -> Option<Failure> {
    let names = feed.token_env.as_deref().map_or_else(|| TOKEN_NAMES.to_vec(), |name| vec![name]);
    let is_in_file = |name: &str| place.of_dot_env.iter().any(|other| other == name);
    let is_older = |name: &&str| {
        let text = place.environment.get(name).filter(|_| *name != written || !is_in_file(name));
        text.is_some_and(|text| AccessToken::new(text).map_or(true, |other| other.fingerprint() != token.fingerprint()))
    };
    let name = names.into_iter().find(is_older)?;
    if is_in_file(name) {
        let consequence = format!("the new token is not used here yet: {name} in .env holds another one");
        return Some(Failure::new(Code::Token, consequence).hint(format!("take the line {name}=… out of .env")));
    }
    let consequence =
        format!("the new token is not used here yet: the variable {name} holds another one, and counts before .env");
    Some(
        Failure::new(Code::Token, consequence).hint(format!(
            "`unset {name}` in this shell, and take it out of the shell's own settings if it stands there"
        )),
    )
}

fn through_the_dashboard(voice: &Voice, name: &str) -> Result<AccessToken, Box<Failure>> {
    for line in DASHBOARD {
        voice.say(line);
    }
    let pasted = ask::secret(voice, "5. Paste the token here (it is not shown), then press Enter: ")?;
    AccessToken::new(&pasted).map_err(|source| {
        let error = TokenError::Shape { name: "what was pasted".to_owned(), source };
        Box::new(
            Failure::new(Code::Token, format!("there is no token for {name}"))
                .caused_by(&error)
                .hint("copy it again with the dashboard's own Copy button, whole and on one line"),
        )
    })
}

fn through_the_browser(
    voice: &Voice,
    place: &Place,
    api: &ApiSettings,
    flags: &LoginArgs,
    id: &str,
) -> Result<Grown, Box<Failure>> {
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    if !is_id {
        return Err(Box::new(
            Failure::new(Code::Usage, "there is no login: an app ID has digits only")
                .hint("take *Instagram app ID*: app dashboard → Instagram → API setup with Instagram login"),
        ));
    }
    let redirect_uri = flags.redirect_uri.clone().unwrap_or_else(|| "https://localhost/".to_owned());
    if !redirect_uri.starts_with("https://") {
        return Err(Box::new(
            Failure::new(Code::Usage, "there is no login: Instagram redirects to https addresses only")
                .hint("app dashboard → Instagram → API setup with Instagram login → Business login settings: add one such as https://localhost/ and give it with `--redirect-uri`"),
        ));
    }
    let secret = match place.environment.get(SECRET_NAME) {
        Some(secret) => secret.to_owned(),
        None => ask::secret(voice, "Paste the Instagram app secret here (it is not shown), then press Enter: ")?,
    };
    if secret.trim().is_empty() {
        return Err(Box::new(
            Failure::new(Code::Usage, "there is no login: no app secret was given")
                .hint("take *Instagram app secret*: app dashboard → Instagram → API setup with Instagram login → Show"),
        ));
    }
    let app = App { id: id.to_owned(), secret: SecretString::from(secret.trim()), redirect_uri };
    let state = state()?;
    // An emulator plays all three hosts at one address.
    let (page, codes) = if is_loopback(&api.base) {
        (format!("{}/oauth/authorize", api.base.as_str().trim_end_matches('/')), api.base.to_string())
    } else {
        (ADDRESS_OF_LOGIN.to_owned(), ADDRESS_OF_CODES.to_owned())
    };
    let address =
        |text: &str| Url::parse(text).expect("the addresses are written above, or come checked from the settings");
    let first = authorize_address(&address(&page), &app, &state);
    voice
        .say("Open this address in a browser in which you are logged in to Instagram as the account, and press Allow:");
    voice.complain(&format!("{CYAN}{first}{CYAN:#}"));
    voice.say("If that page says “Invalid platform app”, the id is the Facebook one: take Instagram app ID instead. If it says");
    voice.say("“Insufficient Developer Role”, the account has not accepted its invitation: instagram.com/accounts/manage_access → Tester invites.");
    voice.say("If it says “Invalid redirect_uri”, that address stands otherwise in the dashboard: Business login settings → OAuth redirect URIs.");
    if flags.open {
        open_browser(voice, &first);
    }
    let pasted =
        ask::line(voice, "Then paste the address the browser ended at; that its page cannot be shown is all right: ")?;
    let answer = read_redirect(&pasted, &state).map_err(|error| advice::of_login(&error))?;
    let refused = |error: ApiError| refused("there is no new token", &error);
    let codes = Http::new(HttpOptions { api_base: address(&codes), timeout: api.timeout })
        .map_err(|error| refused(error.into()))?;
    let redeemed = redeem(&codes, &app, &answer.code).map_err(refused)?;
    if redeemed.permissions.as_ref().is_some_and(|given| !given.iter().any(|permission| permission == SCOPE)) {
        return Err(advice::of_login(&LoginError::NoPermission));
    }
    let http = tokens::connect(api).map_err(|error| refused(error.into()))?;
    let grown = tokens::talk(&http, api).exchange(&redeemed.token, &app.secret).map_err(refused)?;
    let days = grown.life.unwrap_or(TOKEN_LIFE).as_hours() / 24;
    voice.say(&format!("{GREEN}done{GREEN:#}: a token of {days} days"));
    Ok(grown)
}

fn refused(consequence: &str, error: &ApiError) -> Box<Failure> {
    let (code, hints) = advice_on_api(error);
    Box::new(Failure::new(code, consequence).caused_by(error).hints(hints))
}

/// A word nobody can guess, which ties the answer to this login.
fn state() -> Result<String, Box<Failure>> {
    let key = VaultKey::generate().map_err(|error| Box::new(advice::of_vault(&error, "there is no login")))?;
    Ok(key.expose().chars().filter(char::is_ascii_alphanumeric).take(32).collect())
}

/// The address is no secret: it names the app and asks for permission.
fn open_browser(voice: &Voice, address: &Url) {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let child = Command::new(program)
        .arg(address.as_str())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if child.is_err() {
        voice.warn(&format!("no browser could be opened ({program} is not here): open the address by hand"));
    }
}

/// Tries the token before it is put anywhere.
fn check(voice: &Voice, feed: &FeedSettings, token: &AccessToken) -> Result<Code, Box<Failure>> {
    let api = &feed.api;
    let asked = tokens::connect(api).map_err(ApiError::from).and_then(|http| tokens::talk(&http, api).whose(token));
    match asked {
        Ok(account) => {
            let username = account.username.unwrap_or_default();
            let kind = account.account_type.unwrap_or_default();
            let mut code = Code::Done;
            if kind.eq_ignore_ascii_case("personal") {
                advice::personal_account(&username, &kind).tell(voice);
                code = Code::Token;
            }
            voice.say(&format!("{GREEN}works{GREEN:#}: @{}", crate::feed::one_line(&username)));
            if token.kind() == TokenKind::Facebook {
                voice.warn("this is a token of Facebook Login: feedbake does not renew it");
            }
            Ok(code)
        }
        Err(error) => {
            let (code, hints) = advice::on_token(token.kind(), &api.base, &error);
            const NOT_KEPT: &str = "the token was not kept: it does not work";
            Err(Box::new(Failure::new(code, NOT_KEPT).caused_by(&error).hints(hints)))
        }
    }
}

/// A file that git tracks already must not get a secret, whatever is ignored from now on.
fn refuse_tracked(site: &Path) -> Result<(), Box<Failure>> {
    let place = site.join(DOT_ENV);
    if git_tracks(&place) {
        let error = ConfigError::DotEnvWouldBeCommitted(place);
        return Err(Failure::of_config(error));
    }
    Ok(())
}

fn keep(voice: &Voice, place: &Place, name: &str, grown: &Grown) -> Result<(), Box<Failure>> {
    const NOT_WRITTEN: &str = "the token works, but could not be written";
    let (site, token) = (place.site.as_path(), &grown.token);
    let root = Root::new(site);
    let failed = |error: FileError| Failure::of_file(&error, NOT_WRITTEN);
    // A bake may be writing a renewed token into the same file.
    let _lock = enter(voice, &root, NOT_WRITTEN)?;
    let place = site.join(DOT_ENV);
    // The ignore line first: between the two, no `git add` may see the secret.
    // Where git cannot be asked it may be there tomorrow.
    let patterns = patterns_ignore(&place);
    if patterns != Some(true) {
        let ignored = SitePath::new(".gitignore").expect("the place is plain");
        let mut lines = root.read(&ignored).map_err(failed)?.unwrap_or_default();
        if !lines.is_empty() && !lines.ends_with(b"\n") {
            lines.push(b'\n');
        }
        // What git says of its patterns counts: there are many ways to say no.
        if patterns == Some(false) || !ignores_dot_env(&lines) {
            lines.extend_from_slice(b".env\n");
            root.write(&ignored, &lines).map_err(failed)?;
            voice.say("added `.env` to .gitignore");
        }
        if git_would_commit(&place) {
            return Err(Failure::of_config(ConfigError::DotEnvWouldBeCommitted(place)));
        }
    }
    let kept = Store::File(place).keep(&root, name, token, token);
    kept.map_err(|error| Box::new(advice::of_store(&error, NOT_WRITTEN)))?;
    voice.say(&format!("wrote {name} into .env, which only you can read"));
    if let Some(life) = grown.life {
        remember(&root, name, token, life).map_err(failed)?;
    }
    voice.say(&format!("where the site is built, set a secret of the same name: `feedbake token store --to command -- gh secret set {name}`"));
    Ok(())
}

/// Notes when the token ends, where the API said so.
fn remember(root: &Root, name: &str, token: &AccessToken, life: SignedDuration) -> Result<(), FileError> {
    let mut status = TokenStatus::read(root)?;
    status.tokens.insert(name.to_owned(), TokenRecord::made(&token.fingerprint(), now(), life));
    status.write(root).map(drop)
}
