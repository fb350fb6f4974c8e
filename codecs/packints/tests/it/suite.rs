//! The conformance suite for this codec.

use iio_codec::Config;
use iio_testkit::{CountingAllocator, Suite, conformance};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// Signed content of the suite is negative as well.
pub(crate) fn bits(bits: u32, order: &str) -> Config {
    Config::new().set("bits_per_sample", bits).set("bitorder", order).set("sign_extend", true)
}

fn suite() -> Suite {
    Suite::new(&iio_packints::INFO)
        .config("one bit", bits(1, "msb"))
        .config("seven bits in runs", bits(7, "lsb").set("runlen", 5))
        .config("ten bits", bits(10, "packed"))
        .config("twelve bits", bits(12, "auto"))
}

conformance!(suite());
