//! The levels that are ours: what they make is read by our decoder and by the oracle, and is small where it can be.

use iio_brotli::{Brotli, EncodeOptions, Mode, WINDOW_LOGS, decode, encode, encode_bound, encode_into};
use iio_codec::{BytesCodec, Cancel, Context, ErrorKind, Limits};

use super::oracle::{noise, oracle, samples, text};

/// The levels that are not those of the library.
const OURS: std::ops::RangeInclusive<u32> = 2..=9;

fn at(level: u32) -> EncodeOptions {
    EncodeOptions::default().with_level(level).unwrap()
}

/// Encodes, and has both decoders decode.
#[track_caller]
fn packed(src: &[u8], options: &EncodeOptions) -> Vec<u8> {
    let packed = encode(src, options).unwrap();
    assert!(decode(&packed).unwrap() == src, "{} bytes, {options:?}", src.len());
    assert!(oracle(&packed).unwrap() == src, "{} bytes, {options:?}", src.len());
    packed
}

/// Bytes of few values by their place, each structure in turn.
fn structure(kind: usize, len: usize) -> Vec<u8> {
    let noise = noise(len, 3 + kind as u64);
    let byte = |value: usize| value.to_le_bytes()[0];
    match kind {
        0 => noise,
        1 => vec![7; len],
        2 => (0..len).map(|i| byte(i / 300)).collect(),
        3 => (0..len).map(|i| byte(i % 3 * 80)).collect(),
        4 => (0..len).map(|i| byte(i % 1000 * 7 % 251)).collect(),
        5 => noise.iter().map(|&byte| if byte < 250 { 0 } else { byte }).collect(),
        6 => noise.iter().map(|&byte| byte % 3).collect(),
        7 => text(len),
        8 => samples(len),
        9 => (0..len).map(|i| noise[i * 31 % 4096 % len.max(1)]).collect(),
        10 => noise.iter().enumerate().map(|(i, &noise)| byte(i / 2000) / 2 + noise % 8).collect(),
        // Counts as Fibonacci's numbers: the best code has words of more than 15 bits.
        _ => noise
            .iter()
            .zip(noise.iter().rev())
            .map(|(a, b)| byte((a.trailing_ones() + b.trailing_ones() * 2) as usize))
            .collect(),
    }
}

const N_STRUCTURES: usize = 12;

#[test]
fn structures_of_all_sizes_come_back() {
    for len in (0..20).chain([31, 64, 100, 255, 256, 257, 1000, 4095, 4097, 20_000, 69_999]) {
        for kind in 0..N_STRUCTURES {
            let src = structure(kind, len);
            for level in OURS {
                assert!(packed(&src, &at(level)).len() <= encode_bound(len));
            }
        }
    }
}

#[test]
fn structures_come_back_with_every_window() {
    for kind in 0..N_STRUCTURES {
        let src = structure(kind, 69_000);
        for lgwin in WINDOW_LOGS {
            for level in [2, 4, 6, 9] {
                for mode in [Mode::Generic, Mode::Text] {
                    packed(&src, &at(level).with_lgwin(lgwin).unwrap().with_mode(mode));
                }
            }
        }
    }
}

#[test]
fn blocks_of_meta_blocks_join() {
    // Three meta-blocks, each of another kind, one of them stored; matches from one into the next.
    let parts = [structure(7, 300_000), structure(0, 300_000), structure(8, 200_000), structure(7, 100_000)];
    let src = parts.concat();
    for level in OURS {
        let packed = packed(&src, &at(level));
        assert!(packed.len() < 620_000, "{level}: {}", packed.len());
    }
}

#[test]
fn repeats_go_on_over_all_steps() {
    // One copy of 2 MiB, of 3 MB with a period, and of 3 MB from far back.
    let far = noise(1 << 20, 6);
    let period: Vec<u8> = (0..3_000_000).map(|i: usize| (i % 1000 * 7 % 251).to_le_bytes()[0]).collect();
    for level in OURS {
        let len = packed(&vec![9; 2 << 20], &at(level)).len();
        assert!(len < 20, "{level}: {len}");
        let len = packed(&period, &at(level)).len();
        assert!(len < 1100, "{level}: {len}");
        let len = packed(&[&far[..], &far, &far, &far[..77]].concat(), &at(level)).len();
        assert!(len < far.len() + 300, "{level}: {len}");
    }
}

