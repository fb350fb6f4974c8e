//! LZ4 blocks, as in numcodecs and Zarr v2 (`lz4`), and inside of Blosc, HDF5 filters and LZ4 frames.
//!
//! # Format
//! A block is a sequence of sequences without header, end mark or checksum. All integers are little-endian.
//!
//! | part of a sequence | bytes | meaning |
//! |---|---|---|
//! | token | 1 | high half: literals; low half: match length less 4 |
//! | more literals | 0 or more | if the half is 15: bytes to add, up to and with the first that is not 255 |
//! | literals | n | bytes of the output |
//! | offset | 2 | how far back in the output the match begins, 1 to 65535 |
//! | more match | 0 or more | as above |
//!
//! The last sequence ends behind its literals. If there is a match, it has 5 literals at least, and the last match
//! begins 12 bytes or more before the end of the output. With the option `header`, as in numcodecs, the size of the
//! output comes first, 4 bytes.
//!
//! # Example
//! ```
//! use iio_lz4::{DecodeOptions, EncodeOptions, decode, encode};
//! let tile = [7u8; 4096];
//! let packed = encode(&tile, &EncodeOptions::default().with_hc(true).with_level(12)?)?;
//! assert!(packed.len() < 32);
//! assert_eq!(decode(&packed, &DecodeOptions::default())?, tile);
//! # Ok::<(), iio_codec::Error>(())
//! ```
//!
//! # Limits and guarantees
//! Tier 2: the C library encodes; decoding is Rust, in one pass that says where a block is broken. The highest ratio
//! is 255. Blocks of up to 2113929216 bytes are encoded. A worker that encodes keeps 16 KiB, with `hc` 256 KiB; the
//! levels 10 to 12 take 64 KiB more for each call. Decoding takes nothing but its output. The output depends on the
//! input, the options and the version of the library alone. To tell the size of a block without a header costs a walk
//! over its sequences: where the size is known, [`decode_exact`] saves it.
//!
//! # Dialects
//! Nothing in the bytes tells whether there is a header: that is an option. A header that is not the size of the
//! output is an error.
//!
//! # Sources
//! LZ4 Block Format Description, revision of 2022. numcodecs 0.17, `LZ4`.

mod block;
mod check;
mod codec;
mod decode;
mod encode;
mod ffi;
mod options;
mod simd;

pub use block::decode_block_at;
#[doc(hidden)]
pub use block::decode_block_at_scalar;
pub use check::{check, decoded_size};
pub use codec::{INFO, Lz4};
pub use decode::{decode, decode_exact, decode_into};
pub use encode::{encode, encode_bound, encode_into};
pub use options::{ACCELERATIONS, DecodeOptions, EncodeOptions, LEVELS};
