//! How many bits symbols take at best, by their counts. Whole numbers, so that all machines decide alike.

#![expect(clippy::cast_possible_truncation, reason = "tables are made of small numbers when this is compiled")]

/// Fraction bits of costs.
pub(super) const FRACTION: u32 = 16;
/// One bit as a cost.
pub(super) const BIT: u64 = 1 << FRACTION;

const N: usize = 2048;

/// The logarithms, base 2, of 0 to 2047, as costs; 0 for 0.
static LOG2: [u32; N] = TABLE;

const TABLE: [u32; N] = {
    let mut table = [0; N];
    let mut n = 1u64;
    while n < N as u64 {
        let whole = n.ilog2();
        // The fraction, bit by bit: a square has twice the logarithm.
        let (mut x, mut fraction, mut bit) = (n << (31 - whole), 0, 0);
        while bit < FRACTION {
            x = (x * x) >> 31;
            fraction <<= 1;
            if x >> 32 != 0 {
                fraction |= 1;
                x >>= 1;
            }
            bit += 1;
        }
        table[n as usize] = whole << FRACTION | fraction;
        n += 1;
    }
    table
};

/// What [`n_log2`] gains from 0 to 1, from 1 to 2, and so on.
static STEPS: [u32; N] = {
    let mut table = [0; N];
    let mut n = 0;
    while n + 1 < N {
        table[n] = ((n as u64 + 1) * TABLE[n + 1] as u64 - n as u64 * TABLE[n] as u64) as u32;
        n += 1;
    }
    // The last one is not in the table.
    table[n] = TABLE[n] + SLOPE as u32;
    table
};

/// 1 / ln 2: what the logarithm of n gains by 1 is that by n.
const SLOPE: u64 = 94_548;

/// What [`n_log2`] gains from `n` to the next number.
#[inline(always)]
pub(super) fn step(n: u16) -> u32 {
    match STEPS.get(usize::from(n)) {
        Some(&step) => step,
        None => {
            let shift = n.ilog2() - 10;
            LOG2[usize::from(n >> shift)] + (shift << FRACTION) + SLOPE as u32
        }
    }
}

/// `n` times its logarithm.
#[inline(always)]
pub(super) fn n_log2(n: u32) -> u64 {
    match LOG2.get(n as usize) {
        Some(&log2) => u64::from(n) * u64::from(log2),
        None => large(n),
    }
}

#[inline(never)]
fn large(n: u32) -> u64 {
    let shift = n.ilog2() - 10;
    let high = n >> shift;
    let rest = u64::from(n - (high << shift));
    u64::from(n) * u64::from(LOG2[high as usize] + (shift << FRACTION)) + rest * SLOPE
}

/// The cost of coding symbols with these counts, without the code itself.
pub(super) fn cost(counts: &[u32]) -> u64 {
    let (mut sum, mut each) = (0, 0);
    for &count in counts {
        sum += count;
        each += n_log2(count);
    }
    n_log2(sum).saturating_sub(each)
}

/// The same for the symbols of two counts together.
pub(super) fn joint_cost<const N: usize>(a: &[u32; N], b: &[u32; N]) -> u64 {
    let (mut sum, mut each) = (0, 0);
    for (&a, &b) in a.iter().zip(b) {
        sum += a + b;
        each += n_log2(a + b);
    }
    n_log2(sum).saturating_sub(each)
}
