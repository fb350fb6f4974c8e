//! Vectors made by hand from the LZ4 Frame Format Description.

use iio_codec::{Check, ErrorKind, Progress, SizeHint};
use iio_lz4f::{EncodeOptions, check, decode, decode_exact, decode_into, decoded_size, encode, xxh32};

/// What [`frame`] gives.
pub(crate) const CONTENT: &[u8; 37] = b"frame by frame by frame by frame, end";

/// FLG, BD and what follows, with the magic before and the checksum behind.
fn header(fields: &[u8]) -> Vec<u8> {
    let checksum = xxh32(fields).to_le_bytes()[1];
    [&[0x04, 0x22, 0x4d, 0x18], fields, &[checksum]].concat()
}

fn block(bytes: &[u8], stored: bool) -> Vec<u8> {
    let mut size = u32::try_from(bytes.len()).unwrap();
    size |= u32::from(stored) << 31;
    [&size.to_le_bytes(), bytes].concat()
}

/// A stored block, and one that reaches back into it, with all that can be told and a checksum of the content.
pub(crate) fn frame() -> Vec<u8> {
    let mut fields = vec![0x4c, 0x40];
    fields.extend_from_slice(&37u64.to_le_bytes());
    // "frame by " is 9 bytes back: a match of 23 without literals, and 5 literals.
    let linked = [0x0f, 9, 0, 4, 0x50, b',', b' ', b'e', b'n', b'd'];
    [&header(&fields)[..], &block(b"frame by ", true), &block(&linked, false), &[0; 4], &xxh32(CONTENT).to_le_bytes()]
        .concat()
}

fn refused(src: &[u8]) -> (ErrorKind, String) {
    let error = decode(src).unwrap_err();
    (error.kind(), error.to_string())
}

#[test]
fn checksum_is_that_of_the_specification() {
    assert_eq!(xxh32(b""), 0x02cc_5d05);
    assert_eq!(xxh32(b"a"), 0x550d_7456);
    assert_eq!(xxh32(b"abc"), 0x32d1_53ff);
    assert_eq!(xxh32(b"Nobody inspects the spammish repetition"), 0xe229_3b2f);
}

#[test]
fn stored_and_linked_blocks_decode() {
    let src = frame();
    assert_eq!(decoded_size(&src).unwrap(), SizeHint::Exact(37));
    assert_eq!(decode(&src).unwrap(), CONTENT);
    let mut dst = [0xa5; 37];
    decode_exact(&src, &mut dst).unwrap();
    assert_eq!(&dst, CONTENT);
}

#[test]
fn independent_block_does_not_reach_back() {
    let mut src = frame();
    let fields = [0x6c, 0x40, 37, 0, 0, 0, 0, 0, 0, 0];
    src[..15].copy_from_slice(&header(&fields));
    let (kind, message) = refused(&src);
    assert_eq!(kind, ErrorKind::Malformed);
    assert_eq!(message, "lz4f: match offset 9 is not in 1..=0, the bytes before it (at byte 33)");
}

#[test]
fn frames_follow_each_other_and_skippable_ones_are_passed_over() {
    let skippable = [0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, b'x', b'y', b'z'];
    let src = [&skippable[..], &frame(), &skippable, &frame(), &skippable].concat();
    assert_eq!(decoded_size(&src).unwrap(), SizeHint::Exact(74));
    assert_eq!(decode(&src).unwrap(), [&CONTENT[..], CONTENT].concat());
    let (kind, message) = refused(&src[..src.len() - 1]);
    assert_eq!(kind, ErrorKind::Truncated);
    assert_eq!(message, format!("lz4f: stream ends within a skippable frame (at byte {})", src.len() - 1));
    assert_eq!(check(&src), Check::Unknown);
    assert_eq!(check(&frame()), Check::Yes);
    assert_eq!(check(b"LZ4F"), Check::No);
    assert_eq!(check(b"\x04\x22"), Check::Unknown);
}

/// A match of a second frame cannot see the first one.
#[test]
fn linked_blocks_do_not_reach_into_another_frame() {
    let reaching = [&header(&[0x40, 0x40])[..], &block(&[0x00, 9, 0, 0x80, 1, 2, 3, 4, 5, 6, 7, 8], false), &[0; 4]];
    let src = [frame(), reaching.concat()].concat();
    let (kind, message) = refused(&src);
    assert_eq!(kind, ErrorKind::Malformed);
    assert!(message.starts_with("lz4f: match offset 9 is not in 1..=0"), "{message}");
}

