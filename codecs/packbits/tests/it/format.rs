//! Vectors from TIFF 6.0, Section 9, and Apple TN1023, byte by byte.

use iio_codec::{AnyCodec, Check, CodecId, Config, Context, ErrorKind};
use iio_packbits::{EncodeOptions, INFO, check, decode, decode_exact, decode_into, decoded_size, encode};

const UNPACKED: [u8; 24] = [
    0xaa, 0xaa, 0xaa, 0x80, 0x00, 0x2a, 0xaa, 0xaa, 0xaa, 0xaa, 0x80, 0x00, 0x2a, 0x22, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa,
    0xaa, 0xaa, 0xaa, 0xaa, 0xaa,
];
const PACKED: [u8; 15] = [0xfe, 0xaa, 0x02, 0x80, 0x00, 0x2a, 0xfd, 0xaa, 0x03, 0x80, 0x00, 0x2a, 0x22, 0xf7, 0xaa];

#[test]
fn example_of_tn1023_decodes_and_encodes() {
    assert_eq!(decode(&PACKED).unwrap(), UNPACKED);
    assert_eq!(encode(&UNPACKED, &EncodeOptions::default()).unwrap(), PACKED);
    assert_eq!(decoded_size(&PACKED).unwrap(), 24);
}

#[test]
fn no_operation_gives_nothing() {
    assert_eq!(decode(&[0x80, 0x00, 0x11, 0x80]).unwrap(), [0x11]);
}

#[test]
fn rows_are_packed_separately_when_row_len_is_set() {
    let src = [5u8; 12];
    assert_eq!(encode(&src, &EncodeOptions::default()).unwrap(), [245, 5]);
    assert_eq!(encode(&src, &EncodeOptions::default().with_row_len(4)).unwrap(), [253, 5, 253, 5, 253, 5]);
    assert_eq!(encode(&src, &EncodeOptions::default().with_row_len(8)).unwrap(), [249, 5, 253, 5]);
}

#[test]
fn runs_longer_than_a_packet_are_split() {
    assert_eq!(encode(&[9; 129], &EncodeOptions::default()).unwrap(), [129, 9, 0, 9]);
    assert_eq!(encode(&[9; 256], &EncodeOptions::default()).unwrap(), [129, 9, 129, 9]);
}

#[test]
fn packet_beyond_dst_fills_it_and_is_not_complete() {
    let mut dst = [0; 3];
    let progress = decode_into(&[0xf7, 0xaa], &mut dst).unwrap();
    assert_eq!((progress.written, progress.complete), (3, false));
    assert_eq!(dst, [0xaa; 3]);
    let error = decode_exact(&[0xf7, 0xaa], &mut dst).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::OutputTooSmall { .. }), "{error}");
}

