//! Python values as options of a codec, and as the key under which its worker is kept.

use iio_codec::{Config, Value};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PySequence, PyString};

/// A value that can be compared.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar {
    Bool(bool),
    Int(i64),
    /// The bits of a float, so that NaN equals itself.
    Float(u64),
    Text(String),
    Bytes(Vec<u8>),
    Ints(Vec<i64>),
}

/// Longer values are not kept as keys.
const MAX_KEY_BYTES: usize = 4096;

impl Scalar {
    /// `None` for objects that are no plain value: arrays, callables, long tables.
    pub(crate) fn new(object: &Bound<'_, PyAny>) -> Option<Self> {
        if object.cast::<PyBool>().is_ok() {
            return object.extract().ok().map(Self::Bool);
        }
        if object.cast::<PyInt>().is_ok() {
            return object.extract().ok().map(Self::Int);
        }
        if let Ok(float) = object.cast::<PyFloat>() {
            return Some(Self::Float(float.value().to_bits()));
        }
        if let Ok(text) = object.cast::<PyString>() {
            return text.extract().ok().map(Self::Text);
        }
        if let Ok(bytes) = object.cast::<PyBytes>() {
            let bytes = bytes.as_bytes();
            return (bytes.len() <= MAX_KEY_BYTES).then(|| Self::Bytes(bytes.to_vec()));
        }
        if object.hasattr("__index__").unwrap_or(false) {
            return object.call_method0("__index__").and_then(|v| v.extract()).ok().map(Self::Int);
        }
        let list = object.cast::<PySequence>().ok()?.extract::<Vec<i64>>().ok()?;
        (list.len() * 8 <= MAX_KEY_BYTES).then_some(Self::Ints(list))
    }

    pub(crate) fn value(&self) -> Value {
        match self {
            Self::Bool(v) => Value::Bool(*v),
            Self::Int(v) => Value::Int(*v),
            Self::Float(v) => Value::Float(f64::from_bits(*v)),
            Self::Text(v) => Value::Str(v.clone()),
            Self::Bytes(v) => Value::Bytes(v.as_slice().into()),
            Self::Ints(v) => Value::Ints(v.clone()),
        }
    }
}

fn value(object: &Bound<'_, PyAny>) -> PyResult<Value> {
    if let Ok(bytes) = object.cast::<PyBytes>() {
        return Ok(Value::Bytes(bytes.as_bytes().into()));
    }
    match Scalar::new(object) {
        Some(scalar) => Ok(scalar.value()),
        None => Ok(Value::Ints(
            object
                .extract()
                .map_err(|_| PyTypeError::new_err(format!("an option cannot be a {}", object.get_type())))?,
        )),
    }
}

/// Options from a dict. `None` stands for what is not given.
pub(crate) fn from_dict(dict: &Bound<'_, PyDict>) -> PyResult<Config> {
    let mut config = Config::new();
    for (key, object) in dict {
        if !object.is_none() {
            config = config.set(key.extract::<String>()?, value(&object)?);
        }
    }
    Ok(config)
}
