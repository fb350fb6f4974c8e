//! One call: arguments to a key, the worker of that key, its work without the GIL, and the result as `out` asks for it.

use iio_codec::{
    ArrayDecoder, ArrayEncoder, ArrayMut, Blame, BytesDecoder, BytesEncoder, Check, Context, DType, Error, ErrorKind,
    Layout, Result, SizeHint, zeroed_vec,
};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyByteArray, PyBytes, PyInt, PyMemoryView, PySlice, PyTuple, PyType};

use crate::array::{Array, Numpy, dtype_of, image_layout, same_squeezed};
use crate::buffer::{Access, Buffer, Input, NewBytes};
use crate::builtin::Arguments;
use crate::cache::{self, Entry, Key, Worker};
use crate::config::Scalar;
use crate::error;
use crate::filter::{fallback, filter};
use crate::function::{Action, Function, Given};

pub(crate) type Object<'py> = Bound<'py, PyAny>;

/// Where the output goes.
pub(crate) enum Out<'py> {
    /// A new bytes object or array.
    New,
    /// A new object of at most this many bytes.
    Size(usize),
    /// A new bytearray.
    ByteArray,
    /// Memory of the caller.
    Object(Object<'py>),
}

impl<'py> Out<'py> {
    fn new(out: Option<Object<'py>>, data: &Object<'py>, in_place: bool) -> PyResult<Self> {
        let Some(out) = out.filter(|out| !out.is_none()) else { return Ok(Self::New) };
        if let Ok(class) = out.cast::<PyType>() {
            let py = out.py();
            return match () {
                () if class.is(PyType::new::<PyBytes>(py)) => Ok(Self::New),
                () if class.is(PyType::new::<PyByteArray>(py)) => Ok(Self::ByteArray),
                () => Err(PyTypeError::new_err(format!("out cannot be of {class}"))),
            };
        }
        if out.cast::<PyBytes>().is_ok() {
            return Err(PyTypeError::new_err("'bytes' object does not support item assignment"));
        }
        if out.cast::<PyInt>().is_ok() && out.cast::<PyBool>().is_err() {
            let size = out.extract().map_err(|_| PyValueError::new_err(format!("invalid output size {out}")))?;
            return Ok(Self::Size(size));
        }
        if !in_place && out.is(data) {
            return Err(PyValueError::new_err("cannot transform in-place"));
        }
        Ok(Self::Object(out))
    }
}

/// What a call works with beside its worker.
pub(crate) struct Job<'a, 'py> {
    pub(crate) py: Python<'py>,
    pub(crate) function: &'a Function,
    pub(crate) data: Object<'py>,
    /// For bare streams: the array that they fill.
    given: Option<Layout>,
    pub(crate) cx: Context<'a>,
}

impl Job<'_, '_> {
    pub(crate) fn fault(&self, error: &Error) -> PyErr {
        error::raise(self.py, error, self.function.error.as_ref(), self.function.argument_error.as_ref())
    }

    pub(crate) fn done<T>(&self, result: Result<T>) -> PyResult<T> {
        result.map_err(|error| self.fault(&error))
    }
}

