//! The LZ4 library: block functions with state of the caller's. `lz4-sys` builds and links it, but does not declare
//! these functions.

use core::ffi::{c_char, c_int, c_void};

use iio_codec::{Blame, Result};
// Without a use of the crate the library is not linked.
use lz4_sys as _;

use crate::INFO;

mod sys {
    use super::{c_char, c_int, c_void};

    unsafe extern "C" {
        pub(super) safe fn LZ4_versionNumber() -> c_int;
        pub(super) safe fn LZ4_sizeofState() -> c_int;
        pub(super) safe fn LZ4_sizeofStateHC() -> c_int;
        pub(super) fn LZ4_compress_fast_extState(
            state: *mut c_void,
            src: *const c_char,
            dst: *mut c_char,
            src_len: c_int,
            room: c_int,
            acceleration: c_int,
        ) -> c_int;
        pub(super) fn LZ4_compress_HC_extStateHC(
            state: *mut c_void,
            src: *const c_char,
            dst: *mut c_char,
            src_len: c_int,
            room: c_int,
            level: c_int,
        ) -> c_int;
    }
}

/// `1.10.0`.
pub(crate) fn version() -> String {
    let number = sys::LZ4_versionNumber();
    format!("{}.{}.{}", number / 10000, number / 100 % 100, number % 100)
}

/// Scratch of the fast compressor, some 16 KiB.
pub(crate) struct FastState(Vec<u64>);

impl FastState {
    pub(crate) fn new() -> Result<Self> {
        scratch(sys::LZ4_sizeofState()).map(Self)
    }

    /// Compresses `src` into the start of `dst` and returns the bytes written. `None` if there is no room.
    pub(crate) fn compress(&mut self, src: &[u8], dst: &mut [u8], acceleration: i32) -> Option<usize> {
        if src.is_empty() || dst.is_empty() {
            return empty(src, dst);
        }
        let src_len = c_int::try_from(src.len()).ok()?;
        // SAFETY: `src` is readable for its length, `dst` writable for at least the room that is told, and the state
        // has the size that the library asks for and the alignment of its largest member, 8; the call initialises it.
        let written = unsafe {
            sys::LZ4_compress_fast_extState(
                self.0.as_mut_ptr().cast::<c_void>(),
                src.as_ptr().cast::<c_char>(),
                dst.as_mut_ptr().cast::<c_char>(),
                src_len,
                room(dst),
                acceleration,
            )
        };
        positive(written)
    }
}

/// Scratch of the high compressor, some 256 KiB.
pub(crate) struct HighState(Vec<u64>);

impl HighState {
    pub(crate) fn new() -> Result<Self> {
        scratch(sys::LZ4_sizeofStateHC()).map(Self)
    }

    /// Compresses `src` into the start of `dst` and returns the bytes written. `None` if there is no room, or, at the
    /// levels from 10 on, if the library cannot allocate 64 KiB.
    pub(crate) fn compress(&mut self, src: &[u8], dst: &mut [u8], level: i32) -> Option<usize> {
        if src.is_empty() || dst.is_empty() {
            return empty(src, dst);
        }
        let src_len = c_int::try_from(src.len()).ok()?;
        // SAFETY: as in `FastState::compress`.
        let written = unsafe {
            sys::LZ4_compress_HC_extStateHC(
                self.0.as_mut_ptr().cast::<c_void>(),
                src.as_ptr().cast::<c_char>(),
                dst.as_mut_ptr().cast::<c_char>(),
                src_len,
                room(dst),
                level,
            )
        };
        positive(written)
    }
}

fn room(dst: &[u8]) -> c_int {
    c_int::try_from(dst.len()).unwrap_or(c_int::MAX)
}

/// Compresses nothing, or to nowhere. The library subtracts from the pointer to its input, and a slice of no bytes has
/// one near null.
fn empty(src: &[u8], dst: &mut [u8]) -> Option<usize> {
    let token = dst.first_mut().filter(|_| src.is_empty())?;
    *token = 0;
    Some(1)
}

fn positive(written: c_int) -> Option<usize> {
    usize::try_from(written).ok().filter(|&written| written > 0)
}

fn scratch(bytes: c_int) -> Result<Vec<u64>> {
    let bytes = usize::try_from(bytes).map_err(|_| INFO.internal("the library tells a negative size"))?;
    let words = bytes.div_ceil(8);
    let mut state = Vec::new();
    state.try_reserve_exact(words).map_err(|error| INFO.out_of_memory(bytes).with_source(error))?;
    state.resize(words, 0);
    Ok(state)
}
