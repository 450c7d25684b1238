//! What the facts mean for the life of a token: whether it works, when it ends, where a changed one goes, and whether
//! anybody will be there to renew it. Pure.

use super::judge::Findings;
use super::{Facts, Level, TokenFacts, Topic};
use crate::auth::{Certainty, Outlook, TokenKind, deadline, outlook, whole_days};
use crate::config::TokenError;
use crate::graph::ApiError;

/// Days without a commit after which GitHub switches the schedules of a public repository off.
///
/// Source: GitHub's page “Disabling and enabling a workflow”.
const SCHEDULE_LIFE_DAYS: i64 = 60;

/// Judges one token: its kind, its answer, its end.
pub(super) fn token(token: &TokenFacts, facts: &Facts, all: &mut Findings) {
    let name = &token.name;
    let kind = match &token.found {
        Ok(kind) => *kind,
        Err(error) => {
            let hints: &[&str] = match error {
                TokenError::Missing { .. } => &[
                    "`feedbake login` gets one and writes .env; where the site is built, set a secret of the same name",
                ],
                TokenError::Differ { .. } => &["unset the older one"],
                TokenError::Published { .. } => &[
                    "make a new token, set it as INSTAGRAM_ACCESS_TOKEN, and unset this variable: what it holds may be public",
                ],
                TokenError::Shape { .. } => {
                    &["copy it again with the dashboard's Copy button: whole, on one line, without quotes"]
                }
            };
            all.add(Topic::Token, Level::Bad, error.to_string(), hints);
            return;
        }
    };
    let is_facebook_host = token.host == "graph.facebook.com";
    match kind {
        TokenKind::Facebook if token.host == "graph.instagram.com" => all.add(
            Topic::Token,
            Level::Bad,
            format!("{name} begins with EAA (Facebook Login), and the API's host is graph.instagram.com"),
            &["make a token under API setup with Instagram login (it begins with IGAA), or set `[api] base = \"https://graph.facebook.com\"` and `user`"],
        ),
        TokenKind::Instagram if is_facebook_host => all.add(
            Topic::Token,
            Level::Bad,
            format!("{name} begins with IGAA (Instagram Login), and the API's host is graph.facebook.com"),
            &["take `api.base` out of the settings"],
        ),
        TokenKind::BasicDisplay => all.add(
            Topic::Token,
            Level::Bad,
            format!("{name} begins with IGQ (Basic Display API), and that API has ended"),
            &["switch the account to a professional one, then `feedbake login`"],
        ),
        TokenKind::Unknown => all.add(
            Topic::Token,
            Level::Advice,
            format!("{name} is set, and begins with none of the letters that tokens are known to begin with (IGAA, EAA)"),
            &["if it does not work, copy it again, whole and alone"],
        ),
        TokenKind::Instagram | TokenKind::Facebook => {
            all.add(Topic::Token, Level::Good, format!("{name} is set, and its kind fits the host"), &[]);
        }
    }
    asked(token, all);
    if let Some(record) = token.record.as_ref().filter(|record| record.is_superseded()) {
        // The way back is said in the same words as anywhere: `cli` adds them.
        let what =
            format!("{name} still holds an old token; the newer one was kept in {}", record.kept_elsewhere.join(", "));
        all.add(Topic::Keeping, Level::Bad, what, &[]);
    }
    // What the site's own book says of its end is not so any more.
    if !matches!(&token.asked, Some(Err(error)) if error.is_about_the_token()) {
        expiry(token, facts, all);
    }
}

fn asked(token: &TokenFacts, all: &mut Findings) {
    let name = &token.name;
    match &token.asked {
        None => all.add(Topic::Token, Level::Unknown, format!("whether {name} works was not asked"), &[]),
        Some(Err(ApiError::Fault(fault))) => {
            // The words for what to click are the same as anywhere: `cli::advice` adds them.
            all.add(Topic::Token, Level::Bad, format!("{name}: {fault}"), &[]);
        }
        Some(Err(error)) => all.add(Topic::Token, Level::Unknown, format!("{name}: {error}"), &[]),
        Some(Ok(account)) => {
            let username = account.username.as_deref().unwrap_or("an account without a name");
            let kind = account.account_type.clone().unwrap_or_default().to_lowercase();
            if kind == "personal" {
                all.add(
                    Topic::Token,
                    Level::Bad,
                    format!("@{username} is a personal account"),
                    &["in the Instagram app: Settings → Account type and tools → Switch to professional account (free)"],
                );
            } else {
                let kind = if kind.is_empty() { String::new() } else { format!(" ({kind})") };
                all.add(
                    Topic::Token,
                    Level::Good,
                    format!("{name} works: @{username}{kind}, tester role and permissions included"),
                    &[],
                );
            }
        }
    }
    match &token.posts {
        Some(Err(error)) => {
            all.add(Topic::Token, Level::Bad, format!("{name}: its posts cannot be listed: {error}"), &[])
        }
        Some(Ok(0)) => all.add(Topic::Token, Level::Advice, format!("{name}: the account has no posts"), &[]),
        Some(Ok(_)) | None => {}
    }
}