/// Calls a function.
pub(crate) fn call<'py>(this: &Bound<'py, Function>, arguments: &Arguments<'_, 'py>) -> PyResult<Object<'py>> {
    let (py, function) = (this.py(), this.get());
    let (data, out, given) = bind(this, arguments)?;
    if function.action == Action::Check {
        return check(py, function, &data);
    }
    let out = Out::new(out, &data, matches!(function.codec.kind, iio_codec::CodecKind::Filter))?;
    let (key, threads, layout) = key(function, &given)?;
    let pool = threads.then(cache::executor);
    let cx = Context::with_limits(cache::limits());
    let cx = pool.as_ref().map_or(cx, |pool| cx.with_executor(&**pool));
    let kept = key.as_ref().and_then(|key| cache::take(function.id, key));
    let mut entry = match kept {
        Some(entry) => entry,
        None => Entry::new(function.id, key.clone().unwrap_or_default(), function.worker(py, &given)?),
    };
    let job = Job { py, function, data, given: layout, cx };
    let (result, n_bytes) = match &mut entry.worker {
        Worker::BytesDecoder(worker) => decode_bytes(&job, &mut **worker, &mut entry.expected, out)?,
        Worker::BytesEncoder(worker) => encode_bytes(&job, &mut **worker, out)?,
        Worker::ArrayDecoder(worker) => decode_array(&job, &mut **worker, out)?,
        Worker::ArrayEncoder(worker) => encode_array(&job, &mut **worker, out)?,
        Worker::Filter(worker) => match filter(&job, &mut **worker, &out)? {
            Some(done) => done,
            None => (fallback(&job, out, &given)?, 0),
        },
    };
    if key.is_some() {
        cache::keep(entry, n_bytes);
    }
    Ok(result)
}

/// Sorts arguments into data, out, and the rest.
fn bind<'py>(
    this: &Bound<'py, Function>,
    arguments: &Arguments<'_, 'py>,
) -> PyResult<(Object<'py>, Option<Object<'py>>, Given<'py>)> {
    let function = this.get();
    let name = &function.name;
    let Some(data) = arguments.positional(0) else {
        return Err(PyTypeError::new_err(format!("{name}() missing 1 required positional argument: 'data'")));
    };
    let (mut out, mut given): (_, Given<'py>) = (None, [const { None }; _]);
    let mut positional = function.parameters.iter().enumerate().filter(|(_, parameter)| parameter.positional);
    for index in 1..arguments.n_positional() {
        let Some(slot) = positional.next().and_then(|(slot, _)| given.get_mut(slot)) else {
            return Err(PyTypeError::new_err(format!("{name}() got too many positional arguments")));
        };
        *slot = arguments.positional(index);
    }
    for (key, value) in arguments.named() {
        let found = function.parameters.iter().position(|parameter| parameter.name.as_ptr() == key.as_ptr());
        let text = || key.to_string_lossy().into_owned();
        let slot = match found {
            Some(slot) => slot,
            None if key.to_str().is_ok_and(|key| key == "out") => {
                out = Some(value);
                continue;
            }
            None => {
                let found = function.parameters.iter().position(|parameter| {
                    parameter
                        .name
                        .bind(this.py())
                        .to_str()
                        .is_ok_and(|known| key.to_str().is_ok_and(|key| key == known))
                });
                found.ok_or_else(|| {
                    PyTypeError::new_err(format!("{name}() got an unexpected keyword argument '{}'", text()))
                })?
            }
        };
        match given.get_mut(slot) {
            Some(slot @ None) => *slot = Some(value),
            _ => return Err(PyTypeError::new_err(format!("{name}() got multiple values for argument '{}'", text()))),
        }
    }
    Ok((data, out, given))
}

/// The key of the worker (`None` if an argument is no plain value), whether threads are asked for, and the layout of a
/// bare stream. `_shape` and `_dtype` are that layout, and not options.
fn key(function: &Function, given: &Given<'_>) -> PyResult<(Option<Key>, bool, Option<Layout>)> {
    let (mut key, mut threads) = (Some(Key::new()), false);
    let (mut shape, mut dtype): (Option<Vec<usize>>, Option<DType>) = (None, None);
    for (index, (value, parameter)) in (0u8..).zip(given.iter().zip(&function.parameters)) {
        let Some(value) = value.as_ref().filter(|value| !value.is_none()) else { continue };
        match parameter.name.bind(value.py()).to_str()? {
            "_shape" if parameter.layout => {
                shape = Some(value.extract().or_else(|_| value.extract().map(|n| vec![n]))?);
                continue;
            }
            "_dtype" if parameter.layout => {
                let known = dtype_of(value)?;
                dtype = Some(known.ok_or_else(|| PyValueError::new_err(format!("dtype {value} is not supported")))?);
                continue;
            }
            "numthreads" => threads = value.extract::<i64>().is_ok_and(|n| n != 1),
            _ => (),
        }
        match (&mut key, Scalar::new(value)) {
            (Some(key), Some(scalar)) => key.push((index, scalar)),
            _ => key = None,
        }
    }
    let layout = match (shape, dtype) {
        (Some(shape), Some(dtype)) => {
            Some(Layout::new(dtype, &shape).map_err(|error| PyValueError::new_err(error.to_string()))?)
        }
        _ => None,
    };
    Ok((key, threads, layout))
}

fn check<'py>(py: Python<'py>, function: &Function, data: &Object<'py>) -> PyResult<Object<'py>> {
    /// Fewer bytes than this are no image, even where they begin as one.
    const SHORT: usize = 12;
    let input = Input::new(data)?;
    let bytes = input.bytes();
    Ok(match (function.codec.check)(bytes) {
        Check::Yes => PyBool::new(py, true).to_owned().into_any(),
        Check::Unknown if function.image && bytes.len() < SHORT => PyBool::new(py, false).to_owned().into_any(),
        Check::No => PyBool::new(py, false).to_owned().into_any(),
        Check::Unknown => py.None().into_bound(py),
    })
}

pub(crate) fn slice<'py>(out: &Object<'py>, len: usize) -> PyResult<Object<'py>> {
    let py = out.py();
    let end = isize::try_from(len).unwrap_or(isize::MAX);
    if Numpy::get(py)?.is_array(out)? {
        let bytes = out.call_method1("reshape", (-1,))?.call_method1("view", ("uint8",))?;
        return bytes.get_item(PySlice::new(py, 0, end, 1));
    }
    let view = PyMemoryView::from(out)?;
    view.call_method1("cast", ("B",))?.get_item(PySlice::new(py, 0, end, 1))
}

