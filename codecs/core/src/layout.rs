use core::fmt;

use crate::{DType, Error, Result};

/// The most dimensions an array of this contract has.
pub const MAX_NDIM: usize = 8;

/// The dtype and shape of an array, on the stack. Axes are in C order: the last one is contiguous in memory.
///
/// Images are `[height, width]` or `[height, width, samples]`; more axes stand in front.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Layout {
    dtype: DType,
    ndim: u8,
    shape: [usize; MAX_NDIM],
}

impl Layout {
    /// Makes a layout of `dtype` with the axis lengths `shape`.
    ///
    /// # Errors
    /// `InvalidArgument` if there are more than [`MAX_NDIM`] axes, or if the bytes of the array do not fit `isize`.
    pub fn new(dtype: DType, shape: &[usize]) -> Result<Self> {
        let mut axes = [0; MAX_NDIM];
        let Some(slots) = axes.get_mut(..shape.len()) else {
            return Err(Error::invalid_argument("layout", format!("{} axes, at most {MAX_NDIM}", shape.len())));
        };
        slots.copy_from_slice(shape);
        // Zero-length axes must not hide an overflow of the others: strides are computed from them.
        let bytes = shape.iter().try_fold(dtype.size(), |n, &len| n.checked_mul(len.max(1)));
        if bytes.is_none_or(|n| isize::try_from(n).is_err()) {
            return Err(Error::invalid_argument("layout", format!("{dtype} {shape:?} exceeds the address space")));
        }
        #[expect(clippy::cast_possible_truncation, reason = "at most MAX_NDIM")]
        Ok(Self { dtype, ndim: shape.len() as u8, shape: axes })
    }

    /// Makes a layout from sizes as they stand in a file, which may be too large for this machine.
    ///
    /// # Errors
    /// As [`Layout::new`].
    pub fn from_u64(dtype: DType, shape: &[u64]) -> Result<Self> {
        let mut axes = [0usize; MAX_NDIM];
        for (axis, &len) in axes.iter_mut().zip(shape) {
            *axis = usize::try_from(len)
                .map_err(|_| Error::invalid_argument("layout", format!("axis of {len} exceeds the address space")))?;
        }
        match axes.get(..shape.len()) {
            Some(axes) => Self::new(dtype, axes),
            None => Err(Error::invalid_argument("layout", format!("{} axes, at most {MAX_NDIM}", shape.len()))),
        }
    }

    /// The type of the samples.
    #[must_use]
    pub const fn dtype(&self) -> DType {
        self.dtype
    }

    /// The number of axes.
    #[must_use]
    pub const fn ndim(&self) -> usize {
        self.ndim as usize
    }

    /// The axis lengths, in samples.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        self.shape.get(..self.ndim as usize).unwrap_or(&[])
    }

    /// The number of samples.
    #[must_use]
    pub fn n_samples(&self) -> usize {
        self.shape().iter().product()
    }

    /// The number of bytes, without gaps.
    #[must_use]
    pub fn n_bytes(&self) -> usize {
        self.n_samples() * self.dtype.size()
    }

    /// True if any axis has length zero.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shape().contains(&0)
    }

    /// Bytes of everything behind axis `axis` (itemsize for the last axis): the C-order stride of that axis.
    #[must_use]
    pub fn stride(&self, axis: usize) -> usize {
        self.shape().iter().skip(axis + 1).map(|&n| n.max(1)).product::<usize>() * self.dtype.size()
    }

    /// The same shape with another dtype.
    ///
    /// # Errors
    /// As [`Layout::new`].
    pub fn with_dtype(&self, dtype: DType) -> Result<Self> {
        Self::new(dtype, self.shape())
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.dtype, self.shape())
    }
}

impl fmt::Debug for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Layout({self})")
    }
}
