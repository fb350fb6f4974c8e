use iio_codec::{Blame, BytesCodec, BytesEncoder, CodecInfo, Context, Result};

use crate::check::HEADER;
use crate::ffi::{FastState, HighState};
use crate::{DecodeOptions, EncodeOptions, INFO, Lz4};

/// The most bytes of one block that the library makes.
const INPUT_MAX: usize = 0x7E00_0000;

/// Returns the most bytes that `src_len` bytes can become.
#[must_use]
pub const fn encode_bound(src_len: usize, options: &EncodeOptions) -> usize {
    let header = if options.header { HEADER } else { 0 };
    block_bound(src_len).saturating_add(header)
}

/// Literals only: a token, a byte of length for 255 of them, and what the library asks for beyond.
const fn block_bound(src_len: usize) -> usize {
    src_len.saturating_add(src_len / 255 + 16)
}

/// Encodes `src` into the start of `dst` and returns the bytes written.
///
/// Makes scratch for each call: keep a worker of [`Lz4`] where chunks are many and small.
///
/// # Errors
/// `OutputTooSmall` if `dst` has no room; `InvalidArgument` if `src` exceeds 2113929216 bytes; `OutOfMemory`.
pub fn encode_into(src: &[u8], dst: &mut [u8], options: &EncodeOptions) -> Result<usize> {
    worker(options)?.encode_into(src, dst, &Context::default())
}

/// Encodes `src` into a new `Vec`.
///
/// # Errors
/// `InvalidArgument` if `src` exceeds 2113929216 bytes; `OutOfMemory`.
pub fn encode(src: &[u8], options: &EncodeOptions) -> Result<Vec<u8>> {
    worker(options)?.encode(src, &Context::default())
}

fn worker(options: &EncodeOptions) -> Result<Box<dyn BytesEncoder>> {
    Lz4::new(options.clone(), DecodeOptions::default())?.encoder()
}

/// A worker that keeps the library's scratch.
pub(crate) struct Encoder {
    state: State,
    options: EncodeOptions,
}

enum State {
    Fast(FastState),
    High(HighState),
}

impl Encoder {
    pub(crate) fn new(options: &EncodeOptions) -> Result<Self> {
        let state = if options.hc { State::High(HighState::new()?) } else { State::Fast(FastState::new()?) };
        Ok(Self { state, options: options.clone() })
    }
}

impl BytesEncoder for Encoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn encode_bound(&self, src_len: usize) -> usize {
        encode_bound(src_len, &self.options)
    }

    fn encode_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<usize> {
        cx.check_cancel(&INFO)?;
        let len = u32::try_from(src.len()).ok().filter(|_| src.len() <= INPUT_MAX).ok_or_else(|| {
            INFO.invalid_argument(format!("input of {} bytes exceeds the {INPUT_MAX} of a block", src.len()))
        })?;
        let (bound, have) = (encode_bound(src.len(), &self.options), dst.len());
        let (header, block) = dst
            .split_at_mut_checked(if self.options.header { HEADER } else { 0 })
            .ok_or_else(|| INFO.output_too_small(bound, have))?;
        if let Some(header) = header.first_chunk_mut() {
            *header = len.to_le_bytes();
        }
        let written = match &mut self.state {
            State::Fast(state) => state.compress(src, block, self.options.acceleration),
            State::High(state) => state.compress(src, block, self.options.level),
        };
        match written {
            Some(written) => Ok(header.len() + written),
            None if have < bound => Err(INFO.output_too_small(bound, have)),
            // With room for any outcome, only an allocation can fail: the highest levels make one.
            None => Err(INFO.out_of_memory(64 << 10)),
        }
    }
}
