use std::sync::Arc;

use iio_codec::{Blame, Config, Fields, Layout, Result, key};
use iio_core::{Env, FormatInfo, ImageInfo, Level, Metadata, Pipeline, ReadPlan, Reader, Region, Selection, Source};
use iio_jpeg2k::{DecodeOptions, EncodeOptions, Info, Jpeg2k};

use crate::colour::{Space, n_channels, n_extra};
use crate::stream::Headers;
use crate::{FORMAT, metadata};

pub(crate) fn open(source: &Source, config: &Config, env: &Env) -> Result<Box<dyn Reader>> {
    let options = options(config)?;
    let headers = Headers::read(source, &env.limits)?;
    let reader = Jp2Reader { source: source.clone(), env: env.clone(), options, headers };
    for &len in reader.headers.header(&reader.options)?.layout.shape() {
        if len as u64 > env.limits.axis_len {
            return Err(FORMAT.limit("image", "axis_len", len as u64, env.limits.axis_len));
        }
    }
    Ok(Box::new(reader))
}

/// The options of the codec that go with a whole file: level and region come with each selection.
fn options(config: &Config) -> Result<DecodeOptions> {
    let mut options = DecodeOptions::default().with_threads(0usize);
    let mut fields = Fields::new(FORMAT.name, config);
    fields.bool("planar", &mut options.planar)?;
    fields.int("max_layers", 0..=u16::MAX, &mut options.max_layers)?;
    fields.int(key::THREADS, 0..=1024, &mut options.threads)?;
    fields.bool("to_rgb", &mut options.to_rgb)?;
    fields.bool("palette", &mut options.palette)?;
    fields.bool("allow_missing_end", &mut options.allow_missing_end)?;
    fields.finish()?;
    Ok(options)
}

struct Jp2Reader {
    source: Source,
    env: Env,
    options: DecodeOptions,
    headers: Headers,
}

impl Jp2Reader {
    fn only(&self, image: usize) -> Result<()> {
        if image == 0 {
            return Ok(());
        }
        Err(FORMAT.invalid_argument(format!("there is no image {image}, the file has 1")))
    }

    /// The layout of level `reduce`; `None` if nothing is left of the image there.
    fn level(&self, reduce: u8) -> Option<Layout> {
        self.headers.header(&self.options.clone().with_reduce(reduce)).ok().map(|header| header.layout)
    }

    /// Positions of height and width in the shape.
    const fn axes(&self, ndim: usize) -> (usize, usize) {
        if self.options.planar && ndim > 2 { (1, 2) } else { (0, 1) }
    }

    fn levels(&self, info: &Info<'_>) -> Vec<Level> {
        let size = &info.size;
        let [across, down] = size.n_tiles();
        let n_chunks = u64::from(across) * u64::from(down);
        let level = |reduce: u8| {
            let layout = self.level(reduce)?;
            let mut chunk = layout.shape().to_vec();
            let (y, x) = self.axes(layout.ndim());
            for (axis, tile, step) in [(x, size.tile[0], size.step[0]), (y, size.tile[1], size.step[1])] {
                let pixels = u64::from(tile).div_ceil(u64::from(step).max(1)).div_ceil(1 << reduce.min(63));
                if let (Some(slot), Ok(pixels)) = (chunk.get_mut(axis), usize::try_from(pixels)) {
                    *slot = pixels.min(*slot);
                }
            }
            Some(Level { layout, chunk, n_chunks })
        };
        (0..info.n_resolutions()).map_while(level).collect()
    }
}

impl Reader for Jp2Reader {
    fn format(&self) -> &'static FormatInfo {
        &FORMAT
    }

    fn n_images(&self) -> Result<usize> {
        Ok(1)
    }

    fn info(&self, image: usize) -> Result<ImageInfo> {
        self.only(image)?;
        let info = self.headers.info()?;
        let header = self.headers.header(&self.options)?;
        let axes = match (n_channels(&info, &self.options), self.options.planar) {
            (1, _) => "YX",
            (_, true) => "SYX",
            (_, false) => "YXS",
        };
        let kind = if info.high_throughput { "htj2k" } else { "jpeg2000" };
        let loss = if info.coding.reversible { "lossless" } else { "lossy" };
        let colour = Space::of(&info, &self.options).colour();
        let chunking = if info.size.n_tiles() == [1, 1] { "whole" } else { "tiles" };
        Ok(ImageInfo::whole(header.layout, axes, header.bits, colour, &format!("{kind} {loss}"))
            .with_extra_samples(n_extra(&info, &self.options))
            .with_chunking(chunking)
            .with_levels(self.levels(&info)))
    }

    fn metadata(&self, image: usize) -> Result<Metadata> {
        self.only(image)?;
        metadata::read(&self.source, &self.headers, &self.options, &self.env.limits)
    }

    fn plan(&self, selection: &Selection) -> Result<ReadPlan> {
        self.only(selection.image)?;
        let info = self.headers.info()?;
        let n_levels = self.levels(&info).len();
        let reduce = u8::try_from(selection.level).ok().filter(|_| selection.level < n_levels);
        let Some(reduce) = reduce else {
            let message = format!("there is no level {}, the image has {n_levels}", selection.level);
            return Err(FORMAT.invalid_argument(message));
        };
        let mut options = self.options.clone().with_reduce(reduce);
        let layout = self.headers.header(&options)?.layout;
        let (y, x) = self.axes(layout.ndim());
        let len = |axis: usize| layout.shape().get(axis).copied().unwrap_or(0);
        let region = selection.rectangle(&FORMAT, len(y), len(x))?;
        if selection.region.is_some() {
            options = options.with_region(full_region(&info, &region, reduce));
        }
        let layout = self.headers.header(&options)?.layout;
        let found = (layout.shape().get(y).copied(), layout.shape().get(x).copied());
        if found != (Some(region.y.len()), Some(region.x.len())) {
            return Err(FORMAT.internal(format!("region {region:?} of level {reduce} becomes {layout}")));
        }
        let codec = Jpeg2k::new(EncodeOptions::default(), options);
        let pipeline = Pipeline { array: Some(Arc::new(codec)), ..Pipeline::default() };
        Ok(ReadPlan::whole(FORMAT.name, layout, self.headers.range.clone(), pipeline))
    }
}

/// The pixels at full resolution that become exactly `region` when `reduce` resolutions are left out: left, top, right,
/// bottom. An edge `e` of the grid becomes `ceil(e / 2^reduce)` (B.5).
fn full_region(info: &Info<'_>, region: &Region, reduce: u8) -> [u32; 4] {
    let [width, height] = info.size.extent(0);
    let edges = |axis: usize, range: &core::ops::Range<usize>, len: u32| {
        let origin = u64::from(info.size.area[axis].div_ceil(u32::from(info.size.step[axis]).max(1)));
        let first = origin.div_ceil(1 << reduce);
        let full = |at: usize| {
            let edge = (first + at as u64) << reduce;
            u32::try_from(edge.saturating_sub(origin)).unwrap_or(u32::MAX).min(len)
        };
        // The first pixel of a level may begin in front of the image.
        [full(range.start), full(range.end)]
    };
    let ([left, right], [top, bottom]) = (edges(0, &region.x, width), edges(1, &region.y, height));
    [left, top, right, bottom]
}
