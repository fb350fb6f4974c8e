use std::sync::Arc;

use iio_codec::{Blame, CodecId, Fields, Result, key};

use crate::header::Info;
use crate::space::SPACES;
use crate::{ColourSpace, INFO};

macro_rules! setters {
    ($($setter:ident $field:ident: $type:ty;)+) => {$(
        #[doc = concat!("Sets `", stringify!($field), "`.")]
        #[must_use]
        pub fn $setter(mut self, $field: impl Into<$type>) -> Self {
            self.$field = $field.into();
            self
        }
    )+};
}

/// What a container says of the colours as stored. A container may be wrong where the stream itself has markers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// Red, green, blue: so it is if there is no JFIF segment, whatever else the markers tell.
    Rgb,
    /// Neither RGB nor YCbCr (Lab): samples are not converted.
    Other,
}

impl Stored {
    /// The rule of tifffile: a photometric interpretation of RGB forbids the conversion that libjpeg would assume, but
    /// a JFIF segment is believed more.
    pub(crate) fn of_stream(self, info: &Info, source: ColourSpace, output: ColourSpace) -> (ColourSpace, ColourSpace) {
        match (self, info.components().len()) {
            (Self::Rgb, 3) if !info.jfif => (ColourSpace::Rgb, ColourSpace::Rgb),
            (Self::Other, 2..) => (ColourSpace::Unknown, ColourSpace::Unknown),
            _ => (source, output),
        }
    }
}

/// How to decode.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodeOptions {
    /// An abbreviated stream with tables (TIFF 347): those of the stream win.
    pub tables: Option<Arc<[u8]>>,
    /// Bytes that belong before the stream: a container's header from SOI on, up to the scan header or part of it.
    pub header: Option<Arc<[u8]>>,
    /// The colour space of the stream, instead of what the markers tell.
    pub colorspace: Option<ColourSpace>,
    /// The colour space of the array. Default: that of `colorspace` if it is given, so that samples are as stored; else
    /// grey, RGB, or CMYK.
    pub outcolorspace: Option<ColourSpace>,
    /// What a container says of the colours as stored.
    pub stored: Option<Stored>,
    /// Enlarges subsampled components by a triangle filter (the default), else repeats samples.
    pub fancy_upsampling: bool,
    /// Height and width, for streams that declare 0 or 65500 because 16 bits do not hold them, or left them open.
    pub shape: Option<[u32; 2]>,
    /// Takes streams that lack coded data or hold wrong codes, and fills in as libjpeg does: grey, mostly.
    pub allow_damaged: bool,
}

impl Default for DecodeOptions {
    fn default() -> Self {
        Self {
            tables: None,
            header: None,
            colorspace: None,
            outcolorspace: None,
            stored: None,
            fancy_upsampling: true,
            shape: None,
            allow_damaged: false,
        }
    }
}

impl DecodeOptions {
    setters! {
        with_tables tables: Option<Arc<[u8]>>;
        with_header header: Option<Arc<[u8]>>;
        with_colorspace colorspace: Option<ColourSpace>;
        with_outcolorspace outcolorspace: Option<ColourSpace>;
        with_stored stored: Option<Stored>;
        with_fancy_upsampling fancy_upsampling: bool;
        with_shape shape: Option<[u32; 2]>;
        with_allow_damaged allow_damaged: bool;
    }
}

/// How many samples of luma share one of the differences: across, down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subsampling {
    /// One.
    S444,
    /// Two across.
    S422,
    /// Two across and two down.
    S420,
    /// Two down.
    S440,
    /// Four across.
    S411,
    /// Four across and two down.
    S410,
    /// Four down.
    S441,
}

impl Subsampling {
    /// Horizontal and vertical factors of the first component.
    #[must_use]
    pub const fn factors(self) -> (u8, u8) {
        match self {
            Self::S444 => (1, 1),
            Self::S422 => (2, 1),
            Self::S420 => (2, 2),
            Self::S440 => (1, 2),
            Self::S411 => (4, 1),
            Self::S410 => (4, 2),
            Self::S441 => (1, 4),
        }
    }
}

impl Subsampling {
    /// The same in words of the library underneath.
    pub(crate) const fn named(self) -> libjpeg_turbo_rs::Subsampling {
        match self {
            Self::S444 => libjpeg_turbo_rs::Subsampling::S444,
            Self::S422 => libjpeg_turbo_rs::Subsampling::S422,
            Self::S420 => libjpeg_turbo_rs::Subsampling::S420,
            Self::S440 => libjpeg_turbo_rs::Subsampling::S440,
            Self::S411 => libjpeg_turbo_rs::Subsampling::S411,
            Self::S410 => libjpeg_turbo_rs::Subsampling::S410,
            Self::S441 => libjpeg_turbo_rs::Subsampling::S441,
        }
    }
}

