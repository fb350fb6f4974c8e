//! Workers and scratch memory that a thread keeps between calls.
//!
//! A worker is taken out during its call, so that a codec that is entered again (from a callback, or after the GIL went
//! to another greenlet) makes one of its own. What a call made large is not kept.

use std::cell::{Cell, RefCell};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use iio_codec::{ArrayDecoder, ArrayEncoder, BytesDecoder, BytesEncoder, Executor, Filter, Limits, Serial};
use iio_core::RayonExecutor;
use pyo3::prelude::*;

use crate::config::Scalar;

/// Workers that a thread keeps.
const MAX_WORKERS: usize = 24;
/// A worker that has handled more bytes in one call is dropped: its scratch may be as large, or (zstd) many times larger.
const MAX_KEPT_BYTES: usize = 4 << 20;
/// Scratch that a thread keeps.
const MAX_SCRATCH: usize = 1 << 20;

/// A worker of any kind and direction.
pub(crate) enum Worker {
    BytesDecoder(Box<dyn BytesDecoder>),
    BytesEncoder(Box<dyn BytesEncoder>),
    ArrayDecoder(Box<dyn ArrayDecoder>),
    ArrayEncoder(Box<dyn ArrayEncoder>),
    Filter(Box<dyn Filter>),
}

/// The arguments of a call: index of the parameter, and value.
pub(crate) type Key = Vec<(u8, Scalar)>;

/// A worker with what it was made for.
pub(crate) struct Entry {
    function: u64,
    key: Key,
    pub(crate) worker: Worker,
    /// Bytes that the last call gave, where the stream does not tell: the next chunk is likely to give the same.
    pub(crate) expected: usize,
}

impl Entry {
    pub(crate) const fn new(function: u64, key: Key, worker: Worker) -> Self {
        Self { function, key, worker, expected: 0 }
    }
}

thread_local! {
    static WORKERS: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Takes the worker for this function and key out of the cache.
pub(crate) fn take(function: u64, key: &Key) -> Option<Entry> {
    WORKERS.with_borrow_mut(|workers| {
        let found = workers.iter().rposition(|entry| entry.function == function && entry.key == *key)?;
        Some(workers.remove(found))
    })
}

/// Keeps a worker whose call of `n_bytes` succeeded; the one that was used longest ago goes.
pub(crate) fn keep(entry: Entry, n_bytes: usize) {
    if n_bytes > MAX_KEPT_BYTES {
        return;
    }
    // Dropped outside the borrow: a worker may do anything.
    let _dropped = WORKERS.with_borrow_mut(|workers| {
        workers.push(entry);
        (workers.len() > MAX_WORKERS).then(|| workers.remove(0))
    });
}

/// Scratch of any content and length.
pub(crate) fn take_scratch() -> Vec<u8> {
    SCRATCH.take()
}

/// Gives scratch back.
pub(crate) fn keep_scratch(scratch: Vec<u8>) {
    if scratch.capacity() <= MAX_SCRATCH {
        SCRATCH.set(scratch);
    }
}

/// Drops the workers and the scratch that this thread keeps.
#[pyfunction]
pub(crate) fn clear_cache() {
    drop(WORKERS.take());
    drop(SCRATCH.take());
}

fn limits_cell() -> &'static RwLock<Limits> {
    static LIMITS: OnceLock<RwLock<Limits>> = OnceLock::new();
    LIMITS.get_or_init(|| {
        let memory = iio::default_env().total_output_bytes;
        let limits = Limits::default();
        let working = limits.working_bytes.max(memory / 2);
        RwLock::new(limits.with_output_bytes(memory).with_working_bytes(working))
    })
}

/// The limits of codec calls: three quarters of the memory that was available, unless they were set.
pub(crate) fn limits() -> Limits {
    *limits_cell().read().unwrap_or_else(PoisonError::into_inner)
}

/// The thread pool of this process. A process that was forked has none of the threads of its parent, and would wait
/// for them forever: it gets a pool of its own.
pub(crate) fn executor() -> Arc<dyn Executor + Send + Sync> {
    static POOL: Mutex<Option<(u32, Arc<dyn Executor + Send + Sync>)>> = Mutex::new(None);
    let process = std::process::id();
    let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((owner, executor)) = &*pool
        && *owner == process
    {
        return executor.clone();
    }
    let executor: Arc<dyn Executor + Send + Sync> = match RayonExecutor::with_threads(0) {
        Ok(executor) => Arc::new(executor),
        Err(_) => Arc::new(Serial),
    };
    // The pool of a parent is not dropped: that would wait for its threads.
    std::mem::forget(pool.replace((process, executor.clone())));
    executor
}

/// Sets what one call may cost: bytes of output, bytes of scratch, samples along one axis.
#[pyfunction]
#[pyo3(signature = (*, output_bytes=None, working_bytes=None, axis_len=None))]
pub(crate) fn set_limits(output_bytes: Option<u64>, working_bytes: Option<u64>, axis_len: Option<u64>) {
    let mut limits = limits_cell().write().unwrap_or_else(PoisonError::into_inner);
    limits.output_bytes = output_bytes.unwrap_or(limits.output_bytes);
    limits.working_bytes = working_bytes.unwrap_or(limits.working_bytes);
    limits.axis_len = axis_len.unwrap_or(limits.axis_len);
}
