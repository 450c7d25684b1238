//! Captions as people write them, in many scripts.

use super::*;

#[test]
fn whatever_was_written_is_normalised_once() {
    let table = [
        ("", ""),
        (" \n\t\r\n ", ""),
        ("a\r\nb\u{2028}c\rd", "a\nb\nc\nd"),
        ("a  \n\n\n\n b", "a\n\n b"),
        ("\u{202e}evil\u{2066}\u{200b}\u{feff} \u{1b}[31mred", "evil [31mred"),
        ("e\u{301}", "é"),
        ("👩\u{200d}👩\u{200d}👧 ✌\u{fe0f}", "👩\u{200d}👩\u{200d}👧 ✌\u{fe0f}"),
        ("می\u{200c}روم", "می\u{200c}روم"),
        // Marks of direction stay, one of a kind at a place; alone they are nothing.
        ("\u{200f}(سلام) C++\u{200e}\u{200f}\u{200e}", "\u{200f}(سلام) C++\u{200e}"),
        ("a\n\u{200f}\u{61c}\n\u{200d}b", "a\n\n\u{200d}b"),
        ("\u{200f} \u{fe0f}", ""),
        ("\u{2800}\n\u{2800} \u{3164}", ""),
        // Letters of tags belong to flags.
        (
            "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}\u{e0041}!",
            "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}!",
        ),
        ("\u{e0041}a\u{e0001}\u{e007f}🏴\u{e0067}\u{e0062}", "a🏴"),
        ("🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e0061}\u{e0062}\u{e007f}", "🏴"),
    ];
    for (raw, expected) in table {
        let caption = Caption::new(raw);
        assert_eq!(caption.text(), expected, "{raw:?}");
        assert_eq!(Caption::new(caption.text()), caption);
    }
}

#[test]
fn hashtags_are_found_in_every_script() {
    let table: [(&str, &[&str]); 12] = [
        ("#Sea and #sea, #SKY!", &["Sea", "SKY"]),
        ("#2024 #24h #_ #a_b", &["24h", "a_b"]),
        ("no#tag &#39; ##double /#x", &[]),
        ("#سفر_به_شمال #می\u{200c}روم", &["سفر_به_شمال", "می\u{200c}روم"]),
        ("#旅行。#日本の夏", &["旅行", "日本の夏"]),
        ("#Straße #über#unter", &["Straße", "über", "unter"]),
        ("#早安#外滩日出 a#b", &["早安", "外滩日出"]),
        ("#हिन्दी", &["हिन्दी"]),
        ("下次再来#西湖#杭州 อาหารไทย#อาหาร", &["西湖", "杭州", "อาหาร"]),
        ("Step 1\u{fe0f}\u{20e3} and #\u{fe0f}\u{20e3} key #🌊", &["🌊"]),
        ("https://example.org/#part #real", &["real"]),
        ("＃wide", &["wide"]),
    ];
    for (text, expected) in table {
        assert_eq!(Caption::new(text).hashtags(), expected, "{text}");
    }
}

#[test]
fn mentions_are_handles_and_no_mail() {
    let table: [(&str, &[&str]); 7] = [
        ("with @some.one, and @Some.One. Thanks @a_b!", &["some.one", "a_b"]),
        ("mail me@example.org", &[]),
        ("@@x @. @_ x@y @.x @not@mail", &[]),
        ("@abcdefghijklmnopqrstuvwxyz0123456789", &[]),
        ("@müller, @some.oneさん", &["some.one"]),
        ("＠friend 和@li_wei一起，안녕@jin.ho야 ครับ@somchai", &["friend", "li_wei", "jin.ho", "somchai"]),
        ("和@li.wei一起 a@b.de é@x 和me@example.org @＠x", &["li.wei"]),
    ];
    for (text, expected) in table {
        assert_eq!(Caption::new(text).mentions(), expected, "{text}");
    }
}

#[test]
fn an_address_ends_where_a_sentence_of_its_script_does() {
    let table: [(&str, &[&str]); 9] = [
        ("https://example.com/西湖?q=1。谢谢", &["https://example.com/西湖?q=1"]),
        ("https://example.jp/path（予約制）", &["https://example.jp/path"]),
        ("「https://example.jp/」、『http://a.jp/b』！", &["https://example.jp/", "http://a.jp/b"]),
        ("https://a.cn/x；https://b.cn/y…", &["https://a.cn/x", "https://b.cn/y"]),
        ("(https://en.wikipedia.org/wiki/A_(b)).", &["https://en.wikipedia.org/wiki/A_(b)"]),
        ("https://example.ir/راه؟ https://example.in/नदी।", &["https://example.ir/راه", "https://example.in/नदी"]),
        ("https://example.org/a\u{200f} b", &["https://example.org/a"]),
        ("„https://example.org/a“", &["https://example.org/a"]),
        ("https://example.org/a?b=c,d;e!f=g#h", &["https://example.org/a?b=c,d;e!f=g#h"]),
    ];
    for (text, expected) in table {
        let all = pieces(text);
        let addresses = all.iter().filter_map(|piece| match piece {
            Piece::Address(address) => Some(*address),
            _ => None,
        });
        assert_eq!(addresses.collect::<Vec<_>>(), expected, "{text}");
    }
    // What follows is looked through like any other text.
    let caption = Caption::new("https://a.cn/x。#旅行，@some.one");
    assert_eq!((caption.hashtags(), caption.mentions()), (vec!["旅行".to_owned()], vec!["some.one".to_owned()]));
}

