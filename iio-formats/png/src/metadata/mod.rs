//! What a file says beside its pixels.

mod read;
mod write;

pub(crate) use read::Reader;
pub(crate) use write::{push_after_data, push_after_palette, push_before_palette};

use crate::chunk::ChunkType;

/// Everything beside the pixels, by chunk. Read by [`crate::Png::metadata`], written from [`crate::EncodeOptions`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metadata {
    /// gAMA: the exponent of the encoding function, times 100000. 45455 is 1/2.2.
    pub gamma: Option<u32>,
    /// cHRM: the primaries and the white point.
    pub chromaticities: Option<Chromaticities>,
    /// sRGB: the samples are sRGB, to be rendered so.
    pub srgb: Option<RenderingIntent>,
    /// iCCP: a colour profile.
    pub icc_profile: Option<IccProfile>,
    /// cICP: the colour space by code points. Comes before all others.
    pub cicp: Option<Cicp>,
    /// mDCV: the display that the image was graded on.
    pub mastering_display: Option<MasteringDisplay>,
    /// cLLI: how bright the content is.
    pub content_light: Option<ContentLight>,
    /// sBIT: significant bits of each sample, as they were before they were scaled to those of the file.
    pub significant_bits: Option<SignificantBits>,
    /// bKGD: the colour to show the image on.
    pub background: Option<Background>,
    /// pHYs: pixels per unit.
    pub physical: Option<Physical>,
    /// eXIf: an EXIF block, which begins with its TIFF header.
    pub exif: Option<Vec<u8>>,
    /// tIME: when the image was last changed.
    pub time: Option<Time>,
    /// tEXt, zTXt and iTXt, in the order of the file.
    pub texts: Vec<Text>,
    /// Chunks that are not understood here, such as hIST, sPLT and private ones, in the order of the file.
    pub unknown: Vec<UnknownChunk>,
}

impl Metadata {
    /// The first text with this keyword.
    #[must_use]
    pub fn text(&self, keyword: &str) -> Option<&str> {
        self.texts.iter().find(|text| text.keyword == keyword).map(|text| text.text.as_str())
    }

    /// The XMP packet.
    #[must_use]
    pub fn xmp(&self) -> Option<&str> {
        self.text("XML:com.adobe.xmp")
    }

    /// Adds a text. It is written as tEXt if it is Latin-1, else as iTXt.
    #[must_use]
    pub fn with_text(mut self, keyword: impl Into<String>, text: impl Into<String>) -> Self {
        let (keyword, text) = (keyword.into(), text.into());
        self.texts.push(Text { keyword, text, compressed: false, international: None });
        self
    }

    /// Sets a colour profile.
    #[must_use]
    pub fn with_icc_profile(mut self, name: impl Into<String>, profile: impl Into<Vec<u8>>) -> Self {
        self.icc_profile = Some(IccProfile { name: name.into(), profile: profile.into() });
        self
    }
}

/// CIE xy coordinates, times 100000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chromaticities {
    /// White point.
    pub white: [u32; 2],
    /// Red primary.
    pub red: [u32; 2],
    /// Green primary.
    pub green: [u32; 2],
    /// Blue primary.
    pub blue: [u32; 2],
}

/// Rendering intent of the sRGB chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RenderingIntent {
    /// For photos.
    Perceptual = 0,
    /// For logos.
    RelativeColorimetric = 1,
    /// For charts.
    Saturation = 2,
    /// For proofs.
    AbsoluteColorimetric = 3,
}

/// An embedded ICC profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IccProfile {
    /// 1 to 79 characters of Latin-1.
    pub name: String,
    /// The profile, not compressed.
    pub profile: Vec<u8>,
}

/// Coding-independent code points (ITU-T H.273).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cicp {
    /// Colour primaries. 1 is BT.709 and sRGB, 9 BT.2020, 12 Display P3.
    pub primaries: u8,
    /// Transfer function. 13 is sRGB, 16 PQ, 18 HLG.
    pub transfer: u8,
    /// Matrix coefficients; 0 in a PNG, which holds RGB.
    pub matrix: u8,
    /// True if samples use their full range.
    pub full_range: bool,
}

/// Mastering display colour volume (SMPTE ST 2086).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MasteringDisplay {
    /// xy of red, green and blue, times 50000.
    pub primaries: [[u16; 2]; 3],
    /// xy of white, times 50000.
    pub white: [u16; 2],
    /// Greatest luminance in cd/m2, times 10000.
    pub max_luminance: u32,
    /// Least luminance in cd/m2, times 10000.
    pub min_luminance: u32,
}

/// Content light levels in cd/m2, times 10000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentLight {
    /// The brightest pixel.
    pub max: u32,
    /// The brightest frame average.
    pub max_frame_average: u32,
}

/// Significant bits of each sample. Samples that the colour type has not are 0; a palette has three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignificantBits {
    /// Gray, or red, green, blue, and alpha last.
    pub bits: [u8; 4],
    /// How many of `bits` there are, 1 to 4.
    pub n: u8,
}

/// The colour to show the image on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Background {
    /// An index of the palette.
    Index(u8),
    /// A gray value in the scale of the file.
    Gray(u16),
    /// Red, green and blue in the scale of the file.
    Rgb([u16; 3]),
}

/// Pixels per unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Physical {
    /// Along a row.
    pub x: u32,
    /// Down a column.
    pub y: u32,
    /// True if the unit is the metre; else only the aspect ratio is known.
    pub per_metre: bool,
}

impl Physical {
    /// Dots per inch, along a row and down a column.
    #[must_use]
    pub fn dpi(&self) -> Option<[f64; 2]> {
        self.per_metre.then(|| [f64::from(self.x) * 0.0254, f64::from(self.y) * 0.0254])
    }
}

/// A time in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// With all four digits.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 60.
    pub second: u8,
}

/// A text with its keyword.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// 1 to 79 characters of Latin-1: `Title`, `Author`, `Comment` ..
    pub keyword: String,
    /// The text. Lines end in a line feed.
    pub text: String,
    /// True if it is stored compressed.
    pub compressed: bool,
    /// What iTXt has in addition; `None` for tEXt and zTXt.
    pub international: Option<International>,
}

/// What iTXt says of its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct International {
    /// RFC 3066 tag, such as `en-GB`. May be empty.
    pub language: String,
    /// The keyword in that language. May be empty.
    pub keyword: String,
}

/// Where a chunk stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Between IHDR and PLTE.
    BeforePalette,
    /// Between PLTE and IDAT; before IDAT if there is no palette.
    BeforeData,
    /// Between IDAT and IEND.
    AfterData,
}

/// A chunk that is not understood here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownChunk {
    /// Its type.
    pub kind: ChunkType,
    /// Its data.
    pub data: Vec<u8>,
    /// Where it stands.
    pub place: Place,
}
