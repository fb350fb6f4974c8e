//! Errors of codecs as Python exceptions.

use std::error::Error as _;

use iio_codec::{Error, ErrorKind};
use pyo3::exceptions::{PyMemoryError, PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;

/// Turns an error into an exception: `argument` (else `ValueError`) for what the caller passed, `MemoryError`, else
/// `class` (`RuntimeError` if there is none). The exception carries `kind` and, where it is known, `offset`.
#[cold]
pub(crate) fn raise(py: Python<'_>, error: &Error, class: Option<&Py<PyAny>>, argument: Option<&Py<PyAny>>) -> PyErr {
    let message = error.to_string();
    let class = if error.kind() == ErrorKind::InvalidArgument { argument } else { class };
    let raised = match (error.kind(), class) {
        (ErrorKind::InvalidArgument, None) => PyValueError::new_err(message),
        (ErrorKind::OutOfMemory, _) => PyMemoryError::new_err(message),
        (ErrorKind::Io, _) => match error.source().and_then(|source| source.downcast_ref::<std::io::Error>()) {
            // Of the class that goes with it: FileNotFoundError, PermissionError ..
            Some(source) => std::io::Error::new(source.kind(), message).into(),
            None => PyOSError::new_err(message),
        },
        (_, Some(class)) => match class.bind(py).call1((message,)) {
            Ok(exception) => PyErr::from_value(exception),
            Err(error) => return error,
        },
        (_, None) => PyRuntimeError::new_err(message),
    };
    // Exceptions of any class take attributes; if one does not, the message still stands.
    let value = raised.value(py);
    let _ = value.setattr("kind", error.kind().name());
    let _ = value.setattr("offset", error.offset());
    raised
}
