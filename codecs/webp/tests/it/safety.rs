//! Streams that lie: refused before anything large is allocated or decoded.

use std::time::{Duration, Instant};

use iio_codec::{ArrayCodec, Context, Error, ErrorKind, Limits};
use iio_testkit::Rng;
use iio_webp::{DecodeOptions, EncodeOptions, Webp, decode};

use crate::build::{Bits, anim, anmf, chunk, packed, photo, riff, unpacked, vp8l, vp8l_header, vp8x};

fn with(src: &[u8], options: DecodeOptions, cx: &Context<'_>) -> Result<(), Error> {
    Webp::new(EncodeOptions::default(), options).decoder()?.decode(src, None, cx).map(|_| ())
}

/// The error of `src`, which must come at once.
fn refused(src: &[u8], options: DecodeOptions) -> Error {
    let start = Instant::now();
    let error = with(src, options, &Context::default()).unwrap_err();
    assert!(start.elapsed() < Duration::from_millis(200), "{error} after {:?}", start.elapsed());
    error
}

#[test]
fn declared_size_beyond_the_limit_is_refused() {
    let file = riff(&[vp8x(2, 16384, 16385), anim(), anmf([0, 0, 2, 2], 0, &vp8l([2, 2], [1, 2, 3, 4]))]);
    let options = DecodeOptions::default().with_has_alpha(true);
    let error = refused(&file, options);
    assert!(
        matches!(error.kind(), ErrorKind::Limit { which: "output_bytes", requested: 1_073_807_360, .. }),
        "{error}"
    );
    let limits = Limits::default().with_output_bytes(1 << 20);
    let file = riff(&[vp8l([600, 600], [1, 2, 3, 255])]);
    assert!(with(&file, DecodeOptions::default(), &Context::default()).is_ok());
    let error = with(&file, DecodeOptions::default(), &Context::with_limits(limits)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "output_bytes", requested: 1_080_000, .. }), "{error}");
}

#[test]
fn memory_of_libwebp_is_gated() {
    let file = riff(&[vp8l([12000, 12000], [1, 2, 3, 255])]);
    let error = refused(&file, DecodeOptions::default());
    assert!(
        matches!(error.kind(), ErrorKind::Limit { which: "working_bytes", requested, .. } if requested >= 576_000_000)
    );
}

#[test]
fn canvas_beyond_the_limit_is_refused() {
    let frame = anmf([0, 0, 2, 2], 0, &vp8l([2, 2], [1, 2, 3, 255]));
    let file = riff(&[vp8x(2, 60_000, 60_000), anim(), frame.clone()]);
    let error = refused(&file, DecodeOptions::default());
    assert!(
        matches!(error.kind(), ErrorKind::Limit { which: "output_bytes", requested: 10_800_000_000, .. }),
        "{error}"
    );
    let file = riff(&[vp8x(2, 14_000, 14_000), anim(), frame]);
    let error = refused(&file, DecodeOptions::default());
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "working_bytes", requested: 784_000_016, .. }), "{error}");
}

#[test]
fn frames_count_as_output() {
    let frame = anmf([0, 0, 2, 2], 0, &vp8l([2, 2], [1, 2, 3, 255]));
    let mut chunks = vec![vp8x(2, 1000, 1000), anim()];
    chunks.extend(std::iter::repeat_n(frame, 400));
    let error = refused(&riff(&chunks), DecodeOptions::default());
    assert!(
        matches!(error.kind(), ErrorKind::Limit { which: "output_bytes", requested: 1_200_000_000, .. }),
        "{error}"
    );
}

#[test]
fn frames_that_depend_on_each_other_are_counted() {
    let large = anmf([0, 0, 4000, 4000], 0, &vp8l([4000, 4000], [1, 2, 3, 4]));
    let mut chunks = vec![vp8x(2, 4000, 4000), anim()];
    chunks.extend(std::iter::repeat_n(large, 500));
    let error = refused(&riff(&chunks), DecodeOptions::default().with_index(-1));
    assert!(
        matches!(error.kind(), ErrorKind::Limit { which: "output_bytes", requested: 32_000_000_000, .. }),
        "{error}"
    );
    // Frames that replace all that was there do not.
    let opaque = anmf([0, 0, 4000, 4000], 0, &vp8l([4000, 4000], [1, 2, 3, 255]));
    chunks.push(opaque);
    assert!(with(&riff(&chunks), DecodeOptions::default().with_index(-1), &Context::default()).is_ok());
}

#[test]
fn truncated_files_are_errors() {
    let shape = [2, 33, 20, 4];
    for lossless in [true, false] {
        let file = packed(&photo(&shape), &shape, &EncodeOptions::default().with_lossless(lossless));
        assert!(decode(&file, &DecodeOptions::default()).is_ok());
        // A last byte of padding carries nothing.
        for len in 0..file.len() - 1 {
            let error = decode(&file[..len], &DecodeOptions::default()).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Truncated | ErrorKind::Malformed), "{len}: {error}");
        }
    }
}

