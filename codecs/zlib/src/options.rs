/// How strictly to decode.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodeOptions {
    /// Accepts a stream whose Adler-32 is wrong or cut off. Default false. The compressed data itself must be whole.
    pub ignore_checksum: bool,
}

impl DecodeOptions {
    /// Sets [`DecodeOptions::ignore_checksum`].
    #[must_use]
    pub const fn with_ignore_checksum(mut self, ignore_checksum: bool) -> Self {
        self.ignore_checksum = ignore_checksum;
        self
    }
}
