use iio_codec::{Blame, Fields, Result, key};

use crate::INFO;

/// The longest time that a frame can be shown: 24 bits.
const MAX_DELAY: u32 = (1 << 24) - 1;

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
    /// The frame to decode, from 0, or from the last one by -1. Default: all frames.
    pub index: Option<i64>,
    /// True: 4 samples, opaque where the file has no alpha. False: 3 samples, alpha is dropped. Default: as in the file.
    pub has_alpha: Option<bool>,
    /// Threads inside libwebp, of which it uses two, at most the width of the executor; 0 is that width. Default 1.
    pub threads: usize,
}

impl Default for DecodeOptions {
    fn default() -> Self {
        Self { index: None, has_alpha: None, threads: 1 }
    }
}

impl DecodeOptions {
    setters! {
        with_index index: Option<i64>;
        with_has_alpha has_alpha: Option<bool>;
        with_threads threads: usize;
    }
}

/// How to encode.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct EncodeOptions {
    /// Quality of lossy images, 0 to 100. For lossless ones, how hard to try. Below 0 means lossless. Default 75.
    pub level: f64,
    /// Lossless (the default) or lossy.
    pub lossless: bool,
    /// 0 (fast) to 6 (small). Default 4.
    pub method: u8,
    /// Keeps the colours of transparent pixels. False gives smaller files. Default: true if lossless.
    pub exact: Option<bool>,
    /// Keeps alpha that is opaque throughout (the default), so that four samples come back as four. False drops it, as
    /// libwebp does.
    pub keep_opaque: bool,
    /// Threads inside libwebp, of which it uses two, at most the width of the executor; 0 is that width. Default 1.
    pub threads: usize,
    /// Milliseconds for which each frame of a stack is shown. Default 100.
    pub delay: u32,
    /// How often a stack is played; 0 (the default) is for ever.
    pub loops: u16,
    /// Background colour of a stack: blue, green, red, alpha. Default: white, as libwebp writes it.
    pub background: [u8; 4],
}

impl Default for EncodeOptions {
    fn default() -> Self {
        Self {
            level: 75.0,
            lossless: true,
            method: 4,
            exact: None,
            keep_opaque: true,
            threads: 1,
            delay: 100,
            loops: 0,
            background: [255; 4],
        }
    }
}

impl EncodeOptions {
    setters! {
        with_level level: f64;
        with_lossless lossless: bool;
        with_method method: u8;
        with_exact exact: Option<bool>;
        with_keep_opaque keep_opaque: bool;
        with_threads threads: usize;
        with_delay delay: u32;
        with_loops loops: u16;
        with_background background: [u8; 4];
    }

    /// True if no sample may change.
    pub(crate) fn is_lossless(&self) -> bool {
        self.lossless || self.level < 0.0
    }

    /// What libwebp calls quality.
    pub(crate) fn quality(&self) -> f32 {
        #[expect(clippy::cast_possible_truncation, reason = "libwebp takes f32")]
        if self.level < 0.0 { 75.0 } else { self.level as f32 }
    }

    pub(crate) fn validate(&self) -> Result<()> {
        if !(-1.0..=100.0).contains(&self.level) {
            return Err(INFO.invalid_argument(format!("level must be -1..=100, got {}", self.level)));
        }
        if self.method > 6 {
            return Err(INFO.invalid_argument(format!("method must be 0..=6, got {}", self.method)));
        }
        check_delay(self.delay)
    }
}

pub(crate) fn check_delay(delay: u32) -> Result<()> {
    if delay > MAX_DELAY {
        return Err(INFO.invalid_argument(format!("delay must be 0..={MAX_DELAY} ms, got {delay}")));
    }
    Ok(())
}

impl DecodeOptions {
    /// Reads these options from a configuration: `index`, `has_alpha` (or `hasalpha`), `threads` (or `numthreads`), and
    /// `samples` of a container, which is 3 or 4.
    ///
    /// # Errors
    /// `InvalidArgument`.
    pub fn read(fields: &mut Fields<'_>) -> Result<Self> {
        let mut options = Self::default();
        read_threads(fields, &mut options.threads)?;
        fields.int_opt("index", i64::MIN..=i64::MAX, &mut options.index)?;
        // What does not fit RGB or RGBA, the container sees by the header.
        let mut samples = 0u16;
        fields.int(key::SAMPLES, 0..=u16::MAX, &mut samples)?;
        options.has_alpha = match samples {
            3 => Some(false),
            4 => Some(true),
            _ => None,
        };
        for key in ["has_alpha", "hasalpha"] {
            options.has_alpha = flag(fields, key)?.or(options.has_alpha);
        }
        Ok(options)
    }
}

impl EncodeOptions {
    /// Reads these options from a configuration, each under its own name, and under those that others use: `numthreads`,
    /// `duration`, `loop`.
    ///
    /// # Errors
    /// `InvalidArgument`.
    pub fn read(fields: &mut Fields<'_>) -> Result<Self> {
        let mut options = Self::default();
        read_threads(fields, &mut options.threads)?;
        fields.float(key::LEVEL, -1.0..=100.0, &mut options.level)?;
        fields.bool("lossless", &mut options.lossless)?;
        fields.int("method", 0..=6, &mut options.method)?;
        options.exact = flag(fields, "exact")?;
        fields.bool("keep_opaque", &mut options.keep_opaque)?;
        for key in ["delay", "duration"] {
            fields.int(key, 0..=MAX_DELAY, &mut options.delay)?;
        }
        for key in ["loops", "loop"] {
            fields.int(key, 0..=u16::MAX, &mut options.loops)?;
        }
        if let Some(values) = fields.ints("background")? {
            let bytes: Option<Vec<u8>> = values.iter().map(|&value| u8::try_from(value).ok()).collect();
            options.background = bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| {
                INFO.invalid_argument(format!("background must be blue, green, red, alpha of 0..=255, got {values:?}"))
            })?;
        }
        options.validate()?;
        Ok(options)
    }
}

fn read_threads(fields: &mut Fields<'_>, threads: &mut usize) -> Result<()> {
    [key::THREADS, "numthreads"].into_iter().try_for_each(|key| fields.int(key, 0..=1024, threads))
}

/// A truth value that may be missing.
fn flag(fields: &mut Fields<'_>, key: &'static str) -> Result<Option<bool>> {
    let (mut or_true, mut or_false) = (true, false);
    fields.bool(key, &mut or_true)?;
    fields.bool(key, &mut or_false)?;
    Ok((or_true == or_false).then_some(or_true))
}
