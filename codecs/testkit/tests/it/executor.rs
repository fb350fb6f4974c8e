//! The executor for tests keeps the contract of executors.

use std::collections::BTreeSet;
use std::sync::Mutex;

use iio_codec::{Error, Executor};
use iio_testkit::Threads;

#[test]
fn every_job_runs_once_on_several_threads() {
    let seen = Mutex::new(Vec::new());
    let threads = Mutex::new(BTreeSet::new());
    let job = |index| {
        // Long enough for the other threads to begin.
        std::thread::sleep(std::time::Duration::from_millis(5));
        seen.lock().unwrap().push(index);
        threads.lock().unwrap().insert(format!("{:?}", std::thread::current().id()));
        Ok(())
    };
    Threads(3).try_for_each(20, &job).unwrap();
    let mut seen = seen.into_inner().unwrap();
    seen.sort_unstable();
    assert_eq!(seen, (0..20).collect::<Vec<_>>());
    assert_eq!(threads.into_inner().unwrap().len(), 3);
}

#[test]
fn the_error_of_the_lowest_index_wins_though_it_comes_last() {
    let job =
        |index| if index % 7 == 3 { Err(Error::invalid_argument("test", format!("job {index}"))) } else { Ok(()) };
    assert_eq!(Threads(4).try_for_each(100, &job).unwrap_err().message(), "job 3");
    assert_eq!((Threads(0).width(), Threads(4).width()), (1, 4));
    Threads(0).try_for_each(0, &job).unwrap();
}
