//! Vectors from TIFF 6.0 and the GenICam and GigE Vision pixel formats, by hand, and the options.

use iio_codec::{
    AnyCodec, ArrayMut, ArrayRef, Check, CodecId, Config, Context, DType, ErrorKind, Layout, Result, Sample, as_bytes,
};
use iio_packints::{BitOrder, INFO, Options, check, decode, decode_into, encode, encoded_len};

fn both_ways<T: Sample>(dtype: DType, options: &Options, samples: &[T], stream: &[u8]) {
    let layout = Layout::new(dtype, &[samples.len()]).unwrap();
    let array = ArrayRef::new(as_bytes(samples), layout).unwrap();
    assert_eq!(encode(array, options).unwrap(), stream, "{options:?}");
    assert_eq!(encoded_len(&layout, options).unwrap(), stream.len());
    assert_eq!(*decode(stream, &layout, options).unwrap(), *as_bytes(samples), "{options:?}");
}

fn bits(bits: u32) -> Options {
    Options::default().with_bits_per_sample(bits)
}

#[test]
fn twelve_bits_in_each_order() {
    let samples = [0xabc, 0x123, 0x456u16];
    let ordered = |order| bits(12).with_bitorder(order);
    both_ways(DType::U16, &ordered(BitOrder::Auto), &samples, &[0xab, 0xc1, 0x23, 0x45, 0x60]);
    both_ways(DType::U16, &ordered(BitOrder::Msb), &samples, &[0xab, 0xc1, 0x23, 0x45, 0x60]);
    both_ways(DType::U16, &ordered(BitOrder::Lsb), &samples, &[0xbc, 0x3a, 0x12, 0x56, 0x04]);
    both_ways(DType::U16, &ordered(BitOrder::Packed), &samples, &[0xab, 0x3c, 0x12, 0x45, 0x06]);
}

#[test]
fn ten_bits_packed_leave_four_bits_unused() {
    let options = bits(10).with_bitorder(BitOrder::Packed);
    both_ways(DType::U16, &options, &[0x3fe, 0x001u16], &[0xff, 0x12, 0x00]);
    both_ways(DType::U32, &options, &[0x3fe, 0x001, 0x103u32], &[0xff, 0x12, 0x00, 0x40, 0x03]);
    let layout = Layout::new(DType::U16, &[2]).unwrap();
    let decoded = decode(&[0xff, 0xde, 0x00], &layout, &options).unwrap();
    assert_eq!(*decoded, *as_bytes(&[0x3feu16, 0x001]), "unused bits are not looked at");
}

#[test]
fn narrow_samples_fill_bytes_from_the_top() {
    both_ways(DType::U8, &bits(1), &[1, 0, 1, 1, 0, 0, 0, 0, 1u8], &[0b1011_0000, 0b1000_0000]);
    both_ways(DType::U8, &bits(2), &[1, 2, 3, 0, 3u8], &[0b01_10_11_00, 0b11_00_0000]);
    both_ways(DType::U8, &bits(3), &[1, 7, 4u8], &[0b001_111_10, 0b0_0000000]);
    both_ways(DType::U8, &bits(4), &[1, 15, 4u8], &[0x1f, 0x40]);
    both_ways(DType::Bool, &Options::default(), &[1, 0, 1u8], &[0b1010_0000]);
    both_ways(DType::U8, &bits(1).with_bitorder(BitOrder::Lsb), &[1, 0, 1, 1, 0, 0, 0, 0, 1u8], &[0b0000_1101, 1]);
}

#[test]
fn wide_samples() {
    both_ways(DType::U32, &bits(24), &[0x0001_0203, 0x0004_0506u32], &[1, 2, 3, 4, 5, 6]);
    both_ways(DType::U64, &bits(40), &[0x01_0203_0405u64], &[1, 2, 3, 4, 5]);
    both_ways(DType::U64, &bits(63), &[1u64 << 62, 1], &[0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0b100]);
    both_ways(DType::F32, &Options::default(), &[1.0f32], &[0, 0, 0x80, 0x3f]);
}

