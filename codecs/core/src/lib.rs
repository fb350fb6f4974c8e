//! The contract that every image codec of iio implements.
//!
//! A codec turns byte buffers or arrays into encoded byte buffers and back. It does no I/O, holds no global state and
//! spawns no thread. There are three kinds, held in [`AnyCodec`]:
//!
//! | kind | codec value | workers |
//! |---|---|---|
//! | bytes to bytes | [`BytesCodec`] | [`BytesDecoder`], [`BytesEncoder`] |
//! | array to bytes | [`ArrayCodec`] | [`ArrayDecoder`], [`ArrayEncoder`] |
//! | array to array, in place | [`FilterCodec`] | [`Filter`] |
//!
//! A codec value is a cheap, immutable description with its options inside. A worker owns the scratch memory and the
//! context of the library underneath; make one per thread and use it for all chunks. What one call may cost, and who
//! carries out inner parallel work, stands in the [`Context`] that is passed to it.
//!
//! Arrays are native-endian and in C order. Views have strides ([`ArrayRef`], [`ArrayMut`]), so a decoder can write a
//! tile straight into the image it belongs to.
//!
//! # Rules
//! 1. Any input gives `Ok` or a typed [`Error`]: no panic, no hang, no allocation beyond [`Limits`].
//! 2. Header first; the caller allocates or refuses; then fill.
//! 3. A failed or short decode is an error, never a partial or zero-filled result that looks like success.
//! 4. The destination is never read beyond what the call wrote.
//! 5. How strict to be is the caller's choice: [`Progress`] tells "full, more follows" from "unusable".

mod aligned;
mod codec;
mod config;
mod context;
mod dtype;
mod error;
mod executor;
mod info;
mod layout;
mod limits;
mod view;

pub use aligned::{AlignedBytes, Sample, as_bytes, as_bytes_mut, as_samples, as_samples_mut, zeroed_vec};
pub use codec::{
    AnyCodec, ArrayCodec, ArrayDecoder, ArrayEncoder, BytesCodec, BytesDecoder, BytesEncoder, Direction, Filter,
    FilterCodec, Header, Progress, SimpleFilter, SizeHint, StatelessBytes,
};
pub use config::{Config, Fields, Value, key};
pub use context::{Budget, Cancel, Context};
pub use dtype::{DType, DTypeKind};
pub use error::{Blame, Error, ErrorKind, Result};
pub use executor::{Executor, Pool, SERIAL, Serial};
pub use info::{Check, CodecId, CodecInfo, CodecKind, Directions, Tier};
pub use layout::{Layout, MAX_NDIM};
pub use limits::Limits;
pub use view::{ArrayMut, ArrayRef, Grid, RowsMut};
