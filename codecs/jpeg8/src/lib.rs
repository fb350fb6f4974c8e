//! JPEG of 8 bits in pure Rust, our own and over libjpeg-turbo-rs: baseline, progressive and arithmetic streams, as
//! they stand in TIFF (7, 33007 and 34892), DICOM (1.2.840.10008.1.2.4.50), Zarr (`imagecodecs_jpeg8`), and files named
//! `.jpg`.
//!
//! # Format
//! A sequence of marker segments, `FF`, a code and a big-endian length; scan headers are followed by coded data:
//!
//! | marker | what it gives |
//! |---|---|
//! | SOI `FFD8` | the beginning |
//! | APP0 `FFE0` "JFIF", APP14 `FFEE` "Adobe" | the colour space: one component is grey, three are YCbCr with JFIF, or if Adobe's transform is not 0; four are CMYK, or YCCK if it is not 0 |
//! | DQT `FFDB`, DHT `FFC4`, DAC `FFCC`, DRI `FFDD` | tables, and the distance of restart markers |
//! | SOF `FFC0` .. `FFCF` | process, bits, height, width, and of each component its number, sampling and table |
//! | SOS `FFDA` | components, band and bits of a scan; then coded data, in which `FF` is `FF00` |
//! | EOI `FFD9` | the end |
//!
//! Abbreviated streams (TIFF 347) hold tables only, for streams that lack them: [`DecodeOptions::tables`].
//!
//! # Example
//! ```
//! use iio_codec::{ArrayRef, DType, Layout};
//! use iio_jpeg8::{ColourSpace, DecodeOptions, EncodeOptions, decode, encode, info};
//!
//! let layout = Layout::new(DType::U8, &[64, 64, 3])?;
//! let pixels: Vec<u8> = (0..layout.n_bytes()).map(|i| (i / 3 % 64 + i / 192) as u8).collect();
//! let file = encode(ArrayRef::new(&pixels, layout)?, &EncodeOptions::default())?;
//! assert_eq!(info(&file, &DecodeOptions::default())?.colour_space(), ColourSpace::YCbCr);
//! let (decoded, samples) = decode(&file, &DecodeOptions::default())?;
//! assert_eq!(decoded, layout);
//! assert!(samples.iter().zip(&pixels).all(|(a, b)| a.abs_diff(*b) < 5));
//! # Ok::<(), iio_codec::Error>(())
//! ```
//!
//! # Arrays
//! `[height, width]` for grey, else `[height, width, samples]`, of `u8`. Pixels are those of libjpeg-turbo (`islow`,
//! "fancy" upsampling), bit for bit, and so are streams. [`decode_planes`] gives components as they are stored.
//!
//! # Limits and guarantees
//! Tier 2: the library is Rust with SIMD intrinsics, fuzzed through this crate. All markers are read and checked here
//! first; the library sees one stream that is put together of those that it needs. It is called behind a guard that
//! turns a panic into `Internal`. Memory is that of the planes, five bytes a sample for progressive streams. There is no
//! highest ratio, but a Huffman-coded stream needs a bit for every block of 64 samples.
//!
//! The plain cases have code of our own, with AVX2 where the machine has it: sequential streams with the tables of annex K
//! are written, and sequential Huffman-coded ones of one scan read, some MCUs at a time. The library does the rest:
//! progressive, arithmetic, optimised and smoothed streams, several scans, and all that is damaged.
//!
//! Coded data that ends too early is an error, unless [`DecodeOptions::allow_damaged`] asks for what libjpeg does: it
//! gives grey without a word. A stream whose scans are complete may lack its end marker.
//!
//! # Dialects
//! Missing Huffman tables of sequential streams are those of annex K (motion JPEG). Bytes between segments are skipped.
//! Heights that are left to DNL, sizes of 0 or 65500 with [`DecodeOptions::shape`], headers that a container keeps
//! apart ([`DecodeOptions::header`]). Not read: lossless and hierarchical JPEG, other than 8 bits, more than four
//! components. Not written: lossless JPEG, other than 8 bits, YCCK, arrays of YCbCr (but their luma), two components.
//!
//! # Sources
//! ITU-T T.81 (1992), annexes B and C; T.871 (JFIF); T.872 for the Adobe segment; TIFF Technical Note 2.

mod backend;
mod baseline;
mod codec;
mod convert;
mod decode;
mod encode;
mod header;
mod library;
mod options;
mod sequential;
mod simd;
mod space;
mod stream;
mod upsample;

pub use codec::{INFO, Jpeg8};
pub use decode::{decode, decode_into, decode_planes, header, info};
#[doc(hidden)]
pub use decode::{decode_by_library, decode_scalar};
#[doc(hidden)]
pub use encode::encode_scalar;
pub use encode::{encode, encode_append, tables};
pub use header::{Component, Info, Process, check};
#[doc(hidden)]
pub use options::SAMPLINGS;
pub use options::{DecodeOptions, EncodeOptions, Stored, Subsampling};
pub use space::ColourSpace;
#[doc(hidden)]
pub use space::SPACES;
