use iio_codec::{ArrayRef, Blame, Context, DType, Result};

use crate::baseline::Frame;
use crate::simd::Machine;
use crate::{ColourSpace, EncodeOptions, INFO, baseline, library};

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
    Scratch::default().append(src, dst, options, cx)
}

/// The tables that [`EncodeOptions::abbreviated`] streams leave out, as a stream of its own (TIFF 347), for pixels of
/// `samples` samples.
///
/// # Errors
/// As [`encode_append`].
pub fn tables(samples: usize, options: &EncodeOptions) -> Result<Vec<u8>> {
    options.validate()?;
    let (array, stream) = colours(samples, options)?;
    Ok(Frame::new([8, 8, samples], array, stream, options).tables(options))
}

/// As [`encode`], without vector instructions, for tests.
#[doc(hidden)]
pub fn encode_scalar(src: ArrayRef<'_>, options: &EncodeOptions) -> Result<Vec<u8>> {
    options.validate()?;
    let mut scratch = Scratch::default();
    scratch.baseline.machine = Machine::SCALAR;
    let mut dst = Vec::new();
    scratch.append(src, &mut dst, options, &Context::default())?;
    Ok(dst)
}

/// The spaces of array and stream, which must go together.
fn colours(samples: usize, options: &EncodeOptions) -> Result<(ColourSpace, ColourSpace)> {
    use ColourSpace::{Cmyk, Gray, Rgb, Unknown, YCbCr};
    let array = options.colorspace.unwrap_or(ColourSpace::usual(samples));
    if array.samples().is_some_and(|expected| expected != samples) {
        let message = format!("colorspace {} has not {samples} samples", array.name());
        return Err(INFO.invalid_argument(message));
    }
    let usual = if array.rgb().is_some() { YCbCr } else { array };
    let stream = options.outcolorspace.unwrap_or(usual);
    match (array, stream) {
        (Gray | YCbCr, Gray) | (Cmyk, Cmyk) => Ok((array, stream)),
        (Unknown, Unknown) if samples != 2 => Ok((array, stream)),
        (_, Rgb | YCbCr | Gray) if array.rgb().is_some() => Ok((array, stream)),
        _ => {
            let message = format!("{samples} samples of {} as a stream of {}", array.name(), stream.name());
            Err(INFO.unsupported(message))
        }
    }
}

/// What a worker keeps between calls.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    baseline: baseline::Scratch,
    pixels: Vec<u8>,
}

impl Scratch {
    /// As [`encode_append`], with options that are valid.
    pub(crate) fn append(
        &mut self,
        src: ArrayRef<'_>,
        dst: &mut Vec<u8>,
        options: &EncodeOptions,
        cx: &Context<'_>,
    ) -> Result<()> {
        let shape = match *src.shape() {
            [height, width] => [height, width, 1],
            [height, width, samples] => [height, width, samples],
            _ => [0; 3],
        };
        if src.dtype() != DType::U8 || shape.contains(&0) || shape[2] > 4 {
            let message = format!("needs uint8 [height, width] or [height, width, 1..=4], got {}", src.layout());
            return Err(INFO.invalid_argument(message));
        }
        if shape[0] > 65500 || shape[1] > 65500 {
            return Err(INFO.invalid_argument(format!("at most 65500 x 65500 pixels, got {}", src.layout())));
        }
        cx.check_cancel(&INFO)?;
        let (array, stream) = colours(shape[2], options)?;
        let n_bytes = src.layout().n_bytes() as u64;
        if !options.is_plain() {
            // Planes of components, coefficients of two bytes where there is a second pass, and the stream.
            cx.gate_working(&INFO, n_bytes * if options.smoothing > 0 { 3 } else { 6 })?;
            return library::append(gather(src, &mut self.pixels)?, shape, (array, stream), options, dst);
        }
        let frame = Frame::new(shape, array, stream, options);
        // The stream, which may be longer than the pixels, and a copy of these if there are gaps between them.
        cx.gate_working(&INFO, 3 * n_bytes + frame.working_bytes())?;
        let start = dst.len();
        let Self { baseline, pixels } = self;
        let src = match src.n_rows(shape[1] * shape[2]) {
            Some(_) => src,
            None => ArrayRef::new(gather(src, pixels)?, *src.layout())?,
        };
        baseline.encode(src, &frame, options, dst, cx).inspect_err(|_| dst.truncate(start))
    }
}

/// The samples as one slice, which is a copy in `scratch` if there are gaps.
fn gather<'a>(src: ArrayRef<'a>, scratch: &'a mut Vec<u8>) -> Result<&'a [u8]> {
    if let Some(pixels) = src.contiguous() {
        return Ok(pixels);
    }
    scratch.clear();
    src.append_to(scratch)?;
    Ok(scratch)
}
