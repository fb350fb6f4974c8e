use iio_codec::{BytesEncoder, CodecInfo, Context, Result};

use crate::engine::Deflater;
use crate::{EncodeOptions, INFO};

/// Returns the most bytes that `src_len` bytes can become, at any level: five more for every 5000.
#[must_use]
pub fn encode_bound(src_len: usize) -> usize {
    Deflater::bound(src_len)
}

/// Encodes `src` into the start of `dst` and returns the bytes written.
///
/// # Errors
/// `OutputTooSmall` if `dst` has no room; `InvalidArgument` for a level that does not exist.
pub fn encode_into(src: &[u8], dst: &mut [u8], options: &EncodeOptions) -> Result<usize> {
    Encoder::new(options)?.encode_into(src, dst, &Context::default())
}

/// Encodes `src` into a new `Vec`.
///
/// # Errors
/// `InvalidArgument` for a level that does not exist; `OutOfMemory`.
pub fn encode(src: &[u8], options: &EncodeOptions) -> Result<Vec<u8>> {
    Encoder::new(options)?.encode(src, &Context::default())
}

/// A worker that encodes: make one per thread and keep it.
#[derive(Debug)]
pub struct Encoder {
    deflater: Deflater,
}

impl Encoder {
    /// Makes a worker. Nothing is allocated until it is used.
    ///
    /// # Errors
    /// `InvalidArgument` for a level that does not exist.
    pub fn new(options: &EncodeOptions) -> Result<Self> {
        Ok(Self { deflater: Deflater::new(&INFO, options.level)? })
    }
}

impl BytesEncoder for Encoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn encode_bound(&self, src_len: usize) -> usize {
        Deflater::bound(src_len)
    }

    fn encode_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<usize> {
        self.deflater.deflate_into(src, dst, cx)
    }

    fn encode_append(&mut self, src: &[u8], dst: &mut Vec<u8>, cx: &Context<'_>) -> Result<()> {
        self.deflater.deflate_append(src, dst, cx)
    }
}
