use std::sync::Arc;

use iio_codec::{Blame, Result};

use crate::INFO;
use crate::metadata::Metadata;
use crate::png::Palette;

/// How to decode. The defaults give what imagecodecs' `png_decode` gives.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodeOptions {
    /// Replaces palette indices by their colours (default). Else the result is `[height, width]` indices.
    pub expand_palette: bool,
    /// Turns a tRNS chunk into an alpha sample (default). Else it is left out of the pixels. Alpha that the pixels
    /// carry themselves always stays.
    pub expand_transparency: bool,
    /// Scales gray samples of 1, 2 and 4 bits to 0..=255 (default). Else they keep their value.
    pub scale_low_bits: bool,
    /// Does not compare the CRC of chunks. Off by default: a wrong CRC of a critical chunk is an error.
    pub ignore_crc: bool,
    /// Does not compare the Adler-32 at the end of the pixel data, nor ask for it to be there. Off by default.
    pub ignore_checksum: bool,
    /// Accepts pixel data behind the last row, as libpng does (default).
    pub ignore_excess: bool,
    /// Shows indices beyond the palette as opaque black, as libpng does (default). Else they are an error.
    pub ignore_index_range: bool,
    /// Skips ancillary chunks whose CRC, length or place is wrong, as libpng does (default). Else they are an error.
    pub ignore_bad_ancillary: bool,
    /// Accepts a file that ends behind its pixel data without IEND. Off by default.
    pub ignore_missing_end: bool,
}

impl Default for DecodeOptions {
    fn default() -> Self {
        Self {
            expand_palette: true,
            expand_transparency: true,
            scale_low_bits: true,
            ignore_crc: false,
            ignore_checksum: false,
            ignore_excess: true,
            ignore_index_range: true,
            ignore_bad_ancillary: true,
            ignore_missing_end: false,
        }
    }
}

macro_rules! with_flags {
    ($($with:ident => $field:ident;)+) => {
        impl DecodeOptions {
            $(
                #[doc = concat!("Sets [`DecodeOptions::", stringify!($field), "`].")]
                #[must_use]
                pub const fn $with(mut self, on: bool) -> Self {
                    self.$field = on;
                    self
                }
            )+
        }
    };
}
with_flags! {
    with_expand_palette => expand_palette;
    with_expand_transparency => expand_transparency;
    with_scale_low_bits => scale_low_bits;
    with_ignore_crc => ignore_crc;
    with_ignore_checksum => ignore_checksum;
    with_ignore_excess => ignore_excess;
    with_ignore_index_range => ignore_index_range;
    with_ignore_bad_ancillary => ignore_bad_ancillary;
    with_ignore_missing_end => ignore_missing_end;
}

/// The row filters that the encoder may choose from (section 9.2), as a set. The numbers are those of libpng.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Filters(u8);

impl Filters {
    /// No filter: rows are stored as they are.
    pub const NONE: Self = Self(0x08);
    /// Difference to the pixel on the left.
    pub const SUB: Self = Self(0x10);
    /// Difference to the pixel above.
    pub const UP: Self = Self(0x20);
    /// Difference to the mean of left and above.
    pub const AVERAGE: Self = Self(0x40);
    /// Difference to the nearest of left, above and upper left to their linear prediction.
    pub const PAETH: Self = Self(0x80);
    /// None, Sub and Up.
    pub const FAST: Self = Self(0x38);
    /// All five.
    pub const ALL: Self = Self(0xf8);

    /// The set of these bits; `None` if a bit has no meaning. 0 is [`Filters::NONE`].
    #[must_use]
    pub const fn from_bits(bits: u8) -> Option<Self> {
        match bits {
            0 => Some(Self::NONE),
            bits if bits & !Self::ALL.0 == 0 => Some(Self(bits)),
            _ => None,
        }
    }

    /// The bits as libpng numbers them.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The filters of both sets.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The filter types 0 to 4 of the set, ascending.
    pub(crate) fn types(self) -> impl Iterator<Item = u8> {
        (0..5).filter(move |&kind| self.0 >> (kind + 3) & 1 == 1)
    }
}

