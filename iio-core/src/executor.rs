use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use iio_codec::{Error, Executor, Result};
use rayon::prelude::*;

/// Carries out jobs on a rayon thread pool: the global one, or one of its own.
#[derive(Debug, Default)]
pub struct RayonExecutor {
    pool: Option<rayon::ThreadPool>,
}

impl RayonExecutor {
    /// Uses rayon's global pool.
    #[must_use]
    pub const fn global() -> Self {
        Self { pool: None }
    }

    /// Makes a pool of `threads` threads; 0 takes one per core.
    ///
    /// # Errors
    /// `Backend` if threads cannot be spawned.
    pub fn with_threads(threads: usize) -> Result<Self> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|error| {
            Error::new("executor", iio_codec::ErrorKind::Backend { code: 0 }, "cannot spawn threads").with_source(error)
        })?;
        Ok(Self { pool: Some(pool) })
    }
}

impl Executor for RayonExecutor {
    fn width(&self) -> usize {
        self.pool.as_ref().map_or_else(rayon::current_num_threads, rayon::ThreadPool::current_num_threads)
    }

    fn try_for_each(&self, n: usize, job: &(dyn Fn(usize) -> Result<()> + Sync)) -> Result<()> {
        let lowest = AtomicUsize::new(usize::MAX);
        let failed: Mutex<Option<(usize, Error)>> = Mutex::new(None);
        // Jobs behind a failure are skipped, jobs before it are not: one of them may fail as well and comes first.
        let run = |index: usize| {
            if index > lowest.load(Ordering::Relaxed) {
                return;
            }
            if let Err(error) = job(index) {
                lowest.fetch_min(index, Ordering::Relaxed);
                let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                if failed.as_ref().is_none_or(|(first, _)| index < *first) {
                    *failed = Some((index, error));
                }
            }
        };
        let all = || (0..n).into_par_iter().with_max_len(1).for_each(run);
        match &self.pool {
            Some(pool) => pool.install(all),
            None => all(),
        }
        failed.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), |(_, error)| Err(error))
    }
}
