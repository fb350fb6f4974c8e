//! Writes bits, the lowest of each byte first.

/// A place among the bits.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    at: usize,
    buf: u64,
    n: u32,
}

impl Mark {
    pub(super) const fn position(&self) -> u64 {
        self.at as u64 * 8 + self.n as u64
    }
}

/// What is written past the end of the destination is counted, and goes nowhere.
pub(super) struct Writer<'a> {
    dst: &'a mut [u8],
    /// Whole bytes that were written.
    at: usize,
    /// Bits that were not written yet, and how many.
    buf: u64,
    n: u32,
}

impl<'a> Writer<'a> {
    pub(super) const fn new(dst: &'a mut [u8]) -> Self {
        Self { dst, at: 0, buf: 0, n: 0 }
    }

    /// Adds the `n` bits of `value`. All that is added between two calls of [`Writer::flush`] has 56 bits at most.
    #[inline(always)]
    pub(super) const fn add(&mut self, value: u64, n: u32) {
        self.buf |= value << self.n;
        self.n += n;
    }

    /// Writes whole bytes, so that 7 bits at most are left.
    #[inline(always)]
    pub(super) fn flush(&mut self) {
        let n_bytes = self.n >> 3;
        match self.dst.get_mut(self.at..).and_then(<[u8]>::first_chunk_mut) {
            Some(chunk) => *chunk = self.buf.to_le_bytes(),
            None => self.flush_at_end(n_bytes as usize),
        }
        self.at += n_bytes as usize;
        // No more than 63 bits are there.
        self.buf >>= n_bytes * 8;
        self.n &= 7;
    }

    #[cold]
    #[inline(never)]
    fn flush_at_end(&mut self, n_bytes: usize) {
        let room = self.dst.get_mut(self.at..).unwrap_or_default();
        for (to, byte) in room.iter_mut().zip(self.buf.to_le_bytes()).take(n_bytes) {
            *to = byte;
        }
    }

    /// Writes up to 56 bits.
    #[inline]
    pub(super) fn put(&mut self, value: u64, n: u32) {
        self.add(value, n);
        self.flush();
    }

    /// Fills the last byte up with zeros.
    pub(super) fn align(&mut self) {
        self.put(0, self.n.wrapping_neg() & 7);
    }

    /// Writes bytes. What was written before has to be aligned.
    pub(super) fn bytes(&mut self, src: &[u8]) {
        let room = self.dst.get_mut(self.at..).unwrap_or_default();
        let n = src.len().min(room.len());
        room[..n].copy_from_slice(&src[..n]);
        self.at += src.len();
    }

    /// Bytes that were written, once aligned; none if they do not fit.
    pub(super) fn finish(self) -> Option<usize> {
        Some(self.at).filter(|&at| at <= self.dst.len())
    }

    /// Where the writer is, to come back.
    pub(super) const fn mark(&self) -> Mark {
        Mark { at: self.at, buf: self.buf, n: self.n }
    }

    /// Takes back what was written since.
    pub(super) const fn back(&mut self, mark: Mark) {
        Mark { at: self.at, buf: self.buf, n: self.n } = mark;
    }

    /// Bits up to here.
    pub(super) const fn position(&self) -> u64 {
        self.at as u64 * 8 + self.n as u64
    }

    /// True if the destination is full, and what follows is lost.
    pub(super) const fn is_lost(&self) -> bool {
        self.at > self.dst.len()
    }
}
