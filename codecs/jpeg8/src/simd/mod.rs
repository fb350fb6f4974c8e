//! The stages of the plain encoder and decoder with vector instructions. The scalar twins are in `baseline`,
//! `sequential`, `convert` and `upsample`; `tests/it/plain.rs` compares them.
//!
//! There are intrinsics where the compiler finds no vectors: in the transforms (`forward`, `inverse`). All else is the
//! scalar code itself, compiled once more with AVX2 and BMI2. Measured on Zen 5, on the photo of the benchmark: the scalar
//! twins take 7 to 8 times as long to encode, and twice as long to decode.

#[cfg(target_arch = "x86_64")]
mod forward;
#[cfg(target_arch = "x86_64")]
mod inverse;

use std::ops::Range;

use iio_codec::Result;

use crate::baseline::block::{self, Block, Divisors};
use crate::baseline::entropy::{Bits, Part};
use crate::baseline::sample::{self, Rgb};
use crate::sequential::{self, Codes, Component, Reader};
use crate::{convert, upsample};

/// How stages are run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Machine {
    /// True if there is what the functions of the modules ask for.
    vectors: bool,
}

impl Default for Machine {
    fn default() -> Self {
        Self::detect()
    }
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
            return unsafe { forward::transform(rows, divisors, to) };
        }
        block::transform(rows, divisors, to);
    }

    /// As [`Bits::code`].
    pub(crate) fn code(self, bits: &mut Bits<'_>, parts: &mut [Part<'_>], mcus: Range<usize>) -> Result<()> {
        #[cfg(target_arch = "x86_64")]
        if self.vectors {
            // SAFETY: the machine has these instructions.
            return unsafe { forward::code(bits, parts, mcus) };
        }
        bits.code(parts, mcus)
    }

    /// As [`sample::split`].
    pub(crate) fn split<const N: usize>(self, pixels: &[u8], planes: [&mut [u8]; N]) {
        #[cfg(target_arch = "x86_64")]
        if self.vectors {
            // SAFETY: the machine has these instructions.
            return unsafe { forward::split(pixels, planes) };
        }
        sample::split(pixels, planes);
    }

    /// As [`sample::luma`].
    pub(crate) fn luma(self, rgb: Rgb<'_>, to: &mut [u8]) {
        #[cfg(target_arch = "x86_64")]
        if self.vectors {
            // SAFETY: the machine has these instructions.
            return unsafe { forward::luma(rgb, to) };
        }
        sample::luma(rgb, to);
    }

    /// As [`sample::ycbcr`].
    pub(crate) fn ycbcr(self, rgb: Rgb<'_>, to: [&mut [u8]; 3]) {
        #[cfg(target_arch = "x86_64")]
        if self.vectors {
            // SAFETY: the machine has these instructions.
            return unsafe { forward::ycbcr(rgb, to) };
        }
        sample::ycbcr(rgb, to);
    }

    /// As [`sample::shrink`].
    pub(crate) fn shrink(self, by: (usize, usize), rows: &[u8], to: &mut [u8]) {
        #[cfg(target_arch = "x86_64")]
        if self.vectors {
            // SAFETY: the machine has these instructions.
            return unsafe { forward::shrink(by, rows, to) };
        }
        sample::shrink(by, rows, to);
    }

    /// As [`sequential::read`].
    pub(crate) fn read(
        self,
        reader: &mut Reader<'_>,
        components: &mut [Component],
        codes: &[Codes<'_>],
        mcus: Range<usize>,
    ) -> Option<()> {
        #[cfg(target_arch = "x86_64")]
        if self.vectors {
            // SAFETY: the machine has these instructions.
            return unsafe { inverse::read(reader, components, codes, mcus) };
        }
        sequential::read(reader, components, codes, mcus)
    }

    /// As [`sequential::inverse::inverse`].
    pub(crate) fn inverse(self, blocks: &[[[i16; 64]; 2]], steps: &[i16; 64], to: [&mut [[u8; 16]]; 8]) {
        #[cfg(target_arch = "x86_64")]
        if self.vectors {
            // SAFETY: the machine has these instructions.
            return unsafe { inverse::inverse(blocks, steps, to) };
        }
        sequential::inverse::inverse(blocks, steps, to);
    }

    /// As [`upsample::wide`].
    pub(crate) fn wide(self, row: &[u8], to: &mut [u8]) {
        #[cfg(target_arch = "x86_64")]
        if self.vectors {
            // SAFETY: the machine has these instructions.
            return unsafe { inverse::wide(row, to) };
        }
        upsample::wide(row, to);
    }

    /// As [`upsample::high`].
    pub(crate) fn high(self, near: &[u8], far: &[u8], bias: u16, to: &mut [u8]) {
        #[cfg(target_arch = "x86_64")]
        if self.vectors {
            // SAFETY: the machine has these instructions.
            return unsafe { inverse::high(near, far, bias, to) };
        }
        upsample::high(near, far, bias, to);
    }

    /// As [`upsample::both`].
    pub(crate) fn both(self, near: &[u8], far: &[u8], to: &mut [u8]) {
        #[cfg(target_arch = "x86_64")]
        if self.vectors {
            // SAFETY: the machine has these instructions.
            return unsafe { inverse::both(near, far, to) };
        }
        upsample::both(near, far, to);
    }

    /// As [`convert::join`].
    pub(crate) fn join<const N: usize>(self, rows: [&[u8]; N], to: &mut [u8]) {
        #[cfg(target_arch = "x86_64")]
        if self.vectors {
            // SAFETY: the machine has these instructions.
            return unsafe { inverse::join(rows, to) };
        }
        convert::join(rows, to);
    }

    /// As [`convert::rgb_row`].
    pub(crate) fn rgb(self, rows: [&[u8]; 3], to: &mut [u8]) {
        #[cfg(target_arch = "x86_64")]
        if self.vectors {
            // SAFETY: the machine has these instructions.
            return unsafe { inverse::rgb(rows, to) };
        }
        convert::rgb_row(rows, to);
    }
}
