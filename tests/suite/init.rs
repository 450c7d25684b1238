//! `feedbake init`: what it shows, what it writes, and what it leaves alone.

use std::fs;
use std::process::Command;

use feedbake::emulator::{Emulator, World};
use feedbake::site::Generator;

use crate::sandbox::Sandbox;

const PAGE: &str = "<!doctype html>\n<html>\n<head>\n  <title>x</title>\n</head>\n<body>\n  <main>\n    <h1>x</h1>\n  </main>\n</body>\n</html>\n";

/// A folder with nothing in it. What is made of the pictures is not what these tests are about.
fn quick() -> Sandbox {
    let site = Sandbox::without_token().set("FEEDBAKE_PICTURES_WIDTHS", "32").set("FEEDBAKE_PICTURES_FORMATS", "jpeg");
    fs::remove_file(site.path("config.toml")).unwrap();
    site
}

/// A site of this generator, with a page that shows nothing yet; and that page.
fn site_of(generator: Generator) -> (Sandbox, &'static str) {
    let site = quick();
    let (mark, text, page) = match generator {
        Generator::Zola => ("config.toml", "base_url = \"https://example.org\"\n", "templates/index.html"),
        Generator::Hugo => ("hugo.toml", "baseURL = 'https://example.org/'\n", "layouts/index.html"),
        Generator::Eleventy => ("eleventy.config.js", "module.exports = function () {};\n", "index.njk"),
        Generator::Jekyll => ("_config.yml", "baseurl: \"\"\n", "_layouts/default.html"),
        Generator::Astro => ("astro.config.mjs", "export default {};\n", "src/pages/index.astro"),
        Generator::Html => ("index.html", PAGE, "about.html"),
    };
    (site.file(mark, text).file(page, PAGE), page)
}

#[test]
fn a_site_of_each_kind_is_set_up_once_and_stays_so() {
    for generator in Generator::ALL {
        let layout = generator.layout();
        let (site, page) = site_of(generator);
        let add = format!("init --include-in {page} --style-in {page} --github --netlify");
        let before = site.files("");
        let rehearsed = site.run(&format!("{add} --dry-run")).succeeds().says(&["nothing was written"]);
        assert!(rehearsed.stderr.contains(&format!("write    {}", layout.partial().place)), "{}", rehearsed.stderr);
        assert_eq!(site.files(""), before);

        site.run(&add).succeeds().says(&[layout.name, "feedbake.toml", ".gitignore"]);
        for template in layout.templates {
            assert_eq!(std::fs::read_to_string(site.path(template.place)).unwrap(), template.text);
        }
        let shown = std::fs::read_to_string(site.path(page)).unwrap();
        assert!(shown.contains(layout.include) && shown.contains(layout.stylesheet), "{shown}");
        // The lines that were said are the lines that were written.
        let said: Vec<(usize, bool)> = rehearsed
            .stderr
            .split("line ")
            .skip(1)
            .filter_map(|rest| rest.split_once(": "))
            .filter_map(|(number, rest)| Some((number.parse().ok()?, rest.starts_with("the stylesheet"))))
            .collect();
        for (number, is_stylesheet) in said {
            let line = shown.lines().nth(number - 1).unwrap().trim();
            assert_eq!(line, if is_stylesheet { layout.stylesheet } else { layout.include });
        }
        assert!(generator.shows_the_feed(&shown), "{shown}");
        // Everything that was in the page is in it still, in its order.
        let mut lines = shown.lines();
        assert!(PAGE.lines().all(|line| lines.any(|other| other == line)), "{shown}");
        assert!(std::fs::read_to_string(site.path(".gitignore")).unwrap().contains(".env"));

        let after = site.files("");
        let second = site.run(&format!("{add} --json")).succeeds();
        let actions = second.json()["files"].clone();
        let is_done = |file: &serde_json::Value| matches!(file["action"].as_str(), Some("same" | "yours"));
        assert!(actions.as_array().unwrap().iter().all(is_done), "{actions:#}");
        assert_eq!(site.files(""), after);
        // The bake finds everything in its place, and what was set up goes the way it came, but for what is the user's.
        site.run("bake --demo").succeeds();
        site.run("clean --all").succeeds();
        assert!(site.path("feedbake.toml").is_file() && !site.path(layout.partial().place).exists());
    }
}

