//! WebP files: still images and animations. Used on the web, and as an exchange format of image programs.
//!
//! # Format
//! A RIFF file of chunks, whose layout stands in the documentation of [`iio_webp`], which decodes the pixels. This crate
//! finds the chunks without reading what is in them, describes each frame, and plans what to read.
//!
//! A frame of an animation is an image: what is seen on the canvas while it is shown. It may depend on the frames before
//! it; those are decoded once if frames are read in order by one read (`imread` of the whole stack), and
//! otherwise from the last frame that covers all.
//!
//! # Example
//! ```
//! use iio_codec::Config;
//! use iio_core::{Env, Metadata, NdImage, Output, Registry, Selection, Source, WriteImage};
//! use iio_format_webp::FORMAT;
//! let env = Env::new(Registry::empty().into());
//! let image = NdImage::from_slice(&[7u8; 192], iio_codec::DType::U8, &[8, 8, 3])?;
//! let create = FORMAT.create.ok_or("format is read only")?;
//! let mut writer = create(Output::Bytes(Vec::new()), &Config::new(), &env)?;
//! writer.write(&WriteImage { pixels: image.view()?, axes: Some("YXS"), meta: &Metadata::default() }, None)?;
//! let file = Source::from_bytes(writer.finish()?.commit()?.unwrap_or_default());
//!
//! let open = FORMAT.open.ok_or("format is write only")?;
//! let reader = open(&file, &Config::new(), &env)?;
//! assert_eq!(reader.info(0)?.compression, "webp lossless");
//! let plan = reader.plan(&Selection::default().with_region(2..4, 0..8))?;
//! assert_eq!(plan.read(&file, &env, None)?.as_slice(), [7; 48]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Metadata
//! ICC profile, EXIF and XMP are read and written. Tags: `duration` (milliseconds of the frame), and of an animation
//! `n_frames`, `loop` (0 is for ever) and `background` (red, green, blue, alpha; not applied). `duration`, `loop` and
//! `background` of an image that is written are kept, unless options say otherwise.
//!
//! # Limits and guarantees
//! Tier 2: libwebp decodes the pixels, behind the checks of [`iio_webp`]. Chunks are read by safe Rust; metadata stays
//! within `metadata_bytes`. A reader keeps 64 bytes per frame, each of which takes 40 bytes of the file at least. A region
//! is cut out of the decoded frame: the bit streams have no parts.
//!
//! # Dialects
//! Those of [`iio_webp`]. EXIF blocks that begin with `Exif\0\0`, as in JPEG, are given without.
//!
//! # Sources
//! RFC 9649.

mod format;
mod frame;
mod metadata;
mod reader;
mod writer;

pub use format::FORMAT;
