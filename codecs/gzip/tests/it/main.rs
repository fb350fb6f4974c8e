//! Tests of the gzip codec.

#![expect(clippy::unwrap_used, reason = "tests fail by panic, and make bytes by wrapping")]

mod format;
mod member;
mod suite;
