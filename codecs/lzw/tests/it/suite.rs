//! The conformance suite for this codec.

use iio_codec::Config;
use iio_testkit::{Suite, conformance};

fn suite() -> Suite {
    // By default a stream may lack its end code, so a part of one is a stream.
    Suite::new(&iio_lzw::INFO)
        .bare()
        .config("lsb", Config::new().set("dialect", "lsb"))
        .config("strict", Config::new().set("require_end", true).set("require_clear", true))
}

conformance!(suite());
