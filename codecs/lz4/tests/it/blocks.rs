//! The decoder against a model that goes byte for byte, and its twins against each other.

use iio_codec::ErrorKind;
use iio_lz4::{DecodeOptions, decode_block_at, decode_block_at_scalar, decoded_size};
use iio_testkit::Rng;

/// One sequence: literals, offset, length of the match.
type Sequence = (Vec<u8>, usize, usize);

fn put_length(block: &mut Vec<u8>, mut rest: usize) {
    while rest >= 255 {
        block.push(255);
        rest -= 255;
    }
    block.push(u8::try_from(rest).unwrap());
}

/// A block of these sequences and the last literals.
fn block(sequences: &[Sequence], last: &[u8]) -> Vec<u8> {
    let mut block = Vec::new();
    let all = sequences.iter().map(|(literals, offset, len)| (&literals[..], Some((*offset, *len))));
    for (literals, found) in all.chain([(last, None)]) {
        let length = found.map_or(0, |(_, len)| len - 4);
        block.push(u8::try_from(literals.len().min(15) << 4 | length.min(15)).unwrap());
        if literals.len() >= 15 {
            put_length(&mut block, literals.len() - 15);
        }
        block.extend_from_slice(literals);
        if let Some((offset, _)) = found {
            block.extend_from_slice(&u16::try_from(offset).unwrap().to_le_bytes());
            if length >= 15 {
                put_length(&mut block, length - 15);
            }
        }
    }
    block
}

/// What they give behind `before`.
fn model(before: &[u8], sequences: &[Sequence], last: &[u8]) -> Vec<u8> {
    let mut out = before.to_vec();
    for (literals, offset, len) in sequences {
        out.extend_from_slice(literals);
        (0..*len).for_each(|_| out.push(out[out.len() - offset]));
    }
    out.extend_from_slice(last);
    out
}

fn noise(rng: &mut Rng, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    rng.fill(&mut bytes);
    bytes
}

/// Decodes with both twins into a destination with `spare` bytes behind the output, which must stay.
fn decoded(block: &[u8], before: &[u8], expected: &[u8], spare: usize, what: &str) {
    for decode in [decode_block_at, decode_block_at_scalar] {
        let mut dst = before.to_vec();
        dst.resize(expected.len() + spare, 0xa5);
        assert_eq!(decode(block, &mut dst, before.len()).unwrap(), (expected.len(), true), "{what}");
        assert!(dst[..expected.len()] == *expected, "{what}");
        assert!(dst[expected.len()..].iter().all(|&byte| byte == 0xa5), "{what}: wrote behind the output");
    }
}

/// Every offset and length around the sizes of pieces, with few and many bytes before and behind.
#[test]
fn every_offset_and_length_is_copied() {
    let mut rng = Rng::new(1);
    let lengths = (4..80).chain([95, 96, 97, 127, 128, 129, 255, 273, 274, 275, 529, 4000]);
    for (offset, len) in lengths.flat_map(|len| (1..70).chain([255, 256, 1000]).map(move |offset| (offset, len))) {
        for (first, rest) in [(offset, 12), (offset + 9, 40), (offset + 1, 200)] {
            let sequences = [(noise(&mut rng, first), offset, len)];
            let last = noise(&mut rng, rest);
            let expected = model(&[], &sequences, &last);
            for spare in [0, 1, 300] {
                let what = format!("offset {offset}, length {len}, {first} literals, {rest} behind, {spare} spare");
                decoded(&block(&sequences, &last), &[], &expected, spare, &what);
            }
        }
    }
}

#[test]
fn every_number_of_literals_is_copied() {
    let mut rng = Rng::new(2);
    for n in (0..200).chain([254, 255, 269, 270, 271, 511, 512, 513, 600, 5000]) {
        for rest in [12, 60, 300] {
            let sequences = [(noise(&mut rng, 40), 33, 7), (noise(&mut rng, n), 20, 5), (noise(&mut rng, n), 3, 30)];
            let last = noise(&mut rng, rest);
            let expected = model(&[], &sequences, &last);
            decoded(&block(&sequences, &last), &[], &expected, 0, &format!("{n} literals, {rest} behind"));
            decoded(&block(&sequences, &last), &[], &expected, 200, &format!("{n} literals, {rest} behind"));
        }
    }
}

