//! Takes a caption apart: addresses, hashtags of every script, mentions, and the text between them. Pure.

use linkify::{LinkFinder, LinkKind};

/// Longest handle Instagram gives out.
const LONGEST_HANDLE: usize = 30;

/// A part of a caption.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Text(&'a str),
    Address(&'a str),
    Hashtag(&'a str),
    Mention(&'a str),
}

/// Takes a text apart; the pieces in order are the text, but for the `#` and `@` of tags and handles.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url, LinkKind::Email]);
    let mut pieces = Vec::new();
    // The finder takes letters of every script into an address, and the punctuation of most with them.
    let mut from = 0;
    for part in text.split_inclusive(ends_an_address) {
        let inside = part.trim_end_matches(ends_an_address);
        for span in finder.spans(inside) {
            let (start, end) = (from + span.start(), from + span.end());
            match span.kind() {
                Some(LinkKind::Url) if is_web(span.as_str()) => pieces.push(Piece::Address(&text[start..end])),
                Some(LinkKind::Email) if is_handle_in_a_sentence(span.as_str()) => {
                    words(text, start, end, &mut pieces);
                }
                // An e-mail address or another scheme is text, and what looks like a handle in it is none.
                Some(_) => pieces.push(Piece::Text(&text[start..end])),
                None => words(text, start, end, &mut pieces),
            }
        }
        words(text, from + inside.len(), from + part.len(), &mut pieces);
        from += part.len();
    }
    pieces
}

/// Marks that end an address where no blank does: full-width ones, those of Chinese, Japanese, Arabic and Indian texts,
/// and those that say which way a text is read. An address that has one of them in its path has it in percents.
fn ends_an_address(letter: char) -> bool {
    matches!(letter,
        '\u{3000}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}' | '！' | '＂'
        | '＇'..='）' | '，' | '．' | '：' | '；' | '＜' | '＞' | '？' | '［' | '］' | '｛'..='､'
        | '‘'..='‟' | '…' | '،' | '؛' | '؟' | '۔' | '।' | '॥')
        || is_direction(letter)
}

/// Says which way the text beside it is read, and is not seen.
pub(super) fn is_direction(letter: char) -> bool {
    matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}')
}

/// Whether what looks like an e-mail address is a handle after a word of a script that has no blanks between words.
fn is_handle_in_a_sentence(address: &str) -> bool {
    address.split('@').next().and_then(|local| local.chars().next_back()).is_some_and(is_written_without_blanks)
}

/// A letter of a script whose words stand side by side, or, as in Korean, take their endings without a blank.
fn is_written_without_blanks(letter: char) -> bool {
    matches!(letter,
        // Thai and Lao, Burmese, Khmer.
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        // Hangul, kana and what they have in common with Chinese, from 々 on.
        | '\u{1100}'..='\u{11ff}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{318f}' | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

fn is_web(address: &str) -> bool {
    let start = address.get(..8).unwrap_or(address).to_ascii_lowercase();
    start.starts_with("https://") || start.starts_with("http://")
}

fn words<'a>(text: &'a str, start: usize, end: usize, pieces: &mut Vec<Piece<'a>>) {
    let mut plain_from = start;
    let mut at = start;
    while let Some(found) = text[at..end].find(['#', '＃', '@', '＠']) {
        let sign = at + found;
        let sign_width = text[sign..].chars().next().map_or(1, char::len_utf8);
        // Who writes without blanks ends a hashtag with the next one.
        let follows_a_tag = plain_from == sign && matches!(pieces.last(), Some(Piece::Hashtag(_)));
        let before = text[..sign].chars().next_back().filter(|_| !follows_a_tag);
        let rest = &text[sign + sign_width..end];
        let piece = if text[sign..].starts_with(['@', '＠']) { mention(before, rest) } else { hashtag(before, rest) };
        match piece {
            Some(piece) => {
                if plain_from < sign {
                    pieces.push(Piece::Text(&text[plain_from..sign]));
                }
                let (Piece::Hashtag(word) | Piece::Mention(word) | Piece::Text(word) | Piece::Address(word)) = &piece;
                at = sign + sign_width + word.len();
                plain_from = at;
                pieces.push(piece);
            }
            None => at = sign + sign_width,
        }
    }
    if plain_from < end {
        pieces.push(Piece::Text(&text[plain_from..end]));
    }
}

/// A letter of a word that ends with a blank.
fn is_of_a_word(letter: char) -> bool {
    letter.is_alphanumeric() && !is_written_without_blanks(letter)
}

/// A hashtag is letters, marks, digits and `_` of any script, not digits alone, after anything that is no word, and after
/// a word of a script that has no blanks.
fn hashtag(before: Option<char>, rest: &str) -> Option<Piece<'_>> {
    if before.is_some_and(|letter| is_of_a_word(letter) || matches!(letter, '_' | '&' | '#' | '＃' | '/')) {
        return None;
    }
    let length = rest.find(|letter: char| !is_tag_letter(letter)).unwrap_or(rest.len());
    let tag = rest[..length].trim_end_matches(['\u{200c}', '\u{200d}']);
    // The key with that sign on it is an emoji: the sign, and two marks.
    let has_letter = tag.chars().any(|letter| letter.is_alphabetic() || (is_emoji(letter) && letter != '\u{fe0f}'));
    has_letter.then_some(Piece::Hashtag(tag))
}

fn is_tag_letter(letter: char) -> bool {
    letter.is_alphanumeric()
        || letter == '_'
        || letter == '\u{200c}'
        || letter == '\u{200d}'
        || unicode_normalization::char::is_combining_mark(letter)
        || is_emoji(letter)
}

/// Instagram takes emoji in hashtags.
fn is_emoji(letter: char) -> bool {
    matches!(letter, '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{fe0f}' | '\u{2b00}'..='\u{2bff}')
}

/// A letter of a script in which words have blanks between them, and handles their first letters from.
fn is_latin(letter: char) -> bool {
    letter.is_alphabetic() && matches!(letter, '\u{00}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}

/// A handle follows anything that is no word, and a word of a script that has no blanks.
fn mention(before: Option<char>, rest: &str) -> Option<Piece<'_>> {
    if before.is_some_and(|letter| is_of_a_word(letter) || matches!(letter, '_' | '.' | '@' | '＠' | '/')) {
        return None;
    }
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_');
    let length = rest.find(|letter: char| !fits(letter)).unwrap_or(rest.len());
    let handle = rest[..length].trim_end_matches('.');
    // A word with an umlaut is no handle up to it; where no blanks are written, the next word may follow at once.
    if rest[length..].chars().next().is_some_and(|letter| is_latin(letter) || matches!(letter, '@' | '＠')) {
        return None;
    }
    let has_letter = handle.chars().any(|letter| letter.is_ascii_alphanumeric());
    (has_letter && !handle.starts_with('.') && handle.len() <= LONGEST_HANDLE).then_some(Piece::Mention(handle))
}
