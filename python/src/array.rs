//! Arrays of numpy as views of the contract.

use iio_codec::{ArrayMut, ArrayRef, DType, Layout, MAX_NDIM};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyTuple};

use crate::buffer::{Access, Buffer};

/// What is needed of numpy, looked up once.
pub(crate) struct Numpy {
    pub(crate) ndarray: Py<PyAny>,
    pub(crate) asarray: Py<PyAny>,
    pub(crate) ascontiguousarray: Py<PyAny>,
    pub(crate) empty: Py<PyAny>,
    pub(crate) frombuffer: Py<PyAny>,
    dtypes: Vec<Py<PyAny>>,
}

impl Numpy {
    pub(crate) fn get(py: Python<'_>) -> PyResult<&Self> {
        static NUMPY: PyOnceLock<Numpy> = PyOnceLock::new();
        NUMPY.get_or_try_init(py, || {
            let numpy = py.import("numpy")?;
            let attribute = |name| numpy.getattr(name).map(Bound::unbind);
            let dtype = |dtype: &DType| {
                // numpy has no bfloat16 of its own: the bits, then.
                let name = if *dtype == DType::BF16 { "uint16" } else { dtype.name() };
                numpy.getattr("dtype")?.call1((name,)).map(Bound::unbind)
            };
            Ok(Self {
                ndarray: attribute("ndarray")?,
                asarray: attribute("asarray")?,
                ascontiguousarray: attribute("ascontiguousarray")?,
                empty: attribute("empty")?,
                frombuffer: attribute("frombuffer")?,
                dtypes: DType::ALL.iter().map(dtype).collect::<PyResult<_>>()?,
            })
        })
    }

    pub(crate) fn is_array(&self, object: &Bound<'_, PyAny>) -> PyResult<bool> {
        object.is_instance(self.ndarray.bind(object.py()))
    }

    /// True if the memory of an array is that of a bytes object of more than one byte (shorter ones are shared).
    pub(crate) fn is_view_of_bytes(&self, object: &Bound<'_, PyAny>) -> PyResult<bool> {
        let mut base = object.clone();
        while self.is_array(&base)? {
            base = base.getattr("base")?;
        }
        Ok(base.cast::<PyBytes>().is_ok_and(|bytes| bytes.as_bytes().len() > 1))
    }

    pub(crate) fn dtype<'py>(&self, py: Python<'py>, dtype: DType) -> PyResult<Bound<'py, PyAny>> {
        let index = DType::ALL.iter().position(|known| *known == dtype);
        let object = index.and_then(|index| self.dtypes.get(index));
        object.map(|object| object.bind(py).clone()).ok_or_else(|| PyValueError::new_err(format!("no dtype {dtype}")))
    }

    /// A new array whose samples are not set.
    pub(crate) fn empty<'py>(&self, py: Python<'py>, layout: &Layout) -> PyResult<Bound<'py, PyAny>> {
        let shape = PyTuple::new(py, layout.shape())?;
        self.empty.bind(py).call1((shape, self.dtype(py, layout.dtype())?))
    }
}

/// The dtype of a numpy dtype object; `None` if it is none of ours, or not in native byte order.
pub(crate) fn dtype_of(object: &Bound<'_, PyAny>) -> PyResult<Option<DType>> {
    let dtype = object.py().import("numpy")?.getattr("dtype")?.call1((object,))?;
    if !dtype.getattr("isnative")?.extract::<bool>()? {
        return Ok(None);
    }
    Ok(DType::from_name(&dtype.getattr("name")?.extract::<String>()?))
}

/// The dtype of a format of the struct module; `None` if it is none of ours, or not in native byte order.
fn dtype_of_format(format: &str, size: usize) -> Option<DType> {
    let (order, code) = match format.as_bytes().first()? {
        order @ (b'@' | b'=' | b'<' | b'>' | b'!') => (*order, format.get(1..)?),
        _ => (b'@', format),
    };
    let foreign = if cfg!(target_endian = "little") { matches!(order, b'>' | b'!') } else { order == b'<' };
    if foreign && size > 1 {
        return None;
    }
    Some(match (code, size) {
        ("?", 1) => DType::Bool,
        ("B" | "c", 1) => DType::U8,
        ("b", 1) => DType::I8,
        ("H", 2) => DType::U16,
        ("h", 2) => DType::I16,
        ("I" | "L", 4) => DType::U32,
        ("i" | "l", 4) => DType::I32,
        ("Q" | "L", 8) => DType::U64,
        ("q" | "l", 8) => DType::I64,
        ("e", 2) => DType::F16,
        ("f", 4) => DType::F32,
        ("d", 8) => DType::F64,
        ("Zf", 8) => DType::C64,
        ("Zd", 16) => DType::C128,
        _ => return None,
    })
}

