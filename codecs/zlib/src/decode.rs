use iio_codec::{BytesDecoder, CodecInfo, Context, ErrorKind, Progress, Result, SizeHint};
use iio_deflate::engine::{End, Inflated, Inflater, guess};

use crate::check::{HEADER_LEN, TRAILER_LEN, header, trailer};
use crate::{DecodeOptions, INFO};

/// Decodes `src` into the start of `dst`. If `dst` is full before the stream ends, the result says so by
/// `complete == false`, and nothing is known of the checksum.
///
/// # Errors
/// `Malformed` or `Truncated`, if that shows before `dst` is full, or if the checksum is wrong; `Unsupported` for a
/// preset dictionary.
pub fn decode_into(src: &[u8], dst: &mut [u8], options: &DecodeOptions) -> Result<Progress> {
    Decoder::new(options).decode_into(src, dst, &Context::default())
}

/// Decodes `src` into exactly `dst.len()` bytes: the fastest way.
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
        let inflated = self.inflater.inflate_into(header(src)?, dst, cx);
        self.finish(inflated, src, dst)
    }

    /// Looks at the end of a stream whose body was inflated.
    fn finish(&self, inflated: Result<Inflated>, src: &[u8], dst: &[u8]) -> Result<Inflated> {
        let mut inflated = inflated.map_err(|error| error.shifted(HEADER_LEN as u64))?.shifted(HEADER_LEN);
        if !matches!(inflated.end, End::Reached) {
            return Ok(inflated);
        }
        match self.end(src, inflated.consumed, dst.get(..inflated.written).unwrap_or(&[])) {
            Ok(consumed) => inflated.consumed = consumed,
            Err(error) if error.kind() == ErrorKind::Truncated && inflated.written == dst.len() => {
                inflated.consumed = src.len();
                inflated.end = End::Missing(error);
            }
            Err(error) => return Err(error),
        }
        Ok(inflated)
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
        header(src).map(|_| SizeHint::Unknown)
    }

    fn decode_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<Progress> {
        self.run(src, dst, cx).map(|inflated| inflated.progress())
    }

    fn pairs(&self) -> bool {
        true
    }

    fn decode_pair(&mut self, pair: [(&[u8], &mut [u8]); 2], cx: &Context<'_>) -> [Result<Progress>; 2] {
        let [(src, dst), (other_src, other_dst)] = pair;
        let (Ok(body), Ok(other_body)) = (header(src), header(other_src)) else {
            return [self.decode_into(src, dst, cx), self.decode_into(other_src, other_dst, cx)];
        };
        let [first, second] = self.inflater.inflate_both([(body, &mut *dst), (other_body, &mut *other_dst)], cx);
        let progress = |inflated: Result<Inflated>| Ok(inflated?.progress());
        [progress(self.finish(first, src, dst)), progress(self.finish(second, other_src, other_dst))]
    }

    fn decode_exact(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<()> {
        let expected = dst.len();
        self.run(src, dst, cx)?.exact(&INFO, expected)
    }

    fn decode(&mut self, src: &[u8], cx: &Context<'_>) -> Result<Vec<u8>> {
        let (body, mut dst) = (header(src)?, Vec::new());
        let consumed = self
            .inflater
            .inflate_append(body, &mut dst, guess(body.len()), cx)
            .map_err(|error| error.shifted(HEADER_LEN as u64))?;
        self.end(src, HEADER_LEN + consumed, &dst)?;
        cx.gate_output(&INFO, dst.len() as u64, src.len(), None)?;
        dst.shrink_to_fit();
        Ok(dst)
    }
}
