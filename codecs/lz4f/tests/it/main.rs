//! Tests of the LZ4 frame codec.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

mod format;
mod options;
mod suite;
