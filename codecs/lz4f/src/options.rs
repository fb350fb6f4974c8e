use std::ops::RangeInclusive;

use iio_codec::{Blame, Result};

use crate::INFO;

/// The levels: below 0 the fast compressor in haste, 0 and 1 as it is, 2 to 12 the high compressor.
pub const LEVELS: RangeInclusive<i32> = -65536..=12;

/// The most bytes that a block of a frame gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BlockSize {
    /// 64 KiB, number 4 in the frame; the default.
    #[default]
    Max64KiB,
    /// 256 KiB, number 5.
    Max256KiB,
    /// 1 MiB, number 6.
    Max1MiB,
    /// 4 MiB, number 7.
    Max4MiB,
}

impl BlockSize {
    /// The number in the frame.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Max64KiB => 4,
            Self::Max256KiB => 5,
            Self::Max1MiB => 6,
            Self::Max4MiB => 7,
        }
    }

    /// The bytes.
    #[must_use]
    pub const fn n_bytes(self) -> usize {
        1 << (8 + 2 * self.number())
    }

    pub(crate) const fn of(number: u8) -> Option<Self> {
        match number {
            4 => Some(Self::Max64KiB),
            5 => Some(Self::Max256KiB),
            6 => Some(Self::Max1MiB),
            7 => Some(Self::Max4MiB),
            _ => None,
        }
    }
}

/// How to encode.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncodeOptions {
    /// Level, -65536 (fastest) to 12 (smallest); 0 by default.
    pub level: i32,
    /// The most bytes that a block gives. A smaller one is taken if it holds all of the input.
    pub block_size: BlockSize,
    /// Whether each block can be decoded without those before it, at some cost in size; off by default. One block
    /// alone always can.
    pub block_independent: bool,
    /// Adds a checksum to each block; off by default.
    pub block_checksum: bool,
    /// Adds a checksum of the content; off by default.
    pub content_checksum: bool,
    /// Writes the size of the content (if there is any) to the header, so that decoders know it; on by default.
    pub content_size: bool,
}

impl Default for EncodeOptions {
    fn default() -> Self {
        Self {
            level: 0,
            block_size: BlockSize::default(),
            block_independent: false,
            block_checksum: false,
            content_checksum: false,
            content_size: true,
        }
    }
}

impl EncodeOptions {
    /// Sets [`EncodeOptions::level`].
    ///
    /// # Errors
    /// `InvalidArgument` if it is not in [`LEVELS`].
    pub fn with_level(mut self, level: i32) -> Result<Self> {
        self.level = level;
        self.validated()
    }

    /// Sets [`EncodeOptions::block_size`].
    #[must_use]
    pub const fn with_block_size(mut self, block_size: BlockSize) -> Self {
        self.block_size = block_size;
        self
    }

    /// Sets [`EncodeOptions::block_independent`].
    #[must_use]
    pub const fn with_block_independent(mut self, independent: bool) -> Self {
        self.block_independent = independent;
        self
    }

    /// Sets [`EncodeOptions::block_checksum`].
    #[must_use]
    pub const fn with_block_checksum(mut self, checksum: bool) -> Self {
        self.block_checksum = checksum;
        self
    }

    /// Sets [`EncodeOptions::content_checksum`].
    #[must_use]
    pub const fn with_content_checksum(mut self, checksum: bool) -> Self {
        self.content_checksum = checksum;
        self
    }

    /// Sets [`EncodeOptions::content_size`].
    #[must_use]
    pub const fn with_content_size(mut self, size: bool) -> Self {
        self.content_size = size;
        self
    }

    pub(crate) fn validated(self) -> Result<Self> {
        if LEVELS.contains(&self.level) {
            return Ok(self);
        }
        let (first, last) = (LEVELS.start(), LEVELS.end());
        Err(INFO.invalid_argument(format!("level must be {first}..={last}, got {}", self.level)))
    }
}
