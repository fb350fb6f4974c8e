use std::sync::Arc;

use iio_codec::{Blame, CodecId, Fields, Result, key};

use crate::INFO;
use crate::header::Progression;

/// A PSNR below 1 dB asks for lossless.
const MIN_LEVEL: f64 = 1.0;
/// The highest PSNR in dB.
const MAX_LEVEL: f64 = 1000.0;
/// The most quality layers that OpenJPEG writes.
const MAX_LAYERS: u16 = 100;
/// The most resolutions, which is one more than the most decomposition levels.
const MAX_RESOLUTIONS: u8 = 33;

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

/// How to decode.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodeOptions {
    /// Gives `[samples, height, width]` instead of `[height, width, samples]`.
    pub planar: bool,
    /// Highest resolutions to leave out: each halves width and height. Default 0.
    pub reduce: u8,
    /// Left, top, right, bottom of the pixels to decode, counted at full resolution from the corner of the image.
    pub region: Option<[u32; 4]>,
    /// The most quality layers to decode; 0 (the default) is all.
    pub max_layers: u16,
    /// Threads inside OpenJPEG, at most the width of the executor; 0 is that width. Default 1. Tiles go to the
    /// executor whatever this says. A single tile of high-throughput blocks is decoded by one thread.
    pub threads: usize,
    /// Turns sYCC into RGB (the default). Three components of which the last two are subsampled count as sYCC.
    pub to_rgb: bool,
    /// Looks up the palette of a JP2 file (the default).
    pub palette: bool,
    /// Takes a code stream whose tiles are whole, but which lacks the end marker.
    pub allow_missing_end: bool,
}

impl Default for DecodeOptions {
    fn default() -> Self {
        Self {
            planar: false,
            reduce: 0,
            region: None,
            max_layers: 0,
            threads: 1,
            to_rgb: true,
            palette: true,
            allow_missing_end: false,
        }
    }
}

impl DecodeOptions {
    setters! {
        with_planar planar: bool;
        with_reduce reduce: u8;
        with_region region: Option<[u32; 4]>;
        with_max_layers max_layers: u16;
        with_threads threads: usize;
        with_to_rgb to_rgb: bool;
        with_palette palette: bool;
        with_allow_missing_end allow_missing_end: bool;
    }
}

/// What the encoder writes around the code stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// A JP2 file.
    #[default]
    Jp2,
    /// Nothing: the bare code stream.
    J2k,
}

/// Colour space that a JP2 file names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColourSpace {
    /// None.
    Unspecified,
    /// sRGB.
    Srgb,
    /// Grey.
    Gray,
    /// sYCC.
    Sycc,
    /// e-sYCC.
    Eycc,
    /// CMYK.
    Cmyk,
}

/// How to encode.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct EncodeOptions {
    /// Peak signal-to-noise ratio in dB, 1 to 1000. Less than 1 (the default, 0) is lossless.
    pub level: f64,
    /// Compression ratio that is aimed at, above 1, instead of `level`; 0 (the default) is none.
    pub rate: f64,
    /// JP2 file (the default) or bare code stream.
    pub format: Format,
    /// Colour space to name. Default: grey for one and two samples, sRGB for three and four, else unspecified.
    pub colour_space: Option<ColourSpace>,
    /// Takes `[samples, height, width]` instead of `[height, width, samples]`.
    pub planar: bool,
    /// Width and height of tiles. Default: one tile.
    pub tile: Option<[u32; 2]>,
    /// Significant bits of each sample; 0 (the default) is all bits of the dtype or, for 32-bit ones, as many as the
    /// samples need.
    pub bits_per_sample: u8,
    /// Resolutions, 1 to 33, lowered where the tiles are too small for them. Default 6.
    pub resolutions: u8,
    /// True: wavelet 5/3 in integers; false: 9/7. Default: true if lossless.
    pub reversible: Option<bool>,
    /// Decorrelates red, green and blue where the colour space is sRGB (the default).
    pub mct: bool,
    /// Threads inside OpenJPEG, at most the width of the executor; 0 is that width. Default 1.
    pub threads: usize,
    /// Quality layers, 1 (the default) to 100. Each halves the compressed size of the next, or has 4 dB less.
    pub layers: u16,
    /// Order of packets. Default: LRCP if lossless, else RPCL.
    pub progression: Option<Progression>,
    /// Width and height of code blocks: powers of two from 4 to 1024, with a product of 4096 at most. Default 64 x 64.
    pub code_block: [u32; 2],
    /// Width and height of precincts: powers of two from 2 to 32768. Default: 256 x 256 if lossy, else the greatest.
    pub precinct: Option<[u32; 2]>,
    /// Declares the last sample of each pixel to be opacity (JP2 only).
    pub alpha: bool,
    /// ICC profile to put into a JP2 file, instead of the number of a colour space.
    pub icc_profile: Option<Arc<[u8]>>,
}

