use iio_codec::{ArrayRef, Blame, Config, DType, Fields, Result};
use iio_core::{Env, FormatInfo, Metadata, Output, ProgressFn, ResolutionUnit, Sink, WriteImage, Writer};

use crate::encode::Encoding;
use crate::{EncodeOptions, FORMAT};

pub(crate) fn create(output: Output, config: &Config, env: &Env) -> Result<Box<dyn Writer>> {
    let mut fields = Fields::new(FORMAT.name, config);
    let options = EncodeOptions::read(&mut fields)?;
    fields.finish()?;
    let ppm_is_given = config.value("ppm").is_some();
    Ok(Box::new(BmpWriter { output, options, ppm_is_given, env: env.clone(), state: State::Empty }))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Empty,
    /// The image is there in part.
    Failed,
    Done,
}

struct BmpWriter {
    output: Output,
    options: EncodeOptions,
    ppm_is_given: bool,
    env: Env,
    state: State,
}

impl Writer for BmpWriter {
    fn format(&self) -> &'static FormatInfo {
        &FORMAT
    }

    fn write(&mut self, image: &WriteImage<'_>, on_progress: Option<ProgressFn<'_>>) -> Result<()> {
        if self.state != State::Empty {
            return Err(FORMAT.invalid_argument("a BMP file holds one image, this is the second"));
        }
        let pixels = arranged(image)?;
        let options = self.with_metadata(image.meta, &pixels);
        let encoding = Encoding::new(pixels.layout(), &options)?;
        self.state = State::Failed;
        self.output.append(encoding.head())?;
        let data = self.output.position();
        let (mut done, total) = (0, pixels.layout().n_bytes() as u64);
        let mut band = Vec::new();
        for index in 0..encoding.n_bands() {
            self.env.chunk_context().check_cancel(&FORMAT)?;
            band.clear();
            done += encoding.band(index, pixels, &mut band)? as u64;
            self.output.append(&band)?;
            on_progress.iter().for_each(|report| report(done, total));
        }
        let data_len = usize::try_from(self.output.position() - data).unwrap_or(usize::MAX);
        if options.rle {
            encoding.patches(data_len)?.into_iter().try_for_each(|(at, bytes)| self.output.patch(at, &bytes))?;
        }
        self.output.append(encoding.profile())?;
        self.state = State::Done;
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Output> {
        match self.state {
            State::Done => Ok(self.output),
            State::Empty => Err(FORMAT.invalid_argument("no image was written")),
            State::Failed => Err(FORMAT.invalid_argument("the image was not written to its end")),
        }
    }
}

/// Samples last, and none of them if there is one.
fn arranged<'a>(image: &WriteImage<'a>) -> Result<ArrayRef<'a>> {
    let pixels = image.single(&FORMAT)?;
    if matches!(pixels.shape(), [_, _, 1]) { pixels.index_axis(2, 0) } else { Ok(pixels) }
}

impl BmpWriter {
    /// Adds what the file can carry; what options say comes first.
    fn with_metadata(&self, meta: &Metadata, pixels: &ArrayRef<'_>) -> EncodeOptions {
        let mut options = self.options.clone();
        if options.icc_profile.is_none() {
            options.icc_profile = meta.icc_profile.as_deref().map(Into::into);
        }
        let indices = pixels.dtype() == DType::U8 && pixels.shape().len() == 2;
        let colours = meta.palette.as_ref().filter(|colours| indices && (1..=256).contains(&colours.len()));
        if let (None, Some(colours)) = (&options.palette, colours) {
            options.palette = Some(colours.iter().map(|colour| colour.map(|v| v.to_be_bytes()[0])).collect());
        }
        if let Some(resolution) = meta.resolution.filter(|_| !self.ppm_is_given) {
            let per = match resolution.unit {
                ResolutionUnit::Metre => 1.0,
                ResolutionUnit::Inch => 1.0 / 0.0254,
                ResolutionUnit::Centimetre => 100.0,
                // The header has no room for a mere ratio.
                ResolutionUnit::Aspect => return options,
            };
            if let (Some(x), Some(y)) = (whole(resolution.x * per), whole(resolution.y * per)) {
                options.ppm = [x, y];
            }
        }
        options
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the range that is tested")]
fn whole(value: f64) -> Option<u32> {
    (0.5..2_147_483_647.0).contains(&value).then(|| value.round() as u32)
}