#[test]
fn more_than_one_meta_block_can_hold_comes_back() {
    let mut src = vec![0; (16 << 20) + 70_000];
    let at_end = src.len() - 60_000;
    src[at_end..].copy_from_slice(&structure(7, 60_000));
    src[..60_000].copy_from_slice(&structure(0, 60_000));
    src[(8 << 20)..(8 << 20) + 60_000].copy_from_slice(&structure(0, 60_000));
    let packed = packed(&src, &at(4).with_lgwin(24).unwrap());
    assert!(packed.len() < 85_000, "{}", packed.len());
}

#[test]
fn matches_reach_back_over_the_window_and_no_farther() {
    for lgwin in [10, 11, 14, 16] {
        for level in OURS {
            let len = |distance: usize| {
                let mut src = noise(distance, 1);
                src.extend_from_within(..500);
                packed(&src, &at(level).with_lgwin(lgwin).unwrap()).len()
            };
            let window = (1 << lgwin) - 16;
            assert!(len(window) + 200 < window + 500, "{lgwin} {level}: {}", len(window));
            assert!(len(window + 1) >= window + 1 + 500, "{lgwin} {level}: {}", len(window + 1));
        }
    }
}

#[test]
fn code_words_are_never_longer_than_15_bits() {
    // Counts of 1, 1, 2, 3, 5 .. without matches: the 24th number is 46368, and the best word for the rarest 23 bits long.
    let (mut a, mut b) = (1, 1);
    let mut src = Vec::new();
    for symbol in 0..24 {
        src.extend(std::iter::repeat_n(symbol * 9, a));
        (a, b) = (b, a + b);
    }
    let order = noise(src.len() * 4, 8);
    for i in (1..src.len()).rev() {
        let bytes = order[i * 4..].first_chunk::<4>().unwrap();
        src.swap(i, u32::from_le_bytes(*bytes) as usize % (i + 1));
    }
    for level in OURS {
        let packed = packed(&src, &at(level));
        // The entropy is 2.5 bits.
        assert!(packed.len() * 10 < src.len() * 4, "{level}: {} of {}", packed.len(), src.len());
    }
}

#[test]
fn more_kinds_of_literals_than_block_types_come_back() {
    // Each 900 bytes have 16 values of their own, which the byte before hardly tells.
    let src: Vec<u8> = (0..600u64)
        .flat_map(|kind| {
            let values = noise(16, kind + 1);
            noise(900, kind + 9999).into_iter().map(move |byte| values[usize::from(byte & 15)])
        })
        .collect();
    for level in OURS {
        let packed = packed(&src, &at(level));
        assert!(packed.len() * 10 < src.len() * 9, "{level}: {} of {}", packed.len(), src.len());
    }
}

#[test]
fn pixels_get_small_by_what_stands_before_them() {
    // The order-0 entropy of these is near 8 bits, with the pixel before 3 bits.
    let src = structure(10, 200_000);
    for level in OURS {
        let packed = packed(&src, &at(level));
        assert!(packed.len() < src.len() / 2, "{level}: {}", packed.len());
    }
}

#[test]
fn words_of_the_dictionary_are_used() {
    let src = b"government international development information university because";
    assert!(packed(src, &at(2)).len() > 45);
    let len = packed(src, &at(4)).len();
    assert!(len < 40, "{len}");
}

#[test]
fn text_mode_looks_up_words_everywhere() {
    let mut src = vec![200; 6000];
    src.extend_from_slice(b" government international development information university because ");
    let len = |mode| packed(&src, &at(4).with_mode(mode)).len();
    assert!(len(Mode::Text) + 10 < len(Mode::Generic), "{} {}", len(Mode::Text), len(Mode::Generic));
    assert_eq!(len(Mode::Font), len(Mode::Generic));
}