#[test]
fn an_edited_partial_stays_until_force_is_asked_for() {
    let (site, _) = site_of(Generator::Zola);
    site.run("init").succeeds();
    let partial = Generator::Zola.layout().partial();
    let edited = partial.text.replace("feedbake-posts", "my-grid");
    site.write(partial.place, &edited);
    let text = || std::fs::read_to_string(site.path(partial.place)).unwrap();
    site.run("init").succeeds().says(&["edited", "`--diff` shows how it differs"]);
    site.run("init --update").succeeds();
    assert_eq!(text(), edited);
    let diff = site.run("init --diff").succeeds();
    assert!(diff.stdout.contains("\n-") && diff.stdout.contains("my-grid"), "{}", diff.stdout);
    assert_eq!(text(), edited);
    site.run("init --force").succeeds().says(&["replace"]);
    assert_eq!(text(), partial.text);
    site.run("init --diff").succeeds().says(&["no file differs"]);
}

#[test]
fn the_partial_of_an_earlier_feedbake_is_offered_the_new_one_and_gets_it_on_request() {
    let (site, _) = site_of(Generator::Zola);
    site.run("init").succeeds();
    let partial = Generator::Zola.layout().partial();
    // What an earlier one wrote is in its manifest with its hash.
    let earlier = format!("{}\n{{# earlier #}}\n", partial.text);
    let hash = |text: &str| {
        use sha2::Digest;
        sha2::Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let manifest = std::fs::read_to_string(site.path(".feedbake/manifest.json")).unwrap();
    assert!(manifest.contains(&hash(partial.text)));
    site.write(".feedbake/manifest.json", &manifest.replace(&hash(partial.text), &hash(&earlier)));
    site.write(partial.place, &earlier);
    site.run("init").succeeds().says(&["earlier", "`--update` takes it"]);
    site.run("doctor --offline").prints(&["an earlier feedbake wrote templates/partials/instagram.html", "--update"]);
    site.run("bake --demo").succeeds();
    assert_eq!(std::fs::read_to_string(site.path(partial.place)).unwrap(), earlier);
    site.run("init --update").succeeds().says(&["replace"]);
    assert_eq!(std::fs::read_to_string(site.path(partial.place)).unwrap(), partial.text);
}

#[test]
fn what_init_cannot_do_it_says_and_then_does_nothing() {
    let (site, _) = site_of(Generator::Eleventy);
    site.write("about.md", "# About\n");
    site.write("part.njk", "<p>\n");
    let before = site.files("");
    for (arguments, words) in [
        ("init --include-in nowhere.njk", "there is no nowhere.njk in the site"),
        ("init --include-in ../x.njk", "no path inside the site"),
        ("init --include-in about.md", "name a file that ends in .njk"),
        ("init --include-in index.njk:99", "index.njk has no line 99"),
        ("init --include-in index.njk:4", "line 4 of index.njk lies in the `<head>` of line 3"),
        ("init --include-in index.njk:1", "hint: name another line; without the flag, init says what the line is"),
        ("init --style-in about.md", "no `</head>`"),
        ("init --style-in about.md:1", "hint: name the template that begins the page"),
        ("init --style-in part.njk", "`--style-in part.njk:LINE`"),
        ("init --github=deploy", "written for Zola"),
        ("init --generator gatsby", "`generator`"),
    ] {
        let ran = site.run(arguments).says(&[words]);
        assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
        assert_eq!(site.files(""), before, "{arguments}");
    }
    site.write("netlify.toml", "[build\n");
    site.run("init --netlify").ends_with(2).says(&["netlify.toml is no TOML"]);
    site.write("netlify.toml", "plugins = []\n[build]\ncommand = \"zola build\"\n");
    site.run("init --netlify").ends_with(2).says(&["has its `plugins` in one line", "[[plugins]]"]);
}

#[test]
fn a_line_goes_before_the_one_that_was_named_and_into_the_partials_of_a_theme() {
    let (site, page) = site_of(Generator::Hugo);
    site.write("layouts/partials/extend_head.html", "<meta name=\"a\">\n");
    site.run(&format!("init --include-in {page}:9 --style-in layouts/partials/extend_head.html"))
        .succeeds()
        .says(&["line 9: `{{ partial", "line 2: the stylesheet"]);
    let read = |name: &str| fs::read_to_string(site.path(name)).unwrap();
    let layout = Generator::Hugo.layout();
    assert_eq!(read(page), PAGE.replace("  </main>", &format!("  {}\n  </main>", layout.include)));
    assert_eq!(read("layouts/partials/extend_head.html"), format!("<meta name=\"a\">\n{}\n", layout.stylesheet));
    site.write(page, &PAGE.replace("<h1>x</h1>", "{{ range .Pages }}\n    <h1>x</h1>\n    {{ end }}"));
    site.run(&format!("init --dry-run --include-in {page}:10 --style-in {page}:4"))
        .succeeds()
        .says(&["line 11: `{{ partial", ", inside the `{{ range .Pages }}` of line 9; line 4: the stylesheet"]);
}

#[test]
fn a_site_below_the_top_of_its_repository_gets_its_workflow_at_the_top() {
    let (site, _) = site_of(Generator::Zola);
    let git = |arguments: &[&str]| {
        assert!(site.command("git").args(arguments).status().unwrap().success());
    };
    git(&["init", "--quiet"]);
    std::fs::create_dir_all(site.path("web/pages")).unwrap();
    std::fs::rename(site.path("config.toml"), site.path("web/pages/config.toml")).unwrap();
    site.run("init --site web/pages --github --netlify").succeeds();
    let read = |name: &str| std::fs::read_to_string(site.path(name)).unwrap();
    assert!(read(".github/workflows/feedbake.yml").contains("web/pages"));
    assert!(read("netlify.toml").contains("base = \"web/pages\""));
    assert!(site.path("web/pages/feedbake.toml").is_file() && site.path("web/pages/package.json").is_file());
    // What was there before stays as it is but for one block at the end.
    site.write("netlify.toml", "# mine\n[build]\ncommand = \"zola build\"\n");
    site.run("init --site web/pages --netlify").succeeds().says(&["add      netlify.toml"]);
    assert!(read("netlify.toml").starts_with("# mine\n[build]\ncommand = \"zola build\"\n\n[[plugins]]\n"));
    // That one builds at the top: there the plugin is installed, and from there it looks for the site.
    assert!(read("netlify.toml").ends_with("[plugins.inputs]\nsite = \"web/pages\"\n"), "{}", read("netlify.toml"));
    assert!(read("package.json").contains("netlify-plugin-feedbake"));
    site.write("netlify.toml", "[build]\nbase = \"web\"\n");
    site.run("init --site web/pages --netlify").succeeds();
    assert!(read("netlify.toml").ends_with("site = \"pages\"\n") && site.path("web/package.json").is_file());
}

#[test]
fn each_of_two_sites_of_a_repository_is_set_up() {
    let site = quick();
    assert!(site.command("git").args(["init", "--quiet"]).status().unwrap().success());
    for name in ["a", "b"] {
        site.write(&format!("{name}/config.toml"), "base_url = \"/\"\n");
        site.run(&format!("init --site {name} --github --netlify")).succeeds();
    }
    let read = |name: &str| fs::read_to_string(site.path(name)).unwrap();
    assert!(read(".github/workflows/feedbake.yml").contains("SITE: \"a\""));
    let second = read(".github/workflows/feedbake-b.yml");
    assert!(second.contains("SITE: \"b\"") && second.contains("group: feedbake-b\n"), "{second}");
    assert!(read("netlify.toml").contains("base = \"a\"") && !read("b/netlify.toml").contains("base ="));
    assert!(site.path("a/package.json").is_file() && site.path("b/package.json").is_file());
    let before = site.files("");
    let again = site.run("init --site b --github --netlify").succeeds().stderr;
    assert!(site.files("") == before && !again.contains("edited"), "{again}");
}

#[test]
fn a_zola_site_that_was_set_up_and_baked_is_built_by_zola_and_shows_the_feed() {
    let zolas = std::env::var("FEEDBAKE_TEST_ZOLA").unwrap_or_default();
    if zolas.is_empty() {
        eprintln!("SKIPPED: FEEDBAKE_TEST_ZOLA names no Zola");
    }
    for zola in zolas.split(':').filter(|zola| !zola.is_empty()) {
        let api = Emulator::serve(World::demo()).unwrap();
        let site = Sandbox::new(&api).file("templates/index.html", PAGE).file("content/_index.md", "+++\n+++\n");
        site.run("init --include-in templates/index.html --style-in templates/index.html").succeeds();
        let build = || {
            let output = Command::new(zola).arg("--root").arg(site.path("")).arg("build").output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            std::fs::read_to_string(site.path("public/index.html")).unwrap()
        };
        let page = build();
        assert!(page.contains("/feedbake.css") && !page.contains("feedbake-posts"), "{page}");
        site.run("bake").succeeds();
        assert_eq!(build().matches("<img ").count(), 12);
    }
}

#[cfg(unix)]
#[test]
fn a_link_is_left_as_it_is_and_named() {
    let site = Sandbox::without_token();
    site.write("shared.html", "<html><head></head><body><main></main></body></html>\n");
    fs::create_dir_all(site.path("templates")).unwrap();
    std::os::unix::fs::symlink("../shared.html", site.path("templates/index.html")).unwrap();
    let before = fs::read_to_string(site.path("shared.html")).unwrap();
    site.run("init --yes --include-in templates/index.html")
        .ends_with(6)
        .says(&["nothing was written", "templates/index.html is a link"]);
    assert!(fs::symlink_metadata(site.path("templates/index.html")).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(site.path("shared.html")).unwrap(), before);
    assert!(!site.path("feedbake.toml").exists());
}

#[test]
fn a_folder_without_a_generator_is_told_what_it_is_taken_for() {
    let site = Sandbox::without_token();
    fs::remove_file(site.path("config.toml")).unwrap();
    site.run("init --dry-run").ends_with(2).says(&["no generator has a configuration here", "for Zola"]);
    let named = site.run("init --dry-run --generator hugo").succeeds();
    assert!(!named.stderr.contains("no generator has"), "{}", named.stderr);
}

#[test]
fn a_site_of_eleventy_below_its_configuration_is_set_up_where_it_is_read() {
    let site = quick();
    let configuration = "export default function (c) {\n  return { dir: { input: \"src\", output: \"dist\" } };\n}\n";
    let site = site.file("eleventy.config.js", configuration).file("src/index.njk", PAGE);
    let add = "init --include-in src/index.njk --style-in index.njk";
    site.run(add).succeeds().says(&["Eleventy in", "addPassthroughCopy(\"src/feedbake\")"]);
    assert!(site.path("src/_includes/instagram.njk").is_file() && !site.path("_includes").exists());
    assert!(fs::read_to_string(site.path("src/index.njk")).unwrap().contains("{% include \"instagram.njk\" %}"));
    // From the top, from the folder itself and by its name, it is the same site.
    for arguments in ["bake --demo", "--site src bake --demo"] {
        site.run(arguments).succeeds();
        assert!(site.path("src/_data/instagram.json").is_file() && !site.path("_data").exists(), "{arguments}");
    }
    site.run("doctor --offline")
        .prints(&["Eleventy does not copy the pictures", "addPassthroughCopy(\"src/feedbake\")"]);
    site.write(
        "eleventy.config.js",
        &configuration.replace("return", "c.addPassthroughCopy(\"src/feedbake\");\n return"),
    );
    let doctor = site.run("doctor --offline").prints(&["(../eleventy.config.js)"]);
    assert!(!doctor.stdout.contains("does not copy"), "{}", doctor.stdout);
    // A token in what was built there is found.
    site.write("dist/index.html", "IGQVJFakeFakeFakeFakeFakeFakeFakeFakeFakeFakeFakeFakeFakeFake");
    site.run("audit").ends_with(7);

    // Where Eleventy reads neither place, nothing is written where it would be lost.
    site.write("eleventy.config.js", &configuration.replace("output", "includes: \"layouts\", output"));
    let before = site.files("");
    site.run("--site src init").ends_with(2).says(&["takes its includes from src/layouts/", "`templates = false`"]);
    assert_eq!(site.files(""), before);
}

#[test]
fn what_the_files_of_a_site_do_not_tell_is_written_into_its_settings() {
    for page in ["index.html", "index.shtml", "index.php", "index.src.html"] {
        let site = quick().file(page, PAGE);
        site.run("init").succeeds().says(&["plain HTML in"]);
        assert!(fs::read_to_string(site.path("feedbake.toml")).unwrap().contains("\ngenerator = \"html\"\n"));
        // On a clean clone the page may not be there.
        fs::remove_file(site.path(page)).unwrap();
        site.run("bake --demo").succeeds();
        assert!(site.path("feedbake/instagram.html").is_file(), "{page}");
    }
    let (site, _) = site_of(Generator::Zola);
    site.write("feedbake.toml", "limit = 3\n");
    site.run("init --generator hugo").succeeds().says(&["the line that names the generator"]);
    assert_eq!(fs::read_to_string(site.path("feedbake.toml")).unwrap(), "generator = \"hugo\"\nlimit = 3\n");
    site.run("init --generator jekyll").succeeds().says(&["feedbake.toml has `generator = \"hugo\"`"]);
    // Two generators have their configuration here: which one it is for is said.
    let (site, _) = site_of(Generator::Zola);
    site.write("_config.yml", "title: x\n");
    site.run("init --dry-run").succeeds().says(&["config.toml looks like Zola; this is for Jekyll"]);
}

#[test]
fn a_dot_env_that_later_lines_let_through_gets_its_line() {
    for (lines, is_added) in [
        (".env\n", false),
        (".env*\n!.env.example\n", false),
        (".env\n!.env*\n", true),
        ("!.e*\n", true),
        (".env\n![.]env\n", true),
        (" .env\n", true),
        ("*.log", true),
    ] {
        let (site, _) = site_of(Generator::Zola);
        assert!(site.command("git").args(["init", "--quiet"]).status().unwrap().success());
        site.write(".gitignore", lines);
        site.run("init").succeeds();
        let after = fs::read_to_string(site.path(".gitignore")).unwrap();
        assert_eq!(after.ends_with("\n.env\n") && after.len() > lines.len(), is_added, "{lines:?}: {after:?}");
        let ignored = site.command("git").args(["check-ignore", "-q", ".env"]).status().unwrap();
        assert!(ignored.success(), "{lines:?}");
        // Tracked or not, the second run finds it done.
        site.write(".env", "");
        assert!(site.command("git").args(["add", "-f", ".env"]).status().unwrap().success());
        site.run("init").succeeds();
        assert_eq!(fs::read_to_string(site.path(".gitignore")).unwrap(), after);
    }
}

#[test]
fn a_file_that_is_no_text_is_not_added_to() {
    let (site, _) = site_of(Generator::Zola);
    fs::write(site.path(".gitignore"), b"caf\xe9\n").unwrap();
    let before = site.files("");
    site.run("init").ends_with(6).says(&[".gitignore is not UTF-8 text", "add by hand"]);
    assert_eq!(site.files(""), before);
}

#[test]
fn a_checkout_with_other_ends_of_lines_is_no_edit() {
    let (site, _) = site_of(Generator::Zola);
    site.run("init").succeeds();
    site.run("bake --demo").succeeds();
    let places = ["templates/partials/instagram.html", "static/feedbake.css"];
    for place in places {
        let text = fs::read_to_string(site.path(place)).unwrap();
        site.write(place, &text.replace('\n', "\r\n"));
    }
    let before = site.files("templates");
    assert!(!site.run("init").succeeds().stderr.contains("edited"));
    site.run("bake --demo").succeeds();
    assert_eq!(site.files("templates"), before, "they stay as the checkout has them");
    site.run("clean --all").succeeds();
    assert!(places.iter().all(|place| !site.path(place).exists()));
}

#[test]
fn a_netlify_toml_in_the_site_is_the_one_that_counts() {
    let (site, _) = site_of(Generator::Zola);
    assert!(site.command("git").args(["init", "--quiet"]).status().unwrap().success());
    fs::create_dir_all(site.path("web")).unwrap();
    fs::rename(site.path("config.toml"), site.path("web/config.toml")).unwrap();
    site.write("web/netlify.toml", "[build]\ncommand = \"zola build\"\n");
    site.run("init --site web --netlify").succeeds();
    let text = fs::read_to_string(site.path("web/netlify.toml")).unwrap();
    assert!(text.contains("netlify-plugin-feedbake") && !text.contains("inputs"), "{text}");
    assert!(site.path("web/package.json").is_file() && !site.path("netlify.toml").exists());
}

#[test]
fn a_partial_of_the_users_own_under_the_same_name_is_named() {
    let (site, page) = site_of(Generator::Jekyll);
    site.write("_includes/instagram.html", "<a href=\"https://www.instagram.com/me/\">me</a>\n");
    // The line would call that file.
    let before = site.files("");
    site.run(&format!("init --include-in {page}")).ends_with(2).says(&[
        "the line would call _includes/instagram.html, which shows no feed",
        "give _includes/instagram.html another",
    ]);
    assert_eq!(site.files(""), before);
    site.run(&format!("init --style-in {page}"))
        .succeeds()
        .says(&["make room for the partial: _includes/instagram.html is a file of your own"]);
    site.run("doctor --offline")
        .prints(&["bad", "_includes/instagram.html is a file of the site's own and shows no feed"]);
}

#[test]
fn nobody_is_set_up_by_a_guess_and_a_flag_that_contradicts_the_settings_is_told() {
    let site = quick();
    for command in ["init", "init --dry-run", "init --json"] {
        site.run(command).ends_with(2).says(&["says what builds the site", "--generator"]);
    }
    assert!(site.files("").is_empty());
    assert_eq!(site.run("init --generator html --json").succeeds().json()["written"], true);
    for again in ["init --generator html --json", "init --generator html --json --dry-run"] {
        assert_eq!(site.run(again).succeeds().json()["written"], false);
    }
    let (site, _) = site_of(Generator::Hugo);
    site.write("feedbake.toml", "generator = \"html\"\n");
    site.run("init --generator hugo")
        .succeeds()
        .says(&["feedbake.toml has `generator = \"html\"`, and this was for hugo"]);
}

/// A site whose theme has a partial of the same name, and the place of that.
fn with_icon(generator: Generator) -> (Sandbox, String) {
    let (site, page) = site_of(generator);
    let partial = generator.layout().partial();
    let icon = format!("themes/t/{}", partial.place);
    site.write(&icon, "<a class=\"icon\" href=\"https://www.instagram.com/me/\">me</a>\n");
    let (line, base) = match generator {
        Generator::Zola => ("{% include \"partials/instagram.html\" %}", "themes/t/templates/base.html"),
        _ => ("{{ partial \"instagram.html\" . }}", "themes/t/layouts/partials/footer.html"),
    };
    site.write(base, &format!("<footer>{line}</footer>\n"));
    fs::remove_file(site.path(page)).unwrap();
    (site, icon)
}

#[test]
fn a_partial_of_a_themes_own_is_never_replaced_and_the_way_around_it_is_said() {
    for generator in [Generator::Zola, Generator::Hugo] {
        let (site, icon) = with_icon(generator);
        let layout = generator.layout();
        let partial = layout.partial();
        site.run("init").succeeds().says(&[
            &format!("make room for the partial: the theme has a file of that name, {icon}"),
            "`templates = false`",
            "instagram-feed.html",
        ]);
        site.run("bake --demo").succeeds().says(&[&format!("no partial was written, for {icon} has its name")]);
        assert!(!site.path(partial.place).exists() && site.path(layout.stylesheet_file().place).is_file());
        site.run("doctor --offline").prints(&["the feed is not shown", &icon, "`templates = false`"]);
        // What was said is done, and nothing is left to be said.
        let own = partial.place.replace("instagram.html", "instagram-feed.html");
        let include = layout.include.replace("instagram.html", "instagram-feed.html");
        let folder = partial.place.split('/').next().unwrap();
        site.write(&own, partial.text);
        site.write("feedbake.toml", "templates = false\n");
        site.run("init").succeeds().says(&[&format!("show the feed: put `{include}` into a template")]);
        site.run("doctor --offline").prints(&["so nobody sees the feed"]);
        site.write(&format!("{folder}/index.html"), &format!("<main>\n{include}\n</main>\n"));
        let again = site.run("init").succeeds();
        assert!(!again.stderr.contains("make room") && !again.stderr.contains("show the feed"), "{}", again.stderr);
        site.run("doctor --offline").prints(&[&format!("is shown by {folder}/index.html")]);
        site.run("bake --demo").succeeds();
        assert!(!site.path(partial.place).exists());
    }
}

#[test]
fn a_partial_that_shows_the_feed_is_no_rival() {
    let (site, icon) = with_icon(Generator::Zola);
    site.write(&icon, Generator::Zola.layout().partial().text);
    site.run("init").succeeds();
    assert!(site.path("templates/partials/instagram.html").is_file());
    // One that is there already takes the place of the theme's, which is said.
    site.write(&icon, "<p>me</p>\n");
    site.run("init").succeeds().says(&["is shown wherever the theme includes its own"]);
    site.run("doctor --offline").prints(&["takes the place of a file of the theme's", "no template and no page"]);
}

#[test]
fn a_partial_that_new_hugo_prefers_is_one_in_the_way() {
    let (site, page) = site_of(Generator::Hugo);
    site.write("layouts/_partials/instagram.html", "<p>me</p>\n");
    site.run("init").succeeds().says(&["layouts/_partials/instagram.html is a file of your own", "another name"]);
    site.run(&format!("init --include-in {page}")).ends_with(2).says(&["would call layouts/_partials/instagram.html"]);
    site.run("doctor --offline").prints(&["taken instead of layouts/partials/instagram.html"]);
}

#[test]
fn a_theme_that_is_a_repository_of_its_own_gets_no_line() {
    let place = "themes/t/templates/base.html";
    let cloned = |site: &Sandbox| site.write("themes/t/.git/HEAD", "ref: refs/heads/main\n");
    let submodule = |site: &Sandbox| site.write(".gitmodules", "[submodule \"t\"]\n\tpath = themes/t\n");
    let steps: [&dyn Fn(&Sandbox); 2] = [&cloned, &submodule];
    for make in steps {
        let (site, _) = site_of(Generator::Zola);
        assert!(site.command("git").args(["init", "--quiet"]).status().unwrap().success());
        site.write(place, PAGE);
        make(&site);
        let before = site.files("");
        for flag in ["--include-in", "--style-in"] {
            site.run(&format!("init {flag} {place}"))
                .ends_with(2)
                .says(&["lies in themes/t, a repository of its own", "copy it to templates/base.html"]);
        }
        assert_eq!(site.files(""), before);
    }
    let (site, _) = site_of(Generator::Zola);
    site.write(place, PAGE);
    site.run(&format!("init --include-in {place}")).succeeds().says(&["a copy at templates/base.html is yours"]);
}

#[test]
fn a_file_that_is_not_there_is_answered_with_one_that_is() {
    let (site, page) = site_of(Generator::Hugo);
    for file in ["layouts/home.html", "layouts/home.html:99"] {
        let there = format!("such as `--include-in {page}`");
        site.run(&format!("init --include-in {file}")).ends_with(2).says(&[&there]);
    }
    fs::remove_file(site.path(page)).unwrap();
    site.write("themes/t/layouts/index.html", PAGE);
    for flag in ["--include-in", "--style-in"] {
        site.run(&format!("init {flag} layouts/index.html")).ends_with(2).says(&[
            "there is no layouts/index.html",
            "copy the one that shows the page",
            "docs/generators/hugo.md",
        ]);
    }
}

#[test]
fn a_page_with_a_head_of_its_own_asks_for_the_stylesheet_itself() {
    let site = quick().file("index.html", PAGE).file("about.html", PAGE);
    site.run("init --include-in index.html --style-in index.html").succeeds();
    site.run("init --include-in about.html").succeeds().says(&["--style-in about.html"]);
    site.run("doctor --offline").prints(&["about.html shows the feed and has a head that does not ask"]);
    site.run("init --style-in about.html").succeeds();
    let after = site.run("init").succeeds();
    assert!(!after.stderr.contains("--style-in"), "{}", after.stderr);
}

#[test]
fn pages_that_nothing_builds_are_published_by_netlify_with_the_feed_and_without_what_is_not_for_visitors() {
    let site = quick().file("index.html", PAGE).file("a/b.html", PAGE).file("c.src.html", "<!-- feedbake -->\n");
    site.run("init --include-in index.html --netlify").succeeds();
    site.run("init --include-in a/b.html").succeeds();
    site.run("bake --demo").succeeds();
    for name in [
        ".env",
        ".well-known/security.txt",
        "a/.env",
        ".wrangler/x",
        "a/.git/config",
        "a/.htpasswd",
        "README.md",
        "a.b.html",
    ] {
        site.write(name, "x\n");
    }
    let toml: toml::Table = fs::read_to_string(site.path("netlify.toml")).unwrap().parse().unwrap();
    let (command, publish) = (toml["build"]["command"].as_str().unwrap(), toml["build"]["publish"].as_str().unwrap());
    for _ in 0..2 {
        assert!(site.command("bash").args(["-c", command]).status().unwrap().success());
    }
    let read = |name: &str| fs::read_to_string(site.path(&format!("{publish}/{name}"))).unwrap();
    for page in ["index.html", "a/b.html", "c.html"] {
        let shown = read(page);
        assert_eq!(shown.matches("<ul class=\"feedbake-posts\">").count(), 1, "{page}");
        assert!(!shown.contains("#include") && !shown.contains("<!-- feedbake -->"), "{page}");
    }
    assert!(site.path(&format!("{publish}/feedbake/feedbake.css")).is_file());
    let published: Vec<String> = site.files(publish).into_keys().collect();
    for hidden in ["feedbake.toml", "netlify.toml", "package.json", "README.md", "template.html"] {
        assert!(!published.iter().any(|name| name.contains(hidden)), "{hidden}: {published:?}");
    }
    let dotted: Vec<&String> = published.iter().filter(|name| name.contains("/.")).collect();
    assert!(matches!(dotted[..], [name] if name.ends_with("/.well-known/security.txt")), "{dotted:?}");
    assert!(published.iter().any(|name| name.ends_with("a.b.html")));
    // PHP would be handed out as it is.
    let php = quick().file("index.php", PAGE);
    php.run("init --netlify").ends_with(2).says(&["Netlify runs no PHP", "index.php"]);
}

#[test]
fn the_zola_of_a_host_reads_what_stands_in_the_markdown() {
    for (page, version, words) in [
        ("+++\n+++\n{{ instagram() }}\n", "0.22.1", "the shortcode in content/_index.md works up to 0.22 alone"),
        ("+++\n+++\n", "0.23.4", "nothing here says which one builds the site"),
    ] {
        let site = quick().set("PATH", "").file("config.toml", "base_url = \"/\"\n").file("content/_index.md", page);
        // What is no content is no page.
        site.write("README.md", "`{{ instagram() }}`: {{ instagram() }}\n");
        let wanted = format!("ZOLA_VERSION = \"{version}\"");
        let said = site.run("init --netlify --github=deploy").succeeds().says(&[words, &wanted, "has `tool: zola@"]);
        assert_eq!(said.stderr.matches("your version of Zola").count(), 1, "{}", said.stderr);
        assert!(fs::read_to_string(site.path("netlify.toml")).unwrap().contains(&format!("\"{version}\"")));
    }
}

#[test]
fn the_other_workflow_is_told_from_an_edited_one() {
    let (site, _) = site_of(Generator::Zola);
    site.run("init --github").succeeds();
    site.run("init --github=deploy").succeeds().says(&["the other of the two workflows is there", "`--force`"]);
    site.run("init --github=deploy --force").succeeds();
    assert!(fs::read_to_string(site.path(".github/workflows/feedbake.yml")).unwrap().contains("deploy-pages"));
}

#[test]
fn a_push_to_the_branch_that_the_repository_has_deploys() {
    for (branch, line) in
        [("master", "branches: [master]"), ("main", "branches: [main]"), ("1.0", "branches: [\"1.0\"]")]
    {
        let (site, _) = site_of(Generator::Zola);
        let head = format!("--initial-branch={branch}");
        assert!(site.command("git").args(["init", "--quiet", &head]).status().unwrap().success());
        site.run("init --github=deploy").succeeds();
        let text = fs::read_to_string(site.path(".github/workflows/feedbake.yml")).unwrap();
        assert!(text.contains(line), "{branch}: {text}");
        let again = site.run("init --github=deploy").succeeds();
        assert!(!again.stderr.contains("wrote"), "{}", again.stderr);
    }
}

#[test]
fn what_npm_installs_is_named_where_git_would_take_it() {
    let says = |site: &Sandbox| site.run("init --netlify --dry-run").succeeds().stderr.contains("node_modules/");
    let (site, _) = site_of(Generator::Zola);
    assert!(site.command("git").args(["init", "--quiet"]).status().unwrap().success());
    assert!(says(&site));
    // Any file of git's may say so.
    site.write(".git/info/exclude", "node_modules/\n");
    assert!(!says(&site));
}

#[test]
fn what_was_removed_and_is_still_asked_for_is_named() {
    let (site, page) = site_of(Generator::Zola);
    site.run(&format!("init --include-in {page} --style-in {page}")).succeeds();
    site.run("clean --all").succeeds().says(&[
        "templates/index.html still shows the feed",
        "templates/index.html still asks for the stylesheet",
        "before the next build",
    ]);
}

#[test]
fn a_data_file_of_the_users_own_is_moved_away_and_not_deleted() {
    let (site, _) = site_of(Generator::Eleventy);
    site.write("_data/instagram.json", "[{\"url\": \"mine\"}]\n");
    site.run("init").succeeds().says(&["_data/instagram.json is a file of your own", "move it away"]);
    let doctor = site.run("doctor --offline").prints(&["_data/instagram.json is a file that feedbake did not make"]);
    assert!(doctor.stdout.contains("move it away") && !doctor.stdout.contains("delete it"), "{}", doctor.stdout);
    site.write("netlify.toml", "[[plugins]]\npackage = \"netlify-plugin-add-instagram\"\n");
    site.run("init").succeeds().says(&["let go of netlify-plugin-add-instagram"]);
    site.run("doctor --offline").prints(&["netlify.toml still has netlify-plugin-add-instagram"]);
}
