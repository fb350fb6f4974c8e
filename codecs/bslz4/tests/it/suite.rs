//! The conformance suite for this codec, and for its streams without a header.

use iio_codec::Config;
use iio_testkit::{Claim, CountingAllocator, Suite, conformance};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn suite() -> Suite {
    Suite::new(&iio_bslz4::INFO)
        .config("samples of 2", Config::new().set("item_size", 2))
        .config("zstd", Config::new().set("compression", "zstd").set("item_size", 4).set("level", 1))
        .config("blocks of 16", Config::new().set("block_size", 16).set("item_size", 3))
        .fixture("one block and a rest", crate::format::STREAM, crate::format::CONTENT)
}

conformance!(suite());

/// A stream without a header that is cut is a shorter one, of other planes: what is whole, only its container knows.
#[test]
fn streams_without_compression_keep_all_claims_but_that_on_truncation() {
    let none = || Config::new().set("compression", "none");
    let suite = Suite::new(&iio_bslz4::INFO)
        .config("none", none())
        .config("none, samples of 2", none().set("item_size", 2).set("block_size", 64))
        .bare();
    Claim::ALL.iter().filter(|&&claim| claim != Claim::Truncations).for_each(|&claim| suite.assert(claim));
}
