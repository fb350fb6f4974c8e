//! Vectors from the definition of the fields, by hand.

use iio_codec::{AnyCodec, ArrayRef, CodecId, Config, Context, DType, ErrorKind, Layout, Result, as_bytes};
use iio_float24::{ByteOrder, INFO, Options, Rounding, decode, encode};

use crate::{ROUNDINGS, bits, float};

/// Numbers that 24 bits hold, with their sign, exponent and fraction.
const NUMBERS: [(u32, f64); 12] = [
    (0x3f_0000, 1.0),
    (0x3f_8000, 1.5),
    (0xc0_0000, -2.0),
    (0x3f_0001, 1.0 + 1.0 / 65536.0),
    (0x7e_ffff, (2.0 - 1.0 / 65536.0) * 9_223_372_036_854_775_808.0),
    (0x01_0000, 1.0 / 4_611_686_018_427_387_904.0),
    (0x00_ffff, 65535.0 / 65536.0 / 4_611_686_018_427_387_904.0),
    (0x00_0001, 1.0 / 65536.0 / 4_611_686_018_427_387_904.0),
    (0x80_8000, -0.5 / 4_611_686_018_427_387_904.0),
    (0x00_0000, 0.0),
    (0x7f_0000, f64::INFINITY),
    (0xff_0000, f64::NEG_INFINITY),
];

#[test]
fn numbers_that_fit_are_exact_in_every_rounding() {
    for (stored, value) in NUMBERS {
        assert_eq!(f64::from(float(stored)), value, "{stored:06x}");
        for rounding in ROUNDINGS {
            assert_eq!(bits(float(stored), rounding), stored, "{rounding:?}");
        }
    }
    assert_eq!(float(0x80_0000).to_bits(), 0x8000_0000);
    assert_eq!(bits(-0.0, Rounding::Upward), 0x80_0000);
}

#[test]
fn nan_is_quiet_and_keeps_its_sign() {
    for (stored, expected) in [(0x7f_0001, 0x7fc0_0000), (0x7f_8123, 0x7fc0_0000), (0xff_ffff, 0xffc0_0000)] {
        assert_eq!(float(stored).to_bits(), expected, "{stored:06x}");
    }
    // Payloads that are cut off must not make it infinite.
    for (sample, expected) in [(0x7f80_0001, 0x7f_8000), (0x7fff_ffff, 0x7f_8000), (0xff81_2345, 0xff_8000)] {
        for rounding in ROUNDINGS {
            assert_eq!(bits(f32::from_bits(sample), rounding), expected, "{sample:08x} {rounding:?}");
        }
    }
}

/// What each rounding makes of a number, in the order of [`ROUNDINGS`].
fn each(sample: u32, expected: [u32; 4]) {
    let found = ROUNDINGS.map(|rounding| bits(f32::from_bits(sample), rounding));
    assert_eq!(found, expected, "{sample:08x}: {found:06x?}, not {expected:06x?}");
}

#[test]
fn halves_go_to_even() {
    each(0x3f80_003f, [0x3f_0000, 0x3f_0001, 0x3f_0000, 0x3f_0000]);
    each(0x3f80_0040, [0x3f_0000, 0x3f_0001, 0x3f_0000, 0x3f_0000]);
    each(0x3f80_0041, [0x3f_0001, 0x3f_0001, 0x3f_0000, 0x3f_0000]);
    each(0x3f80_00c0, [0x3f_0002, 0x3f_0002, 0x3f_0001, 0x3f_0001]);
    each(0xbf80_00c0, [0xbf_0002, 0xbf_0001, 0xbf_0002, 0xbf_0001]);
}

#[test]
fn fractions_that_round_to_one_raise_the_exponent() {
    each(0x3fff_ffff, [0x40_0000, 0x40_0000, 0x3f_ffff, 0x3f_ffff]);
    // The largest subnormal number becomes the smallest normal one.
    each(0x207f_ffff, [0x01_0000, 0x01_0000, 0x00_ffff, 0x00_ffff]);
    // And the largest number becomes infinite.
    each(0x5f7f_ffc0, [0x7f_0000, 0x7f_0000, 0x7e_ffff, 0x7e_ffff]);
    each(0x5f7f_ffbf, [0x7e_ffff, 0x7f_0000, 0x7e_ffff, 0x7e_ffff]);
}

#[test]
fn numbers_from_two_to_the_64_on_are_infinite() {
    for sample in [0x5f80_0000, 0x5f80_0001, 0x6000_0000, 0x7f7f_ffff, 0x7f80_0000] {
        each(sample, [0x7f_0000; 4]);
        each(sample | 0x8000_0000, [0xff_0000; 4]);
    }
}

