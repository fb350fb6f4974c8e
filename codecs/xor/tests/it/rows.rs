//! The row kernels against a model, vector against scalar instructions, contiguous against strided arrays.

use iio_codec::{ArrayMut, DType, ErrorKind, Layout};
use iio_testkit::{Rng, strides_do_not_matter};
use iio_xor::{Options, decode, decode_rows, decode_rows_scalar, encode, encode_rows};

/// Combines byte by byte.
fn model(bytes: &mut [u8], row_len: usize, lag: usize) {
    for row in bytes.chunks_exact_mut(row_len) {
        for at in lag..row_len {
            row[at] ^= row[at - lag];
        }
    }
}

/// Every distance up to 70 bytes, at lengths around those of vectors, at every alignment of the first byte.
#[test]
fn vector_scalar_and_model_agree() {
    let mut rng = Rng::new(1);
    for lag in 1..=70 {
        for row_len in [1, 2, 3, 5, 15, 16, 17, 31, 32, 33, 63, 64, 65, 97, 200, 801] {
            let mut bytes = vec![0; 3 * row_len + 1];
            rng.fill(&mut bytes);
            let bytes = &bytes[rng.below(2)..][..3 * row_len];
            let [mut expected, mut vector, mut scalar] = [(); 3].map(|()| bytes.to_vec());
            model(&mut expected, row_len, lag);
            decode_rows(&mut vector, row_len, lag).unwrap();
            decode_rows_scalar(&mut scalar, row_len, lag).unwrap();
            assert_eq!(vector, expected, "vector, distance {lag}, rows of {row_len}");
            assert_eq!(scalar, expected, "scalar, distance {lag}, rows of {row_len}");
            encode_rows(&mut vector, row_len, lag).unwrap();
            assert_eq!(vector, bytes, "encoded, distance {lag}, rows of {row_len}");
        }
    }
}

/// Every axis of arrays with gaps behind each axis gives what the same array without gaps gives.
#[test]
fn strides_do_not_change_the_result() {
    for dtype in [DType::U8, DType::U16, DType::F32, DType::I64] {
        for shape in [[3, 5, 4], [2, 1, 7], [1, 300, 9], [4, 3, 1200]] {
            for axis in 0..3 {
                let options = Options::default().with_axis(axis);
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

#[test]
fn rows_that_are_not_whole_are_refused() {
    for (len, row_len, lag) in [(8, 3, 1), (8, 8, 0), (0, 0, 1)] {
        let error = decode_rows(&mut vec![0; len], row_len, lag).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        assert!(encode_rows(&mut vec![0; len], row_len, lag).is_err());
    }
    decode_rows(&mut [1, 2, 3], 3, 9).unwrap();
}
