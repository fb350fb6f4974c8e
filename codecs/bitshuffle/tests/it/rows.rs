//! The kernels against a model, vector against scalar instructions.

use iio_bitshuffle::{
    Options, decode, encode, from_rows_scalar, from_rows_without_gfni, to_rows_scalar, to_rows_without_gfni,
};
use iio_codec::{ArrayMut, DType, Layout};
use iio_testkit::Rng;

/// Sorts bit by bit.
fn model(bytes: &[u8], item_size: usize, block_size: usize) -> Vec<u8> {
    let mut planes = bytes.to_vec();
    for (block, to) in bytes.chunks(block_size * item_size).zip(planes.chunks_mut(block_size * item_size)) {
        let samples = block.len() / item_size / 8 * 8;
        to[..samples * item_size].fill(0);
        for (sample, bit) in (0..samples).flat_map(|sample| (0..8 * item_size).map(move |bit| (sample, bit))) {
            let set = block[sample * item_size + bit / 8] >> (bit % 8) & 1;
            to[bit * (samples / 8) + sample / 8] |= set << (sample % 8);
        }
    }
    planes
}

/// Sizes with and without kernels, at numbers of samples around those of vectors, at every alignment.
#[test]
fn vector_scalar_and_model_agree() {
    let mut rng = Rng::new(1);
    for item_size in [1, 2, 3, 4, 5, 8, 12, 16, 17] {
        for samples in [0, 1, 7, 8, 9, 248, 255, 256, 257, 264, 512, 800, 4096, 5000] {
            for block_size in [8, 256, 264, 520, 4096] {
                let mut bytes = vec![0; samples * item_size + 1];
                rng.fill(&mut bytes);
                let bytes = &bytes[rng.below(2)..][..samples * item_size];
                let what = format!("{samples} samples of {item_size}, blocks of {block_size}");
                let options = Options::default().with_item_size(Some(item_size)).with_block_size(block_size);
                let layout = Layout::new(DType::U8, &[bytes.len()]).unwrap();
                let mut array = bytes.to_vec();
                encode(ArrayMut::new(&mut array, layout).unwrap(), &options).unwrap();
                assert!(array == model(bytes, item_size, block_size), "encoded, {what}");
                decode(ArrayMut::new(&mut array, layout).unwrap(), &options).unwrap();
                assert!(array == bytes, "decoded, {what}");
            }
        }
    }
}

#[test]
fn kernels_agree_on_planes() {
    let mut rng = Rng::new(2);
    for len in [8, 120, 128, 256, 264, 1024, 2048 + 8] {
        for n in 1..4 {
            let mut planes = vec![0; n * len];
            rng.fill(&mut planes);
            let expected: Vec<u8> = planes.chunks(len).flat_map(|plane| model(plane, 1, len)).collect();
            for (to, from) in [
                (to_rows_scalar as fn(&[u8], &mut [u8], usize), from_rows_scalar as fn(&[u8], &mut [u8], usize)),
                (to_rows_without_gfni, from_rows_without_gfni),
            ] {
                let [mut rows, mut back] = [vec![0xa5; n * len], vec![0xa5; n * len]];
                to(&planes, &mut rows, len);
                assert!(rows == expected, "{n} planes of {len}");
                from(&rows, &mut back, len);
                assert!(back == planes, "{n} planes of {len}");
            }
        }
    }
}
