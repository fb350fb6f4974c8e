use iio_codec::{Fields, Result};

use crate::Variant;

/// How to decode.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodeOptions {
    /// Scales integers from 0 to maxval up to the range of their dtype, as Pillow does. Default: as stored.
    pub scale: bool,
    /// Takes a plain file that ends right behind the last digit of its last sample, which may then lack digits.
    pub allow_missing_end: bool,
}

impl DecodeOptions {
    /// Sets [`DecodeOptions::scale`].
    #[must_use]
    pub const fn with_scale(mut self, scale: bool) -> Self {
        self.scale = scale;
        self
    }

    /// Sets [`DecodeOptions::allow_missing_end`].
    #[must_use]
    pub const fn with_allow_missing_end(mut self, allow: bool) -> Self {
        self.allow_missing_end = allow;
        self
    }

    pub(crate) fn read(fields: &mut Fields<'_>) -> Result<Self> {
        let mut options = Self::default();
        fields.bool("scale", &mut options.scale)?;
        fields.bool("allow_missing_end", &mut options.allow_missing_end)?;
        Ok(options)
    }
}

/// How to encode.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct EncodeOptions {
    /// Which of the formats. Default: PBM for bool, PGM and PPM for one and three samples, PFM for float32, else PAM.
    pub variant: Option<Variant>,
    /// Writes a plain file: `P1`, `P2` or `P3`.
    pub ascii: bool,
    /// The sample value that is white: 1 to 255 for uint8, 256 to 65535 for uint16. Default: the greatest.
    pub maxval: Option<u16>,
    /// Tuple type of a PAM file. Default: by the number of samples, none for five and more.
    pub tuple_type: Option<String>,
    /// Comment in the header, one or more lines. PFM has none.
    pub comment: Option<String>,
    /// Scale factor of a PFM file, above 0. Default 1.
    pub scale: Option<f64>,
}

impl EncodeOptions {
    /// Sets [`EncodeOptions::variant`].
    #[must_use]
    pub fn with_variant(mut self, variant: impl Into<Option<Variant>>) -> Self {
        self.variant = variant.into();
        self
    }

    /// Sets [`EncodeOptions::ascii`].
    #[must_use]
    pub const fn with_ascii(mut self, ascii: bool) -> Self {
        self.ascii = ascii;
        self
    }

    /// Sets [`EncodeOptions::maxval`].
    #[must_use]
    pub fn with_maxval(mut self, maxval: impl Into<Option<u16>>) -> Self {
        self.maxval = maxval.into();
        self
    }

    /// Sets [`EncodeOptions::tuple_type`].
    #[must_use]
    pub fn with_tuple_type(mut self, tuple_type: &str) -> Self {
        self.tuple_type = Some(tuple_type.to_owned());
        self
    }

    /// Sets [`EncodeOptions::comment`].
    #[must_use]
    pub fn with_comment(mut self, comment: &str) -> Self {
        self.comment = Some(comment.to_owned());
        self
    }

    /// Sets [`EncodeOptions::scale`].
    #[must_use]
    pub fn with_scale(mut self, scale: impl Into<Option<f64>>) -> Self {
        self.scale = scale.into();
        self
    }

    pub(crate) fn read(fields: &mut Fields<'_>) -> Result<Self> {
        let mut options = Self::default();
        fields.choice("variant", &Variant::CHOICES, &mut options.variant)?;
        fields.bool("ascii", &mut options.ascii)?;
        fields.int_opt("maxval", 1..=u16::MAX, &mut options.maxval)?;
        options.tuple_type = fields.text("tuple_type")?.map(str::to_owned);
        options.comment = fields.text("comment")?.map(str::to_owned);
        Ok(options)
    }
}