fn random_sequences(rng: &mut Rng, mut out: usize) -> (Vec<Sequence>, Vec<u8>) {
    let mut sequences = Vec::new();
    for _ in 0..rng.below(60) {
        let literals = [rng.below(15), rng.below(3), rng.below(80), rng.below(700)][rng.below(4)];
        let literals = literals.max(usize::from(out == 0));
        let len = 4 + [rng.below(15), rng.below(15), rng.below(60), rng.below(1000)][rng.below(4)];
        out += literals;
        let offset = 1 + [rng.below(out.min(20)), rng.below(out.min(65535))][rng.below(2)];
        sequences.push((noise(rng, literals), offset, len));
        out += len;
    }
    let n = 12 + rng.below(100);
    (sequences, noise(rng, n))
}

/// Also into destinations that are too short, which are filled.
#[test]
fn random_blocks_decode_to_the_model() {
    let mut rng = Rng::new(3);
    for round in 0..2000 {
        let n = rng.below(100) * rng.below(3);
        let before = noise(&mut rng, n);
        let (sequences, last) = random_sequences(&mut rng, before.len());
        let (src, expected) = (block(&sequences, &last), model(&before, &sequences, &last));
        decoded(&src, &before, &expected, rng.below(2) * 77, &format!("round {round}"));
        let len = before.len() + rng.below(expected.len() - before.len());
        for decode in [decode_block_at, decode_block_at_scalar] {
            let mut dst = before.clone();
            dst.resize(len, 0x5a);
            assert_eq!(decode(&src, &mut dst, before.len()).unwrap(), (len, false));
            assert!(dst == expected[..len], "round {round}, {len} bytes");
        }
    }
}

/// A block that is broken is so for both twins and for the walk, at the same place; a block that is not gives the same,
/// into any destination.
#[test]
fn broken_blocks_are_broken_for_all() {
    let mut rng = Rng::new(4);
    let (mut sound, mut broken) = (0, 0);
    for _ in 0..6000 {
        let (sequences, last) = random_sequences(&mut rng, 0);
        let mut src = block(&sequences, &last);
        for _ in 0..=rng.below(2) {
            let at = rng.below(src.len());
            src[at] = [0, 255, src[at] ^ 1 << rng.below(8)][rng.below(3)];
        }
        src.truncate(src.len() - rng.below(2) * rng.below(src.len()));
        let walked = decoded_size(&src, &DecodeOptions::default());
        let room = walked.as_ref().map_or(5000, |&size| usize::try_from(size).unwrap()) + rng.below(100);
        let mut made = Vec::new();
        for (decode, fill) in [(decode_block_at as fn(&[u8], &mut [u8], usize) -> _, 0), (decode_block_at_scalar, 0xff)]
        {
            let mut dst = vec![fill; room];
            match (decode(&src, &mut dst, 0), &walked) {
                (Ok((end, complete)), Ok(size)) => {
                    assert_eq!((end as u64, complete), (*size, true));
                    dst.truncate(end);
                    made.push(dst);
                }
                (Err(error), Err(walked)) => {
                    assert!(matches!(error.kind(), ErrorKind::Malformed | ErrorKind::Truncated));
                    assert_eq!((error.kind(), error.offset()), (walked.kind(), walked.offset()));
                }
                (decoded, walked) => panic!("{decoded:?}, but {walked:?}"),
            }
        }
        assert!(made.windows(2).all(|pair| pair[0] == pair[1]));
        if walked.is_ok() { sound += 1 } else { broken += 1 }
    }
    assert!(sound > 500 && broken > 500, "{sound} sound, {broken} broken");
}

#[test]
fn start_behind_the_end_is_refused() {
    assert_eq!(decode_block_at(&[0], &mut [1, 2], 2).unwrap(), (2, true));
    let error = decode_block_at(&[0], &mut [1, 2], 3).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(error.to_string(), "lz4: output begins at byte 3 of 2");
}

/// An offset of 0 copies nothing that was written, and the library writes zeros for it.
#[test]
fn offset_of_zero_is_malformed_wherever_it_stands() {
    for first in [1, 8, 16, 40, 100, 300] {
        for (len, behind) in [(4, 12), (4, 500), (18, 500), (19, 500), (200, 500)] {
            let good = block(&[(vec![1; first], 1, len)], &vec![2; behind]);
            let at = 1 + if first < 15 { 0 } else { 1 + (first - 15) / 255 } + first;
            for (offset, valid) in [(1, true), (0, false), (u16::try_from(first).unwrap() + 1, false)] {
                let mut src = good.clone();
                src[at..at + 2].copy_from_slice(&offset.to_le_bytes());
                for decode in [decode_block_at, decode_block_at_scalar] {
                    let result = decode(&src, &mut vec![0; first + len + behind], 0);
                    assert_eq!(result.is_ok(), valid, "{first} {len} {behind} {offset}");
                    if let Err(error) = result {
                        assert_eq!((error.kind(), error.offset()), (ErrorKind::Malformed, Some(at as u64)));
                    }
                }
            }
        }
    }
}
