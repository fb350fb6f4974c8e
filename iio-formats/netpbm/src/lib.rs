//! PBM, PGM, PPM and PAM of Netpbm, and PFM: the plainest image files there are. TIFF tools, JPEG-LS and video coders use
//! them for exchange, stereo and flow data sets use PFM.
//!
//! # Format
//! A header in ASCII, then the samples row by row. Several images may follow each other without a gap.
//!
//! | magic | header | samples | array |
//! |---|---|---|---|
//! | `P1` `P4` PBM | width height | digits; 8 pixels a byte, rows padded to bytes | bool `[height, width]` |
//! | `P2` `P5` PGM | width height maxval | decimal; 1 byte, or 2 big-endian if maxval > 255 | uint8 or uint16 `[height, width]` |
//! | `P3` `P6` PPM | as PGM | as PGM | `[height, width, 3]` |
//! | `P7` PAM | `WIDTH` `HEIGHT` `DEPTH` `MAXVAL` `TUPLTYPE` `ENDHDR` | as `P5` | `[height, width]` or `[height, width, depth]` |
//! | `Pf` `PF` PFM | width height scale | binary32, bottom row first, little-endian if scale < 0 | float32 `[height, width]`, `[height, width, 3]` |
//!
//! A `#` begins a comment that ends with the line. `P1`, `P2` and `P3` are called plain: they are ASCII throughout and
//! hold one image.
//!
//! # Example
//! ```
//! use iio_codec::{ArrayRef, DType, Layout};
//! use iio_format_netpbm::{DecodeOptions, EncodeOptions, decode, encode};
//! let layout = Layout::new(DType::U8, &[2, 3])?;
//! let file = encode(ArrayRef::new(&[0, 1, 2, 3, 4, 255], layout)?, &EncodeOptions::default())?;
//! assert_eq!(file, b"P5\n3 2\n255\n\0\x01\x02\x03\x04\xff");
//! let (decoded, samples) = decode(&file, &DecodeOptions::default())?;
//! assert_eq!((decoded, &samples[..]), (layout, &[0, 1, 2, 3, 4, 255][..]));
//! # Ok::<(), iio_codec::Error>(())
//! ```
//!
//! # Limits and guarantees
//! Tier 1 (safe Rust). The highest ratio is 8 (PBM). Raw bytes are copied once, from the file to their place; a region
//! reads its rows only, and of wide rows its columns only. The same array gives the same file on every machine.
//!
//! # Dialects
//! - In PBM 1 is black. Here, as in Pillow, black is `false`. A PAM of the tuple type `BLACKANDWHITE` with `MAXVAL` 1 is bool
//!   as well; there 1 is white already.
//! - Samples stay as they are stored: those of a file with maxval 15 are 0 to 15, and [`Header::bits`] says 4. With
//!   [`DecodeOptions::scale`] they fill the dtype, rounded as Pillow does. Samples above maxval are malformed.
//! - The scale of a PFM file is metadata; samples are not multiplied by it. Only its sign, the byte order, counts.
//! - Bytes behind the last image are ignored unless they begin as another one; so is white space between images.
//! - A plain file may lack the end of its last line only with [`DecodeOptions::allow_missing_end`]: 12 of 123 looks whole.
//! - Pillow's `P0` and `Py`, XV's `P7 332` and the half-precision `Ph`, `PH` are not read.
//!
//! # Sources
//! Netpbm 11 manual pages pbm(5), pgm(5), ppm(5), pam(5), pfm(5).

mod codec;
mod encode;
mod format;
mod header;
mod index;
mod options;
mod plain;
mod plan;
mod raster;
mod reader;
mod variant;
mod writer;

pub use codec::{INFO, Netpbm, decode, decode_into, encode, encode_into};
pub use format::FORMAT;
pub use header::{Header, TupleType, check, header};
pub use options::{DecodeOptions, EncodeOptions};
pub use variant::Variant;
