//! The files behind the links: from a folder, from this program, or drawn when they are asked for.

use std::borrow::Cow;
use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

/// What is in a file.
#[derive(Debug, Clone)]
pub enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// Bytes that are part of this program.
    Embedded(&'static [u8]),
    /// A JPEG of this size, drawn when it is asked for.
    Drawn {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
}

impl Content {
    /// A video of twelve seconds without a frame in it: its beginning, the header that says how long it lasts, and the
    /// box that frames would be in.
    pub fn video() -> Self {
        let mut bytes = b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41".to_vec();
        bytes.extend(116_u32.to_be_bytes());
        bytes.extend(b"moov");
        bytes.extend(108_u32.to_be_bytes());
        bytes.extend(b"mvhd");
        // Version, flags and two dates; a thousand parts to a second, and twelve thousand of them.
        bytes.extend([0; 12]);
        bytes.extend(1000_u32.to_be_bytes());
        bytes.extend(12_000_u32.to_be_bytes());
        bytes.extend([0; 80]);
        bytes.extend(8_u32.to_be_bytes());
        bytes.extend(b"mdat");
        Self::Bytes(bytes)
    }

    /// The bytes; `name` gives each drawn picture a colour of its own.
    pub fn bytes(&self, name: &str) -> Cow<'_, [u8]> {
        match self {
            Self::Bytes(bytes) => Cow::Borrowed(bytes),
            Self::Embedded(bytes) => Cow::Borrowed(bytes),
            Self::Drawn { width, height } => Cow::Owned(encoded(&drawn(name, *width, *height), ImageFormat::Jpeg)),
        }
    }
}

/// A soft gradient whose colours belong to `name`.
pub fn drawn(name: &str, width: u32, height: u32) -> RgbImage {
    let seed = name.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    let [base_red, base_green, base_blue, _] = seed.to_le_bytes().map(|byte| u32::from(byte) / 2);
    let channel = |value: u32| u8::try_from(value).unwrap_or(u8::MAX);
    RgbImage::from_fn(width, height, |x, y| {
        let (across, down) = (x * 127 / width.max(1), y * 127 / height.max(1));
        Rgb([channel(base_red + across), channel(base_green + down), channel(base_blue + (across + down) / 2)])
    })
}

/// Encodes a picture.
pub fn encoded(image: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).expect("a small RGB picture can be written in every format used here");
    bytes.into_inner()
}
