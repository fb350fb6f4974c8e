//! The conformance suite for this codec.

use iio_codec::Config;
use iio_testkit::{CountingAllocator, Suite, conformance};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn suite() -> Suite {
    // Of 17 significant bits the last one is lost in part.
    Suite::new(&iio_float24::INFO)
        .lossy("default", Config::new(), 2f64.powi(-17))
        .lossy("big, upward", Config::new().set("byteorder", "big").set("rounding", "upward"), 2f64.powi(-16))
        .lossy("predicted", Config::new().set("predictor", 3), 2f64.powi(-17))
        .lossy("whole", Config::new().set("predictor", 34895).set("axis", 0), 2f64.powi(-17))
}

conformance!(suite());
