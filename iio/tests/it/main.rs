//! Tests of the facade and of the command line tool, and the table of the corpus.
mod allocations;
mod cli;
mod corpus;
mod facade;
mod fate;

#[global_allocator]
static ALLOCATOR: iio_testkit::CountingAllocator = iio_testkit::CountingAllocator;
