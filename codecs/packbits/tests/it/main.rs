//! Tests of the PackBits codec.
mod format;
mod suite;
