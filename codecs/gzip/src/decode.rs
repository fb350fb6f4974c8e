use iio_codec::{BytesDecoder, CodecInfo, Context, ErrorKind, Progress, Result, SizeHint};
use iio_deflate::engine::{End, Inflated, Inflater};

use crate::check::{Next, TRAILER_LEN, guess, next, parse, trailer};
use crate::{DecodeOptions, INFO};

/// Decodes all members of `src`, one after the other, into the start of `dst`. If `dst` is full before the last one ends,
/// the result says so by `complete == false`, and nothing is known of the checksum of the member that was cut.
///
/// # Errors
/// `Malformed` or `Truncated`, if that shows before `dst` is full, or if a checksum is wrong; `Unsupported` for methods
/// other than deflate.
pub fn decode_into(src: &[u8], dst: &mut [u8], options: &DecodeOptions) -> Result<Progress> {
    Decoder::new(options).decode_into(src, dst, &Context::default())
}

/// Decodes `src` into exactly `dst.len()` bytes.
///
/// # Errors
/// As [`decode_into`]; `Truncated` if it gives fewer bytes, `OutputTooSmall` if it gives more.
pub fn decode_exact(src: &[u8], dst: &mut [u8], options: &DecodeOptions) -> Result<()> {
    Decoder::new(options).decode_exact(src, dst, &Context::default())
}

/// Decodes `src` into a new `Vec`, under the default limits.
///
/// # Errors
/// As [`decode_into`]; `Limit` if the output exceeds 1 GiB; `OutOfMemory`.
pub fn decode(src: &[u8], options: &DecodeOptions) -> Result<Vec<u8>> {
    Decoder::new(options).decode(src, &Context::default())
}

/// A worker that decodes: make one per thread and keep it.
#[derive(Debug)]
pub struct Decoder {
    inflater: Inflater,
    options: DecodeOptions,
}

impl Decoder {
    /// Makes a worker. Nothing is allocated until it is used.
    #[must_use]
    pub fn new(options: &DecodeOptions) -> Self {
        Self { inflater: Inflater::new(&INFO), options: options.clone() }
    }

    fn run(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<Inflated> {
        let (mut at, mut out) = (0, 0);
        loop {
            let body = self.body(src, at)?;
            let mut member = self
                .inflater
                .inflate_into(src.get(body..).unwrap_or(&[]), dst.get_mut(out..).unwrap_or(&mut []), cx)
                .map_err(|error| error.shifted(body as u64))?
                .shifted(body);
            let decoded = dst.get(out..out + member.written).unwrap_or(&[]);
            out += member.written;
            member.written = out;
            if !matches!(member.end, End::Reached) {
                return Ok(member);
            }
            match self.end(src, member.consumed, decoded).map(|end| next(src, end)) {
                Ok(Next::Member(next)) => at = next,
                Ok(Next::End(end)) => return Ok(Inflated { consumed: end, ..member }),
                Err(error) if error.kind() == ErrorKind::Truncated && out == dst.len() => {
                    return Ok(Inflated { consumed: src.len(), written: out, end: End::Missing(error) });
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Where the deflate stream of the member at `at` begins.
    fn body(&self, src: &[u8], at: usize) -> Result<usize> {
        match parse(src.get(at..).unwrap_or(&[]), self.options.ignore_checksum) {
            Ok(header) => Ok(at + header.len),
            Err(error) => Err(error.shifted(at as u64)),
        }
    }

    fn end(&self, src: &[u8], at: usize, decoded: &[u8]) -> Result<usize> {
        if self.options.ignore_checksum { Ok(src.len().min(at + TRAILER_LEN)) } else { trailer(src, at, decoded) }
    }
}

impl BytesDecoder for Decoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoded_size(&self, src: &[u8]) -> Result<SizeHint> {
        parse(src, self.options.ignore_checksum).map(|_| SizeHint::Unknown)
    }

    fn decode_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<Progress> {
        self.run(src, dst, cx).map(|inflated| inflated.progress())
    }

    fn decode_exact(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<()> {
        let expected = dst.len();
        self.run(src, dst, cx)?.exact(&INFO, expected)
    }

    fn decode(&mut self, src: &[u8], cx: &Context<'_>) -> Result<Vec<u8>> {
        let (mut at, mut dst) = (0, Vec::new());
        let mut room = guess(src);
        loop {
            let (body, start) = (self.body(src, at)?, dst.len());
            let consumed = self
                .inflater
                .inflate_append(src.get(body..).unwrap_or(&[]), &mut dst, room, cx)
                .map_err(|error| error.shifted(body as u64))?;
            let end = self.end(src, body + consumed, dst.get(start..).unwrap_or(&[]))?;
            match next(src, end) {
                Next::Member(next) => at = next,
                Next::End(_) => break,
            }
            // Later members take what room is left, and grow from there.
            room = 0;
        }
        cx.gate_output(&INFO, dst.len() as u64, src.len(), None)?;
        dst.shrink_to_fit();
        Ok(dst)
    }
}
