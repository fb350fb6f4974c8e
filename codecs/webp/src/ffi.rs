//! libwebp behind safe types: the only unsafe code of this crate.
//!
//! libwebp reports failures by return codes; it neither jumps, throws nor aborts. Its callbacks run no code here that
//! could panic.

use core::ffi::{c_int, c_void};

use iio_codec::ArrayMut;
use libwebp_sys as webp;

/// Name and version of the library.
pub(crate) fn version() -> String {
    // SAFETY: gives a number.
    let version = unsafe { webp::WebPGetDecoderVersion() };
    format!("libwebp {}.{}.{}", version >> 16, version >> 8 & 255, version & 255)
}

/// Rows of pixels that libwebp may write: `height` times `row_len` bytes, `stride` bytes apart.
pub(crate) struct Rows<'a> {
    ptr: *mut u8,
    stride: c_int,
    len: usize,
    row_len: usize,
    height: usize,
    borrow: core::marker::PhantomData<&'a mut [u8]>,
}

impl<'a> Rows<'a> {
    /// Rows within a slice; `None` if they exceed it.
    pub(crate) fn of_slice(bytes: &'a mut [u8], row_len: usize, height: usize, stride: usize) -> Option<Self> {
        let len = stride.checked_mul(height.checked_sub(1)?)?.checked_add(row_len)?;
        let stride = c_int::try_from(stride).ok().filter(|_| stride >= row_len && bytes.len() >= len)?;
        let ptr = bytes.as_mut_ptr();
        Some(Self { ptr, stride, len, row_len, height, borrow: core::marker::PhantomData })
    }

    /// The rows of a view; `None` if they are not evenly spaced, or have gaps.
    pub(crate) fn of_view(view: &'a mut ArrayMut<'_>, row_len: usize, height: usize) -> Option<Self> {
        let mut rows = view.rows_mut(row_len)?;
        if rows.len() != height {
            return None;
        }
        // Each row is a borrow of its own: its address is exposed, so that the one pointer that libwebp gets may
        // stand for all of them.
        let first = rows.next()?.as_mut_ptr().expose_provenance();
        let (mut last, mut stride) = (first, row_len);
        for (index, row) in rows.enumerate() {
            let address = row.as_mut_ptr().expose_provenance();
            let step = address.checked_sub(last)?;
            if index == 0 {
                stride = step;
            }
            if step != stride || step < row_len {
                return None;
            }
            last = address;
        }
        let len = (last - first).checked_add(row_len)?;
        let (ptr, stride) = (core::ptr::with_exposed_provenance_mut(first), c_int::try_from(stride).ok()?);
        Some(Self { ptr, stride, len, row_len, height, borrow: core::marker::PhantomData })
    }
}

/// Why libwebp did not decode.
pub(crate) enum DecodeFailure {
    /// It reads another header than we do.
    Header { width: i64, height: i64 },
    /// It gave a status.
    Status(webp::VP8StatusCode),
}

/// Decodes the image chunks `src` into `rows` of `samples` (3 or 4) bytes per pixel.
pub(crate) fn decode(src: &[u8], rows: &mut Rows<'_>, samples: usize, threads: bool) -> Result<(), DecodeFailure> {
    let invalid = || DecodeFailure::Status(webp::VP8StatusCode::VP8_STATUS_INVALID_PARAM);
    let mut config = webp::WebPDecoderConfig::new().map_err(|()| invalid())?;
    // SAFETY: the pointer and the length are those of `src`; the features are written.
    let status = unsafe { webp::WebPGetFeatures(src.as_ptr(), src.len(), &raw mut config.input) };
    if status != webp::VP8StatusCode::VP8_STATUS_OK {
        return Err(DecodeFailure::Status(status));
    }
    let (width, height) = (config.input.width, config.input.height);
    let declared = (usize::try_from(width), usize::try_from(height));
    if declared.0.ok().and_then(|width| width.checked_mul(samples)) != Some(rows.row_len)
        || declared.1 != Ok(rows.height)
    {
        return Err(DecodeFailure::Header { width: width.into(), height: height.into() });
    }
    config.options.use_threads = threads.into();
    config.output.colorspace =
        if samples == 4 { webp::WEBP_CSP_MODE::MODE_RGBA } else { webp::WEBP_CSP_MODE::MODE_RGB };
    config.output.is_external_memory = 1;
    config.output.u.RGBA = webp::WebPRGBABuffer { rgba: rows.ptr, stride: rows.stride, size: rows.len };
    // SAFETY: the source is as above; the output is memory that `rows` borrows, of the size that is stated. The rows
    // of its pixels, which is all that libwebp writes, belong to it.
    let status = unsafe { webp::WebPDecode(src.as_ptr(), src.len(), &raw mut config) };
    // SAFETY: initialised above; external memory is left alone.
    unsafe { webp::WebPFreeDecBuffer(&raw mut config.output) };
    match status {
        webp::VP8StatusCode::VP8_STATUS_OK => Ok(()),
        status => Err(DecodeFailure::Status(status)),
    }
}

