//! The examples, each in its real generator where one is named: `FEEDBAKE_TEST_HUGO`, `FEEDBAKE_TEST_JEKYLL` (programs,
//! several with `:` between them), `FEEDBAKE_TEST_ELEVENTY`, `FEEDBAKE_TEST_ASTRO` (folders with a `node_modules`).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use feedbake::emulator::{Emulator, World};
use feedbake::site::Generator;
use scraper::{ElementRef, Html, Node, Selector};
use url::Url;

use crate::sandbox::Sandbox;

/// Where the examples live on their host.
const BASE: &str = "/photos/";

fn tools(generator: Generator) -> Vec<PathBuf> {
    let name = format!("FEEDBAKE_TEST_{}", generator.layout().word.to_uppercase());
    let named = std::env::var(&name).unwrap_or_default();
    let tools: Vec<PathBuf> = named.split(':').filter(|name| !name.is_empty()).map(PathBuf::from).collect();
    if tools.is_empty() {
        eprintln!("SKIPPED: {name} names no {}, so its example is not built", generator.layout().name);
    }
    tools
}

/// Ways to show a feed that go through every line of a partial.
const DISPLAYS: [&str; 4] = [
    "",
    "display.layout = \"highlight\"\ndisplay.albums = \"leaf\"\ndisplay.lightbox = true\ndisplay.header = true\n\
     display.follow = true\nlanguage = \"fa\"\npictures.video = \"file\"",
    "display.layout = \"list\"\ndisplay.albums = \"leaf\"\ndisplay.follow = true\npictures.video = \"file\"",
    "display.layout = \"masonry\"\ndisplay.albums = \"leaf\"\npictures.video = \"file\"",
];

/// The example as it is in the repository, without what is baked and built.
fn copy_example(generator: Generator, site: &Sandbox) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(generator.layout().word);
    let is_made = |name: &Path| {
        [
            "node_modules",
            "public/feedbake",
            "feedbake",
            "assets/feedbake",
            "static/feedbake",
            "_site",
            "dist",
            ".feedbake",
        ]
        .iter()
        .any(|folder| name.starts_with(folder) && !name.ends_with("feedbake.css"))
    };
    for entry in walkdir::WalkDir::new(&from).into_iter().filter_map(Result::ok) {
        let name = entry.path().strip_prefix(&from).unwrap();
        if entry.file_type().is_file() && !is_made(name) && !name.ends_with("instagram.json") {
            site.write(name.to_str().unwrap(), &fs::read_to_string(entry.path()).unwrap());
        }
    }
}

fn build(generator: Generator, tool: &Path, site: &Sandbox) {
    let top = site.path("");
    let node = || {
        let modules = site.path("node_modules");
        if !modules.exists() {
            #[cfg(unix)]
            std::os::unix::fs::symlink(tool.join("node_modules"), &modules).unwrap();
        }
        let own = tool.join("node_modules/.bin/node");
        Command::new(if own.exists() { own } else { PathBuf::from("node") })
    };
    let mut command = match generator {
        Generator::Hugo => {
            let mut command = Command::new(tool);
            command.args(["--quiet", "--source"]).arg(&top);
            command
        }
        Generator::Jekyll => {
            let mut command = Command::new(tool);
            command.args(["build", "--quiet"]);
            command
        }
        Generator::Eleventy => {
            let mut command = node();
            command.args(["node_modules/@11ty/eleventy/cmd.cjs", "--quiet"]);
            command
        }
        Generator::Astro => {
            let mut command = node();
            command.args(["node_modules/astro/bin/astro.mjs", "build"]).env("ASTRO_TELEMETRY_DISABLED", "1");
            command
        }
        Generator::Zola | Generator::Html => unreachable!("they have tests of their own"),
    };
    let output = command.current_dir(&top).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}: {said}", tool.display());
    assert!(!said.to_lowercase().contains("deprecated"), "{}: {said}", tool.display());
}

