//! The five row filters (section 9), both ways, in plain Rust. `simd` holds faster twins of the inverse.
//!
//! All are sums and differences of bytes modulo 256. `a` is the byte `step` to the left, `b` the one above, `c` the
//! one above `a`; beyond the edge they are 0.

use iio_codec::{Blame, Result};

use crate::INFO;

pub(crate) const NONE: u8 = 0;
pub(crate) const SUB: u8 = 1;
pub(crate) const UP: u8 = 2;
pub(crate) const AVERAGE: u8 = 3;
pub(crate) const PAETH: u8 = 4;

/// Undoes filter `kind` of a row in place. `above` is the row above, unfiltered; empty for the first row. `row_index`
/// and nothing else goes into the error.
pub(crate) fn unfilter(kind: u8, step: usize, above: &[u8], row: &mut [u8], row_index: usize) -> Result<()> {
    match kind {
        NONE => {}
        SUB => crate::simd::unsub(step, row),
        UP => unup(above, row),
        AVERAGE if above.is_empty() => unaverage_first(step, row),
        AVERAGE => crate::simd::unaverage(step, above, row),
        // Above is 0: the predictor is the byte to the left.
        PAETH if above.is_empty() => crate::simd::unsub(step, row),
        PAETH => crate::simd::unpaeth(step, above, row),
        _ => return Err(INFO.malformed(format!("filter byte {kind} at row {row_index} is not 0..=4"))),
    }
    Ok(())
}

fn unup(above: &[u8], row: &mut [u8]) {
    for (x, &b) in row.iter_mut().zip(above) {
        *x = x.wrapping_add(b);
    }
}

fn unaverage_first(step: usize, row: &mut [u8]) {
    let mut left = [0u8; 8];
    for pixel in row.chunks_mut(step) {
        for (x, a) in pixel.iter_mut().zip(&mut left) {
            *x = x.wrapping_add(*a >> 1);
            *a = *x;
        }
    }
}

/// Bytes from left to right, with the pixel to the left in an array of constant length.
#[inline(always)]
fn pixels<const N: usize>(row: &mut [u8], mut pixel: impl FnMut(&mut [u8; N])) {
    let (whole, rest) = row.as_chunks_mut::<N>();
    whole.iter_mut().for_each(&mut pixel);
    debug_assert!(rest.is_empty(), "rows are whole pixels");
}

pub(crate) fn unsub_scalar<const N: usize>(row: &mut [u8]) {
    let mut a = [0u8; N];
    pixels::<N>(row, |x| {
        for i in 0..N {
            a[i] = x[i].wrapping_add(a[i]);
        }
        *x = a;
    });
}

pub(crate) fn unaverage_scalar<const N: usize>(above: &[u8], row: &mut [u8]) {
    let (above, _) = above.as_chunks::<N>();
    let mut above = above.iter();
    let mut a = [0u8; N];
    pixels::<N>(row, |x| {
        let b = above.next().unwrap_or(&[0; N]);
        for i in 0..N {
            #[expect(clippy::cast_possible_truncation, reason = "the mean of two bytes is one")]
            let mean = ((u16::from(a[i]) + u16::from(b[i])) >> 1) as u8;
            a[i] = x[i].wrapping_add(mean);
        }
        *x = a;
    });
}

pub(crate) fn unpaeth_scalar<const N: usize>(above: &[u8], row: &mut [u8]) {
    let (above, _) = above.as_chunks::<N>();
    let mut above = above.iter();
    let (mut a, mut c) = ([0u8; N], [0u8; N]);
    pixels::<N>(row, |x| {
        let b = above.next().unwrap_or(&[0; N]);
        for i in 0..N {
            a[i] = x[i].wrapping_add(predict(a[i], b[i], c[i]));
        }
        c = *b;
        *x = a;
    });
}

