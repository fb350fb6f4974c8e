//! Bits of the stream, the lowest of each byte first.

use super::fault::Fault;

/// Reads a stream that is in memory as a whole. Past its end come zeros: who read them finds out by
/// [`Bits::is_overrun`], and has to ask before what was read goes anywhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bits<'a> {
    src: &'a [u8],
    /// The next byte to load, which may lie past the end.
    at: usize,
    /// Bits that were loaded, the next one lowest. Above `n` there may be more, which are loaded again.
    buf: u64,
    n: u32,
}

impl<'a> Bits<'a> {
    pub(crate) const fn new(src: &'a [u8]) -> Self {
        Self { src, at: 0, buf: 0, n: 0 }
    }

    /// Loads, so that 56 bits are there.
    #[inline(always)]
    pub(crate) fn refill(&mut self) {
        match self.src.get(self.at..).and_then(<[u8]>::first_chunk) {
            Some(&bytes) => {
                self.buf |= u64::from_le_bytes(bytes) << self.n;
                self.at += ((63 - self.n) >> 3) as usize;
                self.n |= 56;
            }
            None => *self = self.refilled_at_end(),
        }
    }

    /// By value, so that what calls this may have its reader in registers.
    #[cold]
    #[inline(never)]
    fn refilled_at_end(mut self) -> Self {
        while self.n < 56 {
            let byte = self.src.get(self.at).copied().unwrap_or(0);
            self.buf |= u64::from(byte) << self.n;
            self.at += 1;
            self.n += 8;
        }
        self
    }

    /// The next bits under a mask. They have to be there.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "masks have 15 bits at most")]
    pub(crate) const fn peek(&self, mask: usize) -> usize {
        self.buf as usize & mask
    }

    /// Passes over the next `n` bits, 56 at most. They have to be there.
    #[inline(always)]
    pub(crate) const fn skip(&mut self, n: u32) {
        self.buf >>= n;
        self.n -= n;
    }

    /// Takes the next `n` bits, 24 at most. They have to be there.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "24 bits at most")]
    pub(crate) const fn take(&mut self, n: u32) -> u32 {
        let value = (self.buf & ((1 << n) - 1)) as u32;
        self.skip(n);
        value
    }

    /// Loads and takes the next `n` bits, 24 at most.
    #[inline]
    pub(crate) fn read(&mut self, n: u32) -> u32 {
        self.refill();
        self.take(n)
    }

    /// True if bits were read that the stream does not have.
    #[inline(always)]
    pub(crate) const fn is_overrun(&self) -> bool {
        self.at > self.src.len() && self.at - (self.n >> 3) as usize > self.src.len()
    }

    /// Fails if bits were read that the stream does not have.
    #[inline(always)]
    pub(crate) const fn check(&self) -> Result<(), Fault> {
        if self.is_overrun() { Err(Fault::Cut) } else { Ok(()) }
    }

    /// The byte that holds the next bit, or the end of the stream.
    pub(crate) fn position(&self) -> usize {
        (self.at - self.n.div_ceil(8) as usize).min(self.src.len())
    }

    /// Passes over the rest of a byte of which something was read. False if it is not zero.
    pub(crate) const fn align(&mut self) -> bool {
        let rest = self.n & 7;
        let is_zero = self.buf & ((1 << rest) - 1) == 0;
        if is_zero {
            self.skip(rest);
        }
        is_zero
    }

    /// Takes up to `n` whole bytes. The reader has to be at the start of one.
    pub(crate) fn bytes(&mut self, n: usize) -> &'a [u8] {
        let rest = self.src.get(self.at - (self.n >> 3) as usize..).unwrap_or(&[]);
        let taken = rest.get(..n).unwrap_or(rest);
        *self = Self { src: self.src, at: self.src.len() - rest.len() + taken.len(), buf: 0, n: 0 };
        taken
    }
}