#[test]
fn whole_words_are_little_endian_unless_told() {
    let order = |order| Options::default().with_bitorder(order);
    both_ways(DType::U16, &order(BitOrder::Auto), &[0x0102u16], &[2, 1]);
    both_ways(DType::U16, &order(BitOrder::Lsb), &[0x0102u16], &[2, 1]);
    both_ways(DType::U16, &order(BitOrder::Msb), &[0x0102u16], &[1, 2]);
    both_ways(DType::U32, &bits(16), &[0x0102u32, 0xffff], &[2, 1, 0xff, 0xff]);
    both_ways(DType::U64, &order(BitOrder::Msb), &[0x0102_0304_0506_0708u64], &[1, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn runs_begin_at_whole_bytes() {
    let runs = |bits_per_sample, len| bits(bits_per_sample).with_run_len(len);
    both_ways(DType::U8, &runs(1, 3), &[1, 1, 1, 1, 0, 1u8], &[0b1110_0000, 0b1010_0000]);
    both_ways(DType::U8, &runs(3, 4), &[1, 2, 3, 4, 5u8], &[0b001_010_01, 0b1_100_0000, 0b101_00000]);
    both_ways(DType::U16, &runs(12, 1), &[0xabc, 0x123u16], &[0xab, 0xc0, 0x12, 0x30]);
    both_ways(DType::U16, &runs(12, 9), &[0xabc, 0x123u16], &[0xab, 0xc1, 0x23]);
    both_ways(DType::U16, &runs(12, 1).with_bitorder(BitOrder::Packed), &[0xabc, 0x123u16], &[0xab, 0x0c, 0x12, 0x03]);
}

#[test]
fn signed_samples_are_unsigned_unless_told() {
    both_ways(DType::I16, &bits(12), &[0x0abc, 0x0123i16], &[0xab, 0xc1, 0x23]);
    both_ways(DType::I16, &bits(12).with_sign_extend(true), &[-0x544, 0x0123i16], &[0xab, 0xc1, 0x23]);
    both_ways(DType::I8, &bits(1).with_sign_extend(true), &[-1, 0i8], &[0b1000_0000]);
    both_ways(DType::U16, &bits(12).with_sign_extend(true), &[0x0abc, 0x0123u16], &[0xab, 0xc1, 0x23]);
}

fn encoded<T: Sample>(dtype: DType, options: &Options, samples: &[T]) -> Result<Vec<u8>> {
    encode(ArrayRef::new(as_bytes(samples), Layout::new(dtype, &[samples.len()])?)?, options)
}

#[test]
fn samples_that_do_not_fit_are_named() {
    let message = |result: Result<Vec<u8>>| {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        error.to_string()
    };
    let twelve = encoded(DType::U16, &bits(12), &[1, 0xfff, 0x1000u16]);
    assert_eq!(message(twelve), "packints: sample 2 is 4096, which unsigned 12 bits cannot hold");
    let negative = encoded(DType::I16, &bits(12), &[-1i16]);
    assert_eq!(message(negative), "packints: sample 0 is 65535, which unsigned 12 bits cannot hold");
    let signed = bits(12).with_sign_extend(true);
    assert!(encoded(DType::I16, &signed, &[-2048, 2047i16]).is_ok());
    let message_of = |value: i16| message(encoded(DType::I16, &signed, &[0, value]));
    assert_eq!(message_of(2048), "packints: sample 1 is 2048, which signed 12 bits cannot hold");
    assert_eq!(message_of(-2049), "packints: sample 1 is -2049, which signed 12 bits cannot hold");
    assert!(encoded(DType::Bool, &Options::default(), &[2u8]).is_err());
    assert!(encoded(DType::U64, &bits(63), &[1u64 << 63]).is_err());
}

#[test]
fn truncate_cuts_off_bits() {
    let cut = |bits_per_sample| bits(bits_per_sample).with_truncate(true);
    assert_eq!(encoded(DType::U16, &cut(12), &[0xfabc, 0x5123u16]).unwrap(), [0xab, 0xc1, 0x23]);
    assert_eq!(encoded(DType::U8, &cut(1), &[2, 255, 0, 7u8]).unwrap(), [0b0101_0000]);
    assert_eq!(encoded(DType::U8, &cut(1), &[2, 255, 0, 7, 9, 8, 1, 1u8]).unwrap(), [0b0101_1011]);
    assert_eq!(encoded(DType::I16, &cut(12), &[-1i16]).unwrap(), [0xff, 0xf0]);
    assert_eq!(encoded(DType::U16, &cut(10).with_bitorder(BitOrder::Packed), &[0xffff, 0u16]).unwrap(), [0xff, 3, 0]);
}

#[test]
fn streams_may_be_longer_but_not_shorter() {
    let layout = Layout::new(DType::U16, &[2, 3]).unwrap();
    let options = bits(12).with_run_len(3);
    let decoded = decode(&[0xff; 11], &layout, &options).unwrap();
    assert_eq!(*decoded, *as_bytes(&[0x0fffu16; 6]));
    let error = decode(&[0xff; 9], &layout, &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
    assert_eq!(error.to_string(), "packints: uint16 [2, 3] of 12 bits needs 10 bytes, there are 9 (at byte 9)");
    let huge = Layout::new(DType::U8, &[1 << 40, 1 << 20]).unwrap();
    assert_eq!(decode(&[0; 9], &huge, &bits(1)).unwrap_err().kind(), ErrorKind::Truncated);
}

#[test]
fn tiles_of_an_image_are_filled_in_place() {
    let mut image = [0xeeu8; 4 * 6];
    let layout = Layout::new(DType::U8, &[4, 6]).unwrap();
    let tile = ArrayMut::new(&mut image, layout).unwrap().window(&[1..3, 2..5]).unwrap();
    decode_into(&[0x12, 0x30, 0x45, 0x60], tile, &bits(4).with_run_len(3)).unwrap();
    assert_eq!(image[6..18], [0xee, 0xee, 1, 2, 3, 0xee, 0xee, 0xee, 4, 5, 6, 0xee]);
    assert_eq!(image.iter().filter(|&&byte| byte == 0xee).count(), 18);
}

fn decoded_by(config: &Config) -> Result<Vec<u8>> {
    let AnyCodec::Array(codec) = INFO.create(&CodecId::Numcodecs("imagecodecs_packints"), config)? else { panic!() };
    let layout = Layout::new(DType::U16, &[2])?;
    let (_, bytes) = codec.decoder()?.decode(&[0xab, 0x3c, 0x12, 0x40], Some(&layout), &Context::default())?;
    Ok(bytes.to_vec())
}

#[test]
fn options_are_keys() {
    let config = || Config::new().set("bits_per_sample", 12);
    let decoded = |config: Config| decoded_by(&config).unwrap();
    let native = |samples: [u16; 2]| as_bytes(&samples).to_vec();
    assert_eq!(decoded(Config::new()), native([0x3cab, 0x4012]));
    assert_eq!(decoded(config()), native([0xab3, 0xc12]));
    assert_eq!(decoded(Config::new().set("bitspersample", 12)), native([0xab3, 0xc12]));
    for (name, samples) in
        [("auto", [0xab3, 0xc12]), ("msb", [0xab3, 0xc12]), ("lsb", [0xcab, 0x123]), ("<", [0xcab, 0x123])]
    {
        assert_eq!(decoded(config().set("bitorder", name)), native(samples), "{name}");
    }
    for name in ["packed", ">"] {
        assert_eq!(decoded(config().set("bitorder", name)), native([0xabc, 0x123]), "{name}");
    }
    assert_eq!(decoded(config().set("runlen", 1)), native([0xab3, 0x124]));
    let error = decoded_by(&config().set("bitorder", "big")).unwrap_err();
    assert_eq!(error.to_string(), "packints: bitorder must be one of auto, msb, lsb, packed, <, >, got \"big\"");
    let error = decoded_by(&Config::new().set("bits_per_sample", 65)).unwrap_err();
    assert_eq!(error.to_string(), "packints: bits_per_sample must be an integer in 1..=64, got 65");
}

#[test]
fn sign_extend_and_truncate_are_keys() {
    let layout = Layout::new(DType::I16, &[2]).unwrap();
    let build = |config: &Config| match INFO.create(&CodecId::Name("packints"), config).unwrap() {
        AnyCodec::Array(codec) => codec,
        other => panic!("{other:?}"),
    };
    let twelve = || Config::new().set("bits_per_sample", 12);
    let write = |config: &Config, samples: [i16; 2]| {
        let array = ArrayRef::new(as_bytes(&samples), layout).unwrap();
        build(config).encoder().unwrap().encode(array, &Context::default())
    };
    let read = |config: &Config| {
        build(config).decoder().unwrap().decode(&[0xab, 0xc1, 0x23], Some(&layout), &Context::default()).unwrap().1
    };
    let signed = twelve().set("sign_extend", true);
    assert_eq!(*read(&signed), *as_bytes(&[-0x544i16, 0x123]));
    assert_eq!(*read(&twelve()), *as_bytes(&[0xabci16, 0x123]));
    assert_eq!(write(&signed, [-0x544, 0x123]).unwrap(), [0xab, 0xc1, 0x23]);
    assert_eq!(write(&twelve(), [-0x544, 0x123]).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(write(&twelve().set("truncate", true), [0x7abc, 0x123]).unwrap(), [0xab, 0xc1, 0x23]);
    assert_eq!(write(&twelve(), [0x7abc, 0x123]).unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn nothing_looks_like_packed_integers() {
    assert_eq!(check(&[0xab, 0xc1, 0x23]), Check::Unknown);
}

#[test]
fn widths_that_do_not_fit_the_dtype_are_refused() {
    let message = |dtype, options: Options| {
        let error = encoded_len(&Layout::new(dtype, &[1]).unwrap(), &options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        error.to_string()
    };
    assert_eq!(message(DType::U8, bits(9)), "packints: bits_per_sample for uint8 must be 1..=8, got 9");
    assert_eq!(message(DType::Bool, bits(2)), "packints: bits_per_sample for bool must be 1..=1, got 2");
    let packed = bits(11).with_bitorder(BitOrder::Packed);
    assert_eq!(message(DType::U16, packed), "packints: bitorder packed is for 10 and 12 bits, got 11");
    message(DType::F32, bits(24));
    message(DType::C128, Options::default());
}
