//! Sizes that are not known, limits, and workers that are used again.

use iio_codec::{Budget, BytesDecoder, BytesEncoder, Cancel, Context, ErrorKind, Limits};
use iio_deflate::{Decoder, EncodeOptions, Encoder, adler32, crc32, encode};

fn zeros(len: usize) -> Vec<u8> {
    encode(&vec![0; len], &EncodeOptions::default()).unwrap()
}

/// Bytes that compress to about a third.
fn mixed(len: usize) -> Vec<u8> {
    let mut state = 1u32;
    let mut step = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 24
    };
    (0..len).map(|_| if step() < 100 { (step() & 31) as u8 } else { 7 }).collect()
}

#[test]
fn any_size_is_decoded_without_being_known() {
    let mut decoder = Decoder::new();
    for len in [0, 1, 4095, 4096, 4097, 100_000, 9_000_000] {
        for src in [vec![0; len], mixed(len)] {
            let stream = encode(&src, &EncodeOptions::default().with_level(1)).unwrap();
            let decoded = decoder.decode(&stream, &Context::default()).unwrap();
            assert!(decoded == src, "{len} bytes");
        }
    }
}

#[test]
fn output_limit_is_exact() {
    let stream = zeros(100_000);
    let within = Context::with_limits(Limits::default().with_output_bytes(100_000));
    assert_eq!(Decoder::new().decode(&stream, &within).unwrap().len(), 100_000);
    for limit in [99_999, 4097, 4096, 1, 0] {
        let cx = Context::with_limits(Limits::default().with_output_bytes(limit));
        let kind = Decoder::new().decode(&stream, &cx).unwrap_err().kind();
        assert_eq!(kind, ErrorKind::Limit { which: "output_bytes", requested: limit + 1, allowed: limit });
    }
}

#[test]
fn truncation_at_the_limit_is_no_success() {
    let stream = zeros(100_000);
    let cx = Context::with_limits(Limits::default().with_output_bytes(100_000));
    let error = Decoder::new().decode(&stream[..stream.len() - 1], &cx).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
}

#[test]
fn budget_is_shared_by_calls() {
    let (stream, budget) = (zeros(1000), Budget::new(2500));
    let cx = Context { budget: Some(&budget), ..Context::default() };
    let mut decoder = Decoder::new();
    assert_eq!(decoder.decode(&stream, &cx).unwrap().len(), 1000);
    assert_eq!(decoder.decode(&stream, &cx).unwrap().len(), 1000);
    let error = decoder.decode(&stream, &cx).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "budget", .. }), "{error}");
    assert_eq!(budget.left(), 500);
}

#[test]
fn working_memory_is_checked() {
    let cx = Context::with_limits(Limits::default().with_working_bytes(1 << 20));
    let mut fast = Encoder::new(&EncodeOptions::default().with_level(9)).unwrap();
    // Less than 60 bytes need no memory.
    let src = [7; 100];
    assert!(fast.encode(&src, &cx).is_ok());
    let mut slow = Encoder::new(&EncodeOptions::default().with_level(10)).unwrap();
    let error = slow.encode(&src, &cx).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "working_bytes", .. }), "{error}");
}

#[test]
fn cancelled_calls_stop() {
    let cancel = Cancel::new();
    cancel.cancel();
    let cx = Context { cancel: Some(&cancel), ..Context::default() };
    let (mut decoder, mut encoder) = (Decoder::new(), Encoder::new(&EncodeOptions::default()).unwrap());
    assert_eq!(decoder.decode(&zeros(9), &cx).unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(decoder.decode_into(&zeros(9), &mut [0; 9], &cx).unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(encoder.encode(b"abc", &cx).unwrap_err().kind(), ErrorKind::Cancelled);
}

#[test]
fn worker_has_no_memory_of_earlier_streams() {
    let src = mixed(50_000);
    let stream = encode(&src, &EncodeOptions::default()).unwrap();
    let (mut decoder, cx, mut dst) = (Decoder::new(), Context::default(), vec![0; src.len()]);
    for _ in 0..2 {
        // A distance of 4 at the very start: with the window of an earlier stream it would be valid.
        assert!(decoder.decode(&[0x43, 0x46, 0x00, 0x00], &cx).is_err());
        assert!(!decoder.decode_into(&stream, &mut dst[..40_000], &cx).unwrap().complete);
        assert!(dst[..40_000] == src[..40_000]);
        assert!(decoder.decode_exact(&stream[..30], &mut dst, &cx).is_err());
        decoder.decode_exact(&stream, &mut dst, &cx).unwrap();
        assert!(dst == src);
    }
}

#[test]
fn encoding_appends() {
    let mut encoder = Encoder::new(&EncodeOptions::default()).unwrap();
    let (cx, mut dst) = (Context::default(), b"head".to_vec());
    encoder.encode_append(b"abcabcabc", &mut dst, &cx).unwrap();
    assert_eq!(dst[..4], *b"head");
    assert_eq!(dst[4..], encode(b"abcabcabc", &EncodeOptions::default()).unwrap());
}

/// The definitions: RFC 1950, 8.2, and RFC 1952, 8.
#[test]
fn checksums_follow_their_definitions() {
    let src = mixed(70_000);
    let (mut a, mut b, mut crc) = (1u32, 0u32, !0u32);
    for &byte in &src {
        a = (a + u32::from(byte)) % 65521;
        b = (b + a) % 65521;
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    assert_eq!(adler32(1, &src), b << 16 | a);
    assert_eq!(crc32(0, &src), !crc);
    let (head, tail) = src.split_at(12_345);
    assert_eq!(adler32(adler32(1, head), tail), adler32(1, &src));
    assert_eq!(crc32(crc32(0, head), tail), crc32(0, &src));
    assert_eq!((adler32(5, &[]), crc32(5, &[])), (5, 5));
}
