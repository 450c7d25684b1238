//! What Zola would have answered: `load_data`, `get_url` and their like, as far as a partial may ask for them.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::ImageReader;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use crate::files::{self, SitePath};

/// The folders Zola looks for a data file in, in its order.
const DATA_FOLDERS: [&str; 3] = ["", "static/", "content/"];

/// Zola's functions and filters for one site.
#[derive(Debug, Clone)]
pub struct StandIns {
    site: PathBuf,
    base: String,
}

/// A function of Zola's that a template may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// Reads a data file of the site.
    LoadData,
    /// The address of a file of the site.
    GetUrl,
    /// A translated text: here, its key.
    Trans,
    /// The sides of a picture.
    GetImageMetadata,
    /// The address of a term of a taxonomy.
    GetTaxonomyUrl,
}

impl Function {
    /// All of them, with the names templates call them by.
    pub const ALL: [(&str, Self); 5] = [
        ("load_data", Self::LoadData),
        ("get_url", Self::GetUrl),
        ("trans", Self::Trans),
        ("get_image_metadata", Self::GetImageMetadata),
        ("get_taxonomy_url", Self::GetTaxonomyUrl),
    ];
}

/// A filter that Zola has and tera alone has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// A time in a strftime pattern.
    Date,
    /// A value as JSON.
    JsonEncode,
    /// A text as part of an address.
    UrlEncode,
}

impl Filter {
    /// All of them, with the names templates call them by.
    pub const ALL: [(&str, Self); 3] =
        [("date", Self::Date), ("json_encode", Self::JsonEncode), ("urlencode", Self::UrlEncode)];
}

impl StandIns {
    /// Stands in for the Zola of the site at `site`, whose addresses begin with `base`.
    pub fn new(site: &Path, base: &str) -> Self {
        Self { site: site.to_owned(), base: base.to_owned() }
    }

    /// Answers a call.
    ///
    /// # Errors
    /// What Zola would complain about, in a sentence.
    pub fn call(&self, function: Function, arguments: &Map<String, Value>) -> Result<Value, String> {
        let text = |key: &str| arguments.get(key).and_then(Value::as_str);
        let needed = |key: &str| text(key).ok_or_else(|| format!("the argument `{key}` is missing"));
        match function {
            Function::LoadData => {
                let required = arguments.get("required").and_then(Value::as_bool).unwrap_or(true);
                self.load_data(needed("path")?, required)
            }
            // Without a path Zola gives the site's own address, and no slash behind it.
            Function::GetUrl => Ok(json!(match needed("path")?.trim_start_matches('/') {
                "" => self.base.trim_end_matches('/').to_owned(),
                path => format!("{}{path}", self.base),
            })),
            Function::Trans => Ok(json!(needed("key")?)),
            Function::GetImageMetadata => self.image_metadata(needed("path")?),
            Function::GetTaxonomyUrl => Ok(json!(format!("{}{}/{}/", self.base, needed("kind")?, needed("name")?))),
        }
    }

    fn load_data(&self, path: &str, required: bool) -> Result<Value, String> {
        let place = SitePath::new(path).map_err(|error| error.to_string())?;
        for folder in DATA_FOLDERS {
            let file = self.site.join(format!("{folder}{place}"));
            if let Some(bytes) = files::read(&file).map_err(|error| error.to_string())? {
                return serde_json::from_slice(&bytes).map_err(|error| format!("{place} is no JSON: {error}"));
            }
        }
        if required { Err(format!("there is no {place} in the site")) } else { Ok(Value::Null) }
    }

    fn image_metadata(&self, path: &str) -> Result<Value, String> {
        let place = SitePath::new(path).map_err(|error| error.to_string())?;
        let candidates = DATA_FOLDERS.map(|folder| self.site.join(format!("{folder}{place}")));
        let bytes = candidates.iter().find_map(|file| files::read(file).ok().flatten());
        let reader = bytes.and_then(|bytes| ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok());
        let sides = reader.and_then(|reader| reader.into_dimensions().ok());
        let (width, height) = sides.ok_or_else(|| format!("there is no picture {place} in the site"))?;
        Ok(json!({ "width": width, "height": height }))
    }
}

/// Applies a filter.
///
/// # Errors
/// What Zola would complain about, in a sentence.
pub fn apply(filter: Filter, value: &Value, arguments: &Map<String, Value>) -> Result<Value, String> {
    let as_text = || value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match filter {
        Filter::JsonEncode => serde_json::to_string(value).map(Value::from).map_err(|error| error.to_string()),
        Filter::UrlEncode => Ok(json!(utf8_percent_encode(&as_text(), NON_ALPHANUMERIC).to_string())),
        Filter::Date => {
            let pattern = arguments.get("format").and_then(Value::as_str).unwrap_or("%Y-%m-%d");
            let moment: Timestamp = match value.as_i64() {
                Some(seconds) => Timestamp::from_second(seconds).map_err(|error| error.to_string())?,
                None => as_text().parse().map_err(|_| format!("{value} is no time"))?,
            };
            let shown = jiff::fmt::strtime::format(pattern, &moment.to_zoned_datetime(TimeZone::UTC));
            shown.map(Value::from).map_err(|error| error.to_string())
        }
    }
}
