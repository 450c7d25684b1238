//! A date as people read it.

use icu_calendar::Date;
use icu_datetime::DateTimeFormatter;
use icu_datetime::fieldsets::YMD;
use icu_locale_core::{LanguageIdentifier, Locale};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Language;

/// How a date is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DateFormat {
    /// As the language writes it, with the month as a word.
    Long,
    /// The same, shorter.
    Medium,
    /// In numbers.
    Short,
    /// By a pattern of strftime, with English names.
    Pattern(String),
}

impl DateFormat {
    /// Reads the setting: a word, or a pattern that was tried.
    pub fn new(text: &str) -> Option<Self> {
        match text {
            "long" => Some(Self::Long),
            "medium" => Some(Self::Medium),
            "short" => Some(Self::Short),
            pattern => {
                let probe = Timestamp::UNIX_EPOCH.to_zoned_datetime(TimeZone::UTC);
                let is_pattern = pattern.contains('%') && jiff::fmt::strtime::format(pattern, &probe).is_ok();
                is_pattern.then(|| Self::Pattern(pattern.to_owned()))
            }
        }
    }
}

/// How dates of a feed are written.
#[derive(Debug, Clone)]
pub struct DateStyle {
    /// The form.
    pub format: DateFormat,
    /// Where the day begins.
    pub timezone: TimeZone,
}

/// Writes dates in one style and one language.
#[derive(Debug)]
pub struct DateWriter<'a> {
    style: &'a DateStyle,
    formatter: Option<DateTimeFormatter<YMD>>,
}

impl<'a> DateWriter<'a> {
    /// Gets ready: done once for a feed, since finding a language's rules takes longer than using them.
    pub fn new(style: &'a DateStyle, language: &Language) -> Self {
        let fields = match style.format {
            DateFormat::Long => Some(YMD::long()),
            DateFormat::Medium => Some(YMD::medium()),
            DateFormat::Short => Some(YMD::short()),
            DateFormat::Pattern(_) => None,
        };
        // Labels nobody translated are in English, and so are the dates beside them.
        let known =
            [language.locale(), Language::default().locale()].into_iter().find(|locale| has_months(locale)).cloned();
        let formatter = fields.zip(known).and_then(|(fields, locale)| formatter(&locale, fields));
        Self { style, formatter }
    }

    /// The day of `moment`; empty where it cannot be written.
    pub fn write(&self, moment: Timestamp) -> String {
        let day = moment.to_zoned_datetime(self.style.timezone.clone());
        if let DateFormat::Pattern(pattern) = &self.style.format {
            // The pattern was tried when the settings were read; a moment it cannot show is shown as nothing.
            return jiff::fmt::strtime::format(pattern, &day).unwrap_or_default();
        }
        let (year, month, date) = (i32::from(day.year()), day.month().unsigned_abs(), day.day().unsigned_abs());
        let iso = Date::try_new_iso(year, month, date).ok();
        let written = iso.zip(self.formatter.as_ref()).map(|(date, formatter)| formatter.format(&date).to_string());
        written.unwrap_or_else(|| day.date().to_string())
    }
}

fn formatter(locale: &Locale, fields: YMD) -> Option<DateTimeFormatter<YMD>> {
    DateTimeFormatter::try_new(locale.into(), fields).ok()
}

/// Whether the names of months are known in a language. Where they are not, the rules for no language at all are taken,
/// which write `2026 M05 1`.
fn has_months(locale: &Locale) -> bool {
    let written = |locale: &Locale| {
        let date = Date::try_new_iso(2026, 5, 1).ok()?;
        Some(formatter(locale, YMD::long())?.format(&date).to_string())
    };
    let nobodys = Locale { id: LanguageIdentifier::UNKNOWN, extensions: locale.extensions.clone() };
    written(locale).is_some_and(|text| Some(text) != written(&nobodys))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(language: &str, format: &str, timezone: &str) -> String {
        let style = DateStyle { format: DateFormat::new(format).unwrap(), timezone: TimeZone::get(timezone).unwrap() };
        let moment = "2026-05-01T23:30:00Z".parse().unwrap();
        DateWriter::new(&style, &Language::new(language).unwrap()).write(moment)
    }

    #[test]
    fn a_date_is_written_as_its_language_writes_it() {
        for (language, format, expected) in [
            ("en", "long", "May 1, 2026"),
            ("en-GB", "long", "1 May 2026"),
            ("de", "long", "1. Mai 2026"),
            ("de", "short", "01.05.26"),
            ("fr", "medium", "1 mai 2026"),
            ("fa", "long", "۱۱ اردیبهشت ۱۴۰۵"),
            ("fa-u-ca-gregory", "long", "۱ مه ۲۰۲۶"),
            ("zh", "long", "2026年5月1日"),
            ("de", "%-d %B %Y", "1 May 2026"),
            ("xx", "long", "May 1, 2026"),
            ("xx", "medium", "May 1, 2026"),
            ("xx-DE", "short", "5/1/26"),
            ("tlh", "long", "May 1, 2026"),
            ("xx-u-ca-persian", "long", "May 1, 2026"),
            ("de-CH", "long", "1. Mai 2026"),
        ] {
            assert_eq!(written(language, format, "UTC"), expected, "{language}, {format}");
        }
        assert_eq!(written("de", "long", "Europe/Berlin"), "2. Mai 2026", "the day begins where the zone says");
    }

    #[test]
    fn every_language_with_labels_has_months_with_names() {
        for (language, _) in super::super::table::TABLE {
            assert!(has_months(Language::new(language).unwrap().locale()), "{language}");
        }
    }

    #[test]
    fn what_is_neither_a_word_nor_a_pattern_is_refused() {
        for text in ["", "longer", "dd.mm.yyyy", "%"] {
            assert_eq!(DateFormat::new(text), None, "{text}");
        }
    }
}
