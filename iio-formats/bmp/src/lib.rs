//! BMP and DIB: the bitmap files of Windows and OS/2, which also sit in icons, clipboards and AVI.
//!
//! # Format
//! A file header of 14 bytes (`BM`, file length, offset of the pixels), a DIB header whose first word is its length and
//! tells its version, bit masks or a palette, the pixels. All numbers are little-endian. A DIB of a clipboard has no file
//! header.
//!
//! | DIB header | bytes | adds |
//! |---|---|---|
//! | core (Windows 2, OS/2 1.x) | 12 | size, depth; palette entries of 3 bytes |
//! | OS/2 2.x | 16 to 64 | RLE24 |
//! | info (Windows 3) | 40 | compression, resolution, number of colours; entries of 4 bytes |
//! | versions 2 and 3 | 52, 56 | masks of red, green, blue; of alpha |
//! | version 4, version 5 | 108, 124 | colour space; ICC profile |
//!
//! Rows stand from the bottom up, or from the top if the height is negative, each filled up to a multiple of 4 bytes.
//! Pixels are indices of 1, 2, 4 or 8 bits, words of 16 or 32 bits with masks, or blue, green, red in 24 bits. RLE is a
//! sequence of pairs (length, value) with escapes for literals, end of line, end of bitmap and movement (delta).
//!
//! # Example
//! ```
//! use iio_codec::{ArrayRef, DType, Layout};
//! use iio_format_bmp::{DecodeOptions, EncodeOptions, decode, encode};
//! let layout = Layout::new(DType::U8, &[2, 1, 3])?;
//! let file = encode(ArrayRef::new(&[1, 2, 3, 4, 5, 6], layout)?, &EncodeOptions::default())?;
//! assert_eq!(file[54..], [6, 5, 4, 0, 3, 2, 1, 0]);
//! let (decoded, samples) = decode(&file, &DecodeOptions::default())?;
//! assert_eq!((decoded, &samples[..]), (layout, &[1, 2, 3, 4, 5, 6][..]));
//! # Ok::<(), iio_codec::Error>(())
//! ```
//!
//! # Limits and guarantees
//! Tier 1 (safe Rust). There is no highest ratio: runs may leave any part of an image out. A region of an image without
//! runs reads its rows only, and of wide rows its columns only. The same array and options give the same file.
//!
//! What decoding gives: gray `[height, width]` if all colours of the palette are gray, else RGB, or RGBA if there is a mask
//! of alpha; uint8. Samples of fewer or more bits are scaled to 8 and rounded down. The fourth byte of pixels of 32 bits
//! without masks has no meaning and is dropped.
//!
//! # Dialects
//! - Pixels that runs do not write have index 0, as in Pillow (imagecodecs: black), or are black (RLE24).
//! - Runs that leave the image are malformed, as are indices without a colour ([`DecodeOptions::ignore_index_range`]) and
//!   runs without end ([`DecodeOptions::allow_missing_end`]), which may be missing if all pixels are there.
//! - Lengths of the file and of the image, planes, resolution and important colours are not relied on: wrong ones do
//!   no harm. A palette shorter than the depth is read as far as it goes; a longer one up to the depth.
//! - The last row may lack what fills it up. Runs with a negative height are read from the top down.
//! - An embedded JPEG or PNG is decoded by the format plugin with the codec of the registry; [`decode`] names it.
//! - Not read: Huffman 1D, arrays, icons and pointers of OS/2; CMYK; 64 bits per pixel. Each is refused by name.
//!
//! # Sources
//! Microsoft, Bitmap Storage and [MS-WMF] 2.2.2 (BITMAPCOREHEADER to BITMAPV5HEADER, RLE). IBM OS/2 2.0 Presentation
//! Manager Reference, BITMAPINFOHEADER2. J. Summers, BMP Suite (cases of use).

mod codec;
mod encode;
mod format;
mod header;
mod mask;
mod options;
mod palette;
mod pixel;
mod plan;
mod raster;
mod reader;
mod rle;
mod writer;

pub use codec::{Bmp, INFO, decode, decode_into, encode, encode_into};
pub use format::FORMAT;
pub use header::{Compression, Header, check, header};
pub use options::{DecodeOptions, EncodeOptions, Expand};
