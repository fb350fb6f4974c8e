//! The conformance suite for this codec.

use iio_codec::Config;
use iio_testkit::{CountingAllocator, Suite, conformance};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn suite() -> Suite {
    Suite::new(&iio_lz4h5::INFO)
        .config("blocks of 1000", Config::new().set("block_size", 1000))
        .config("fast", Config::new().set("acceleration", 50))
        .fixture("stored and packed blocks", crate::format::STREAM, crate::format::CONTENT)
}

conformance!(suite());
