//! Joins and splits byte planes with vector instructions, 16 samples at a time. The scalar twins are in `planes`;
//! `tests/it/rows.rs` compares them.
//!
//! Joining is a tree of interleavings: bytes of two planes to pairs, pairs to quadruples, and so on. Splitting is the
//! same tree from its end. The compiler makes shifts and ors of the scalar loops instead.

#[cfg(target_arch = "x86_64")]
mod sse2;

/// Joins the first samples; returns how many.
pub(crate) fn join<const N: usize>(planes: &[&[u8]; N], samples: &mut [u8]) -> usize {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: every x86-64 has SSE2.
    return unsafe { sse2::join(planes, samples) };
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = (planes, samples);
        0
    }
}

/// Splits the first samples; returns how many.
pub(crate) fn split<const N: usize>(samples: &[u8], planes: &mut [&mut [u8]; N]) -> usize {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: every x86-64 has SSE2.
    return unsafe { sse2::split(samples, planes) };
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = (planes, samples);
        0
    }
}
