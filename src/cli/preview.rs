//! `feedbake preview`.

use std::path::Path;

use serde_json::Map;

use super::Ended;
use super::args::{Common, PreviewArgs, TeraMajor};
use super::failure::{Code, Failure};
use super::start::place;
use super::ui::Voice;
use crate::auth::without_tokens;
use crate::config::Layer;
use crate::files::{FileError, Root, SitePath};
use crate::loopback::{Request, Response, Server};
use crate::render::{self, render_page};
use crate::site::{Generator, Layout, PARTIAL, Template, shown_posts};

/// Serves the rendered feed, or writes it into a folder.
pub fn run(voice: &Voice, common: &Common, flags: &PreviewArgs) -> Ended {
    let place = place(voice, common, Layer::default())?;
    let root = Root::new(&place.site);
    let major = match flags.tera {
        TeraMajor::One => render::TeraMajor::One,
        TeraMajor::Two => render::TeraMajor::Two,
    };
    let Some(feed) = place.settings.shown().next() else { return Ok(Code::Done) };
    let variables: Map<String, serde_json::Value> =
        Map::from_iter([("instagram_data".to_owned(), feed.data_file.to_string().into())]);
    let partial = partial_of(place.settings.generator);
    // A page opened from the disk has its pictures beside it, one that is served has them at the top.
    let base = if flags.out.is_some() { "" } else { "/" };
    let page = render_page(&root, partial, major, base, &variables).map_err(|error| Failure::of_preview(&error))?;
    let data = root.read(&feed.data_file).map_err(|error| Failure::of_file(&error, "there is no preview"))?;
    if shown_posts(data.as_deref()).is_empty() {
        voice.warn(&format!("{} shows no posts yet: run `feedbake` first, or `feedbake --demo`", feed.data_file));
    }
    match &flags.out {
        Some(folder) => {
            write_out(&root, place.settings.layout(), folder, &page, place.settings.media_dir.as_str())
                .map_err(|error| Failure::of_file(&error, "the preview was not written"))?;
            voice.say("open index.html there in a browser");
            answer(voice, "folder", &without_tokens(&folder.display().to_string()));
            Ok(Code::Done)
        }
        None => serve(voice, root, place.settings.layout(), partial, major, variables, flags.port),
    }
}

/// Everything the page asks for, beside it: it can be opened from the disk.
fn write_out(root: &Root, layout: &Layout, folder: &Path, page: &str, media_dir: &str) -> Result<(), FileError> {
    let out = Root::new(folder);
    let place = |text: &str| SitePath::new(text).expect("made of checked parts");
    out.write(&place("index.html"), page.as_bytes())?;
    let media = place(media_dir);
    for name in root.names_below(&media)? {
        let from = place(&format!("{media_dir}/{name}"));
        let published = layout.published_path(&from);
        if let Some(bytes) = root.read(&from)? {
            out.write(&place(published), &bytes)?;
        }
    }
    let stylesheet = root.read(&layout.stylesheet_file().path())?;
    let stylesheet = stylesheet.unwrap_or_else(|| layout.stylesheet_file().text.as_bytes().to_vec());
    out.write(&place("feedbake.css"), &stylesheet)?;
    Ok(())
}

/// What is rendered: the site's own partial where it is Tera, else Zola's, which makes the same markup.
fn partial_of(generator: Generator) -> &'static Template {
    match generator {
        Generator::Zola | Generator::Html => generator.layout().partial(),
        Generator::Hugo | Generator::Eleventy | Generator::Jekyll | Generator::Astro => &PARTIAL,
    }
}

fn answer(voice: &Voice, key: &str, text: &str) {
    if voice.json {
        voice.json(&serde_json::json!({ key: text }));
    } else {
        voice.result(text);
    }
}

fn serve(
    voice: &Voice,
    root: Root,
    layout: &'static Layout,
    partial: &'static Template,
    major: render::TeraMajor,
    variables: Map<String, serde_json::Value>,
    port: u16,
) -> Ended {
    let server =
        Server::start(port, move |request: &Request| respond(&root, layout, partial, major, &variables, request))
            .map_err(|error| Failure::of_port(port, &error))?;
    voice.say("Ctrl-C ends it; the page is rendered anew on every load");
    answer(voice, "address", &format!("http://{}/", server.address()));
    loop {
        std::thread::park();
    }
}

fn respond(
    root: &Root,
    layout: &Layout,
    partial: &Template,
    major: render::TeraMajor,
    variables: &Map<String, serde_json::Value>,
    request: &Request,
) -> Response {
    let text = |status: u16, text: String| {
        Response::new(status).header("Content-Type", "text/plain; charset=utf-8").body(text)
    };
    if request.path() == "/" {
        return match render_page(root, partial, major, "/", variables) {
            Ok(page) => Response::new(200).header("Content-Type", "text/html; charset=utf-8").body(page),
            Err(error) => text(500, error.to_string()),
        };
    }
    let file = SitePath::new(request.path().trim_start_matches('/'))
        .ok()
        .and_then(|path| layout.site_path(path.as_str()).ok());
    let bytes = match request.path() {
        "/feedbake.css" => root.read(&layout.stylesheet_file().path()),
        _ => file.as_ref().map_or(Ok(None), |file| root.read(file)),
    };
    let bytes = bytes.ok().flatten();
    match (bytes, request.path()) {
        (Some(bytes), path) => Response::new(200).header("Content-Type", content_type(path)).body(bytes),
        (None, "/feedbake.css") => {
            Response::new(200).header("Content-Type", "text/css").body(layout.stylesheet_file().text)
        }
        (None, _) => text(404, "the site has no such file".to_owned()),
    }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("webp") => "image/webp",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("avif") => "image/avif",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
