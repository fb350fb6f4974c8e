//! Hand-made files, from the manual pages of Netpbm.

use iio_codec::{ArrayRef, DType, ErrorKind};
use iio_format_netpbm::{DecodeOptions, EncodeOptions, Variant, decode, encode};

use crate::{floats, layout, words};

/// Checks that `file` gives `samples`, and that writing them with `options` gives `file` again.
fn both_ways(file: &[u8], dtype: DType, shape: &[usize], samples: &[u8], options: &EncodeOptions) {
    let (found, decoded) = decode(file, &DecodeOptions::default()).unwrap();
    assert_eq!((found, decoded.as_slice()), (layout(dtype, shape), samples));
    let encoded = encode(ArrayRef::new(samples, layout(dtype, shape)).unwrap(), options).unwrap();
    assert_eq!(encoded.escape_ascii().to_string(), file.escape_ascii().to_string());
}

#[test]
fn pbm_has_one_for_black_which_is_false() {
    let samples = [1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 0, 1, 1];
    both_ways(b"P1\n10 2\n0100000001\n1000000100\n", DType::Bool, &[2, 10], &samples, &ascii());
    let raw = b"P4\n10 2\n\x40\x40\x81\x00";
    both_ways(raw, DType::Bool, &[2, 10], &samples, &EncodeOptions::default());
}

#[test]
fn bits_behind_the_last_pixel_of_a_row_are_ignored() {
    let (_, decoded) = decode(b"P4\n3 2\n\x5f\xbf", &DecodeOptions::default()).unwrap();
    assert_eq!(decoded.as_slice(), [1, 0, 1, 0, 1, 0]);
}

#[test]
fn pgm_of_8_bits() {
    both_ways(b"P5\n3 1\n255\n\x00\x80\xff", DType::U8, &[1, 3], &[0, 128, 255], &EncodeOptions::default());
    both_ways(b"P2\n3 1\n255\n0 128 255\n", DType::U8, &[1, 3], &[0, 128, 255], &ascii());
}

#[test]
fn pgm_of_16_bits_is_big_endian() {
    let samples = words(&[1, 258, 65535]);
    let file = b"P5\n1 3\n65535\n\x00\x01\x01\x02\xff\xff";
    both_ways(file, DType::U16, &[3, 1], &samples, &EncodeOptions::default());
    both_ways(b"P2\n1 3\n65535\n1\n258\n65535\n", DType::U16, &[3, 1], &samples, &ascii());
}

#[test]
fn maxval_above_255_makes_two_bytes() {
    let options = EncodeOptions::default().with_maxval(256);
    both_ways(b"P5\n2 1\n256\n\x00\x07\x01\x00", DType::U16, &[1, 2], &words(&[7, 256]), &options);
}

#[test]
fn ppm_interleaves_samples() {
    let samples = [255, 0, 0, 1, 2, 3];
    both_ways(b"P6\n2 1\n255\n\xff\0\0\x01\x02\x03", DType::U8, &[1, 2, 3], &samples, &EncodeOptions::default());
    both_ways(b"P3\n2 1\n255\n255 0 0 1 2 3\n", DType::U8, &[1, 2, 3], &samples, &ascii());
}

#[test]
fn pam_has_any_number_of_samples() {
    let file = b"P7\nWIDTH 1\nHEIGHT 2\nDEPTH 5\nMAXVAL 255\nENDHDR\n0123456789";
    both_ways(file, DType::U8, &[2, 1, 5], b"0123456789", &EncodeOptions::default());
    let file = b"P7\nWIDTH 2\nHEIGHT 1\nDEPTH 4\nMAXVAL 65535\nTUPLTYPE RGB_ALPHA\nENDHDR\n\0\x01\0\x02\0\x03\0\x04\0\x05\0\x06\0\x07\0\x08";
    both_ways(file, DType::U16, &[1, 2, 4], &words(&[1, 2, 3, 4, 5, 6, 7, 8]), &EncodeOptions::default());
}

