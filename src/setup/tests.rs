//! A site of each kind, and what it gets.

use super::*;

pub(super) fn sight(generator: Generator) -> Sight {
    let templates = generator.layout().templates.iter().map(|ours| (*ours, TemplateState::Missing, String::new()));
    Sight {
        generator,
        is_recorded: false,
        others: Vec::new(),
        is_guess: false,
        zola: None,
        below: String::new(),
        below_project: String::new(),
        settings_file: None,
        base_path: "/".to_owned(),
        templates: templates.collect(),
        gitignore: None,
        is_dot_env_ignored: false,
        files: Vec::new(),
        rivals: Vec::new(),
        own_partial: None,
        borrowed: Vec::new(),
        foreign_data: Vec::new(),
        configuration: String::new(),
        targets: Vec::new(),
        branch: None,
        unnamed_data: Vec::new(),
        workflow_file: SitePath::new(WORKFLOW_FILE).unwrap(),
        workflow: None,
        netlify: None,
        netlify_from: From::Repository,
        package: None,
        are_modules_ignored: false,
        data_folder: generator.layout().data_folder.to_owned(),
        media_dir: SitePath::new("feedbake").unwrap(),
        built: None,
    }
}

/// A file that says nothing of the feed.
pub(super) fn own_file(place: &str) -> OwnFile {
    OwnFile {
        place: place.to_owned(),
        shows: false,
        asks: false,
        ends_head: false,
        calls_shortcode: false,
        is_nunjucks: false,
    }
}

fn wish() -> Wish {
    Wish { templates: true, github: None, netlify: false, replace: Replace::Nothing }
}

pub(super) fn target(place: &str, text: &str, line: Line) -> Target {
    Target { place: SitePath::new(place).unwrap(), text: text.to_owned(), line }
}

/// Each file of the plan and what is done with it.
fn actions(plan: &Plan) -> Vec<(&str, Action)> {
    plan.items.iter().map(|item| (item.place.as_str(), item.action)).collect()
}

#[test]
fn what_was_written_once_is_the_same_the_second_time() {
    for generator in Generator::ALL {
        let everything = Wish { netlify: true, github: Some(Way::Commit), ..wish() };
        let mut sight = sight(generator);
        let (place, text) = match generator {
            Generator::Astro => ("src/pages/index.astro", "<html><head></head><body></body></html>"),
            Generator::Eleventy => ("index.njk", "<html><head></head><body></body></html>"),
            Generator::Jekyll => ("_layouts/default.html", "<html><head></head><body></body></html>"),
            _ => ("index.html", "<html><head></head><body></body></html>"),
        };
        sight.targets = vec![target(place, text, Line::Feed(None)), target(place, text, Line::Stylesheet(None))];
        let first = plan(&sight, everything).unwrap();
        assert!(first.items.iter().all(|item| item.action.is_work()), "{:?}", actions(&first));
        // One item for a file that gets two lines.
        assert_eq!(first.items.iter().filter(|item| item.place.as_str() == place).count(), 1);

        let there = |place: &str| first.items.iter().find(|item| item.place.as_str() == place).unwrap().after.clone();
        sight.settings_file = Some(there("feedbake.toml"));
        sight.gitignore = Some(there(".gitignore"));
        sight.is_dot_env_ignored = true;
        for (template, state, text) in &mut sight.templates {
            (*state, *text) = (TemplateState::Same, template.text.to_owned());
        }
        for target in &mut sight.targets {
            target.text = there(place);
        }
        (sight.workflow, sight.netlify) = (Some(there(WORKFLOW_FILE)), Some(there("netlify.toml")));
        sight.package = Some(there("package.json"));
        let second = plan(&sight, everything).unwrap();
        assert!(!second.items.iter().any(|item| item.action.is_work()), "{:?}", actions(&second));
    }
}

