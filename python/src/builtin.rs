//! Real builtin functions that carry a [`Function`]: no Python frame, no argument tuple, no dict.

use core::ffi::{CStr, c_char};
use std::ffi::CString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use pyo3::exceptions::PySystemError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

use crate::call;
use crate::function::Function;

/// The arguments of a call: `nargs` positional ones, then one per keyword name.
pub(crate) struct Arguments<'a, 'py> {
    py: Python<'py>,
    values: &'a [*mut ffi::PyObject],
    n_positional: usize,
    names: Option<Bound<'py, PyTuple>>,
}

impl<'py> Arguments<'_, 'py> {
    pub(crate) fn n_positional(&self) -> usize {
        self.n_positional
    }

    pub(crate) fn positional(&self, index: usize) -> Option<Bound<'py, PyAny>> {
        let pointer = *self.values.get(..self.n_positional)?.get(index)?;
        // SAFETY: the caller of a vectorcall function keeps its arguments alive during the call.
        Some(unsafe { Bound::from_borrowed_ptr(self.py, pointer) })
    }

    /// The keyword arguments.
    pub(crate) fn named(&self) -> impl Iterator<Item = (Bound<'py, PyString>, Bound<'py, PyAny>)> {
        let names = self.names.iter().flat_map(PyTupleMethods::iter);
        let values = self.values.get(self.n_positional..).unwrap_or(&[]);
        names.zip(values).map(|(name, &pointer)| {
            // SAFETY: as above; the names of keyword arguments are str.
            unsafe { (name.cast_into_unchecked(), Bound::from_borrowed_ptr(self.py, pointer)) }
        })
    }
}

/// Makes a builtin function. The name and the docs live as long as the process: there is one per codec and direction.
pub(crate) fn make<'py>(
    function: &Bound<'py, Function>,
    name: &str,
    doc: &str,
    module: &Bound<'py, PyString>,
) -> PyResult<Bound<'py, PyAny>> {
    let forever = |text: &str| CString::new(text).map(|text| Box::leak(text.into_boxed_c_str()) as &'static CStr);
    let (name, doc) = (forever(name)?, forever(doc)?);
    let definition = Box::leak(Box::new(ffi::PyMethodDef {
        ml_name: name.as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunctionFastWithKeywords: entry },
        ml_flags: ffi::METH_FASTCALL | ffi::METH_KEYWORDS,
        ml_doc: doc.as_ptr().cast::<c_char>(),
    }));
    // SAFETY: the definition lives forever; self and module are references that the function object counts itself.
    unsafe {
        let object = ffi::PyCFunction_NewEx(definition, function.as_ptr(), module.as_ptr());
        Bound::from_owned_ptr_or_err(function.py(), object)
    }
}

unsafe extern "C" fn entry(
    this: *mut ffi::PyObject,
    arguments: *const *mut ffi::PyObject,
    n_positional: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls with an attached thread.
    let py = unsafe { Python::assume_attached() };
    let run = || {
        // SAFETY: `this` is the Function that `make` put there.
        let this: Bound<'_, Function> = unsafe { Bound::from_borrowed_ptr(py, this).cast_into_unchecked() };
        // SAFETY: null or a tuple.
        let names: Option<Bound<'_, PyTuple>> =
            unsafe { Bound::from_borrowed_ptr_or_opt(py, names).map(|names| names.cast_into_unchecked()) };
        let n_positional = usize::try_from(n_positional).unwrap_or(0);
        let n = n_positional + names.as_ref().map_or(0, PyTupleMethods::len);
        let values = match n {
            0 => &[][..],
            // SAFETY: a vectorcall passes the positional arguments and one per keyword name, all not null.
            _ => unsafe { core::slice::from_raw_parts(arguments, n) },
        };
        call::call(&this, &Arguments { py, values, n_positional, names })
    };
    let result = catch_unwind(AssertUnwindSafe(run))
        .unwrap_or_else(|_| Err(PySystemError::new_err("internal error: a codec panicked, please report it")));
    match result {
        Ok(object) => object.into_ptr(),
        Err(error) => {
            error.restore(py);
            ptr::null_mut()
        }
    }
}
