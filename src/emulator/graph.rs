//! The API's paths, in the order of its checks: token, object, syntax of `fields`, names of fields, values.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::answers::{Envelope, Refusal, bad, good, quoted, wire};
use super::faults::Fault;
use super::fields::{Field, parse};
use super::world::{Login, Node, Token, World};
use crate::loopback::{Delivery, Request, Response};
use std::time::Duration;

const USER_FIELDS: [&str; 13] = [
    "id",
    "user_id",
    "username",
    "name",
    "account_type",
    "profile_picture_url",
    "followers_count",
    "follows_count",
    "media_count",
    "biography",
    "website",
    "has_profile_pic",
    "is_published",
];

const MEDIA_FIELDS: [&str; 19] = [
    "id",
    "caption",
    "alt_text",
    "media_type",
    "media_product_type",
    "media_url",
    "thumbnail_url",
    "permalink",
    "shortcode",
    "timestamp",
    "username",
    "owner",
    "like_count",
    "comments_count",
    "is_comment_enabled",
    "is_shared_to_feed",
    "is_ai_generated",
    "children",
    "legacy_instagram_media_id",
];

const CHILD_FIELDS: [&str; 10] = [
    "id",
    "media_type",
    "media_url",
    "thumbnail_url",
    "permalink",
    "shortcode",
    "timestamp",
    "username",
    "owner",
    "alt_text",
];

/// Versions that are answered as asked; older ones are answered by the oldest of these.
const VERSIONS: std::ops::RangeInclusive<u32> = 21..=26;

/// The API sends no more posts at once.
const LARGEST_PAGE: usize = 100;

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
                _ => response,
            }
        }
        Err(refusal) => bad(&refusal, &envelope),
    }
}

/// Faults that need no look at the request's object.
fn played(fault: Fault, request: &Request, envelope: &Envelope) -> Option<Response> {
    let html = |status: u16| {
        Response::new(status)
            .header("Content-Type", "text/html")
            .body("<!DOCTYPE html><title>Sorry</title><p>Something went wrong.")
    };
    let limit_is_large = || number(request, "limit").is_none_or(|limit| limit > 10);
    let later = "An unexpected error has occurred. Please retry your request later.";
    let refusal = match fault {
        Fault::RateCode4 => Refusal::oauth(403, 4, "(#4) Application request limit reached").subcode(1_349_210).transient().without_usage(),
        Fault::RateCode17 => Refusal::oauth(400, 17, "(#17) User request limit reached"),
        Fault::RateCode613 => Refusal::oauth(400, 613, "(#613) Calls to this api have exceeded the rate limit."),
        Fault::Rate80002 => Refusal::oauth(400, 80_002, "(#80002) There have been too many calls to this Instagram account. Wait a bit and try again.").minutes(1),
        Fault::Rate80002As429 => Refusal::oauth(429, 80_002, "(#80002) There have been too many calls to this Instagram account. Wait a bit and try again.").minutes(90),
        Fault::Code1 => Refusal::oauth(500, 1, "An unknown error has occurred."),
        Fault::Code2 => Refusal::oauth(500, 2, later).transient(),
        Fault::Code2As503 => Refusal::oauth(503, 2, "(#2) Service temporarily unavailable").transient(),
        Fault::ReduceData if limit_is_large() => Refusal::oauth(500, 1, "Please reduce the amount of data you're asking for, then retry your request"),
        Fault::TokenExpired => Refusal::oauth(400, 190, expired_text()).subcode(463),
        Fault::TokenExpiredBare => Refusal::oauth(400, 190, expired_text()),
        Fault::TokenInvalidated => Refusal::oauth(400, 190, "Error validating access token: The session has been invalidated because the user changed their password or Facebook has changed the session for security reasons.").subcode(460),
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
        Fault::RedirectApi => {
            return Some(Response::new(302).header("Location", format!("http://elsewhere.example{}", request.target)));
        }
        _ => return None,
    };
    Some(bad(&refusal, envelope))
}

fn expired_text() -> &'static str {
    "Error validating access token: Session has expired on Thursday, 17-Jun-21 00:00:00 PDT. The current time is Friday, 18-Jun-21 03:12:57 PDT."
}