/// A bit stream that ends within its chunk, where the container cannot tell.
#[test]
fn short_bit_streams_are_errors() {
    let shape = [33, 20, 3];
    let file = packed(&photo(&shape), &shape, &EncodeOptions::default());
    let stream = &file[20..];
    for len in 5..stream.len() - 4 {
        let short = riff(&[chunk(b"VP8L", &stream[..len])]);
        let error = decode(&short, &DecodeOptions::default()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Truncated | ErrorKind::Malformed), "{len}: {error}");
    }
}

/// A normal prefix code (section 3.7.2.1.2) for 280 symbols, whose lengths are 0 or `length`, the latter for `n` symbols.
fn green(bits: Bits, length: u8, n: usize) -> Bits {
    // Order of the code length codes: 17, 18, 0, 1, 2. Symbols 0 and `length` have one bit each.
    let codes: [u32; 5] = [0, 0, 1, u32::from(length == 1), u32::from(length == 2)];
    let bits = bits.put(0, 1).put(1, 4);
    let bits = codes.into_iter().fold(bits, |bits, len| bits.put(len, 3)).put(0, 1);
    (0..280).fold(bits, |bits, symbol| bits.put(u32::from(symbol < n), 1))
}

fn with_green(length: u8, n: usize) -> Vec<u8> {
    let bits = green(vp8l_header(4, 4, false).put(0, 3), length, n);
    // The other codes have one symbol; 4 bits each.
    let bits = (0..4).fold(bits, |bits, _| bits.put(1, 4));
    // Pixels, and zeros to spare.
    let bits = (0..64).fold(bits, |bits, _| bits.put(0, 8));
    riff(&[chunk(b"VP8L", &bits.bytes)])
}

#[test]
fn code_lengths_must_be_complete() {
    // Two codes of one bit and four of two bits are complete.
    assert_eq!(unpacked(&with_green(1, 2), &DecodeOptions::default()), (vec![4, 4, 3], vec![0; 48]));
    assert_eq!(unpacked(&with_green(2, 4), &DecodeOptions::default()), (vec![4, 4, 3], vec![0; 48]));
    // Three of one bit are too many, three of two bits leave a gap, and none is none.
    for (length, n) in [(1, 3), (1, 280), (2, 3), (2, 2), (2, 5), (2, 280), (1, 0)] {
        let error = decode(&with_green(length, n), &DecodeOptions::default()).unwrap_err();
        assert_eq!(
            (error.kind(), error.message()),
            (ErrorKind::Malformed, "VP8L bit stream is broken"),
            "{length}, {n}"
        );
    }
}

/// CVE-2023-4863 and its kin: code lengths that are not complete, behind colour caches, meta codes and transforms.
#[test]
fn random_code_lengths_give_pixels_or_errors() {
    let mut rng = Rng::new(4863);
    let (mut good, mut bad) = (0, 0);
    for round in 0..4000u32 {
        let (width, height) = (rng.below(70) as u32 + 1, rng.below(70) as u32 + 1);
        let mut bits = vp8l_header(width, height, round % 2 == 1).put(0, 1);
        // A colour cache of up to 11 bits, which makes the largest tables; then one group of codes.
        bits = if round % 3 == 0 { bits.put(0, 1) } else { bits.put(1, 1).put(rng.below(11) as u32 + 1, 4) };
        bits = bits.put(0, 1);
        for _ in 0..5 {
            if rng.below(3) == 0 {
                bits = bits.put(1, 1).put(rng.below(2) as u32, 1).put(1, 1).put(rng.below(256) as u32, 16);
                continue;
            }
            let n = rng.below(16);
            bits = bits.put(0, 1).put(n as u32, 4);
            // Biased to long codes.
            bits = (0..n + 4).fold(bits, |bits, _| bits.put([0, 1, 2, 3, 5, 7, 7, 7][rng.below(8)], 3));
            bits = (0..rng.below(40)).fold(bits, |bits, _| bits.put(rng.below(256) as u32, 8));
        }
        bits = (0..rng.below(200)).fold(bits, |bits, _| bits.put(rng.below(256) as u32, 8));
        match decode(&riff(&[chunk(b"VP8L", &bits.bytes)]), &DecodeOptions::default()) {
            Ok((layout, _)) => {
                assert_eq!(layout.shape()[..2], [height as usize, width as usize]);
                good += 1;
            }
            Err(error) => {
                assert!(matches!(error.kind(), ErrorKind::Malformed | ErrorKind::Truncated), "{error}");
                bad += 1;
            }
        }
    }
    assert!(bad > 1000, "{good} of these streams were read");
}
