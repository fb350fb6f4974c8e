//! PackBits, the byte run-length code of TIFF (Compression 32773), MacPaint, PSD and ILBM.
//!
//! # Format
//! A stream is a sequence of packets without header, end mark or checksum. Each begins with a signed byte `n`:
//!
//! | n | what follows | what it gives |
//! |---|---|---|
//! | 0 to 127 | n + 1 bytes | these bytes |
//! | -127 to -1 | 1 byte | this byte, 1 - n times |
//! | -128 | nothing | nothing |
//!
//! # Example
//! ```
//! use iio_packbits::{EncodeOptions, decode, encode};
//! let row = [7u8; 100];
//! let packed = encode(&row, &EncodeOptions::default())?;
//! assert_eq!(packed, [157, 7]);
//! assert_eq!(decode(&packed)?, row);
//! # Ok::<(), iio_codec::Error>(())
//! ```
//!
//! # Limits and guarantees
//! Tier 1 (safe Rust). The highest ratio is 64. Nothing is allocated but the output of [`decode`] and [`encode`]. The
//! same input gives the same stream on every machine.
//!
//! # Dialects
//! TIFF wants packets that do not cross rows: set [`EncodeOptions::row_len`]. Writers that ignore this, or pad strips
//! with excess bytes, are read all the same: [`decode_into`] stops when the destination is full.
//!
//! # Sources
//! TIFF Revision 6.0 (1992), Section 9: PackBits Compression. Apple Technical Note TN1023.

mod codec;
mod decode;
mod encode;
mod options;

pub use codec::{INFO, PackBits};
pub use decode::{check, decode, decode_exact, decode_into, decoded_size};
pub use encode::{encode, encode_bound, encode_into};
pub use options::EncodeOptions;
