use std::collections::HashMap;
use std::io::IoSliceMut;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use iio_codec::{AlignedBytes, ArrayMut, Blame, Error, Grid, Layout, Pool, Result};

use crate::pipeline::{ChunkPart, PipelineWorker};
use crate::{Env, Pipeline, ProgressFn, Source};

struct Here;
impl Blame for Here {
    fn who(&self) -> &'static str {
        "plan"
    }
}

/// One chunk of a plan.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// Where its bytes stand; `None` if the file does not hold it, and it is the fill value throughout.
    pub range: Option<Range<u64>>,
    /// Index of its pipeline in [`ReadPlan::pipelines`].
    pub pipeline: usize,
    /// What decoding gives.
    pub layout: Layout,
    /// Per axis, how many samples of the decoded chunk come before the part that is wanted.
    pub skip: Vec<usize>,
    /// Its number in the file, for messages.
    pub number: u64,
}

/// Which byte ranges are needed, how each is decoded and where it lands. A pure value: making it reads nothing.
///
/// The destination is cut into a grid, in C order one cell per chunk. Along each axis the first cell has `first` samples,
/// the others `cell`, the last what is left.
#[derive(Clone, Debug)]
pub struct ReadPlan {
    /// Name of the format, for messages.
    pub who: &'static str,
    /// Place in the file, for messages: `page 3`.
    pub place: String,
    /// The layout of the result.
    pub layout: Layout,
    /// Lengths of the cells.
    pub cell: Vec<usize>,
    /// Lengths of the first cell along each axis.
    pub first: Vec<usize>,
    /// The pipelines that chunks refer to.
    pub pipelines: Vec<Arc<Pipeline>>,
    /// One chunk per cell of the grid, in C order.
    pub chunks: Vec<Chunk>,
    /// Bytes of one sample that stand where the file holds nothing.
    pub fill: Vec<u8>,
}

/// Jobs are groups of chunks that lie close together in the file: one read serves them. A group is not larger than this,
/// unless it is a single chunk.
const GROUP_BYTES: u64 = 256 << 10;

/// Chunks of up to this size, stored and decoded, are decoded in pairs, if their codec takes less time for that: larger ones do not stay in the
/// cache.
const PAIR_BYTES: usize = 4 << 20;

/// So many pairs there must be for each thread, or some would wait for the last ones.
const PAIRS: usize = 4;

/// Plain samples of this size and more are read on their own, straight to their place.
const SCATTER_BYTES: u64 = 32 << 10;

impl ReadPlan {
    /// A plan of one chunk that fills the whole result.
    #[must_use]
    pub fn whole(who: &'static str, layout: Layout, range: Range<u64>, pipeline: Pipeline) -> Self {
        let ndim = layout.ndim();
        let shape: Vec<_> = layout.shape().iter().map(|&len| len.max(1)).collect();
        let chunk = Chunk { range: Some(range), pipeline: 0, layout, skip: vec![0; ndim], number: 0 };
        Self {
            who,
            place: String::new(),
            layout,
            cell: shape.clone(),
            first: shape,
            pipelines: vec![Arc::new(pipeline)],
            chunks: if layout.is_empty() { Vec::new() } else { vec![chunk] },
            fill: Vec::new(),
        }
    }

    /// The part of a plan of one chunk within `region`, where the first two axes are rows and columns: the chunk is
    /// decoded whole, and only the part is kept.
    ///
    /// # Errors
    /// `InvalidArgument` if the plan has more chunks, or the region exceeds it.
    pub fn cropped(mut self, region: &crate::Region) -> Result<Self> {
        let [chunk] = self.chunks.as_mut_slice() else {
            return Err(Here.invalid_argument(format!("a plan of {} chunks is not cropped", self.chunks.len())));
        };
        let mut shape = self.layout.shape().to_vec();
        for (axis, range) in [&region.y, &region.x].into_iter().enumerate() {
            match (shape.get_mut(axis), chunk.skip.get_mut(axis)) {
                (Some(len), Some(skip)) if range.start < range.end && range.end <= *len => {
                    *len = range.len();
                    *skip += range.start;
                }
                _ => return Err(Here.invalid_argument(format!("region {region:?} exceeds {}", self.layout))),
            }
        }
        self.layout = Layout::new(self.layout.dtype(), &shape)?;
        self.cell.clone_from(&shape);
        self.first = shape;
        Ok(self)
    }

