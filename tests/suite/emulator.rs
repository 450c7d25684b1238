//! The stand-in is as strict as the real thing.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use feedbake::emulator::{Emulator, World, carousel, photo};
use serde_json::Value;

fn get(api: &Emulator, target: &str) -> (u16, String, String) {
    let address = api.base().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    write!(stream, "GET {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head[9..12].parse().unwrap(), head.to_owned(), body.to_owned())
}

fn account() -> Emulator {
    Emulator::start()
        .post(photo("DAa").size(32, 32).caption("a/b @ü"))
        .post(carousel("DAb").slide(32, 32).video_slide(32, 32))
}

#[test]
fn what_the_api_refuses_is_refused_in_its_words() {
    let api = account();
    let token = api.token();
    let table = [
        (format!("/me/media?fields=id,id&access_token={token}"), 2500, "specified more than once"),
        (
            format!("/me/media?fields=nonsense&access_token={token}"),
            100,
            "Tried accessing nonexisting field (nonsense) on node type (IGMedia)",
        ),
        (format!("/me/media?fields=children{{caption}}&access_token={token}"), 100, "nonexisting field (caption)"),
        (format!("/me?fields=nonsense&access_token={token}"), 100, "on node type (IGUser)"),
        (format!("/me/media?limit=0&access_token={token}"), 100, "Param limit"),
        (format!("/me/media?after=nonsense&access_token={token}"), 100, "Invalid cursor"),
        (format!("/me/nonsense?access_token={token}"), 2500, "Unknown path components: /nonsense"),
        (format!("/12345?access_token={token}"), 100, "Object with ID '12345' does not exist"),
        ("/me/media?access_token=IGAAwrong".to_owned(), 190, "Cannot parse access token"),
        ("/me/media".to_owned(), 2500, "An active access token must be used"),
        ("/17841400000000001/media".to_owned(), 104, "An access token is required"),
    ];
    for (target, code, message) in table {
        let (status, _, body) = get(&api, &target);
        let error: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((status, error["error"]["code"].as_i64()), (400, Some(code)), "{target}: {body}");
        assert!(error["error"]["message"].as_str().unwrap().contains(message), "{target}: {body}");
    }
}

#[test]
fn keys_come_in_the_order_asked_and_bytes_as_the_api_writes_them() {
    let api = account();
    let token = api.token();
    let (_, head, body) = get(&api, &format!("/v25.0/me/media?fields=caption,shortcode&limit=1&access_token={token}"));
    assert!(body.starts_with(r#"{"data":[{"caption":"a\/b \u0040\u00fc","shortcode":"DAa","id":"179"#), "{body}");
    assert!(body.contains(&format!("access_token={token}")), "paging.next holds the token, as in reality");
    assert!(head.contains("facebook-api-version: v25.0") && head.contains("x-business-use-case-usage:"), "{head}");
    let (_, head, _) = get(&api, &format!("/v12.0/me?access_token={token}"));
    assert!(head.contains("facebook-api-version: v21.0"), "{head}");
    let (_, _, body) = get(&api, &format!("/me/media?fields=children{{media_type,id}}&access_token={token}"));
    assert!(body.contains(r#"{"children":{"data":[{"media_type":"IMAGE","id":"#), "{body}");
}

#[test]
fn a_link_lives_its_days_and_breaks_when_it_is_changed() {
    let api = account();
    let token = api.token();
    let (_, _, body) = get(&api, &format!("/me/media?fields=media_url&limit=1&access_token={token}"));
    let answer: Value = serde_json::from_str(&body).unwrap();
    let link = answer["data"][0]["media_url"].as_str().unwrap().replace(&api.base(), "");
    assert_eq!(get(&api, &link).0, 200);
    let (status, _, body) = get(&api, &link.replace("_nc_cat=1", "_nc_cat=2"));
    assert_eq!((status, body.as_str()), (403, "Bad URL hash"));
    api.advance(Duration::from_secs(5 * 86_400));
    let (status, _, body) = get(&api, &link);
    assert_eq!((status, body.as_str()), (403, "URL signature expired"));
}

#[test]
fn tokens_have_an_age() {
    let api = account();
    let now = api.now();
    let (long, short) = api.change(|world| (world.new_token(now, false), world.new_token(now, true)));
    let refresh =
        |token: &str| get(&api, &format!("/refresh_access_token?grant_type=ig_refresh_token&access_token={token}"));
    assert_eq!(refresh(&long).0, 400, "too young");
    let exchange = |token: &str, secret: &str| {
        get(&api, &format!("/access_token?grant_type=ig_exchange_token&client_secret={secret}&access_token={token}"))
    };
    assert_eq!(exchange(&short, "wrong").0, 400);
    assert!(exchange(&short, "0123456789abcdef0123456789abcdef").2.contains("\"expires_in\":5183944"));
    api.advance(Duration::from_secs(25 * 3600));
    assert!(refresh(&long).2.contains("access_token"));
    api.advance(Duration::from_secs(60 * 86_400));
    assert!(get(&api, &format!("/me?access_token={long}")).2.contains("\"error_subcode\":463"));
}

#[test]
fn the_api_of_facebook_login_wants_an_id_and_has_other_fields() {
    let api = Emulator::serve(World::facebook()).unwrap();
    let token = api.token();
    assert!(token.starts_with("EAA"));
    let (status, _, body) = get(&api, &format!("/17841400000000001?fields=account_type&access_token={token}"));
    assert_eq!(status, 400);
    assert!(body.contains("(#100) Tried accessing nonexisting field (account_type)"), "{body}");
    assert_eq!(get(&api, &format!("/17841400000000001/media?access_token={token}")).0, 200);
    assert_eq!(get(&api, &format!("/me/media?access_token={token}")).0, 400);
}
