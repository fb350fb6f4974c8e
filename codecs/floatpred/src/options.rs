use iio_codec::{Blame, Layout, Result};
use iio_delta::MAX_DIST;

use crate::INFO;

/// What a row is, and over what distance its bytes are differences.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// The first axis of a row: a row is everything from this axis on; negative ones count from the end. Default -1,
    /// the last axis. The rows of an image `[height, width, samples]` are axis -2.
    pub axis: i32,
    /// Distance of the bytes of a difference, in positions on the axis, 1 to 64. Default 1; the DNG predictors X2 and
    /// X4 are 2 and 4.
    pub dist: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { axis: -1, dist: 1 }
    }
}

impl Options {
    /// Sets [`Options::axis`].
    #[must_use]
    pub const fn with_axis(mut self, axis: i32) -> Self {
        self.axis = axis;
        self
    }

    /// Sets [`Options::dist`].
    #[must_use]
    pub const fn with_dist(mut self, dist: usize) -> Self {
        self.dist = dist;
        self
    }

    /// What the options mean for arrays of `layout`.
    pub(crate) fn rows(&self, layout: &Layout) -> Result<Rows> {
        let dtype = layout.dtype();
        if !matches!(dtype.size(), 2 | 4 | 8) {
            return Err(INFO.invalid_argument(format!("samples must have 2, 4 or 8 bytes, got {dtype}")));
        }
        if !(1..=MAX_DIST).contains(&self.dist) {
            return Err(INFO.invalid_argument(format!("dist must be 1..={MAX_DIST}, got {}", self.dist)));
        }
        let ndim = layout.ndim();
        let axis = usize::try_from(self.axis).ok().or_else(|| ndim.checked_sub(self.axis.unsigned_abs() as usize));
        let Some((axis, &len)) = axis.and_then(|axis| Some((axis, layout.shape().get(axis)?))) else {
            return Err(INFO.invalid_argument(format!("axis {} is not one of the {ndim} axes of {layout}", self.axis)));
        };
        let step = layout.stride(axis);
        Ok(Rows {
            row_len: len * step,
            sample_len: dtype.size(),
            lag: self.dist * (step / dtype.size()),
            order: ByteOrder::NATIVE,
        })
    }
}

/// The order of the bytes of a number in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    /// The least significant byte first.
    Little,
    /// The most significant byte first.
    Big,
}

impl ByteOrder {
    /// That of this machine.
    pub const NATIVE: Self = if cfg!(target_endian = "little") { Self::Little } else { Self::Big };
}

/// Rows as bytes, for samples that no dtype stands for, such as the 24-bit floats of TIFF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rows {
    /// Bytes of a row.
    pub row_len: usize,
    /// Bytes of a sample: 2, 3, 4 or 8.
    pub sample_len: usize,
    /// Distance of the bytes of a difference: samples per pixel, times 2 or 4 for the DNG predictors.
    pub lag: usize,
    /// Byte order of the samples.
    pub order: ByteOrder,
}

impl Rows {
    /// Describes rows in native byte order with a distance of one byte.
    #[must_use]
    pub const fn new(row_len: usize, sample_len: usize) -> Self {
        Self { row_len, sample_len, lag: 1, order: ByteOrder::NATIVE }
    }

    /// Sets [`Rows::lag`].
    #[must_use]
    pub const fn with_lag(mut self, lag: usize) -> Self {
        self.lag = lag;
        self
    }

    /// Sets [`Rows::order`].
    #[must_use]
    pub const fn with_order(mut self, order: ByteOrder) -> Self {
        self.order = order;
        self
    }

    /// True if the last byte of a sample in memory is the most significant one, whose plane is the first.
    pub(crate) fn reverse(&self) -> bool {
        self.order == ByteOrder::Little
    }

    pub(crate) fn checked(&self, bytes_len: usize) -> Result<()> {
        let Self { row_len, sample_len, lag, .. } = *self;
        if !matches!(sample_len, 2 | 3 | 4 | 8) || lag == 0 {
            let message =
                format!("samples of {sample_len} bytes with distance {lag}, must be 2, 3, 4 or 8 bytes, 1 or more");
            return Err(INFO.invalid_argument(message));
        }
        if row_len == 0 || !row_len.is_multiple_of(sample_len) || !bytes_len.is_multiple_of(row_len) {
            let message =
                format!("{bytes_len} bytes are not rows of {row_len} bytes with samples of {sample_len} bytes");
            return Err(INFO.invalid_argument(message));
        }
        Ok(())
    }
}