#[test]
fn an_edited_file_is_replaced_by_force_alone_and_settings_never() {
    use Action::{Earlier, Edited, Replace as Replaced, Same, Yours};
    let table = [
        (Replace::Nothing, [Yours, Edited, Earlier, Same, Edited]),
        (Replace::Unedited, [Yours, Edited, Replaced, Same, Edited]),
        (Replace::Edited, [Yours, Replaced, Replaced, Same, Replaced]),
    ];
    for (replace, expected) in table {
        let mut sight = sight(Generator::Zola);
        sight.settings_file = Some("limit = 3\n".to_owned());
        sight.is_dot_env_ignored = true;
        sight.workflow = Some("mine".to_owned());
        let states = [TemplateState::Edited, TemplateState::Earlier, TemplateState::Same];
        sight.templates.iter_mut().zip(states).for_each(|(template, state)| template.1 = state);
        let plan = plan(&sight, Wish { replace, github: Some(Way::Commit), ..wish() }).unwrap();
        assert_eq!(plan.items.iter().map(|item| item.action).collect::<Vec<_>>(), expected, "{replace:?}");
        assert_eq!(plan.items[0].after, "limit = 3\n");
    }
}

#[test]
fn a_page_gets_the_line_of_its_kind_or_is_refused_with_the_reason() {
    let nunjucks = "module.exports = { markdownTemplateEngine: \"njk\" }";
    type Row = (Generator, &'static str, Option<(u32, u32)>, &'static str, Result<&'static str, &'static str>);
    let table: [Row; 16] = [
        (Generator::Html, "about.php", None, "", Ok("<?php readfile(__DIR__ . \"/feedbake/instagram.html\"); ?>\n")),
        (
            Generator::Html,
            "a/b/about.php",
            None,
            "",
            Ok("<?php readfile(__DIR__ . \"/../../feedbake/instagram.html\"); ?>\n"),
        ),
        (Generator::Zola, "templates/index.html", None, "", Ok("{% include \"partials/instagram.html\" %}\n")),
        (Generator::Zola, "content/_index.md", Some((0, 22)), "", Ok("{{ instagram() }}\n")),
        (Generator::Zola, "content/_index.md", Some((0, 23)), "", Ok("{% include \"partials/instagram.html\" %}\n")),
        (Generator::Zola, "content/_index.md", None, "", Err("which Zola builds the site is not known")),
        (Generator::Hugo, "content/_index.md", None, "", Ok("{{< feedbake >}}\n")),
        (Generator::Hugo, "content/a/b.markdown", None, "", Ok("{{< feedbake >}}\n")),
        (Generator::Hugo, "content/a.html", None, "", Ok("{{< feedbake >}}\n")),
        (Generator::Jekyll, "_includes/a.markdown", None, "", Ok("{% include instagram.html %}\n")),
        (Generator::Hugo, "layouts/index.html", None, "", Ok("{{ partial \"instagram.html\" . }}\n")),
        (Generator::Eleventy, "index.html", None, "", Err("Liquid")),
        (Generator::Eleventy, "index.md", None, nunjucks, Ok("{% include \"instagram.njk\" %}\n")),
        (Generator::Jekyll, "_includes/a.md", None, "", Ok("{% include instagram.html %}\n")),
        (Generator::Astro, "src/pages/a.md", None, "", Err(".astro or .mdx")),
        (
            Generator::Astro,
            "src/pages/a.astro",
            None,
            "",
            Ok("---\nimport Instagram from \"../components/Instagram.astro\";\n---\n<Instagram />\n"),
        ),
    ];
    for (generator, place, zola, configuration, expected) in table {
        let mut sight = sight(generator);
        (sight.zola, sight.configuration) = (zola, configuration.to_owned());
        sight.targets = vec![target(place, "", Line::Feed(None))];
        match (plan(&sight, wish()), expected) {
            (Ok(plan), Ok(text)) => assert_eq!(plan.items.last().unwrap().after, text, "{place}"),
            (Err(error), Err(words)) => assert!(error.to_string().contains(words), "{error}"),
            (got, _) => panic!("{place}: {got:?}"),
        }
    }
}

