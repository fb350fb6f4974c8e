use std::sync::Arc;

use iio_codec::{Blame, Fields, Result, key};

use crate::INFO;

/// What becomes of palette indices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Expand {
    /// Gray samples if all colours are gray, else RGB.
    #[default]
    Auto,
    /// RGB.
    Rgb,
    /// They stay; the palette is metadata.
    Indices,
}

impl Expand {
    const CHOICES: [(&str, i64, Self); 3] =
        [("auto", 0, Self::Auto), ("rgb", 1, Self::Rgb), ("indices", 2, Self::Indices)];
}

/// How to decode.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodeOptions {
    /// What becomes of palette indices. `asrgb` of imagecodecs is `Rgb` if true, `Indices` if false.
    pub expand: Expand,
    /// Gives bool for images of black and white only, as Pillow does. Default: uint8 0 and 255.
    pub bilevel_as_bool: bool,
    /// Shows indices beyond the palette as black. Default: they are malformed.
    pub ignore_index_range: bool,
    /// Takes RLE data without end mark: pixels that are not there have index 0.
    pub allow_missing_end: bool,
}

impl DecodeOptions {
    /// Sets [`DecodeOptions::expand`].
    #[must_use]
    pub const fn with_expand(mut self, expand: Expand) -> Self {
        self.expand = expand;
        self
    }

    /// Sets [`DecodeOptions::bilevel_as_bool`].
    #[must_use]
    pub const fn with_bilevel_as_bool(mut self, on: bool) -> Self {
        self.bilevel_as_bool = on;
        self
    }

    /// Sets [`DecodeOptions::ignore_index_range`].
    #[must_use]
    pub const fn with_ignore_index_range(mut self, on: bool) -> Self {
        self.ignore_index_range = on;
        self
    }

    /// Sets [`DecodeOptions::allow_missing_end`].
    #[must_use]
    pub const fn with_allow_missing_end(mut self, on: bool) -> Self {
        self.allow_missing_end = on;
        self
    }

    pub(crate) fn read(fields: &mut Fields<'_>) -> Result<Self> {
        let mut options = Self::default();
        fields.choice("expand", &Expand::CHOICES, &mut options.expand)?;
        fields.bool("bilevel_as_bool", &mut options.bilevel_as_bool)?;
        fields.bool("ignore_index_range", &mut options.ignore_index_range)?;
        fields.bool("allow_missing_end", &mut options.allow_missing_end)?;
        Ok(options)
    }
}

/// How to encode.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncodeOptions {
    /// Pixels per metre along width and height, 1 to 2147483647. Default 3780: 96 per inch.
    pub ppm: [u32; 2],
    /// Writes runs: RLE8 for gray and indices of 8 bits, RLE4 for those of 4.
    pub rle: bool,
    /// Writes the upper row first. Not with `rle`.
    pub top_down: bool,
    /// Bits of indices: 1, 4 or 8. 0 (default): 8, or the fewest that index `palette`. Without a palette gray samples
    /// of fewer bits are 0 to 1 or 0 to 15.
    pub bits_per_sample: u8,
    /// Colours of a `[height, width]` array of indices, 1 to 256.
    pub palette: Option<Arc<[[u8; 3]]>>,
    /// ICC profile; makes a version 5 header.
    pub icc_profile: Option<Arc<[u8]>>,
}

impl Default for EncodeOptions {
    fn default() -> Self {
        Self { ppm: [3780; 2], rle: false, top_down: false, bits_per_sample: 0, palette: None, icc_profile: None }
    }
}

impl EncodeOptions {
    /// Sets [`EncodeOptions::ppm`].
    #[must_use]
    pub const fn with_ppm(mut self, ppm: [u32; 2]) -> Self {
        self.ppm = ppm;
        self
    }

    /// Sets [`EncodeOptions::rle`].
    #[must_use]
    pub const fn with_rle(mut self, rle: bool) -> Self {
        self.rle = rle;
        self
    }

    /// Sets [`EncodeOptions::top_down`].
    #[must_use]
    pub const fn with_top_down(mut self, top_down: bool) -> Self {
        self.top_down = top_down;
        self
    }

    /// Sets [`EncodeOptions::bits_per_sample`].
    #[must_use]
    pub const fn with_bits_per_sample(mut self, bits: u8) -> Self {
        self.bits_per_sample = bits;
        self
    }

    /// Sets [`EncodeOptions::palette`].
    #[must_use]
    pub fn with_palette(mut self, colours: impl Into<Arc<[[u8; 3]]>>) -> Self {
        self.palette = Some(colours.into());
        self
    }

    /// Sets [`EncodeOptions::icc_profile`].
    #[must_use]
    pub fn with_icc_profile(mut self, profile: impl Into<Arc<[u8]>>) -> Self {
        self.icc_profile = Some(profile.into());
        self
    }

    pub(crate) fn read(fields: &mut Fields<'_>) -> Result<Self> {
        let mut options = Self::default();
        options.ppm = match fields.ints("ppm")?.as_deref() {
            None => options.ppm,
            Some(&[both]) => [both; 2].map(resolution),
            Some(&[x, y]) => [x, y].map(resolution),
            Some(list) => {
                return Err(INFO.invalid_argument(format!("ppm must be one or two integers, got {}", list.len())));
            }
        };
        fields.bool("rle", &mut options.rle)?;
        fields.bool("top_down", &mut options.top_down)?;
        fields.int(key::BITS_PER_SAMPLE, 0..=8, &mut options.bits_per_sample)?;
        if let Some(bytes) = fields.bytes("palette")? {
            let (colours, rest) = bytes.as_chunks::<3>();
            if !rest.is_empty() {
                return Err(INFO.invalid_argument(format!("palette of {} bytes, 3 make a colour", bytes.len())));
            }
            options.palette = Some(colours.into());
        }
        options.icc_profile = fields.bytes("icc_profile")?;
        options.validate()?;
        Ok(options)
    }

    pub(crate) fn validate(&self) -> Result<()> {
        if let Some(ppm) = self.ppm.iter().find(|ppm| !(1..=i32::MAX as u32).contains(ppm)) {
            return Err(INFO.invalid_argument(format!("ppm must be 1..=2147483647, got {ppm}")));
        }
        if !matches!(self.bits_per_sample, 0 | 1 | 4 | 8) {
            let message = format!("bits_per_sample must be 0, 1, 4 or 8, got {}", self.bits_per_sample);
            return Err(INFO.invalid_argument(message));
        }
        if self.rle && self.top_down {
            return Err(INFO.invalid_argument("rle and top_down exclude each other"));
        }
        match self.palette.as_ref().map(|colours| colours.len()) {
            Some(0 | 257..) => Err(INFO.invalid_argument("palette must have 1 to 256 colours")),
            _ => Ok(()),
        }
    }
}

/// 0 if it is no resolution: what is refused later.
fn resolution(ppm: i64) -> u32 {
    u32::try_from(ppm).unwrap_or(0)
}
