//! Memory that the library's decoder gives back is kept for the next stream, and its window is counted.

use std::cell::Cell;

use brotli::{Allocator, SliceWrapper, SliceWrapperMut};

/// Memory of the library.
#[derive(Debug, Default)]
pub(crate) struct Block<T>(Vec<T>);

impl<T> SliceWrapper<T> for Block<T> {
    fn slice(&self) -> &[T] {
        &self.0
    }
}

impl<T> SliceWrapperMut<T> for Block<T> {
    fn slice_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

/// Why the library got no memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// So many bytes exceed the limit.
    Limit(u64),
    /// The machine has not so many bytes.
    Memory(usize),
}

/// Gives out memory that is free, or new memory as far as the limit allows.
pub(crate) struct Pool<'a, T> {
    pub(crate) free: &'a mut Vec<Vec<T>>,
    /// Bytes in use, and the most there may be.
    pub(crate) used: u64,
    pub(crate) limit: u64,
    pub(crate) refusal: &'a Cell<Option<Refusal>>,
}

impl<T> Pool<'_, T> {
    /// Takes the smallest block that is large enough. If none is, the largest makes room for a new one, so that there
    /// are never more blocks than were in use at a time.
    fn take(&mut self, len: usize) -> Vec<T> {
        let blocks = self.free.iter().map(Vec::capacity).enumerate();
        let fit = blocks.clone().filter(|&(_, capacity)| capacity >= len).min_by_key(|&(_, capacity)| capacity);
        match fit.or_else(|| blocks.max_by_key(|&(_, capacity)| capacity)) {
            Some((index, capacity)) => {
                let block = self.free.swap_remove(index);
                if capacity >= len { block } else { Vec::new() }
            }
            None => Vec::new(),
        }
    }
}

impl<T: Clone + Default> Allocator<T> for Pool<'_, T> {
    type AllocatedMemory = Block<T>;

    fn alloc_cell(&mut self, len: usize) -> Block<T> {
        let bytes = len.saturating_mul(size_of::<T>());
        let used = self.used.saturating_add(bytes as u64);
        if used > self.limit {
            self.refusal.set(Some(Refusal::Limit(used)));
            return Block(Vec::new());
        }
        let mut block = self.take(len);
        block.clear();
        if block.try_reserve_exact(len).is_err() {
            self.refusal.set(Some(Refusal::Memory(bytes)));
            return Block(Vec::new());
        }
        block.resize(len, T::default());
        self.used = used;
        Block(block)
    }

    fn free_cell(&mut self, block: Block<T>) {
        if block.0.capacity() > 0 {
            self.used = self.used.saturating_sub((block.0.len() * size_of::<T>()) as u64);
            self.free.push(block.0);
        }
    }
}
