//! Vectors from RFC 8878, byte by byte.

use iio_codec::{Check, Context, ErrorKind, Limits, SizeHint};
use iio_zstd::{DecodeOptions, check, decode, decode_exact, decode_into, decoded_size};

const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Section 3.1.1.1: single segment, content size 3; one raw block.
const ABC: [u8; 12] = [0x28, 0xb5, 0x2f, 0xfd, 0x20, 3, 0x19, 0, 0, b'a', b'b', b'c'];
/// No content size, window of 1 KiB.
const ABC_UNKNOWN: [u8; 12] = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0, 0x19, 0, 0, b'a', b'b', b'c'];

fn defaults() -> DecodeOptions {
    DecodeOptions::default()
}

fn kind(src: &[u8]) -> ErrorKind {
    decode(src, &defaults()).unwrap_err().kind()
}

/// A frame without content size, with a window of 2^`log` and one last block.
fn frame(log: u8, kind: u32, size: u32, body: &[u8]) -> Vec<u8> {
    let head = (size << 3 | kind << 1 | 1).to_le_bytes();
    [&MAGIC, [0, (log - 10) << 3].as_slice(), &head[..3], body].concat()
}

#[test]
fn empty_frame_gives_nothing() {
    let empty = [0x28, 0xb5, 0x2f, 0xfd, 0x20, 0, 1, 0, 0];
    assert_eq!(decode(&empty, &defaults()).unwrap(), b"");
    assert_eq!(decoded_size(&empty).unwrap(), SizeHint::Exact(0));
    let progress = decode_into(&empty, &mut [], &defaults()).unwrap();
    assert_eq!((progress.consumed, progress.written, progress.complete), (9, 0, true));
}

#[test]
fn no_frame_is_truncated() {
    assert_eq!(kind(&[]), ErrorKind::Truncated);
    assert_eq!(decode_into(&[], &mut [], &defaults()).unwrap_err().kind(), ErrorKind::Truncated);
}

#[test]
fn raw_block_decodes_and_its_size_is_exact_if_declared() {
    assert_eq!(decode(&ABC, &defaults()).unwrap(), b"abc");
    assert_eq!(decoded_size(&ABC).unwrap(), SizeHint::Exact(3));
    assert_eq!(decode(&ABC_UNKNOWN, &defaults()).unwrap(), b"abc");
    assert_eq!(decoded_size(&ABC_UNKNOWN).unwrap(), SizeHint::AtMost(3));
}

#[test]
fn frames_and_skippable_frames_follow_each_other() {
    let skippable = [0x5f, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 0x28];
    let both = [&ABC[..], &skippable, &ABC, &skippable].concat();
    assert_eq!(decode(&both, &defaults()).unwrap(), b"abcabc");
    assert_eq!(decoded_size(&both).unwrap(), SizeHint::Exact(6));
    let mut dst = [0; 6];
    assert_eq!(decode_into(&both, &mut dst, &defaults()).unwrap().consumed, both.len());
    assert_eq!(decode(&skippable, &defaults()).unwrap(), b"");
}

#[test]
fn unknown_sizes_grow_without_starting_again() {
    let mut stream = Vec::new();
    for value in 0..40 {
        stream.extend(frame(17, 1, 128 << 10, &[value]));
    }
    assert_eq!(decoded_size(&stream).unwrap(), SizeHint::AtMost(40 * (128 << 10)));
    let decoded = decode(&stream, &defaults()).unwrap();
    assert_eq!(decoded.len(), 40 * (128 << 10));
    assert!(
        decoded.chunks(128 << 10).enumerate().all(|(value, run)| run.iter().all(|&byte| usize::from(byte) == value))
    );
}

#[test]
fn output_beyond_the_limit_is_refused_before_and_during_decoding() {
    let decoder = || match iio_zstd::INFO.create(&iio_codec::CodecId::Name("zstd"), &iio_codec::Config::new()).unwrap()
    {
        iio_codec::AnyCodec::Bytes(codec) => codec.decoder().unwrap(),
        other => panic!("{other:?}"),
    };
    let cx = Context::with_limits(Limits::default().with_output_bytes(3 << 20));
    let stream = frame(17, 1, 128 << 10, &[7]).repeat(25);
    let error = decoder().decode(&stream, &cx).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "output_bytes", .. }), "{error}");
    assert_eq!(decoder().decode(&stream[..24 * stream.len() / 25], &cx).unwrap().len(), 3 << 20);
    let cx = Context::with_limits(Limits::default().with_output_bytes(2));
    let error = decoder().decode(&ABC, &cx).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "output_bytes", .. }), "{error}");
}

#[test]
fn short_dst_is_filled_and_not_complete() {
    for stream in [ABC, ABC_UNKNOWN] {
        let mut dst = [0; 2];
        let progress = decode_into(&stream, &mut dst, &defaults()).unwrap();
        assert_eq!((&dst, progress.written, progress.complete), (b"ab", 2, false));
        let error = decode_exact(&stream, &mut dst, &defaults()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::OutputTooSmall { .. }), "{error}");
        let progress = decode_into(&stream, &mut [], &defaults()).unwrap();
        assert_eq!((progress.written, progress.complete), (0, false));
    }
    let mut dst = [0; 3];
    let progress = decode_into(&[ABC, ABC].concat(), &mut dst, &defaults()).unwrap();
    assert_eq!((&dst, progress.written, progress.complete), (b"abc", 3, false));
}

