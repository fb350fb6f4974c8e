//! Memory for pixels: aligned, zeroed by the system, fallible. One of the two rooms for unsafe in this crate.

use core::mem::{align_of, size_of};
use core::ptr::NonNull;
use std::alloc::{Layout as Memory, alloc_zeroed, dealloc};

use crate::{DType, Error, ErrorKind, Result};

const ALIGN: usize = 64;
/// Where no bytes begin.
#[repr(align(64))]
struct Nowhere;
/// What glibc aligns to anyway: asking for no more keeps `alloc_zeroed` on the calloc path, which hands out fresh
/// pages without touching them.
const CALLOC_ALIGN: usize = 16;
#[cfg(target_os = "linux")]
const HUGE_PAGE: usize = 2 << 20;
/// The smallest pages; `madvise` wants its range to begin with one, and completes the last one.
#[cfg(target_os = "linux")]
const PAGE: usize = 4 << 10;

/// A type that a byte of any value is valid for, and the dtypes it can stand for.
///
/// # Safety
/// Every bit pattern must be a valid value, and there must be no padding.
pub unsafe trait Sample: Copy + Send + Sync + 'static {
    /// True if an array of `dtype` may be seen as an array of this type.
    fn stands_for(dtype: DType) -> bool;
}

macro_rules! samples {
    ($($type:ty => $($dtype:ident)|+;)+) => {$(
        // SAFETY: integers, floats and arrays of floats have neither padding nor invalid values.
        unsafe impl Sample for $type {
            fn stands_for(dtype: DType) -> bool {
                matches!(dtype, $(DType::$dtype)|+)
            }
        }
    )+};
}
samples! {
    u8 => U8 | Bool;
    u16 => U16 | F16 | BF16;
    u32 => U32;
    u64 => U64;
    i8 => I8;
    i16 => I16;
    i32 => I32;
    i64 => I64;
    f32 => F32;
    f64 => F64;
    [f32; 2] => C64;
    [f64; 2] => C128;
}

/// Sees samples as bytes.
#[must_use]
pub fn as_bytes<T: Sample>(samples: &[T]) -> &[u8] {
    // SAFETY: the length in bytes is that of the slice, any byte of a `Sample` is initialised, u8 needs no alignment.
    unsafe { core::slice::from_raw_parts(samples.as_ptr().cast(), size_of_val(samples)) }
}

/// Sees samples as bytes that may be written.
#[must_use]
pub fn as_bytes_mut<T: Sample>(samples: &mut [T]) -> &mut [u8] {
    // SAFETY: as in `as_bytes`; in addition every bit pattern is a valid `Sample`.
    unsafe { core::slice::from_raw_parts_mut(samples.as_mut_ptr().cast(), size_of_val(samples)) }
}

/// Sees bytes as samples; `None` if their address or length does not fit the type.
#[must_use]
pub fn as_samples<T: Sample>(bytes: &[u8]) -> Option<&[T]> {
    if bytes.is_empty() {
        return Some(&[]);
    }
    if !bytes.len().is_multiple_of(size_of::<T>()) || bytes.as_ptr().align_offset(align_of::<T>()) != 0 {
        return None;
    }
    // SAFETY: length and alignment were checked, every bit pattern is a valid `Sample`.
    Some(unsafe { core::slice::from_raw_parts(bytes.as_ptr().cast(), bytes.len() / size_of::<T>()) })
}

/// Sees bytes as samples that may be written; `None` if their address or length does not fit the type.
#[must_use]
pub fn as_samples_mut<T: Sample>(bytes: &mut [u8]) -> Option<&mut [T]> {
    if bytes.is_empty() {
        return Some(&mut []);
    }
    if !bytes.len().is_multiple_of(size_of::<T>()) || bytes.as_ptr().align_offset(align_of::<T>()) != 0 {
        return None;
    }
    // SAFETY: as in `as_samples`; the borrow is exclusive.
    Some(unsafe { core::slice::from_raw_parts_mut(bytes.as_mut_ptr().cast(), bytes.len() / size_of::<T>()) })
}

/// Allocates `len` zero bytes as a `Vec`, by calloc.
///
/// # Errors
/// `OutOfMemory`.
pub fn zeroed_vec(len: usize) -> Result<Vec<u8>> {
    if len == 0 {
        return Ok(Vec::new());
    }
    let memory = Memory::array::<u8>(len).map_err(|_| refused(len))?;
    // SAFETY: the size is not zero.
    let start = unsafe { alloc_zeroed(memory) };
    if start.is_null() {
        return Err(refused(len));
    }
    // SAFETY: allocated by the global allocator with the layout of a Vec<u8> of this capacity, and initialised.
    Ok(unsafe { Vec::from_raw_parts(start, len, len) })
}

