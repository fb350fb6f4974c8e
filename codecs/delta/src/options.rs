use iio_codec::{Blame, DType, DTypeKind, Layout, Result};

use crate::INFO;

/// The greatest [`Options::dist`].
pub const MAX_DIST: usize = 64;

/// Along which axis and over what distance samples are differences.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// The axis along which neighbours are subtracted; negative ones count from the end. Default -1, the last axis.
    /// The columns of an image `[height, width, samples]` are axis -2.
    pub axis: i32,
    /// Distance of the two samples of a difference along the axis, 1 to [`MAX_DIST`]. Default 1; the DNG predictors
    /// X2 and X4 are 2 and 4.
    pub dist: usize,
    /// Significant bits of integer samples: sums and differences wrap there, and signed ones are sign-extended. Default
    /// `None`, all bits of the dtype. For samples that a file packs, such as 12 bits in `uint16`.
    pub bits: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self { axis: -1, dist: 1, bits: None }
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

    /// Sets [`Options::bits`].
    #[must_use]
    pub const fn with_bits(mut self, bits: u32) -> Self {
        self.bits = Some(bits);
        self
    }

    /// What the options mean for arrays of `layout`.
    pub(crate) fn geometry(&self, layout: &Layout) -> Result<Geometry> {
        let dtype = layout.dtype();
        if !matches!(dtype.size(), 1 | 2 | 4 | 8) || dtype == DType::Bool {
            let message = format!("samples must be integers or floats of 1, 2, 4 or 8 bytes or complex64, got {dtype}");
            return Err(INFO.invalid_argument(message));
        }
        if !(1..=MAX_DIST).contains(&self.dist) {
            return Err(INFO.invalid_argument(format!("dist must be 1..={MAX_DIST}, got {}", self.dist)));
        }
        let ndim = layout.ndim();
        let axis = usize::try_from(self.axis).ok().or_else(|| ndim.checked_sub(self.axis.unsigned_abs() as usize));
        let Some((axis, &len)) = axis.and_then(|axis| Some((axis, layout.shape().get(axis)?))) else {
            return Err(INFO.invalid_argument(format!("axis {} is not one of the {ndim} axes of {layout}", self.axis)));
        };
        let spare = self.spare_bits(dtype)?;
        Ok(Geometry { size: dtype.size(), len, step: layout.stride(axis), dist: self.dist, spare })
    }

    /// High bits of a sample that carry nothing but its sign.
    fn spare_bits(&self, dtype: DType) -> Result<u32> {
        let width = u32::try_from(dtype.size() * 8).map_err(|_| INFO.internal("sample of 2^29 bytes"))?;
        match self.bits {
            None => Ok(0),
            Some(bits) if bits == width => Ok(0),
            Some(bits) if (1..width).contains(&bits) && matches!(dtype.kind(), DTypeKind::Uint | DTypeKind::Int) => {
                Ok(width - bits)
            }
            Some(bits) => Err(INFO.invalid_argument(format!("samples of {bits} bits do not fit {dtype}"))),
        }
    }
}

/// The array as `[rows, len, step]` with differences along the second axis.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Geometry {
    /// Bytes of a sample.
    pub(crate) size: usize,
    /// Length of the axis.
    pub(crate) len: usize,
    /// Bytes from one position on the axis to the next, without gaps.
    pub(crate) step: usize,
    /// Distance along the axis, in positions.
    pub(crate) dist: usize,
    /// High bits that are no part of the number.
    pub(crate) spare: u32,
}
