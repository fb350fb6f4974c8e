/// What one chunk or one stream may cost. Every field may be raised by a caller who trusts the source.
///
/// A container checks its own counts as well; there, tiles and pages have no fixed cap but the bytes that are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of decoded output of one chunk or stream. Default 1 GiB.
    pub output_bytes: u64,
    /// Bytes of scratch that a worker or a library underneath holds. Default 512 MiB.
    pub working_bytes: u64,
    /// Bytes of metadata (text, profiles, tags) of one file. Default 64 MiB.
    pub metadata_bytes: u64,
    /// Samples along one axis. Default 2^31 - 1.
    pub axis_len: u64,
    /// Scans or progressive passes of one stream. Default 500.
    pub scans: u32,
    /// Nesting of boxes, directories or frames. Default 32.
    pub depth: u32,
}

impl Limits {
    /// No limit but what the machine has. For sources that are trusted.
    pub const NONE: Self = Self {
        output_bytes: u64::MAX,
        working_bytes: u64::MAX,
        metadata_bytes: u64::MAX,
        axis_len: u64::MAX,
        scans: u32::MAX,
        depth: 1024,
    };

    /// Sets [`Limits::output_bytes`].
    #[must_use]
    pub const fn with_output_bytes(mut self, bytes: u64) -> Self {
        self.output_bytes = bytes;
        self
    }

    /// Sets [`Limits::working_bytes`].
    #[must_use]
    pub const fn with_working_bytes(mut self, bytes: u64) -> Self {
        self.working_bytes = bytes;
        self
    }

    /// Sets [`Limits::metadata_bytes`].
    #[must_use]
    pub const fn with_metadata_bytes(mut self, bytes: u64) -> Self {
        self.metadata_bytes = bytes;
        self
    }

    /// Sets [`Limits::axis_len`].
    #[must_use]
    pub const fn with_axis_len(mut self, len: u64) -> Self {
        self.axis_len = len;
        self
    }

    /// Sets [`Limits::scans`].
    #[must_use]
    pub const fn with_scans(mut self, scans: u32) -> Self {
        self.scans = scans;
        self
    }

    /// Sets [`Limits::depth`].
    #[must_use]
    pub const fn with_depth(mut self, depth: u32) -> Self {
        self.depth = depth;
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            output_bytes: 1 << 30,
            working_bytes: 512 << 20,
            metadata_bytes: 64 << 20,
            axis_len: (1 << 31) - 1,
            scans: 500,
            depth: 32,
        }
    }
}