#[test]
fn black_and_white_pam_is_bool_with_one_for_white() {
    let file = b"P7\nWIDTH 2\nHEIGHT 1\nDEPTH 2\nMAXVAL 1\nTUPLTYPE BLACKANDWHITE_ALPHA\nENDHDR\n\x01\x00\x00\x01";
    both_ways(file, DType::Bool, &[1, 2, 2], &[1, 0, 0, 1], &EncodeOptions::default());
    let file = b"P7\nWIDTH 2\nHEIGHT 1\nDEPTH 1\nMAXVAL 1\nTUPLTYPE BLACKANDWHITE\nENDHDR\n\x01\x00";
    both_ways(file, DType::Bool, &[1, 2], &[1, 0], &EncodeOptions::default().with_variant(Variant::Pam));
}

#[test]
fn tuple_type_and_comment_are_written() {
    let options = EncodeOptions::default().with_tuple_type("DEPTHS").with_comment("a\nb\tc");
    let file = b"P7\n# a\n# b c\nWIDTH 1\nHEIGHT 1\nDEPTH 2\nMAXVAL 255\nTUPLTYPE DEPTHS\nENDHDR\nxy";
    both_ways(file, DType::U8, &[1, 1, 2], b"xy", &options);
    both_ways(b"P5\n# hi\n1 1\n255\nx", DType::U8, &[1, 1], b"x", &EncodeOptions::default().with_comment("hi"));
}

#[test]
fn pfm_rows_come_from_the_bottom_up() {
    let mut file = b"Pf\n1 2\n-1.0\n".to_vec();
    file.extend([2.5f32, 1.0].iter().flat_map(|sample| sample.to_le_bytes()));
    both_ways(&file, DType::F32, &[2, 1], &floats(&[1.0, 2.5]), &EncodeOptions::default());
    let mut file = b"PF\n1 2\n-0.25\n".to_vec();
    file.extend([4f32, 5.0, 6.0, 1.0, 2.0, 3.0].iter().flat_map(|sample| sample.to_le_bytes()));
    let samples = floats(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    both_ways(&file, DType::F32, &[2, 1, 3], &samples, &EncodeOptions::default().with_scale(0.25));
}

#[test]
fn positive_scale_of_pfm_is_big_endian() {
    let mut file = b"Pf 1 2 1\n".to_vec();
    file.extend([2.5f32, 1.0].iter().flat_map(|sample| sample.to_be_bytes()));
    assert_eq!(decode(&file, &DecodeOptions::default()).unwrap().1.as_slice(), floats(&[1.0, 2.5]));
}

#[test]
fn plain_lines_have_70_characters_at_most() {
    let samples = [255; 40];
    let file = encode(ArrayRef::new(&samples, layout(DType::U8, &[2, 20])).unwrap(), &ascii()).unwrap();
    let lines: Vec<_> = file.split(|&byte| byte == b'\n').map(<[u8]>::len).collect();
    assert_eq!(lines, [2, 4, 3, 67, 11, 67, 11, 0]);
    let file = encode(ArrayRef::new(&[1; 142], layout(DType::Bool, &[2, 71])).unwrap(), &ascii()).unwrap();
    let lines: Vec<_> = file.split(|&byte| byte == b'\n').map(<[u8]>::len).collect();
    assert_eq!(lines, [2, 4, 70, 1, 70, 1, 0]);
}

#[test]
fn comments_may_stand_among_plain_samples() {
    let file = b"P2 2 2 9 1#one\n2 # two 8\r\n3\t4\n";
    assert_eq!(decode(file, &DecodeOptions::default()).unwrap().1.as_slice(), [1, 2, 3, 4]);
    let file = b"P1 3 1 0#1 1\n10";
    assert_eq!(decode(file, &DecodeOptions::default()).unwrap().1.as_slice(), [1, 0, 1]);
}

#[test]
fn last_plain_sample_needs_an_end_unless_allowed() {
    let error = decode(b"P2 2 1 255 1 12", &DecodeOptions::default()).unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Truncated, Some(15)));
    let options = DecodeOptions::default().with_allow_missing_end(true);
    assert_eq!(decode(b"P2 2 1 255 1 12", &options).unwrap().1.as_slice(), [1, 12]);
}

