use std::sync::Arc;

use iio_codec::{Blame, Fields, Result};

use crate::{Disposal, INFO};

/// How to decode.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodeOptions {
    /// Gives composited images of the size of the screen in RGB, or RGBA if the file has transparency (default). Else the
    /// indices of each frame, of its own size, as they are stored; palette and place are metadata.
    pub asrgb: bool,
    /// The image to decode, from 0; negative ones count from the end. Default: all of them. Not for readers, where each
    /// image is asked for by its number.
    pub index: Option<i64>,
    /// Takes a file that breaks off behind its first frame: what follows the last whole frame is left out.
    pub allow_missing_end: bool,
    /// Takes frames whose data ends too early: pixels that are not there show what was there before (as indices: 0).
    pub allow_missing_pixels: bool,
}

impl Default for DecodeOptions {
    fn default() -> Self {
        Self { asrgb: true, index: None, allow_missing_end: false, allow_missing_pixels: false }
    }
}

impl DecodeOptions {
    /// Sets [`DecodeOptions::asrgb`].
    #[must_use]
    pub const fn with_asrgb(mut self, on: bool) -> Self {
        self.asrgb = on;
        self
    }

    /// Sets [`DecodeOptions::index`].
    #[must_use]
    pub fn with_index(mut self, index: impl Into<Option<i64>>) -> Self {
        self.index = index.into();
        self
    }

    /// Sets [`DecodeOptions::allow_missing_end`].
    #[must_use]
    pub const fn with_allow_missing_end(mut self, on: bool) -> Self {
        self.allow_missing_end = on;
        self
    }

    /// Sets [`DecodeOptions::allow_missing_pixels`].
    #[must_use]
    pub const fn with_allow_missing_pixels(mut self, on: bool) -> Self {
        self.allow_missing_pixels = on;
        self
    }

    pub(crate) fn read(fields: &mut Fields<'_>) -> Result<Self> {
        let mut options = Self::default();
        fields.bool("asrgb", &mut options.asrgb)?;
        fields.bool("allow_missing_end", &mut options.allow_missing_end)?;
        fields.bool("allow_missing_pixels", &mut options.allow_missing_pixels)?;
        Ok(options)
    }
}

/// How to encode.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncodeOptions {
    /// Colours of indices, 1 to 256. Samples are then `[.., height, width]` indices.
    pub colormap: Option<Arc<[[u8; 3]]>>,
    /// The index that is transparent. Only with `colormap`.
    pub transparent: Option<u8>,
    /// Whether the last axis holds samples of RGB or RGBA. Default: if it has 3 or 4 samples and there is no `colormap`.
    pub rgb: Option<bool>,
    /// Colours of a palette that is made, 2 to 256 (default), the transparent one among them.
    pub n_colours: u16,
    /// Spreads the error of colours that are not in the palette to the pixels around (Floyd-Steinberg). Default.
    pub dither: bool,
    /// Stores rows in four passes.
    pub interlace: bool,
    /// Stores of each frame only the rectangle that differs from the one before.
    pub crop: bool,
    /// Milliseconds that frames are shown: one number for all, or one for each. Rounded to hundredths of a second.
    pub duration: Vec<u32>,
    /// How often an animation is shown; 0 (default) is for ever. `None`: the file does not tell, which means once.
    pub loops: Option<u16>,
    /// What becomes of frames. Default: they stay, unless the next one has transparent pixels.
    pub disposal: Option<Disposal>,
    /// Comment.
    pub comment: Option<String>,
}

impl Default for EncodeOptions {
    fn default() -> Self {
        Self {
            colormap: None,
            transparent: None,
            rgb: None,
            n_colours: 256,
            dither: true,
            interlace: false,
            crop: false,
            duration: Vec::new(),
            loops: Some(0),
            disposal: None,
            comment: None,
        }
    }
}

