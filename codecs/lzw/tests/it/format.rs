//! Vectors from TIFF 6.0, Section 13, code by code, and the rules that are read between its lines.

use iio_codec::{Check, ErrorKind, Progress};
use iio_lzw::{
    DecodeOptions, Dialect, EncodeOptions, check, decode, decode_exact, decode_into, encode, encode_bound, encode_into,
};

use crate::stream::{noise, pack, tiff};

fn defaults() -> DecodeOptions {
    DecodeOptions::default()
}

fn into(src: &[u8], len: usize) -> (Vec<u8>, Progress) {
    let mut dst = vec![0xa5; len];
    let progress = decode_into(src, &mut dst, &defaults()).unwrap();
    dst.truncate(progress.written);
    (dst, progress)
}

/// The example of Section 13: 7 7 7 8 8 7 7 6 6.
const UNPACKED: [u8; 9] = [7, 7, 7, 8, 8, 7, 7, 6, 6];
const CODES: [u32; 9] = [256, 7, 258, 8, 8, 258, 6, 6, 257];

#[test]
fn example_of_section_13_decodes_and_encodes() {
    let packed = tiff(&CODES);
    assert_eq!(packed, [0x80, 0x01, 0xe0, 0x40, 0x80, 0x44, 0x08, 0x0c, 0x06, 0x80, 0x80]);
    assert_eq!(decode(&packed, &defaults()).unwrap(), UNPACKED);
    assert_eq!(encode(&UNPACKED, &EncodeOptions::default()).unwrap(), packed);
}

#[test]
fn empty_input_is_a_clear_and_an_end_code() {
    let packed = encode(&[], &EncodeOptions::default()).unwrap();
    assert_eq!(packed, tiff(&[256, 257]));
    assert_eq!(decode(&packed, &defaults()).unwrap(), b"");
}

#[test]
fn code_of_the_entry_that_it_makes_is_the_string_before_and_its_first_byte() {
    assert_eq!(decode(&tiff(&[256, 1, 258, 259, 260, 257]), &defaults()).unwrap(), [1; 10]);
    assert_eq!(
        decode(&tiff(&[256, 1, 2, 258, 260, 261, 257]), &defaults()).unwrap(),
        [1, 2, 1, 2, 1, 2, 1, 1, 2, 1, 1]
    );
}

