//! The two orders of bits, as types, so that each gets its own inner loop.

/// How codes lie in bytes, and when they grow.
pub(crate) trait Order: Copy {
    /// Whether codes can have fewer than 9 bits.
    const NARROW: bool;

    /// The value of the next free entry at which codes of `width` bits have been outgrown.
    fn outgrown(width: usize) -> usize;

    /// Eight bytes without their first `skip` (0 to 7) bits.
    fn load(bytes: [u8; 8], skip: usize) -> u64;

    /// The first `width` bits of a word.
    fn first(word: u64, width: usize) -> usize;

    /// A word without its first `width` bits.
    fn rest(word: u64, width: usize) -> u64;

    /// Adds a code to those that wait to be written; `waiting` bits are there already.
    fn put(buffer: u64, waiting: usize, code: usize, width: usize) -> u64;

    /// The waiting bits as bytes, the first bits first.
    fn bytes(buffer: u64) -> [u8; 8];

    /// Drops the first `n` (less than 64) of the waiting bits.
    fn drop_bits(buffer: u64, n: usize) -> u64;
}

/// High bits first; codes grow one entry early. TIFF 5.0 and later.
#[derive(Clone, Copy)]
pub(crate) struct Msb;

/// Low bits first; codes grow when the table needs it. TIFF before 5.0, and GIF.
#[derive(Clone, Copy)]
pub(crate) struct Lsb;

impl Order for Msb {
    const NARROW: bool = false;

    #[inline(always)]
    fn outgrown(width: usize) -> usize {
        (1 << width) - 1
    }

    #[inline(always)]
    fn load(bytes: [u8; 8], skip: usize) -> u64 {
        u64::from_be_bytes(bytes) << skip
    }

    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "a code has 12 bits at most")]
    fn first(word: u64, width: usize) -> usize {
        (word >> (64 - width)) as usize
    }

    #[inline(always)]
    fn rest(word: u64, width: usize) -> u64 {
        word << width
    }

    #[inline(always)]
    fn put(buffer: u64, waiting: usize, code: usize, width: usize) -> u64 {
        buffer | (code as u64) << (64 - waiting - width)
    }

    #[inline(always)]
    fn bytes(buffer: u64) -> [u8; 8] {
        buffer.to_be_bytes()
    }

    #[inline(always)]
    fn drop_bits(buffer: u64, n: usize) -> u64 {
        buffer << n
    }
}

impl Order for Lsb {
    const NARROW: bool = true;

    #[inline(always)]
    fn outgrown(width: usize) -> usize {
        1 << width
    }

    #[inline(always)]
    fn load(bytes: [u8; 8], skip: usize) -> u64 {
        u64::from_le_bytes(bytes) >> skip
    }

    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "a code has 12 bits at most")]
    fn first(word: u64, width: usize) -> usize {
        (word & ((1 << width) - 1)) as usize
    }

    #[inline(always)]
    fn rest(word: u64, width: usize) -> u64 {
        word >> width
    }

    #[inline(always)]
    fn put(buffer: u64, waiting: usize, code: usize, _width: usize) -> u64 {
        buffer | (code as u64) << waiting
    }

    #[inline(always)]
    fn bytes(buffer: u64) -> [u8; 8] {
        buffer.to_le_bytes()
    }

    #[inline(always)]
    fn drop_bits(buffer: u64, n: usize) -> u64 {
        buffer >> n
    }
}
