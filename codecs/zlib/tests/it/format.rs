//! Vectors from RFC 1950, byte by byte.

use iio_codec::{BytesDecoder, Check, Context, ErrorKind};
use iio_zlib::{
    DecodeOptions, Decoder, EncodeOptions, check, decode, decode_exact, decode_into, encode, encode_bound, encode_into,
};

/// 2.2: CMF 78, FLG 01, a stored block `abc`, and its Adler-32: a = 1 + 97 + 98 + 99 = 295 and b = 98 + 196 + 295 = 589.
const STREAM: [u8; 14] = [0x78, 0x01, 0x01, 0x03, 0x00, 0xfc, 0xff, b'a', b'b', b'c', 0x02, 0x4d, 0x01, 0x27];

fn strict(src: &[u8]) -> iio_codec::Result<Vec<u8>> {
    decode(src, &DecodeOptions::default())
}

fn lenient() -> DecodeOptions {
    DecodeOptions::default().with_ignore_checksum(true)
}

#[test]
fn stream_of_the_specification_decodes() {
    assert_eq!(strict(&STREAM).unwrap(), b"abc");
    assert_eq!(encode(b"abc", &EncodeOptions::default().with_level(0)).unwrap(), STREAM);
}

#[test]
fn header_is_checked_field_by_field() {
    let error = |cmf, flg| {
        let mut stream = STREAM;
        (stream[0], stream[1]) = (cmf, flg);
        let error = strict(&stream).unwrap_err();
        assert_eq!(Decoder::new(&lenient()).decoded_size(&stream).unwrap_err().to_string(), error.to_string());
        (error.kind(), error.to_string())
    };
    let malformed = |text: &str| (ErrorKind::Malformed, text.to_owned());
    let unsupported = |text: &str| (ErrorKind::Unsupported, text.to_owned());
    assert_eq!(error(0x78, 0x02), malformed("zlib: header 0x7802 is no multiple of 31 (at byte 0)"));
    assert_eq!(error(0x77, 0x09), unsupported("zlib: compression method 7 is not deflate (8) (at byte 0)"));
    assert_eq!(error(0x88, 0x1c), malformed("zlib: window of 65536 bytes exceeds 32768 (at byte 0)"));
    let text = "zlib: stream needs the preset dictionary with adler32 0x010300fc (at byte 1)";
    assert_eq!(error(0x78, 0x20), unsupported(text));
}

#[test]
fn every_window_size_decodes() {
    for cinfo in 0..=7u8 {
        let cmf = cinfo << 4 | 8;
        let mut stream = STREAM;
        stream[0] = cmf;
        stream[1] = (31 - (u16::from(cmf) << 8) % 31) as u8;
        assert_eq!(strict(&stream).unwrap(), b"abc", "cinfo {cinfo}");
        assert_eq!(check(&stream), if cinfo == 7 { Check::Yes } else { Check::Unknown });
    }
}

#[test]
fn check_asks_for_header_and_first_block() {
    assert_eq!(check(&STREAM), Check::Yes);
    assert_eq!(check(&[]), Check::Unknown);
    assert_eq!(check(&[0x78]), Check::Unknown);
    assert_eq!(check(&[0x79]), Check::No);
    assert_eq!(check(&STREAM[..2]), Check::Unknown);
    assert_eq!(check(&[0x78, 0x02, 0x03]), Check::No);
    // Block type 3.
    assert_eq!(check(&[0x78, 0x9c, 0x07]), Check::No);
    // With a dictionary, the block follows its identifier.
    assert_eq!(check(&[0x78, 0x20, 7, 7, 7, 7, 0x03]), Check::Yes);
}

#[test]
fn wrong_checksum_is_named_with_both_values() {
    let mut stream = STREAM;
    stream[13] = 0x28;
    let error = strict(&stream).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    let text = "zlib: adler32 of the output is 0x024d0127, the stream says 0x024d0128 (at byte 10)";
    assert_eq!(error.to_string(), text);
    let mut dst = [0; 3];
    for result in [decode_exact(&stream, &mut dst, &DecodeOptions::default()), strict(&stream).map(|_| ())] {
        assert_eq!(result.unwrap_err().to_string(), text);
    }
    assert_eq!(decode(&stream, &lenient()).unwrap(), b"abc");
    decode_exact(&stream, &mut dst, &lenient()).unwrap();
    assert_eq!(decode_into(&stream, &mut dst, &lenient()).unwrap().consumed, 14);
}

