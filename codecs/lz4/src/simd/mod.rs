//! The fast loop of the decoder, compiled once more with AVX2: pieces of 32 and 64 bytes are then half as many loads and
//! stores. There are no intrinsics; the scalar twin is the same code. `tests/it/blocks.rs` compares them.

use crate::block::fast_anywhere;
use crate::check::Cursor;

/// Decodes sequences while both ends are far away. See [`fast_anywhere`].
pub(crate) fn fast(block: &[u8], dst: &mut [u8], out: &mut usize, cursor: &mut Cursor) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("bmi2") {
        // SAFETY: the machine has AVX2 and BMI2.
        return unsafe { fast_avx2(block, dst, out, cursor) };
    }
    fast_anywhere(block, dst, out, cursor);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi2")]
fn fast_avx2(block: &[u8], dst: &mut [u8], out: &mut usize, cursor: &mut Cursor) {
    fast_anywhere(block, dst, out, cursor);
}