#[test]
fn subnormal_numbers_are_rounded_once() {
    // 2^-79, half of the last bit, and its neighbours; three halves.
    each(0x1800_0000, [0, 1, 0, 0]);
    each(0x1800_0001, [1, 1, 0, 0]);
    each(0x17ff_ffff, [0, 1, 0, 0]);
    each(0x18c0_0000, [2, 2, 1, 1]);
    each(0x98c0_0000, [0x80_0002, 0x80_0001, 0x80_0002, 0x80_0001]);
    // Far below, and subnormal in 32 bits.
    each(0x0080_0000, [0, 1, 0, 0]);
    each(0x0000_0001, [0, 1, 0, 0]);
    each(0x8000_0001, [0x80_0000, 0x80_0000, 0x80_0001, 0x80_0000]);
    // A half, and a bit that stands far behind it.
    each(0x2000_0040, [0x00_8000, 0x00_8001, 0x00_8000, 0x00_8000]);
    each(0x2000_0080, [0x00_8000, 0x00_8001, 0x00_8000, 0x00_8000]);
    each(0x2000_0081, [0x00_8001, 0x00_8001, 0x00_8000, 0x00_8000]);
}

#[test]
fn bytes_stand_in_the_order_that_is_asked_for() {
    let (samples, layout) = ([1.5f32, -2.0], Layout::new(DType::F32, &[2]).unwrap());
    let array = ArrayRef::new(as_bytes(&samples), layout).unwrap();
    let (little, big) = ([0, 0x80, 0x3f, 0, 0, 0xc0], [0x3f, 0x80, 0, 0xc0, 0, 0]);
    let native = if cfg!(target_endian = "little") { little } else { big };
    for (order, stream) in [(ByteOrder::Little, little), (ByteOrder::Big, big), (ByteOrder::NATIVE, native)] {
        let options = Options::default().with_byteorder(order);
        assert_eq!(encode(array, &options).unwrap(), stream);
        assert_eq!(*decode(&stream, &layout, &options).unwrap(), *as_bytes(&samples));
    }
    for (name, stream) in [("<", little), (">", big), ("=", native), ("little", little), ("BIG", big)] {
        assert_eq!(encoded(&Config::new().set("byteorder", name), array).unwrap(), stream, "{name}");
    }
    assert_eq!(encoded(&Config::new(), array).unwrap(), little);
}

fn encoded(config: &Config, array: ArrayRef<'_>) -> Result<Vec<u8>> {
    let AnyCodec::Array(codec) = INFO.create(&CodecId::Numcodecs("imagecodecs_float24"), config)? else {
        panic!("not an array codec")
    };
    codec.encoder()?.encode(array, &Context::default())
}

#[test]
fn rounding_is_told_by_name_or_number() {
    let samples = [f32::from_bits(0x3f80_00c0), f32::from_bits(0xbf80_00c0)];
    let layout = Layout::new(DType::F32, &[2]).unwrap();
    let array = ArrayRef::new(as_bytes(&samples), layout).unwrap();
    for (name, number, [positive, negative]) in
        [("ToNearest", 0, [2, 2]), ("upward", 2048, [2, 1]), ("downward", 1024, [1, 2]), ("towardzero", 3072, [1, 1])]
    {
        let stream = [positive, 0, 0x3f, negative, 0, 0xbf];
        assert_eq!(encoded(&Config::new().set("rounding", name), array).unwrap(), stream, "{name}");
        assert_eq!(encoded(&Config::new().set("rounding", number), array).unwrap(), stream, "{number}");
    }
    let error = encoded(&Config::new().set("rounding", 5), array).unwrap_err();
    let expected = "float24: rounding must be one of tonearest, upward, downward, towardzero, got 5";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn other_dtypes_and_short_streams_are_refused() {
    let options = Options::default();
    for dtype in DType::ALL.into_iter().filter(|dtype| *dtype != DType::F32) {
        let layout = Layout::new(dtype, &[2]).unwrap();
        let error = decode(&[0; 64], &layout, &options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert_eq!(error.to_string(), format!("float24: samples must be float32, got {dtype}"));
        let array = vec![0; layout.n_bytes()];
        assert!(encode(ArrayRef::new(&array, layout).unwrap(), &options).is_err(), "{dtype}");
    }
    let layout = Layout::new(DType::F32, &[2]).unwrap();
    assert!(decode(&[0; 7], &layout, &options).is_ok(), "what follows is not looked at");
    let error = decode(&[0; 5], &layout, &options).unwrap_err();
    let expected = "float24: float32 [2] as floats of 24 bits needs 6 bytes, there are 5 (at byte 5)";
    assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Truncated, expected));
}
