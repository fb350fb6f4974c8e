use iio_codec::{
    Blame, BytesCodec, BytesDecoder, CodecInfo, Context, Error, ErrorKind, Progress, Result, SizeHint, zeroed_vec,
};
use zstd::zstd_safe::{DCtx, DParameter, InBuffer, OutBuffer, ResetDirective, WriteBuf, get_error_name, zstd_sys};

use crate::block::{self, Scratch};
use crate::frame::{self, BLOCK_MAX, Content, Frame};
use crate::{DecodeOptions, EncodeOptions, INFO, WINDOW_LOGS, Zstd};

/// Scratch of the library beside its window: the context and one compressed block.
const SCRATCH: u64 = 512 << 10;
/// Output of unknown size up to this is allocated by its bound rather than grown.
const SMALL: u64 = 1 << 20;

/// Decodes `src` into the start of `dst`. If `dst` is full before `src` ends, the result says so by
/// `complete == false`. Bytes after the last frame are an error, unless `dst` is full: then they are not looked at, and
/// `consumed` tells where the frame ended.
///
/// Makes a context for each call: keep a worker of [`Zstd`] where chunks are many and small.
///
/// # Errors
/// `Malformed`, `Truncated`; `Unsupported` for legacy formats and dictionaries; `Limit` if the window is too large.
pub fn decode_into(src: &[u8], dst: &mut [u8], options: &DecodeOptions) -> Result<Progress> {
    worker(options)?.decode_into(src, dst, &Context::default())
}

/// Decodes `src` into exactly `dst.len()` bytes.
///
/// # Errors
/// As [`decode_into`]; `Truncated` if it gives fewer bytes, `OutputTooSmall` if it gives more.
pub fn decode_exact(src: &[u8], dst: &mut [u8], options: &DecodeOptions) -> Result<()> {
    worker(options)?.decode_exact(src, dst, &Context::default())
}

/// Decodes `src` into a new `Vec`, under the default limits.
///
/// # Errors
/// As [`decode_into`]; `Limit` if the output exceeds 1 GiB; `OutOfMemory`.
pub fn decode(src: &[u8], options: &DecodeOptions) -> Result<Vec<u8>> {
    worker(options)?.decode(src, &Context::default())
}

/// Decodes a frame to the start of `dst` by the own decoder alone, for tests; `None` if that is left to the library. `plain`
/// keeps to instructions that all machines have.
#[doc(hidden)]
#[must_use]
pub fn decode_by_blocks(src: &[u8], dst: &mut [u8], plain: bool) -> Option<usize> {
    let mut decode = || {
        let mut decoder = Decoder::new(&DecodeOptions::default())?;
        let mut scratch = Scratch::new()?;
        scratch.plain = plain;
        decoder.scratch = Some(scratch);
        let content = frame::read(src, 0)?.content;
        content.map_or(Ok(None), |content| decoder.by_blocks(src, &content, dst))
    };
    decode().unwrap_or(None)
}

fn worker(options: &DecodeOptions) -> Result<Box<dyn BytesDecoder>> {
    Zstd::new(EncodeOptions::default(), options.clone())?.decoder()
}

/// A worker that keeps the library's context.
pub(crate) struct Decoder {
    dctx: DCtx<'static>,
    window_max: u64,
    /// That of the own decoder, once it was needed.
    scratch: Option<Box<Scratch>>,
}

/// How a frame left its destination.
enum Step {
    Done,
    /// No room for the rest; so many bytes of the stream were read.
    Full(usize),
}

impl Decoder {
    pub(crate) fn new(options: &DecodeOptions) -> Result<Self> {
        let mut dctx = DCtx::try_create().ok_or_else(no_context)?;
        // Windows are checked here, against options and limits: the library shall not have an opinion of its own.
        dctx.set_parameter(DParameter::WindowLogMax(*WINDOW_LOGS.end())).map_err(|code| failure(code, None))?;
        Ok(Self { dctx, window_max: 1 << options.window_log_max, scratch: None })
    }

    /// Decodes a frame that has content into the start of `dst`.
    fn frame(
        &mut self,
        src: &[u8],
        frame: &Frame,
        content: &Content,
        dst: &mut [u8],
        cx: &Context<'_>,
    ) -> Result<(Step, usize)> {
        let Some(end) = frame.end else {
            return self.stream(src, frame, content, dst, cx);
        };
        let bytes = src.get(frame.at..end).unwrap_or(&[]);
        let room = match content.size.map(usize::try_from) {
            Some(Ok(size)) if size <= dst.len() => size,
            None => dst.len(),
            _ => return self.stream(src, frame, content, dst, cx),
        };
        let dst = dst.get_mut(..room).unwrap_or(&mut []);
        if let Some(written) = self.by_blocks(src.get(..end).unwrap_or(&[]), content, dst)? {
            return Ok((Step::Done, written));
        }
        match self.dctx.decompress(dst, bytes) {
            Ok(written) => Ok((Step::Done, written)),
            // Nothing tells beforehand whether a frame of unknown size fits; in most cases it does.
            Err(code) if content.size.is_none() && is(code, zstd_sys::ZSTD_ErrorCode::ZSTD_error_dstSize_tooSmall) => {
                self.stream(src, frame, content, dst, cx)
            }
            Err(code) => Err(failure(code, content.size).at(frame.at)),
        }
    }

