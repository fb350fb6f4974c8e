//! Floats of 24 bits: samples of TIFF and DNG with `SampleFormat` 3 and 24 `BitsPerSample`, Numcodecs
//! `imagecodecs_float24`. An array of them is `float32`.
//!
//! # Format
//! A stream is the samples of an array in C order, three bytes each in the byte order of the file, without header, end
//! mark or checksum:
//!
//! | bits | field | |
//! |---|---|---|
//! | 23 | sign | 1 is negative |
//! | 16 to 22 | exponent, `e` | biased by 63 |
//! | 0 to 15 | fraction, `f` | |
//!
//! | `e` | value |
//! |---|---|
//! | 0 | `f` * 2^-78: zero and subnormal numbers |
//! | 1 to 126 | (1 + `f` / 2^16) * 2^(`e` - 63) |
//! | 127 | infinity if `f` is 0, else NaN |
//!
//! With a [`Predictor`] the rows of the array are what `iio-floatpred` makes of them: planes of bytes, highest first,
//! and their differences.
//!
//! # Example
//! ```
//! use iio_codec::{ArrayRef, DType, Layout, as_bytes};
//! use iio_float24::{ByteOrder, Options, Rounding, decode, encode};
//! let (samples, layout) = ([1.0f32, -2.0, 0.1], Layout::new(DType::F32, &[3])?);
//! let options = Options::default().with_byteorder(ByteOrder::Big).with_rounding(Rounding::Upward);
//! let stream = encode(ArrayRef::new(as_bytes(&samples), layout)?, &options)?;
//! assert_eq!(stream, [0x3f, 0, 0, 0xc0, 0, 0, 0x3b, 0x99, 0x9a]);
//! assert_eq!(*decode(&stream, &layout, &options)?, *as_bytes(&[1.0f32, -2.0, 0.100_000_38]));
//! # Ok::<(), iio_codec::Error>(())
//! ```
//!
//! # Limits and guarantees
//! Tier 2: the code here is safe, that of the predictor has vector instructions. The layout is that of the destination,
//! and its dtype is `float32`. All floats of 24 bits but NaNs come back with their bits; a NaN keeps its sign, and
//! becomes the quiet one without further payload. Numbers of `float32` lose 7 bits; from 2^64 on they become infinite,
//! whatever the rounding. The ratio is 4 / 3. With a predictor a worker keeps scratch memory of two rows; nothing else
//! is allocated but the output. The same samples give the same stream on every machine.
//!
//! # Dialects
//! imagecodecs 2026.10.10 writes some numbers wrong, which are rounded here: a fraction that is rounded up to 1 becomes 0
//! without raising the exponent, so that 1.999999 is written as 1.0; numbers from 2^-86 to below 2^-78 become anything up
//! to 2^-62; and smaller ones become 0 even if they are to be rounded away from it. A stream may be longer than its
//! samples need.
//!
//! # Sources
//! Digital Negative Specification 1.4.0.0 (2012), Floating Point Image Data. Adobe Photoshop TIFF Technical Note 3
//! (2005). Behaviour of imagecodecs 2026.10.10.

mod codec;
mod convert;
mod options;

pub use codec::{Float24, INFO, check, decode, decode_into, encode};
pub use options::{ByteOrder, Options, Predictor, Rounding};