#[test]
fn what_cannot_be_done_writes_nothing() {
    let mut zola = sight(Generator::Zola);
    zola.targets = vec![target("templates/index.html", "a\n", Line::Feed(Some(9)))];
    assert!(matches!(plan(&zola, wish()), Err(SetupError::NoSuchLine { line: 9, .. })));
    zola.targets = vec![target("templates/index.html", "a\n", Line::Stylesheet(None))];
    assert!(matches!(plan(&zola, wish()), Err(SetupError::NoHead(_))));
    zola.targets.clear();
    zola.netlify = Some("[build".to_owned());
    assert!(matches!(plan(&zola, Wish { netlify: true, ..wish() }), Err(SetupError::BrokenNetlify)));
    let deploy = Wish { github: Some(Way::Deploy), ..wish() };
    assert!(matches!(plan(&sight(Generator::Hugo), deploy), Err(SetupError::OnlyForZola("Hugo"))));
}

#[test]
fn what_is_left_is_only_what_is_missing() {
    let mut zola = sight(Generator::Zola);
    zola.files = vec![OwnFile { ends_head: true, ..own_file("templates/base.html") }];
    let left = plan(&zola, wish()).unwrap().left;
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(left[1].contains("--style-in templates/base.html"), "{left:?}");
    zola.files[0].asks = true;
    zola.files.push(OwnFile { shows: true, ..own_file("templates/index.html") });
    assert!(plan(&zola, wish()).unwrap().left.is_empty());
    let eleventy = plan(&sight(Generator::Eleventy), wish()).unwrap().left;
    assert!(eleventy.iter().any(|step| step.contains("addPassthroughCopy")), "{eleventy:?}");
    let plugin = "c.addPlugin(eleventyImageTransformPlugin)".to_owned();
    let eleventy = plan(&Sight { configuration: plugin, ..sight(Generator::Eleventy) }, wish()).unwrap().left;
    assert!(eleventy.iter().any(|step| step.contains("instagram_ignore")), "{eleventy:?}");
    zola.package = Some("{}".to_owned());
    zola.zola = Some((0, 22));
    let netlify = plan(&zola, Wish { netlify: true, ..wish() }).unwrap();
    assert!(netlify.left[0].contains("npm install"), "{:?}", netlify.left);
    // What is in the file stays in it.
    zola.netlify = Some("[build]\ncommand = \"zola build\"\n".to_owned());
    let toml = &plan(&zola, Wish { netlify: true, ..wish() }).unwrap().items.pop().unwrap();
    assert!(toml.after.starts_with("[build]\ncommand = \"zola build\"\n\n[[plugins]]"), "{}", toml.after);
    assert_eq!(toml.action, Action::Add);
}

/// The file with the line in it, or why it gets none.
fn with_feed(sight: &mut Sight, place: &str, text: &str) -> Result<String, SetupError> {
    sight.targets = vec![target(place, text, Line::Feed(None))];
    plan(sight, wish()).map(|plan| plan.items.last().unwrap().after.clone())
}

