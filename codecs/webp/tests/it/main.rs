//! Tests of the WebP codec.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::cast_possible_truncation,
    reason = "helpers of tests may fail them, patterns are cut on purpose, and skipped tests say so"
)]

mod animation;
mod build;
mod corpus;
mod format;
mod options;
mod safety;
mod suite;
