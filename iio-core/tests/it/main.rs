//! Tests of iio-core.
#![expect(clippy::cast_possible_truncation, reason = "small numbers of the tests")]
#![expect(clippy::unwrap_used, reason = "helpers of the tests")]
mod executor;
mod fake;
#[cfg(any(feature = "image", feature = "ndarray"))]
mod interop;
mod output;
mod plan;
mod registry;
mod source;
