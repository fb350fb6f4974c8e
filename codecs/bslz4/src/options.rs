use core::fmt::Display;
use std::ops::RangeInclusive;

pub use iio_bitshuffle::{MAX_BLOCK_SIZE, MAX_ITEM_SIZE};
use iio_codec::{Blame, Result};
pub use iio_zstd::LEVELS;

use crate::INFO;

/// Samples whose bits make a byte.
pub(crate) const GROUP: usize = 8;
/// Bytes that a block has by default, and the fewest samples.
const TARGET: usize = 8192;
const FEWEST: usize = 128;

/// What becomes of each block of bit planes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// It is kept as it is, and the stream has neither header nor sizes: it is as long as the samples.
    None,
    /// It is an LZ4 block.
    #[default]
    Lz4,
    /// It is a Zstandard frame.
    Zstd,
}

/// What a sample is, how many make a block, and what becomes of that.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Bytes of a sample, 1 (the default) to [`MAX_ITEM_SIZE`]. What was encoded with one size does not decode with another.
    pub item_size: usize,
    /// Samples of a block, a multiple of 8 up to [`MAX_BLOCK_SIZE`]. Default 0: as many as 8192 bytes hold, 128 at least.
    /// A compressed stream tells its own.
    pub block_size: usize,
    /// LZ4 by default.
    pub compression: Compression,
    /// Level of Zstandard, -131072 (fastest) to 22 (smallest); 3 by default, which 0 means too. Others do not use it.
    pub level: i32,
}

impl Default for Options {
    fn default() -> Self {
        Self { item_size: 1, block_size: 0, compression: Compression::default(), level: 3 }
    }
}

impl Options {
    /// Sets [`Options::item_size`].
    ///
    /// # Errors
    /// `InvalidArgument` if it is not in 1 to [`MAX_ITEM_SIZE`], or a block exceeds 4294967295 bytes.
    pub fn with_item_size(mut self, item_size: usize) -> Result<Self> {
        self.item_size = item_size;
        self.validated()
    }

    /// Sets [`Options::block_size`].
    ///
    /// # Errors
    /// `InvalidArgument` if it is no multiple of 8 up to [`MAX_BLOCK_SIZE`], or a block exceeds 4294967295 bytes.
    pub fn with_block_size(mut self, block_size: usize) -> Result<Self> {
        self.block_size = block_size;
        self.validated()
    }

    /// Sets [`Options::compression`].
    #[must_use]
    pub const fn with_compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// Sets [`Options::level`].
    ///
    /// # Errors
    /// `InvalidArgument` if it is not in [`LEVELS`].
    pub fn with_level(mut self, level: i32) -> Result<Self> {
        self.level = level;
        self.validated()
    }

    pub(crate) fn validated(self) -> Result<Self> {
        refuse("item_size", &self.item_size, &(1..=MAX_ITEM_SIZE))?;
        refuse("block_size", &self.block_size, &(0..=MAX_BLOCK_SIZE))?;
        refuse("level", &self.level, &LEVELS)?;
        if !self.block_size.is_multiple_of(GROUP) {
            return Err(
                INFO.invalid_argument(format!("block_size must be a multiple of {GROUP}, got {}", self.block_size))
            );
        }
        let samples = self.samples();
        let bytes = samples.checked_mul(self.item_size).and_then(|bytes| u32::try_from(bytes).ok());
        if bytes.is_none() {
            let message = format!("block of {samples} samples of {} bytes exceeds {} bytes", self.item_size, u32::MAX);
            return Err(INFO.invalid_argument(message));
        }
        Ok(self)
    }

    /// Bytes that give bytes of each bit plane.
    pub(crate) const fn group(&self) -> usize {
        GROUP * self.item_size
    }

    /// Bytes of a block. These options are valid.
    pub(crate) fn block_len(&self) -> usize {
        self.samples().saturating_mul(self.item_size)
    }

    fn samples(&self) -> usize {
        match self.block_size {
            0 => (TARGET / self.item_size / GROUP * GROUP).max(FEWEST),
            given => given,
        }
    }
}

fn refuse<T: PartialOrd + Display>(name: &str, value: &T, range: &RangeInclusive<T>) -> Result<()> {
    if range.contains(value) {
        return Ok(());
    }
    Err(INFO.invalid_argument(format!("{name} must be {}..={}, got {value}", range.start(), range.end())))
}
