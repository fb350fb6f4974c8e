//! The conformance suite for this codec.

use iio_testkit::{CountingAllocator, Suite, conformance};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn suite() -> Suite {
    Suite::new(&iio_bitorder::INFO)
}

conformance!(suite());
