//! WebP over libwebp: still images and animations, lossy and lossless, as files named `.webp` and as chunks of TIFF (50001,
//! 34927) and Zarr (`imagecodecs_webp`).
//!
//! # Format
//! A RIFF file: `RIFF`, its length (u32), `WEBP`, then chunks: four letters, length (u32), content, a byte of padding if
//! the length is odd. All numbers are little-endian.
//!
//! | chunk | holds |
//! |---|---|
//! | `VP8 ` | a lossy image: a key frame of VP8, 4:2:0 |
//! | `VP8L` | a lossless image with or without alpha |
//! | `VP8X` | first in extended files: flags, width - 1, height - 1 of the canvas (u24) |
//! | `ALPH` | alpha of the `VP8 ` chunk that follows |
//! | `ANIM` | background colour (BGRA), loops (u16, 0 is for ever) |
//! | `ANMF` | a frame: x / 2, y / 2, width - 1, height - 1, milliseconds (u24), flags; then `ALPH`, `VP8 ` or `VP8L` |
//! | `ICCP` `EXIF` `XMP ` | metadata |
//!
//! # Example
//! ```
//! use iio_codec::{ArrayRef, DType, Layout};
//! use iio_webp::{DecodeOptions, EncodeOptions, decode, encode, info};
//!
//! let layout = Layout::new(DType::U8, &[32, 48, 3])?;
//! let pixels: Vec<u8> = (0..layout.n_bytes()).map(|i| (i / 3 % 48 + i / 144) as u8).collect();
//! let file = encode(ArrayRef::new(&pixels, layout)?, &EncodeOptions::default())?;
//! assert_eq!((info(&file)?.width, info(&file)?.lossless), (48, true));
//! assert_eq!(decode(&file, &DecodeOptions::default())?.1[..], pixels);
//!
//! let small = encode(ArrayRef::new(&pixels, layout)?, &EncodeOptions::default().with_lossless(false).with_level(50.0))?;
//! assert_eq!(decode(&small, &DecodeOptions::default())?.0, layout);
//! # Ok::<(), iio_codec::Error>(())
//! ```
//!
//! # Arrays
//! `[height, width, samples]` of `u8` with 3 (RGB) or 4 samples (RGBA, alpha not premultiplied). A file with more than
//! one frame gives `[frames, height, width, samples]`, each frame as it is shown on the canvas;
//! [`DecodeOptions::index`] picks one. A stack of one is encoded as a still image, and decoded as one.
//!
//! Lossless is the default, as in imagecodecs, and keeps the colours of transparent pixels. Four samples come back as
//! four even if all are opaque, where libwebp drops the fourth.
//!
//! # Limits and guarantees
//! Tier 2: libwebp is C, fuzzed by OSS-Fuzz and, through this crate, by us. There is no highest ratio. RIFF and all
//! headers are read by safe Rust first; libwebp gets one image at a time, with a size that was compared and gated, and
//! writes into the destination. Frames are laid over each other by safe Rust. Of working memory, lossless images take
//! 5 bytes per pixel, alpha planes 5, a canvas 4; what is not counted are the code tables of lossless images (12 KiB for
//! each group of codes, at most 65536, each of which takes bytes of the file). libwebp allocates anew for every image.
//! Encoding counts as 40 bytes per pixel, or 24 for lossy RGB. The same input gives the same stream with any number of
//! threads.
//!
//! Width and height are at most 16383 each; those of the canvas of an animation may be greater.
//!
//! On x86-64 libwebp runs with SSE2 unless all of the build targets SSE4.1 (`-C target-cpu=x86-64-v2` or above): the
//! crate underneath has no per-file flags, so its faster kernels cannot be compiled in for a choice at run time.
//!
//! Animations are encoded here and not by libwebp's `WebPAnimEncoder`, which merges equal frames, so that fewer come
//! back. Of each frame the rectangle that differs from the one before is stored.
//!
//! # Dialects
//! Bytes behind the RIFF chunk, chunks that are not known, and a missing last byte of padding are passed over. An
//! alpha flag without alpha in a still image counts as none, as in libwebp. The background colour is reported, not
//! applied: the canvas is transparent, as in all browsers.
//!
//! # Sources
//! RFC 9649 (WebP container, VP8L bit stream), RFC 6386 (VP8).

mod canvas;
mod codec;
mod container;
mod decode;
mod encode;
mod ffi;
mod image;
mod options;
mod write;

pub use canvas::Canvas;
pub use codec::{INFO, Webp};
pub use container::{Animation, Frame, Info, check, frames, info, scan};
pub use decode::{decode, decode_into, header};
pub use encode::{Animator, encode, encode_append};
pub use options::{DecodeOptions, EncodeOptions};
pub use write::{Extras, with_extras};
