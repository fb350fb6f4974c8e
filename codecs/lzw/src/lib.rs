//! LZW as in TIFF (Compression 5), with the bit order of TIFF before 5.0, and as in GIF.
//!
//! # Format
//! A stream is a sequence of codes of 9 to 12 bits. Codes 0 to 255 stand for a byte, 256 clears the table, 257 ends the
//! stream, 258 and above stand for strings: each code but the first after a clear code makes the next entry, which is
//! the string of the code before and the first byte of its own. Codes begin with 9 bits.
//!
//! | dialect | bits | codes grow when | begins with |
//! |---|---|---|---|
//! | `Tiff` | high bits first | entry 510, 1022 or 2046 is made: one early | `80` |
//! | `Lsb` | low bits first | entry 511, 1023 or 2047 is made | `00 01` |
//! | `Gif` | low bits first | the entry before a power of two is made | a clear code |
//!
//! In GIF, bytes have as many bits as its code size says: its clear code is the first number beyond them, the end code
//! follows, and codes begin with one bit more.
//!
//! # Example
//! ```
//! use iio_lzw::{DecodeOptions, EncodeOptions, decode, encode};
//! let row = [7u8; 100];
//! let packed = encode(&row, &EncodeOptions::default())?;
//! assert_eq!(packed.len(), 18);
//! assert_eq!(decode(&packed, &DecodeOptions::default())?, row);
//! # Ok::<(), iio_codec::Error>(())
//! ```
//!
//! # Limits and guarantees
//! Tier 1 (safe Rust). The highest ratio is 2560: strings grow to 3839 bytes, and codes have 12 bits. A decoder holds 77
//! KiB, an encoder 256 KiB; a worker of [`Lzw`] allocates nothing after it was made, but for the output where that is
//! asked for. The same input gives the same stream on every machine. The size of the output is not known without
//! decoding.
//!
//! # Dialects
//! - `Lsb` is found by its first two bytes, as libtiff does; [`DecodeOptions::dialect`] sets it.
//! - Streams may lack the first clear code ([`DecodeOptions::require_clear`]), and by option the end code
//!   ([`DecodeOptions::allow_missing_end`]; [`decode_into`] fills a destination without it); what is left of the last byte is not looked at.
//! - When the table is full, codes stay at 12 bits and no entries are made until the next clear code.
//! - Bytes after the end code are not looked at: `consumed` tells where it was. With a destination that is full, the
//!   stream is complete if it ends there, or an end code follows.
//!
//! The encoder clears the table at entry 4094, as libtiff does, since some decoders go to 13 bits after that.
//!
//! # Sources
//! TIFF Revision 6.0 (1992), Section 13: LZW Compression. T. Welch, A Technique for High-Performance Data Compression,
//! IEEE Computer 17(6), 1984.

mod bits;
mod codec;
mod decode;
mod encode;
mod machine;
mod options;
mod string;

pub use codec::{INFO, Lzw};
pub use decode::{check, decode, decode_exact, decode_into};
pub use encode::{encode, encode_bound, encode_into};
pub use options::{DecodeOptions, Dialect, EncodeOptions};