#[test]
fn codes_beyond_the_table_are_malformed_and_named_with_their_bit() {
    let error = decode(&tiff(&[256, 1, 2, 260, 257]), &defaults()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert_eq!(error.to_string(), "lzw: code 260 at bit 27 exceeds the table of 259 entries (at byte 3)");
    let error = decode(&tiff(&[256, 258, 257]), &defaults()).unwrap_err();
    assert_eq!(error.to_string(), "lzw: code 258 at bit 9 follows a clear code, only 0 to 255 may (at byte 1)");
    // Far into a stream, where the fast loops are at work.
    let mut codes = vec![256];
    codes.extend((0..300).map(|i| i % 256));
    codes.push(600);
    codes.extend((0..300).map(|i| i % 256));
    let error = decode(&tiff(&codes), &defaults()).unwrap_err();
    assert_eq!(error.to_string(), "lzw: code 600 at bit 2755 exceeds the table of 557 entries (at byte 344)");
}

#[test]
fn entries_of_an_earlier_stream_or_before_a_clear_code_are_gone() {
    let mut decoder = iio_codec::BytesCodec::decoder(&iio_lzw::Lzw::default()).unwrap();
    let cx = iio_codec::Context::default();
    let long = encode(&noise(20_000, 5, 1), &EncodeOptions::default()).unwrap();
    decoder.decode(&long, &cx).unwrap();
    let mut codes = vec![256];
    codes.extend([9; 40]);
    codes.push(400);
    codes.extend([9; 40]);
    assert_eq!(decoder.decode(&tiff(&codes), &cx).unwrap_err().kind(), ErrorKind::Malformed);
    codes[1] = 256;
    codes.splice(1..1, (0..200).map(|i| i % 256));
    assert_eq!(decoder.decode(&tiff(&codes), &cx).unwrap_err().kind(), ErrorKind::Malformed);
    // Those of codes that had no room in dst never were.
    decoder.decode_into(&long, &mut [0; 5], &cx).unwrap();
    for code in 260..300 {
        assert_eq!(decoder.decode(&tiff(&[256, 1, 2, code, 257]), &cx).unwrap_err().kind(), ErrorKind::Malformed);
    }
}

#[test]
fn full_table_keeps_its_entries_and_12_bits() {
    let mut codes = vec![256];
    codes.extend((0..3900).map(|i| i * 7 % 256));
    codes.extend([4095, 258, 4095]);
    codes.push(257);
    let want: Vec<u8> = (0..3900).map(|i| u8::try_from(i * 7 % 256).unwrap()).collect();
    let got = decode(&tiff(&codes), &defaults()).unwrap();
    assert_eq!(got[..3900], want);
    // Entry 258 + i is bytes i and i + 1.
    assert_eq!(got[3900..], [want[3837], want[3838], want[0], want[1], want[3837], want[3838]]);
}

#[test]
fn missing_clear_code_is_accepted_unless_required() {
    let packed = tiff(&CODES[1..]);
    assert_eq!(decode(&packed, &defaults()).unwrap(), UNPACKED);
    let strict = defaults().with_require_clear(true);
    let error = decode(&packed, &strict).unwrap_err();
    assert_eq!(error.to_string(), "lzw: stream does not begin with a clear code (at byte 0)");
    assert_eq!(decode(&tiff(&CODES), &strict).unwrap(), UNPACKED);
}

#[test]
fn missing_end_code_is_truncated_unless_allowed_but_fills_dst() {
    let packed = tiff(&CODES[..8]);
    assert_eq!(into(&packed, 9), (UNPACKED.to_vec(), Progress { consumed: packed.len(), written: 9, complete: false }));
    let error = decode(&packed, &defaults()).unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Truncated, Some(packed.len() as u64)));
    assert_eq!(decode_exact(&packed, &mut [0; 10], &defaults()).unwrap_err().kind(), ErrorKind::Truncated);
    assert_eq!(decode_exact(&packed, &mut [0; 9], &defaults()).unwrap_err().kind(), ErrorKind::Truncated);
    let lenient = defaults().with_allow_missing_end(true);
    assert_eq!(decode(&packed, &lenient).unwrap(), UNPACKED);
    decode_exact(&packed, &mut [0; 9], &lenient).unwrap();
    assert_eq!(decode_exact(&packed, &mut [0; 10], &lenient).unwrap_err().kind(), ErrorKind::Truncated);
    assert_eq!(decode(&tiff(&CODES), &defaults()).unwrap(), UNPACKED);
}

#[test]
fn full_dst_is_complete_only_if_the_stream_ends_there() {
    let packed = tiff(&CODES);
    let (dst, progress) = into(&packed, 9);
    assert_eq!((dst, progress.complete, progress.consumed), (UNPACKED.to_vec(), true, packed.len()));
    for len in 0..9 {
        let (dst, progress) = into(&packed, len);
        assert_eq!((dst, progress.complete), (UNPACKED[..len].to_vec(), false), "{len}");
    }
    // The string of the code at the end is cut: byte 6 of 9 is the second of code 258, which begins at bit 45.
    assert_eq!(into(&packed, 6).1, Progress { consumed: 5, written: 6, complete: false });
    let error = decode_exact(&packed, &mut [0; 8], &defaults()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::OutputTooSmall { .. }), "{error}");
}

#[test]
fn long_strings_are_cut_at_any_length_of_dst() {
    let src = [vec![3; 2000], noise(500, 3, 9), vec![4; 700], noise(90, 2, 4).repeat(20)].concat();
    for dialect in [Dialect::Tiff, Dialect::Lsb] {
        let packed = encode(&src, &EncodeOptions::default().with_dialect(dialect)).unwrap();
        for len in (0..src.len()).step_by(3) {
            let (dst, progress) = into(&packed, len);
            assert!(dst == src[..len] && !progress.complete, "{dialect:?} {len}");
        }
    }
}