#[test]
fn start_of_a_cut_stream_fills_a_short_dst() {
    let start = [&MAGIC[..], &[0x60, 0x00, 0x01, 0x10, 0, 0, b'h', b'i']].concat();
    let mut dst = [0; 2];
    let progress = decode_into(&start, &mut dst, &defaults()).unwrap();
    assert_eq!((&dst, progress.complete), (b"hi", false));
    let error = decode_into(&start, &mut [0; 3], &defaults()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
    assert_eq!(error.to_string(), "zstd: stream ends within a frame (at byte 12)");
}

#[test]
fn bytes_after_the_last_frame_are_an_error_unless_dst_is_full() {
    let padded = [&ABC[..], &[0; 8]].concat();
    let error = decode(&padded, &defaults()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert_eq!(error.to_string(), "zstd: 0x00000000 is not the magic number of a frame (at byte 12)");
    assert_eq!(decode_into(&padded, &mut [0; 4], &defaults()).unwrap_err().kind(), ErrorKind::Malformed);
    let mut dst = [0; 3];
    let progress = decode_into(&padded, &mut dst, &defaults()).unwrap();
    assert_eq!((&dst, progress.consumed, progress.complete), (b"abc", 12, true));
}

#[test]
fn declared_size_that_blocks_cannot_reach_is_malformed() {
    // 4 GiB - 1 declared, one raw block of 3 bytes.
    let lie = [&MAGIC[..], &[0x80, 0x38, 0xff, 0xff, 0xff, 0xff, 0x19, 0, 0, 1, 2, 3]].concat();
    let error = decode(&lie, &defaults()).unwrap_err();
    assert_eq!(error.to_string(), "zstd: frame declares 4294967295 bytes, its blocks give 3 at most (at byte 0)");
    let mut short = ABC;
    short[5] = 2;
    assert_eq!(kind(&short), ErrorKind::Malformed);
}

#[test]
fn block_beyond_the_maximum_is_malformed() {
    assert_eq!(decode(&frame(17, 1, 128 << 10, &[1]), &defaults()).unwrap(), vec![1; 128 << 10]);
    assert_eq!(kind(&frame(17, 1, (128 << 10) + 1, &[1])), ErrorKind::Malformed);
    assert_eq!(decode(&frame(10, 1, 1024, &[1]), &defaults()).unwrap(), vec![1; 1024]);
    assert_eq!(kind(&frame(10, 1, 1025, &[1])), ErrorKind::Malformed);
    assert_eq!(kind(&frame(10, 3, 1, &[1])), ErrorKind::Malformed);
}

#[test]
fn legacy_formats_dictionaries_and_reserved_bits_are_unsupported() {
    for magic in [[0xfd, 0x2f, 0xb5, 0x1e], [0x22, 0xb5, 0x2f, 0xfd], [0x27, 0xb5, 0x2f, 0xfd]] {
        let error = decode(&[magic, [0; 4]].concat(), &defaults()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.message().contains("legacy format of zstandard 0.1 to 0.7"), "{error}");
    }
    let dictionary = [&MAGIC[..], &[0x21, 77, 3, 0x19, 0, 0, b'a', b'b', b'c']].concat();
    let error = decode(&dictionary, &defaults()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(error.to_string(), "zstd: frame needs dictionary 77 (at byte 0)");
    assert_eq!(decode(&[&MAGIC[..], &[0x21, 0, 3, 0x19, 0, 0, 1, 2, 3]].concat(), &defaults()).unwrap(), [1, 2, 3]);
    assert_eq!(kind(&[&MAGIC[..], &[0x28, 3, 0x19, 0, 0, 1, 2, 3]].concat()), ErrorKind::Unsupported);
}

#[test]
fn window_counts_only_where_it_is_needed_and_then_against_working_bytes() {
    let wide = frame(30, 1, 1000, &[9]);
    assert_eq!(decode(&wide, &defaults()).unwrap(), [9; 1000]);
    let error = decode_into(&wide, &mut [0; 999], &defaults()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "working_bytes", .. }), "{error}");
    let error =
        decode(&frame(31, 1, 9, &[9]).iter().map(|&b| if b == 168 { 176 } else { b }).collect::<Vec<_>>(), &defaults());
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Unsupported);
}

#[test]
fn window_log_max_refuses_wider_windows() {
    let options = defaults().with_window_log_max(20).unwrap();
    assert_eq!(decode(&frame(20, 1, 3, &[9]), &options).unwrap(), [9; 3]);
    let error = decode(&frame(21, 1, 3, &[9]), &options).unwrap_err();
    assert_eq!(error.to_string(), "zstd: window needs 2097152, limit window_log_max is 1048576 (at byte 0)");
    assert_eq!(defaults().with_window_log_max(9).unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn check_knows_frames_and_says_unknown_of_a_skippable_one_alone() {
    let skippable = [0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 0];
    assert_eq!(check(&ABC), Check::Yes);
    assert_eq!(check(&[0x25, 0xb5, 0x2f, 0xfd]), Check::Yes);
    assert_eq!(check(&[&skippable[..], &ABC].concat()), Check::Yes);
    assert_eq!(check(&skippable), Check::Unknown);
    assert_eq!(check(&[&skippable[..], b"PK\x03\x04"].concat()), Check::No);
    assert_eq!(check(&[]), Check::Unknown);
    assert_eq!(check(&ABC[..3]), Check::Unknown);
    assert_eq!(check(&skippable[..2]), Check::Unknown);
    assert_eq!(check(b"PK"), Check::No);
    assert_eq!(check(&[0x04, 0x22, 0x4d, 0x18]), Check::No);
}
