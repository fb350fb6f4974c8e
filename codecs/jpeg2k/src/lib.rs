//! JPEG 2000 over OpenJPEG 2.5: bare code streams and JP2 files, as they stand in TIFF (34712, and Aperio's 33003 to
//! 33005), DICOM (1.2.840.10008.1.2.4.90 and .91), PDF, and files named `.jp2`, `.j2k`, `.jph`.
//!
//! # Format
//! A code stream is a sequence of big-endian marker segments, tile-parts and their packets:
//!
//! | marker | what it gives |
//! |---|---|
//! | SOC `FF4F`, SIZ `FF51` | the reference grid, tiles, and of each component bits, sign, distance on the grid |
//! | COD `FF52`, COC, QCD, QCC | wavelet, levels, layers, code blocks, order of packets, quantization |
//! | SOT `FF90` .. SOD `FF93` | one part of one tile: its number and length, then packets |
//! | EOC `FFD9` | the end |
//!
//! A JP2 file puts boxes around it: a length of 4 bytes, 4 letters, content. `jp2h` holds size, colour space or ICC
//! profile, palette, the meaning of the channels, and resolution; `jp2c` is the code stream. [`info`] reads all of it.
//!
//! # Example
//! ```
//! use iio_codec::{ArrayRef, DType, Layout};
//! use iio_jpeg2k::{DecodeOptions, EncodeOptions, decode, encode, info};
//!
//! let layout = Layout::new(DType::U8, &[64, 64, 3])?;
//! let pixels: Vec<u8> = (0..layout.n_bytes()).map(|i| (i / 3 % 64 + i / 192) as u8).collect();
//! let file = encode(ArrayRef::new(&pixels, layout)?, &EncodeOptions::default())?;
//! assert_eq!((info(&file)?.width(), info(&file)?.size.n_components()), (64, 3));
//! assert_eq!(decode(&file, &DecodeOptions::default())?.1[..], pixels);
//!
//! // A corner, at half the resolution.
//! let options = DecodeOptions::default().with_reduce(1).with_region([0, 0, 32, 16]);
//! assert_eq!(decode(&file, &options)?.0.shape(), [8, 16, 3]);
//! # Ok::<(), iio_codec::Error>(())
//! ```
//!
//! # Arrays
//! `[height, width]` for one component, `[height, width, samples]` for more, or `[samples, height, width]` if
//! [`DecodeOptions::planar`] says so. Samples are the narrowest of `u8`, `u16`, `u32`, `i8`, `i16`, `i32` that holds
//! all components, and are never scaled. Pixels lie on the finest grid that all components share; components of a
//! coarser one are repeated (nearest). So a stream all of whose components are subsampled alike is not enlarged.
//!
//! As in imagecodecs, palettes are looked up, channels are put into the order of their colours, and sYCC becomes RGB,
//! which is also assumed of three components whose last two are subsampled; options turn that off, and for TIFF 33003
//! it is off. Unlike there, ICC profiles are not applied: [`info`] gives them; values out of range are refused, not cut
//! to the range; and `verbose` prints nothing, because errors carry what OpenJPEG says.
//!
//! # Limits and guarantees
//! Tier 2: OpenJPEG is C, fuzzed by OSS-Fuzz and, through this crate, by us. There is no highest ratio. All headers are
//! read in Rust first; OpenJPEG sees no boxes and no marker but those it needs, and each tile as an image of its own:
//! the memory that it takes, which is held against `working_bytes`, is that of one tile (about 5 bytes per sample; 13
//! for each sample of a region and of the code blocks around it, but no more than the whole tile where that is what the
//! limit allows), and tiles are decoded on the executor. A large image of a single tile needs a raised limit, a small
//! region of it does not. Encoding takes about 12 bytes per sample of the image. OpenJPEG allocates anew for every image whatever we do.
//! The same input gives the same stream on every machine; irreversible streams may decode with differences of 1.
//!
//! Streams have up to 31 bits per sample. Encoding takes up to 26 (22 if lossy), if the samples allow it, because OpenJPEG's
//! coefficients have no more; above 20 the result is decoded and compared, so that no bits are lost in silence.
//!
//! OpenJPEG runs in strict mode only: its lenient mode is known to exceed its buffers. Tiles, tile-parts, packets and
//! resolutions that are missing are errors, where other readers give zeros.
//!
//! # Dialects
//! Streams without end marker, which some writers of slides leave out: [`DecodeOptions::allow_missing_end`]. Bytes
//! behind the end (DICOM pads), numbers of tile-parts that count from 0, lengths of the last tile-part left open, and
//! broken resolution boxes are read as they are. High-throughput code blocks (HTJ2K, Part 15) are decoded, not encoded.
//!
//! # Sources
//! ISO/IEC 15444-1:2019 (ITU-T T.800), Annexes A, B and I; ISO/IEC 15444-15 (T.814) for the markers of HTJ2K.

mod boxes;
mod codec;
mod decode;
mod encode;
mod ffi;
mod header;
mod options;
mod pixel;
mod plan;

pub use codec::{INFO, Jpeg2k};
pub use decode::{decode, decode_into, header};
pub use encode::{encode, encode_append};
pub use header::{
    ChannelDefinition, Coding, Colour, Component, Info, Palette, PaletteColumn, Progression, Size, check, info,
};
pub use options::{ColourSpace, DecodeOptions, EncodeOptions, Format};