/// Puts bytes where `out` asks for them.
fn give<'py>(job: &Job<'_, 'py>, out: Out<'py>, bytes: &[u8]) -> PyResult<Object<'py>> {
    let too_small = |have| job.fault(&job.function.codec.output_too_small(bytes.len(), have));
    match out {
        Out::New => Ok(PyBytes::new(job.py, bytes).into_any()),
        Out::ByteArray => Ok(PyByteArray::new(job.py, bytes).into_any()),
        Out::Size(size) if size < bytes.len() => Err(too_small(size)),
        Out::Size(_) => Ok(PyBytes::new(job.py, bytes).into_any()),
        Out::Object(object) => {
            let mut buffer = Buffer::new(&object, Access::BytesMut)?;
            let have = buffer.len();
            let dst = buffer.bytes_mut()?.get_mut(..bytes.len()).ok_or_else(|| too_small(have))?;
            dst.copy_from_slice(bytes);
            if have == bytes.len() { Ok(object) } else { slice(&object, bytes.len()) }
        }
    }
}

pub(crate) fn finish<'py>(job: &Job<'_, 'py>, out: &Out<'py>, bytes: Bound<'py, PyBytes>) -> Object<'py> {
    match out {
        Out::ByteArray => PyByteArray::new(job.py, bytes.as_bytes()).into_any(),
        _ => bytes.into_any(),
    }
}

pub(crate) type Done<'py> = (Object<'py>, usize);

