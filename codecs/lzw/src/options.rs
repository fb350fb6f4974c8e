use core::ops::RangeInclusive;

use iio_codec::{Blame, Result};

use crate::INFO;

/// How codes lie in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dialect {
    /// Decodes [`Dialect::Lsb`] if the first bytes are the clear code of that dialect (a byte 0, then an odd one), else
    /// [`Dialect::Tiff`]. Encodes [`Dialect::Tiff`].
    #[default]
    Auto,
    /// High bits first, codes grow one entry early: TIFF 5.0 and later.
    Tiff,
    /// Low bits first, codes grow when the table needs it: TIFF before 5.0.
    Lsb,
    /// As [`Dialect::Lsb`] for bytes of this many bits, the code size of GIF: codes begin with one bit more. 1 to 11 are
    /// decoded, 2 to 8 encoded. A destination is filled whatever follows, as containers of GIF do.
    Gif(u8),
}

impl Dialect {
    /// Bits of the bytes that codes stand for.
    pub(crate) const fn size(self) -> u8 {
        match self {
            Self::Auto | Self::Tiff | Self::Lsb => 8,
            Self::Gif(size) => size,
        }
    }

    pub(crate) fn check(self, sizes: RangeInclusive<u8>) -> Result<()> {
        if sizes.contains(&self.size()) {
            return Ok(());
        }
        let (least, most) = sizes.into_inner();
        Err(INFO.invalid_argument(format!("code size must be {least}..={most}, got {}", self.size())))
    }
}

/// How to encode.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncodeOptions {
    /// Which dialect to write.
    pub dialect: Dialect,
}

impl EncodeOptions {
    /// Sets [`EncodeOptions::dialect`].
    #[must_use]
    pub const fn with_dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }
}

/// How to decode.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodeOptions {
    /// Which dialect to read.
    pub dialect: Dialect,
    /// Refuses streams that do not begin with a clear code. Off by default: the table begins cleared.
    pub require_clear: bool,
    /// Takes a stream that ends without an end code as whole, however short. Off by default: such a stream may have been
    /// cut. Some writers of TIFF omit the code; a container knows the size, fills it and needs no option.
    pub allow_missing_end: bool,
}

impl DecodeOptions {
    /// Sets [`DecodeOptions::dialect`].
    #[must_use]
    pub const fn with_dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// Sets [`DecodeOptions::require_clear`].
    #[must_use]
    pub const fn with_require_clear(mut self, require_clear: bool) -> Self {
        self.require_clear = require_clear;
        self
    }

    /// Sets [`DecodeOptions::allow_missing_end`].
    #[must_use]
    pub const fn with_allow_missing_end(mut self, allow_missing_end: bool) -> Self {
        self.allow_missing_end = allow_missing_end;
        self
    }
}
