//! Tests of the JPEG codec.
#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "helpers of tests may fail them, patterns of bytes are cut on purpose"
)]

mod build;
mod colour;
mod corpus;
mod encode;
mod format;
mod options;
mod plain;
mod safety;
mod suite;
