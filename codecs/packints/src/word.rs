//! Samples as unsigned integers, and several of them in one word.

use core::ops::BitOr;

use crate::{pack, unpack};

/// The unsigned integer that stands for samples of an array.
pub(crate) trait Word: Copy + Default + Eq + BitOr<Output = Self> {
    const SIZE: usize;
    /// Cuts off the upper bits.
    fn from_bits(bits: u64) -> Self;
    fn to_bits(self) -> u64;
    fn load(bytes: &[u8]) -> Self;
    fn store(self, bytes: &mut [u8]);
    fn to_signed(self) -> i64;
    fn sign_extended(self, bits: u32) -> Self;
    /// The bits that must be zero for the value to be held by `bits` bits (fewer than the type has).
    fn excess(self, bits: u32, signed: bool) -> Self;
    /// Unpacks groups of 8 samples as long as `src` has slack; returns how many.
    fn unpack_groups<const MSB: bool>(bits: u32, src: &[u8], dst: &mut [u8]) -> usize;
    /// Packs all whole groups of 8 samples; returns how many.
    fn pack_groups<const MSB: bool>(bits: u32, src: &[u8], dst: &mut [u8]) -> usize;
}

macro_rules! words {
    ($($type:ty => $unpack_groups:path, $pack_groups:path;)+) => {$(
        impl Word for $type {
            const SIZE: usize = size_of::<Self>();
            #[inline(always)]
            #[allow(clippy::cast_possible_truncation, reason = "wanted; not fulfilled for u64, so no `expect`")]
            fn from_bits(bits: u64) -> Self {
                bits as Self
            }
            #[inline(always)]
            fn to_bits(self) -> u64 {
                self.into()
            }
            #[inline(always)]
            fn load(bytes: &[u8]) -> Self {
                bytes.first_chunk().map_or(0, |&bytes| Self::from_ne_bytes(bytes))
            }
            #[inline(always)]
            fn store(self, bytes: &mut [u8]) {
                if let Some(bytes) = bytes.first_chunk_mut() {
                    *bytes = self.to_ne_bytes();
                }
            }
            #[inline(always)]
            fn to_signed(self) -> i64 {
                self.cast_signed().into()
            }
            #[inline(always)]
            fn excess(self, bits: u32, signed: bool) -> Self {
                if signed {
                    // Those that differ from the sign.
                    (self ^ (self.cast_signed() >> (Self::BITS - 1)).cast_unsigned()) >> (bits - 1)
                } else {
                    self & (Self::MAX << bits)
                }
            }
            #[inline(always)]
            fn sign_extended(self, bits: u32) -> Self {
                let shift = Self::BITS - bits;
                ((self << shift).cast_signed() >> shift).cast_unsigned()
            }
            #[inline(always)]
            fn unpack_groups<const MSB: bool>(bits: u32, src: &[u8], dst: &mut [u8]) -> usize {
                $unpack_groups(bits, src, dst)
            }
            #[inline(always)]
            fn pack_groups<const MSB: bool>(bits: u32, src: &[u8], dst: &mut [u8]) -> usize {
                $pack_groups(bits, src, dst)
            }
        }
    )+};
}
words! {
    u8 => unpack::groups_8::<MSB>, pack::groups_8::<MSB>;
    u16 => unpack::groups_16::<MSB>, pack::groups_16::<MSB>;
    u32 => unpack::groups_wide::<Self, MSB>, pack::groups_wide::<Self, MSB>;
    u64 => unpack::groups_wide::<Self, MSB>, pack::groups_wide::<Self, MSB>;
}

/// The word that begins at byte `at`, with the first bit of the stream at the top (most significant first) or bottom.
#[inline(always)]
pub(crate) fn word<const MSB: bool>(src: &[u8], at: usize) -> Option<u64> {
    let &bytes = src.get(at..)?.first_chunk()?;
    Some(if MSB { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) })
}

/// Spreads the two halves of each lane of `2 * bits` bits over lanes of `lane` bits: the earlier samples to the lower
/// ones. `mask` has the lower `bits` bits of every second lane.
#[inline(always)]
pub(crate) const fn spread<const MSB: bool>(word: u64, bits: u32, mask: u64, lane: u32) -> u64 {
    let (low, high) = (word & mask, (word >> bits) & mask);
    if MSB { high | low << lane } else { low | high << lane }
}

/// Undoes [`spread`].
#[inline(always)]
pub(crate) const fn gather<const MSB: bool>(word: u64, bits: u32, mask: u64, lane: u32) -> u64 {
    let (low, high) = (word & mask, (word >> lane) & mask);
    if MSB { high | low << bits } else { low | high << bits }
}

/// The lower `bits` bits of every second lane of `lane` bits.
pub(crate) const fn lanes(bits: u32, lane: u32) -> u64 {
    let mut mask = u64::MAX >> (64 - bits);
    let mut at = 2 * lane;
    while at < 64 {
        mask |= mask << at;
        at *= 2;
    }
    mask
}

/// Copies as many bytes as both have.
pub(crate) fn copy(from: &[u8], to: &mut [u8]) {
    let n = from.len().min(to.len());
    to[..n].copy_from_slice(&from[..n]);
}
