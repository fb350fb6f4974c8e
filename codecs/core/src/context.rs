use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::{Blame, Error, ErrorKind, Executor, Layout, Limits, Result, SERIAL};

/// A budget of output bytes that several calls share: one per open file, so that many small lies do not add up.
#[derive(Debug)]
pub struct Budget {
    left: AtomicU64,
    total: u64,
}

impl Budget {
    /// Makes a budget of `bytes`.
    #[must_use]
    pub const fn new(bytes: u64) -> Self {
        Self { left: AtomicU64::new(bytes), total: bytes }
    }

    /// Takes `bytes` out of the budget; false, and nothing taken, if they are not there.
    pub fn take(&self, bytes: u64) -> bool {
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes)).is_ok()
    }

    /// Gives `bytes` back.
    pub fn give(&self, bytes: u64) {
        self.left.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Bytes that are left.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.left.load(Ordering::Relaxed)
    }

    /// Bytes the budget began with.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.total
    }
}

/// A flag by which a caller stops work in progress, from any thread.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Makes a flag that is not set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks all work that carries this flag to stop.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// True once [`Cancel::cancel`] was called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What a call may cost and who carries it out: limits, budget, executor, cancel flag.
///
/// A context is per call and cheap to copy. Scratch memory belongs to the worker instead.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Limits of this chunk or stream.
    pub limits: Limits,
    /// Carries out inner parallel work. Serial by default.
    pub executor: &'a dyn Executor,
    /// Output bytes that this call shares with others.
    pub budget: Option<&'a Budget>,
    /// Flag that stops the call.
    pub cancel: Option<&'a Cancel>,
}

impl core::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Context")
            .field("limits", &self.limits)
            .field("executor_width", &self.executor.width())
            .field("budget", &self.budget)
            .field("cancel", &self.cancel)
            .finish()
    }
}

impl Default for Context<'_> {
    fn default() -> Self {
        Self { limits: Limits::default(), executor: &SERIAL, budget: None, cancel: None }
    }
}

impl<'a> Context<'a> {
    /// A serial context with these limits.
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Sets the executor.
    #[must_use]
    pub fn with_executor(mut self, executor: &'a dyn Executor) -> Self {
        self.executor = executor;
        self
    }

    /// Sets the budget of output bytes that this call shares with others.
    #[must_use]
    pub const fn with_budget(mut self, budget: &'a Budget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Sets the flag that stops the call.
    #[must_use]
    pub const fn with_cancel(mut self, cancel: &'a Cancel) -> Self {
        self.cancel = Some(cancel);
        self
    }

    /// Fails with `Cancelled` once the caller asked to stop. Call it per row, scan or block of work.
    ///
    /// # Errors
    /// `Cancelled`.
    pub fn check_cancel(&self, who: &(impl Blame + ?Sized)) -> Result<()> {
        match self.cancel {
            Some(cancel) if cancel.is_cancelled() => {
                Err(Error::new(who.who(), ErrorKind::Cancelled, "cancelled by the caller"))
            }
            _ => Ok(()),
        }
    }

    /// Passes a declared output of `bytes` through the gates, before anything is allocated for it: the limit, the
    /// ratio that the format can reach at most from `src_len` bytes, and the budget (from which it is taken).
    ///
    /// # Errors
    /// `Limit` or, where the ratio shows that the declaration cannot be true, `Malformed`.
    pub fn gate_output(
        &self,
        who: &(impl Blame + ?Sized),
        bytes: u64,
        src_len: usize,
        max_ratio: Option<u32>,
    ) -> Result<()> {
        if bytes > self.limits.output_bytes {
            return Err(who_limit(who, "output", "output_bytes", bytes, self.limits.output_bytes));
        }
        if let Some(ratio) = max_ratio {
            // A floor of 4096 keeps rounding and empty streams out of the question.
            let reachable = (src_len as u64).saturating_mul(u64::from(ratio)).saturating_add(4096);
            if bytes > reachable {
                let message = format!("declares {bytes} bytes, but {src_len} bytes of input reach {reachable} at most");
                return Err(Error::new(who.who(), ErrorKind::Malformed, message));
            }
        }
        if let Some(budget) = self.budget
            && !budget.take(bytes)
        {
            return Err(who_limit(who, "output of this and earlier chunks", "budget", bytes, budget.left()));
        }
        Ok(())
    }

    /// Passes the layout of a header through the gates: axis lengths, then [`Context::gate_output`].
    ///
    /// # Errors
    /// As [`Context::gate_output`].
    pub fn gate_layout(
        &self,
        who: &(impl Blame + ?Sized),
        layout: &Layout,
        src_len: usize,
        max_ratio: Option<u32>,
    ) -> Result<()> {
        for &len in layout.shape() {
            if len as u64 > self.limits.axis_len {
                return Err(who_limit(who, layout, "axis_len", len as u64, self.limits.axis_len));
            }
        }
        self.gate_output(who, layout.n_bytes() as u64, src_len, max_ratio)
    }

    /// Checks scratch of `bytes` against [`Limits::working_bytes`], before it is allocated.
    ///
    /// # Errors
    /// `Limit`.
    pub fn gate_working(&self, who: &(impl Blame + ?Sized), bytes: u64) -> Result<()> {
        if bytes > self.limits.working_bytes {
            return Err(who_limit(who, "working memory", "working_bytes", bytes, self.limits.working_bytes));
        }
        Ok(())
    }
}

#[cold]
fn who_limit(
    who: &(impl Blame + ?Sized),
    what: impl core::fmt::Display,
    which: &'static str,
    requested: u64,
    allowed: u64,
) -> Error {
    let message = format!("{what} needs {requested}, limit {which} is {allowed}");
    Error::new(who.who(), ErrorKind::Limit { which, requested, allowed }, message)
}
