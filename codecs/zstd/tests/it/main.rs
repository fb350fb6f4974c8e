//! Tests of the Zstandard codec.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail like tests")]

mod corpus;
mod format;
mod options;
mod suite;
mod twins;

/// Lets the suite see allocations.
#[global_allocator]
static ALLOCATOR: iio_testkit::CountingAllocator = iio_testkit::CountingAllocator;