pub(super) fn parameter(request: &Request, key: &str) -> Option<String> {
    request.parameters().into_iter().find(|(name, _)| name == key).map(|(_, value)| value)
}

fn number(request: &Request, key: &str) -> Option<usize> {
    parameter(request, key)?.parse().ok()
}

/// The token of a request; the one in the address wins when there are two.
pub(super) fn sent_token(request: &Request) -> Option<String> {
    let bearer = || request.header("authorization")?.strip_prefix("Bearer ").map(str::to_owned);
    parameter(request, "access_token").or_else(bearer)
}

fn known_token(world: &World, request: &Request, now: Timestamp) -> Result<Token, Refusal> {
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
    let Some(token) = world.tokens.iter().find(|token| token.text == sent) else {
        return Err(Refusal::oauth(400, 190, "Invalid OAuth access token - Cannot parse access token"));
    };
    if token.expires_at <= now {
        // Meta's clocks show Pacific time without saying whether it is summer there.
        let shown = |moment: Timestamp| moment.strftime("%A, %d-%b-%y %H:%M:%S PDT").to_string();
        let (end, current) = (shown(token.expires_at), shown(now));
        let text =
            format!("Error validating access token: Session has expired on {end}. The current time is {current}.");
        return Err(Refusal::oauth(400, 190, text).subcode(463));
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

/// Writes answers.
struct Pen<'a> {
    world: &'a mut World,
    base: &'a str,
    now: Timestamp,
    fault: Option<Fault>,
}

impl Pen<'_> {
    fn find(&self, id: &str) -> Result<Node, Refusal> {
        self.world.node(id).cloned().ok_or_else(|| {
            Refusal::api(100, format!("Unsupported get request. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation")).subcode(33)
        })
    }

    fn known_field(&self, field: &Field, known: &[&str], node_type: &str) -> Result<(), Refusal> {
        let facebook = self.world.login == Login::Facebook;
        let elsewhere = facebook && matches!(field.name.as_str(), "account_type" | "user_id");
        if known.contains(&field.name.as_str()) && !elsewhere {
            return Ok(());
        }
        let prefix = if facebook { "(#100) " } else { "" };
        let message = format!("{prefix}Tried accessing nonexisting field ({}) on node type ({node_type})", field.name);
        Err(Refusal::api(100, message))
    }

    fn account(&mut self, fields: &[Field]) -> Result<String, Refusal> {
        let mut written = Vec::new();
        for field in fields {
            self.known_field(field, &USER_FIELDS, "IGUser")?;
            match self.world.account.get(&field.name).cloned() {
                Some(Value::String(name)) if field.name == "profile_picture_url" => {
                    let link = self.world.link(self.base, &name, self.now);
                    written.push((field.shown_as.clone(), quoted(&link)));
                }
                Some(value) => written.push((field.shown_as.clone(), wire(&value))),
                None => {}
            }
        }
        let id = self.world.account.get("id").cloned().unwrap_or_default();
        Ok(object(written, &wire(&id)))
    }

    fn nodes(&mut self, nodes: &[Node], fields: &[Field], is_child: bool) -> Result<String, Refusal> {
        let written: Vec<String> =
            nodes.iter().map(|node| self.node(node, fields, is_child)).collect::<Result<_, _>>()?;
        Ok(format!("[{}]", written.join(",")))
    }

    fn node(&mut self, node: &Node, fields: &[Field], is_child: bool) -> Result<String, Refusal> {
        let known: &[&str] = if is_child { &CHILD_FIELDS } else { &MEDIA_FIELDS };
        let mut written = Vec::new();
        for field in fields {
            self.known_field(field, known, "IGMedia")?;
            if let Some(value) = self.value(node, field)? {
                written.push((field.shown_as.clone(), value));
            }
        }
        if self.fault == Some(Fault::ExtraKeys) {
            written.push(("is_hologram".to_owned(), "true".to_owned()));
            written.push(("novelty".to_owned(), "{\"a\":[1,null]}".to_owned()));
        }
        let id = node.text("id");
        let id = if self.fault == Some(Fault::NumbersAsIds) { id.to_owned() } else { quoted(id) };
        for (_, value) in written.iter_mut().filter(|(key, _)| key == "id") {
            value.clone_from(&id);
        }
        Ok(object(written, &id))
    }

    fn value(&mut self, node: &Node, field: &Field) -> Result<Option<String>, Refusal> {
        let is_video = node.text("media_type") == "VIDEO";
        Ok(match (field.name.as_str(), self.fault) {
            ("media_url", Some(Fault::VideoWithoutMediaUrl)) if is_video => None,
            ("media_url", Some(Fault::ImageWithoutMediaUrl)) if self.is_newest_image(node) => None,
            ("media_url", _) => self.link(node.media.as_deref()),
            ("thumbnail_url", _) => self.link(node.thumbnail.as_deref()),
            ("children", Some(Fault::WithoutChildren)) => None,
            ("children", _) if node.children.is_empty() => None,
            ("children", _) => {
                let ids = parse("id").unwrap_or_default();
                let limit = field.limit.unwrap_or(usize::MAX).min(node.children.len());
                let inner = field.inner.as_ref().unwrap_or(&ids);
                Some(format!("{{\"data\":{}}}", self.nodes(&node.children[..limit], inner, true)?))
            }
            ("media_type", Some(Fault::UnknownMediaType)) => Some(quoted("HOLOGRAM")),
            ("caption", Some(Fault::HostileCaptions)) => Some(quoted(hostile_caption(node.text("id")))),
            ("owner", _) => Some(format!("{{\"id\":{}}}", quoted(self.world.account_id()))),
            ("is_comment_enabled", _) => Some("true".to_owned()),
            (name, _) => node.facts.get(name).map(wire),
        })
    }

    fn link(&mut self, name: Option<&str>) -> Option<String> {
        let link = self.world.link(self.base, name?, self.now);
        let heic = self.fault == Some(Fault::JpegNamedHeic);
        Some(quoted(&if heic { link.replace("_n.jpg?", "_n.heic?") } else { link }))
    }

    fn is_newest_image(&self, node: &Node) -> bool {
        let newest = self.world.listed().into_iter().find(|post| post.text("media_type") == "IMAGE");
        newest.is_some_and(|newest| newest.text("id") == node.text("id"))
    }

    fn list(
        &mut self,
        request: &Request,
        route: &Route<'_>,
        token: &Token,
        fields: &[Field],
    ) -> Result<String, Refusal> {
        // The names are checked even when there is nothing to show.
        self.nodes(&[Node::default()], fields, false)?;
        let limit = match parameter(request, "limit") {
            None => 25,
            Some(text) => match text.parse::<i64>() {
                Ok(limit) if limit > 0 => usize::try_from(limit).unwrap_or(LARGEST_PAGE).min(LARGEST_PAGE),
                _ => return Err(Refusal::api(100, "(#100) Param limit must be greater than 0")),
            },
        };
        let between = |key: &str| number(request, key).and_then(|seconds| Timestamp::from_second(seconds as i64).ok());
        let (since, until) = (between("since"), between("until"));
        let posted = |node: &Node| Timestamp::strptime("%Y-%m-%dT%H:%M:%S%z", node.text("timestamp")).ok();
        let fits = |node: &&Node| {
            posted(node).is_none_or(|at| since.is_none_or(|since| at >= since) && until.is_none_or(|until| at <= until))
        };
        let mut posts: Vec<Node> = self.world.listed().into_iter().filter(fits).cloned().collect();
        if self.fault == Some(Fault::EmptyList) {
            posts.clear();
        }
        let after = parameter(request, "after");
        let start = match (after.as_deref(), parameter(request, "before")) {
            (Some("EMPTY"), _) => 0,
            (Some(cursor), _) => self.place(&posts, cursor)? + 1,
            (None, Some(cursor)) => self.place(&posts, &cursor)?.saturating_sub(limit),
            (None, None) => 0,
        };
        let start = match self.fault {
            Some(Fault::DoubledItem | Fault::GrownBetweenPages) if after.is_some() => start.saturating_sub(1),
            _ => start,
        };
        let end = (start + limit).min(posts.len());
        let mut shown = posts.get(start..end).unwrap_or_default().to_vec();
        let mut has_next = end < posts.len();
        let mut cursor = shown.last().map(|node| self.cursor(node));
        if self.fault == Some(Fault::EmptyPage) && after.is_none() {
            shown.clear();
            (has_next, cursor) = (true, Some("EMPTY".to_owned()));
        }
        if self.fault == Some(Fault::NextToItself) {
            has_next = true;
            cursor = after.clone().or(cursor);
        }
        let data = self.nodes(&shown, fields, false)?;
        if self.fault == Some(Fault::DeletedAfterListing)
            && let Some(newest) = shown.first()
        {
            let shortcode = newest.text("shortcode").to_owned();
            self.world.delete(&shortcode);
        }
        let Some(cursor) = cursor else { return Ok("{\"data\":[]}".to_owned()) };
        let first = shown.first().map_or_else(|| cursor.clone(), |node| self.cursor(node));
        let mut paging = format!("\"cursors\":{{\"before\":{},\"after\":{}}}", quoted(&first), quoted(&cursor));
        for (name, side, at, is_there) in
            [("previous", "before", &first, start > 0), ("next", "after", &cursor, has_next)]
        {
            if is_there {
                let fields = parameter(request, "fields").unwrap_or_else(|| "id".to_owned());
                let query = url::form_urlencoded::Serializer::new(String::new())
                    .append_pair("access_token", &token.text)
                    .append_pair("fields", &fields)
                    .append_pair("limit", &limit.to_string())
                    .append_pair(side, at)
                    .finish();
                let (base, id, version) = (self.base, self.world.account_id(), route.version);
                paging.push_str(&format!(",\"{name}\":{}", quoted(&format!("{base}/v{version}.0/{id}/media?{query}"))));
            }
        }
        Ok(format!("{{\"data\":{data},\"paging\":{{{paging}}}}}"))
    }

    /// A cursor belongs to the account and to the post it points at, and breaks when that goes.
    fn cursor(&self, node: &Node) -> String {
        let inner = format!("{}:{}:{}", self.world.account_id(), node.text("id"), "x".repeat(50));
        format!("QVFI{}ZD", URL_SAFE_NO_PAD.encode(inner))
    }

    fn place(&self, posts: &[Node], cursor: &str) -> Result<usize, Refusal> {
        posts
            .iter()
            .position(|post| self.cursor(post) == cursor)
            .ok_or_else(|| Refusal::api(100, "(#100) Invalid cursor"))
    }
}