#[test]
fn bytes_after_the_end_code_are_left() {
    let packed = [tiff(&CODES), vec![0x55; 40]].concat();
    assert_eq!(into(&packed, 20).1, Progress { consumed: packed.len() - 40, written: 9, complete: true });
}

#[test]
fn lsb_dialect_is_found_by_its_clear_code() {
    let codes: [(u32, u32); 9] = CODES.map(|code| (code, 9));
    let packed = pack(false, codes);
    assert_eq!(packed[..2], [0x00, 0x0f]);
    assert_eq!(packed[1] & 1, 1);
    assert_eq!(decode(&packed, &defaults()).unwrap(), UNPACKED);
    assert_eq!(decode(&packed, &defaults().with_dialect(Dialect::Lsb)).unwrap(), UNPACKED);
    assert_ne!(decode(&packed, &defaults().with_dialect(Dialect::Tiff)).ok(), Some(UNPACKED.to_vec()));
    assert_eq!(encode(&UNPACKED, &EncodeOptions::default().with_dialect(Dialect::Lsb)).unwrap(), packed);
    assert_eq!(encode(&UNPACKED, &EncodeOptions::default().with_dialect(Dialect::Auto)).unwrap(), tiff(&CODES));
}

#[test]
fn dialects_grow_their_codes_at_different_entries() {
    // After the clear code and 254 literals, entry 510 was made: TIFF goes to 10 bits, the old dialect one code later.
    let literals = || (0..254).map(|i| (i, 9));
    let bytes: Vec<u8> = (0..254).collect();
    let with = |tail: [u8; 2]| [&bytes[..], &tail].concat();
    let early = pack(true, [(256, 9)].into_iter().chain(literals()).chain([(78, 10), (77, 10), (257, 10)]));
    assert_eq!(decode(&early, &defaults()).unwrap(), with([78, 77]));
    assert_eq!(encode(&with([78, 77]), &EncodeOptions::default()).unwrap(), early);
    let late = pack(false, [(256, 9)].into_iter().chain(literals()).chain([(78, 9), (77, 10), (257, 10)]));
    assert_eq!(decode(&late, &defaults()).unwrap(), with([78, 77]));
    assert_eq!(encode(&with([78, 77]), &EncodeOptions::default().with_dialect(Dialect::Lsb)).unwrap(), late);
}

#[test]
fn random_bytes_stay_within_the_bound() {
    for len in [0, 1, 2, 10, 4000, 100_000] {
        let src = noise(len, 255, 3);
        let bound = encode_bound(len);
        let packed = encode(&src, &EncodeOptions::default()).unwrap();
        assert!(packed.len() <= bound, "{} > {bound}", packed.len());
        assert_eq!(decode(&packed, &defaults()).unwrap(), src);
        let mut dst = vec![0; packed.len()];
        assert_eq!(encode_into(&src, &mut dst, &EncodeOptions::default()).unwrap(), packed.len());
        assert_eq!(dst, packed);
        dst.pop();
        let error = encode_into(&src, &mut dst, &EncodeOptions::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutputTooSmall { needed: bound as u64 });
    }
}

#[test]
fn ratio_of_a_table_of_runs_stays_below_the_stated_one() {
    // The longest strings there are: the table of a run, then its last entry again and again.
    let mut codes = vec![256, 0];
    codes.extend(258..4096);
    codes.extend([4095; 40_000]);
    codes.push(257);
    let packed = tiff(&codes);
    let decoded = decode(&packed, &defaults()).unwrap();
    assert_eq!(decoded.len(), 3839 * 3840 / 2 + 40_000 * 3839);
    let ratio = decoded.len().div_ceil(packed.len());
    assert!(ratio > 2400 && ratio <= iio_lzw::INFO.max_ratio.unwrap() as usize, "{ratio}");
}

#[test]
fn nothing_looks_like_lzw() {
    assert_eq!(check(&tiff(&CODES)), Check::Unknown);
}

