use iio_codec::{ArrayRef, Blame, Config, DType, Fields, Result};
use iio_core::{Env, FormatInfo, MetaValue, Metadata, Output, ProgressFn, Sink, WriteImage, Writer};

use crate::encode::{Assembly, Said, frame_axes, frames};
use crate::{EncodeOptions, FORMAT};

pub(crate) fn create(output: Output, config: &Config, env: &Env) -> Result<Box<dyn Writer>> {
    let mut fields = Fields::new(FORMAT.name, config);
    let options = EncodeOptions::read(&mut fields)?;
    fields.finish()?;
    let given = |key| config.value(key).is_some();
    let told = Told { loops: given("loop"), rgb: given("rgb") };
    Ok(Box::new(GifWriter { output, options, told, env: env.clone(), assembly: None, failed: false }))
}

/// Options that come before what images say.
struct Told {
    loops: bool,
    rgb: bool,
}

struct GifWriter {
    output: Output,
    options: EncodeOptions,
    told: Told,
    env: Env,
    assembly: Option<Assembly>,
    failed: bool,
}

impl Writer for GifWriter {
    fn format(&self) -> &'static FormatInfo {
        &FORMAT
    }

    fn write(&mut self, image: &WriteImage<'_>, on_progress: Option<ProgressFn<'_>>) -> Result<()> {
        if self.failed {
            return Err(FORMAT.invalid_argument("an earlier image was not written to its end"));
        }
        let pixels = arranged(image)?;
        let mut options = self.options.clone();
        if let Some(axes) = image.axes.filter(|axes| !self.told.rgb && axes.len() == image.pixels.shape().len()) {
            options.rgb = Some(axes.contains('S') && pixels.shape().len() == image.pixels.shape().len());
        }
        let (n_axes, samples) = frame_axes(pixels.layout(), &options)?;
        let mut assembly = match self.assembly.take() {
            Some(assembly) => assembly,
            None => self.begin(image.meta)?,
        };
        let mut said = said(image.meta, samples == 0);
        let (mut done, total) = (0, pixels.layout().n_bytes() as u64);
        self.failed = true;
        for frame in frames(pixels, n_axes)? {
            self.env.chunk_context().check_cancel(&FORMAT)?;
            let mut bytes = Vec::new();
            assembly.push(frame, samples, &said, &mut bytes)?;
            // Of a stack the first frame has them.
            said.comments.clear();
            self.output.append(&bytes)?;
            done += frame.layout().n_bytes() as u64;
            on_progress.iter().for_each(|report| report(done, total));
        }
        self.failed = false;
        self.assembly = Some(assembly);
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Output> {
        if self.failed {
            return Err(FORMAT.invalid_argument("an image was not written to its end"));
        }
        let mut bytes = Vec::new();
        match &mut self.assembly {
            Some(assembly) => assembly.finish(&mut bytes)?,
            None => return Err(FORMAT.invalid_argument("no image was written")),
        }
        self.output.append(&bytes)?;
        Ok(self.output)
    }
}

impl GifWriter {
    /// What the first image says holds for the file.
    fn begin(&self, meta: &Metadata) -> Result<Assembly> {
        let mut options = self.options.clone();
        if !self.told.loops {
            options.loops = match (meta.tag("loop"), meta.tag("version")) {
                (Some(&MetaValue::Uint(loops)), _) => u16::try_from(loops).ok(),
                // It was a GIF file that did not tell.
                (None, Some(MetaValue::Text(version))) if version == "87a" || version == "89a" => None,
                _ => options.loops,
            };
        }
        // The packet stands there without sub-blocks, and a length of 0 would end it.
        if let Some(at) = meta.xmp.as_ref().and_then(|xmp| xmp.iter().position(|&byte| byte == 0)) {
            return Err(FORMAT.invalid_argument(format!("XMP packet has a zero byte at {at}, GIF cannot hold it")));
        }
        let mut assembly = Assembly::new(&options)?;
        assembly.extras.icc_profile.clone_from(&meta.icc_profile);
        assembly.extras.xmp.clone_from(&meta.xmp);
        Ok(assembly)
    }
}

/// What an image says of itself. Its palette is of use to indices only.
fn said(meta: &Metadata, indices: bool) -> Said {
    let duration = match meta.tag("duration") {
        Some(&MetaValue::Uint(ms)) => u32::try_from(ms).ok(),
        _ => None,
    };
    let palette = meta.palette.as_ref().filter(|colours| indices && (1..=256).contains(&colours.len()));
    let palette = palette.map(|colours| colours.iter().map(|colour| colour.map(|v| v.to_be_bytes()[0])).collect());
    let comments = meta.text.iter().filter(|(key, _)| key == "comment").map(|(_, text)| text);
    Said { duration, palette, comments: comments.chain(&meta.description).cloned().collect() }
}

/// Samples last, and none of them if there is one. Bool becomes black and white elsewhere.
fn arranged<'a>(image: &WriteImage<'a>) -> Result<ArrayRef<'a>> {
    let mut pixels = image.pixels;
    if pixels.dtype() != DType::U8 {
        let message = format!("GIF holds uint8, got {}: convert the samples first", pixels.layout());
        return Err(FORMAT.invalid_argument(message));
    }
    let ndim = pixels.shape().len();
    if image.axes.is_some_and(|axes| axes.ends_with("SYX")) && ndim >= 3 {
        let order: Vec<_> = (0..ndim).filter(|&axis| axis + 3 != ndim).chain([ndim - 3]).collect();
        pixels = pixels.permute(&order)?;
    }
    let one_sample = image.axes.is_none_or(|axes| axes.ends_with('S')) && pixels.shape().last() == Some(&1);
    if one_sample && ndim >= 3 { pixels.index_axis(ndim - 1, 0) } else { Ok(pixels) }
}
