//! The lines that `init` puts into files of the user's: which, and what is in the file with them. Pure.

use std::borrow::Cow;

use super::insert::{Page, Spot, ended, insert};
use super::{Line, SetupError, Sight, Target, component, has_ending, is_markdown, looks};
use crate::files::SitePath;
use crate::site::Generator;
use crate::site::markup::without_script_comments;

/// The text with the line in it, and the line in words.
///
/// # Errors
/// [`SetupError`] where the line does not belong into the file, or its place is not known.
pub fn with_line(sight: &Sight, target: &Target) -> Result<(String, String), SetupError> {
    if is_copied(sight, target) {
        let why = "Jekyll copies a file without front matter as it is: put two lines `---` at its top".to_owned();
        return Err(SetupError::CannotShow { place: target.place.clone(), why });
    }
    match target.line {
        Line::Stylesheet => with_stylesheet(sight, target),
        Line::Feed(number) => with_feed(sight, target, number),
    }
}

/// Whether Jekyll reads no template in the file.
///
/// Source: Jekyll, `Utils.has_yaml_header?`, and jekyll-optional-front-matter, which does without in Markdown.
fn is_copied(sight: &Sight, target: &Target) -> bool {
    let place = &target.place;
    let is_part = ["_includes", "_layouts"].iter().any(|folder| place.below(folder).is_some());
    let is_read = is_markdown(place) && sight.configuration.contains("jekyll-optional-front-matter");
    let first = target.text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default();
    sight.generator == Generator::Jekyll && !is_part && !is_read && first.trim_end() != "---"
}

fn with_stylesheet(sight: &Sight, target: &Target) -> Result<(String, String), SetupError> {
    if sight.generator.asks_for_the_stylesheet(&target.text) {
        return Ok((target.text.clone(), "asks for the stylesheet already".to_owned()));
    }
    let page = Page { place: &target.place, text: &target.text, generator: sight.generator };
    let (text, line) = insert(page, &stylesheet_line(sight, &target.place), Spot::Head)?;
    // An import at the top will move it.
    let is_moved = sight.generator == Generator::Astro;
    Ok((text, if is_moved { "the stylesheet".to_owned() } else { format!("line {line}: the stylesheet") }))
}

/// The line that asks for the stylesheet in a file at `place`. Nothing builds a page of plain HTML, so it is asked for
/// from where the page lies.
fn stylesheet_line(sight: &Sight, place: &SitePath) -> String {
    let line = looks::line(sight);
    match sight.generator {
        Generator::Html => {
            let up = "../".repeat(place.as_str().matches('/').count());
            line.replace("href=\"", &format!("href=\"{up}"))
        }
        _ => line,
    }
}

fn with_feed(sight: &Sight, target: &Target, number: Option<usize>) -> Result<(String, String), SetupError> {
    let (generator, place) = (sight.generator, &target.place);
    let component = generator.layout().partial().place;
    let words = feed_line(sight, place)?;
    let name = match generator {
        Generator::Astro => component::name_in(&target.text, place, component)?,
        _ => None,
    };
    if generator.shows_the_feed(&target.text) {
        return Ok((target.text.clone(), "shows the feed already".to_owned()));
    }
    let words = name.as_ref().map_or(words, |name| Cow::from(format!("<{name} />")));
    let whole = ended(&target.text);
    let spot = match number {
        Some(number) => Spot::Line(number),
        // What a closing tag is in content, only its own language knows: an example in Markdown may have one.
        None if is_content(generator, place) => Spot::Line(whole.lines().count() + 1),
        None => Spot::Content,
    };
    let (text, line) = insert(Page { place, text: &whole, generator }, &words, spot)?;
    let needs_import = generator == Generator::Astro && name.is_none();
    let text = if needs_import { component::import_into(&text, place, component) } else { text };
    // Who names a line knows what is around it.
    if number.is_none() && !generator.shows_the_feed(&text) {
        return Err(SetupError::Unread { place: place.clone() });
    }
    let what = if needs_import { format!("`{words}`, and its import") } else { format!("line {line}: `{words}`") };
    Ok((text, what))
}

/// The line that shows the feed in a file at `place`.
fn feed_line(sight: &Sight, place: &SitePath) -> Result<Cow<'static, str>, SetupError> {
    let include = sight.generator.layout().include;
    let refuse = |why: &str| Err(SetupError::CannotShow { place: place.clone(), why: why.to_owned() });
    match (sight.generator, is_content(sight.generator, place)) {
        (Generator::Zola, true) => match sight.zola {
            Some(version) if version < (0, 23) => Ok("{{ instagram() }}".into()),
            Some(_) => Ok(include.into()),
            None => refuse(
                "which Zola builds the site is not known, and they differ in Markdown: put `{{ instagram() }}` there yourself for Zola up to 0.22, or the include from 0.23 on",
            ),
        },
        (Generator::Hugo, true) => Ok("{{< feedbake >}}".into()),
        (Generator::Eleventy, is_markdown) => {
            let engine = if is_markdown { "markdownTemplateEngine" } else { "htmlTemplateEngine" };
            if has_ending(place, ".njk") || says_nunjucks(&sight.configuration, engine) {
                return Ok(include.into());
            }
            refuse("Eleventy reads it with Liquid, and the partial is Nunjucks: name a file that ends in .njk")
        }
        (Generator::Astro, _) if !place.as_str().ends_with(".astro") && !place.as_str().ends_with(".mdx") => {
            refuse("a component goes into a file that ends in .astro or .mdx")
        }
        // PHP starts from the folder of the page that was asked for, and the line may stand in a part of that.
        (Generator::Html, _) if has_ending(place, ".php") => {
            let up = "/..".repeat(place.as_str().matches('/').count());
            Ok(format!("<?php readfile(__DIR__ . \"{up}/feedbake/instagram.html\"); ?>").into())
        }
        _ => Ok(include_line(sight)),
    }
}

/// The line that shows the feed in a template of the site.
pub fn include_line(sight: &Sight) -> Cow<'static, str> {
    let include = sight.generator.layout().include;
    match sight.generator {
        Generator::Html => include.replace("virtual=\"/", &format!("virtual=\"{}", path_of(&sight.base_path))).into(),
        _ => include.into(),
    }
}

/// The path of an address, from the top of its server; a server includes nothing from another.
fn path_of(base: &str) -> &str {
    let behind_host = base.split_once("//").map(|(_, rest)| rest.find('/').map_or("/", |start| &rest[start..]));
    let path = behind_host.unwrap_or(base);
    if path.starts_with('/') { path } else { "/" }
}

/// Whether the file holds content, which a template puts into a page. Hugo reads no template in its own, whatever it is
/// written in.
fn is_content(generator: Generator, place: &SitePath) -> bool {
    is_markdown(place) || (generator == Generator::Hugo && place.below("content").is_some())
}

/// Whether the configuration of Eleventy sets `engine` to Nunjucks. The name may be in quotes, or in brackets as well.
fn says_nunjucks(configuration: &str, engine: &str) -> bool {
    let script = without_script_comments(configuration);
    let quotes = ['"', '\'', '`'];
    let mut values = script.split(engine).skip(1).filter_map(|rest| {
        let rest = rest.trim_start_matches(quotes).trim_start().trim_start_matches(']').trim_start();
        rest.strip_prefix([':', '='])?.trim_start().strip_prefix(quotes)
    });
    values.any(|value| value.strip_prefix("njk").is_some_and(|rest| rest.starts_with(quotes)))
}
