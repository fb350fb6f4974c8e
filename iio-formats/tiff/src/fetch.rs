//! How parsers get bytes: with a bound on what is kept.

use iio_core::{Fetcher, Known, Source, Step};

use iio_codec::Result;

/// Takes the value of a step, or returns the need for bytes.
macro_rules! need {
    ($step:expr) => {
        match $step? {
            iio_core::Step::Done(value) => value,
            iio_core::Step::Need(range) => return Ok(iio_core::Step::Need(range)),
        }
    };
}

/// A fetcher that forgets old bytes, so that a walk over a chain of a million IFDs does not keep all of them.
pub(crate) struct Bytes {
    fetcher: Fetcher,
    fetched: u64,
}

impl Bytes {
    /// What is kept, about.
    const KEPT: u64 = 4 << 20;
    /// What the fetcher reads at least.
    const READ_AHEAD: u64 = 16 << 10;

    pub(crate) fn new(source: &Source) -> Self {
        Self { fetcher: source.fetcher(), fetched: 0 }
    }

    /// Runs `parse` until it has what it needs.
    pub(crate) fn drive<T>(&mut self, mut parse: impl FnMut(&Known) -> Result<Step<T>>) -> Result<T> {
        if self.fetched > Self::KEPT {
            self.fetcher.clear();
            self.fetched = 0;
        }
        let mut fetched = 0;
        let result = self.fetcher.drive(|known| {
            let step = parse(known)?;
            if let Step::Need(range) = &step {
                fetched += (range.end - range.start).max(Self::READ_AHEAD);
            }
            Ok(step)
        });
        self.fetched += fetched;
        result
    }
}