/// An array object, with the layout of its memory.
pub(crate) struct Array {
    buffer: Buffer,
    pub(crate) layout: Layout,
    strides: [usize; MAX_NDIM],
    /// Bytes from the first to behind the last sample.
    span: usize,
}

impl Array {
    /// Looks at the memory of an array; `None` if it is not native, has more axes than the contract, or strides that
    /// codecs do not take (negative ones; gaps behind the first axis).
    pub(crate) fn new(object: &Bound<'_, PyAny>, access: Access) -> PyResult<Option<Self>> {
        let buffer = Buffer::new(object, access)?;
        let Some(dtype) = dtype_of_format(buffer.format(), buffer.item_size()) else { return Ok(None) };
        let shape: Vec<usize> = buffer.shape().iter().filter_map(|&n| usize::try_from(n).ok()).collect();
        let Ok(layout) = Layout::new(dtype, &shape) else { return Ok(None) };
        let mut strides = [0; MAX_NDIM];
        let mut span = if layout.is_empty() { 0 } else { dtype.size() };
        for (axis, ((slot, &stride), &len)) in strides.iter_mut().zip(buffer.strides()).zip(&shape).enumerate() {
            let natural = layout.stride(axis);
            // The stride of an axis of length one is never used, and may be anything.
            let stride = if len <= 1 || layout.is_empty() { Some(natural) } else { usize::try_from(stride).ok() };
            let Some(stride) = stride.filter(|&stride| stride == natural || (axis == 0 && stride >= natural)) else {
                return Ok(None);
            };
            *slot = stride;
            span += (len.max(1) - 1) * stride * usize::from(!layout.is_empty());
        }
        // With a gap behind rows, the rows themselves are still whole: only the first axis may have one.
        Ok(Some(Self { buffer, layout, strides, span }))
    }

    /// Reads an array as `layout`, which has the same axes but for those of length one.
    pub(crate) fn view(&self, layout: Layout) -> iio_codec::Result<ArrayRef<'_>> {
        // SAFETY: the exporter vouches for its samples, and `span` was computed from its shape and strides.
        let bytes = unsafe { self.buffer.span(self.span) };
        ArrayRef::with_strides(bytes, layout, &self.strides_as(&layout))
    }

    /// As [`Array::view`], to be written. The array must have been looked at as writable.
    pub(crate) fn view_mut(&mut self, layout: Layout) -> iio_codec::Result<ArrayMut<'_>> {
        let strides = self.strides_as(&layout);
        // SAFETY: as above, and the exporter gave a writable view.
        let bytes = unsafe { self.buffer.span_mut(self.span) };
        ArrayMut::with_strides(bytes, layout, &strides)
    }

    /// Bytes from the first to behind the last sample.
    pub(crate) const fn span(&self) -> usize {
        self.span
    }

    /// True if the two share memory, or their samples lie between each other.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        let (a, b) = (self.address().addr(), other.address().addr());
        a < b.saturating_add(other.span) && b < a.saturating_add(self.span)
    }

    /// True if both are the same samples in the same places.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.address() == other.address() && self.layout == other.layout && self.strides == other.strides
    }

    pub(crate) fn address(&self) -> *const u8 {
        self.buffer.address()
    }

    /// The strides of the axes longer than one, spread over the axes of `layout`.
    fn strides_as(&self, layout: &Layout) -> Vec<usize> {
        let mut own = self.layout.shape().iter().zip(self.strides).filter(|(len, _)| **len != 1);
        let stride = |(axis, &len): (usize, &usize)| match len {
            1 => layout.stride(axis),
            _ => own.next().map_or(0, |(_, stride)| stride),
        };
        layout.shape().iter().enumerate().map(stride).collect()
    }
}

/// True if shapes are equal but for axes of length one.
pub(crate) fn same_squeezed(a: &[usize], b: &[usize]) -> bool {
    a.iter().filter(|&&n| n != 1).eq(b.iter().filter(|&&n| n != 1))
}

/// The layout of an image without a last axis of one sample and without leading axes of length one.
pub(crate) fn image_layout(layout: &Layout) -> iio_codec::Result<Layout> {
    let mut shape = layout.shape();
    if let [rest @ .., 1] = shape
        && rest.len() >= 2
    {
        shape = rest;
    }
    while let [1, rest @ ..] = shape
        && rest.len() >= 3
    {
        shape = rest;
    }
    Layout::new(layout.dtype(), shape)
}
