//! JPEG 2000 files: JP2 and its kin (JPX, JPH), and bare code streams (J2K). Used for archives and libraries, satellite
//! images, medicine and digital cinema.
//!
//! # Format
//! A JP2 file is a row of boxes: four bytes of length, four letters of type, a body. Numbers are big-endian.
//!
//! | box | holds |
//! |---|---|
//! | `jP  ` `ftyp` | signature, brand |
//! | `jp2h` | `ihdr` size, `colr` colour space or ICC profile, `pclr` `cmap` palette, `cdef` meaning of channels, `res ` resolution |
//! | `jp2c` | the code stream: markers, tiles, packets |
//! | `xml ` `uuid` `asoc` | metadata: XML, XMP, EXIF, GeoTIFF, IPTC, GML |
//!
//! The pixels are decoded by `iio-jpeg2k`. This crate finds the boxes, describes the image and plans what to read:
//! level `k` leaves out the `k` highest resolutions, and of a tiled image only the tiles of a region are decoded.
//!
//! # Example
//! ```
//! use iio_codec::Config;
//! use iio_core::{Env, Metadata, NdImage, Output, Registry, Selection, Source, WriteImage};
//! use iio_format_jp2::FORMAT;
//! let env = Env::new(Registry::empty().into());
//! let image = NdImage::from_slice(&[7u8; 64], iio_codec::DType::U8, &[8, 8])?;
//! let create = FORMAT.create.ok_or("format is read only")?;
//! let mut writer = create(Output::Bytes(Vec::new()), &Config::new(), &env)?;
//! writer.write(&WriteImage { pixels: image.view()?, axes: Some("YX"), meta: &Metadata::default() }, None)?;
//! let file = Source::from_bytes(writer.finish()?.commit()?.unwrap_or_default());
//!
//! let open = FORMAT.open.ok_or("format is write only")?;
//! let reader = open(&file, &Config::new(), &env)?;
//! assert_eq!(reader.info(0)?.compression, "jpeg2000 lossless");
//! let plan = reader.plan(&Selection::default().with_region(2..6, 0..8))?;
//! assert_eq!(plan.read(&file, &env, None)?.as_slice(), [7; 32]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Limits and guarantees
//! Tier 2: OpenJPEG decodes the pixels, behind the checks of `iio-jpeg2k`. Boxes are read by safe Rust; what is kept of
//! them stays within `metadata_bytes`. Only headers are read before pixels are asked for.
//!
//! # Dialects
//! - "lossless" in [`ImageInfo::compression`](iio_core::ImageInfo::compression) means the reversible wavelet; its quality
//!   layers may have been cut all the same.
//! - Of several code streams in a file the first one is read. HTJ2K (`jph`, `jhc`) is read, not written.
//! - Boxes behind the code stream that are broken are passed over, as is what follows them.
//!
//! # Sources
//! ISO/IEC 15444-1:2019 (T.800) Annexes A and I; 15444-2 (T.801) Annex M for `asoc` and `lbl `; Adobe XMP part 3 (uuid of XMP);
//! OGC 05-047 (GMLJP2), GeoJP2 1.0.3.

mod boxes;
mod colour;
mod embed;
mod format;
mod metadata;
mod reader;
mod stream;
mod writer;

pub use format::FORMAT;
