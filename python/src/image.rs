//! Files of images: opened, described, read and written. The functions of imageio are built on this in Python.

use core::ffi::c_int;
use std::path::PathBuf;

use iio::{MetaValue, Metadata, NdImage, ReadOptions, Region, ResolutionUnit, Selection, WriteOptions};
use iio_codec::{AlignedBytes, DType, Error};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};

use crate::array::{Array, Numpy};
use crate::buffer::{Access, Input};
use crate::cache;
use crate::config;
use crate::error;

fn fault(py: Python<'_>, error: &Error) -> PyErr {
    error::raise(py, error, None, None)
}

/// The memory of an image, for numpy to look at.
#[pyclass(module = "pyiio._core")]
pub(crate) struct Pixels(AlignedBytes);

#[pymethods]
impl Pixels {
    /// Lends the bytes, writable.
    ///
    /// # Safety
    /// Called by Python with a view to fill.
    #[expect(clippy::needless_pass_by_value, reason = "as Python's slot has it")]
    unsafe fn __getbuffer__(slf: Bound<'_, Self>, view: *mut ffi::Py_buffer, flags: c_int) -> PyResult<()> {
        let (start, len) = {
            let mut this = slf.borrow_mut();
            (this.0.as_mut_slice().as_mut_ptr(), isize::try_from(this.0.len()).unwrap_or(isize::MAX))
        };
        // SAFETY: the bytes belong to the object, which the view keeps alive; they never move, and nothing else in
        // this crate touches them once they are lent.
        match unsafe { ffi::PyBuffer_FillInfo(view, slf.as_ptr(), start.cast(), len, 0, flags) } {
            0 => Ok(()),
            _ => Err(PyErr::fetch(slf.py())),
        }
    }
}

/// An image as an array, without a copy.
fn to_array<'py>(py: Python<'py>, image: NdImage) -> PyResult<Bound<'py, PyAny>> {
    let numpy = Numpy::get(py)?;
    let layout = *image.layout();
    if layout.is_empty() {
        return numpy.empty(py, &layout);
    }
    let pixels = Bound::new(py, Pixels(image.into_bytes()))?;
    let flat = numpy.frombuffer.bind(py).call1((pixels, numpy.dtype(py, layout.dtype())?))?;
    flat.call_method1("reshape", (PyTuple::new(py, layout.shape())?,))
}

/// An open file. All methods may be called from several threads; they work without the GIL.
#[pyclass(frozen, module = "pyiio")]
pub(crate) struct ImageFile {
    file: iio::ImageFile,
    name: String,
}

#[pymethods]
impl ImageFile {
    /// Name of the format.
    #[getter]
    fn format(&self) -> &'static str {
        self.file.format().name
    }

    /// The number of images.
    #[getter]
    fn n_images(&self, py: Python<'_>) -> PyResult<usize> {
        py.detach(|| self.file.n_images()).map_err(|error| fault(py, &error))
    }

    /// Read image `index`, or by default what makes one array in the format: the first image, or a stack of pages.
    ///
    /// `level` is the resolution level, 0 the full one; `region` is `(top, left, height, width)` in its pixels; `out` an
    /// array that is written instead of a new one (for one image).
    #[pyo3(signature = (index=None, *, level=0, region=None, out=None))]
    fn read<'py>(
        &self,
        py: Python<'py>,
        index: Option<usize>,
        level: usize,
        region: Option<(usize, usize, usize, usize)>,
        out: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let region = region.map(|(top, left, height, width)| Region {
            y: top..top.saturating_add(height),
            x: left..left.saturating_add(width),
        });
        let selection = Selection { image: index.unwrap_or(0), level, region };
        if let Some(out) = out {
            let mut array = Array::new(&out, Access::ArrayMut)?.ok_or_else(|| {
                PyValueError::new_err("out must be a native array without gaps behind its first axis")
            })?;
            let layout = array.layout;
            let result = array.view_mut(layout).and_then(|dst| py.detach(|| self.file.read_into(&selection, dst)));
            result.map_err(|error| fault(py, &error))?;
            return Ok(out);
        }
        let read = || match index {
            Some(_) => self.file.read(&selection),
            None => self.file.read_default(&selection),
        };
        to_array(py, py.detach(read).map_err(|error| fault(py, &error))?)
    }

    /// Describe image `index` without decoding it, as a dict.
    #[pyo3(signature = (index=0))]
    fn properties<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyDict>> {
        let info = py.detach(|| self.file.info(index)).map_err(|error| fault(py, &error))?;
        let all = PyDict::new(py);
        let levels = PyList::empty(py);
        for level in &info.levels {
            let row = PyDict::new(py);
            row.set_item("shape", PyTuple::new(py, level.layout.shape())?)?;
            row.set_item("chunk", PyTuple::new(py, &level.chunk)?)?;
            row.set_item("n_chunks", level.n_chunks)?;
            levels.append(row)?;
        }
        if let Some(level) = info.levels.first() {
            all.set_item("shape", PyTuple::new(py, level.layout.shape())?)?;
            all.set_item("dtype", Numpy::get(py)?.dtype(py, level.layout.dtype())?)?;
        }
        all.set_item("axes", &info.axes)?;
        all.set_item("bits", info.bits)?;
        all.set_item("colour", info.colour.name())?;
        all.set_item("extra_samples", info.extra_samples)?;
        all.set_item("compression", &info.compression)?;
        all.set_item("chunking", info.chunking)?;
        all.set_item("levels", levels)?;
        Ok(all)
    }

    /// The metadata of image `index`, or of the file as a whole with None, as a dict of what is there.
    #[pyo3(signature = (index=Some(0)))]
    fn metadata<'py>(&self, py: Python<'py>, index: Option<usize>) -> PyResult<Bound<'py, PyDict>> {
        let read = || match index {
            Some(index) => self.file.metadata(index),
            None => self.file.file_metadata(),
        };
        metadata(py, &py.detach(read).map_err(|error| fault(py, &error))?)
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        self.n_images(py)
    }

    fn __repr__(&self) -> String {
        format!("<ImageFile {} {:?}>", self.file.format().name, self.name)
    }
}

