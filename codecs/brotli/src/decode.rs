mod bits;
mod block;
pub(crate) mod command;
pub(crate) mod context;
mod copy;
mod cursor;
mod dictionary;
mod fast;
mod fault;
pub(crate) mod prefix;
mod stream;

use iio_codec::{Blame, BytesDecoder, CodecInfo, Context, Error, Progress, Result, SizeHint};

use crate::INFO;
use crate::header::window_log;
use block::Tables;
use fault::Fault;
use stream::{Step, Stream};

/// Memory for prefix codes and context maps: 256 codes at most of literals, commands and distances, whose tables have no
/// more than 1398, 1848 and 1174 entries of 4 bytes: those of their root bits, and what the largest codes of so many
/// symbols need beside 8 root bits. A MiB more for codes by the bytes before.
const SCRATCH: u64 = 6 << 20;
/// Output between two looks at the cancel flag.
const STEP: usize = 64 << 10;
/// The least that an output grows by.
const MIN_GROWTH: usize = 4096;

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

/// A worker that keeps the memory of its tables.
#[derive(Default)]
pub(crate) struct Decoder(Box<Tables>);

impl Decoder {
    fn begin<'a>(&'a mut self, src: &'a [u8], cx: &Context<'_>) -> Result<Stream<'a>> {
        let window_log = window_log(src)?;
        cx.gate_working(&INFO, SCRATCH)?;
        Ok(Stream::new(&mut self.0, src, window_log))
    }
}

/// How a stream left its destination.
enum End {
    Done,
    /// The destination is full.
    Full,
    /// The input is at its end, the stream is not.
    Cut,
}

/// Goes on until the stream ends, its input ends, or `dst` is full.
fn run(stream: &mut Stream<'_>, dst: &mut [u8], cx: &Context<'_>) -> Result<End> {
    loop {
        cx.check_cancel(&INFO)?;
        let end = dst.len().min(stream.written() + STEP);
        match stream.advance(&mut dst[..end]) {
            Ok(Step::Done) => return Ok(End::Done),
            Ok(Step::Full) if end == dst.len() => return Ok(End::Full),
            Ok(Step::Full | Step::Next) => {}
            Err(Fault::Cut) => return Ok(End::Cut),
            Err(Fault::Broken(rule)) => {
                return Err(INFO.malformed(format!("stream is corrupt: {rule}")).at(stream.position()));
            }
            Err(Fault::Memory(bytes)) => return Err(INFO.out_of_memory(bytes)),
        }
    }
}

#[cold]
fn cut(src: &[u8]) -> Error {
    INFO.truncated("stream ends without its last block").at(src.len())
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
        let end = run(&mut stream, dst, cx)?;
        let written = stream.written();
        if matches!(end, End::Cut) && written < dst.len() {
            return Err(cut(src));
        }
        Ok(Progress { consumed: stream.position(), written, complete: matches!(end, End::Done) })
    }

    fn decode(&mut self, src: &[u8], cx: &Context<'_>) -> Result<Vec<u8>> {
        let (which, allowed) = match cx.budget.map(iio_codec::Budget::left) {
            Some(left) if left < cx.limits.output_bytes => ("budget", left),
            _ => ("output_bytes", cx.limits.output_bytes),
        };
        let limit = usize::try_from(allowed).unwrap_or(usize::MAX);
        let mut stream = self.begin(src, cx)?;
        let mut dst = Vec::new();
        loop {
            match run(&mut stream, &mut dst, cx)? {
                End::Done => break,
                End::Cut => return Err(cut(src)),
                End::Full if dst.len() > limit => {
                    return Err(INFO.limit("output", which, allowed.saturating_add(1), allowed));
                }
                // One byte beyond the limit tells a stream that is cut there from one that is too long.
                End::Full if dst.len() == limit => grow(&mut dst, 1, 1)?,
                End::Full => {
                    let declared = stream.declared();
                    let all = if stream.is_last() { declared } else { declared.max(dst.len().saturating_mul(2)) };
                    let more = all.max(MIN_GROWTH).min(limit) - dst.len();
                    grow(&mut dst, more, STEP)?;
                }
            }
        }
        if dst.len() > limit {
            return Err(INFO.limit("output", which, allowed.saturating_add(1), allowed));
        }
        cx.gate_output(&INFO, stream.written() as u64, src.len(), None)?;
        dst.truncate(stream.written());
        dst.shrink_to_fit();
        Ok(dst)
    }
}

/// Makes room for `more` bytes, and the next `step` of it zero: the rest stays untouched until it is needed.
fn grow(dst: &mut Vec<u8>, more: usize, step: usize) -> Result<()> {
    dst.try_reserve_exact(more).map_err(|error| INFO.out_of_memory(more).with_source(error))?;
    dst.resize(dst.len() + more.min(step), 0);
    Ok(())
}
