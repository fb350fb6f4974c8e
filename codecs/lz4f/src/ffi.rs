//! The frame functions of the LZ4 library. `lz4-sys` builds and links it, and declares an older set of them.

use core::ffi::{CStr, c_char, c_int, c_uint, c_ulonglong, c_void};
use core::ptr::{NonNull, null, null_mut};

use iio_codec::{Blame, Error, Result};
// Without a use of the crate the library is not linked.
use lz4_sys as _;

use crate::{EncodeOptions, INFO};

/// `LZ4F_VERSION`: the ABI of the structures below.
const ABI: c_uint = 100;

/// `LZ4HC_CLEVEL_MIN`: from this level on the compressor has tables of 256 KiB, which the context keeps.
const LEAST_HC: c_int = 2;

/// `LZ4F_preferences_t`, with `LZ4F_frameInfo_t` in its place.
#[repr(C)]
struct Preferences {
    block_size_id: c_uint,
    block_independent: c_uint,
    content_checksum: c_uint,
    frame_type: c_uint,
    content_size: c_ulonglong,
    dictionary: c_uint,
    block_checksum: c_uint,
    level: c_int,
    auto_flush: c_uint,
    favor_decoding: c_uint,
    reserved: [c_uint; 3],
}

mod sys {
    use super::{Preferences, c_char, c_int, c_uint, c_void};

    unsafe extern "C" {
        pub(super) safe fn LZ4_versionNumber() -> c_int;
        pub(super) safe fn LZ4F_isError(code: usize) -> c_uint;
        pub(super) safe fn LZ4F_getErrorName(code: usize) -> *const c_char;
        pub(super) fn LZ4F_createCompressionContext(to: *mut *mut c_void, abi: c_uint) -> usize;
        pub(super) fn LZ4F_freeCompressionContext(context: *mut c_void) -> usize;
        pub(super) fn LZ4F_compressFrameBound(src_len: usize, preferences: *const Preferences) -> usize;
        pub(super) fn LZ4F_compressFrame(
            dst: *mut c_void,
            room: usize,
            src: *const c_void,
            src_len: usize,
            preferences: *const Preferences,
        ) -> usize;
        pub(super) fn LZ4F_compressFrame_usingCDict(
            context: *mut c_void,
            dst: *mut c_void,
            room: usize,
            src: *const c_void,
            src_len: usize,
            dictionary: *const c_void,
            preferences: *const Preferences,
        ) -> usize;
    }
}

/// `1.10.0`.
pub(crate) fn version() -> String {
    let number = sys::LZ4_versionNumber();
    format!("{}.{}.{}", number / 10000, number / 100 % 100, number % 100)
}

fn preferences(options: &EncodeOptions, src_len: usize) -> Preferences {
    Preferences {
        block_size_id: options.block_size.number().into(),
        block_independent: options.block_independent.into(),
        content_checksum: options.content_checksum.into(),
        frame_type: 0,
        content_size: if options.content_size { src_len as u64 } else { 0 },
        dictionary: 0,
        block_checksum: options.block_checksum.into(),
        level: options.level,
        auto_flush: 0,
        favor_decoding: 0,
        reserved: [0; 3],
    }
}

/// The most bytes that a frame of `src_len` bytes can have.
pub(crate) fn bound(src_len: usize, options: &EncodeOptions) -> usize {
    let preferences = preferences(options, src_len);
    // SAFETY: the preferences are valid for the call.
    unsafe { sys::LZ4F_compressFrameBound(src_len, &raw const preferences) }
}

/// A context of the library.
pub(crate) struct Compressor(NonNull<c_void>);

// SAFETY: the context is owned, and used through an exclusive borrow only.
unsafe impl Send for Compressor {}

impl Compressor {
    pub(crate) fn new() -> Result<Self> {
        let mut context = null_mut();
        // SAFETY: the place for the context is writable.
        let code = unsafe { sys::LZ4F_createCompressionContext(&raw mut context, ABI) };
        match NonNull::new(context) {
            Some(context) if sys::LZ4F_isError(code) == 0 => Ok(Self(context)),
            _ => Err(INFO.out_of_memory(1 << 10)),
        }
    }

    /// Compresses `src` into the start of `dst`, which has at least the length of the bound.
    pub(crate) fn compress(&mut self, src: &[u8], dst: &mut [u8], options: &EncodeOptions) -> Result<usize> {
        let preferences = preferences(options, src.len());
        // A slice of no bytes has a dangling pointer, which is not the library's to see.
        let from = if src.is_empty() { &[0] } else { src };
        let (from, to) = (from.as_ptr().cast::<c_void>(), dst.as_mut_ptr().cast::<c_void>());
        // SAFETY: the context is one of the library's; `from` is readable for the length that is told, `to` writable; no
        // dictionary is allowed.
        let written = unsafe {
            if options.level < LEAST_HC {
                // A table of 16 KiB on the stack. In one that is kept stands what earlier calls left, which costs up to a tenth.
                sys::LZ4F_compressFrame(to, dst.len(), from, src.len(), &raw const preferences)
            } else {
                let context = self.0.as_ptr();
                sys::LZ4F_compressFrame_usingCDict(
                    context,
                    to,
                    dst.len(),
                    from,
                    src.len(),
                    null(),
                    &raw const preferences,
                )
            }
        };
        if sys::LZ4F_isError(written) == 0 { Ok(written) } else { Err(refused(written)) }
    }
}

impl Drop for Compressor {
    fn drop(&mut self) {
        // SAFETY: the context was made by the library and is not used any more.
        unsafe { sys::LZ4F_freeCompressionContext(self.0.as_ptr()) };
    }
}

#[cold]
fn refused(code: usize) -> Error {
    // SAFETY: for any code the library returns a static string.
    let name = unsafe { CStr::from_ptr(sys::LZ4F_getErrorName(code)) };
    INFO.backend(code.cast_signed() as i64, format!("the library says {}", name.to_string_lossy()))
}