/// Low bits first; codes grow as the strings of a code size need it, which is told by code.
fn gif(codes: &[(u32, u32)]) -> Vec<u8> {
    pack(false, codes.iter().copied())
}

#[test]
fn code_sizes_of_gif_move_clear_and_end_codes() {
    let with = |size| defaults().with_dialect(Dialect::Gif(size));
    // Clear 4, 1, 6 (which this code makes), 6, end 5: 4 bits once entry 7 was made.
    let packed = gif(&[(4, 3), (1, 3), (6, 3), (6, 3), (5, 4)]);
    assert_eq!(decode(&packed, &with(2)).unwrap(), [1; 5]);
    // Of one bit: the first entry has 3 bits already.
    assert_eq!(decode(&gif(&[(2, 2), (1, 2), (4, 3), (0, 3), (3, 3)]), &with(1)).unwrap(), [1, 1, 1, 0]);
    // Of nine: clear 512, end 513; bytes have no more bits for that.
    assert_eq!(decode(&gif(&[(512, 10), (255, 10), (513, 10)]), &with(9)).unwrap(), [255]);
    let error = decode(&gif(&[(512, 10), (256, 10), (513, 10)]), &with(9)).unwrap_err();
    assert_eq!(error.to_string(), "lzw: code 256 at bit 10 is no byte (at byte 1)");
    let error = decode(&gif(&[(4, 3), (7, 3)]), &with(2)).unwrap_err();
    assert_eq!(error.to_string(), "lzw: code 7 at bit 3 follows a clear code, only 0 to 3 may (at byte 0)");
    for size in [0, 12] {
        assert_eq!(decode(&[], &with(size)).unwrap_err().kind(), ErrorKind::InvalidArgument, "{size}");
    }
    let wide = EncodeOptions::default().with_dialect(Dialect::Gif(2));
    assert_eq!(encode(&[3, 4], &wide).unwrap_err().to_string(), "lzw: byte 4 has more than 2 bits");
    for size in [1, 9] {
        let options = EncodeOptions::default().with_dialect(Dialect::Gif(size));
        assert_eq!(encode(&[0], &options).unwrap_err().kind(), ErrorKind::InvalidArgument, "{size}");
    }
}

#[test]
fn a_full_destination_of_gif_does_not_look_at_what_follows() {
    // Code 7 is not there when 6 is made next.
    let packed = gif(&[(4, 3), (1, 3), (7, 3), (5, 3)]);
    let mut dst = [0xa5; 2];
    let with = defaults().with_dialect(Dialect::Gif(2));
    let progress = decode_into(&packed, &mut dst[..1], &with).unwrap();
    assert_eq!((progress.written, progress.complete, dst), (1, false, [1, 0xa5]));
    assert_eq!(decode_into(&packed, &mut dst, &with).unwrap_err().kind(), ErrorKind::Malformed);
}

#[test]
fn a_full_table_goes_on_for_long() {
    // Entries 258 + i are bytes i and i + 1, then codes of all kinds many times over, near the end of dst too.
    let start: Vec<u32> = (0..3839).map(|i| i * 7 % 256).collect();
    let mut codes = vec![256];
    codes.extend(&start);
    codes.extend((0..20_000).map(|i| [i % 256, 258 + i % 3838][i as usize % 2]));
    codes.push(257);
    let mut want: Vec<u8> = start.iter().map(|&byte| u8::try_from(byte).unwrap()).collect();
    let bytes = want.clone();
    for i in 0..20_000usize {
        let (literal, at) = (u8::try_from(i % 256).unwrap(), i % 3838);
        want.extend(if i % 2 == 0 { vec![literal] } else { bytes[at..at + 2].to_vec() });
    }
    let packed = tiff(&codes);
    let mut dst = vec![0xa5; want.len()];
    decode_exact(&packed, &mut dst, &defaults()).unwrap();
    assert!(dst == want);
    // Codes for entries of no string, or the end of dst, stop it.
    codes.truncate(10_000);
    codes.extend([256, 300]);
    assert_eq!(decode(&tiff(&codes), &defaults()).unwrap_err().kind(), ErrorKind::Malformed);
}
