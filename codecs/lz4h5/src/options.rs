use std::ops::RangeInclusive;

use iio_codec::{Blame, Result};
pub use iio_lz4::ACCELERATIONS;

use crate::INFO;

/// The sizes of a block.
pub const BLOCK_SIZES: RangeInclusive<u32> = 1..=0x7e00_0000;
/// The size of a block where none is given and the input is not shorter.
const DEFAULT_BLOCK_SIZE: u32 = 1 << 30;

/// How to encode.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncodeOptions {
    /// Bytes of the input that make a block, 1 to 2113929216. Default `None`: all of them, up to 1 GiB.
    pub block_size: Option<u32>,
    /// Acceleration, 1 (the default) to 65537: each step is some 3 % faster, with larger output.
    pub acceleration: i32,
}

impl Default for EncodeOptions {
    fn default() -> Self {
        Self { block_size: None, acceleration: 1 }
    }
}

impl EncodeOptions {
    /// Sets [`EncodeOptions::block_size`].
    ///
    /// # Errors
    /// `InvalidArgument` if it is not in [`BLOCK_SIZES`].
    pub fn with_block_size(mut self, block_size: Option<u32>) -> Result<Self> {
        self.block_size = block_size;
        self.validated()
    }

    /// Sets [`EncodeOptions::acceleration`].
    ///
    /// # Errors
    /// `InvalidArgument` if it is not in [`ACCELERATIONS`].
    pub fn with_acceleration(mut self, acceleration: i32) -> Result<Self> {
        self.acceleration = acceleration;
        self.validated()
    }

    pub(crate) fn validated(self) -> Result<Self> {
        if let Some(size) = self.block_size
            && !BLOCK_SIZES.contains(&size)
        {
            let (first, last) = (BLOCK_SIZES.start(), BLOCK_SIZES.end());
            return Err(INFO.invalid_argument(format!("block_size must be {first}..={last}, got {size}")));
        }
        if !ACCELERATIONS.contains(&self.acceleration) {
            let (first, last) = (ACCELERATIONS.start(), ACCELERATIONS.end());
            return Err(
                INFO.invalid_argument(format!("acceleration must be {first}..={last}, got {}", self.acceleration))
            );
        }
        Ok(self)
    }

    /// The size of a block for an input of `src_len` bytes.
    pub(crate) fn block_size_for(&self, src_len: usize) -> u32 {
        let all = u32::try_from(src_len).unwrap_or(u32::MAX).clamp(1, DEFAULT_BLOCK_SIZE);
        self.block_size.unwrap_or(all)
    }
}
