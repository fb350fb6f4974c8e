//! Vectors made by hand from the LZ4 Block Format Description.

use iio_codec::{ErrorKind, Progress};
use iio_lz4::{DecodeOptions, EncodeOptions, decode, decode_exact, decode_into, decoded_size, encode};

/// Four literals and a match of 8 at offset 4; a literal and a match of 20 at offset 1; 12 literals.
pub(crate) const PACKED: [u8; 25] = [
    0x44, b'a', b'b', b'c', b'd', 4, 0, 0x1f, b'-', 1, 0, 1, 0xc0, b'h', b'e', b'l', b'l', b'o', b',', b' ', b't',
    b'h', b'e', b'r', b'e',
];
pub(crate) const UNPACKED: &[u8; 45] = b"abcdabcdabcd---------------------hello, there";

fn plain() -> DecodeOptions {
    DecodeOptions::default()
}

/// What is said of a block that is broken, after a look at the one it was made from.
fn broken(at: usize, value: u8) -> (ErrorKind, String) {
    let mut src = PACKED;
    assert_eq!(decode(&src, &plain()).unwrap(), UNPACKED);
    src[at] = value;
    let error = decode(&src, &plain()).unwrap_err();
    (error.kind(), error.to_string())
}

#[test]
fn literals_and_matches_decode() {
    assert_eq!(decoded_size(&PACKED, &plain()).unwrap(), 45);
    assert_eq!(decode(&PACKED, &plain()).unwrap(), UNPACKED);
    let mut dst = [0xa5; 45];
    decode_exact(&PACKED, &mut dst, &plain()).unwrap();
    assert_eq!(&dst, UNPACKED);
}

#[test]
fn empty_input_is_one_token() {
    assert_eq!(encode(&[], &EncodeOptions::default()).unwrap(), [0]);
    assert_eq!(decode(&[0], &plain()).unwrap(), []);
    assert_eq!(decode(&[], &plain()).unwrap_err().kind(), ErrorKind::Truncated);
}

#[test]
fn lengths_go_on_in_bytes_until_one_is_not_255() {
    for (len, head) in [(14, vec![0xe0]), (15, vec![0xf0, 0]), (269, vec![0xf0, 254]), (270, vec![0xf0, 255, 0])] {
        let literals: Vec<u8> = (0..=255).cycle().take(len).collect();
        let src = [head, literals.clone()].concat();
        assert_eq!(decode(&src, &plain()).unwrap(), literals, "{len}");
    }
    let run = [0x1f, 7, 1, 0, 255, 255, 3, 0x50, 1, 2, 3, 4, 5];
    let dst = decode(&run, &plain()).unwrap();
    assert_eq!(dst.len(), 1 + 15 + 4 + 513 + 5);
    assert!(dst[..533].iter().all(|&byte| byte == 7));
    assert_eq!(dst[533..], [1, 2, 3, 4, 5]);
}

#[test]
fn header_is_the_size_in_four_bytes() {
    let options = plain().with_header(true);
    let src = [&[45, 0, 0, 0], PACKED.as_slice()].concat();
    assert_eq!(decoded_size(&src, &options).unwrap(), 45);
    assert_eq!(decode(&src, &options).unwrap(), UNPACKED);
    let wrong = [&[44, 0, 0, 0], PACKED.as_slice()].concat();
    let error = decode(&wrong, &options).unwrap_err();
    assert_eq!(error.to_string(), "lz4: block gives 45 bytes, its header declares 44 (at byte 0)");
    let error = decode(&src[..3], &options).unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Truncated, Some(3)));
    // Offsets of errors count from the header.
    let mut broken = src;
    broken[4 + 5] = 9;
    assert_eq!(decode(&broken, &options).unwrap_err().offset(), Some(9));
}

#[test]
fn offset_of_zero_and_offset_before_the_start_are_malformed() {
    let (kind, message) = broken(5, 0);
    assert_eq!(kind, ErrorKind::Malformed);
    assert_eq!(message, "lz4: match offset 0 is not in 1..=4, the bytes before it (at byte 5)");
    let (kind, message) = broken(5, 5);
    assert_eq!(kind, ErrorKind::Malformed);
    assert_eq!(message, "lz4: match offset 5 is not in 1..=4, the bytes before it (at byte 5)");
    let (kind, message) = broken(10, 1);
    assert_eq!(kind, ErrorKind::Malformed);
    assert_eq!(message, "lz4: match offset 257 is not in 1..=13, the bytes before it (at byte 9)");
}

#[test]
fn literals_beyond_the_end_are_truncated() {
    let (kind, message) = broken(12, 0xd0);
    assert_eq!(kind, ErrorKind::Truncated);
    assert_eq!(message, "lz4: block ends within a sequence (at byte 25)");
    assert_eq!(decode(&PACKED[..12], &plain()).unwrap_err().kind(), ErrorKind::Truncated);
}

#[test]
fn block_without_its_last_literals_is_truncated() {
    let with = |literals: u8, length: u8| {
        let mut src = vec![0x10 | length, 1, 1, 0, literals << 4];
        src.extend((0..literals).map(|i| i + 2));
        decode(&src, &plain())
    };
    // A match of 7 and 5 literals are 12 bytes.
    assert_eq!(with(5, 3).unwrap(), [1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6]);
    assert_eq!(with(8, 0).unwrap().len(), 13);
    for (literals, length) in [(4, 14), (0, 14), (5, 2), (7, 0)] {
        assert_eq!(with(literals, length).unwrap_err().kind(), ErrorKind::Truncated, "{literals} {length}");
    }
}

#[test]
fn short_dst_is_filled_and_nothing_else_is() {
    for len in 0..=50 {
        let mut dst = [0xa5; 50];
        let progress = decode_into(&PACKED, &mut dst[..len], &plain()).unwrap();
        let written = len.min(45);
        assert_eq!(progress, Progress { consumed: 25, written, complete: len >= 45 });
        assert_eq!(dst[..written], UNPACKED[..written], "{len}");
        assert!(dst[written..].iter().all(|&byte| byte == 0xa5), "{len}");
    }
    let error = decode_exact(&PACKED, &mut [0; 44], &plain()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::OutputTooSmall { .. }), "{error}");
}
