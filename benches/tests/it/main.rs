//! The benchmarks cannot rot: every row runs once and gives back its pixels, and the figures are what they say.

mod figures;
mod rows;
