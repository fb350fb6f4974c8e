//! Tests of the JPEG 2000 codec.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "helpers of tests may fail them, patterns are cut on purpose, and skipped tests say so"
)]

mod build;
mod corpus;
mod format;
mod jp2;
mod keys;
mod options;
mod region;
mod safety;
mod suite;
