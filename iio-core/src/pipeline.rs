use std::sync::Arc;

use iio_codec::{
    ArrayCodec, ArrayDecoder, ArrayMut, ArrayRef, Blame, BytesCodec, BytesDecoder, Context, DType, Error, ErrorKind,
    Filter, FilterCodec, Header, Layout, Result,
};

struct Here;
impl Blame for Here {
    fn who(&self) -> &'static str {
        "pipeline"
    }
}

/// How the bytes of a chunk become samples: the stages in the order of decoding. Shared by all chunks of an image.
#[derive(Clone, Debug, Default)]
pub struct Pipeline {
    /// Undoes the bit order of the stored bytes. It sees `[bytes]` of `uint8`.
    pub bit_order: Option<Arc<dyn FilterCodec>>,
    /// Decompresses, first stage first.
    pub bytes: Vec<Arc<dyn BytesCodec>>,
    /// Turns the bytes into samples; `None` if they are samples already.
    pub array: Option<Arc<dyn ArrayCodec>>,
    /// True if samples stand in the other byte order. Only without an array stage.
    pub swap: bool,
    /// Undoes predictors, first stage first.
    pub filters: Vec<Arc<dyn FilterCodec>>,
}

impl Pipeline {
    /// True if chunks are samples in the order of this machine, that only need to be put in their place.
    #[must_use]
    pub fn is_raw(&self) -> bool {
        self.bit_order.is_none()
            && self.bytes.is_empty()
            && self.array.is_none()
            && !self.swap
            && self.filters.is_empty()
    }

    /// Makes the workers of all stages.
    ///
    /// # Errors
    /// Those of the codecs.
    pub fn worker(&self) -> Result<PipelineWorker> {
        Ok(PipelineWorker {
            bit_order: self.bit_order.as_ref().map(|codec| codec.decoder()).transpose()?,
            bytes: self.bytes.iter().map(|codec| codec.decoder()).collect::<Result<_>>()?,
            array: self.array.as_ref().map(|codec| codec.decoder()).transpose()?,
            swap: self.swap,
            filters: self.filters.iter().map(|codec| codec.decoder()).collect::<Result<_>>()?,
            scratch: Default::default(),
            samples: Default::default(),
        })
    }
}

/// The workers of a [`Pipeline`] and their scratch. One per thread, for all chunks.
pub struct PipelineWorker {
    bit_order: Option<Box<dyn Filter>>,
    bytes: Vec<Box<dyn BytesDecoder>>,
    array: Option<Box<dyn ArrayDecoder>>,
    swap: bool,
    filters: Vec<Box<dyn Filter>>,
    /// Two buffers that stages write in turn.
    scratch: [Vec<u8>; 2],
    /// Decoded chunks that land only in part, or with gaps. The second one is for pairs.
    samples: [Vec<u8>; 2],
}

/// A chunk to decode.
#[derive(Debug)]
pub struct ChunkPart<'a> {
    /// Its stored bytes.
    pub src: &'a [u8],
    /// What decoding gives.
    pub chunk: &'a Layout,
    /// Per axis, how many samples come before the part that is wanted.
    pub skip: &'a [usize],
    /// Where that lands.
    pub dst: ArrayMut<'a>,
}

impl ChunkPart<'_> {
    /// True if the decoder can write into the destination itself, as that is the chunk and has no gaps.
    fn is_direct(&mut self) -> bool {
        self.dst.layout() == self.chunk && self.dst.contiguous().is_some()
    }

    fn gate(&self, cx: &Context<'_>) -> Result<()> {
        cx.gate_output(&Here, self.chunk.n_bytes() as u64, self.src.len(), None)
    }

    /// Where the decoder writes: into the destination itself, or into scratch, which stays in the cache while the later
    /// stages run over it.
    fn output<'a>(&'a mut self, scratch: &'a mut Vec<u8>, cx: &Context<'_>) -> Result<&'a mut [u8]> {
        if self.is_direct() {
            return self.dst.contiguous().ok_or_else(|| Here.internal("gaps"));
        }
        resize(scratch, self.chunk.n_bytes(), cx)?;
        Ok(scratch)
    }
}

