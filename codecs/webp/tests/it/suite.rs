//! The conformance suite for this codec.

use iio_codec::{Config, DType};
use iio_testkit::{Suite, conformance};

fn suite() -> Suite {
    let set = |key: &str, value: &str| Config::new().set(key, value);
    Suite::new(&iio_webp::INFO)
        .layouts(&[
            (DType::U8, &[16, 16, 3]),
            (DType::U8, &[1, 1, 3]),
            (DType::U8, &[1, 1, 4]),
            (DType::U8, &[33, 47, 3]),
            (DType::U8, &[20, 31, 4]),
            (DType::U8, &[3, 9, 7, 3]),
            (DType::U8, &[2, 12, 5, 4]),
        ])
        .config("fast", set("method", "0"))
        .config("threads", set("threads", "0"))
        .config("small", set("method", "6").set("level", "100"))
        .lossy("lossy", set("lossless", "false").set("level", "90"), 40.0)
        .optional_tail(1)
        .reads("webp")
        .quick()
}

conformance!(suite());
