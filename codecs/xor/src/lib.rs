//! XOR of neighbouring samples: Numcodecs and Zarr `imagecodecs_xor`.
//!
//! # Format
//! Along one axis of an array, each sample is replaced by its exclusive or with the sample before it, bit by bit. The
//! first sample stays as it is. Bits that do not change along the axis become 0. Samples are taken as bits, whatever
//! their dtype and byte order: of an image of 3 samples per pixel, XOR along the columns combines each byte with the one
//! 3 samples before it.
//!
//! # Example
//! ```
//! use iio_codec::{ArrayMut, DType, Layout};
//! use iio_xor::{Options, decode, encode};
//! let layout = Layout::new(DType::U8, &[1, 3, 2])?;
//! let options = Options::default().with_axis(-2);
//! let mut row = [0x10, 0xff, 0x11, 0xf0, 0x13, 0xf0];
//! encode(ArrayMut::new(&mut row, layout)?, &options)?;
//! assert_eq!(row, [0x10, 0xff, 0x01, 0x0f, 0x02, 0x00]);
//! decode(ArrayMut::new(&mut row, layout)?, &options)?;
//! assert_eq!(row, [0x10, 0xff, 0x11, 0xf0, 0x13, 0xf0]);
//! # Ok::<(), iio_codec::Error>(())
//! ```
//!
//! # Limits and guarantees
//! Tier 2: vector instructions where the machine has them, with the same result as without. Works in place on any dtype,
//! strides and alignment and allocates nothing. Fast where the array has no gaps from the axis on, such as a tile within
//! an image filtered along its rows; else every stretch without gaps costs a few divisions.
//!
//! # Dialects
//! imagecodecs refuses booleans and complex samples, which are bits like others here.
//!
//! # Sources
//! There is no specification: the behaviour of `xor_encode` of imagecodecs 2026.10.10, as observed.

mod array;
mod codec;
mod options;
mod row;

pub use codec::{INFO, Xor, check, decode, encode};
pub use options::Options;
#[doc(hidden)]
pub use row::decode_rows_scalar;
pub use row::{decode_rows, encode_rows};
