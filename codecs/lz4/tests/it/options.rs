//! Each option has an effect that shows in the bytes or in what is accepted.

use std::sync::Arc;

use iio_codec::{AnyCodec, BytesCodec, CodecId, Config, Context, ErrorKind, Limits, Result, key};
use iio_lz4::{
    DecodeOptions, EncodeOptions, INFO, Lz4, decode, decode_exact, decoded_size, encode, encode_bound, encode_into,
};

/// Noise of few values on a ramp: compresses, but by less at fast levels.
fn picture(len: usize) -> Vec<u8> {
    let mut state = 7u64;
    let step = |i: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state.to_le_bytes()[4] & 3) + i.to_le_bytes()[1] % 32
    };
    (0..len).map(step).collect()
}

fn defaults() -> EncodeOptions {
    EncodeOptions::default()
}

fn high(level: i32) -> EncodeOptions {
    defaults().with_hc(true).with_level(level).unwrap()
}

fn codec(id: &CodecId<'_>, config: &Config) -> Result<Arc<dyn BytesCodec>> {
    match INFO.create(id, config)? {
        AnyCodec::Bytes(codec) => Ok(codec),
        other => panic!("{other:?}"),
    }
}

/// What the codec of a container makes, after a round trip.
fn made(id: &CodecId<'_>, config: &Config, src: &[u8]) -> Vec<u8> {
    let codec = codec(id, config).unwrap();
    let packed = codec.encoder().unwrap().encode(src, &Context::default()).unwrap();
    assert!(codec.decoder().unwrap().decode(&packed, &Context::default()).unwrap() == src);
    packed
}

#[test]
fn levels_and_acceleration_trade_time_for_size() {
    let src = picture(100_000);
    let len = |options: &EncodeOptions| {
        let packed = encode(&src, options).unwrap();
        assert!(decode(&packed, &DecodeOptions::default()).unwrap() == src);
        packed.len()
    };
    let fast = len(&defaults());
    assert!(len(&defaults().with_acceleration(100).unwrap()) > fast);
    assert!(fast > len(&high(1)) && len(&high(1)) > len(&high(4)) && len(&high(4)) > len(&high(12)));
    assert_eq!(len(&high(9)), len(&defaults().with_hc(true)));
    // Each belongs to one of the compressors.
    assert_eq!(len(&defaults().with_level(12).unwrap()), fast);
    assert_eq!(len(&high(9).with_acceleration(100).unwrap()), len(&high(9)));
}

#[test]
fn header_precedes_the_same_block() {
    let src = picture(70_000);
    for options in [defaults(), high(9)] {
        let bare = encode(&src, &options).unwrap();
        let with = encode(&src, &options.with_header(true)).unwrap();
        assert_eq!(with[..4], 70_000u32.to_le_bytes());
        assert!(with[4..] == bare);
        assert_eq!(decoded_size(&bare, &DecodeOptions::default()).unwrap(), 70_000);
    }
}

#[test]
fn values_out_of_range_are_refused_with_the_range() {
    let error = defaults().with_level(13).unwrap_err();
    assert_eq!(error.to_string(), "lz4: level must be 1..=12, got 13");
    let error = defaults().with_acceleration(0).unwrap_err();
    assert_eq!(error.to_string(), "lz4: acceleration must be 1..=65537, got 0");
    let mut options = defaults();
    options.level = 0;
    assert_eq!(Lz4::new(options, DecodeOptions::default()).unwrap_err().kind(), ErrorKind::InvalidArgument);
    for config in [Config::new().set(key::LEVEL, 0), Config::new().set("acceleration", 65538)] {
        let error = codec(&CodecId::Name("lz4"), &config).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    }
}

#[test]
fn numcodecs_has_a_header_and_any_acceleration() {
    let (id, src) = (CodecId::Numcodecs("lz4"), picture(50_000));
    let expected =
        |acceleration| encode(&src, &defaults().with_header(true).with_acceleration(acceleration).unwrap()).unwrap();
    assert!(made(&id, &Config::new(), &src) == expected(1));
    assert!(made(&id, &Config::new().set("acceleration", 50), &src) == expected(50));
    assert!(made(&id, &Config::new().set("acceleration", -3), &src) == expected(1));
    assert!(expected(1) != expected(50));
    let error = codec(&id, &Config::new()).unwrap().decoder().unwrap().decode(&[1, 2], &Context::default());
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Truncated);
}

#[test]
fn level_of_imagecodecs_is_that_of_either_compressor() {
    let src = picture(50_000);
    for id in [CodecId::Numcodecs("imagecodecs_lz4"), CodecId::Zarr("imagecodecs_lz4")] {
        let with = |level: i64, hc: bool| made(&id, &Config::new().set(key::LEVEL, level).set("hc", hc), &src);
        assert!(made(&id, &Config::new(), &src) == encode(&src, &defaults()).unwrap());
        assert!(with(50, false) == encode(&src, &defaults().with_acceleration(50).unwrap()).unwrap());
        assert!(with(-1, false) == encode(&src, &defaults()).unwrap());
        assert!(with(4, true) == encode(&src, &high(4)).unwrap());
        assert!(with(99, true) == encode(&src, &high(12)).unwrap());
        assert!(with(-1, true) == encode(&src, &high(2)).unwrap());
        let header = made(&id, &Config::new().set("header", true), &src);
        assert!(header == encode(&src, &defaults().with_header(true)).unwrap());
    }
}

#[test]
fn header_is_gated_before_anything_is_allocated() {
    let packed = encode(&[0; 100_000], &defaults().with_header(true)).unwrap();
    let codec = codec(&CodecId::Numcodecs("lz4"), &Config::new()).unwrap();
    let mut decoder = codec.decoder().unwrap();
    assert_eq!(decoder.decode(&packed, &Context::default()).unwrap(), [0; 100_000]);
    let mut limits = Limits::default();
    limits.output_bytes = 99_999;
    let error = decoder.decode(&packed, &Context::with_limits(limits)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { .. }), "{error:?}");
    let mut huge = packed;
    huge[..4].copy_from_slice(&[0xff; 4]);
    assert_eq!(decoder.decode(&huge, &Context::default()).unwrap_err().kind(), ErrorKind::Malformed);
}

#[test]
fn worker_survives_a_small_destination() {
    let src = picture(30_000);
    for options in [defaults(), high(2), high(9), high(12), high(9).with_header(true)] {
        let whole = encode(&src, &options).unwrap();
        let mut encoder = Lz4::new(options.clone(), DecodeOptions::default()).unwrap().encoder().unwrap();
        for room in [0, 3, 100, whole.len() - 1] {
            let error = encoder.encode_into(&src, &mut vec![0; room], &Context::default()).unwrap_err();
            let needed = encode_bound(src.len(), &options) as u64;
            assert_eq!(error.kind(), ErrorKind::OutputTooSmall { needed });
        }
        let mut dst = vec![0; whole.len()];
        assert_eq!(encode_into(&src, &mut dst, &options).unwrap(), whole.len());
        assert!(dst == whole && encoder.encode(&src, &Context::default()).unwrap() == whole);
        let mut back = vec![0xa5; src.len()];
        decode_exact(&whole, &mut back, &DecodeOptions::default().with_header(options.header)).unwrap();
        assert!(back == src);
    }
}
