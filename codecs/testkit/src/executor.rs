use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use iio_codec::{Error, Executor, Result};

/// An executor that runs jobs on so many threads, started for each call: for tests of what codecs do with one.
#[derive(Clone, Copy, Debug)]
pub struct Threads(pub usize);

impl Executor for Threads {
    fn width(&self) -> usize {
        self.0.max(1)
    }

    fn try_for_each(&self, n: usize, job: &(dyn Fn(usize) -> Result<()> + Sync)) -> Result<()> {
        let next = AtomicUsize::new(0);
        let lowest: Mutex<Option<(usize, Error)>> = Mutex::new(None);
        let run = || {
            loop {
                let ticket = next.fetch_add(1, Ordering::Relaxed);
                if ticket >= n {
                    return;
                }
                // The last job first: whoever relies on an order shows.
                let index = n - 1 - ticket;
                if let Err(error) = job(index) {
                    let mut lowest = lowest.lock().unwrap_or_else(PoisonError::into_inner);
                    if lowest.as_ref().is_none_or(|(other, _)| index < *other) {
                        *lowest = Some((index, error));
                    }
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..self.width().min(n) {
                scope.spawn(run);
            }
        });
        match lowest.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some((_, error)) => Err(error),
            None => Ok(()),
        }
    }
}
