//! Tests of the LZW codec.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail like tests")]

mod format;
mod oracle;
mod regress;
mod stream;
mod suite;

/// Lets the suite see allocations.
#[global_allocator]
static ALLOCATOR: iio_testkit::CountingAllocator = iio_testkit::CountingAllocator;
