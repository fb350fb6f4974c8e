//! One function of the drop-in: which codec, which direction, what its parameters are called.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use iio_codec::{Blame, CodecId, CodecInfo, Config};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

use crate::cache::Worker;
use crate::{builtin, config, error};

/// The most parameters of a function beside `data` and `out`.
pub(crate) const MAX_PARAMETERS: usize = 32;

/// What a function does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Encode,
    Decode,
    Check,
}

/// A parameter beside `data` and `out`.
pub(crate) struct Parameter {
    pub(crate) name: Py<PyString>,
    pub(crate) positional: bool,
    /// `_shape` and `_dtype`: the layout that a bare stream fills, and no option.
    pub(crate) layout: bool,
}

/// A codec in one direction, as a row of the table in Python describes it.
#[pyclass(frozen, module = "pyiio._core")]
pub(crate) struct Function {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) module: String,
    pub(crate) codec: &'static CodecInfo,
    /// The id by which the codec is built: with it, it understands the parameters of imagecodecs.
    pub(crate) codec_id: String,
    pub(crate) action: Action,
    pub(crate) parameters: Vec<Parameter>,
    /// Makes options from arguments; called once per thread and set of arguments.
    pub(crate) configure: Option<Py<PyAny>>,
    /// Raised for faults of the data.
    pub(crate) error: Option<Py<PyAny>>,
    /// Raised for arguments that the codec refuses: a `ValueError`, and best one of the class `error` as well.
    pub(crate) argument_error: Option<Py<PyAny>>,
    /// Called with `(data, out, arguments)` for arrays that are not of a native dtype.
    pub(crate) fallback: Option<Py<PyAny>>,
    /// A destination that is too small is filled, and that is no error.
    pub(crate) truncates: bool,
    /// Arrays are images: axes of length one before and behind are dropped.
    pub(crate) image: bool,
}

/// The arguments of one call beside `data` and `out`.
pub(crate) type Given<'py> = [Option<Bound<'py, PyAny>>; MAX_PARAMETERS];

impl Function {
    /// Makes a worker for these arguments.
    pub(crate) fn worker(&self, py: Python<'_>, given: &Given<'_>) -> PyResult<Worker> {
        let arguments = self.arguments(py, given)?;
        let config = match &self.configure {
            Some(configure) => {
                let dict = configure.bind(py).call((), Some(&arguments))?;
                config::from_dict(dict.cast::<PyDict>()?)?
            }
            None => config::from_dict(&arguments)?,
        };
        self.build(&config).map_err(|error| error::raise(py, &error, self.error.as_ref(), self.argument_error.as_ref()))
    }

    fn build(&self, config: &Config) -> iio_codec::Result<Worker> {
        use iio_codec::AnyCodec::{Array, Bytes, Filter};
        let codec = self.codec.create(&CodecId::Numcodecs(&self.codec_id), config)?;
        Ok(match (codec, self.action) {
            (Bytes(codec), Action::Decode) => Worker::BytesDecoder(codec.decoder()?),
            (Bytes(codec), Action::Encode) => Worker::BytesEncoder(codec.encoder()?),
            (Array(codec), Action::Decode) => Worker::ArrayDecoder(codec.decoder()?),
            (Array(codec), Action::Encode) => Worker::ArrayEncoder(codec.encoder()?),
            (Filter(codec), Action::Decode) => Worker::Filter(codec.decoder()?),
            (Filter(codec), Action::Encode) => Worker::Filter(codec.encoder()?),
            (_, Action::Check) => return Err(self.codec.internal("check needs no worker")),
        })
    }

    /// The arguments that were given, by name.
    pub(crate) fn arguments<'py>(&self, py: Python<'py>, given: &Given<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (parameter, value) in self.parameters.iter().zip(given) {
            if let Some(value) = value
                && !parameter.layout
            {
                dict.set_item(&parameter.name, value)?;
            }
        }
        Ok(dict)
    }
}

#[pymethods]
impl Function {
    /// The name of the codec in the registry.
    #[getter]
    fn codec(&self) -> &'static str {
        self.codec.name
    }

    /// Names of the parameters beside `data` and `out`.
    #[getter]
    fn parameters<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.parameters.iter().map(|parameter| parameter.name.bind(py)))
    }

    /// A builtin is pickled as an attribute of its self: of the module that it is in, then.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((py.import("importlib")?.getattr("import_module")?, (self.module.clone(),)))
    }

    fn __repr__(&self) -> String {
        format!("<{} of {}>", self.name, self.codec.name)
    }
}

/// Makes a builtin function `name(data, ..., out=None)` of `module`. `parameters` holds `(name, positional)` pairs.
#[pyfunction]
#[pyo3(signature = (name, codec, action, parameters, *, module, codec_id, doc="", error=None, argument_error=None,
    configure=None, fallback=None, truncates=false, image=false))]
#[expect(clippy::too_many_arguments, reason = "keywords, from one place in Python")]
pub(crate) fn function<'py>(
    py: Python<'py>,
    name: &str,
    codec: &str,
    action: &str,
    parameters: Vec<(Bound<'py, PyString>, bool)>,
    module: &str,
    codec_id: &str,
    doc: &str,
    error: Option<Py<PyAny>>,
    argument_error: Option<Py<PyAny>>,
    configure: Option<Py<PyAny>>,
    fallback: Option<Py<PyAny>>,
    truncates: bool,
    image: bool,
) -> PyResult<Bound<'py, PyAny>> {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let action = match action {
        "encode" => Action::Encode,
        "decode" => Action::Decode,
        "check" => Action::Check,
        _ => return Err(PyValueError::new_err(format!("action must be encode, decode or check, got {action}"))),
    };
    if parameters.len() > MAX_PARAMETERS {
        return Err(PyValueError::new_err(format!("{} parameters, at most {MAX_PARAMETERS}", parameters.len())));
    }
    let registry: Arc<_> = iio::default_env().registry.clone();
    let codec = registry.codec(&CodecId::Name(codec)).map_err(|fault| error::raise(py, &fault, None, None))?;
    let intern = |(name, positional): (Bound<'py, PyString>, bool)| -> PyResult<Parameter> {
        let name = name.extract::<String>()?;
        let layout = action == Action::Decode && matches!(name.as_str(), "_shape" | "_dtype");
        Ok(Parameter { name: PyString::intern(py, &name).unbind(), positional, layout })
    };
    let function = Function {
        id: NEXT.fetch_add(1, Ordering::Relaxed),
        name: name.to_owned(),
        module: module.to_owned(),
        codec,
        codec_id: codec_id.to_owned(),
        action,
        parameters: parameters.into_iter().map(intern).collect::<PyResult<_>>()?,
        configure,
        error,
        argument_error,
        fallback,
        truncates,
        image,
    };
    builtin::make(&Bound::new(py, function)?, name, doc, &PyString::intern(py, module))
}
