//! Vectors made by hand from the description of the format.

use iio_codec::{AnyCodec, CodecId, Config, Context, ErrorKind, Limits, Progress, key};
use iio_lz4h5::{
    EncodeOptions, INFO, decode, decode_exact, decode_into, decoded_size, encode, encode_bound, encode_into,
};

/// Blocks of 20 bytes: a literal, a match of 13 and 6 literals; 20 bytes as they are; 3 bytes as they are.
pub(crate) const STREAM: [u8; 58] = *b"\0\0\0\0\0\0\0\x2b\0\0\0\x14\
    \0\0\0\x0b\x19a\x01\0\x60bcdef.\
    \0\0\0\x14ABCDEFGHIJKLMNOPQRST\0\0\0\x03xyz";
pub(crate) const CONTENT: &[u8; 43] = b"aaaaaaaaaaaaaabcdef.ABCDEFGHIJKLMNOPQRSTxyz";

fn refused(src: &[u8]) -> (ErrorKind, String) {
    let error = decode(src).unwrap_err();
    (error.kind(), error.to_string())
}

#[test]
fn packed_and_stored_blocks_decode() {
    assert_eq!(decoded_size(&STREAM).unwrap(), 43);
    assert_eq!(decode(&STREAM).unwrap(), CONTENT);
    let mut dst = [0xa5; 43];
    decode_exact(&STREAM, &mut dst).unwrap();
    assert_eq!(&dst, CONTENT);
}

#[test]
fn bytes_behind_the_last_block_are_left() {
    let src = [&STREAM[..], b"more"].concat();
    let progress = decode_into(&src, &mut [0; 43]).unwrap();
    assert_eq!(progress, Progress { consumed: 58, written: 43, complete: true });
}

#[test]
fn short_dst_is_filled() {
    for len in 0..50 {
        let mut dst = [0xa5; 50];
        let Progress { written, complete, .. } = decode_into(&STREAM, &mut dst[..len]).unwrap();
        assert_eq!((written, complete), (len.min(43), len >= 43));
        assert_eq!(dst[..written], CONTENT[..written]);
        assert!(dst[written..].iter().all(|&byte| byte == 0xa5));
    }
}

#[test]
fn header_that_cannot_be_is_refused() {
    let with = |at: usize, value: u8| {
        let mut src = STREAM;
        src[at] = value;
        refused(&src)
    };
    assert_eq!(
        with(11, 0),
        (ErrorKind::Malformed, "lz4h5: header declares 43 bytes in blocks of 0 (at byte 8)".into())
    );
    let message = "lz4h5: header declares 12884901891 blocks, 9 are the most in 58 bytes (at byte 58)".to_owned();
    let (kind, said) = with(3, 60);
    assert_eq!(kind, ErrorKind::Truncated);
    assert_eq!(said, message);
    assert_eq!(refused(&STREAM[..11]), (ErrorKind::Truncated, "lz4h5: header has 11 bytes of 12 (at byte 11)".into()));
    assert_eq!(decode(&[0; 12]).unwrap(), []);
}

#[test]
fn block_of_another_length_is_malformed() {
    let with = |at: usize, value: u8| {
        let mut src = STREAM;
        src[at] = value;
        refused(&src)
    };
    // A match of 12 and of 14 where 13 fit.
    assert_eq!(
        with(16, 0x18),
        (ErrorKind::Malformed, "lz4h5: block gives 19 bytes, 20 were declared (at byte 16)".into())
    );
    let message = "lz4h5: block gives more than 20 bytes, 20 were declared (at byte 16)";
    assert_eq!(with(16, 0x1a), (ErrorKind::Malformed, message.into()));
    let message = "lz4h5: match offset 2 is not in 1..=1, the bytes before it (at byte 18)";
    assert_eq!(with(18, 2), (ErrorKind::Malformed, message.into()));
    // 19 bytes are no stored block of 20, and no LZ4 block.
    assert_eq!(with(30, 19).0, ErrorKind::Malformed);
    let (kind, message) = with(54, 4);
    assert_eq!(
        (kind, &message[..]),
        (ErrorKind::Truncated, "lz4h5: stream ends within the block of byte 40 (at byte 58)")
    );
}

