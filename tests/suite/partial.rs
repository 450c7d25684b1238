//! The partial: the same in both Teras, text stays text, and nothing of it breaks Markdown.

use feedbake::emulator::{Emulator, World, carousel, hostile_caption, photo, reel};
use feedbake::files::Root;
use feedbake::render::{TeraMajor, render_page};
use scraper::{Html, Selector};
use serde_json::{Map, Value, json};

use crate::sandbox::Sandbox;

fn render(site: &Sandbox, major: TeraMajor, variables: &Value) -> String {
    let variables: Map<String, Value> = variables.as_object().cloned().unwrap();
    render_page(&Root::new(site.path("")), &feedbake::site::PARTIAL, major, "/", &variables).unwrap()
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
    assert!(!unbaked.contains("feedbake-posts"), "without data there is nothing");
    site.run("bake").succeeds();
    let everything = json!({
        "instagram_layout": "highlight", "instagram_large_every": 2, "instagram_albums": "leaf",
        "instagram_lightbox": true, "instagram_header": true, "instagram_follow": true, "instagram_id": "one",
    });
    let few = json!({"instagram_limit": 3, "instagram_title": "A <b> & c", "instagram_eager": 2});
    for variables in [json!({}), few, everything, json!({"instagram_layout": "list"})] {
        let page = render_both(&site, &variables);
        let feed = page.split_once("<h1>The feed</h1>\n").unwrap().1.split_once("\n<p>").unwrap().0;
        assert!(feed.starts_with("<div class=\"feedbake feedbake-") && feed.ends_with("</div>"), "{feed}");
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

/// What one picture leads to, in every way a feed can be shown.
#[test]
fn the_box_is_reached_left_and_leafed_through_by_links_alone() {
    let api = Emulator::serve(World::demo()).unwrap();
    let settings = "[pictures]\nwidths = [64]\n[display]\nlightbox = true\nalbums = \"leaf\"\n";
    let site = Sandbox::new(&api).file("feedbake.toml", settings);
    site.run("bake").succeeds();
    let page = Html::parse_document(&render_both(&site, &json!({"instagram_limit": 4})));
    let attribute = |selector: &str, name: &str| -> Vec<String> {
        select(&page, selector).iter().map(|found| found.value().attr(name).unwrap_or("").to_owned()).collect()
    };
    let ids: Vec<String> = site.data()["posts"].as_array().unwrap()[..4]
        .iter()
        .map(|post| format!("feedbake-instagram-{}", post["id"].as_str().unwrap()))
        .collect();
    let link = |id: &String| format!("#{id}");
    assert_eq!(attribute(".feedbake-box", "id"), ids);
    // Every tile opens its box, and the box leads back to it.
    assert_eq!(attribute("a.feedbake-link[id]", "href"), ids.iter().map(link).collect::<Vec<_>>());
    let tiles: Vec<String> = ids.iter().map(|id| format!("{id}-tile")).collect();
    assert_eq!(attribute("a.feedbake-link[id]", "id"), tiles);
    assert_eq!(attribute("a.feedbake-close", "href"), tiles.iter().map(link).collect::<Vec<_>>());
    assert_eq!(attribute("a.feedbake-previous", "href"), ids[..3].iter().map(link).collect::<Vec<_>>());
    assert_eq!(attribute("a.feedbake-next", "href"), ids[1..].iter().map(link).collect::<Vec<_>>());
    // An album of three is one stop of the keyboard in its tile, and all of it can be seen.
    let slides = site.data()["posts"][2]["slides"].as_array().unwrap().len();
    assert_eq!(select(&page, "li .feedbake-strip[tabindex='0'] a").len(), slides);
    assert_eq!(select(&page, "li .feedbake-strip a:not([tabindex])").len(), 1);
    let ids: std::collections::BTreeSet<String> = attribute("[id]", "id").into_iter().collect();
    assert_eq!(ids.len(), attribute("[id]", "id").len(), "an id is there twice");
    // The same feed a second time on a page has ids of its own.
    let other = Html::parse_document(&render_both(&site, &json!({"instagram_limit": 4, "instagram_id": "other"})));
    assert!(select(&other, "[id]").iter().all(|found| found.value().attr("id").unwrap().starts_with("other-")));
}

#[test]
fn a_video_asks_for_nothing_before_it_is_looked_at_in_its_tile_and_in_its_box() {
    // A poster that the element itself looks for is loaded with the page, even in a closed box.
    let api = Emulator::start()
        .post(reel("DAa").size(72, 128).caption("On the water"))
        .post(carousel("DAb").slide(64, 64).video_slide(64, 64))
        .post(photo("DAc").size(64, 64));
    let site = Sandbox::new(&api).file("feedbake.toml", "pictures.video = \"file\"\n");
    site.run("bake").succeeds();
    let everywhere = ["grid", "masonry", "list"].into_iter().flat_map(|layout| [(layout, true), (layout, false)]);
    for (layout, lightbox) in everywhere {
        let variables = json!({"instagram_layout": layout, "instagram_lightbox": lightbox, "instagram_albums": "leaf"});
        let page = Html::parse_document(&render_both(&site, &variables));
        let around = if lightbox { ".feedbake-film" } else { "li .feedbake-link" };
        let films = select(&page, &format!("{around} > picture + video[preload=none][src]"));
        assert_eq!((films.len(), select(&page, "video").len()), (2, 2), "{layout} {lightbox}");
        for film in films {
            assert!(film.value().attr("poster").is_none() && film.value().attr("aria-label").is_some());
        }
        // The picture behind says nothing a second time.
        let posters = select(&page, &format!("{around} > picture:has(+ video) > img[loading=lazy][alt='']"));
        assert_eq!(posters.len(), 2, "{layout} {lightbox}");
        let plays = select(&page, "li.feedbake-plays figcaption");
        assert_eq!(plays.len(), usize::from(!lightbox));
        // What plays in its tile has its words and its date there, too, and the way to the post.
        for caption in plays {
            let words = caption.text().collect::<String>();
            assert!(words.contains("On the water") && words.contains("20"), "{words}");
            let link = caption.select(&Selector::parse("a").unwrap()).next().unwrap();
            assert_eq!(link.value().attr("href"), Some("https://www.instagram.com/reel/DAa/"));
            assert!(caption.value().attr("aria-hidden").is_none(), "a link is never hidden from anybody");
        }
    }
}

#[test]
fn a_box_says_whose_post_it_is_and_when_it_came_and_ends_with_the_way_to_it() {
    let api = Emulator::serve(World::demo()).unwrap();
    let site = Sandbox::new(&api).file("feedbake.toml", "display.lightbox = true\ndisplay.header = true\n");
    site.run("bake").succeeds();
    let page = Html::parse_document(&render_both(&site, &json!({"instagram_limit": 2, "instagram_header": false})));
    let username = site.data()["account"]["username"].as_str().unwrap().to_owned();
    let boxes = select(&page, ".feedbake-box figcaption");
    assert_eq!(boxes.len(), 2);
    for about in boxes {
        let parts: Vec<String> =
            about.child_elements().map(|part| part.value().attr("class").unwrap().to_owned()).collect();
        assert_eq!(parts, ["feedbake-by", "feedbake-words", "feedbake-meta"]);
        let by = about.child_elements().next().unwrap();
        let names: Vec<&str> = by.child_elements().map(|part| part.value().name()).collect();
        assert_eq!(names, ["img", "bdi", "time"]);
        assert_eq!(by.text().next(), Some(username.as_str()));
    }
}

#[test]
fn icons_are_small_where_no_stylesheet_says_so() {
    let api = Emulator::serve(World::demo()).unwrap();
    let site = Sandbox::new(&api).file("feedbake.toml", "display.lightbox = true\n[pictures]\nwidths = [64]\n");
    site.run("bake").succeeds();
    let page = Html::parse_document(&render_both(&site, &json!({})));
    let small = |icon: &scraper::ElementRef<'_>, name| {
        icon.value().attr(name).and_then(|size| size.parse::<u32>().ok()).is_some_and(|size| size <= 24)
    };
    let icons = select(&page, "svg");
    assert!(icons.len() > 12 && icons.iter().all(|icon| small(icon, "width") && small(icon, "height")));
}

#[test]
fn the_columns_of_a_masonry_end_together_where_every_post_is_shown() {
    let api = Emulator::serve(World::demo()).unwrap();
    let site = Sandbox::new(&api).file("feedbake.toml", "[pictures]\nwidths = [64]\n");
    site.run("bake").succeeds();
    let of = |variables: &Value| -> Vec<String> {
        let page = Html::parse_document(&render_both(&site, variables));
        select(&page, "li").iter().map(|tile| tile.value().attr("class").unwrap().to_owned()).collect()
    };
    let data = site.data();
    let classes: Vec<&str> = data["masonry"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    let tiles = of(&json!({"instagram_layout": "masonry"}));
    assert_eq!((tiles.len(), classes.len()), (12, 12));
    assert!(tiles.iter().zip(&classes).all(|(tile, classes)| tile.ends_with(&format!(" {classes}"))), "{tiles:?}");
    // Of fewer nobody has worked it out, and nothing else is a masonry.
    for variables in [json!({"instagram_layout": "masonry", "instagram_limit": 5}), json!({"instagram_layout": "list"})]
    {
        assert!(of(&variables).iter().all(|tile| !tile.contains("feedbake-2-")), "{variables}");
    }
}

#[test]
fn a_feed_speaks_the_language_of_its_site() {
    let api = Emulator::start()
        .post(photo("DAa").size(64, 64).caption(""))
        .post(carousel("DAb").slide(64, 64).slide(64, 64).caption(""));
    let site = Sandbox::new(&api)
        .file("config.toml", "base_url = \"https://e.org\"\ndefault_language = \"de\"\n")
        .file("feedbake.toml", "[display]\nfollow = true\nlightbox = true\n");
    site.run("bake").succeeds();
    let data = site.data();
    assert_eq!(data["feed"]["language"], "de");
    assert_eq!(data["words"]["close"], "Schließen");
    assert!(data["words"]["follow"].as_str().unwrap().ends_with(" auf Instagram folgen"), "{data}");
    let post = |index: usize| &data["posts"][index];
    assert_eq!((&post(0)["label"], &post(1)["label"]), (&json!("Foto"), &json!("Album (2)")));
    assert!(post(0)["alt"].as_str().unwrap().starts_with("Foto von "), "{data}");
    assert!(post(0)["date"].as_str().unwrap().contains(". "), "{data}");
    let page = Html::parse_document(&render_both(&site, &json!({})));
    assert_eq!(select(&page, ".feedbake-close")[0].value().attr("aria-label"), Some("Schließen"));

    site.write("feedbake.toml", "language = \"fa\"\ntimezone = \"Asia/Tehran\"\n[words]\nalbum = \"{count} عکس\"\n");
    site.run("bake").succeeds();
    let data = site.data();
    assert_eq!((&data["words"]["close"], &data["posts"][1]["label"]), (&json!("بستن"), &json!("2 عکس")));
    for (settings, words) in [
        ("language = \"deutsch und so\"\n", "`language` in feedbake.toml:1 should be \"auto\" or a language"),
        ("[words]\nalbum = \"Album\"\n", "`words.album` in feedbake.toml:2 should be a short text with {count}"),
        ("date_format = \"tomorrow\"\n", "`date_format` in feedbake.toml:1 should be \"long\""),
        ("[display]\nlayout = \"tiles\"\n", "`display.layout` in feedbake.toml:2 should be \"grid\", \"masonry\""),
    ] {
        site.write("feedbake.toml", settings);
        site.run("bake").ends_with(3).says(&[words]);
    }
}

#[test]
fn a_link_into_the_site_keeps_the_base_url_of_the_site() {
    let api = Emulator::start().post(photo("DAa").size(64, 64)).post(photo("DAb").size(64, 64));
    let site = Sandbox::new(&api).file("feedbake.toml", "[[override]]\npost = \"DAa\"\nlink = \"/shop/?a=1&b=2\"\n");
    site.run("bake").succeeds();
    for (base, expected) in [("https://e.org/sub/", "https://e.org/sub/shop/?a=1&b=2"), ("/", "/shop/?a=1&b=2")] {
        for major in [TeraMajor::One, TeraMajor::Two] {
            let page = Html::parse_document(
                &render_page(&Root::new(site.path("")), &feedbake::site::PARTIAL, major, base, &Map::new()).unwrap(),
            );
            let links: Vec<&str> =
                select(&page, "a.feedbake-link").iter().filter_map(|link| link.value().attr("href")).collect();
            assert_eq!(links, [expected, "https://www.instagram.com/p/DAb/"]);
        }
    }
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
    assert_eq!((select(&page, "li a").len(), select(&page, "li span.feedbake-link").len()), (0, 1));
}

#[test]
fn a_post_of_unknown_age_has_no_date_and_comes_last() {
    let api = Emulator::start()
        .post(photo("DAa").size(64, 64).fact("timestamp", json!("soon")))
        .post(photo("DAb").size(64, 64));
    let site = Sandbox::new(&api).file("feedbake.toml", "since = \"2020-01-01\"\n");
    site.run("bake").succeeds();
    assert_eq!(site.shown(), ["DAb", "DAa"]);
    let post = &site.data()["posts"][1];
    assert_eq!((&post["timestamp"], &post["date"]), (&json!(""), &json!("")));
    let page = Html::parse_document(&render_both(&site, &json!({})));
    assert_eq!((select(&page, "li").len(), select(&page, "li time").len()), (2, 1));
    site.run("list").succeeds().prints(&["no date"]);
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

#[test]
fn preview_serves_the_page_and_its_pictures() {
    use std::io::{BufRead, BufReader, Read, Write};
    let api = Emulator::start().post(photo("DAa").size(64, 64));
    let site = Sandbox::new(&api);
    site.run("bake").succeeds();
    let mut server = site.spawn("preview");
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let host = line.trim().trim_start_matches("http://").trim_end_matches('/').to_owned();
    let get = |path: &str| {
        let mut stream = std::net::TcpStream::connect(&host).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    };
    let page = get("/");
    let picture = format!("/{}", site.named_pictures()[0]);
    assert!(page.starts_with("HTTP/1.1 200") && page.contains(&picture), "{page}");
    assert!(get(&picture).starts_with("HTTP/1.1 200"));
    assert!(get("/../config.toml").starts_with("HTTP/1.1 404"));
    server.kill().unwrap();
    server.wait().unwrap();
}

/// What Zola 0.23 does with a site: every template is loaded by Tera 2, and Markdown is a template as well.
#[test]
fn the_example_site_is_good_for_tera_2_its_markdown_included() {
    use feedbake::render::{Function, StandIns};
    let api = Emulator::serve(World::demo()).unwrap();
    let site = Sandbox::new(&api).file("feedbake.toml", "[pictures]\nwidths = [64]\n");
    site.run("bake").succeeds();
    let example = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/example-site"));
    let mut tera = tera::Tera::default();
    for (name, function) in Function::ALL {
        let stand_ins = StandIns::new(&site.path(""), "/");
        tera.register_function(name, move |kwargs: tera::Kwargs, _: &tera::State| -> tera::TeraResult<tera::Value> {
            let arguments: Map<String, Value> = kwargs.deserialize()?;
            tera::Value::try_from_serializable(&stand_ins.call(function, &arguments).map_err(tera::Error::message)?)
        });
    }
    let read = |path: &std::path::Path| std::fs::read_to_string(path).unwrap();
    let mut templates: Vec<(String, String)> = walkdir::WalkDir::new(example.join("templates"))
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let name = entry.path().strip_prefix(example.join("templates")).unwrap().display().to_string();
            (name, read(entry.path()))
        })
        .collect();
    let journal = read(&example.join("content/journal.md"));
    templates.push(("journal.md".to_owned(), journal.rsplit("+++").next().unwrap().to_owned()));
    tera.add_raw_templates(templates.iter().map(|(name, text)| (name.as_str(), text.as_str()))).unwrap();

    let markdown = tera.render("journal.md", &tera::Context::new()).unwrap();
    assert_eq!(markdown.matches("<div class=\"feedbake ").count(), 1, "{markdown}");
    assert_eq!(markdown.matches("<li ").count(), 3);
    assert!(!markdown.contains("{{") && !markdown.contains("{#") && !markdown.contains("{%"), "{markdown}");
    let line = markdown.lines().find(|line| line.contains("feedbake-posts")).unwrap();
    assert!(line.starts_with("<!--") && line.ends_with("-->"), "one line, so that Markdown leaves it alone: {line}");

    let mut context = tera::Context::new();
    context.insert("config", &json!({"title": "T", "description": "D"}));
    let home = tera.render("index.html", &context).unwrap();
    assert_eq!(Html::parse_document(&home).select(&Selector::parse("li.feedbake-post").unwrap()).count(), 12);
}
