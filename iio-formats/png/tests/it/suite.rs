//! The conformance suite for this codec.

use iio_codec::{Config, DType};
use iio_testkit::{Suite, conformance};

const GRAY: &[(DType, &[usize])] = &[(DType::U8, &[16, 16]), (DType::U8, &[7, 13]), (DType::U8, &[1, 1])];

fn suite() -> Suite {
    let mut suite = Suite::new(&iio_format_png::INFO).config("interlace", Config::new().set("interlace", true));
    for strategy in ["filtered", "huffman_only", "rle", "fixed"] {
        suite = suite.config(strategy, Config::new().set("strategy", strategy));
    }
    for filter in ["none", "sub", "up", "avg", "paeth", "fast"] {
        suite = suite.config(filter, Config::new().set("filter", filter));
    }
    suite.config("stored", Config::new().set("level", 0)).config("lenient", lenient())
}

fn lenient() -> Config {
    Config::new().set("ignore_crc", true).set("ignore_checksum", true)
}

conformance!(suite());

/// Samples below 8 bits and indices, in gray layouts only.
mod low {
    use super::*;

    fn suite() -> Suite {
        let palette: Vec<u8> = (0..=255u8).flat_map(|i| [i, i.wrapping_mul(7), 255 - i]).collect();
        let raw = Config::new().set("scale_low_bits", false);
        let indexed = Config::new().set("expand_palette", false).set("palette", palette);
        Suite::new(&iio_format_png::INFO)
            .layouts(GRAY)
            .config("1 bit", raw.clone().set("bits_per_sample", 1))
            .config("2 bits", raw.clone().set("bits_per_sample", 2).set("filter", "all"))
            .config("4 bits interlaced", raw.set("bits_per_sample", 4).set("interlace", true))
            .config("palette", indexed.clone().set("ignore_index_range", false))
            .config("palette interlaced", indexed.set("interlace", true).set("filter", "paeth"))
    }

    conformance!(suite());
}
