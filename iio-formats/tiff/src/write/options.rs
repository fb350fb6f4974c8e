use iio_codec::{Blame, Config, Fields, Result};

use crate::FORMAT;

/// Keys of the options that are the writer's own; all others are the codec's.
const KEYS: [&str; 10] = [
    "compression",
    "predictor",
    "tile",
    "rows_per_strip",
    "bigtiff",
    "byte_order",
    "planar",
    "photometric",
    "bits_per_sample",
    "fill_order",
];

/// Whether to subtract neighbours before the compression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Predictor {
    /// None (1).
    None,
    /// The one that fits the dtype: differences for integers, [`Predictor::Float`] for floats.
    Auto,
    /// Horizontal differences (2).
    Delta,
    /// Differences of the bytes of floats (3).
    Float,
}

/// Meaning of the samples, where it does not follow from the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Photometric {
    /// RGB for three or four samples of 8 or 16 bits, palette if the metadata has one, else grey.
    Auto,
    /// 0 is white (0).
    MinIsWhite,
    /// 0 is black (1).
    MinIsBlack,
    /// Red, green, blue (2).
    Rgb,
    /// Inks (5).
    Separated,
    /// CIE L*a*b* (8).
    CieLab,
}

/// How to write a TIFF file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WriteOptions {
    /// Name of a codec, or the number of a compression; `none` (the default) stores the samples.
    pub compression: String,
    /// The predictor. Default none.
    pub predictor: Predictor,
    /// Height and width of tiles, multiples of 16; `None` writes strips.
    pub tile: Option<[usize; 2]>,
    /// Rows of a strip; `None` takes strips of about 256 KiB.
    pub rows_per_strip: Option<usize>,
    /// 64-bit offsets; `None` takes them if the first image would not fit below 4 GiB. The extensions `btf` and `tf8` ask
    /// for them.
    pub bigtiff: Option<bool>,
    /// True writes `MM`. Default: the byte order of the machine.
    pub big_endian: bool,
    /// True stores each sample in planes of its own; `None` does so if the samples come first in the axes (`SYX`).
    pub planar: Option<bool>,
    /// Meaning of the samples.
    pub photometric: Photometric,
    /// Bits of each sample, packed; `None` takes 1 for bool, else the width of the dtype. 24 stores `float32` as floats of
    /// 24 bits.
    pub bits_per_sample: Option<u32>,
    /// True stores the bits of each byte in reverse (FillOrder 2).
    pub reversed_bits: bool,
    /// Options of the codec.
    pub codec: Config,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self {
            compression: "none".to_owned(),
            predictor: Predictor::None,
            tile: None,
            rows_per_strip: None,
            bigtiff: None,
            big_endian: cfg!(target_endian = "big"),
            planar: None,
            photometric: Photometric::Auto,
            bits_per_sample: None,
            reversed_bits: false,
            codec: Config::new(),
        }
    }
}

impl WriteOptions {
    /// Reads the writer's own keys; what is left is for the codec.
    pub(crate) fn from_config(config: &Config) -> Result<Self> {
        let mut options = Self { codec: config.clone(), ..Self::default() };
        let mut own = Config::new();
        for key in KEYS {
            if let Some(value) = options.codec.remove(key) {
                own = own.set(key, value);
            }
        }
        let mut fields = Fields::new(FORMAT.name, &own);
        if let Some(name) = compression(&mut fields, &own)? {
            options.compression = name;
        }
        let predictors = [
            ("none", 1, Predictor::None),
            ("false", 0, Predictor::None),
            ("no", 0, Predictor::None),
            ("delta", 2, Predictor::Delta),
            ("horizontal", 2, Predictor::Delta),
            ("floatpred", 3, Predictor::Float),
            ("float", 3, Predictor::Float),
            ("2", 2, Predictor::Delta),
            ("3", 3, Predictor::Float),
            ("auto", -1, Predictor::Auto),
            ("true", -1, Predictor::Auto),
            ("yes", -1, Predictor::Auto),
        ];
        fields.choice("predictor", &predictors, &mut options.predictor)?;
        options.tile = tile(fields.ints("tile")?)?;
        fields.int_opt("rows_per_strip", 1..=u32::MAX as usize, &mut options.rows_per_strip)?;
        if matches!(config.value("extension"), Some(iio_codec::Value::Str(e)) if e == "btf" || e == "tf8") {
            options.bigtiff = Some(true);
        }
        fields.choice("bigtiff", &YES_NO_AUTO, &mut options.bigtiff)?;
        let orders = [
            ("little", 0, false),
            ("big", 1, true),
            ("<", 0, false),
            (">", 1, true),
            ("II", 0, false),
            ("MM", 1, true),
            ("native", 2, options.big_endian),
        ];
        fields.choice("byte_order", &orders, &mut options.big_endian)?;
        let planars = [("contig", 1, Some(false)), ("separate", 2, Some(true)), ("auto", 0, None)];
        fields.choice("planar", &planars, &mut options.planar)?;
        let photometrics = [
            ("auto", -1, Photometric::Auto),
            ("miniswhite", 0, Photometric::MinIsWhite),
            ("minisblack", 1, Photometric::MinIsBlack),
            ("rgb", 2, Photometric::Rgb),
            ("separated", 5, Photometric::Separated),
            ("cielab", 8, Photometric::CieLab),
        ];
        fields.choice("photometric", &photometrics, &mut options.photometric)?;
        fields.int_opt("bits_per_sample", 1..=64, &mut options.bits_per_sample)?;
        fields.choice("fill_order", &[("msb", 1, false), ("lsb", 2, true)], &mut options.reversed_bits)?;
        fields.finish()?;
        Ok(options)
    }
}

const YES_NO_AUTO: [(&str, i64, Option<bool>); 5] = [
    ("auto", -1, None),
    ("true", 1, Some(true)),
    ("false", 0, Some(false)),
    ("yes", 1, Some(true)),
    ("no", 0, Some(false)),
];

/// A compression is a name or a number.
fn compression(fields: &mut Fields<'_>, own: &Config) -> Result<Option<String>> {
    if let Some(iio_codec::Value::Int(_)) = own.value("compression") {
        let mut number = 1u32;
        fields.int("compression", 1..=65535, &mut number)?;
        return Ok(Some(number.to_string()));
    }
    Ok(fields.text("compression")?.map(str::to_owned))
}

fn tile(list: Option<Vec<i64>>) -> Result<Option<[usize; 2]>> {
    let Some(list) = list else { return Ok(None) };
    let valid = |len: i64| usize::try_from(len).ok().filter(|len| *len > 0 && *len <= 1 << 20 && len % 16 == 0);
    match list.as_slice() {
        [side] | [side, _] if valid(*side).is_none() => {}
        [side] => return Ok(valid(*side).map(|side| [side, side])),
        [height, width] => {
            if let (Some(height), Some(width)) = (valid(*height), valid(*width)) {
                return Ok(Some([height, width]));
            }
        }
        _ => {}
    }
    Err(FORMAT.invalid_argument(format!("tile must be height x width in multiples of 16, got {list:?}")))
}