/// How the deflate stream is made, by the names of zlib.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Strategy {
    /// Matches and literals are weighed at the level that was asked for.
    #[default]
    Default,
    /// Matches of 6 bytes and more only: for filtered rows, fast. The level has no effect.
    Filtered,
    /// No matches. The fastest that compresses photos. The level has no effect.
    HuffmanOnly,
    /// Runs of one byte only: nearly as fast, better for drawings. The level has no effect.
    Rle,
    /// Fixed codes, matches of 4 bytes and more. The level has no effect.
    Fixed,
}

/// How to encode.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncodeOptions {
    /// Effort: 0 stores, 1 to 9 as in zlib, up to 12 for libdeflate's strongest. Default 6.
    pub level: u8,
    /// How the deflate stream is made.
    pub strategy: Strategy,
    /// Filters to choose from, row by row, by the least sum of absolute differences. `None` (the default): all, but for
    /// palette indices and samples below 8 bits, which are not filtered.
    pub filter: Option<Filters>,
    /// Writes the seven passes of Adam7.
    pub interlace: bool,
    /// Bits of each sample in the file; 0 (the default) takes the width of the dtype, and the fewest that
    /// index `palette`. 1, 2 and 4 are for gray and palette; bool needs 1.
    pub bits_per_sample: u8,
    /// Gray samples of less than 8 bits are given as 0..=255 and must be multiples of 255 / 15, 255 / 3 or 255
    /// (default). Else they are given as they stand in the file. Has no effect on bool and on indices.
    pub scale_low_bits: bool,
    /// Colours of the indices in a `[height, width]` array of bytes.
    pub palette: Option<Palette>,
    /// A gray (first value) or RGB value that stands for transparent, in the scale of the file.
    pub transparent: Option<[u16; 3]>,
    /// Everything beside the pixels.
    pub metadata: Option<Arc<Metadata>>,
}

impl Default for EncodeOptions {
    fn default() -> Self {
        Self {
            level: 6,
            strategy: Strategy::Default,
            filter: None,
            interlace: false,
            bits_per_sample: 0,
            scale_low_bits: true,
            palette: None,
            transparent: None,
            metadata: None,
        }
    }
}

impl EncodeOptions {
    /// Sets [`EncodeOptions::level`].
    #[must_use]
    pub const fn with_level(mut self, level: u8) -> Self {
        self.level = level;
        self
    }

    /// Sets [`EncodeOptions::strategy`].
    #[must_use]
    pub const fn with_strategy(mut self, strategy: Strategy) -> Self {
        self.strategy = strategy;
        self
    }

    /// Sets [`EncodeOptions::filter`].
    #[must_use]
    pub const fn with_filter(mut self, filter: Filters) -> Self {
        self.filter = Some(filter);
        self
    }

    /// Sets [`EncodeOptions::interlace`].
    #[must_use]
    pub const fn with_interlace(mut self, interlace: bool) -> Self {
        self.interlace = interlace;
        self
    }

    /// Sets [`EncodeOptions::bits_per_sample`].
    #[must_use]
    pub const fn with_bits_per_sample(mut self, bits: u8) -> Self {
        self.bits_per_sample = bits;
        self
    }

    /// Sets [`EncodeOptions::scale_low_bits`].
    #[must_use]
    pub const fn with_scale_low_bits(mut self, on: bool) -> Self {
        self.scale_low_bits = on;
        self
    }

    /// Sets [`EncodeOptions::palette`].
    #[must_use]
    pub fn with_palette(mut self, palette: Palette) -> Self {
        self.palette = Some(palette);
        self
    }

    /// Sets [`EncodeOptions::transparent`].
    #[must_use]
    pub const fn with_transparent(mut self, key: [u16; 3]) -> Self {
        self.transparent = Some(key);
        self
    }

    /// Sets [`EncodeOptions::metadata`].
    #[must_use]
    pub fn with_metadata(mut self, metadata: Metadata) -> Self {
        self.metadata = Some(Arc::new(metadata));
        self
    }

    pub(crate) fn validate(&self) -> Result<()> {
        if self.level > 12 {
            return Err(INFO.invalid_argument(format!("level must be 0..=12, got {}", self.level)));
        }
        if !matches!(self.bits_per_sample, 0 | 1 | 2 | 4 | 8 | 16) {
            let message = format!("bits_per_sample must be 0, 1, 2, 4, 8 or 16, got {}", self.bits_per_sample);
            return Err(INFO.invalid_argument(message));
        }
        Ok(())
    }
}
