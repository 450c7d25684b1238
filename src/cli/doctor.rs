//! `feedbake doctor`.

use std::thread;

use serde_json::json;

use super::Ended;
use super::advice::advice_on_api;
use super::args::{Common, DoctorArgs, SourceArgs};
use super::failure::Code;
use super::start::{dice, layer_of, look_at_place, now, place};
use super::ui::{CYAN, GREEN, RED, Voice, YELLOW};
use super::{token_advice, tokens};
use crate::auth::without_tokens;
use crate::doctor::{Facts, Finding, Level, Sight, Topic, gather, judge};
use crate::feed::one_line;
use crate::files::Root;

/// Looks at everything, and says what to click.
pub fn run(voice: &Voice, common: &Common, flags: &DoctorArgs) -> Ended {
    let source = SourceArgs { api_base: flags.api.api_base.clone(), ..SourceArgs::default() };
    // What keeps everything else from running is the first thing to say here, and not the last.
    let (place, refused) = match place(voice, common, layer_of(&source)) {
        Ok(place) => (place, None),
        Err(failure) => match look_at_place(common, layer_of(&source)) {
            Some(place) => (place, Some(failure)),
            None => return Err(failure),
        },
    };
    let root = Root::new(&place.site);
    let vault = tokens::vault(voice, &place, &root);
    let held: Vec<_> = place.settings.feeds.iter().map(|feed| tokens::held(&place, &vault, feed)).collect();
    let sight = Sight {
        place: &place,
        root: &root,
        held: &held,
        offline: flags.offline,
        now: now(),
        pause: &thread::sleep,
        dice: &dice,
    };
    let facts = gather(&sight);
    let mut findings = judge(&facts);
    advise(&mut findings, &facts);
    let code = findings.iter().filter(|finding| finding.level == Level::Bad).map(|finding| code(finding.topic)).max();
    let mut code = code.unwrap_or(Code::Done);
    if let Some(failure) = refused {
        code = code.max(failure.code);
        let topic = if failure.code == Code::Token { Topic::Secrets } else { Topic::Site };
        let what = format!("feedbake does nothing here: {}", failure.causes.join(": "));
        let mut hints = failure.hints;
        if hints.is_empty() {
            hints.push(
                "mend that first: docs/settings.md lists them; what follows was looked at without them".to_owned(),
            );
        }
        findings.insert(0, Finding { topic, level: Level::Bad, what, hints });
    }
    // The site's own folder, or a file in it, may be named like a token.
    for finding in &mut findings {
        finding.what = without_tokens(&finding.what);
    }
    if voice.json {
        let all: Vec<_> = findings
            .iter()
            .map(|finding| json!({
                "topic": finding.topic.word(), "level": finding.level.word(), "what": finding.what, "hints": finding.hints,
            }))
            .collect();
        voice.json(&json!({ "findings": all, "code": code as u8 }));
    } else {
        print(voice, &findings);
    }
    Ok(code)
}

/// What to click about an answer of the API is the same here as anywhere.
fn advise(findings: &mut [Finding], facts: &Facts) {
    for token in &facts.tokens {
        if let (Some(record), Some(place)) =
            (token.record.as_ref().filter(|record| record.is_superseded()), token.place)
        {
            let is_meant =
                |finding: &&mut Finding| finding.topic == Topic::Keeping && finding.what.starts_with(&token.name);
            for finding in findings.iter_mut().filter(is_meant) {
                finding.hints.push(token_advice::way_back(&token.name, place, &record.kept_elsewhere));
            }
        }
        let errors = token
            .asked
            .iter()
            .filter_map(|asked| asked.as_ref().err())
            .chain(token.posts.iter().filter_map(|posts| posts.as_ref().err()));
        for error in errors {
            let text = error.to_string();
            for finding in
                findings.iter_mut().filter(|finding| finding.what.contains(&text) && finding.hints.is_empty())
            {
                if let (Ok(kind), Ok(base)) = (&token.found, url::Url::parse(&format!("https://{}", token.host))) {
                    finding.hints.extend(token_advice::on_token(*kind, &base, error).1);
                } else {
                    finding.hints.extend(advice_on_api(error).1);
                }
            }
        }
    }
}

/// How a run ends in which something about this is bad.
fn code(topic: Topic) -> Code {
    match topic {
        Topic::Token | Topic::Keeping => Code::Token,
        Topic::Secrets => Code::Leak,
        Topic::Data | Topic::Archive | Topic::Cache => Code::File,
        Topic::Site | Topic::Template | Topic::Schedule | Topic::Clock => Code::Settings,
    }
}

fn print(voice: &Voice, findings: &[Finding]) {
    for finding in findings {
        let (style, sign) = match finding.level {
            Level::Good => (GREEN, "good   "),
            Level::Unknown => (CYAN, "unknown"),
            Level::Advice => (YELLOW, "advice "),
            Level::Bad => (RED, "bad    "),
        };
        voice.result(&format!("{style}{sign}{style:#} {:<8} {}", finding.topic.word(), one_line(&finding.what)));
        for hint in &finding.hints {
            voice.result(&format!("                 → {hint}"));
        }
    }
    let bad = findings.iter().filter(|finding| finding.level == Level::Bad).count();
    let advice = findings.iter().filter(|finding| finding.level == Level::Advice).count();
    voice.say(&format!("{bad} bad, {advice} to think about, {} looked at", findings.len()));
}