impl PipelineWorker {
    /// Decodes a chunk. All that is wanted of it is written if the call succeeds.
    ///
    /// Excess bytes behind the samples are ignored: writers pad strips.
    ///
    /// # Errors
    /// Those of the codecs; `Truncated` if the chunk gives too few bytes; `Limit`, `OutOfMemory`.
    pub fn decode(&mut self, mut part: ChunkPart<'_>, cx: &Context<'_>) -> Result<()> {
        part.gate(cx)?;
        if self.array.is_some() {
            let mut stage = Vec::new();
            let mut src = part.src;
            if self.bit_order.is_some() || !self.bytes.is_empty() {
                stage = self.unpack_all(src, cx)?;
                src = &stage;
            }
            let result = self.decode_chunk(src, part.chunk, part.skip, part.dst, cx);
            self.scratch[0] = stage;
            return result;
        }
        let mut samples = std::mem::take(&mut self.samples[0]);
        let dtype = part.chunk.dtype();
        let swapped = self.decode_bytes(part.src, part.output(&mut samples, cx)?, dtype, cx)?;
        self.put(part, &mut samples, swapped, cx)?;
        self.samples[0] = samples;
        Ok(())
    }

    /// True if [`PipelineWorker::decode_pair`] takes less time than [`PipelineWorker::decode`] for each.
    #[must_use]
    pub fn pairs(&self) -> bool {
        self.array.is_none()
            && self.bit_order.is_none()
            && matches!(self.bytes.as_slice(), [decoder] if decoder.pairs())
    }

