//! Tables over recorded shapes: what each answer of the API becomes.

use serde_json::json;

use super::fault::{FaultKind, read_answer};
use super::translate;
use crate::auth::AccessToken;
use crate::feed::{PostKind, SlideKind};
use crate::http::Answer;
use crate::retry::Outcome;

fn answer(status: u16, body: &str) -> Answer {
    Answer { status, body: body.into(), content_type: "application/json".to_owned(), retry_after: None, usage: None }
}

fn token() -> AccessToken {
    AccessToken::new("IGAAfakefakefakefakefakefakefakefake").unwrap()
}

fn fault(status: u16, code: i64, subcode: i64, message: &str) -> FaultKind {
    let body = json!({"error": {"message": message, "type": "OAuthException", "code": code, "error_subcode": subcode}});
    read_answer(&answer(status, &body.to_string()), &token()).unwrap_err().kind
}

#[test]
fn every_known_code_has_its_meaning_whatever_the_status() {
    let limited = FaultKind::RateLimited { minutes: None };
    let field = |field: &str| FaultKind::UnknownField { field: field.to_owned() };
    let table = [
        (190, 0, "Invalid OAuth access token - Cannot parse access token", FaultKind::TokenUnreadable),
        (190, 463, "Error validating access token: Session has expired on …", FaultKind::TokenExpired),
        (
            190,
            0,
            "Error validating access token: Session has expired on Thursday, 17-Jun-21 00:00:00 PDT.",
            FaultKind::TokenExpired,
        ),
        (
            190,
            460,
            "The session has been invalidated because the user changed their password",
            FaultKind::TokenInvalidated,
        ),
        (
            190,
            0,
            "The session has been invalidated because the user changed their password",
            FaultKind::TokenInvalidated,
        ),
        (190, 458, "The user has not authorized application 1.", FaultKind::AppRemoved),
        (190, 459, "", FaultKind::Checkpoint),
        (190, 464, "", FaultKind::Checkpoint),
        (190, 466, "", FaultKind::TokenInvalidated),
        (190, 467, "", FaultKind::TokenInvalidated),
        (190, 492, "", FaultKind::TokenInvalidated),
        (102, 0, "", FaultKind::TokenMissing),
        (104, 0, "An access token is required to request this resource.", FaultKind::TokenMissing),
        (
            2500,
            0,
            "An active access token must be used to query information about the current user.",
            FaultKind::TokenMissing,
        ),
        (2500, 0, "Unknown path components: /x", FaultKind::BadRequest),
        (100, 0, "Unsupported request - method type: get", FaultKind::TesterRoleMissing),
        (100, 33, "Unsupported get request. Object with ID '1' does not exist, …", FaultKind::Gone),
        (100, 0, "Unsupported get request. Object with ID '1' does not exist, …", FaultKind::Gone),
        (100, 0, "Tried accessing nonexisting field (alt_text) on node type (IGMedia)", field("alt_text")),
        (
            100,
            0,
            "(#100) Tried accessing nonexisting field (account_type) on node type (IGUser)",
            field("account_type"),
        ),
        (100, 0, "The parameter X is required", FaultKind::BadRequest),
        (803, 0, "Some of the aliases you requested do not exist", FaultKind::Gone),
        (10, 0, "(#10) Application does not have permission for this action", FaultKind::PermissionMissing),
        (200, 0, "", FaultKind::PermissionMissing),
        (299, 0, "", FaultKind::PermissionMissing),
        (3, 0, "", FaultKind::PermissionMissing),
        (4, 1_349_210, "(#4) Application request limit reached", limited.clone()),
        (17, 0, "", limited.clone()),
        (32, 0, "", limited.clone()),
        (613, 0, "", limited.clone()),
        (80_002, 0, "(#80002) There have been too many calls to this Instagram account.", limited),
        (368, 0, "", FaultKind::Blocked),
        (341, 0, "", FaultKind::Blocked),
        (1, 0, "An unknown error has occurred.", FaultKind::Transient),
        (1, 0, "Please reduce the amount of data you're asking for, then retry your request", FaultKind::ReduceData),
        (2, 0, "(#2) Service temporarily unavailable", FaultKind::Transient),
        (-1, 0, "", FaultKind::Transient),
        (-2, 0, "", FaultKind::Transient),
        (9004, 0, "", FaultKind::Unknown),
        (123_456, 0, "something new", FaultKind::Unknown),
    ];
    for (code, subcode, message, expected) in table {
        for status in [200, 400, 401, 403] {
            assert_eq!(fault(status, code, subcode, message), expected, "{status}, {code}/{subcode} {message}");
        }
    }
    assert_eq!(fault(500, 123_456, 0, ""), FaultKind::Transient);
}

