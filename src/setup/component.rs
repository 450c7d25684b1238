//! How a page of Astro's gets its component: the import, and the name it goes by. Pure.

use super::insert::line_end;
use super::{SetupError, is_markdown};
use crate::files::SitePath;
use crate::site::Generator;
use crate::site::markup::instructions;
use crate::site::script::{FrontMatter, imports};

const NAME: &str = "Instagram";

/// The name by which a page at `place` has imported `component`; `None` where it has not.
///
/// # Errors
/// [`SetupError`] where an import of it cannot be added.
pub fn name_in(text: &str, place: &SitePath, component: &str) -> Result<Option<String>, SetupError> {
    let text = instructions(text, Generator::Astro);
    let script = match FrontMatter::of(&text) {
        // In Markdown they stand where they like.
        _ if is_markdown(place) => text.as_str(),
        FrontMatter::Closed { script, .. } => &text[script],
        FrontMatter::Unclosed => return Err(SetupError::NoFence { place: place.clone() }),
        FrontMatter::None => "",
    };
    let imports = imports(script);
    let ours =
        imports.iter().filter(|import| leads_to(import.path, place, component)).find_map(|import| import.default);
    if ours.is_some() {
        return Ok(ours.map(str::to_owned));
    }
    match imports.iter().find(|import| import.names.contains(&NAME)) {
        None => Ok(None),
        Some(other) => Err(SetupError::TakenName { place: place.clone(), path: other.path.to_owned() }),
    }
}

/// Where the component is from that goes by `name`, as its import says it. The text has no comments.
pub fn path_of<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let FrontMatter::Closed { script, .. } = FrontMatter::of(text) else { return None };
    imports(&text[script]).into_iter().find(|import| import.default == Some(name)).map(|import| import.path)
}

/// Whether an import from `path` in a file at `place` is one of `component`.
fn leads_to(path: &str, place: &SitePath, component: &str) -> bool {
    if !path.starts_with('.') {
        // From the top of the site, or through a word of the user's for one of its folders.
        let from_top = path.strip_prefix('/').unwrap_or(path);
        let in_folder = component.rsplit('/').take(2).collect::<Vec<_>>();
        return from_top == component || path.rsplit('/').take(2).collect::<Vec<_>>() == in_folder;
    }
    let mut parts: Vec<&str> = place.folder().split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/") == component
}

/// Puts the import of Astro's component into a file at `place`, which uses it.
pub fn import_into(text: &str, place: &SitePath, component: &str) -> String {
    let line = format!("import {NAME} from \"{}\";", relative(place, component));
    let end = line_end(text);
    match (FrontMatter::of(text), is_markdown(place)) {
        (FrontMatter::Closed { script, .. }, false) => {
            format!("{}{line}{end}{}", &text[..script.end], &text[script.end..])
        }
        // An import that touches what stands below it takes that for a part of itself.
        (FrontMatter::Closed { end: after, .. }, true) => {
            let (before, rest) = text.split_at(after);
            let ending = if before.ends_with('\n') { "" } else { end };
            let gap = if rest.lines().next().is_none_or(|line| line.trim().is_empty()) { "" } else { end };
            format!("{before}{ending}{end}{line}{end}{gap}{rest}")
        }
        (_, is_markdown) => {
            let rest = text.trim_start_matches('\u{feff}');
            let mark = &text[..text.len() - rest.len()];
            match is_markdown {
                true => format!("{mark}{line}{end}{end}{rest}"),
                false => format!("{mark}---{end}{line}{end}---{end}{rest}"),
            }
        }
    }
}

