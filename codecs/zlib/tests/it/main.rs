//! Tests of the zlib codec.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "tests fail by panic, and make bytes by wrapping"
)]

mod config;
mod format;
mod suite;
