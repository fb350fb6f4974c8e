//! JPEG files: what cameras and the web exchange, with EXIF, ICC, XMP and several images of one shot (MPO).
//!
//! # Format
//! A file is a JPEG stream: markers of two bytes, `ff` and a code, most of them before a segment with a length of 16 bits.
//! Segments of applications hold the metadata; numbers are big-endian.
//!
//! | marker | identifier | holds |
//! |---|---|---|
//! | APP0 | `JFIF` | resolution |
//! | APP1 | `Exif` | EXIF: a TIFF directory with orientation, camera, time |
//! | APP1 | `http://ns.adobe.com/xap/1.0/` | XMP; what exceeds a segment under `../xmp/extension/` |
//! | APP2 | `ICC_PROFILE` | a part of the colour profile |
//! | APP2 | `MPF` | directory of further images behind the first one |
//! | APP13 | `Photoshop 3.0` | IPTC and other image resources |
//! | APP14 | `Adobe` | colour transform |
//! | COM | | a comment |
//!
//! The pixels are decoded by the codec that the registry has under the name `jpeg`. This crate walks the segments before
//! the first scan, without reading what stands behind.
//!
//! # Example
//! ```
//! use iio_codec::{Config, DType};
//! use iio_core::{Env, Metadata, NdImage, Output, Registry, Selection, Source, WriteImage};
//! use iio_format_jpeg::FORMAT;
//! let env = Env::new(Registry::empty().with_codec(&iio_jpeg8::INFO).into());
//! let image = NdImage::from_slice(&[7u8; 64], DType::U8, &[8, 8])?;
//! let meta = { let mut meta = Metadata::default(); meta.orientation = Some(6); meta };
//! let create = FORMAT.create.ok_or("format is read only")?;
//! let mut writer = create(Output::Bytes(Vec::new()), &Config::new().set("level", 90), &env)?;
//! writer.write(&WriteImage { pixels: image.view()?, axes: Some("YX"), meta: &meta }, None)?;
//! let file = Source::from_bytes(writer.finish()?.commit()?.unwrap_or_default());
//!
//! let open = FORMAT.open.ok_or("format is write only")?;
//! let reader = open(&file, &Config::new(), &env)?;
//! assert_eq!(reader.metadata(0)?.orientation, Some(6));
//! let plan = reader.plan(&Selection::default().with_region(2..6, 0..8))?;
//! assert_eq!(plan.read(&file, &env, None)?.as_slice(), [7; 32]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Limits and guarantees
//! Safe Rust; the codec has a tier of its own. What is read before pixels are asked for stays within `metadata_bytes`.
//! A region decodes the whole image and keeps a part.
//!
//! # Dialects
//! - The orientation is told, not applied. CMYK samples are as stored: Adobe's are inverted (255 is no ink), which the tag
//!   `adobe_transform` gives away.
//! - Segments of metadata that are broken are passed over, those of the image are errors.
//! - An image of a directory (MPF) that does not lie within the file, or is no JPEG, ends the list.
//!
//! # Sources
//! ITU-T T.81 (1992) Annex B; T.871 (JFIF, 2011); CIPA DC-008 (EXIF 2.32); CIPA DC-007 (MPF, 2009); ICC.1:2010 Annex B.4; Adobe
//! XMP part 3 (2020), 1.1.3.

mod metadata;
mod mpf;
mod reader;
mod segment;
mod writer;

use iio_codec::{Check, Tier};
use iio_core::{FormatInfo, Modes, Sniff};

/// What registries know of this format.
///
/// Options of reading and writing: those of the codec.
pub static FORMAT: FormatInfo = FormatInfo {
    name: "jpeg",
    title: "JPEG: JFIF, EXIF, MPO",
    extensions: &["jpg", "jpeg", "jpe", "jfif", "jif", "mpo"],
    writes: &["jpg", "jpeg", "jpe", "jfif", "jif"],
    modes: Modes::Multi,
    tier: Tier::Fuzzed,
    sniff,
    open: Some(reader::open),
    create: Some(writer::create),
};

/// JPEG-LS has the same first bytes, and a frame of its own.
fn sniff(file: &Sniff<'_>) -> Check {
    segment::check(file.head)
}