    /// Decodes two chunks as [`PipelineWorker::decode`] does, if [`PipelineWorker::pairs`] says so. Where the limit of
    /// working memory has room for one only, they are decoded one after the other.
    ///
    /// # Errors
    /// Those of the first chunk that fails, with its index.
    pub fn decode_pair(&mut self, mut pair: [ChunkPart<'_>; 2], cx: &Context<'_>) -> Result<(), (usize, Error)> {
        let n_bytes: usize = pair.iter().map(|part| part.chunk.n_bytes()).sum();
        if cx.gate_working(&Here, n_bytes as u64).is_err() {
            let decode = |(index, part)| self.decode(part, cx).map_err(|error| (index, error));
            return pair.into_iter().enumerate().try_for_each(decode);
        }
        let mut samples = std::mem::take(&mut self.samples);
        self.decode_both(&mut pair, &mut samples, cx)?;
        for (index, (part, samples)) in pair.into_iter().zip(&mut samples).enumerate() {
            self.put(part, samples, false, cx).map_err(|error| (index, error))?;
        }
        self.samples = samples;
        Ok(())
    }

    /// Runs the byte stage for two chunks.
    fn decode_both(
        &mut self,
        [part, other]: &mut [ChunkPart<'_>; 2],
        [samples, other_samples]: &mut [Vec<u8>; 2],
        cx: &Context<'_>,
    ) -> Result<(), (usize, Error)> {
        let [decoder] = self.bytes.as_mut_slice() else { return Err((0, Here.internal("not one byte stage"))) };
        part.gate(cx).map_err(|error| (0, error))?;
        other.gate(cx).map_err(|error| (1, error))?;
        let first = (part.src, part.output(samples, cx).map_err(|error| (0, error))?);
        let second = (other.src, other.output(other_samples, cx).map_err(|error| (1, error))?);
        let lens = [first.1.len(), second.1.len()];
        for (index, (progress, len)) in decoder.decode_pair([first, second], cx).into_iter().zip(lens).enumerate() {
            let written = progress.map_err(|error| (index, error))?.written;
            if written < len {
                return Err((index, short(written, len)));
            }
        }
        Ok(())
    }

    /// Undoes what is left of a chunk whose bytes are in its destination, or in `samples`.
    fn put(&mut self, mut part: ChunkPart<'_>, samples: &mut [u8], swapped: bool, cx: &Context<'_>) -> Result<()> {
        if part.is_direct() {
            self.finish(part.dst, swapped, cx)
        } else {
            self.store(samples, part.chunk, part.skip, part.dst, swapped, cx)
        }
    }

    /// Undoes byte order and predictors of a chunk in scratch and puts what is wanted of it into `dst`. If that is all of
    /// it, the last predictor does so itself: samples pass once through the cache.
    fn store(
        &mut self,
        samples: &mut [u8],
        chunk: &Layout,
        skip: &[usize],
        mut dst: ArrayMut<'_>,
        swapped: bool,
        cx: &Context<'_>,
    ) -> Result<()> {
        let mut array = ArrayMut::new(samples, *chunk)?;
        if dst.layout() == chunk
            && let Some((last, first)) = self.filters.split_last_mut()
        {
            undo(self.swap && !swapped, first, array.reborrow(), cx)?;
            return last.run_into(array.as_ref(), dst, cx);
        }
        self.finish(array, swapped, cx)?;
        dst.copy_last(part(samples, chunk, skip, dst.layout())?)
    }

    /// Decodes a chunk by the array stage, into the destination itself if the chunk is that, else by way of scratch.
    fn decode_chunk(
        &mut self,
        src: &[u8],
        chunk: &Layout,
        skip: &[usize],
        mut dst: ArrayMut<'_>,
        cx: &Context<'_>,
    ) -> Result<()> {
        let Some(array) = &self.array else { return Err(Here.internal("no array stage")) };
        let header = array.header(src)?;
        let declared = header.and_then(|header| larger(&header.layout, chunk, skip, dst.layout()));
        if declared.is_none() && dst.layout() == chunk {
            return self.decode_array(src, header, dst, cx);
        }
        let layout = declared.unwrap_or(*chunk);
        cx.gate_output(&Here, layout.n_bytes() as u64, src.len(), None)?;
        let mut samples = std::mem::take(&mut self.samples[0]);
        resize(&mut samples, layout.n_bytes(), cx)?;
        let done = self
            .decode_array(src, header, ArrayMut::new(&mut samples, layout)?, cx)
            .and_then(|()| dst.copy_last(part(&samples, &layout, skip, dst.layout())?));
        self.samples[0] = samples;
        done
    }

    fn decode_array(
        &mut self,
        src: &[u8],
        header: Option<Header>,
        mut dst: ArrayMut<'_>,
        cx: &Context<'_>,
    ) -> Result<()> {
        let Some(array) = &mut self.array else { return Err(Here.internal("no array stage")) };
        if let Some(header) = header {
            // Planes, and images of a stack, have leading axes of length 1 that the stream does not know.
            while dst.layout().ndim() > header.layout.ndim() && dst.shape().first() == Some(&1) {
                dst = dst.index_axis(0, 0)?;
            }
            if header.layout != *dst.layout() {
                let message = format!("chunk declares {}, {} was expected", header.layout, dst.layout());
                return Err(Error::new(array.info().name, ErrorKind::Malformed, message));
            }
        }
        array.decode_into(src, dst.reborrow(), cx)?;
        self.finish(dst, false, cx)
    }

    /// Undoes byte order and predictors in place.
    fn finish(&mut self, dst: ArrayMut<'_>, swapped: bool, cx: &Context<'_>) -> Result<()> {
        undo(self.swap && !swapped, &mut self.filters, dst, cx)
    }

    /// Runs all byte stages; the last one fills `dst`. True if samples were put in the order of the machine on the way,
    /// which costs nothing where they are only copied.
    fn decode_bytes(&mut self, src: &[u8], dst: &mut [u8], dtype: DType, cx: &Context<'_>) -> Result<bool> {
        let mut reversed = std::mem::take(&mut self.scratch[0]);
        let mut src = src;
        if let Some(filter) = &mut self.bit_order {
            reverse(filter.as_mut(), src, &mut reversed, cx)?;
            src = &reversed;
        }
        let result = match self.bytes.split_last_mut() {
            None => match src.get(..dst.len()) {
                Some(samples) if self.swap => {
                    copy_swapped(samples, dst, dtype.swap_size());
                    Ok(true)
                }
                Some(samples) => {
                    dst.copy_from_slice(samples);
                    Ok(false)
                }
                None => Err(short(src.len(), dst.len())),
            },
            Some((last, first)) => run_stages(first, src, cx).and_then(|stage| {
                let src = stage.as_deref().unwrap_or(src);
                let progress = last.decode_into(src, dst, cx)?;
                if progress.written < dst.len() {
                    return Err(short(progress.written, dst.len()));
                }
                Ok(false)
            }),
        };
        self.scratch[0] = reversed;
        result
    }

    /// Runs all byte stages into memory of unknown size.
    fn unpack_all(&mut self, src: &[u8], cx: &Context<'_>) -> Result<Vec<u8>> {
        let mut reversed = std::mem::take(&mut self.scratch[0]);
        if let Some(filter) = &mut self.bit_order {
            reverse(filter.as_mut(), src, &mut reversed, cx)?;
            if self.bytes.is_empty() {
                return Ok(reversed);
            }
            return run_stages(&mut self.bytes, &reversed, cx).map(Option::unwrap_or_default);
        }
        run_stages(&mut self.bytes, src, cx).map(Option::unwrap_or_default)
    }
}

/// Undoes byte order, if `swap` says so, and filters in place.
fn undo(swap: bool, filters: &mut [Box<dyn Filter>], mut array: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
    if swap {
        swap_bytes(&mut array)?;
    }
    filters.iter_mut().try_for_each(|filter| filter.run(array.reborrow(), cx))
}

/// What a stream declares, if it is not `chunk` but holds all that is wanted of it. Streams that know their own shape may
/// have more rows than the last strip has, or fewer than the tiles at the edge of the image.
fn larger(declared: &Layout, chunk: &Layout, skip: &[usize], wanted: &Layout) -> Option<Layout> {
    let lead = chunk.ndim().checked_sub(declared.ndim())?;
    let (leading, axes) = chunk.shape().split_at_checked(lead)?;
    if declared.dtype() != chunk.dtype() || leading.iter().any(|&len| len != 1) || declared.shape() == axes {
        return None;
    }
    // Samples of a pixel are never left out.
    if axes.get(2..) != declared.shape().get(2..) {
        return None;
    }
    let shape: Vec<usize> = leading.iter().chain(declared.shape()).copied().collect();
    let covers =
        shape.iter().zip(skip).zip(wanted.shape()).all(|((have, skip), want)| *have >= skip.saturating_add(*want));
    if covers { Layout::new(declared.dtype(), &shape).ok() } else { None }
}

fn run_stages(stages: &mut [Box<dyn BytesDecoder>], src: &[u8], cx: &Context<'_>) -> Result<Option<Vec<u8>>> {
    let mut stage: Option<Vec<u8>> = None;
    for worker in stages {
        stage = Some(worker.decode(stage.as_deref().unwrap_or(src), cx)?);
    }
    Ok(stage)
}

fn reverse(filter: &mut dyn Filter, src: &[u8], to: &mut Vec<u8>, cx: &Context<'_>) -> Result<()> {
    to.clear();
    to.try_reserve(src.len()).map_err(|_| Here.out_of_memory(src.len()))?;
    to.extend_from_slice(src);
    let layout = Layout::new(DType::U8, &[src.len()])?;
    filter.run(ArrayMut::new(to, layout)?, cx)
}

#[cold]
fn short(have: usize, expected: usize) -> Error {
    Here.truncated(format!("chunk gives {have} bytes, {expected} were expected"))
}

/// Makes `buffer` exactly `len` bytes long; what it holds is overwritten by the stages that follow.
fn resize(buffer: &mut Vec<u8>, len: usize, cx: &Context<'_>) -> Result<()> {
    cx.gate_working(&Here, len as u64)?;
    if buffer.capacity() < len {
        *buffer = iio_codec::zeroed_vec(len)?;
    }
    buffer.resize(len, 0);
    Ok(())
}

/// The part of a chunk that begins at `skip` and has the shape of `to`.
fn part<'a>(samples: &'a [u8], chunk: &Layout, skip: &[usize], to: &Layout) -> Result<ArrayRef<'a>> {
    let ranges: Vec<_> = skip.iter().zip(to.shape()).map(|(&start, &len)| start..start.saturating_add(len)).collect();
    ArrayRef::new(samples, *chunk)?.window(&ranges)
}

