//! Tests.
#![expect(clippy::cast_possible_truncation, reason = "small numbers of the tests")]
#![expect(clippy::unwrap_used, reason = "helpers of the tests")]

mod build;
mod chain;
mod fake;
mod float24;
mod geometry;
mod hostile;
mod jpeg;
mod levels;
mod meta;
mod pipeline;
mod predictor;
mod region;
mod repair;
mod write;
