//! All ways to decode symbols have the same result, and it is that of zlib-rs.

use flate2::{Decompress, FlushDecompress, Status};
use iio_codec::Context;
use iio_deflate::engine::{End, Inflated, Inflater, Path};
use iio_deflate::{EncodeOptions, INFO, encode};

/// Numbers from a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }
}

/// Bytes of which `literals` in 100 are drawn, with few small ones in most places, and the others repeat what is at a distance.
fn mixed(len: usize, literals: usize, values: usize, most: usize, random: &mut Random) -> Vec<u8> {
    let mut bytes: Vec<u8> = Vec::new();
    while bytes.len() < len {
        if bytes.is_empty() || random.below(100) < literals {
            let high = random.below(values);
            bytes.push(random.below(high + 1) as u8);
        } else {
            let dist = 1 + random.below(most.min(bytes.len()));
            for _ in 0..(3 + random.below(20)).min(len - bytes.len()) {
                bytes.push(bytes[bytes.len() - dist]);
            }
        }
    }
    bytes
}

/// Streams of all kinds: long and short blocks, codes of a few bits and of more than a table has index bits.
fn streams() -> Vec<(Vec<u8>, usize)> {
    let mut random = Random(1);
    let mut streams = Vec::new();
    for len in [0, 1, 30, 400, 3000, 20_000, 120_000] {
        for (literals, values, most) in [(100, 256, 1), (100, 6, 1), (70, 40, 9), (40, 256, 40_000), (5, 3, 300)] {
            let bytes = mixed(len, literals, values, most, &mut random);
            for level in [0, 1, 6, 12] {
                let stream = encode(&bytes, &EncodeOptions::default().with_level(level)).unwrap();
                streams.push((stream, len));
            }
        }
    }
    streams
}

/// What an inflater says of a stream: bytes of input and output, whether it ended, or the error.
fn outcome(path: Path, stream: &[u8], dst: &mut [u8]) -> Result<(usize, usize, String), String> {
    told(Inflater::with_path(&INFO, path).inflate_into(stream, dst, &Context::default()))
}

fn told(inflated: iio_codec::Result<Inflated>) -> Result<(usize, usize, String), String> {
    let inflated = inflated.map_err(|error| error.to_string())?;
    Ok((inflated.consumed, inflated.written, format!("{:?}", inflated.end)))
}

/// Two streams at once have the same result as each alone.
fn assert_pair(inflater: &mut Inflater, streams: [(&[u8], usize); 2]) {
    let mut alone = streams.map(|(_, room)| vec![0; room]);
    let mut outcomes = Vec::new();
    for ((stream, _), dst) in streams.iter().zip(&mut alone) {
        outcomes.push(outcome(Path::Scalar, stream, dst));
    }
    let mut both = streams.map(|(_, room)| vec![0xaa; room]);
    let [first, second] = &mut both;
    let told = inflater.inflate_both([(streams[0].0, first), (streams[1].0, second)], &Context::default()).map(told);
    assert_eq!(told.as_slice(), outcomes);
    for (outcome, (both, alone)) in outcomes.iter().zip(both.iter().zip(&alone)) {
        if let Ok((_, written, _)) = outcome {
            assert!(both[..*written] == alone[..*written]);
        }
    }
}

fn assert_twins(stream: &[u8], room: usize) {
    let mut expected = vec![0; room];
    let scalar = outcome(Path::Scalar, stream, &mut expected);
    for path in [Path::Bmi2, Path::Plain] {
        let mut dst = vec![0xaa; room];
        assert_eq!(outcome(path, stream, &mut dst), scalar, "{path:?}");
        if let Ok((_, written, _)) = scalar {
            assert!(dst[..written] == expected[..written], "{path:?}");
        }
    }
}

/// Calls for each stream whole, cut, and with a few bits turned.
fn with_damage(mut f: impl FnMut(&[u8], usize)) {
    let mut random = Random(2);
    for (stream, len) in streams() {
        f(&stream, len);
        for _ in 0..24 {
            let mut damaged = stream.clone();
            for _ in 0..=random.below(2) {
                // Tables stand at the start, and tell most.
                let most = if random.below(2) == 0 { stream.len().min(80) } else { stream.len() };
                damaged[random.below(most)] ^= 1 << random.below(8);
            }
            f(&damaged, len);
        }
        f(&stream[..random.below(stream.len())], len);
    }
}

#[test]
fn loops_and_scalar_twin_agree() {
    with_damage(|stream, len| {
        for room in [len, len + 1000, len / 2, len.saturating_sub(1)] {
            assert_twins(stream, room);
        }
    });
}

#[test]
fn pairs_agree_with_single_streams() {
    for path in [Path::Bmi2, Path::Plain, Path::Scalar] {
        let mut inflater = Inflater::with_path(&INFO, path);
        let mut before: (Vec<u8>, usize) = (Vec::new(), 0);
        let mut n = 0;
        with_damage(|stream, len| {
            n += 1;
            let room = [len, len + 1000, len / 2, len.saturating_sub(1)][n % 4];
            assert_pair(&mut inflater, [(&before.0, before.1), (stream, room)]);
            // Those that go on for long meet each other and others.
            if n % 3 == 0 || len > 100_000 {
                before = (stream.to_vec(), room);
            }
        });
        let long: Vec<_> = streams().into_iter().filter(|(stream, _)| stream.len() > 10_000).collect();
        for (first, len) in &long {
            for (second, other_len) in &long {
                assert_pair(&mut inflater, [(first, *len), (second, *other_len)]);
            }
        }
    }
}

#[test]
fn any_room_gives_what_the_scalar_twin_gives() {
    let mut random = Random(3);
    let bytes = mixed(1200, 50, 256, 400, &mut random);
    let stream = encode(&bytes, &EncodeOptions::default()).unwrap();
    for room in 0..=bytes.len() + 1 {
        assert_twins(&stream, room);
    }
    for len in 0..=stream.len() {
        assert_twins(&stream[..len], bytes.len());
    }
}

#[test]
fn what_decodes_is_what_zlib_decodes() {
    let (mut whole, mut refused) = (0, 0);
    with_damage(|stream, len| {
        let room = len + 70_000;
        let mut dst = vec![0; room];
        let ours = Inflater::new(&INFO).inflate_into(stream, &mut dst, &Context::default());
        let ours = ours.ok().filter(|inflated| matches!(inflated.end, End::Reached));
        let mut expected = vec![0; room];
        let mut zlib = Decompress::new(false);
        let status = zlib.decompress(stream, &mut expected, FlushDecompress::Finish);
        assert_eq!(ours.is_some(), matches!(status, Ok(Status::StreamEnd)), "{status:?}, {ours:?}");
        let Some(ours) = ours else {
            refused += 1;
            return;
        };
        whole += 1;
        assert_eq!((ours.consumed as u64, ours.written as u64), (zlib.total_in(), zlib.total_out()));
        assert!(dst[..ours.written] == expected[..ours.written]);
    });
    assert!(whole > 500 && refused > 1000, "{whole} decoded, {refused} refused");
}
