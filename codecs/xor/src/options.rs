use iio_codec::{Blame, Layout, Result};

use crate::INFO;

/// Along which axis neighbours are combined.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// The axis along which each sample is combined with the one before it; negative ones count from the end. Default
    /// -1, the last axis. The columns of an image `[height, width, samples]` are axis -2.
    pub axis: i32,
}

impl Default for Options {
    fn default() -> Self {
        Self { axis: -1 }
    }
}

impl Options {
    /// Sets [`Options::axis`].
    #[must_use]
    pub const fn with_axis(mut self, axis: i32) -> Self {
        self.axis = axis;
        self
    }

    /// What the options mean for arrays of `layout`.
    pub(crate) fn geometry(&self, layout: &Layout) -> Result<Geometry> {
        let ndim = layout.ndim();
        let axis = usize::try_from(self.axis).ok().or_else(|| ndim.checked_sub(self.axis.unsigned_abs() as usize));
        let Some((axis, &len)) = axis.and_then(|axis| Some((axis, layout.shape().get(axis)?))) else {
            return Err(INFO.invalid_argument(format!("axis {} is not one of the {ndim} axes of {layout}", self.axis)));
        };
        Ok(Geometry { len, step: layout.stride(axis) })
    }
}

/// The array as `[rows, len, step]`, combined along the second axis.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Geometry {
    /// Length of the axis.
    pub(crate) len: usize,
    /// Bytes from one position on the axis to the next, without gaps.
    pub(crate) step: usize,
}
