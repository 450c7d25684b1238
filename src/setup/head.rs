//! Where the head of a page ends. Pure.

use super::SetupError;
use super::insert::Page;
use super::reading::{Reading, line_of};
use crate::site::markup::end_tags;

/// The offset at which a line is the last of the page's head.
///
/// # Errors
/// [`SetupError`] where there is none, more than one, or one that is there only sometimes.
pub fn end_of_head(page: Page<'_>) -> Result<usize, SetupError> {
    let reading = Reading::of(page);
    let place = page.place.clone();
    let offset = match end_tags(&reading.markup, "head").as_slice() {
        [] => return Err(SetupError::NoHead(place)),
        [offset] => *offset,
        several => {
            let lines: Vec<String> = several.iter().map(|end| line_of(page.text, *end).to_string()).collect();
            return Err(SetupError::ManyHeads { place, lines: lines.join(", ") });
        }
    };
    reading.always(offset).map_err(|error| match error {
        SetupError::Sometimes { place, tag, line } => SetupError::SometimesHead { place, tag, line },
        error => error,
    })
}
