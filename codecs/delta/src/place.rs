//! Where rows are read and written: in place, or from one row into another. One kernel serves both.

/// Bytes that are read, and where the result goes.
pub(crate) trait Place<B: ?Sized> {
    fn read(&self) -> &B;
    fn write(&mut self) -> &mut B;
}

impl<B: ?Sized> Place<B> for &mut B {
    #[inline(always)]
    fn read(&self) -> &B {
        self
    }
    #[inline(always)]
    fn write(&mut self) -> &mut B {
        self
    }
}

impl<B: ?Sized> Place<B> for (&B, &mut B) {
    #[inline(always)]
    fn read(&self) -> &B {
        self.0
    }
    #[inline(always)]
    fn write(&mut self) -> &mut B {
        self.1
    }
}

/// A row of samples.
pub(crate) trait Row {
    /// True if what is written shall go past the caches: whole lines of them, into memory that is not read soon.
    fn streams(&self) -> bool;

    /// Cuts the row into vectors of `N` bytes and the rest.
    fn vectors<const N: usize>(self) -> (impl Iterator<Item = impl Place<[u8; N]>>, impl Place<[u8]>);
}

impl Row for &mut [u8] {
    #[inline(always)]
    fn streams(&self) -> bool {
        false
    }

    #[inline(always)]
    fn vectors<const N: usize>(self) -> (impl Iterator<Item = impl Place<[u8; N]>>, impl Place<[u8]>) {
        let (vectors, rest) = self.as_chunks_mut();
        (vectors.iter_mut(), rest)
    }
}

/// From one row into another of equal length.
pub(crate) struct Moved<'a> {
    pub(crate) from: &'a [u8],
    pub(crate) to: &'a mut [u8],
    /// The rows belong to more bytes than a cache holds.
    pub(crate) far: bool,
}

impl<'a> Moved<'a> {
    /// Copies the row, to be run in place: it is in the nearest cache then.
    pub(crate) fn copied(self) -> &'a mut [u8] {
        self.to.copy_from_slice(self.from);
        self.to
    }
}

impl Row for Moved<'_> {
    #[inline(always)]
    fn streams(&self) -> bool {
        /// Bytes of a line of the caches.
        const LINE: usize = 64;
        self.far && (self.to.as_ptr().addr() | self.to.len()).is_multiple_of(LINE)
    }

    #[inline(always)]
    fn vectors<const N: usize>(self) -> (impl Iterator<Item = impl Place<[u8; N]>>, impl Place<[u8]>) {
        let (from, from_rest) = self.from.as_chunks();
        let (to, to_rest) = self.to.as_chunks_mut();
        (from.iter().zip(to), (from_rest, to_rest))
    }
}