#[test]
fn samples_above_maxval_are_malformed_at_their_offset() {
    for (file, offset) in [
        (&b"P5 3 1 15\n\x01\x0f\x10"[..], 12),
        (b"P5 2 1 300\n\x00\x01\x01\x2d", 13),
        (b"P2 3 1 15 1 15 16 ", 15),
        (b"P3 1 1 255 1 256 1 ", 13),
        (b"P2 1 1 15 99999999999999999999 ", 10),
    ] {
        let error = decode(file, &DecodeOptions::default()).unwrap_err();
        assert_eq!((error.kind(), error.offset()), (ErrorKind::Malformed, Some(offset)), "{error}");
        assert!(error.message().contains("exceeds maxval"), "{error}");
    }
}

#[test]
fn scale_stretches_samples_over_the_dtype() {
    let options = DecodeOptions::default().with_scale(true);
    assert_eq!(decode(b"P5 4 1 3\n\x00\x01\x02\x03", &options).unwrap().1.as_slice(), [0, 85, 170, 255]);
    assert_eq!(decode(b"P2 3 1 2 0 1 2 ", &options).unwrap().1.as_slice(), [0, 128, 255]);
    let file = b"P5 2 1 1000\n\x01\xf4\x03\xe8";
    assert_eq!(decode(file, &options).unwrap().1.as_slice(), words(&[32768, 65535]));
    assert_eq!(decode(file, &DecodeOptions::default()).unwrap().1.as_slice(), words(&[500, 1000]));
    let error = decode(b"P5 2 1 1000\n\x01\xf4\x03\xe9", &options).unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Malformed, Some(14)));
}

#[test]
fn arrays_that_do_not_fit_say_what_does() {
    let refuse = |dtype, shape: &[usize], options: &EncodeOptions| {
        let layout = layout(dtype, shape);
        let bytes = vec![0; layout.n_bytes()];
        let error = encode(ArrayRef::new(&bytes, layout).unwrap(), options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        error.message().to_owned()
    };
    let default = EncodeOptions::default();
    assert_eq!(
        refuse(DType::U8, &[4, 4], &default.clone().with_variant(Variant::Ppm)),
        "ppm takes uint8 or uint16 [height, width, 3], got uint8 [4, 4], which pgm takes"
    );
    assert_eq!(
        refuse(DType::F64, &[4, 4], &default),
        "takes bool, uint8, uint16 or float32 with 1 or 3 samples, got float64 [4, 4]"
    );
    assert_eq!(
        refuse(DType::I16, &[4, 4], &default.clone().with_variant(Variant::Pgm)),
        "pgm takes uint8 or uint16 [height, width], got int16 [4, 4]"
    );
    assert_eq!(
        refuse(DType::U8, &[4, 4], &default.clone().with_maxval(256)),
        "maxval must be 1..=255 for uint8, got 256"
    );
    assert_eq!(
        refuse(DType::U16, &[4, 4], &default.clone().with_maxval(255)),
        "maxval must be 256..=65535 for uint16, got 255"
    );
    assert!(refuse(DType::F32, &[4, 4], &ascii()).contains("written as pfm"));
    assert!(refuse(DType::U8, &[4, 4, 2], &default.clone().with_tuple_type("RGB")).contains("RGB has 3 samples"));
    assert!(refuse(DType::U8, &[4, 4, 2], &default.with_tuple_type("A\nB")).contains("tuple_type"));
}

#[test]
fn encoding_refuses_samples_above_maxval() {
    let options = EncodeOptions::default().with_maxval(15);
    let error = encode(ArrayRef::new(&[1, 15, 16, 2], layout(DType::U8, &[2, 2])).unwrap(), &options).unwrap_err();
    assert_eq!(error.to_string(), "netpbm: sample 16 in row 1 exceeds maxval 15");
    let options = EncodeOptions::default().with_maxval(1000);
    let samples = words(&[1, 1001]);
    let error = encode(ArrayRef::new(&samples, layout(DType::U16, &[1, 2])).unwrap(), &options).unwrap_err();
    assert_eq!(error.message(), "sample 1001 in row 0 exceeds maxval 1000");
}

fn ascii() -> EncodeOptions {
    EncodeOptions::default().with_ascii(true)
}
