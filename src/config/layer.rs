//! One source of settings: a flat list of what it sets, each value with its place.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys;
use super::origin::Origin;
use super::settings::SettingsError;
use crate::auth::LeakScanner;

/// A value as it was written, before anybody asked what it should be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Number(i64),
    Switch(bool),
    List(Vec<Value>),
    /// Something no setting takes, in the words of the file.
    Other(&'static str),
}

impl Value {
    fn texts(&self) -> Vec<&str> {
        match self {
            Self::Text(text) => vec![text],
            Self::List(items) => items.iter().flat_map(Self::texts).collect(),
            Self::Number(_) | Self::Switch(_) | Self::Other(_) => Vec::new(),
        }
    }

    /// Whether it is a text, or a list of texts, without a letter: a place that nobody has filled in.
    pub(super) fn is_blank(&self) -> bool {
        match self {
            Self::Text(text) => text.trim().is_empty(),
            Self::List(items) => items.iter().all(Self::is_blank),
            Self::Number(_) | Self::Switch(_) | Self::Other(_) => false,
        }
    }
}

/// A value and who set it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Given {
    pub value: Value,
    pub origin: Origin,
}

/// The values of one table by key path, with the `[[override]]` tables in it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Group {
    pub values: BTreeMap<String, Given>,
    pub overrides: Vec<BTreeMap<String, Given>>,
}

/// One source of settings.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layer {
    pub(super) top: Group,
    /// The `[[feed]]` tables, each with the line it begins on.
    pub(super) feeds: Vec<(Origin, Group)>,
}

impl Layer {
    /// Sets `path` as the flag `name` asks for.
    pub fn flag(&mut self, path: &'static str, name: &'static str, text: impl Into<String>) {
        let given = Given { value: Value::Text(text.into()), origin: Origin::Flag { name } };
        self.top.values.insert(path.to_owned(), given);
    }

    /// Whether it says anything of the setting at `path`, for the whole site.
    pub(super) fn sets(&self, path: &str) -> bool {
        self.top.values.contains_key(path)
    }

    /// These flags, and where they say nothing those of `other`.
    pub fn over(mut self, other: Self) -> Self {
        for (path, given) in other.top.values {
            self.top.values.entry(path).or_insert(given);
        }
        self
    }

    /// Refuses values that hold a token: settings are committed, and flags are seen by every program of the machine.
    ///
    /// # Errors
    /// [`SettingsError::TokenInFile`], which names the place and not the value.
    pub(super) fn refuse_tokens(&self, scanner: &LeakScanner) -> Result<(), SettingsError> {
        let groups = std::iter::once(&self.top).chain(self.feeds.iter().map(|(_, group)| group));
        let tables = groups.flat_map(|group| std::iter::once(&group.values).chain(&group.overrides));
        for (key, given) in tables.flatten() {
            if given.value.texts().iter().any(|text| scanner.scan(text.as_bytes()).is_some()) {
                return Err(SettingsError::TokenInFile { key: key.clone(), origin: given.origin.clone() });
            }
        }
        Ok(())
    }

    /// The variables that the file says tokens are in.
    pub(super) fn token_variables(&self) -> Vec<String> {
        let groups = std::iter::once(&self.top).chain(self.feeds.iter().map(|(_, group)| group));
        let named = groups.filter_map(|group| match &group.values.get("token_env")?.value {
            Value::Text(name) => Some(name.clone()),
            _ => None,
        });
        named.collect()
    }

    /// Takes every `FEEDBAKE_…` variable that names a setting; returns those that name none but look as if they
    /// were meant to, with what was probably meant.
    pub(super) fn from_variables<'a>(
        variables: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> (Self, Vec<(String, String)>) {
        let mut layer = Self::default();
        let mut doubtful = Vec::new();
        let is_ours = |name: &str| name.starts_with("FEEDBAKE_") && !keys::OTHER_VARIABLES.contains(&name);
        for (name, text) in variables.filter(|(name, text)| is_ours(name) && !text.is_empty()) {
            match keys::KEYS.iter().find(|key| keys::variable(key.path) == name) {
                Some(key) => {
                    let origin = Origin::Environment { name: name.to_owned() };
                    layer.top.values.insert(key.path.to_owned(), Given { value: Value::Text(text.to_owned()), origin });
                }
                None => {
                    let names: Vec<String> = keys::KEYS.iter().map(|key| keys::variable(key.path)).collect();
                    if let Some(meant) = keys::nearest(name, names.iter().map(String::as_str))
                        && strsim::levenshtein(name, meant) <= 3
                    {
                        doubtful.push((name.to_owned(), meant.to_owned()));
                    }
                }
            }
        }
        (layer, doubtful)
    }
}

