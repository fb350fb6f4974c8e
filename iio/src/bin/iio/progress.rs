use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// A progress bar with throughput on the standard error. Shown on terminals only, and only if work takes a while.
pub(crate) struct Bar {
    label: &'static str,
    begun: Instant,
    visible: bool,
    drawn: Mutex<Option<Instant>>,
}

impl Bar {
    const REDRAW: Duration = Duration::from_millis(100);
    const WIDTH: usize = 30;

    pub(crate) fn new(label: &'static str, quiet: bool) -> Self {
        let visible = !quiet && std::io::stderr().is_terminal();
        Self { label, begun: Instant::now(), visible, drawn: Mutex::new(None) }
    }

    /// Bytes of pixels done, and bytes in all.
    pub(crate) fn report(&self, done: u64, all: u64) {
        if !self.visible || self.begun.elapsed() < 3 * Self::REDRAW {
            return;
        }
        let Ok(mut drawn) = self.drawn.try_lock() else { return };
        if drawn.is_some_and(|at| at.elapsed() < Self::REDRAW) && done < all {
            return;
        }
        *drawn = Some(Instant::now());
        // Thousandths are exact enough for a bar, and do not overflow.
        let share = done.min(all) / (all / 1000).max(1);
        let share = usize::try_from(share).unwrap_or(1000).min(1000);
        let full = "#".repeat(Self::WIDTH * share / 1000);
        let megabytes = done as f64 / 1e6;
        let rate = megabytes / self.begun.elapsed().as_secs_f64().max(1e-9);
        let (width, label) = (Self::WIDTH, self.label);
        let line = format!("\r{label} [{full:width$}] {:3} %  {megabytes:.0} MB  {rate:.0} MB/s ", share / 10);
        let _ = std::io::stderr().lock().write_all(line.as_bytes());
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        if self.drawn.lock().is_ok_and(|drawn| drawn.is_some()) {
            let _ = std::io::stderr().lock().write_all(b"\r\x1b[K");
        }
    }
}
