//! Bits of the stream, the lowest of each byte first.

use super::fault::Fault;

/// Reads a stream that is in memory as a whole. Past its end come zeros: who read them finds out by [`Bits::check`],
/// and has to ask before what was read goes anywhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bits<'a> {
    /// What was not loaded.
    rest: &'a [u8],
    /// Bits that were loaded, the next one lowest. Above `n` there may be more, which are loaded again.
    buf: u64,
    n: u32,
    /// Bytes that were loaded past the end.
    past: u32,
}

impl<'a> Bits<'a> {
    pub(crate) const fn new(src: &'a [u8]) -> Self {
        Self { rest: src, buf: 0, n: 0, past: 0 }
    }

    /// The same field by field, which the compiler keeps in registers.
    #[inline(always)]
    pub(crate) const fn copied(&self) -> Self {
        let &Self { rest, buf, n, past } = self;
        Self { rest, buf, n, past }
    }

    /// Loads, so that 56 bits are there.
    #[inline(always)]
    pub(crate) fn refill(&mut self) {
        let Some(bytes) = self.rest.first_chunk() else {
            *self = self.refilled_at_end();
            return;
        };
        self.buf |= u64::from_le_bytes(*bytes) << self.n;
        self.rest = &self.rest[(self.n as usize ^ 63) >> 3..];
        self.n |= 56;
    }

    /// Loads if less than `n` bits are there.
    #[inline(always)]
    pub(crate) fn refill_below(&mut self, n: u32) {
        if self.n < n {
            self.refill();
        }
    }

    /// By value, so that what calls this may have its reader in registers.
    #[cold]
    #[inline(never)]
    fn refilled_at_end(mut self) -> Self {
        while self.n < 56 {
            let byte = match self.rest.split_first() {
                Some((&byte, rest)) => {
                    self.rest = rest;
                    byte
                }
                None => {
                    self.past += 1;
                    0
                }
            };
            // Bits that are there already are the same.
            self.buf |= u64::from(byte) << self.n;
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

    /// How many bytes were not loaded.
    #[inline(always)]
    pub(crate) const fn n_rest(&self) -> usize {
        self.rest.len()
    }

    /// True if bits were read that the stream does not have.
    #[inline(always)]
    const fn is_overrun(&self) -> bool {
        self.past > self.n >> 3
    }

    /// Fails if bits were read that the stream does not have.
    #[inline(always)]
    pub(crate) const fn check(&self) -> Result<(), Fault> {
        if self.is_overrun() { Err(Fault::Cut) } else { Ok(()) }
    }

    /// Bytes from the one that holds the next bit to the end of the stream.
    pub(crate) const fn n_unread(&self) -> usize {
        (self.rest.len() + self.n.div_ceil(8) as usize).saturating_sub(self.past as usize)
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

    /// Takes up to `n` whole bytes of `src`, which is the whole stream. The reader has to be at the start of one.
    pub(crate) fn bytes(&mut self, src: &'a [u8], n: usize) -> &'a [u8] {
        let rest = &src[src.len() - self.n_unread()..];
        let (taken, rest) = rest.split_at(n.min(rest.len()));
        *self = Self::new(rest);
        taken
    }
}
