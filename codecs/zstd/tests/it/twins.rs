//! The own decoder beside the library.

use iio_testkit::Rng;
use iio_zstd::decode_by_blocks;
use zstd::zstd_safe::{CCtx, CParameter};

/// Levels that differ in how they match, and so in what blocks are made of.
const LEVELS: [i32; 6] = [-5, 1, 3, 7, 13, 19];

fn byte(rng: &mut Rng, below: usize) -> u8 {
    u8::try_from(rng.below(below)).unwrap()
}

/// Contents that make long and short literals, matches, offsets, and repeated offsets.
fn contents(rng: &mut Rng) -> Vec<(&'static str, Vec<u8>)> {
    let smooth: Vec<u8> = (0..150_000u64)
        .flat_map(|i| u16::try_from(i * i / 900_000 % 300 + u64::from(byte(rng, 7))).unwrap().to_le_bytes())
        .collect();
    let words: Vec<Vec<u8>> = (0..200).map(|_| (0..2 + rng.below(9)).map(|_| byte(rng, 26) + b'a').collect()).collect();
    let text = |rng: &mut Rng, n: usize| -> Vec<u8> { (0..n).flat_map(|_| words[rng.below(200)].clone()).collect() };
    let few: Vec<u8> = (0..200_000).map(|_| byte(rng, 5)).collect();
    let mut runs = Vec::new();
    while runs.len() < 300_000 {
        let most = 1 << (1 + rng.below(14));
        let (value, len) = (byte(rng, 256), 1 + rng.below(most));
        let pattern: Vec<u8> = (0..1 + rng.below(20)).map(|i| value.wrapping_add(u8::try_from(i).unwrap())).collect();
        runs.extend(pattern.iter().cycle().take(len));
        runs.extend((0..rng.below(40)).map(|_| byte(rng, 256)));
    }
    let noise: Vec<u8> = (0..220_000).map(|_| byte(rng, 256)).collect();
    // In the third block, literals and a match from far away that are so long that the fields do not fit one word.
    let far: Vec<u8> =
        [&smooth[..128 << 10], &noise[..128 << 10], &noise[150_000..217_000], &noise[..50_000], &smooth[..50_000]]
            .concat();
    let steps: Vec<u8> = (0..40_000u32).flat_map(|i| (i / 3 * 7).to_le_bytes()).collect();
    vec![
        ("far", far),
        ("smooth", smooth),
        ("text", text(rng, 30_000)),
        ("short text", text(rng, 3_000)),
        ("few symbols", few),
        ("runs", runs),
        ("steps", steps),
        ("zeros", vec![0; 400_000]),
    ]
}

fn compress(content: &[u8], level: i32, window_log: Option<u32>) -> Vec<u8> {
    let level = [CParameter::CompressionLevel(level)].into_iter();
    compress_as(content, &level.chain(window_log.map(CParameter::WindowLog)).collect::<Vec<_>>())
}

fn compress_as(content: &[u8], parameters: &[CParameter]) -> Vec<u8> {
    let mut context = CCtx::create();
    for &parameter in parameters {
        context.set_parameter(parameter).unwrap();
    }
    let mut packed = Vec::with_capacity(zstd::zstd_safe::compress_bound(content.len()));
    context.compress2(&mut packed, content).unwrap();
    packed
}

#[test]
fn both_decode_the_same() {
    let mut taken = 0;
    for (name, content) in contents(&mut Rng::new(1)) {
        for level in LEVELS {
            for window in [None, Some(10), Some(15)] {
                let packed = compress(&content, level, window);
                let mut dst = vec![0xa5; content.len() + 40];
                for plain in [false, true] {
                    if let Some(written) = decode_by_blocks(&packed, &mut dst, plain) {
                        assert_eq!(written, content.len());
                        assert!(dst.starts_with(&content), "{name} at level {level}, window {window:?}, {plain}");
                        assert!(
                            dst[content.len()..].iter().all(|&byte| byte == 0xa5),
                            "{name}: bytes behind the content"
                        );
                        taken += 1;
                    }
                    dst.fill(0xa5);
                }
            }
        }
    }
    assert!(taken > 120, "{taken} frames were decoded, others left to the library");
}

#[test]
fn frames_of_all_lengths_end_where_they_should() {
    let mut rng = Rng::new(2);
    let (_, content) = contents(&mut rng).swap_remove(1);
    for len in (16_384..16_500).chain(131_000..131_200) {
        let packed = compress(&content[..len], 3, None);
        let mut dst = vec![0; len];
        assert_eq!(decode_by_blocks(&packed, &mut dst, len % 2 == 0), Some(len));
        assert!(dst == content[..len], "{len} bytes");
    }
}

#[test]
fn frames_of_unknown_length_are_taken_where_they_fit() {
    let (_, content) = contents(&mut Rng::new(4)).swap_remove(1);
    for len in [16_384, 100_000, 131_072, 131_073, 300_000] {
        let content = &content[..len];
        let packed = compress_as(content, &[CParameter::CompressionLevel(3), CParameter::ContentSizeFlag(false)]);
        assert!(!matches!(iio_zstd::decoded_size(&packed).unwrap(), iio_codec::SizeHint::Exact(_)));
        for room in [len, len + 1, len + 1000] {
            let mut dst = vec![0; room];
            assert_eq!(decode_by_blocks(&packed, &mut dst, room % 2 == 0), Some(len));
            assert!(dst.starts_with(content), "{len} bytes in {room}");
        }
        for room in [len - 1, len / 2 + 16_384] {
            assert_eq!(
                decode_by_blocks(&packed, &mut vec![0; room.min(len - 1)], false),
                None,
                "{len} bytes in {room}"
            );
        }
        assert!(iio_zstd::decode(&packed, &iio_zstd::DecodeOptions::default()).unwrap() == content);
        let mut half = vec![0; len / 2];
        let progress = iio_zstd::decode_into(&packed, &mut half, &iio_zstd::DecodeOptions::default()).unwrap();
        assert!(!progress.complete && progress.written == len / 2 && content.starts_with(&half));
    }
}

#[test]
fn what_the_library_refuses_is_refused() {
    let mut rng = Rng::new(3);
    let (mut sound, mut broken) = (0, 0);
    for (name, content) in contents(&mut rng) {
        let content = &content[..content.len().min(40_000)];
        for level in [1, 3, 19] {
            let is_declared = CParameter::ContentSizeFlag(rng.below(2) == 0);
            let packed = compress_as(content, &[CParameter::CompressionLevel(level), is_declared]);
            for _ in 0..150 {
                let mut packed = packed.clone();
                for _ in 0..1 + rng.below(3) {
                    // Headers and tables come first, and streams of bits begin at the end.
                    let most = if rng.below(2) == 0 { packed.len() } else { packed.len().min(200) };
                    let at = rng.below(most);
                    packed[at] ^= 1 << rng.below(8);
                }
                if rng.below(8) == 0 {
                    packed.truncate(packed.len() - 1);
                }
                let (mut own, mut library) = (vec![0; content.len()], Vec::with_capacity(content.len()));
                let given = zstd::zstd_safe::decompress(&mut library, &packed).ok();
                if let Some(written) = decode_by_blocks(&packed, &mut own, rng.below(2) == 0) {
                    assert!(given == Some(written) && own[..written] == library, "{name} at level {level}");
                    sound += 1;
                } else {
                    broken += 1;
                }
            }
        }
    }
    assert!(sound > 100 && broken > 1000, "{sound} changed frames were decoded, {broken} were not");
}
