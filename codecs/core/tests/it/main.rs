//! Tests of the contract itself.
#![expect(clippy::unwrap_used, clippy::cast_possible_truncation, reason = "functions that several tests share")]

mod aligned;
mod codec;
mod config;
mod context;
mod error;
mod executor;
mod layout;
mod view;

/// Numbers for tests: the same on every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (self.0 >> 33) as usize % end.max(1)
    }
}
