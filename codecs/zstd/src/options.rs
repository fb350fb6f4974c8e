use std::ops::RangeInclusive;

use iio_codec::{Blame, Result};

use crate::INFO;

/// The levels of the library.
pub const LEVELS: RangeInclusive<i32> = -131_072..=22;
/// Logarithms of window sizes: 1 KiB to 2 GiB.
pub const WINDOW_LOGS: RangeInclusive<u32> = 10..=31;
/// The most threads of the library.
pub(crate) const THREADS: RangeInclusive<usize> = 0..=256;

/// How to encode.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncodeOptions {
    /// -131072 (fastest) to 22 (smallest); 0 is the library's default, which is 3.
    pub level: i32,
    /// Threads inside one call, at most the width of the executor; 0 is that width, 1 (the default) none but the caller.
    pub threads: usize,
    /// Writes a checksum of the content, 4 bytes; off by default.
    pub checksum: bool,
    /// Writes the size of the content; on by default. Without it, readers have to grow their output.
    pub content_size: bool,
    /// Logarithm of the window, 10 to 31; `None` lets the level decide. Other readers refuse more than 27 by default.
    pub window_log: Option<u32>,
    /// Looks for matches at a long distance, in a window of 128 MiB unless `window_log` says otherwise.
    pub long: bool,
}

impl Default for EncodeOptions {
    fn default() -> Self {
        Self { level: 3, threads: 1, checksum: false, content_size: true, window_log: None, long: false }
    }
}

impl EncodeOptions {
    /// Sets [`EncodeOptions::level`].
    ///
    /// # Errors
    /// `InvalidArgument` if it is not in [`LEVELS`].
    pub fn with_level(mut self, level: i32) -> Result<Self> {
        self.level = level;
        self.validated()
    }

    /// Sets [`EncodeOptions::threads`].
    ///
    /// # Errors
    /// `InvalidArgument` if there are more than 256.
    pub fn with_threads(mut self, threads: usize) -> Result<Self> {
        self.threads = threads;
        self.validated()
    }

    /// Sets [`EncodeOptions::checksum`].
    #[must_use]
    pub const fn with_checksum(mut self, checksum: bool) -> Self {
        self.checksum = checksum;
        self
    }

    /// Sets [`EncodeOptions::content_size`].
    #[must_use]
    pub const fn with_content_size(mut self, content_size: bool) -> Self {
        self.content_size = content_size;
        self
    }

    /// Sets [`EncodeOptions::window_log`].
    ///
    /// # Errors
    /// `InvalidArgument` if it is not in [`WINDOW_LOGS`].
    pub fn with_window_log(mut self, window_log: Option<u32>) -> Result<Self> {
        self.window_log = window_log;
        self.validated()
    }

    /// Sets [`EncodeOptions::long`].
    #[must_use]
    pub const fn with_long(mut self, long: bool) -> Self {
        self.long = long;
        self
    }

    pub(crate) fn validated(self) -> Result<Self> {
        refuse("level", &self.level, &LEVELS)?;
        refuse("threads", &self.threads, &THREADS)?;
        refuse("window_log", &self.window_log.unwrap_or(*WINDOW_LOGS.start()), &WINDOW_LOGS)?;
        Ok(self)
    }
}

/// How to decode.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodeOptions {
    /// Refuses frames that declare a window of more than this power of two; 31 (the default) refuses none that the
    /// library can read. Whatever it is, a window has to fit into the working memory of the limits.
    pub window_log_max: u32,
}

impl Default for DecodeOptions {
    fn default() -> Self {
        Self { window_log_max: *WINDOW_LOGS.end() }
    }
}

impl DecodeOptions {
    /// Sets [`DecodeOptions::window_log_max`].
    ///
    /// # Errors
    /// `InvalidArgument` if it is not in [`WINDOW_LOGS`].
    pub fn with_window_log_max(mut self, window_log_max: u32) -> Result<Self> {
        self.window_log_max = window_log_max;
        self.validated()
    }

    pub(crate) fn validated(self) -> Result<Self> {
        refuse("window_log_max", &self.window_log_max, &WINDOW_LOGS)?;
        Ok(self)
    }
}

fn refuse<T: PartialOrd + core::fmt::Display>(name: &str, value: &T, range: &RangeInclusive<T>) -> Result<()> {
    if range.contains(value) {
        return Ok(());
    }
    Err(INFO.invalid_argument(format!("{name} must be {}..={}, got {value}", range.start(), range.end())))
}
