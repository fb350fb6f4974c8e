//! The conformance suite for a file in memory.

use iio_codec::{Config, DType};
use iio_testkit::{Suite, conformance};

const PIXELS: &[(DType, &[usize])] = &[
    (DType::U8, &[16, 16]),
    (DType::U8, &[7, 13]),
    (DType::U8, &[1, 1]),
    (DType::U8, &[9, 5, 3]),
    (DType::U8, &[33, 70, 3]),
    (DType::U8, &[7, 13, 4]),
];
const GRAY: &[(DType, &[usize])] = &[(DType::U8, &[16, 16]), (DType::U8, &[7, 301]), (DType::U8, &[1, 1])];

fn suite() -> Suite {
    // The last row may lack what fills it up.
    Suite::new(&iio_format_bmp::INFO)
        .layouts(PIXELS)
        .config("top down", Config::new().set("top_down", true))
        .config("lenient", Config::new().set("ignore_index_range", true).set("ppm", vec![1i64, 2]))
        .optional_tail(3)
}

conformance!(suite());

/// Indices, and runs of them.
mod indices {
    use super::*;

    fn suite() -> Suite {
        let palette: Vec<u8> = (0..=255u8).flat_map(|i| [i, i.wrapping_mul(7), 255 - i]).collect();
        let raw = Config::new().set("expand", "indices");
        Suite::new(&iio_format_bmp::INFO)
            .layouts(GRAY)
            .config("rle8", Config::new().set("rle", true))
            .config("palette", raw.clone().set("palette", palette))
            .config("4 bits", raw.clone().set("bits_per_sample", 4))
            .config("rle4", raw.clone().set("bits_per_sample", 4).set("rle", true))
            .config("1 bit", raw.set("bits_per_sample", 1))
            // All pixels are there without the end of the last line and that of the bitmap.
            .optional_tail(4)
    }

    conformance!(suite());
}
