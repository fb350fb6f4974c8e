use iio_codec::{Blame, Layout, Result};

use crate::INFO;

/// The greatest [`Options::dist`].
pub const MAX_DIST: usize = 64;

/// The greatest [`Options::item_size`].
pub const MAX_ITEM_SIZE: usize = 0x7fff_ffff;

/// What a row is, and what happens to its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// The first axis of a row: a row is everything from this axis on; negative ones count from the end. Default -1,
    /// the last axis. 0 makes one row of the whole array, also of one without axes, as HDF5 and Numcodecs do.
    pub axis: i32,
    /// Distance of the bytes of a difference, in positions on the axis, 1 to [`MAX_DIST`]. Default 1. Without [`Options::delta`]
    /// it does nothing.
    pub dist: usize,
    /// Whether bytes are differenced after they were sorted into planes. Default false.
    pub delta: bool,
    /// Whether the plane of the most significant bytes is the first, whatever the byte order of the machine. Default
    /// false: planes stand in the order in which the bytes of a sample lie in memory.
    pub reorder: bool,
    /// Bytes of a sample, 1 to [`MAX_ITEM_SIZE`], for arrays of bytes that hold something wider. Default `None`: those
    /// of the dtype. Bytes at the end of a row that are no whole sample stay where they are.
    pub item_size: Option<usize>,
}

impl Default for Options {
    fn default() -> Self {
        Self { axis: -1, dist: 1, delta: false, reorder: false, item_size: None }
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

    /// Sets [`Options::delta`].
    #[must_use]
    pub const fn with_delta(mut self, delta: bool) -> Self {
        self.delta = delta;
        self
    }

    /// Sets [`Options::reorder`].
    #[must_use]
    pub const fn with_reorder(mut self, reorder: bool) -> Self {
        self.reorder = reorder;
        self
    }

    /// Sets [`Options::item_size`].
    #[must_use]
    pub const fn with_item_size(mut self, item_size: Option<usize>) -> Self {
        self.item_size = item_size;
        self
    }

    /// What the options mean for arrays of `layout`.
    pub(crate) fn rows(&self, layout: &Layout) -> Result<Rows> {
        let item_size = self.item_size.unwrap_or(layout.dtype().size());
        if !(1..=MAX_ITEM_SIZE).contains(&item_size) {
            return Err(INFO.invalid_argument(format!("item_size must be 1..={MAX_ITEM_SIZE}, got {item_size}")));
        }
        if !(1..=MAX_DIST).contains(&self.dist) {
            return Err(INFO.invalid_argument(format!("dist must be 1..={MAX_DIST}, got {}", self.dist)));
        }
        let ndim = layout.ndim();
        let axis = usize::try_from(self.axis).ok().or_else(|| ndim.checked_sub(self.axis.unsigned_abs() as usize));
        let (len, step) = match axis.map(|axis| (axis, layout.shape().get(axis))) {
            Some((axis, Some(&len))) => (len, layout.stride(axis)),
            Some((0, None)) => (1, layout.dtype().size()),
            _ => {
                let message = format!("axis {} is not one of the {ndim} axes of {layout}", self.axis);
                return Err(INFO.invalid_argument(message));
            }
        };
        Ok(Rows {
            row_len: len * step,
            item_size,
            lag: self.delta.then_some(self.dist * (step / layout.dtype().size())),
            reverse: self.reorder && cfg!(target_endian = "little"),
        })
    }
}

/// Rows as bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows {
    /// Bytes of a row.
    pub(crate) row_len: usize,
    /// Bytes of a sample.
    pub(crate) item_size: usize,
    /// Distance of the bytes of a difference, if they are differenced.
    pub(crate) lag: Option<usize>,
    /// Whether the last byte of a sample goes to the first plane.
    pub(crate) reverse: bool,
}

impl Rows {
    /// True if bytes change their places.
    pub(crate) const fn moves(&self) -> bool {
        // One sample is its own planes, unless they are turned.
        let samples = self.row_len / self.item_size;
        self.item_size > 1 && (samples > 1 || (samples == 1 && self.reverse))
    }
}
