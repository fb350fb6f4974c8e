use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use iio_codec::{Blame, Config, ErrorKind, Result, Tier};
use iio_core::{Env, FormatInfo, ImageInfo, Metadata, Modes, Pipeline, ReadPlan, Reader, Selection, Source};

use crate::chain::{Chain, Place};
use crate::fetch::Bytes;
use crate::ifd::usize_of;
use crate::page::{Coding, Page};
use crate::pipeline::pipeline;
use crate::plan::{Planner, is_plain};
use crate::{OpenOptions, header, metadata};

/// The format: TIFF and BigTIFF.
pub static FORMAT: FormatInfo = FormatInfo {
    name: "tiff",
    title: "TIFF and BigTIFF",
    extensions: &[
        "tif", "tiff", "btf", "tf8", "ptif", "ptiff", "svs", "scn", "ndpi", "stk", "lsm", "gtiff", "dng", "nef",
    ],
    writes: &["tif", "tiff", "btf", "tf8", "gtiff"],
    modes: Modes::Multi,
    tier: Tier::Safe,
    sniff: header::sniff,
    open: Some(open_with),
    create: Some(crate::write::create),
};

fn open_with(source: &Source, config: &Config, env: &Env) -> Result<Box<dyn Reader>> {
    open(source, &OpenOptions::from_config(config)?, env)
}

/// Opens a file: reads its header.
///
/// # Errors
/// `Malformed` or `Truncated` if it has no header of TIFF; `Unsupported` for offsets of other than 4 or 8 bytes; `Io`.
pub fn open(source: &Source, options: &OpenOptions, env: &Env) -> Result<Box<dyn Reader>> {
    let mut bytes = Bytes::new(source);
    let chain = Chain::open(&mut bytes, env.limits, options.clone())?;
    let state = Mutex::new(State { bytes, chain, pipeline: None });
    Ok(Box::new(TiffReader { source: source.clone(), env: env.clone(), state }))
}

struct TiffReader {
    source: Source,
    env: Env,
    state: Mutex<State>,
}

struct State {
    bytes: Bytes,
    chain: Chain,
    /// The last pipeline: pages of a stack share one.
    pipeline: Option<(Coding, Arc<Pipeline>)>,
}

impl State {
    /// The page of an image at full resolution.
    fn page(&mut self, image: usize) -> Result<(Place, Page)> {
        let place = self.chain.image(&mut self.bytes, image)?.place;
        Ok((place, self.chain.page(&mut self.bytes, place)?))
    }

    /// The pages of an image, full resolution first.
    fn levels(&mut self, image: usize) -> Result<Vec<(Place, Page)>> {
        let (place, full) = self.page(image)?;
        let candidates = self.chain.candidates(&mut self.bytes, image, &full)?;
        let parsed = candidates.into_iter().filter_map(|place| {
            // What cannot be read is no level.
            let page = self.chain.page(&mut self.bytes, place).ok()?;
            page.is_level_of(&full).then_some((place, page))
        });
        let mut levels: Vec<_> = parsed.collect();
        levels.sort_by_key(|(_, page)| core::cmp::Reverse((page.width, page.height)));
        levels.dedup_by_key(|(_, page)| (page.width, page.height));
        levels.insert(0, (place, full));
        Ok(levels)
    }

    fn pipeline(&mut self, coding: &Coding, env: &Env) -> Result<Arc<Pipeline>> {
        match &self.pipeline {
            Some((known, pipeline)) if known == coding => Ok(pipeline.clone()),
            _ => {
                let made = Arc::new(pipeline(coding, &env.registry)?);
                self.pipeline = Some((coding.clone(), made.clone()));
                Ok(made)
            }
        }
    }
}

impl TiffReader {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader for TiffReader {
    fn format(&self) -> &'static FormatInfo {
        &FORMAT
    }

    fn n_images(&self) -> Result<usize> {
        let state = &mut *self.state();
        state.chain.n_images(&mut state.bytes)
    }

    /// The first images that are alike in layout, meaning and coding. An image that cannot be read at all is an error,
    /// not an end of the stack.
    fn default_images(&self) -> Result<Range<usize>> {
        let state = &mut *self.state();
        let n = state.chain.n_images(&mut state.bytes)?;
        let (_, first) = state.page(0)?;
        for image in 1..n {
            match state.page(image) {
                Ok((_, page)) if page.stacks_on(&first) => {}
                Ok(_) => return Ok(0..image),
                Err(error) if error.kind() == ErrorKind::Unsupported => return Ok(0..image),
                Err(error) => return Err(error),
            }
        }
        Ok(0..n)
    }

    fn info(&self, image: usize) -> Result<ImageInfo> {
        let pages = self.state().levels(image)?;
        let levels = pages.iter().map(|(_, page)| page.level()).collect::<Result<_>>()?;
        let Some((_, page)) = pages.first() else { return Err(FORMAT.internal("image without a page")) };
        let (axes, bits) = (page.axes(), page.coding.bits);
        let info = ImageInfo::whole(page.layout()?, axes, bits, page.colour(), &page.compression())
            .with_extra_samples(page.extra_samples)
            .with_chunking(if page.tiled { "tiles" } else { "strips" })
            .with_levels(levels);
        Ok(info)
    }

    fn metadata(&self, image: usize) -> Result<Metadata> {
        let state = &mut *self.state();
        let place = state.chain.image(&mut state.bytes, image)?.place;
        metadata::of_image(&mut state.bytes, state.chain.header(), place.at, &self.env.limits)
            .map_err(|error| error.within(place))
    }

    fn file_metadata(&self) -> Result<Metadata> {
        let state = &mut *self.state();
        let place = state.chain.image(&mut state.bytes, 0)?.place;
        metadata::of_file(&mut state.bytes, state.chain.header(), place.at, &self.env.limits)
    }

    fn plan(&self, selection: &Selection) -> Result<ReadPlan> {
        let state = &mut *self.state();
        let (place, page) = if selection.level == 0 {
            state.page(selection.image)?
        } else {
            let mut levels = state.levels(selection.image)?;
            let n = levels.len();
            if selection.level >= n {
                let message = format!("there is no level {}, image {} has {n}", selection.level, selection.image);
                return Err(FORMAT.invalid_argument(message));
            }
            levels.swap_remove(selection.level)
        };
        let region = selection.rectangle(&FORMAT, usize_of(page.height)?, usize_of(page.width)?)?;
        let pipeline = state.pipeline(&page.coding, &self.env).map_err(|error| error.within(place))?;
        let planner = Planner { page: &page, region: &region, len: self.source.len(), plain: is_plain(&page) };
        /// Offset arrays up to this size go through the shared fetcher: they stand beside their IFD.
        const SMALL: u64 = 4096;
        let plan = if page.n_chunks() <= SMALL {
            planner.plan(&mut state.bytes, pipeline, place.to_string())
        } else {
            planner.plan(&mut Bytes::new(&self.source), pipeline, place.to_string())
        };
        plan.map_err(|error| error.within(place))
    }
}
