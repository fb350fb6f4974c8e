//! Bits that are read from the end.

/// A stream of bits whose last byte tells by its highest bit where the first bit is.
pub(super) struct Backward<'a> {
    src: &'a [u8],
    /// Bits that are left.
    left: usize,
}

impl<'a> Backward<'a> {
    pub(super) fn new(src: &'a [u8]) -> Option<Self> {
        let top = src.last()?.checked_ilog2()?;
        Some(Self { src, left: 8 * (src.len() - 1) + top as usize })
    }

    /// Reads up to 24 bits; `None` if there are not so many.
    pub(super) fn read(&mut self, n: u32) -> Option<u32> {
        self.left = self.left.checked_sub(n as usize)?;
        let mut word = [0; 4];
        word.iter_mut().zip(self.src.get(self.left / 8..)?).for_each(|(to, from)| *to = *from);
        Some(u32::from_le_bytes(word) >> (self.left % 8) & !(u32::MAX << n))
    }
}
