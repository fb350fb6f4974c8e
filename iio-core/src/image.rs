use iio_codec::{
    AlignedBytes, ArrayMut, ArrayRef, DType, Error, Layout, Result, Sample, as_bytes, as_samples, as_samples_mut,
};

use crate::Metadata;

/// An n-dimensional image: samples in native byte order and C order, 64-byte aligned, with axes and metadata.
///
/// `axes` has one letter per axis: `Y`, `X`, `S` (samples), `Z`, `T`, `C`, `I` (pages), `Q` (other).
#[derive(Debug)]
pub struct NdImage {
    bytes: AlignedBytes,
    layout: Layout,
    axes: String,
    /// What is known of the image beside its pixels.
    pub meta: Metadata,
}

impl NdImage {
    /// Allocates a zeroed image. Axes are `YX` or `YXS`, with `Q` in front of them.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub fn zeroed(layout: Layout) -> Result<Self> {
        Self::from_bytes(AlignedBytes::zeroed(layout.n_bytes())?, layout)
    }

    /// Takes bytes in native byte order and C order.
    ///
    /// # Errors
    /// `InvalidArgument` if their number is not that of the layout.
    pub fn from_bytes(bytes: AlignedBytes, layout: Layout) -> Result<Self> {
        ArrayRef::new(&bytes, layout)?;
        let axes = default_axes(&layout);
        Ok(Self { bytes, layout, axes, meta: Metadata::default() })
    }

    /// Copies samples into an image of this shape.
    ///
    /// # Errors
    /// `InvalidArgument` if `dtype` is not one that `T` stands for, or the number of samples is not that of the shape;
    /// `OutOfMemory`.
    pub fn from_slice<T: Sample>(samples: &[T], dtype: DType, shape: &[usize]) -> Result<Self> {
        if !T::stands_for(dtype) {
            let message = format!("samples of {} are not {dtype}", core::any::type_name::<T>());
            return Err(Error::invalid_argument("image", message));
        }
        Self::from_bytes(AlignedBytes::from_slice(as_bytes(samples))?, Layout::new(dtype, shape)?)
    }

    /// The dtype and shape.
    #[must_use]
    pub const fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The type of the samples.
    #[must_use]
    pub const fn dtype(&self) -> DType {
        self.layout.dtype()
    }

    /// The axis lengths, in samples.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        self.layout.shape()
    }

    /// One letter per axis.
    #[must_use]
    pub fn axes(&self) -> &str {
        &self.axes
    }

    /// Names the axes. Ignored unless there is one ASCII letter per axis.
    #[must_use]
    pub fn with_axes(mut self, axes: &str) -> Self {
        if axes.len() == self.layout.ndim() && axes.is_ascii() {
            axes.clone_into(&mut self.axes);
        }
        self
    }

    /// Sets the metadata.
    #[must_use]
    pub fn with_meta(mut self, meta: Metadata) -> Self {
        self.meta = meta;
        self
    }

    /// All bytes, in native byte order and C order.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// All bytes, to be written.
    #[must_use]
    pub fn as_bytes_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }

    /// The bytes alone, without a copy.
    #[must_use]
    pub fn into_bytes(self) -> AlignedBytes {
        self.bytes
    }

    /// All samples in C order; `None` if `T` does not stand for the dtype.
    #[must_use]
    pub fn as_slice<T: Sample>(&self) -> Option<&[T]> {
        T::stands_for(self.dtype()).then(|| as_samples(&self.bytes)).flatten()
    }

    /// All samples in C order, to be written; `None` if `T` does not stand for the dtype.
    #[must_use]
    pub fn as_slice_mut<T: Sample>(&mut self) -> Option<&mut [T]> {
        T::stands_for(self.layout.dtype()).then(|| as_samples_mut(&mut self.bytes)).flatten()
    }

    /// The whole image as a view; parts of it through [`ArrayRef::window`].
    ///
    /// # Errors
    /// None in practice: the layout was checked when the image was made.
    pub fn view(&self) -> Result<ArrayRef<'_>> {
        ArrayRef::new(&self.bytes, self.layout)
    }

    /// The whole image as a view to be written.
    ///
    /// # Errors
    /// None in practice: the layout was checked when the image was made.
    pub fn view_mut(&mut self) -> Result<ArrayMut<'_>> {
        ArrayMut::new(&mut self.bytes, self.layout)
    }

    /// The same samples in another shape, without a copy.
    ///
    /// # Errors
    /// `InvalidArgument` if the number of samples differs.
    pub fn reshaped(self, shape: &[usize]) -> Result<Self> {
        let layout = Layout::new(self.dtype(), shape)?;
        Ok(Self { meta: self.meta, ..Self::from_bytes(self.bytes, layout)? })
    }
}

/// `YX`, `YXS` if the last axis has up to four samples, with `Q` in front.
fn default_axes(layout: &Layout) -> String {
    let shape = layout.shape();
    let tail = match shape {
        [] => "",
        [_] => "X",
        [.., _, _, samples] if *samples <= 4 => "YXS",
        _ => "YX",
    };
    "Q".repeat(shape.len().saturating_sub(tail.len())) + tail
}