/// An address as a browser reads it on the page at `page`, an address of its own: from the top of the site on, which lies
/// at `base`; whole where it leads elsewhere.
fn resolved(address: &str, base: &str, page: &str) -> String {
    if address.starts_with('#') {
        return address.to_owned();
    }
    let host = Url::parse("http://site.example/").unwrap();
    let whole = host.join(page).unwrap().join(address).unwrap();
    let top = host.join(base).unwrap();
    let path = whole.as_str().strip_prefix(top.as_str()).unwrap_or(whole.as_str());
    // Jekyll's pictures lie one folder deeper.
    path.strip_prefix("assets/").unwrap_or(path).to_owned()
}

/// The feed of the first page of a site that lies at `base`.
fn feed_of(page: &str, base: &str) -> Vec<String> {
    feed_at(page, base, base)
}

/// The feed of a page at `address` as one line for each element: its name, its attributes by name, its text. Addresses
/// are those of the site, whatever it lies under.
fn feed_at(page: &str, base: &str, address: &str) -> Vec<String> {
    let resolve = |text: &str| resolved(text, base, address);
    fn walk(element: ElementRef<'_>, resolve: &dyn Fn(&str) -> String, into: &mut Vec<String>) {
        let candidate = |text: &str| match text.trim().split_once(' ') {
            Some((address, width)) => format!("{} {width}", resolve(address)),
            None => resolve(text.trim()),
        };
        let mut attributes: Vec<String> = element
            .value()
            .attrs()
            .map(|(name, value)| match name {
                "href" | "poster" | "src" => format!("{name}={}", resolve(value)),
                "srcset" => {
                    let all: Vec<String> = value.split(", ").map(&candidate).collect();
                    format!("{name}={}", all.join(", "))
                }
                // The SVG names keep their case in some parsers only.
                _ => format!("{}={value}", name.to_lowercase()),
            })
            .collect();
        attributes.sort();
        into.push(format!("<{} {}>", element.value().name(), attributes.join(" ")));
        for child in element.children() {
            match child.value() {
                Node::Text(text) if !text.trim().is_empty() => into.push(text.trim().to_owned()),
                Node::Element(_) => walk(ElementRef::wrap(child).unwrap(), resolve, into),
                _ => {}
            }
        }
        into.push(format!("</{}>", element.value().name()));
    }
    let page = Html::parse_document(page);
    let feed = page.select(&Selector::parse(".feedbake").unwrap()).next();
    let mut lines = Vec::new();
    if let Some(feed) = feed {
        walk(feed, &resolve, &mut lines);
    }
    lines
}

/// What Zola's partial shows of the same posts.
fn reference(api: &Emulator, settings: &str) -> Vec<String> {
    let site = Sandbox::new(api).file("feedbake.toml", settings);
    site.run("bake").succeeds();
    site.run("preview --out seen").succeeds();
    feed_of(&fs::read_to_string(site.path("seen/index.html")).unwrap(), "/")
}

