//! Tests of floats of 24 bits.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

use iio_codec::{ArrayRef, DType, Layout, as_bytes};
use iio_float24::{ByteOrder, Options, Rounding, decode, encode};

mod format;
mod model;
mod predictor;
mod suite;

const ROUNDINGS: [Rounding; 4] = [Rounding::ToNearest, Rounding::Upward, Rounding::Downward, Rounding::TowardZero];

/// The float of these 24 bits.
fn float(bits: u32) -> f32 {
    floats(&[bits])[0]
}

fn floats(bits: &[u32]) -> Vec<f32> {
    let stream: Vec<u8> = bits.iter().flat_map(|bits| bits.to_be_bytes().into_iter().skip(1)).collect();
    let layout = Layout::new(DType::F32, &[bits.len()]).unwrap();
    let bytes = decode(&stream, &layout, &Options::default().with_byteorder(ByteOrder::Big)).unwrap();
    iio_codec::as_samples(&bytes).unwrap().to_vec()
}

/// The 24 bits of this float.
fn bits(sample: f32, rounding: Rounding) -> u32 {
    all_bits(&[sample], rounding)[0]
}

fn all_bits(samples: &[f32], rounding: Rounding) -> Vec<u32> {
    let layout = Layout::new(DType::F32, &[samples.len()]).unwrap();
    let options = Options::default().with_rounding(rounding);
    let stream = encode(ArrayRef::new(as_bytes(samples), layout).unwrap(), &options).unwrap();
    stream.as_chunks().0.iter().map(|&[a, b, c]| u32::from_le_bytes([a, b, c, 0])).collect()
}
