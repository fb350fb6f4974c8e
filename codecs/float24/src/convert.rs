//! Floats of 24 bits to floats of 32 bits and back.
//!
//! Both are done on bits, without branches, so that the compiler makes vectors of it. Only subnormal numbers go through
//! arithmetic of floats, scaled such that every intermediate is exact.

use crate::{ByteOrder, Rounding};

/// Bytes of a sample in a stream.
pub(crate) const SAMPLE_LEN: usize = 3;

/// Samples that are converted at a time.
const BLOCK: usize = 64;

const INFINITY_32: u32 = 0x7f80_0000;
const NAN_32: u32 = 0x7fc0_0000;
const INFINITY_24: u32 = 0x7f_0000;
const NAN_24: u32 = 0x7f_8000;

/// The smallest normal number of 24 bits.
const NORMAL_24: u32 = 1 << 16;
/// The same number, 2^-62, in 32 bits.
const NORMAL_32: u32 = (127 - 62) << 23;
/// 2^64, which is too large, in 32 bits.
const TOO_LARGE_32: u32 = (127 + 64) << 23;
/// Difference of the biases, in the exponent of 32 bits.
const BIAS: u32 = (127 - 63) << 23;

/// 2^-78, the last bit of subnormal numbers.
const LAST_BIT: f32 = f32::from_bits((127 - 78) << 23);
/// 2^85: the last bit of subnormal numbers becomes bit 7 of an integer.
const SCALE: f32 = f32::from_bits((127 + 85) << 23);

/// Converts as many samples as `dst` has bytes for.
pub(crate) fn widen(src: &[u8], dst: &mut [u8], order: ByteOrder) {
    match order {
        ByteOrder::Little => widen_blocks(src, dst, |[a, b, c]| u32::from_le_bytes([a, b, c, 0])),
        ByteOrder::Big => widen_blocks(src, dst, |[a, b, c]| u32::from_be_bytes([0, a, b, c])),
    }
}

fn widen_blocks(src: &[u8], dst: &mut [u8], load: impl Fn([u8; 3]) -> u32) {
    let mut block = [0; BLOCK];
    for (dst, src) in dst.chunks_mut(4 * BLOCK).zip(src.chunks(SAMPLE_LEN * BLOCK)) {
        for (bits, bytes) in block.iter_mut().zip(src.as_chunks().0) {
            *bits = load(*bytes);
        }
        for (to, bits) in dst.as_chunks_mut().0.iter_mut().zip(&block) {
            *to = widened(*bits).to_ne_bytes();
        }
    }
}

#[inline(always)]
fn widened(bits: u32) -> u32 {
    let magnitude = bits & 0x7f_ffff;
    #[expect(clippy::cast_precision_loss, reason = "23 bits")]
    let small = (magnitude.cast_signed() as f32 * LAST_BIT).to_bits();
    let finite = if magnitude < NORMAL_24 { small } else { (magnitude << 7) + BIAS };
    let special = if magnitude == INFINITY_24 { INFINITY_32 } else { NAN_32 };
    (bits & 0x80_0000) << 8 | if magnitude < INFINITY_24 { finite } else { special }
}

/// Converts as many samples as `src` has.
pub(crate) fn narrow(src: &[u8], dst: &mut [u8], order: ByteOrder, rounding: Rounding) {
    let bump = Bump::of(rounding);
    match order {
        ByteOrder::Little => narrow_blocks(src, dst, bump, |bits| {
            let [a, b, c, _] = bits.to_le_bytes();
            [a, b, c]
        }),
        ByteOrder::Big => narrow_blocks(src, dst, bump, |bits| {
            let [_, a, b, c] = bits.to_be_bytes();
            [a, b, c]
        }),
    }
}

fn narrow_blocks(src: &[u8], dst: &mut [u8], bump: Bump, store: impl Fn(u32) -> [u8; 3]) {
    let mut block = [0; BLOCK];
    for (dst, src) in dst.chunks_mut(SAMPLE_LEN * BLOCK).zip(src.chunks(4 * BLOCK)) {
        for (bits, bytes) in block.iter_mut().zip(src.as_chunks().0) {
            *bits = narrowed(u32::from_ne_bytes(*bytes), bump);
        }
        for (to, bits) in dst.as_chunks_mut().0.iter_mut().zip(&block) {
            *to = store(*bits);
        }
    }
}

/// What is added to the magnitude of a number before its last 7 bits are cut off.
#[derive(Clone, Copy)]
struct Bump {
    positive: u32,
    negative: u32,
    /// One more if the last bit that stays is 1.
    odd: u32,
}

impl Bump {
    const fn of(rounding: Rounding) -> Self {
        /// Goes to the next number, unless all bits that are cut off are 0.
        const AWAY: u32 = 0x7f;
        /// As [`AWAY`], but from the half on only: short of it by one, which `odd` adds.
        const HALF: u32 = 0x3f;
        match rounding {
            Rounding::ToNearest => Self { positive: HALF, negative: HALF, odd: 1 },
            Rounding::Upward => Self { positive: AWAY, negative: 0, odd: 0 },
            Rounding::Downward => Self { positive: 0, negative: AWAY, odd: 0 },
            Rounding::TowardZero => Self { positive: 0, negative: 0, odd: 0 },
        }
    }
}

#[inline(always)]
fn narrowed(bits: u32, bump: Bump) -> u32 {
    let magnitude = bits & 0x7fff_ffff;
    let is_small = magnitude < NORMAL_32;
    let scaled = f32::from_bits(if is_small { magnitude } else { 0 }) * SCALE;
    #[expect(clippy::cast_possible_truncation, reason = "below 2^23: cut to the integer below")]
    let whole = scaled as i32;
    // The last bit says that something was cut off: it takes no other part in rounding.
    #[expect(clippy::cast_precision_loss, reason = "23 bits")]
    let small = whole.cast_unsigned() | u32::from(whole as f32 != scaled);
    let long = if is_small { small } else { magnitude.wrapping_sub(BIAS) };
    let bump_by = if bits >> 31 == 0 { bump.positive } else { bump.negative };
    // What is carried out of the fraction raises the exponent, as it should.
    let finite = long.wrapping_add(bump_by).wrapping_add((long >> 7) & bump.odd) >> 7;
    let special = if magnitude > INFINITY_32 { NAN_24 } else { INFINITY_24 };
    (bits >> 31) << 23 | if magnitude < TOO_LARGE_32 { finite } else { special }
}