#[test]
fn each_example_is_built_by_its_generator_and_shows_the_same_markup_as_zola() {
    for generator in
        Generator::ALL.into_iter().filter(|generator| !matches!(generator, Generator::Zola | Generator::Html))
    {
        let (layout, built) = (generator.layout(), generator.layout().built_folder.unwrap());
        for tool in tools(generator) {
            let api = Emulator::serve(World::demo()).unwrap();
            let probe = Sandbox::new(&api).set("FEEDBAKE_PICTURES_WIDTHS", "64");
            probe.run("bake").succeeds();
            let usual = format!(
                "pictures.widths = [64, 128]\n[[override]]\npost = \"{}\"\nlink = \"/shop/\"\n",
                probe.shown()[0]
            );

            let site = Sandbox::new(&api);
            fs::remove_file(site.path("config.toml")).unwrap();
            copy_example(generator, &site);
            let page = || fs::read_to_string(site.path(&format!("{built}/index.html"))).unwrap();
            // A fork has no token, and no feed yet.
            site.run_with("bake", &[("INSTAGRAM_ACCESS_TOKEN", "")]).ends_with(4);
            build(generator, &tool, &site);
            assert_eq!(feed_of(&page(), BASE), Vec::<String>::new(), "{}", tool.display());

            for display in DISPLAYS {
                let settings = format!("{display}\n{usual}");
                let expected = reference(&api, &settings);
                assert!(expected.iter().filter(|line| line.starts_with("<img ")).count() >= 10, "{expected:?}");
                assert!(expected.iter().any(|line| line.contains("href=shop/")), "{expected:?}");
                site.write("feedbake.toml", &settings);
                site.run("bake").succeeds();
                build(generator, &tool, &site);
                assert_eq!(feed_of(&page(), BASE), expected, "{}", tool.display());
                // Every picture that the page asks for is in the built site.
                for line in &expected {
                    let named = line.split([' ', ',', '=', '>']).filter(|word| word.starts_with("feedbake/"));
                    for path in named {
                        assert!(
                            site.path(&format!("{built}/{path}")).is_file()
                                || site.path(&format!("{built}/assets/{path}")).is_file(),
                            "{path}"
                        );
                    }
                }
            }
            site.run("doctor")
                .succeeds()
                .prints(&[&format!("is a site of {}", layout.name), "the partial is shown by"]);
            site.run("audit").succeeds();
            // Nothing changes the second time, and everything goes at the end.
            site.run("bake").succeeds().says(&["(unchanged)"]);
            site.run("clean --all").succeeds();
            assert!(!site.path(layout.media_folder).join("a").exists());
            let left = site.files(layout.media_folder).into_keys().collect::<Vec<_>>();
            assert!(left.iter().all(|name| !name.ends_with(".webp") && !name.ends_with(".jpg")), "{left:?}");
        }
    }
}

/// What a page of Eleventy's asks for, from the top of the site on: the stylesheet first.
fn asked_for(page: &str, base: &str, address: &str) -> Vec<String> {
    let page = Html::parse_document(page);
    let all = |selector: &str, name: &str| {
        let selector = Selector::parse(selector).unwrap();
        let values: Vec<String> = page.select(&selector).filter_map(|it| it.attr(name)).map(str::to_owned).collect();
        values
    };
    let sets = all(".feedbake [srcset]", "srcset");
    let candidates = sets.iter().flat_map(|set| set.split(", ")).filter_map(|it| it.split_whitespace().next());
    let mut asked = all("link[rel=stylesheet]", "href");
    asked.extend(all(".feedbake [src]", "src").into_iter().chain(candidates.map(str::to_owned)));
    asked.iter().map(|text| resolved(text, base, address)).collect()
}

