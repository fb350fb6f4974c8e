//! The row kernels against a model, vector against scalar instructions, contiguous against strided arrays.

use iio_byteshuffle::{Options, decode, encode, join_scalar_row, split_scalar_row};
use iio_codec::{ArrayMut, DType, Layout};
use iio_testkit::{Rng, strides_do_not_matter};

/// Sorts byte by byte.
fn model(bytes: &[u8], size: usize, reverse: bool) -> Vec<u8> {
    let samples = bytes.len() / size;
    let mut planes = bytes.to_vec();
    for (sample, byte) in (0..samples).flat_map(|sample| (0..size).map(move |byte| (sample, byte))) {
        let plane = if reverse { size - 1 - byte } else { byte };
        planes[plane * samples + sample] = bytes[sample * size + byte];
    }
    planes
}

/// Sizes with and without kernels, at lengths around those of vectors and of stretches, at every alignment.
#[test]
fn vector_scalar_and_model_agree() {
    let mut rng = Rng::new(1);
    for size in [1, 2, 3, 4, 5, 7, 8, 12, 16, 17, 40] {
        for samples in [1, 2, 3, 15, 16, 17, 31, 32, 33, 63, 65, 100, 257, 33000] {
            for (rest, reorder) in [(0, false), (0, true), (size - 1, false), (size / 2, true)] {
                let len = samples * size + rest;
                let mut bytes = vec![0; len + 1];
                rng.fill(&mut bytes);
                let bytes = &bytes[rng.below(2)..][..len];
                let layout = Layout::new(DType::U8, &[len]).unwrap();
                let options = Options::default().with_item_size(Some(size)).with_reorder(reorder);
                let what = format!("{samples} samples of {size} bytes and {rest}, reorder {reorder}");
                let mut vector = bytes.to_vec();
                encode(ArrayMut::new(&mut vector, layout).unwrap(), &options).unwrap();
                let expected = model(bytes, size, reorder && cfg!(target_endian = "little"));
                assert!(vector == expected, "encoded, {what}");
                decode(ArrayMut::new(&mut vector, layout).unwrap(), &options).unwrap();
                assert!(vector == bytes, "decoded, {what}");
                if matches!(size, 2 | 3 | 4 | 8 | 16) && rest == 0 {
                    let reverse = reorder && cfg!(target_endian = "little");
                    let [mut planes, mut joined] = [vec![0; len], vec![0; len]];
                    split_scalar_row(bytes, &mut planes, size, reverse);
                    assert!(planes == expected, "scalar, {what}");
                    join_scalar_row(&planes, &mut joined, size, reverse);
                    assert!(joined == bytes, "scalar, joined, {what}");
                }
            }
        }
    }
}

/// Every axis of arrays with gaps behind each axis gives what the same array without gaps gives.
#[test]
fn strides_do_not_change_the_result() {
    for dtype in [DType::U8, DType::U16, DType::F32, DType::I64, DType::C128] {
        for shape in [[3, 5, 4], [2, 1, 7], [1, 300, 9]] {
            for (axis, delta) in (0..3).flat_map(|axis| [false, true].map(|delta| (axis, delta))) {
                let options = Options::default().with_axis(axis).with_delta(delta);
                let layout = Layout::new(dtype, &shape).unwrap();
                let ways = (
                    |array: ArrayMut<'_>| encode(array, &options).unwrap(),
                    |array: ArrayMut<'_>| decode(array, &options).unwrap(),
                );
                strides_do_not_matter(&layout, &format!("{options:?}"), ways.0, ways.1);
            }
        }
    }
}