    /// Joins plans of equal layouts along a new first axis.
    ///
    /// # Errors
    /// `InvalidArgument` if there are none, or layouts or grids differ.
    pub fn stack(plans: Vec<Self>) -> Result<Self> {
        let n = plans.len();
        let mut plans = plans.into_iter();
        let mut all = plans.next().ok_or_else(|| Here.invalid_argument("nothing to stack"))?;
        let grow = |chunk: &mut Chunk| -> Result<()> {
            chunk.skip.insert(0, 0);
            chunk.layout = prepend(&chunk.layout, 1)?;
            Ok(())
        };
        all.chunks.iter_mut().try_for_each(grow)?;
        // By address: stacks have thousands of pages, each with pipelines of its own or those of another one.
        let mut known: HashMap<*const Pipeline, usize> =
            all.pipelines.iter().enumerate().map(|(place, pipeline)| (Arc::as_ptr(pipeline), place)).collect();
        for plan in plans {
            if (plan.layout, &plan.cell, &plan.first, &plan.fill) != (all.layout, &all.cell, &all.first, &all.fill) {
                let message = format!("images of {} and {} do not stack", all.layout, plan.layout);
                return Err(Here.invalid_argument(message));
            }
            // Images that share a pipeline share its workers: a thousand pages do not need a thousand of them.
            let place = |pipeline: Arc<Pipeline>| {
                *known.entry(Arc::as_ptr(&pipeline)).or_insert_with(|| {
                    all.pipelines.push(pipeline);
                    all.pipelines.len() - 1
                })
            };
            let places: Vec<usize> = plan.pipelines.into_iter().map(place).collect();
            for mut chunk in plan.chunks {
                grow(&mut chunk)?;
                let place = places.get(chunk.pipeline).copied();
                chunk.pipeline = place.ok_or_else(|| Here.internal(format!("no pipeline {}", chunk.pipeline)))?;
                all.chunks.push(chunk);
            }
        }
        all.layout = prepend(&all.layout, n)?;
        all.cell.insert(0, 1);
        all.first.insert(0, 1);
        all.place = String::new();
        Ok(all)
    }

    /// Bytes that the plan reads from the file.
    #[must_use]
    pub fn n_stored_bytes(&self) -> u64 {
        self.chunks.iter().filter_map(|chunk| chunk.range.as_ref()).map(|range| range.end - range.start).sum()
    }

    /// Reads into new memory.
    ///
    /// # Errors
    /// `Limit` if the result exceeds [`Env::total_output_bytes`], before anything is allocated; else as
    /// [`ReadPlan::run`].
    pub fn read(&self, source: &Source, env: &Env, on_progress: Option<ProgressFn<'_>>) -> Result<AlignedBytes> {
        env.gate_total(&self.blame(), self.layout.n_bytes() as u64)?;
        self.check_ranges(source)?;
        let mut bytes = AlignedBytes::zeroed(self.layout.n_bytes())?;
        self.run(source, ArrayMut::new(&mut bytes, self.layout)?, env, on_progress)?;
        Ok(bytes)
    }

    /// Fetches and decodes all chunks, in parallel on the executor, straight into `dst`.
    ///
    /// # Errors
    /// `InvalidArgument` if `dst` has another layout; those of the codecs, with place and offset in the file;
    /// `Truncated` if a range exceeds the file; `Io`, `Cancelled`.
    pub fn run(
        &self,
        source: &Source,
        dst: ArrayMut<'_>,
        env: &Env,
        on_progress: Option<ProgressFn<'_>>,
    ) -> Result<()> {
        if *dst.layout() != self.layout {
            let message = format!("destination is {}, the plan gives {}", dst.layout(), self.layout);
            return Err(Error::invalid_argument(self.who, message));
        }
        self.check_ranges(source)?;
        if self.layout.is_empty() {
            return Ok(());
        }
        let grid = dst.into_grid(&self.cell, &self.first)?;
        if grid.len() != self.chunks.len() {
            return Err(Here.internal(format!("{} cells for {} chunks", grid.len(), self.chunks.len())));
        }
        let pools: Vec<Pool<PipelineWorker>> = self.pipelines.iter().map(|_| Pool::new()).collect();
        let pairs = self.pairs(&pools, env.executor().width());
        let groups = self.groups(source, &pairs);
        let inputs = Pool::new();
        let done = AtomicU64::new(0);
        let job = Job {
            plan: self,
            source,
            env,
            grid: &grid,
            pools: &pools,
            pairs: &pairs,
            inner_parallel: groups.len() == 1,
        };
        env.executor().try_for_each(groups.len(), &|index| {
            let Some(group) = groups.get(index) else { return Ok(()) };
            let bytes = inputs.with(|| Ok(Vec::new()), |input| job.run(group, input))?;
            let before = done.fetch_add(bytes, Ordering::Relaxed);
            if let Some(report) = on_progress {
                report(before + bytes, self.layout.n_bytes() as u64);
            }
            Ok(())
        })
    }

