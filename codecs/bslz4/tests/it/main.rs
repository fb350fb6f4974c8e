//! Tests of the bslz4 codec. Past bugs go to a module `regress`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

mod format;
mod suite;
