//! Vector against scalar instructions, and arrays with gaps against those without.

use iio_bitorder::{encode, reverse_bits, reverse_scalar, reverse_without_gfni};
use iio_codec::{ArrayMut, DType, Layout};
use iio_testkit::Rng;

/// Moves bit by bit.
fn model(byte: u8) -> u8 {
    (0..8).fold(0, |reversed, bit| reversed << 1 | (byte >> bit & 1))
}

/// Lengths around those of vectors and unrolled loops, at every alignment to 32 bytes.
#[test]
fn vector_scalar_and_model_agree() {
    let mut source = vec![0; 1100];
    Rng::new(1).fill(&mut source);
    for len in (0..=260).chain([511, 1000]) {
        for start in [0, 1, 7, 16, 31] {
            for kernel in [reverse_bits, reverse_without_gfni, reverse_scalar] {
                let mut bytes = source.clone();
                kernel(&mut bytes[start..start + len]);
                for (at, (&byte, &before)) in bytes.iter().zip(&source).enumerate() {
                    let inside = (start..start + len).contains(&at);
                    let expected = if inside { model(before) } else { before };
                    assert_eq!(byte, expected, "byte {at} of {len} from {start}");
                }
            }
        }
    }
}

#[test]
fn every_byte_has_its_mirror_image() {
    let mut bytes: Vec<u8> = (0..=255).collect();
    reverse_bits(&mut bytes);
    assert!(bytes.iter().zip(0..=255).all(|(&byte, before)| byte == model(before)));
}

/// Strides of tiles, of samples with gaps, of exchanged axes, and of blocks that need several rounds: exactly the bytes
/// of the samples are reversed.
#[test]
fn gaps_are_left_alone() {
    let mut rng = Rng::new(2);
    for dtype in [DType::U8, DType::U16, DType::F32, DType::C128] {
        let size = dtype.size();
        for shape in [[3, 5, 4], [2, 1, 70], [1, 300, 9], [4, 3, 1200], [2, 5000, 1], [90, 70, 3]] {
            let inner = size * shape[2];
            for strides in [
                [shape[1] * inner + 24, inner, size],
                [shape[1] * (inner + 40), inner + 40, size],
                [shape[1] * inner * 3, inner * 3, size * 3],
                [shape[1] * inner, size, size * shape[1]],
                [2 * size, 2 * size * shape[0], 2 * size * shape[0] * shape[1]],
            ] {
                let layout = Layout::new(dtype, &shape).unwrap();
                let extent = (0..3).map(|axis| (shape[axis] - 1) * strides[axis]).sum::<usize>() + size;
                let mut buffer = vec![0; extent];
                rng.fill(&mut buffer);
                let mut expected = buffer.clone();
                for (i, j, k) in
                    (0..shape[0]).flat_map(|i| (0..shape[1]).flat_map(move |j| (0..shape[2]).map(move |k| (i, j, k))))
                {
                    let at = i * strides[0] + j * strides[1] + k * strides[2];
                    expected[at..at + size].iter_mut().for_each(|byte| *byte = model(*byte));
                }
                encode(ArrayMut::with_strides(&mut buffer, layout, &strides).unwrap()).unwrap();
                assert!(buffer == expected, "{layout} strides {strides:?}");
            }
        }
    }
}
