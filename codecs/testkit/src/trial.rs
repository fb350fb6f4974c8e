//! One claim on trial: collects failures, turns panics into failures, and sees that nothing hangs.

use std::cell::{Cell, RefCell};
use std::fmt::{Display, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use iio_codec::{AnyCodec, CodecId, Config, DType, Error, ErrorKind, Layout, Result};

use crate::content::values;
use crate::suite::OptionSet;
use crate::{Claim, Suite};

/// Failures that are told in full.
const TOLD: usize = 10;
/// A step that takes so many times the time limit is taken for a hang.
const HANG: u32 = 12;

/// What is under way, for the watchdog.
struct Step {
    label: String,
    since: Instant,
}

pub(crate) struct Trial<'a> {
    pub(crate) suite: &'a Suite,
    step: Arc<Mutex<Step>>,
    failures: RefCell<Vec<String>>,
    total: Cell<usize>,
}

/// Tests a claim in a thread of its own, so that a codec that hangs is a failure with a name.
pub(crate) fn run(suite: &Suite, claim: Claim) -> Result<(), String> {
    let step = Arc::new(Mutex::new(Step { label: "start".to_owned(), since: Instant::now() }));
    let (report, verdict) = channel();
    let (own, suite_copy) = (step.clone(), suite.clone());
    let thread = std::thread::Builder::new().name(format!("{}: {claim:?}", suite.info.name));
    let spawned = thread.spawn(move || {
        let trial = Trial { suite: &suite_copy, step: own, failures: RefCell::default(), total: Cell::new(0) };
        trial.attempt(|| "outside of a step".to_owned(), || claim.test(&trial));
        // The receiver is gone only if it took this for a hang.
        drop(report.send(trial.verdict()));
    });
    spawned.map_err(|error| format!("cannot start a thread: {error}"))?;
    let hang = suite.time_limit * HANG;
    loop {
        match verdict.recv_timeout(hang.min(Duration::from_millis(200))) {
            Ok(verdict) => return verdict,
            Err(RecvTimeoutError::Disconnected) => return Err("the thread of the trial ended without a verdict".into()),
            Err(RecvTimeoutError::Timeout) => {
                let step = step.lock().unwrap_or_else(PoisonError::into_inner);
                if step.since.elapsed() > hang {
                    return Err(format!("  {}: hangs, no end after {hang:?}", step.label));
                }
            }
        }
    }
}

impl Trial<'_> {
    fn verdict(&self) -> Result<(), String> {
        let failures = self.failures.borrow();
        if failures.is_empty() {
            return Ok(());
        }
        let mut text = String::new();
        failures.iter().for_each(|failure| {
            let _ = writeln!(text, "  {failure}");
        });
        let untold = self.total.get() - failures.len();
        if untold > 0 {
            let _ = writeln!(text, "  and {untold} more");
        }
        Err(text)
    }

    /// Notes that the claim does not hold.
    pub(crate) fn fail(&self, failure: impl Display) {
        self.total.set(self.total.get() + 1);
        if self.failures.borrow().len() < TOLD {
            self.failures.borrow_mut().push(failure.to_string());
        }
    }

    /// Notes a failure unless `holds`.
    pub(crate) fn expect(&self, holds: bool, failure: impl FnOnce() -> String) {
        if !holds {
            self.fail(failure());
        }
    }

    /// True once there are so many failures that more tell nothing.
    pub(crate) fn is_lost(&self) -> bool {
        self.total.get() >= 4 * TOLD
    }

    /// Runs a step. A panic is a failure that carries the label.
    pub(crate) fn attempt<R>(&self, label: impl Fn() -> String, job: impl FnOnce() -> R) -> Option<R> {
        *self.step.lock().unwrap_or_else(PoisonError::into_inner) = Step { label: label(), since: Instant::now() };
        match catch_unwind(AssertUnwindSafe(job)) {
            Ok(result) => Some(result),
            Err(payload) => {
                let text = payload
                    .downcast_ref::<String>()
                    .map(String::as_str)
                    .or_else(|| payload.downcast_ref::<&str>().copied())
                    .unwrap_or("no text");
                self.fail(format!("{}: panics: {text}", label()));
                None
            }
        }
    }

    /// As [`Trial::attempt`], for a step that must succeed.
    pub(crate) fn succeed<R>(&self, label: impl Fn() -> String, job: impl FnOnce() -> Result<R>) -> Option<R> {
        match self.attempt(&label, job)? {
            Ok(value) => Some(value),
            Err(error) => {
                self.fail(format!("{}: {error:?}", label()));
                None
            }
        }
    }

    /// Builds the codec with options.
    pub(crate) fn codec(&self, name: &str, config: &Config) -> Option<AnyCodec> {
        let info = self.suite.info;
        self.succeed(|| format!("{name}: create"), || info.create(&CodecId::Name(info.name), config))
    }

    /// The option sets with their codecs.
    pub(crate) fn codecs(&self) -> impl Iterator<Item = (&OptionSet, AnyCodec)> {
        self.suite.sets.iter().filter_map(|set| Some((set, self.codec(&set.name, &set.config)?)))
    }
}

/// True for the answers by which a codec says that it does not take an input.
pub(crate) fn is_refusal(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::InvalidArgument | ErrorKind::Unsupported)
}

/// Says where `have` differs from `want`, in a few words; `None` if it does not.
pub(crate) fn difference(have: &[u8], want: &[u8]) -> Option<String> {
    if have == want {
        return None;
    }
    match have.iter().zip(want).position(|(a, b)| a != b) {
        Some(at) => {
            Some(format!("byte {at} is {:#04x}, not {:#04x}, of {} and {}", have[at], want[at], have.len(), want.len()))
        }
        None => Some(format!("{} bytes, not {}", have.len(), want.len())),
    }
}

/// As [`difference`], with an error that is allowed.
pub(crate) fn lossy_difference(dtype: DType, have: &[u8], want: &[u8], max: Option<f64>) -> Option<String> {
    let Some(max) = max else { return difference(have, want) };
    if have.len() != want.len() {
        return difference(have, want);
    }
    let pairs = values(dtype, have).into_iter().zip(values(dtype, want));
    let worst = pairs.map(|(a, b)| if a.is_nan() && b.is_nan() { 0.0 } else { (a - b).abs() }).fold(0.0, f64_max);
    (worst > max).then(|| format!("error of {worst}, at most {max} are allowed"))
}

/// The greater one, where NaN is the greatest.
fn f64_max(a: f64, b: f64) -> f64 {
    if b.is_nan() { f64::INFINITY } else { a.max(b) }
}

/// True if two layouts are the same but for axes of length one.
pub(crate) fn same_but_for_ones(a: &Layout, b: &Layout) -> bool {
    let squeezed = |layout: &Layout| layout.shape().iter().copied().filter(|&len| len != 1).collect::<Vec<_>>();
    let bytes = |dtype| if dtype == DType::Bool { DType::U8 } else { dtype };
    bytes(a.dtype()) == bytes(b.dtype()) && squeezed(a) == squeezed(b)
}
