//! Compressed meta-blocks by hand: what Sections 3 to 9 of RFC 7932 say, part by part. What is expected follows from the
//! text; the oracle has to agree.

use iio_brotli::decode;
use iio_codec::ErrorKind;

use super::bits::{Bits, distance, last, plain};
use super::oracle::{agree, oracle};

/// Insert 5, copy 2 with the last distance.
const INSERT_5: usize = 5 << 3;
/// Insert 20 (2 in 3 extra bits), copy 2.
const INSERT_20: usize = 256 + (2 << 3);
/// Insert nothing, copy 2.
const COPY_2: usize = 128;
/// Insert nothing, copy 4.
const COPY_4: usize = 130;

#[track_caller]
fn gives(bits: &Bits, expected: &[u8]) {
    let stream = bits.clone().end();
    let decoded = decode(&stream).unwrap_or_else(|error| panic!("{error}: {stream:02x?}"));
    assert_eq!(String::from_utf8_lossy(&decoded), String::from_utf8_lossy(expected));
    assert_eq!(decoded, expected);
    assert_eq!(oracle(&stream).as_deref(), Some(expected));
    for end in 0..stream.len() {
        assert_eq!(decode(&stream[..end]).unwrap_err().kind(), ErrorKind::Truncated, "cut at {end}");
    }
    for bit in 0..stream.len() * 8 {
        let mut flipped = stream.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        agree(&flipped, &format!("{stream:02x?}, bit {bit}"));
    }
}

#[track_caller]
fn breaks(bits: &Bits, rule: &str) {
    // What follows is there: it is not the end that is missing.
    let stream = (0..32).fold(bits.clone(), |bits, _| bits.number(0, 8)).end();
    let error = decode(&stream).unwrap_err();
    assert_eq!(error.message(), format!("stream is corrupt: {rule}"));
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert_eq!(oracle(&stream), None);
}

#[test]
fn simple_codes_of_one_to_four_symbols() {
    let literals = |symbols: &[u8]| {
        let symbols: Vec<usize> = symbols.iter().map(|&symbol| symbol.into()).collect();
        plain(5).simple(8, &symbols).simple(10, &[INSERT_5]).simple(6, &[0])
    };
    gives(&literals(b"a"), b"aaaaa");
    // Symbols of one length are sorted.
    gives(&literals(b"ba").words("0 1 1 0 1"), b"abbab");
    gives(&literals(b"zcb").words("10 0 11 0 10"), b"bzczb");
    gives(&literals(b"dcba").words("00 01 10 11 00"), b"abcda");
    let skewed = plain(5).number(1, 2).number(3, 2);
    let skewed = [b'x', b'c', b'b', b'a'].iter().fold(skewed, |bits, &symbol| bits.number(symbol.into(), 8));
    let skewed = skewed.number(1, 1).simple(10, &[INSERT_5]).simple(6, &[0]);
    gives(&skewed.words("0 10 110 111 0"), b"xcabx");
}

#[test]
fn complex_codes_with_repeated_lengths_and_zeros() {
    // Lengths 1, 2, 3 and 17 have two bits each: 00, 01, 10, 11. Three runs of zeros make 3, 13, 97.
    let zeros = plain(5).lengths(&[2, 2, 2, 0, 0, 0, 2]).words("11").number(0, 3).words("11").number(2, 3);
    let code = zeros.words("11").number(6, 3).words("00 01 10 10");
    gives(&code.simple(10, &[INSERT_5]).simple(6, &[0]).words("0 10 110 111 0"), b"abcda");
    // Lengths 2, 16 and 17 have 0, 10, 11: a length of 2, and three more of them.
    let zeros = plain(5).lengths(&[0, 1, 0, 0, 0, 0, 2, 0, 2]).words("11").number(0, 3).words("11").number(2, 3);
    let code = zeros.words("11").number(6, 3).words("0 10").number(0, 2);
    gives(&code.simple(10, &[INSERT_5]).simple(6, &[0]).words("00 01 10 11 00"), b"abcda");
    // Nothing before: the length 8 is repeated. The code of lengths has one symbol, which takes no bits.
    let code = plain(5).bytes_as_they_are().simple(10, &[INSERT_5]).simple(6, &[0]);
    gives(&code.literals(b"\x00\xffabc"), b"\x00\xffabc");
}

