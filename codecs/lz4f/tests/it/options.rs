//! Each option has an effect that shows in the bytes.

use iio_codec::{AnyCodec, CodecId, Config, Context, ErrorKind, Limits, SizeHint, key};
use iio_lz4f::{BlockSize, EncodeOptions, INFO, decode, decoded_size, encode, encode_bound, encode_into};

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

/// FLG, BD and the frame, which was decoded.
fn packed(src: &[u8], options: &EncodeOptions) -> (u8, u8, Vec<u8>) {
    let packed = encode(src, options).unwrap();
    assert!(decode(&packed).unwrap() == src);
    (packed[4], packed[5], packed)
}

#[test]
fn flags_of_the_header_are_the_options() {
    let src = picture(300_000);
    let (flags, size, plain) = packed(&src, &defaults());
    assert_eq!((flags, size), (0x48, 0x40));
    assert_eq!(plain[6..14], 300_000u64.to_le_bytes());
    assert_eq!(packed(&src, &defaults().with_content_checksum(true)).0, 0x4c);
    assert_eq!(packed(&src, &defaults().with_block_checksum(true)).0, 0x58);
    assert_eq!(packed(&src, &defaults().with_block_independent(true)).0, 0x68);
    let (flags, _, unknown) = packed(&src, &defaults().with_content_size(false));
    assert_eq!((flags, unknown.len()), (0x40, plain.len() - 8));
    assert_eq!(decoded_size(&plain).unwrap(), SizeHint::Exact(300_000));
    assert!(matches!(decoded_size(&unknown).unwrap(), SizeHint::AtMost(327_680)));
}

/// What repeats at a distance of 40000 bytes is within reach of linked blocks only, at the start of a block.
#[test]
fn linked_blocks_are_smaller() {
    let mut rng = iio_testkit::Rng::new(1);
    let mut noise = vec![0; 40_000];
    rng.fill(&mut noise);
    let src = noise.repeat(10);
    let len = |independent| packed(&src, &defaults().with_block_independent(independent)).2.len();
    assert!(len(false) < 50_000 && len(true) > 200_000, "{} {}", len(false), len(true));
}

#[test]
fn block_size_is_that_of_the_option() {
    let src = picture(5 << 20);
    let all = [BlockSize::Max64KiB, BlockSize::Max256KiB, BlockSize::Max1MiB, BlockSize::Max4MiB];
    for (size, bd) in all.into_iter().zip([0x40, 0x50, 0x60, 0x70]) {
        assert_eq!(packed(&src, &defaults().with_block_size(size)).1, bd);
    }
    // A smaller one that holds everything is taken.
    assert_eq!(packed(&src[..70_000], &defaults().with_block_size(BlockSize::Max4MiB)).1, 0x50);
    assert_eq!(BlockSize::Max1MiB.n_bytes(), 1 << 20);
}

#[test]
fn levels_trade_time_for_size() {
    let src = picture(200_000);
    let len = |level| packed(&src, &defaults().with_level(level).unwrap()).2.len();
    assert!(len(-60) > len(0) && len(0) > len(3) && len(3) > len(12));
    let error = defaults().with_level(13).unwrap_err();
    assert_eq!(error.to_string(), "lz4f: level must be -65536..=12, got 13");
}

#[test]
fn ids_of_imagecodecs_read_its_keys() {
    let src = picture(200_000);
    for id in [CodecId::Numcodecs("imagecodecs_lz4f"), CodecId::Zarr("imagecodecs_lz4f")] {
        let made = |config: Config| {
            let AnyCodec::Bytes(codec) = INFO.create(&id, &config).unwrap() else { panic!("no bytes") };
            codec.encoder().unwrap().encode(&src, &Context::default()).unwrap()
        };
        assert!(made(Config::new()) == encode(&src, &defaults()).unwrap());
        assert!(made(Config::new().set(key::LEVEL, 99)) == encode(&src, &defaults().with_level(12).unwrap()).unwrap());
        assert!(made(Config::new().set(key::LEVEL, -9)) == encode(&src, &defaults().with_level(-1).unwrap()).unwrap());
        let config = Config::new().set("blocksizeid", 5).set("contentchecksum", true).set("blockchecksum", true);
        let options = defaults().with_block_size(BlockSize::Max256KiB).with_content_checksum(true);
        let options = options.with_block_checksum(true).with_content_size(false);
        assert!(made(config.set("contentsize", false)) == encode(&src, &options).unwrap());
    }
    let error = INFO.create(&CodecId::Name("lz4f"), &Config::new().set("block_size", "3m")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn small_destinations_take_what_fits() {
    let src = picture(90_000);
    let whole = encode(&src, &defaults()).unwrap();
    assert!(whole.len() < encode_bound(src.len(), &defaults()));
    let mut dst = vec![0; whole.len()];
    assert_eq!(encode_into(&src, &mut dst, &defaults()).unwrap(), whole.len());
    assert!(dst == whole);
    let error = encode_into(&src, &mut dst[1..], &defaults()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutputTooSmall { needed: whole.len() as u64 });
}

#[test]
fn declared_size_is_gated() {
    let packed = encode(&[0; 100_000], &defaults()).unwrap();
    let AnyCodec::Bytes(codec) = INFO.create(&CodecId::Name("lz4f"), &Config::new()).unwrap() else {
        panic!("no bytes")
    };
    let decode = |allowed| {
        let cx = Context::with_limits(Limits::default().with_output_bytes(allowed));
        codec.decoder().unwrap().decode(&packed, &cx)
    };
    assert!(decode(100_000).unwrap() == [0; 100_000]);
    assert!(matches!(decode(99_999).unwrap_err().kind(), ErrorKind::Limit { .. }));
}
