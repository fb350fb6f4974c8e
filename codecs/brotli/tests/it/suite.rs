//! The conformance suite for this codec.

use iio_codec::Config;
use iio_testkit::{Suite, conformance};

fn suite() -> Suite {
    Suite::new(&iio_brotli::INFO)
        .config("fastest", Config::new().set("level", 0))
        .config("two passes", Config::new().set("level", 1).set("lgwin", 10))
        .config("smallest", Config::new().set("level", 11).set("mode", "text").set("lgwin", 16))
        .config("wide", Config::new().set("level", 6).set("mode", "font").set("lgwin", 24))
        .fixture("empty", [0x06], [])
        .fixture("stored", super::format::ABC, b"abc")
}

conformance!(suite());
