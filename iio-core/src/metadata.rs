use core::fmt;

/// What is known of an image beside its pixels: one model for all formats, and the format's own tags beside it.
///
/// What a format can carry is written back when an image is saved.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Metadata {
    /// Samples per unit of length.
    pub resolution: Option<Resolution>,
    /// Distance of samples along each axis, in the order of the axes, in the format's unit.
    pub spacing: Option<Vec<f64>>,
    /// EXIF orientation, 1 to 8. It is not applied to the pixels.
    pub orientation: Option<u8>,
    /// ICC colour profile.
    pub icc_profile: Option<Vec<u8>>,
    /// EXIF block, from its TIFF header on.
    pub exif: Option<Vec<u8>>,
    /// XMP packet, UTF-8.
    pub xmp: Option<Vec<u8>>,
    /// Description or title.
    pub description: Option<String>,
    /// Program that wrote the file.
    pub software: Option<String>,
    /// Time of creation, as the format has it.
    pub date_time: Option<String>,
    /// Name of the page or frame.
    pub page_name: Option<String>,
    /// Gamma of the samples (the exponent that encodes light: 0.45455).
    pub gamma: Option<f64>,
    /// CIE xy of white, red, green and blue.
    pub chromaticities: Option<[f64; 8]>,
    /// Rendering intent of sRGB samples, 0 to 3.
    pub srgb_intent: Option<u8>,
    /// Code points of ITU-T H.273: primaries, transfer, matrix, full range.
    pub cicp: Option<[u8; 4]>,
    /// Colour map: `[entries][3]`, 16 bits each, for images that hold indices.
    pub palette: Option<Vec<[u16; 3]>>,
    /// Key and value texts, in file order.
    pub text: Vec<(String, String)>,
    /// The format's own tags, by name, in file order.
    pub tags: Vec<(String, MetaValue)>,
}

impl Metadata {
    /// The value of the first tag of this name.
    #[must_use]
    pub fn tag(&self, name: &str) -> Option<&MetaValue> {
        self.tags.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

/// Samples per unit of length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resolution {
    /// Along the width.
    pub x: f64,
    /// Along the height.
    pub y: f64,
    /// The unit of length.
    pub unit: ResolutionUnit,
}

/// A unit of length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResolutionUnit {
    /// None: only the ratio of x to y has a meaning.
    Aspect,
    /// 25.4 mm.
    Inch,
    /// 10 mm.
    Centimetre,
    /// 1000 mm.
    Metre,
}

/// A value of a format's own tag.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum MetaValue {
    /// True or false.
    Bool(bool),
    /// A signed integer.
    Int(i64),
    /// An unsigned integer.
    Uint(u64),
    /// A number.
    Float(f64),
    /// A fraction: numerator, denominator.
    Rational(i64, i64),
    /// A text.
    Text(String),
    /// Opaque bytes.
    Bytes(Vec<u8>),
    /// Several values.
    List(Vec<MetaValue>),
    /// Named values.
    Map(Vec<(String, MetaValue)>),
}

impl fmt::Display for MetaValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(v) => write!(f, "{v}"),
            Self::Int(v) => write!(f, "{v}"),
            Self::Uint(v) => write!(f, "{v}"),
            Self::Float(v) => write!(f, "{v}"),
            Self::Rational(n, d) => write!(f, "{n}/{d}"),
            Self::Text(v) => f.write_str(v),
            Self::Bytes(v) => write!(f, "{} bytes", v.len()),
            Self::List(list) => {
                for (i, value) in list.iter().enumerate() {
                    let separator = if i == 0 { "" } else { ", " };
                    write!(f, "{separator}{value}")?;
                }
                Ok(())
            }
            Self::Map(map) => {
                for (i, (key, value)) in map.iter().enumerate() {
                    let separator = if i == 0 { "" } else { ", " };
                    write!(f, "{separator}{key}={value}")?;
                }
                Ok(())
            }
        }
    }
}
