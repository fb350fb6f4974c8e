//! Tests of the facade and of the command line tool, and the table of the corpus.
#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::print_stderr,
    reason = "helpers of tests fail by panic, count small numbers, and say why they skip"
)]
mod allocations;
mod cli;
mod corpus;
mod facade;
mod fate;

#[global_allocator]
static ALLOCATOR: iio_testkit::CountingAllocator = iio_testkit::CountingAllocator;
