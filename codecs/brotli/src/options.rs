use std::ops::RangeInclusive;

use iio_codec::{Blame, Result};

use crate::INFO;

/// The levels: 2 to 9 are ours, the others those of the library.
pub const LEVELS: RangeInclusive<u32> = 0..=11;
/// Logarithms of window sizes: 1 KiB to 16 MiB.
pub const WINDOW_LOGS: RangeInclusive<u32> = 10..=24;

pub(crate) const MODES: [(&str, i64, Mode); 3] =
    [("generic", 0, Mode::Generic), ("text", 1, Mode::Text), ("font", 2, Mode::Font)];

/// What the encoder takes its input for. Any input can be encoded in any mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Nothing is known of it.
    #[default]
    Generic,
    /// UTF-8 text. Levels 2 to 9 then look up words of the built-in dictionary in all of the input, not in its start alone.
    Text,
    /// A font in WOFF 2.0. Levels 2 to 9 make no difference.
    Font,
}

/// How to encode.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncodeOptions {
    /// 0 (fastest) to 11 (smallest, slow); 4 by default.
    pub level: u32,
    /// What the input is taken for; [`Mode::Generic`] by default.
    pub mode: Mode,
    /// Logarithm of the window, 10 to 24; 22 by default. Matches reach back over the window less 16 bytes.
    pub lgwin: u32,
}

impl Default for EncodeOptions {
    fn default() -> Self {
        Self { level: 4, mode: Mode::Generic, lgwin: 22 }
    }
}

impl EncodeOptions {
    /// Sets [`EncodeOptions::level`].
    ///
    /// # Errors
    /// `InvalidArgument` if it is not in [`LEVELS`].
    pub fn with_level(mut self, level: u32) -> Result<Self> {
        self.level = level;
        self.validated()
    }

    /// Sets [`EncodeOptions::mode`].
    #[must_use]
    pub const fn with_mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Sets [`EncodeOptions::lgwin`].
    ///
    /// # Errors
    /// `InvalidArgument` if it is not in [`WINDOW_LOGS`].
    pub fn with_lgwin(mut self, lgwin: u32) -> Result<Self> {
        self.lgwin = lgwin;
        self.validated()
    }

    pub(crate) fn validated(self) -> Result<Self> {
        refuse("level", self.level, &LEVELS)?;
        refuse("lgwin", self.lgwin, &WINDOW_LOGS)?;
        Ok(self)
    }
}

fn refuse(name: &str, value: u32, range: &RangeInclusive<u32>) -> Result<()> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(INFO.invalid_argument(format!("{name} must be {}..={}, got {value}", range.start(), range.end())))
}
