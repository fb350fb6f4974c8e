use iio_codec::{BytesDecoder, CodecInfo, Context, Progress, Result, SizeHint};

use crate::INFO;
use crate::engine::{Inflater, guess};

/// Decodes `src` into the start of `dst`. If `dst` is full before the stream ends, the result says so by
/// `complete == false`.
///
/// # Errors
/// `Malformed` or `Truncated`, if that shows before `dst` is full.
pub fn decode_into(src: &[u8], dst: &mut [u8]) -> Result<Progress> {
    Decoder::new().decode_into(src, dst, &Context::default())
}

/// Decodes `src` into exactly `dst.len()` bytes.
///
/// # Errors
/// As [`decode_into`]; `Truncated` if it gives fewer bytes, `OutputTooSmall` if it gives more.
pub fn decode_exact(src: &[u8], dst: &mut [u8]) -> Result<()> {
    Decoder::new().decode_exact(src, dst, &Context::default())
}

/// Decodes `src` into a new `Vec`, under the default limits. Where the size is known, [`decode_exact`] is faster.
///
/// # Errors
/// As [`decode_into`]; `Limit` if the output exceeds 1 GiB; `OutOfMemory`.
pub fn decode(src: &[u8]) -> Result<Vec<u8>> {
    Decoder::new().decode(src, &Context::default())
}

/// A worker that decodes: make one per thread and keep it.
#[derive(Debug)]
pub struct Decoder {
    inflater: Inflater,
}

impl Decoder {
    /// Makes a worker. Nothing is allocated until it is used.
    #[must_use]
    pub const fn new() -> Self {
        Self { inflater: Inflater::new(&INFO) }
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl BytesDecoder for Decoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoded_size(&self, _: &[u8]) -> Result<SizeHint> {
        Ok(SizeHint::Unknown)
    }

    fn decode_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<Progress> {
        self.inflater.inflate_into(src, dst, cx).map(|inflated| inflated.progress())
    }

    fn pairs(&self) -> bool {
        true
    }

    fn decode_pair(&mut self, pair: [(&[u8], &mut [u8]); 2], cx: &Context<'_>) -> [Result<Progress>; 2] {
        self.inflater.inflate_both(pair, cx).map(|inflated| Ok(inflated?.progress()))
    }

    fn decode_exact(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<()> {
        let expected = dst.len();
        self.inflater.inflate_into(src, dst, cx)?.exact(&INFO, expected)
    }

    fn decode(&mut self, src: &[u8], cx: &Context<'_>) -> Result<Vec<u8>> {
        let mut dst = Vec::new();
        self.inflater.inflate_append(src, &mut dst, guess(src.len()), cx)?;
        cx.gate_output(&INFO, dst.len() as u64, src.len(), None)?;
        dst.shrink_to_fit();
        Ok(dst)
    }
}
