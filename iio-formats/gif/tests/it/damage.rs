//! Every truncation and every flipped bit of small files gives images or a typed error.

use iio_codec::{AlignedBytes, ArrayCodec, ArrayRef, Context, ErrorKind, Layout, Limits, Result};
use iio_format_gif::{DecodeOptions, EncodeOptions, Gif, encode};

use crate::{control, file, head, image, layout, noise};

/// Frames may declare a large screen truly: it is not what these tests are after.
fn decode(src: &[u8], options: &DecodeOptions) -> Result<(Layout, AlignedBytes)> {
    let cx = Context::with_limits(Limits::default().with_output_bytes(1 << 20).with_working_bytes(4 << 20));
    Gif::new(EncodeOptions::default(), options.clone()).decoder()?.decode(src, None, &cx)
}

fn files() -> Vec<Vec<u8>> {
    let made = |shape: &[usize], options: &EncodeOptions| {
        let layout = layout(shape);
        let samples: Vec<u8> = noise(layout.n_bytes()).iter().map(|byte| byte & 0xc0).collect();
        encode(ArrayRef::new(&samples, layout).unwrap(), options).unwrap()
    };
    vec![
        file(&[
            head(3, 2),
            b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x02\0\0".to_vec(),
            b"\x21\xfe\x05hello\0".to_vec(),
            control(2, 7, Some(1)),
            image([0, 0, 3, 2], 0x40, &[0, 1, 2, 3, 0, 1]),
            control(3, 7, None),
            image([1, 1, 2, 1], 0, &[2, 3]),
        ]),
        made(&[2, 5, 7, 3], &EncodeOptions::default().with_crop(true)),
        made(&[5, 7, 4], &EncodeOptions::default()),
    ]
}

fn typed(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Malformed | ErrorKind::Truncated | ErrorKind::Limit { .. })
}

#[test]
fn truncations_are_errors() {
    for (index, file) in files().iter().enumerate() {
        decode(file, &DecodeOptions::default()).unwrap();
        for len in 0..file.len() {
            let error = decode(&file[..len], &DecodeOptions::default()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Truncated, "file {index} of {len} bytes: {error}");
        }
    }
}

#[test]
fn flipped_bits_give_images_or_a_typed_error() {
    let strict = DecodeOptions::default();
    let lenient = strict.clone().with_allow_missing_end(true).with_allow_missing_pixels(true);
    let mut refused = 0;
    for file in files() {
        for bit in 0..file.len() * 8 {
            let mut file = file.clone();
            file[bit / 8] ^= 1 << (bit % 8);
            for options in [&strict, &lenient] {
                if let Err(error) = decode(&file, options) {
                    assert!(typed(error.kind()), "bit {bit}: {error}");
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 500, "{refused}");
}

#[test]
fn frames_times_screen_is_gated_before_memory_is_taken() {
    let mut large = head(1, 1);
    large[6..10].copy_from_slice(&[0xff; 4]);
    let src = file(&[large, image([0, 0, 1, 1], 0, &[0])]);
    let error = iio_format_gif::decode(&src, &DecodeOptions::default()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "output_bytes", .. }), "{error}");
    // A frame whose data cannot hold its pixels.
    let src = file(&[head(1, 1), image([0, 0, 255, 255], 0, &[0])]);
    let error = iio_format_gif::decode(&src, &DecodeOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
}
