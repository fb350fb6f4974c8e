use std::sync::Arc;

use iio_codec::{Blame, Config, DType, Fields, Layout, Result};
use iio_core::{Colour, Env, FormatInfo, ImageInfo, Metadata, Pipeline, ReadPlan, Reader, Selection, Source};
use iio_webp::{DecodeOptions, EncodeOptions, Frame, Info, Webp, scan};

use crate::frame::Animation;
use crate::{FORMAT, metadata};

pub(crate) fn open(source: &Source, config: &Config, env: &Env) -> Result<Box<dyn Reader>> {
    let mut fields = Fields::new(FORMAT.name, config);
    let mut options = DecodeOptions::read(&mut fields)?;
    fields.finish()?;
    if options.index.is_some() {
        return Err(FORMAT.invalid_argument("index is an option of the codec; images of a file are selected"));
    }
    if config.value("threads").is_none() && config.value("numthreads").is_none() {
        options.threads = 0;
    }
    let mut frames: Vec<Frame> = Vec::new();
    let info = scan(source.len(), &mut |offset, to| source.read_into(offset, to), &mut |frame| {
        frames.try_reserve(1).map_err(|error| FORMAT.out_of_memory(size_of::<Frame>()).with_source(error))?;
        frames.push(frame);
        Ok(())
    })?;
    for len in [info.width, info.height] {
        if u64::from(len) > env.limits.axis_len {
            return Err(FORMAT.limit("image", "axis_len", len.into(), env.limits.axis_len));
        }
    }
    let samples = if options.has_alpha.unwrap_or(info.alpha) { 4 } else { 3 };
    let layout = Layout::from_u64(DType::U8, &[info.height.into(), info.width.into(), samples])?;
    let frames: Arc<[Frame]> = frames.into();
    let codec: Arc<dyn iio_codec::ArrayCodec> = if info.animation.is_some() {
        let size = [info.width, info.height];
        Arc::new(Animation { frames: frames.clone(), layout, size, threads: options.threads })
    } else {
        Arc::new(Webp::new(EncodeOptions::default(), options))
    };
    let pipeline = Arc::new(Pipeline { array: Some(codec), ..Pipeline::default() });
    Ok(Box::new(WebpReader { source: source.clone(), env: env.clone(), info, frames, layout, pipeline }))
}

struct WebpReader {
    source: Source,
    env: Env,
    info: Info,
    frames: Arc<[Frame]>,
    /// Of each image.
    layout: Layout,
    pipeline: Arc<Pipeline>,
}

impl WebpReader {
    fn frame(&self, image: usize) -> Result<&Frame> {
        self.frames.get(image).ok_or_else(|| {
            FORMAT.invalid_argument(format!("there is no image {image}, the file has {}", self.frames.len()))
        })
    }
}

impl Reader for WebpReader {
    fn format(&self) -> &'static FormatInfo {
        &FORMAT
    }

    fn n_images(&self) -> Result<usize> {
        Ok(self.frames.len())
    }

    fn default_images(&self) -> Result<core::ops::Range<usize>> {
        Ok(0..self.frames.len())
    }

    fn info(&self, image: usize) -> Result<ImageInfo> {
        let compression = if self.frame(image)?.lossless { "webp lossless" } else { "webp lossy" };
        let extra = self.layout.shape().last().copied().unwrap_or(3) - 3;
        Ok(ImageInfo::whole(self.layout, "YXS", 8, Colour::Rgb, compression).with_extra_samples(extra))
    }

    fn metadata(&self, image: usize) -> Result<Metadata> {
        metadata::read(&self.source, &self.info, self.frame(image)?, &self.env.limits)
    }

    fn plan(&self, selection: &Selection) -> Result<ReadPlan> {
        let frame = self.frame(selection.image)?;
        if selection.level != 0 {
            let message = format!("there is no level {}, the image has 1", selection.level);
            return Err(FORMAT.invalid_argument(message));
        }
        let end = if self.info.animation.is_some() { frame.range.end } else { self.info.len };
        let mut plan = ReadPlan::whole(FORMAT.name, self.layout, 0..end, Pipeline::default());
        plan.pipelines = vec![self.pipeline.clone()];
        if self.frames.len() > 1 {
            plan.place = format!("frame {}", selection.image);
        }
        let &[height, width, _] = self.layout.shape() else { return Err(FORMAT.internal("an image has three axes")) };
        match &selection.region {
            None => Ok(plan),
            Some(_) => plan.cropped(&selection.rectangle(&FORMAT, height, width)?),
        }
    }
}