#[test]
fn cut_checksum_is_truncated_unless_ignored() {
    for len in 10..14 {
        let stream = &STREAM[..len];
        let error = strict(stream).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated);
        assert_eq!(error.to_string(), format!("zlib: adler32 needs 4 bytes, got {} (at byte {len})", len - 10));
        let mut dst = [0; 4];
        let error = decode_into(stream, &mut dst, &DecodeOptions::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated);
        let progress = decode_into(stream, &mut dst[..3], &DecodeOptions::default()).unwrap();
        assert_eq!((progress.written, progress.complete), (3, false));
        let error = decode_exact(stream, &mut dst[..3], &DecodeOptions::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated);
        assert_eq!(decode(stream, &lenient()).unwrap(), b"abc");
        assert!(decode_into(stream, &mut dst, &lenient()).unwrap().complete);
    }
}

#[test]
fn ignoring_the_checksum_excuses_nothing_else() {
    assert_eq!(decode(&STREAM[..9], &lenient()).unwrap_err().kind(), ErrorKind::Truncated);
    let mut stream = STREAM;
    stream[5] = 0;
    let text = "zlib: LEN and NLEN of a stored block are not complements, after 0 bytes of output (at byte 7)";
    assert_eq!(decode(&stream, &lenient()).unwrap_err().to_string(), text);
}

#[test]
fn bytes_after_the_stream_are_left_alone() {
    let stream = [&STREAM[..], b"more"].concat();
    let progress = decode_into(&stream, &mut [0; 9], &DecodeOptions::default()).unwrap();
    assert_eq!((progress.consumed, progress.written, progress.complete), (14, 3, true));
    assert_eq!(strict(&stream).unwrap(), b"abc");
}

#[test]
fn short_destination_is_filled_whatever_the_checksum() {
    let src: Vec<u8> = (0..9000u32).map(|i| (i / 7) as u8).collect();
    let mut stream = encode(&src, &EncodeOptions::default()).unwrap();
    if let Some(last) = stream.last_mut() {
        *last ^= 1;
    }
    let mut dst = vec![0; 8000];
    let progress = decode_into(&stream, &mut dst, &DecodeOptions::default()).unwrap();
    assert_eq!((progress.written, progress.complete), (8000, false));
    assert!(dst == src[..8000]);
    let error = decode_exact(&stream, &mut dst, &DecodeOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutputTooSmall { needed: 8001 });
}

#[test]
fn level_trades_size_and_stands_in_the_header() {
    let src: Vec<u8> = (0..40_000u32).map(|i| (i * i / 97 % 23) as u8).collect();
    let stream = |level| encode(&src, &EncodeOptions::default().with_level(level)).unwrap();
    assert!(stream(12).len() < stream(6).len() && stream(6).len() < stream(1).len());
    for (level, flg) in [(0, 0x01), (1, 0x01), (2, 0x5e), (5, 0x5e), (6, 0x9c), (7, 0x9c), (8, 0xda), (12, 0xda)] {
        assert_eq!(stream(level)[..2], [0x78, flg], "level {level}");
        assert!(strict(&stream(level)).unwrap() == src);
    }
    let error = encode(&src, &EncodeOptions::default().with_level(13)).unwrap_err();
    assert_eq!(error.to_string(), "zlib: level must be 0..=12, got 13");
}

#[test]
fn stream_fits_a_destination_of_its_own_length_and_no_less() {
    let src = b"abcabcabcabc".repeat(99);
    let options = EncodeOptions::default();
    let stream = encode(&src, &options).unwrap();
    assert!(stream.len() <= encode_bound(src.len()));
    let mut dst = vec![0; stream.len()];
    assert_eq!(encode_into(&src, &mut dst, &options).unwrap(), stream.len());
    assert_eq!(dst, stream);
    for len in 0..stream.len() {
        let error = encode_into(&src, &mut dst[..len], &options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutputTooSmall { needed: encode_bound(src.len()) as u64 });
    }
}

#[test]
fn worker_decodes_after_errors() {
    let (mut decoder, cx, mut dst) = (Decoder::new(&DecodeOptions::default()), Context::default(), [0; 3]);
    for len in 0..STREAM.len() {
        assert!(decoder.decode_exact(&STREAM[..len], &mut dst, &cx).is_err());
        decoder.decode_exact(&STREAM, &mut dst, &cx).unwrap();
        assert_eq!(&dst, b"abc");
    }
}