/// Reads the text of a settings file; `file` is its name for messages.
///
/// # Errors
/// [`SettingsError::Syntax`] for what is no TOML, [`SettingsError::UnknownKey`] for a key no setting has.
pub fn parse_file(text: &str, file: &str) -> Result<Layer, SettingsError> {
    let reader = Reader { text, file };
    let table = DeTable::parse(text).map_err(|error| SettingsError::Syntax {
        origin: reader.at(error.span().map_or(0, |span| span.start)),
        message: error.message().to_owned(),
    })?;
    let mut layer = Layer::default();
    for (key, value) in table.get_ref() {
        let name = key.get_ref().as_ref();
        match (name, value.get_ref()) {
            ("feed", DeValue::Array(feeds)) => {
                for feed in feeds.iter() {
                    let DeValue::Table(table) = feed.get_ref() else {
                        return Err(reader.wrong_shape("feed", feed.span().start, "[[feed]] tables"));
                    };
                    layer.feeds.push((reader.at(feed.span().start), reader.group(table, true)?));
                }
            }
            ("feed", _) => return Err(reader.wrong_shape("feed", value.span().start, "[[feed]] tables")),
            _ => reader.entry(&mut layer.top, "", key, value, false)?,
        }
    }
    Ok(layer)
}

/// What a `[[feed]]` alone can say.
const FEED_KEYS: [&str; 2] = ["name", "merge"];

const OVERRIDE_KEYS: [&str; 5] = ["post", "alt", "caption", "link", "link_text"];

struct Reader<'a> {
    text: &'a str,
    file: &'a str,
}

impl Reader<'_> {
    fn at(&self, offset: usize) -> Origin {
        let before = &self.text.as_bytes()[..offset.min(self.text.len())];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        Origin::File { file: self.file.to_owned(), line }
    }

    fn wrong_shape(&self, key: &str, offset: usize, expected: &str) -> SettingsError {
        SettingsError::BadValue { key: key.to_owned(), origin: self.at(offset), expected: expected.to_owned() }
    }

    fn group(&self, table: &DeTable<'_>, in_feed: bool) -> Result<Group, SettingsError> {
        let mut group = Group::default();
        for (key, value) in table {
            self.entry(&mut group, "", key, value, in_feed)?;
        }
        Ok(group)
    }

    fn entry(
        &self,
        group: &mut Group,
        prefix: &str,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
        in_feed: bool,
    ) -> Result<(), SettingsError> {
        let path = format!("{prefix}{}", key.get_ref());
        match value.get_ref() {
            DeValue::Array(tables) if path == "override" => {
                for table in tables.iter() {
                    let DeValue::Table(entries) = table.get_ref() else {
                        return Err(self.wrong_shape("override", table.span().start, "[[override]] tables"));
                    };
                    group.overrides.push(self.override_table(entries)?);
                }
                return Ok(());
            }
            DeValue::Table(table) if keys::is_table(&path) => {
                let prefix = format!("{path}.");
                for (key, value) in table {
                    self.entry(group, &prefix, key, value, in_feed)?;
                }
                return Ok(());
            }
            _ => {}
        }
        let origin = self.at(key.span().start);
        let site_only = || keys::find(&path).is_some_and(|key| key.scope == keys::Scope::Site);
        if in_feed && site_only() {
            let expected = "a place above the first [[feed]]: it is for the whole site".to_owned();
            return Err(SettingsError::BadValue { key: path, origin, expected });
        }
        let is_of_feed = in_feed && FEED_KEYS.contains(&path.as_str());
        if !is_of_feed && keys::find(&path).is_none() {
            return Err(unknown(path, origin));
        }
        group.values.insert(path, Given { value: plain(value.get_ref()), origin });
        Ok(())
    }

    fn override_table(&self, table: &DeTable<'_>) -> Result<BTreeMap<String, Given>, SettingsError> {
        let mut values = BTreeMap::new();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let origin = self.at(key.span().start);
            if !OVERRIDE_KEYS.contains(&name) {
                let nearest = keys::nearest(name, OVERRIDE_KEYS).map(str::to_owned);
                return Err(SettingsError::UnknownKey { key: format!("override.{name}"), origin, nearest });
            }
            values.insert(name.to_owned(), Given { value: plain(value.get_ref()), origin });
        }
        Ok(values)
    }
}

