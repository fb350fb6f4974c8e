//! Vectors from TIFF 6.0, `FillOrder`, by hand.

use iio_bitorder::{INFO, check, decode, encode, reverse_bits};
use iio_codec::{AnyCodec, ArrayMut, Cancel, Check, CodecId, Config, Context, DType, ErrorKind, Layout, as_bytes_mut};

fn both_ways<T: iio_codec::Sample + PartialEq + std::fmt::Debug>(dtype: DType, plain: &[T], reversed: &[T]) {
    let layout = Layout::new(dtype, &[plain.len()]).unwrap();
    let mut array = plain.to_vec();
    encode(ArrayMut::new(as_bytes_mut(&mut array), layout).unwrap()).unwrap();
    assert_eq!(array, reversed);
    decode(ArrayMut::new(as_bytes_mut(&mut array), layout).unwrap()).unwrap();
    assert_eq!(array, plain);
}

#[test]
fn each_bit_goes_to_its_mirror_place() {
    both_ways(DType::U8, &[1, 2, 4, 8, 16, 32, 64, 128u8], &[128, 64, 32, 16, 8, 4, 2, 1]);
    both_ways(DType::U8, &[0b0000_0111, 0b1101_0010, 0, 0xff, 0b0001_1000u8], &[0b1110_0000, 0b0100_1011, 0, 0xff, 24]);
}

#[test]
fn bytes_of_wide_samples_stay_in_place() {
    both_ways(DType::U16, &[0x0102, 0xf000u16], &[0x8040, 0x0f00]);
    both_ways(DType::I32, &[0x0102_0408], &[0x8040_2010u32.cast_signed()]);
    both_ways(DType::U64, &[0x0102_0304_0506_0708u64], &[0x8040_c020_a060_e010]);
    both_ways(DType::F32, &[f32::from_bits(0x0102_0304)], &[f32::from_bits(0x8040_c020)]);
}

#[test]
fn an_array_without_axes_is_one_sample() {
    let mut bytes = [1, 0];
    encode(ArrayMut::new(&mut bytes, Layout::new(DType::U16, &[]).unwrap()).unwrap()).unwrap();
    assert_eq!(bytes, [128, 0]);
}

#[test]
fn plain_bytes_need_no_array() {
    let mut bytes = *b"\x01\x80\x0f";
    reverse_bits(&mut bytes);
    assert_eq!(&bytes, b"\x80\x01\xf0");
    reverse_bits(&mut []);
}

#[test]
fn nothing_looks_like_reversed_bits() {
    assert_eq!(check(&[1, 2, 3]), Check::Unknown);
}

#[test]
fn containers_find_it_by_their_names() {
    for id in
        [CodecId::Name("bitorder"), CodecId::Numcodecs("imagecodecs_bitorder"), CodecId::Zarr("imagecodecs_bitorder")]
    {
        let Ok(AnyCodec::Filter(codec)) = INFO.create(&id, &Config::new()) else { panic!("{id} is not a filter") };
        let mut bytes = [3];
        let array = ArrayMut::new(&mut bytes, Layout::new(DType::U8, &[1]).unwrap()).unwrap();
        codec.decoder().unwrap().run(array, &Context::default()).unwrap();
        assert_eq!(bytes, [192]);
    }
    let error = INFO.create(&CodecId::Name("bitorder"), &Config::new().set("level", 1)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}

/// Whatever the way through a strided array, it ends when the caller says so.
#[test]
fn a_cancelled_run_says_so() {
    let AnyCodec::Filter(codec) = INFO.create(&CodecId::Name("bitorder"), &Config::new()).unwrap() else { panic!() };
    let cancel = Cancel::new();
    cancel.cancel();
    let cx = Context { cancel: Some(&cancel), ..Context::default() };
    for (columns, strides) in [(100, [100, 1]), (100, [200, 1]), (100, [200, 2])] {
        let layout = Layout::new(DType::U8, &[2, columns]).unwrap();
        let mut bytes = [1; 400];
        let array = ArrayMut::with_strides(&mut bytes, layout, &strides).unwrap();
        let error = codec.encoder().unwrap().run(array, &cx).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled, "{strides:?}");
        assert_eq!(bytes, [1; 400], "{strides:?}");
    }
}