#[test]
fn what_is_commented_out_is_not_there_and_what_was_added_is() {
    let include = |generator: Generator| generator.layout().include;
    let zola = include(Generator::Zola);
    let table = [
        (
            Generator::Zola,
            "a.html",
            format!("<!-- {zola} -->\n<main>\n</main>\n"),
            format!("<!-- {zola} -->\n<main>\n{zola}\n</main>\n"),
        ),
        (Generator::Zola, "a.html", "<main>\r\n</main>".to_owned(), format!("<main>\r\n{zola}\r\n</main>\r\n")),
        (
            Generator::Hugo,
            "content/a.html",
            "<main>\n  <p>a</p>\n</main>".to_owned(),
            "<main>\n  <p>a</p>\n</main>\n{{< feedbake >}}\n".to_owned(),
        ),
        (
            Generator::Jekyll,
            "_includes/a.MARKDOWN",
            "```\n<main>\n</main>\n```\n".to_owned(),
            "```\n<main>\n</main>\n```\n\n{% include instagram.html %}\n".to_owned(),
        ),
        (Generator::Hugo, "a.md", "- a\r\n- b".to_owned(), "- a\r\n- b\r\n\r\n{{< feedbake >}}\r\n".to_owned()),
        (
            Generator::Astro,
            "src/pages/a.astro",
            "---\nimport Feed from \"../components/Instagram.astro\";\n---\n<main>\n</main>\n".to_owned(),
            "---\nimport Feed from \"../components/Instagram.astro\";\n---\n<main>\n<Feed />\n</main>\n".to_owned(),
        ),
        (
            Generator::Astro,
            "src/pages/a.mdx",
            "# A".to_owned(),
            "import Instagram from \"../components/Instagram.astro\";\n\n# A\n\n<Instagram />\n".to_owned(),
        ),
    ];
    for (generator, place, text, expected) in table {
        let mut sight = sight(generator);
        assert_eq!(with_feed(&mut sight, place, &text).as_ref(), Ok(&expected));
        assert_eq!(with_feed(&mut sight, place, &expected).as_ref(), Ok(&expected));
    }
    let mut html = sight(Generator::Html);
    let link = html.generator.layout().stylesheet;
    html.targets = vec![target("a.html", &format!("<!-- {link} --><head></head>"), Line::Stylesheet(None))];
    assert!(plan(&html, wish()).unwrap().items.last().unwrap().after.ends_with(&format!("<head>\n{link}\n</head>")));
}

#[test]
fn a_line_that_nobody_would_read_is_not_written() {
    for (generator, place, text) in [
        (Generator::Zola, "a.html", "<p>\n<!-- <p>\n"),
        (Generator::Jekyll, "a.md", "---\n---\n{% comment %}\n"),
        (Generator::Jekyll, "a.md", "---\n---\n{% raw %}\n"),
        (Generator::Hugo, "a.md", "# A\n```\n"),
    ] {
        let refused = with_feed(&mut sight(generator), place, text);
        assert!(matches!(refused, Err(SetupError::Unread { .. })), "{text}");
    }
}

#[test]
fn lines_that_were_named_by_their_numbers_go_there_and_are_told_where_they_are_then() {
    let (feed, style) = ("{% include \"partials/instagram.html\" %}", Generator::Zola.layout().stylesheet);
    let page = "<head>\n</head>\n<body>\n{% for a in b %}\n<p>\n{% endfor %}\n</body>\n";
    for (feed_at, style_at, expected, what) in [
        (
            Some(5),
            Some(2),
            format!("<head>\n{style}\n</head>\n<body>\n{{% for a in b %}}\n{feed}\n<p>\n{{% endfor %}}\n</body>\n"),
            format!("line 6: `{feed}`, inside the `{{% for a in b %}}` of line 5; line 2: the stylesheet"),
        ),
        (
            Some(7),
            None,
            page.replace("</head>", &format!("{style}\n</head>")).replace("</body>", &format!("{feed}\n</body>")),
            format!("line 8: `{feed}`; line 2: the stylesheet"),
        ),
        (
            None,
            Some(6),
            page.replace("{% endfor %}", &format!("{style}\n{{% endfor %}}"))
                .replace("</body>", &format!("{feed}\n</body>")),
            format!("line 6: the stylesheet, inside the `{{% for a in b %}}` of line 4; line 8: `{feed}`"),
        ),
    ] {
        let mut zola = sight(Generator::Zola);
        zola.targets =
            vec![target("a.html", page, Line::Feed(feed_at)), target("a.html", page, Line::Stylesheet(style_at))];
        let plan = plan(&zola, wish()).unwrap();
        let item = plan.items.last().unwrap();
        assert_eq!((&item.after, &item.what), (&expected, &what));
    }
    // The import of a component goes above both, and moves no number.
    let page = "---\nlet a;\n---\n<html>\n<head>\n</head>\n<body>\n{a.map((b) => (\n<p>\n</p>\n))}\n</body>\n</html>\n";
    let mut astro = sight(Generator::Astro);
    let place = "src/pages/a.astro";
    astro.targets = vec![target(place, page, Line::Feed(Some(10))), target(place, page, Line::Stylesheet(Some(6)))];
    let plan = plan(&astro, wish()).unwrap();
    let item = plan.items.last().unwrap();
    let line = |number: usize| item.after.lines().nth(number - 1).unwrap();
    assert_eq!((line(7), line(12)), (Generator::Astro.layout().stylesheet, "<Instagram />"), "{}", item.after);
    assert_eq!(
        item.what,
        "line 12: `<Instagram />`, and its import, inside the `{a.map((b) => (` of line 10; line 7: the stylesheet"
    );
}