#[cold]
fn refused(bytes: usize) -> Error {
    Error::new("memory", ErrorKind::OutOfMemory, format!("cannot allocate {bytes} bytes"))
}

/// Bytes from `base` to the next multiple of `align`, a power of two. Unlike `align_offset`, which need not know, this
/// can be relied on.
fn distance(base: NonNull<u8>, align: usize) -> usize {
    base.addr().get().wrapping_neg() & (align - 1)
}

/// Bytes that begin at a multiple of 64, zeroed, in huge pages where the system has them. Owns the pixels of an image.
pub struct AlignedBytes {
    /// What the allocator gave; dangling if `len` is zero.
    base: NonNull<u8>,
    /// Distance of the first byte from `base`.
    lead: usize,
    len: usize,
}

// SAFETY: the memory is owned, and shared only through borrows.
unsafe impl Send for AlignedBytes {}
// SAFETY: as above; there is no interior mutability.
unsafe impl Sync for AlignedBytes {}

impl AlignedBytes {
    /// Allocates `len` zero bytes.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub fn zeroed(len: usize) -> Result<Self> {
        if len == 0 {
            return Ok(Self { base: NonNull::<Nowhere>::dangling().cast(), lead: 0, len });
        }
        let memory = Self::memory(len).ok_or_else(|| refused(len))?;
        // SAFETY: the size is not zero.
        let base = NonNull::new(unsafe { alloc_zeroed(memory) }).ok_or_else(|| refused(len))?;
        let lead = distance(base, ALIGN);
        let bytes = Self { base, lead, len };
        bytes.advise();
        Ok(bytes)
    }

    /// Copies `src` into aligned memory.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub fn from_slice(src: &[u8]) -> Result<Self> {
        let mut bytes = Self::zeroed(src.len())?;
        bytes.as_mut_slice().copy_from_slice(src);
        Ok(bytes)
    }

    fn memory(len: usize) -> Option<Memory> {
        Memory::from_size_align(len.checked_add(ALIGN)?, CALLOC_ALIGN).ok()
    }

    /// Asks for huge pages: without them first touch, not the copy, bounds the uncompressed path. For all pages that hold a
    /// byte: advice for some of them parts the mapping, and its last 2 MiB would be touched in 512 small pages.
    #[cfg(target_os = "linux")]
    fn advise(&self) {
        if self.len >= 2 * HUGE_PAGE {
            let into = self.base.addr().get() & (PAGE - 1);
            let start = self.base.as_ptr().wrapping_sub(into);
            // SAFETY: every page of the range holds a byte of the allocation, so it is mapped; the advice does not change
            // what it holds. Failure is of no consequence: where pages are larger, the start is refused.
            unsafe { libc::madvise(start.cast(), into + self.lead + self.len, libc::MADV_HUGEPAGE) };
        }
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unused_self, reason = "the same signature as where it does something")]
    fn advise(&self) {}

    /// The number of bytes.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// True if there are no bytes.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The bytes.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        // SAFETY: `lead + len` bytes from `base` are allocated and initialised (nothing is read if `len` is zero).
        unsafe { core::slice::from_raw_parts(self.base.as_ptr().add(self.lead), self.len) }
    }

    /// The bytes, to be written.
    #[must_use]
    pub fn as_mut_slice(&mut self) -> &mut [u8] {
        // SAFETY: as in `as_slice`; the borrow is exclusive.
        unsafe { core::slice::from_raw_parts_mut(self.base.as_ptr().add(self.lead), self.len) }
    }
}

impl Drop for AlignedBytes {
    fn drop(&mut self) {
        if self.len > 0
            && let Some(memory) = Self::memory(self.len)
        {
            // SAFETY: allocated in `zeroed` with the same layout.
            unsafe { dealloc(self.base.as_ptr(), memory) };
        }
    }
}

impl core::ops::Deref for AlignedBytes {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        self.as_slice()
    }
}

impl core::ops::DerefMut for AlignedBytes {
    fn deref_mut(&mut self) -> &mut [u8] {
        self.as_mut_slice()
    }
}

impl core::fmt::Debug for AlignedBytes {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "AlignedBytes({} bytes)", self.len)
    }
}

impl PartialEq for AlignedBytes {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}
