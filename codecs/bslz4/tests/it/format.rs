//! Vectors made by hand from the description of the format.

use iio_bslz4::{
    Compression, INFO, LEVELS, Options, decode, decode_exact, decode_into, decoded_size, encode, encode_bound,
    encode_into,
};
use iio_codec::{AnyCodec, CodecId, Config, Context, ErrorKind, Limits, Progress, key};

/// Blocks of 16 samples. The first one is 16 literals; of the second one, two bytes of a plane are 255 and 14 bytes 0, of
/// which a match makes 8. Then a rest of two.
pub(crate) const STREAM: [u8; 52] = *b"\0\0\0\0\0\0\0\x22\0\0\0\x10\
    \0\0\0\x12\xf0\x01\xaa\xaa\xcc\xcc\xf0\xf0\0\xff\0\0\0\0\0\0\0\0\
    \0\0\0\x0c\x34\xff\xff\0\x01\0\x50\0\0\0\0\0bc";
pub(crate) const CONTENT: [u8; 34] = *b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\
    \x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01bc";
/// The first block as a frame of one raw block, and no rest.
const ZSTD: [u8; 41] = *b"\0\0\0\0\0\0\0\x10\0\0\0\x10\
    \0\0\0\x19\x28\xb5\x2f\xfd\x20\x10\x81\0\0\xaa\xaa\xcc\xcc\xf0\xf0\0\xff\0\0\0\0\0\0\0\0";

fn options(item_size: usize, block_size: usize, compression: Compression) -> Options {
    let options = Options::default().with_item_size(item_size).unwrap();
    options.with_block_size(block_size).unwrap().with_compression(compression)
}

fn refused(src: &[u8], options: &Options) -> (ErrorKind, String) {
    let error = decode(src, options).unwrap_err();
    (error.kind(), error.to_string())
}

/// Samples that compress: in eight bytes, one is noise.
fn samples(n_bytes: usize) -> Vec<u8> {
    let mut bytes = vec![0; n_bytes];
    iio_testkit::Rng::new(5).fill(&mut bytes);
    let calm = bytes.iter_mut().enumerate().filter(|(i, _)| i % 8 > 0);
    calm.for_each(|(i, byte)| *byte = (i / 512).to_le_bytes()[0] % 7);
    bytes
}

fn codec(id: &CodecId<'_>, config: &Config) -> std::sync::Arc<dyn iio_codec::BytesCodec> {
    let AnyCodec::Bytes(codec) = INFO.create(id, config).unwrap() else { panic!("no bytes") };
    codec
}

#[test]
fn blocks_and_rest_decode() {
    let lz4 = Options::default();
    assert_eq!(decoded_size(&STREAM, &lz4).unwrap(), 34);
    assert_eq!(decode(&STREAM, &lz4).unwrap(), CONTENT);
    let mut dst = [0xa5; 34];
    decode_exact(&STREAM, &mut dst, &lz4).unwrap();
    assert_eq!(dst, CONTENT);
    let zstd = lz4.with_compression(Compression::Zstd);
    assert_eq!(decode(&ZSTD, &zstd).unwrap(), CONTENT[..16]);
}

#[test]
fn without_compression_there_are_only_planes_and_rest() {
    let none = options(1, 16, Compression::None);
    let planes = [&STREAM[18..34], &[0xff; 2], &[0; 14], b"bc"].concat();
    assert_eq!(encode(&CONTENT, &none).unwrap(), planes);
    assert_eq!(decode(&planes, &none).unwrap(), CONTENT);
    // Other blocks are other planes.
    assert_ne!(decode(&planes, &options(1, 0, Compression::None)).unwrap(), CONTENT);
}

#[test]
fn short_dst_is_filled() {
    for len in 0..50 {
        let mut dst = [0xa5; 50];
        let Progress { written, complete, .. } = decode_into(&STREAM, &mut dst[..len], &Options::default()).unwrap();
        assert_eq!((written, complete), (len.min(34), len >= 34));
        assert_eq!(dst[..written], CONTENT[..written]);
        assert!(dst[written..].iter().all(|&byte| byte == 0xa5));
    }
}

#[test]
fn bytes_behind_the_end_are_left() {
    let src = [&STREAM[..], b"more"].concat();
    let progress = decode_into(&src, &mut [0; 40], &Options::default()).unwrap();
    assert_eq!(progress, Progress { consumed: 52, written: 34, complete: true });
}

