//! The row kernels against a model, vector against scalar instructions, contiguous against strided arrays.

use iio_byteshuffle::{Options, decode, encode, join_scalar_row, split_scalar_row};
use iio_codec::{ArrayMut, DType, Layout};
use iio_testkit::Rng;

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
    let mut rng = Rng::new(2);
    for dtype in [DType::U8, DType::U16, DType::F32, DType::I64, DType::C128] {
        for shape in [[3, 5, 4], [2, 1, 7], [1, 300, 9]] {
            for (axis, gap, delta) in (0..3)
                .flat_map(|axis| (0..4).map(move |gap| (axis, gap)))
                .flat_map(|(axis, gap)| [false, true].map(|delta| (axis, gap, delta)))
            {
                let layout = Layout::new(dtype, &shape).unwrap();
                let options = Options::default().with_axis(axis).with_delta(delta);
                let mut whole = vec![0; layout.n_bytes()];
                rng.fill(&mut whole);
                let before = whole.clone();
                // A gap of 3 is an array whose last two axes are exchanged.
                let mut strides = [0, 1, 2].map(|axis| layout.stride(axis));
                match gap {
                    0 => strides[0] += 48,
                    1 => strides = [strides[1] * shape[1] + 48 * shape[1], strides[1] + 48, strides[2]],
                    2 => strides = strides.map(|stride| stride * 3),
                    _ => strides = [strides[0], dtype.size(), dtype.size() * shape[1]],
                }
                let extent = (0..3).map(|axis| (shape[axis] - 1) * strides[axis]).sum::<usize>() + dtype.size();
                let mut buffer = vec![0xa5; extent];
                let mut array = ArrayMut::with_strides(&mut buffer, layout, &strides).unwrap();
                array.store(&whole).unwrap();
                encode(array.reborrow(), &options).unwrap();
                encode(ArrayMut::new(&mut whole, layout).unwrap(), &options).unwrap();
                let mut copy = Vec::new();
                array.as_ref().append_to(&mut copy).unwrap();
                assert!(copy == whole, "{layout} axis {axis} strides {strides:?}");
                decode(array.reborrow(), &options).unwrap();
                copy.clear();
                array.as_ref().append_to(&mut copy).unwrap();
                assert!(copy == before, "{layout} axis {axis} strides {strides:?}");
            }
        }
    }
}
