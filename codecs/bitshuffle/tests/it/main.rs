//! Tests of the bitshuffle codec.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

mod format;
mod rows;
mod suite;
