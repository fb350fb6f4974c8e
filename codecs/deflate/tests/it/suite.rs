//! The conformance suite for this codec.

use iio_codec::Config;
use iio_testkit::{Suite, conformance};

fn suite() -> Suite {
    Suite::new(&iio_deflate::INFO)
        .config("stored", Config::new().set("level", 0))
        .config("fast", Config::new().set("level", 1))
        .config("best", Config::new().set("level", 12))
}

conformance!(suite());
