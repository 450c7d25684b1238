//! What the archive remembers, and what its pages say.

use super::*;
use crate::config::{ArchiveSettings, Deleted, Slugs};
use crate::feed::{Account, Caption, PostKind, Slide, SlideKind};
use crate::files::SitePath;
use proptest::prelude::*;
use serde_json::{Value, json};

fn post(id: u32) -> Post {
    let media = MediaId::new(&id.to_string()).unwrap();
    Post {
        id: media.clone(),
        shortcode: None,
        permalink: Some(format!("https://www.instagram.com/p/{id}/")),
        timestamp: Some(jiff::Timestamp::from_second(1_700_000_000 + i64::from(id)).unwrap()),
        kind: PostKind::Image,
        is_reel: false,
        caption: Caption::new(&format!("post {id}")),
        slides: vec![Slide {
            id: media,
            kind: SlideKind::Image,
            picture_links: Vec::new(),
            video_link: None,
            author_alt: None,
        }],
        username: Some("someone".to_owned()),
        likes: None,
        comments: None,
    }
}

/// Newest first.
fn posts(ids: impl IntoIterator<Item = u32>) -> Vec<Post> {
    let mut ids: Vec<u32> = ids.into_iter().collect();
    ids.sort_unstable_by(|left, right| right.cmp(left));
    ids.into_iter().map(post).collect()
}

fn rules(deleted: Deleted) -> Rules {
    Rules { deleted, believes: false, today: jiff::civil::date(2026, 5, 1) }
}

fn ids(memory: &Memory) -> Vec<u32> {
    memory.posts.iter().map(|remembered| remembered.post.id.as_str().parse().unwrap()).collect()
}

fn settings() -> ArchiveSettings {
    ArchiveSettings {
        folder: SitePath::new("content/instagram").unwrap(),
        deleted: Deleted::Remove,
        taxonomy: Some("tags".to_owned()),
        slugs: Slugs::Unchanged,
        recheck: Duration::from_secs(30 * 86_400),
        site_url: Some("https://example.org".to_owned()),
    }
}

#[test]
fn what_was_seen_stays_and_what_is_gone_goes_or_stays_as_wished() {
    let mut memory = Memory::new("instagram");
    let news = memory.take_in(&posts(1..=10), Extent::Whole, rules(Deleted::Remove));
    assert_eq!((news.new, memory.listed_on), (10, Some(jiff::civil::date(2026, 5, 1))));
    // The newest page alone: what is older than it is not called gone.
    let news = memory.take_in(&posts([11, 10, 8]), Extent::Part, rules(Deleted::Remove));
    assert_eq!((news.new, news.deleted), (1, vec!["9".to_owned()]));
    assert_eq!(ids(&memory), [11, 10, 8, 7, 6, 5, 4, 3, 2, 1]);
    // One that is gone is kept, and comes back as it was when it is listed again.
    let news = memory.take_in(&posts([11, 8]), Extent::Part, rules(Deleted::Keep));
    assert_eq!(news.deleted, ["10"]);
    assert!(memory.posts[1].deleted && ids(&memory).len() == 10);
    memory.take_in(&posts([11, 10, 8]), Extent::Part, rules(Deleted::Keep));
    assert!(!memory.posts[1].deleted);
    // Nothing is said of a list that was not read to the end of a page.
    let news = memory.take_in(&posts([11]), Extent::Unknown, rules(Deleted::Remove));
    assert_eq!((news, ids(&memory).len()), (News::default(), 10));
}

#[test]
fn an_answer_that_takes_away_much_is_believed_the_second_time() {
    for believes in [false, true] {
        let mut memory = Memory::new("instagram");
        memory.take_in(&posts(1..=10), Extent::Whole, rules(Deleted::Remove));
        let rules = Rules { believes, ..rules(Deleted::Remove) };
        let news = memory.take_in(&posts([10, 9]), Extent::Whole, rules);
        assert_eq!(news.doubted, if believes { 0 } else { 8 });
        assert_eq!(ids(&memory).len(), if believes { 2 } else { 10 });
        assert_eq!(memory.needs_whole_list(Duration::from_secs(1_000_000), rules.today), !believes);
        memory.take_in(&posts([10, 9]), Extent::Whole, rules);
        assert_eq!(ids(&memory), [10, 9]);
    }
}