#[test]
fn a_feed_of_eleventys_finds_its_files_from_every_page_with_the_plugin_and_without() {
    const PLUGIN: &str = "import { HtmlBasePlugin } from \"@11ty/eleventy\";\n";
    let page = "<html>\n<head>\n</head>\n<body>\n<main>\n</main>\n</body>\n</html>\n";
    // What stands on a page, the address of the page below the top, the file that is built.
    let pages = [
        ("index.njk", "", "", "index.html"),
        ("a/b.njk", "", "a/b/", "a/b/index.html"),
        ("c.njk", "---\npermalink: /c/d.html\n---\n", "c/d.html", "c/d.html"),
    ];
    for tool in tools(Generator::Eleventy) {
        for (base, has_plugin) in [("/", false), ("/", true), ("/photos/", false), ("/photos/", true)] {
            let api = Emulator::start().post(feedbake::emulator::photo("DAa").size(64, 64));
            let (import, call) = match has_plugin {
                true => (PLUGIN, "  c.addPlugin(HtmlBasePlugin);\n"),
                false => ("", ""),
            };
            let configuration = format!(
                "{import}export const config = {{ pathPrefix: \"{base}\" }};\nexport default (c) => {{\n{call}  \
                 c.addPassthroughCopy(\"feedbake\");\n}};\n"
            );
            let site = Sandbox::new(&api)
                .file("eleventy.config.js", &configuration)
                .file("package.json", "{ \"type\": \"module\" }");
            fs::remove_file(site.path("config.toml")).unwrap();
            for (name, front_matter, ..) in pages {
                site.write(name, &format!("{front_matter}{page}"));
                site.run(&format!("init --include-in {name} --style-in {name}")).succeeds();
            }
            // One that is found at no address of its own, and one that says what its addresses begin with.
            let lost = fs::read_to_string(site.path("index.njk")).unwrap();
            let root = if has_plugin { "/" } else { base };
            let said = format!("{{% set instagram_root = \"{root}\" %}}\n{{% include");
            site.write("404.njk", &format!("---\npermalink: /404.html\n---\n{lost}"));
            site.write("e/f.njk", &lost.replace("{% include", &said));
            site.run("bake").succeeds();
            build(Generator::Eleventy, &tool, &site);
            let built = |file: &str| fs::read_to_string(site.path(&format!("_site/{file}"))).unwrap();
            let all = pages.map(|(_, _, address, file)| (format!("{base}{address}"), file)).into_iter();
            // The page that stands in for any other is shown at any address; the plugin prefixes what the filter did.
            let lost = (!has_plugin).then(|| (format!("{base}x/y/z/"), "404.html"));
            let said = [(format!("{base}x/"), "e/f/index.html")];
            for (address, file) in all.chain(lost).chain(said) {
                let asked = asked_for(&built(file), base, &address);
                assert!(asked.len() > 3 && asked[0] == "feedbake/feedbake.css", "{file}: {asked:?}");
                for path in &asked {
                    assert!(site.path(&format!("_site/{path}")).is_file(), "{base} {has_plugin} {file}: {path}");
                }
            }
        }
    }
}

#[test]
fn the_examples_hold_the_templates_as_they_are_installed() {
    for generator in Generator::ALL.into_iter().filter(|generator| *generator != Generator::Zola) {
        let layout = generator.layout();
        for template in layout.templates {
            let place = format!("{}/examples/{}/{}", env!("CARGO_MANIFEST_DIR"), layout.word, template.place);
            assert_eq!(fs::read_to_string(&place).unwrap(), template.text, "{place}");
        }
    }
}

#[test]
fn the_generator_can_be_named() {
    let api = Emulator::start().post(feedbake::emulator::photo("DAa").size(32, 32));
    let site = Sandbox::new(&api);
    site.run_with("bake", &[("FEEDBAKE_GENERATOR", "jekyll")]).succeeds();
    assert!(site.path("_data/instagram.json").is_file() && site.path("_includes/instagram.html").is_file());
    site.run_with("bake", &[("FEEDBAKE_GENERATOR", "gatsby")]).ends_with(3).says(&["`generator`", "\"eleventy\""]);
    // Another generator from then on: what was made for the first one goes, and only that.
    site.run("bake").succeeds();
    assert!(!site.path("_data/instagram.json").exists() && site.files("assets").len() == 1, "{:?}", site.files(""));
    site.is_whole();
}

/// The example page as a server with includes would send it.
fn with_includes(site: &Sandbox) -> String {
    let page = fs::read_to_string(site.path("index.html")).unwrap();
    let (before, rest) = page.split_once("<!--#include virtual=\"").unwrap();
    let (file, after) = rest.split_once("\" -->").unwrap();
    format!("{before}{}{after}", fs::read_to_string(site.path(file)).unwrap())
}