#[test]
fn a_line_that_was_named_where_nobody_would_read_it_is_refused() {
    for (generator, place, text, line) in [
        (Generator::Zola, "a.html", "{# a\n#}\n", Line::Feed(Some(2))),
        (Generator::Zola, "a.html", "<style>\n</style>\n", Line::Stylesheet(Some(2))),
        (Generator::Jekyll, "a.md", "---\n---\n```\n```\n", Line::Feed(Some(4))),
        (Generator::Astro, "src/pages/a.astro", "---\nlet a;\n---\n<p>\n", Line::Feed(Some(2))),
    ] {
        let mut sight = sight(generator);
        sight.targets = vec![target(place, text, line)];
        let refused = plan(&sight, wish()).unwrap_err();
        assert!(matches!(refused, SetupError::NotInPage { .. }), "{text}: {refused}");
    }
    let mut zola = sight(Generator::Zola);
    for line in [None, Some(1)] {
        zola.targets = vec![target("content/a.md", "# A\n", Line::Stylesheet(line))];
        assert!(matches!(plan(&zola, wish()), Err(SetupError::ContentHasNoHead(_))));
    }
}

#[test]
fn a_text_cut_anywhere_gets_its_line_or_is_refused() {
    let whole = "---\nimport Ü from './Footer.astro';\n---\n<html>{% extends ü %}{% block head %}<head a='ü\n>\n</head>{% endblock %}\n<?php if (ü) { ?>\n{{ define \"ü\" }}{ü && <p>ü\n</p>}<!-- ü\n-->{{ end }}{% if ü %}{% include ü_footer %}\n{% endif %}<footer>ü</footer><?php } include 'footer.php'; ?>\n```ü\n<Ü />{{ partial `footer` . }}";
    let places = [
        (Generator::Zola, "templates/partials/head.html"),
        (Generator::Hugo, "layouts/partials/head.html"),
        (Generator::Eleventy, "a.njk"),
        (Generator::Jekyll, "_includes/a.md"),
        (Generator::Astro, "src/components/Head.astro"),
        (Generator::Html, "a.php"),
    ];
    let lines = [Line::Feed(None), Line::Stylesheet(None), Line::Feed(Some(5)), Line::Stylesheet(Some(2))];
    for (generator, place) in places {
        let sight = sight(generator);
        for (cut, _) in whole.char_indices() {
            for (text, line) in
                [&whole[..cut], &whole[cut..]].into_iter().flat_map(|text| lines.map(|line| (text, line)))
            {
                if let Ok((new, _)) = lines::with_lines(&sight, &[target(place, text, line)]) {
                    assert!(new.len() >= text.len(), "{text}");
                }
            }
        }
    }
}

