//! The processor that measured work stays on: those of a virtual machine differ by how busy their neighbours are, for
//! minutes. Where a thread cannot be kept on one, figures are noisier, and no more.

#[cfg(target_os = "linux")]
use rustix::thread::{CpuSet, Pid, sched_getaffinity, sched_getcpu, sched_setaffinity};

/// One processor, and all that there are. On other systems than Linux it does nothing.
#[derive(Clone, Copy)]
pub struct Processors {
    #[cfg(target_os = "linux")]
    one: CpuSet,
    #[cfg(target_os = "linux")]
    all: CpuSet,
}

#[cfg(target_os = "linux")]
impl Processors {
    /// The one where this thread runs, and those that it may use.
    #[must_use]
    pub fn here() -> Self {
        let mut one = CpuSet::new();
        one.set(sched_getcpu());
        Self { one, all: sched_getaffinity(None).unwrap_or(one) }
    }

    /// Keeps this thread, and those that it starts from now on, on the one.
    pub fn confine_thread(&self) {
        let _ = sched_setaffinity(None, &self.one);
    }

    /// Keeps the first thread of another process on the one, or frees it again.
    pub fn confine_process(&self, process: u32, confined: bool) {
        let process = i32::try_from(process).ok().and_then(Pid::from_raw);
        if process.is_some() {
            let _ = sched_setaffinity(process, if confined { &self.one } else { &self.all });
        }
    }
}

#[cfg(not(target_os = "linux"))]
impl Processors {
    /// Those of this system, which are left as they are.
    #[must_use]
    pub const fn here() -> Self {
        Self {}
    }

    /// Does nothing.
    pub const fn confine_thread(&self) {}

    /// Does nothing.
    pub const fn confine_process(&self, _process: u32, _confined: bool) {}
}
