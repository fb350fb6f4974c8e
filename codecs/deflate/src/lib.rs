//! Raw DEFLATE streams, without frame or checksum, and the engine that `iio-zlib` and `iio-gzip` share. Found bare in
//! zip members, PDF objects and the DICOM deflated transfer syntax; TIFF, PNG and HDF5 hold zlib streams instead.
//!
//! **Name.** What imagecodecs calls `deflate` is a zlib stream unless `raw=True` is given. This crate is the raw form;
//! `Numcodecs("imagecodecs_deflate")` is an id of `iio-zlib`, which hands over to this crate where `raw` is set.
//!
//! # Format
//! A stream is a sequence of blocks of bits, packed from the least significant bit of each byte. A block begins with
//! BFINAL (1 bit, set in the last one) and BTYPE (2 bits):
//!
//! | BTYPE | what follows |
//! |---|---|
//! | 0 | to the next byte; LEN and its complement NLEN (u16, little-endian), then LEN bytes |
//! | 1 | symbols of the fixed Huffman code |
//! | 2 | HLIT, HDIST, HCLEN (5, 5, 4 bits), code lengths of two Huffman codes, then their symbols |
//! | 3 | reserved |
//!
//! A symbol is a literal byte, the end of the block, or a match: 3 to 258 bytes, copied from 1 to 32768 bytes back.
//!
//! # Example
//! ```
//! use iio_deflate::{EncodeOptions, decode, encode};
//! let row = [7u8; 100];
//! let packed = encode(&row, &EncodeOptions::default())?;
//! assert!(packed.len() < 10);
//! assert_eq!(decode(&packed)?, row);
//! # Ok::<(), iio_codec::Error>(())
//! ```
//!
//! # Limits and guarantees
//! Tier 2: an own inflater ([`engine`]) with `unsafe` in its inner loop, libdeflate (C) as the deflater. The highest
//! ratio is 1032. A decoder holds 24 KiB, an encoder 0.7 MiB, from level 10 on 9 MiB; both are made at first use and kept
//! by the worker, which then allocates nothing but its output. The functions of this page make them anew in each call:
//! for many small chunks use a [`Decoder`] or [`Encoder`].
//!
//! The same input, level and library version give the same stream; another version of libdeflate may give another.
//!
//! # Dialects
//! What zlib refuses is refused: reserved length and distance symbols, over 286 length or 30 distance symbols, unused
//! bits of a code with one symbol, codes that are incomplete or over-subscribed, distances before the start. Bytes after
//! the end of the stream are left alone: `consumed` tells where it ended. A stream that lacks its end mark gives what it
//! has if the destination is full by then, with `complete == false`; [`decode_exact`] refuses it.
//!
//! # Sources
//! RFC 1951, DEFLATE Compressed Data Format Specification version 1.3 (1996).

mod check;
mod checksum;
mod codec;
mod decode;
mod encode;
pub mod engine;
mod ffi;
mod inflate;
mod options;
mod simd;

pub use check::{check, first_block};
pub use checksum::{adler32, crc32};
pub use codec::{Deflate, INFO, backend};
pub use decode::{Decoder, decode, decode_exact, decode_into};
pub use encode::{Encoder, encode, encode_bound, encode_into};
pub use options::EncodeOptions;