#[test]
fn a_file_that_jekyll_copies_gets_no_line() {
    let optional = "plugins: [jekyll-optional-front-matter]";
    for (place, text, configuration, is_read) in [
        ("index.html", "<main></main>", "", false),
        ("a/b.md", "# A\n\n---\n", "", false),
        ("a/b.md", "# A\n", optional, true),
        ("index.html", "<main></main>", optional, false),
        ("index.html", "---\n---\n<main></main>", "", true),
        ("index.html", "\u{feff}--- \r\ntitle: a\r\n---\r\n", "", true),
        ("index.html", "----\n", "", false),
        ("_layouts/default.html", "<main></main>", "", true),
        ("_includes/a/foot.html", "<p>", "", true),
    ] {
        let mut sight = sight(Generator::Jekyll);
        sight.configuration = configuration.to_owned();
        match with_feed(&mut sight, place, text) {
            Ok(_) => assert!(is_read, "{place}: {text}"),
            Err(error) => assert!(!is_read && error.to_string().contains("front matter"), "{place}: {error}"),
        }
    }
}

#[test]
fn the_engine_of_eleventy_is_read_as_it_is_set() {
    for (configuration, is_nunjucks) in [
        ("return { markdownTemplateEngine: \"njk\" }", true),
        ("return { markdownTemplateEngine:\n    'njk' }", true),
        ("return { \"markdownTemplateEngine\" : `njk` }", true),
        ("config.markdownTemplateEngine\n  = 'njk'", true),
        ("config[\"markdownTemplateEngine\"] = 'njk'", true),
        ("// markdownTemplateEngine: 'njk'", false),
        ("/*\n markdownTemplateEngine: 'njk'\n*/", false),
        ("markdownTemplateEngine: 'liquid', // not njk", false),
        ("markdownTemplateEngine: 'liquid', htmlTemplateEngine: 'njk'", false),
        ("templateFormats: ['md', 'njk']", false),
    ] {
        let mut sight = sight(Generator::Eleventy);
        sight.configuration = configuration.to_owned();
        assert_eq!(with_feed(&mut sight, "a.md", "").is_ok(), is_nunjucks, "{configuration}");
    }
}

#[test]
fn lines_that_are_added_end_as_the_others_do() {
    let mut zola = sight(Generator::Zola);
    for (gitignore, expected) in
        [("public", "public\n.env\n"), ("a\r\npublic", "a\r\npublic\r\n.env\r\n"), ("", ".env\n")]
    {
        zola.gitignore = Some(gitignore.to_owned());
        let items = plan(&zola, wish()).unwrap().items;
        assert_eq!(items.iter().find(|item| item.place.as_str() == ".gitignore").unwrap().after, expected);
    }
    // Two lines at once, where npm will install beside the settings; and none that git knows already.
    let lines = |is_dot_env_ignored, are_modules_ignored| {
        let known = Sight { is_dot_env_ignored, are_modules_ignored, ..sight(Generator::Zola) };
        let items = plan(&known, Wish { netlify: true, ..wish() }).unwrap().items;
        items.into_iter().find(|item| item.place.as_str() == ".gitignore").map(|item| item.after)
    };
    assert_eq!(lines(false, false).as_deref(), Some(".env\nnode_modules/\n"));
    assert_eq!(lines(true, false).as_deref(), Some("node_modules/\n"));
    assert_eq!(lines(false, true).as_deref(), Some(".env\n"));
    assert_eq!(lines(true, true), None);
    zola.package = Some("{}".to_owned());
    for (netlify, expected) in [
        ("", "[[plugins]]\npackage = \"netlify-plugin-feedbake\"\n"),
        (" \n\n", "[[plugins]]\npackage = \"netlify-plugin-feedbake\"\n"),
        ("[build]\r\n", "[build]\r\n\r\n[[plugins]]\r\npackage = \"netlify-plugin-feedbake\"\r\n"),
    ] {
        zola.netlify = Some(netlify.to_owned());
        let items = plan(&zola, Wish { netlify: true, ..wish() }).unwrap().items;
        assert_eq!(items.last().unwrap().after, expected);
    }
}