impl Default for EncodeOptions {
    fn default() -> Self {
        Self {
            level: 0.0,
            rate: 0.0,
            format: Format::default(),
            colour_space: None,
            planar: false,
            tile: None,
            bits_per_sample: 0,
            resolutions: 6,
            reversible: None,
            mct: true,
            threads: 1,
            layers: 1,
            progression: None,
            code_block: [64, 64],
            precinct: None,
            alpha: false,
            icc_profile: None,
        }
    }
}

impl EncodeOptions {
    setters! {
        with_level level: f64;
        with_rate rate: f64;
        with_format format: Format;
        with_colour_space colour_space: Option<ColourSpace>;
        with_planar planar: bool;
        with_tile tile: Option<[u32; 2]>;
        with_bits_per_sample bits_per_sample: u8;
        with_resolutions resolutions: u8;
        with_reversible reversible: Option<bool>;
        with_mct mct: bool;
        with_threads threads: usize;
        with_layers layers: u16;
        with_progression progression: Option<Progression>;
        with_code_block code_block: [u32; 2];
        with_precinct precinct: Option<[u32; 2]>;
        with_alpha alpha: bool;
        with_icc_profile icc_profile: Option<Arc<[u8]>>;
    }

    /// True if no sample may change.
    pub(crate) fn is_lossless(&self) -> bool {
        self.level < MIN_LEVEL && self.rate <= 1.0
    }

    pub(crate) fn validate(&self) -> Result<()> {
        let wrong = |message: String| Err(INFO.invalid_argument(message));
        if !(0.0..=MAX_LEVEL).contains(&self.level) {
            return wrong(format!("level must be 0..={MAX_LEVEL}, got {}", self.level));
        }
        if self.rate.is_nan() || self.rate < 0.0 || (self.rate > 1.0 && self.level >= MIN_LEVEL) {
            return wrong(format!("rate must be 0 or above 1 and without level, got {} and {}", self.rate, self.level));
        }
        if !(1..=MAX_RESOLUTIONS).contains(&self.resolutions) {
            return wrong(format!("resolutions must be 1..={MAX_RESOLUTIONS}, got {}", self.resolutions));
        }
        if !(1..=MAX_LAYERS).contains(&self.layers) {
            return wrong(format!("layers must be 1..={MAX_LAYERS}, got {}", self.layers));
        }
        if self.tile.is_some_and(|tile| tile.contains(&0) || tile.iter().any(|&len| i32::try_from(len).is_err())) {
            return wrong(format!("tile must be a width and a height, got {:?}", self.tile));
        }
        let power = |len: &u32, range: core::ops::RangeInclusive<u32>| len.is_power_of_two() && range.contains(len);
        let [width, height] = self.code_block;
        if !self.code_block.iter().all(|len| power(len, 4..=1024)) || width * height > 4096 {
            return wrong(format!("code_block must be powers of two from 4, product up to 4096, got {width}x{height}"));
        }
        if self.precinct.is_some_and(|precinct| !precinct.iter().all(|len| power(len, 2..=32768))) {
            return wrong(format!("precinct must be powers of two in 2..=32768, got {:?}", self.precinct));
        }
        if (self.alpha || self.icc_profile.is_some()) && self.format == Format::J2k {
            return wrong("alpha and icc_profile need a JP2 file, the format is J2K".to_owned());
        }
        Ok(())
    }
}

