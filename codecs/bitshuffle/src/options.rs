use iio_codec::{Blame, Layout, Result};

use crate::INFO;

/// The greatest [`Options::item_size`].
pub const MAX_ITEM_SIZE: usize = 0x7fff_ffff;
/// The greatest [`Options::block_size`].
pub const MAX_BLOCK_SIZE: usize = 0x7fff_fff8;

/// Samples whose bits make a byte.
pub(crate) const GROUP: usize = 8;
/// Bytes that a block has by default, and the fewest samples.
const TARGET: usize = 8192;
const FEWEST: usize = 128;

/// What a sample is, and how many make a block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Bytes of a sample, 1 to [`MAX_ITEM_SIZE`], for arrays of bytes that hold something wider. Default `None`: those
    /// of the dtype. The bytes of the array must be whole samples.
    pub item_size: Option<usize>,
    /// Samples of a block, a multiple of 8 up to [`MAX_BLOCK_SIZE`]. Default 0: as many as 8192 bytes hold, 128 at least.
    /// What was encoded with one size does not decode with another.
    pub block_size: usize,
}

impl Options {
    /// Sets [`Options::item_size`].
    #[must_use]
    pub const fn with_item_size(mut self, item_size: Option<usize>) -> Self {
        self.item_size = item_size;
        self
    }

    /// Sets [`Options::block_size`].
    #[must_use]
    pub const fn with_block_size(mut self, block_size: usize) -> Self {
        self.block_size = block_size;
        self
    }

    /// What the options mean for arrays of `layout`.
    pub(crate) fn blocks(&self, layout: &Layout) -> Result<Blocks> {
        Blocks::new(layout.n_bytes(), self.item_size.unwrap_or(layout.dtype().size()), self.block_size)
    }
}

/// Blocks as bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Blocks {
    /// Bytes of a sample.
    pub(crate) item_size: usize,
    /// Bytes of a block; the last one may have fewer.
    pub(crate) len: usize,
}

impl Blocks {
    pub(crate) fn new(n_bytes: usize, item_size: usize, block_size: usize) -> Result<Self> {
        if !(1..=MAX_ITEM_SIZE).contains(&item_size) {
            return Err(INFO.invalid_argument(format!("item_size must be 1..={MAX_ITEM_SIZE}, got {item_size}")));
        }
        if block_size > MAX_BLOCK_SIZE || !block_size.is_multiple_of(GROUP) {
            let message = format!("block_size must be a multiple of {GROUP} in 0..={MAX_BLOCK_SIZE}, got {block_size}");
            return Err(INFO.invalid_argument(message));
        }
        if !n_bytes.is_multiple_of(item_size) {
            return Err(INFO.invalid_argument(format!("{n_bytes} bytes are not whole samples of {item_size} bytes")));
        }
        let block_size = match block_size {
            0 => (TARGET / item_size / GROUP * GROUP).max(FEWEST),
            given => given,
        };
        // More than there is needs no scratch.
        let samples = block_size.min(n_bytes / item_size / GROUP * GROUP);
        Ok(Self { item_size, len: samples * item_size })
    }
}
