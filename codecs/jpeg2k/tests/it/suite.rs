//! The conformance suite for this codec.

use iio_codec::{Config, DType, Layout};
use iio_testkit::{Suite, conformance};

use crate::build::{EXAMPLE, example};

fn suite() -> Suite {
    let set = |key: &str, value: &str| Config::new().set(key, value);
    let column = Layout::new(DType::U8, &[9, 1]).unwrap();
    Suite::new(&iio_jpeg2k::INFO)
        // 32-bit samples are taken up to 25 bits only: see options.rs.
        .layouts(&[
            (DType::U8, &[16, 16]),
            (DType::U8, &[1, 1]),
            (DType::U8, &[33, 47, 3]),
            (DType::U8, &[20, 31, 4]),
            (DType::U8, &[9, 5, 2]),
            (DType::U16, &[40, 37]),
            (DType::I8, &[13, 17]),
            (DType::I16, &[29, 31, 3]),
            (DType::U16, &[1, 64]),
        ])
        .config("code stream", set("codecformat", "j2k"))
        .config("planar", set("planar", "true"))
        .config("tiles", set("tile", "8x11"))
        .config("layers", set("layers", "4"))
        .config("small blocks and precincts", set("code_block", "8x16").set("precinct", "32x32"))
        .config("order", set("progression", "pcrl").set("tile", "16x16"))
        .lossy("irreversible", set("reversible", "false"), 4.0)
        .array_fixture("example", example(), column, EXAMPLE)
        .reads("jp2")
        .quick()
}

conformance!(suite());
