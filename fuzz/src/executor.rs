use iio::{Executor, Result};

/// An executor that looks parallel and runs the last job first: results must not depend on width and order, and a
/// failure can be repeated.
pub(crate) struct Backwards;

impl Executor for Backwards {
    fn width(&self) -> usize {
        3
    }

    fn try_for_each(&self, n: usize, job: &(dyn Fn(usize) -> Result<()> + Sync)) -> Result<()> {
        (0..n).rev().fold(Ok(()), |later, index| job(index).and(later))
    }
}
