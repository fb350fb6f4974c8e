//! The conformance suite for this codec.

use iio_codec::Config;
use iio_testkit::{Suite, conformance};

fn suite() -> Suite {
    Suite::new(&iio_packbits::INFO).bare().config("rows", Config::new().set("row_len", 64))
}

conformance!(suite());
