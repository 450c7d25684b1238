//! What is left for the owner to do, in order. Pure.

use super::themes::{copy_of, theme_of};
use super::{Action, Item, Sight, Way, Wish, lines, looks, netlify, own_in_the_way, rival_in_the_way, texts, workflow};
use crate::site::{Generator, Whose, transforms_pictures, uncopied_folders};

/// The steps that are left.
pub fn steps(sight: &Sight, wish: Wish, items: &[Item]) -> Vec<String> {
    let mut left = Vec::new();
    left.extend(room_for_the_partial(sight, wish));
    left.extend(sight.foreign_data.iter().map(|place| {
        format!("make room for the data: {place} is a file of your own, and feedbake writes over none; move it away; or set another `data_file` in feedbake.toml, and name that one where the feed is shown")
    }));
    left.extend(netlify::old_plugin_step(sight));
    left.extend(show_the_feed(sight, wish));
    left.extend(sight.unnamed_data.iter().map(|data_file| {
        let (generator, usual) = (sight.generator, sight.generator.usual_data());
        let line = generator.to_show(data_file, &sight.data_folder);
        format!(
            "say which data the feed is, where it is shown: the partial shows {usual}, and {data_file} with `{line}`"
        )
    }));
    left.extend(sight.targets.iter().filter_map(|target| {
        let place = target.place.as_str();
        let copy = copy_of(sight.generator, place)?;
        let theme = theme_of(place)?;
        Some(format!(
            "keep the line when the theme gets a new version: {place} belongs to {theme}; a copy at {copy} is yours"
        ))
    }));
    left.extend(looks::step(sight));
    if sight.generator == Generator::Html && !wish.netlify && needs_a_server(sight) {
        left.push(
            "let your server put the fragment into the page (Apache, nginx: server-side includes), or put it there when you publish: docs/generators.md, Plain HTML"
                .to_owned(),
        );
    }
    if sight.generator == Generator::Eleventy {
        let uncopied = uncopied_folders(&sight.configuration, &sight.below_project, sight.media_dir.as_str());
        left.extend(uncopied.into_iter().map(|folder| {
            format!("let Eleventy copy the pictures and the styles: put `eleventyConfig.addPassthroughCopy(\"{folder}\");` into its configuration")
        }));
    }
    if sight.generator == Generator::Eleventy && transforms_pictures(&sight.configuration) {
        left.push(
            "keep the pictures of the feed from eleventyImageTransformPlugin, which finds them on the first page alone: put `eleventyConfig.addGlobalData(\"instagram_ignore\", true);` into its configuration"
                .to_owned(),
        );
    }
    if sight.generator == Generator::Jekyll && !sight.configuration.contains(crate::config::CONFIG_FILE) {
        left.push(
            "keep the settings out of the built site: put `exclude: [feedbake.toml]` into `_config.yml`, or the name into the list that is there"
                .to_owned(),
        );
    }
    left.extend(other_generator(sight));
    if wish.github.is_some() {
        left.extend(workflow::left(
            &sight.workflow_file,
            &items.iter().map(|item| item.after.as_str()).collect::<Vec<_>>(),
        ));
    }
    left.extend(versions_of_zola(sight, wish, items));
    if wish.github.is_some() {
        left.push(
            "give GitHub the token: Settings → Secrets and variables → Actions → New repository secret, name `INSTAGRAM_ACCESS_TOKEN`"
                .to_owned(),
        );
    }
    if wish.netlify {
        left.extend(netlify::steps(sight, items));
    }
    left.extend(place_for_a_new_token(wish));
    left
}

/// Nobody has written down whether a renewal changes a token: with a key it does not matter.
fn place_for_a_new_token(wish: Wish) -> Option<String> {
    let where_to = match (wish.github, wish.netlify) {
        (None, false) => return None,
        (Some(_), false) => "a second secret",
        (None, true) => "a second variable, as secret and for the production context as the token",
        (Some(_), true) => "a second secret in each place",
    };
    Some(format!(
        "let a token that changes when it is renewed be kept: `feedbake token keygen` prints a key; make it {where_to}, name `FEEDBAKE_TOKEN_KEY`"
    ))
}

