use std::cell::Cell;

use brotli::{BrotliDecompressStream, BrotliResult, BrotliState, HuffmanCode};
use iio_codec::{Blame, BytesDecoder, CodecInfo, Context, Error, Progress, Result, SizeHint};

use crate::INFO;
use crate::header::window_log;
use crate::pool::{Pool, Refusal};

/// Memory for prefix codes and context maps: three groups of 256 codes at most, 1080 entries of 4 bytes in each.
const SCRATCH: u64 = 4 << 20;
/// Input that the library gets at a time: its counters have 32 bits, and between two pieces the caller may cancel.
const PIECE: usize = 256 << 10;
/// Output that it gives at a time.
const STEP: usize = 1 << 20;

/// Decodes `src` into the start of `dst`. If `dst` is full before the stream ends, the result says so by
/// `complete == false`. Bytes after the end of the stream are not looked at: `consumed` tells where that was.
///
/// # Errors
/// `Malformed`, `Truncated`; `Unsupported` for large windows.
pub fn decode_into(src: &[u8], dst: &mut [u8]) -> Result<Progress> {
    Decoder::default().decode_into(src, dst, &Context::default())
}

/// Decodes `src` into exactly `dst.len()` bytes.
///
/// # Errors
/// As [`decode_into`]; `Truncated` if it gives fewer bytes, `OutputTooSmall` if it gives more.
pub fn decode_exact(src: &[u8], dst: &mut [u8]) -> Result<()> {
    Decoder::default().decode_exact(src, dst, &Context::default())
}

/// Decodes `src` into a new `Vec`, under the default limits.
///
/// # Errors
/// As [`decode_into`]; `Limit` if the output exceeds 1 GiB; `OutOfMemory`.
pub fn decode(src: &[u8]) -> Result<Vec<u8>> {
    Decoder::default().decode(src, &Context::default())
}

/// A worker that keeps the library's memory.
#[derive(Default)]
pub(crate) struct Decoder {
    bytes: Vec<Vec<u8>>,
    words: Vec<Vec<u32>>,
    codes: Vec<Vec<HuffmanCode>>,
    refusal: Cell<Option<Refusal>>,
}

/// How the library left its destination.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Done,
    /// `dst` is full; the stream goes on, or at least has not ended.
    Full,
    /// The input is at its end, the stream is not.
    Cut,
}

/// One stream in progress.
struct Stream<'a> {
    state: BrotliState<Pool<'a, u8>, Pool<'a, u32>, Pool<'a, HuffmanCode>>,
    refusal: &'a Cell<Option<Refusal>>,
    src: &'a [u8],
    /// Bytes of `src` that were read.
    at: usize,
    /// Bytes that were written.
    out: usize,
}

impl Decoder {
    fn begin<'a>(&'a mut self, src: &'a [u8], cx: &Context<'_>) -> Result<Stream<'a>> {
        window_log(src)?;
        cx.gate_working(&INFO, SCRATCH)?;
        let refusal = &self.refusal;
        refusal.set(None);
        let limit = cx.limits.working_bytes.saturating_sub(SCRATCH);
        let state = BrotliState::new_strict(
            Pool { free: &mut self.bytes, used: 0, limit, refusal },
            Pool { free: &mut self.words, used: 0, limit: SCRATCH, refusal },
            Pool { free: &mut self.codes, used: 0, limit: SCRATCH, refusal },
        );
        Ok(Stream { state, refusal, src, at: 0, out: 0 })
    }
}

