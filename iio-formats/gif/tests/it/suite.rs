//! The conformance suite for a file in memory. Gray samples and indices come back as RGB unless an option says otherwise:
//! they are tested in `write`.

use iio_codec::{Config, DType};
use iio_testkit::{Suite, conformance};

/// Up to 255 pixels a frame have an exact palette.
const FEW: &[(DType, &[usize])] =
    &[(DType::U8, &[7, 12, 3]), (DType::U8, &[1, 1, 3]), (DType::U8, &[3, 5, 6, 3]), (DType::U8, &[9, 28, 3])];

fn suite() -> Suite {
    Suite::new(&iio_format_gif::INFO)
        .layouts(FEW)
        .config("crop", Config::new().set("crop", true))
        .config("interlaced", Config::new().set("interlace", true).set("comment", "two words"))
        .config("disposal", Config::new().set("disposal", "background").set("duration", 100))
        .quick()
}

conformance!(suite());
