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
mod tests;
