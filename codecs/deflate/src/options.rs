use iio_codec::{Fields, Result, key};

use crate::engine::LEVELS;

/// How to encode.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncodeOptions {
    /// Effort: 0 (stored, not compressed), 1 (fast) to 12 (small; 10 and up are very slow). Default 6.
    pub level: u8,
}

impl EncodeOptions {
    /// Sets [`EncodeOptions::level`].
    #[must_use]
    pub const fn with_level(mut self, level: u8) -> Self {
        self.level = level;
        self
    }

    pub(crate) fn read(fields: &mut Fields<'_>) -> Result<Self> {
        let mut options = Self::default();
        fields.int(key::LEVEL, LEVELS, &mut options.level)?;
        Ok(options)
    }
}

impl Default for EncodeOptions {
    fn default() -> Self {
        Self { level: 6 }
    }
}
