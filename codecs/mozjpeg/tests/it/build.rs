//! Streams written out by hand, from ITU-T T.81, annexes B and F; and pictures.

use iio_codec::{ArrayRef, DType, Layout};

/// A marker segment, length included.
fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let len = u16::try_from(body.len() + 2).unwrap();
    [&[0xff, marker], &len.to_be_bytes()[..], body].concat()
}

/// A Huffman table of two codes: 0 means `values[0]`, 10 means `values[1]`.
fn dht(class_and_id: u8, values: [u8; 2]) -> Vec<u8> {
    let mut body = vec![class_and_id, 1, 1];
    body.resize(17, 0);
    body.extend(values);
    segment(0xc4, &body)
}

/// Tables of steps of 8, DC differences of 0 or 3 bits, end of block or a coefficient of 3 bits: a stream of its own.
pub(crate) fn tables() -> Vec<u8> {
    let steps = segment(0xdb, &[&[0][..], &[8; 64]].concat());
    [&[0xff, 0xd8][..], &steps, &dht(0, [0, 3]), &dht(0x10, [0, 3]), &[0xff, 0xd9]].concat()
}

/// A grey block of width 8 and this height in the header, with the first horizontal coefficient -5: bits 0 10 010 0,
/// filled with ones. Without tables.
pub(crate) fn short_ramp(height: u8) -> Vec<u8> {
    let frame = segment(0xc0, &[8, 0, height, 0, 8, 1, 1, 0x11, 0]);
    let scan = segment(0xda, &[1, 1, 0, 0, 63, 0]);
    [&[0xff, 0xd8][..], &frame, &scan, &[0b0100_1001], &[0xff, 0xd9]].concat()
}

/// The same with tables.
pub(crate) fn ramp_stream() -> Vec<u8> {
    let tables = tables();
    [&tables[..tables.len() - 2], &short_ramp(8)[2..]].concat()
}

/// What that gives, by A.3.3: 128 - 40 / 8 * sqrt(2) * cos((2 x + 1) pi / 16), rounded.
pub(crate) fn ramp() -> Vec<u8> {
    let row = (0..8_u8).map(|x| {
        let angle = f64::from(2 * x + 1) * std::f64::consts::PI / 16.0;
        let level = 128.0 - 5.0 * std::f64::consts::SQRT_2 * angle.cos();
        u8::try_from(format!("{level:.0}").parse::<i32>().unwrap()).unwrap()
    });
    row.collect::<Vec<_>>().repeat(8)
}

/// Something like a photograph: slopes, waves, edges, and grain.
pub(crate) fn photo(height: usize, width: usize, samples: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut grain = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 24) / 32.0 - 4.0
    };
    let sample = |i: usize| {
        let (x, y, s) = (i / samples % width, i / samples / width, i % samples);
        let (x, y, s) = (x as f64, y as f64, s as f64);
        let slope = 90.0 + 0.2 * x + 0.1 * y - 9.0 * s;
        let waves = 25.0 * (x / 11.0 + s).sin() * (y / 17.0).cos() + 12.0 * ((x * x + y * y).sqrt() / 3.0).sin();
        let edge = if (x - 40.0).hypot(y - 30.0) < 25.0 { 60.0 - 30.0 * s } else { 0.0 };
        slope + waves + edge
    };
    let clamped = |level: f64| u8::try_from(level.clamp(0.0, 255.0) as i64).unwrap();
    (0..height * width * samples).map(|i| clamped(sample(i) + grain())).collect()
}

/// Samples as an array: without the last axis if there is one sample.
pub(crate) fn array(pixels: &[u8], shape: [usize; 3]) -> ArrayRef<'_> {
    let shape = if shape[2] == 1 { &shape[..2] } else { &shape[..] };
    ArrayRef::new(pixels, Layout::new(DType::U8, shape).unwrap()).unwrap()
}

/// Peak signal-to-noise ratio in dB.
pub(crate) fn psnr(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    let sum: f64 = a.iter().zip(b).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum();
    10.0 * (255.0 * 255.0 * a.len() as f64 / sum).log10()
}
