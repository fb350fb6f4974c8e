use std::sync::atomic::{AtomicUsize, Ordering};

use iio_codec::{Error, Executor, Pool, SERIAL};
use iio_core::RayonExecutor;

fn fail(index: usize) -> Error {
    Error::invalid_argument("job", format!("{index}"))
}

#[test]
fn every_job_runs_once_and_the_lowest_error_wins() {
    let rayon = RayonExecutor::with_threads(4).unwrap();
    let executors: [&dyn Executor; 3] = [&SERIAL, &rayon, &RayonExecutor::global()];
    for executor in executors {
        let runs: Vec<_> = (0..1000).map(|_| AtomicUsize::new(0)).collect();
        executor
            .try_for_each(1000, &|index| {
                runs[index].fetch_add(1, Ordering::Relaxed);
                Ok(())
            })
            .unwrap();
        assert!(runs.iter().all(|n| n.load(Ordering::Relaxed) == 1));
        for _ in 0..20 {
            let error = executor.try_for_each(1000, &|index| if index % 100 == 37 { Err(fail(index)) } else { Ok(()) });
            assert_eq!(error.unwrap_err().message(), "37");
        }
        executor.try_for_each(0, &|index| Err(fail(index))).unwrap();
    }
}

#[test]
fn pool_keeps_workers_but_not_failed_ones() {
    let pool = Pool::new();
    let made = AtomicUsize::new(0);
    let make = || Ok(made.fetch_add(1, Ordering::Relaxed));
    assert_eq!(pool.with(make, |worker| Ok(*worker)).unwrap(), 0);
    assert_eq!(pool.with(make, |worker| Ok(*worker)).unwrap(), 0);
    assert!(pool.with(make, |_| Err::<(), _>(fail(0))).is_err());
    assert_eq!(pool.with(make, |worker| Ok(*worker)).unwrap(), 1);
    let nested = pool.with(make, |outer| Ok((*outer, pool.with(make, |inner| Ok(*inner))?)));
    assert_eq!(nested.unwrap(), (1, 2));
}
