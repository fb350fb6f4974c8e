//! Vectors from TIFF 6.0, Section 14, and the DNG specification, by hand.

use iio_codec::{
    AnyCodec, ArrayMut, Check, CodecId, Config, Context, DType, ErrorKind, Layout, Result, as_bytes, as_bytes_mut,
};
use iio_delta::{INFO, Options, check, decode, encode};

fn both_ways<T: iio_codec::Sample + std::fmt::Debug>(
    dtype: DType,
    shape: &[usize],
    options: &Options,
    samples: &[T],
    differences: &[T],
) {
    let layout = Layout::new(dtype, shape).unwrap();
    let mut array = samples.to_vec();
    encode(ArrayMut::new(as_bytes_mut(&mut array), layout).unwrap(), options).unwrap();
    assert_eq!(as_bytes(&array), as_bytes(differences), "{array:?}, {differences:?}");
    decode(ArrayMut::new(as_bytes_mut(&mut array), layout).unwrap(), options).unwrap();
    assert_eq!(as_bytes(&array), as_bytes(samples));
}

#[test]
fn rows_are_differenced_separately_and_wrap() {
    both_ways(DType::U8, &[2, 4], &Options::default(), &[1, 3, 2, 255, 9, 9, 0, 1], &[1, 2, 255, 253, 9, 0, 247, 1u8]);
}

#[test]
fn wide_samples_are_differenced_as_whole_numbers() {
    both_ways(DType::U16, &[3], &Options::default(), &[0x00ff, 0x0100, 0], &[0x00ff, 1, 0xff00u16]);
    both_ways(DType::I32, &[3], &Options::default(), &[i32::MAX, i32::MIN, -1], &[i32::MAX, 1, i32::MAX]);
    both_ways(DType::U64, &[2], &Options::default(), &[1 << 40, 0], &[1 << 40, (1u64 << 40).wrapping_neg()]);
}

#[test]
fn samples_of_fewer_bits_wrap_there_and_keep_their_sign() {
    let options = Options::default().with_bits(12);
    both_ways(DType::U16, &[4], &options, &[4000, 100, 200, 0], &[4000, 196, 100, 0xf38u16]);
    both_ways(DType::I16, &[3], &options, &[2000, -2000, -1], &[2000, 96, 1999i16]);
    both_ways(DType::I64, &[2], &Options::default().with_bits(33), &[1 << 31, -(1 << 32)], &[1 << 31, 1i64 << 31]);
    for (dtype, bits) in [(DType::U16, 17), (DType::U16, 0), (DType::F32, 24)] {
        let layout = Layout::new(dtype, &[2]).unwrap();
        let error =
            decode(ArrayMut::new(&mut [0; 8][..layout.n_bytes()], layout).unwrap(), &options.clone().with_bits(bits));
        let message = error.unwrap_err().to_string();
        assert!(message.contains(&format!("{bits} bits")), "{message}");
    }
}

#[test]
fn floats_are_taken_as_bits() {
    let bits = [1.0f32.to_bits(), 1.5f32.to_bits()];
    let differences = [f32::from_bits(bits[0]), f32::from_bits(bits[1] - bits[0])];
    both_ways(DType::F32, &[2], &Options::default(), &[1.0f32, 1.5], &differences);
    both_ways(DType::F16, &[2], &Options::default(), &[0x3c00, 0x3e00u16], &[0x3c00, 0x0200]);
}

#[test]
fn complex64_is_one_number_of_64_bits() {
    let pair = |bits: u64| {
        let bytes = bits.to_ne_bytes();
        let (a, b) = bytes.split_at(4);
        [a, b].map(|half| f32::from_ne_bytes(half.try_into().unwrap()))
    };
    both_ways(DType::C64, &[2], &Options::default(), &[pair(1), pair(1 << 33)], &[pair(1), pair((1 << 33) - 1)]);
}

#[test]
fn columns_of_pixels_are_axis_minus_two() {
    let options = Options::default().with_axis(-2);
    both_ways(
        DType::U8,
        &[1, 3, 3],
        &options,
        &[1, 2, 3, 11, 22, 33, 10, 20, 30],
        &[1, 2, 3, 10, 20, 30, 255, 254, 253u8],
    );
}

#[test]
fn axis_zero_is_differences_of_rows() {
    let options = Options::default().with_axis(0);
    both_ways(DType::U8, &[3, 2], &options, &[1, 2, 4, 8, 5, 9], &[1, 2, 3, 6, 1, 1u8]);
}

#[test]
fn dist_skips_samples() {
    let options = Options::default().with_dist(2);
    both_ways(DType::U8, &[6], &options, &[1, 10, 2, 20, 4, 40], &[1, 10, 1, 10, 2, 20u8]);
    both_ways(DType::U16, &[3, 2], &options.with_axis(0), &[1, 2, 9, 9, 300, 2], &[1, 2, 9, 9, 299, 0u16]);
    for dist in [0, 65] {
        let layout = Layout::new(DType::U8, &[4]).unwrap();
        let error = encode(ArrayMut::new(&mut [0; 4], layout).unwrap(), &Options::default().with_dist(dist));
        assert_eq!(error.unwrap_err().to_string(), format!("delta: dist must be 1..=64, got {dist}"));
    }
}

#[test]
fn nothing_looks_like_differences() {
    assert_eq!(check(&[1, 2, 3]), Check::Unknown);
}

fn decoded_by(id: CodecId<'_>, config: &Config, mut bytes: Vec<u8>) -> Result<Vec<u8>> {
    let AnyCodec::Filter(codec) = INFO.create(&id, config)? else { panic!("not a filter") };
    let layout = Layout::new(DType::U8, &[bytes.len()])?;
    codec.decoder()?.run(ArrayMut::new(&mut bytes, layout)?, &Context::default())?;
    Ok(bytes)
}

#[test]
fn dng_predictors_differ_in_distance() {
    let decoded = |value| decoded_by(CodecId::TiffPredictor(value), &Config::new(), vec![1; 6]).unwrap();
    assert_eq!(decoded(2), [1, 2, 3, 4, 5, 6]);
    assert_eq!(decoded(34892), [1, 1, 2, 2, 3, 3]);
    assert_eq!(decoded(34893), [1, 1, 1, 1, 2, 2]);
}

#[test]
fn dist_and_axis_are_options() {
    let id = CodecId::Numcodecs("imagecodecs_delta");
    let decoded = |config: Config| decoded_by(id, &config, vec![1; 6]);
    assert_eq!(decoded(Config::new().set("dist", 5).set("axis", 0)).unwrap(), [1, 1, 1, 1, 1, 2]);
    assert_eq!(decoded(Config::new().set("dist", 64)).unwrap(), [1; 6]);
    let error = decoded(Config::new().set("dist", 65)).unwrap_err();
    assert_eq!(error.to_string(), "delta: dist must be an integer in 1..=64, got 65");
    let error = decoded(Config::new().set("axis", -2)).unwrap_err();
    assert_eq!(error.to_string(), "delta: axis -2 is not one of the 1 axes of uint8 [6]");
}

#[test]
fn other_dtypes_are_refused() {
    for dtype in [DType::Bool, DType::C128] {
        let layout = Layout::new(dtype, &[2]).unwrap();
        let error = decode(ArrayMut::new(&mut vec![0; layout.n_bytes()], layout).unwrap(), &Options::default());
        assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidArgument, "{dtype}");
    }
}
