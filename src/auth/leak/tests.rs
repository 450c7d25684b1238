//! A secret in every coding it may have, and texts that hold none.

use super::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const TOKEN: &str = "IGAAfake0fake1fake2fake3fake4fake|5fake6";

fn scan(text: &[u8]) -> Option<Leak> {
    let token = AccessToken::new(TOKEN).unwrap();
    LeakScanner::new(&[&token]).scan(text)
}

/// `secret` in every coding that something is written in, between other texts.
fn hidden(secret: &str) -> Vec<Vec<u8>> {
    let each = |write: &dyn Fn(char) -> String| secret.chars().map(write).collect::<String>();
    let percent = each(&|letter| format!("%{:02X}", letter as u32));
    let entities = each(&|letter| format!("&#{};", letter as u32));
    let base64 = STANDARD.encode(format!("some words before {secret} and behind"));
    let wrapped = |text: &str, width: usize, sign: &str| {
        text.as_bytes().chunks(width).map(String::from_utf8_lossy).collect::<Vec<_>>().join(sign)
    };
    let both = |order: fn(u16) -> [u8; 2]| format!("a {secret} b").encode_utf16().flat_map(order).collect();
    let texts = [
        each(&|letter| format!("\\u{:04x}", letter as u32)),
        each(&|letter| format!("\\x{:02x}", letter as u32)),
        each(&|letter| format!("&#x{:X};", letter as u32)),
        secret.replacen('A', "\\u0041", 1),
        secret.replacen('2', "%32", 1).replacen('4', "%34", 1),
        secret.replacen('A', "&#65;", 1),
        percent.replace('%', "%25"),
        percent.replace('%', "%2525"),
        percent.replace('%', "\\u0025"),
        entities.replace('&', "&amp;"),
        secret.bytes().map(|byte| format!("{byte:02x}")).collect(),
        secret.bytes().map(|byte| format!("{byte:02X}")).collect(),
        wrapped(&base64, 76, "\r\n"),
        wrapped(&base64, 64, "\n"),
        wrapped(&base64, 76, "\n    "),
        wrapped(&base64, 76, "\\n"),
        wrapped(&base64, 76, "\\r\\n"),
        wrapped(secret, 30, "=\r\n"),
        base64.replace('=', "%3D").replace('A', "%41"),
        STANDARD.encode(STANDARD.encode(format!("twice, {secret}"))),
        STANDARD.encode(hex(format!("with digits in it: {secret}").as_bytes())),
        STANDARD.encode(&percent),
        STANDARD.encode(both(u16::to_le_bytes) as Vec<u8>),
        percent,
        entities,
    ];
    let mut all: Vec<Vec<u8>> = texts.iter().map(|text| format!("before \"{text}\" behind").into_bytes()).collect();
    all.push(both(u16::to_le_bytes));
    all.push(both(u16::to_be_bytes));
    all
}

fn check(text: &[u8], expected: Option<LeakKind>) {
    let found = scan(text).map(|leak| leak.kind);
    assert_eq!(found, expected, "{}", String::from_utf8_lossy(text));
}

#[test]
fn a_live_token_is_found_in_every_coding() {
    check(format!("before {TOKEN} after").as_bytes(), Some(LeakKind::Plain));
    check(format!("?x={}", TOKEN.replace('|', "%7C")).as_bytes(), Some(LeakKind::Percent));
    for before in ["", "a", "ab", "abc"] {
        let inside = STANDARD.encode(format!("{before}{TOKEN} and more"));
        check(inside.as_bytes(), Some(LeakKind::Base64));
    }
    for before in ["", "{", "{}"] {
        let inside = STANDARD.encode(format!("{before}IGAA{}", "x1Y2".repeat(20)));
        check(inside.as_bytes(), Some(LeakKind::Base64Shape));
    }
    for text in hidden(TOKEN) {
        assert!(scan(&text).is_some_and(|leak| leak.kind.is_live()), "{}", String::from_utf8_lossy(&text));
    }
    for text in hidden(&format!("IGAA{}", "x1Y2".repeat(40))) {
        assert!(scan(&text).is_some_and(|leak| !leak.kind.is_live()), "{}", String::from_utf8_lossy(&text));
    }
    check(STANDARD.encode("IGAA is how tokens begin, and this is no token, only words").as_bytes(), None);
    check(b"nothing here", None);
}

#[test]
fn what_looks_like_a_token_is_found_and_what_does_not_is_not() {
    let long = "x1Y2".repeat(20);
    check(format!("\"IGAA{long}\"").as_bytes(), Some(LeakKind::Shape));
    check(format!("EAA{long}").as_bytes(), Some(LeakKind::Shape));
    check(format!("https://x/?access_token={long}").as_bytes(), Some(LeakKind::Shape));
    check(format!("https://x/?access_token%3D{long}").as_bytes(), Some(LeakKind::Shape));
    check(b"IGAA is how tokens begin; access_token=\"\"", None);
    check(format!("{long}EAA{long}").as_bytes(), None);
}

#[test]
fn random_bytes_hold_no_token() {
    let mut state: u32 = 7;
    let noise: Vec<u8> = (0..2_000_000)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect();
    check(&noise, None);
}

#[test]
fn neither_a_leak_nor_its_scanner_shows_the_token() {
    let token = AccessToken::new(TOKEN).unwrap();
    let scanner = LeakScanner::new(&[&token]);
    let leak = scanner.scan(TOKEN.as_bytes()).unwrap();
    assert!(!format!("{scanner:?}{leak:?}{leak}").contains("fake"));
    assert_eq!(leak.moved_by(100).to_string(), "the access token at byte 100");
}
