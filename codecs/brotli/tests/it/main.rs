//! Tests of the brotli codec.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

mod bits;
mod block;
mod corpus;
mod encode;
mod format;
mod options;
mod oracle;
mod suite;

/// Lets the suite see allocations.
#[global_allocator]
static ALLOCATOR: iio_testkit::CountingAllocator = iio_testkit::CountingAllocator;
