use std::sync::Arc;

use iio_codec::{Blame, CodecId, Fields, Result, key};
use iio_jpeg8::{ColourSpace, DecodeOptions, SAMPLINGS, SPACES, Stored, Subsampling};

use crate::INFO;

/// Sets of quantization tables of the library.
pub(crate) const QUANT_TABLES: u8 = 9;

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

/// How to encode. The defaults make the smallest stream of a quality, slowly.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncodeOptions {
    /// Quality, 0 to 100. Default 95. 0 is the same as 1.
    pub quality: u8,
    /// The colour space of the array. Default: grey or RGB by the samples, else unknown.
    pub colorspace: Option<ColourSpace>,
    /// The colour space of the stream. Default: YCbCr for RGB, else that of the array.
    pub outcolorspace: Option<ColourSpace>,
    /// Resolution of the differences of YCbCr and YCCK. Default 4:2:0.
    pub subsampling: Option<Subsampling>,
    /// Makes Huffman tables for this image (the default). Progressive streams always have their own.
    pub optimize: bool,
    /// Smooths components of full resolution, and those of half in both directions, first: 0 (the default) to 100.
    pub smoothing: u8,
    /// Chooses among the roundings of coefficients those that cost the fewest bits for their distortion (the default).
    pub trellis: bool,
    /// Which set of quantization tables, 0 to 8. 0 that of annex K; 1 flat; 2 for MS-SSIM; 3 that of ImageMagick, by
    /// N. Robidoux (the default); 4 for PSNR-HVS-M; 5 of Klein, Silverstein and Carney; 6 of Watson, Taylor and Borthwick;
    /// 7 of Ahumada, Watson and Peterson; 8 of Peterson, Ahumada and Watson.
    pub quanttable: Option<u8>,
    /// Writes a progressive stream (the default).
    pub progressive: bool,
    /// Tries 64 scans of a progressive stream, or 23 of a grey one, and takes the best of them (the default), else those
    /// that are good for most images. Takes half as much time again, for about one percent. Of grey and YCbCr only.
    pub optimize_scans: bool,
    /// Lets bright edges overshoot where a decoder clamps, which rings less (the default).
    pub deringing: bool,
}

impl Default for EncodeOptions {
    fn default() -> Self {
        Self {
            quality: 95,
            colorspace: None,
            outcolorspace: None,
            subsampling: None,
            optimize: true,
            smoothing: 0,
            trellis: true,
            quanttable: None,
            progressive: true,
            optimize_scans: true,
            deringing: true,
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
        with_trellis trellis: bool;
        with_quanttable quanttable: Option<u8>;
        with_progressive progressive: bool;
        with_optimize_scans optimize_scans: bool;
        with_deringing deringing: bool;
    }

    pub(crate) fn validate(&self) -> Result<()> {
        let wrong = |message: String| Err(INFO.invalid_argument(message));
        if self.quality > 100 {
            return wrong(format!("quality must be 0..=100, got {}", self.quality));
        }
        if self.smoothing > 100 {
            return wrong(format!("smoothing must be 0..=100, got {}", self.smoothing));
        }
        match self.quanttable {
            Some(index @ QUANT_TABLES..) => wrong(format!("quanttable must be 0..={}, got {index}", QUANT_TABLES - 1)),
            _ => Ok(()),
        }
    }
}

/// Reads both kinds of options.
pub(crate) fn read(id: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<(EncodeOptions, DecodeOptions)> {
    let (mut encode, mut decode) = (EncodeOptions::default(), DecodeOptions::default());
    // Those of the input and of the output, whichever way it goes.
    fields.choice("colorspace", &SPACES, &mut encode.colorspace)?;
    fields.choice("outcolorspace", &SPACES, &mut encode.outcolorspace)?;
    (decode.colorspace, decode.outcolorspace) = (encode.colorspace, encode.outcolorspace);
    // Those of the array and of the stream.
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
    read_decode(fields, &mut decode)?;
    read_encode(matches!(id, CodecId::Numcodecs(_) | CodecId::Zarr(_)), fields, &mut encode)?;
    encode.validate()?;
    Ok((encode, decode))
}

/// Reads bytes that are the beginning of a JPEG stream: no stream is read with others.
fn stream(fields: &mut Fields<'_>, key: &'static str) -> Result<Option<Arc<[u8]>>> {
    match fields.bytes(key)? {
        Some(bytes) if !bytes.starts_with(&[0xff, 0xd8]) => {
            Err(INFO.invalid_argument(format!("{key} must be a stream from SOI (ffd8) on, got {} bytes", bytes.len())))
        }
        bytes => Ok(bytes),
    }
}

fn read_decode(fields: &mut Fields<'_>, decode: &mut DecodeOptions) -> Result<()> {
    for name in [key::JPEG_TABLES, "tables"] {
        decode.tables = stream(fields, name)?.or(decode.tables.take());
    }
    decode.header = stream(fields, "header")?;
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
    fields.bool("allow_damaged", &mut decode.allow_damaged)
}

/// Reads an integer; with `clamps` one out of range is cut to it, as imagecodecs does.
fn int(fields: &mut Fields<'_>, key: &'static str, range: (i32, i32), clamps: bool, to: &mut i32) -> Result<()> {
    let (low, high) = range;
    if !clamps {
        return fields.int(key, low..=high, to);
    }
    fields.int(key, i32::MIN..=i32::MAX, to)?;
    *to = (*to).clamp(low, high);
    Ok(())
}

fn read_encode(clamps: bool, fields: &mut Fields<'_>, encode: &mut EncodeOptions) -> Result<()> {
    let small = |value: i32| u8::try_from(value).unwrap_or(0);
    let mut quality = i32::from(encode.quality);
    for name in [key::LEVEL, "quality"] {
        int(fields, name, (0, 100), clamps, &mut quality)?;
    }
    let (mut smoothing, mut index) = (0, -1);
    int(fields, "smoothing", (0, 100), clamps, &mut smoothing)?;
    // imagecodecs has six of them; -1 is the default.
    let last = if clamps { 5 } else { i32::from(QUANT_TABLES) - 1 };
    int(fields, "quanttable", (-1, last), clamps, &mut index)?;
    (encode.quality, encode.smoothing, encode.quanttable) =
        (small(quality), small(smoothing), u8::try_from(index).ok());
    fields.choice("subsampling", &SAMPLINGS, &mut encode.subsampling)?;
    fields.bool("optimize", &mut encode.optimize)?;
    let mut without = !encode.trellis;
    fields.bool("notrellis", &mut without)?;
    encode.trellis = !without;
    fields.bool("trellis", &mut encode.trellis)?;
    fields.bool("progressive", &mut encode.progressive)?;
    fields.bool("optimize_scans", &mut encode.optimize_scans)?;
    fields.bool("deringing", &mut encode.deringing)
}
