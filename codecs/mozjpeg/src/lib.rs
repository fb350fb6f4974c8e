//! JPEG of 8 bits in fewer bytes: the encoder of mozjpeg, for Numcodecs and Zarr (`imagecodecs_mozjpeg`), and wherever
//! plain JPEG is read. Streams are decoded by [`iio_jpeg8`].
//!
//! # Format
//! That of [`iio_jpeg8`]: any decoder reads these streams. What differs is how they are made, some 50 times slower than
//! by [`iio_jpeg8::encode`] with the default options:
//!
//! | step | option |
//! |---|---|
//! | quantization tables that cost fewer bits for what people see | [`EncodeOptions::quanttable`] |
//! | rounding of coefficients by the bits that they cost | [`EncodeOptions::trellis`] |
//! | bright edges overshoot where decoders clamp | [`EncodeOptions::deringing`] |
//! | progressive, with the scans that are the shortest | [`EncodeOptions::progressive`], [`EncodeOptions::optimize_scans`] |
//! | Huffman tables of the image | [`EncodeOptions::optimize`] |
//!
//! # Example
//! ```
//! use iio_codec::{ArrayRef, DType, Layout};
//! use iio_mozjpeg::{DecodeOptions, EncodeOptions, decode, encode};
//!
//! let layout = Layout::new(DType::U8, &[64, 64, 3])?;
//! let pixels: Vec<u8> = (0..layout.n_bytes()).map(|i| (i / 3 % 64 + i / 192) as u8).collect();
//! let array = ArrayRef::new(&pixels, layout)?;
//! let file = encode(array, &EncodeOptions::default())?;
//! assert!(file.len() < iio_jpeg8::encode(array, &iio_jpeg8::EncodeOptions::default())?.len());
//! let (decoded, samples) = decode(&file, &DecodeOptions::default())?;
//! assert_eq!(decoded, layout);
//! assert!(samples.iter().zip(&pixels).all(|(a, b)| a.abs_diff(*b) < 10));
//! # Ok::<(), iio_codec::Error>(())
//! ```
//!
//! # Arrays
//! `[height, width]` or `[height, width, samples]` of `u8`, with 1 to 4 samples, of which two, and four of which nothing
//! is said, are not converted. Neither side exceeds 65500.
//!
//! # Limits and guarantees
//! Tier 2: hostile bytes meet Rust only, as in [`iio_jpeg8`]; C sees pixels, and options that were checked. Streams are
//! the same on every machine, as far as its C compiler keeps the rules for floating-point numbers, which
//! [`EncodeOptions::trellis`] counts with.
//!
//! **One libjpeg a binary.** The library is libjpeg by its symbols. If another one is linked (a system library that loads
//! it counts), one of the two is called for both, without a word of the linker. So the facade has this codec by the
//! feature `mozjpeg` only, which `codecs` does not include.
//!
//! Errors of the library unwind through its frames, and are caught here: no setjmp, nothing printed, no global state. In
//! a program that is built with `panic = "abort"` they abort. What is left of them is a lack of memory: layouts, options
//! and colour spaces are checked before.
//!
//! Memory is four bytes for each sample of each component, and seven more where scans are tried
//! ([`EncodeOptions::optimize_scans`]); it is checked against the limit before. A caller who cancels waits for that search
//! to end once it has begun. The library allocates for each call.
//!
//! The feature `nasm` builds kernels of assembler on x86, if nasm is installed; else C is built, and cargo warns.
//!
//! # Sources
//! Those of [`iio_jpeg8`]; the documentation of libjpeg (`libjpeg.txt`), and of mozjpeg (`README-mozilla.txt`).

mod codec;
mod decode;
mod encode;
mod ffi;
mod options;

pub use codec::{INFO, Mozjpeg};
pub use decode::{check, decode, decode_into, header, info};
pub use encode::{encode, encode_append};
pub use iio_jpeg8::{ColourSpace, Component, DecodeOptions, Info, Process, Stored, Subsampling};
pub use options::EncodeOptions;
