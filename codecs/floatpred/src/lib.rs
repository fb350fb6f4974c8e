//! Floating point predictor: TIFF predictor 3, the DNG predictors 34894 and 34895, Numcodecs `imagecodecs_floatpred`.
//!
//! # Format
//! Each row of an array is rearranged and then differenced, as bytes:
//!
//! 1. The bytes of its `n` samples are sorted into planes: first the most significant byte of all samples, then the next
//!    ones. So signs and exponents, which vary little, come to stand together.
//! 2. From each byte the one `lag` bytes before it is subtracted, through all planes of the row; the first `lag` bytes
//!    stay. `lag` is the number of samples per pixel, times `dist`.
//!
//! | TIFF predictor | name | `dist` |
//! |---|---|---|
//! | 3 | floating point | 1 |
//! | 34894 | `FloatingPointX2` | 2 |
//! | 34895 | `FloatingPointX4` | 4 |
//!
//! A row is everything from the given axis on: axis -2 of `[height, width, samples]`, -1 of `[height, width]`. What is
//! stored does not depend on the byte order of the machine or file; what is restored is native. Samples have 2, 4 or 8
//! bytes of any dtype; [`decode_rows`] and [`encode_rows`] take the 24-bit floats of TIFF as well.
//!
//! # Example
//! ```
//! use iio_codec::{ArrayMut, DType, Layout, as_bytes_mut};
//! use iio_floatpred::{Options, decode, encode};
//! let layout = Layout::new(DType::F32, &[1, 4])?;
//! let mut row = [1.0f32, 1.5, 2.0, 2.5];
//! encode(ArrayMut::new(as_bytes_mut(&mut row), layout)?, &Options::default())?;
//! assert_eq!(as_bytes_mut(&mut row), [0x3f, 0, 1, 0, 0x40, 0x40, 0x40, 0x20, 0xe0, 0, 0, 0, 0, 0, 0, 0]);
//! decode(ArrayMut::new(as_bytes_mut(&mut row), layout)?, &Options::default())?;
//! assert_eq!(row, [1.0, 1.5, 2.0, 2.5]);
//! # Ok::<(), iio_codec::Error>(())
//! ```
//!
//! # Limits and guarantees
//! Tier 2: vector instructions where the machine has them, with the same result as without. Works on any strides and
//! alignment. A worker keeps scratch memory of one row (two, if rows have gaps), which counts as working memory; once it
//! is there, nothing is allocated.
//!
//! # Dialects
//! `complex64` is taken as one number of 8 bytes, as imagecodecs does; libtiff writes no complex samples with this
//! predictor.
//!
//! # Sources
//! Adobe Photoshop TIFF Technical Note 3 (2005). Digital Negative Specification 1.4.0.0 (2012), Predictor.

mod array;
mod codec;
mod options;

pub use codec::{FloatPred, INFO, check, decode, decode_rows, encode, encode_rows};
#[doc(hidden)]
pub use codec::{decode_rows_scalar, encode_rows_scalar};
pub use options::{ByteOrder, Options, Rows};
