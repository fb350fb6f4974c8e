//! Bit planes of samples, block by block: bitshuffle, Numcodecs and Zarr `imagecodecs_bitshuffle`.
//!
//! # Format
//! The bytes of an array, in C order, are samples of `item_size` bytes. They are parted into blocks of `block_size`
//! samples, a multiple of 8; the last block has what is left, down to a multiple of 8. In each block of `n` samples, bit
//! planes stand one behind the other: first bit 0 (the least significant) of byte 0 of all samples, then bit 1 of byte 0,
//! up to bit 7 of the last byte, in the order of bytes in memory. A plane has `n / 8` bytes; sample `i` gives bit `i % 8`
//! of its byte `i / 8`. Up to 7 samples at the end of the array stay as they are.
//!
//! The default `block_size` is 8192 bytes in samples, rounded down to a multiple of 8, but 128 samples at least.
//!
//! # Example
//! ```
//! use iio_bitshuffle::{Options, decode, encode};
//! use iio_codec::{ArrayMut, DType, Layout};
//! let layout = Layout::new(DType::U8, &[9])?;
//! let mut bytes = [0, 1, 2, 3, 4, 5, 6, 7, 99];
//! encode(ArrayMut::new(&mut bytes, layout)?, &Options::default())?;
//! assert_eq!(bytes, [0b1010_1010, 0b1100_1100, 0b1111_0000, 0, 0, 0, 0, 0, 99]);
//! decode(ArrayMut::new(&mut bytes, layout)?, &Options::default())?;
//! assert_eq!(bytes, [0, 1, 2, 3, 4, 5, 6, 7, 99]);
//! # Ok::<(), iio_codec::Error>(())
//! ```
//!
//! # Limits and guarantees
//! Tier 2: vector instructions where the machine has them (AVX2, and GFNI beside it), with the same result as without.
//! Works on any dtype, strides and alignment. A worker keeps scratch memory of one block, and of the whole array if that
//! has gaps; both count as working memory. Once it is there, nothing is allocated. Fast for samples of 1, 2, 4, 8 and 16
//! bytes and blocks of 256 samples or more.
//!
//! # Dialects
//! HDF5 filter 32008 may compress each block by LZ4 or Zstandard, which changes the length, as no filter of this contract
//! can: that, and the filter without compression, is `iio-bslz4`, which stands on this crate. Numcodecs
//! `imagecodecs_bitshuffle` heeds its `itemsize` only for bytes: 1 means the size of the dtype here.
//! Blosc shuffles its own blocks as one, but keeps a block of which the samples are no multiple of 8 as it is.
//!
//! # Sources
//! K. Masui et al., A compression scheme for radio data in high performance computing, Astronomy and Computing 12 (2015).
//! The README of bitshuffle 0.5.2, and `bitshuffle_encode` of imagecodecs 2026.10.10, as observed.

mod blocks;
mod codec;
mod options;
mod simd;

pub use blocks::{decode_bytes, encode_bytes};
pub use codec::{Bitshuffle, INFO, check, decode, encode};
pub use options::{MAX_BLOCK_SIZE, MAX_ITEM_SIZE, Options};
#[doc(hidden)]
pub use simd::{from_rows_scalar, from_rows_without_gfni, to_rows_scalar, to_rows_without_gfni};
