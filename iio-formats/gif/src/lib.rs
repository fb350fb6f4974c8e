//! GIF, Graphics Interchange Format: still images and animations of up to 256 colours a frame.
//!
//! # Format
//! A signature (`GIF87a`, `GIF89a`), the screen (width, height, flags, index of the background, aspect), a table of global
//! colours, then blocks. All numbers are little-endian. Data comes in sub-blocks: a length of 1 to 255 and as many bytes,
//! until a length of 0.
//!
//! | block | begins | holds |
//! |---|---|---|
//! | image | `2c` | left, top, width, height, flags; local colours; code size; LZW data |
//! | graphic control | `21 f9` | disposal, delay in 1/100 s, transparent index of the next image |
//! | comment | `21 fe` | text |
//! | application | `21 ff` | `NETSCAPE2.0` loop count, `ICCRGBG1012` profile, `XMP DataXMP` |
//! | trailer | `3b` | nothing |
//!
//! LZW codes are written from the lowest bit on, beginning with one bit more than the code size, up to 12 bits: `iio-lzw`
//! reads and writes them.
//!
//! # Example
//! ```
//! use iio_codec::{ArrayRef, DType, Layout};
//! use iio_format_gif::{DecodeOptions, EncodeOptions, decode, encode};
//! // Two frames of one row of two pixels.
//! let layout = Layout::new(DType::U8, &[2, 1, 2, 3])?;
//! let pixels = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 0, 0];
//! let file = encode(ArrayRef::new(&pixels, layout)?, &EncodeOptions::default().with_duration([40]))?;
//! let (decoded, samples) = decode(&file, &DecodeOptions::default())?;
//! assert_eq!((decoded, &samples[..]), (layout, &pixels[..]));
//! # Ok::<(), iio_codec::Error>(())
//! ```
//!
//! # Limits and guarantees
//! Tier 1 (safe Rust). There is no highest ratio: a frame of one pixel makes an image of the size of the screen. A reader
//! holds the file and a few screens in memory. The same array and options give the same file.
//!
//! Decoding gives images as they are seen: RGBA if a frame of the file has a transparent colour, else RGB. With
//! [`DecodeOptions::asrgb`] off, it gives the stored indices of each frame. Encoding is lossless for up to 256 colours a
//! frame (255 beside transparent ones); else a palette is made by cuts along the axis of most variance, and errors are spread (Floyd-Steinberg).
//! Alpha below 128 becomes transparent.
//!
//! # Dialects
//! - Where no frame was drawn, or one was disposed of, an image has the background colour (black if there is none), with
//!   alpha 0 if the file has transparency.
//! - Frames beyond the screen make it larger, for all images of the file, as in imagecodecs and Pillow. Indices without a
//!   colour are black; without any table they are gray values, as in Pillow.
//! - Code sizes of 9 to 11 are read as long as indices have 8 bits.
//! - Zero bytes between blocks are passed over. Data behind the last pixel and the trailer is ignored; the end code
//!   and the first clear code may be missing. A transparent index beyond the colours is none.
//! - A missing trailer, a broken block behind the first frame and missing pixels are errors that tell how much is good,
//!   but for [`DecodeOptions::allow_missing_end`] and [`DecodeOptions::allow_missing_pixels`]. A reader gives each
//!   whole frame by its number even so.
//! - Plain text is not drawn.
//!
//! # Sources
//! CompuServe, Graphics Interchange Format, Version 89a (1990), whose section numbers the comments name; Version 87a
//! (1987). Netscape Navigator 2.0 (loops). ICC.1:2010, B.6. Adobe XMP Specification Part 3 (2020), 1.1.2.

mod block;
mod codec;
mod colour;
mod encode;
mod format;
mod index;
mod lzw;
mod options;
mod player;
mod quantize;
mod reader;
mod writer;

pub use block::{Disposal, check};
pub use codec::{Gif, INFO, decode, decode_into, encode, encode_into};
pub use format::FORMAT;
pub use options::{DecodeOptions, EncodeOptions};
