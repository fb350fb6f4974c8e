//! The strings of the table, one `u64` each, so that all of them fit into the first-level cache.
//!
//! A string of up to seven bytes holds them itself: bytes 0 to 6, its length in byte 7. Writing it is one store. A
//! longer one was part of the output when its entry was made, so it is a place there:
//!
//! | bits | short | long |
//! |---|---|---|
//! | 0 to 7 | first byte | first byte |
//! | 8 to 19 | more bytes | length |
//! | 20 to 55 | more bytes | offset in the output |
//! | 56 to 63 | length, 1 to 7 | 8 |
//!
//! All bits set is no string: the entries of the clear and the end code, and those that were not made yet.

/// Bytes that an entry holds itself.
const INLINE: u64 = 7;
/// A length of one in its place.
const ONE: u64 = 1 << 56;
/// Offsets beyond this have no room in an entry.
pub(crate) const MAX_OFFSET: u64 = (1 << 36) - 1;

/// One entry of the table.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Text(u64);

impl Text {
    pub(crate) const NONE: Self = Self(u64::MAX);

    pub(crate) const fn literal(byte: u8) -> Self {
        Self(ONE | byte as u64)
    }

    /// True for a string that the entry holds itself.
    #[inline(always)]
    pub(crate) const fn is_short(self) -> bool {
        self.0 < (INLINE + 1) * ONE
    }

    /// True for a string that is short with one byte more.
    #[inline(always)]
    pub(crate) const fn is_shorter(self) -> bool {
        self.0 < INLINE * ONE
    }

    /// The length of a short string.
    #[inline(always)]
    pub(crate) const fn short_len(self) -> usize {
        (self.0 / ONE) as usize
    }

    /// The length of a long string.
    #[inline(always)]
    pub(crate) const fn long_len(self) -> usize {
        (self.0 >> 8 & 0xfff) as usize
    }

    /// The length of any string.
    #[inline(always)]
    pub(crate) const fn len(self) -> usize {
        if self.is_short() { self.short_len() } else { self.long_len() }
    }

    /// The bytes of a short string, then zeros; the last is its length.
    #[inline(always)]
    pub(crate) const fn bytes(self) -> [u8; 8] {
        self.0.to_le_bytes()
    }

    /// Where a long string begins in the output.
    #[inline(always)]
    pub(crate) const fn offset(self) -> usize {
        (self.0 >> 20 & MAX_OFFSET) as usize
    }

    /// This string, for which [`Text::is_shorter`] holds, and the first byte of `next`.
    #[inline(always)]
    pub(crate) const fn appended(self, next: Self) -> Self {
        // The shift is eight times the length, since byte 6 is zero.
        Self((self.0 + ONE) | (next.0 & 0xff) << (self.0 >> 53))
    }

    /// This string, which ends at byte `end` of the output, and the first byte of `next`, which follows it there.
    #[inline(always)]
    pub(crate) const fn extended(self, next: Self, end: usize) -> Self {
        if self.is_shorter() {
            self.appended(next)
        } else {
            let len = self.len();
            Self(((INLINE + 1) * ONE) | ((end - len) as u64) << 20 | (len as u64 + 1) << 8 | self.0 & 0xff)
        }
    }
}