/// What to do where another file has the name of the partial.
fn room_for_the_partial(sight: &Sight, wish: Wish) -> Option<String> {
    let layout = sight.generator.layout();
    if !wish.templates {
        return None;
    }
    if let Some(own) = own_in_the_way(sight, wish) {
        return Some(format!(
            "make room for the partial: {own} is a file of your own and shows no feed; give it another name, then run init again"
        ));
    }
    let partial = layout.partial().place;
    let rival = rival_in_the_way(sight).or_else(|| sight.rivals.iter().find(|rival| rival.ours == partial))?;
    let place = &rival.place;
    Some(match rival.whose {
        Whose::Site => format!(
            "make room for the partial: {place} is a file of your own, shows no feed, and {} takes it instead of {partial}; give it another name, then run init again",
            layout.name
        ),
        Whose::Theme => format!(
            "make room for the partial: the theme has a file of that name, {place}, and one at {partial} is shown wherever the theme includes its own. Put `templates = false` into feedbake.toml, the partial of the example to {}, its stylesheet to {}, and `{}` into a template: docs/generators/{}.md",
            partial.replace("instagram.html", "instagram-feed.html"),
            layout.stylesheet_file().place,
            layout.include.replace("instagram.html", "instagram-feed.html"),
            layout.word
        ),
    })
}

fn show_the_feed(sight: &Sight, wish: Wish) -> Option<String> {
    let layout = sight.generator.layout();
    let is_shown =
        sight.files.iter().any(|file| file.shows) || sight.targets.iter().any(|target| target.line.is_feed());
    if is_shown {
        return None;
    }
    if let Some(name) = &sight.own_partial {
        let usual = layout.partial().place.rsplit('/').next().unwrap_or_default();
        let include = lines::include_line(sight).replace(usual, name.rsplit('/').next().unwrap_or(name));
        return Some(format!("show the feed: put `{include}` into a template"));
    }
    // Until there is room, the line would call another file.
    if wish.templates && (own_in_the_way(sight, wish).is_some() || rival_in_the_way(sight).is_some()) {
        return None;
    }
    let include = lines::include_line(sight);
    let more = match sight.generator {
        Generator::Astro => {
            format!(" and `import Instagram from \"…/{}\"`", layout.partial().place.trim_start_matches("src/"))
        }
        _ => String::new(),
    };
    let is_all_liquid = sight.generator == Generator::Eleventy
        && !sight.configuration.contains("njk")
        && !sight.files.iter().any(|file| file.is_nunjucks);
    let liquid = match is_all_liquid {
        true => {
            " in Nunjucks, which the partial is: one that ends in .njk, or with `templateEngineOverride: njk` in its front matter (`njk,md` in Markdown)"
        }
        false => "",
    };
    Some(format!(
        "show the feed: put `{include}`{more} into a template{liquid}, or let `feedbake init --include-in FILE` do it"
    ))
}

/// Whether a page waits for a server that reads its includes: PHP does by itself what it says.
fn needs_a_server(sight: &Sight) -> bool {
    let shown = sight.files.iter().filter(|file| file.shows).map(|file| file.place.as_str());
    let soon = sight.targets.iter().filter(|target| target.line.is_feed()).map(|target| target.place.as_str());
    let mut pages = shown.chain(soon).peekable();
    pages.peek().is_none() || pages.any(|page| !super::has_ending_of(page, ".php"))
}

/// What to look at where a host was told which Zola to install.
fn versions_of_zola(sight: &Sight, wish: Wish, items: &[Item]) -> Vec<String> {
    let is_new =
        |item: &&Item| item.place == sight.workflow_file && matches!(item.action, Action::Write | Action::Replace);
    let workflow = items.iter().find(is_new).filter(|_| wish.github == Some(Way::Deploy));
    let line = workflow.and_then(|item| item.after.lines().map(str::trim).find(|line| line.starts_with("tool: zola@")));
    let place = &sight.workflow_file;
    let mut left = Vec::new();
    let mut written = Vec::new();
    match (line, sight.zola.filter(|version| *version < workflow::OLDEST)) {
        (Some(line), Some((major, minor))) => left.push(format!(
            "see that a later Zola builds the site, too: it is built with {major}.{minor}, and {place} has `{line}`, the oldest that can be installed there"
        )),
        (Some(line), None) => written.push(format!("{place} has `{line}`")),
        (None, _) => {}
    }
    written.extend(netlify::written_version(sight, items).filter(|_| wish.netlify));
    left.extend(netlify::version_step(sight, &written));
    left
}

/// What to do where the settings name another generator than was asked for.
fn other_generator(sight: &Sight) -> Option<String> {
    let said = texts::generator_in(sight.settings_file.as_deref()?)?;
    let word = sight.generator.layout().word;
    (sight.is_recorded && said != word && said != "auto").then(|| {
        format!("say which generator it is: feedbake.toml has `generator = \"{said}\"`, and this was for {word}")
    })
}
