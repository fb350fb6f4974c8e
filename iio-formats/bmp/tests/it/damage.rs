//! Every truncation and every flipped bit of small files of each kind gives pixels or a typed error.

use iio_codec::{AlignedBytes, ArrayCodec, ArrayRef, Context, DType, ErrorKind, Layout, Limits, Result};
use iio_format_bmp::{Bmp, DecodeOptions, EncodeOptions, encode, header};

use crate::{Hand, layout, noise};

/// A small file of each kind.
fn files() -> Vec<Vec<u8>> {
    let palette = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [9, 9, 9]];
    let indices: Vec<u8> = noise(8).iter().map(|byte| byte & 0x33).collect();
    let mut core = Hand::new(3, 2, 4, &indices);
    core.header_len = 12;
    let samples = noise(9 * 5 * 4);
    let made = |shape: &[usize], options: &EncodeOptions| {
        let layout = layout(DType::U8, shape);
        encode(ArrayRef::new(&samples[..layout.n_bytes()], layout).unwrap(), options).unwrap()
    };
    vec![
        Hand::new(3, 2, 2, &noise(8)).palette(&palette).file(),
        core.palette(&palette).file(),
        Hand::new(5, -3, 16, &noise(36)).compressed(6).masks(&[0xf00, 0xf0, 0xf, 0xf000]).file(),
        Hand::new(5, 2, 8, &[0, 3, 1, 2, 3, 0, 0, 2, 1, 1, 1, 2, 0, 1]).compressed(1).palette(&palette).file(),
        Hand::new(5, 2, 4, &[4, 0x12, 0, 0, 0, 5, 0x32, 0x10, 0x10, 0, 0, 1]).compressed(2).palette(&palette).file(),
        Hand::new(3, 1, 24, &[2, 1, 2, 3, 1, 4, 5, 6, 0, 1]).compressed(4).file(),
        made(&[3, 5, 3], &EncodeOptions::default()),
        made(&[3, 5, 4], &EncodeOptions::default().with_icc_profile(noise(30))),
    ]
}

/// Runs may declare a large image truly: it is not what these tests are after.
fn decode(src: &[u8], options: &DecodeOptions) -> Result<(Layout, AlignedBytes)> {
    let cx = Context::with_limits(Limits::default().with_output_bytes(1 << 20));
    Bmp::new(EncodeOptions::default(), options.clone()).decoder()?.decode(src, None, &cx)
}

fn typed(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Malformed | ErrorKind::Truncated | ErrorKind::Unsupported | ErrorKind::Limit { .. })
}

#[test]
fn truncations_are_errors_but_for_what_holds_no_pixels() {
    for (index, file) in files().iter().enumerate() {
        let whole = decode(file, &DecodeOptions::default()).unwrap();
        for len in 0..file.len() {
            match decode(&file[..len], &DecodeOptions::default()) {
                Ok(part) => assert_eq!(part, whole, "file {index} of {len} bytes"),
                Err(error) => assert!(typed(error.kind()), "file {index} of {len} bytes: {error}"),
            }
        }
        let head = usize::try_from(header(file).unwrap().data_offset).unwrap();
        let error = decode(&file[..head], &DecodeOptions::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated, "{error}");
    }
}

#[test]
fn flipped_bits_give_pixels_or_a_typed_error() {
    let options = [DecodeOptions::default(), DecodeOptions::default().with_allow_missing_end(true)];
    let mut refused = 0;
    for file in files() {
        for bit in 0..file.len() * 8 {
            let mut file = file.clone();
            file[bit / 8] ^= 1 << (bit % 8);
            for options in &options {
                if let Err(error) = decode(&file, options) {
                    assert!(typed(error.kind()), "bit {bit}: {error}");
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 1000, "{refused}");
}

#[test]
fn large_headers_are_refused_before_memory_is_taken() {
    let file = Hand::new(60000, 60000, 24, &[0; 100]).file();
    assert_eq!(decode(&file, &DecodeOptions::default()).unwrap_err().kind(), ErrorKind::Truncated);
    let runs = Hand::new(60000, 60000, 24, &[0, 1]).compressed(4).file();
    let error = decode(&runs, &DecodeOptions::default()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "output_bytes", .. }), "{error}");
}
