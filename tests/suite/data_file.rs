//! The data file: valid against its schema, and the same bytes for the same feed.

use std::fs;

use feedbake::emulator::{Emulator, World, carousel, photo};
use serde_json::Value;

use crate::sandbox::Sandbox;

fn check_against_schema(data: &Value) {
    let schema = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/schema/instagram.v1.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(data).map(|error| format!("{} {error}", error.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn the_whole_demo_is_valid_against_the_schema() {
    let api = Emulator::serve(World::demo()).unwrap();
    let site = Sandbox::new(&api).file("feedbake.toml", "limit = 100\ncounts = true\n[pictures]\nwidths = [64, 128]\n");
    site.run("bake").succeeds();
    let data = site.data();
    check_against_schema(&data);
    assert_eq!(data["posts"].as_array().unwrap().len(), 28, "all but the one without a picture");
    assert!(!data.to_string().contains("null"));
    site.is_whole();
}

#[test]
fn an_empty_feed_is_valid_too() {
    let site = Sandbox::without_token();
    site.run("bake").ends_with(4);
    check_against_schema(&site.data());
}

#[test]
fn alternative_text_says_where_it_came_from() {
    let api = Emulator::start()
        .post(photo("DAa").alt("What\nis there").caption("Caption"))
        .post(photo("DAb").caption("Caption of *b*"))
        .post(photo("DAc").at("2026-05-02T10:00:00Z"))
        .post(carousel("DAd").slide(300, 300).slide(300, 300).caption("Two"))
        .post(photo("DAe").alt("the author's"));
    let settings = "[[override]]\npost = \"https://www.instagram.com/p/DAe/\"\nalt = \"ours\"\nlink = \"/shop/\"\ncaption = \"our #words\"\n";
    let site = Sandbox::new(&api).file("feedbake.toml", settings);
    site.run("bake").succeeds();
    let data = site.data();
    let post =
        |code: &str| data["posts"].as_array().unwrap().iter().find(|post| post["shortcode"] == code).unwrap().clone();
    let alt = |code: &str| {
        (post(code)["alt"].as_str().unwrap().to_owned(), post(code)["alt_source"].as_str().unwrap().to_owned())
    };
    let pair = |text: &str, source: &str| (text.to_owned(), source.to_owned());
    assert_eq!(alt("DAa"), pair("What is there", "author"));
    assert_eq!(alt("DAb"), pair("Caption of *b*", "caption"));
    assert_eq!(alt("DAc"), pair("Photo by feedbake.test, May 2, 2026", "generated"));
    assert_eq!(alt("DAd"), pair("Two (1/2)", "caption"));
    assert_eq!(alt("DAe"), pair("ours", "override"));
    assert_eq!(post("DAe")["link"], "/shop/");
    assert_eq!(post("DAe")["hashtags"], serde_json::json!(["words"]));
}

#[test]
fn sizes_are_those_of_the_largest_rendition_and_never_of_more_than_there_was() {
    let api = Emulator::start().post(photo("DAa").size(1440, 1080)).post(photo("DAb").size(500, 400));
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    let data = site.data();
    let image = |index: usize| &data["posts"][index]["image"];
    assert_eq!((image(0)["width"].as_u64(), image(0)["height"].as_u64()), (Some(1080), Some(810)));
    assert_eq!((image(1)["width"].as_u64(), image(1)["height"].as_u64()), (Some(500), Some(400)));
    for source in image(0)["sources"].as_array().unwrap() {
        for rendition in source["srcset"].as_array().unwrap() {
            let file = site.path(&format!("static/{}", rendition["path"].as_str().unwrap()));
            let sides = image::image_dimensions(file).unwrap();
            assert_eq!(Some(u64::from(sides.0)), rendition["width"].as_u64());
        }
    }
}

#[test]
fn counts_are_written_only_when_they_are_wished() {
    let api = Emulator::start().post(photo("DAa"));
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    assert!(site.data()["posts"][0].get("likes").is_none());
    site.run_with("bake", &[("FEEDBAKE_COUNTS", "true")]).succeeds();
    assert_eq!(site.data()["posts"][0]["likes"], 3);
}
