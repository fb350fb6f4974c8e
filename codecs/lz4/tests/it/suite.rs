//! The conformance suite for this codec.

use iio_codec::Config;
use iio_testkit::{CountingAllocator, Suite, conformance};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn suite() -> Suite {
    Suite::new(&iio_lz4::INFO)
        .bare()
        .config("header", Config::new().set("header", true))
        .config("accelerated", Config::new().set("acceleration", 50))
        .config("high, least", Config::new().set("hc", true).set("level", 1))
        .config("high", Config::new().set("hc", true).set("header", true))
        .config("high, most", Config::new().set("hc", true).set("level", 12))
        .fixture("literals and matches", crate::format::PACKED, crate::format::UNPACKED)
}

conformance!(suite());
