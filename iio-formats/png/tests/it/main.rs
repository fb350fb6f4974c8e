//! Tests of PNG.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panic, as tests do")]

mod damage;
mod encode;
mod file;
mod format;
mod keys;
mod metadata;
mod plugin;
mod suite;