#[test]
fn header_that_cannot_be_is_refused() {
    let with = |at: usize, value: u8, options: &Options| {
        let mut src = STREAM;
        src[at] = value;
        refused(&src, options)
    };
    let lz4 = Options::default();
    let message = "bslz4: header declares blocks of 20 bytes, no multiple of 8 samples of 1 bytes (at byte 8)";
    assert_eq!(with(11, 20, &lz4), (ErrorKind::Malformed, message.into()));
    let message = "bslz4: header declares blocks of 16 bytes, no multiple of 8 samples of 4 bytes (at byte 8)";
    assert_eq!(with(11, 16, &options(4, 0, Compression::Lz4)), (ErrorKind::Malformed, message.into()));
    let message = "bslz4: header declares 4294967298 blocks, 8 are the most in 52 bytes (at byte 52)";
    assert_eq!(with(3, 16, &lz4), (ErrorKind::Truncated, message.into()));
    let message = "bslz4: header has 11 bytes of 12 (at byte 11)";
    assert_eq!(refused(&STREAM[..11], &lz4), (ErrorKind::Truncated, message.into()));
    assert_eq!(decode(&[0; 12], &lz4).unwrap(), []);
}

#[test]
fn block_size_of_0_is_the_default() {
    let plain = samples(20_000);
    let lz4 = options(2, 0, Compression::Lz4);
    let mut packed = encode(&plain, &lz4).unwrap();
    assert_eq!(packed[8..12], 8192u32.to_be_bytes());
    packed[8..12].fill(0);
    assert!(decode(&packed, &lz4).unwrap() == plain);
    // 128 samples at least.
    assert_eq!(encode(&plain, &options(1000, 0, Compression::Lz4)).unwrap()[8..12], 128_000u32.to_be_bytes());
    assert_eq!(encode(&plain, &options(3, 0, Compression::Lz4)).unwrap()[8..12], 8184u32.to_be_bytes());
}

#[test]
fn block_of_another_length_is_malformed() {
    let with = |at: usize, value: u8| {
        let mut src = STREAM;
        src[at] = value;
        refused(&src, &Options::default())
    };
    let message = "bslz4: block gives 15 bytes, 16 were declared (at byte 38)";
    assert_eq!(with(38, 0x33), (ErrorKind::Malformed, message.into()));
    let message = "bslz4: block gives more than 16 bytes, 16 were declared (at byte 38)";
    assert_eq!(with(38, 0x35), (ErrorKind::Malformed, message.into()));
    let message = "bslz4: match offset 4 is not in 1..=3, the bytes before it (at byte 42)";
    assert_eq!(with(42, 4), (ErrorKind::Malformed, message.into()));
    let (kind, message) = with(37, 15);
    assert_eq!(
        (kind, &message[..]),
        (ErrorKind::Truncated, "bslz4: stream ends within the block of byte 16 (at byte 52)")
    );
    let mut src = ZSTD;
    src[21] = 0x0f;
    assert_eq!(refused(&src, &Options::default().with_compression(Compression::Zstd)).0, ErrorKind::Malformed);
}

#[test]
fn options_change_the_stream() {
    let plain = samples(40_003);
    let len = |options: &Options| {
        let packed = encode(&plain, options).unwrap();
        assert!(packed.len() <= encode_bound(plain.len(), options));
        assert!(decode(&packed, options).unwrap() == plain, "{options:?}");
        packed
    };
    let lz4 = options(8, 0, Compression::Lz4);
    let base = len(&lz4);
    // Noise in one byte of eight: samples of 8 bytes part it from the rest.
    assert!(base.len() * 2 < len(&options(1, 0, Compression::Lz4)).len(), "item_size");
    assert!(base.len() < len(&options(8, 64, Compression::Lz4)).len(), "block_size");
    let zstd = options(8, 0, Compression::Zstd);
    assert!(len(&zstd).len() < base.len(), "compression");
    assert_ne!(len(&zstd.clone().with_level(-50).unwrap()), len(&zstd.with_level(19).unwrap()), "level");
    assert_eq!(len(&options(8, 0, Compression::None)).len(), plain.len());
}

