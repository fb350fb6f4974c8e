//! `iio_fuzz::fuzz_differential` on what IIO_FUZZ_NAME names.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: iio_fuzz::write_seeds("differential"),
    |bytes: &[u8]| iio_fuzz::fuzz_differential(iio_fuzz::name(), bytes)
);