#[test]
fn other_envelopes_and_what_is_none_are_understood() {
    let table = [
        (
            400,
            r#"{"error_type":"OAuthException","code":400,"error_message":"Matching code was not found"}"#,
            FaultKind::CodeSpent,
        ),
        (
            429,
            r#"{"meta":{"error_type":"OAuthRateLimitException","code":429,"error_message":"…"}}"#,
            FaultKind::RateLimited { minutes: None },
        ),
        (400, r#"{"error":{"message":"x","code":"190"}}"#, FaultKind::TokenUnreadable),
        (400, r#"{"error":{"message":"later","code":77,"is_transient":true}}"#, FaultKind::Transient),
        (200, "<html><body>captive portal", FaultKind::NotTheApi),
        (502, "<html>Bad Gateway", FaultKind::NotTheApi),
        (200, r#"{"data":[{"id":"#, FaultKind::NotTheApi),
        (200, "", FaultKind::NotTheApi),
        (200, "[]", FaultKind::NotTheApi),
        (200, "null", FaultKind::NotTheApi),
        (404, "{}", FaultKind::NotTheApi),
        (503, "{}", FaultKind::Transient),
        (429, "{}", FaultKind::RateLimited { minutes: None }),
    ];
    for (status, body, expected) in table {
        assert_eq!(read_answer(&answer(status, body), &token()).unwrap_err().kind, expected, "{status} {body}");
    }
    let deep = format!("{{\"data\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(read_answer(&answer(200, &deep), &token()).unwrap_err().kind, FaultKind::NotTheApi);
    // A good answer may hold the word, as a caption does.
    assert!(read_answer(&answer(200, r#"{"data":[],"error":null}"#), &token()).is_ok());
}

#[test]
fn a_web_page_with_a_bad_gateway_is_worth_another_try_and_one_with_a_good_status_too() {
    for (status, expected) in
        [(502, Outcome::Transient), (200, Outcome::Transient), (404, Outcome::Fatal), (302, Outcome::Fatal)]
    {
        let fault = read_answer(&answer(status, "<html>"), &token()).unwrap_err();
        assert_eq!(fault.outcome(), expected, "{status}");
    }
}

#[test]
fn the_minutes_of_a_rate_limit_are_the_largest_that_any_header_names() {
    let body = r#"{"error":{"message":"x","code":4}}"#;
    let usage =
        r#"{"178":[{"type":"instagram","estimated_time_to_regain_access":3},{"estimated_time_to_regain_access":7}]}"#;
    let table = [
        (Some(usage), None, Some(7)),
        (Some(usage), Some(600), Some(10)),
        (None, Some(61), Some(2)),
        (Some("nonsense"), None, None),
        (Some(r#"{"178":[{"estimated_time_to_regain_access":0}]}"#), None, None),
    ];
    for (usage, retry_after, minutes) in table {
        let answer = Answer { retry_after, usage: usage.map(str::to_owned), ..answer(400, body) };
        let fault = read_answer(&answer, &token()).unwrap_err();
        assert_eq!(fault.kind, FaultKind::RateLimited { minutes }, "{usage:?} {retry_after:?}");
    }
}

#[test]
fn no_message_repeats_the_token_or_anything_as_long() {
    let other = "EAAB".to_owned() + &"x9Z".repeat(30);
    let body = json!({"error": {"message": format!("Malformed access token IGAAfakefakefakefakefakefakefakefake or {other}\nline"), "code": 190}});
    let fault = read_answer(&answer(400, &body.to_string()), &token()).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "the API cannot read the access token (code 190): Malformed access token … or … line"
    );
    let page = read_answer(&answer(400, "<p>IGAAfakefakefakefakefakefakefakefake</p>"), &token()).unwrap_err();
    assert!(!format!("{page}{page:?}").contains("fakefake"));
}

#[test]
fn a_post_of_every_recorded_shape_is_read() {
    let page = json!({"data": [
        {"id": "17900000000000001", "caption": "Hi #x", "media_type": "IMAGE", "media_product_type": "FEED",
         "media_url": "https://scontent.cdninstagram.com/a.jpg?oh=1", "permalink": "https://www.instagram.com/p/DAbCdEf/",
         "timestamp": "2026-02-05T05:29:20+0000", "username": "some.one", "is_ai_generated": false, "owner": {"id": "1"}},
        {"id": 17900000000000002_u64, "media_type": "VIDEO", "media_product_type": "REELS", "shortcode": "DReel",
         "media_url": "https://scontent.cdninstagram.com/o1/v/x", "thumbnail_url": "https://scontent.cdninstagram.com/t.jpg",
         "timestamp": "2021-06-17T07:00:00+00:00"},
        {"id": "3", "media_type": "CAROUSEL_ALBUM", "media_url": "https://scontent.cdninstagram.com/1.jpg", "timestamp": 1_600_000_000,
         "children": {"data": [
            {"id": "31", "media_type": "IMAGE", "media_url": "https://scontent.cdninstagram.com/1.jpg", "alt_text": "one"},
            {"id": "32", "media_type": "VIDEO", "thumbnail_url": "https://scontent.cdninstagram.com/2.jpg"},
            {"id": "../33", "media_url": "https://scontent.cdninstagram.com/3.jpg"},
            {"id": "34"}]}},
        {"id": "4", "media_type": "CAROUSEL_ALBUM", "media_url": "https://scontent.cdninstagram.com/4.jpg", "children": {"data": [{"id": "41"}, {"id": "42"}]}},
        {"id": "5", "media_type": "HOLOGRAM", "media_url": "https://scontent.cdninstagram.com/5.mp4", "thumbnail_url": "https://scontent.cdninstagram.com/5.jpg", "timestamp": "nonsense", "permalink": "javascript:alert(1)"},
        {"id": "6", "media_type": "IMAGE", "caption": null, "username": "<b>"},
        {"id": "3", "media_type": "IMAGE"},
        {"media_type": "IMAGE"},
        "nonsense"
    ]});
    let facts = translate::page(&page).unwrap();
    let ids: Vec<&str> = facts.posts.iter().map(|post| post.id.as_str()).collect();
    assert_eq!(ids, ["17900000000000001", "17900000000000002", "3", "4", "5", "6"]);
    assert_eq!(facts.unreadable.len(), 3);

    let [image, reel, album, ids_only, hologram, bare] = facts.posts.as_slice() else { panic!("six posts") };
    assert_eq!(image.timestamp, "2026-02-05T05:29:20Z".parse().ok());
    assert_eq!(image.handle(), "DAbCdEf");
    assert_eq!((reel.kind, reel.is_reel, reel.handle()), (PostKind::Video, true, "DReel"));
    assert_eq!(reel.slides[0].picture_links[0].file_name(), "t.jpg");
    let children: Vec<(&str, SlideKind, usize)> =
        album.slides.iter().map(|slide| (slide.id.as_str(), slide.kind, slide.picture_links.len())).collect();
    assert_eq!(children, [("31", SlideKind::Image, 1), ("32", SlideKind::Video, 1), ("34", SlideKind::Image, 0)]);
    assert_eq!(album.timestamp.map(|time| time.as_second()), Some(1_600_000_000));
    assert_eq!(ids_only.slides[0].id.as_str(), "4", "the album's own picture stands in for children without links");
    assert_eq!((hologram.kind, hologram.permalink.as_deref()), (PostKind::Video, None));
    assert_eq!((bare.slides.len(), bare.slides[0].picture_links.len(), bare.username.as_deref()), (1, 0, None));
}

#[test]
fn a_page_says_where_the_next_one_begins() {
    let next = "https://graph.instagram.com/v25.0/1/media?access_token=SECRET&limit=25&after=QVFI";
    let table = [
        (json!({"data": []}), None, false),
        (json!({"data": [], "paging": {"cursors": {"before": "a", "after": "b"}}}), Some("b"), false),
        (json!({"data": [], "paging": {"cursors": {"before": "a", "after": "b"}, "next": next}}), Some("b"), true),
        (json!({"data": [], "paging": {"next": next}}), Some("QVFI"), true),
        (json!({"data": [], "paging": {"next": "nonsense"}}), None, true),
    ];
    for (answer, after, has_next) in table {
        let facts = translate::page(&answer).unwrap();
        assert_eq!((facts.after.as_deref(), facts.has_next), (after, has_next), "{answer}");
    }
    assert!(translate::page(&json!({"id": "1"})).is_none());
}

#[test]
fn an_account_is_read_flat_or_from_the_list_of_the_documentation() {
    let flat = json!({"id": "1", "username": "some.one", "account_type": "Media_Creator", "website": "javascript:x"});
    for answer in [flat.clone(), json!({"data": [flat]})] {
        let account = translate::account(&answer);
        assert_eq!(account.username.as_deref(), Some("some.one"));
        assert_eq!(account.account_type.as_deref(), Some("MEDIA_CREATOR"));
        assert_eq!(account.website, None);
    }
    assert_eq!(translate::account(&json!({})), crate::feed::Account::default());
}

#[test]
fn an_answer_of_more_values_than_anybody_has_is_not_unfolded() {
    let many = |count: usize, value: &str| answer(200, &format!("{{\"data\":[{}]}}", vec![value; count].join(",")));
    for value in ["null", "{}", "[]", "{\"a\":\"\\\"\"}"] {
        let fault = read_answer(&many(1_000_000, value), &token()).unwrap_err();
        assert_eq!((fault.kind, fault.message.as_str()), (FaultKind::NotTheApi, "it holds more than 1000000 values"));
    }
    let texts = read_answer(&many(10, &format!("\"{}\"", "[{,\\\",".repeat(100_000))), &token());
    assert!(texts.is_ok(), "what stands in a text is no value");
}

#[test]
fn an_answer_of_more_posts_than_are_ever_looked_at_is_cut() {
    let items: Vec<_> = (0..60_000).map(|id| json!({"id": id.to_string(), "media_type": "IMAGE"})).collect();
    let facts = translate::page(&json!({"data": items})).unwrap();
    assert_eq!((facts.posts.len(), facts.unreadable.len()), (10_000, 0));
}

#[test]
fn of_posts_with_one_id_the_first_stays_and_the_others_are_named() {
    let facts = translate::page(&json!({"data": [{"id": "1"}, {"id": "2"}, {"id": 1}, {"id": "1"}]})).unwrap();
    let names: Vec<String> = facts.unreadable.iter().map(translate::Unreadable::name).collect();
    assert_eq!((facts.posts.len(), names), (2, vec!["1".to_owned(); 2]));
}
