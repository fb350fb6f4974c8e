use std::sync::{Mutex, PoisonError};

use crate::Result;

/// Carries out independent jobs, in parallel if it can. Codecs and formats spawn nothing themselves: they ask this.
pub trait Executor: Sync {
    /// How many jobs run at the same time, 1 or more.
    fn width(&self) -> usize;

    /// Runs `job(0)` to `job(n - 1)`, in any order. Of several errors the one with the lowest index is returned, so
    /// that the outcome is the same at every width.
    ///
    /// # Errors
    /// The error of the job with the lowest failing index.
    fn try_for_each(&self, n: usize, job: &(dyn Fn(usize) -> Result<()> + Sync)) -> Result<()>;
}

/// Runs jobs one after the other on the calling thread.
#[derive(Clone, Copy, Debug, Default)]
pub struct Serial;

/// The serial executor as a value that lives long enough for any context.
pub static SERIAL: Serial = Serial;

impl Executor for Serial {
    fn width(&self) -> usize {
        1
    }

    fn try_for_each(&self, n: usize, job: &(dyn Fn(usize) -> Result<()> + Sync)) -> Result<()> {
        (0..n).try_for_each(job)
    }
}

/// Keeps workers between jobs. A worker is taken out during its job, so jobs that are started from within a job (as
/// rayon does when it steals work) get one of their own.
#[derive(Debug)]
pub struct Pool<T>(Mutex<Vec<T>>);

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self(Mutex::new(Vec::new()))
    }
}

impl<T> Pool<T> {
    /// Makes an empty pool.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs `job` with a worker that is kept or made by `make`. A worker whose job failed is dropped.
    ///
    /// # Errors
    /// Those of `make` and `job`.
    pub fn with<R>(&self, make: impl FnOnce() -> Result<T>, job: impl FnOnce(&mut T) -> Result<R>) -> Result<R> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut worker = match kept {
            Some(worker) => worker,
            None => make()?,
        };
        let result = job(&mut worker)?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        Ok(result)
    }
}
