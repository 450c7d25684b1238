//! An account from a folder: `account.json`, `media.json`, and the files they name.

use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use serde_json::{Map, Value};

use super::pictures::Content;
use super::world::{Node, World};
use crate::files::{self, FileError, SitePath};

static DEMO: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/fixtures/demo");

/// A folder that cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file could not be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file that has to be there is not.
    #[error("there is no {}", .0.display())]
    Missing(PathBuf),
    /// A file is no JSON of the wished form.
    #[error("{name} is not what it should be: {why}")]
    Form {
        /// The file.
        name: &'static str,
        /// What is wrong.
        why: String,
    },
}

impl World {
    /// Reads an account from a folder laid out like `fixtures/demo`.
    ///
    /// # Errors
    /// [`FolderError`] when a file is missing or not of the form described in `docs/emulator.md`.
    pub fn from_folder(folder: &Path) -> Result<Self, FolderError> {
        let read = |name: &str| {
            let place = folder.join(name);
            files::read(&place)?.ok_or(FolderError::Missing(place))
        };
        Self::from_files(&read("account.json")?, &read("media.json")?, |name| Ok(Content::Bytes(read(name)?)))
    }

    /// The demo account, which is part of this program.
    pub fn demo() -> Self {
        let read = |name: &str| DEMO.get_file(name).map(include_dir::File::contents);
        let missing = |name: &str| FolderError::Missing(PathBuf::from(name));
        let account = read("account.json").unwrap_or_default();
        let media = read("media.json").unwrap_or_default();
        Self::from_files(account, media, |name| read(name).map(Content::Embedded).ok_or_else(|| missing(name)))
            .expect("the demo account is tested")
    }

    fn from_files(
        account: &[u8],
        media: &[u8],
        content: impl Fn(&str) -> Result<Content, FolderError>,
    ) -> Result<Self, FolderError> {
        let account: Map<String, Value> = serde_json::from_slice(account)
            .map_err(|error| FolderError::Form { name: "account.json", why: error.to_string() })?;
        let posts: Vec<Map<String, Value>> = serde_json::from_slice(media)
            .map_err(|error| FolderError::Form { name: "media.json", why: error.to_string() })?;
        let portrait = account.get("profile_picture_url").and_then(Value::as_str).map(str::to_owned);
        let mut names: Vec<String> = portrait.into_iter().collect();
        let mut world = Self { account, ..Self::default() };
        world.posts = posts.into_iter().map(|post| node(post, &mut names)).collect::<Result<_, _>>()?;
        names.sort();
        names.dedup();
        for name in names {
            if SitePath::new(&name).is_err() {
                return Err(FolderError::Form { name: "media.json", why: format!("{name:?} leads out of the folder") });
            }
            let content = content(&name)?;
            world.store(&name, content);
        }
        Ok(world)
    }
}

fn node(mut facts: Map<String, Value>, names: &mut Vec<String>) -> Result<Node, FolderError> {
    let form = |why: &str| FolderError::Form { name: "media.json", why: why.to_owned() };
    let mut file = |key: &str| match facts.remove(key) {
        None => Ok(None),
        Some(Value::String(name)) => {
            names.push(name.clone());
            Ok(Some(name))
        }
        Some(_) => Err(form("a link is the name of a file")),
    };
    let (media, thumbnail) = (file("media_url")?, file("thumbnail_url")?);
    let children = match facts.remove("children") {
        None => Vec::new(),
        Some(Value::Array(children)) => children
            .into_iter()
            .map(|child| match child {
                Value::Object(facts) => node(facts, names),
                _ => Err(form("a child is an object")),
            })
            .collect::<Result<_, _>>()?,
        Some(_) => return Err(form("`children` is a list")),
    };
    if facts.get("id").and_then(Value::as_str).is_none() {
        return Err(form("every post and every child has an `id`"));
    }
    Ok(Node { facts, media, thumbnail, children })
}
