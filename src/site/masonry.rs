//! How the columns of a masonry come to end together. Pure.
//!
//! Nothing but classes can tell a stylesheet where a tile goes, where a policy forbids styles in the page: so each tile
//! gets, for every number of columns that the stylesheet knows, its column and by how many rows it is longer or shorter
//! than its picture. What a tile then has too little room for is cut off around the middle.

/// How many columns the stylesheet makes by itself.
const COLUMNS: [usize; 4] = [2, 3, 4, 6];

/// Most rows that a tile grows or shrinks by: what the stylesheet has rules for.
const MOST_ROWS: i64 = 12;

/// A column is stretched or pressed by at most this much: more of a picture than a fifth is not cut off. Feeds of twelve
/// in up to four columns stay below it nearly always, as some thousands of mixtures of the usual shapes did.
const MOST_STRETCHED: f64 = 1.25;

/// Where a tile goes among so many columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    /// From 1.
    column: usize,
    /// Rows it gets more than its picture has.
    more: i64,
}

/// The classes of each tile, where `rows` says how many rows its picture takes; none at all where no number of columns
/// can be made to end together, and the tiles are as long as their pictures.
pub fn classes(rows: &[u32]) -> Vec<String> {
    let placed: Vec<(usize, Vec<Place>)> =
        COLUMNS.into_iter().filter_map(|columns| Some((columns, places(rows, columns)?))).collect();
    if placed.is_empty() {
        return Vec::new();
    }
    let of_tile = |tile: usize| {
        let of_columns = |(columns, places): &(usize, Vec<Place>)| {
            let Place { column, more } = places[tile];
            let side = format!("feedbake-{columns}-{column}");
            match more {
                0 => side,
                1.. => format!("{side} feedbake-{columns}-plus-{more}"),
                _ => format!("{side} feedbake-{columns}-less-{}", -more),
            }
        };
        placed.iter().map(of_columns).collect::<Vec<_>>().join(" ")
    };
    (0..rows.len()).map(of_tile).collect()
}

/// Where each tile goes among so many columns, so that all end together; `None` where too much would be cut off.
fn places(rows: &[u32], columns: usize) -> Option<Vec<Place>> {
    if rows.len() <= columns {
        return None;
    }
    // The next one goes where there is room first, as everybody expects; only of the last, one for each column, the
    // longest chooses first.
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order[rows.len() - columns..].sort_by_key(|tile| std::cmp::Reverse(rows[*tile]));
    let mut tiles_of: Vec<Vec<usize>> = vec![Vec::new(); columns];
    let mut heights = vec![0_u32; columns];
    for tile in order {
        let column = (0..columns).min_by_key(|column| heights[*column])?;
        tiles_of[column].push(tile);
        heights[column] += rows[tile];
    }
    let end = (f64::from(rows.iter().sum::<u32>()) / columns as f64).round();
    let mut places = vec![Place { column: 1, more: 0 }; rows.len()];
    for (column, tiles) in tiles_of.iter().enumerate() {
        let stretch = end / f64::from(heights[column].max(1));
        if !(1.0 / MOST_STRETCHED..=MOST_STRETCHED).contains(&stretch) {
            return None;
        }
        // Each tile ends where the stretched one would, to the nearest row; so the last ends at the end.
        let (mut above, mut taken) = (0_u32, 0_i64);
        for tile in tiles {
            above += rows[*tile];
            let until = (f64::from(above) * stretch).round() as i64;
            places[*tile] = Place { column: column + 1, more: until - taken - i64::from(rows[*tile]) };
            taken = until;
        }
    }
    places.iter().all(|place| place.more.abs() <= MOST_ROWS).then_some(places)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Where each column ends.
    fn ends(rows: &[u32], columns: usize, places: &[Place]) -> Vec<i64> {
        let mut ends = vec![0; columns];
        for (rows, place) in rows.iter().zip(places) {
            ends[place.column - 1] += i64::from(*rows) + place.more;
        }
        ends
    }

    #[test]
    fn a_usual_feed_ends_together_in_every_number_of_columns() {
        // A wide landscape, squares, portraits and a reel.
        let rows = [13, 25, 31, 31, 43, 31, 25, 25, 33, 25, 19, 31];
        for columns in COLUMNS {
            let places = places(&rows, columns).unwrap();
            let ends = ends(&rows, columns, &places);
            assert!(ends.iter().all(|end| *end == ends[0]), "{columns}: {ends:?}");
        }
        let classes = classes(&rows);
        assert_eq!(classes.len(), rows.len());
        assert!(classes[0].starts_with("feedbake-2-1") && classes[1].contains("feedbake-6-2"), "{classes:?}");
    }

    #[test]
    fn a_row_and_what_would_lose_too_much_stay_as_they_are() {
        assert_eq!(classes(&[]), Vec::<String>::new());
        assert_eq!(classes(&[25, 31]), Vec::<String>::new());
        assert!(places(&[31, 31, 31, 31, 31], 4).is_none(), "one would have to be as long as two");
        assert!(places(&[31, 31, 31, 31, 31, 31], 3).is_some());
        assert_eq!(classes(&[31, 31, 31, 31])[3], "feedbake-2-2");
    }

    #[test]
    fn the_stylesheet_has_a_rule_for_every_class() {
        let styles = include_str!("templates/feedbake.css");
        for columns in COLUMNS {
            let has = |class: String| assert!(styles.contains(&format!(".feedbake-{columns}-{class} {{ ")), "{class}");
            (1..=columns).for_each(|column| has(column.to_string()));
            (1..=MOST_ROWS).for_each(|rows| has(format!("plus-{rows}")));
            (1..=MOST_ROWS).for_each(|rows| has(format!("less-{rows}")));
        }
    }

    proptest! {
        #[test]
        fn whatever_is_placed_ends_together_and_keeps_most_of_each_picture(
            rows in prop::collection::vec(8..=56_u32, 0..40),
            columns in prop::sample::select(COLUMNS.to_vec()),
        ) {
            if let Some(places) = places(&rows, columns) {
                let ends = ends(&rows, columns, &places);
                prop_assert!(ends.iter().all(|end| *end == ends[0]), "{:?}", ends);
                for (rows, place) in rows.iter().zip(&places) {
                    let shown = (i64::from(*rows) + place.more) as f64;
                    // One row is what rounding may take or give.
                    prop_assert!(shown + 1.0 >= f64::from(*rows) / MOST_STRETCHED, "{:?}", place);
                    prop_assert!(shown - 1.0 <= f64::from(*rows) * MOST_STRETCHED, "{:?}", place);
                }
            }
        }
    }
}
