//! The strings of the table.
//!
//! An entry holds a string of up to 16 bytes itself: to write it is one store, and to append a byte two rows are
//! combined and added. A longer one was part of the output when its entry was made: the entry holds its first byte and
//! its place there. Two words are what compilers make vectors of; a text of one word fits the first-level cache twice
//! over, but then a tenth of the strings of smooth 16-bit images are long, and the decoder half as fast.

/// Bytes that an entry holds itself.
pub(crate) const INLINE: usize = 16;
/// Every byte of a word.
const EVERY: u64 = 0x0101_0101_0101_0101;

/// The text of one entry: up to 16 bytes, the first one lowest, then zeros; or the first byte of a long string in the
/// first word, and where it begins in the output in the second one.
#[derive(Clone, Copy)]
#[repr(align(16))]
pub(crate) struct Text([u64; 2]);

impl Text {
    pub(crate) const EMPTY: Self = Self([0; 2]);

    pub(crate) const fn literal(byte: u8) -> Self {
        Self([byte as u64, 0])
    }

    /// Writes the bytes of a short string, then zeros.
    #[inline(always)]
    pub(crate) fn write(self, to: &mut [u8; INLINE]) {
        to[..8].copy_from_slice(&self.0[0].to_le_bytes());
        to[8..].copy_from_slice(&self.0[1].to_le_bytes());
    }

    /// Where a long string begins in the output.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "it was made of a usize")]
    pub(crate) const fn place(self) -> usize {
        self.0[1] as usize
    }

    /// This string, which has `len` bytes, less than 16, and the first byte of `next`.
    #[inline(always)]
    pub(crate) fn appended(self, len: usize, next: Self, rows: &Rows) -> Self {
        let (place, every) = (rows.place[len % INLINE], rows.every[usize::from(next.0[0].to_le_bytes()[0])]);
        Self([self.0[0] | place[0] & every[0], self.0[1] | place[1] & every[1]])
    }

    /// This string, which has `len` bytes and ends at byte `end` of the output, and the first byte of `next`, which
    /// follows it there.
    #[inline(always)]
    pub(crate) fn extended(self, len: usize, next: Self, end: usize, rows: &Rows) -> Self {
        if len < INLINE { self.appended(len, next, rows) } else { Self([self.0[0], (end - len) as u64]) }
    }
}

/// What is combined to append a byte.
#[repr(align(16))]
pub(crate) struct Rows {
    /// For each place in a string the bits of its byte.
    place: [[u64; 2]; INLINE],
    /// Each byte 16 times.
    every: [[u64; 2]; 256],
}

impl Rows {
    pub(crate) fn new() -> Self {
        let mut rows = Self { place: [[0; 2]; INLINE], every: [[0; 2]; 256] };
        for (at, place) in rows.place.iter_mut().enumerate() {
            place[at / 8] = 0xff << (8 * (at % 8));
        }
        for (byte, every) in (0u64..).zip(&mut rows.every) {
            *every = [byte * EVERY; 2];
        }
        rows
    }
}