    /// Decodes a frame that ends with `src` by the own decoder, and tells the bytes that it gives; `None` if that is left to
    /// the library.
    fn by_blocks(&mut self, src: &[u8], content: &Content, dst: &mut [u8]) -> Result<Option<usize>> {
        let declared = content.size.and_then(|size| usize::try_from(size).ok());
        let Some(dst) = dst.get_mut(..declared.unwrap_or(dst.len())) else { return Ok(None) };
        let bound = usize::try_from(content.bound).unwrap_or(usize::MAX);
        if content.checksum || !block::is_worth(src, content.blocks, dst.len().min(bound)) {
            return Ok(None);
        }
        let scratch = match &mut self.scratch {
            Some(scratch) => scratch,
            none => none.insert(Scratch::new()?),
        };
        let written = block::decode(scratch, src, content.blocks, content.window, dst);
        Ok(written.filter(|&written| declared.is_none_or(|size| size == written)))
    }

    /// Decodes a frame through the library's own window.
    fn stream(
        &mut self,
        src: &[u8],
        frame: &Frame,
        content: &Content,
        dst: &mut [u8],
        cx: &Context<'_>,
    ) -> Result<(Step, usize)> {
        let mut input = self.begin(src, frame, content, cx)?;
        self.run(src, frame, &mut input, dst, 0)
    }

    /// Begins to stream a frame, whose window must fit into the working memory.
    fn begin<'a>(&mut self, src: &'a [u8], frame: &Frame, content: &Content, cx: &Context<'_>) -> Result<InBuffer<'a>> {
        let window = content.window.saturating_add(2 * BLOCK_MAX).min(content.size.unwrap_or(u64::MAX));
        cx.gate_working(&INFO, window.saturating_add(SCRATCH)).map_err(|error| error.at(frame.at))?;
        self.dctx.reset(ResetDirective::SessionOnly).map_err(|code| failure(code, None))?;
        Ok(InBuffer::around(src.get(frame.at..frame.end.unwrap_or(src.len())).unwrap_or(&[])))
    }

    /// Goes on with a streamed frame until it ends, its input ends, or `dst` has no room.
    fn run<C: WriteBuf + ?Sized>(
        &mut self,
        src: &[u8],
        frame: &Frame,
        input: &mut InBuffer<'_>,
        dst: &mut C,
        written: usize,
    ) -> Result<(Step, usize)> {
        let mut output = OutBuffer::around_pos(dst, written);
        loop {
            let before = (input.pos, output.pos());
            let left =
                self.dctx.decompress_stream(&mut output, input).map_err(|code| failure(code, None).at(frame.at))?;
            if left == 0 {
                return Ok((Step::Done, output.pos()));
            }
            if before == (input.pos, output.pos()) {
                if output.pos() == output.capacity() {
                    return Ok((Step::Full(frame.at + input.pos), output.pos()));
                }
                return Err(if input.pos == input.src.len() {
                    frame::cut(src)
                } else {
                    INFO.internal("library stands still").at(frame.at + input.pos)
                });
            }
        }
    }

    fn check_window(&self, frame: &Frame, content: &Content) -> Result<()> {
        if !content.single_segment && content.window > self.window_max {
            return Err(INFO.limit("window", "window_log_max", content.window, self.window_max).at(frame.at));
        }
        Ok(())
    }

    /// Decodes frames whose size is not known into memory that grows, without starting again.
    fn grow(&mut self, src: &[u8], bound: u64, cx: &Context<'_>) -> Result<Vec<u8>> {
        let limit = usize::try_from(cx.limits.output_bytes).unwrap_or(usize::MAX);
        // One byte more than the limit shows that there is more.
        let most = usize::try_from(bound).unwrap_or(usize::MAX).min(limit.saturating_add(1));
        let mut dst = Vec::new();
        reserve(&mut dst, src.len().saturating_mul(4), most)?;
        let mut at = 0;
        while at < src.len() {
            let frame = frame::read(src, at)?;
            at = frame.end.ok_or_else(|| frame::cut(src))?;
            let Some(content) = frame.content else { continue };
            self.check_window(&frame, &content)?;
            let mut input = self.begin(src, &frame, &content, cx)?;
            loop {
                cx.check_cancel(&INFO)?;
                let written = dst.len();
                let (step, _) = self.run(src, &frame, &mut input, &mut dst, written)?;
                if dst.len() > limit {
                    return Err(INFO.limit("output", "output_bytes", dst.len() as u64, cx.limits.output_bytes));
                }
                if matches!(step, Step::Done) {
                    break;
                }
                let double = dst.len();
                reserve(&mut dst, double, most)?;
            }
        }
        Ok(dst)
    }
}