/// How to encode.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncodeOptions {
    /// Quality, 0 to 100. Default 95.
    pub quality: u8,
    /// The colour space of the array. Default: grey or RGB by the samples, else unknown.
    pub colorspace: Option<ColourSpace>,
    /// The colour space of the stream. Default: YCbCr for RGB, else that of the array.
    pub outcolorspace: Option<ColourSpace>,
    /// Resolution of the differences of YCbCr. Default 4:2:0.
    pub subsampling: Option<Subsampling>,
    /// Makes Huffman tables for this image, which costs a second pass.
    pub optimize: bool,
    /// Smooths the image first, 0 (the default) to 100.
    pub smoothing: u8,
    /// Writes a progressive stream, in the scans of libjpeg.
    pub progressive: bool,
    /// Codes arithmetically, which few decoders read.
    pub arithmetic: bool,
    /// MCUs between restart markers; 0 (the default) is none.
    pub restart_interval: u16,
    /// Rows of MCUs between restart markers, instead of `restart_interval`.
    pub restart_rows: u16,
    /// Writes the stream without tables: they are those of [`crate::tables`], which a container holds once.
    pub abbreviated: bool,
}

impl Default for EncodeOptions {
    fn default() -> Self {
        Self {
            quality: 95,
            colorspace: None,
            outcolorspace: None,
            subsampling: None,
            optimize: false,
            smoothing: 0,
            progressive: false,
            arithmetic: false,
            restart_interval: 0,
            restart_rows: 0,
            abbreviated: false,
        }
    }
}

impl EncodeOptions {
    setters! {
        with_quality quality: u8;
        with_colorspace colorspace: Option<ColourSpace>;
        with_outcolorspace outcolorspace: Option<ColourSpace>;
        with_subsampling subsampling: Option<Subsampling>;
        with_optimize optimize: bool;
        with_smoothing smoothing: u8;
        with_progressive progressive: bool;
        with_arithmetic arithmetic: bool;
        with_restart_interval restart_interval: u16;
        with_restart_rows restart_rows: u16;
        with_abbreviated abbreviated: bool;
    }

    /// True if there is nothing in it that needs the encoder underneath.
    pub(crate) const fn is_plain(&self) -> bool {
        !self.optimize && !self.progressive && !self.arithmetic && self.smoothing == 0
    }

    pub(crate) fn validate(&self) -> Result<()> {
        let wrong = |message: String| Err(INFO.invalid_argument(message));
        if self.quality > 100 {
            return wrong(format!("quality must be 0..=100, got {}", self.quality));
        }
        if self.smoothing > 100 {
            return wrong(format!("smoothing must be 0..=100, got {}", self.smoothing));
        }
        if self.smoothing > 0 && (self.progressive || self.arithmetic) {
            return wrong("smoothing goes with sequential Huffman coding only".to_owned());
        }
        if self.optimize && (self.arithmetic || self.abbreviated) {
            return wrong("optimize makes Huffman tables of the image: not with arithmetic or abbreviated".to_owned());
        }
        if self.abbreviated && (self.progressive || self.arithmetic) {
            return wrong("abbreviated goes with sequential Huffman coding only".to_owned());
        }
        if self.restart_interval > 0 && self.restart_rows > 0 {
            return wrong("restart_interval and restart_rows exclude each other".to_owned());
        }
        Ok(())
    }
}

/// Names and numbers of subsamplings: numbers are how the facade of imagecodecs has them, `1x1` is how it has factors.
#[doc(hidden)]
pub const SAMPLINGS: [(&str, i64, Option<Subsampling>); 14] = [
    ("444", 444, Some(Subsampling::S444)),
    ("422", 422, Some(Subsampling::S422)),
    ("420", 420, Some(Subsampling::S420)),
    ("440", 440, Some(Subsampling::S440)),
    ("411", 411, Some(Subsampling::S411)),
    ("410", 410, Some(Subsampling::S410)),
    ("441", 441, Some(Subsampling::S441)),
    ("1x1", -1, Some(Subsampling::S444)),
    ("2x1", -1, Some(Subsampling::S422)),
    ("2x2", -1, Some(Subsampling::S420)),
    ("1x2", -1, Some(Subsampling::S440)),
    ("4x1", -1, Some(Subsampling::S411)),
    ("4x2", -1, Some(Subsampling::S410)),
    ("1x4", -1, Some(Subsampling::S441)),
];