#[test]
fn a_site_that_nothing_builds_gets_a_fragment_with_the_same_markup_as_zolas() {
    let api = Emulator::serve(World::demo()).unwrap();
    let settings = "base_path = \"/photos/\"\n[pictures]\nwidths = [64, 128]\n";
    let expected = reference(&api, settings);
    let site = Sandbox::new(&api).file("feedbake.toml", settings);
    fs::remove_file(site.path("config.toml")).unwrap();
    copy_example(Generator::Html, &site);
    site.run_with("bake", &[("INSTAGRAM_ACCESS_TOKEN", "")]).ends_with(4);
    assert_eq!(feed_of(&with_includes(&site), BASE), Vec::<String>::new());

    site.run("bake").succeeds();
    let page = with_includes(&site);
    assert!(page.contains("src=\"/photos/feedbake/"), "{page}");
    assert_eq!(feed_of(&page, BASE), expected);
    site.run("bake").succeeds().says(&["(unchanged)"]);
    site.run("doctor").succeeds().prints(&["is a site of plain HTML", "the partial is shown by"]);
    site.run("preview --out seen").succeeds();
    assert_eq!(feed_of(&fs::read_to_string(site.path("seen/index.html")).unwrap(), "/"), expected);
    fs::remove_dir_all(site.path("seen")).unwrap();

    // A template that was edited counts; one that is broken is named, and the feed stays as it was.
    let own = fs::read_to_string(site.path("feedbake/template.html")).unwrap();
    site.write("feedbake/template.html", &own.replace("feedbake-posts", "my-grid"));
    site.run("bake").succeeds();
    assert!(with_includes(&site).contains("my-grid"));
    let before = site.files("feedbake");
    site.write("feedbake/template.html", "{% if %}");
    site.run("bake").ends_with(3).says(&["feedbake/template.html cannot be rendered", "mend it, or remove it"]);
    site.write("feedbake/template.html", &own.replace("feedbake-posts", "my-grid"));
    assert_eq!(site.files("feedbake"), before);

    // What is kept is rendered, too, and a post that goes leaves page and folder.
    fs::remove_file(site.path("feedbake/instagram.html")).unwrap();
    api.fault(feedbake::emulator::Fault::TokenExpired);
    site.run("bake").succeeds();
    assert_eq!(site.files("feedbake"), before);
    api.clear_faults();
    let gone = site.json("feedbake/instagram.json")["posts"][0]["shortcode"].as_str().unwrap().to_owned();
    api.delete(&gone);
    site.run("bake").succeeds().says(&[&gone, "removed"]);
    assert!(!with_includes(&site).contains(&gone));

    site.write("feedbake/template.html", &own);
    site.run("clean --all").succeeds();
    assert_eq!(site.files("").into_keys().collect::<Vec<_>>(), ["feedbake.toml", "index.html"]);
}

#[test]
fn a_page_of_the_users_in_the_place_of_the_fragment_is_named_and_stays() {
    let api = Emulator::start().post(feedbake::emulator::photo("DAa").size(32, 32));
    let site = Sandbox::new(&api).set("FEEDBAKE_GENERATOR", "html").file("feedbake/instagram.html", "<p>mine</p>");
    site.run("bake").ends_with(6).says(&["feedbake/instagram.html is there already, and feedbake did not make it"]);
    assert_eq!(fs::read_to_string(site.path("feedbake/instagram.html")).unwrap(), "<p>mine</p>");
    site.run_with("bake", &[("FEEDBAKE_DATA_FILE", "feedbake/feed.json")]).succeeds();
    assert!(fs::read_to_string(site.path("feedbake/feed.html")).unwrap().contains("DAa"));
    for (path, is_fine) in [("", true), ("../", true), ("https://example.org/x/", true), ("/x", false), ("\"x/", false)]
    {
        site.run_with("bake", &[("FEEDBAKE_DATA_FILE", "feedbake/feed.json"), ("FEEDBAKE_BASE_PATH", path)])
            .ends_with(if is_fine || path.is_empty() { 0 } else { 3 });
    }
}

#[test]
fn the_fragments_template_is_zolas_partial() {
    let body = |text: &'static str| text.split_once("-#}").unwrap().1;
    let own = Generator::Html.layout().partial().text;
    assert_eq!(body(own), body(feedbake::site::PARTIAL.text));
}
