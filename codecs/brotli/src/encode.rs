//! Encoding. The middle levels are ours, the lowest and the highest ones are those of the crate `brotli`.

mod bits;
mod block;
mod command;
mod context;
mod dictionary;
mod entropy;
mod library;
mod matcher;
mod prefix;
mod split;
mod stream;
mod switch;

use iio_codec::{BytesEncoder, CodecInfo, Context, Result};

use crate::{EncodeOptions, INFO};
use library::Library;
use stream::{Stream, effort, working};

/// Returns the most bytes that `src_len` bytes can become.
#[must_use]
pub const fn encode_bound(src_len: usize) -> usize {
    // Levels 0 and 1 write a header for each window, whose smallest has 1 KiB.
    src_len.saturating_add(src_len >> 7).saturating_add(64)
}

/// Encodes `src` into the start of `dst` and returns the bytes written.
///
/// # Errors
/// `OutputTooSmall` if `dst` has no room; `InvalidArgument`.
pub fn encode_into(src: &[u8], dst: &mut [u8], options: &EncodeOptions) -> Result<usize> {
    Encoder::new(&options.clone().validated()?).encode_into(src, dst, &Context::default())
}

/// Encodes `src` into a new `Vec`.
///
/// # Errors
/// `InvalidArgument`; `OutOfMemory`.
pub fn encode(src: &[u8], options: &EncodeOptions) -> Result<Vec<u8>> {
    Encoder::new(&options.clone().validated()?).encode(src, &Context::default())
}

/// A worker.
pub(crate) struct Encoder {
    options: EncodeOptions,
    /// The memory of the levels that are ours.
    stream: Box<Stream>,
}

impl Encoder {
    pub(crate) fn new(options: &EncodeOptions) -> Self {
        Self { options: options.clone(), stream: Box::default() }
    }
}

impl BytesEncoder for Encoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn encode_bound(&self, src_len: usize) -> usize {
        encode_bound(src_len)
    }

    fn encode_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<usize> {
        cx.check_cancel(&INFO)?;
        match effort(&self.options) {
            Some(effort) => {
                cx.gate_working(&INFO, working(effort, src.len()))?;
                self.stream.encode(effort, self.options.lgwin, src, dst, cx)
            }
            None => Library::new(&self.options).encode_into(src, dst, cx),
        }
    }
}
