//! The conformance suite for this codec.

use iio_codec::Config;
use iio_testkit::{CountingAllocator, Suite, conformance};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn suite() -> Suite {
    Suite::new(&iio_xor::INFO)
        .config("columns", Config::new().set("axis", -2))
        .config("rows", Config::new().set("axis", 0))
}

conformance!(suite());
