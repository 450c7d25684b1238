//! Whatever the API sends: no panic, and nothing in a post that was not checked.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::fault::read_answer;
use super::translate;
use crate::auth::AccessToken;
use crate::feed::{MediaId, Shortcode};
use crate::http::Answer;

/// Bodies as they were recorded, the shapes that mutations start from.
const SEEDS: [&str; 6] = [
    include_str!("../../fixtures/recorded/media-instagram-login-2026.json"),
    include_str!("../../fixtures/recorded/media-facebook-login-2021.json"),
    include_str!("../../fixtures/recorded/media-basic-display-2020.json"),
    include_str!("../../fixtures/recorded/me-instagram-login-2026.json"),
    include_str!("../../fixtures/recorded/error-expired-2021.json"),
    include_str!("../../fixtures/recorded/error-rate-2023.json"),
];

const KEYS: [&str; 22] = [
    "data",
    "paging",
    "cursors",
    "after",
    "next",
    "id",
    "caption",
    "media_type",
    "media_product_type",
    "media_url",
    "thumbnail_url",
    "permalink",
    "shortcode",
    "timestamp",
    "username",
    "alt_text",
    "children",
    "error",
    "code",
    "message",
    "like_count",
    "error_subcode",
];

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[0-9]{1,20}".prop_map(Value::from),
        "https://(www\\.)?instagram\\.com/(p|reel)/[A-Za-z0-9_./-]{0,15}".prop_map(Value::from),
        "https?://[a-z.]{1,20}/[a-z./]{0,10}(\\?[a-z=&]{0,10})?".prop_map(Value::from),
        "20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\+0000|Z|\\+00:00)".prop_map(Value::from),
        prop::sample::select(vec!["IMAGE", "VIDEO", "CAROUSEL_ALBUM", "REELS", "../../etc/passwd", ""])
            .prop_map(Value::from),
    ]
}

/// Any JSON at all, with the API's keys more often than others.
fn tree() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(6, 64, 8, |inner| {
        let key = prop_oneof![8 => prop::sample::select(KEYS.to_vec()).prop_map(str::to_owned), 1 => any::<String>()];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..8)
                .prop_map(|pairs| Value::from(pairs.into_iter().collect::<Map<String, Value>>())),
        ]
    })
}

fn holds(answer: &Value) {
    let _ = translate::account(answer);
    if let Ok(post) = translate::post(answer) {
        check(&post);
    }
    let Some(page) = translate::page(answer) else { return };
    for post in &page.posts {
        check(post);
    }
    let mut ids: Vec<&MediaId> = page.posts.iter().map(|post| &post.id).collect();
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all, "each id once");
}

fn check(post: &crate::feed::Post) {
    assert!(!post.slides.is_empty());
    assert!(
        MediaId::new(post.id.as_str()).is_ok()
            && post.slides.iter().all(|slide| MediaId::new(slide.id.as_str()).is_ok())
    );
    assert!(post.shortcode.as_ref().is_none_or(|code| Shortcode::new(code.as_str()).is_ok()));
    let is_there =
        |link: &String| link.starts_with("https://www.instagram.com/") || link.starts_with("https://instagram.com/");
    assert!(post.permalink.as_ref().is_none_or(is_there), "{:?}", post.permalink);
    let written = serde_json::to_vec(post).unwrap();
    let mut read: crate::feed::Post = serde_json::from_slice(&written).unwrap();
    // Links are not written.
    for (read, was) in read.slides.iter_mut().zip(&post.slides) {
        read.picture_links.clone_from(&was.picture_links);
        read.video_link.clone_from(&was.video_link);
    }
    assert_eq!(&read, post, "parse → write → parse");
}

fn answered(body: Vec<u8>, status: u16) {
    let token = AccessToken::new("IGAAfakefakefakefakefake").unwrap();
    let answer = Answer {
        status,
        body,
        content_type: "application/json; t=IGAAfakefakefakefakefake".to_owned(),
        retry_after: None,
        usage: Some("{}".to_owned()),
    };
    match read_answer(&answer, &token) {
        Ok(value) => holds(&value),
        Err(fault) => {
            let said = fault.to_string();
            assert!(!said.contains("fakefake") && !said.contains('\n') && said.len() < 2000, "{said}");
        }
    }
}

proptest! {
    #[test]
    fn any_json_becomes_posts_or_nothing(value in tree()) {
        holds(&value);
        holds(&json!({ "data": [value.clone()], "paging": { "cursors": { "after": "x" }, "next": "https://x.example/?after=y" } }));
        answered(serde_json::to_vec(&value).unwrap(), 400);
    }

    #[test]
    fn a_recorded_body_with_bytes_changed_becomes_posts_or_a_fault(
        seed in 0..SEEDS.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
        status in prop::sample::select(vec![200_u16, 400, 403, 429, 500, 503]),
    ) {
        let mut body = SEEDS[seed].as_bytes().to_vec();
        for (place, byte) in changes {
            let at = place.index(body.len());
            body[at] = byte;
        }
        if is_cut {
            body.truncate(cut.index(body.len()));
        }
        answered(body, status);
    }

    #[test]
    fn a_recorded_body_with_a_value_replaced_becomes_posts(seed in 0..3_usize, depth in 1..5_usize, picks in prop::collection::vec(any::<prop::sample::Index>(), 5), value in tree()) {
        let mut answer: Value = serde_json::from_str(SEEDS[seed]).unwrap();
        // A path as JSON pointers write it: `at` itself cannot be walked on and left in one step.
        let mut path = String::new();
        for pick in picks.iter().take(depth) {
            let step = match answer.pointer(&path) {
                Some(Value::Object(map)) if !map.is_empty() => map.keys().nth(pick.index(map.len())).cloned(),
                Some(Value::Array(list)) if !list.is_empty() => Some(pick.index(list.len()).to_string()),
                _ => None,
            };
            path.extend(step.map(|step| format!("/{step}")));
        }
        *answer.pointer_mut(&path).unwrap() = value;
        holds(&answer);
    }

    #[test]
    fn any_bytes_at_all_are_a_fault(body in prop::collection::vec(any::<u8>(), 0..400), status in any::<u16>()) {
        answered(body, status);
    }
}
