//! `pyiio._core`: the codecs of the registry as Python functions, and images as numpy arrays.
//!
//! One function serves all codecs. What differs (names and order of parameters, their defaults, which exception is
//! raised) comes from a table in Python, at the time a function is made; see `imagecodecs/_table.py`. A call converts its
//! arguments to a key, takes the worker of that key out of a cache of its thread, and runs it without the GIL; only
//! when there is no such worker are options built from keys and values.

mod array;
mod buffer;
mod builtin;
mod cache;
mod call;
mod config;
mod error;
mod filter;
mod function;
mod image;
mod table;

use pyo3::prelude::*;

#[pymodule]
mod _core {
    #[pymodule_export]
    use crate::cache::{clear_cache, set_limits};
    #[pymodule_export]
    use crate::function::{Function, function};
    #[pymodule_export]
    use crate::image::{ImageFile, imopen, imwrite};
    #[pymodule_export]
    use crate::table::{adler32, codecs, crc32, formats};
}
