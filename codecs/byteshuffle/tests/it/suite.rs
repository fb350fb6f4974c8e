//! The conformance suite for this codec.

use iio_codec::Config;
use iio_testkit::{CountingAllocator, Suite, conformance};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn suite() -> Suite {
    Suite::new(&iio_byteshuffle::INFO)
        .config("columns", Config::new().set("axis", -2))
        .config("whole", Config::new().set("axis", 0).set("reorder", true))
        .config("delta", Config::new().set("delta", true).set("dist", 2))
        .config("floatpred", Config::new().set("delta", true).set("reorder", true))
        .config("items of 4", Config::new().set("axis", 0).set("item_size", 4))
        .config("items of 5", Config::new().set("axis", 0).set("item_size", 5).set("delta", true))
}

conformance!(suite());
