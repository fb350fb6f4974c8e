use iio::{Executor, Result};

/// An executor that looks parallel and runs the last job first: results must not depend on width and order, and a
/// failure can be repeated.
pub(crate) struct Backwards;

impl Executor for Backwards {
    fn width(&self) -> usize {
        3
    }

    fn try_for_each(&self, n: usize, job: &(dyn Fn(usize) -> Result<()> + Sync)) -> Result<()> {
        let mut result = Ok(());
        for index in (0..n).rev() {
            // What fails last has the lowest index.
            if let Err(error) = job(index) {
                result = Err(error);
            }
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use iio::{Error, Executor};

    use super::Backwards;

    #[test]
    fn the_error_of_the_lowest_index_is_returned_of_jobs_that_all_run() {
        let order = Mutex::new(Vec::new());
        let result = Backwards.try_for_each(4, &|index| {
            order.lock().unwrap().push(index);
            if index % 2 == 1 { Err(Error::invalid_argument("test", index.to_string())) } else { Ok(()) }
        });
        assert_eq!(result.unwrap_err().message(), "1");
        assert_eq!(*order.lock().unwrap(), [3, 2, 1, 0]);
    }
}
