//! The conformance suite for this codec.

use iio_codec::Config;
use iio_testkit::{CountingAllocator, Suite, conformance};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn suite() -> Suite {
    Suite::new(&iio_delta::INFO)
        .config("columns", Config::new().set("axis", -2))
        .config("rows", Config::new().set("axis", 0))
        .config("dng x4", Config::new().set("axis", -1).set("dist", 4))
        .config("far", Config::new().set("axis", 0).set("dist", 64))
}

conformance!(suite());
