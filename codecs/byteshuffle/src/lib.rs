//! Byte planes of samples: the shuffle filter of HDF5 and Numcodecs, and `imagecodecs_byteshuffle`.
//!
//! # Format
//! The bytes of the `n` samples of a row are sorted into planes: first byte 0 of all samples, then byte 1 of all, and so
//! on, in the order in which they lie in memory. Bytes that vary little come to stand together. With options:
//!
//! - `reorder`: the plane of the most significant bytes is the first.
//! - `delta`: then, from each byte of the row the one `lag` bytes before it is subtracted, through all planes; the first
//!   `lag` bytes stay. `lag` is `dist` times the number of samples per position on the axis.
//!
//! A row is everything from the given axis on: axis -2 of `[height, width, samples]`, -1 of `[height, width]`, 0 for the
//! whole array. Both options together are the floating point predictor of TIFF.
//!
//! | id | row | bytes of a sample |
//! |---|---|---|
//! | HDF5 filter 2 | whole array | `cd_values[0]`, else those of the dtype |
//! | Numcodecs `shuffle`, Zarr `numcodecs.shuffle` | whole array | `elementsize`, default 4 |
//! | `imagecodecs_byteshuffle` | from `axis` on, default -1 | those of the dtype |
//!
//! `item_size` overrides the bytes of a sample, for arrays of bytes that hold something wider. Bytes at the end of a row
//! that are no whole sample stay where they are.
//!
//! # Example
//! ```
//! use iio_byteshuffle::{Options, decode, encode};
//! use iio_codec::{ArrayMut, DType, Layout};
//! let layout = Layout::new(DType::U8, &[9])?;
//! let options = Options::default().with_item_size(Some(4));
//! let mut bytes = [0, 1, 2, 3, 10, 11, 12, 13, 99];
//! encode(ArrayMut::new(&mut bytes, layout)?, &options)?;
//! assert_eq!(bytes, [0, 10, 1, 11, 2, 12, 3, 13, 99]);
//! decode(ArrayMut::new(&mut bytes, layout)?, &options)?;
//! assert_eq!(bytes, [0, 1, 2, 3, 10, 11, 12, 13, 99]);
//! # Ok::<(), iio_codec::Error>(())
//! ```
//!
//! # Limits and guarantees
//! Tier 2: vector instructions where the machine has them, with the same result as without. Works on any dtype, strides
//! and alignment. A worker keeps scratch memory of one row (two, if rows have gaps), which counts as working memory; once
//! it is there, nothing is allocated. Fast for samples of 2, 4, 8 and 16 bytes.
//!
//! # Dialects
//! Numcodecs refuses bytes that are not whole samples; HDF5 keeps the rest at the end, as here. imagecodecs refuses
//! samples of 1 byte, which stay where they are here, and of 16; a `dist` other than 1, 2 and 4; rows of more than two
//! axes; and rows of not more than `dist` positions.
//!
//! # Sources
//! HDF5 Reference Manual, `H5Pset_shuffle`. Otherwise there is no specification: the behaviour of Numcodecs 0.17.1 and of
//! `byteshuffle_encode` of imagecodecs 2026.10.10, as observed.

mod array;
mod codec;
mod options;
mod planes;
mod simd;

pub use codec::{Byteshuffle, INFO, check, decode, encode};
pub use options::{MAX_DIST, MAX_ITEM_SIZE, Options};
pub use planes::{join_planes, split_planes};
#[doc(hidden)]
pub use planes::{join_scalar_row, split_scalar_row};
