//! Vectors from TIFF Technical Note 3 and the DNG specification, by hand.

use iio_codec::{
    AnyCodec, ArrayMut, Check, CodecId, Config, Context, DType, ErrorKind, Layout, Limits, Result, as_bytes_mut,
};
use iio_floatpred::{ByteOrder, INFO, Options, Rows, check, decode, decode_rows, encode, encode_rows};

fn bytes_of(numbers: &[u64], size: usize, order: ByteOrder) -> Vec<u8> {
    let number = |value: &u64| match order {
        ByteOrder::Big => value.to_be_bytes()[8 - size..].to_vec(),
        ByteOrder::Little => value.to_le_bytes()[..size].to_vec(),
    };
    numbers.iter().flat_map(number).collect()
}

fn both_ways(dtype: DType, shape: &[usize], options: &Options, numbers: &[u64], stored: &[u8]) {
    let layout = Layout::new(dtype, shape).unwrap();
    let samples = bytes_of(numbers, dtype.size(), ByteOrder::NATIVE);
    let mut array = samples.clone();
    encode(ArrayMut::new(&mut array, layout).unwrap(), options).unwrap();
    assert_eq!(array, stored, "{layout}");
    decode(ArrayMut::new(&mut array, layout).unwrap(), options).unwrap();
    assert_eq!(array, samples, "{layout}");
}

#[test]
fn planes_begin_with_the_most_significant_bytes() {
    let options = Options::default();
    both_ways(DType::F32, &[2], &options, &[0x1020_3040, 0x1121_3141], &[0x10, 1, 15, 1, 15, 1, 15, 1]);
    both_ways(DType::F16, &[3], &options, &[0x0102, 0x0304, 0x0506], &[1, 2, 2, 0xfd, 2, 2]);
    both_ways(DType::F64, &[1], &options, &[0x0102_0304_0506_0708], &[1; 8]);
}

#[test]
fn integers_and_complex64_are_taken_as_bits() {
    let options = Options::default();
    both_ways(DType::U16, &[2], &options, &[0x0102, 0x0304], &[1, 2, 0xff, 2]);
    both_ways(DType::I32, &[1], &options, &[0x0102_0304], &[1; 4]);
    both_ways(DType::C64, &[1], &options, &[0x0102_0304_0506_0708], &[1; 8]);
}

#[test]
fn rows_are_separate() {
    both_ways(
        DType::F16,
        &[2, 2],
        &Options::default(),
        &[0x0102, 0x0304, 0x0102, 0x0304],
        &[1, 2, 255, 2, 1, 2, 255, 2],
    );
}

#[test]
fn samples_of_a_pixel_are_the_distance() {
    let options = Options::default().with_axis(-2);
    let stored = [0x10, 0x20, 1, 1, 0xef, 0xdf, 0, 0];
    both_ways(DType::F16, &[1, 2, 2], &options, &[0x1000, 0x2000, 0x1100, 0x2100], &stored);
}

#[test]
fn axis_zero_makes_the_whole_array_one_row() {
    let options = Options::default().with_axis(0);
    both_ways(DType::F16, &[2, 2], &options, &[0x1000, 0x2000, 0x1100, 0x2100], &[0x10, 0x20, 1, 1, 0xef, 0xdf, 0, 0]);
}

#[test]
fn dist_is_counted_in_positions_on_the_axis() {
    // Planes 10 20 30, 1 2 3: each byte less the one two before.
    let options = Options::default().with_dist(2);
    both_ways(DType::F16, &[3], &options, &[0x1001, 0x2002, 0x3003], &[0x10, 0x20, 0x20, 0xe1, 0xd2, 2]);
    // Two samples a position: a distance of four bytes.
    let options = options.with_axis(0);
    both_ways(
        DType::F16,
        &[2, 2],
        &options,
        &[0x1001, 0x2002, 0x3003, 0x4004],
        &[16, 32, 48, 64, 0xf1, 0xe2, 0xd3, 0xc4],
    );
}

