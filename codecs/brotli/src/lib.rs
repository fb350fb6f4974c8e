//! Brotli streams, as in numcodecs (`brotli`) and Zarr (`imagecodecs_brotli`).
//!
//! # Format
//! A stream is a sequence of bits, the lowest of each byte first. It has neither signature, size nor checksum.
//!
//! | part | bits | meaning |
//! |---|---|---|
//! | window | 1, 4 or 7 | how far back matches reach: 2^10 to 2^24 bytes, less 16 |
//! | meta-block header | 1 and more | last flag, decoded length (up to 16 MiB), stored flag |
//! | prefix codes | | of block types, literals, commands and distances; up to 256 each, with context maps |
//! | commands | | literals, then a copy from the window or a word of the built-in dictionary, transformed |
//! | padding | 0 to 7 | zero, after the last meta-block |
//!
//! # Example
//! ```
//! use iio_brotli::{EncodeOptions, decode, encode};
//! let tile = [7u8; 4096];
//! let packed = encode(&tile, &EncodeOptions::default().with_level(9)?)?;
//! assert!(packed.len() < 32);
//! assert_eq!(decode(&packed)?, tile);
//! # Ok::<(), iio_codec::Error>(())
//! ```
//!
//! # Limits and guarantees
//! Tier 1: the decoder is ours, and so is the encoder at levels 2 to 9, without `unsafe`; levels 0, 1, 10 and 11 and the
//! words of the dictionary are those of the crate `brotli`, which forbids `unsafe` in the features that are used here.
//! There is no highest ratio: a stream of a dozen bytes gives 16 MiB, so the output grows under the limit alone. Decoding
//! takes up to 6 MiB for codes, which count as working memory, and no window: what matches copy is in the output. A
//! decoder that is kept reuses its memory and allocates nothing per stream.
//!
//! At levels 2 to 9 the encoder takes up to 11 MiB, and a table of positions with 4 bytes per byte of the input, up to 256
//! KiB at level 2, 1 MiB at level 4 and 16 MiB at level 9, whatever the window is; kept, it reuses them and allocates
//! nothing per stream. Where bytes depend on those before them, as those of pixels do, literals are coded by context:
//! streams get a tenth to a fifth smaller than by blocks alone, and decode at two thirds of the speed, in any decoder. At the other levels the encoder allocates for each stream, since the library does, and up
//! to 230 MiB at level 11 with the largest window; where the machine has no memory for that, the process ends, as it does
//! in any Rust collection.
//!
//! The output depends on the input and the options alone, at the levels of the library also on its version.
//!
//! # Dialects
//! Bytes after the end of the stream are passed over: `consumed` tells where that was. Streams with a large window (the
//! extension up to 2^30 bytes) are refused as unsupported. Shared dictionaries are not read.
//!
//! # Sources
//! RFC 7932 (2016).

mod codec;
mod decode;
mod encode;
mod header;
mod options;

pub use codec::{Brotli, INFO};
pub use decode::{decode, decode_exact, decode_into};
pub use encode::{encode, encode_bound, encode_into};
pub use header::check;
pub use options::{EncodeOptions, LEVELS, Mode, WINDOW_LOGS};
