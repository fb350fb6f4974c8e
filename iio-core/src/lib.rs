//! Images, resources, registry, chunk planning and the format contract of iio.
//!
//! The way of a read: a [`Request`] names a resource and opens it as a [`Source`] of byte ranges; the [`Registry`] finds
//! the format by content; the format's [`Reader`] describes its images and turns a [`Selection`] into a [`ReadPlan`],
//! a pure value that says which byte ranges are needed, which [`Pipeline`] decodes each and where it lands; and
//! [`ReadPlan::run`] fetches and decodes on an executor, straight into the caller's strided destination.
//!
//! The way of a write: a [`Target`] becomes an [`Output`], the format's [`Writer`] appends to it, and only
//! [`Output::commit`] makes the result visible under its name.

mod env;
mod executor;
mod exif;
mod format;
mod image;
#[cfg(any(feature = "image", feature = "ndarray"))]
mod interop;
mod metadata;
mod output;
mod pipeline;
mod plan;
mod registry;
mod request;
mod source;

pub use env::{Env, ProgressFn, memory_available};
pub use executor::RayonExecutor;
pub use format::{
    Colour, CreateFn, FormatInfo, ImageInfo, Level, Modes, OpenFn, Reader, Region, Selection, Sniff, WriteImage, Writer,
};
pub use image::NdImage;
pub use metadata::{MetaValue, Metadata, Resolution, ResolutionUnit};
pub use output::{Output, Sink, Target};
pub use pipeline::{ChunkPart, Pipeline, PipelineWorker};
pub use plan::{Chunk, ReadPlan};
pub use registry::{AbsentCodec, Registry};
pub use request::Request;
pub use source::{Fetcher, Known, ReadAt, Source, Step};
