//! The API's paths, in the order of its checks: token, object, syntax of `fields`, names of fields, values.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::answers::{Envelope, Refusal, bad, good};
use super::faults::Fault;
use super::fields::{Field, parse};
use super::pen::Pen;
use super::world::{Bar, Login, Token, World};
use crate::loopback::{Delivery, Request, Response};
use std::io::Write;
use std::time::Duration;

/// Versions that are answered as asked; older ones are answered by the oldest of these.
const VERSIONS: std::ops::RangeInclusive<u32> = 21..=26;

/// What a request is told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The account.
    Account,
    /// A list of posts.
    List,
    /// One post or slide, or its children.
    Node,
    /// A download.
    Cdn,
    /// Tokens and the authorization flow.
    Token,
    /// Anything else.
    Other,
}

/// A path of the API without its version.
pub struct Route<'a> {
    /// The version that answers.
    pub version: u32,
    /// What follows it.
    pub segments: Vec<&'a str>,
}

/// Takes a path apart.
pub fn route(path: &str) -> Route<'_> {
    let mut segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let asked = segments.first().and_then(|first| first.strip_prefix('v')?.strip_suffix(".0")?.parse::<u32>().ok());
    if asked.is_some() {
        segments.remove(0);
    }
    let version = asked.unwrap_or(*VERSIONS.start()).clamp(*VERSIONS.start(), *VERSIONS.end());
    Route { version, segments }
}

/// Tells what kind of request this is.
pub fn kind(path: &str) -> Kind {
    match route(path).segments.as_slice() {
        ["v" | "o1", ..] => Kind::Cdn,
        ["access_token" | "refresh_access_token"] | ["oauth", ..] => Kind::Token,
        [_, "media" | "stories"] => Kind::List,
        ["me"] => Kind::Account,
        [_] | [_, "children"] => Kind::Node,
        [first, ..] if first.starts_with("t51") => Kind::Cdn,
        _ => Kind::Other,
    }
}

/// Answers a request to the API.
pub fn answer(
    world: &mut World,
    base: &str,
    request: &Request,
    now: Timestamp,
    fault: Option<Fault>,
    calls: u32,
) -> Response {
    let route = route(request.path());
    let envelope = Envelope {
        trace: format!("AEmu{:08x}", world.counter.wrapping_mul(2_654_435_761) & 0xffff_ffff),
        version: Some(format!("v{}.0", route.version)),
        calls,
        account: world.account_id().to_owned(),
    };
    world.counter += 1;
    if let Some(played) = fault.and_then(|fault| played(fault, request, &envelope)) {
        return played;
    }
    match checked(world, base, request, &route, now, fault) {
        Ok(body) => {
            let response = good(body, &envelope);
            match fault {
                Some(Fault::CutJson) => {
                    let half = response.body.len() / 2;
                    response.delivery(Delivery::CutAfter(half))
                }
                Some(Fault::Stall) => response.delivery(Delivery::Stall(Duration::from_secs(300))),
                Some(Fault::Trickle) => response.delivery(Delivery::Drip(Duration::from_millis(600))),
                _ => response,
            }
        }
        Err(refusal) => bad(&refusal, &envelope),
    }
}

