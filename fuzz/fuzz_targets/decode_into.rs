//! `iio_fuzz::fuzz_decode_into` on what IIO_FUZZ_NAME names.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: iio_fuzz::write_seeds("decode_into"),
    |bytes: &[u8]| iio_fuzz::fuzz_decode_into(iio_fuzz::name(), bytes)
);