#[test]
fn every_checksum_is_verified() {
    let mut fields = vec![0x5c, 0x40];
    fields.extend_from_slice(&4u64.to_le_bytes());
    let stored = block(b"abcd", true);
    let good =
        [&header(&fields)[..], &stored, &xxh32(b"abcd").to_le_bytes(), &[0; 4], &xxh32(b"abcd").to_le_bytes()].concat();
    assert_eq!(decode(&good).unwrap(), b"abcd");
    for (at, what) in [
        (14, "checksum of the header is 0x"),
        (23, "checksum of the block is 0x"),
        (31, "checksum of the content is 0x"),
    ] {
        let mut bad = good.clone();
        bad[at] ^= 1;
        let (kind, message) = refused(&bad);
        assert_eq!(kind, ErrorKind::Malformed);
        assert!(message.contains(what), "{message}");
    }
}

#[test]
fn size_of_the_content_must_be_true() {
    let mut src = frame();
    src[6] = 38;
    let fields = src[4..14].to_vec();
    src[..15].copy_from_slice(&header(&fields));
    let error = decode_into(&src, &mut [0; 64]).unwrap_err();
    assert_eq!(error.to_string(), "lz4f: frame gives 37 bytes, its header declares 38 (at byte 0)");
}

#[test]
fn headers_that_are_not_known_are_refused() {
    let with = |fields: &[u8]| refused(&[&header(fields)[..], &[0; 4]].concat());
    assert_eq!(decode(&[&header(&[0x60, 0x40])[..], &[0; 4]].concat()).unwrap(), []);
    assert_eq!(
        with(&[0xa0, 0x40]),
        (ErrorKind::Unsupported, "lz4f: frame of version 2, known is 1 (at byte 4)".into())
    );
    assert_eq!(with(&[0x62, 0x40]).0, ErrorKind::Malformed);
    assert_eq!(with(&[0x60, 0x41]).0, ErrorKind::Malformed);
    assert_eq!(
        with(&[0x60, 0x30]),
        (ErrorKind::Malformed, "lz4f: block size number 3 is not 4..=7 (at byte 5)".into())
    );
    let (kind, message) = with(&[0x61, 0x40, 0x78, 0x56, 0x34, 0x12]);
    assert_eq!(kind, ErrorKind::Unsupported);
    assert_eq!(message, "lz4f: frame needs the dictionary 0x12345678, dictionaries are not supported (at byte 0)");
    assert_eq!(refused(&[2, 0x21, 0x4c, 0x18, 0]).0, ErrorKind::Unsupported);
    assert_eq!(
        refused(&[0; 8]),
        (ErrorKind::Malformed, "lz4f: 0x00000000 is not the magic of a frame (at byte 0)".into())
    );
    assert_eq!(refused(&[]).0, ErrorKind::Truncated);
    assert_eq!(refused(&[frame(), vec![1, 2, 3, 4]].concat()).0, ErrorKind::Malformed);
}

#[test]
fn block_gives_no_more_than_the_frame_allows() {
    // A run of 64 KiB and 12 bytes.
    let run = |more: u8| {
        let mut run = vec![0x1f, 7, 1, 0];
        run.extend(std::iter::repeat_n(255, 256));
        run.extend_from_slice(&[229 + more, 0x50, 1, 2, 3, 4, 5]);
        run
    };
    let frame = |more| [&header(&[0x60, 0x40])[..], &block(&run(more), false), &[0; 4]].concat();
    // 1 + 19 + 65280 + 229 + 5 bytes.
    assert_eq!(decode(&frame(0)).unwrap().len(), 65534);
    assert_eq!(decode(&frame(2)).unwrap().len(), 65536);
    assert_eq!(
        refused(&frame(3)),
        (ErrorKind::Malformed, "lz4f: block gives more than the 65536 bytes of the frame's blocks (at byte 11)".into())
    );
    let stored = [&header(&[0x60, 0x40])[..], &block(&vec![0; 65537], true), &[0; 4]].concat();
    assert_eq!(refused(&stored).0, ErrorKind::Malformed);
}

#[test]
fn short_dst_is_filled() {
    let src = frame();
    for len in 0..40 {
        let mut dst = [0xa5; 40];
        let Progress { written, complete, .. } = decode_into(&src, &mut dst[..len]).unwrap();
        assert_eq!((written, complete), (len.min(37), len >= 37));
        assert_eq!(dst[..written], CONTENT[..written]);
        assert!(dst[written..].iter().all(|&byte| byte == 0xa5));
    }
}

#[test]
fn empty_input_is_a_header_and_an_end_mark() {
    let packed = encode(&[], &EncodeOptions::default()).unwrap();
    assert_eq!(packed, [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82, 0, 0, 0, 0]);
    assert_eq!(decode(&packed).unwrap(), []);
}
