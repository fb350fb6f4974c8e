//! The decoder of the crate `brotli`, to compare with ours.

use brotli::{BrotliDecompressStream, BrotliResult, BrotliState};
use iio_brotli::{Brotli, EncodeOptions, LEVELS, Mode, WINDOW_LOGS, decode, decode_into, encode};
use iio_codec::{BytesCodec, Context, ErrorKind};

/// What the oracle makes of a stream: its output, or none if it is broken or cut.
pub(crate) fn oracle(src: &[u8]) -> Option<Vec<u8>> {
    let alloc = brotli::enc::StandardAlloc::default;
    let mut state = BrotliState::new_strict(alloc(), alloc(), alloc());
    let (mut dst, mut written, mut read, mut input) = (vec![0; 1 << 12], 0, 0, src.len());
    loop {
        let mut room = dst.len() - written;
        match BrotliDecompressStream(&mut input, &mut read, src, &mut room, &mut written, &mut dst, &mut 0, &mut state)
        {
            BrotliResult::ResultSuccess => {
                dst.truncate(written);
                return Some(dst);
            }
            BrotliResult::NeedsMoreOutput => dst.resize(dst.len() * 2, 0),
            BrotliResult::NeedsMoreInput | BrotliResult::ResultFailure => return None,
        }
    }
}

/// Both give the same bytes, or both refuse.
pub(crate) fn agree(src: &[u8], what: &str) {
    match (decode(src), oracle(src)) {
        (Ok(ours), Some(theirs)) => assert!(ours == theirs, "{what}: differ"),
        (Err(error), None) => assert!(
            matches!(error.kind(), ErrorKind::Malformed | ErrorKind::Truncated | ErrorKind::Unsupported),
            "{what}: {error}"
        ),
        (ours, theirs) => panic!("{what}: {:?}, oracle {:?}", ours.map(|b| b.len()), theirs.map(|b| b.len())),
    }
}

/// Bytes that do not compress.
pub(crate) fn noise(len: usize, mut state: u64) -> Vec<u8> {
    let step = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[4]
    };
    std::iter::repeat_with(step).take(len).collect()
}

/// English with words of the dictionary in many forms, so that encoders use its transforms.
pub(crate) fn text(len: usize) -> Vec<u8> {
    let mut state = 5u32;
    let words = [
        "time ",
        "The ",
        "from the ",
        "Information",
        " would be ",
        "INTERNATIONAL ",
        "government of the ",
        "href=\"",
        "http://www.",
        ".com/",
        "country, ",
        "under ",
        "national ",
        "Development",
        "between ",
        "\n\t",
        "\u{44e}",
        "10",
        "</script>",
        "University of ",
        "because ",
        "year. This ",
        "system",
        "GROUP ",
        "available",
        "\u{e9}t\u{e9} ",
    ];
    let mut text = Vec::new();
    while text.len() < len {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        text.extend_from_slice(words[(state >> 16) as usize % words.len()].as_bytes());
    }
    text.truncate(len);
    text
}

/// Samples of 16 bits with noise in the lower ones.
pub(crate) fn samples(len: usize) -> Vec<u8> {
    let mut state = 9u32;
    let sample = |i: u16| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        i / 16 + u16::from(state.to_be_bytes()[0] >> 3)
    };
    (0..=u16::MAX).cycle().map(sample).flat_map(u16::to_le_bytes).take(len).collect()
}

fn inputs(len: usize) -> [Vec<u8>; 3] {
    let runs = (0..len).map(|i| (i / 700 * 5).to_le_bytes()[0] ^ (i % 3).to_le_bytes()[0]).collect();
    [text(len), samples(len), runs]
}

#[test]
fn streams_of_all_levels_and_windows_decode_as_the_oracle_says() {
    for len in [0, 1, 2, 5, 77, 768, 5000, 70_000] {
        for (k, src) in inputs(len).iter().enumerate() {
            for level in LEVELS {
                for lgwin in WINDOW_LOGS.step_by(if len > 5000 { 7 } else { 2 }) {
                    let options = EncodeOptions::default().with_level(level).unwrap().with_lgwin(lgwin).unwrap();
                    let packed = encode(src, &options).unwrap();
                    assert!(decode(&packed).unwrap() == *src, "{k} {len} {options:?}");
                    assert!(oracle(&packed).unwrap() == *src, "{k} {len} {options:?}");
                }
            }
        }
    }
}

#[test]
fn long_streams_decode_as_the_oracle_says() {
    for src in inputs(1 << 20) {
        for (level, mode) in [(0, Mode::Generic), (2, Mode::Generic), (5, Mode::Text), (9, Mode::Font)] {
            let options = EncodeOptions::default().with_level(level).unwrap().with_mode(mode);
            let packed = encode(&src, &options).unwrap();
            assert!(decode(&packed).unwrap() == src, "{options:?}");
            assert!(oracle(&packed).unwrap() == src, "{options:?}");
        }
    }
}

#[test]
fn every_truncation_and_bit_flip_is_judged_as_by_the_oracle() {
    for len in [3, 300, 1500] {
        for src in inputs(len) {
            for level in [0, 1, 4, 5, 9, 11] {
                let packed = encode(&src, &EncodeOptions::default().with_level(level).unwrap()).unwrap();
                for end in 0..packed.len() {
                    agree(&packed[..end], &format!("level {level}, {len} bytes, cut at {end}"));
                }
                for bit in 0..packed.len() * 8 {
                    let mut flipped = packed.clone();
                    flipped[bit / 8] ^= 1 << (bit % 8);
                    agree(&flipped, &format!("level {level}, {len} bytes, bit {bit}"));
                }
            }
        }
    }
}

#[test]
fn a_destination_of_any_length_gets_the_start_of_the_output() {
    let noise: Vec<u8> =
        (0..900u32).map(|i| (i.wrapping_mul(i).wrapping_mul(2_654_435_761) >> 24).to_le_bytes()[0]).collect();
    for src in inputs(900).into_iter().chain([noise]) {
        for level in [0, 5, 11] {
            let packed = encode(&src, &EncodeOptions::default().with_level(level).unwrap()).unwrap();
            for len in 0..src.len() + 2 {
                let mut dst = vec![0xa5; len];
                let progress = decode_into(&packed, &mut dst).unwrap();
                let n = len.min(src.len());
                assert_eq!((progress.written, progress.complete), (n, len >= src.len()), "level {level}");
                assert!(dst[..n] == src[..n] && dst[n..].iter().all(|&byte| byte == 0xa5), "level {level}, {len}");
            }
        }
    }
}

#[test]
fn a_warm_decoder_allocates_nothing() {
    let streams: Vec<(Vec<u8>, Vec<u8>)> = inputs(70_000)
        .into_iter()
        .flat_map(|src| [0, 4, 11].map(|level| (encode(&src, &with_level(level)).unwrap(), src.clone())))
        .collect();
    let (mut decoder, cx, mut dst) = (Brotli::default().decoder().unwrap(), Context::default(), vec![0; 70_000]);
    let mut all = || {
        for (packed, src) in &streams {
            decoder.decode_exact(packed, &mut dst, &cx).unwrap();
            assert!(dst == *src);
        }
    };
    all();
    assert_eq!(iio_testkit::allocations(all).0.n, 0);
}

fn with_level(level: u32) -> EncodeOptions {
    EncodeOptions::default().with_level(level).unwrap()
}