#[test]
fn nothing_looks_like_predicted_floats() {
    assert_eq!(check(&[1, 2, 3]), Check::Unknown);
}

fn decoded_by(id: CodecId<'_>, config: &Config, mut bytes: Vec<u8>) -> Result<Vec<u8>> {
    let AnyCodec::Filter(codec) = INFO.create(&id, config)? else { panic!("not a filter") };
    let layout = Layout::new(DType::F16, &[bytes.len() / 2])?;
    codec.decoder()?.run(ArrayMut::new(&mut bytes, layout)?, &Context::default())?;
    Ok(bytes)
}

#[test]
fn dng_predictors_differ_in_distance() {
    let decoded = |value| decoded_by(CodecId::TiffPredictor(value), &Config::new(), vec![1; 8]).unwrap();
    let native = |numbers: [u64; 4]| bytes_of(&numbers, 2, ByteOrder::NATIVE);
    assert_eq!(decoded(3), native([0x0105, 0x0206, 0x0307, 0x0408]));
    assert_eq!(decoded(34894), native([0x0103, 0x0103, 0x0204, 0x0204]));
    assert_eq!(decoded(34895), native([0x0102, 0x0102, 0x0102, 0x0102]));
}

#[test]
fn dist_and_axis_are_options() {
    let id = CodecId::Numcodecs("imagecodecs_floatpred");
    let decoded = |config: Config| decoded_by(id, &config, vec![1; 8]);
    let native = bytes_of(&[0x0102, 0x0102, 0x0103, 0x0203], 2, ByteOrder::NATIVE);
    assert_eq!(decoded(Config::new().set("dist", 3).set("axis", 0)).unwrap(), native);
    let error = decoded(Config::new().set("dist", 0)).unwrap_err();
    assert_eq!(error.to_string(), "floatpred: dist must be an integer in 1..=64, got 0");
    let error = decoded(Config::new().set("axis", 1)).unwrap_err();
    assert_eq!(error.to_string(), "floatpred: axis 1 is not one of the 1 axes of float16 [4]");
}

/// The three planes of two 24-bit numbers, in either byte order.
#[test]
fn floats_of_24_bits_are_rows_of_bytes() {
    let mut scratch = Vec::new();
    for order in [ByteOrder::Big, ByteOrder::Little] {
        let samples = bytes_of(&[0x01_0203, 0x04_0506], 3, order);
        let rows = Rows::new(6, 3).with_order(order);
        let mut bytes = samples.clone();
        encode_rows(&mut bytes, &rows, &mut scratch).unwrap();
        assert_eq!(bytes, [1, 3, 0xfe, 3, 0xfe, 3]);
        decode_rows(&mut bytes, &rows, &mut scratch).unwrap();
        assert_eq!(bytes, samples);
        encode_rows(&mut bytes, &rows.with_lag(2), &mut scratch).unwrap();
        assert_eq!(bytes, [1, 4, 1, 1, 1, 1]);
    }
}

#[test]
fn samples_of_other_sizes_are_refused() {
    for dtype in [DType::U8, DType::Bool, DType::C128] {
        let layout = Layout::new(dtype, &[2]).unwrap();
        let error = decode(ArrayMut::new(&mut vec![0; layout.n_bytes()], layout).unwrap(), &Options::default());
        assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidArgument, "{dtype}");
    }
}

#[test]
fn a_row_beyond_the_working_memory_is_refused() {
    let AnyCodec::Filter(codec) = INFO.create(&CodecId::TiffPredictor(3), &Config::new()).unwrap() else { panic!() };
    let mut decoder = codec.decoder().unwrap();
    let mut run = |limit| {
        let mut row = [0.0f32; 16];
        let array = ArrayMut::new(as_bytes_mut(&mut row), Layout::new(DType::F32, &[16]).unwrap()).unwrap();
        decoder.run(array, &Context::with_limits(Limits::default().with_working_bytes(limit)))
    };
    let error = run(63).unwrap_err();
    assert_eq!(error.to_string(), "floatpred: working memory needs 64, limit working_bytes is 63");
    run(64).unwrap();
}