/// Keys in the order they were asked for; `id` comes last when nobody asked.
fn object(written: Vec<(String, String)>, id: &str) -> String {
    let has_id = written.iter().any(|(key, _)| key == "id");
    let mut pairs: Vec<String> = written.into_iter().map(|(key, value)| format!("{}:{value}", quoted(&key))).collect();
    if !has_id {
        pairs.push(format!("\"id\":{id}"));
    }
    format!("{{{}}}", pairs.join(","))
}

/// One of the captions that no page, terminal or log may take at its word.
pub fn hostile_caption(id: &str) -> &'static str {
    const HOSTILE: [&str; 8] = [
        "<script>alert(1)</script><img src=x onerror=alert(1)> & \"quotes\" 'too' </script>",
        "{{ config.base_url }} {% raw %} {# comment #} {{ get_env(name=\"PATH\") }}",
        "::error::not mine\n::add-mask::feed\n%0A::set-output name=x::y",
        "\u{202e}gnp.exe\u{202c} \u{2066}x\u{2069} a\u{200b}b \u{feff}c\u{2028}d\u{2029}e",
        "one\n\n\n\n\ntwo\n.\n.\n.\n#tag",
        "\n\n  \n",
        "e\u{301}\u{301}\u{301} Z\u{351}\u{36b}\u{343}a\u{363}\u{350}l\u{349}g\u{33b}o \u{1b}[31mred\u{1b}[0m\u{7}",
        "```\n</code></pre>\n---\n+++\n# heading\n[x](javascript:alert(1))",
    ];
    let sum: usize = id.bytes().map(usize::from).sum();
    HOSTILE[sum % HOSTILE.len()]
}

/// A refresh needs a token that is at least this old.
pub const REFRESH_AGE: SignedDuration = SignedDuration::from_hours(24);
