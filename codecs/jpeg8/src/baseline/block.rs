//! Blocks of samples to quantized coefficients: the scalar twin of what `simd` has.
//!
//! The transform is libjpeg's accurate one in integers ("islow", after Loeffler, Ligtenberg and Moschytz): rows first, whose
//! results keep two more bits, then columns. Its results are eight times those of T.81, A.3.3.

use super::table::ZIGZAG;

/// A block as the entropy coder takes it: coefficients in the order of coding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(64))]
pub(crate) struct Block {
    pub(crate) coefficients: [i16; 64],
    /// Of each coefficient the number of bits of its magnitude, and 16 if it is negative.
    pub(crate) symbols: [u8; 64],
    /// Which coefficients are not zero: bit k for coefficient k.
    pub(crate) nonzero: u64,
}

impl Block {
    pub(crate) const EMPTY: Self = Self { coefficients: [0; 64], symbols: [0; 64], nonzero: 0 };
}

/// Division by a step, rounded, as two products of which the upper 16 bits are kept: by 2^(16 + s) / divisor, rounded up,
/// and by 2^(16 - s). With 2^s at most the divisor that is exact for all numbers below 2^15. Places are those of a block.
#[derive(Clone, Debug)]
#[repr(C, align(16))]
pub(crate) struct Divisors {
    pub(crate) half: [[u16; 8]; 8],
    pub(crate) reciprocal: [[u16; 8]; 8],
    pub(crate) shift: [[u16; 8]; 8],
}

impl Divisors {
    /// Divisors for steps in the order of coding.
    #[expect(clippy::cast_possible_truncation, reason = "a divisor is 8 to 2040: 2^2 <= 2^s <= divisor < 2^(s + 1)")]
    pub(crate) fn new(steps: &[u8; 64]) -> Self {
        let (mut half, mut reciprocal, mut shift) = ([[0; 8]; 8], [[0; 8]; 8], [[0; 8]; 8]);
        for (&step, at) in steps.iter().zip(ZIGZAG) {
            let at = usize::from(at);
            // Coefficients come eight times too large.
            let divisor = 8 * u32::from(step.max(1));
            // A power of two would give 2^16, one too many.
            let s = if divisor.is_power_of_two() { divisor.ilog2() - 1 } else { divisor.ilog2() };
            half[at / 8][at % 8] = (divisor / 2) as u16;
            reciprocal[at / 8][at % 8] = (1_u32 << (16 + s)).div_ceil(divisor) as u16;
            shift[at / 8][at % 8] = 1 << (16 - s);
        }
        Self { half, reciprocal, shift }
    }
}

/// Makes blocks of eight rows of samples. A chunk of 16 samples makes two.
pub(crate) fn transform(rows: [&[[u8; 16]]; 8], divisors: &Divisors, to: &mut [[Block; 2]]) {
    for (i, pair) in to.iter_mut().enumerate() {
        for (half, block) in pair.iter_mut().enumerate() {
            let mut work = [[0_i32; 8]; 8];
            for (to, row) in work.iter_mut().zip(rows) {
                let samples = row.get(i).map_or(&[0; 8], |chunk| &chunk.as_chunks().0[half]);
                *to = pass(samples.map(|sample| i32::from(sample) - 128), true);
            }
            for x in 0..8 {
                let column = pass(work.map(|row| row[x]), false);
                work.iter_mut().zip(column).for_each(|(row, value)| row[x] = value);
            }
            *block = quantize(&work, divisors);
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "coefficients are below 2^11")]
fn quantize(values: &[[i32; 8]; 8], divisors: &Divisors) -> Block {
    let mut block = Block::EMPTY;
    for (k, at) in ZIGZAG.into_iter().enumerate() {
        let (y, x) = (usize::from(at / 8), usize::from(at % 8));
        let times = |value: u32, factor: u16| (value * u32::from(factor)) >> 16;
        let value = values[y][x].unsigned_abs() + u32::from(divisors.half[y][x]);
        let value = times(times(value, divisors.reciprocal[y][x]), divisors.shift[y][x]);
        let negative = values[y][x] < 0;
        block.coefficients[k] = if negative { -(value as i16) } else { value as i16 };
        if value != 0 {
            block.symbols[k] = (u32::BITS - value.leading_zeros()) as u8 | u8::from(negative) << 4;
            block.nonzero |= 1 << k;
        }
    }
    block
}

/// Constants of the transform, in parts of 2^13.
pub(crate) mod factor {
    const fn fix(value: f64) -> i16 {
        #[expect(clippy::cast_possible_truncation, reason = "constants below 4")]
        {
            (value * 8192.0 + 0.5) as i16
        }
    }
    pub(crate) const F0_298: i16 = fix(0.298_631_336);
    pub(crate) const F0_390: i16 = fix(0.390_180_644);
    pub(crate) const F0_541: i16 = fix(0.541_196_100);
    pub(crate) const F0_765: i16 = fix(0.765_366_865);
    pub(crate) const F0_899: i16 = fix(0.899_976_223);
    pub(crate) const F1_175: i16 = fix(1.175_875_602);
    pub(crate) const F1_501: i16 = fix(1.501_321_110);
    pub(crate) const F1_847: i16 = fix(1.847_759_065);
    pub(crate) const F1_961: i16 = fix(1.961_570_560);
    pub(crate) const F2_053: i16 = fix(2.053_119_869);
    pub(crate) const F2_562: i16 = fix(2.562_915_447);
    pub(crate) const F3_072: i16 = fix(3.072_711_026);
}

/// One dimension of the transform: of rows, whose results keep two bits, or of columns, which drop them.
fn pass(v: [i32; 8], rows: bool) -> [i32; 8] {
    use factor::*;
    let times = |value: i32, factor: i16| value * i32::from(factor);
    let product = |value: i32| if rows { (value + (1 << 10)) >> 11 } else { (value + (1 << 14)) >> 15 };
    let sum = |value: i32| if rows { value << 2 } else { (value + 2) >> 2 };

    let (s0, s1, s2, s3) = (v[0] + v[7], v[1] + v[6], v[2] + v[5], v[3] + v[4]);
    let (d0, d1, d2, d3) = (v[0] - v[7], v[1] - v[6], v[2] - v[5], v[3] - v[4]);
    let (even0, even1, even2, even3) = (s0 + s3, s1 + s2, s1 - s2, s0 - s3);
    let turn = times(even2 + even3, F0_541);
    let (z3, z4) = (d3 + d1, d2 + d0);
    let both = times(z3 + z4, F1_175);
    let (z3, z4) = (both - times(z3, F1_961), both - times(z4, F0_390));
    let (z1, z2) = (times(d3 + d0, F0_899), times(d2 + d1, F2_562));
    [
        sum(even0 + even1),
        product(times(d0, F1_501) - z1 + z4),
        product(turn + times(even3, F0_765)),
        product(times(d1, F3_072) - z2 + z3),
        sum(even0 - even1),
        product(times(d2, F2_053) - z2 + z4),
        product(turn - times(even2, F1_847)),
        product(times(d3, F0_298) - z1 + z3),
    ]
}
