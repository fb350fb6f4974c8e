//! Tests of the bitorder codec.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod format;
mod suite;
mod vector;