#[test]
fn higher_levels_give_smaller_streams() {
    let inputs = [text(300_000), samples(300_000), structure(9, 100_000), structure(4, 100_000)];
    let total = |level| inputs.iter().map(|src| packed(src, &at(level)).len()).sum::<usize>();
    let sizes: Vec<usize> = OURS.map(total).collect();
    assert!(sizes.is_sorted_by(|a, b| *b <= a + a / 50), "{sizes:?}");
    assert!(sizes.first() > sizes.last());
}

#[test]
fn noise_is_stored() {
    for len in [1000, 262_144, 700_000] {
        for level in OURS {
            let size = packed(&noise(len, 4), &at(level)).len();
            assert!(size <= len + 4 * len.div_ceil(1 << 18) + 2, "{level}: {len} gives {size}");
        }
    }
}

#[test]
fn a_worker_gives_the_same_whatever_came_before() {
    let inputs: Vec<Vec<u8>> = (0..N_STRUCTURES).map(|kind| structure(kind, 3000 << (kind % 5))).collect();
    for level in OURS {
        let mut encoder = Brotli::new(at(level)).unwrap().encoder().unwrap();
        for src in inputs.iter().chain(inputs.iter().rev()) {
            assert!(encoder.encode(src, &Context::default()).unwrap() == encode(src, &at(level)).unwrap(), "{level}");
        }
    }
}

#[test]
fn a_warm_encoder_allocates_nothing() {
    for level in OURS {
        let mut encoder = Brotli::new(at(level)).unwrap().encoder().unwrap();
        let inputs: Vec<Vec<u8>> = (0..N_STRUCTURES).map(|kind| structure(kind, 69_000)).collect();
        let mut dst = vec![0; encode_bound(69_000)];
        let mut all =
            || inputs.iter().for_each(|src| _ = encoder.encode_into(src, &mut dst, &Context::default()).unwrap());
        all();
        assert_eq!(iio_testkit::allocations(all).0.n, 0, "{level}");
    }
}

#[test]
fn memory_is_what_the_gate_was_told() {
    for level in OURS {
        for kind in 0..N_STRUCTURES {
            for len in [1000, 69_000, 600_000] {
                let src = structure(kind, len);
                let mut dst = vec![0; encode_bound(len)];
                let (stats, ()) = iio_testkit::allocations(|| _ = encode_into(&src, &mut dst, &at(level)).unwrap());
                let mut worker = Brotli::new(at(level)).unwrap().encoder().unwrap();
                let limit = Limits::default().with_working_bytes(stats.peak - 1);
                let error = worker.encode_into(&src, &mut dst, &Context::with_limits(limit)).unwrap_err();
                assert!(matches!(error.kind(), ErrorKind::Limit { which: "working_bytes", .. }), "{error}");
            }
        }
    }
}

#[test]
fn a_destination_that_is_too_small_is_refused_and_one_that_fits_is_filled() {
    for kind in 0..N_STRUCTURES {
        let src = structure(kind, 900);
        for level in [2, 4, 9] {
            let expected = packed(&src, &at(level));
            for len in 0..expected.len() {
                let error = encode_into(&src, &mut vec![0; len], &at(level)).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::OutputTooSmall { needed: encode_bound(src.len()) as u64 });
            }
            let mut dst = vec![0; expected.len()];
            assert_eq!(encode_into(&src, &mut dst, &at(level)).unwrap(), expected.len());
            assert!(dst == expected);
        }
    }
}

#[test]
fn a_cancelled_encoder_stops() {
    let cancel = Cancel::new();
    cancel.cancel();
    let cx = Context { cancel: Some(&cancel), ..Context::default() };
    for level in OURS {
        let mut encoder = Brotli::new(at(level)).unwrap().encoder().unwrap();
        assert_eq!(encoder.encode(b"abc", &cx).unwrap_err().kind(), ErrorKind::Cancelled);
    }
}
