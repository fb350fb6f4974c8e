//! gzip files: Zarr and Numcodecs `gzip`, `.gz` beside any other extension (NIfTI, FITS, SVG), FITS `GZIP_1` tiles.
//!
//! # Format
//! A file is one member or several, which decode to what they hold one after the other. Numbers are little-endian.
//!
//! | bytes | field |
//! |---|---|
//! | 2 | 1f 8b |
//! | 1 | CM: method, 8 |
//! | 1 | FLG: 1 text, 2 FHCRC, 4 FEXTRA, 8 FNAME, 16 FCOMMENT |
//! | 4 | MTIME: seconds since 1970, or 0 |
//! | 2 | XFL: 2 best, 4 fastest; OS: 255 not known |
//! | 2 + n | FEXTRA: length, subfields |
//! | n + 1 | FNAME, then FCOMMENT: ISO 8859-1, ended by a NUL |
//! | 2 | FHCRC: low half of the CRC-32 of the header so far |
//! | n | a DEFLATE stream (see [`iio_deflate`]) |
//! | 4 + 4 | CRC-32 of the output; ISIZE, its length modulo 2^32 |
//!
//! # Example
//! ```
//! use iio_gzip::{DecodeOptions, EncodeOptions, decode, encode, header};
//! let row = [7u8; 100];
//! let packed = encode(&row, &EncodeOptions::default().with_name("row.raw"))?;
//! assert_eq!(header(&packed)?.name, Some(&b"row.raw"[..]));
//! assert_eq!(decode(&packed, &DecodeOptions::default())?, row);
//! # Ok::<(), iio_codec::Error>(())
//! ```
//!
//! # Limits and guarantees
//! Tier 2: the inflater of `iio-deflate`, and libdeflate (C). The highest ratio is 1032. A decoder holds 24 KiB at
//! most, an encoder 0.7 MiB, from level 10 on 9 MiB, which a worker keeps; it then allocates nothing but its output. The
//! functions make them anew in each call. The same input, options and library version give the same stream: time and
//! system are not recorded unless asked for.
//!
//! The decoded size is never declared: ISIZE wraps at 4 GiB and tells of the last member alone. It serves as a guess for
//! the first allocation, where that many bytes can be in the file at all.
//!
//! # Dialects
//! - Zeros after a member, as tapes have them, are skipped. Other bytes that are no member are left alone: `consumed`
//!   tells where the file ended. What begins like a member must be one.
//! - Wrong or missing checksums are errors that [`DecodeOptions::ignore_checksum`] lifts.
//!
//! # Sources
//! RFC 1952, GZIP file format specification version 4.3 (1996). GNU gzip manual, Tapes.

mod check;
mod codec;
mod decode;
mod encode;
mod options;

pub use check::{Header, check, header};
pub use codec::{Gzip, INFO};
pub use decode::{Decoder, decode, decode_exact, decode_into};
pub use encode::{Encoder, encode, encode_bound, encode_into};
pub use iio_deflate::crc32;
pub use options::{DecodeOptions, EncodeOptions};
