//! One test per bug that was found.

use iio_lz4::{EncodeOptions, encode};

/// The library read from an address near null at the levels from 10 on.
#[test]
fn empty_input_encodes_at_every_level() {
    for level in 1..=12 {
        let options = EncodeOptions::default().with_hc(true).with_level(level).unwrap();
        assert_eq!(encode(&[7], &options).unwrap(), [0x10, 7]);
        assert_eq!(encode(&[], &options).unwrap(), [0]);
    }
}
