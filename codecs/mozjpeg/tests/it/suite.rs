//! The conformance suite for this codec.

use iio_codec::{Config, DType, Layout};
use iio_testkit::{Suite, conformance};

fn suite() -> Suite {
    let set = |key: &str, value: &str| Config::new().set(key, value);
    let all: &[(DType, &[usize])] = &[
        (DType::U8, &[16, 16]),
        (DType::U8, &[1, 1]),
        (DType::U8, &[33, 47, 3]),
        (DType::U8, &[20, 31, 4]),
        (DType::U8, &[20, 31, 2]),
        (DType::U8, &[9, 5]),
        (DType::U8, &[1, 64, 3]),
        (DType::U8, &[64, 1, 3]),
    ];
    Suite::new(&iio_mozjpeg::INFO)
        .layouts(all)
        .lossy("default", Config::new(), 40.0)
        .lossy("full colour", set("subsampling", "444"), 40.0)
        .lossy("sequential", set("progressive", "false"), 40.0)
        .lossy("as libjpeg", set("progressive", "false").set("notrellis", "true").set("optimize", "false"), 40.0)
        .lossy("quick", set("optimize_scans", "false").set("trellis", "false"), 40.0)
        .array_fixture(
            "ramp",
            crate::build::ramp_stream(),
            Layout::new(DType::U8, &[8, 8]).unwrap(),
            crate::build::ramp(),
        )
        // A stream whose coded data is complete may lack EOI.
        .optional_tail(2)
        .quick()
}

conformance!(suite());