#[test]
fn block_that_does_not_shrink_is_stored() {
    let mut noise = vec![0; 1000];
    iio_testkit::Rng::new(1).fill(&mut noise);
    let options = EncodeOptions::default().with_block_size(Some(300)).unwrap();
    let packed = encode(&noise, &options).unwrap();
    assert_eq!(packed.len(), encode_bound(1000, &options));
    assert_eq!(packed[12..16], 300u32.to_be_bytes());
    assert!(packed[16..316] == noise[..300]);
    assert!(decode(&packed).unwrap() == noise);
    let mut dst = vec![0; packed.len()];
    assert_eq!(encode_into(&noise, &mut dst, &options).unwrap(), packed.len());
    let error = encode_into(&noise, &mut dst[1..], &options).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::OutputTooSmall { .. }), "{error}");
}

#[test]
fn block_size_and_acceleration_change_the_stream() {
    let src: Vec<u8> = (0..20_000u32).map(|i| (i * i / 7).to_le_bytes()[1] & 15).collect();
    let len = |options: &EncodeOptions| {
        let packed = encode(&src, options).unwrap();
        assert!(decode(&packed).unwrap() == src);
        (packed.len(), packed[8..12].to_vec())
    };
    let plain = len(&EncodeOptions::default());
    assert_eq!(plain.1, 20_000u32.to_be_bytes());
    let small = len(&EncodeOptions::default().with_block_size(Some(500)).unwrap());
    assert_eq!(small.1, 500u32.to_be_bytes());
    assert!(small.0 > plain.0 && len(&EncodeOptions::default().with_acceleration(1000).unwrap()).0 > plain.0);
    let error = EncodeOptions::default().with_block_size(Some(0)).unwrap_err();
    assert_eq!(error.to_string(), "lz4h5: block_size must be 1..=2113929216, got 0");
    let error = EncodeOptions::default().with_acceleration(0).unwrap_err();
    assert_eq!(error.to_string(), "lz4h5: acceleration must be 1..=65537, got 0");
}

#[test]
fn ids_read_their_keys() {
    let src: Vec<u8> = (0..255).cycle().take(20_000).collect();
    let made = |id: &CodecId<'_>, config: Config| {
        let AnyCodec::Bytes(codec) = INFO.create(id, &config).unwrap() else { panic!("no bytes") };
        codec.encoder().unwrap().encode(&src, &Context::default()).unwrap()
    };
    let blocks = encode(&src, &EncodeOptions::default().with_block_size(Some(512)).unwrap()).unwrap();
    let hdf5 = CodecId::Hdf5(32004);
    assert!(made(&hdf5, Config::new().set(key::CD_VALUES, vec![512i64])) == blocks);
    assert!(
        made(&hdf5, Config::new().set(key::CD_VALUES, vec![0i64])) == encode(&src, &EncodeOptions::default()).unwrap()
    );
    assert!(INFO.create(&hdf5, &Config::new().set(key::CD_VALUES, vec![-1i64])).is_err());
    for id in [CodecId::Numcodecs("imagecodecs_lz4h5"), CodecId::Zarr("imagecodecs_lz4h5")] {
        assert!(made(&id, Config::new().set("blocksize", 512)) == blocks);
        assert!(made(&id, Config::new().set("blocksize", 512).set(key::LEVEL, -4)) == blocks);
    }
}

#[test]
fn declared_size_is_gated() {
    let packed = encode(&[0; 100_000], &EncodeOptions::default()).unwrap();
    let AnyCodec::Bytes(codec) = INFO.create(&CodecId::Name("lz4h5"), &Config::new()).unwrap() else {
        panic!("no bytes")
    };
    let decode = |allowed| {
        let cx = Context::with_limits(Limits::default().with_output_bytes(allowed));
        codec.decoder().unwrap().decode(&packed, &cx)
    };
    assert!(decode(100_000).unwrap() == [0; 100_000]);
    assert!(matches!(decode(99_999).unwrap_err().kind(), ErrorKind::Limit { .. }));
}
