//! The row kernels against a model, vector against scalar instructions, contiguous against strided arrays.

use iio_codec::{ArrayMut, DType, ErrorKind, Layout};
use iio_delta::{Delta, Options, decode, decode_rows, decode_rows_into, decode_rows_scalar, encode, encode_rows};
use iio_testkit::{Rng, another_place_does_not_matter, strides_do_not_matter};

/// Adds as TIFF 6.0 says, sample by sample.
fn model(bytes: &mut [u8], row_len: usize, size: usize, lag: usize) {
    for row in bytes.chunks_exact_mut(row_len) {
        for at in (lag..row_len).step_by(size) {
            let mut carry = 0;
            for byte in 0..size {
                let place = if cfg!(target_endian = "little") { byte } else { size - 1 - byte };
                let sum = u16::from(row[at + place]) + u16::from(row[at - lag + place]) + carry;
                row[at + place] = u8::try_from(sum & 0xff).unwrap();
                carry = sum >> 8;
            }
        }
    }
}

/// Every distance up to 40 samples, at lengths around those of vectors, at every alignment of the first byte.
#[test]
fn vector_scalar_and_model_agree() {
    let mut rng = Rng::new(1);
    for size in [1, 2, 4, 8] {
        for distance in 1..=40 {
            for samples in [1, 2, 3, 5, 15, 16, 17, 31, 32, 33, 63, 64, 65, 97, 200] {
                let (row_len, lag) = (samples * size, distance * size);
                let mut bytes = vec![0; 3 * row_len + 1];
                rng.fill(&mut bytes);
                let bytes = &bytes[rng.below(2)..][..3 * row_len];
                let [mut expected, mut vector, mut scalar, mut moved] = [(); 4].map(|()| bytes.to_vec());
                model(&mut expected, row_len, size, lag);
                decode_rows(&mut vector, row_len, size, lag).unwrap();
                decode_rows_scalar(&mut scalar, row_len, size, lag).unwrap();
                assert_eq!(vector, expected, "vector, size {size}, distance {distance}, {samples} samples");
                assert_eq!(scalar, expected, "scalar, size {size}, distance {distance}, {samples} samples");
                decode_rows_into(bytes, &mut moved, row_len, size, lag).unwrap();
                assert_eq!(moved, expected, "moved, size {size}, distance {distance}, {samples} samples");
                encode_rows(&mut vector, row_len, size, lag).unwrap();
                assert_eq!(vector, bytes, "encoded, size {size}, distance {distance}, {samples} samples");
            }
        }
    }
}

/// Every axis and distance of arrays with gaps behind each axis gives what the same array without gaps gives.
#[test]
fn strides_do_not_change_the_result() {
    for dtype in [DType::U8, DType::U16, DType::F32, DType::I64] {
        for shape in [[3, 5, 4], [2, 1, 7], [1, 300, 9], [4, 3, 1200]] {
            for (axis, dist) in (0..3).flat_map(|axis| [1, 2, 4].map(|dist| (axis, dist))) {
                let options = Options::default().with_axis(axis).with_dist(dist);
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

/// Every dtype, axis and distance; rows that are and are not whole lines of the cache.
#[test]
fn another_place_gives_what_in_place_gives() {
    for dtype in [DType::U8, DType::I16, DType::U32, DType::F64] {
        for shape in [[3, 5, 4], [2, 1, 7], [4, 2, 320], [3, 65, 3], [1, 1, 1]] {
            for (axis, dist) in (0..3).flat_map(|axis| [1, 2, 4, 50].map(|dist| (axis, dist))) {
                let codec = Delta::new(Options::default().with_axis(axis).with_dist(dist));
                another_place_does_not_matter(&codec, &Layout::new(dtype, &shape).unwrap());
            }
        }
    }
    let packed = Delta::new(Options::default().with_bits(12));
    another_place_does_not_matter(&packed, &Layout::new(DType::U16, &[3, 2, 64]).unwrap());
}

#[test]
fn rows_that_are_not_whole_are_refused() {
    for (len, row_len, size, lag) in
        [(8, 3, 1, 1), (8, 4, 3, 3), (8, 8, 2, 1), (8, 8, 2, 0), (0, 0, 1, 1), (6, 6, 4, 4)]
    {
        let error = decode_rows(&mut vec![0; len], row_len, size, lag).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        assert!(encode_rows(&mut vec![0; len], row_len, size, lag).is_err());
        assert!(decode_rows_into(&vec![0; len], &mut vec![0; len], row_len, size, lag).is_err());
    }
    decode_rows(&mut [1, 2, 3], 3, 1, 9).unwrap();
    decode_rows_into(&[1, 2, 3], &mut [0; 3], 3, 1, 9).unwrap();
    let error = decode_rows_into(&[1, 2, 3], &mut [0; 6], 3, 1, 9).unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::InvalidArgument, "3 bytes do not become 6 bytes"));
}
