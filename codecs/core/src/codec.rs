//! The three kinds of codecs, their workers, and the enum that holds any of them.

use std::sync::Arc;

use crate::aligned::zeroed_vec;
use crate::{AlignedBytes, ArrayMut, ArrayRef, Blame, Budget, CodecInfo, Context, ErrorKind, Layout, Result};

/// A codec value of any kind: a cheap, shared, immutable description that hands out workers.
#[derive(Clone, Debug)]
pub enum AnyCodec {
    /// Bytes to bytes.
    Bytes(Arc<dyn BytesCodec>),
    /// Array to bytes.
    Array(Arc<dyn ArrayCodec>),
    /// Array to array, in place.
    Filter(Arc<dyn FilterCodec>),
}

impl AnyCodec {
    /// The static description.
    #[must_use]
    pub fn info(&self) -> &'static CodecInfo {
        match self {
            Self::Bytes(codec) => codec.info(),
            Self::Array(codec) => codec.info(),
            Self::Filter(codec) => codec.info(),
        }
    }
}

/// What a decoder knows of the size of its output before it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SizeHint {
    /// The stream gives exactly this many bytes, or is broken.
    Exact(u64),
    /// The stream gives this many bytes or fewer: a gate, never an allocation size.
    AtMost(u64),
    /// Not known without decoding.
    Unknown,
}

/// What a call of [`BytesDecoder::decode_into`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of `src` that belong to the stream.
    pub consumed: usize,
    /// Bytes of `dst` that were written, from its start.
    pub written: usize,
    /// True if the stream came to its end. False if `dst` was full before.
    pub complete: bool,
}

/// A codec from bytes to bytes.
pub trait BytesCodec: core::fmt::Debug + Send + Sync {
    /// The static description.
    fn info(&self) -> &'static CodecInfo;

    /// Makes a worker that decodes. Workers own their scratch: make one per thread and keep it for all chunks.
    ///
    /// # Errors
    /// `Unsupported` if the codec only encodes; `OutOfMemory`.
    fn decoder(&self) -> Result<Box<dyn BytesDecoder>>;

    /// Makes a worker that encodes.
    ///
    /// # Errors
    /// `Unsupported` if the codec only decodes; `OutOfMemory`.
    fn encoder(&self) -> Result<Box<dyn BytesEncoder>>;
}

/// A worker that decodes bytes to bytes.
pub trait BytesDecoder: Send {
    /// The static description.
    fn info(&self) -> &'static CodecInfo;

    /// Tells the size of the output from the header alone (or a scan that is cheap against decoding).
    ///
    /// # Errors
    /// `Malformed` or `Truncated` if the header is not one.
    fn decoded_size(&self, src: &[u8]) -> Result<SizeHint>;

    /// Decodes into the start of `dst`, which is never read beyond what this call wrote. A stream that does not fit
    /// fills `dst` and gives `complete == false`.
    ///
    /// A stream whose format has an end mark, and that ends without it before `dst` is full, is `Truncated`.
    ///
    /// # Errors
    /// `Malformed`, `Truncated`, `Limit`, `Cancelled`, `Backend`. What `dst` then holds is unspecified.
    fn decode_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<Progress>;

    /// True if [`BytesDecoder::decode_pair`] takes less time than two calls of [`BytesDecoder::decode_into`].
    fn pairs(&self) -> bool {
        false
    }

    /// Decodes two streams that have nothing to do with each other, each as [`BytesDecoder::decode_into`] does, and with
    /// the same outcome. Decoders that wait for their own look-ups, as that of deflate, decode another stream meanwhile.
    fn decode_pair(&mut self, pair: [(&[u8], &mut [u8]); 2], cx: &Context<'_>) -> [Result<Progress>; 2] {
        pair.map(|(src, dst)| self.decode_into(src, dst, cx))
    }