fn decode_bytes<'py>(
    job: &Job<'_, 'py>,
    worker: &mut dyn BytesDecoder,
    expected: &mut usize,
    out: Out<'py>,
) -> PyResult<Done<'py>> {
    /// Larger outputs are not made ahead of knowing that they are needed.
    const MAX_EXPECTED: usize = 64 << 20;
    let input = input(job)?;
    let (src, info, cx) = (input.bytes(), job.function.codec, job.cx);
    let truncates = job.function.truncates;
    // A destination of the caller: it is full, or the stream ends before.
    let complete = |progress: &iio_codec::Progress, len: usize| match progress.complete || truncates {
        true => Ok(()),
        false => Err(info.output_too_small(len.saturating_add(1), len)),
    };
    match out {
        Out::Object(object) => {
            let mut buffer = Buffer::new(&object, Access::BytesMut).map_err(|_| not_writable(&object))?;
            apart(&buffer, src)?;
            let dst = buffer.bytes_mut()?;
            let len = dst.len();
            let result = job.py.detach(|| worker.decode_into(src, dst, &cx));
            let progress = job.done(result)?;
            job.done(complete(&progress, len))?;
            drop(buffer);
            let written = progress.written;
            Ok((if written == len { object } else { slice(&object, written)? }, written))
        }
        Out::Size(size) => {
            let mut bytes = NewBytes::new(job.py, size)?;
            let dst = bytes.as_mut();
            let result = job.py.detach(|| worker.decode_into(src, dst, &cx));
            let progress = job.done(result)?;
            job.done(complete(&progress, size))?;
            Ok((bytes.finish(progress.written).into_any(), progress.written))
        }
        Out::New | Out::ByteArray => {
            if let SizeHint::Exact(size) = job.done(worker.decoded_size(src))? {
                job.done(cx.gate_output(info, size, src.len(), info.max_ratio))?;
                let len = usize::try_from(size).unwrap_or(usize::MAX);
                let mut bytes = NewBytes::new(job.py, len)?;
                let dst = bytes.as_mut();
                let result = job.py.detach(|| worker.decode_exact(src, dst, &cx));
                job.done(result.map_err(|error| match error.kind() {
                    ErrorKind::OutputTooSmall { .. } => {
                        info.malformed(format!("stream gives more than the {size} bytes it declares"))
                    }
                    _ => error,
                }))?;
                return Ok((finish(job, &out, bytes.finish(len)), len));
            }
            if (1..=MAX_EXPECTED).contains(expected) {
                let mut bytes = NewBytes::new(job.py, *expected)?;
                let dst = bytes.as_mut();
                let result = job.py.detach(|| worker.decode_into(src, dst, &cx));
                let progress = job.done(result)?;
                if progress.complete {
                    *expected = progress.written;
                    return Ok((finish(job, &out, bytes.finish(progress.written)), progress.written));
                }
            }
            let result = job.py.detach(|| worker.decode(src, &cx));
            let bytes = job.done(result)?;
            *expected = bytes.len();
            Ok((give(job, out, &bytes)?, bytes.len()))
        }
    }
}

#[cold]
pub(crate) fn not_writable(object: &Object<'_>) -> PyErr {
    PyTypeError::new_err(format!("out must be a writable contiguous buffer, got {}", object.get_type()))
}

/// The input bytes. Arrays of numpy are taken as they lie in memory, copied if they have gaps.
fn input<'a, 'py>(job: &'a Job<'_, 'py>) -> PyResult<Input<'a, 'py>> {
    let numpy = Numpy::get(job.py)?;
    let input = match Input::new(&job.data) {
        Ok(input) => input,
        Err(_) if numpy.is_array(&job.data)? => {
            let copy = numpy.ascontiguousarray.bind(job.py).call1((&job.data,))?;
            Input::Buffer(Buffer::new(&copy, Access::Bytes)?)
        }
        Err(error) => return Err(error),
    };
    if let Input::Buffer(buffer) = &input
        && (buffer.len() == 0 || buffer.ndim() == 0)
        && numpy.is_array(&job.data)?
    {
        return Err(PyValueError::new_err("data must not be an empty or 0-dimensional array"));
    }
    Ok(input)
}

