//! The lines that `init` puts into files of the user's: which, and what is in the file with them. Pure.

use std::borrow::Cow;
use std::cmp::Reverse;

use super::insert::{Page, Spot, ended, insert};
use super::named::around;
use super::{Line, SetupError, Sight, Target, component, has_ending, is_markdown, looks};
use crate::files::SitePath;
use crate::site::elements::element_tags;
use crate::site::markup::markup;
use crate::site::{Generator, reads_nunjucks};

/// A line that was put into a file, in words.
struct Said {
    /// Where it is now, counted from 1; `None` where nothing was put there.
    line: Option<usize>,
    words: String,
    /// What decides whether it is shown or how often, and the line of that.
    inside: Option<(String, usize)>,
}

impl Said {
    /// Something else is put into the text above.
    fn follow(&mut self, before: &str, after: &str) {
        let same = before.lines().zip(after.lines()).take_while(|(before, after)| before == after).count();
        let more = after.lines().count() - before.lines().count();
        let lines = self.line.iter_mut().chain(self.inside.iter_mut().map(|(_, line)| line));
        lines.filter(|line| **line > same).for_each(|line| *line += more);
    }
}

impl std::fmt::Display for Said {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(line) = self.line {
            write!(formatter, "line {line}: ")?;
        }
        write!(formatter, "{}", self.words)?;
        match &self.inside {
            Some((tag, line)) => write!(formatter, ", inside the `{tag}` of line {line}"),
            None => Ok(()),
        }
    }
}

/// A text that got a line.
struct Changed {
    text: String,
    said: Said,
    /// Whether it uses a component of Astro's that it has yet to import.
    needs_import: bool,
}

/// The text of a file with every line in it that it shall get, and these in words. All targets are that file.
///
/// # Errors
/// [`SetupError`] where a line does not belong into the file, or its place is not known.
pub fn with_lines(sight: &Sight, targets: &[Target]) -> Result<(String, String), SetupError> {
    let mut targets: Vec<&Target> = targets.iter().collect();
    // What was named by its number goes first and from the end on, while the numbers are still those of the file.
    targets.sort_by_key(|target| match target.line {
        Line::Feed(Some(number)) | Line::Stylesheet(Some(number)) => (0, Reverse(number)),
        Line::Stylesheet(None) => (1, Reverse(0)),
        Line::Feed(None) => (2, Reverse(0)),
    });
    let mut text = targets.first().map_or_else(String::new, |target| target.text.clone());
    let mut said: Vec<Said> = Vec::new();
    let mut importer = None;
    for target in targets {
        let changed = with_line(sight, &Target { text: text.clone(), ..target.clone() })?;
        follow(&mut said, &mut text, changed.text);
        said.push(changed.said);
        importer = importer.or(changed.needs_import.then_some(&target.place));
    }
    // The import goes to the top, and so comes last.
    if let Some(place) = importer {
        let component = sight.generator.layout().partial().place;
        let imported = component::import_into(&text, place, component);
        follow(&mut said, &mut text, imported);
    }
    Ok((text, said.iter().map(Said::to_string).collect::<Vec<_>>().join("; ")))
}

/// Takes a text's place; what was said of it stays right.
fn follow(said: &mut [Said], text: &mut String, new: String) {
    said.iter_mut().for_each(|said| said.follow(text, &new));
    *text = new;
}

