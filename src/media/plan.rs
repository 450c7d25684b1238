//! What must be done for one slide: nothing, encode again, or download. Pure.

/// What is at hand for a slide before anything is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stock {
    /// A picture of it was made by the very recipe that is wished now.
    pub recipe_matches: bool,
    /// That picture's files all lie in the site, or can be put there from the cache.
    pub renditions: bool,
    /// The original lies in the cache.
    pub original: bool,
    /// The API offers a link.
    pub link: bool,
    /// The link names another file than the one the original came from.
    pub link_renamed: bool,
}

/// What is done for a slide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Use the picture as it is.
    Keep,
    /// Make the renditions again from the cached original.
    Reshape,
    /// Download; if the bytes are those of the original at hand, nothing else follows.
    Fetch,
    /// There is nothing to make a picture from.
    Nothing,
}

/// Decides what to do for a slide.
///
/// The API changes every link with every answer, so a link says nothing; the file name inside it changes rarely, and
/// then one download tells whether the picture really is another one (a new video cover is).
pub fn decide(stock: Stock) -> Step {
    let at_hand = stock.original || (stock.recipe_matches && stock.renditions);
    if stock.link && (stock.link_renamed || !at_hand) {
        return Step::Fetch;
    }
    without_network(stock)
}

/// Decides again when the download failed, or when there is no network at all.
///
/// A picture made by an older recipe is better than none.
pub fn without_network(stock: Stock) -> Step {
    match stock {
        Stock { recipe_matches: true, renditions: true, .. } => Step::Keep,
        Stock { original: true, .. } => Step::Reshape,
        Stock { renditions: true, .. } => Step::Keep,
        _ => Step::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_done_that_was_done_before() {
        let warm = Stock { recipe_matches: true, renditions: true, original: true, link: true, link_renamed: false };
        let table = [
            (warm, Step::Keep),
            (Stock { original: false, ..warm }, Step::Keep),
            (Stock { renditions: false, ..warm }, Step::Reshape),
            (Stock { recipe_matches: false, ..warm }, Step::Reshape),
            (Stock { recipe_matches: false, original: false, ..warm }, Step::Fetch),
            (Stock { renditions: false, original: false, ..warm }, Step::Fetch),
            (Stock { link_renamed: true, ..warm }, Step::Fetch),
            (Stock { link: true, ..Stock::default() }, Step::Fetch),
            (Stock::default(), Step::Nothing),
            (Stock { renditions: true, ..Stock::default() }, Step::Keep),
        ];
        for (stock, step) in table {
            assert_eq!(decide(stock), step, "{stock:?}");
        }
    }
}
