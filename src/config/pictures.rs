//! The settings of `[pictures]` that make a recipe.

use std::num::NonZeroU32;

use super::read::Merged;
use super::settings::SettingsError;
use crate::media::{Aspect, Format, Quality, Recipe, Widths};

/// Reads them.
pub(super) fn recipe(merged: &Merged<'_>) -> Result<Recipe, SettingsError> {
    let widths = merged.list("pictures.widths", vec![320, 640, 1080], "a list of widths from 16 to 4096", |text| {
        text.parse().ok().filter(|width| (16..=4096).contains(width)).and_then(NonZeroU32::new).map(NonZeroU32::get)
    })?;
    let usual = [Format::WebP, Format::Jpeg].into_iter().filter(|format| format.is_built_in()).collect();
    let formats = merged.list("pictures.formats", usual, &format_words(), |text| {
        text.parse().ok().filter(|format: &Format| format.is_built_in())
    })?;
    let quality = |key: &str| merged.number(key, 80, 1, 100).map(|number| u8::try_from(number).unwrap_or(80));
    Ok(Recipe {
        widths: Widths::new(&widths).ok_or_else(|| merged.empty("pictures.widths"))?,
        formats: unique(formats).ok_or_else(|| merged.empty("pictures.formats"))?,
        aspect: merged.word("pictures.aspect", Aspect::Original, "\"original\" or a ratio such as \"4:5\"")?,
        quality: Quality {
            avif: quality("pictures.avif_quality")?,
            webp: quality("pictures.webp_quality")?,
            jpeg: quality("pictures.jpeg_quality")?,
        },
    })
}

/// What a list of formats may hold in this build.
fn format_words() -> String {
    let (built_in, absent): (Vec<Format>, Vec<Format>) =
        Format::ALL.into_iter().partition(|format| format.is_built_in());
    let quoted: Vec<String> = built_in.iter().map(|format| format!("\"{}\"", format.word())).collect();
    let absent: Vec<String> = absent.iter().map(ToString::to_string).collect();
    let lack = if absent.is_empty() {
        String::new()
    } else {
        format!(" (this feedbake was built without {})", absent.join(" and "))
    };
    format!("a list of {}{lack}", quoted.join(", "))
}

fn unique(formats: Vec<Format>) -> Option<Vec<Format>> {
    let mut kept: Vec<Format> = Vec::new();
    for format in formats {
        if !kept.contains(&format) {
            kept.push(format);
        }
    }
    (!kept.is_empty()).then_some(kept)
}