macro_rules! with {
    ($($with:ident => $field:ident: $type:ty = $value:expr;)+) => {
        impl EncodeOptions {
            $(
                #[doc = concat!("Sets [`EncodeOptions::", stringify!($field), "`].")]
                #[must_use]
                pub fn $with(mut self, $field: $type) -> Self {
                    self.$field = $value;
                    self
                }
            )+
        }
    };
}
with! {
    with_colormap => colormap: impl Into<Arc<[[u8; 3]]>> = Some(colormap.into());
    with_transparent => transparent: Option<u8> = transparent;
    with_rgb => rgb: Option<bool> = rgb;
    with_n_colours => n_colours: u16 = n_colours;
    with_dither => dither: bool = dither;
    with_interlace => interlace: bool = interlace;
    with_crop => crop: bool = crop;
    with_duration => duration: impl Into<Vec<u32>> = duration.into();
    with_loops => loops: Option<u16> = loops;
    with_disposal => disposal: Option<Disposal> = disposal;
    with_comment => comment: &str = Some(comment.to_owned());
}

const DISPOSALS: [(&str, i64, Option<Disposal>); 4] = [
    ("none", 0, Some(Disposal::None)),
    ("keep", 1, Some(Disposal::Keep)),
    ("background", 2, Some(Disposal::Background)),
    ("previous", 3, Some(Disposal::Previous)),
];

impl EncodeOptions {
    pub(crate) fn read(fields: &mut Fields<'_>) -> Result<Self> {
        let mut options = Self::default();
        if let Some(bytes) = fields.bytes("colormap")? {
            let (colours, rest) = bytes.as_chunks::<3>();
            if !rest.is_empty() {
                return Err(INFO.invalid_argument(format!("colormap of {} bytes, 3 make a colour", bytes.len())));
            }
            options.colormap = Some(colours.into());
        }
        fields.int_opt("transparent", 0..=u8::MAX, &mut options.transparent)?;
        let choices = [("auto", -1, None), ("true", 1, Some(true)), ("false", 0, Some(false))];
        fields.choice("rgb", &choices, &mut options.rgb)?;
        fields.int("n_colours", 2..=256, &mut options.n_colours)?;
        fields.bool("dither", &mut options.dither)?;
        fields.bool("interlace", &mut options.interlace)?;
        fields.bool("crop", &mut options.crop)?;
        if let Some(list) = fields.ints("duration")? {
            let narrow = |&ms: &i64| u32::try_from(ms).ok().filter(|&ms| ms <= 655_350);
            options.duration = list.iter().map(narrow).collect::<Option<_>>().ok_or_else(|| {
                INFO.invalid_argument(format!("duration must be 0..=655350 milliseconds, got {list:?}"))
            })?;
        }
        let mut loops = 0i32;
        fields.int("loop", -1..=65535, &mut loops)?;
        options.loops = u16::try_from(loops).ok();
        fields.choice("disposal", &DISPOSALS, &mut options.disposal)?;
        options.comment = fields.text("comment")?.map(str::to_owned);
        options.validate()?;
        Ok(options)
    }

    pub(crate) fn validate(&self) -> Result<()> {
        if !(2..=256).contains(&self.n_colours) {
            return Err(INFO.invalid_argument(format!("n_colours must be 2..=256, got {}", self.n_colours)));
        }
        if let Some(ms) = self.duration.iter().find(|&&ms| ms > 655_350) {
            return Err(INFO.invalid_argument(format!("duration must be 0..=655350 milliseconds, got {ms}")));
        }
        match &self.colormap {
            Some(colours) if !(1..=256).contains(&colours.len()) => {
                Err(INFO.invalid_argument(format!("colormap must have 1 to 256 colours, got {}", colours.len())))
            }
            Some(_) if self.rgb == Some(true) => Err(INFO.invalid_argument("rgb and colormap exclude each other")),
            None if self.transparent.is_some() => Err(INFO.invalid_argument("transparent is an index of a colormap")),
            _ => Ok(()),
        }
    }
}
