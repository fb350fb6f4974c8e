//! Tests of the suite itself: sound codecs of each kind pass every claim, and for every claim there are codecs with one
//! defect that fail it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "toy codecs, and functions that several tests share"
)]

mod allocator;
mod array;
mod bytes;
mod content;
mod executor;
mod filter;

use iio_testkit::{Claim, CountingAllocator, Suite};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// The claims that do not hold.
fn failing(suite: &Suite) -> Vec<Claim> {
    Claim::ALL.iter().copied().filter(|&claim| suite.run(claim).is_err()).collect()
}

/// Sees that a claim fails, for the reason that is expected.
fn assert_fails(suite: &Suite, claim: Claim, reason: &str) {
    let failures = suite.run(claim).expect_err("the claim holds");
    assert!(failures.contains(reason), "not \"{reason}\" but\n{failures}");
}
