//! libdeflate: the raw DEFLATE encoder for whole buffers, and the checksums.
//!
//! Bound directly, not through `libdeflater`: that wrapper panics where the allocator refuses.

use core::ffi::{c_int, c_void};
use core::mem::MaybeUninit;
use core::ptr::{NonNull, null_mut};

use libdeflate_sys as sys;

/// A libdeflate compressor of one level.
pub(crate) struct Compressor(NonNull<sys::libdeflate_compressor>);

// SAFETY: the object is plain memory without thread affinity; `&mut self` keeps its use exclusive.
unsafe impl Send for Compressor {}

impl Compressor {
    /// `None` if the allocator refuses or the level is not 0 to 12.
    pub(crate) fn new(level: u8) -> Option<Self> {
        // SAFETY: any level is allowed; null means that it is not known, or out of memory.
        NonNull::new(unsafe { sys::libdeflate_alloc_compressor(c_int::from(level)) }).map(Self)
    }

    /// Deflates `src` into the start of `dst` and returns the bytes written. `None` if `dst` is too small.
    pub(crate) fn deflate_into(&mut self, src: &[u8], dst: &mut [u8]) -> Option<usize> {
        // SAFETY: `dst` is `dst.len()` writable bytes.
        unsafe { self.run(src, dst.as_mut_ptr(), dst.len()) }
    }

    /// Deflates `src` to the end of `dst`, into its spare capacity. `None` if that is too small; `dst` is then as
    /// before.
    pub(crate) fn deflate_append(&mut self, src: &[u8], dst: &mut Vec<u8>) -> Option<()> {
        let len = dst.len();
        let spare = dst.spare_capacity_mut();
        let room = spare.len();
        // SAFETY: the spare capacity is `room` writable bytes.
        let written = unsafe { self.run(src, start_of(spare), room) }?;
        debug_assert!(written <= room);
        // SAFETY: the first `written` bytes of the spare capacity were just initialised.
        unsafe { dst.set_len(len + written) };
        Some(())
    }

    /// # Safety
    /// `dst` is valid for writes of `room` bytes.
    unsafe fn run(&mut self, src: &[u8], dst: *mut u8, room: usize) -> Option<usize> {
        // SAFETY: `src` is readable for its length, `dst` writable for `room` (caller). The object is live and
        // exclusively ours.
        let written = unsafe {
            sys::libdeflate_deflate_compress(
                self.0.as_ptr(),
                src.as_ptr().cast::<c_void>(),
                src.len(),
                dst.cast::<c_void>(),
                room,
            )
        };
        (written != 0).then_some(written)
    }
}

impl Drop for Compressor {
    fn drop(&mut self) {
        // SAFETY: allocated by libdeflate, freed once.
        unsafe { sys::libdeflate_free_compressor(self.0.as_ptr()) }
    }
}

fn start_of(spare: &mut [MaybeUninit<u8>]) -> *mut u8 {
    spare.as_mut_ptr().cast::<u8>()
}

/// The most bytes that `src_len` bytes become at any level.
pub(crate) fn deflate_bound(src_len: usize) -> usize {
    if src_len > usize::MAX / 2 {
        return usize::MAX;
    }
    // SAFETY: a null compressor asks for the bound over all of them.
    unsafe { sys::libdeflate_deflate_compress_bound(null_mut(), src_len) }
}

pub(crate) fn crc32(value: u32, bytes: &[u8]) -> u32 {
    // libdeflate takes a null pointer for "give the initial value"; a slice's is never null.
    // SAFETY: readable for its length.
    unsafe { sys::libdeflate_crc32(value, bytes.as_ptr().cast::<c_void>(), bytes.len()) }
}

pub(crate) fn adler32(value: u32, bytes: &[u8]) -> u32 {
    // SAFETY: readable for its length.
    unsafe { sys::libdeflate_adler32(value, bytes.as_ptr().cast::<c_void>(), bytes.len()) }
}