#[test]
fn options_out_of_range_are_refused() {
    let said = |result: iio_codec::Result<Options>| result.unwrap_err().to_string();
    let base = Options::default;
    assert_eq!(said(base().with_item_size(0)), "bslz4: item_size must be 1..=2147483647, got 0");
    assert_eq!(said(base().with_block_size(12)), "bslz4: block_size must be a multiple of 8, got 12");
    assert_eq!(said(base().with_level(23)), "bslz4: level must be -131072..=22, got 23");
    assert_eq!(
        said(base().with_item_size(1 << 30)),
        "bslz4: block of 128 samples of 1073741824 bytes exceeds 4294967295 bytes"
    );
    assert_eq!(LEVELS, -131_072..=22);
}

#[test]
fn small_dst_is_too_small() {
    let plain = samples(5000);
    for options in [options(2, 0, Compression::None), options(2, 0, Compression::Lz4), options(2, 0, Compression::Zstd)]
    {
        let packed = encode(&plain, &options).unwrap();
        let mut dst = vec![0; packed.len() - 1];
        for len in [0, 11, 14, packed.len() - 1] {
            let error = encode_into(&plain, &mut dst[..len], &options).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::OutputTooSmall { .. }), "{error}");
        }
    }
}

#[test]
fn parameters_of_hdf5_are_sample_block_and_compression() {
    let plain = samples(9000);
    let hdf5 = CodecId::Hdf5(32008);
    let made = |values: Vec<i64>| {
        let codec = codec(&hdf5, &Config::new().set(key::CD_VALUES, values));
        codec.encoder().unwrap().encode(&plain, &Context::default()).unwrap()
    };
    let is =
        |values: Vec<i64>, options: &Options| assert!(made(values) == encode(&plain, options).unwrap(), "{options:?}");
    is(vec![], &options(1, 0, Compression::None));
    is(vec![0, 5, 2], &options(2, 0, Compression::None));
    is(vec![0, 5, 2, 64, 0], &options(2, 64, Compression::None));
    is(vec![0, 5, 4, 0, 2], &options(4, 0, Compression::Lz4));
    is(vec![0, 5, 4, 0, 3, 19], &options(4, 0, Compression::Zstd).with_level(19).unwrap());
    is(vec![0, 5, 4, 0, 3, 0xffff_ffce], &options(4, 0, Compression::Zstd).with_level(-50).unwrap());
    is(vec![0, 5, 4, 0, 3, 99], &options(4, 0, Compression::Zstd).with_level(22).unwrap());
    let error = |values: Vec<i64>| INFO.create(&hdf5, &Config::new().set(key::CD_VALUES, values)).unwrap_err();
    assert_eq!(error(vec![0, 5, 2, 12]).kind(), ErrorKind::InvalidArgument);
    assert_eq!(error(vec![0, 5, -2]).kind(), ErrorKind::InvalidArgument);
    let unknown = error(vec![0, 5, 2, 0, 7]);
    assert_eq!(unknown.kind(), ErrorKind::Unsupported);
    assert_eq!(unknown.to_string(), "bslz4: blocks compressed by an unknown method (cd_values[4] is 7)");
}

#[test]
fn names_read_their_keys() {
    let plain = samples(9000);
    let config = Config::new().set("item_size", 4).set("block_size", 64).set("compression", "zstd").set("level", 7);
    let codec = codec(&CodecId::Name("bslz4"), &config);
    let packed = codec.encoder().unwrap().encode(&plain, &Context::default()).unwrap();
    assert!(packed == encode(&plain, &options(4, 64, Compression::Zstd).with_level(7).unwrap()).unwrap());
    assert!(codec.decoder().unwrap().decode(&packed, &Context::default()).unwrap() == plain);
}

#[test]
fn highest_ratio_is_that_of_zstandard() {
    assert_eq!(INFO.max_ratio, iio_zstd::INFO.max_ratio);
}

#[test]
fn declared_size_and_scratch_are_gated() {
    let options = options(2, 40_000, Compression::Lz4);
    let packed = encode(&[0; 160_000], &options).unwrap();
    let config = Config::new().set("item_size", 2);
    let decode = |limits| {
        let decoder = codec(&CodecId::Name("bslz4"), &config).decoder();
        decoder.unwrap().decode(&packed, &Context::with_limits(limits))
    };
    assert!(decode(Limits::default().with_output_bytes(160_000)).unwrap() == [0; 160_000]);
    assert!(matches!(
        decode(Limits::default().with_output_bytes(159_999)).unwrap_err().kind(),
        ErrorKind::Limit { .. }
    ));
    assert!(matches!(
        decode(Limits::default().with_working_bytes(79_999)).unwrap_err().kind(),
        ErrorKind::Limit { .. }
    ));
}
