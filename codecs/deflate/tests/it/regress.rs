//! Past bugs: first a valid input, then the bad one.

use iio_codec::ErrorKind;
use iio_deflate::{decode, decode_exact, decode_into};

use crate::bits::block;

/// `a` and a match of 258 bytes at distance 1, by the length symbol 285 or by 286, which RFC 1951 reserves.
fn long_match(symbol: &str) -> Vec<u8> {
    block(true, 1).code("10010001").code(symbol).code("00000").code("0000000").done()
}

/// libdeflate took the reserved length symbols for 258, zlib-rs did not: the result hung on the size of `dst`.
#[test]
fn reserved_length_symbol_is_refused_with_any_destination() {
    let stream = long_match("11000101");
    assert_eq!(decode(&stream).unwrap(), [b'a'; 259]);
    let mut dst = [0; 300];
    assert!(decode_into(&stream, &mut dst).unwrap().complete);
    let stream = long_match("11000110");
    assert_eq!(decode(&stream).unwrap_err().kind(), ErrorKind::Malformed);
    for len in [0, 1, 2, 258, 259, 300] {
        let mut dst = vec![0; len];
        assert_eq!(
            decode_exact(&stream, &mut dst).unwrap_err().kind(),
            match len {
                0 => ErrorKind::OutputTooSmall { needed: 1 },
                _ => ErrorKind::Malformed,
            }
        );
    }
}

/// As above, but the symbol comes after more output than the first guess allows.
#[test]
fn reserved_length_symbol_is_refused_beyond_any_guess() {
    for (symbol, fits) in [("11000101", true), ("11000110", false)] {
        let mut bits = block(true, 1).code("10010001");
        for _ in 0..9000 {
            bits = bits.code("11000101").code("00000");
        }
        let stream = bits.code(symbol).code("00000").code("0000000").done();
        let decoded = decode(&stream).map(|bytes| bytes.len()).map_err(|error| error.kind());
        assert_eq!(decoded, if fits { Ok(1 + 9001 * 258) } else { Err(ErrorKind::Malformed) });
    }
}

/// zlib-rs reads ahead to the next block while the destination is being filled: the fault there hid the output.
#[test]
fn fault_behind_a_full_destination_leaves_it_filled() {
    let mut dst = [0];
    for kind in [1, 3] {
        let stream = block(false, 1).code("10010001").code("0000000").number(1, 1).number(kind, 2).number(0, 7).done();
        let progress = decode_into(&stream, &mut dst).unwrap();
        assert_eq!((progress.written, progress.complete, dst), (1, kind == 1, [b'a']));
        assert_eq!(decode_exact(&stream, &mut dst).is_ok(), kind == 1);
    }
}
