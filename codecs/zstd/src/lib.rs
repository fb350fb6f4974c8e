//! Zstandard frames, as in TIFF (Compression 50000 and the older 34926), HDF5 (filter 32015), Zarr and numcodecs (`zstd`).
//!
//! # Format
//! A stream is one or more frames, one after the other. All integers are little-endian.
//!
//! | part of a frame | bytes | meaning |
//! |---|---|---|
//! | magic | 4 | `0xFD2FB528`; `0x184D2A50` to `5F` is a skippable frame: a length of 4 bytes, then bytes to pass over |
//! | descriptor | 1 | which of the next fields there are, checksum flag |
//! | window | 0 or 1 | how far back matches reach; not in a frame of a single segment |
//! | dictionary | 0 to 4 | number of a dictionary |
//! | content size | 0 to 8 | decoded bytes, if the writer knew them |
//! | blocks | 3 + n each | last flag, type (raw, run, compressed), size; at most 128 KiB decoded |
//! | checksum | 0 or 4 | low half of XXH64 of the content |
//!
//! # Example
//! ```
//! use iio_zstd::{DecodeOptions, EncodeOptions, decode, encode};
//! let tile = [7u8; 4096];
//! let packed = encode(&tile, &EncodeOptions::default().with_level(19)?)?;
//! assert!(packed.len() < 32);
//! assert_eq!(decode(&packed, &DecodeOptions::default())?, tile);
//! # Ok::<(), iio_codec::Error>(())
//! ```
//!
//! # Limits and guarantees
//! Tier 2: the C library, behind a walk over all frame and block headers in safe Rust. That walk refuses declared sizes
//! which the blocks cannot reach, before anything is allocated. Frames of 16 KiB and more, without a checksum, and of
//! sequences more than literals, as of 16-bit images, are decoded by an own decoder, whose loops are unsafe code; it has up
//! to 1.2 times the library's speed (Zen 4). What it does not take to be sound, the library decodes again, so that both
//! accept the same and have the same errors. The highest ratio is 32768 (a run block: 4 bytes for 128 KiB). Frames are
//! decoded straight into the destination and need no window; only frames that do not fit it, or whose size is unknown, take
//! a window, which counts as working memory. The functions of this crate make a context for each call, which costs several
//! times what a small chunk does: keep a worker of [`Zstd`] where chunks are many.
//!
//! The output depends on the input, the options and the version of the library alone. `threads` other than 1 cuts big
//! inputs into jobs, so it gives other bytes than 1 does, but the same for every number of threads.
//!
//! # Dialects
//! Bytes after the last frame that are no frame are an error, as in the library. But [`decode_into`] does not look at
//! them when the destination is full at the end of a frame: `consumed` tells where that was. Empty input is no stream, though the library takes it as one. Streams that need a
//! dictionary and the formats of Zstandard 0.1 to 0.7 are refused as unsupported.
//!
//! # Sources
//! RFC 8878 (2021), Sections 3.1.1 and 3.1.2; Zstandard Compression Format 0.4.3 (2025).

mod block;
mod codec;
mod decode;
mod encode;
mod frame;
mod options;
mod simd;

pub use codec::{INFO, Zstd};
#[doc(hidden)]
pub use decode::decode_by_blocks;
pub use decode::{decode, decode_exact, decode_into};
pub use encode::{encode, encode_bound, encode_into};
pub use frame::{check, decoded_size};
pub use options::{DecodeOptions, EncodeOptions, LEVELS, WINDOW_LOGS};
