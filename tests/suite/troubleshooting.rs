//! `docs/troubleshooting.md` says what the program says: every message is a heading there, and every heading a message.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use feedbake::auth::{LoginError, StoreError, TokenShapeError, VaultError};
use feedbake::config::{ConfigError, StoreWishError, TokenError};
use feedbake::graph::{ApiOptions, FaultKind, Graph};
use feedbake::http::{Http, HttpOptions, TokenIn};
use feedbake::loopback::{Request, Response, Server};
use feedbake::retry::Patience;
use serde_json::json;

fn page() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/troubleshooting.md")).unwrap()
}

fn faults() -> Vec<FaultKind> {
    let all = vec![
        FaultKind::TokenExpired,
        FaultKind::TokenInvalidated,
        FaultKind::TokenUnreadable,
        FaultKind::AppRemoved,
        FaultKind::Checkpoint,
        FaultKind::TokenMissing,
        FaultKind::TesterRoleMissing,
        FaultKind::PermissionMissing,
        FaultKind::RateLimited { minutes: None },
        FaultKind::Blocked,
        FaultKind::Transient,
        FaultKind::ReduceData,
        FaultKind::UnknownField { field: "FIELD".to_owned() },
        FaultKind::Gone,
        FaultKind::BadRequest,
        FaultKind::NotTheApi,
        FaultKind::WrongApp,
        FaultKind::CodeSpent,
        FaultKind::RedirectMismatch,
        FaultKind::Unknown,
    ];
    for kind in &all {
        // A new kind fails to compile here, so that it is not forgotten above.
        match kind {
            FaultKind::TokenExpired
            | FaultKind::TokenInvalidated
            | FaultKind::TokenUnreadable
            | FaultKind::AppRemoved
            | FaultKind::Checkpoint
            | FaultKind::TokenMissing
            | FaultKind::TesterRoleMissing
            | FaultKind::PermissionMissing
            | FaultKind::RateLimited { .. }
            | FaultKind::Blocked
            | FaultKind::Transient
            | FaultKind::ReduceData
            | FaultKind::UnknownField { .. }
            | FaultKind::Gone
            | FaultKind::BadRequest
            | FaultKind::NotTheApi
            | FaultKind::WrongApp
            | FaultKind::CodeSpent
            | FaultKind::RedirectMismatch
            | FaultKind::Unknown => {}
        }
    }
    all
}

fn messages() -> BTreeSet<String> {
    let name = || "NAME".to_owned();
    let refused = |host, status| StoreError::Refused { host, status, message: String::new() };
    let tokens = [
        TokenError::Missing { name: name() },
        TokenError::Differ { first: name(), second: "OTHER".to_owned() },
        TokenError::Published { name: name() },
        TokenError::Shape { name: name(), source: TokenShapeError::Empty },
    ];
    let shapes = [
        TokenShapeError::Empty,
        TokenShapeError::Space,
        TokenShapeError::Placeholder,
        TokenShapeError::Address,
        TokenShapeError::Json,
        TokenShapeError::AppSecret,
        TokenShapeError::Id,
        TokenShapeError::AppToken,
        TokenShapeError::Letters,
        TokenShapeError::TooLong,
    ];
    let logins = [
        LoginError::NoAddress,
        LoginError::BareCode,
        LoginError::StillTheFirst,
        LoginError::NoCode,
        LoginError::NoPermission,
        LoginError::OtherState,
        LoginError::Denied,
        LoginError::Refused { reason: "REASON".to_owned() },
    ];
    let vaults = [VaultError::WrongKey, VaultError::Form, VaultError::BadKey];
    let not_text = StoreError::NotText { path: PathBuf::from("FILE") };
    let hangs = StoreError::ProgramHangs { program: "PROGRAM".to_owned(), after: Duration::from_secs(30) };
    let program = || "PROGRAM".to_owned();
    let stores = [
        StoreError::Program { program: program(), status: "exit status: 1".to_owned(), message: String::new() },
        StoreError::NoProgram { program: program(), source: std::io::ErrorKind::NotFound.into() },
        refused("GitHub", 500),
        refused("Netlify", 422),
        hangs,
        not_text,
        refused("GitHub", 401),
        refused("GitHub", 403),
        refused("Netlify", 401),
        refused("Netlify", 404),
    ];
    let missing = |name, place| StoreWishError::Missing { name, place };
    let wishes = [
        missing("NETLIFY_AUTH_TOKEN", "Netlify"),
        missing("FEEDBAKE_TOKEN_KEY", ".feedbake/token.enc"),
        StoreWishError::Bad { name: "GITHUB_REPOSITORY", expected: "owner/name" },
        StoreWishError::Missing { name: "GH_TOKEN", place: "GitHub" },
        StoreWishError::NoProgram { program: "PROGRAM".to_owned() },
        StoreWishError::OnePlace { place: "PLACE".to_owned() },
        StoreWishError::WouldBeCommitted(".env".into()),
        StoreWishError::InTheSite("FILE".into()),
    ];
    let mut all: BTreeSet<String> = faults().iter().map(ToString::to_string).collect();
    all.extend(tokens.iter().map(ToString::to_string));
    all.extend(shapes.iter().map(ToString::to_string));
    all.extend(logins.iter().map(ToString::to_string));
    all.extend(vaults.iter().map(ToString::to_string));
    all.extend(stores.iter().map(ToString::to_string));
    all.extend(wishes.iter().map(ToString::to_string));
    all.insert(ConfigError::DotEnvWouldBeCommitted(PathBuf::from("FILE")).to_string());
    all
}

