//! TIFF and BigTIFF: the reader.
//!
//! # Format
//! A file is a header (`II` or `MM`, 42 or 43, offset of the first IFD), and image file directories anywhere behind it,
//! each with the offset of the next one. An IFD is a list of entries: tag, type, count, and the values or their offset.
//! Pixels lie in strips or tiles, each compressed on its own, whose offsets and byte counts are values of two tags.
//!
//! | part | classic | BigTIFF |
//! |---|---|---|
//! | header | order, 42, u32 offset | order, 43, 8, 0, u64 offset |
//! | IFD | u16 n, n entries, u32 next | u64 n, n entries, u64 next |
//! | entry | u16 tag, u16 type, u32 count, 4 bytes | u16 tag, u16 type, u64 count, 8 bytes |
//!
//! # Example
//! ```no_run
//! # fn main() -> iio_codec::Result<()> {
//! use std::sync::Arc;
//! use iio_core::{Env, Registry, Request, Selection};
//! let env = Env::new(Arc::new(Registry::empty().with_format(&iio_format_tiff::FORMAT)));
//! let source = Request::parse("slide.tif")?.open(&env.limits)?;
//! let reader = iio_format_tiff::open(&source, &iio_format_tiff::OpenOptions::default(), &env)?;
//! let plan = reader.plan(&Selection::image(0).with_level(2).with_region(0..512, 0..512))?;
//! let pixels = plan.read(&source, &env, None)?;
//! # Ok(())
//! # }
//! ```
//!
//! # What is an image, what is a level
//! Each IFD of the chain is an image, but for those that are marked as reduced (NewSubfileType bit 0) and are smaller
//! versions of the image before them: these are its levels, as are SubIFDs that are smaller versions. See [`OpenOptions`]
//! for another view. Layouts are `[height, width]`, `[height, width, samples]` or, for planes, `[samples, height,
//! width]`. One bit per sample gives `bool`, 2 to 7 bits `uint8`, 9 to 15 bits `uint16` and so on, always the stored
//! numbers: palettes are not applied, 0-is-white is not inverted, orientation is not applied.
//! Bits that fill no whole sample of 8, 16, 32 or 64 are packed from the highest on, in either byte order: 24 bits as well,
//! as tifffile writes and reads them (libtiff and GDAL take 24 bits of a little-endian file as little-endian). Floats of 24
//! bits have the byte order of the file, and give `float32`.
//!
//! # Limits and guarantees
//! Tier 1 (safe Rust). IFDs are parsed when they are needed: image `i` needs the chain up to `i`, so that a break in the
//! chain behind it does no harm; [`Reader::n_images`](iio_core::Reader::n_images) and
//! [`Reader::default_images`](iio_core::Reader::default_images) need the whole chain, and fail then. What is held is
//! 40 bytes per image. Offset arrays stay in the file: a plan reads the slices that it needs. Every count and offset is
//! compared with the length of the file before anything is allocated, and the tags that one call loads with
//! `Limits::metadata_bytes`.
//!
//! # Dialects
//! Deviations that are read, each by a rule of its own (module `plan`): StripByteCounts that are missing or zero, or too
//! small for a single strip, where their value follows from the geometry; a single offset for all strips of plain
//! samples; edge tiles that end with the image; RowsPerStrip missing, zero or too large; an IFD at the end of the file
//! without the offset of the next; a chain of IFDs that comes back to itself, which ends there; SHORT, LONG and LONG8 wherever one of them is allowed; values more than samples.
//! Chunks with offset 0 and 0 bytes are holes: they read as GDAL_NODATA, or 0.
//!
//! # Not read
//! ImageDepth, TileDepth; samples of unequal bits or formats; complex integers; subsampled YCbCr that is
//! not JPEG. All of it is refused as `Unsupported`.
//!
//! # Sources
//! TIFF Revision 6.0 (1992); Adobe Photoshop TIFF Technical Notes (2002) for deflate and predictor 3; BigTIFF design
//! (2007); TIFF/EP and DNG 1.7 for the private predictors; GDAL's GTiff documentation for sparse files and nodata.

#[macro_use]
mod fetch;
mod chain;
mod compression;
mod header;
mod ifd;
mod metadata;
mod old_jpeg;
mod options;
mod page;
mod pipeline;
mod plan;
mod reader;
mod tag;
mod write;

pub use options::OpenOptions;
pub use reader::{FORMAT, open};
pub use write::{Photometric, Predictor, TiffWriter, WriteOptions};
