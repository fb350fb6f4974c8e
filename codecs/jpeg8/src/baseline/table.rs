//! The tables of annex K, which is all that the plain encoder uses.

use crate::header::marker;

/// Places of coefficients in a block, in the order in which they are coded (figure A.6).
#[rustfmt::skip]
pub(crate) const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5,
    12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
    58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// Steps at quality 50, of luma (K.1), in the order of coding.
#[rustfmt::skip]
const LUMA_STEPS: [u8; 64] = [
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40,
    26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51,
    56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87,
    95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
];

/// The first steps of the differences (K.2); all others are 99.
const CHROMA_STEPS: [u8; 15] = [17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66, 99];

/// How many codes there are of 1, 2, .. bits, and what they mean.
struct Huffman {
    counts: [u8; 16],
    symbols: &'static [u8],
}

/// Sizes of DC differences.
const DC_SIZES: &[u8] = &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

/// Tables K.3 and K.5, K.4 and K.6: DC and AC, of luma and of the differences.
#[rustfmt::skip]
const HUFFMAN: [[Huffman; 2]; 2] = [
    [
        Huffman { counts: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], symbols: DC_SIZES },
        Huffman { counts: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125], symbols: &[
            0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07, 0x22, 0x71,
            0x14, 0x32, 0x81, 0x91, 0xa1, 0x08, 0x23, 0x42, 0xb1, 0xc1, 0x15, 0x52, 0xd1, 0xf0, 0x24, 0x33, 0x62, 0x72,
            0x82, 0x09, 0x0a, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x34, 0x35, 0x36, 0x37,
            0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59,
            0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x83,
            0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3,
            0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3,
            0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe1, 0xe2,
            0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa,
        ] },
    ],
    [
        Huffman { counts: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], symbols: DC_SIZES },
        Huffman { counts: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119], symbols: &[
            0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61, 0x71, 0x13, 0x22,
            0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xa1, 0xb1, 0xc1, 0x09, 0x23, 0x33, 0x52, 0xf0, 0x15, 0x62, 0x72, 0xd1,
            0x0a, 0x16, 0x24, 0x34, 0xe1, 0x25, 0xf1, 0x17, 0x18, 0x19, 0x1a, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x35, 0x36,
            0x37, 0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58,
            0x59, 0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a,
            0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a,
            0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba,
            0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda,
            0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa,
        ] },
    ],
];

/// Codes ready to be written, by what stands for a coefficient: `run << 5 | negative << 4 | size`.
///
/// An entry is `value << 6 | n_bits`. The value is the code with `size` bits behind it to which the coefficient is added:
/// zeros for a positive one, ones for a negative one, which T.81 writes as its complement (F.1.2.1).
pub(crate) struct Codes {
    pub(crate) dc: [u32; 32],
    pub(crate) ac: [u32; 512],
}

impl Codes {
    /// Ends a block.
    pub(crate) const END: usize = 0;
    /// Stands for 16 zeros.
    pub(crate) const ZEROS: usize = 15 << 5;
}

/// The codes of luma and of the differences.
pub(crate) static CODES: [Codes; 2] = [
    Codes { dc: entries(&HUFFMAN[0][0]), ac: entries(&HUFFMAN[0][1]) },
    Codes { dc: entries(&HUFFMAN[1][0]), ac: entries(&HUFFMAN[1][1]) },
];

/// Codes count up; with each further bit they double (annex C).
const fn entries<const N: usize>(table: &Huffman) -> [u32; N] {
    let mut entries = [0; N];
    let (mut code, mut next, mut n_bits) = (0_u32, 0, 1);
    while n_bits <= 16 {
        let mut left = table.counts[n_bits as usize - 1];
        while left > 0 {
            let (run, size) = ((table.symbols[next] >> 4) as usize, (table.symbols[next] & 15) as u32);
            let (place, len) = (run << 5 | size as usize, n_bits + size);
            entries[place] = (code << size) << 6 | len;
            entries[place | 1 << 4] = (((code + 1) << size) - 1) << 6 | len;
            code += 1;
            next += 1;
            left -= 1;
        }
        code <<= 1;
        n_bits += 1;
    }
    entries
}

/// The steps of luma and of the differences, in the order of coding, scaled as libjpeg does it.
pub(crate) fn steps(quality: u8) -> [[u8; 64]; 2] {
    let quality = u32::from(quality.clamp(1, 100));
    let percent = if quality < 50 { 5000 / quality } else { 200 - 2 * quality };
    let scale = |step: u8| u8::try_from(((u32::from(step) * percent + 50) / 100).clamp(1, 255)).unwrap_or(255);
    let chroma = std::array::from_fn(|k| CHROMA_STEPS.get(k).copied().unwrap_or(99));
    [LUMA_STEPS.map(scale), <[u8; 64]>::map(chroma, scale)]
}

/// Writes the first `n` of two quantization tables.
pub(crate) fn write_steps(steps: &[[u8; 64]; 2], n: usize, to: &mut Vec<u8>) {
    for (steps, number) in steps.iter().zip(0..).take(n) {
        to.extend_from_slice(&[0xff, marker::DQT, 0, 67, number]);
        to.extend_from_slice(steps);
    }
}

/// Writes the first `n` of two pairs of Huffman tables.
pub(crate) fn write_codes(n: usize, to: &mut Vec<u8>) {
    for (pair, number) in HUFFMAN.iter().zip(0..).take(n) {
        for (table, class) in pair.iter().zip(0..) {
            let len = u8::try_from(19 + table.symbols.len()).unwrap_or(0);
            to.extend_from_slice(&[0xff, marker::DHT, 0, len, class << 4 | number]);
            to.extend_from_slice(&table.counts);
            to.extend_from_slice(table.symbols);
        }
    }
}