#[test]
fn truncated_literal_names_the_missing_bytes() {
    let error = decode(&[3, 1, 2]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
    assert_eq!(error.to_string(), "packbits: last packet lacks 2 bytes (at byte 3)");
}

#[test]
fn row_len_is_a_key() {
    let write = |config: &Config| {
        let AnyCodec::Bytes(codec) = INFO.create(&CodecId::Tiff(32773), config).unwrap() else { panic!("bytes") };
        codec.encoder().unwrap().encode(&[5; 12], &Context::default()).unwrap()
    };
    assert_eq!(write(&Config::new()), [245, 5]);
    assert_eq!(write(&Config::new().set("row_len", 0)), [245, 5]);
    assert_eq!(write(&Config::new().set("row_len", 4)), [253, 5, 253, 5, 253, 5]);
    let error = INFO.create(&CodecId::Tiff(32773), &Config::new().set("row_len", -1)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}

/// A uint8 array [2, 3, 4] whose samples are 0, 0, 1, 1, 2, 2 in runs of four: what the `axis` of imagecodecs gives is
/// the length of a row from that axis on.
#[test]
fn axis_of_an_array_is_a_row_len() {
    let src: Vec<u8> = (0..24).map(|i| i / 8).collect();
    let packed = |row_len| encode(&src, &EncodeOptions::default().with_row_len(row_len)).unwrap();
    assert_eq!(packed(4), [253, 0, 253, 0, 253, 1, 253, 1, 253, 2, 253, 2]);
    assert_eq!(packed(3 * 4), [249, 0, 253, 1, 253, 1, 249, 2]);
    assert_eq!(packed(2 * 3 * 4), [249, 0, 249, 1, 249, 2]);
}

#[test]
fn nothing_looks_like_packbits() {
    for src in [&PACKED[..], &[], b"II*\0"] {
        assert_eq!(check(src), Check::Unknown);
    }
}

#[test]
fn a_run_of_two_behind_a_full_literal_is_a_run() {
    let mut bytes: Vec<u8> = (0..128).map(|i| i % 2).collect();
    let literal = [&[127][..], &bytes].concat();
    bytes.extend([2, 2]);
    assert_eq!(encode(&bytes, &EncodeOptions::default()).unwrap(), [&literal[..], &[0xff, 2]].concat());
    // A run of three that begins in the last bytes of a packet is not cut.
    let bytes = [&bytes[..126], &[7, 7, 7]].concat();
    assert_eq!(encode(&bytes, &EncodeOptions::default()).unwrap().len(), 127 + 2);
}

/// What packets give, one byte after the other.
fn unpack(mut src: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    while let Some((&n, rest)) = src.split_first() {
        let (bytes, behind) = match n {
            0..128 => (rest[..=usize::from(n)].to_vec(), &rest[usize::from(n) + 1..]),
            128 => (Vec::new(), rest),
            _ => (vec![rest[0]; 257 - usize::from(n)], &rest[1..]),
        };
        out.extend(bytes);
        src = behind;
    }
    out
}

/// Packets with every header, in an order that has full literals alone, in fours, and more.
fn packets() -> Vec<u8> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    let mut src = Vec::new();
    for i in 0..600u32 {
        let n = if i % 40 < 11 { 127 } else { (i * 167).to_le_bytes()[0] };
        let body = if n < 128 { usize::from(n) + 1 } else { usize::from(n > 128) };
        src.push(n);
        src.extend((0..body).map(|_| next()));
    }
    src
}

#[test]
fn packets_of_any_length_in_any_order_decode() {
    let src = packets();
    assert_eq!(decode(&src).unwrap(), unpack(&src));
}

#[test]
fn destination_that_ends_anywhere_is_filled_to_its_end() {
    let src = packets();
    let expected = unpack(&src);
    for len in (0..1500).chain(expected.len() - 600..expected.len()) {
        let mut dst = vec![0xee; len];
        let progress = decode_into(&src, &mut dst).unwrap();
        assert_eq!((progress.written, progress.complete), (len, false));
        assert!(dst == expected[..len], "{len}");
    }
}

#[test]
fn source_that_ends_anywhere_gives_whole_packets_or_is_truncated() {
    let src = packets();
    let expected = unpack(&src);
    let mut dst = vec![0; expected.len()];
    for cut in (0..1500).chain(src.len() - 600..src.len()) {
        dst.fill(0xee);
        match (decode_into(&src[..cut], &mut dst), decoded_size(&src[..cut])) {
            (Ok(progress), Ok(size)) => {
                assert_eq!((progress.written as u64, progress.consumed), (size, cut));
                assert!(dst[..progress.written] == expected[..progress.written], "{cut}");
            }
            (Err(a), Err(b)) => assert_eq!((a.kind(), a.to_string()), (ErrorKind::Truncated, b.to_string())),
            (a, b) => panic!("{cut}: {a:?}, {b:?}"),
        }
    }
}

#[test]
fn a_run_of_two_at_the_end_of_a_row_is_a_run() {
    let options = EncodeOptions::default();
    assert_eq!(encode(&[0, 1, 1], &options).unwrap(), [0, 0, 0xff, 1]);
    assert_eq!(encode(&[0, 1, 1, 2, 3, 3], &options.with_row_len(3)).unwrap(), [0, 0, 0xff, 1, 0, 2, 0xff, 3]);
}

#[test]
fn a_short_row_that_packets_do_not_shorten_is_one_literal() {
    let options = EncodeOptions::default();
    for row in [&[0, 0, 1][..], &[0, 1, 2, 3, 3, 3, 4, 5, 6, 7, 7, 7, 8]] {
        let literal = [&[u8::try_from(row.len() - 1).unwrap()], row].concat();
        assert_eq!(encode(row, &options).unwrap(), literal);
    }
    // Here they do.
    let row = [0, 1, 2, 3, 3, 3, 4, 5, 6, 7, 7, 7, 7, 8];
    assert_eq!(encode(&row, &options).unwrap(), [2, 0, 1, 2, 0xfe, 3, 2, 4, 5, 6, 0xfd, 7, 0, 8]);
}

/// No cutting into packets is shorter for short rows of few values: all of them are tried.
#[test]
fn short_rows_become_as_short_as_can_be() {
    for len in 1..=9u32 {
        for n in 0..3u32.pow(len) {
            let row: Vec<u8> = (0..len).map(|i| (n / 3u32.pow(i) % 3) as u8).collect();
            let mut least = vec![0; row.len() + 1];
            for at in (0..row.len()).rev() {
                let run = row[at..].iter().take_while(|&&byte| byte == row[at]).count();
                let runs = (2..=run).map(|run| 2 + least[at + run]);
                let literals = (1..=row.len() - at).map(|literal| 1 + literal + least[at + literal]);
                least[at] = runs.chain(literals).min().unwrap();
            }
            assert_eq!(encode(&row, &EncodeOptions::default()).unwrap().len(), least[0], "{row:?}");
        }
    }
}
