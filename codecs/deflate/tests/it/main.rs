//! Tests of the DEFLATE codec and its engine.

#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "tests fail by panic, and make bytes by wrapping"
)]

mod bits;
mod format;
mod limits;
mod regress;
mod suite;
mod twins;
