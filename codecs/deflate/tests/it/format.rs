//! Vectors from RFC 1951, bit by bit.

use iio_codec::{AnyCodec, Check, CodecId, Config, Context, ErrorKind};
use iio_deflate::{EncodeOptions, INFO, check, decode, decode_exact, decode_into, encode, encode_bound, encode_into};

use crate::bits::{Bits, block, dynamic};

/// 3.2.4: BFINAL 1, BTYPE 0, LEN 3, NLEN, then three bytes.
const STORED: [u8; 8] = [0x01, 0x03, 0x00, 0xfc, 0xff, b'a', b'b', b'c'];

/// 3.2.6: literal `a` is 0x30 + 0x61 in eight bits, length 3 is symbol 257, distance 1 is symbol 0.
fn fixed() -> Vec<u8> {
    block(true, 1).code("10010001").code("0000001").code("00000").code("0000000").done()
}

/// 3.2.7: `a` and the end of the block get one bit each; no distance is used.
fn dynamic_aaa() -> Vec<u8> {
    let zeros = |bits: Bits, n: u32| bits.code("1").number(n - 11, 7);
    let bits = zeros(dynamic(1, 1, 0), 97).code("0");
    let bits = zeros(zeros(bits, 138), 20).code("0").code("0");
    bits.code("000").code("1").done()
}

#[test]
fn stored_block_decodes() {
    assert_eq!(decode(&STORED).unwrap(), b"abc");
}

#[test]
fn fixed_block_decodes() {
    assert_eq!(fixed(), [0x4b, 0x04, 0x02, 0x00]);
    assert_eq!(decode(&fixed()).unwrap(), b"aaaa");
}

#[test]
fn dynamic_block_decodes() {
    assert_eq!(decode(&dynamic_aaa()).unwrap(), b"aaa");
}

#[test]
fn blocks_follow_each_other_and_matches_reach_back_over_them() {
    let mut stream = STORED;
    stream[0] = 0;
    // Length 3, distance 3: distance symbol 2.
    let tail = block(true, 1).code("0000001").code("00010").code("0000000").done();
    assert_eq!(decode(&[&stream[..], &tail].concat()).unwrap(), b"abcabc");
}

fn fault(stream: &[u8]) -> String {
    let mut dst = [0; 64];
    let error = decode_into(stream, &mut dst).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed, "{error}");
    assert_eq!(decode(stream).unwrap_err().to_string(), error.to_string());
    error.to_string()
}

#[test]
fn faults_are_named_with_their_place() {
    let mut stored = STORED;
    stored[4] = 0;
    let text = "deflate: LEN and NLEN of a stored block are not complements, after 0 bytes of output (at byte 5)";
    assert_eq!(fault(&stored), text);
    assert!(fault(&block(true, 3).done()).starts_with("deflate: block type 3 is reserved, after 0 bytes"));
    let far = block(true, 1).code("10010001").code("0000001").code("00010").code("0000000").done();
    assert!(fault(&far).starts_with("deflate: a distance reaches before the start of the output, after 1 bytes"));
    let symbol_286 = block(true, 1).code("11000110").done();
    assert!(fault(&symbol_286).starts_with("deflate: bits that are no literal/length symbol"));
    let distance_30 = block(true, 1).code("10010001").code("0000001").code("11110").number(0, 20).done();
    assert!(fault(&distance_30).starts_with("deflate: bits that are no distance symbol"));
}

#[test]
fn broken_code_tables_are_named() {
    let over = dynamic(1, 1, 1).number(0, 32).done();
    assert!(fault(&over).starts_with("deflate: the code length code is over-subscribed or incomplete"));
    // Symbols 1, 16 and 18 get the codes 0, 10 and 11: nothing stands before the first length.
    let repeat = dynamic(1, 2, 2).code("10").number(0, 32).done();
    assert!(fault(&repeat).starts_with("deflate: a code length repeat has nothing to repeat"));
    // All of the 258 lengths are zero but the last, the distance's: 138 + 119 zeros, then 1.
    let endless = dynamic(1, 1, 0).code("1").number(127, 7).code("1").number(108, 7).code("0").number(0, 32).done();
    assert!(fault(&endless).starts_with("deflate: the literal/length code lacks the end-of-block symbol"));
    // Lengths 1, 1, 1, and more of them: three codes of one bit.
    let mut lengths = dynamic(1, 1, 0).code("000");
    lengths = lengths.code("1").number(127, 7).code("1").number(104, 7).code("0").code("0").number(0, 32);
    assert!(fault(&lengths.done()).starts_with("deflate: the literal/length code is over-subscribed"));
}

#[test]
fn every_truncation_is_truncated() {
    for stream in [STORED.to_vec(), fixed(), dynamic_aaa()] {
        for len in 0..stream.len() {
            let error = decode(&stream[..len]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Truncated, "{len} bytes: {error}");
            assert_eq!(error.offset(), Some(len as u64));
        }
    }
    let text = "deflate: stream ends inside a deflate block, after 2 bytes of output (at byte 7)";
    assert_eq!(decode(&STORED[..7]).unwrap_err().to_string(), text);
}

#[test]
fn short_destination_is_filled_and_not_complete() {
    let mut dst = [9; 3];
    let progress = decode_into(&fixed(), &mut dst[..2]).unwrap();
    assert_eq!((progress.written, progress.complete, dst), (2, false, [b'a', b'a', 9]));
    let error = decode_exact(&fixed(), &mut dst).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutputTooSmall { needed: 4 });
    let progress = decode_into(&fixed(), &mut []).unwrap();
    assert_eq!((progress.written, progress.complete), (0, false));
}

