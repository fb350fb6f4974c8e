//! The row kernels against a model, vector against scalar instructions, contiguous against strided arrays.

use iio_codec::{ArrayMut, DType, ErrorKind, Layout};
use iio_floatpred::{
    ByteOrder, FloatPred, Options, Rows, decode, decode_rows, decode_rows_scalar, encode, encode_rows,
    encode_rows_scalar,
};
use iio_testkit::{Rng, another_place_does_not_matter, strides_do_not_matter};

/// Does what Technical Note 3 says, byte by byte.
fn model(row: &[u8], rows: &Rows) -> Vec<u8> {
    let n = row.len() / rows.sample_len;
    let mut planes = vec![0; row.len()];
    for (at, &byte) in row.iter().enumerate() {
        let (sample, place) = (at / rows.sample_len, at % rows.sample_len);
        let plane = if rows.order == ByteOrder::Big { place } else { rows.sample_len - 1 - place };
        planes[plane * n + sample] = byte;
    }
    let before = |at: usize| at.checked_sub(rows.lag).map_or(0, |before| planes[before]);
    (0..planes.len()).map(|at| planes[at].wrapping_sub(before(at))).collect()
}

/// Every size, byte order and distance, at lengths around those of vectors.
#[test]
fn vector_scalar_and_model_agree() {
    let mut rng = Rng::new(1);
    let mut scratch = Vec::new();
    for sample_len in [2, 3, 4, 8] {
        for samples in [1, 2, 5, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 200] {
            for (lag, order) in [1, 2, 3, 4, 5, 8, 12, 16, 17, 40]
                .map(|lag| (lag, ByteOrder::Little))
                .into_iter()
                .chain([(3, ByteOrder::Big)])
            {
                let rows = Rows::new(samples * sample_len, sample_len).with_lag(lag).with_order(order);
                let mut bytes = vec![0; 3 * rows.row_len];
                rng.fill(&mut bytes);
                let expected: Vec<u8> = bytes.chunks(rows.row_len).flat_map(|row| model(row, &rows)).collect();
                let [mut vector, mut scalar] = [(); 2].map(|()| bytes.clone());
                encode_rows(&mut vector, &rows, &mut scratch).unwrap();
                encode_rows_scalar(&mut scalar, &rows).unwrap();
                assert_eq!(vector, expected, "encoded by vectors, {rows:?}");
                assert_eq!(scalar, expected, "encoded by scalars, {rows:?}");
                decode_rows(&mut vector, &rows, &mut scratch).unwrap();
                decode_rows_scalar(&mut scalar, &rows).unwrap();
                assert_eq!(vector, bytes, "decoded by vectors, {rows:?}");
                assert_eq!(scalar, bytes, "decoded by scalars, {rows:?}");
            }
        }
    }
}

/// Every axis of arrays with gaps behind each axis gives what the same array without gaps gives.
#[test]
fn strides_do_not_change_the_result() {
    for dtype in [DType::F16, DType::F32, DType::F64] {
        for shape in [[3, 5, 4], [2, 1, 7], [1, 40, 9]] {
            for axis in 0..3 {
                let options = Options::default().with_axis(axis).with_dist(2);
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
    for (len, row_len, sample_len, lag) in [(8, 3, 2, 1), (10, 4, 2, 1), (5, 5, 5, 1), (0, 0, 2, 1), (4, 4, 2, 0)] {
        let rows = Rows::new(row_len, sample_len).with_lag(lag);
        let error = decode_rows(&mut vec![0; len], &rows, &mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        assert!(encode_rows(&mut vec![0; len], &rows, &mut Vec::new()).is_err());
    }
}

/// Every dtype, axis and distance, at lengths around those of vectors.
#[test]
fn another_place_gives_what_in_place_gives() {
    for dtype in [DType::F16, DType::F32, DType::F64] {
        for shape in [[3, 5, 4], [2, 1, 7], [2, 2, 160], [1, 33, 3], [1, 1, 1]] {
            for (axis, dist) in (0..3).flat_map(|axis| [1, 4].map(|dist| (axis, dist))) {
                let codec = FloatPred::new(Options::default().with_axis(axis).with_dist(dist));
                another_place_does_not_matter(&codec, &Layout::new(dtype, &shape).unwrap());
            }
        }
    }
}
