//! Differences of neighbouring samples: TIFF predictor 2, the DNG predictors 34892 and 34893, Numcodecs
//! `imagecodecs_delta`.
//!
//! # Format
//! Along one axis of an array, each sample is replaced by the difference to the sample `dist` positions before it. The
//! first `dist` samples stay as they are. Differences are integers of the width of the sample, which wrap; floats and
//! `complex64` are taken as the unsigned integers with the same bits. Integers of fewer bits than their dtype wrap at
//! [`Options::bits`].
//!
//! | TIFF predictor | name | `dist` |
//! |---|---|---|
//! | 2 | horizontal differencing | 1 |
//! | 34892 | `HorizontalDifferenceX2` | 2 |
//! | 34893 | `HorizontalDifferenceX4` | 4 |
//!
//! In TIFF the axis is that of the columns, within each row of a strip or tile: axis -2 of `[height, width, samples]`,
//! -1 of `[height, width]`. Differences are those of native numbers, so a file of the other byte order is swapped
//! before it is decoded.
//!
//! # Example
//! ```
//! use iio_codec::{ArrayMut, DType, Layout};
//! use iio_delta::{Options, decode, encode};
//! let layout = Layout::new(DType::U8, &[1, 3, 2])?;
//! let options = Options::default().with_axis(-2);
//! let mut row = [10, 200, 12, 199, 11, 201];
//! encode(ArrayMut::new(&mut row, layout)?, &options)?;
//! assert_eq!(row, [10, 200, 2, 255, 255, 2]);
//! decode(ArrayMut::new(&mut row, layout)?, &options)?;
//! assert_eq!(row, [10, 200, 12, 199, 11, 201]);
//! # Ok::<(), iio_codec::Error>(())
//! ```
//!
//! # Limits and guarantees
//! Tier 2: vector instructions where the machine has them, with the same result as without. Works in place on any
//! strides and alignment and allocates nothing. Fast where the array has no gaps from the axis on, such as a tile within
//! an image filtered along its rows; else every stretch without gaps costs a few divisions.
//! Into another array each sample is read and written once; rows of a destination of megabytes are written past the caches.
//!
//! # Dialects
//! imagecodecs refuses a `dist` other than 1. libtiff and GDAL take 64-bit complex samples as 64-bit integers, as here.
//!
//! # Sources
//! TIFF Revision 6.0 (1992), Section 14: Differencing Predictor. Digital Negative Specification 1.4.0.0 (2012), Predictor.

mod array;
mod codec;
mod options;
mod place;
mod row;
mod simd;

#[doc(hidden)]
pub use array::{Along, walk_with_gaps};
pub use codec::{Delta, INFO, check, decode, encode};
pub use options::{MAX_DIST, Options};
pub use row::{decode_rows, decode_rows_into, encode_rows};
#[doc(hidden)]
pub use row::{decode_rows_scalar, undo_xor_rows_scalar, xor_rows};
