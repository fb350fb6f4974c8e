//! The conformance suite for one image in memory.

use iio_codec::{Config, DType, Layout};
use iio_testkit::{Suite, conformance};

fn suite() -> Suite {
    let pixels = Layout::new(DType::Bool, &[2, 9]).unwrap();
    Suite::new(&iio_format_netpbm::INFO)
        .config("pam", Config::new().set("variant", "pam").set("comment", "one\ntwo"))
        .config("ascii", Config::new().set("ascii", true))
        .array_fixture("bits", b"P4 9 2\n\xff\x80\x00\x00", pixels, [[0; 9], [1; 9]].concat())
        // The end of the last line: nothing is lost without it if the samples before it are digits of PBM.
        .optional_tail(1)
}

conformance!(suite());
