//! Integers of 1 to 64 bits, packed without gaps: TIFF samples of odd widths and bilevel images, camera raw data, GenICam
//! and GigE Vision pixel formats, Numcodecs `imagecodecs_packints`.
//!
//! # Format
//! A stream is the samples of an array in C order, each of `bits_per_sample` bits, without header, end mark or checksum.
//! After every `run_len` samples, and at the end, zero bits fill the last byte. [`BitOrder`] says how samples `a`, `b` and
//! `c` of 12 bits, `a` = 0xabc and so on, follow each other:
//!
//! | order | bytes of 0xabc, 0x123, 0x456 | where |
//! |---|---|---|
//! | `msb` | ab c1 23 45 60 | TIFF with `FillOrder` 1, DICOM |
//! | `lsb` | bc 3a 12 56 04 | `Mono10p`, `Mono12p` |
//! | `packed` | ab 3c 12 45 06 | `Mono10Packed`, `Mono12Packed` |
//!
//! Samples of 16, 32 and 64 bits are words, which TIFF stores in the byte order of the file; the default order `auto`
//! takes them as little-endian and all others as `msb`.
//!
//! # Example
//! ```
//! use iio_codec::{ArrayRef, DType, Layout, as_bytes};
//! use iio_packints::{Options, decode, encode};
//! let (samples, layout) = ([0x0abcu16, 0x0123, 0x0456], Layout::new(DType::U16, &[3])?);
//! let options = Options::default().with_bits_per_sample(12);
//! let packed = encode(ArrayRef::new(as_bytes(&samples), layout)?, &options)?;
//! assert_eq!(packed, [0xab, 0xc1, 0x23, 0x45, 0x60]);
//! assert_eq!(*decode(&packed, &layout, &options)?, *as_bytes(&samples));
//! # Ok::<(), iio_codec::Error>(())
//! ```
//!
//! # Limits and guarantees
//! Tier 1 (safe Rust). The layout is that of the destination. Integers may be wider than their bits in the stream; `bool`
//! is 1 bit, and floats are packed whole. The highest ratio is 64. Nothing is allocated but the output. The same samples
//! give the same stream on every machine.
//!
//! # Dialects
//! The `bitorder` of imagecodecs is `None`, `<` and `>`, here `auto`, `lsb` and `packed`. It reads signed samples as
//! unsigned, as the default here, see [`Options::sign_extend`]; it cuts off bits that do not fit, see
//! [`Options::truncate`]; and it drops the samples behind the last whole run, which here are packed as a shorter one.
//! A stream may be longer than its samples need.
//!
//! # Sources
//! TIFF Revision 6.0 (1992), Section 3: `BitsPerSample`, `FillOrder`. GenICam Pixel Format Naming Convention 2.1 (2016).
//! GigE Vision 2.0 (2011), Section 26: pixel layouts. Behaviour of imagecodecs 2026.10.10.

mod codec;
mod options;
mod pack;
mod plan;
mod unpack;
mod word;

pub use codec::{INFO, PackInts, check, decode, decode_into, encode, encoded_len};
pub use options::{BitOrder, Options};