fn with_line(sight: &Sight, target: &Target) -> Result<Changed, SetupError> {
    if is_copied(sight, target) {
        let why = "Jekyll copies a file without front matter as it is: put two lines `---` at its top".to_owned();
        return Err(SetupError::CannotShow { place: target.place.clone(), why });
    }
    match target.line {
        Line::Stylesheet(number) => with_stylesheet(sight, target, number),
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

fn with_stylesheet(sight: &Sight, target: &Target, number: Option<usize>) -> Result<Changed, SetupError> {
    let (generator, place) = (sight.generator, &target.place);
    if generator.asks_for_the_stylesheet(&target.text) {
        return Ok(unchanged(target, "asks for the stylesheet already"));
    }
    if is_content(generator, place) {
        return Err(SetupError::ContentHasNoHead(place.clone()));
    }
    let line = stylesheet_line(sight, target);
    let (text, said) = put(generator, target, number.map_or(Spot::Head, Spot::Line), &line, "the stylesheet")?;
    match generator.asks_for_the_stylesheet(&text) {
        true => Ok(Changed { text, said, needs_import: false }),
        false => Err(unread(target)),
    }
}

/// The line that asks for the stylesheet in a file. Nothing builds a page of plain HTML, so it is asked for from where
/// the page lies; a part of pages that lie in several places asks from the top of the site.
fn stylesheet_line(sight: &Sight, target: &Target) -> String {
    let (line, place) = (looks::line(sight), &target.place);
    if sight.generator != Generator::Html {
        return line.to_owned();
    }
    let markup = markup(&target.text, Generator::Html);
    let mut tags = element_tags(&markup, Generator::Html).into_iter();
    let is_page = tags.any(|tag| ["html", "head"].iter().any(|name| tag.name(&markup).eq_ignore_ascii_case(name)));
    let start = match is_page {
        true => "../".repeat(place.as_str().matches('/').count()),
        false => path_of(&sight.base_path).to_owned(),
    };
    line.replace("href=\"", &format!("href=\"{start}"))
}

/// Puts a line into a file of the user's.
fn put(
    generator: Generator,
    target: &Target,
    spot: Spot,
    line: &str,
    words: &str,
) -> Result<(String, Said), SetupError> {
    let whole = match spot {
        Spot::Head => target.text.clone(),
        Spot::Line(_) | Spot::Content => ended(&target.text),
    };
    let page = Page { place: &target.place, text: &whole, generator };
    let inside = match spot {
        Spot::Line(number) => around(page, number, target.line).map_err(|error| match target.line {
            // The last line of content was named by nobody.
            Line::Feed(None) => unread(target),
            _ => error,
        })?,
        Spot::Head | Spot::Content => None,
    };
    let (text, number) = insert(page, line, spot)?;
    Ok((text, Said { line: Some(number), words: words.to_owned(), inside }))
}

fn unchanged(target: &Target, words: &str) -> Changed {
    let said = Said { line: None, words: words.to_owned(), inside: None };
    Changed { text: target.text.clone(), said, needs_import: false }
}

/// The generator would not see the line, for a reason that is not known.
fn unread(target: &Target) -> SetupError {
    let place = target.place.clone();
    match target.line {
        Line::Feed(Some(line)) | Line::Stylesheet(Some(line)) => {
            SetupError::NotInPage { place, line, lies: "in a comment, or in text that is shown as it is".to_owned() }
        }
        Line::Feed(None) | Line::Stylesheet(None) => SetupError::Unread { place },
    }
}

fn with_feed(sight: &Sight, target: &Target, number: Option<usize>) -> Result<Changed, SetupError> {
    let (generator, place) = (sight.generator, &target.place);
    let component = generator.layout().partial().place;
    let words = feed_line(sight, target)?;
    let name = match generator {
        Generator::Astro => component::name_in(&target.text, place, component)?,
        _ => None,
    };
    if generator.shows_the_feed(&target.text) {
        return Ok(unchanged(target, "shows the feed already"));
    }
    let words = name.as_ref().map_or(words, |name| Cow::from(format!("<{name} />")));
    let spot = match number {
        Some(number) => Spot::Line(number),
        // What a closing tag is in content, only its own language knows: an example in Markdown may have one.
        None if is_content(generator, place) => Spot::Line(target.text.lines().count() + 1),
        None => Spot::Content,
    };
    let needs_import = generator == Generator::Astro && name.is_none();
    let import = if needs_import { ", and its import" } else { "" };
    let (text, said) = put(generator, target, spot, &words, &format!("`{words}`{import}"))?;
    let imported = if needs_import { component::import_into(&text, place, component) } else { text.clone() };
    match generator.shows_the_feed(&imported) {
        true => Ok(Changed { text, said, needs_import }),
        false => Err(unread(target)),
    }
}

/// The line that shows the feed in a file.
fn feed_line(sight: &Sight, target: &Target) -> Result<Cow<'static, str>, SetupError> {
    let place = &target.place;
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
        (Generator::Eleventy, _) => {
            if reads_nunjucks(&sight.configuration, place.as_str(), &target.text) {
                return Ok(include.into());
            }
            refuse(
                "Eleventy reads it with Liquid, and the partial is Nunjucks: name a file that ends in .njk, or put `templateEngineOverride: njk` into its front matter (`njk,md` in Markdown)",
            )
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
