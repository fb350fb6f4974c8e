use std::sync::{Arc, OnceLock};

use iio_codec::{Blame, Cancel, Context, Executor, Limits, Result, SERIAL};

use crate::Registry;

/// Tells how far work has come: bytes of pixels done, and bytes in all.
pub type ProgressFn<'a> = &'a (dyn Fn(u64, u64) + Sync);

/// What work is carried out with: registry, limits, executor, cancel flag. Cheap to clone.
#[derive(Clone)]
pub struct Env {
    /// The codecs and formats.
    pub registry: Arc<Registry>,
    /// Limits of each chunk or stream.
    pub limits: Limits,
    /// Bytes of pixels that one read may give in all. Default: 3/4 of the memory that is available.
    pub total_output_bytes: u64,
    /// Carries out jobs in parallel; serial if `None`.
    pub executor: Option<Arc<dyn Executor + Send + Sync>>,
    /// Stops the work.
    pub cancel: Option<Cancel>,
}

impl Env {
    /// Serial work with default limits.
    #[must_use]
    pub fn new(registry: Arc<Registry>) -> Self {
        let total_output_bytes = memory_available().map_or(u64::MAX, |bytes| bytes / 4 * 3);
        Self { registry, limits: Limits::default(), total_output_bytes, executor: None, cancel: None }
    }

    /// Sets the executor.
    #[must_use]
    pub fn with_executor(mut self, executor: Arc<dyn Executor + Send + Sync>) -> Self {
        self.executor = Some(executor);
        self
    }

    /// Sets the limits of each chunk or stream.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets [`Env::total_output_bytes`].
    #[must_use]
    pub fn with_total_output_bytes(mut self, bytes: u64) -> Self {
        self.total_output_bytes = bytes;
        self
    }

    /// Sets the flag that stops the work.
    #[must_use]
    pub fn with_cancel(mut self, cancel: Cancel) -> Self {
        self.cancel = Some(cancel);
        self
    }

    /// The executor.
    #[must_use]
    pub fn executor(&self) -> &dyn Executor {
        match &self.executor {
            Some(executor) => &**executor,
            None => &SERIAL,
        }
    }

    /// The context of one call that is itself a job: inner work is serial.
    #[must_use]
    pub fn chunk_context(&self) -> Context<'_> {
        Context { cancel: self.cancel.as_ref(), ..Context::with_limits(self.limits) }
    }

    /// The context of one call that has the machine to itself: inner work runs on the executor.
    #[must_use]
    pub fn whole_context(&self) -> Context<'_> {
        self.chunk_context().with_executor(self.executor())
    }

    /// Refuses an image of `bytes` that exceeds [`Env::total_output_bytes`].
    ///
    /// # Errors
    /// `Limit`.
    pub fn gate_total(&self, who: &(impl Blame + ?Sized), bytes: u64) -> Result<()> {
        if bytes <= self.total_output_bytes {
            return Ok(());
        }
        let (which, allowed) = ("total_output_bytes", self.total_output_bytes);
        let message =
            format!("image needs {bytes} bytes, limit {which} is {allowed}; read a region or a level, or raise it");
        let kind = iio_codec::ErrorKind::Limit { which, requested: bytes, allowed };
        Err(iio_codec::Error::new(who.who(), kind, message))
    }
}

impl core::fmt::Debug for Env {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Env")
            .field("limits", &self.limits)
            .field("total_output_bytes", &self.total_output_bytes)
            .field("width", &self.executor().width())
            .finish_non_exhaustive()
    }
}

/// Bytes of memory that were available when this was first asked; `None` where the system does not tell.
#[must_use]
pub fn memory_available() -> Option<u64> {
    static AVAILABLE: OnceLock<Option<u64>> = OnceLock::new();
    *AVAILABLE.get_or_init(|| {
        let text = std::fs::read_to_string("/proc/meminfo").ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
        line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
    })
}
