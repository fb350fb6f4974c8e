//! The row kernels against a model, vector against scalar instructions, contiguous against strided arrays.

use iio_codec::{ArrayMut, DType, ErrorKind, Layout};
use iio_delta::{Options, decode, decode_rows, decode_rows_scalar, encode, encode_rows};
use iio_testkit::Rng;

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
                let [mut expected, mut vector, mut scalar] = [(); 3].map(|()| bytes.to_vec());
                model(&mut expected, row_len, size, lag);
                decode_rows(&mut vector, row_len, size, lag).unwrap();
                decode_rows_scalar(&mut scalar, row_len, size, lag).unwrap();
                assert_eq!(vector, expected, "vector, size {size}, distance {distance}, {samples} samples");
                assert_eq!(scalar, expected, "scalar, size {size}, distance {distance}, {samples} samples");
                encode_rows(&mut vector, row_len, size, lag).unwrap();
                assert_eq!(vector, bytes, "encoded, size {size}, distance {distance}, {samples} samples");
            }
        }
    }
}

/// Every axis and distance of arrays with gaps behind each axis gives what the same array without gaps gives.
#[test]
fn strides_do_not_change_the_result() {
    let mut rng = Rng::new(2);
    for dtype in [DType::U8, DType::U16, DType::F32, DType::I64] {
        for shape in [[3, 5, 4], [2, 1, 7], [1, 300, 9], [4, 3, 1200]] {
            for (axis, dist, gap) in
                (0..3).flat_map(|a| [1, 2, 4].map(|d| (a, d))).flat_map(|(a, d)| (0..4).map(move |g| (a, d, g)))
            {
                let layout = Layout::new(dtype, &shape).unwrap();
                let options = Options::default().with_axis(axis).with_dist(dist);
                let mut whole = vec![0; layout.n_bytes()];
                rng.fill(&mut whole);
                let before = whole.clone();
                // A gap of 3 is an array whose last two axes are exchanged.
                let mut strides = [0, 1, 2].map(|axis| layout.stride(axis));
                match gap {
                    0 => strides[0] += 24,
                    1 => strides = [strides[1] * shape[1] + 40 * shape[1], strides[1] + 40, strides[2]],
                    2 => strides = strides.map(|stride| stride * 3),
                    _ => strides = [strides[0], dtype.size(), dtype.size() * shape[1]],
                }
                let extent = (0..3).map(|axis| (shape[axis] - 1) * strides[axis]).sum::<usize>() + dtype.size();
                let mut buffer = vec![0xa5; extent];
                let mut array = ArrayMut::with_strides(&mut buffer, layout, &strides).unwrap();
                array.store(&whole).unwrap();
                decode(array.reborrow(), &options).unwrap();
                decode(ArrayMut::new(&mut whole, layout).unwrap(), &options).unwrap();
                let mut copy = Vec::new();
                array.as_ref().append_to(&mut copy).unwrap();
                assert_eq!(copy, whole, "{layout} axis {axis} dist {dist} strides {strides:?}");
                encode(array.reborrow(), &options).unwrap();
                copy.clear();
                array.as_ref().append_to(&mut copy).unwrap();
                assert_eq!(copy, before, "{layout} axis {axis} dist {dist} strides {strides:?}");
            }
        }
    }
}

#[test]
fn rows_that_are_not_whole_are_refused() {
    for (len, row_len, size, lag) in
        [(8, 3, 1, 1), (8, 4, 3, 3), (8, 8, 2, 1), (8, 8, 2, 0), (0, 0, 1, 1), (6, 6, 4, 4)]
    {
        let error = decode_rows(&mut vec![0; len], row_len, size, lag).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        assert!(encode_rows(&mut vec![0; len], row_len, size, lag).is_err());
    }
    decode_rows(&mut [1, 2, 3], 3, 1, 9).unwrap();
}