fn metadata<'py>(py: Python<'py>, meta: &Metadata) -> PyResult<Bound<'py, PyDict>> {
    let all = PyDict::new(py);
    if let Some(resolution) = meta.resolution {
        let unit = match resolution.unit {
            ResolutionUnit::Aspect => "aspect",
            ResolutionUnit::Inch => "inch",
            ResolutionUnit::Centimetre => "centimetre",
            ResolutionUnit::Metre => "metre",
        };
        all.set_item("resolution", (resolution.x, resolution.y, unit))?;
    }
    if let Some(spacing) = &meta.spacing {
        all.set_item("spacing", PyTuple::new(py, spacing)?)?;
    }
    let bytes = [("icc_profile", &meta.icc_profile), ("exif", &meta.exif), ("xmp", &meta.xmp)];
    for (key, value) in bytes.iter().filter_map(|(key, value)| Some((key, value.as_deref()?))) {
        all.set_item(key, PyBytes::new(py, value))?;
    }
    let texts = [
        ("description", &meta.description),
        ("software", &meta.software),
        ("date_time", &meta.date_time),
        ("page_name", &meta.page_name),
    ];
    for (key, value) in texts.iter().filter_map(|(key, value)| Some((key, value.as_ref()?))) {
        all.set_item(key, value)?;
    }
    meta.orientation.map(|value| all.set_item("orientation", value)).transpose()?;
    meta.gamma.map(|value| all.set_item("gamma", value)).transpose()?;
    meta.srgb_intent.map(|value| all.set_item("srgb_intent", value)).transpose()?;
    meta.chromaticities.map(|value| all.set_item("chromaticities", value)).transpose()?;
    meta.cicp.map(|value| all.set_item("cicp", PyTuple::new(py, value)?)).transpose()?;
    if !meta.text.is_empty() {
        all.set_item("text", meta.text.clone())?;
    }
    if !meta.tags.is_empty() {
        let tags = PyDict::new(py);
        for (key, value) in &meta.tags {
            tags.set_item(key, meta_value(py, value)?)?;
        }
        all.set_item("tags", tags)?;
    }
    Ok(all)
}

fn meta_value<'py>(py: Python<'py>, value: &MetaValue) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        MetaValue::Bool(v) => v.into_pyobject(py)?.to_owned().into_any(),
        MetaValue::Int(v) => v.into_pyobject(py)?.into_any(),
        MetaValue::Uint(v) => v.into_pyobject(py)?.into_any(),
        MetaValue::Float(v) => v.into_pyobject(py)?.into_any(),
        MetaValue::Rational(n, d) => (*n, *d).into_pyobject(py)?.into_any(),
        MetaValue::Text(v) => PyString::new(py, v).into_any(),
        MetaValue::Bytes(v) => PyBytes::new(py, v).into_any(),
        MetaValue::List(list) => {
            let items: Vec<_> = list.iter().map(|item| meta_value(py, item)).collect::<PyResult<_>>()?;
            PyList::new(py, items)?.into_any()
        }
        MetaValue::Map(map) => {
            let dict = PyDict::new(py);
            for (key, item) in map {
                dict.set_item(key, meta_value(py, item)?)?;
            }
            dict.into_any()
        }
        _ => return Err(PyTypeError::new_err("metadata of a kind that is not known here")),
    })
}

