//! Vectors made by hand.

use iio_codec::{AnyCodec, ArrayMut, CodecId, Config, Context, DType, Layout, Result, as_bytes, as_bytes_mut};
use iio_xor::{INFO, Options, decode, encode};

fn both_ways<T: iio_codec::Sample + std::fmt::Debug>(
    dtype: DType,
    shape: &[usize],
    options: &Options,
    samples: &[T],
    encoded: &[T],
) {
    let layout = Layout::new(dtype, shape).unwrap();
    let mut array = samples.to_vec();
    encode(ArrayMut::new(as_bytes_mut(&mut array), layout).unwrap(), options).unwrap();
    assert_eq!(as_bytes(&array), as_bytes(encoded), "{array:?}, {encoded:?}");
    decode(ArrayMut::new(as_bytes_mut(&mut array), layout).unwrap(), options).unwrap();
    assert_eq!(as_bytes(&array), as_bytes(samples));
}

#[test]
fn each_row_begins_anew() {
    both_ways(DType::U8, &[2, 3], &Options::default(), &[1, 3, 2, 255, 0, 0x0f], &[1, 2, 1, 255, 255, 0x0fu8]);
}

#[test]
fn wide_samples_are_taken_as_bits() {
    both_ways(DType::U16, &[3], &Options::default(), &[0x00ff, 0x0100, 0], &[0x00ff, 0x01ff, 0x0100u16]);
    both_ways(DType::I32, &[2], &Options::default(), &[-1, 1], &[-1, -2i32]);
    let encoded = [1.0, f64::from_bits(1.0f64.to_bits() ^ 1.5f64.to_bits())];
    both_ways(DType::F64, &[2], &Options::default(), &[1.0, 1.5], &encoded);
}

#[test]
fn axis_is_that_of_neighbours() {
    let samples = [1, 2, 3, 11, 22, 33, 10, 20, 30, 4, 5, 6u8];
    let shape = [2, 2, 3];
    let along = |axis| Options::default().with_axis(axis);
    both_ways(DType::U8, &shape, &along(-1), &samples, &[1, 3, 1, 11, 29, 55, 10, 30, 10, 4, 1, 3]);
    both_ways(DType::U8, &shape, &along(-2), &samples, &[1, 2, 3, 10, 20, 34, 10, 20, 30, 14, 17, 24]);
    both_ways(DType::U8, &shape, &along(1), &samples, &[1, 2, 3, 10, 20, 34, 10, 20, 30, 14, 17, 24]);
    both_ways(DType::U8, &shape, &along(0), &samples, &[1, 2, 3, 11, 22, 33, 11, 22, 29, 15, 19, 39]);
}

fn decoded_by(id: CodecId<'_>, config: &Config) -> Result<Vec<u8>> {
    let AnyCodec::Filter(codec) = INFO.create(&id, config)? else { panic!("not a filter") };
    let mut bytes = vec![1; 6];
    let layout = Layout::new(DType::U8, &[2, 3])?;
    codec.decoder()?.run(ArrayMut::new(&mut bytes, layout)?, &Context::default())?;
    Ok(bytes)
}

#[test]
fn axis_is_an_option_of_every_id() {
    for id in [CodecId::Numcodecs("imagecodecs_xor"), CodecId::Zarr("imagecodecs_xor")] {
        assert_eq!(decoded_by(id, &Config::new()).unwrap(), [1, 0, 1, 1, 0, 1]);
        assert_eq!(decoded_by(id, &Config::new().set("axis", 0)).unwrap(), [1, 1, 1, 0, 0, 0]);
        let error = decoded_by(id, &Config::new().set("axis", -3)).unwrap_err();
        assert_eq!(error.to_string(), "xor: axis -3 is not one of the 2 axes of uint8 [2, 3]");
    }
}
