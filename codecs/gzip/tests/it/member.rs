//! Files of several members, padding, and sizes that lie (RFC 1952, 2.2 and 2.3.1).

use iio_codec::{BytesDecoder, Context, ErrorKind, Limits, SizeHint};
use iio_gzip::{DecodeOptions, Decoder, EncodeOptions, decode_exact, decode_into, encode};

use crate::format::{BODY, HEADER, TRAILER, abc, strict};

fn member(src: &[u8]) -> Vec<u8> {
    encode(src, &EncodeOptions::default()).unwrap()
}

#[test]
fn members_decode_one_after_the_other() {
    let parts = [b"abc".to_vec(), vec![], vec![7; 100_000], b"end".to_vec()];
    let file: Vec<u8> = parts.iter().flat_map(|part| member(part)).collect();
    let whole = parts.concat();
    assert!(strict(&file).unwrap() == whole);
    let mut dst = vec![0; whole.len() + 5];
    let progress = decode_into(&file, &mut dst, &DecodeOptions::default()).unwrap();
    assert_eq!((progress.consumed, progress.written, progress.complete), (file.len(), whole.len(), true));
    assert!(dst[..whole.len()] == whole);
    dst.truncate(whole.len());
    decode_exact(&file, &mut dst, &DecodeOptions::default()).unwrap();
    assert!(dst == whole);
}

#[test]
fn short_destination_ends_in_any_member() {
    let file = [abc(), member(b""), member(b"defgh")].concat();
    for len in 0..=8 {
        let mut dst = vec![0; len];
        let progress = decode_into(&file, &mut dst, &DecodeOptions::default()).unwrap();
        assert_eq!((progress.written, progress.complete), (len, len == 8));
        assert_eq!(dst, b"abcdefgh"[..len]);
    }
    let error = decode_exact(&file, &mut [0; 3], &DecodeOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutputTooSmall { needed: 4 });
    let error = decode_exact(&file, &mut [0; 9], &DecodeOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), format!("gzip: stream gives 8 bytes, 9 were expected (at byte {})", file.len()));
}

#[test]
fn fault_in_a_later_member_has_the_offset_of_the_file() {
    let start = abc().len();
    let error = |tail: &[u8]| strict(&[&abc(), tail].concat()).unwrap_err();
    let mut broken = abc();
    broken[2] = 9;
    assert_eq!(error(&broken).offset(), Some(start as u64 + 2));
    broken[2] = 8;
    broken[13] = 9;
    let text = "LEN and NLEN of a stored block are not complements, after 0 bytes of output";
    assert_eq!((error(&broken).message(), error(&broken).offset()), (text, Some(start as u64 + 15)));
    let cut = error(&abc()[..20]);
    assert_eq!((cut.kind(), cut.offset()), (ErrorKind::Truncated, Some(start as u64 + 20)));
}

#[test]
fn zeros_after_a_member_are_padding() {
    let (mut dst, options) = ([0; 6], DecodeOptions::default());
    let padded = [&abc()[..], &[0; 500]].concat();
    let progress = decode_into(&padded, &mut dst, &options).unwrap();
    assert_eq!((progress.consumed, progress.written, progress.complete), (padded.len(), 3, true));
    let more = [&padded[..], &abc()].concat();
    assert_eq!(decode_into(&more, &mut dst, &options).unwrap().consumed, more.len());
    assert_eq!(&dst, b"abcabc");
    assert_eq!(strict(&more).unwrap(), b"abcabc");
}

#[test]
fn other_bytes_after_a_member_are_left_alone() {
    for tail in [&b"more"[..], b"\0\0more", b"\x1f", b"\x1f\x9d"] {
        let file = [&abc()[..], tail].concat();
        assert_eq!(decode_into(&file, &mut [0; 9], &DecodeOptions::default()).unwrap().consumed, abc().len());
        assert_eq!(strict(&file).unwrap(), b"abc");
    }
}

#[test]
fn size_of_the_last_member_is_a_hint_only() {
    let src = vec![3; 300_000];
    let stream = member(&src);
    assert_eq!(Decoder::new(&DecodeOptions::default()).decoded_size(&stream).unwrap(), SizeHint::Unknown);
    // What follows the file is read as ISIZE: small, plausible, and beyond the limit.
    for lie in [[0; 4], [1, 0, 0, 0], [0, 16, 0, 0], [0, 0, 4, 0], [0, 0, 8, 0], [255; 4]] {
        let file = [&stream[..], b"x", &lie].concat();
        let cx = Context::with_limits(Limits::default().with_output_bytes(300_000));
        let decoded = Decoder::new(&DecodeOptions::default()).decode(&file, &cx).unwrap();
        assert!(decoded == src, "{lie:?}");
        assert!(decoded.capacity() < 310_000, "{lie:?}: {}", decoded.capacity());
        let cx = Context::with_limits(Limits::default().with_output_bytes(299_999));
        let error = Decoder::new(&DecodeOptions::default()).decode(&file, &cx).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Limit { which: "output_bytes", .. }), "{lie:?}: {error}");
    }
}

#[test]
fn limit_counts_all_members() {
    let file = abc().repeat(10);
    let decode = |limit| {
        let cx = Context::with_limits(Limits::default().with_output_bytes(limit));
        Decoder::new(&DecodeOptions::default()).decode(&file, &cx)
    };
    assert_eq!(decode(30).unwrap(), b"abc".repeat(10));
    for limit in [0, 1, 3, 29] {
        assert!(matches!(decode(limit).unwrap_err().kind(), ErrorKind::Limit { which: "output_bytes", .. }));
    }
}

#[test]
fn truncated_file_of_members_never_decodes_in_full() {
    let file = [&HEADER[..], &BODY, &TRAILER].concat().repeat(3);
    for len in 0..file.len() {
        if let Ok(decoded) = strict(&file[..len]) {
            // Whole members, and what cannot be told from bytes that follow the file.
            assert!(len % 26 < 2 && decoded.len() == len / 26 * 3, "{len} bytes");
        }
        assert!(decode_exact(&file[..len], &mut [0; 9], &DecodeOptions::default()).is_err());
    }
}
