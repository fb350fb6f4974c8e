//! Prefix XORs with vector instructions. The scalar twin is `row::decode_scalar`; `tests/it/rows.rs` compares them.
//!
//! A lane of 16 bytes is combined in log steps: each byte with the one `lag` bytes before it, then with the one
//! `2 * lag` before, and so on until the distance leaves the lane. What the lane before contributes is the last `lag`
//! bytes of its result, repeated. Both are byte shuffles, so that one kernel serves every distance up to 16 bytes. The
//! carry from vector to vector is a chain of its own, of one XOR and at most one shuffle, so that all else overlaps.

#[cfg(target_arch = "x86_64")]
mod avx2;

/// True if this machine has vector instructions for this distance.
pub(crate) fn can_decode(lag: usize) -> bool {
    #[cfg(target_arch = "x86_64")]
    return lag <= avx2::LANE && std::arch::is_x86_feature_detected!("avx2");
    #[cfg(not(target_arch = "x86_64"))]
    return lag == 0;
}

/// Decodes rows. Does nothing where [`can_decode`] is false.
pub(crate) fn decode_rows<'a>(rows: impl Iterator<Item = &'a mut [u8]>, lag: usize) {
    #[cfg(target_arch = "x86_64")]
    if can_decode(lag) {
        // SAFETY: the machine has AVX2.
        unsafe { avx2::decode_rows(rows, lag) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (rows, lag);
}