/// What libwebp's encoder is told.
pub(crate) struct Settings {
    pub(crate) lossless: bool,
    pub(crate) quality: f32,
    pub(crate) method: u8,
    pub(crate) exact: bool,
    pub(crate) threads: bool,
}

/// Pixels without gaps.
#[derive(Clone, Copy)]
pub(crate) struct Pixels<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) samples: usize,
}

/// A picture, freed at the end.
struct Picture(webp::WebPPicture);

impl Drop for Picture {
    fn drop(&mut self) {
        // SAFETY: initialised by libwebp, and freed once.
        unsafe { webp::WebPPictureFree(&raw mut self.0) };
    }
}

unsafe extern "C" fn on_write(data: *const u8, len: usize, picture: *const webp::WebPPicture) -> c_int {
    if data.is_null() || len == 0 {
        return 1;
    }
    // SAFETY: libwebp hands on the picture it was given, whose pointer is that of a `Vec` which nobody else uses.
    let dst = unsafe { &mut *(*picture).custom_ptr.cast::<Vec<u8>>() };
    if dst.try_reserve(len).is_err() {
        return 0;
    }
    // SAFETY: libwebp gives `len` bytes at `data`.
    dst.extend_from_slice(unsafe { core::slice::from_raw_parts(data, len) });
    1
}

unsafe extern "C" fn on_progress(_: c_int, picture: *const webp::WebPPicture) -> c_int {
    // SAFETY: as above; the pointer is that of a closure, which is only shared.
    let cancelled = unsafe { &*(*picture).user_data.cast::<&(dyn Fn() -> bool + Sync)>() };
    c_int::from(!cancelled())
}

/// Encodes pixels to a RIFF file at the end of `dst`.
pub(crate) fn encode(
    src: Pixels<'_>,
    settings: &Settings,
    cancelled: &(dyn Fn() -> bool + Sync),
    dst: &mut Vec<u8>,
) -> Result<(), webp::WebPEncodingError> {
    let invalid = webp::WebPEncodingError::VP8_ENC_ERROR_INVALID_CONFIGURATION;
    let size = webp::WebPEncodingError::VP8_ENC_ERROR_BAD_DIMENSION;
    let mut config = webp::WebPConfig::new().map_err(|()| invalid)?;
    config.lossless = settings.lossless.into();
    config.quality = settings.quality;
    config.method = settings.method.into();
    config.exact = settings.exact.into();
    config.thread_level = settings.threads.into();
    let mut picture = Picture(webp::WebPPicture::new().map_err(|()| invalid)?);
    let pic = &mut picture.0;
    pic.use_argb = settings.lossless.into();
    pic.width = c_int::try_from(src.width).map_err(|_| size)?;
    pic.height = c_int::try_from(src.height).map_err(|_| size)?;
    let row_len = src.width.checked_mul(src.samples).filter(|_| matches!(src.samples, 3 | 4)).ok_or(size)?;
    let stride = c_int::try_from(row_len).map_err(|_| size)?;
    if row_len.checked_mul(src.height) != Some(src.bytes.len()) {
        return Err(size);
    }
    let import = if src.samples == 4 { webp::WebPPictureImportRGBA } else { webp::WebPPictureImportRGB };
    // SAFETY: the picture is initialised; the source has `height` rows of `stride` bytes.
    if unsafe { import(pic, src.bytes.as_ptr(), stride) } == 0 {
        return Err(webp::WebPEncodingError::VP8_ENC_ERROR_OUT_OF_MEMORY);
    }
    pic.writer = Some(on_write);
    pic.custom_ptr = core::ptr::from_mut(dst).cast::<c_void>();
    pic.progress_hook = Some(on_progress);
    pic.user_data = (&raw const cancelled).cast_mut().cast();
    // SAFETY: both are initialised; what the callbacks point to outlives the call.
    let done = unsafe { webp::WebPEncode(&raw const config, pic) };
    if done == 0 { Err(pic.error_code) } else { Ok(()) }
}
