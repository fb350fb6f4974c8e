//! Tests of iio-core.
mod executor;
mod fake;
mod output;
mod plan;
mod registry;
mod source;
