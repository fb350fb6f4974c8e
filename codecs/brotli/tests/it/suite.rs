//! The conformance suite for this codec.

use iio_codec::Config;
use iio_testkit::{Suite, conformance};

fn suite() -> Suite {
    Suite::new(&iio_brotli::INFO)
        .config("fastest", Config::new().set("level", 0))
        .config("two passes", Config::new().set("level", 1).set("lgwin", 10))
        .config("level 2", Config::new().set("level", 2).set("lgwin", 12))
        .config("level 3", Config::new().set("level", 3).set("mode", "text").set("lgwin", 24))
        .config("level 5", Config::new().set("level", 5).set("lgwin", 10))
        .config("level 7", Config::new().set("level", 7).set("mode", "text"))
        .config("level 8", Config::new().set("level", 8).set("lgwin", 17))
        .config("level 9", Config::new().set("level", 9).set("lgwin", 16))
        .config("smallest", Config::new().set("level", 11).set("mode", "text").set("lgwin", 16))
        .config("wide", Config::new().set("level", 6).set("mode", "font").set("lgwin", 24))
        .fixture("empty", [0x06], [])
        .fixture("stored", super::format::ABC, b"abc")
}

conformance!(suite());