#[test]
fn full_destination_without_the_end_mark_is_a_choice() {
    let stream = fixed();
    let mut dst = [0; 4];
    // Three bytes hold all symbols but the last bits of the end mark.
    let progress = decode_into(&stream[..3], &mut dst).unwrap();
    assert_eq!((progress.written, progress.complete, &dst), (4, false, b"aaaa"));
    assert_eq!(decode_exact(&stream[..3], &mut dst).unwrap_err().kind(), ErrorKind::Truncated);
    let broken = block(false, 1).code("10010001").code("0000000").number(7, 3).done();
    assert!(!decode_into(&broken, &mut dst[..1]).unwrap().complete);
    let error = decode_exact(&broken, &mut dst[..1]).unwrap_err();
    assert!(error.message().starts_with("block type 3 is reserved"), "{error}");
}

#[test]
fn long_destination_is_filled_in_part_only() {
    let mut dst = [9; 6];
    let progress = decode_into(&fixed(), &mut dst).unwrap();
    assert_eq!((progress.consumed, progress.written, progress.complete), (4, 4, true));
    let error = decode_exact(&fixed(), &mut dst).unwrap_err();
    assert_eq!(error.to_string(), "deflate: stream gives 4 bytes, 6 were expected (at byte 4)");
}

#[test]
fn bytes_after_the_stream_are_left_alone() {
    let stream = [&fixed()[..], b"more"].concat();
    assert_eq!(decode_into(&stream, &mut [0; 9]).unwrap().consumed, 4);
    assert_eq!(decode_into(&stream, &mut [0; 4]).unwrap().consumed, 4);
    assert_eq!(decode(&stream).unwrap(), b"aaaa");
}

#[test]
fn check_knows_what_no_stream_begins_with() {
    assert_eq!(check(&STORED), Check::Unknown);
    assert_eq!(check(&dynamic_aaa()), Check::Unknown);
    assert_eq!(check(&[]), Check::Unknown);
    assert_eq!(check(&block(true, 3).done()), Check::No);
    assert_eq!(check(&[0x01, 0x03, 0x00, 0xfc, 0xfe]), Check::No);
    assert_eq!(check(&block(true, 2).number(30, 5).done()), Check::No);
}

#[test]
fn level_trades_size() {
    let src: Vec<u8> = (0..40_000u32).map(|i| (i * i / 97 % 23) as u8).collect();
    let len = |level| encode(&src, &EncodeOptions::default().with_level(level)).unwrap().len();
    assert_eq!(len(0), src.len() + 5);
    assert!(len(1) < len(0) && len(12) < len(6) && len(6) < len(1), "{} {} {}", len(1), len(6), len(12));
    assert_eq!(len(EncodeOptions::default().level), len(6));
    let error = encode(&src, &EncodeOptions::default().with_level(13)).unwrap_err();
    assert_eq!(error.to_string(), "deflate: level must be 0..=12, got 13");
}

#[test]
fn level_is_a_key() {
    let src: Vec<u8> = (0..40_000u32).map(|i| (i * i / 97 % 23) as u8).collect();
    let by_key = |config: &Config| {
        let AnyCodec::Bytes(codec) = INFO.create(&CodecId::Name("deflate"), config).unwrap() else { panic!("bytes") };
        codec.encoder().unwrap().encode(&src, &Context::default()).unwrap()
    };
    let direct = |level| encode(&src, &EncodeOptions::default().with_level(level)).unwrap();
    for level in [0, 1, 6, 12] {
        assert_eq!(by_key(&Config::new().set("level", level)), direct(level));
    }
    assert_eq!(by_key(&Config::new()), direct(6));
    assert!(direct(0) != direct(1) && direct(1) != direct(6) && direct(6) != direct(12));
    for level in [-1, 13] {
        let error = INFO.create(&CodecId::Name("deflate"), &Config::new().set("level", level)).unwrap_err();
        assert_eq!(error.to_string(), format!("deflate: level must be an integer in 0..=12, got {level}"));
    }
}

#[test]
fn stream_fits_a_destination_of_its_own_length_and_no_less() {
    let src: Vec<u8> = (0..5000u32).map(|i| ((i * 7919) >> 5) as u8).collect();
    for level in [0, 1, 6, 12] {
        let options = EncodeOptions::default().with_level(level);
        let stream = encode(&src, &options).unwrap();
        assert!(stream.len() <= encode_bound(src.len()));
        let mut dst = vec![0; stream.len()];
        assert_eq!(encode_into(&src, &mut dst, &options).unwrap(), stream.len());
        assert_eq!(dst, stream);
        let error = encode_into(&src, &mut dst[1..], &options).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::OutputTooSmall { needed } if needed >= stream.len() as u64));
    }
}

#[test]
fn a_few_bytes_take_fixed_codes_instead_of_a_stored_block() {
    // What zlib writes, too.
    assert_eq!(encode(b"", &EncodeOptions::default()).unwrap(), [3, 0]);
    assert_eq!(encode(b"a", &EncodeOptions::default()).unwrap(), [0x4b, 4, 0]);
    for level in 1..=12 {
        let options = EncodeOptions::default().with_level(level);
        for len in 0..60 {
            for first in [0u8, 100, 144, 255] {
                let bytes: Vec<u8> = (0..len).map(|i| first.wrapping_add(i)).collect();
                let stream = encode(&bytes, &options).unwrap();
                assert_eq!(decode(&stream).unwrap(), bytes, "level {level}, {len} bytes from {first}");
                assert!(stream.len() <= bytes.len() + 5);
            }
        }
    }
}