fn expiry(token: &TokenFacts, facts: &Facts, all: &mut Findings) {
    let name = &token.name;
    let refresh =
        "`feedbake token refresh` asks for sixty more days now; every bake does by itself from the 20th day on";
    let record = token.record.as_ref();
    let latest = |certainty| if certainty == Certainty::AtTheLatest { ", at the latest" } else { "" };
    match outlook(record, token.warn, facts.now) {
        Outlook::Unknown => all.add(
            Topic::Token,
            Level::Unknown,
            format!("when {name} ends is not known yet"),
            &["the first renewal says it: run `feedbake`"],
        ),
        Outlook::Fine => {
            let (end, certainty) = record.map_or((facts.now, Certainty::AtTheLatest), deadline);
            let days = whole_days(facts.now, end);
            all.add(Topic::Token, Level::Good, format!("{name} ends in {days} days{}", latest(certainty)), &[]);
        }
        Outlook::Near { days, certainty } => {
            all.add(
                Topic::Token,
                Level::Advice,
                format!("{name} ends in {days} days{}", latest(certainty)),
                &[refresh],
            );
        }
        Outlook::Over => {
            all.add(Topic::Token, Level::Bad, format!("{name} has ended"), &["make a new one: `feedbake login`"])
        }
    }
}

/// Judges the places a changed token goes to.
pub(super) fn keeping(facts: &Facts, all: &mut Findings) {
    let keeping = &facts.keeping;
    if let Some(trouble) = &keeping.trouble {
        all.add(
            Topic::Keeping,
            Level::Bad,
            format!("a changed token could not be kept: {trouble}"),
            &["docs/tokens.md names what each place needs"],
        );
    }
    match (keeping.places.first(), keeping.lost) {
        (Some(_), _) => all.add(Topic::Keeping, Level::Good, format!("a token that changes goes to {}", keeping.places.join(", ")), &[]),
        (None, true) => all.add(
            Topic::Keeping,
            Level::Bad,
            "the token changes when it is renewed, and nothing keeps the new one",
            &["`feedbake token keygen`, then set its key as FEEDBAKE_TOKEN_KEY where the site is built and commit .feedbake/token.enc; docs/tokens.md names the other ways"],
        ),
        (None, false) => {}
    }
    if keeping.vault_is_there && !keeping.vault_opens {
        all.add(
            Topic::Keeping,
            Level::Bad,
            ".feedbake/token.enc is there and cannot be opened",
            &["set FEEDBAKE_TOKEN_KEY to the key it was made with, or delete the file"],
        );
    }
    if keeping.status_is_ignored {
        all.add(
            Topic::Keeping,
            Level::Advice,
            "git ignores what feedbake knows of the token",
            &["take `.feedbake` out of .gitignore: the cache below it ignores itself, and token-status.json holds no secret"],
        );
    }
}

/// Judges the workflows that bake by themselves.
pub(super) fn schedule(facts: &Facts, all: &mut Findings) {
    let quiet_days = facts.last_commit.map(|commit| facts.now.duration_since(commit).as_hours() / 24);
    for workflow in &facts.schedules {
        let file = &workflow.file;
        if !workflow.commits {
            all.add(
                Topic::Schedule,
                Level::Advice,
                format!("{file} runs by itself and commits nothing: after {SCHEDULE_LIFE_DAYS} quiet days GitHub switches the schedule of a public repository off, and the token dies with it"),
                &["let it commit .feedbake/token-status.json, which changes at every renewal: docs/tokens.md shows the step"],
            );
        } else {
            all.add(Topic::Schedule, Level::Good, format!("{file} runs by itself and commits what it baked"), &[]);
        }
        if let Some(days) = quiet_days.filter(|days| *days >= SCHEDULE_LIFE_DAYS - 14) {
            all.add(
                Topic::Schedule,
                Level::Bad,
                format!("the last commit is {days} days old: GitHub switches the schedule in {file} off at {SCHEDULE_LIFE_DAYS}, if it has not"),
                &["push any commit; on GitHub: Actions → the workflow → Enable workflow"],
            );
        }
    }
}