/// Faults that need no look at the request's object.
pub(super) fn played(fault: Fault, request: &Request, envelope: &Envelope) -> Option<Response> {
    let html = |status: u16| {
        Response::new(status)
            .header("Content-Type", "text/html")
            .body("<!DOCTYPE html><title>Sorry</title><p>Something went wrong.")
    };
    let json = |body: Vec<u8>| Response::new(200).header("Content-Type", "application/json").body(body);
    let limit_is_large = || number(request, "limit").is_none_or(|limit| limit > 10);
    let later = "An unexpected error has occurred. Please retry your request later.";
    let refusal = match fault {
        Fault::RateCode4 => Refusal::oauth(403, 4, "(#4) Application request limit reached").subcode(1_349_210).transient().without_usage(),
        Fault::RateCode17 => Refusal::oauth(400, 17, "(#17) User request limit reached"),
        Fault::RateCode613 => Refusal::oauth(400, 613, "(#613) Calls to this api have exceeded the rate limit."),
        Fault::Rate80002 => Refusal::oauth(400, 80_002, "(#80002) There have been too many calls to this Instagram account. Wait a bit and try again.").minutes(1),
        Fault::Rate80002As429 => Refusal::oauth(429, 80_002, "(#80002) There have been too many calls to this Instagram account. Wait a bit and try again.").minutes(90),
        Fault::Code1 => Refusal::oauth(500, 1, "An unknown error has occurred."),
        Fault::Code2 | Fault::RenewalDown => Refusal::oauth(500, 2, later).transient(),
        Fault::Code2As503 => Refusal::oauth(503, 2, "(#2) Service temporarily unavailable").transient(),
        Fault::ReduceData if limit_is_large() => Refusal::oauth(500, 1, "Please reduce the amount of data you're asking for, then retry your request"),
        Fault::TokenExpired => Refusal::oauth(400, 190, expired_text()).subcode(463),
        Fault::TokenExpiredBare => Refusal::oauth(400, 190, expired_text()),
        Fault::TokenInvalidated => Refusal::oauth(400, 190, INVALIDATED).subcode(460),
        Fault::TokenUnreadable => Refusal::oauth(401, 190, "Invalid OAuth access token - Cannot parse access token"),
        Fault::AppRemoved => Refusal::oauth(400, 190, "Error validating access token: The user has not authorized application 990602627938098.").subcode(458),
        Fault::Checkpoint => Refusal::oauth(400, 190, "Error validating access token: You cannot access the app till you log in to www.facebook.com and follow the instructions given.").subcode(459),
        Fault::TesterRoleMissing => Refusal::api(100, "Unsupported request - method type: get"),
        Fault::ScopeMissing => Refusal::oauth(400, 10, "(#10) Application does not have permission for this action"),
        Fault::Blocked => Refusal::oauth(400, 368, "The action attempted has been deemed abusive or is otherwise disallowed"),
        Fault::TokenDies if parameter(request, "after").is_some() => Refusal::oauth(400, 190, expired_text()).subcode(463),
        Fault::RefuseAltText if parameter(request, "fields").is_some_and(|fields| fields.contains("alt_text")) => {
            Refusal::api(100, "Tried accessing nonexisting field (alt_text) on node type (IGMedia)")
        }
        Fault::Html502 => return Some(html(502)),
        Fault::Html200 => return Some(html(200)),
        Fault::EmptyBody => return Some(Response::new(200)),
        Fault::Reset => return Some(Response::new(200).delivery(Delivery::Reset)),
        Fault::Rate429 => return Some(html(429)),
        Fault::Rate429RetryAfter => return Some(html(429).header("Retry-After", "5400")),
        Fault::RedirectLoop => return Some(Response::new(302).header("Location", request.target.as_str())),
        Fault::GzipBomb => return Some(json(gzipped_spaces(64 << 20)).header("Content-Encoding", "gzip")),
        Fault::HugeAnswer => return Some(json(vec![b' '; 40 << 20])),
        Fault::DeepJson => return Some(json(b"{\"data\":".iter().copied().chain([b'['; 100_000]).collect())),
        Fault::RedirectApi => {
            return Some(Response::new(302).header("Location", format!("http://elsewhere.example{}", request.target)));
        }
        _ => return None,
    };
    Some(bad(&refusal, envelope))
}

fn gzipped_spaces(length: usize) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    // Writing into memory cannot fail; an empty body would be a fault as well.
    packed.write_all(&vec![b' '; length]).and_then(|()| packed.finish()).unwrap_or_default()
}

const INVALIDATED: &str = "Error validating access token: The session has been invalidated because the user changed their password or Facebook has changed the session for security reasons.";

fn expired_text() -> &'static str {
    "Error validating access token: Session has expired on Thursday, 17-Jun-21 00:00:00 PDT. The current time is Friday, 18-Jun-21 03:12:57 PDT."
}

pub(super) fn parameter(request: &Request, key: &str) -> Option<String> {
    request.parameters().into_iter().find(|(name, _)| name == key).map(|(_, value)| value)
}

pub(super) fn number(request: &Request, key: &str) -> Option<usize> {
    parameter(request, key)?.parse().ok()
}

/// The token of a request; the one in the address wins when there are two.
pub(super) fn sent_token(request: &Request) -> Option<String> {
    // Without the word before it, the whole header is taken for a token that nobody can read.
    let header = || request.header("authorization");
    let bearer = || header().map(|value| value.strip_prefix("Bearer ").unwrap_or(value).to_owned());
    parameter(request, "access_token").or_else(bearer)
}