#[test]
fn a_server_finds_the_feed_below_the_address_of_the_site() {
    for (base_path, address) in [
        ("/", "/feedbake/instagram.html"),
        ("/photos/", "/photos/feedbake/instagram.html"),
        ("https://example.org/a/", "/a/feedbake/instagram.html"),
        ("https://example.org/", "/feedbake/instagram.html"),
        ("", "/feedbake/instagram.html"),
    ] {
        let mut html = Sight { base_path: base_path.to_owned(), ..sight(Generator::Html) };
        let page = with_feed(&mut html, "a/b.html", "<main>\n</main>\n").unwrap();
        assert_eq!(page, format!("<main>\n<!--#include virtual=\"{address}\" -->\n</main>\n"), "{base_path}");
    }
}

#[test]
fn a_page_in_a_folder_asks_for_the_stylesheet_from_there() {
    let page = "<html>\n<head>\n</head>\n<body></body></html>\n";
    for (place, address) in
        [("about.html", "\"feedbake/feedbake.css\""), ("a/b/c.html", "\"../../feedbake/feedbake.css\"")]
    {
        let sight = Sight { targets: vec![target(place, page, Line::Stylesheet(None))], ..sight(Generator::Html) };
        let plan = plan(&sight, wish()).unwrap();
        let item = plan.items.iter().find(|item| item.place.as_str() == place).unwrap();
        assert!(item.after.contains(&format!("href={address}")), "{}", item.after);
    }
    // A part of pages is asked for in many places.
    let mut html = Sight { base_path: "/a/".to_owned(), ..sight(Generator::Html) };
    html.targets = vec![target("parts/head.php", "<meta>\n", Line::Stylesheet(None))];
    let after = &plan(&html, wish()).unwrap().items.pop().unwrap().after;
    assert_eq!(after, "<meta>\n<link rel=\"stylesheet\" href=\"/a/feedbake/feedbake.css\">\n");
}

#[test]
fn a_file_that_has_the_name_of_the_partial_gets_room_and_no_line() {
    let rival =
        |ours: &'static str, place: &str, whose: Whose| Rival { ours, place: SitePath::new(place).unwrap(), whose };
    let zola = Generator::Zola.layout().partial().place;
    let hugo = Generator::Hugo.layout().partial().place;
    for (generator, rival, words) in [
        (
            Generator::Zola,
            rival(zola, "themes/x/templates/partials/instagram.html", Whose::Theme),
            "`{% include \"partials/instagram-feed.html\" %}` into a template: docs/generators/zola.md",
        ),
        (
            Generator::Hugo,
            rival(hugo, "themes/x/layouts/_partials/instagram.html", Whose::Theme),
            "the partial of the example to layouts/partials/instagram-feed.html, its stylesheet to static/feedbake.css",
        ),
        (
            Generator::Hugo,
            rival(hugo, "layouts/_partials/instagram.html", Whose::Site),
            "Hugo takes it instead of layouts/partials/instagram.html; give it another name",
        ),
    ] {
        let mut sight = Sight { rivals: vec![rival.clone()], ..sight(generator) };
        let plan = super::plan(&sight, wish()).unwrap();
        let layout = generator.layout();
        assert!(!plan.items.iter().any(|item| item.place.as_str() == layout.partial().place), "{:?}", actions(&plan));
        assert!(plan.items.iter().any(|item| item.place.as_str() == layout.stylesheet_file().place));
        assert!(plan.left[0].contains("make room for the partial") && plan.left[0].contains(words), "{:?}", plan.left);
        assert!(!plan.left.iter().any(|step| step.contains("show the feed")), "{:?}", plan.left);
        let refused = with_feed(&mut sight, "layouts/a.html", "<main>\n</main>\n").unwrap_err();
        assert_eq!(refused, SetupError::InTheWay { rival: rival.place.to_string() });
    }
    // A partial under another name is called by that.
    let own_partial = Some("partials/instagram-feed.html".to_owned());
    let own = Sight { own_partial, ..sight(Generator::Zola) };
    let left = plan(&own, Wish { templates: false, ..wish() }).unwrap().left;
    assert!(left[0].contains("`{% include \"partials/instagram-feed.html\" %}` into a template"), "{left:?}");
}

