//! [`Caption`]: what strangers write, made safe to show.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::pieces::{Piece, pieces};

/// What stays as it is in the path of a hashtag's page.
const TAG_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_');

/// The text under a post, normalised.
///
/// Line breaks are `\n`; at most one blank line stands in a row; control characters, invisible ones and those that
/// turn the direction of writing are gone; letters are composed (NFC). Joiners stay where scripts and emoji need them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Caption(String);

impl From<String> for Caption {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl From<Caption> for String {
    fn from(caption: Caption) -> Self {
        caption.0
    }
}

/// Instagram takes 2200 characters. What is far beyond is cut: nobody wrote it, and everything here takes time by it.
const LONGEST: usize = 20_000;

impl Caption {
    /// Normalises what the API sent. Any text is welcome, the emptiest included.
    pub fn new(raw: &str) -> Self {
        let raw = raw.char_indices().nth(LONGEST).map_or(raw, |(end, _)| &raw[..end]);
        let unified =
            raw.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}', '\u{b}', '\u{c}', '\u{85}'], "\n");
        let visible: String = unified.chars().filter_map(shown).nfc().collect();
        let mut text = String::with_capacity(visible.len());
        let mut blank_lines = 0;
        for line in visible.split('\n').map(str::trim_end) {
            if line.is_empty() {
                blank_lines += 1;
                continue;
            }
            if !text.is_empty() {
                text.push_str(if blank_lines > 0 { "\n\n" } else { "\n" });
            }
            blank_lines = 0;
            text.push_str(line);
        }
        Self(text.trim().to_owned())
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The hashtags without `#`, as written, in order, each once whatever its case.
    pub fn hashtags(&self) -> Vec<String> {
        let tags = pieces(&self.0).into_iter().filter_map(|piece| match piece {
            Piece::Hashtag(tag) => Some(tag),
            _ => None,
        });
        unique(tags)
    }

    /// The mentioned handles without `@`, in order, each once whatever its case.
    pub fn mentions(&self) -> Vec<String> {
        let handles = pieces(&self.0).into_iter().filter_map(|piece| match piece {
            Piece::Mention(handle) => Some(handle),
            _ => None,
        });
        unique(handles)
    }

    /// Safe HTML in one line, with links: `<br>` and `<a>` are the only tags in it.
    ///
    /// Braces become entities as well, so that the text is no template wherever it is pasted.
    pub fn html(&self) -> String {
        let mut html = String::with_capacity(self.0.len() * 2);
        for piece in pieces(&self.0) {
            match piece {
                Piece::Text(text) => escape_into(&mut html, text),
                Piece::Address(address) => link_into(&mut html, address, address),
                Piece::Hashtag(tag) => {
                    let page =
                        format!("https://www.instagram.com/explore/tags/{}/", utf8_percent_encode(tag, TAG_PATH));
                    link_into(&mut html, &page, &format!("#{tag}"));
                }
                Piece::Mention(handle) => {
                    link_into(&mut html, &format!("https://www.instagram.com/{handle}/"), &format!("@{handle}"));
                }
            }
        }
        html
    }

    /// The text without the block of hashtags at its end, and without the lines of dots that people put before it.
    pub fn clean(&self) -> String {
        let mut end = self.0.trim_end();
        loop {
            let mut shorter = without_last_tag(end).trim_end();
            // A line of dots is a separator only when something was taken off behind it.
            while shorter.len() < end.len() && is_separator(last_line(shorter)) {
                shorter = shorter[..shorter.len() - last_line(shorter).len()].trim_end();
            }
            if shorter.len() == end.len() {
                return end.to_owned();
            }
            end = shorter;
        }
    }

    /// The beginning of [`Caption::clean`] in one line of at most `longest` graphemes, the `…` included; cut between
    /// words where that leaves at least half of it.
    pub fn excerpt(&self, longest: usize) -> String {
        let line = one_line(&self.clean());
        let graphemes: Vec<&str> = line.graphemes(true).collect();
        if graphemes.len() <= longest {
            return line;
        }
        let room = longest.saturating_sub(1);
        let cut = &graphemes[..room];
        // The word that reaches over the edge goes, unless it is nearly all there is.
        let whole_words =
            if graphemes[room] == " " { room } else { cut.iter().rposition(|part| *part == " ").unwrap_or(0) };
        let kept = if whole_words * 2 >= room { whole_words } else { room };
        let mut text: String = graphemes[..kept].concat();
        text.truncate(text.trim_end_matches([' ', ',', ';', ':', '-', '–', '—', '.', '…']).len());
        text.push('…');
        text
    }
}

/// Makes one line of `text`: for terminals, attributes and logs.
///
/// White space collapses to single blanks; control, invisible and direction-turning characters are gone, and with
/// them the escape that begins a terminal sequence.
pub fn one_line(text: &str) -> String {
    let broken = |letter: char| matches!(letter, '\n' | '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' | '\u{b}' | '\u{c}');
    let visible: String =
        text.chars().map(|letter| if broken(letter) { ' ' } else { letter }).filter_map(shown).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What becomes of one character: itself, a blank, or nothing.
fn shown(letter: char) -> Option<char> {
    match letter {
        '\n' => Some('\n'),
        '\t' | '\u{a0}' => Some(' '),
        // Zero-width joiner and non-joiner, variation selectors and tag letters belong to emoji and to scripts.
        '\u{200c}' | '\u{200d}' => Some(letter),
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}' => None,
        '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' => None,
        letter if letter.is_control() => None,
        letter => Some(letter),
    }
}

fn unique<'a>(words: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    let mut kept = Vec::new();
    for word in words {
        let folded = word.to_lowercase();
        if !seen.contains(&folded) {
            seen.push(folded);
            kept.push(word.to_owned());
        }
    }
    kept
}