#[test]
fn html_is_one_line_with_two_kinds_of_tags() {
    let table = [
        ("a < b & \"c\"\n\n{{ x }}", "a &lt; b &amp; &quot;c&quot;<br><br>&#123;&#123; x &#125;&#125;"),
        (
            "see https://example.org/?a=1&b=2.",
            "see <a href=\"https://example.org/?a=1&amp;b=2\" rel=\"nofollow noopener ugc\">https://example.org/?a=1&amp;b=2</a>.",
        ),
        (
            "#Straße",
            "<a href=\"https://www.instagram.com/explore/tags/Stra%C3%9Fe/\" rel=\"nofollow noopener ugc\">#Straße</a>",
        ),
        (
            "by @some.one",
            "by <a href=\"https://www.instagram.com/some.one/\" rel=\"nofollow noopener ugc\">@some.one</a>",
        ),
        ("javascript:alert(1) ftp://x.example", "javascript:alert(1) ftp://x.example"),
    ];
    for (text, expected) in table {
        assert_eq!(Caption::new(text).html(), expected, "{text}");
    }
}

#[test]
fn the_block_of_hashtags_at_the_end_goes() {
    let table = [
        ("Morning at the sea.\n.\n.\n.\n#sea #sky", "Morning at the sea."),
        ("Morning at the sea. #sea #sky", "Morning at the sea."),
        ("I love the #sea", "I love the #sea"),
        ("#only #tags", ""),
        ("Lines\n\n#one\n#two", "Lines"),
        ("Dots stay…\n.", "Dots stay…\n."),
        ("#first words", "#first words"),
        ("Hello world #one #two", "Hello world"),
        ("Hello world #one", "Hello world #one"),
        ("日本の朝 #東京 #桜", "日本の朝"),
        ("日本の朝 #東京", "日本の朝 #東京"),
        ("เช้านี้ที่ทะเล #ทะเล #เที่ยว", "เช้านี้ที่ทะเล"),
        ("เรารักที่ #ทะเล", "เรารักที่ #ทะเล"),
        ("सुबह की चाय #चाय#सुबह", "सुबह की चाय"),
        ("यह है हिन्दी #चाय", "यह है हिन्दी #चाय"),
        ("بامداد #دریا #سفر\u{200f}", "بامداد"),
        ("Morning 🌅\u{fe0f} #sea", "Morning 🌅\u{fe0f}"),
        ("Our trip: #paris, #rome | #bern", "Our trip:"),
        ("I love #paris. #travel", "I love #paris."),
        ("I love the #sea\n#travel #beach", "I love the #sea"),
        ("Hi\n\n#2024 #photo #summer", "Hi"),
        ("Hi #photo #2024, #summer #2025", "Hi"),
        ("In #2024", "In #2024"),
        ("We are #1 #proud #happy", "We are #1"),
        ("With @some.one #sea", "With @some.one #sea"),
        ("See https://example.org/ #sea #sky", "See https://example.org/"),
    ];
    for (text, expected) in table {
        assert_eq!(Caption::new(text).clean(), expected, "{text}");
    }
}

#[test]
fn an_excerpt_is_cut_between_words_and_never_inside_an_emoji() {
    let family = "👨\u{200d}👩\u{200d}👧\u{200d}👦";
    let table = [
        ("short", 10, "short".to_owned()),
        ("one two three four", 12, "one two…".to_owned()),
        ("one two three four", 14, "one two three…".to_owned()),
        ("exactly ten", 11, "exactly ten".to_owned()),
        ("Donaudampfschifffahrt", 6, "Donau…".to_owned()),
        ("a\nb\n\nc", 10, "a b c".to_owned()),
    ];
    for (text, longest, expected) in table {
        assert_eq!(Caption::new(text).excerpt(longest), expected, "{text}");
    }
    assert_eq!(Caption::new(&family.repeat(5)).excerpt(3), format!("{family}{family}…"));
}

/// A small generator of nasty texts; the seed makes a failure repeatable.
fn nasty(seed: u64) -> String {
    const PARTS: [&str; 24] = [
        "#",
        "@",
        "<",
        ">",
        "&",
        "\"",
        "'",
        "{{",
        "}}",
        "{%",
        "\n",
        "\r\n",
        " ",
        "a",
        "ß",
        "旅",
        "\u{202e}",
        "\u{200d}",
        "👩",
        "\u{301}",
        "https://x.org",
        "</script>",
        ".",
        "#tag",
    ];
    let mut state = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    let mut text = String::new();
    for _ in 0..40 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        text.push_str(PARTS[(state >> 33) as usize % PARTS.len()]);
    }
    text
}

#[test]
fn no_text_breaks_the_promises() {
    for seed in 0..3000 {
        let caption = Caption::new(&nasty(seed));
        assert_eq!(Caption::new(caption.text()), caption, "seed {seed}");
        let html = caption.html();
        assert!(!html.contains(['\n', '{', '}']), "seed {seed}: {html}");
        let bare = html
            .replace("<br>", "")
            .replace("</a>", "")
            .split("<a href=\"")
            .map(|part| part.split_once("\" rel=\"nofollow noopener ugc\">").map_or(part, |(_, rest)| rest).to_owned())
            .collect::<String>();
        assert!(!bare.contains(['<', '>', '"']), "seed {seed}: {html}");
        for longest in [1, 5, 20] {
            let excerpt = caption.excerpt(longest);
            assert!(excerpt.graphemes(true).count() <= longest, "seed {seed}, {longest}: {excerpt:?}");
            assert!(!excerpt.contains('\n'));
        }
        assert!(!one_line(&nasty(seed)).contains(char::is_control));
    }
}
