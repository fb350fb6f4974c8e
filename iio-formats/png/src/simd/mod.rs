//! Faster twins of the loops in `filter`. The only room for unsafe in this crate.
//!
//! The inverse filters depend on the pixel to the left, so a register holds one pixel and the length of the dependency
//! chain decides. SSE2 is part of x86_64, so there is no detection. The forward filters and the cost have no such
//! chain: the compiler vectorises their plain loops, here once more for AVX2.

#[cfg(target_arch = "x86_64")]
mod x86;

#[cfg(test)]
mod tests;

use crate::filter::{
    average_body, cost_body, paeth_body, unaverage_scalar, unpaeth_scalar, unpaeth_two_scalar, unsub_scalar,
};

/// Undoes Sub. `step` is 1, 2, 3, 4, 6 or 8.
pub(crate) fn unsub(step: usize, row: &mut [u8]) {
    #[cfg(target_arch = "x86_64")]
    match step {
        3 => return x86::unsub::<3>(row),
        4 => return x86::unsub::<4>(row),
        6 => return x86::unsub::<6>(row),
        8 => return x86::unsub::<8>(row),
        _ => {}
    }
    match step {
        1 => unsub_scalar::<1>(row),
        2 => unsub_scalar::<2>(row),
        3 => unsub_scalar::<3>(row),
        4 => unsub_scalar::<4>(row),
        6 => unsub_scalar::<6>(row),
        _ => unsub_scalar::<8>(row),
    }
}

/// Undoes Average.
pub(crate) fn unaverage(step: usize, above: &[u8], row: &mut [u8]) {
    #[cfg(target_arch = "x86_64")]
    match step {
        3 => return x86::unaverage::<3>(above, row),
        4 => return x86::unaverage::<4>(above, row),
        6 => return x86::unaverage::<6>(above, row),
        8 => return x86::unaverage::<8>(above, row),
        _ => {}
    }
    match step {
        1 => unaverage_scalar::<1>(above, row),
        2 => unaverage_scalar::<2>(above, row),
        3 => unaverage_scalar::<3>(above, row),
        4 => unaverage_scalar::<4>(above, row),
        6 => unaverage_scalar::<6>(above, row),
        _ => unaverage_scalar::<8>(above, row),
    }
}

/// Undoes Paeth.
pub(crate) fn unpaeth(step: usize, above: &[u8], row: &mut [u8]) {
    #[cfg(target_arch = "x86_64")]
    match step {
        3 => return x86::unpaeth::<3>(above, row),
        4 => return x86::unpaeth::<4>(above, row),
        6 => return x86::unpaeth::<6>(above, row),
        8 => return x86::unpaeth::<8>(above, row),
        _ => {}
    }
    match step {
        1 => unpaeth_scalar::<1>(above, row),
        2 => unpaeth_scalar::<2>(above, row),
        3 => unpaeth_scalar::<3>(above, row),
        4 => unpaeth_scalar::<4>(above, row),
        6 => unpaeth_scalar::<6>(above, row),
        _ => unpaeth_scalar::<8>(above, row),
    }
}

/// Undoes Paeth in a row and in the one below it. The second follows the first by a pixel, so that two pixels are in work at
/// a time.
pub(crate) fn unpaeth_two(step: usize, above: &[u8], row: &mut [u8], next: &mut [u8]) {
    #[cfg(target_arch = "x86_64")]
    match step {
        3 => return x86::unpaeth_two::<3>(above, row, next),
        4 => return x86::unpaeth_two::<4>(above, row, next),
        6 => return x86::unpaeth_two::<6>(above, row, next),
        8 => return x86::unpaeth_two::<8>(above, row, next),
        _ => {}
    }
    match step {
        1 => unpaeth_two_scalar::<1>(above, row, next),
        2 => unpaeth_two_scalar::<2>(above, row, next),
        3 => unpaeth_two_scalar::<3>(above, row, next),
        4 => unpaeth_two_scalar::<4>(above, row, next),
        6 => unpaeth_two_scalar::<6>(above, row, next),
        _ => unpaeth_two_scalar::<8>(above, row, next),
    }
}

/// x - mean(a, b).
pub(crate) fn average(to: &mut [u8], x: &[u8], a: &[u8], b: &[u8]) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { x86::average_avx2(to, x, a, b) };
    }
    average_body(to, x, a, b);
}

/// x - Paeth(a, b, c).
pub(crate) fn paeth(to: &mut [u8], x: &[u8], a: &[u8], b: &[u8], c: &[u8]) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { x86::paeth_avx2(to, x, a, b, c) };
    }
    paeth_body(to, x, a, b, c);
}

/// Sum of absolute values.
pub(crate) fn cost(row: &[u8]) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { x86::cost_avx2(row) };
    }
    cost_body(row)
}
