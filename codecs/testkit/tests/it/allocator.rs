//! The counting allocator counts this thread, and nothing else.

use iio_testkit::{Allocations, CountingAllocator, allocations};

#[test]
fn is_active_where_it_is_declared() {
    assert!(CountingAllocator::is_active());
}

#[test]
fn calls_without_allocation_count_zero() {
    let mut buffer = [0u8; 64];
    let (counted, sum) = allocations(|| {
        buffer.fill(3);
        buffer.iter().map(|&byte| u32::from(byte)).sum::<u32>()
    });
    assert_eq!((counted, sum), (Allocations::default(), 192));
}

#[test]
fn bytes_and_peak_and_what_stays_are_counted() {
    let (counted, kept) = allocations(|| {
        drop(Vec::<u8>::with_capacity(1000));
        drop(Vec::<u8>::with_capacity(3000));
        Vec::<u8>::with_capacity(100)
    });
    assert_eq!(counted, Allocations { n: 3, bytes: 4100, live: 100, peak: 3000 });
    drop(kept);
}

#[test]
fn growing_counts_and_shrinking_does_not() {
    let mut bytes = Vec::<u8>::with_capacity(100);
    let (counted, ()) = allocations(|| bytes.reserve_exact(200));
    assert_eq!((counted.n, counted.bytes, counted.live), (1, 100, 100));
    let (counted, ()) = allocations(|| bytes.shrink_to(10));
    assert_eq!((counted.n, counted.live), (0, -190));
}

#[test]
fn inner_counts_are_part_of_outer_ones() {
    let (outer, inner) = allocations(|| {
        let kept = vec![1u8; 500];
        let (inner, _) = allocations(|| drop(vec![1u8; 700]));
        drop(kept);
        inner
    });
    assert_eq!((inner.n, inner.peak), (1, 700));
    // The test whether the allocator is active allocates as well.
    assert!(outer.n >= 2, "{outer:?}");
    assert_eq!((outer.peak, outer.live), (1200, 0));
}

#[test]
fn other_threads_are_not_counted() {
    let (counted, ()) = std::thread::scope(|scope| {
        let other = scope.spawn(|| (0..1000).for_each(|n| drop(vec![1u8; n])));
        let counted = allocations(std::thread::yield_now);
        other.join().unwrap();
        counted
    });
    assert_eq!(counted.n, 0);
}