fn encode_bytes<'py>(job: &Job<'_, 'py>, worker: &mut dyn BytesEncoder, out: Out<'py>) -> PyResult<Done<'py>> {
    let input = input(job)?;
    let (src, cx) = (input.bytes(), job.cx);
    match out {
        Out::Object(object) => {
            let mut buffer = Buffer::new(&object, Access::BytesMut).map_err(|_| not_writable(&object))?;
            apart(&buffer, src)?;
            let dst = buffer.bytes_mut()?;
            let len = dst.len();
            let result = job.py.detach(|| worker.encode_into(src, dst, &cx));
            drop(buffer);
            if result.as_ref().is_err_and(is_too_small) {
                return encode_to_scratch(job, worker, src, Out::Object(object));
            }
            let written = job.done(result)?;
            Ok((if written == len { object } else { slice(&object, written)? }, src.len()))
        }
        Out::Size(size) => {
            let mut bytes = NewBytes::new(job.py, size)?;
            let dst = bytes.as_mut();
            let result = job.py.detach(|| worker.encode_into(src, dst, &cx));
            if result.as_ref().is_err_and(is_too_small) {
                return encode_to_scratch(job, worker, src, Out::Size(size));
            }
            let written = job.done(result)?;
            Ok((bytes.finish(written).into_any(), src.len()))
        }
        Out::New | Out::ByteArray => encode_to_scratch(job, worker, src, out),
    }
}

/// Some encoders ask for more than they need at the end.
fn is_too_small(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::OutputTooSmall { .. })
}

fn encode_to_scratch<'py>(
    job: &Job<'_, 'py>,
    worker: &mut dyn BytesEncoder,
    src: &[u8],
    out: Out<'py>,
) -> PyResult<Done<'py>> {
    let cx = job.cx;
    let (mut scratch, bound) = (cache::take_scratch(), worker.encode_bound(src.len()));
    if scratch.len() < bound {
        // Not grown in place: its content is of no use, and fresh pages need not be written.
        drop(scratch);
        scratch = job.done(zeroed_vec(bound))?;
    }
    let dst = scratch.get_mut(..bound).unwrap_or(&mut []);
    let result = job.py.detach(|| worker.encode_into(src, dst, &cx));
    let written = job.done(result)?;
    let result = give(job, out, scratch.get(..written).unwrap_or(&[]))?;
    cache::keep_scratch(scratch);
    Ok((result, src.len()))
}

fn encode_array<'py>(job: &Job<'_, 'py>, worker: &mut dyn ArrayEncoder, out: Out<'py>) -> PyResult<Done<'py>> {
    let numpy = Numpy::get(job.py)?;
    let mut object = job.data.clone();
    if !numpy.is_array(&object)? {
        object = numpy.asarray.bind(job.py).call1((object,))?;
    }
    let array = match Array::new(&object, Access::Array)? {
        Some(array) => array,
        None => {
            let what = object.getattr("dtype")?;
            if !what.getattr("isnative")?.extract::<bool>()? {
                return Err(PyValueError::new_err(format!("big-endian dtype {what} is not supported")));
            }
            object = numpy.ascontiguousarray.bind(job.py).call1((object,))?;
            let array = Array::new(&object, Access::Array)?;
            array.ok_or_else(|| PyValueError::new_err(format!("dtype {what} is not supported")))?
        }
    };
    // Bare arrays (packed integers) may be empty, images may not.
    if array.layout.ndim() == 0 || (array.layout.is_empty() && job.function.image) {
        return Err(PyValueError::new_err(format!("cannot encode an array of shape {:?}", array.layout.shape())));
    }
    let layout = match job.function.image {
        true => job.done(image_layout(&array.layout))?,
        false => array.layout,
    };
    let view = job.done(array.view(layout))?;
    let (mut scratch, cx) = (cache::take_scratch(), job.cx);
    scratch.clear();
    let result = job.py.detach(|| worker.encode_append(view, &mut scratch, &cx));
    job.done(result)?;
    let result = give(job, out, &scratch)?;
    cache::keep_scratch(scratch);
    Ok((result, layout.n_bytes()))
}