#[test]
fn a_file_of_another_repository_gets_no_line_and_one_of_a_theme_a_word() {
    let place = "themes/x/templates/base.html";
    let page = "<head>\n</head>\n";
    let mut zola = Sight { targets: vec![target(place, page, Line::Stylesheet(None))], ..sight(Generator::Zola) };
    let left = plan(&zola, wish()).unwrap().left;
    assert!(left.iter().any(|step| step.contains("a copy at templates/base.html is yours")), "{left:?}");
    zola.borrowed = vec!["themes/x".to_owned()];
    match plan(&zola, wish()).unwrap_err() {
        SetupError::Borrowed { folder, copy, .. } => {
            assert_eq!((folder.as_str(), copy.as_deref()), ("themes/x", Some("templates/base.html")));
        }
        error => panic!("{error}"),
    }
}

#[test]
fn pages_of_php_need_no_server_that_includes() {
    let step = |sight: &Sight, wish: Wish| {
        plan(sight, wish).unwrap().left.iter().any(|step| step.contains("server-side includes"))
    };
    let shown_by = |place: &str| vec![OwnFile { shows: true, ..own_file(place) }];
    for (files, netlify, expected) in [
        (vec![], false, true),
        (shown_by("index.html"), false, true),
        (shown_by("index.php"), false, false),
        (shown_by("index.html"), true, false),
    ] {
        let sight = Sight { files, ..sight(Generator::Html) };
        assert_eq!(step(&sight, Wish { netlify, ..wish() }), expected, "{:?}", sight.files);
    }
    let php = Sight { targets: vec![target("a.php", "<main>\n</main>\n", Line::Feed(None))], ..sight(Generator::Html) };
    assert!(!step(&php, wish()));
}

#[test]
fn what_stands_in_the_way_or_is_left_over_is_named() {
    let mut zola = sight(Generator::Zola);
    zola.foreign_data = vec!["data/instagram.json".to_owned()];
    zola.netlify = Some("[[plugins]]\npackage = \"netlify-plugin-add-instagram\"\n".to_owned());
    let left = plan(&zola, wish()).unwrap().left;
    assert!(
        left[0].contains("data/instagram.json is a file of your own") && left[0].contains("move it away"),
        "{left:?}"
    );
    assert!(left[1].contains("let go of netlify-plugin-add-instagram"), "{left:?}");
    // The other workflow is not one that somebody edited.
    zola.workflow = Some(workflow::text(Way::Commit, Fit::default()));
    let deploy = Wish { github: Some(Way::Deploy), ..wish() };
    assert_eq!(plan(&zola, deploy).unwrap().items.last().unwrap().action, Action::Other);
    let forced = plan(&zola, Wish { replace: Replace::Edited, ..deploy }).unwrap();
    assert_eq!(forced.items.last().unwrap().action, Action::Replace);
    assert!(forced.left.iter().any(|step| step.contains("feedbake.yml has `tool: zola@0.23.4`")), "{:?}", forced.left);
}

#[test]
fn a_site_of_liquid_alone_is_told_how_a_page_gets_the_feed() {
    let mut eleventy = sight(Generator::Eleventy);
    let step = |sight: &Sight| plan(sight, wish()).unwrap().left.remove(0);
    assert!(step(&eleventy).contains("templateEngineOverride: njk"), "{}", step(&eleventy));
    eleventy.files = vec![OwnFile { is_nunjucks: true, ..own_file("index.njk") }];
    assert!(!step(&eleventy).contains("templateEngineOverride"), "{}", step(&eleventy));
}
