//! Reversed bits in each byte: TIFF `FillOrder` 2, Numcodecs and Zarr `imagecodecs_bitorder`.
//!
//! # Format
//! Bit 7 of each byte changes places with bit 0, bit 6 with bit 1, bit 5 with bit 2, and bit 4 with bit 3: 0b0000_0111
//! becomes 0b1110_0000. The bytes stay where they are, so samples are taken as bytes, whatever their dtype and byte
//! order. Doing it twice gives the bytes back: encoding and decoding are the same.
//!
//! # Example
//! ```
//! use iio_bitorder::{decode, encode};
//! use iio_codec::{ArrayMut, DType, Layout};
//! let layout = Layout::new(DType::U8, &[2, 2])?;
//! let mut pixels = [0b0000_0001, 0b0000_0111, 0b1010_0000, 0xff];
//! encode(ArrayMut::new(&mut pixels, layout)?)?;
//! assert_eq!(pixels, [0b1000_0000, 0b1110_0000, 0b0000_0101, 0xff]);
//! decode(ArrayMut::new(&mut pixels, layout)?)?;
//! assert_eq!(pixels, [0b0000_0001, 0b0000_0111, 0b1010_0000, 0xff]);
//! # Ok::<(), iio_codec::Error>(())
//! ```
//!
//! # Limits and guarantees
//! Tier 2: vector instructions where the machine has them, with the same result as without. Works in place on any dtype,
//! strides and alignment and allocates nothing. Fast where the array has stretches without gaps of 32 bytes or more.
//!
//! # Dialects
//! TIFF recommends `FillOrder` 2 only for 1-bit samples that are not compressed or facsimile-coded; where writers set it
//! with other compressions, libtiff reverses the bytes of a strip or tile before decompression. imagecodecs refuses
//! arrays without axes, which are one sample here.
//!
//! # Sources
//! TIFF Revision 6.0 (1992), Section 8: Baseline Field Reference Guide, `FillOrder`.

mod array;
mod codec;
mod simd;

pub use codec::{Bitorder, INFO, check, decode, encode, reverse_bits};
#[doc(hidden)]
pub use simd::{reverse_scalar, reverse_without_gfni};
