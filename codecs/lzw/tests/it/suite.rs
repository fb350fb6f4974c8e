//! The conformance suite for this codec.

use iio_codec::Config;
use iio_testkit::{Suite, conformance};

fn suite() -> Suite {
    Suite::new(&iio_lzw::INFO)
        .config("lsb", Config::new().set("dialect", "lsb"))
        .config("strict", Config::new().set("require_clear", true))
}

conformance!(suite());
