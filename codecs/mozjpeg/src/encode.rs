use iio_codec::{ArrayRef, Blame, Context, DType, Error, ErrorKind, Result};
use iio_jpeg8::{ColourSpace, Subsampling};

use crate::ffi::{self, Failure, Settings, Space};
use crate::{EncodeOptions, INFO};

/// The highest width and height of the library.
const MAX_LEN: usize = 65500;
/// The most blocks of an MCU, T.81 B.2.3.
const MAX_BLOCKS: u8 = 10;

/// Encodes an array of `u8`, `[height, width]` or `[height, width, samples]`, into a new `Vec`.
///
/// # Errors
/// As [`encode_append`].
pub fn encode(src: ArrayRef<'_>, options: &EncodeOptions) -> Result<Vec<u8>> {
    let mut dst = Vec::new();
    encode_append(src, &mut dst, options, &Context::default())?;
    Ok(dst)
}

/// Encodes an array to the end of `dst`.
///
/// # Errors
/// `InvalidArgument` for layouts and options that are not accepted; `Unsupported` for colour spaces that do not go
/// together; `Limit`; `Cancelled`; `OutOfMemory`.
pub fn encode_append(src: ArrayRef<'_>, dst: &mut Vec<u8>, options: &EncodeOptions, cx: &Context<'_>) -> Result<()> {
    options.validate()?;
    append(src, dst, options, &mut Vec::new(), cx)
}

/// As [`encode_append`], with options that are valid; pixels with gaps are gathered in `scratch`.
pub(crate) fn append(
    src: ArrayRef<'_>,
    dst: &mut Vec<u8>,
    options: &EncodeOptions,
    scratch: &mut Vec<u8>,
    cx: &Context<'_>,
) -> Result<()> {
    let settings = settings(src, options)?;
    cx.check_cancel(&INFO)?;
    let gathered = if src.is_contiguous() { 0 } else { src.layout().n_bytes() as u64 };
    cx.gate_working(&INFO, working_bytes(&settings) + gathered)?;
    let pixels = match src.contiguous() {
        Some(pixels) => pixels,
        None => {
            scratch.clear();
            src.append_to(scratch)?;
            scratch
        }
    };
    let cancelled = || cx.check_cancel(&INFO).is_err();
    ffi::encode(&settings, pixels, dst, &cancelled).map_err(translate)
}

#[cold]
fn translate(failure: Failure) -> Error {
    match failure {
        Failure::Cancelled => Error::new(INFO.name, ErrorKind::Cancelled, "cancelled by the caller"),
        Failure::OutOfMemory => Error::new(INFO.name, ErrorKind::OutOfMemory, "the encoder ran out of memory"),
        Failure::Library(code, text) => INFO.backend(code.into(), text),
    }
}

/// What the encoder holds at most: of each component two times two bytes for a coefficient if there is a second pass, and
/// the scans that are tried, which for noise at quality 100 come to seven.
fn working_bytes(settings: &Settings) -> u64 {
    let (horizontal, vertical) = settings.factors.map_or((2, 2), |(h, v)| (u64::from(h), u64::from(v)));
    let padded = |len: u32, factor: u64| u64::from(len).next_multiple_of(8 * factor);
    let area = padded(settings.width, horizontal) * padded(settings.height, vertical);
    let n_samples = match settings.stream {
        Space::JCS_GRAYSCALE => area,
        Space::JCS_YCbCr => area + 2 * area / (horizontal * vertical),
        Space::JCS_YCCK => 2 * area + 2 * area / (horizontal * vertical),
        _ => area * u64::from(settings.samples),
    };
    let passes = if settings.trellis || settings.optimize || settings.progressive { 4 } else { 0 };
    let scans = if settings.progressive && settings.optimize_scans { 7 } else { 0 };
    n_samples * (passes + scans)
}

