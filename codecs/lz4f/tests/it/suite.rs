//! The conformance suite for this codec.

use iio_codec::Config;
use iio_testkit::{CountingAllocator, Suite, conformance};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn suite() -> Suite {
    Suite::new(&iio_lz4f::INFO)
        .config("checksums", Config::new().set("content_checksum", true).set("block_checksum", true))
        .config("no size", Config::new().set("content_size", false))
        .config("independent", Config::new().set("block_independent", true).set("content_checksum", true))
        .config("high", Config::new().set("level", 9).set("block_size", "256k"))
        .config("fast", Config::new().set("level", -20))
        .fixture("stored and linked blocks", crate::format::frame(), crate::format::CONTENT)
}

conformance!(suite());