    /// Decodes into a new `Vec`. Where the size is not known, decoders that can continue override this to grow
    /// without starting again.
    ///
    /// # Errors
    /// As [`BytesDecoder::decode_into`]; `Limit` or `Malformed` from the gates; `OutOfMemory`.
    fn decode(&mut self, src: &[u8], cx: &Context<'_>) -> Result<Vec<u8>> {
        let info = self.info();
        let (which, allowed) = match cx.budget.map(Budget::left) {
            Some(left) if left < cx.limits.output_bytes => ("budget", left),
            _ => ("output_bytes", cx.limits.output_bytes),
        };
        let limit = usize::try_from(allowed).unwrap_or(usize::MAX);
        let (mut len, max) = match self.decoded_size(src)? {
            SizeHint::Exact(size) => {
                cx.gate_output(info, size, src.len(), info.max_ratio)?;
                let mut dst = zeroed_vec(usize::try_from(size).map_err(|_| info.out_of_memory(usize::MAX))?)?;
                return match self.decode_exact(src, &mut dst, cx) {
                    Ok(()) => Ok(dst),
                    // The caller gave no destination: it is the stream that contradicts itself.
                    Err(error) if matches!(error.kind(), ErrorKind::OutputTooSmall { .. }) => {
                        Err(info.malformed(format!("stream gives more than the {size} bytes it declares")))
                    }
                    Err(error) => Err(error),
                };
            }
            SizeHint::AtMost(size) => (src.len().saturating_mul(4), usize::try_from(size).unwrap_or(usize::MAX)),
            SizeHint::Unknown => (src.len().saturating_mul(4), usize::MAX),
        };
        len = len.max(4096).min(max).min(limit);
        loop {
            let mut dst = zeroed_vec(len)?;
            let progress = self.decode_into(src, &mut dst, cx)?;
            if progress.complete {
                cx.gate_output(info, progress.written as u64, src.len(), None)?;
                dst.truncate(progress.written);
                return Ok(dst);
            }
            if len >= max {
                return Err(info.malformed(format!("stream gives more than the {max} bytes it declares at most")));
            }
            if len >= limit {
                return Err(info.limit("output", which, (len as u64).saturating_add(1), allowed));
            }
            len = len.saturating_mul(2).min(max).min(limit);
        }
    }

    /// Decodes a stream that gives exactly `dst.len()` bytes.
    ///
    /// # Errors
    /// As [`BytesDecoder::decode_into`]; `Truncated` if the stream gives fewer bytes, `OutputTooSmall` if more.
    fn decode_exact(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<()> {
        let info = self.info();
        let progress = self.decode_into(src, dst, cx)?;
        if progress.written < dst.len() {
            let message = format!("stream gives {} bytes, {} were expected", progress.written, dst.len());
            return Err(info.truncated(message).at(progress.consumed));
        }
        if !progress.complete {
            return Err(info.output_too_small(dst.len().saturating_add(1), dst.len()));
        }
        Ok(())
    }
}

/// A worker that encodes bytes to bytes.
pub trait BytesEncoder: Send {
    /// The static description.
    fn info(&self) -> &'static CodecInfo;

    /// The most bytes that `src_len` bytes can become.
    fn encode_bound(&self, src_len: usize) -> usize;

    /// Encodes into the start of `dst` and returns the bytes written. `dst` need not have the length of the bound.
    ///
    /// # Errors
    /// `OutputTooSmall`, `InvalidArgument`, `Cancelled`, `Backend`.
    fn encode_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<usize>;

    /// Encodes to the end of `dst`.
    ///
    /// # Errors
    /// As [`BytesEncoder::encode_into`]; `OutOfMemory`. `dst` is then as before.
    fn encode_append(&mut self, src: &[u8], dst: &mut Vec<u8>, cx: &Context<'_>) -> Result<()> {
        let (start, bound) = (dst.len(), self.encode_bound(src.len()));
        dst.try_reserve(bound).map_err(|error| self.info().out_of_memory(bound).with_source(error))?;
        dst.resize(start + bound, 0);
        let result = self.encode_into(src, &mut dst[start..], cx);
        dst.truncate(start + result.as_ref().copied().unwrap_or(0));
        result.map(|_| ())
    }

    /// Encodes into a new `Vec`.
    ///
    /// # Errors
    /// As [`BytesEncoder::encode_append`].
    fn encode(&mut self, src: &[u8], cx: &Context<'_>) -> Result<Vec<u8>> {
        let mut dst = Vec::new();
        self.encode_append(src, &mut dst, cx)?;
        dst.shrink_to_fit();
        Ok(dst)
    }
}

/// What the header of an array stream declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The layout that decoding gives (with the decoder's options applied: region, resolution).
    pub layout: Layout,
    /// Significant bits of each sample; the dtype's width where all are used.
    pub bits: u32,
}

/// A codec from arrays to bytes.
pub trait ArrayCodec: core::fmt::Debug + Send + Sync {
    /// The static description.
    fn info(&self) -> &'static CodecInfo;

    /// Makes a worker that decodes.
    ///
    /// # Errors
    /// `Unsupported` if the codec only encodes; `OutOfMemory`.
    fn decoder(&self) -> Result<Box<dyn ArrayDecoder>>;

    /// Makes a worker that encodes.
    ///
    /// # Errors
    /// `Unsupported` if the codec only decodes; `OutOfMemory`.
    fn encoder(&self) -> Result<Box<dyn ArrayEncoder>>;
}

/// A worker that decodes bytes to an array.
pub trait ArrayDecoder: Send {
    /// The static description.
    fn info(&self) -> &'static CodecInfo;

