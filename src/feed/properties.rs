//! Whatever people write: no panic, no tag but ours, and nothing that hides.

use proptest::prelude::*;
use scraper::Html;
use unicode_segmentation::UnicodeSegmentation;

use super::{Caption, one_line};

/// Text with what captions are made of more often than chance would have it.
fn words() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        "#",
        "@",
        "＃",
        "\n",
        "\r\n",
        "\u{2028}",
        " ",
        ".",
        "<script>",
        "</a>",
        "<br>",
        "&amp;",
        "\"",
        "'",
        "{{",
        "%}",
        "https://example.org/a?b=c&d=\"e\"",
        "http://",
        "javascript:alert(1)",
        "me@example.org",
        "#travel",
        "@some.one",
        "#ملخص",
        "#旅行",
        "\u{202e}",
        "\u{200b}",
        "\u{200d}",
        "\u{fe0f}",
        "👩‍👩‍👧",
        "🇩🇪",
        "e\u{301}",
        "\u{301}",
        "\u{0}",
        "\u{1b}[31m",
        "::error::",
        "﷽",
        "\u{e0067}",
        "\u{e007f}",
        "🏴\u{e0067}\u{e0062}\u{e0073}\u{e007f}",
        "\u{200f}",
        "＠",
        "和@li_wei一起",
        "https://example.com/西湖。",
        "-",
        "…",
    ]);
    prop::collection::vec(prop_oneof![3 => odd.prop_map(str::to_owned), 1 => any::<String>()], 0..20)
        .prop_map(|parts| parts.concat())
}

fn hides(letter: char) -> bool {
    (letter.is_control() && letter != '\n')
        || matches!(letter, '\u{200b}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{e0041}')
}

proptest! {
    #[test]
    fn a_caption_has_no_tag_but_ours_and_loses_no_word(text in words()) {
        let caption = Caption::new(&text);
        let page = Html::parse_fragment(&caption.html());
        for element in page.root_element().descendent_elements().skip(1) {
            let name = element.value().name();
            prop_assert!(matches!(name, "a" | "br"), "{name} in {}", caption.html());
            let kept = element.value().attrs().all(|(key, _)| matches!(key, "href" | "rel"));
            let safe = element.value().attr("href").is_none_or(|href| href.to_ascii_lowercase().starts_with("http"));
            prop_assert!(kept && safe, "{}", caption.html());
        }
        let is_plain = ["\n", "{{", "{%"].iter().all(|odd| !caption.html().contains(odd));
        prop_assert!(is_plain);
        let shown: String = page.root_element().text().collect();
        let flat = |text: &str| text.replace('\n', "").replace('＃', "#").replace('＠', "@");
        prop_assert_eq!(flat(&shown), flat(caption.text()));
    }

    #[test]
    fn a_caption_hides_nothing_and_is_stable(text in words()) {
        let caption = Caption::new(&text);
        prop_assert!(!caption.text().chars().any(hides), "{:?}", caption.text());
        prop_assert!(!caption.text().contains("\n\n\n") && caption.text() == caption.text().trim());
        prop_assert_eq!(&Caption::new(caption.text()), &caption);
        prop_assert!(caption.text().starts_with(&caption.clean()));
        for tag in caption.hashtags() {
            prop_assert!(!tag.is_empty() && caption.text().contains(&tag));
        }
        for handle in caption.mentions() {
            prop_assert!(handle.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_')));
        }
    }

    #[test]
    fn an_excerpt_is_one_line_of_whole_graphemes(text in words(), longest in 1..60_usize) {
        let excerpt = Caption::new(&text).excerpt(longest);
        prop_assert!(excerpt.graphemes(true).count() <= longest.max(1), "{excerpt:?}");
        prop_assert!(!excerpt.contains('\n') && !excerpt.chars().any(hides));
        let line = one_line(&text);
        prop_assert_eq!(one_line(&line), line);
    }
}
