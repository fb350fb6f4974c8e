/// How to encode.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncodeOptions {
    /// Bytes of a row that no packet crosses, as TIFF wants it; 0 (the default) takes the input as one row. The last
    /// row may be shorter. Where imagecodecs has the `axis` of an array, this is the length of what follows from it.
    pub row_len: usize,
}

impl EncodeOptions {
    /// Sets [`EncodeOptions::row_len`].
    #[must_use]
    pub const fn with_row_len(mut self, row_len: usize) -> Self {
        self.row_len = row_len;
        self
    }
}