/// Checks all that the library would refuse: its errors are for what is left.
fn settings(src: ArrayRef<'_>, options: &EncodeOptions) -> Result<Settings> {
    let (height, width, samples) = match *src.shape() {
        [height, width] => (height, width, 1),
        [height, width, samples] => (height, width, samples),
        _ => (0, 0, 0),
    };
    let n_samples = u8::try_from(samples).ok().filter(|n| (1..=4).contains(n) && src.dtype() == DType::U8);
    let (Some(n_samples), false) = (n_samples, height == 0 || width == 0) else {
        let message = format!("needs uint8 [height, width] or [height, width, 1..=4], got {}", src.layout());
        return Err(INFO.invalid_argument(message));
    };
    let len = |len: usize| u32::try_from(len).ok().filter(|_| len <= MAX_LEN);
    let (Some(image_height), Some(image_width)) = (len(height), len(width)) else {
        return Err(INFO.invalid_argument(format!("at most {MAX_LEN} x {MAX_LEN} pixels, got {}", src.layout())));
    };
    let (array, stream) = spaces(samples, options)?;
    let differs = matches!(stream, ColourSpace::YCbCr | ColourSpace::Ycck);
    let factors = options.subsampling.filter(|_| differs).map(Subsampling::factors);
    if let (Some((horizontal, vertical)), ColourSpace::Ycck) = (factors, stream)
        && 2 * horizontal * vertical + 2 > MAX_BLOCKS
    {
        let message =
            format!("subsampling {horizontal}x{vertical} of YCCK needs more than {MAX_BLOCKS} blocks in an MCU");
        return Err(INFO.invalid_argument(message));
    }
    Ok(Settings {
        width: image_width,
        height: image_height,
        samples: n_samples,
        array: space(array),
        stream: space(stream),
        quality: options.quality,
        factors,
        optimize: options.optimize,
        smoothing: options.smoothing,
        trellis: options.trellis,
        quanttable: options.quanttable,
        progressive: options.progressive,
        optimize_scans: options.optimize_scans,
        deringing: options.deringing,
    })
}

/// The colour spaces of array and stream.
fn spaces(samples: usize, options: &EncodeOptions) -> Result<(ColourSpace, ColourSpace)> {
    use ColourSpace::{Cmyk, Gray, Rgb, Unknown, YCbCr, Ycck};
    let usual = match samples {
        1 => Gray,
        3 => Rgb,
        _ => Unknown,
    };
    let array = options.colorspace.unwrap_or(usual);
    if array.samples().is_some_and(|expected| expected != samples) {
        return Err(INFO.invalid_argument(format!("colorspace {array:?} has not {samples} samples")));
    }
    let is_rgb = !matches!(array, Unknown | Gray | YCbCr | Cmyk | Ycck);
    let stream = options.outcolorspace.unwrap_or(if is_rgb { YCbCr } else { array });
    let exists = match stream {
        Gray => is_rgb || matches!(array, Gray | YCbCr),
        Rgb => is_rgb,
        YCbCr => is_rgb || array == YCbCr,
        Ycck => matches!(array, Cmyk | Ycck),
        Cmyk | Unknown => array == stream,
        _ => false,
    };
    if exists {
        return Ok((array, stream));
    }
    Err(INFO.unsupported(format!("{samples} samples of {array:?} as a stream of {stream:?}")))
}

const fn space(space: ColourSpace) -> Space {
    match space {
        ColourSpace::Unknown => Space::JCS_UNKNOWN,
        ColourSpace::Gray => Space::JCS_GRAYSCALE,
        ColourSpace::Rgb => Space::JCS_RGB,
        ColourSpace::YCbCr => Space::JCS_YCbCr,
        ColourSpace::Cmyk => Space::JCS_CMYK,
        ColourSpace::Ycck => Space::JCS_YCCK,
        ColourSpace::Rgbx => Space::JCS_EXT_RGBX,
        ColourSpace::Bgr => Space::JCS_EXT_BGR,
        ColourSpace::Bgrx => Space::JCS_EXT_BGRX,
        ColourSpace::Xbgr => Space::JCS_EXT_XBGR,
        ColourSpace::Xrgb => Space::JCS_EXT_XRGB,
        ColourSpace::Rgba => Space::JCS_EXT_RGBA,
        ColourSpace::Bgra => Space::JCS_EXT_BGRA,
        ColourSpace::Abgr => Space::JCS_EXT_ABGR,
        ColourSpace::Argb => Space::JCS_EXT_ARGB,
    }
}
