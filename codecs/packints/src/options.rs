/// How samples follow each other in the stream of bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BitOrder {
    /// [`BitOrder::Msb`], but samples of 16, 32 and 64 bits are little-endian words. What imagecodecs does by default.
    #[default]
    Auto,
    /// The first sample begins at the most significant bit of the first byte, most significant bit first (TIFF).
    Msb,
    /// The first sample begins at the least significant bit of the first byte, least significant bit first (`Mono10p`
    /// and `Mono12p` of GenICam).
    Lsb,
    /// `Mono10Packed` and `Mono12Packed` of GigE Vision: two samples of 10 or 12 bits in three bytes, of which the
    /// second one holds the low bits of both.
    Packed,
}

/// How samples are packed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Bits of a sample in the stream, 1 to 64. `None` (the default) is the width of the dtype, 1 for `bool`.
    pub bits_per_sample: Option<u32>,
    /// How samples follow each other.
    pub bitorder: BitOrder,
    /// Samples after which the stream goes on at the next whole byte: `width * samples` in TIFF. 0 (the default) pads
    /// the end only.
    pub run_len: usize,
    /// Takes the samples of signed dtypes as two's complement of [`Options::bits_per_sample`] bits. False (the default,
    /// and what imagecodecs does) takes all samples as unsigned.
    pub sign_extend: bool,
    /// Lets the encoder cut off bits of samples that do not fit, as imagecodecs does. False (the default) makes them an
    /// error.
    pub truncate: bool,
}

impl Options {
    /// Sets [`Options::bits_per_sample`].
    #[must_use]
    pub const fn with_bits_per_sample(mut self, bits: u32) -> Self {
        self.bits_per_sample = Some(bits);
        self
    }

    /// Sets [`Options::bitorder`].
    #[must_use]
    pub const fn with_bitorder(mut self, bitorder: BitOrder) -> Self {
        self.bitorder = bitorder;
        self
    }

    /// Sets [`Options::run_len`].
    #[must_use]
    pub const fn with_run_len(mut self, run_len: usize) -> Self {
        self.run_len = run_len;
        self
    }

    /// Sets [`Options::sign_extend`].
    #[must_use]
    pub const fn with_sign_extend(mut self, sign_extend: bool) -> Self {
        self.sign_extend = sign_extend;
        self
    }

    /// Sets [`Options::truncate`].
    #[must_use]
    pub const fn with_truncate(mut self, truncate: bool) -> Self {
        self.truncate = truncate;
        self
    }
}
