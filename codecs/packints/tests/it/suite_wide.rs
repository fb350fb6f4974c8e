//! The conformance suite for widths that only the widest dtypes hold.

use iio_codec::DType;
use iio_testkit::{Suite, conformance};

use crate::suite::bits;

fn suite() -> Suite {
    Suite::new(&iio_packints::INFO)
        .layouts(&[(DType::U64, &[5, 7]), (DType::I64, &[33]), (DType::U64, &[1]), (DType::U64, &[0, 3])])
        .config("33 bits", bits(33, "msb"))
        .config("61 bits in runs", bits(61, "lsb").set("runlen", 7))
}

conformance!(suite());
