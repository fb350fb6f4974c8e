//! The conformance suite for this codec.

use iio_codec::Config;
use iio_testkit::{Suite, conformance};

fn suite() -> Suite {
    Suite::new(&iio_gzip::INFO)
        .config("stored", Config::new().set("level", 0))
        .config("fast", Config::new().set("level", 1))
        .config("best", Config::new().set("level", 12))
        .config("named", Config::new().set("name", "stack.raw").set("mtime", 1_700_000_000))
}

conformance!(suite());
