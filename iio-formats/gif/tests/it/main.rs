//! Tests of GIF.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panic, as tests do")]

mod damage;
mod format;
mod plugin;
mod suite;
mod write;

use iio_codec::{DType, Layout};

fn layout(shape: &[usize]) -> Layout {
    Layout::new(DType::U8, shape).unwrap()
}

/// Bytes that look like noise, the same on every run.
fn noise(len: usize) -> Vec<u8> {
    let mut state = 1u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..len).map(next).collect()
}

const RED: [u8; 3] = [255, 0, 0];
const GREEN: [u8; 3] = [0, 255, 0];
const BLUE: [u8; 3] = [0, 0, 255];
const GRAY: [u8; 3] = [9, 9, 9];

/// A screen with four global colours, the background being the last one.
fn head(width: u8, height: u8) -> Vec<u8> {
    let mut file = b"GIF89a".to_vec();
    file.extend([width, 0, height, 0, 0x91, 3, 0]);
    file.extend([RED, GREEN, BLUE, GRAY].concat());
    file
}

/// A graphic control extension.
fn control(disposal: u8, delay: u8, transparent: Option<u8>) -> Vec<u8> {
    let flags = disposal << 2 | u8::from(transparent.is_some());
    vec![0x21, 0xf9, 4, flags, delay, 0, transparent.unwrap_or(0), 0]
}

/// Codes of 3 bits, from the lowest bit on: a clear code before each index, so that codes never grow.
fn codes(indices: &[u8]) -> Vec<u8> {
    let mut bits: Vec<bool> = Vec::new();
    let stream = indices.iter().flat_map(|&index| [4, index]).chain([5]);
    stream.for_each(|code| bits.extend((0..3).map(|bit| code >> bit & 1 == 1)));
    bits.chunks(8).map(|byte| byte.iter().enumerate().fold(0, |sum, (i, &bit)| sum | u8::from(bit) << i)).collect()
}

/// An image of two bits with global colours.
fn image(place: [u8; 4], flags: u8, indices: &[u8]) -> Vec<u8> {
    let mut image = vec![0x2c];
    image.extend(place.iter().flat_map(|&value| [value, 0]));
    let codes = codes(indices);
    image.extend([flags, 2, u8::try_from(codes.len()).unwrap()]);
    image.extend(codes);
    image.push(0);
    image
}

/// Pieces of a file, and the trailer.
fn file(pieces: &[Vec<u8>]) -> Vec<u8> {
    let mut file = pieces.concat();
    file.push(0x3b);
    file
}
