//! LZ4 blocks in the framing of HDF5 filter 32004, also Numcodecs and Zarr `imagecodecs_lz4h5`.
//!
//! # Format
//! All integers are big-endian.
//!
//! | part | bytes | meaning |
//! |---|---|---|
//! | total | 8 | bytes of the output |
//! | block size | 4 | bytes that a block gives; the last one gives the rest |
//! | size | 4 | of each block: bytes that follow. If they are as many as the block gives, it is stored as it is |
//! | block | n | an LZ4 block |
//!
//! # Example
//! ```
//! use iio_lz4h5::{EncodeOptions, decode, encode};
//! let tile = [7u8; 4096];
//! let packed = encode(&tile, &EncodeOptions::default().with_block_size(Some(1024))?)?;
//! assert_eq!(packed[..12], [0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 4, 0]);
//! assert_eq!(decode(&packed)?, tile);
//! # Ok::<(), iio_codec::Error>(())
//! ```
//!
//! # Limits and guarantees
//! Tier 2: blocks are encoded by the C library and decoded in Rust, both in `iio-lz4`. The highest ratio is 255. A
//! worker that encodes keeps 16 KiB; decoding takes nothing but its output. The output depends on the input, the options
//! and the version of the library alone.
//!
//! # Dialects
//! Bytes behind the last block do not belong to the stream and are left alone, as by imagecodecs. A total of 0 is read
//! with any block size; imagecodecs refuses one of 0.
//!
//! # Sources
//! The HDF Group, HDF5 LZ4 filter format description (2013). `lz4h5_encode` of imagecodecs 2026.10.10, as observed.

mod codec;
mod decode;
mod encode;
mod options;

pub use codec::{INFO, Lz4h5, check};
pub use decode::{decode, decode_exact, decode_into, decoded_size};
pub use encode::{encode, encode_bound, encode_into};
pub use options::{ACCELERATIONS, BLOCK_SIZES, EncodeOptions};