/// Reads both kinds of options. `id` is what the codec was found by: Aperio's YCbCr stays as it is stored.
pub(crate) fn read(id: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<(EncodeOptions, DecodeOptions)> {
    let mut encode = EncodeOptions::default();
    let mut decode = DecodeOptions { to_rgb: *id != CodecId::Tiff(33003), ..DecodeOptions::default() };
    if matches!(id, CodecId::Tiff(_) | CodecId::Dicom(_)) {
        encode.format = Format::J2k;
    }
    fields.bool("planar", &mut decode.planar)?;
    encode.planar = decode.planar;
    for key in [key::THREADS, "numthreads"] {
        fields.int(key, 0..=1024, &mut decode.threads)?;
    }
    encode.threads = decode.threads;
    if matches!(id, CodecId::Numcodecs(_) | CodecId::Zarr(_)) {
        // Stores hold it. What OpenJPEG says is not printed: errors carry it.
        fields.int("verbose", 0..=i64::MAX, &mut 0)?;
    }
    for key in ["reduce", "skipres"] {
        fields.int(key, 0..=32, &mut decode.reduce)?;
    }
    decode.region = list(fields, "region", "left, top, right, bottom")?;
    fields.int("max_layers", 0..=u16::MAX, &mut decode.max_layers)?;
    fields.bool("to_rgb", &mut decode.to_rgb)?;
    fields.bool("palette", &mut decode.palette)?;
    fields.bool("allow_missing_end", &mut decode.allow_missing_end)?;

    fields.float(key::LEVEL, 0.0..=MAX_LEVEL, &mut encode.level)?;
    fields.float("rate", 0.0..=1e9, &mut encode.rate)?;
    fields.choice("codecformat", &[("jp2", 2, Format::Jp2), ("j2k", 0, Format::J2k)], &mut encode.format)?;
    let spaces = [
        ("unspecified", 0, Some(ColourSpace::Unspecified)),
        ("srgb", 1, Some(ColourSpace::Srgb)),
        ("gray", 2, Some(ColourSpace::Gray)),
        ("sycc", 3, Some(ColourSpace::Sycc)),
        ("eycc", 4, Some(ColourSpace::Eycc)),
        ("cmyk", 5, Some(ColourSpace::Cmyk)),
    ];
    fields.choice("colorspace", &spaces, &mut encode.colour_space)?;
    encode.tile = list(fields, "tile", "width, height")?;
    for key in [key::BITS_PER_SAMPLE, "bitspersample"] {
        fields.int(key, 0..=64, &mut encode.bits_per_sample)?;
    }
    fields.int("resolutions", 1..=MAX_RESOLUTIONS, &mut encode.resolutions)?;
    let (mut or_true, mut or_false) = (true, false);
    fields.bool("reversible", &mut or_true)?;
    fields.bool("reversible", &mut or_false)?;
    encode.reversible = (or_true == or_false).then_some(or_true);
    fields.bool("mct", &mut encode.mct)?;
    fields.int("layers", 1..=MAX_LAYERS, &mut encode.layers)?;
    let orders = [
        ("lrcp", 0, Some(Progression::Lrcp)),
        ("rlcp", 1, Some(Progression::Rlcp)),
        ("rpcl", 2, Some(Progression::Rpcl)),
        ("pcrl", 3, Some(Progression::Pcrl)),
        ("cprl", 4, Some(Progression::Cprl)),
    ];
    fields.choice("progression", &orders, &mut encode.progression)?;
    encode.code_block = list(fields, "code_block", "width, height")?.unwrap_or(encode.code_block);
    encode.precinct = list(fields, "precinct", "width, height")?;
    fields.bool("alpha", &mut encode.alpha)?;
    encode.icc_profile = fields.bytes("icc_profile")?;
    encode.validate()?;
    Ok((encode, decode))
}

/// Reads a list of `N` numbers.
fn list<const N: usize>(fields: &mut Fields<'_>, key: &'static str, what: &str) -> Result<Option<[u32; N]>> {
    let Some(values) = fields.ints(key)? else { return Ok(None) };
    let numbers: Option<Vec<u32>> = values.iter().map(|&value| u32::try_from(value).ok()).collect();
    match numbers.and_then(|numbers| numbers.try_into().ok()) {
        Some(numbers) => Ok(Some(numbers)),
        None => Err(INFO.invalid_argument(format!("{key} must be {what}, got {values:?}"))),
    }
}