/// As `unpaeth_scalar` for two rows, the second one pixel behind the first.
pub(crate) fn unpaeth_two_scalar<const N: usize>(above: &[u8], row: &mut [u8], next: &mut [u8]) {
    let add = |x: &[u8; N], a: &[u8; N], b: &[u8; N], c: &[u8; N]| -> [u8; N] {
        core::array::from_fn(|i| x[i].wrapping_add(predict(a[i], b[i], c[i])))
    };
    let (above, row, next) = (above.as_chunks::<N>().0, row.as_chunks_mut::<N>().0, next.as_chunks_mut::<N>().0);
    let (Some((b0, above)), Some((x0, row))) = (above.split_first(), row.split_first_mut()) else { return };
    let (mut a, mut c) = (add(x0, &[0; N], b0, &[0; N]), *b0);
    *x0 = a;
    let (mut left, mut corner) = ([0; N], [0; N]);
    let mut behind = next.iter_mut();
    for ((x, b), y) in row.iter_mut().zip(above).zip(&mut behind) {
        left = add(y, &left, &a, &corner);
        corner = a;
        a = add(x, &a, b, &c);
        c = *b;
        *x = a;
        *y = left;
    }
    if let Some(y) = behind.next() {
        *y = add(y, &left, &a, &corner);
    }
}

/// The Paeth predictor (section 9.4) without its three distances. Where c lies between a and b, the estimate a + b - c does
/// too, and the nearest is decided by which third of the way it is; written so, only one subtraction and two
/// comparisons wait for `a`.
#[inline(always)]
pub(crate) fn predict(a: u8, b: u8, c: u8) -> u8 {
    let (low, high) = (a.min(b), a.max(b));
    let third = 3 * i16::from(c) - i16::from(b) - i16::from(a);
    let near_low = if i16::from(high) <= third { low } else { c };
    if third <= i16::from(low) { high } else { near_low }
}

/// Applies filter `kind` to `row` into `dst`. `above` is the row above (zeros for the first row), all of one length.
pub(crate) fn filter(kind: u8, step: usize, above: &[u8], row: &[u8], dst: &mut [u8]) {
    let (head, tail) = dst.split_at_mut(step.min(dst.len()));
    // The first pixel has no left neighbour.
    for ((to, &x), &b) in head.iter_mut().zip(row).zip(above) {
        *to = match kind {
            UP | PAETH => x.wrapping_sub(b),
            AVERAGE => x.wrapping_sub(b >> 1),
            _ => x,
        };
    }
    let (x, b) = (row.get(step..).unwrap_or(&[]), above.get(step..).unwrap_or(&[]));
    match kind {
        NONE => tail.copy_from_slice(x),
        SUB => tail.iter_mut().zip(x).zip(row).for_each(|((to, x), a)| *to = x.wrapping_sub(*a)),
        UP => tail.iter_mut().zip(x).zip(b).for_each(|((to, x), b)| *to = x.wrapping_sub(*b)),
        AVERAGE => crate::simd::average(tail, x, row, b),
        _ => crate::simd::paeth(tail, x, row, b, above),
    }
}

/// x - mean(a, b), rounded down. Inlined into a function per instruction set.
#[inline(always)]
pub(crate) fn average_body(to: &mut [u8], x: &[u8], a: &[u8], b: &[u8]) {
    for (((to, x), &a), &b) in to.iter_mut().zip(x).zip(a).zip(b) {
        // Half of the sum without a carry out of the byte.
        *to = x.wrapping_sub((a & b).wrapping_add((a ^ b) >> 1));
    }
}

/// x - Paeth(a, b, c), in bytes only, so that a vector holds as many as it can. Inlined into a function per
/// instruction set.
#[inline(always)]
pub(crate) fn paeth_body(to: &mut [u8], x: &[u8], a: &[u8], b: &[u8], c: &[u8]) {
    for ((((to, x), &a), &b), &c) in to.iter_mut().zip(x).zip(a).zip(b).zip(c) {
        let (pa, pb) = (b.abs_diff(c), a.abs_diff(c));
        // |a + b - 2c|: the differences cancel if c lies between a and b, else they add up, and c is not nearest.
        let between = (b >= c) != (a >= c);
        let pc = if between { pa.abs_diff(pb) } else { u8::MAX };
        let ab = if pb < pa { b } else { a };
        let nearest = if pc < pa.min(pb) { c } else { ab };
        *to = x.wrapping_sub(nearest);
    }
}

/// The sum of the absolute values of filtered bytes, read as signed: what the heuristic of section 12.7 minimises.
#[inline(always)]
pub(crate) fn cost_body(row: &[u8]) -> u64 {
    row.chunks(1 << 14)
        .map(|piece| piece.iter().map(|&x| u32::from(x.min(x.wrapping_neg()))).sum::<u32>())
        .map(u64::from)
        .sum()
}