impl Stream<'_> {
    /// Goes on until the stream ends, its input ends, or `dst` is full.
    fn run(&mut self, dst: &mut [u8], cx: &Context<'_>) -> Result<Step> {
        loop {
            cx.check_cancel(&INFO)?;
            let rest = self.src.get(self.at..).unwrap_or(&[]);
            let piece = rest.get(..PIECE).unwrap_or(rest);
            let (mut input, mut read) = (piece.len(), 0);
            let mut room = dst.len().saturating_sub(self.out).min(STEP);
            let before = self.out;
            let result = BrotliDecompressStream(
                &mut input,
                &mut read,
                piece,
                &mut room,
                &mut self.out,
                dst,
                &mut 0,
                &mut self.state,
            );
            self.at += read;
            let full = self.out == dst.len();
            match result {
                BrotliResult::ResultSuccess => return Ok(Step::Done),
                BrotliResult::ResultFailure => return Err(self.failure(cx)),
                BrotliResult::NeedsMoreOutput if full => return Ok(Step::Full),
                BrotliResult::NeedsMoreInput if self.at == self.src.len() => {
                    // The library may hold more output than it had room for.
                    if full {
                        return Ok(Step::Full);
                    }
                    if before == self.out {
                        return Ok(Step::Cut);
                    }
                }
                _ if read == 0 && before == self.out => {
                    return Err(INFO.internal("library stands still").at(self.at));
                }
                _ => {}
            }
        }
    }

    #[cold]
    fn failure(&self, cx: &Context<'_>) -> Error {
        match self.refusal.get() {
            Some(Refusal::Limit(bytes)) => {
                let (bytes, limit) = (bytes.saturating_add(SCRATCH), cx.limits.working_bytes);
                return INFO.limit("working memory", "working_bytes", bytes, limit);
            }
            Some(Refusal::Memory(bytes)) => return INFO.out_of_memory(bytes),
            None => {}
        }
        let name = format!("{:?}", self.state.error_code);
        let name = name.strip_prefix("BROTLI_DECODER_ERROR_").unwrap_or(&name);
        match name.strip_prefix("FORMAT_") {
            // A distance into a dictionary that the stream does not come with.
            _ if name == "DICTIONARY_NOT_SET" => INFO.malformed("stream is corrupt: dictionary not set"),
            Some(name) => INFO.malformed(format!("stream is corrupt: {}", name.to_lowercase().replace('_', " "))),
            None => INFO.internal(format!("library fails: {}", name.to_lowercase().replace('_', " "))),
        }
        .at(self.at)
    }

    #[cold]
    fn cut(&self) -> Error {
        INFO.truncated("stream ends without its last block").at(self.src.len())
    }
}

impl BytesDecoder for Decoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoded_size(&self, src: &[u8]) -> Result<SizeHint> {
        window_log(src)?;
        Ok(SizeHint::Unknown)
    }

    fn decode_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<Progress> {
        let mut stream = self.begin(src, cx)?;
        match stream.run(dst, cx)? {
            Step::Cut => Err(stream.cut()),
            step => Ok(Progress { consumed: stream.at, written: stream.out, complete: step == Step::Done }),
        }
    }

    fn decode(&mut self, src: &[u8], cx: &Context<'_>) -> Result<Vec<u8>> {
        let (which, allowed) = match cx.budget.map(iio_codec::Budget::left) {
            Some(left) if left < cx.limits.output_bytes => ("budget", left),
            _ => ("output_bytes", cx.limits.output_bytes),
        };
        let limit = usize::try_from(allowed).unwrap_or(usize::MAX);
        let mut stream = self.begin(src, cx)?;
        let mut dst = Vec::new();
        let mut len = src.len().saturating_mul(4).max(4096).min(limit);
        loop {
            let more = len.saturating_sub(dst.len());
            dst.try_reserve_exact(more).map_err(|error| INFO.out_of_memory(more).with_source(error))?;
            dst.resize(len, 0);
            match stream.run(&mut dst, cx)? {
                Step::Done => break,
                Step::Cut => return Err(stream.cut()),
                Step::Full if len >= limit => {
                    // One byte more tells a stream that is cut here from one that is too long.
                    let mut dst = dst;
                    dst.try_reserve_exact(1).map_err(|error| INFO.out_of_memory(1).with_source(error))?;
                    dst.push(0);
                    return match stream.run(&mut dst, cx)? {
                        Step::Cut => Err(stream.cut()),
                        _ => Err(INFO.limit("output", which, allowed.saturating_add(1), allowed)),
                    };
                }
                Step::Full => len = len.saturating_mul(2).min(limit),
            }
        }
        cx.gate_output(&INFO, stream.out as u64, src.len(), None)?;
        dst.truncate(stream.out);
        dst.shrink_to_fit();
        Ok(dst)
    }
}
