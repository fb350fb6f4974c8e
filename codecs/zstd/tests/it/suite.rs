//! The conformance suite for this codec.

use iio_codec::Config;
use iio_testkit::{Suite, conformance};

/// A skippable frame, a frame of unknown size with a raw block, and a frame with a run, from RFC 8878.
const MIXED: [u8; 34] = [
    0x53, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 0xaa, 0xbb, // skippable
    0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x00, 0x19, 0, 0, b'a', b'b', b'c', // raw
    0x28, 0xb5, 0x2f, 0xfd, 0x20, 5, 0x2b, 0, 0, b'x', // run
    0, 0,
];

fn suite() -> Suite {
    Suite::new(&iio_zstd::INFO)
        .config("fast", Config::new().set("level", -5))
        .config("small", Config::new().set("level", 19).set("checksum", true))
        .config("unknown size", Config::new().set("content_size", false))
        .config("jobs", Config::new().set("threads", 0))
        .config("long", Config::new().set("long", true).set("window_log", 20))
        .fixture("mixed frames", &MIXED[..32], b"abcxxxxx")
}

conformance!(suite());
