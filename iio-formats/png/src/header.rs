use iio_codec::{Blame, DType, Result};

use crate::INFO;

/// The eight bytes that every PNG begins with.
pub(crate) const SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n'];

/// Colour type of the image header: what the samples of a pixel mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColourType {
    /// One sample, at 1, 2, 4, 8 or 16 bits.
    Gray = 0,
    /// Red, green and blue, at 8 or 16 bits.
    Rgb = 2,
    /// One index into the palette, at 1, 2, 4 or 8 bits.
    Palette = 3,
    /// Gray and alpha, at 8 or 16 bits.
    GrayAlpha = 4,
    /// Red, green, blue and alpha, at 8 or 16 bits.
    Rgba = 6,
}

impl ColourType {
    /// Samples per pixel in the file.
    #[must_use]
    pub const fn n_samples(self) -> usize {
        match self {
            Self::Gray | Self::Palette => 1,
            Self::GrayAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }

    /// True if pixels carry alpha in the file.
    #[must_use]
    pub const fn has_alpha(self) -> bool {
        matches!(self, Self::GrayAlpha | Self::Rgba)
    }

    const fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            0 => Self::Gray,
            2 => Self::Rgb,
            3 => Self::Palette,
            4 => Self::GrayAlpha,
            6 => Self::Rgba,
            _ => return None,
        })
    }

    const fn depths(self) -> &'static [u8] {
        match self {
            Self::Gray => &[1, 2, 4, 8, 16],
            Self::Palette => &[1, 2, 4, 8],
            _ => &[8, 16],
        }
    }
}

/// The image header, IHDR (section 11.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ImageHeader {
    /// Pixels per row, 1 to 2^31 - 1.
    pub width: u32,
    /// Rows, 1 to 2^31 - 1.
    pub height: u32,
    /// Bits of each sample in the file: 1, 2, 4, 8 or 16.
    pub bit_depth: u8,
    /// What the samples mean.
    pub colour: ColourType,
    /// True if the pixels come in the seven passes of Adam7.
    pub interlaced: bool,
}

impl ImageHeader {
    /// Parses the 13 bytes of an IHDR chunk that stand at `offset` of the file.
    pub(crate) fn parse(data: &[u8], offset: usize) -> Result<Self> {
        let bad = |message: String| Err(INFO.malformed(message).at(offset));
        let &[w0, w1, w2, w3, h0, h1, h2, h3, bit_depth, colour, compression, filter, interlace] = data else {
            return bad(format!("IHDR has {} bytes, must have 13", data.len()));
        };
        let (width, height) = (u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3]));
        for (name, len) in [("width", width), ("height", height)] {
            if len == 0 || len > i32::MAX.unsigned_abs() {
                return bad(format!("{name} {len} is not 1..=2147483647"));
            }
        }
        let Some(colour) = ColourType::from_code(colour) else {
            return bad(format!("colour type {colour} is not 0, 2, 3, 4 or 6"));
        };
        if !colour.depths().contains(&bit_depth) {
            return bad(format!(
                "bit depth {bit_depth} with colour type {} is not one of {:?}",
                colour as u8,
                colour.depths()
            ));
        }
        if compression != 0 || filter != 0 {
            return bad(format!("compression method {compression}, filter method {filter}, both must be 0"));
        }
        if interlace > 1 {
            return bad(format!("interlace method {interlace} is not 0 or 1"));
        }
        Ok(Self { width, height, bit_depth, colour, interlaced: interlace == 1 })
    }

    /// The 13 bytes of the IHDR chunk.
    pub(crate) fn to_bytes(self) -> [u8; 13] {
        let ([w0, w1, w2, w3], [h0, h1, h2, h3]) = (self.width.to_be_bytes(), self.height.to_be_bytes());
        [w0, w1, w2, w3, h0, h1, h2, h3, self.bit_depth, self.colour as u8, 0, 0, u8::from(self.interlaced)]
    }

    /// Bits of one pixel in the file.
    pub(crate) const fn pixel_bits(&self) -> usize {
        self.colour.n_samples() * self.bit_depth as usize
    }

    /// Bytes between a byte and the one to its left, for the filters.
    pub(crate) const fn filter_step(&self) -> usize {
        self.pixel_bits().div_ceil(8)
    }

    /// Bytes of a row of `width` pixels, without its filter byte.
    pub(crate) const fn row_len(&self, width: u32) -> u64 {
        (width as u64 * self.pixel_bits() as u64).div_ceil(8)
    }

    /// The images that the pixel data consists of: one, or those of the passes of Adam7 that are not empty.
    pub(crate) fn passes(&self) -> impl Iterator<Item = Pass> + use<> {
        let (interlaced, width, height) = (self.interlaced, self.width, self.height);
        let all = if interlaced { &ADAM7[..] } else { &WHOLE[..] };
        all.iter()
            .map(move |&[x, y, dx, dy]| Pass {
                x,
                y,
                dx,
                dy,
                width: width.saturating_sub(x).div_ceil(dx),
                height: height.saturating_sub(y).div_ceil(dy),
            })
            .filter(|pass| pass.width > 0 && pass.height > 0)
    }

    /// Bytes of the filtered rows, filter bytes included: what the zlib stream of the image holds.
    pub(crate) fn filtered_len(&self) -> u64 {
        // At most 2^31 rows of 2^34 + 1 bytes: saturating, since a limit refuses it anyway.
        self.passes().fold(0u64, |sum, pass| {
            let row = self.row_len(pass.width) + 1;
            sum.saturating_add(row.saturating_mul(u64::from(pass.height)))
        })
    }

    /// The dtype that the samples of the file have in memory.
    pub(crate) const fn dtype(&self) -> DType {
        if self.bit_depth == 16 { DType::U16 } else { DType::U8 }
    }
}

/// Start column, start row, column step, row step (section 8.2).
const ADAM7: [[u32; 4]; 7] =
    [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];
const WHOLE: [[u32; 4]; 1] = [[0, 0, 1, 1]];

/// One reduced image of the pixel data: its place in the whole image and its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pass {
    pub(crate) x: u32,
    pub(crate) y: u32,
    pub(crate) dx: u32,
    pub(crate) dy: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}
