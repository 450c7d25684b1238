//! Tokens: exchange, refresh, and the authorization flow.

use jiff::{SignedDuration, Timestamp};

use super::answers::{Envelope, Refusal, bad, good, quoted};
use super::faults::Fault;
use super::graph::{REFRESH_AGE, known_token, parameter, played};
use super::world::{CodeAnswer, Rotation, TOKEN_LIFE, Token, World};
use crate::loopback::{Request, Response};

/// A code is good for an hour.
const CODE_LIFE: SignedDuration = SignedDuration::from_hours(1);

/// Answers a request about tokens.
pub fn answer(world: &mut World, request: &Request, now: Timestamp, fault: Option<Fault>) -> Response {
    let envelope = Envelope {
        trace: format!("AEmuT{}", world.counter),
        version: None,
        calls: 0,
        account: world.account_id().to_owned(),
    };
    let last = request.path().rsplit('/').next().unwrap_or_default();
    if let Some(played) = fault.and_then(|fault| played(fault, request, &envelope)) {
        return played;
    }
    let wrong_method =
        |method: &str| Refusal::api(100, format!("Unsupported request - method type: {}", method.to_lowercase()));
    match (request.method.as_str(), request.path(), last) {
        ("GET", "/oauth/authorize", _) => authorize(world, request, now),
        ("POST", "/oauth/access_token", _) => redeem(world, request, now),
        ("GET", _, "access_token") => told(exchange(world, request, now), &envelope),
        ("GET", _, "refresh_access_token") => told(refresh(world, request, now), &envelope),
        (method, ..) => bad(&wrong_method(method), &envelope),
    }
}

fn told(answer: Result<String, Refusal>, envelope: &Envelope) -> Response {
    match answer {
        Ok(body) => good(body, envelope),
        Err(refusal) => bad(&refusal, envelope),
    }
}

/// The token, after the same checks as everywhere.
fn find(world: &World, request: &Request, now: Timestamp) -> Result<Token, Refusal> {
    if world.wants_query && parameter(request, "access_token").is_none() {
        return Err(Refusal::api(100, "The parameter access_token is required"));
    }
    known_token(world, request, now)
}

fn grown(world: &mut World, now: Timestamp) -> String {
    told_of(&world.new_token(now, false))
}

fn told_of(text: &str) -> String {
    format!(
        "{{\"access_token\":{},\"token_type\":\"bearer\",\"expires_in\":5183944,\"permissions\":\"instagram_business_basic\"}}",
        quoted(text)
    )
}

fn exchange(world: &mut World, request: &Request, now: Timestamp) -> Result<String, Refusal> {
    if parameter(request, "grant_type").as_deref() != Some("ig_exchange_token") {
        return Err(Refusal::api(100, "The parameter grant_type is required"));
    }
    if parameter(request, "client_secret").as_deref() != Some(world.app.secret.as_str()) {
        return Err(Refusal::oauth(400, 101, "Error validating client secret."));
    }
    if !find(world, request, now)?.is_short {
        return Err(Refusal::api(100, "Only a short-lived token can be exchanged"));
    }
    Ok(grown(world, now))
}

fn refresh(world: &mut World, request: &Request, now: Timestamp) -> Result<String, Refusal> {
    if parameter(request, "grant_type").as_deref() != Some("ig_refresh_token") {
        return Err(Refusal::api(100, "The parameter grant_type is required"));
    }
    let token = find(world, request, now)?;
    if token.is_short || now.duration_since(token.issued_at) < REFRESH_AGE {
        return Err(Refusal::api(100, "The access token is too young to be refreshed"));
    }
    if world.rotation == Rotation::Another {
        return Ok(grown(world, now));
    }
    let held = world.tokens.iter_mut().find(|held| held.text == token.text);
    if world.rotation == Rotation::Same {
        if let Some(held) = held {
            held.issued_at = now;
            held.expires_at = now.checked_add(TOKEN_LIFE).unwrap_or(Timestamp::MAX);
        }
        return Ok(told_of(&token.text));
    }
    if let Some(held) = held {
        held.expires_at = now;
    }
    Ok(grown(world, now))
}

fn authorize(world: &mut World, request: &Request, now: Timestamp) -> Response {
    let asked = |key: &str| parameter(request, key).unwrap_or_default();
    let trouble = match () {
        () if asked("client_id") != world.app.id => Some("Invalid platform app"),
        () if asked("redirect_uri") != world.app.redirect_uri => Some("Invalid redirect_uri"),
        () if asked("response_type") != "code" => Some("Invalid response_type"),
        () if !world.is_tester => Some("Insufficient Developer Role"),
        () => None,
    };
    if let Some(trouble) = trouble {
        return Response::new(400)
            .header("Content-Type", "text/html")
            .body(format!("<!DOCTYPE html><title>Invalid Request</title><p>Invalid Request: {trouble}"));
    }
    world.counter += 1;
    let code = format!("AQemulated{:08}", world.counter);
    world.codes.insert(code.clone(), now.checked_add(CODE_LIFE).unwrap_or(Timestamp::MAX));
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("code", &code)
        .append_pair("state", &asked("state"))
        .finish();
    Response::new(302).header("Location", format!("{}?{query}#_", world.app.redirect_uri))
}

fn redeem(world: &mut World, request: &Request, now: Timestamp) -> Response {
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&request.body).into_owned().collect();
    let sent = |key: &str| form.iter().find(|(name, _)| name == key).map_or("", |(_, value)| value.as_str());
    let refused = |message: &str| {
        Response::new(400)
            .header("Content-Type", "application/json")
            .body(format!("{{\"error_type\":\"OAuthException\",\"code\":400,\"error_message\":{}}}", quoted(message)))
    };
    if sent("client_id") != world.app.id || sent("client_secret") != world.app.secret {
        return refused("Invalid platform app");
    }
    if sent("redirect_uri") != world.app.redirect_uri {
        return refused(
            "Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request",
        );
    }
    match world.codes.remove(sent("code")) {
        Some(end) if end > now => {
            let text = world.new_token(now, true);
            let id = world.account_id().to_owned();
            let body = match world.code_answer {
                CodeAnswer::Flat => format!(
                    "{{\"access_token\":{},\"user_id\":{id},\"permissions\":[\"instagram_business_basic\"]}}",
                    quoted(&text)
                ),
                CodeAnswer::InData => format!(
                    "{{\"data\":[{{\"access_token\":{},\"user_id\":\"{id}\",\"permissions\":\"instagram_business_basic\"}}]}}",
                    quoted(&text)
                ),
            };
            Response::new(200).header("Content-Type", "application/json").body(body)
        }
        _ => refused("Matching code was not found or was already used"),
    }
}
