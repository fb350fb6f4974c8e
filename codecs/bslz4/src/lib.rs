//! Bit planes of samples in blocks that are compressed by LZ4 or Zstandard: HDF5 filter 32008, bitshuffle.
//!
//! # Format
//! The bytes are samples of `item_size` bytes. They are parted into blocks of `block_size` samples, a multiple of 8; the
//! last block has what is left, down to a multiple of 8. In each block, bit planes stand one behind the other, as
//! `iio-bitshuffle` describes. All integers are big-endian.
//!
//! | part | bytes | meaning |
//! |---|---|---|
//! | total | 8 | bytes of the output |
//! | block size | 4 | bytes that a block gives; 0 is the default |
//! | size | 4 | of each block: bytes that follow |
//! | block | n | the planes, as an LZ4 block or a Zstandard frame |
//! | rest | n | samples behind the last multiple of 8, as they are |
//!
//! Without compression there are only planes and rest. The default `block_size` is 8192 bytes in samples, rounded down to
//! a multiple of 8, but 128 samples at least.
//!
//! # Example
//! ```
//! use iio_bslz4::{Compression, Options, decode, encode};
//! let chunk: Vec<u8> = (0..4096u16).flat_map(|i| (i / 16).to_ne_bytes()).collect();
//! let options = Options::default().with_item_size(2)?.with_compression(Compression::Zstd);
//! let packed = encode(&chunk, &options)?;
//! assert_eq!(packed[..12], [0, 0, 0, 0, 0, 0, 32, 0, 0, 0, 32, 0]);
//! assert_eq!(decode(&packed, &options)?, chunk);
//! # Ok::<(), iio_codec::Error>(())
//! ```
//!
//! # Limits and guarantees
//! Tier 2: blocks are compressed by C libraries; LZ4 is decoded in Rust, Zstandard by its library. The highest ratio is
//! that of Zstandard, 32768. A worker keeps scratch memory of one block (two, where one has to be cut), which counts as
//! working memory, and the state of its compressor. The output depends on the input, the options and the versions of the
//! libraries alone.
//!
//! # Dialects
//! Neither the size of a sample nor the compression is in the stream: they are options, which HDF5 keeps as `cd_values`
//! (two numbers of the library's version, `item_size`, `block_size`, compression 0, 2 or 3, level). Bytes that make no
//! whole sample are kept as they are at the end; HDF5 has no such chunks. Bytes behind the end are left alone. Without
//! compression, `iio-bitshuffle` gives the same bytes as a filter of arrays.
//!
//! # Sources
//! The README of bitshuffle 0.5.2, and filter 32008 of hdf5plugin 7.1.0, as observed.

mod codec;
mod decode;
mod encode;
mod options;

pub use codec::{Bslz4, INFO, check};
pub use decode::{decode, decode_exact, decode_into, decoded_size};
pub use encode::{encode, encode_bound, encode_into};
pub use options::{Compression, LEVELS, MAX_BLOCK_SIZE, MAX_ITEM_SIZE, Options};