#[test]
fn the_whole_account_is_listed_when_it_is_time() {
    let mut memory = Memory::new("instagram");
    let recheck = Duration::from_secs(30 * 86_400);
    let day = |day: i8| jiff::civil::date(2026, 5, day);
    assert!(memory.needs_whole_list(recheck, day(1)));
    memory.listed_on = Some(day(1));
    assert!(!memory.needs_whole_list(recheck, day(30)) && memory.needs_whole_list(recheck, day(31)));
    // A clock that went backwards proves nothing.
    memory.listed_on = Some(day(9));
    assert!(memory.needs_whole_list(recheck, day(1)));
}

#[test]
fn a_list_with_a_gap_is_taken_up_again_whole() {
    let mut memory = Memory::new("instagram");
    memory.take_in(&posts(1..=3), Extent::Whole, rules(Deleted::Remove));
    memory.unfinished = true;
    assert!(memory.needs_whole_list(Duration::from_secs(1_000_000), jiff::civil::date(2026, 5, 1)));
    assert_eq!(Memory::of_bytes(&memory.to_bytes()).unwrap(), memory);
}

#[test]
fn the_posts_of_another_account_are_recognised() {
    let mut memory = Memory::new("instagram");
    assert!(!memory.is_of_another(&posts([1])));
    memory.take_in(&posts(1..=3), Extent::Whole, rules(Deleted::Remove));
    assert!(
        !memory.is_of_another(&[]) && !memory.is_of_another(&posts([9, 3])) && memory.is_of_another(&posts([8, 9]))
    );
}

#[test]
fn the_memory_is_read_as_it_was_written_a_line_for_each_post() {
    let mut memory = Memory::new("shop");
    memory.take_in(&posts(1..=3), Extent::Whole, rules(Deleted::Keep));
    memory.take_in(&posts([3, 1]), Extent::Whole, rules(Deleted::Keep));
    let bytes = memory.to_bytes();
    assert_eq!(Memory::of_bytes(&bytes).unwrap(), memory);
    assert_eq!(String::from_utf8_lossy(&bytes).lines().count(), 5);
    assert!(crate::site::is_data_file(&bytes));
    assert_eq!(Memory::of_bytes(&Memory::new("x").to_bytes()).unwrap(), Memory::new("x"));
    for other in ["", "{}", "<<<<<<< HEAD", "{\"version\":2,\"feed\":{\"name\":\"x\"},\"posts\":[]}"] {
        assert_eq!(Memory::of_bytes(other.as_bytes()), None, "{other}");
    }
}

#[test]
fn two_histories_that_were_joined_have_each_post_once() {
    let mut memory = Memory::new("x");
    memory.take_in(&posts(1..=2), Extent::Whole, rules(Deleted::Keep));
    let text = String::from_utf8(memory.to_bytes()).unwrap();
    let line = text.lines().nth(2).unwrap().to_owned();
    let doubled = text.replace(&line, &format!("{line},\n{line}"));
    assert_ne!(doubled, text);
    assert_eq!(Memory::of_bytes(doubled.as_bytes()).unwrap(), memory);
}

