use std::ops::RangeInclusive;

use iio_codec::{Blame, Result};

use crate::INFO;

/// The levels of the high compressor.
pub const LEVELS: RangeInclusive<i32> = 1..=12;
/// How much faster than its default the fast compressor may be told to be.
pub const ACCELERATIONS: RangeInclusive<i32> = 1..=65537;

/// How to encode.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncodeOptions {
    /// Takes the high compressor: slower, smaller output, the same format; off by default.
    pub hc: bool,
    /// Level of the high compressor, 1 to 12 (smallest); 9 by default. Without `hc` it is not used.
    pub level: i32,
    /// Acceleration of the fast compressor, 1 (the default) to 65537: each step is some 3 % faster, with larger
    /// output. With `hc` it is not used.
    pub acceleration: i32,
    /// Writes the size of the input before the block, 4 bytes, as numcodecs does; off by default.
    pub header: bool,
}

impl Default for EncodeOptions {
    fn default() -> Self {
        Self { hc: false, level: 9, acceleration: 1, header: false }
    }
}

impl EncodeOptions {
    /// Sets [`EncodeOptions::hc`].
    #[must_use]
    pub const fn with_hc(mut self, hc: bool) -> Self {
        self.hc = hc;
        self
    }

    /// Sets [`EncodeOptions::level`].
    ///
    /// # Errors
    /// `InvalidArgument` if it is not in [`LEVELS`].
    pub fn with_level(mut self, level: i32) -> Result<Self> {
        self.level = level;
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

    /// Sets [`EncodeOptions::header`].
    #[must_use]
    pub const fn with_header(mut self, header: bool) -> Self {
        self.header = header;
        self
    }

    pub(crate) fn validated(self) -> Result<Self> {
        refuse("level", self.level, &LEVELS)?;
        refuse("acceleration", self.acceleration, &ACCELERATIONS)?;
        Ok(self)
    }
}

/// How to decode.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodeOptions {
    /// Reads the size of the output from 4 bytes before the block; off by default.
    pub header: bool,
}

impl DecodeOptions {
    /// Sets [`DecodeOptions::header`].
    #[must_use]
    pub const fn with_header(mut self, header: bool) -> Self {
        self.header = header;
        self
    }
}

fn refuse(name: &str, value: i32, range: &RangeInclusive<i32>) -> Result<()> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(INFO.invalid_argument(format!("{name} must be {}..={}, got {value}", range.start(), range.end())))
}