/// Reads both kinds of options.
pub(crate) fn read(_: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<(EncodeOptions, DecodeOptions)> {
    let (mut encode, mut decode) = (EncodeOptions::default(), DecodeOptions::default());
    for name in [key::JPEG_TABLES, "tables"] {
        decode.tables = fields.bytes(name)?.or(decode.tables);
    }
    decode.header = fields.bytes("header")?;
    // Input and output of whichever direction runs.
    fields.choice("colorspace", &SPACES, &mut decode.colorspace)?;
    fields.choice("outcolorspace", &SPACES, &mut decode.outcolorspace)?;
    fields.choice("colorspace", &SPACES, &mut encode.colorspace)?;
    fields.choice("outcolorspace", &SPACES, &mut encode.outcolorspace)?;
    fields.choice("colorspace_data", &SPACES, &mut encode.colorspace)?;
    fields.choice("colorspace_data", &SPACES, &mut decode.outcolorspace)?;
    fields.choice("colorspace_jpeg", &SPACES, &mut encode.outcolorspace)?;
    fields.choice("colorspace_jpeg", &SPACES, &mut decode.colorspace)?;
    match fields.text(key::COLOUR_SPACE)? {
        Some("rgb") => {
            decode.stored = Some(Stored::Rgb);
            encode.outcolorspace = encode.outcolorspace.or(Some(ColourSpace::Rgb));
        }
        None | Some("gray" | "ycbcr" | "cmyk") => {}
        Some(_) => decode.stored = Some(Stored::Other),
    }
    for name in ["fancy_upsampling", "fancyupsampling"] {
        fields.bool(name, &mut decode.fancy_upsampling)?;
    }
    let (mut width, mut height) = (None, None);
    fields.int_opt(key::WIDTH, 0..=u32::MAX, &mut width)?;
    fields.int_opt(key::HEIGHT, 0..=u32::MAX, &mut height)?;
    decode.shape = width.zip(height).map(|(width, height)| [height, width]);
    if let Some(shape) = fields.ints("shape")? {
        let lengths: Vec<_> = shape.iter().filter_map(|&len| u32::try_from(len).ok()).collect();
        decode.shape = match (lengths.as_slice(), shape.len()) {
            (&[height, width], 2) | (&[height, width, _], 3) => Some([height, width]),
            _ => return Err(INFO.invalid_argument(format!("shape must be height, width; got {shape:?}"))),
        };
    }
    fields.bool("allow_damaged", &mut decode.allow_damaged)?;
    read_encode(fields, &mut encode)?;
    encode.validate()?;
    Ok((encode, decode))
}

fn read_encode(fields: &mut Fields<'_>, encode: &mut EncodeOptions) -> Result<()> {
    for name in [key::LEVEL, "quality"] {
        fields.int(name, 0..=100, &mut encode.quality)?;
    }
    fields.choice("subsampling", &SAMPLINGS, &mut encode.subsampling)?;
    fields.bool("optimize", &mut encode.optimize)?;
    fields.int("smoothing", 0..=100, &mut encode.smoothing)?;
    fields.bool("progressive", &mut encode.progressive)?;
    fields.bool("arithmetic", &mut encode.arithmetic)?;
    fields.int("restart_interval", 0..=u16::MAX, &mut encode.restart_interval)?;
    fields.int("restart_rows", 0..=u16::MAX, &mut encode.restart_rows)?;
    fields.bool("abbreviated", &mut encode.abbreviated)?;
    // Lossless coding and other depths have codecs of their own: what they are called here is known, and refused.
    let mut lossless = false;
    fields.bool("lossless", &mut lossless)?;
    let (mut predictor, mut bits) = (0_u8, 8_u32);
    fields.int("predictor", 0..=7, &mut predictor)?;
    if lossless || predictor > 0 {
        return Err(INFO.unsupported("lossless JPEG (SOF3) is not written by jpeg8"));
    }
    let mut validate = true;
    fields.bool("validate", &mut validate)?;
    for name in [key::BITS_PER_SAMPLE, "bitspersample"] {
        fields.int(name, 1..=64, &mut bits)?;
    }
    if bits != 8 {
        return Err(INFO.unsupported(format!("JPEG of {bits} bits is not coded by jpeg8, 8 are")));
    }
    Ok(())
}
