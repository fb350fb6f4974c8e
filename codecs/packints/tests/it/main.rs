//! Tests of packed integers.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]
#![expect(clippy::unusual_byte_groupings, reason = "groups are samples")]

mod format;
mod model;
mod suite;
mod suite_wide;