    /// Reads the header, without allocation and without decoding. `None`: the stream is bare, and its layout is that
    /// of the destination.
    ///
    /// # Errors
    /// `Malformed`, `Truncated` or `Unsupported`.
    fn header(&self, src: &[u8]) -> Result<Option<Header>>;

    /// Decodes into `dst`, whose layout must be that of the header or, for a bare stream, one the stream fills.
    /// Every sample of `dst` is written if the call succeeds.
    ///
    /// # Errors
    /// `InvalidArgument` if the layout does not fit; `Malformed`, `Truncated`, `Unsupported`, `Limit`, `Cancelled`,
    /// `Backend`.
    fn decode_into(&mut self, src: &[u8], dst: ArrayMut<'_>, cx: &Context<'_>) -> Result<()>;

    /// The layout that decoding gives: that of the header, else `given`.
    ///
    /// # Errors
    /// As [`ArrayDecoder::header`]; `InvalidArgument` if the stream is bare and no layout is given.
    fn decoded_layout(&self, src: &[u8], given: Option<&Layout>) -> Result<Layout> {
        match (self.header(src)?, given) {
            (Some(header), _) => Ok(header.layout),
            (None, Some(layout)) => Ok(*layout),
            (None, None) => Err(self.info().invalid_argument("a bare stream needs a layout")),
        }
    }

    /// Decodes into new memory: header, gates, allocation, [`ArrayDecoder::decode_into`].
    ///
    /// # Errors
    /// As [`ArrayDecoder::decode_into`]; `Limit` or `Malformed` from the gates; `OutOfMemory`.
    fn decode(&mut self, src: &[u8], given: Option<&Layout>, cx: &Context<'_>) -> Result<(Layout, AlignedBytes)> {
        let info = self.info();
        let layout = self.decoded_layout(src, given)?;
        cx.gate_layout(info, &layout, src.len(), info.max_ratio)?;
        let mut bytes = AlignedBytes::zeroed(layout.n_bytes())?;
        self.decode_into(src, ArrayMut::new(&mut bytes, layout)?, cx)?;
        Ok((layout, bytes))
    }
}

/// A worker that encodes an array to bytes.
pub trait ArrayEncoder: Send {
    /// The static description.
    fn info(&self) -> &'static CodecInfo;

    /// The most bytes that an array of this layout can become; `None` where no useful bound exists.
    fn encode_bound(&self, layout: &Layout) -> Option<usize>;

    /// Encodes to the end of `dst`.
    ///
    /// # Errors
    /// `InvalidArgument` if the layout is not accepted; `Cancelled`, `Backend`, `OutOfMemory`. `dst` is then as
    /// before.
    fn encode_append(&mut self, src: ArrayRef<'_>, dst: &mut Vec<u8>, cx: &Context<'_>) -> Result<()>;

    /// Encodes into a new `Vec`.
    ///
    /// # Errors
    /// As [`ArrayEncoder::encode_append`].
    fn encode(&mut self, src: ArrayRef<'_>, cx: &Context<'_>) -> Result<Vec<u8>> {
        let mut dst = Vec::new();
        self.encode_append(src, &mut dst, cx)?;
        dst.shrink_to_fit();
        Ok(dst)
    }
}

/// A codec that changes the samples of an array in place and never its dtype or layout.
pub trait FilterCodec: core::fmt::Debug + Send + Sync {
    /// The static description.
    fn info(&self) -> &'static CodecInfo;

    /// Fails if arrays of this layout cannot be filtered.
    ///
    /// # Errors
    /// `InvalidArgument` that says what is accepted.
    fn accepts(&self, layout: &Layout) -> Result<()>;

    /// Makes a worker that undoes the filter.
    ///
    /// # Errors
    /// `OutOfMemory`.
    fn decoder(&self) -> Result<Box<dyn Filter>>;

    /// Makes a worker that applies the filter.
    ///
    /// # Errors
    /// `OutOfMemory`.
    fn encoder(&self) -> Result<Box<dyn Filter>>;
}

/// A worker that filters arrays in one direction.
pub trait Filter: Send {
    /// The static description.
    fn info(&self) -> &'static CodecInfo;

    /// Filters `array` in place.
    ///
    /// # Errors
    /// `InvalidArgument` as [`FilterCodec::accepts`]; `Cancelled`.
    fn run(&mut self, array: ArrayMut<'_>, cx: &Context<'_>) -> Result<()>;

    /// Filters `src` into `dst`, which has the same layout.
    ///
    /// # Errors
    /// As [`Filter::run`]; `InvalidArgument` if the layouts differ.
    fn run_into(&mut self, src: ArrayRef<'_>, mut dst: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        dst.copy_from(src)?;
        self.run(dst, cx)
    }
}

