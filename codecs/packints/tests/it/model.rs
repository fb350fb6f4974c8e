//! Every width, order, dtype and run length against a model that goes bit by bit, in arrays with and without gaps.

use iio_codec::{ArrayMut, ArrayRef, DType, Layout};
use iio_packints::{BitOrder, Options, decode_into, encode};
use iio_testkit::Rng;

/// Packs bit by bit, most or least significant first.
fn model(values: &[u64], bits: u32, msb: bool, run_len: usize) -> Vec<u8> {
    let mut stream = Vec::new();
    for run in values.chunks(run_len) {
        let mut at = 8;
        for &value in run {
            for index in 0..bits {
                if at == 8 {
                    stream.push(0);
                    at = 0;
                }
                let bit = if msb { value >> (bits - 1 - index) } else { value >> index };
                *stream.last_mut().unwrap() |= u8::from(bit & 1 == 1) << (if msb { 7 - at } else { at });
                at += 1;
            }
        }
    }
    stream
}

fn native(values: &[u64], size: usize) -> Vec<u8> {
    let bytes = |value: &u64| {
        if cfg!(target_endian = "little") {
            value.to_le_bytes()[..size].to_vec()
        } else {
            value.to_be_bytes()[8 - size..].to_vec()
        }
    };
    values.iter().flat_map(bytes).collect()
}

#[test]
fn every_width_order_and_run_length() {
    let mut rng = Rng::new(1);
    for dtype in [DType::U8, DType::U16, DType::U32, DType::U64] {
        for bits in 1..=u32::try_from(dtype.size()).unwrap() * 8 {
            for (order, msb) in [(BitOrder::Msb, true), (BitOrder::Lsb, false)] {
                for (n, run_len) in
                    [(1, 0), (7, 0), (8, 0), (9, 4), (45, 0), (160, 20), (203, 29), (1100, 0), (2400, 1200)]
                {
                    let values: Vec<_> = (0..n).map(|_| rng.bits() >> (64 - bits)).collect();
                    let options =
                        Options::default().with_bits_per_sample(bits).with_bitorder(order).with_run_len(run_len);
                    let samples = native(&values, dtype.size());
                    let layout = Layout::new(dtype, &[n]).unwrap();
                    let mut stream = encode(ArrayRef::new(&samples, layout).unwrap(), &options).unwrap();
                    let label = format!("{dtype} {n} {options:?}");
                    assert_eq!(stream, model(&values, bits, msb, if run_len == 0 { n } else { run_len }), "{label}");
                    // Excess bytes change nothing.
                    for excess in [0, 1, 90] {
                        stream.resize(stream.len() + excess, 0xff);
                        let mut decoded = vec![0x5a; samples.len()];
                        decode_into(&stream, ArrayMut::new(&mut decoded, layout).unwrap(), &options).unwrap();
                        assert_eq!(decoded, samples, "{label}, {excess} bytes more");
                    }
                }
            }
        }
    }
}

/// Rows with gaps begin anywhere in a run, so that groups of samples are entered and left in the middle.
#[test]
fn strides_do_not_change_the_result() {
    let mut rng = Rng::new(2);
    for (dtype, bits) in [
        (DType::U8, 1),
        (DType::U8, 4),
        (DType::U8, 5),
        (DType::U16, 10),
        (DType::U16, 12),
        (DType::U32, 17),
        (DType::U64, 61),
        (DType::U16, 16),
    ] {
        for order in [BitOrder::Msb, BitOrder::Lsb, BitOrder::Packed] {
            if order == BitOrder::Packed && !matches!(bits, 10 | 12) {
                continue;
            }
            for (shape, run_len) in [([5, 13, 3], 39), ([5, 13, 3], 0), ([4, 57, 1], 7), ([2, 3, 1000], 1500)] {
                let options = Options::default().with_bits_per_sample(bits).with_bitorder(order).with_run_len(run_len);
                let layout = Layout::new(dtype, &shape).unwrap();
                let values: Vec<_> = (0..layout.n_samples()).map(|_| rng.bits() >> (64 - bits)).collect();
                let samples = native(&values, dtype.size());
                let stream = encode(ArrayRef::new(&samples, layout).unwrap(), &options).unwrap();
                let size = dtype.size();
                for strides in [
                    [layout.stride(0) + 7 * size, layout.stride(1), size],
                    [shape[1] * (layout.stride(1) + 5 * size), layout.stride(1) + 5 * size, size],
                    [layout.stride(0), size, shape[1] * size],
                ] {
                    let extent = (0..3).map(|axis| (shape[axis] - 1) * strides[axis]).sum::<usize>() + size;
                    let mut buffer = vec![0x5a; extent];
                    let mut array = ArrayMut::with_strides(&mut buffer, layout, &strides).unwrap();
                    decode_into(&stream, array.reborrow(), &options).unwrap();
                    let mut copy = Vec::new();
                    array.as_ref().append_to(&mut copy).unwrap();
                    assert_eq!(copy, samples, "{layout} {strides:?} {options:?}");
                    assert_eq!(encode(array.as_ref(), &options).unwrap(), stream, "{layout} {strides:?} {options:?}");
                }
            }
        }
    }
}

/// More than is packed between two looks at the cancel flag.
#[test]
fn large_arrays_in_runs_that_cross_parts() {
    let mut rng = Rng::new(3);
    let (n, run_len) = (1_300_001, 777_777);
    for (dtype, bits) in [(DType::U8, 3), (DType::U16, 11)] {
        let values: Vec<_> = (0..n).map(|_| rng.bits() >> (64 - bits)).collect();
        let samples = native(&values, dtype.size());
        let options = Options::default().with_bits_per_sample(bits).with_run_len(run_len);
        let layout = Layout::new(dtype, &[n]).unwrap();
        let stream = encode(ArrayRef::new(&samples, layout).unwrap(), &options).unwrap();
        assert_eq!(stream, model(&values, bits, true, run_len));
        let mut decoded = vec![0; samples.len()];
        decode_into(&stream, ArrayMut::new(&mut decoded, layout).unwrap(), &options).unwrap();
        assert!(decoded == samples, "{dtype}");
    }
}
