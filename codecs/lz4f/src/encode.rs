use iio_codec::{Blame, BytesCodec, BytesEncoder, CodecInfo, Context, Result, zeroed_vec};

use crate::ffi::{Compressor, bound};
use crate::{EncodeOptions, INFO, Lz4f};

/// Returns the most bytes that `src_len` bytes can become.
#[must_use]
pub fn encode_bound(src_len: usize, options: &EncodeOptions) -> usize {
    bound(src_len, options)
}

/// Encodes `src` as one frame into the start of `dst` and returns the bytes written.
///
/// Makes a context of the library for each call: keep a worker of [`Lz4f`] where chunks are many and small.
///
/// # Errors
/// `OutputTooSmall` if `dst` has no room; `InvalidArgument` if the level is out of range; `OutOfMemory`.
pub fn encode_into(src: &[u8], dst: &mut [u8], options: &EncodeOptions) -> Result<usize> {
    Lz4f::new(options.clone())?.encoder()?.encode_into(src, dst, &Context::default())
}

/// Encodes `src` as one frame into a new `Vec`.
///
/// # Errors
/// `InvalidArgument` if the level is out of range; `OutOfMemory`.
pub fn encode(src: &[u8], options: &EncodeOptions) -> Result<Vec<u8>> {
    Lz4f::new(options.clone())?.encoder()?.encode(src, &Context::default())
}

/// A worker that keeps the library's context.
pub(crate) struct Encoder {
    compressor: Compressor,
    options: EncodeOptions,
    /// Takes the frame where the destination is shorter than the bound, which the library insists on.
    scratch: Vec<u8>,
}

impl Encoder {
    pub(crate) fn new(options: &EncodeOptions) -> Result<Self> {
        Ok(Self { compressor: Compressor::new()?, options: options.clone(), scratch: Vec::new() })
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
        let bound = encode_bound(src.len(), &self.options);
        if dst.len() >= bound {
            return self.compressor.compress(src, dst, &self.options);
        }
        if self.scratch.len() < bound {
            cx.gate_working(&INFO, bound as u64)?;
            self.scratch = Vec::new();
            self.scratch = zeroed_vec(bound).map_err(|error| INFO.out_of_memory(bound).with_source(error))?;
        }
        let written = self.compressor.compress(src, &mut self.scratch, &self.options)?;
        let (have, frame) = (dst.len(), self.scratch.get(..written).unwrap_or_default());
        dst.get_mut(..written).ok_or_else(|| INFO.output_too_small(written, have))?.copy_from_slice(frame);
        Ok(written)
    }
}
