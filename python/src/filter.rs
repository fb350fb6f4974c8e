//! Filters: in place, or from an array or bytes into another one.

use iio_codec::{ArrayMut, Blame, DType, Filter, Layout};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;

use crate::array::{Array, Numpy};
use crate::buffer::{Access, Buffer, Input, NewBytes};
use crate::call::{Done, Job, Object, Out, finish, meets, not_writable, slice};
use crate::function::Given;

/// Filters in place, or into a new object. `None`: the array is not one that codecs take as it is.
pub(crate) fn filter<'py>(job: &Job<'_, 'py>, worker: &mut dyn Filter, out: &Out<'py>) -> PyResult<Option<Done<'py>>> {
    let (py, cx) = (job.py, job.cx);
    let numpy = Numpy::get(py)?;
    if !numpy.is_array(&job.data)? {
        return filter_bytes(job, worker, out).map(Some);
    }
    let Some(array) = Array::new(&job.data, Access::Array)? else { return Ok(None) };
    let layout = array.layout;
    let target = match out {
        Out::New => numpy.empty(py, &layout)?,
        Out::Object(object) => object.clone(),
        Out::Size(_) | Out::ByteArray => return Ok(None),
    };
    let dst = match Array::new(&target, Access::ArrayMut) {
        Ok(dst) => dst,
        // tifffile filters what it decoded in place, and that is a view of a bytes object: imagecodecs writes to it.
        Err(_) if target.is(&job.data) && numpy.is_view_of_bytes(&target)? => Array::new(&target, Access::Array)?,
        Err(_) => return Ok(None),
    };
    let Some(mut dst) = dst else { return Ok(None) };
    if layout.ndim() == 0 || dst.layout != layout {
        return Ok(None);
    }
    let same = dst.is_same(&array);
    let src = job.done(array.view(layout))?;
    // Samples must not be read after they were written, except in place.
    if !same && dst.meets(&array) {
        return Ok(None);
    }
    let dst = job.done(dst.view_mut(layout))?;
    let result = match same {
        true => py.detach(|| worker.run(dst, &cx)),
        false => py.detach(|| worker.run_into(src, dst, &cx)),
    };
    job.done(result)?;
    Ok(Some((target, layout.n_bytes())))
}

fn filter_bytes<'py>(job: &Job<'_, 'py>, worker: &mut dyn Filter, out: &Out<'py>) -> PyResult<Done<'py>> {
    let (py, cx, info) = (job.py, job.cx, job.function.codec);
    if let Out::Object(object) = out {
        let mut buffer = Buffer::new(object, Access::BytesMut).map_err(|_| not_writable(object))?;
        let have = buffer.len();
        let len = {
            let input = Input::new(&job.data)?;
            let len = input.bytes().len();
            if have < len {
                return Err(job.fault(&info.output_too_small(len, have)));
            }
            if input.bytes().as_ptr() != buffer.address() {
                // Goes through bytes of our own if the two overlap.
                let copy = meets(buffer.address(), buffer.len(), input.bytes()).then(|| input.bytes().to_vec());
                let src = copy.as_deref().unwrap_or(input.bytes());
                buffer.bytes_mut()?.get_mut(..len).unwrap_or(&mut []).copy_from_slice(src);
            }
            len
        };
        let dst = buffer.bytes_mut()?.get_mut(..len).unwrap_or(&mut []);
        let dst = job.done(Layout::new(DType::U8, &[len]).and_then(|layout| ArrayMut::new(dst, layout)))?;
        job.done(py.detach(|| worker.run(dst, &cx)))?;
        drop(buffer);
        return Ok((if len == have { object.clone() } else { slice(object, len)? }, len));
    }
    let input = Input::new(&job.data)?;
    let src = input.bytes();
    if let Out::Size(size) = out
        && *size < src.len()
    {
        return Err(job.fault(&info.output_too_small(src.len(), *size)));
    }
    let mut bytes = NewBytes::new(py, src.len())?;
    let dst = bytes.as_mut();
    dst.copy_from_slice(src);
    let view = job.done(Layout::new(DType::U8, &[dst.len()]).and_then(|layout| ArrayMut::new(dst, layout)))?;
    job.done(py.detach(|| worker.run(view, &cx)))?;
    Ok((finish(job, out, bytes.finish(src.len())), src.len()))
}

pub(crate) fn fallback<'py>(job: &Job<'_, 'py>, out: Out<'py>, given: &Given<'py>) -> PyResult<Object<'py>> {
    let Some(fallback) = &job.function.fallback else {
        return Err(PyValueError::new_err("arrays must be native, and their axes but the first one without gaps"));
    };
    let none = || job.py.None().into_bound(job.py);
    let out = match out {
        Out::Object(object) => object,
        Out::New => none(),
        Out::Size(_) | Out::ByteArray => return Err(PyTypeError::new_err("out must be an array for an array")),
    };
    fallback.bind(job.py).call1((&job.data, out, job.function.arguments(job.py, given)?))
}
