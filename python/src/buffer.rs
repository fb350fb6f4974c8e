//! Buffers of Python objects as slices, and bytes objects that are filled after they were made.
//!
//! The memory may be changed by other threads while the GIL is released, as with every buffer consumer; a codec that
//! reads such bytes twice must not rely on them being equal (they are hostile bytes anyway).

use core::ffi::CStr;
use std::ptr;

use pyo3::exceptions::{PyMemoryError, PyTypeError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// A view of the memory of a Python object, held open.
pub(crate) struct Buffer(Box<ffi::Py_buffer>);

/// What a buffer must be.
#[derive(Clone, Copy)]
pub(crate) enum Access {
    /// One block of bytes.
    Bytes,
    /// One block of bytes that may be written.
    BytesMut,
    /// Samples with a format, a shape and strides.
    Array,
    /// The same, to be written.
    ArrayMut,
}

impl Buffer {
    pub(crate) fn new(object: &Bound<'_, PyAny>, access: Access) -> PyResult<Self> {
        let flags = match access {
            // With the number of axes; without strides, they must be contiguous.
            Access::Bytes => ffi::PyBUF_ND,
            Access::BytesMut => ffi::PyBUF_ND | ffi::PyBUF_WRITABLE,
            Access::Array => ffi::PyBUF_STRIDES | ffi::PyBUF_FORMAT,
            Access::ArrayMut => ffi::PyBUF_STRIDES | ffi::PyBUF_FORMAT | ffi::PyBUF_WRITABLE,
        };
        // The struct must not move once it is filled: exporters may point into it.
        let mut view = Box::new(ffi::Py_buffer::new());
        // SAFETY: the object is alive, the struct is valid, and the GIL is held as `object` shows.
        if unsafe { ffi::PyObject_GetBuffer(object.as_ptr(), &raw mut *view, flags) } != 0 {
            return Err(PyErr::fetch(object.py()));
        }
        Ok(Self(view))
    }

    pub(crate) fn len(&self) -> usize {
        usize::try_from(self.0.len).unwrap_or(0)
    }

    pub(crate) fn ndim(&self) -> usize {
        usize::try_from(self.0.ndim).unwrap_or(0)
    }

    pub(crate) fn item_size(&self) -> usize {
        usize::try_from(self.0.itemsize).unwrap_or(1)
    }

    pub(crate) fn address(&self) -> *const u8 {
        self.0.buf.cast()
    }

    /// The format of the samples in the language of the struct module; `B` where the exporter gives none.
    pub(crate) fn format(&self) -> &str {
        if self.0.format.is_null() {
            return "B";
        }
        // SAFETY: a format is a NUL-terminated string that lives as long as the view.
        unsafe { CStr::from_ptr(self.0.format) }.to_str().unwrap_or("")
    }

    pub(crate) fn shape(&self) -> &[isize] {
        self.numbers(self.0.shape)
    }

    pub(crate) fn strides(&self) -> &[isize] {
        self.numbers(self.0.strides)
    }

    fn numbers(&self, start: *const isize) -> &[isize] {
        match usize::try_from(self.0.ndim) {
            // SAFETY: shape and strides have ndim numbers where they are given.
            Ok(ndim) if ndim > 0 && !start.is_null() => unsafe { core::slice::from_raw_parts(start, ndim) },
            _ => &[],
        }
    }

    /// The bytes from the first sample on, `len` of them.
    ///
    /// # Safety
    /// The samples must lie within `len` bytes behind the first one, without negative strides.
    pub(crate) unsafe fn span(&self, len: usize) -> &[u8] {
        match len {
            0 => &[],
            // SAFETY: as the caller says; the view keeps the memory alive.
            _ => unsafe { core::slice::from_raw_parts(self.0.buf.cast(), len) },
        }
    }

    /// As [`Buffer::span`], to be written.
    ///
    /// # Safety
    /// As there; the view must have been asked for as writable.
    pub(crate) unsafe fn span_mut(&mut self, len: usize) -> &mut [u8] {
        match len {
            0 => &mut [],
            // SAFETY: as the caller says.
            _ => unsafe { core::slice::from_raw_parts_mut(self.0.buf.cast(), len) },
        }
    }

    /// The bytes of a view that is one block.
    pub(crate) fn bytes(&self) -> &[u8] {
        // SAFETY: views made with `Access::Bytes*` are contiguous, `len` bytes.
        unsafe { self.span(self.len()) }
    }

    pub(crate) fn bytes_mut(&mut self) -> PyResult<&mut [u8]> {
        if self.0.readonly != 0 {
            return Err(PyTypeError::new_err("object does not support item assignment"));
        }
        // SAFETY: as above, and the exporter says it may be written.
        Ok(unsafe { self.span_mut(self.len()) })
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // SAFETY: the view was filled by PyObject_GetBuffer; values of this type are dropped with the GIL held, since
        // they never enter a closure of `Python::detach`.
        unsafe { ffi::PyBuffer_Release(&raw mut *self.0) };
    }
}

/// Input bytes: of a bytes object directly, else through its buffer.
pub(crate) enum Input<'a, 'py> {
    Bytes(&'a Bound<'py, PyBytes>),
    Buffer(Buffer),
}

impl<'a, 'py> Input<'a, 'py> {
    pub(crate) fn new(object: &'a Bound<'py, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = object.cast_exact::<PyBytes>() {
            return Ok(Self::Bytes(bytes));
        }
        Buffer::new(object, Access::Bytes).map(Self::Buffer)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes.as_bytes(),
            Self::Buffer(buffer) => buffer.bytes(),
        }
    }
}

/// A bytes object that is being filled, before anybody else sees it.
pub(crate) struct NewBytes<'py>(Bound<'py, PyBytes>);

impl<'py> NewBytes<'py> {
    /// Makes a bytes object of `len` bytes.
    pub(crate) fn new(py: Python<'py>, len: usize) -> PyResult<Self> {
        let size = isize::try_from(len).map_err(|_| PyMemoryError::new_err(format!("cannot allocate {len} bytes")))?;
        // SAFETY: a null pointer asks for memory that is not set; the result is a new reference or null.
        let object = unsafe { ffi::PyBytes_FromStringAndSize(ptr::null(), size) };
        // SAFETY: as above; the object is a bytes object.
        Ok(Self(unsafe { Bound::from_owned_ptr_or_err(py, object)?.cast_into_unchecked() }))
    }

    /// The bytes, to be written: codecs do not read what they did not write.
    pub(crate) fn as_mut(&mut self) -> &mut [u8] {
        let len = self.0.as_bytes().len();
        if len == 0 {
            return &mut [];
        }
        // SAFETY: the object is not shared yet (only the empty one is); its memory comes from Python's allocator, for which any byte is a value.
        unsafe { core::slice::from_raw_parts_mut(ffi::PyBytes_AsString(self.0.as_ptr()).cast(), len) }
    }

    /// The object, whose first `len` bytes were written; the others are cut off.
    pub(crate) fn finish(self, len: usize) -> Bound<'py, PyBytes> {
        match self.0.as_bytes().get(..len) {
            Some(part) if part.len() < self.0.as_bytes().len() => PyBytes::new(self.0.py(), part),
            _ => self.0,
        }
    }
}
