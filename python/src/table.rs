//! What the registry holds, and checksums.

use iio_codec::{CodecKind, Directions};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::buffer::Input;

/// The codecs of this build, by name: title, kind, whether they encode and decode, tier, library underneath.
#[pyfunction]
pub(crate) fn codecs(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let all = PyDict::new(py);
    for codec in iio::default_env().registry.codecs() {
        let row = PyDict::new(py);
        row.set_item("title", codec.title)?;
        let kind = match codec.kind {
            CodecKind::Bytes => "bytes",
            CodecKind::Array => "array",
            CodecKind::Filter => "filter",
        };
        row.set_item("kind", kind)?;
        row.set_item("encodes", codec.directions != Directions::Decode)?;
        row.set_item("decodes", codec.directions != Directions::Encode)?;
        row.set_item("tier", codec.tier.number())?;
        row.set_item("backend", codec.backend.map(|backend| backend()))?;
        all.set_item(codec.name, row)?;
    }
    Ok(all)
}

/// The formats of this build: name, title, extensions, whether they are read and written.
#[pyfunction]
pub(crate) fn formats(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    let all = PyList::empty(py);
    for format in iio::default_env().registry.formats() {
        let row = PyDict::new(py);
        row.set_item("name", format.name)?;
        row.set_item("title", format.title)?;
        row.set_item("extensions", format.extensions)?;
        row.set_item("reads", format.open.is_some())?;
        row.set_item("writes", format.create.is_some())?;
        all.append(row)?;
    }
    Ok(all)
}

/// CRC-32 of `data`, continued from `value`.
#[pyfunction]
#[pyo3(signature = (data, value=None, /))]
pub(crate) fn crc32(py: Python<'_>, data: &Bound<'_, PyAny>, value: Option<u32>) -> PyResult<u32> {
    let input = Input::new(data)?;
    let bytes = input.bytes();
    Ok(py.detach(|| iio_deflate::crc32(value.unwrap_or(0), bytes)))
}

/// Adler-32 of `data`, continued from `value`.
#[pyfunction]
#[pyo3(signature = (data, value=None, /))]
pub(crate) fn adler32(py: Python<'_>, data: &Bound<'_, PyAny>, value: Option<u32>) -> PyResult<u32> {
    let input = Input::new(data)?;
    let bytes = input.bytes();
    Ok(py.detach(|| iio_deflate::adler32(value.unwrap_or(1), bytes)))
}
