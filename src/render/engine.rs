//! Renders a partial in Tera 1 or Tera 2, alone or in a page.

use std::error::Error;
use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::stand_ins::{Filter, Function, StandIns, apply};
use crate::files::{FileError, Root, SitePath};
use crate::site::Template;

/// The page around the partial.
const PAGE: &str = include_str!("templates/page.html");

/// The names the two templates have for each other.
const PAGE_NAME: &str = "page.html";
const PARTIAL_NAME: &str = "partials/instagram.html";

/// A major version of the template language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TeraMajor {
    /// As in Zola ≤ 0.22.
    One,
    /// As in Zola ≥ 0.23.
    Two,
}

/// A partial that could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A file of the site could not be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The partial is no UTF-8.
    #[error("{0} is not UTF-8 text")]
    NotText(SitePath),
    /// Tera 1 was left out of this program.
    #[error("this feedbake was built without Tera 1; Tera 2 is there")]
    NotBuiltIn,
    /// Tera refuses the partial, or its data.
    #[error("{place} cannot be rendered: {message}")]
    Template {
        /// The partial.
        place: SitePath,
        /// What it says, and where.
        message: String,
    },
}

/// Renders a whole page with the partial that is installed in the site, or with feedbake's own where none is.
///
/// `base` is put before the path of every file: `/` for a page that is served, nothing for one opened from the disk.
/// `variables` are what a page would `set` before the include, such as `instagram_data`.
///
/// # Errors
/// [`RenderError`] with what tera says of the template.
pub fn render_page(
    root: &Root,
    partial: &Template,
    major: TeraMajor,
    base: &str,
    variables: &Map<String, Value>,
) -> Result<String, RenderError> {
    let text = text_of(root, partial)?;
    let templates = [(PARTIAL_NAME, text.as_str()), (PAGE_NAME, PAGE)];
    let stand_ins = StandIns::new(root.folder(), base);
    match major {
        #[cfg(feature = "tera1")]
        TeraMajor::One => one(&templates, &stand_ins, variables).map_err(|error| in_words(partial, &error)),
        #[cfg(not(feature = "tera1"))]
        TeraMajor::One => Err(RenderError::NotBuiltIn),
        TeraMajor::Two => two(&templates, &stand_ins, variables).map_err(|error| in_words(partial, &error)),
    }
}

/// Renders the partial alone, in Tera 2; as [`render_page`] otherwise.
///
/// # Errors
/// As [`render_page`].
pub fn render_fragment(
    root: &Root,
    partial: &Template,
    base: &str,
    variables: &Map<String, Value>,
) -> Result<String, RenderError> {
    let text = text_of(root, partial)?;
    let stand_ins = StandIns::new(root.folder(), base);
    two(&[(PARTIAL_NAME, &text)], &stand_ins, variables).map_err(|error| in_words(partial, &error))
}

fn text_of(root: &Root, partial: &Template) -> Result<String, RenderError> {
    match root.read(&partial.path())? {
        Some(bytes) => String::from_utf8(bytes).map_err(|_| RenderError::NotText(partial.path())),
        None => Ok(partial.text.to_owned()),
    }
}

/// Tera says what and where in its chain of causes; both fit in one message.
fn in_words(partial: &Template, error: &dyn Error) -> RenderError {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        // Writing into a text cannot fail.
        let _ = write!(text, ": {deeper}");
        cause = deeper.source();
    }
    RenderError::Template { place: partial.path(), message: text }
}

#[cfg(feature = "tera1")]
fn one(
    templates: &[(&str, &str)],
    stand_ins: &StandIns,
    variables: &Map<String, Value>,
) -> Result<String, tera1::Error> {
    let mut tera = tera1::Tera::default();
    for (name, function) in Function::ALL {
        let stand_ins = stand_ins.clone();
        tera.register_function(name, move |arguments: &std::collections::HashMap<String, Value>| {
            let arguments: Map<String, Value> = arguments.clone().into_iter().collect();
            stand_ins.call(function, &arguments).map_err(tera1::Error::msg)
        });
    }
    for (name, filter) in Filter::ALL {
        tera.register_filter(name, move |value: &Value, arguments: &std::collections::HashMap<String, Value>| {
            let arguments: Map<String, Value> = arguments.clone().into_iter().collect();
            apply(filter, value, &arguments).map_err(tera1::Error::msg)
        });
    }
    tera.add_raw_templates(templates.iter().copied())?;
    tera.render(PAGE_NAME, &tera1::Context::from_value(Value::Object(variables.clone()))?)
}

/// The last of the templates is rendered; those before it are there to be included.
fn two(
    templates: &[(&str, &str)],
    stand_ins: &StandIns,
    variables: &Map<String, Value>,
) -> Result<String, tera::Error> {
    use tera::{Kwargs, State};
    let mut tera = tera::Tera::default();
    for (name, function) in Function::ALL {
        let stand_ins = stand_ins.clone();
        tera.register_function(name, move |kwargs: Kwargs, _: &State| -> tera::TeraResult<tera::Value> {
            let arguments: Map<String, Value> = kwargs.deserialize()?;
            let answer = stand_ins.call(function, &arguments).map_err(tera::Error::message)?;
            tera::Value::try_from_serializable(&answer)
        });
    }
    for (name, filter) in Filter::ALL {
        tera.register_filter(
            name,
            move |value: &tera::Value, kwargs: Kwargs, _: &State| -> tera::TeraResult<tera::Value> {
                let arguments: Map<String, Value> = kwargs.deserialize()?;
                let value = serde_json::to_value(value).map_err(|error| tera::Error::message(error.to_string()))?;
                let answer = apply(filter, &value, &arguments).map_err(tera::Error::message)?;
                tera::Value::try_from_serializable(&answer)
            },
        );
    }
    tera.add_raw_templates(templates.iter().copied())?;
    let mut context = tera::Context::new();
    for (name, value) in variables {
        context.insert(name.clone(), value);
    }
    tera.render(templates.last().map_or(PARTIAL_NAME, |(name, _)| name), &context)
}