#[test]
fn every_message_is_a_heading_and_every_heading_a_message() {
    let page = page();
    let headings: BTreeSet<String> =
        page.lines().filter_map(|line| line.strip_prefix("### ")).map(str::to_owned).collect();
    assert_eq!(headings, messages());
}

#[test]
fn every_code_of_the_reference_is_in_the_table_and_means_what_it_says() {
    let page = page();
    let table = page.split("<!-- codes -->").nth(1).unwrap().split("<!-- /codes -->").next().unwrap();
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let known = [
        190, 102, 104, 2500, 100, 803, 10, 200, 299, 3, 4, 17, 32, 613, 80002, 368, 341, 1, 2, -1, -2, 9004, 9005, 24,
        25, 36000, 36104, 101, 400,
    ];
    let listed: BTreeSet<i64> = rows.iter().map(|row| row[0].parse().unwrap()).collect();
    assert_eq!(listed, BTreeSet::from(known));
    for row in rows {
        let (code, subcode): (i64, Option<i64>) = (row[0].parse().unwrap(), row[1].parse().ok());
        let mut error = json!({ "message": row[2], "type": "OAuthException", "code": code });
        if let Some(subcode) = subcode {
            error["error_subcode"] = subcode.into();
        }
        let body = json!({ "error": error }).to_string();
        let said = said_of(body);
        assert!(said.starts_with(row[3]), "{row:?}: {said}");
    }
}

/// What feedbake says when the API answers so.
fn said_of(body: String) -> String {
    let server = Server::start(0, move |_: &Request| {
        Response::new(400).header("Content-Type", "application/json").body(body.clone())
    });
    let server = server.unwrap();
    let base = format!("http://{}", server.address()).parse().unwrap();
    let timeout = std::time::Duration::from_secs(10);
    let http = Http::new(HttpOptions { api_base: base, timeout }).unwrap();
    let options = ApiOptions {
        version: None,
        user: "me".to_owned(),
        token_in: TokenIn::Header,
        patience: Patience { tries: 1, first_pause: timeout, longest_wait: timeout },
        counts: false,
        portrait: false,
    };
    let token = feedbake::auth::AccessToken::new("IGAAfakefakefakefakefake").unwrap();
    Graph::new(&http, options, token, &|_| {}, &|_| {}, &|| 0.5).account().unwrap_err().to_string()
}

#[test]
fn what_is_said_of_a_renewal_is_what_the_page_explains() {
    let page = page();
    let table = page.split("<!-- said -->").nth(1).unwrap().split("<!-- /said -->").next().unwrap();
    // Lines of the source are cut where they are long: the words are the same.
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let source = words(&include_str!("../../src/cli/token_advice.rs").replace("\\\n", ""));
    for row in table.lines().filter(|line| line.starts_with("| ")).skip(1).filter(|line| !line.starts_with("| ---")) {
        let said = row.trim_matches('|').split('|').next().unwrap().trim();
        assert!(source.contains(said), "{said:?} is said nowhere");
    }
}
