//! Prefix sums with vector instructions. The scalar twin is `row::decode_scalar`; `tests/it/rows.rs` compares them.
//!
//! A lane of 16 bytes is summed in log steps: to each sample is added the one `lag` bytes before it, then the one
//! `2 * lag` before, and so on until the distance leaves the lane. What the lane before contributes is the last `lag`
//! bytes of its result, repeated. Both are byte shuffles, so that one kernel serves every distance up to 16 bytes: 1 to
//! 16 samples of 8 bits, 1 to 8 of 16 bits. The carry from vector to vector is a chain of its own, of one addition and
//! at most one shuffle, so that all else overlaps. Measured on Zen 5, 256x256, in place, against the scalar twin: 22 to
//! 4.1 GB/s for 8-bit samples, 25 to 8.2 for 16 bits, 34 to 17 for 32 bits, 47 to 32 for 64 bits.

#[cfg(target_arch = "x86_64")]
mod avx2;

use crate::place::Row;

/// Size that says that samples are not added but combined by XOR, for `iio-xor`.
pub(crate) const BITS: usize = 0;

/// True if this machine has vector instructions for these parameters.
pub(crate) fn can_decode(lag: usize) -> bool {
    #[cfg(target_arch = "x86_64")]
    return lag <= avx2::LANE && std::arch::is_x86_feature_detected!("avx2");
    #[cfg(not(target_arch = "x86_64"))]
    return lag == 0;
}

/// Decodes rows. Does nothing where [`can_decode`] is false.
pub(crate) fn decode_rows(rows: impl Iterator<Item = impl Row>, size: usize, lag: usize) {
    #[cfg(target_arch = "x86_64")]
    if can_decode(lag) {
        // SAFETY: the machine has AVX2.
        unsafe { avx2::decode_rows(rows, size, lag) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (rows, size);
}
