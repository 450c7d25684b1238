//! `feedbake list`.

use feedbake::emulator::{Emulator, photo, video};

use crate::sandbox::Sandbox;

#[test]
fn every_post_is_listed_with_its_reason_and_nothing_is_written() {
    let api = Emulator::start()
        .post(photo("DAa").caption("One"))
        .post(video("DAb").caption("Two"))
        .post(photo("DAc").without_media_url())
        .post(photo("DAd").caption("#secret"))
        .post(photo("DAe"))
        .post(photo("DAf"));
    let settings = "limit = 2\ntypes = [\"image\"]\nexclude_hashtags = [\"secret\"]\npin = [\"DZz\"]\n";
    let site = Sandbox::new(&api).file("feedbake.toml", settings);
    site.run("list").succeeds().prints(&[
        "   1  DAa",
        "a post of type video, which `types` leaves out",
        "cannot be shown: the API names no picture for it",
        "carries #secret, which `exclude_hashtags` leaves out",
        "beyond `limit`",
    ]);
    assert!(!site.path(".feedbake").exists() && !site.path("data").exists());
    assert!(!api.requests().iter().any(|seen| seen.is_download()));

    let json = site.run("list --json").succeeds().says(&["the pinned post DZz is not in the account's list"]).json();
    let posts = json["feeds"][0]["posts"].as_array().unwrap();
    let kept: Vec<&str> =
        posts.iter().filter(|post| post["kept"] == true).map(|post| post["shortcode"].as_str().unwrap()).collect();
    assert_eq!(kept, ["DAa", "DAe"]);
    assert!(posts.iter().filter(|post| post["kept"] == false).all(|post| post["reason"] != ""));
}
