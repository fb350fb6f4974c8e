//! What the options mean for one layout.

use iio_codec::{Blame, DTypeKind, Layout, Result};

use crate::{BitOrder, INFO, Options};

/// Where samples lie in the stream. The unit is the group of 8 samples, which always begins at a whole byte.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// Bits of a sample in the stream, at most those of the dtype.
    pub(crate) bits: u32,
    pub(crate) order: Order,
    /// Bytes of a sample in the array: 1, 2, 4 or 8.
    pub(crate) size: usize,
    /// True if samples are two's complement.
    pub(crate) signed: bool,
    /// True if bits that do not fit are cut off.
    pub(crate) truncate: bool,
    /// Samples of a run, at least 1.
    pub(crate) run_len: usize,
    n_samples: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Msb,
    Lsb,
    Packed,
}

impl Plan {
    pub(crate) fn new(options: &Options, layout: &Layout) -> Result<Self> {
        let (dtype, size) = (layout.dtype(), layout.dtype().size());
        #[expect(clippy::cast_possible_truncation, reason = "at most 128")]
        let width = if dtype.kind() == DTypeKind::Bool { 1 } else { size as u32 * 8 };
        let bits = options.bits_per_sample.unwrap_or(width);
        let whole_only = !matches!(dtype.kind(), DTypeKind::Bool | DTypeKind::Uint | DTypeKind::Int);
        if size > 8 || (whole_only && bits != width) {
            return Err(
                INFO.invalid_argument(format!("{bits} bits of {dtype}: floats are packed whole, integers else"))
            );
        }
        if !(1..=width).contains(&bits) {
            return Err(INFO.invalid_argument(format!("bits_per_sample for {dtype} must be 1..={width}, got {bits}")));
        }
        let order = match (options.bitorder, bits) {
            (BitOrder::Auto, 16 | 32 | 64) | (BitOrder::Lsb, _) => Order::Lsb,
            (BitOrder::Auto | BitOrder::Msb, _) => Order::Msb,
            (BitOrder::Packed, 10 | 12) => Order::Packed,
            (BitOrder::Packed, _) => {
                return Err(INFO.invalid_argument(format!("bitorder packed is for 10 and 12 bits, got {bits}")));
            }
        };
        let n_samples = layout.n_samples();
        let run_len = if options.run_len == 0 { n_samples } else { options.run_len }.max(1);
        let signed = options.sign_extend && dtype.kind() == DTypeKind::Int;
        Ok(Self { bits, order, size, signed, truncate: options.truncate, run_len, n_samples })
    }

    /// Bytes that `n` samples take from the start of a run. At most their bytes in the array: no overflow.
    pub(crate) fn packed_len(&self, n: usize) -> usize {
        match self.order {
            Order::Packed => n / 2 * 3 + n % 2 * 2,
            Order::Msb | Order::Lsb => n / 8 * self.bits as usize + (n % 8 * self.bits as usize).div_ceil(8),
        }
    }

    /// Bytes of the whole stream.
    pub(crate) fn stream_len(&self) -> usize {
        let runs = self.n_samples / self.run_len;
        runs * self.packed_len(self.run_len.min(self.n_samples)) + self.packed_len(self.n_samples % self.run_len)
    }

    /// The runs that `n` samples from sample `first` on lie in: offset of the run in the stream, samples to skip there,
    /// samples to take.
    pub(crate) fn runs(&self, first: usize, n: usize) -> impl Iterator<Item = (usize, usize, usize)> + use<> {
        let plan = *self;
        let run_bytes = plan.packed_len(plan.run_len.min(plan.n_samples));
        let (mut offset, mut skip, mut left) = (first / plan.run_len * run_bytes, first % plan.run_len, n);
        std::iter::from_fn(move || {
            let run = (offset, skip, left.min(plan.run_len - skip));
            (offset, skip, left) = (offset + run_bytes, 0, left - run.2);
            (run.2 > 0).then_some(run)
        })
    }

    /// The bits of a sample.
    pub(crate) const fn mask(&self) -> u64 {
        u64::MAX >> (64 - self.bits)
    }

    /// True if the stream is the array, byte for byte: whole bytes need no padding between runs.
    pub(crate) const fn is_copy(&self) -> bool {
        let native = if cfg!(target_endian = "little") { Order::Lsb } else { Order::Msb };
        self.bits as usize == self.size * 8 && (self.size == 1 || self.order as u8 == native as u8)
    }
}
