//! [`Caption`]: what strangers write, made safe to show.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::pieces::{Piece, is_direction, pieces};
use super::post::profile_address;

/// What stays as it is in the path of a hashtag's page.
const TAG_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_');

/// The text under a post, normalised.
///
/// Line breaks are `\n`; at most one blank line stands in a row; control characters, invisible ones and those that
/// turn the direction of writing are gone; letters are composed (NFC). Joiners, and marks that only say which way a text
/// is read, stay where scripts and emoji need them.
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
        let visible: String = visible(&unified).nfc().collect();
        let mut text = String::with_capacity(visible.len());
        let mut blank_lines = 0;
        for line in visible.split('\n').map(str::trim_end) {
            if !is_seen(line) {
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
                    link_into(&mut html, &profile_address(handle), &format!("@{handle}"));
                }
            }
        }
        html
    }

    /// The text without the block of hashtags at its end, and without the lines of dots that people put before it.
    ///
    /// Two or more in a row are a block. One alone may be a word of its sentence, and goes only after a line break, or
    /// after what is no letter.
    pub fn clean(&self) -> String {
        let mut end = self.0.trim_end();
        loop {
            let mut shorter = without_last_tags(end).trim_end();
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
    let unbroken: String = text.chars().map(|letter| if broken(letter) { ' ' } else { letter }).collect();
    let line: String = visible(&unbroken).collect();
    let words: Vec<&str> = line.split_whitespace().collect();
    if words.iter().any(|word| is_seen(word)) { words.join(" ") } else { String::new() }
}

/// What is shown of a text, line breaks included.
fn visible(text: &str) -> impl Iterator<Item = char> {
    let mut flag_ends = 0;
    let mut before = None;
    text.char_indices().filter_map(move |(at, letter)| {
        if letter == '🏴' {
            flag_ends = at + letter.len_utf8() + region_of_flag(&text[at + letter.len_utf8()..]);
        }
        let letter = match letter {
            // Outside of a flag nobody sees them, and whole sentences can be written in them.
            '\u{e0000}'..='\u{e007f}' => Some(letter).filter(|_| at < flag_ends),
            letter => shown(letter),
        }?;
        // One of them says all that several say.
        let is_again = is_direction(letter) && before.is_some_and(is_direction);
        before = Some(letter);
        (!is_again).then_some(letter)
    })
}

/// The bytes of the letters that make the flag of a region, as of Scotland, out of the black flag before them.
///
/// Source: Unicode Technical Standard 51, “emoji tag sequence”: three to six letters and digits, and an end.
fn region_of_flag(rest: &str) -> usize {
    let letters =
        rest.chars().take_while(|letter| matches!(letter, '\u{e0030}'..='\u{e0039}' | '\u{e0061}'..='\u{e007a}'));
    let count = letters.count();
    let is_whole = (3..=6).contains(&count) && rest.chars().nth(count) == Some('\u{e007f}');
    if is_whole { (count + 1) * '\u{e007f}'.len_utf8() } else { 0 }
}

/// Whether there is more in it than what joins letters and turns them.
fn is_seen(text: &str) -> bool {
    let is_hidden =
        |letter: char| is_direction(letter) || matches!(letter, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}');
    text.chars().any(|letter| !letter.is_whitespace() && !is_hidden(letter))
}

/// What becomes of one character: itself, a blank, or nothing.
fn shown(letter: char) -> Option<char> {
    match letter {
        '\n' => Some('\n'),
        // The last are letters without ink, which people put where a blank would be taken away.
        '\t' | '\u{a0}' | '\u{2800}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' => Some(' '),
        // Zero-width joiner and non-joiner and variation selectors belong to emoji and to scripts. The marks of direction
        // turn nothing but what is neutral beside them: a bracket in a text from right to left needs them.
        '\u{200c}' | '\u{200d}' | '\u{61c}' | '\u{200e}' | '\u{200f}' => Some(letter),
        '\u{ad}' | '\u{180e}' | '\u{200b}' | '\u{feff}' => None,
        // Embeddings, overrides and isolates reach as far as nobody closes them, out of the caption and over the page.
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

fn without_last_tags(text: &str) -> &str {
    let line = last_line(text);
    let (before, tags) = before_the_tags(line);
    let is_block = match tags {
        0 => false,
        1 => !before.trim_end_matches(is_blank).ends_with(is_part_of_a_word),
        _ => true,
    };
    if is_block { &text[..text.len() - line.len() + before.len()] } else { text }
}

/// What stands before the hashtags that end a line, and how many there are.
fn before_the_tags(line: &str) -> (&str, usize) {
    let (mut end, mut before, mut tags) = (line.len(), line.len(), 0);
    for piece in pieces(line).iter().rev() {
        match piece {
            Piece::Hashtag(tag) => {
                let sign = line[..end - tag.len()].chars().next_back().map_or(0, char::len_utf8);
                end -= tag.len() + sign;
                (before, tags) = (end, tags + 1);
            }
            Piece::Text(text) => {
                let (rest, numbers) = before_the_numbers(text);
                end -= text.len() - rest.len();
                if numbers > 0 {
                    (before, tags) = (end, tags + numbers);
                }
                if !rest.is_empty() {
                    break;
                }
            }
            Piece::Address(_) | Piece::Mention(_) => break,
        }
    }
    (&line[..before], tags)
}

/// What stands before the numbers with `#` that end a text, and how many there are: in a block of hashtags, `#2024` is one
/// of them. A rank such as `#1` is none. What is left is empty where nothing but what is between hashtags is.
fn before_the_numbers(text: &str) -> (&str, usize) {
    const SHORTEST: usize = 3;
    let (mut rest, mut numbers) = (text, 0);
    loop {
        let word = rest.trim_end_matches(is_between_tags);
        if word.is_empty() {
            return ("", numbers);
        }
        let before = word.trim_end_matches(char::is_numeric);
        let is_long = word[before.len()..].chars().count() >= SHORTEST;
        match before.strip_suffix(['#', '＃']).filter(|before| is_long && !before.ends_with(is_part_of_a_word)) {
            Some(before) => (rest, numbers) = (before, numbers + 1),
            None => return (rest, numbers),
        }
    }
}

/// What people put between two hashtags. What ends a sentence is not among it: the tag before it belongs to that.
fn is_between_tags(letter: char) -> bool {
    is_blank(letter) || matches!(letter, ',' | '、' | '،' | '|' | '·' | '・' | '•' | '/')
}

fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || is_direction(letter)
}

/// The vowels and tones of many scripts are marks, not letters; those of emoji are no part of a word.
fn is_part_of_a_word(letter: char) -> bool {
    let is_of_emoji = matches!(letter, '\u{fe00}'..='\u{fe0f}' | '\u{20e3}');
    letter.is_alphanumeric() || (unicode_normalization::char::is_combining_mark(letter) && !is_of_emoji)
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