fn link_into(html: &mut String, address: &str, shown: &str) {
    html.push_str("<a href=\"");
    escape_into(html, address);
    html.push_str("\" rel=\"nofollow noopener ugc\">");
    escape_into(html, shown);
    html.push_str("</a>");
}

fn escape_into(html: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '\n' => html.push_str("<br>"),
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            // Writing into a text cannot fail.
            '\'' | '{' | '}' => {
                let _ = write!(html, "&#{};", u32::from(letter));
            }
            _ => html.push(letter),
        }
    }
}

fn without_last_tag(text: &str) -> &str {
    match pieces(text).last() {
        Some(Piece::Hashtag(tag)) => {
            let before = &text[..text.len() - tag.len()];
            let before = before.strip_suffix('#').or_else(|| before.strip_suffix('＃')).unwrap_or(before);
            // A tag that ends a sentence of its own line belongs to the sentence; one that stands among tags does not.
            let line = last_line(before).trim();
            if line.is_empty() || is_tags_only(line) || ends_a_sentence(line) { before } else { text }
        }
        _ => text,
    }
}

fn is_tags_only(line: &str) -> bool {
    pieces(line).iter().all(|piece| match piece {
        Piece::Hashtag(_) => true,
        Piece::Text(text) => text.chars().all(|letter| !letter.is_alphanumeric()),
        Piece::Address(_) | Piece::Mention(_) => false,
    })
}

/// Whether only tags follow the last sentence of the line.
fn ends_a_sentence(line: &str) -> bool {
    let mut rest = line.trim_end();
    while let Some(Piece::Hashtag(tag)) = pieces(rest).last() {
        rest = rest[..rest.len() - tag.len()].trim_end_matches(['#', '＃']).trim_end();
    }
    rest.is_empty() || rest.ends_with(|letter: char| !letter.is_alphanumeric())
}

fn last_line(text: &str) -> &str {
    text.rsplit('\n').next().unwrap_or(text)
}

/// A line of dots, bullets, dashes or ornaments.
fn is_separator(line: &str) -> bool {
    !line.trim().is_empty()
        && line.chars().all(|letter| !letter.is_alphanumeric() && !matches!(letter, '#' | '@' | '!' | '?'))
}

#[cfg(test)]
mod tests {
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
        ];
        for (raw, expected) in table {
            let caption = Caption::new(raw);
            assert_eq!(caption.text(), expected, "{raw:?}");
            assert_eq!(Caption::new(caption.text()), caption);
        }
    }

    #[test]
    fn hashtags_are_found_in_every_script() {
        let table: [(&str, &[&str]); 9] = [
            ("#Sea and #sea, #SKY!", &["Sea", "SKY"]),
            ("#2024 #24h #_ #a_b", &["24h", "a_b"]),
            ("no#tag &#39; ##double /#x", &[]),
            ("#سفر_به_شمال #می\u{200c}روم", &["سفر_به_شمال", "می\u{200c}روم"]),
            ("#旅行。#日本の夏", &["旅行", "日本の夏"]),
            ("#Straße #über#unter", &["Straße", "über"]),
            ("#हिन्दी", &["हिन्दी"]),
            ("https://example.org/#part #real", &["real"]),
            ("＃wide", &["wide"]),
        ];
        for (text, expected) in table {
            assert_eq!(Caption::new(text).hashtags(), expected, "{text}");
        }
    }

    #[test]
    fn mentions_are_handles_and_no_mail() {
        let table: [(&str, &[&str]); 4] = [
            ("with @some.one, and @Some.One. Thanks @a_b!", &["some.one", "a_b"]),
            ("mail me@example.org", &[]),
            ("@@x @. @_ x@y", &[]),
            ("@abcdefghijklmnopqrstuvwxyz0123456789", &[]),
        ];
        for (text, expected) in table {
            assert_eq!(Caption::new(text).mentions(), expected, "{text}");
        }
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
                .map(|part| {
                    part.split_once("\" rel=\"nofollow noopener ugc\">").map_or(part, |(_, rest)| rest).to_owned()
                })
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
}
