//! The encoder, option by option.

use iio_codec::{ArrayRef, DType, ErrorKind};
use iio_format_bmp::{Compression, DecodeOptions, EncodeOptions, Expand, decode, encode, encode_into, header};

use crate::{layout, noise};

fn made(dtype: DType, shape: &[usize], samples: &[u8], options: &EncodeOptions) -> Vec<u8> {
    encode(ArrayRef::new(samples, layout(dtype, shape)).unwrap(), options).unwrap()
}

fn le32(file: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(file[at..at + 4].try_into().unwrap())
}

#[test]
fn headers_say_what_stands_in_the_file() {
    let file = made(DType::U8, &[2, 3, 3], &noise(18), &EncodeOptions::default());
    assert_eq!((file.len(), le32(&file, 2), le32(&file, 10), le32(&file, 34)), (54 + 24, 54 + 24, 54, 24));
    let file = made(DType::U8, &[2, 3], &noise(6), &EncodeOptions::default().with_rle(true));
    assert_eq!((le32(&file, 2), le32(&file, 34)), (u32::try_from(file.len()).unwrap(), le32(&file, 2) - 1078));
    // Alpha has its mask in a version 4 header.
    let file = made(DType::U8, &[1, 1, 4], &[1, 2, 3, 4], &EncodeOptions::default());
    assert_eq!((le32(&file, 14), le32(&file, 30), le32(&file, 66)), (108, 3, 0xff00_0000));
    assert_eq!(file[122..], [3, 2, 1, 4]);
}

#[test]
fn ppm_is_written_for_both_axes() {
    for (options, expected) in [
        (EncodeOptions::default(), [3780, 3780]),
        (EncodeOptions::default().with_ppm([1, 2_147_483_647]), [1, 2_147_483_647]),
    ] {
        let file = made(DType::U8, &[1, 1], &[0], &options);
        assert_eq!([le32(&file, 38), le32(&file, 42)], expected);
        assert_eq!(header(&file).unwrap().pixels_per_metre, Some(expected));
    }
    let refused = EncodeOptions::default().with_ppm([0, 1]);
    let error = encode(ArrayRef::new(&[0], layout(DType::U8, &[1, 1])).unwrap(), &refused).unwrap_err();
    assert_eq!(error.to_string(), "bmp: ppm must be 1..=2147483647, got 0");
}

#[test]
fn rle_makes_flat_images_small_and_keeps_noise() {
    let rle = EncodeOptions::default().with_rle(true);
    let flat = vec![7; 100 * 300];
    let file = made(DType::U8, &[100, 300], &flat, &rle);
    // Two runs and an end for each line, and the end.
    assert_eq!(file.len(), 1078 + 100 * 6 + 2);
    assert_eq!(header(&file).unwrap().compression, Compression::Rle8);
    assert_eq!(decode(&file, &DecodeOptions::default()).unwrap().1.as_slice(), flat);
    for bits in [4, 8] {
        let low: Vec<u8> = noise(40 * 301).iter().map(|byte| byte >> (8 - bits)).collect();
        let file = made(DType::U8, &[40, 301], &low, &rle.clone().with_bits_per_sample(bits));
        let raw = DecodeOptions::default().with_expand(Expand::Indices);
        assert_eq!(decode(&file, &raw).unwrap().1.as_slice(), low, "{bits}");
    }
}

#[test]
fn palettes_take_the_fewest_bits_and_are_written() {
    let palette = [[1, 2, 3], [4, 5, 6], [7, 8, 9]];
    let options = EncodeOptions::default().with_palette(palette);
    let file = made(DType::U8, &[1, 3], &[2, 0, 1], &options);
    assert_eq!((header(&file).unwrap().bits_per_pixel, le32(&file, 46)), (4, 3));
    assert_eq!(decode(&file, &DecodeOptions::default()).unwrap().1.as_slice(), [7, 8, 9, 1, 2, 3, 4, 5, 6]);
    let file = made(DType::U8, &[1, 3], &[1, 0, 1], &EncodeOptions::default().with_palette(&palette[..2]));
    assert_eq!(header(&file).unwrap().bits_per_pixel, 1);
    let pixels = [3];
    let error = encode(ArrayRef::new(&pixels, layout(DType::U8, &[1, 1])).unwrap(), &options).unwrap_err();
    assert_eq!(error.message(), "index 3 has no place among 3 colours");
}

#[test]
fn top_down_changes_the_order_of_rows_only() {
    let samples = noise(12);
    let options = EncodeOptions::default().with_top_down(true);
    let file = made(DType::U8, &[2, 2, 3], &samples, &options);
    assert!(header(&file).unwrap().top_down);
    assert_eq!(file[54], samples[2]);
    assert_eq!(decode(&file, &DecodeOptions::default()).unwrap().1.as_slice(), samples);
}

#[test]
fn profiles_stand_behind_the_pixels() {
    let profile = noise(77);
    let options = EncodeOptions::default().with_icc_profile(profile.clone());
    for rle in [false, true] {
        let file = made(DType::U8, &[2, 2], &[1, 1, 1, 1], &options.clone().with_rle(rle));
        assert_eq!((le32(&file, 14), le32(&file, 2) as usize), (124, file.len()));
        assert_eq!(&file[file.len() - 77..], profile);
        assert_eq!((le32(&file, 126) as usize + 14, le32(&file, 130)), (file.len() - 77, 77));
    }
}

#[test]
fn what_bmp_cannot_hold_is_refused() {
    let refused = |dtype, shape: &[usize], options: &EncodeOptions| {
        let layout = layout(dtype, shape);
        let samples = vec![0; layout.n_bytes()];
        let error = encode(ArrayRef::new(&samples, layout).unwrap(), options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        error.message().to_owned()
    };
    let plain = EncodeOptions::default();
    assert!(refused(DType::U16, &[2, 2], &plain).contains("uint8"));
    refused(DType::U8, &[2, 2, 2], &plain);
    refused(DType::U8, &[0, 2], &plain);
    refused(DType::U8, &[2, 2, 3], &plain.clone().with_rle(true));
    refused(DType::U8, &[2, 2, 3], &plain.clone().with_palette([[0; 3]]));
    refused(DType::U8, &[2, 2], &plain.clone().with_bits_per_sample(3));
    refused(DType::U8, &[2, 2], &plain.clone().with_rle(true).with_top_down(true));
    refused(DType::U8, &[2, 2], &plain.clone().with_palette(&[][..]));
    let mut short = [0; 57];
    let pixels = ArrayRef::new(&[1, 2, 3], layout(DType::U8, &[1, 1, 3])).unwrap();
    assert_eq!(encode_into(pixels, &mut short, &plain).unwrap_err().kind(), ErrorKind::OutputTooSmall { needed: 58 });
}
