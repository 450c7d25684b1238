//! Where the PHP of a page is, told by its letters. Pure.

use std::ops::Range;

/// A block of PHP in a page, from its opening tag to its closing one.
#[derive(Debug, PartialEq, Eq)]
pub struct PhpBlock {
    /// Where it is. One that nothing ends goes on to the end of the text.
    pub range: Range<usize>,
    /// Whether something ends it.
    pub is_closed: bool,
    /// The comments in it, in their order.
    pub comments: Vec<Range<usize>>,
}

/// The blocks of PHP in a page, in their order, each `<?php`, `<?=` or `<?`.
pub fn php_blocks(text: &str) -> Vec<PhpBlock> {
    let mut blocks = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find("<?").map(|length| from + length) {
        from = start + 2;
        // XHTML may begin so.
        if text[from..].starts_with("xml") {
            continue;
        }
        let block = block(text, start);
        from = block.range.end;
        blocks.push(block);
    }
    blocks
}

/// What stands between a block of PHP that begins a condition or a loop, and the one that ends it: that block, and where
/// the other begins. Told by how a block begins and ends.
pub fn php_controls(text: &str) -> Vec<(Range<usize>, usize)> {
    let mut open: Vec<Range<usize>> = Vec::new();
    let mut controls = Vec::new();
    for PhpBlock { range, comments, .. } in php_blocks(text) {
        let mut code = text[range.clone()].to_owned();
        for comment in comments.iter().rev() {
            code.replace_range(comment.start - range.start..comment.end - range.start, " ");
        }
        let code = code.trim_start_matches("<?php").trim_start_matches("<?").trim_end_matches("?>").trim();
        let begins = |words: &[&str]| words.iter().any(|word| code.starts_with(word));
        let ends = begins(&["}", "endif", "endfor", "endwhile", "endswitch"]);
        let is_begin = code.ends_with('{') || (code.ends_with(':') && !begins(&["case", "default"]));
        match (ends, is_begin) {
            (true, false) => controls.extend(open.pop().map(|opening| (opening, range.start))),
            (false, true) if !begins(&["else"]) => open.push(range),
            // One branch ends, and the next begins.
            _ => {}
        }
    }
    controls
}

fn block(text: &str, start: usize) -> PhpBlock {
    let bytes = text.as_bytes();
    let mut comments = Vec::new();
    let mut at = start + 2;
    while let Some(byte) = bytes.get(at) {
        let next = bytes.get(at + 1);
        at = match byte {
            b'?' if next == Some(&b'>') => return PhpBlock { range: start..at + 2, is_closed: true, comments },
            b'"' | b'\'' | b'`' => end_of_string(bytes, at),
            b'<' if bytes[at..].starts_with(b"<<<") => end_of_heredoc(text, at),
            b'/' if next == Some(&b'*') => {
                let end = text[at + 2..].find("*/").map_or(text.len(), |length| at + 2 + length + 2);
                comments.push(at..end);
                end
            }
            // `#[` begins an attribute.
            b'/' | b'#' if next == Some(&b'/') || (*byte == b'#' && next != Some(&b'[')) => {
                let end = end_of_line_comment(text, at);
                comments.push(at..end);
                end
            }
            _ => at + 1,
        };
    }
    PhpBlock { range: start..text.len(), is_closed: false, comments }
}

/// A comment of one line ends with it, or before the tag that ends the block.
fn end_of_line_comment(text: &str, start: usize) -> usize {
    let line = text[start..].find('\n').unwrap_or(text.len() - start);
    start + text[start..start + line].find("?>").unwrap_or(line)
}

/// Strings of PHP may have many lines.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            byte if *byte == bytes[start] => return at + 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// `<<<WORD`, and everything down to the line that begins with the word.
fn end_of_heredoc(text: &str, start: usize) -> usize {
    let behind = start + 3;
    let Some((head, _)) = text[behind..].split_once('\n') else { return behind };
    let word = head.trim().trim_matches(['"', '\'']);
    if word.is_empty() || !word.chars().all(|letter| letter.is_alphanumeric() || letter == '_') {
        return behind;
    }
    let mut at = behind + head.len() + 1;
    for line in text[at..].split_inclusive('\n') {
        let inside = line.trim_start();
        if inside.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|letter: char| letter.is_alphanumeric())) {
            return at + line.len() - inside.len() + word.len();
        }
        at += line.len();
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_ends_where_php_says_so() {
        for (text, expected, comments) in [
            ("a<?php b ?>c<?= d ?>e<? f ?>", vec!["<?php b ?>", "<?= d ?>", "<? f ?>"], vec![]),
            ("<?php '?>', \"\\\"?>\n\" ?>a", vec!["<?php '?>', \"\\\"?>\n\" ?>"], vec![]),
            ("<?php // it's ?>a", vec!["<?php // it's ?>"], vec!["// it's "]),
            ("<?php # a\n /* ?> */ ?>b", vec!["<?php # a\n /* ?> */ ?>"], vec!["# a", "/* ?> */"]),
            ("<?php #[A] ?>b", vec!["<?php #[A] ?>"], vec![]),
            ("<?php <<<'END'\nit's ?>\n  END; ?>b", vec!["<?php <<<'END'\nit's ?>\n  END; ?>"], vec![]),
            ("<?xml version=\"1.0\"?>it's <?php a ?>", vec!["<?php a ?>"], vec![]),
            ("a<?php b", vec!["<?php b"], vec![]),
            ("a<?php 'ü", vec!["<?php 'ü"], vec![]),
            ("<?php \"\\", vec!["<?php \"\\"], vec![]),
        ] {
            let blocks = php_blocks(text);
            let found: Vec<&str> = blocks.iter().map(|block| &text[block.range.clone()]).collect();
            let said: Vec<&str> = blocks.iter().flat_map(|block| &block.comments).map(|it| &text[it.clone()]).collect();
            assert_eq!((found, said), (expected, comments), "{text}");
        }
    }

    #[test]
    fn a_condition_or_a_loop_goes_from_block_to_block() {
        for (text, expected) in [
            ("<?php if (a): ?>b<?php endif; ?>", vec!["<?php if (a): ?>b"]),
            ("<?php foreach (a as b) { // c ?>d<?php } ?>", vec!["<?php foreach (a as b) { // c ?>d"]),
            ("<? if (a) { ?>b<? } else { ?>c<? } ?>", vec!["<? if (a) { ?>b<? } else { ?>c"]),
            (
                "<?php while (a): ?><?php if (b): ?>c<?php else: ?>d<?php endif ?><?php endwhile ?>",
                vec![
                    "<?php if (b): ?>c<?php else: ?>d",
                    "<?php while (a): ?><?php if (b): ?>c<?php else: ?>d<?php endif ?>",
                ],
            ),
            ("<?php switch (a): ?><?php case 1: ?>b<?php endswitch ?>", vec!["<?php switch (a): ?><?php case 1: ?>b"]),
            ("<?= a ?><?php b(); } ?>c<?php }", vec![]),
        ] {
            let found = php_controls(text).into_iter();
            let found: Vec<&str> = found.map(|(opening, end)| &text[opening.start..end]).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
