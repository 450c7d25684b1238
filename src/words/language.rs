//! [`Language`]: what a page is written in.

use std::fmt;

use icu_locale_core::Locale;

/// A language, with a country or a script where they matter, as in `de`, `de-AT` or `zh-Hant`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language(Locale);

impl Language {
    /// Reads a tag as sites write it, with `-` or `_`. `None` for what is no tag.
    ///
    /// Source: BCP 47; Unicode Technical Standard 35, which adds `fa-u-ca-gregory` and the like.
    pub fn new(tag: &str) -> Option<Self> {
        // `C` and `POSIX` come from settings of machines, and are no languages.
        let tag = tag.trim().split('.').next().unwrap_or_default().replace('_', "-");
        let locale: Locale = tag.parse().ok()?;
        (!locale.id.language.is_unknown()).then_some(Self(locale))
    }

    /// For formatters.
    pub fn locale(&self) -> &Locale {
        &self.0
    }

    /// The language alone, such as `zh`.
    pub(super) fn word(&self) -> &str {
        self.0.id.language.as_str()
    }

    /// Whether it is written in traditional characters.
    pub(super) fn is_traditional_chinese(&self) -> bool {
        let script = self.0.id.script.map(|script| script.as_str().to_owned());
        let region = self.0.id.region.map(|region| region.as_str().to_owned());
        match script.as_deref() {
            Some(script) => script == "Hant",
            None => matches!(region.as_deref(), Some("TW" | "HK" | "MO")),
        }
    }
}

impl Default for Language {
    fn default() -> Self {
        Self::new("en").expect("English is a language")
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_as_people_write_them() {
        for (tag, shown) in [
            ("en", Some("en")),
            ("de-at", Some("de-AT")),
            ("pt_BR", Some("pt-BR")),
            ("de_DE.UTF-8", Some("de-DE")),
            ("zh-Hant-HK", Some("zh-Hant-HK")),
            ("fa-u-ca-gregory", Some("fa-u-ca-gregory")),
            ("C", None),
            ("", None),
            ("und", None),
            ("klingon language", None),
        ] {
            assert_eq!(Language::new(tag).map(|language| language.to_string()).as_deref(), shown, "{tag}");
        }
    }
}