/// The way from the folder of `from` to `to`, as an import wants it.
fn relative(from: &SitePath, to: &str) -> String {
    let folder: Vec<&str> = from.folder().split('/').filter(|part| !part.is_empty()).collect();
    let parts: Vec<&str> = to.split('/').collect();
    let shared = folder.iter().zip(&parts).take_while(|(left, right)| left == right).count();
    let up = match folder.len() - shared {
        0 => "./".to_owned(),
        steps => "../".repeat(steps),
    };
    format!("{up}{}", parts[shared..].join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_finds_its_way() {
        let table = [
            (
                "src/pages/index.astro",
                "---\nlet x;\n---\n<p>",
                "---\nlet x;\nimport Instagram from \"../components/Instagram.astro\";\n---\n<p>",
            ),
            (
                "src/pages/a/b.astro",
                "<p>",
                "---\nimport Instagram from \"../../components/Instagram.astro\";\n---\n<p>",
            ),
            ("src/components/Foot.astro", "<p>", "---\nimport Instagram from \"./Instagram.astro\";\n---\n<p>"),
            (
                "src/pages/x.mdx",
                "---\ntitle: x\n---\n# x",
                "---\ntitle: x\n---\n\nimport Instagram from \"../components/Instagram.astro\";\n\n# x",
            ),
            (
                "src/pages/x.mdx",
                "---\r\ntitle: x\r\n---",
                "---\r\ntitle: x\r\n---\r\n\r\nimport Instagram from \"../components/Instagram.astro\";\r\n",
            ),
            // Before the front matter, and what looks like its end.
            (
                "src/pages/x.astro",
                "\u{feff}\n<!-- x -->\n---\n// ---\n/*\n * ---\n */\n--- \n<p>",
                "\u{feff}\n<!-- x -->\n---\n// ---\n/*\n * ---\n */\nimport Instagram from \"../components/Instagram.astro\";\n--- \n<p>",
            ),
            (
                "src/pages/x.astro",
                "\u{feff}<p>",
                "\u{feff}---\nimport Instagram from \"../components/Instagram.astro\";\n---\n<p>",
            ),
        ];
        for (place, text, expected) in table {
            let place = SitePath::new(place).unwrap();
            assert_eq!(import_into(text, &place, "src/components/Instagram.astro"), expected);
        }
    }

    #[test]
    fn a_name_that_is_taken_is_told_from_one_that_is_ours() {
        type Row = (&'static str, &'static str, Result<Option<&'static str>, &'static str>);
        let table: [Row; 13] = [
            ("src/pages/a.astro", "<p>", Ok(None)),
            (
                "src/pages/a.astro",
                "---\nimport Instagram from \"../components/Instagram.astro\";\n---\n",
                Ok(Some("Instagram")),
            ),
            (
                "src/pages/b/a.astro",
                "---\nimport Feed from '../../components/Instagram.astro'\n---\n",
                Ok(Some("Feed")),
            ),
            ("src/components/a.astro", "---\nimport Instagram from './Instagram.astro'\n---\n", Ok(Some("Instagram"))),
            (
                "src/pages/a.astro",
                "---\nimport Instagram from '@/components/Instagram.astro'\n---\n",
                Ok(Some("Instagram")),
            ),
            (
                "src/pages/a.astro",
                "---\nimport Instagram from '/src/components/Instagram.astro'\n---\n",
                Ok(Some("Instagram")),
            ),
            (
                "src/pages/a.astro",
                "---\nimport Instagram from '../widgets/Instagram.astro'\n---\n",
                Err("\"../widgets/Instagram.astro\""),
            ),
            ("src/pages/a.astro", "---\nimport { X, Instagram } from 'icons'\n---\n", Err("\"icons\"")),
            ("src/pages/a.astro", "---\n// import { Instagram } from 'icons'\n---\n", Ok(None)),
            ("src/pages/a.astro", "---\nimport { Instagram as Icon } from 'icons'\n---\n", Ok(None)),
            ("src/pages/a.mdx", "---\ntitle: x\n---\n\nimport Instagram from 'icons'\n", Err("\"icons\"")),
            ("src/pages/a.mdx", "---\n", Ok(None)),
            ("src/pages/a.astro", "---\nlet a;\n", Err("no line `---`")),
        ];
        for (place, text, expected) in table {
            let name = name_in(text, &SitePath::new(place).unwrap(), "src/components/Instagram.astro");
            match (name, expected) {
                (Ok(name), Ok(expected)) => assert_eq!(name.as_deref(), expected, "{text}"),
                (Err(error), Err(words)) => assert!(error.to_string().contains(words), "{error}"),
                (name, _) => panic!("{text}: {name:?}"),
            }
        }
    }
}