fn decode_array<'py>(job: &Job<'_, 'py>, worker: &mut dyn ArrayDecoder, out: Out<'py>) -> PyResult<Done<'py>> {
    let input = input(job)?;
    let (src, info, cx, py) = (input.bytes(), job.function.codec, job.cx, job.py);
    let numpy = Numpy::get(py)?;
    let given = match (&out, job.given) {
        (Out::Object(object), None) if numpy.is_array(object)? => {
            Array::new(object, Access::Array)?.map(|array| array.layout)
        }
        (_, given) => given,
    };
    let layout = job.done(worker.decoded_layout(src, given.as_ref()))?;
    job.done(cx.gate_layout(info, &layout, src.len(), info.max_ratio))?;
    let mut run = |dst: ArrayMut<'_>| -> Result<()> { worker.decode_into(src, dst, &cx) };
    let mut fresh = || -> PyResult<Object<'py>> {
        let object = numpy.empty(py, &layout)?;
        let array = Array::new(&object, Access::ArrayMut)?;
        let mut array = array.ok_or_else(|| PyValueError::new_err(format!("cannot make an array of {layout}")))?;
        let dst = job.done(array.view_mut(layout))?;
        job.done(py.detach(|| run(dst)))?;
        Ok(object)
    };
    let object = match out {
        Out::New => fresh()?,
        Out::Size(_) | Out::ByteArray => return Err(PyTypeError::new_err("out must be an array or a writable buffer")),
        Out::Object(object) if numpy.is_array(&object)? => {
            let shape: Vec<usize> = object.getattr("shape")?.extract()?;
            let size: usize = object.getattr("itemsize")?.extract()?;
            if size != layout.dtype().size() || !same_squeezed(&shape, layout.shape()) {
                let message = format!("out of shape {shape:?} with {size} bytes per sample does not fit {layout}");
                return Err(PyValueError::new_err(message));
            }
            match Array::new(&object, Access::ArrayMut).map_err(|_| not_writable(&object))? {
                Some(mut array) if !meets(array.address(), array.span(), src) => {
                    let dst = job.done(array.view_mut(layout))?;
                    job.done(py.detach(|| run(dst)))?;
                }
                _ => {
                    let decoded = fresh()?.call_method1("reshape", (PyTuple::new(py, &shape)?,))?;
                    object.set_item(py.Ellipsis(), decoded)?;
                }
            }
            match shape == layout.shape() {
                true => object,
                false => object.call_method1("reshape", (PyTuple::new(py, layout.shape())?,))?,
            }
        }
        Out::Object(object) => {
            let mut buffer = Buffer::new(&object, Access::BytesMut).map_err(|_| not_writable(&object))?;
            apart(&buffer, src)?;
            let have = buffer.len();
            let dst = buffer.bytes_mut()?.get_mut(..layout.n_bytes());
            let dst = dst.ok_or_else(|| job.fault(&info.output_too_small(layout.n_bytes(), have)))?;
            let dst = job.done(ArrayMut::new(dst, layout))?;
            job.done(py.detach(|| run(dst)))?;
            drop(buffer);
            let dtype = numpy.dtype(py, layout.dtype())?;
            let flat = numpy.frombuffer.bind(py).call1((object, dtype, layout.n_samples()))?;
            flat.call_method1("reshape", (PyTuple::new(py, layout.shape())?,))?
        }
    };
    Ok((object, layout.n_bytes()))
}

/// Refuses a destination that shares memory with the input.
fn apart(buffer: &Buffer, src: &[u8]) -> PyResult<()> {
    match meets(buffer.address(), buffer.len(), src) {
        true => Err(PyValueError::new_err("cannot transform in-place")),
        false => Ok(()),
    }
}

/// True if `len` bytes at an address share memory with `src`.
pub(crate) fn meets(address: *const u8, len: usize, src: &[u8]) -> bool {
    let (start, first) = (address.addr(), src.as_ptr().addr());
    start < first.saturating_add(src.len()) && first < start.saturating_add(len)
}
