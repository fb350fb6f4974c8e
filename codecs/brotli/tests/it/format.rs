//! Vectors from RFC 7932, bit by bit.

use iio_brotli::{Brotli, check, decode, decode_exact, decode_into};
use iio_codec::{BytesCodec, Check, Context, ErrorKind, Limits, SizeHint};

/// Window 2^16 (bit 0), not last (0), 4 nibbles (00), MLEN - 1 = 2, stored (1), padding; `abc`; last (1) and empty (1).
pub(crate) const ABC: [u8; 7] = [0x20, 0x00, 0x10, b'a', b'b', b'c', 0x03];

fn kind(src: &[u8]) -> ErrorKind {
    decode(src).unwrap_err().kind()
}

#[test]
fn stored_block_decodes() {
    assert_eq!(decode(&ABC).unwrap(), b"abc");
    let mut dst = [0; 3];
    decode_exact(&ABC, &mut dst).unwrap();
    assert_eq!(&dst, b"abc");
    assert_eq!(Brotli::default().decoder().unwrap().decoded_size(&ABC).unwrap(), SizeHint::Unknown);
}

#[test]
fn empty_streams_give_nothing_at_every_window_size() {
    // Section 9.1: WBITS 16 in 1 bit, 18 to 24 in 4, 10 to 15 and 17 in 7; then the last and empty bits.
    let short = [0x3, 0x5, 0x7, 0x9, 0xb, 0xd, 0xf].map(|wbits| vec![wbits | 0x30]);
    let long = [0x21, 0x31, 0x41, 0x51, 0x61, 0x71, 0x01].map(|wbits| vec![wbits | 0x80, 0x01]);
    for stream in [vec![0x06]].iter().chain(&short).chain(&long) {
        assert_eq!(decode(stream).unwrap(), b"", "{stream:02x?}");
        let progress = decode_into(stream, &mut []).unwrap();
        assert_eq!((progress.consumed, progress.complete), (stream.len(), true), "{stream:02x?}");
    }
}

#[test]
fn no_bytes_are_truncated() {
    assert_eq!(kind(&[]), ErrorKind::Truncated);
    assert_eq!(decode_into(&[], &mut []).unwrap_err().kind(), ErrorKind::Truncated);
}

#[test]
fn large_windows_are_unsupported_and_no_window_is_malformed() {
    let error = decode(&[0x11, 0x1e, 0x03]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.message().contains("large window"), "{error}");
    let error = decode(&[0x91, 0x00]).unwrap_err();
    assert_eq!(error.to_string(), "brotli: first byte 0x91 gives no window size (at byte 0)");
    assert_eq!(error.kind(), ErrorKind::Malformed);
}

#[test]
fn short_dst_is_filled_and_not_complete() {
    let mut dst = [0; 2];
    let progress = decode_into(&ABC, &mut dst).unwrap();
    assert_eq!((&dst, progress.written, progress.complete), (b"ab", 2, false));
    let error = decode_exact(&ABC, &mut dst).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::OutputTooSmall { .. }), "{error}");
    assert_eq!(decode_into(&ABC, &mut []).unwrap().written, 0);
}

#[test]
fn stream_without_its_end_is_truncated_where_it_ends() {
    for len in 1..ABC.len() {
        let error = decode(&ABC[..len]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated);
        assert_eq!(error.offset(), Some(len as u64), "{error}");
    }
    let error = decode_into(&ABC[..6], &mut [0; 4]).unwrap_err();
    assert_eq!(error.to_string(), "brotli: stream ends without its last block (at byte 6)");
    // As much as there is fills a short destination.
    let progress = decode_into(&ABC[..6], &mut [0; 3]).unwrap();
    assert_eq!((progress.written, progress.complete), (3, false));
}

#[test]
fn bytes_after_the_end_are_passed_over() {
    let padded = [&ABC[..], &[0xff; 8]].concat();
    assert_eq!(decode(&padded).unwrap(), b"abc");
    let progress = decode_into(&padded, &mut [0; 9]).unwrap();
    assert_eq!((progress.consumed, progress.written, progress.complete), (7, 3, true));
}

#[test]
fn broken_rules_are_malformed_by_name() {
    // Bits of padding before stored bytes and after the last block must be zero.
    let mut padding = ABC;
    padding[2] |= 0x80;
    let error = decode(&padding).unwrap_err();
    assert_eq!(error.to_string(), "brotli: stream is corrupt: bits before stored bytes are not zero (at byte 2)");
    let error = decode(&[0x86]).unwrap_err();
    assert_eq!(error.to_string(), "brotli: stream is corrupt: bits after the last meta-block are not zero (at byte 0)");
    assert_eq!(kind(&[0x86]), ErrorKind::Malformed);
    // Five nibbles of length, the highest of which is zero (Section 9.2).
    let error = decode(&[0x24, 0x00, 0x00, 0x01, 0, 0]).unwrap_err();
    assert_eq!(error.message(), "stream is corrupt: length of a meta-block has 5 nibbles, the last of which is 0");
}

#[test]
fn metadata_is_passed_over() {
    // Window 2^16, not last, 11: no nibbles, reserved 0, one byte of length: 2 - 1; padding; 2 bytes; empty last.
    let skip = [0xac, 0x00, 0xaa, 0xbb, 0x03];
    assert_eq!(decode(&skip).unwrap(), b"");
}

#[test]
fn codes_count_as_working_memory_and_the_window_does_not() {
    let src: Vec<u8> = (0..6_000_000u32).flat_map(|i| i.wrapping_mul(i).to_le_bytes()).collect();
    let options = iio_brotli::EncodeOptions::default().with_level(1).unwrap().with_lgwin(24).unwrap();
    let stream = iio_brotli::encode(&src, &options).unwrap();
    let mut decoder = Brotli::default().decoder().unwrap();
    let mut decode = |bytes| {
        let cx = Context::with_limits(Limits::default().with_working_bytes(bytes));
        decoder.decode(&stream, &cx)
    };
    assert!(decode(8 << 20).unwrap() == src);
    let error = decode(2 << 20).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "working_bytes", .. }), "{error}");
}

#[test]
fn output_beyond_the_limit_is_refused() {
    let stream = iio_brotli::encode(&[7; 3 << 20], &iio_brotli::EncodeOptions::default()).unwrap();
    let decode = |bytes| {
        let cx = Context::with_limits(Limits::default().with_output_bytes(bytes));
        Brotli::default().decoder().unwrap().decode(&stream, &cx)
    };
    assert_eq!(decode(3 << 20).unwrap(), vec![7; 3 << 20]);
    let error = decode((3 << 20) - 1).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "output_bytes", .. }), "{error}");
}

#[test]
fn check_refuses_only_windows_that_do_not_exist() {
    assert_eq!(check(&ABC), Check::Unknown);
    assert_eq!(check(&[]), Check::Unknown);
    assert_eq!(check(&[0x11]), Check::Unknown);
    assert_eq!(check(&[0x91]), Check::No);
}
