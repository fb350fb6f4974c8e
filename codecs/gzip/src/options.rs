use iio_codec::{Blame, Result};

use crate::INFO;

/// How to encode.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncodeOptions {
    /// Effort: 0 (stored, not compressed), 1 (fast) to 12 (small; 10 and up are very slow). Default 6.
    pub level: u8,
    /// FNAME: name of the file that was compressed, in ISO 8859-1 and without NUL. Default none.
    pub name: Option<String>,
    /// MTIME: seconds since 1970 at which that file was changed. 0, the default, is "not known", so that the same input
    /// gives the same stream.
    pub mtime: u32,
}

impl EncodeOptions {
    /// Sets [`EncodeOptions::level`].
    #[must_use]
    pub const fn with_level(mut self, level: u8) -> Self {
        self.level = level;
        self
    }

    /// Sets [`EncodeOptions::name`].
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets [`EncodeOptions::mtime`].
    #[must_use]
    pub const fn with_mtime(mut self, mtime: u32) -> Self {
        self.mtime = mtime;
        self
    }

    /// FNAME with its NUL, or nothing.
    pub(crate) fn name_bytes(&self) -> Result<Vec<u8>> {
        let Some(name) = &self.name else { return Ok(Vec::new()) };
        let latin1 = |c: char| {
            let byte = u8::try_from(u32::from(c)).ok().filter(|&byte| byte != 0);
            byte.ok_or_else(|| INFO.invalid_argument(format!("name must be ISO 8859-1 without NUL, got {c:?} in it")))
        };
        name.chars().map(latin1).chain([Ok(0)]).collect()
    }
}

impl Default for EncodeOptions {
    fn default() -> Self {
        Self { level: 6, name: None, mtime: 0 }
    }
}

/// How strictly to decode.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodeOptions {
    /// Accepts a member whose CRC-32, ISIZE or header CRC is wrong, and a last one whose trailer is cut off. Default
    /// false. The compressed data itself must be whole.
    pub ignore_checksum: bool,
}

impl DecodeOptions {
    /// Sets [`DecodeOptions::ignore_checksum`].
    #[must_use]
    pub const fn with_ignore_checksum(mut self, ignore_checksum: bool) -> Self {
        self.ignore_checksum = ignore_checksum;
        self
    }
}
