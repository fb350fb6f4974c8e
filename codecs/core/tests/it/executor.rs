//! The serial executor and the pool of workers.

use std::cell::RefCell;
use std::sync::Mutex;

use iio_codec::{Error, ErrorKind, Executor, Pool, SERIAL};

#[test]
fn serial_runs_every_job_once_in_order() {
    let seen = Mutex::new(Vec::new());
    SERIAL
        .try_for_each(5, &|index| {
            seen.lock().unwrap().push(index);
            Ok(())
        })
        .unwrap();
    assert_eq!((seen.into_inner().unwrap(), SERIAL.width()), (vec![0, 1, 2, 3, 4], 1));
}

#[test]
fn the_error_of_the_lowest_index_is_returned() {
    let fail = |index: usize| match index {
        2 | 4 => Err(Error::invalid_argument("test", format!("job {index}"))),
        _ => Ok(()),
    };
    assert_eq!(SERIAL.try_for_each(5, &fail).unwrap_err().message(), "job 2");
}

#[test]
fn workers_are_kept_between_jobs_and_dropped_after_errors() {
    let pool = Pool::<u32>::new();
    let made = RefCell::new(0);
    let make = || {
        *made.borrow_mut() += 1;
        Ok(*made.borrow() * 100)
    };
    let next = |worker: &mut u32| {
        *worker += 1;
        Ok(*worker)
    };
    assert_eq!([pool.with(make, next).unwrap(), pool.with(make, next).unwrap()], [101, 102]);
    let failed: Result<(), _> = pool.with(make, |_| Err(Error::new("test", ErrorKind::Malformed, "no")));
    assert!(failed.is_err());
    assert_eq!(pool.with(make, next).unwrap(), 201);
    assert!(Pool::<u32>::new().with(|| Err(Error::new("test", ErrorKind::OutOfMemory, "no")), next).is_err());
}

#[test]
fn jobs_within_jobs_get_a_worker_of_their_own() {
    let pool = Pool::<Vec<u8>>::new();
    let make = || Ok(Vec::new());
    pool.with(make, |outer| {
        outer.push(1);
        pool.with(make, |inner| {
            assert_eq!(*inner, []);
            inner.push(2);
            Ok(())
        })
    })
    .unwrap();
}
