//! Which posts are shown, in what order, and when to stop asking.

use super::*;
use crate::feed::Caption;

pub(super) fn post(number: i64, caption: &str) -> Post {
    Post {
        id: MediaId::new(&format!("{number}")).unwrap(),
        shortcode: Shortcode::new(&format!("code{number}")).ok(),
        permalink: None,
        timestamp: Timestamp::from_second(1_700_000_000 + number).ok(),
        kind: if number % 2 == 0 { PostKind::Image } else { PostKind::Video },
        is_reel: false,
        caption: Caption::new(caption),
        slides: Vec::new(),
        username: None,
        likes: Some(u64::try_from(number * 7 % 5).unwrap()),
        comments: None,
    }
}

fn posts() -> Vec<Post> {
    vec![post(4, "#Sea"), post(3, "a #sea and #Spam"), post(2, "plain"), post(1, "#ΘΆΛΑΣΣΑ")]
}

fn wish() -> Wish {
    Wish {
        limit: NonZeroUsize::new(10).unwrap(),
        types: vec![PostKind::Image, PostKind::Carousel, PostKind::Video],
        include: Vec::new(),
        exclude: Vec::new(),
        since: None,
        sort: Sort::Newest,
        hide: Vec::new(),
        pin: Vec::new(),
        scan: 100,
    }
}

fn check(wish: &Wish, kept: &[&str], dropped: &[(&str, Reason)]) {
    let selection = select(&posts(), wish, &BTreeMap::new());
    let ids: Vec<&str> = selection.kept.iter().map(|post| post.id.as_str()).collect();
    let reasons: Vec<(&str, Reason)> =
        selection.dropped.iter().map(|dropped| (dropped.post.id.as_str(), dropped.reason.clone())).collect();
    assert_eq!(ids, kept);
    assert_eq!(reasons, dropped);
}

#[test]
fn every_filter_keeps_and_drops_with_a_reason() {
    let tag = Hashtag::new;
    let code = |number: i64| Shortcode::new(&format!("code{number}")).unwrap();
    check(&wish(), &["4", "3", "2", "1"], &[]);
    check(
        &Wish { limit: NonZeroUsize::new(2).unwrap(), ..wish() },
        &["4", "3"],
        &[("2", Reason::BeyondLimit), ("1", Reason::BeyondLimit)],
    );
    check(
        &Wish { types: vec![PostKind::Image], ..wish() },
        &["4", "2"],
        &[("3", Reason::OtherKind(PostKind::Video)), ("1", Reason::OtherKind(PostKind::Video))],
    );
    check(
        &Wish { include: vec![tag("#SEA"), tag("θάλασσα")], exclude: vec![tag("spam")], ..wish() },
        &["4", "1"],
        &[("3", Reason::Excluded(tag("spam"))), ("2", Reason::LacksHashtag)],
    );
    check(
        &Wish { since: Some(Timestamp::from_second(1_700_000_003).unwrap()), ..wish() },
        &["4", "3"],
        &[("2", Reason::TooOld), ("1", Reason::TooOld)],
    );
    let pinned = Wish { types: vec![PostKind::Image], pin: vec![code(1), code(4)], hide: vec![code(4)], ..wish() };
    check(&pinned, &["1", "2"], &[("4", Reason::Hidden), ("3", Reason::OtherKind(PostKind::Video))]);
}

#[test]
fn each_order_is_the_same_whatever_order_the_posts_came_in() {
    for sort in [Sort::Newest, Sort::Oldest, Sort::Likes, Sort::Random] {
        let wish = Wish { sort, ..wish() };
        let mut backwards = posts();
        backwards.reverse();
        assert_eq!(select(&posts(), &wish, &BTreeMap::new()), select(&backwards, &wish, &BTreeMap::new()), "{sort:?}");
    }
    check(&Wish { sort: Sort::Oldest, ..wish() }, &["1", "2", "3", "4"], &[]);
    check(&Wish { sort: Sort::Likes, ..wish() }, &["2", "4", "1", "3"], &[]);
}

#[test]
fn a_post_without_a_picture_makes_room_for_the_next() {
    let unavailable = BTreeMap::from([(MediaId::new("4").unwrap(), "gone".to_owned())]);
    let wish = Wish { limit: NonZeroUsize::new(2).unwrap(), ..wish() };
    let selection = select(&posts(), &wish, &unavailable);
    let ids: Vec<&str> = selection.kept.iter().map(|post| post.id.as_str()).collect();
    assert_eq!(ids, ["3", "2"]);
    assert_eq!(selection.dropped[0].reason, Reason::Unavailable("gone".to_owned()));
}

#[test]
fn paging_goes_on_until_nothing_can_change() {
    let more = |wish: &Wish| {
        let more = wants_more(&select(&posts(), wish, &BTreeMap::new()), &posts(), wish);
        let mut outlook = Outlook::new(wish);
        for seen in 1..posts().len() {
            outlook.is_too_short(&posts()[..seen], wish);
        }
        assert_eq!(outlook.is_too_short(&posts(), wish), more, "with no picture missing both say the same");
        more
    };
    let limit = |limit| NonZeroUsize::new(limit).unwrap();
    assert!(more(&wish()));
    assert!(!more(&Wish { limit: limit(4), ..wish() }));
    assert!(!more(&Wish { scan: 4, ..wish() }), "the scan cap ends it");
    assert!(more(&Wish { limit: limit(1), pin: vec![Shortcode::new("other").unwrap()], ..wish() }));
    assert!(more(&Wish { limit: limit(1), sort: Sort::Oldest, ..wish() }));
    assert!(!more(&Wish { since: Some(Timestamp::from_second(1_700_000_002).unwrap()), ..wish() }));
}
