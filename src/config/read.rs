//! From a value as it was written to a value of the wished kind.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::layer::{Given, Value};
use super::origin::Origin;
use super::settings::SettingsError;

/// What the layers say of one feed or of the site, later layers over earlier ones.
#[derive(Debug, Clone, Default)]
pub(super) struct Merged<'a> {
    values: BTreeMap<&'a str, &'a Given>,
}

impl<'a> Merged<'a> {
    pub(super) fn lay_over(&mut self, values: &'a BTreeMap<String, Given>) {
        self.values.extend(values.iter().map(|(key, given)| (key.as_str(), given)));
    }

    pub(super) fn origin(&self, key: &str) -> Origin {
        self.values.get(key).map_or(Origin::Default, |given| given.origin.clone())
    }

    /// The complaint about a list of nothing.
    pub(super) fn empty(&self, key: &str) -> SettingsError {
        let expected = "a list with something in it".to_owned();
        SettingsError::BadValue { key: key.to_owned(), origin: self.origin(key), expected }
    }

    /// Reads a text through `parse`, or gives `default` when nobody set the key.
    pub(super) fn text<T>(
        &self,
        key: &str,
        default: T,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, SettingsError> {
        let Some(given) = self.values.get(key) else { return Ok(default) };
        text_of(&given.value).and_then(|text| parse(&text)).ok_or_else(|| bad(key, given, expected))
    }

    /// Reads a whole number between `low` and `high`.
    pub(super) fn number(&self, key: &str, default: u32, low: u32, high: u32) -> Result<u32, SettingsError> {
        let Some(given) = self.values.get(key) else { return Ok(default) };
        number_of(&given.value)
            .filter(|number| (low..=high).contains(number))
            .ok_or_else(|| bad(key, given, &format!("a whole number from {low} to {high}")))
    }

    pub(super) fn switch(&self, key: &str, default: bool) -> Result<bool, SettingsError> {
        let Some(given) = self.values.get(key) else { return Ok(default) };
        match &given.value {
            Value::Switch(switch) => Some(*switch),
            Value::Text(text) => match text.to_lowercase().as_str() {
                "true" | "1" | "yes" | "on" => Some(true),
                "false" | "0" | "no" | "off" => Some(false),
                _ => None,
            },
            _ => None,
        }
        .ok_or_else(|| bad(key, given, "true or false"))
    }

    /// Reads a list, each item through `parse`. A text, as a variable or a flag gives it, is split at commas.
    pub(super) fn list<T>(
        &self,
        key: &str,
        default: Vec<T>,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<T>, SettingsError> {
        let Some(given) = self.values.get(key) else { return Ok(default) };
        let items: Option<Vec<String>> = match (&given.value, &given.origin) {
            (Value::List(items), _) => items.iter().map(text_of).collect(),
            (Value::Text(text), Origin::Environment { .. } | Origin::Flag { .. }) => {
                Some(text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect())
            }
            _ => None,
        };
        items.and_then(|items| items.iter().map(|item| parse(item)).collect()).ok_or_else(|| bad(key, given, expected))
    }

    /// Reads a word of a closed set.
    pub(super) fn word<T: FromStr>(&self, key: &str, default: T, expected: &str) -> Result<T, SettingsError> {
        self.text(key, default, expected, |text| text.parse().ok())
    }
}

/// The text of an `[[override]]` entry.
pub(super) fn plain_text(key: &str, given: &Given) -> Result<String, SettingsError> {
    text_of(&given.value).ok_or_else(|| bad(key, given, "a text"))
}

/// One text of an `[[override]]` entry, or a list of them.
pub(super) fn texts(key: &str, given: &Given) -> Result<Vec<String>, SettingsError> {
    let all = match &given.value {
        Value::List(items) => items.iter().map(text_of).collect(),
        value => text_of(value).map(|text| vec![text]),
    };
    all.ok_or_else(|| bad(key, given, "a text, or a list of texts, one for each picture"))
}

pub(super) fn bad(key: &str, given: &Given, expected: &str) -> SettingsError {
    let found = match &given.value {
        Value::Text(text) => format!(", not {text:?}"),
        Value::Number(number) => format!(", not {number}"),
        Value::Switch(switch) => format!(", not {switch}"),
        Value::List(_) => String::new(),
        Value::Other(kind) => format!(", not {kind}"),
    };
    SettingsError::BadValue {
        key: key.to_owned(),
        origin: given.origin.clone(),
        expected: format!("{expected}{found}"),
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Switch(_) | Value::List(_) | Value::Other(_) => None,
    }
}

fn number_of(value: &Value) -> Option<u32> {
    match value {
        Value::Number(number) => u32::try_from(*number).ok(),
        Value::Text(text) => text.trim().parse().ok(),
        Value::Switch(_) | Value::List(_) | Value::Other(_) => None,
    }
}
