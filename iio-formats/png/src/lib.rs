//! PNG, Portable Network Graphics: a file of its own, a tile of TIFF (34933), a chunk of Zarr (`imagecodecs_png`).
//!
//! # Format
//! A signature of 8 bytes, then chunks: length (u32), type (4 letters), data, CRC-32 of type and data. All numbers are
//! big-endian.
//!
//! | chunk | holds |
//! |---|---|
//! | IHDR, first | width, height (u32), bit depth, colour type, two zeros, interlace |
//! | PLTE | the palette, 3 bytes per colour |
//! | tRNS | alpha of palette entries, or the value that stands for transparent |
//! | IDAT, one or more in a row | a zlib stream of the rows, each behind a byte that names its filter |
//! | IEND, last | nothing |
//!
//! Lower case first letters mark chunks that a decoder may skip: colour spaces, text, EXIF, time ([`Metadata`]).
//! Interlaced images come as seven images of growing density (Adam7). Animated files are read as their default image;
//! [`Head::n_frames`] tells how many frames there are.
//!
//! # Example
//! ```
//! use iio_codec::{ArrayRef, DType, Layout};
//! use iio_format_png::{DecodeOptions, EncodeOptions, decode, encode};
//! let layout = Layout::new(DType::U8, &[2, 2, 3])?;
//! let pixels = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255];
//! let file = encode(ArrayRef::new(&pixels, layout)?, &EncodeOptions::default())?;
//! let (decoded, bytes) = decode(&file, &DecodeOptions::default())?;
//! assert_eq!(decoded, layout);
//! assert_eq!(bytes.as_slice(), pixels);
//! # Ok::<(), iio_codec::Error>(())
//! ```
//!
//! # Limits and guarantees
//! Tier 2: chunks and filters are safe Rust but for the vector code in `simd`; deflate is that of `iio-deflate`. The
//! highest ratio is 1032 to the filtered rows. A decoder holds the inflated rows of an image, up to
//! `limits.working_bytes`, and reads larger images in bands of 1 MiB (interlaced ones it refuses). An encoder holds
//! the filtered rows likewise. The same array, options and library version give the same file.
//!
//! CRCs of all critical chunks and the Adler-32 of the pixels are compared; each fault is an error with its offset. Of a
//! file that is opened for its properties or its metadata, no pixels are fetched, and so their CRCs are not compared.
//!
//! # Dialects
//! What libpng merely warns of is accepted, each by an option of [`DecodeOptions`] that can be turned off: ancillary
//! chunks that are broken or out of place, pixel data behind the last row, indices beyond the palette (opaque black).
//! What it accepts and we do not, unless an option says so: a wrong or missing Adler-32, a file that ends without IEND.
//! Not accepted at all: chunks between IDAT chunks, a second IHDR or PLTE, PLTE behind IDAT. Bytes after IEND are left alone.
//!
//! # Sources
//! W3C Portable Network Graphics (PNG) Specification, third edition (2025), whose section numbers the comments name.
//! RFC 1950 and 1951. ITU-T H.273 for the code points of cICP.

mod chunk;
mod codec;
mod decode;
mod deflate;
mod encode;
mod expand;
mod filter;
mod format;
mod header;
mod metadata;
mod options;
mod pack;
mod png;
mod simd;
mod stream;
mod walk;
mod zlib;

pub use chunk::ChunkType;
pub use codec::{INFO, PngCodec};
pub use decode::{Decoder, check, decode, decode_into, decoded_layout};
pub use encode::{Encoder, encode};
pub use format::FORMAT;
pub use header::{ColourType, ImageHeader};
pub use metadata::{
    Background, Chromaticities, Cicp, ContentLight, IccProfile, International, MasteringDisplay, Metadata, Physical,
    Place, RenderingIntent, SignificantBits, Text, Time, UnknownChunk,
};
pub use options::{DecodeOptions, EncodeOptions, Filters, Strategy};
pub use png::{Animation, Head, Palette, Png};