#[test]
fn an_album_that_comes_without_its_pictures_keeps_those_it_had() {
    let album = |slides: &[&str]| {
        let slide = |id: &&str| Slide { id: MediaId::new(id).unwrap(), ..post(1).slides[0].clone() };
        Post { kind: PostKind::Carousel, slides: slides.iter().map(slide).collect(), ..post(1) }
    };
    let mut memory = Memory::new("x");
    memory.take_in(&[album(&["11", "12", "13"])], Extent::Whole, rules(Deleted::Keep));
    memory.take_in(&[album(&["1"])], Extent::Whole, rules(Deleted::Keep));
    assert_eq!(memory.posts[0].post.slides.len(), 3);
    // Somebody may take one out.
    memory.take_in(&[album(&["11", "13"])], Extent::Whole, rules(Deleted::Keep));
    assert_eq!(memory.posts[0].post.slides.len(), 2);
}

fn fields(value: Value) -> serde_json::Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => unreachable!(),
    }
}

/// The front matter as Zola finds it: up to the first line that ends in three signs of plus.
fn front_matter(page: &Page) -> toml::Table {
    let inside = page.text.strip_prefix("+++\n").unwrap();
    let end = inside.split('\n').position(|line| line.trim_end().ends_with("+++")).unwrap();
    let lines: Vec<&str> = inside.split('\n').collect();
    assert_eq!((lines[end], &lines[end + 1..]), ("+++", [""].as_slice()), "nothing but front matter: {}", page.text);
    lines[..end].join("\n").parse().unwrap()
}

proptest! {
    /// Whatever somebody wrote under a picture: it is front matter, and says the same.
    #[test]
    fn a_page_is_front_matter_whatever_a_caption_holds(
        caption in prop_oneof![any::<String>(), "[+\"\\\\\n\r\t{}%#' ]{0,40}"],
        tag in "\\PC{1,8}",
    ) {
        let post = fields(json!({
            "id": "1", "timestamp": "2026-05-01T10:00:00Z", "caption": caption, "tags": [tag],
            "slides": [{"alt": caption, "width": 3}], "none": null, "is_reel": false,
        }));
        let page = page(&settings(), "1", &caption, &post).unwrap();
        prop_assert!(is_page(page.text.as_bytes()));
        let table = front_matter(&page);
        prop_assert_eq!(table["title"].as_str(), Some(caption.as_str()));
        prop_assert_eq!(table["taxonomies"]["tags"][0].as_str(), Some(tag.as_str()));
        let said = &table["extra"]["instagram"];
        prop_assert_eq!(said["caption"].as_str(), Some(caption.as_str()));
        prop_assert_eq!(said["slides"][0]["alt"].as_str(), Some(caption.as_str()));
        prop_assert!(said.get("none").is_none() && table["date"].is_datetime());
    }
}

#[test]
fn the_feed_for_readers_has_whole_addresses_and_escapes_what_strangers_wrote() {
    let post = fields(json!({
        "id": "1", "timestamp": "2026-05-01T10:00:00Z", "permalink": "https://www.instagram.com/p/x/", "tags": ["sea"],
        "caption_html": "a &lt;b&gt;",
        "slides": [{"src": "feedbake/1.jpg", "alt": "\"<x>", "width": 3, "height": 2}],
    }));
    let author =
        Account { username: Some("some.one".to_owned()), name: Some("Some\n& one".to_owned()), ..Account::default() };
    let bytes = json_feed(&settings(), "Some & one", &author, "en", &[("a".to_owned(), post)]).unwrap();
    assert!(is_json_feed(&bytes) && !is_page(&bytes));
    let feed: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(feed["feed_url"], "https://example.org/instagram/feed.json");
    assert_eq!(feed["authors"], json!([{"name": "Some & one", "url": "https://www.instagram.com/some.one/"}]));
    let item = &feed["items"][0];
    assert_eq!(item["url"], "https://example.org/instagram/1/");
    assert_eq!(item["image"], "https://example.org/feedbake/1.jpg");
    let html = item["content_html"].as_str().unwrap();
    assert!(html.contains("alt=\"&quot;&lt;x&gt;\"") && html.ends_with("<p>a &lt;b&gt;</p>"), "{html}");
    assert_eq!(json_feed(&ArchiveSettings { site_url: None, ..settings() }, "x", &author, "en", &[]), None);
}