fn unknown(key: String, origin: Origin) -> SettingsError {
    if ["token", "access_token", "token.value"].iter().any(|word| key.ends_with(word)) {
        return SettingsError::TokenInFile { key, origin };
    }
    let known = keys::KEYS.iter().map(|key| key.path).chain(["feed", "override"]);
    // A key of `[pictures]` written at the top is the commonest slip: look for the last word alone, too.
    let nearest = keys::KEYS
        .iter()
        .map(|known| known.path)
        .find(|path| path.rsplit('.').next() == Some(key.as_str()))
        .or_else(|| keys::nearest(&key, known))
        .map(str::to_owned);
    SettingsError::UnknownKey { key, origin, nearest }
}

fn plain(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Value::Other("a number beyond all measure"), Value::Number),
        DeValue::Boolean(switch) => Value::Switch(*switch),
        // `since = 2024-01-01` without quotes is what TOML calls a local date: as good as the text.
        DeValue::Datetime(moment) => Value::Text(moment.to_string()),
        DeValue::Array(items) => Value::List(items.iter().map(|item| plain(item.get_ref())).collect()),
        DeValue::Float(_) => Value::Other("a number with a fraction"),
        DeValue::Table(_) => Value::Other("a table"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_knows_its_line() {
        let layer = parse_file("limit = 6\n\n[pictures]\nwidths = [320]\n", "feedbake.toml").unwrap();
        let line = |key: &str| layer.top.values[key].origin.to_string();
        assert_eq!(line("limit"), "feedbake.toml:1");
        assert_eq!(line("pictures.widths"), "feedbake.toml:4");
    }

    #[test]
    fn complaints_name_the_line_and_what_was_probably_meant() {
        let cases = [
            ("limt = 3", "feedbake.toml:1 sets `limt`, which is no setting; did you mean `limit`?"),
            ("\nwidths = [3]", "feedbake.toml:2 sets `widths`, which is no setting; did you mean `pictures.widths`?"),
            (
                "[[override]]\nalts = \"x\"",
                "feedbake.toml:2 sets `override.alts`, which is no setting; did you mean `alt`?",
            ),
            (
                "[[feed]]\nname = \"a\"\nmax_stale = \"3d\"",
                "`max_stale` in feedbake.toml:3 should be a place above the first [[feed]]: it is for the whole site",
            ),
            ("token = \"x\"", "feedbake.toml:1 holds a token (`token`)"),
            ("feed = 3", "`feed` in feedbake.toml:1 should be [[feed]] tables"),
        ];
        for (text, message) in cases {
            assert_eq!(parse_file(text, "feedbake.toml").unwrap_err().to_string(), message, "{text}");
        }
        assert!(matches!(parse_file("limit = ", "f").unwrap_err(), SettingsError::Syntax { .. }));
    }

    #[test]
    fn variables_become_settings_and_slips_are_noticed() {
        let variables = [("FEEDBAKE_LIMIT", "3"), ("FEEDBAKE_LIMTS", "3"), ("FEEDBAKE_TEST_ZOLA", "x"), ("HOME", "/")];
        let (layer, doubtful) = Layer::from_variables(variables.into_iter());
        assert_eq!(layer.top.values["limit"].origin.to_string(), "the variable FEEDBAKE_LIMIT");
        assert_eq!(doubtful, [("FEEDBAKE_LIMTS".to_owned(), "FEEDBAKE_LIMIT".to_owned())]);
    }
}