pub(super) fn known_token(world: &World, request: &Request, now: Timestamp) -> Result<Token, Refusal> {
    let Some(sent) = sent_token(request) else {
        return Err(match route(request.path()).segments.first() {
            Some(&"me") => Refusal::oauth(
                400,
                2500,
                "An active access token must be used to query information about the current user.",
            ),
            _ => Refusal::oauth(400, 104, "An access token is required to request this resource."),
        });
    };
    let is_bare = request.header("authorization").is_some_and(|value| !value.starts_with("Bearer "));
    let known = world.tokens.iter().find(|token| token.text == sent).filter(|_| !is_bare);
    let Some(token) = known else {
        let status = if is_bare { 401 } else { 400 };
        return Err(Refusal::oauth(status, 190, "Invalid OAuth access token - Cannot parse access token"));
    };
    if token.expires_at <= now {
        // Meta's clocks show Pacific time without saying whether it is summer there.
        let shown = |moment: Timestamp| moment.strftime("%A, %d-%b-%y %H:%M:%S PDT").to_string();
        let (end, current) = (shown(token.expires_at), shown(now));
        let text =
            format!("Error validating access token: Session has expired on {end}. The current time is {current}.");
        return Err(Refusal::oauth(400, 190, text).subcode(463));
    }
    if token.bar == Bar::Invalidated {
        return Err(Refusal::oauth(400, 190, INVALIDATED).subcode(460));
    }
    if !world.is_tester {
        return Err(Refusal::api(100, "Unsupported request - method type: get"));
    }
    Ok(token.clone())
}

fn checked(
    world: &mut World,
    base: &str,
    request: &Request,
    route: &Route<'_>,
    now: Timestamp,
    fault: Option<Fault>,
) -> Result<String, Refusal> {
    let token = known_token(world, request, now)?;
    let object = route.segments.first().copied().unwrap_or_default();
    if request.method != "GET" {
        let method = request.method.to_lowercase();
        return Err(Refusal::api(100, format!("Unsupported {method} request. Object with ID '{object}' does not exist, cannot be loaded due to missing permissions, or does not support this operation")).subcode(33));
    }
    let is_account = object == "me" && world.login == Login::Instagram
        || object == world.account_id()
        || world.account.get("id").and_then(Value::as_str) == Some(object);
    let mut pen = Pen { world, base, now, fault };
    match (route.segments.as_slice(), is_account) {
        ([_], true) => {
            let fields = asked_fields(request, &[])?;
            pen.account(&fields)
        }
        ([_, "media"], true) => {
            let fields = asked_fields(request, &["id"])?;
            pen.list(request, route, &token, &fields)
        }
        ([_, "stories"], true) => Ok("{\"data\":[]}".to_owned()),
        ([_, rest @ ..], true) => Err(Refusal::api(2500, format!("Unknown path components: /{}", rest.join("/")))),
        ([id], false) => {
            let node = pen.find(id)?;
            let fields = asked_fields(request, &["id"])?;
            pen.node(&node, &fields, !is_post(pen.world, id))
        }
        ([id, "children"], false) => {
            let node = pen.find(id)?;
            let fields = asked_fields(request, &["id"])?;
            Ok(format!("{{\"data\":{}}}", pen.nodes(&node.children, &fields, true)?))
        }
        ([_, rest @ ..], false) => Err(Refusal::api(2500, format!("Unknown path components: /{}", rest.join("/")))),
        ([], _) => Err(Refusal::api(2500, "Unknown path components: /")),
    }
}

fn is_post(world: &World, id: &str) -> bool {
    world.posts.iter().any(|post| post.text("id") == id)
}

fn asked_fields(request: &Request, default: &[&str]) -> Result<Vec<Field>, Refusal> {
    match parameter(request, "fields") {
        Some(text) => parse(&text).map_err(|message| Refusal::oauth(400, 2500, message)),
        None => parse(&if default.is_empty() { "id".to_owned() } else { default.join(",") })
            .map_err(|message| Refusal::oauth(400, 2500, message)),
    }
}

/// A refresh needs a token that is at least this old.
pub const REFRESH_AGE: SignedDuration = SignedDuration::from_hours(24);