/// Copies samples of `size` bytes and reverses the bytes of each.
fn copy_swapped(src: &[u8], dst: &mut [u8], size: usize) {
    fn each<const N: usize>(src: &[u8], dst: &mut [u8]) {
        for (to, from) in dst.as_chunks_mut::<N>().0.iter_mut().zip(src.as_chunks::<N>().0) {
            *to = *from;
            to.reverse();
        }
    }
    match size {
        2 => each::<2>(src, dst),
        4 => each::<4>(src, dst),
        8 => each::<8>(src, dst),
        _ => dst.copy_from_slice(src),
    }
}

/// Reverses the bytes of each sample (of each half, for complex ones).
fn swap_bytes(dst: &mut ArrayMut<'_>) -> Result<()> {
    let size = dst.dtype().swap_size();
    if size == 1 {
        return Ok(());
    }
    let run = dst.run_len();
    let rows = dst.rows_mut(run).ok_or_else(|| Here.internal("rows of run length have gaps"))?;
    for row in rows {
        match size {
            2 => row.as_chunks_mut::<2>().0.iter_mut().for_each(|b| b.reverse()),
            4 => row.as_chunks_mut::<4>().0.iter_mut().for_each(|b| b.reverse()),
            _ => row.as_chunks_mut::<8>().0.iter_mut().for_each(|b| b.reverse()),
        }
    }
    Ok(())
}
