//! libwebp's encoder behind a safe function. The only room with code the compiler cannot check.
//!
//! The C library sees nothing but [`Planes`], whose lengths are right by construction, and writes into memory of its
//! own that is copied and given back here. Bytes of strangers never come this way: they are decoded in Rust.
#![allow(unsafe_code, reason = "libwebp is called through C functions")]

use std::ffi::c_int;
use std::mem::MaybeUninit;

use libwebp_sys as ffi;

use super::planes::Planes;

/// What the encoder is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effort {
    /// libwebp's quality, 0 to 100.
    pub quality: f32,
    /// libwebp's method, 0 to 6: higher is slower and smaller.
    pub method: u8,
}

/// Encodes `planes` as lossy WebP without metadata.
///
/// # Errors
/// What libwebp says, in its own words: a side longer than 16383 pixels, or no memory.
pub fn encode(planes: &Planes, effort: Effort) -> Result<Vec<u8>, String> {
    let planes = &planes.to_video_range();
    let side = |length: u32| c_int::try_from(length).map_err(|_| "a side is too long".to_owned());
    let (width, height) = (side(planes.width())?, side(planes.height())?);
    let mut config = ffi::WebPConfig::new().map_err(|()| "libwebp does not fit this program".to_owned())?;
    config.quality = effort.quality.clamp(0.0, 100.0);
    config.method = c_int::from(effort.method.min(6));
    let mut picture = Picture::new()?;
    let mut writer = Writer::new();
    let raw = &mut picture.0;
    raw.use_argb = 0;
    raw.colorspace = ffi::WebPEncCSP::WEBP_YUV420;
    raw.width = width;
    raw.height = height;
    // The encoder reads planes that it did not allocate and never writes them: its own `WebPPictureView` does the
    // same. It frees only what `WebPPictureAlloc` gave it, which is not called.
    raw.y = planes.luma().as_ptr().cast_mut();
    raw.u = planes.blue().as_ptr().cast_mut();
    raw.v = planes.red().as_ptr().cast_mut();
    raw.y_stride = width;
    raw.uv_stride = (width + 1) / 2;
    raw.writer = Some(ffi::WebPMemoryWrite);
    raw.custom_ptr = (&raw mut writer.0).cast();
    // SAFETY: `config` and `picture` were initialised by libwebp. The three planes hold `stride` × rows bytes each
    // (`Planes` promises it) and outlive the call, as does `writer`, which `WebPMemoryWrite` expects behind
    // `custom_ptr`. Nothing else knows these pointers.
    let is_done = unsafe { ffi::WebPEncode(&raw const config, raw) } != 0;
    if is_done { Ok(writer.bytes()) } else { Err(format!("{:?}", picture.0.error_code)) }
}

/// A picture of libwebp's, given back when dropped.
struct Picture(ffi::WebPPicture);

impl Picture {
    fn new() -> Result<Self, String> {
        ffi::WebPPicture::new().map(Self).map_err(|()| "libwebp does not fit this program".to_owned())
    }
}

impl Drop for Picture {
    fn drop(&mut self) {
        // SAFETY: initialised by `WebPPictureInit`; frees only memory that libwebp took for itself.
        unsafe { ffi::WebPPictureFree(&raw mut self.0) }
    }
}

/// Memory that libwebp writes into, given back when dropped.
struct Writer(ffi::WebPMemoryWriter);

impl Writer {
    fn new() -> Self {
        let mut writer = MaybeUninit::uninit();
        // SAFETY: `WebPMemoryWriterInit` sets every field.
        unsafe {
            ffi::WebPMemoryWriterInit(writer.as_mut_ptr());
            Self(writer.assume_init())
        }
    }

    fn bytes(&self) -> Vec<u8> {
        if self.0.mem.is_null() {
            return Vec::new();
        }
        // SAFETY: libwebp has written `size` bytes at `mem`.
        unsafe { std::slice::from_raw_parts(self.0.mem, self.0.size) }.to_vec()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // SAFETY: initialised by `WebPMemoryWriterInit`; `mem` is libwebp's or null.
        unsafe { ffi::WebPMemoryWriterClear(&raw mut self.0) }
    }
}