/// Open a path, URI or bytes. The format is `format`, else that of the content; options go to the format.
#[pyfunction]
#[pyo3(signature = (uri, *, format=None, **options))]
pub(crate) fn imopen(
    py: Python<'_>,
    uri: &Bound<'_, PyAny>,
    format: Option<&str>,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<ImageFile> {
    let mut read = ReadOptions::default().with_env(iio::default_env().with_executor(cache::executor()));
    if let Some(format) = format {
        read = read.with_format(format);
    }
    if let Some(options) = options {
        read = read.with_config(config::from_dict(options)?);
    }
    let (opened, name) = if let Ok(text) = uri.cast::<PyString>() {
        let text: String = text.extract()?;
        (py.detach(|| iio::imopen(&text, &read)), text)
    } else if uri.hasattr("__fspath__")? {
        let path: PathBuf = uri.extract()?;
        (py.detach(|| iio::imopen(&path, &read)), path.display().to_string())
    } else {
        let input = Input::new(uri)?;
        let bytes = input.bytes();
        (py.detach(|| iio::imopen(bytes, &read)), "<bytes>".to_owned())
    };
    Ok(ImageFile { file: opened.map_err(|error| fault(py, &error))?, name })
}

/// Write images to a path, or to bytes if `uri` is `<bytes>`. The format is `format`, else that of the extension; options
/// go to the format and its codec.
#[pyfunction]
#[pyo3(signature = (uri, images, *, format=None, **options))]
#[expect(clippy::needless_pass_by_value, reason = "extracted from Python")]
pub(crate) fn imwrite<'py>(
    py: Python<'py>,
    uri: &Bound<'py, PyAny>,
    images: Vec<Bound<'py, PyAny>>,
    format: Option<&str>,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<Option<Bound<'py, PyBytes>>> {
    let mut write = WriteOptions::default().with_env(iio::default_env().with_executor(cache::executor()));
    if let Some(format) = format {
        write = write.with_format(format);
    }
    if let Some(options) = options {
        write = write.with_config(config::from_dict(options)?);
    }
    let images: Vec<NdImage> = images.iter().map(from_array).collect::<PyResult<_>>()?;
    let text: Option<String> = uri.cast::<PyString>().ok().map(|text| text.extract()).transpose()?;
    let path: Option<PathBuf> = if text.is_none() { Some(uri.extract()?) } else { None };
    let work = || -> iio_codec::Result<Option<Vec<u8>>> {
        let mut writer = match (&text, &path) {
            (Some(text), _) => iio::imcreate(text, &write)?,
            (None, Some(path)) => iio::imcreate(path, &write)?,
            (None, None) => return Ok(None),
        };
        images.iter().try_for_each(|image| writer.write(image))?;
        writer.finish()
    };
    let bytes = py.detach(work).map_err(|error| fault(py, &error))?;
    Ok(bytes.map(|bytes| PyBytes::new(py, &bytes)))
}

/// An array as an image. Its samples are copied: the caller may change them while the GIL is released.
fn from_array(object: &Bound<'_, PyAny>) -> PyResult<NdImage> {
    let py = object.py();
    let numpy = Numpy::get(py)?;
    let object = numpy.asarray.bind(py).call1((object,))?;
    let native = object.getattr("dtype")?.call_method1("newbyteorder", ("=",))?;
    let object = numpy.ascontiguousarray.bind(py).call1((object.call_method1("astype", (native,))?,))?;
    let array = Array::new(&object, Access::Array)?;
    let unsupported = || PyValueError::new_err(format!("cannot write an array of {:?}", object.getattr("dtype").ok()));
    let array = array.filter(|array| array.layout.dtype() != DType::BF16).ok_or_else(unsupported)?;
    let image = || -> iio_codec::Result<NdImage> {
        let view = array.view(array.layout)?;
        let bytes = AlignedBytes::from_slice(view.contiguous().unwrap_or(&[]))?;
        NdImage::from_bytes(bytes, array.layout)
    };
    image().map_err(|error| fault(py, &error))
}
