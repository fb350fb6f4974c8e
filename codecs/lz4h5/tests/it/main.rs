//! Tests of the codec of HDF5's LZ4 filter.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

mod format;
mod suite;
