//! The counting allocator: the only unsafe code here, since a global allocator cannot be had without.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;

thread_local! {
    // Without destructor and initialised by a constant, so that access never allocates.
    static TALLY: Cell<Allocations> = const { Cell::new(Allocations { n: 0, bytes: 0, live: 0, peak: 0 }) };
}

/// The allocations of one thread during a call, as [`allocations`] counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allocations {
    /// Calls that allocated, or grew an allocation.
    pub n: u64,
    /// Bytes of these calls together.
    pub bytes: u64,
    /// Bytes allocated and not freed again. Less than 0 if more was freed.
    pub live: i64,
    /// The most bytes that were live at a time.
    pub peak: u64,
}

impl Allocations {
    fn grow(&mut self, from: usize, to: usize) {
        self.n += 1;
        self.bytes += (to - from) as u64;
        self.change(from, to);
    }

    fn change(&mut self, from: usize, to: usize) {
        let signed = |size| i64::try_from(size).unwrap_or(i64::MAX);
        self.live += signed(to) - signed(from);
        self.peak = self.peak.max(u64::try_from(self.live).unwrap_or(0));
    }
}

/// A global allocator that counts the allocations of each thread, for tests that a warm worker makes none.
///
/// Only the test binary can choose its allocator, so the claim is not in the suite. A codec that makes it declares:
///
/// ```
/// use iio_testkit::{CountingAllocator, allocations};
///
/// #[global_allocator]
/// static ALLOCATOR: CountingAllocator = CountingAllocator;
///
/// # fn main() {
/// let mut dst = vec![0; 100];
/// let (counted, ()) = allocations(|| dst.fill(1));
/// assert_eq!(counted.n, 0);
/// # }
/// ```
///
/// What other threads and C libraries allocate is not seen. With this allocator in place, the claims
/// [`LimitsHold`](crate::Claim::LimitsHold), [`BitFlips`](crate::Claim::BitFlips) and the like also look at the peak of
/// memory.
#[derive(Clone, Copy, Debug, Default)]
pub struct CountingAllocator;

impl CountingAllocator {
    /// True if it is the global allocator.
    #[must_use]
    pub fn is_active() -> bool {
        count(|| drop(black_box(Box::new(black_box(0u64))))).0.n > 0
    }
}

/// Runs `job` and counts the allocations of this thread during it.
///
/// # Panics
/// If [`CountingAllocator`] is not the global allocator, for then a count of zero would say nothing.
pub fn allocations<R>(job: impl FnOnce() -> R) -> (Allocations, R) {
    assert!(CountingAllocator::is_active(), "declare CountingAllocator as #[global_allocator] to count allocations");
    count(job)
}

/// As [`allocations`], with zeros where nothing counts.
pub(crate) fn count<R>(job: impl FnOnce() -> R) -> (Allocations, R) {
    let outer = TALLY.replace(Allocations::default());
    let result = job();
    let inner = TALLY.get();
    let mut sum = outer;
    sum.n += inner.n;
    sum.bytes += inner.bytes;
    sum.live += inner.live;
    sum.peak = sum.peak.max(u64::try_from(outer.live).unwrap_or(0) + inner.peak);
    TALLY.set(sum);
    (inner, result)
}

fn note(change: impl FnOnce(&mut Allocations)) {
    // A thread that ends may free memory when its variables are gone: then nobody counts any more.
    let _ = TALLY.try_with(|tally| {
        let mut now = tally.get();
        change(&mut now);
        tally.set(now);
    });
}

// SAFETY: every call is passed on to the system's allocator unchanged; counting neither allocates nor unwinds.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(|tally| tally.grow(0, layout.size()));
        // SAFETY: by the contract of this function.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(|tally| tally.grow(0, layout.size()));
        // SAFETY: by the contract of this function.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        note(|tally| tally.change(layout.size(), 0));
        // SAFETY: by the contract of this function; the memory came from the system's allocator.
        unsafe { System.dealloc(ptr, layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        note(|tally| match new_size > layout.size() {
            true => tally.grow(layout.size(), new_size),
            false => tally.change(layout.size(), new_size),
        });
        // SAFETY: by the contract of this function; the memory came from the system's allocator.
        unsafe { System.realloc(ptr, layout, new_size) }
    }
}
