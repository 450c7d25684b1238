//! The partial: the same in both Teras, text stays text, and nothing of it breaks Markdown.

use feedbake::emulator::{Emulator, World, hostile_caption, photo};
use feedbake::files::Root;
use feedbake::preview::{TeraMajor, preview_page};
use scraper::{Html, Selector};
use serde_json::{Map, Value, json};

use crate::sandbox::Sandbox;

fn render(site: &Sandbox, major: TeraMajor, variables: &Value) -> String {
    let variables: Map<String, Value> = variables.as_object().cloned().unwrap();
    preview_page(&Root::new(site.path("")), major, "/", &variables).unwrap()
}

/// Tera 1 escapes `/` and `'` in its own way where it escapes by itself; the partial leaves it nothing to escape.
fn render_both(site: &Sandbox, variables: &Value) -> String {
    let one = render(site, TeraMajor::One, variables);
    let two = render(site, TeraMajor::Two, variables);
    assert_eq!(one, two);
    two
}

fn select<'a>(page: &'a Html, selector: &str) -> Vec<scraper::ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

#[test]
fn both_teras_render_the_same_bytes() {
    let api = Emulator::serve(World::demo()).unwrap();
    let site = Sandbox::new(&api).file("feedbake.toml", "limit = 100\n[pictures]\nwidths = [64, 128]\n");
    let unbaked = render_both(&site, &json!({}));
    assert!(!unbaked.contains("feedbake-grid"), "without data there is nothing");
    site.run("bake").succeeds();
    for variables in [json!({}), json!({"instagram_limit": 3, "instagram_title": "A <b> & c", "instagram_eager": 2})] {
        let page = render_both(&site, &variables);
        let feed = page.split_once("<h1>The feed</h1>\n").unwrap().1.split_once("\n<p>").unwrap().0;
        assert!(feed.starts_with("<div class=\"feedbake\">") && feed.ends_with("</ul></div>"), "{feed}");
        assert!(!feed.contains('\n'), "a line break could end the HTML inside Markdown");
        assert!(!feed.contains("style=") && !feed.contains("<script"));
    }
    let page = Html::parse_document(&render_both(&site, &json!({"instagram_limit": 3, "instagram_eager": 2})));
    assert_eq!(select(&page, "li").len(), 3);
    assert_eq!(select(&page, "img[loading=lazy]").len(), 1);
    assert!(select(&page, "img").iter().all(|image| {
        let has = |name| image.value().attr(name).is_some_and(|value| !value.is_empty());
        ["alt", "src", "srcset", "sizes", "width", "height"].into_iter().all(has)
    }));
    assert_eq!(select(&page, "picture > source[type='image/webp']").len(), 3);
}

#[test]
fn hostile_captions_come_out_as_text() {
    let mut api = Emulator::start();
    let captions: Vec<&str> = (0..8_u8).map(|number| hostile_caption(&char::from(b'0' + number).to_string())).collect();
    for (number, caption) in captions.iter().enumerate() {
        api = api.post(photo(&format!("DA{number}")).size(64, 64).caption(caption).alt(caption));
    }
    let site = Sandbox::new(&api);
    let ran = site.run("bake -v").succeeds();
    assert!(!ran.stderr.contains('\u{1b}') && !ran.stderr.contains('\u{202e}'), "{}", ran.stderr);
    let listed = site.run("list").succeeds();
    assert!(!listed.stdout.contains('\u{1b}') && !listed.stdout.contains('\u{202e}'), "{}", listed.stdout);
    assert!(!listed.stdout.lines().any(|line| line.starts_with("::")), "{}", listed.stdout);

    let page = Html::parse_document(&render_both(&site, &json!({})));
    assert_eq!(select(&page, "li").len(), 8);
    assert_eq!(select(&page, "script, li b, li img[onerror]").len(), 0);
    let data = site.data();
    for (tile, post) in select(&page, "li").iter().zip(data["posts"].as_array().unwrap()) {
        let image = tile.select(&Selector::parse("img").unwrap()).next().unwrap();
        assert_eq!(image.value().attr("alt"), post["alt"].as_str());
        let text: String =
            tile.select(&Selector::parse(".feedbake-text").unwrap()).flat_map(|span| span.text()).collect();
        assert_eq!(Some(text.as_str()), post["excerpt"].as_str());
    }
}

#[test]
fn a_post_without_a_page_is_a_tile_without_a_link() {
    let api = Emulator::start().post(photo("DAa").size(64, 64).without("permalink"));
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    let page = Html::parse_document(&render_both(&site, &json!({})));
    assert_eq!((select(&page, "li a").len(), select(&page, "li div.feedbake-tile").len()), (0, 1));
}

#[test]
fn preview_writes_a_page_that_opens_from_the_disk() {
    let api = Emulator::start().post(photo("DAa").size(64, 64));
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    site.run("preview --out page").succeeds();
    let page = Html::parse_document(&std::fs::read_to_string(site.path("page/index.html")).unwrap());
    let image = select(&page, "img")[0].value().attr("src").unwrap().to_owned();
    assert!(site.path(&format!("page/{image}")).is_file(), "{image}");
    assert!(site.path("page/feedbake.css").is_file());
    site.write("templates/partials/instagram.html", "{{ nonsense( }}");
    site.run("preview --out page").ends_with(3).says(&["there is no preview", "templates/partials/instagram.html"]);
}
