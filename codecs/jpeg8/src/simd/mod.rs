//! The stages of the plain encoder with vector instructions. The scalar twins are in `baseline`;
//! `tests/it/vector.rs` compares them.
//!
//! `avx2` has intrinsics where the compiler finds no vectors: the transform. All else is the scalar code itself, compiled
//! once more with AVX2 and BMI2.

#[cfg(target_arch = "x86_64")]
mod avx2;

use std::ops::Range;

use iio_codec::Result;

use crate::baseline::block::{self, Block, Divisors};
use crate::baseline::entropy::{Bits, Part};
use crate::baseline::sample::{self, Rgb};

/// How stages are run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Machine {
    /// True if there is what the functions of `avx2` ask for.
    vectors: bool,
}

impl Machine {
    /// The scalar twins, on any machine.
    pub(crate) const SCALAR: Self = Self { vectors: false };

    /// The best of this machine.
    pub(crate) fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected as has;
            let bits = has!("bmi1") && has!("bmi2") && has!("lzcnt") && has!("popcnt");
            Self { vectors: bits && has!("avx2") }
        }
        #[cfg(not(target_arch = "x86_64"))]
        Self::SCALAR
    }

    /// As [`block::transform`].
    pub(crate) fn transform(self, rows: [&[[u8; 16]]; 8], divisors: &Divisors, to: &mut [[Block; 2]]) {
        #[cfg(target_arch = "x86_64")]
        if self.vectors {
            // SAFETY: the machine has these instructions.
            return unsafe { avx2::transform(rows, divisors, to) };
        }
        block::transform(rows, divisors, to);
    }

    /// As [`Bits::code`].
    pub(crate) fn code(self, bits: &mut Bits<'_>, parts: &mut [Part<'_>], mcus: Range<usize>) -> Result<()> {
        #[cfg(target_arch = "x86_64")]
        if self.vectors {
            // SAFETY: the machine has these instructions.
            return unsafe { avx2::code(bits, parts, mcus) };
        }
        bits.code(parts, mcus)
    }

    /// As [`sample::split`].
    pub(crate) fn split<const N: usize>(self, pixels: &[u8], planes: [&mut [u8]; N]) {
        #[cfg(target_arch = "x86_64")]
        if self.vectors {
            // SAFETY: the machine has these instructions.
            return unsafe { avx2::split(pixels, planes) };
        }
        sample::split(pixels, planes);
    }

    /// As [`sample::luma`].
    pub(crate) fn luma(self, rgb: Rgb<'_>, to: &mut [u8]) {
        #[cfg(target_arch = "x86_64")]
        if self.vectors {
            // SAFETY: the machine has these instructions.
            return unsafe { avx2::luma(rgb, to) };
        }
        sample::luma(rgb, to);
    }

    /// As [`sample::ycbcr`].
    pub(crate) fn ycbcr(self, rgb: Rgb<'_>, to: [&mut [u8]; 3]) {
        #[cfg(target_arch = "x86_64")]
        if self.vectors {
            // SAFETY: the machine has these instructions.
            return unsafe { avx2::ycbcr(rgb, to) };
        }
        sample::ycbcr(rgb, to);
    }

    /// As [`sample::shrink`].
    pub(crate) fn shrink(self, by: (usize, usize), rows: &[u8], to: &mut [u8]) {
        #[cfg(target_arch = "x86_64")]
        if self.vectors {
            // SAFETY: the machine has these instructions.
            return unsafe { avx2::shrink(by, rows, to) };
        }
        sample::shrink(by, rows, to);
    }
}
