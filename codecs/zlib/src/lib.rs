//! zlib streams: TIFF Compression 8, 32946 and 50013, PNG, HDF5 filter 1, Numcodecs `zlib`, FITS, SWF, BSDF.
//!
//! # Format
//! | bytes | field |
//! |---|---|
//! | 1 | CMF: method 8 in the low four bits, log2 of the window minus 8 in the high ones (0 to 7) |
//! | 1 | FLG: FLEVEL in bits 6 and 7, FDICT in bit 5; the low five make CMF x 256 + FLG a multiple of 31 |
//! | 4 | only with FDICT: Adler-32 of the preset dictionary |
//! | n | a DEFLATE stream (see [`iio_deflate`]) |
//! | 4 | Adler-32 of the output, big-endian |
//!
//! # Example
//! ```
//! use iio_zlib::{DecodeOptions, EncodeOptions, decode, encode};
//! let row = [7u8; 100];
//! let packed = encode(&row, &EncodeOptions::default())?;
//! assert_eq!(packed[..2], [0x78, 0x9c]);
//! assert_eq!(decode(&packed, &DecodeOptions::default())?, row);
//! # Ok::<(), iio_codec::Error>(())
//! ```
//! A container that knows the size (a PNG, a TIFF tile) keeps a [`Decoder`] and fills its own buffer:
//! ```
//! # use iio_zlib::{DecodeOptions, EncodeOptions, Encoder, Decoder};
//! use iio_codec::{BytesDecoder, BytesEncoder, Context};
//! let (cx, mut tile) = (Context::default(), [0; 256]);
//! let mut encoder = Encoder::new(&EncodeOptions::default().with_level(1))?;
//! let mut decoder = Decoder::new(&DecodeOptions::default());
//! let packed = encoder.encode(&[7; 256], &cx)?;
//! decoder.decode_exact(&packed, &mut tile, &cx)?;
//! assert_eq!(tile, [7; 256]);
//! # Ok::<(), iio_codec::Error>(())
//! ```
//!
//! # Limits and guarantees
//! Tier 2: the inflater of `iio-deflate`, and libdeflate (C). The highest ratio is 1032. A decoder holds 24 KiB at
//! most, an encoder 0.7 MiB, from level 10 on 9 MiB, which a worker keeps; it then allocates nothing but its output. The
//! functions make them anew in each call. The same input, level and library version give the same stream.
//!
//! Levels are those of libdeflate, 0 to 12, where zlib has 0 to 9: at the same number, files are about as large, and
//! 10 to 12 have no counterpart. As an option by key, -1 is zlib's default: 6. zlib's strategies are not offered.
//!
//! # Dialects
//! - Wrong or missing checksums are errors that [`DecodeOptions::ignore_checksum`] lifts. Where the destination is full
//!   and the checksum is cut off, [`decode_into`] gives what there is, with `complete == false`.
//! - Bytes after the stream are left alone: `consumed` tells where it ended.
//! - Preset dictionaries are `Unsupported`.
//! - imagecodecs' `deflate` and `isal` write this frame unless `raw=True`; with `raw`, those two ids build `iio-deflate`.
//!
//! # Sources
//! RFC 1950, ZLIB Compressed Data Format Specification version 3.3 (1996). TIFF Technical Note 2 (2002) for Compression
//! 8; HDF5 Filter Behavior in HDF5, `H5Z_FILTER_DEFLATE`.

mod check;
mod codec;
mod decode;
mod encode;
mod options;

pub use check::check;
pub use codec::{INFO, Zlib};
pub use decode::{Decoder, decode, decode_exact, decode_into};
pub use encode::{Encoder, encode, encode_bound, encode_into};
pub use iio_deflate::{EncodeOptions, adler32, crc32};
pub use options::DecodeOptions;