    /// A broken offset is found before pixels are allocated and before other chunks are decoded in vain.
    fn check_ranges(&self, source: &Source) -> Result<()> {
        let len = source.len();
        let broken = self
            .chunks
            .iter()
            .find(|chunk| chunk.range.as_ref().is_some_and(|range| range.start > range.end || range.end > len));
        let Some(Chunk { range: Some(range), number, .. }) = broken else { return Ok(()) };
        let message = format!("chunk {number} at bytes {}..{} exceeds the file of {len} bytes", range.start, range.end);
        let error = self.blame().truncated(message).at(range.start);
        Err(if self.place.is_empty() { error } else { error.within(&self.place) })
    }

    /// True if chunk `index` is plain samples.
    fn is_raw(&self, index: usize) -> bool {
        let pipeline = self.chunks.get(index).and_then(|chunk| self.pipelines.get(chunk.pipeline));
        pipeline.is_some_and(|pipeline| pipeline.is_raw())
    }

    fn blame(&self) -> Named {
        Named(self.who)
    }

    /// Whether chunks of each pipeline are decoded in pairs.
    fn pairs(&self, pools: &[Pool<PipelineWorker>], width: usize) -> Vec<bool> {
        if self.chunks.len() < 2 || (width > 1 && self.chunks.len() / 2 / width < PAIRS) {
            return vec![false; pools.len()];
        }
        // A pipeline that has no worker says so when a chunk needs it.
        let says_so = |(pipeline, pool): (&Arc<Pipeline>, &Pool<PipelineWorker>)| {
            pool.with(|| pipeline.worker(), |worker| Ok(worker.pairs())).unwrap_or(false)
        };
        self.pipelines.iter().zip(pools).map(says_so).collect()
    }

    /// True if two chunks are decoded as a pair.
    fn is_pair(&self, chunk: &Chunk, other: &Chunk, pairs: &[bool]) -> bool {
        let stored = |range: &Range<u64>| range.end - range.start <= PAIR_BYTES as u64;
        let fits = |chunk: &Chunk| chunk.range.as_ref().is_some_and(stored) && chunk.layout.n_bytes() <= PAIR_BYTES;
        chunk.pipeline == other.pipeline && pairs.get(chunk.pipeline) == Some(&true) && fits(chunk) && fits(other)
    }

    /// Indices of chunks, grouped by neighbourhood in the file.
    fn groups(&self, source: &Source, pairs: &[bool]) -> Vec<Vec<usize>> {
        let start = |index: &usize| self.chunks.get(*index).and_then(|c| c.range.as_ref()).map(|r| r.start);
        let mut order: Vec<usize> = (0..self.chunks.len()).collect();
        order.sort_by_key(start);
        let mut groups: Vec<Vec<usize>> = Vec::new();
        let mut open: Option<Range<u64>> = None;
        for index in order {
            let range = self.chunks.get(index).and_then(|chunk| chunk.range.clone());
            let alone =
                range.as_ref().is_some_and(|range| range.end - range.start >= SCATTER_BYTES) && self.is_raw(index);
            let is_second = groups.last().is_some_and(|group| {
                let before = group.last().and_then(|&before| self.chunks.get(before));
                let chunk = self.chunks.get(index);
                group.len() % 2 == 1 && before.zip(chunk).is_some_and(|(a, b)| self.is_pair(a, b, pairs))
            });
            let joins = !alone
                && match (&open, &range) {
                    (Some(open), Some(range)) => {
                        let end = open.end.max(range.end);
                        range.start.saturating_sub(open.end) <= source.coalesce_gap()
                            && (end - open.start <= GROUP_BYTES || is_second)
                    }
                    _ => false,
                };
            match groups.last_mut() {
                Some(group) if joins => group.push(index),
                _ => groups.push(vec![index]),
            }
            open = match (open, range) {
                (Some(open), Some(range)) if joins => Some(open.start..open.end.max(range.end)),
                (_, range) => range,
            };
        }
        groups
    }
}

