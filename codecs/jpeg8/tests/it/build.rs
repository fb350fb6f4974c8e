//! Streams written out by hand, from ITU-T T.81, annexes B and F.

/// A marker segment, length included.
pub(crate) fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let len = u16::try_from(body.len() + 2).unwrap();
    [&[0xff, marker], &len.to_be_bytes()[..], body].concat()
}

/// A quantization table of the same step everywhere.
pub(crate) fn dqt(id: u8, step: u8) -> Vec<u8> {
    segment(0xdb, &[&[id][..], &[step; 64]].concat())
}

/// A Huffman table: how many codes there are of 1, 2, .. bits, and what they mean.
pub(crate) fn dht(class: u8, id: u8, counts: &[u8], values: &[u8]) -> Vec<u8> {
    let mut all = [0; 16];
    all[..counts.len()].copy_from_slice(counts);
    segment(0xc4, &[&[class << 4 | id][..], &all, values].concat())
}

/// A frame header of 8 bits; components are number, sampling factors, table.
pub(crate) fn sof(marker: u8, height: u16, width: u16, components: &[[u8; 3]]) -> Vec<u8> {
    let mut body = vec![8];
    body.extend(height.to_be_bytes());
    body.extend(width.to_be_bytes());
    body.push(u8::try_from(components.len()).unwrap());
    body.extend(components.concat());
    segment(marker, &body)
}

/// A scan header; components are number and tables.
pub(crate) fn sos(components: &[[u8; 2]], band: [u8; 3]) -> Vec<u8> {
    let n = u8::try_from(components.len()).unwrap();
    segment(0xda, &[&[n][..], &components.concat(), &band].concat())
}

/// SOI, segments, coded data, EOI.
pub(crate) fn stream(segments: &[Vec<u8>], data: &[u8]) -> Vec<u8> {
    [&[0xff, 0xd8][..], &segments.concat(), data, &[0xff, 0xd9]].concat()
}

/// Tables of two codes each: DC differences of 0 (code 0) and of 3 bits (code 10), end of block (code 0) and
/// coefficient 1 of 3 bits (code 10).
pub(crate) fn tables() -> Vec<Vec<u8>> {
    vec![dqt(0, 8), dht(0, 0, &[1, 1], &[0, 3]), dht(1, 0, &[1, 1], &[0, 3])]
}

/// DC of 5, no other coefficient: bits 10 101 0, filled with ones.
pub(crate) const FLAT: [u8; 1] = [0b1010_1011];

/// What that gives: 128 + 5 * 8 / 8.
pub(crate) const FLAT_LEVEL: u8 = 133;

/// A grey block of one level.
pub(crate) fn flat_stream() -> Vec<u8> {
    let mut segments = tables();
    segments.extend([sof(0xc0, 8, 8, &[[1, 0x11, 0]]), sos(&[[1, 0]], [0, 63, 0])]);
    stream(&segments, &FLAT)
}

/// A grey block with the first horizontal coefficient -5: bits 0 10 010 0, filled with ones.
pub(crate) fn ramp_stream() -> Vec<u8> {
    let mut segments = tables();
    segments.extend([sof(0xc0, 8, 8, &[[1, 0x11, 0]]), sos(&[[1, 0]], [0, 63, 0])]);
    stream(&segments, &[0b0100_1001])
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

/// A picture with edges and gradients.
pub(crate) fn picture(height: usize, width: usize, samples: usize) -> Vec<u8> {
    let sample = |i: usize| {
        let (x, y, s) = (i / samples % width, i / samples / width, i % samples);
        (x * 5 + y * 3 + s * 70 + if x / 9 % 2 == y / 7 % 2 { 40 } else { 0 }) as u8 / 2 + 40
    };
    (0..height * width * samples).map(sample).collect()
}

/// Samples that have nothing in common.
pub(crate) fn noise(len: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..len).map(next).collect()
}
