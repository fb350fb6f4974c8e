//! Tests of the LZ4 codec.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

mod blocks;
mod format;
mod options;
mod regress;
mod suite;