#[test]
fn codes_that_are_not_complete_are_malformed() {
    breaks(&plain(5).simple(8, &[97, 98, 97]), "symbol 97 is twice in a simple prefix code");
    let commands = plain(5).simple(8, &[97]).simple(10, &[704]);
    breaks(&commands, "symbol 704 of a simple prefix code is not below 704");
    let few = plain(5).lengths(&[3, 3, 0, 0, 0, 0, 3, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    breaks(&few, "code of code lengths leaves bit patterns without a symbol");
    breaks(&plain(5).lengths(&[1, 1, 1]), "prefix code has more symbols than bit patterns");
    // The length 1 alone, without bits: for the symbols 0 and 1, and the code is complete.
    let ones = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    gives(&plain(1).lengths(&ones).simple(10, &[1 << 3]).simple(6, &[0]).words("1"), &[1]);
    let zeros = plain(5).lengths(&[1, 0, 0, 0, 0, 0, 1]).words("0");
    let zeros = [0, 0, 7, 7].iter().fold(zeros, |bits, &extra| bits.words("1").number(extra, 3));
    breaks(&zeros, "lengths of a prefix code run to 651 of 256 symbols");
    let full = plain(5).lengths(&[0, 1, 0, 0, 0, 0, 0, 0, 1]).words("0 1").number(3, 2);
    breaks(&full, "prefix code has more symbols than bit patterns");
    let short = plain(5).lengths(&[1, 0, 0, 0, 0, 0, 1]).words("0");
    let short = [2, 6, 4].iter().fold(short, |bits, &extra| bits.words("1").number(extra, 3));
    breaks(&short, "prefix code leaves bit patterns without a symbol");
}

/// One code of `a`, one of `b`, by the low six bits of the byte before.
fn contexts(map: impl Fn(Bits) -> Bits) -> Bits {
    let head = last(6).words("000").number(0, 6).number(0, 2);
    // Two codes; runs of up to 2^6 - 1 zeros by symbols 1 to 5, the value 1 by symbol 6.
    let head = map(head.words("1").number(0, 3).words("1").number(4, 4).simple(3, &[5, 6, 4]));
    head.words("0").simple(8, &[97]).simple(8, &[98]).simple(10, &[6 << 3]).simple(6, &[0]).number(0, 1)
}

#[test]
fn context_maps_with_runs_and_move_to_front() {
    // Contexts 0 to 32 and 34 (`b`) on have code 0, 33 (`a`) has code 1.
    let stream = contexts(|bits| bits.words("0").number(1, 5).words("11 10").number(14, 4).number(0, 1));
    gives(&stream, b"ababab");
    // The same as places in a list: 0 .. 0 1 1 0 .. 0.
    let stream = contexts(|bits| bits.words("0").number(1, 5).words("11 11 10").number(13, 4).number(1, 1));
    gives(&stream, b"ababab");
    let long = contexts(|bits| bits.words("0").number(31, 5).words("0").number(0, 5));
    breaks(&long, "context map has a run of 32 at 63 of 64");
}

#[test]
fn contexts_of_all_modes_are_those_of_section_7_1() {
    use brotli::enc::constants::{kSigned3BitContextLookup, kUTF8ContextLookup};
    for mode in 0..4 {
        for (last, before) in (0..=255).flat_map(|last: u8| [(last, 0), (last, 65), (0, last), (200, last)]) {
            let (p1, p2) = (usize::from(last), usize::from(before));
            let context = match mode {
                0 => last & 63,
                1 => last >> 2,
                2 => kUTF8ContextLookup[p1] | kUTF8ContextLookup[256 + p2],
                _ => kSigned3BitContextLookup[p1] << 3 | kSigned3BitContextLookup[p2],
            };
            // Stored bytes set the context; one code gives `n` in all contexts but one, where the other gives `y`.
            let stored = Bits::default().number(0, 1).words("0").number(0, 2).number(1, 16).words("1").number(0, 3);
            let stored = stored.number(p2, 8).number(p1, 8).words("10").number(0, 2).number(0, 16);
            let map = stored.words("000").number(0, 6).number(mode, 2).words("1").number(0, 3).words("0");
            let map = map.simple(1, &[0, 1]);
            let map = (0..64).fold(map, |bits, i| bits.number(usize::from(i == context), 1)).words("0 0");
            let stream = map.simple(8, &[110]).simple(8, &[121]).simple(10, &[1 << 3]).simple(6, &[0]).end();
            assert_eq!(decode(&stream).unwrap(), [before, last, b'y'], "mode {mode}");
        }
    }
}

#[test]
fn block_switches_of_literals() {
    // Two types; code 1 (the next type) always; counts of 1 and 2 extra bits, first 1 + 1.
    let types = last(6).words("1").number(0, 3).simple(2, &[1]).simple(5, &[0]).number(1, 2);
    let head = types.words("00").number(0, 6).number(0, 4).words("1").number(0, 3).words("1").number(5, 4);
    // The first 64 contexts have code 0, the others 1: a run by symbol 6, then symbol 7.
    let map = (0..64).fold(head.simple(3, &[6, 7]).words("0").number(0, 6), |bits, _| bits.words("1"));
    let codes = map.words("0 0").simple(8, &[97]).simple(8, &[98]).simple(10, &[6 << 3]).simple(6, &[0]);
    gives(&codes.number(0, 1).number(2, 2).number(0, 2), b"aabbba");
}

#[test]
fn block_switches_of_commands_and_distances() {
    // Two types of commands with one command each, 1 + 0 long and again; code 0 is the type before.
    let types = last(8).words("0 1").number(0, 3).simple(2, &[0]).simple(5, &[0]).number(0, 2);
    let types = types.words("1").number(0, 3).simple(2, &[0]).simple(5, &[0]).number(0, 2);
    let head = types.number(0, 6).number(0, 2).words("0");
    // Distances: 8 contexts, code 1 for the second type.
    let head = head.words("1").number(0, 3).words("0").simple(1, &[0, 1]).words("0000 1111 0");
    let codes = head.bytes_as_they_are().simple(10, &[128 + (4 << 3)]).simple(10, &[COPY_2]);
    // First the distance 4, and 11 - 8 = 3 after that.
    let codes = codes.simple(6, &[0]).simple(6, &[4]);
    gives(&codes.literals(b"wxyz").number(0, 2).number(0, 2), b"wxyzwxzw");
}

#[test]
fn distances_of_the_ring_buffer() {
    let expected = [4, 11, 15, 16, 3, 5, 2, 6, 1, 7, 10, 12, 9, 13, 8, 14];
    for (symbol, distance) in expected.into_iter().enumerate() {
        let head = plain(22).bytes_as_they_are().simple(10, &[INSERT_20]).simple(6, &[symbol]).number(2, 3);
        let mut dst = *b"ABCDEFGHIJKLMNOPQRST..";
        let stream = head.literals(&dst[..20]);
        dst[20] = dst[20 - distance];
        dst[21] = dst[21 - distance];
        gives(&stream, &dst);
    }
    // What was used comes first: 11, again 11, then 4.
    let head = plain(26).bytes_as_they_are().simple(10, &[INSERT_20, COPY_2]).simple(6, &[0, 1]);
    let stream = head.words("1").number(2, 3).literals(b"ABCDEFGHIJKLMNOPQRST").words("1 0 0 0 1");
    gives(&stream, b"ABCDEFGHIJKLMNOPQRSTJKLMJK");
    // 2, then 2 - 3.
    let head = plain(26).bytes_as_they_are().simple(10, &[INSERT_20, COPY_2]).simple(6, &[6, 8]);
    let stream = head.words("1").number(2, 3).literals(b"ABCDEFGHIJKLMNOPQRST").words("0 0 1");
    breaks(&stream, "distance is zero or less");
}

#[test]
fn distances_with_direct_codes_and_postfix() {
    // NPOSTFIX 1, NDIRECT 2: symbols of 7 bits.
    let cases =
        [(16, 0, 0, 1), (17, 0, 0, 2), (18, 0, 1, 3), (18, 1, 1, 5), (19, 1, 1, 6), (20, 1, 1, 9), (22, 2, 2, 15)];
    for (symbol, extra, n, distance) in cases {
        let head = last(22).words("000").number(1, 2).number(1, 4).number(0, 2).words("00");
        let head = head.bytes_as_they_are().simple(10, &[INSERT_20]).simple(7, &[symbol]).number(2, 3);
        let mut dst = *b"ABCDEFGHIJKLMNOPQRST..";
        let stream = head.literals(&dst[..20]).number(extra, n);
        dst[20] = dst[20 - distance];
        dst[21] = dst[21 - distance];
        gives(&stream, &dst);
    }
}

#[test]
fn long_copies_overlap_at_every_distance() {
    for distance in 1..=40 {
        let (symbol, extra, n) = super::bits::distance(distance);
        // Insert 40 (code 12, 6 in 4 extra bits), copy 130 (code 17, 28 in 5 extra bits), in the cell from 512 on.
        let command = 512 + ((12 - 8) << 3) + (17 - 16);
        let head = plain(40 + 130).bytes_as_they_are().simple(10, &[command]).simple(6, &[symbol]);
        let first: Vec<u8> = (b'0'..b'0' + 40).collect();
        let stream = head.number(6, 4).number(28, 5).literals(&first).number(extra, n);
        let mut dst = first;
        (0..130).for_each(|i| dst.push(dst[40 + i - distance]));
        assert_eq!(decode(&stream.clone().end()).unwrap(), dst, "{distance}");
        assert_eq!(oracle(&stream.end()).unwrap(), dst, "{distance}");
    }
}

/// A stream of nothing but a word: its length, its number, and the bytes it gives.
fn word(len: usize, id: usize, gives: usize) -> Bits {
    let (symbol, extra, n) = distance(id + 1);
    // Copy codes 2 to 13 in 130 to 135 and 192 to 197.
    let (command, copy, n_copy) = match len {
        4..=9 => (COPY_4 + len - 4, 0, 0),
        10..=13 => (192 + (len - 10) / 2, (len - 10) % 2, 1),
        14..=21 => (194 + (len - 14) / 4, (len - 14) % 4, 2),
        _ => (196 + (len - 22) / 8, (len - 22) % 8, 3),
    };
    plain(gives).simple(8, &[97]).simple(10, &[command]).simple(6, &[symbol]).number(copy, n_copy).number(extra, n)
}

#[test]
fn words_of_the_dictionary() {
    gives(&word(4, 0, 4), b"time");
    gives(&word(4, 1, 4), b"down");
    // Transform 1 adds a space, 4 also makes a capital, 9 only that.
    gives(&word(4, 1024, 5), b"time ");
    gives(&word(4, 4096, 5), b"Time ");
    gives(&word(4, 9 << 10, 4), b"Time");
    breaks(&word(4, 121 << 10, 4), "distance 123905 exceeds 0, and no word of 4 bytes is there");
    breaks(&word(25, 0, 25), "distance 1 exceeds 0, and no word of 25 bytes is there");
    breaks(&word(4, 1024, 4), "command has 5 bytes to copy, the meta-block only 4 more");
}

#[test]
fn words_of_every_length_in_every_transform() {
    use brotli::dictionary::{kBrotliDictionary, kBrotliDictionaryOffsetsByLength, kBrotliDictionarySizeBitsByLength};
    for len in 4..=24 {
        let n_bits = kBrotliDictionarySizeBitsByLength[len];
        for (transform, index) in (0..121u16).flat_map(|transform| [(transform, 0), (transform, 17), (transform, 30)]) {
            let start = kBrotliDictionaryOffsetsByLength[len] as usize + index * len;
            let mut expected = [0; 64];
            let source = &kBrotliDictionary[start..start + len];
            let n = brotli::TransformDictionaryWord(
                &mut expected,
                source,
                source.len().try_into().unwrap(),
                transform.into(),
            );
            let expected = &expected[..n.try_into().unwrap()];
            if n > 0 {
                let stream = word(len, usize::from(transform) << n_bits | index, expected.len()).end();
                assert_eq!(decode(&stream).unwrap(), expected, "{len} {transform} {index}");
            }
        }
    }
}

#[test]
fn lengths_beyond_the_meta_block_are_malformed() {
    let head = plain(4).simple(8, &[97]).simple(10, &[INSERT_5]).simple(6, &[0]);
    breaks(&head, "command has 5 bytes to insert, the meta-block only 4 more");
    let head = plain(7).simple(8, &[97]).simple(10, &[(5 << 3) + 1]).simple(6, &[0]);
    breaks(&head, "command has 3 bytes to copy, the meta-block only 2 more");
}

#[test]
fn meta_blocks_that_give_nothing() {
    let skip = |len: &dyn Fn(Bits) -> Bits| len(Bits::default().number(0, 1).words("0").number(3, 2));
    // No length at all, then the empty last one.
    let none = skip(&|bits| bits.number(0, 1).number(0, 2).number(0, 1));
    gives(&none.words("11"), b"");
    breaks(&skip(&|bits| bits.number(1, 1)), "reserved bit of a metadata block is set");
    let zero = skip(&|bits| bits.number(0, 1).number(2, 2).number(5, 16));
    breaks(&zero, "length of a metadata block has 2 bytes, the last of which is 0");
    let padded = skip(&|bits| bits.number(0, 1).number(1, 2).number(0, 8).number(1, 1));
    breaks(&padded, "bits before metadata are not zero");
}
