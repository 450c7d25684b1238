//! From the text of one setting to its value. Pure.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Span, SpanRelativeTo, Timestamp};
use url::Url;

use crate::feed::PostKind;
use crate::files::SitePath;

pub(super) fn is_safe_link(link: &str) -> bool {
    let web = Url::parse(link).is_ok_and(|url| matches!(url.scheme(), "https" | "http" | "mailto"));
    let own = link.starts_with('/') && !link.starts_with("//") || link.starts_with('#');
    // A browser reads `/\\` as `//`: another host.
    (web || own) && !link.chars().any(|letter| letter.is_control() || letter.is_whitespace() || letter == '\\')
}

/// It goes into attributes as it is.
pub(super) fn base_path(text: &str) -> Option<String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._~:@%-".contains(&byte);
    (text.bytes().all(is_plain) && (text.is_empty() || text.ends_with('/'))).then(|| text.to_owned())
}

pub(super) fn known_path(text: &str) -> SitePath {
    SitePath::new(text).expect("made of plain words")
}

pub(super) fn kind(text: &str) -> Option<PostKind> {
    [PostKind::Image, PostKind::Carousel, PostKind::Video].into_iter().find(|kind| kind.word() == text)
}

pub(super) fn duration(text: &str) -> Option<Duration> {
    let span: Span = text.trim().parse().ok()?;
    Duration::try_from(span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?).ok()
}

/// Reads a size: a number of bytes, or of `kB`, `MB` or `GB`, which are thousands of the one before, or of `KiB`, `MiB` or
/// `GiB`, which are 1024 of it. Of the latter six there may be a part.
pub fn size(text: &str) -> Option<u64> {
    let text = text.trim();
    let number = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit: u128 = match text[number.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1000,
        "m" | "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return None,
    };
    let is_digits = |part: &str| (1..=18).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, part) = number.trim_end().split_once('.').unwrap_or((number.trim_end(), ""));
    let has_part = !part.is_empty();
    if !is_digits(whole) || number.contains('.') != has_part || (has_part && (!is_digits(part) || unit == 1)) {
        return None;
    }
    let scale = 10_u128.pow(u32::try_from(part.len()).ok()?);
    let scaled: u128 = format!("{whole}{part}").parse().ok()?;
    u64::try_from(scaled.checked_mul(unit)? / scale).ok()
}

pub(super) fn time_zone(text: &str) -> Option<TimeZone> {
    TimeZone::get(text).ok()
}

pub(super) fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let day = |date: jiff::civil::Date| date.to_zoned_datetime(zone.clone()).ok().map(|start| start.timestamp());
    text.parse::<Timestamp>().ok().or_else(|| text.parse().ok().and_then(day))
}

pub(super) fn base(text: &str) -> Option<Url> {
    let url = Url::parse(text.trim_end_matches('/')).ok()?;
    let this_machine = matches!(url.host_str()?, "127.0.0.1" | "[::1]" | "localhost");
    let safe = url.scheme() == "https" || (url.scheme() == "http" && this_machine);
    (safe && url.query().is_none() && url.username().is_empty() && url.password().is_none()).then_some(url)
}

pub(super) fn version(text: &str) -> Option<Option<String>> {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match text {
        "" | "none" => Some(None),
        _ => {
            let (major, minor) = text.strip_prefix('v')?.split_once('.')?;
            (number(major) && number(minor)).then(|| Some(text.to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn a_size_is_read_as_people_write_it() {
        for (text, bytes) in [
            ("350000", Some(350_000)),
            ("350 kB", Some(350_000)),
            ("20MB", Some(20_000_000)),
            ("1.5MB", Some(1_500_000)),
            (" 0.25 gb ", Some(250_000_000)),
            ("350KiB", Some(358_400)),
            ("1.5 MiB", Some(1_572_864)),
            ("2GiB", Some(2_147_483_648)),
            ("0.0001kB", Some(0)),
            ("1.5", None),
            ("1.MB", None),
            (".5MB", None),
            ("1,5MB", None),
            ("1.2.3MB", None),
            ("-1MB", None),
            ("1e3", None),
            ("MB", None),
            ("", None),
            ("5 parsecs", None),
            ("99999999999999999999", None),
            ("999999999999999999GiB", None),
        ] {
            assert_eq!(size(text), bytes, "{text:?}");
        }
    }
}