/// Makes room for `more` bytes, 64 KiB at least, but not for more than `most` in all.
fn reserve(dst: &mut Vec<u8>, more: usize, most: usize) -> Result<()> {
    let more = more.max(64 << 10).min(most.saturating_sub(dst.len())).max(1);
    dst.try_reserve_exact(more).map_err(|error| INFO.out_of_memory(more).with_source(error))
}

impl BytesDecoder for Decoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoded_size(&self, src: &[u8]) -> Result<SizeHint> {
        frame::decoded_size(src)
    }

    fn decode_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<Progress> {
        let (mut at, mut out) = (0, 0);
        loop {
            cx.check_cancel(&INFO)?;
            let frame = frame::read(src, at)?;
            let rest = dst.get_mut(out..).unwrap_or(&mut []);
            if let Some(content) = &frame.content {
                self.check_window(&frame, content)?;
                let (step, written) = self.frame(src, &frame, content, rest, cx)?;
                out += written;
                if let Step::Full(consumed) = step {
                    return Ok(Progress { consumed, written: out, complete: false });
                }
            }
            at = frame.end.ok_or_else(|| frame::cut(src))?;
            let rest = src.get(at..).unwrap_or(&[]);
            if rest.is_empty() || (out == dst.len() && !frame::starts_frame(rest)) {
                return Ok(Progress { consumed: at, written: out, complete: true });
            }
        }
    }

    fn decode(&mut self, src: &[u8], cx: &Context<'_>) -> Result<Vec<u8>> {
        match self.decoded_size(src)? {
            SizeHint::Exact(size) => {
                cx.gate_output(&INFO, size, src.len(), INFO.max_ratio)?;
                let len = usize::try_from(size).map_err(|_| INFO.out_of_memory(usize::MAX))?;
                let mut dst = zeroed_vec(len)?;
                self.decode_exact(src, &mut dst, cx)?;
                Ok(dst)
            }
            SizeHint::AtMost(bound) => {
                let small = (src.len() as u64).saturating_mul(4).max(SMALL).min(cx.limits.output_bytes);
                let mut dst = if bound <= small {
                    let mut dst = zeroed_vec(usize::try_from(bound).map_err(|_| INFO.out_of_memory(usize::MAX))?)?;
                    let progress = self.decode_into(src, &mut dst, cx)?;
                    if !progress.complete {
                        return Err(INFO.internal(format!("output exceeds its bound of {bound} bytes")));
                    }
                    dst.truncate(progress.written);
                    dst
                } else {
                    self.grow(src, bound, cx)?
                };
                cx.gate_output(&INFO, dst.len() as u64, src.len(), None)?;
                dst.shrink_to_fit();
                Ok(dst)
            }
            SizeHint::Unknown => Err(INFO.internal("size of a stream without a bound")),
        }
    }
}

fn is(code: usize, known: zstd_sys::ZSTD_ErrorCode) -> bool {
    code.wrapping_neg() == known as usize
}

#[cold]
pub(crate) fn no_context() -> Error {
    Error::new("zstd", ErrorKind::OutOfMemory, "the library cannot allocate its scratch")
}

/// Turns a return code of the library into an error. Sizes and block headers were checked before: what is left is
/// broken content.
#[cold]
pub(crate) fn failure(code: usize, declared: Option<u64>) -> Error {
    use zstd_sys::ZSTD_ErrorCode as Code;
    const MALFORMED: [Code; 8] = [
        Code::ZSTD_error_prefix_unknown,
        Code::ZSTD_error_corruption_detected,
        Code::ZSTD_error_literals_headerWrong,
        Code::ZSTD_error_dictionary_corrupted,
        Code::ZSTD_error_tableLog_tooLarge,
        Code::ZSTD_error_maxSymbolValue_tooLarge,
        Code::ZSTD_error_maxSymbolValue_tooSmall,
        Code::ZSTD_error_srcSize_wrong,
    ];
    let name = get_error_name(code).to_lowercase();
    if is(code, Code::ZSTD_error_memory_allocation) {
        return no_context();
    }
    if is(code, Code::ZSTD_error_checksum_wrong) {
        return INFO.malformed("content does not match its checksum");
    }
    if is(code, Code::ZSTD_error_dstSize_tooSmall)
        && let Some(size) = declared
    {
        return INFO.malformed(format!("frame gives more than the {size} bytes it declares"));
    }
    if MALFORMED.iter().any(|&known| is(code, known)) {
        return INFO.malformed(format!("frame is corrupt: {name}"));
    }
    INFO.backend(i64::try_from(code.wrapping_neg()).unwrap_or(i64::MAX), name)
}
