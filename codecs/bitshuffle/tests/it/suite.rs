//! The conformance suite for this codec.

use iio_codec::Config;
use iio_testkit::{CountingAllocator, Suite, conformance};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn suite() -> Suite {
    Suite::new(&iio_bitshuffle::INFO)
        .config("blocks of 8", Config::new().set("block_size", 8))
        .config("blocks of 264", Config::new().set("block_size", 264))
        .config("items of 1", Config::new().set("item_size", 1))
        .config("items of 2", Config::new().set("item_size", 2).set("block_size", 512))
}

conformance!(suite());
