//! What some bytes are, told by how they begin: links lie about it, and so do servers. Pure.

/// What some bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sniffed {
    /// A JPEG.
    Jpeg,
    /// A PNG.
    Png,
    /// A WebP.
    WebP,
    /// A GIF.
    Gif,
    /// An AVIF.
    Avif,
    /// A HEIC, as iPhones make them.
    Heic,
    /// A video.
    Mp4,
    /// A web page.
    Html,
    /// A message of an API.
    Json,
    /// Plain words.
    Text,
    /// Nothing.
    Empty,
    /// Something else.
    Unknown,
}

impl Sniffed {
    /// Looks at the first bytes of a body; 64 are enough.
    pub fn of(start: &[u8]) -> Self {
        match start {
            [] => Self::Empty,
            [0xff, 0xd8, 0xff, ..] => Self::Jpeg,
            [0x89, b'P', b'N', b'G', ..] => Self::Png,
            [b'G', b'I', b'F', b'8', ..] => Self::Gif,
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Self::WebP,
            [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => Self::of_brand(brand),
            _ => Self::of_words(start),
        }
    }

    /// An ISO base media file says what it is by four letters.
    fn of_brand(brand: &[u8]) -> Self {
        match brand.get(..4) {
            Some(b"avif" | b"avis") => Self::Avif,
            Some(b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1") => Self::Heic,
            _ => Self::Mp4,
        }
    }

    fn of_words(start: &[u8]) -> Self {
        let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
        match start.first() {
            Some(b'<') => Self::Html,
            Some(b'{' | b'[') => Self::Json,
            Some(_) if start.iter().take(64).all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t')) => {
                Self::Text
            }
            _ => Self::Unknown,
        }
    }

    /// Whether pictures can be made from it.
    pub fn is_picture_we_decode(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::WebP | Self::Gif)
    }

    /// What it is, for a message.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Jpeg => "a JPEG picture",
            Self::Png => "a PNG picture",
            Self::WebP => "a WebP picture",
            Self::Gif => "a GIF picture",
            Self::Avif => "an AVIF picture, which feedbake cannot read",
            Self::Heic => "a HEIC picture, which feedbake cannot read",
            Self::Mp4 => "a video",
            Self::Html => "a web page",
            Self::Json => "a message in JSON",
            Self::Text => "a text",
            Self::Empty => "nothing",
            Self::Unknown => "something of a kind feedbake cannot read",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_known_by_how_they_begin_and_by_nothing_else() {
        let table: [(&[u8], Sniffed); 14] = [
            (b"", Sniffed::Empty),
            (b"\xff\xd8\xff\xe0", Sniffed::Jpeg),
            (b"\x89PNG\r\n", Sniffed::Png),
            (b"GIF89a", Sniffed::Gif),
            (b"RIFF\0\0\0\0WEBPVP8 ", Sniffed::WebP),
            (b"\0\0\0\x20ftypavif", Sniffed::Avif),
            (b"\0\0\0\x20ftypheic", Sniffed::Heic),
            (b"\0\0\0\x20ftypisom", Sniffed::Mp4),
            (b"\n <!DOCTYPE html>", Sniffed::Html),
            (b"{\"error\":", Sniffed::Json),
            (b"URL signature expired", Sniffed::Text),
            (b"\xff\xd8", Sniffed::Unknown),
            (b"RIFF\0\0\0\0WAVE", Sniffed::Unknown),
            (b"\0\0\0\x20fty", Sniffed::Unknown),
        ];
        for (bytes, expected) in table {
            assert_eq!(Sniffed::of(bytes), expected, "{bytes:?}");
        }
    }
}