/// A byte codec without worker state: one value is the codec, its decoder and its encoder.
///
/// Implement this, and the three object-safe traits follow.
pub trait StatelessBytes: core::fmt::Debug + Clone + Send + Sync + 'static {
    /// As [`BytesCodec::info`].
    fn info(&self) -> &'static CodecInfo;

    /// As [`BytesDecoder::decoded_size`].
    ///
    /// # Errors
    /// As there.
    fn decoded_size(&self, src: &[u8]) -> Result<SizeHint>;

    /// As [`BytesDecoder::decode_into`].
    ///
    /// # Errors
    /// As there.
    fn decode_into(&self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<Progress>;

    /// As [`BytesEncoder::encode_bound`].
    fn encode_bound(&self, src_len: usize) -> usize;

    /// As [`BytesEncoder::encode_into`].
    ///
    /// # Errors
    /// As there.
    fn encode_into(&self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<usize>;
}

struct StatelessWorker<T>(T);

impl<T: StatelessBytes> BytesCodec for T {
    fn info(&self) -> &'static CodecInfo {
        StatelessBytes::info(self)
    }

    fn decoder(&self) -> Result<Box<dyn BytesDecoder>> {
        Ok(Box::new(StatelessWorker(self.clone())))
    }

    fn encoder(&self) -> Result<Box<dyn BytesEncoder>> {
        Ok(Box::new(StatelessWorker(self.clone())))
    }
}

impl<T: StatelessBytes> BytesDecoder for StatelessWorker<T> {
    fn info(&self) -> &'static CodecInfo {
        self.0.info()
    }

    fn decoded_size(&self, src: &[u8]) -> Result<SizeHint> {
        self.0.decoded_size(src)
    }

    fn decode_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<Progress> {
        self.0.decode_into(src, dst, cx)
    }
}

impl<T: StatelessBytes> BytesEncoder for StatelessWorker<T> {
    fn info(&self) -> &'static CodecInfo {
        self.0.info()
    }

    fn encode_bound(&self, src_len: usize) -> usize {
        self.0.encode_bound(src_len)
    }

    fn encode_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<usize> {
        self.0.encode_into(src, dst, cx)
    }
}

/// Which way a filter runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From samples to what is stored.
    Encode,
    /// From what is stored to samples.
    Decode,
}

/// A filter whose value is its own worker. Scratch, if any, is a field that starts empty and is kept between runs.
///
/// Implement this, and the two object-safe traits follow.
pub trait SimpleFilter: core::fmt::Debug + Clone + Send + Sync + 'static {
    /// As [`FilterCodec::info`].
    fn info(&self) -> &'static CodecInfo;

    /// As [`FilterCodec::accepts`].
    ///
    /// # Errors
    /// As there.
    fn accepts(&self, layout: &Layout) -> Result<()>;

    /// Filters `array` in place. The layout was accepted.
    ///
    /// # Errors
    /// As [`Filter::run`].
    fn run(&mut self, direction: Direction, array: ArrayMut<'_>, cx: &Context<'_>) -> Result<()>;

    /// Filters `src` into `dst`. The layout is the same, and was accepted.
    ///
    /// The provided implementation copies and runs in place. One that writes each sample once spares a pass over memory.
    ///
    /// # Errors
    /// As [`Filter::run`].
    fn run_into(
        &mut self,
        direction: Direction,
        src: ArrayRef<'_>,
        mut dst: ArrayMut<'_>,
        cx: &Context<'_>,
    ) -> Result<()> {
        dst.copy_from(src)?;
        self.run(direction, dst, cx)
    }
}

struct FilterWorker<T> {
    filter: T,
    direction: Direction,
}

impl<T: SimpleFilter> FilterCodec for T {
    fn info(&self) -> &'static CodecInfo {
        SimpleFilter::info(self)
    }

    fn accepts(&self, layout: &Layout) -> Result<()> {
        SimpleFilter::accepts(self, layout)
    }

    fn decoder(&self) -> Result<Box<dyn Filter>> {
        Ok(Box::new(FilterWorker { filter: self.clone(), direction: Direction::Decode }))
    }

    fn encoder(&self) -> Result<Box<dyn Filter>> {
        Ok(Box::new(FilterWorker { filter: self.clone(), direction: Direction::Encode }))
    }
}

impl<T: SimpleFilter> Filter for FilterWorker<T> {
    fn info(&self) -> &'static CodecInfo {
        self.filter.info()
    }

    fn run(&mut self, array: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        self.filter.accepts(array.layout())?;
        self.filter.run(self.direction, array, cx)
    }

    fn run_into(&mut self, src: ArrayRef<'_>, dst: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        self.filter.accepts(dst.layout())?;
        if src.layout() != dst.layout() {
            let message = format!("{} is not filtered into {}", src.layout(), dst.layout());
            return Err(self.filter.info().invalid_argument(message));
        }
        self.filter.run_into(self.direction, src, dst, cx)
    }
}