fn prepend(layout: &Layout, len: usize) -> Result<Layout> {
    let shape: Vec<_> = std::iter::once(len).chain(layout.shape().iter().copied()).collect();
    Layout::new(layout.dtype(), &shape)
}

struct Named(&'static str);
impl Blame for Named {
    fn who(&self) -> &'static str {
        self.0
    }
}

/// What all jobs of a run share.
struct Job<'a> {
    plan: &'a ReadPlan,
    source: &'a Source,
    env: &'a Env,
    grid: &'a Grid<'a>,
    pools: &'a [Pool<PipelineWorker>],
    /// Whether chunks of each pipeline are decoded in pairs.
    pairs: &'a [bool],
    /// A single job has the machine to itself.
    inner_parallel: bool,
}

impl Job<'_> {
    /// Reads and decodes the chunks of a group; returns the bytes of pixels that were written.
    fn run(&self, group: &[usize], input: &mut Vec<u8>) -> Result<u64> {
        let chunks: Vec<_> = group.iter().filter_map(|&i| Some((i, self.plan.chunks.get(i)?))).collect();
        let ranges = || chunks.iter().filter_map(|(_, chunk)| chunk.range.as_ref());
        let start = ranges().map(|range| range.start).min().unwrap_or(0);
        let end = ranges().map(|range| range.end).max().unwrap_or(0);
        if let [(index, chunk)] = chunks.as_slice()
            && self.plan.is_raw(*index)
        {
            let mut cell = self.cell(*index)?;
            let written = cell.layout().n_bytes() as u64;
            if !self.scatter(chunk, &mut cell)? {
                // What a file counts beyond the samples is not looked at.
                let end = end.min(start.saturating_add(chunk.layout.n_bytes() as u64));
                let stored = self.stored(start..end, input)?;
                self.decode(chunk, stored, start, cell).map_err(|error| self.locate(error, chunk))?;
            }
            return Ok(written);
        }
        let stored = self.stored(start..end, input)?;
        let mut written = 0;
        let mut chunks = chunks.into_iter().peekable();
        while let Some((index, chunk)) = chunks.next() {
            let cell = self.cell(index)?;
            written += cell.layout().n_bytes() as u64;
            let second = chunks.next_if(|(_, next)| self.plan.is_pair(chunk, next, self.pairs));
            if let Some((next, other)) = second {
                let other_cell = self.cell(next)?;
                written += other_cell.layout().n_bytes() as u64;
                self.decode_pair([(chunk, cell), (other, other_cell)], stored, start)?;
            } else {
                self.decode(chunk, stored, start, cell).map_err(|error| self.locate(error, chunk))?;
            }
        }
        Ok(written)
    }

    /// The bytes of the file in `range`; those that are not in memory are read into `input`.
    fn stored<'a>(&'a self, range: Range<u64>, input: &'a mut Vec<u8>) -> Result<&'a [u8]> {
        if let Some(bytes) = self.source.in_memory(&range) {
            return Ok(bytes);
        }
        let len = usize::try_from(range.end - range.start).map_err(|_| Here.out_of_memory(usize::MAX))?;
        if input.capacity() < len {
            *input = iio_codec::zeroed_vec(len)?;
        }
        input.resize(len, 0);
        self.source.read_into(range.start, input)?;
        Ok(input)
    }

    fn cell(&self, index: usize) -> Result<ArrayMut<'_>> {
        self.grid.take(index).ok_or_else(|| Here.internal(format!("cell {index} is taken")))
    }

    fn locate(&self, error: Error, chunk: &Chunk) -> Error {
        let base = chunk.range.as_ref().map_or(0, |range| range.start);
        let error = if error.offset().is_some() { error.shifted(base) } else { error.at(base) };
        if self.plan.place.is_empty() && self.plan.chunks.len() == 1 {
            return error;
        }
        let error = error.within(format_args!("chunk {}", chunk.number));
        if self.plan.place.is_empty() { error } else { error.within(&self.plan.place) }
    }

    fn decode(&self, chunk: &Chunk, stored: &[u8], start: u64, mut cell: ArrayMut<'_>) -> Result<()> {
        if chunk.range.is_none() {
            return fill(&mut cell, &self.plan.fill);
        }
        let (pipeline, pool) = self.pipeline(chunk)?;
        let mut part = part_of(chunk, stored, start, cell)?;
        let cx = if self.inner_parallel { self.env.whole_context() } else { self.env.chunk_context() };
        cx.check_cancel(&Named(self.plan.who))?;
        if pipeline.is_raw()
            && let Some(samples) = part.src.get(..chunk.layout.n_bytes())
        {
            let view = iio_codec::ArrayRef::new(samples, chunk.layout)?;
            let ranges: Vec<_> =
                chunk.skip.iter().zip(part.dst.shape()).map(|(&skip, &len)| skip..skip.saturating_add(len)).collect();
            return part.dst.copy_last(view.window(&ranges)?);
        }
        pool.with(|| pipeline.worker(), |worker| worker.decode(part, &cx))
    }

    fn decode_pair(&self, pair: [(&Chunk, ArrayMut<'_>); 2], stored: &[u8], start: u64) -> Result<()> {
        let [(chunk, cell), (other, other_cell)] = pair;
        let (pipeline, pool) = self.pipeline(chunk)?;
        let parts = [part_of(chunk, stored, start, cell)?, part_of(other, stored, start, other_cell)?];
        let cx = self.env.chunk_context();
        cx.check_cancel(&Named(self.plan.who))?;
        let place = |(index, error)| self.locate(error, if index == 0 { chunk } else { other });
        pool.with(|| pipeline.worker(), |worker| worker.decode_pair(parts, &cx).map_err(place))
    }

    fn pipeline(&self, chunk: &Chunk) -> Result<(&Pipeline, &Pool<PipelineWorker>)> {
        match (self.plan.pipelines.get(chunk.pipeline), self.pools.get(chunk.pipeline)) {
            (Some(pipeline), Some(pool)) => Ok((pipeline, pool)),
            _ => Err(Here.internal(format!("no pipeline {}", chunk.pipeline))),
        }
    }

    /// Reads a chunk of plain samples from the file straight into the rows of the result; false if it does not land there
    /// as a whole, or comes by the way of the cache in less time.
    fn scatter(&self, chunk: &Chunk, cell: &mut ArrayMut<'_>) -> Result<bool> {
        /// Rows of this length the system copies as fast as any.
        const LONG_ROW: usize = 4 << 10;
        /// A chunk of shorter rows is read to the cache, and from there written past it, unless it is larger than this.
        const CACHED: usize = 1 << 20;
        /// Below this length of a row the bookkeeping costs more than any copy.
        const LEAST_ROW: usize = 256;
        let Some(range) = chunk.range.as_ref().filter(|_| self.source.as_slice().is_none()) else {
            return Ok(false);
        };
        let n_bytes = chunk.layout.n_bytes();
        let is_whole = cell.layout().n_samples() == chunk.layout.n_samples();
        if !is_whole || range.end - range.start < n_bytes as u64 {
            return Ok(false);
        }
        let run = cell.run_len();
        if let Some(whole) = cell.contiguous() {
            self.source.read_into(range.start, whole)?;
        } else if (run >= LONG_ROW || run >= LEAST_ROW && n_bytes > CACHED)
            && let Some(rows) = cell.rows_mut(run)
        {
            let mut rows: Vec<_> = rows.map(IoSliceMut::new).collect();
            self.source.read_vectored(range.start, &mut rows)?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }
}

/// A chunk that the file holds, `stored` being its bytes from `start` on.
fn part_of<'a>(chunk: &'a Chunk, stored: &'a [u8], start: u64, dst: ArrayMut<'a>) -> Result<ChunkPart<'a>> {
    let place = |at: u64| usize::try_from(at.checked_sub(start)?).ok();
    let range = chunk.range.as_ref().and_then(|range| Some(place(range.start)?..place(range.end)?.min(stored.len())));
    let src = range.and_then(|range| stored.get(range)).ok_or_else(|| Here.internal("chunk outside of its group"))?;
    Ok(ChunkPart { src, chunk: &chunk.layout, skip: &chunk.skip, dst })
}

/// Fills an array with copies of one sample; zeros if none is given.
fn fill(dst: &mut ArrayMut<'_>, sample: &[u8]) -> Result<()> {
    let run = dst.run_len();
    let size = dst.dtype().size();
    let rows = dst.rows_mut(run).ok_or_else(|| Here.internal("rows of run length have gaps"))?;
    for row in rows {
        if sample.len() == size {
            row.chunks_exact_mut(size).for_each(|to| to.copy_from_slice(sample));
        } else {
            row.fill(0);
        }
    }
    Ok(())
}
