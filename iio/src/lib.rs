//! Image codecs and image I/O for science: one [`imread`] for every format, by chunks and in parallel.
//!
//! # Example
//! ```
//! use iio::{DType, NdImage};
//! let image = NdImage::from_slice(&[0u16, 1, 2, 3, 4, 5], DType::U16, &[2, 3])?;
//! # #[cfg(feature = "netpbm")] {
//! let bytes = iio::imwrite_with("<bytes>", &image, &iio::WriteOptions::default().with_format("netpbm"))?;
//! let again = iio::imread(bytes.unwrap_or_default())?;
//! assert_eq!((again.shape(), again.as_slice::<u16>()), (&[2, 3][..], image.as_slice::<u16>()));
//! # }
//! # Ok::<(), iio::Error>(())
//! ```
//!
//! Functions follow imageio: [`imread`], [`imwrite`], [`imiter`], [`improps`], [`immeta`], and [`imopen`] for a file that
//! is read in parts: a region of a pyramid level of a slide of any size reads its own chunks and nothing else.
//!
//! # Features
//! One per codec and one per format (all on by default), so that a small program can take only what it needs; `cli` is
//! the command line tool. A codec that is not in the build is an error that names its feature.
//!
//! # Bad input
//! Any file gives pixels or a typed [`Error`] that says what is wrong and where. Nothing panics, and memory stays within
//! [`Limits`] per chunk and [`Env::total_output_bytes`] in all.

mod file;
mod options;
mod registry;
mod write;

pub use file::{ImageFile, imiter, immeta, imopen, improps, imread, imread_with};
pub use iio_codec::{
    AnyCodec, ArrayMut, ArrayRef, Cancel, Check, CodecId, CodecInfo, Config, DType, Error, ErrorKind, Executor, Layout,
    Limits, Result, Tier, Value,
};
pub use iio_core::{
    Colour, Env, FormatInfo, ImageInfo, Level, MetaValue, Metadata, NdImage, RayonExecutor, ReadPlan, Region, Registry,
    Request, Resolution, ResolutionUnit, Selection, Source, Target,
};
pub use options::{IntoRequest, ReadOptions, WriteOptions, default_env};
pub use registry::builtin;
pub use write::{ImageWriter, WriteTarget, imcreate, imwrite, imwrite_with};
